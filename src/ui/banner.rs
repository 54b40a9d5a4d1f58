//! The rows below the header that say what stops the work, and once at the start what happened since the last time.

use super::{brush::Brush, hints, words};
use crate::logic::{
    layout::{self, Banner},
    screen::Away,
    state::State,
};
use ratatui::layout::Rect;

/// Draws the banners that are up.
pub(super) fn draw(brush: &mut Brush<'_>, place: Rect, state: &State) {
    for (y, banner) in (place.top()..place.bottom()).zip(layout::banners(state)) {
        let theme = brush.look.theme;
        let style = match banner {
            Banner::Halted | Banner::NoKey | Banner::Unwritten => theme.loud,
            Banner::Offline => theme.bad,
            Banner::Away => theme.good,
        };
        brush.text(place.x, y, place.width, &" ".repeat(usize::from(place.width)), style);
        brush.text(place.x + 1, y, place.width.saturating_sub(2), &words(banner, state), style);
    }
}

fn words(banner: Banner, state: &State) -> String {
    match banner {
        Banner::Halted => state.queue.halted.as_ref().map_or_else(String::new, |halt| halt.problem.to_string()),
        Banner::NoKey => state.key_problem.as_ref().map_or_else(
            || {
                format!(
                    "No key: nothing can be sent. Set {} and start again, or look around with `reeltop --demo`",
                    state.settings.profile.key_variable
                )
            },
            ToString::to_string,
        ),
        Banner::Unwritten => format!(
            "{} answers wait to be saved: the store cannot be written. Free space on the disk; it is tried again",
            state.store.failed.len()
        ),
        Banner::Offline => format!(
            "{} does not answer. Nothing is lost: running tasks go on there, and it is asked again",
            state.settings.profile.base_url
        ),
        Banner::Away => state.screen.away.as_ref().map_or_else(String::new, |away| summary(away, state)),
    }
}

/// `While you were away: 14 saved, 2 at risk, 1 unknown, 3 unsent (paused), 7.0 PTC`.
fn summary(away: &Away, state: &State) -> String {
    let mut facts: Vec<String> =
        away.counts.iter().filter(|(_, n)| **n > 0).map(|(state, n)| format!("{n} {}", state.word())).collect();
    if away.at_risk > 0 {
        facts.push(format!("{} at risk", away.at_risk));
    }
    if away.unsent > 0 {
        facts.push(format!("{} unsent{}", away.unsent, if state.queue.paused { " (paused)" } else { "" }));
    }
    facts.push(format!("{} PTC", away.spent));
    let resume = match hints::key("pause").filter(|_| away.unsent > 0 && state.queue.paused) {
        Some(key) => format!(". {key} sends the rest"),
        None => String::new(),
    };
    let (_, time) = words::local(away.since, state.now);
    let since = time.get(..5).unwrap_or_default().to_owned();
    format!("While you were away since {since}: {}{resume}", facts.join(", "))
}
