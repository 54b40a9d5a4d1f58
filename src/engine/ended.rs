//! Changes to tasks that may have ended: of these the whole is in the store alone, and is read first.

use super::{adopt, audit, records, refunds, resolve, store};
use crate::{
    effect::{Effect, StoreCmd},
    work::{Then, Work},
};
use domain::task::{Task, TaskKey};

/// Makes that change as soon as the task is at hand.
pub(super) fn change(work: &mut Work, key: TaskKey, then: Then) -> Vec<Effect> {
    if let Some(task) = work.tasks.live.get(&key).cloned().or_else(|| store::unwritten(work, key)) {
        return one(work, task, then);
    }
    work.then.entry(key).or_default().push(then);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// The store has read that task.
pub(super) fn read(work: &mut Work, task: &Task) -> Vec<Effect> {
    let waiting = work.then.remove(&task.key).unwrap_or_default();
    // Each builds on the one before.
    waiting.into_iter().flat_map(|then| change_read(work, task, then)).collect()
}

fn change_read(work: &mut Work, task: &Task, then: Then) -> Vec<Effect> {
    let task = store::unwritten(work, task.key).unwrap_or_else(|| task.clone());
    one(work, task, then)
}

fn one(work: &mut Work, task: Task, then: Then) -> Vec<Effect> {
    match then {
        Then::Charge(cost) => records::take(work, task, cost),
        Then::Found(id, phase) => match adopt::known_as(work, &id) {
            Some(_) => Vec::new(),
            None => resolve::revive(work, task, id, *phase),
        },
        Then::Twice(second) => audit::take(work, task, second),
        Then::Refund(step) => refunds::take(work, task, step),
    }
}
