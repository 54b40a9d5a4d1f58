//! A change of one row on its way to the store.

use domain::{
    task::{Event, LedgerLine, MoneyEvent, Task, TaskState, What},
    time::Wall,
};
use serde::{Deserialize, Serialize};

/// A change of one row. It is taken only if the row's revision still is `task.rev`; the row then gets a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// The task as it shall be, with the revision that it had.
    pub task: Task,
    /// What to add to its time line.
    pub events: Vec<Event>,
    /// What to add to the ledger.
    pub ledger: Vec<LedgerLine>,
    /// When the submission began that, as is now proven, never reached the service: it takes no place in the account's pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub never_left: Option<Wall>,
}

impl Write {
    /// Whether it only goes on with the row as it is: a claim that is renewed, a schedule that moves.
    #[must_use]
    pub fn is_renewal(&self) -> bool {
        self.events.is_empty() && self.ledger.is_empty() && self.never_left.is_none()
    }

    /// Whether it is the answer that brings the service's ID of a task that was paid for: the only hold on that work.
    #[must_use]
    pub fn brings_a_paid_id(&self) -> bool {
        self.task.remote.is_some() && self.ledger.iter().any(|line| line.event == MoneyEvent::Charged)
    }

    /// Whether it is the answer to a submission: one that brings an ID, or one after which the row is no open question.
    #[must_use]
    pub fn answers_a_submission(&self) -> bool {
        let answers = |event: &Event| matches!(event.what, What::Refused(_) | What::PutBack { .. } | What::Unknown(_));
        self.brings_a_paid_id() || self.events.iter().any(answers)
    }

    /// Whether this is the proof that the submission which the row is about was not taken, and the row does not know it yet.
    ///
    /// Only for that very submission: a change that was told as failed may have been there all the same, and the row may have
    /// been sent once more since.
    #[must_use]
    pub fn proves_not_taken(&self, now: &Task) -> bool {
        let (answered, is_open) = match self.task.state() {
            TaskState::Refused => (self.task.sent_at, matches!(now.state(), TaskState::Sending | TaskState::Unknown)),
            // A program that only stood still past its claim takes the store's word.
            TaskState::Queued => {
                let sent = |event: &Event| if let What::PutBack { sent, .. } = event.what { sent } else { None };
                (self.events.iter().find_map(sent), now.state() == TaskState::Unknown)
            }
            _ => return false,
        };
        is_open && now.remote.is_none() && answered.is_some() && answered == now.sent_at
    }
}
