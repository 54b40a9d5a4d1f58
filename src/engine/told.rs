//! Telling what became of an act: to the command line in `state.reports`, to a person at the screen in a toast.

use crate::{
    domain::{
        problem::{ErrorClass, Problem},
        task::{TaskKey, TaskState},
    },
    engine::{
        effect::{Effect, Level},
        work::ActReport,
    },
    screens::{app::App, toast},
    tr,
};

/// Tells the command line what became of an act. A person at the screen has a toast.
pub(super) fn report(app: &mut App, key: Option<TaskKey>, result: Result<TaskState, Problem>) {
    if !app.work.settings.interactive {
        app.work.reports.push(ActReport { key, result, class: None });
    }
}

/// All of a task's changes are on disk: whoever asked for them is told.
pub(super) fn on_disk(app: &mut App, key: TaskKey) {
    if app.work.store.owed.remove(&key)
        && let Some(now) = app.work.tasks.rows.get(&key).map(|row| row.state)
    {
        report(app, Some(key), Ok(now));
    }
}

/// A task's change is not on disk yet; it is tried again for as long as this program runs.
pub(super) fn not_on_disk(app: &mut App, key: TaskKey, problem: &Problem) {
    if app.work.store.owed.remove(&key) {
        report(app, Some(key), Err(problem.clone()));
    }
}

/// Another program changed a task before a person's wish reached the store: the wish came to nothing.
pub(super) fn overtaken(app: &mut App, key: TaskKey) {
    if app.work.store.owed.remove(&key) {
        let what = match app.work.tasks.rows.get(&key).map(|row| row.state.word()) {
            Some(word) => tr!("{key} is {word}: another program was quicker", key, word),
            None => tr!("{key} is gone: another program was quicker", key),
        };
        say(app, Some(key), Problem::new(what, tr!("what was asked for here came to nothing"), ""));
    }
}

/// The store could not be read: what waits for it to tell of a task waits no longer.
pub(super) fn not_read(app: &mut App, problem: &Problem) {
    app.screen.detail.asked = None;
    let mut unwanted = std::mem::take(&mut app.work.saver.unwanted);
    unwanted.append(&mut app.work.unsettle);
    for key in std::mem::take(&mut app.work.saver.wanted).into_keys().chain(unwanted) {
        report(app, Some(key), Err(problem.clone()));
    }
}

/// The act came to nothing.
pub(super) fn refuse(app: &mut App, key: TaskKey, why: &str, next: &str) -> Vec<Effect> {
    say(app, Some(key), Problem::new(tr!("{key} was left as it is", key), why, next));
    Vec::new()
}

/// Tells of a problem, in the one place where whoever asked looks: the command line prints its reports.
pub(super) fn say(app: &mut App, key: Option<TaskKey>, problem: Problem) {
    fail(app, key, None, problem);
}

/// Tells of a problem; the class is set where the service or the line to it was the cause.
pub(super) fn fail(app: &mut App, key: Option<TaskKey>, class: Option<ErrorClass>, problem: Problem) {
    if app.work.settings.interactive {
        toast::say(app, Level::Warning, problem.to_string(), key);
    } else {
        app.work.reports.push(ActReport { key, result: Err(problem), class });
    }
}
