//! The program as a function: state, messages, effects, `update`, the schedules, the keymap. Plain data in, plain data
//! out; no clock, no I/O.

pub mod act;
pub mod after;
pub mod agenda;
mod away;
pub mod columns;
pub mod commands;
pub mod compose;
pub mod copy;
pub mod detail;
pub mod editor;
pub mod effect;
pub mod engine;
pub mod filter;
pub mod input;
pub mod key;
pub mod keymap;
pub mod layout;
mod line_editor;
pub mod list;
pub mod msg;
pub mod notice;
pub mod pick;
pub mod preview;
pub mod rows;
pub mod screen;
pub mod settings;
pub mod spread;
pub mod state;
pub mod table;
pub mod tasks;
#[cfg(test)]
pub(crate) mod testing;
mod text;
pub mod toast;

use crate::domain::{
    money::Ptc,
    time::{Mono, Now, SECOND},
};
use effect::Effect;
use msg::{LocalMsg, Msg};
use state::State;

/// Takes one thing that happened, changes the state, and tells what is to be done. The only way the state changes.
#[must_use]
pub fn update(state: &mut State, msg: Msg, now: Now) -> Vec<Effect> {
    state.now = now;
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
    };
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

/// Elapsed times are shown in steps of ten seconds, and only they move by themselves: an idle program sleeps.
fn ages(state: &State) -> Option<Mono> {
    const STEP: u64 = 10 * SECOND;
    let moving = [crate::domain::task::TaskState::Sending, crate::domain::task::TaskState::Running];
    let any = moving.iter().any(|which| state.tasks.counts[*which as usize] > 0) || !state.saver.active.is_empty();
    (state.settings.interactive && any).then(|| Mono((state.now.mono.0 / STEP + 1) * STEP))
}

/// At the user's midnight what was spent "today" becomes yesterday's.
fn midnight(state: &State) -> Option<Mono> {
    let shown = state.settings.interactive && state.money.spent_today > Ptc::ZERO;
    shown.then(|| state.now.mono_at(state.now.day_end()))
}
