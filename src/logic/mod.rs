//! The program as a function: state, messages, effects, `update`, the schedules, the keymap. Plain data in, plain data
//! out; no clock, no I/O.

pub mod act;
pub mod after;
pub mod agenda;
mod away;
pub mod cells;
pub mod cluster_view;
pub mod columns;
pub mod command_line;
pub mod commands;
pub mod compose;
pub mod copy;
pub mod detail;
pub mod editor;
pub mod effect;
pub mod engine;
pub mod failures;
pub mod filter;
pub mod input;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod ledger;
mod line_editor;
pub mod list;
mod mouse;
pub mod msg;
pub mod notice;
pub mod palette;
pub mod pick;
pub mod preview;
pub mod reload;
pub mod rows;
pub mod screen;
pub mod settings;
pub mod spread;
pub mod state;
pub mod table;
pub mod tasks;
pub mod terms;
#[cfg(test)]
pub(crate) mod testing;
mod text;
pub mod toast;
mod welcome;

use crate::domain::{
    money::Ptc,
    task::Phase,
    time::{Mono, Now, SECOND},
};
use effect::Effect;
use msg::{LocalMsg, Msg};
use state::State;

/// Takes one thing that happened, changes the state, and tells what is to be done. The only way the state changes.
#[must_use]
pub fn update(state: &mut State, msg: Msg, now: Now) -> Vec<Effect> {
    let before = std::mem::replace(&mut state.now, now);
    if now.has_leapt(before) {
        engine::plan_anew(state);
    }
    let mut effects = match msg {
        Msg::Input(input) => input::input(state, input),
        Msg::Wake => Vec::new(),
        Msg::Store(msg) => engine::store::store(state, msg),
        Msg::Http(msg) => engine::http(state, msg),
        Msg::Save(msg) => engine::saver::save(state, msg),
        Msg::Local(LocalMsg::Key { result }) => engine::key_read(state, result),
        Msg::Local(msg) => compose::local(state, msg),
        Msg::Signal(signal) => engine::ending::signal(state, signal),
        Msg::Act(act) => engine::act(state, act),
        Msg::Config(result) => {
            reload::take(state, result);
            Vec::new()
        }
    };
    failures::follow(state);
    effects.extend(failures::tell_round(state));
    effects.extend(detail::follow(state));
    toast::expire(state);
    effects.extend(compose::wake(state));
    effects.extend(notice::wake(state));
    effects.extend(engine::schedule(state));
    effects
}

/// The moment at which the state changes by itself, if nothing happens before: the program sleeps until then.
#[must_use]
pub fn next_deadline(state: &State) -> Option<Mono> {
    let all = [
        engine::next_deadline(state),
        toast::deadline(state),
        compose::deadline(state),
        detail::deadline(state),
        notice::deadline(state),
        ages(state),
        midnight(state),
    ];
    all.into_iter().flatten().min()
}

/// While confirmed tasks can be undone, the seconds left are counted down.
fn undo_step(state: &State) -> Option<Mono> {
    let windows = state.queue.last_batch.iter().filter_map(|key| match state.tasks.live.get(key)?.phase {
        Phase::Queued { .. } => Some(engine::queue::undo_left(state, *key)),
        _ => None,
    });
    let left = windows.max().filter(|left| *left > 0)?;
    let to_second = (left - 1) % SECOND + 1;
    Some(state.now.mono.plus(to_second))
}

/// Elapsed times are shown in steps, and only they move by themselves: an idle program sleeps.
fn ages(state: &State) -> Option<Mono> {
    let step = layout::step_ms(&state.settings.ui);
    let moving = [crate::domain::task::TaskState::Sending, crate::domain::task::TaskState::Running];
    let any = moving.iter().any(|which| state.tasks.counts[*which as usize] > 0) || !state.saver.active.is_empty();
    let slow = any.then(|| Mono((state.now.mono.0 / step + 1) * step));
    let next = [slow, undo_step(state)].into_iter().flatten().min();
    next.filter(|_| state.settings.interactive)
}

/// At the user's midnight what was spent "today" becomes yesterday's.
fn midnight(state: &State) -> Option<Mono> {
    let shown = state.settings.interactive && state.money.spent_today > Ptc::ZERO;
    shown.then(|| state.now.mono_at(state.now.day_end()))
}
