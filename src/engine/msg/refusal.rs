//! Why the store does not take a batch.

use domain::{
    account::OverBudget,
    retry::Overtaken,
    task::{Task, TaskKey, TaskState},
};
use serde::{Deserialize, Serialize};

/// Why a batch of intents was not taken; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InsertRefusal {
    /// A task of that name exists already; it is given instead (whole).
    NameTaken { task: Box<Task> },
    /// A task that the service knows by that ID is here already; it is given instead (whole).
    IdTaken { task: Box<Task> },
    /// An attempt may not be repeated as it was confirmed: another program, or the service, has changed it meanwhile.
    Overtaken {
        parent: TaskKey,
        /// What it is now.
        state: TaskState,
        why: Overtaken,
    },
    /// It would cross a cap.
    OverBudget(OverBudget),
}
