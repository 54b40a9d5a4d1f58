//! What is written down about a task: the events of its time line and of its money. Both only ever grow.

use crate::domain::{money::Ptc, time::Wall};
use serde::{Deserialize, Serialize};

/// One entry of a task's time line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened.
    pub at: Wall,
    /// What kind of thing happened: a short word such as `accepted`, `status`, `put back`, `saved`.
    pub kind: String,
    /// The particulars, in words, made harmless.
    pub text: String,
    /// The raw answer behind it, shortened and with secrets removed.
    pub raw: Option<String>,
}

/// An event of money; the ledger is append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyEvent {
    /// Set aside at the intent.
    Reserved,
    /// The reserve became a charge.
    Charged,
    /// The reserve was given back: refused, taken back, proven not charged.
    Released,
    /// The reserve is counted as spent, since nobody can tell.
    Unknown,
    /// A person settled an unknown.
    Resolved,
}

impl MoneyEvent {
    /// The word in the store and in `cost --csv`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Charged => "charged",
            Self::Released => "released",
            Self::Unknown => "unknown",
            Self::Resolved => "resolved",
        }
    }

    /// The event of that [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Reserved, Self::Charged, Self::Released, Self::Unknown, Self::Resolved]
            .into_iter()
            .find(|event| event.id() == id)
    }
}

/// One line of the ledger: what a task's money became at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// When.
    pub at: Wall,
    /// What happened to the money.
    pub event: MoneyEvent,
    /// The amount that the event speaks of.
    pub amount: Ptc,
}
