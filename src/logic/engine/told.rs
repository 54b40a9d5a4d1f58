//! Telling what became of an act: to the command line in `state.reports`, to a person at the screen in a toast.

use crate::{
    domain::{
        problem::Problem,
        task::{TaskKey, TaskState},
    },
    logic::{
        effect::{Effect, Level},
        state::{ActReport, State},
        toast,
    },
};

/// Tells the command line what became of an act. A person at the screen has a toast.
pub(super) fn report(state: &mut State, key: Option<TaskKey>, result: Result<TaskState, Problem>) {
    if !state.settings.interactive {
        state.reports.push(ActReport { key, result });
    }
}

/// All of a task's changes are on disk: whoever asked for them is told.
pub(super) fn on_disk(state: &mut State, key: TaskKey) {
    if state.store.owed.remove(&key)
        && let Some(now) = state.tasks.rows.get(&key).map(|row| row.state)
    {
        report(state, Some(key), Ok(now));
    }
}

/// A task's change is not on disk yet; it is tried again for as long as this program runs.
pub(super) fn not_on_disk(state: &mut State, key: TaskKey, problem: &Problem) {
    if state.store.owed.remove(&key) {
        report(state, Some(key), Err(problem.clone()));
    }
}

/// Another program changed a task before a person's wish reached the store: the wish came to nothing.
pub(super) fn overtaken(state: &mut State, key: TaskKey) {
    if state.store.owed.remove(&key) {
        let now = state.tasks.rows.get(&key).map_or("gone", |row| row.state.word());
        let what = format!("{key} is {now}: another program was quicker");
        say(state, Some(key), Problem::new(what, "what was asked for here came to nothing", ""));
    }
}

/// The store could not be read: what waits for it to tell of a task waits no longer.
pub(super) fn not_read(state: &mut State, problem: &Problem) {
    state.screen.detail.asked = None;
    for key in std::mem::take(&mut state.saver.wanted).into_keys() {
        report(state, Some(key), Err(problem.clone()));
    }
}

/// The act came to nothing.
pub(super) fn refuse(state: &mut State, key: TaskKey, why: &str, next: &str) -> Vec<Effect> {
    say(state, Some(key), Problem::new(format!("{key} was left as it is"), why, next));
    Vec::new()
}

/// Tells of a problem, once: a person at the screen by a toast, the command line by its report.
pub(super) fn say(state: &mut State, key: Option<TaskKey>, problem: Problem) {
    if state.settings.interactive {
        toast::say(state, Level::Warning, problem.to_string(), key);
    }
    report(state, key, Err(problem));
}
