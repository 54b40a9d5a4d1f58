//! A store that fails, or is away: what was to be written stays in hand and is tried again, nothing is sent meanwhile,
//! and what only the store had halted goes on when it is back. A shared store is away while its server is not reached:
//! then the work goes on with what was last seen.

use crate::{
    act_news,
    backoff::backoff,
    effect::{Effect, Level, Noted, StoreCmd, Ticket, Write},
    ids,
    news::{News, NotDone, NotQueued, QueueNews, StoreNews},
    profile_state::Halt,
    share, tasks,
    work::{Deferred, Work},
    writes::{emit, id_not_on_disk, is_unwritten},
};
use domain::{
    account::HaltCause,
    reason::{
        Reason,
        store::{Deed, Fault},
    },
    task::{RemoteId, Task, TaskKey, TaskState},
    time::{Mono, SECOND, Wall},
};
use std::collections::BTreeSet;

/// A command failed. What was to be written stays in hand and is tried again; nothing is sent until it is on disk.
pub(super) fn failed(work: &mut Work, ticket: Option<Ticket>, fault: Fault) -> Vec<Effect> {
    let mut effects = vec![Effect::log(Level::Error, None, Noted::Reason(Reason::Store(fault.clone())))];
    if fault.is_of_the_connection() {
        work.store.away.get_or_insert(work.now.wall);
    }
    if work.store.only_reads && !fault.is_of_the_connection() {
        match ticket {
            None if matches!(fault.deed, Deed::Read | Deed::ReadTasks | Deed::ReadLedger) => {
                not_read(work, &fault);
            }
            _ => denied(work, ticket, fault),
        }
        return effects;
    }
    if let Some(write) = ticket.and_then(|ticket| work.store.pending.remove(&ticket)) {
        effects.extend(not_written(work, write, &fault));
    }
    work.queue.claiming.take_if(|claiming| Some(claiming.ticket) == ticket);
    if let Some(ticket) = ticket {
        share::failed(work, ticket);
    }
    not_inserted(work, ticket, &fault);
    if ticket.is_none() {
        not_read(work, &fault);
    }
    // A hundred writes that fail together are one failure; without a store there is nothing to try again.
    if work.store.retry_at.is_none() {
        work.store.failures = work.store.failures.saturating_add(1);
        let wait = backoff(SECOND, 30 * SECOND, work.store.failures, 0);
        work.store.retry_at = work.store.owner.as_ref().map(|_| work.now.mono.plus(wait));
    }
    halt_for_store(work, fault);
    effects
}

/// The store could not be read: what waits for it to tell of a task waits no longer.
fn not_read(work: &mut Work, fault: &Fault) {
    work.news.push(News::Store(StoreNews::Unread(fault.clone())));
    work.money.refunds_stale = true;
    ids::not_looked_up(work);
    let mut unwanted = std::mem::take(&mut work.saver.unwanted);
    unwanted.append(&mut work.reopening);
    unwanted.extend(std::mem::take(&mut work.putting_away).into_keys());
    unwanted.append(&mut give_up_wishes(work));
    for key in std::mem::take(&mut work.saver.wanted).into_keys().chain(unwanted) {
        act_news::not_done(work, Some(key), NotDone::NotRead(fault.clone()));
    }
}

/// What a person wished of tasks that were to be read first waits no longer; gives of which. What the service told is
/// kept until they can be read.
fn give_up_wishes(work: &mut Work) -> BTreeSet<TaskKey> {
    let mut of = BTreeSet::new();
    work.deferred.retain(|key, waiting| {
        let told = waiting.len();
        waiting.retain(|change| matches!(change, Deferred::Charge(_) | Deferred::Twice(_)));
        if waiting.len() < told {
            of.insert(*key);
        }
        !waiting.is_empty()
    });
    of
}

/// Tells of new tasks that are not in the store. Tells whether these were some.
fn not_inserted(work: &mut Work, ticket: Option<Ticket>, fault: &Fault) -> bool {
    let Some(ticket) = ticket.filter(|ticket| work.queue.inserting.remove(ticket)) else { return false };
    work.adopting.inserting.remove(&ticket);
    work.news.push(News::Batch { ticket, result: Err(NotQueued::Store(fault.clone())) });
    true
}

/// A reader's role changes nothing: it is said once, nothing is tried again, and looking goes on.
fn denied(work: &mut Work, ticket: Option<Ticket>, fault: Fault) {
    if let Some(write) = ticket.and_then(|ticket| work.store.pending.remove(&ticket)) {
        let key = write.task.key;
        work.store.busy.remove(&key);
        act_news::not_on_disk(work, key, &fault);
        work.store.untold.remove(&key);
    } else if not_inserted(work, ticket, &fault) {
        return;
    }
    if let Some(ticket) = ticket {
        share::denied(work, ticket);
    }
    work.news.push(News::Store(StoreNews::Denied(fault)));
}

fn not_written(work: &mut Work, write: Write, fault: &Fault) -> Option<Effect> {
    let key = write.task.key;
    let log = id_not_on_disk(&write);
    act_news::not_on_disk(work, key, fault);
    if work.store.failures == 0 {
        ask_about_unsaved(work);
    }
    work.store.busy.remove(&key);
    work.store.failed.insert(key, write);
    log
}

/// Tries the failed writes again.
pub(super) fn retry(work: &mut Work) -> Vec<Effect> {
    if work.store.retry_at.is_none_or(|at| at > work.now.mono) {
        return Vec::new();
    }
    work.store.retry_at = None;
    share::retry(work);
    // What could not be read is wanted still.
    let mut keys: Vec<TaskKey> = work.deferred.keys().copied().collect();
    if work.store.failed.is_empty() {
        // Nothing to write again: a look at a row finds out whether there is a store at all, and the halt stands until
        // then. Whether it can be written the next wish to send finds out, which sends nothing if it fails.
        keys.extend(work.tasks.rows.last().map(|row| row.key));
        if keys.is_empty() {
            resume(work);
        }
    }
    let failed = std::mem::take(&mut work.store.failed);
    let look = (!keys.is_empty()).then_some(Effect::Store(StoreCmd::Look { keys }));
    failed.into_values().map(|write| emit(work, write)).chain(look).collect()
}

/// Tries the store again now, by a person's word.
pub(super) fn try_now(work: &mut Work) {
    work.store.retry_at = work.store.owner.as_ref().map(|_| work.now.mono);
    work.news.push(News::Store(StoreNews::Tried));
}

pub(super) fn retry_deadline(work: &Work) -> Option<Mono> {
    work.store.retry_at
}

/// The store is open, whatever it met before.
pub(super) fn opened(work: &mut Work) {
    if work.store.failures > 0 {
        (work.store.away, work.store.failures, work.store.retry_at) = (None, 0, None);
        resume(work);
        work.news.push(News::Store(StoreNews::Back));
    }
}

/// A look came through: the store is there, though it may not take changes.
pub(super) fn looked(work: &mut Work) {
    if work.store.away.is_some() {
        healthy(work);
    } else if work.store.retry_at.is_none() && work.store.failed.is_empty() {
        resume(work);
    }
}

/// A command came through: what the store had halted goes on.
pub(super) fn healthy(work: &mut Work) {
    if work.store.away.take().is_some() && !work.store.failed.is_empty() {
        // The rest need not wait for the end of a pause that was meant for a line that is down.
        work.store.retry_at = Some(work.now.mono);
    }
    if work.store.failures == 0 || !work.store.failed.is_empty() {
        return;
    }
    work.store.failures = 0;
    work.store.retry_at = None;
    // Until the store knows it, nothing of what other programs have changed is taken.
    share::retry(work);
    resume(work);
    work.news.push(News::Store(StoreNews::Back));
}

fn resume(work: &mut Work) {
    for profile in work.profiles() {
        let halted = &mut work.of_mut(&profile).sending.halted;
        halted.take_if(|halt| halt.cause == HaltCause::Store);
    }
}

/// What is shown is as the store was then: it was last seen at that moment.
pub(super) fn away_since(work: &mut Work, since: Wall) {
    let known = work.store.away.unwrap_or(since);
    work.store.away = Some(known.min(since));
}

/// An answer that the store could not take is synced to a file of this machine: nobody has to wait or write it down.
pub(super) fn kept_here(work: &mut Work, key: TaskKey, id: RemoteId) {
    if work.store.unsaved.get(&key) == Some(&id) {
        work.store.unsaved.remove(&key);
        work.news.push(News::Store(StoreNews::KeptHere { key, id }));
    }
}

/// A program of this machine ended before it could save an answer that it had. The answer goes the way of its own
/// writes: the store takes it if the row is as that program knew it, else what an answer means that comes late is
/// decided as ever.
pub(super) fn left(work: &mut Work, write: Write) -> Option<Effect> {
    let key = write.task.key;
    if is_unwritten(work, key) || work.queue.posting.contains_key(&key) {
        return None; // It is told again.
    }
    let task = Task { claim: None, ..write.task.clone() };
    if task.state() == TaskState::Queued && !work.tasks.loaded && work.settings.interactive {
        // Unsent work of an earlier run, as what the pages bring.
        work.queue.paused = true;
        work.queue.unsent.insert(key);
    }
    let rev = work.known(key).map_or(task.rev, |row| row.rev);
    tasks::put(work, Task { rev, ..task.clone() });
    Some(emit(work, Write { task, ..write }))
}

/// Stops this program's sending: the store cannot be written. What needs a person more stays.
fn halt_for_store(work: &mut Work, fault: Fault) {
    let halt = Halt { cause: HaltCause::Store, tasks: 0, reason: Reason::Store(fault), by: None };
    let mut is_new = false;
    for profile in work.profiles() {
        let halted = &mut work.of_mut(&profile).sending.halted;
        is_new |= halted.is_none();
        // What the store meets now is more than what it met at first.
        if halted.as_ref().is_none_or(|halted| halted.cause == HaltCause::Store) {
            *halted = Some(halt.clone());
        }
    }
    if is_new {
        work.news.push(News::Queue(QueueNews::Halted(halt)));
    }
}

/// Whether the end waits, for as long as the person does, for ids of paid tasks that are not on disk.
#[must_use]
pub fn waits_for_room(work: &Work) -> bool {
    work.ending.as_ref().is_some_and(|ending| ending.by_person) && !work.store.unsaved.is_empty()
}

/// Says what the end waits for when ids of paid tasks are not on disk, and how not to wait.
pub(super) fn ask_about_unsaved(work: &mut Work) {
    let Some((key, id)) = work.store.unsaved.first_key_value().filter(|_| waits_for_room(work)) else { return };
    let more = work.store.unsaved.len() - 1;
    let news = QueueNews::EndWaitsForRoom { key: *key, id: id.clone(), more };
    work.news.push(News::Queue(news));
}
