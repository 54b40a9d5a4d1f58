//! What the gateway's records say of an unknown where they do not decide it: shown to the person who does.

use super::{
    amount::Amount,
    task::{RemoteId, Task, TaskKey},
    time::Wall,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One call in the gateway's records, as far as it says something to a person. What it does not say is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The `request-id` of the call.
    pub request_id: Option<String>,
    pub at: Option<Wall>,
    /// What was charged.
    pub cost: Option<Amount>,
    /// The task that it became.
    pub task_id: Option<RemoteId>,
}

/// What the records say of an unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// After the last look no record fits it: most likely it was never made.
    NotSeen,
    /// Some records may be its own, and nothing says which.
    Ambiguous {
        records: Vec<Record>,
        /// Other submissions that one of them fits.
        others: Vec<TaskKey>,
    },
}

impl Task {
    /// Whether the records were looked at and show no charge that may be its own.
    #[must_use]
    pub fn shows_no_charge(&self) -> bool {
        self.evidence.as_ref().is_some_and(Evidence::shows_no_charge)
    }
}

impl Evidence {
    /// Whether nothing that was charged may be its own: after the last look, most likely it was never made.
    #[must_use]
    pub fn shows_no_charge(&self) -> bool {
        match self {
            Self::NotSeen => true,
            Self::Ambiguous { records, others } => {
                let is_free = |record: &Record| record.task_id.is_none() && record.cost == Some(Amount::ZERO);
                others.is_empty() && records.iter().all(is_free)
            }
        }
    }

    /// Names tasks by the other keys that they have got. One that has none is no longer named.
    pub fn rename(&mut self, keys: &BTreeMap<TaskKey, TaskKey>) {
        if let Self::Ambiguous { others, .. } = self {
            *others = others.iter().filter_map(|key| keys.get(key).copied()).collect();
        }
    }
}
