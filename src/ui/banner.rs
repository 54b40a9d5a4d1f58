//! The rows below the header that say what stops the work, and once at the start what happened since the last time.

use super::{brush::Brush, hints, text, words};
use crate::{
    domain::{problem::Problem, task::TaskState},
    logic::{
        engine::ending,
        keymap::{self, Ctx},
        layout::{self, Banner},
        screen::Away,
        state::State,
    },
    tr,
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
                tr!(
                    "No key: nothing can be sent. Set {variable} and start again, or look around with `reeltop --demo`",
                    variable = state.settings.profile.key_variable
                )
            },
            ToString::to_string,
        ),
        Banner::Unwritten if ending::waits_for_room(state) => tr!(
            "Waiting to save the IDs of paid tasks; {quit} again leaves now and prints them",
            quit = keymap::named(state, Ctx::Global, "quit")
        ),
        Banner::Unwritten => tr!(
            "{count} answers wait to be saved: the store cannot be written. Free space on the disk; it is tried again",
            count = state.store.failed.len()
        ),
        Banner::Offline => tr!(
            "No answer from {host}. Running tasks go on there; nothing is lost",
            host = state.settings.profile.base_url.rsplit('/').next().unwrap_or_default()
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
    let stop = tr!(". ");
    let short = tr!("{what}; {key} goes on", what = problem.what, key);
    if text::width(&short) + text::width(stop.trim_end()) <= room {
        format!("{short}{stop}{}", problem.next)
    } else {
        tr!("{key} goes on; {what}", key, what = problem.what)
    }
}

/// `2 unsent tasks from before, 1.0 PTC: p sends them, u takes them back`.
fn unsent(state: &State) -> String {
    let key = |id| hints::key(state, Ctx::Table, id).unwrap_or_default();
    let (tasks, cost) = layout::unsent(state);
    let (pause, undo) = (key("pause"), key("undo"));
    if tasks == 1 {
        return tr!("1 unsent task from before, {cost} PTC: {pause} sends it, {undo} takes it back", cost, pause, undo);
    }
    tr!(
        "{count} unsent tasks from before, {cost} PTC: {pause} sends them, {undo} takes them back",
        count = tasks,
        cost,
        pause,
        undo
    )
}

/// `While you were away: 14 saved, 2 at risk, 1 unknown, 3 unsent (paused), 7.0 PTC`, and more where there is room.
fn summary(away: &Away, state: &State, room: usize) -> String {
    let count = |of: TaskState| {
        let count = away.counts.get(&of).filter(|count| **count > 0);
        count.map(|count| tr!("{count} {state}", count, state = of.word()))
    };
    let others = TaskState::ALL.into_iter().filter(|of| *of != TaskState::Saved);
    let mut facts: Vec<String> = count(TaskState::Saved).into_iter().collect();
    if away.at_risk > 0 {
        facts.push(tr!("{count} at risk", count = away.at_risk));
    }
    facts.extend(others.filter_map(count));
    if away.unsent > 0 {
        let count = away.unsent;
        facts.push(if state.queue.is_paused() {
            tr!("{count} unsent (paused)", count)
        } else {
            tr!("{count} unsent", count)
        });
    }
    facts.push(format!("{} PTC", away.spent));
    let facts = facts.join(tr!(", "));
    let line = tr!("While you were away: {facts}", facts);
    if text::width(&line) > room {
        return tr!("While away: {facts}", facts);
    }
    let resumes = hints::key(state, Ctx::Table, "pause").filter(|_| away.unsent > 0 && state.queue.is_paused());
    let rest = resumes.map_or_else(String::new, |key| format!("{}{}", tr!(". "), tr!("{key} sends the rest", key)));
    let rest = if text::width(&line) + text::width(&rest) <= room { rest } else { String::new() };
    let dated =
        tr!("While you were away (since {since}): {facts}", since = words::moment(away.since, state.now), facts);
    if text::width(&dated) + text::width(&rest) <= room { dated + &rest } else { line + &rest }
}
