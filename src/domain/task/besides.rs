//! What was charged for a task beside its price, and what its charge is told from other records by.

use super::RefundMarks;
use crate::{
    amount::{Amount, CostSource},
    time::Wall,
};
use serde::{Deserialize, Serialize};

/// Charges beside the price, in the task's currency, and what its own record is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Besides {
    /// What uploads of its pictures cost.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub uploads: Amount,
    /// Further charges for the one call that made it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub twice: Vec<Second>,
    /// What it had before the gateway's records settled it, so that a person can take that back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// What its price was before the gateway's records told its charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// Request ids and task ids of records that a person said are not its own: none of them settles it again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disowned: Vec<String>,
    /// How long its submission was, or can have been, under way, in milliseconds, if longer than the answer to a short
    /// one may take: its record can have been made that long after its sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_way_ms: Option<u64>,
}

/// What a record takes the place of when it settles an unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub request_id: Option<String>,
    pub cost: Amount,
    pub cost_source: Option<CostSource>,
}

/// A price as it was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub cost: Amount,
    pub cost_source: Option<CostSource>,
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

/// So much may the moment of one nameless charge be apart in two comparisons, in milliseconds: the gateway's clock is
/// judged anew by each.
const APART_MS: u64 = 5_000;

impl Second {
    /// Whether it counts as spent: it was not given back.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.refund.given_at.is_none()
    }

    /// Whether both are one charge: by the record's own number or, where the gateway gave none, by moment and sum.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.request_id, &other.request_id) {
            (None, None) => self.cost == other.cost && self.at.0.abs_diff(other.at.0) <= APART_MS,
            (ours, theirs) => ours == theirs,
        }
    }
}

fn is_zero(amount: &Amount) -> bool {
    *amount == Amount::ZERO
}

impl Besides {
    /// Adds what another program knew: further charges and what was said about giving them back, what the price was
    /// before, which records are not its own.
    pub fn merge(&mut self, other: &Self) {
        for second in &mut self.twice {
            let theirs = other.twice.iter().find(|theirs| theirs.is_same(second)).map(|theirs| theirs.refund);
            let RefundMarks { asked_at, given_at } = theirs.unwrap_or_default();
            second.refund.asked_at = second.refund.asked_at.or(asked_at);
            second.refund.given_at = second.refund.given_at.or(given_at);
        }
        let new = other.twice.iter().filter(|second| !self.twice.iter().any(|known| known.is_same(second)));
        let new: Vec<Second> = new.cloned().collect();
        self.twice.extend(new);
        let new = other.disowned.iter().filter(|id| !self.disowned.contains(id));
        let new: Vec<String> = new.cloned().collect();
        self.disowned.extend(new);
        self.expected = self.expected.or(other.expected);
        self.under_way_ms = self.under_way_ms.max(other.under_way_ms);
    }

    /// What of it counts as spent: all but what was given back.
    #[must_use]
    pub fn sum(&self) -> Amount {
        self.uploads + self.twice.iter().filter(|second| second.stands()).map(|second| second.cost).sum::<Amount>()
    }
}
