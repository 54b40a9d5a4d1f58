//! Why the store does not take a batch.

use domain::{
    amount::{Amount, Currency},
    retry::Overtaken,
    task::{Task, TaskKey, TaskState},
};
use serde::{Deserialize, Serialize};

/// Why a batch of intents was not taken; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InsertRefusal {
    /// A task of that name exists already; it is given instead (whole).
    NameTaken { task: Box<Task> },
    /// An attempt may not be repeated as it was confirmed: another program, or the service, has changed it meanwhile.
    Overtaken {
        parent: TaskKey,
        /// What it is now.
        state: TaskState,
        why: Overtaken,
    },
    /// It would cross a cap.
    OverBudget {
        /// Which cap refused it.
        cap: BudgetCap,
        /// The cap.
        limit: Amount,
        /// What stands against it already.
        spent: Amount,
        /// What the batch would cost.
        asked: Amount,
        /// What all three are in.
        currency: Currency,
        /// The person who set it in the store; `None` where it is the config's.
        set_by: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BudgetCap {
    /// `budget.per_day`.
    Day,
    /// `budget.per_day_each`.
    Each,
    /// `budget.per_batch`.
    Batch,
}
