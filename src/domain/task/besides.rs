//! What was charged for a task beside its price.

use super::RefundMarks;
use crate::{amount::Amount, time::Wall};
use serde::{Deserialize, Serialize};

/// Charges beside the price, in the task's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Besides {
    /// What uploads of its pictures cost.
    #[serde(default, skip_serializing_if = "is_none")]
    pub uploads: Amount,
    /// Further charges for the one call that made it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub twice: Vec<Second>,
}

/// One more charge for the same call, as the gateway's records show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Second {
    /// The record's own number: what this charge is asked back by.
    pub request_id: Option<String>,
    pub cost: Amount,
    /// When it was charged.
    pub at: Wall,
    /// What was said about giving it back.
    #[serde(flatten)]
    pub refund: RefundMarks,
}

fn is_none(amount: &Amount) -> bool {
    *amount == Amount::ZERO
}

impl Besides {
    /// What of it counts as spent: all but what was given back.
    #[must_use]
    pub fn sum(&self) -> Amount {
        let stands = |second: &&Second| second.refund.given_at.is_none();
        self.uploads + self.twice.iter().filter(stands).map(|second| second.cost).sum::<Amount>()
    }
}
