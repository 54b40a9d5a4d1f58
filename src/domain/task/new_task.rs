//! A task that is not in the store yet.

use super::{Phase, RemoteId, TaskKey};
use crate::{
    amount::{Amount, CostSource, Currency, Money},
    request::Request,
    retry::Caution,
};
use serde::{Deserialize, Serialize};

/// A task that does not have a key yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTask {
    /// The attempt that it repeats.
    pub parent: Option<TaskKey>,
    /// What the person was told of that attempt, and has said a second word to.
    pub agreed: Vec<Caution>,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// The user's own name for it.
    pub name: Option<String>,
    /// The profile (account) it belongs to.
    pub profile: String,
    /// What is asked of the service.
    pub request: Request,
    /// Its price.
    pub cost: Amount,
    /// What it is in.
    pub currency: Currency,
    /// Who says so; `None` for a task made elsewhere, whose price is not known.
    pub cost_source: Option<CostSource>,
    /// The service's id, for a task made elsewhere and adopted.
    pub remote: Option<RemoteId>,
    /// Whether the program sends it by itself, as `[retry]` allows it.
    pub automatic: bool,
    /// The stage it begins in: queued, or running for an adopted one.
    pub phase: Phase,
}

impl NewTask {
    /// Its price with its currency.
    #[must_use]
    pub const fn money(&self) -> Money {
        self.cost.of(self.currency)
    }
}
