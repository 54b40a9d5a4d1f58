//! Tasks that come to an end which a person waits for: told, and handed to the user's own hook (`notify.command`).

use crate::{
    effect::{Effect, LocalCmd},
    news::{News, TaskNews},
    work::Work,
};
use domain::task::{Row, Task, TaskState};

/// Tells of a task that is to be put in as having ended. Called before the state takes the change.
pub(super) fn ended(work: &mut Work, task: &Task) -> Vec<Effect> {
    let now = task.state();
    let is_old = |row: &Row| {
        // Saved as before: another download of its file failed.
        row.state == now || row.finished_at.get().is_some_and(|at| Some(at) == task.finished_at)
    };
    let is_end = matches!(now, TaskState::Saved | TaskState::Failed | TaskState::Refused | TaskState::Unknown);
    if !is_end || work.known(task.key).is_some_and(is_old) {
        return Vec::new();
    }
    work.news.push(News::Task { key: task.key, what: TaskNews::Ended(now) });
    if !work.settings.notify.hook {
        return Vec::new();
    }
    let facts = [
        ("REELTOP_KEY", task.key.0.to_string()),
        ("REELTOP_STATE", now.id().to_owned()),
        ("REELTOP_MODEL", task.request.model.clone()),
        ("REELTOP_PROMPT", task.request.prompt.clone()),
        ("REELTOP_TASK_ID", task.remote.as_ref().map(|id| id.0.clone()).unwrap_or_default()),
        ("REELTOP_PATH", task.saved().map(|saved| saved.path.clone()).unwrap_or_default()),
    ];
    let facts = facts.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let reason = task.error().map(|error| error.reason.clone());
    vec![Effect::Local(LocalCmd::Hook { facts, reason })]
}
