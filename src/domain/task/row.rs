//! The line of the table that a task becomes: what is kept in memory of every task there is.

use super::{Task, TaskKey, TaskState};
use crate::domain::{
    money::Ptc,
    problem::{Charged, ErrorClass},
    time::Wall,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One line of the table: what is kept in memory of every task there is. The whole task is read when it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Our number for it.
    pub key: TaskKey,
    /// The row's revision in the store.
    pub rev: u64,
    /// The attempt it repeats.
    pub parent: Option<TaskKey>,
    /// 1 for a first attempt.
    pub attempt: u16,
    /// Whether a later attempt repeats this one.
    pub retried: bool,
    /// Whether the program sent it by itself.
    pub automatic: bool,
    /// The state in one word.
    pub state: TaskState,
    /// Whether it cost money.
    pub charged: Charged,
    /// The kind of failure, where there is one.
    pub class: Option<ErrorClass>,
    /// The failure's text, where there is one.
    pub error: Option<Box<str>>,
    /// The service's own word for the state; empty where it has said none.
    pub status: Arc<str>,
    /// The model's name.
    pub model: Arc<str>,
    /// The resolution asked for.
    pub resolution: Arc<str>,
    /// Seconds of video asked for.
    pub duration: u16,
    /// The whole prompt.
    pub prompt: Box<str>,
    /// The service's id.
    pub remote: Option<Box<str>>,
    /// Its price.
    pub cost: Ptc,
    /// When it was confirmed.
    pub created_at: Wall,
    /// When its POST was last emitted.
    pub sent_at: Option<Wall>,
    /// When its last stage began, for a task that has ended.
    pub finished_at: Option<Wall>,
    /// When the signed address of its file runs out, as far as an address has been seen.
    pub expires_at: Option<Wall>,
}

impl Row {
    /// Whether it is known what was asked for: it is not of a task that was made elsewhere.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.model.is_empty()
    }

    /// The line of that task. `retried` is not the task's own knowledge: it comes from the line of attempts.
    #[must_use]
    pub fn of(task: &Task, retried: bool) -> Self {
        let error = task.error();
        Self {
            key: task.key,
            rev: task.rev,
            parent: task.parent,
            attempt: u16::try_from(task.attempt).unwrap_or(u16::MAX),
            retried,
            automatic: task.automatic,
            state: task.state(),
            charged: task.charged(),
            class: error.map(|e| e.class),
            error: error.map(|e| e.message.as_str().into()),
            status: task.status().into(),
            model: task.request.model.as_str().into(),
            resolution: task.request.resolution.as_str().into(),
            duration: u16::try_from(task.request.duration).unwrap_or(u16::MAX),
            prompt: task.request.prompt.as_str().into(),
            remote: task.remote.as_ref().map(|id| id.0.as_str().into()),
            cost: task.cost,
            created_at: task.created_at,
            sent_at: task.sent_at,
            finished_at: task.finished_at,
            expires_at: task.expires_at,
        }
    }
}
