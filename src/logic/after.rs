//! What goes on once the store has given whole tasks: the table keeps only a line of each, and a retry, a copy or a path
//! needs more.

use super::{
    commands::Do,
    compose, copy,
    effect::{Effect, Level, StoreCmd},
    failures,
    keymap::CopyWhat,
    preview,
    screen::{Layer, Pane},
    state::State,
    toast,
};
use crate::{
    domain::{
        retry::No,
        task::{Task, TaskKey},
    },
    tr,
};
use std::collections::BTreeMap;

/// A wish that waits for whole tasks. A new wish takes the place of an old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterDetail {
    /// What to do with them.
    pub then: Then,
    /// The tasks in their order, as far as they have come.
    pub tasks: Vec<(TaskKey, Option<Task>)>,
}

/// What to do with whole tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// Open the preview of a retry.
    Retry {
        /// Those of the marked tasks that were left out, by why.
        left_out: BTreeMap<No, Vec<TaskKey>>,
    },
    /// Open the preview of a plan of retries.
    Plan,
    /// Open a copy in compose.
    Clone,
    /// Open it in compose as a new attempt.
    Edit,
    /// Copy a part of them.
    Copy(CopyWhat),
    /// Copy an scp command that fetches their files.
    Scp,
    /// Open its file.
    Play,
}

/// Does it now with the tasks at hand, or asks the store for those that are missing and does it when they have come.
pub(super) fn with(state: &mut State, keys: &[TaskKey], then: Then) -> Vec<Do> {
    let tasks: Vec<_> = keys.iter().map(|key| (*key, whole(state, *key))).collect();
    let missing: Vec<Do> = tasks
        .iter()
        .filter(|(_, task)| task.is_none())
        .map(|(key, _)| Do::Effect(Effect::Store(StoreCmd::Detail { key: *key })))
        .collect();
    if missing.is_empty() {
        state.screen.after = None;
        return go(state, then, tasks.into_iter().filter_map(|(_, task)| task).collect());
    }
    state.screen.after = Some(AfterDetail { then, tasks });
    missing
}

/// The whole task, if it is at hand as it is now.
fn whole(state: &State, key: TaskKey) -> Option<Task> {
    let live = state.tasks.live.get(&key);
    let rev = state.tasks.rows.get(&key)?.rev;
    let shown = || state.screen.detail.loaded.as_ref().map(|detail| &detail.task);
    live.or_else(|| shown().filter(|task| task.key == key && task.rev >= rev)).cloned()
}

/// A whole task has come.
pub(super) fn arrived(state: &mut State, task: &Task) -> Vec<Do> {
    let Some(after) = &mut state.screen.after else { return Vec::new() };
    for (key, place) in &mut after.tasks {
        if *key == task.key {
            *place = Some(task.clone());
        }
    }
    if after.tasks.iter().any(|(_, task)| task.is_none()) {
        return Vec::new();
    }
    let Some(after) = state.screen.after.take() else { return Vec::new() };
    go(state, after.then, after.tasks.into_iter().filter_map(|(_, task)| task).collect())
}

/// A task does not exist: the wish for it cannot be met.
pub(super) fn missing(state: &mut State, gone: TaskKey) {
    if state.screen.after.as_ref().is_some_and(|after| after.tasks.iter().any(|(key, _)| *key == gone)) {
        state.screen.after = None;
        toast::say(state, Level::Warning, tr!("{gone} is not in the store any more", gone), Some(gone));
    }
}

fn go(state: &mut State, then: Then, tasks: Vec<Task>) -> Vec<Do> {
    // The person may have gone on meanwhile: nothing may open over what is being typed.
    let busy = !state.screen.layers.is_empty() || state.screen.pane == Pane::Compose;
    match then {
        Then::Plan if matches!(state.screen.layers.last(), Some(Layer::Failures(_))) => failures::ready(state, tasks),
        Then::Plan => Vec::new(),
        Then::Retry { .. } | Then::Clone | Then::Edit if busy => Vec::new(),
        Then::Retry { left_out } => {
            preview::retry(state, tasks, &left_out);
            Vec::new()
        }
        Then::Clone => tasks.first().map_or_else(Vec::new, |task| compose::take(state, task, false)),
        Then::Edit => tasks.first().map_or_else(Vec::new, |task| compose::take(state, task, true)),
        Then::Copy(what) => copy::part(state, &tasks, what),
        Then::Scp => copy::scp(state, &tasks),
        Then::Play => tasks.first().map_or_else(Vec::new, copy::play),
    }
}
