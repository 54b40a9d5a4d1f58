//! What goes on once the store has given whole tasks: the table keeps only a line of each, and a retry, a copy or a path
//! needs more.

use crate::{
    app::App,
    commands::Do,
    compose, copy, failures,
    failures::state::FailuresView,
    keymap::{CopyWhat, Pane},
    preview, sheet, toast,
};
use domain::{
    retry::No,
    task::{Task, TaskKey},
};
use engine::effect::{Effect, Level, StoreCmd};
use std::collections::BTreeMap;
use words::tr;

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
    /// Show frames of their videos.
    Sheet,
}

/// Does it now with the tasks at hand, or asks the store for those that are missing and does it when they have come.
pub(crate) fn with(app: &mut App, keys: &[TaskKey], then: Then) -> Vec<Do> {
    let tasks: Vec<_> = keys.iter().map(|key| (*key, whole(app, *key))).collect();
    let missing: Vec<Do> = tasks
        .iter()
        .filter(|(_, task)| task.is_none())
        .map(|(key, _)| Do::Effect(Effect::Store(StoreCmd::Detail { key: *key })))
        .collect();
    if missing.is_empty() {
        app.screen.after = None;
        return go(app, then, tasks.into_iter().filter_map(|(_, task)| task).collect());
    }
    app.screen.after = Some(AfterDetail { then, tasks });
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
pub(crate) fn arrived(app: &mut App, task: &Task) -> Vec<Do> {
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
    go(app, after.then, after.tasks.into_iter().filter_map(|(_, task)| task).collect())
}

/// A task does not exist: the wish for it cannot be met.
pub(crate) fn missing(app: &mut App, gone: TaskKey) {
    if app.screen.after.as_ref().is_some_and(|after| after.tasks.iter().any(|(key, _)| *key == gone)) {
        app.screen.after = None;
        toast::say(app, Level::Warning, tr!("{gone} is no longer in the store", gone), Some(gone));
    }
}

fn go(app: &mut App, then: Then, tasks: Vec<Task>) -> Vec<Do> {
    // The person may have gone on meanwhile: nothing may open over what is being typed.
    let busy = !app.screen.layers.is_empty() || app.screen.pane == Pane::Compose;
    match then {
        Then::Plan if app.screen.top::<FailuresView>().is_some() => failures::ready(app, tasks),
        Then::Plan => Vec::new(),
        Then::Retry { .. } | Then::Clone | Then::Edit | Then::Sheet if busy => Vec::new(),
        Then::Retry { left_out } => {
            preview::retry(app, tasks, &left_out);
            Vec::new()
        }
        Then::Clone => tasks.first().map_or_else(Vec::new, |task| compose::take(app, task, false)),
        Then::Edit => tasks.first().map_or_else(Vec::new, |task| compose::take(app, task, true)),
        Then::Copy(what) => copy::part(app, &tasks, what),
        Then::Scp => copy::scp(app, &tasks),
        Then::Sheet => {
            sheet::open(app, &tasks);
            Vec::new()
        }
        Then::Play => tasks.first().map_or_else(Vec::new, |task| copy::play(app, task)),
    }
}
