//! Our ledger beside the gateway's records, by day: what the two differ in, and whose it is.

use crate::{
    amount::{Amount, Currency},
    task::TaskKey,
};
use serde::{Deserialize, Serialize};

/// What came of comparing the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// What all amounts are in.
    pub currency: Currency,
    /// The days on which anything was charged or counted, the oldest first.
    pub days: Vec<Day>,
    /// Whether all of the records were read; there may be too many.
    pub whole: bool,
}

impl Audit {
    /// Whether the ledger adds up.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.whole && self.days.iter().all(|day| day.differences.is_empty())
    }
}

/// One of the person's own days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Such as `2026-11-29`.
    pub day: String,
    /// What the records say was charged.
    pub records: Amount,
    /// What our ledger counts as spent.
    pub ours: Amount,
    /// The balance at the day's begin, or when it was first heard of on that day; `None` where it was not heard of
    /// twice.
    pub before: Option<Amount>,
    /// The balance as it was last heard of on that day.
    pub after: Option<Amount>,
    pub differences: Vec<Difference>,
}

/// In one respect the records and our ledger say different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub apart: Apart,
    /// What the records say.
    pub records: Amount,
    /// What our ledger says.
    pub ours: Amount,
    /// The tasks that it is about, as far as there are any.
    pub tasks: Vec<TaskKey>,
    /// The calls in the records that it is about.
    pub request_ids: Vec<String>,
}

/// In what the two differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    /// One call was charged differently from what we count.
    Cost,
    /// One task was charged twice. It is in the ledger from now on, and among the refunds.
    Twice,
    /// It was given back by a person's word, and the records still have the charge.
    Refunded,
    /// We count a charge that no record has, or not yet.
    NoRecord,
    /// A charge that is of no task here: another program or another store has made it.
    NoTask,
    /// Records that may be of one of several tasks, and do not come to what these count.
    Unclear,
    /// Uploads of pictures.
    Uploads,
    /// The balance has changed differently from what the records say. `ours` is what it went down by.
    Balance,
}

impl Apart {
    /// The word in `--json`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Twice => "twice",
            Self::Refunded => "refunded",
            Self::NoRecord => "no_record",
            Self::NoTask => "no_task",
            Self::Unclear => "unclear",
            Self::Uploads => "uploads",
            Self::Balance => "balance",
        }
    }
}

/// Why the two could not be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAudited {
    /// The profile does not ask for records, or its service has none.
    Off,
    /// The key must not see them, in the gateway's own words.
    Denied { said: String },
    /// No usable answer came: its code, and the gateway's own words.
    NoAnswer { code: String, said: String },
}
