//! Changes of tasks on their way to the store.
//!
//! A change is applied to the state at once and to the store in order: of one task, one write is under way at a time,
//! since each changes the row's revision. The two steps that must be on disk before anything else happens are no such
//! changes: [`insert`] has a new task put down, and [`super::queue`] has `Sending` put down.

use crate::{
    act_news,
    effect::{Caps, Effect, Level, Noted, StoreCmd, Ticket, Write},
    hook,
    news::TaskNews,
    tasks,
    work::Work,
};
use domain::{
    task::{Event, LedgerLine, NewTask, Task, TaskKey, TaskState},
    time::Wall,
};
use std::collections::VecDeque;

/// Has the store insert new tasks, all or none; the ticket is that of its answer.
pub(super) fn insert(work: &mut Work, tasks: Vec<NewTask>, caps: Caps) -> (Ticket, Effect) {
    let ticket = work.ticket();
    work.queue.inserting.insert(ticket);
    (ticket, Effect::Store(StoreCmd::Insert { ticket, tasks, at: work.now.wall, caps }))
}

/// Changes a task, here at once and in the store in its turn.
pub(super) fn write(work: &mut Work, task: Task, events: Vec<Event>, ledger: Vec<LedgerLine>) -> Vec<Effect> {
    change(work, Write { task, events, ledger, never_left: None })
}

/// Changes a task as a person asked. Once that is on disk, `told` is told, and then that it was done.
pub(super) fn write_asked(
    work: &mut Work,
    task: Task,
    event: Event,
    ledger: Vec<LedgerLine>,
    told: Option<TaskNews>,
) -> Vec<Effect> {
    if let Some(what) = told {
        act_news::once_on_disk(work, task.key, what);
    }
    work.store.owed.insert(task.key);
    write(work, task, vec![event], ledger)
}

/// Changes a task whose submission never reached the service: it gives its place in the account's pace back.
pub(super) fn never_left(
    work: &mut Work,
    task: Task,
    event: Event,
    ledger: Vec<LedgerLine>,
    sent: Option<Wall>,
) -> Vec<Effect> {
    let places = &mut work.of_mut(&task.profile).sending.sent;
    if let Some(at) = places.iter().rposition(|(_, key)| *key == task.key) {
        places.remove(at);
    }
    change(work, Write { task, events: vec![event], ledger, never_left: sent })
}

fn change(work: &mut Work, mut write: Write) -> Vec<Effect> {
    let task = &mut write.task;
    let key = task.key;
    // What is no failure any more, taken up again, is not put away either.
    task.put_away_at = task.put_away_at.filter(|_| matches!(task.state(), TaskState::Failed | TaskState::Refused));
    if let Some(id) = &task.remote
        && work.known(key).is_none_or(|before| !before.texts.is_remote(&id.0))
    {
        work.store.unsaved.insert(key, id.clone());
    }
    let mut effects = hook::ended(work, task);
    tasks::put(work, task.clone());
    if let Some(rev) = only_renewals_failed(work, key).filter(|_| write.answers_a_submission()) {
        // An answer does not wait for what would only have kept the row for it.
        work.store.failed.remove(&key);
        work.store.waiting.remove(&key);
        write.task.rev = rev;
        effects.push(emit(work, write));
    } else if is_unwritten(work, key) {
        effects.extend(keep_meanwhile(&write));
        work.store.waiting.entry(key).or_default().push_back(write);
    } else {
        effects.push(emit(work, write));
    }
    effects
}

/// The revision under which that row is still to be written, where all that failed or waits of it are renewals.
fn only_renewals_failed(work: &Work, key: TaskKey) -> Option<u64> {
    let failed = work.store.failed.get(&key).filter(|write| write.is_renewal())?;
    let waiting = work.store.waiting.get(&key).is_none_or(|waiting| waiting.iter().all(Write::is_renewal));
    waiting.then_some(failed.task.rev)
}

/// While a write waits for the one before it, the answer that it brings is kept on this machine, and a paid ID in the
/// log as well.
fn keep_meanwhile(write: &Write) -> Vec<Effect> {
    if !write.answers_a_submission() {
        return Vec::new();
    }
    let keep = Effect::Store(StoreCmd::Keep(Box::new(write.clone())));
    id_not_on_disk(write).into_iter().chain([keep]).collect()
}

/// A line of the log for a paid task's ID that the store does not have yet: where that never comes to be, the log is
/// the last place that has it.
pub(super) fn id_not_on_disk(write: &Write) -> Option<Effect> {
    let (key, id) = (write.task.key, write.task.remote.as_ref()?);
    let what = format!("not yet on disk: {key} has the service's id {}", id.0);
    Some(Effect::log(Level::Error, Some(key), Noted::Text(what)))
}

/// Whether the store does not yet have that task as it is here.
#[must_use]
pub fn is_unwritten(work: &Work, key: TaskKey) -> bool {
    work.store.busy.contains_key(&key) || work.store.failed.contains_key(&key)
}

/// Whether the store does not yet have the ID of that paid task: it is kept on this machine, or was told as not saved.
#[must_use]
pub fn lacks_id(work: &Work, key: TaskKey) -> bool {
    let store = &work.store;
    let waiting = store.waiting.get(&key).into_iter().flatten();
    let under_way = store.busy.get(&key).and_then(|ticket| store.pending.get(ticket));
    waiting.chain(under_way).chain(store.failed.get(&key)).any(Write::brings_a_paid_id)
}

/// The whole of that task, as far as it is at hand: what is not on disk yet, or what something may still happen to.
#[must_use]
pub fn at_hand(work: &Work, key: TaskKey) -> Option<Task> {
    unwritten(work, key).or_else(|| work.tasks.live.get(&key).cloned())
}

/// That task as it will be once all of its writes are on disk; `None` when there are none. Its revision is the one at
/// hand now: a write that waits was made under an older one, and would be taken for older news.
pub(super) fn unwritten(work: &Work, key: TaskKey) -> Option<Task> {
    let store = &work.store;
    let waiting = store.waiting.get(&key).and_then(VecDeque::back);
    let under_way = || store.busy.get(&key).and_then(|ticket| store.pending.get(ticket));
    let write = waiting.or_else(under_way).or_else(|| store.failed.get(&key))?;
    let rev = work.known(key).map_or(write.task.rev, |row| row.rev);
    Some(Task { rev, ..write.task.clone() })
}

pub(super) fn emit(work: &mut Work, write: Write) -> Effect {
    let ticket = work.ticket();
    work.store.busy.insert(write.task.key, ticket);
    work.store.pending.insert(ticket, write.clone());
    Effect::Store(StoreCmd::Write { ticket, writes: vec![write] })
}

pub(super) fn next_write(work: &mut Work, key: TaskKey, rev: u64) -> Vec<Effect> {
    let Some(mut next) = work.store.waiting.get_mut(&key).and_then(VecDeque::pop_front) else {
        work.store.waiting.remove(&key);
        return Vec::new();
    };
    next.task.rev = rev;
    vec![emit(work, next)]
}
