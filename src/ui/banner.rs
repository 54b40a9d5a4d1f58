//! The rows below the header that say what stops the work, and once at the start what happened since the last time.

use super::{brush::Brush, hints, text, words};
use crate::domain::{problem::Problem, task::TaskState};
use crate::logic::{
    keymap::Ctx,
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
            Banner::Unsent => theme.warn,
            Banner::Away => theme.good,
        };
        brush.text(place.x, y, place.width, &" ".repeat(usize::from(place.width)), style);
        brush.text(
            place.x + 1,
            y,
            place.width.saturating_sub(2),
            &sentence(banner, state, usize::from(place.width.saturating_sub(2))),
            style,
        );
    }
}

fn sentence(banner: Banner, state: &State, room: usize) -> String {
    match banner {
        Banner::Halted => {
            state.queue.halted.as_ref().map_or_else(String::new, |halt| halted(&halt.problem, state, room))
        }
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
            "No answer from {}. Running tasks go on there; nothing is lost",
            state.settings.profile.base_url.rsplit('/').next().unwrap_or_default()
        ),
        Banner::Unsent => unsent(state),
        Banner::Away => state.screen.away.as_ref().map_or_else(String::new, |away| summary(away, state, room)),
    }
}

/// `sending stopped: the balance or quota is used up; p goes on. Top up the account …`: the cause and the key stand
/// before all that is cut on a narrow screen, and on a very narrow one the key stands first.
fn halted(problem: &Problem, state: &State, room: usize) -> String {
    let Some(key) = hints::key(state, Ctx::Table, "pause") else {
        return problem.to_string();
    };
    let short = format!("{}; {key} goes on. {}", problem.what, problem.next);
    let key_ends = text::width(&problem.what) + text::width(&key) + 11;
    if key_ends <= room { short } else { format!("{key} goes on; {}", problem.what) }
}

/// `2 unsent tasks from before, 1.0 PTC: p sends them, u takes them back`.
fn unsent(state: &State) -> String {
    let key = |id| hints::key(state, Ctx::Table, id).unwrap_or_default();
    let (tasks, cost) = layout::unsent(state);
    let (tasks, them) =
        if tasks == 1 { ("1 unsent task".to_owned(), "it") } else { (format!("{tasks} unsent tasks"), "them") };
    format!("{tasks} from before, {cost} PTC: {} sends {them}, {} takes {them} back", key("pause"), key("undo"))
}

const AWAY: &str = "While you were away";

/// `While you were away: 14 saved, 2 at risk, 1 unknown, 3 unsent (paused), 7.0 PTC`, and more where there is room.
fn summary(away: &Away, state: &State, room: usize) -> String {
    let count = |of: TaskState| away.counts.get(&of).filter(|n| **n > 0).map(|n| format!("{n} {}", of.word()));
    let others = TaskState::ALL.into_iter().filter(|of| *of != TaskState::Saved);
    let mut facts: Vec<String> = count(TaskState::Saved).into_iter().collect();
    if away.at_risk > 0 {
        facts.push(format!("{} at risk", away.at_risk));
    }
    facts.extend(others.filter_map(count));
    if away.unsent > 0 {
        facts.push(format!("{} unsent{}", away.unsent, if state.queue.paused { " (paused)" } else { "" }));
    }
    facts.push(format!("{} PTC", away.spent));
    let facts = facts.join(", ");
    let mut line = format!("{AWAY}: {facts}");
    if text::width(&line) > room {
        return format!("While away: {facts}");
    }
    let resumes = hints::key(state, Ctx::Table, "pause").filter(|_| away.unsent > 0 && state.queue.paused);
    if let Some(key) = resumes.filter(|_| text::width(&line) + 20 <= room) {
        line.push_str(&format!(". {key} sends the rest"));
    }
    let since = format!(" (since {})", words::moment(away.since, state.now));
    if text::width(&line) + text::width(&since) <= room {
        line.insert_str(AWAY.len(), &since);
    }
    line
}
