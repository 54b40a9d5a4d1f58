//! Whose hands a task is in: this run's, another program's, or nobody's; and what this run works on at all.

use crate::{settings::Scope, work::Work};
use domain::{
    task::{Claim, Task, TaskKey},
    time::MINUTE,
};

/// How long a claim on a running task, or on a file being saved, is good for; renewed when half of it is gone.
pub(super) const CLAIM_MS: u64 = 3 * MINUTE;

/// Whether this run may work on that task: its account, its scope, and nobody else's claim.
pub(super) fn is_ours(work: &Work, task: &Task) -> bool {
    in_scope(work, task) && !held_by_another(work, task)
}

/// Whether this run's scope has that task, and its account.
pub(super) fn in_scope(work: &Work, task: &Task) -> bool {
    work.of(&task.profile).is_known && is_told_of(work, task.key)
}

/// Whether this run's scope has that task, of any account.
pub(super) fn is_told_of(work: &Work, key: TaskKey) -> bool {
    match work.settings.scope {
        _ if work.store.only_reads => false,
        Scope::All => true,
        Scope::Named => work.queue.named.contains(&key),
        Scope::None => false,
    }
}

/// Whether this run has the task in its hands.
pub(super) fn held_by_us(work: &Work, task: &Task) -> bool {
    task.claim.as_ref().is_some_and(|claim| Some(&claim.owner) == work.store.owner.as_ref())
}

/// Whether another running program has the task in its hands.
pub(super) fn held_by_another(work: &Work, task: &Task) -> bool {
    task.claim
        .as_ref()
        .is_some_and(|claim| Some(&claim.owner) != work.store.owner.as_ref() && claim.until > work.now.wall)
}

/// This run's claim on a task for the next `ms` milliseconds. `None` while the store is not open, and when the program
/// ends: what is still answered then is for the other programs.
pub(super) fn claim(work: &Work, ms: u64) -> Option<Claim> {
    if work.ending.is_some() {
        return None;
    }
    work.store.owner.clone().map(|owner| Claim { owner, until: work.now.wall.plus(ms) })
}

/// Takes a task into this run's scope.
pub(super) fn name(work: &mut Work, key: TaskKey) {
    if work.settings.scope == Scope::Named {
        work.queue.named.insert(key);
    }
}
