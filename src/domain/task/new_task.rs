//! A task that is not in the store yet.

use super::{Besides, Phase, RefundMarks, RemoteId, Task, TaskKey};
use crate::{
    amount::{Amount, CostSource, Currency, Money},
    request::Request,
    retry::Caution,
    time::Wall,
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

    /// The task that it becomes: made then, by that person, in that batch. The store gives it a revision.
    #[must_use]
    pub fn into_task(self, key: TaskKey, batch: TaskKey, at: Wall, who: Option<&str>) -> Task {
        Task {
            key,
            rev: 0,
            parent: self.parent,
            attempt: self.attempt,
            name: self.name,
            profile: self.profile,
            request: self.request,
            cost: self.cost,
            currency: self.currency,
            cost_source: self.cost_source,
            remote: self.remote,
            expires_at: None,
            dir: None,
            created_at: at,
            sent_at: None,
            finished_at: None,
            phase: self.phase,
            claim: None,
            automatic: self.automatic,
            settled: None,
            request_id: None,
            put_away_at: None,
            batch,
            evidence: None,
            refund: RefundMarks::default(),
            besides: Besides::default(),
            who: who.map(str::to_owned),
        }
    }
}
