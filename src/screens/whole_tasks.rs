//! What goes on once the store has given whole tasks: the table keeps only a line of each, and a retry, a copy or a
//! path needs more.

use crate::{
    app::App,
    keymap::{CopyWhat, Place},
    layer::Wish,
    toast,
};
use domain::{
    retry::No,
    task::{Task, TaskKey},
};
use engine::effect::{Effect, Level, StoreCmd};
use std::collections::BTreeMap;
use words::{terms, tr};

/// A wish that waits for whole tasks. A new wish takes the place of an old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterDetail {
    /// What to do with them.
    pub then: Then,
    /// Where the keys went when it was wished for.
    pub place: Place,
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
    /// Show frames of their videos.
    Sheet,
    /// Say where it is: it is not in the table.
    Goto,
}

/// Does it now with the tasks at hand, or asks the store for those that are missing and does it when they have come.
pub(crate) fn with(app: &mut App, keys: &[TaskKey], then: Then) -> Vec<Wish> {
    let tasks: Vec<_> = keys.iter().map(|key| (*key, whole(app, *key))).collect();
    let missing: Vec<Wish> = tasks
        .iter()
        .filter(|(_, task)| task.is_none())
        .map(|(key, _)| Wish::Effect(Effect::Store(StoreCmd::Detail { key: *key })))
        .collect();
    if missing.is_empty() {
        app.screen.after = None;
        return vec![Wish::With(then, tasks.into_iter().filter_map(|(_, task)| task).collect())];
    }
    app.screen.after = Some(AfterDetail { then, place: app.place(), tasks });
    missing
}

/// The whole task, if it is at hand as it is now.
fn whole(app: &App, key: TaskKey) -> Option<Task> {
    let live = app.work.tasks.live.get(&key);
    let rev = app.work.tasks.rows.get(&key)?.rev;
    let shown = || app.screen.detail.loaded.as_ref().map(|detail| &detail.task);
    live.or_else(|| shown().filter(|task| task.key == key && task.rev >= rev)).cloned()
}

/// A whole task has come.
pub(crate) fn arrived(app: &mut App, task: &Task) -> Vec<Wish> {
    let Some(after) = &mut app.screen.after else { return Vec::new() };
    for (key, place) in &mut after.tasks {
        if *key == task.key {
            *place = Some(task.clone());
        }
    }
    if after.tasks.iter().any(|(_, task)| task.is_none()) {
        return Vec::new();
    }
    let Some(after) = app.screen.after.take() else { return Vec::new() };
    // What leads to a payment does not open under fingers that have gone elsewhere.
    let pays = matches!(after.then, Then::Retry { .. } | Then::Plan | Then::Clone | Then::Edit);
    if pays && after.place != app.place() {
        let keys: Vec<TaskKey> = after.tasks.iter().map(|(key, _)| *key).collect();
        let keys = terms::listed(&keys);
        let text = tr!("Nothing was done: something else was opened before {keys} could be read", keys);
        toast::show(app, Level::Warning, text, None);
        return Vec::new();
    }
    vec![Wish::With(after.then, after.tasks.into_iter().filter_map(|(_, task)| task).collect())]
}

/// A task does not exist: the wish for it cannot be met.
pub(crate) fn missing(app: &mut App, gone: TaskKey) {
    let waits = |after: &AfterDetail| after.tasks.iter().any(|(key, _)| *key == gone);
    let Some(after) = app.screen.after.take_if(|after| waits(after)) else { return };
    let text = match after.then {
        Then::Goto | Then::Sheet => tr!("there is no task {key}", key = gone),
        _ => tr!("{gone} is no longer in the store", gone),
    };
    toast::show(app, Level::Warning, text, Some(gone));
}
