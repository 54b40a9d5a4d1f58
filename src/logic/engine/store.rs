//! What the store's word means: pages at the start, acknowledgements, rows that another program changed, and a store
//! that cannot be written.
//!
//! A change is applied to the state at once and to the store in order: of one task, one write is under way at a time,
//! since each changes the row's revision. The two steps that must be on disk before anything else happens (the intent
//! and `Sending`) do not go this way: see [`super::queue`] and [`super::acts`].

use super::{acts, again, event, held_by_another, held_by_us, is_ours, is_told_of, queue, saver, share, ticket, told};
use crate::{
    domain::{
        account::Sender,
        answer::HaltCause,
        problem::{Charged, Problem},
        task::{Event, LedgerLine, MoneyEvent, Phase, RemoteId, Task, TaskKey, TaskState},
        time::{HOUR, MINUTE, Mono, SECOND},
    },
    logic::{
        away, compose, detail,
        effect::{Effect, Level, StoreCmd, Ticket, Write},
        keymap::{self, Ctx},
        msg::{StoreMsg, WriteResult},
        notice, preview,
        spread::backoff,
        state::State,
        tasks, toast,
    },
    tr,
};
use std::collections::VecDeque;

/// Another program's rows are looked at again this long after its claim has run out.
const GRACE: u64 = SECOND;
/// The longest that any claim reaches ahead: that on a task whose next question waits for as long as the service may ask.
const LONGEST_CLAIM: u64 = 2 * HOUR;

/// Takes a message of the store.
pub fn store(state: &mut State, msg: StoreMsg) -> Vec<Effect> {
    match msg {
        StoreMsg::Opened { owner, total, last_seen, drafts } => {
            state.store.owner = Some(owner);
            state.tasks.total = total;
            state.tasks.rows.reserve(total);
            state.tasks.loaded = total == 0;
            crate::logic::welcome::offer(state);
            away::begin(state, last_seen);
            if state.settings.interactive {
                compose::restore(state, drafts);
            }
            let mut effects = away::note(state);
            effects.extend(super::money::ask_balance(state));
            effects
        }
        StoreMsg::TakenBack { keys } => {
            taken_back(state, &keys);
            Vec::new()
        }
        StoreMsg::Page { rows, tasks, last } => page(state, rows, tasks, last),
        StoreMsg::Inserted { ticket, result } => acts::inserted(state, ticket, result),
        StoreMsg::Written { ticket, results } => results.into_iter().flat_map(|r| written(state, ticket, r)).collect(),
        StoreMsg::Send { ticket, result } => queue::claimed(state, ticket, result),
        StoreMsg::Changed { tasks } => tasks.into_iter().flat_map(|task| changed(state, task)).collect(),
        StoreMsg::Shared { ticket, shared } => {
            share::heard(state, ticket, *shared);
            Vec::new()
        }
        StoreMsg::Detail(found) => detail::loaded(state, found),
        StoreMsg::Costs(report) => {
            state.money.report = Some(report);
            Vec::new()
        }
        StoreMsg::NoSuchTask { key } => detail::no_such(state, key),
        StoreMsg::Failed { ticket, problem } => failed(state, ticket, problem),
    }
}

/// Tells of tasks that a program was just queueing when it ended.
fn taken_back(state: &mut State, keys: &[TaskKey]) {
    let named: Vec<String> = keys.iter().take(3).map(TaskKey::to_string).collect();
    let named = named.join(tr!(", "));
    let what = match keys.len().saturating_sub(3) {
        0 => tr!("taken back, free: {keys}", keys = named),
        more => tr!("taken back, free: {keys} and {more} more", keys = named, more),
    };
    let why = tr!("the program that was queueing them ended before it knew that they were queued");
    let problem = Problem::new(what, why, tr!("Queue them again if they are still wanted."));
    toast::say(state, Level::Warning, problem.to_string(), keys.first().copied());
}

/// Changes a task, here at once and in the store in its turn.
pub(super) fn write(state: &mut State, task: Task, events: Vec<Event>, ledger: Vec<LedgerLine>) -> Vec<Effect> {
    let key = task.key;
    if let Some(id) = &task.remote
        && state.tasks.rows.get(&key).is_none_or(|before| before.remote() != Some(&id.0))
    {
        state.store.unsaved.insert(key, id.clone());
    }
    notice::noticed(state, &task);
    tasks::put(state, task.clone());
    let write = Write { task, events, ledger };
    if is_unwritten(state, key) {
        state.store.waiting.entry(key).or_default().push_back(write);
        return Vec::new();
    }
    vec![emit(state, write)]
}

/// Whether the store does not yet have that task as it is here.
pub(super) fn is_unwritten(state: &State, key: TaskKey) -> bool {
    state.store.busy.contains_key(&key) || state.store.failed.contains_key(&key)
}

/// That task as it will be once all of its writes are on disk; `None` when there are none. Its revision is the one at hand
/// now: a write that waits was made under an older one, and would be taken for older news.
pub(super) fn unwritten(state: &State, key: TaskKey) -> Option<Task> {
    let store = &state.store;
    let waiting = store.waiting.get(&key).and_then(VecDeque::back);
    let under_way = || store.busy.get(&key).and_then(|ticket| store.pending.get(ticket));
    let write = waiting.or_else(under_way).or_else(|| store.failed.get(&key))?;
    let rev = state.tasks.rows.get(&key).map_or(write.task.rev, |row| row.rev);
    Some(Task { rev, ..write.task.clone() })
}

fn emit(state: &mut State, write: Write) -> Effect {
    let ticket = ticket(state);
    state.store.busy.insert(write.task.key, ticket);
    state.store.pending.insert(ticket, write.clone());
    Effect::Store(StoreCmd::Write { ticket, writes: vec![write] })
}

fn written(state: &mut State, of: Ticket, result: WriteResult) -> Vec<Effect> {
    let Some(write) = state.store.pending.remove(&of) else {
        state.stale += 1;
        return Vec::new();
    };
    let key = write.task.key;
    state.store.busy.remove(&key);
    healthy(state);
    match result {
        WriteResult::Done { rev, .. } => {
            if state.store.unsaved.get(&key) == write.task.remote.as_ref() {
                state.store.unsaved.remove(&key);
            }
            if let Some(task) = state.tasks.live.get_mut(&key) {
                task.rev = rev;
            }
            if let Some(row) = state.tasks.rows.get_mut(&key) {
                row.rev = rev;
            }
            let mut effects = next_write(state, key, rev);
            if effects.is_empty() {
                told::on_disk(state, key);
                effects.extend(again::on_disk(state, key));
            }
            effects.extend(saver::claim_saved(state, &write.task));
            effects
        }
        WriteResult::Overtaken(now) => overtaken(state, write, *now),
    }
}

fn next_write(state: &mut State, key: TaskKey, rev: u64) -> Vec<Effect> {
    let Some(mut next) = state.store.waiting.get_mut(&key).and_then(VecDeque::pop_front) else {
        state.store.waiting.remove(&key);
        return Vec::new();
    };
    next.task.rev = rev;
    vec![emit(state, next)]
}

/// Another program changed the row first. Its word stands, but for one case: an answer that was had is never lost to a
/// row that only says that the answer is not known.
fn overtaken(state: &mut State, mut write: Write, now: Task) -> Vec<Effect> {
    let key = now.key;
    let found = write.task.remote.clone().filter(|id| now.remote.as_ref() != Some(id));
    let is_open = matches!(now.phase, Phase::Unknown { .. } | Phase::Sending { .. }) && now.remote.is_none();
    let put_back = write.task.state() == TaskState::Queued && now.state() == TaskState::Unknown;
    if is_open && (found.is_some() || write.task.state() == TaskState::Refused || put_back) {
        if put_back {
            // The other program has counted it as spent; proven not taken, it is only set aside again.
            let line = LedgerLine { at: state.now.wall, event: MoneyEvent::Reserved, amount: write.task.cost };
            write.ledger.push(line);
        }
        write.task.rev = now.rev;
        // What was done here since stays in the state, and behind this in the store.
        return vec![emit(state, write)];
    }
    state.store.waiting.remove(&key);
    if now.remote.is_some() {
        // The store has an id for it; where it is another one, the person is told below.
        state.store.unsaved.remove(&key);
    }
    state.queue.after_write.remove(&key);
    let mut effects = changed(state, now.clone());
    // The store may have taken our claim on a file and told of a failure.
    effects.extend(saver::claim_saved(state, &now));
    if let Some(id) = found {
        effects.extend(came_late(state, now, id));
    }
    told::overtaken(state, key);
    effects
}

/// An answer came after a person had settled the task as unknown: it costs money, whatever was settled.
fn came_late(state: &mut State, mut task: Task, id: RemoteId) -> Vec<Effect> {
    let what = tr!("{key} was accepted after all, and charged: the service's id is {id}", key = task.key, id = id.0);
    let next = tr!("{download} fetches its file.", download = keymap::named(state, Ctx::Table, "download"));
    let problem = Problem::new(what, tr!("the answer came after it had been settled"), next);
    toast::say(state, Level::Error, problem.to_string(), Some(task.key));
    let mut effects = vec![Effect::log(Level::Error, Some(task.key), &problem)];
    if task.remote.is_none() && !task.state().is_live() {
        let note = event(state, "accepted", problem.to_string());
        let line = LedgerLine { at: state.now.wall, event: MoneyEvent::Charged, amount: task.cost };
        task.remote = Some(id);
        task.phase = Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes };
        effects.extend(write(state, task, vec![note], vec![line]));
    }
    effects
}

/// A row as the store has it now.
pub(super) fn changed(state: &mut State, task: Task) -> Vec<Effect> {
    let key = task.key;
    let claimed = state.queue.claiming.as_ref().is_some_and(|(_, of)| *of == key) && held_by_us(state, &task);
    if claimed || is_unwritten(state, key) || state.queue.posting.contains_key(&key) {
        return Vec::new(); // Our own write is under way: its answer brings the row as it is.
    }
    if state.tasks.rows.get(&key).is_some_and(|row| row.rev > task.rev) {
        return Vec::new(); // Older news than what is here.
    }
    hold(state, &task);
    let mut effects = saver::lost(state, &task);
    tasks::put(state, task.clone());
    let (unwanted, unsettle) = (state.saver.unwanted.remove(&key), state.unsettle.remove(&key));
    effects.extend(match state.saver.wanted.remove(&key) {
        Some(dir) => acts::download_one(state, task, dir),
        None if unwanted => acts::stop_saving(state, task),
        None if unsettle => acts::take_back_one(state, task),
        None if task.state() == TaskState::Sending => found_sending(state, task),
        None => take_over(state, task),
    });
    effects
}

/// A row in `Sending` whose POST is not under way here.
fn found_sending(state: &mut State, task: Task) -> Vec<Effect> {
    if held_by_another(state, &task) || !is_told_of(state, task.key) {
        return Vec::new();
    }
    if held_by_us(state, &task) {
        // The store saved it and then told of a failure: the word that lets a POST go out never came.
        return queue::unsend(state, task);
    }
    queue::orphaned(state, task)
}

/// A task that nobody holds and that needs work becomes ours.
fn take_over(state: &mut State, mut task: Task) -> Vec<Effect> {
    if !is_ours(state, &task) || state.ending.is_some() {
        return Vec::new();
    }
    match task.phase.clone() {
        // Without a key it could not be asked about; the first answer claims it.
        Phase::Running { .. } if state.settings.has_key && !held_by_us(state, &task) => {
            task.claim = super::claim(state, super::poller::CLAIM);
            write(state, task, vec![], vec![])
        }
        // A program that fetched a saved file once more has died over it.
        Phase::Ready { kept: Some(_), .. } | Phase::Saving { kept: Some(_), .. } if !is_in_hand(state, &task) => {
            task.back_to_saved();
            let note = event(state, "stopped", tr!("download stopped; the part stays"));
            write(state, task, vec![note], vec![])
        }
        Phase::Saving { file, tries, .. } if !state.saver.active.contains_key(&task.key) => {
            task.claim = None;
            task.phase = Phase::Ready { file, trouble: None, tries, next_try: Some(state.now.wall), kept: None };
            write(state, task, vec![], vec![])
        }
        Phase::Running { .. }
        | Phase::Saving { .. }
        | Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Ready { .. }
        | Phase::Saved { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => Vec::new(),
    }
}

/// Whether this run is fetching that file, or is about to.
fn is_in_hand(state: &State, task: &Task) -> bool {
    state.saver.active.contains_key(&task.key) || (task.state() == TaskState::Ready && held_by_us(state, task))
}

/// Remembers until when another program holds a row that would be ours otherwise.
pub(super) fn hold(state: &mut State, task: &Task) {
    let held = task.state().is_live() && is_told_of(state, task.key) && held_by_another(state, task);
    let look = task.claim.as_ref().filter(|_| held).map(|claim| match claim.until.since(state.now.wall) {
        // The clock was set back. Nothing can be taken from a program that lives, but the store knows whether it does.
        ahead if ahead > LONGEST_CLAIM => state.now.mono.plus(MINUTE),
        ahead => state.now.mono.plus(ahead).plus(GRACE),
    });
    state.store.held.set(task.key, look);
}

fn page(state: &mut State, rows: Vec<crate::domain::task::Row>, whole: Vec<Task>, last: bool) -> Vec<Effect> {
    // What is here already came after the start: this run's own, or another living program's.
    let is_old = |task: &&Task| !state.tasks.rows.contains_key(&task.key);
    let waits = |task: &&Task| task.state() == TaskState::Queued && is_ours(state, task);
    let unsent: Vec<TaskKey> = whole.iter().filter(is_old).filter(waits).map(|task| task.key).collect();
    let stopped: Vec<TaskKey> =
        whole.iter().filter(is_old).filter(|task| task.is_stopped()).map(|task| task.key).collect();
    tasks::put_page(state, rows);
    state.tasks.loaded |= last;
    let sends = |sender: &Sender| sender.profile == state.settings.profile.name;
    if !unsent.is_empty() && state.settings.interactive && !state.sharing.senders.iter().any(sends) {
        // Work confirmed in an earlier run, which nobody is sending: a person decides whether it still is to be paid for.
        state.queue.paused = true;
        state.queue.unsent = unsent.into_iter().collect();
    }
    let mut effects: Vec<Effect> = whole.into_iter().flat_map(|task| changed(state, task)).collect();
    effects.extend(stopped.into_iter().flat_map(|key| saver::come_back(state, key)));
    if last {
        away::finish(state);
    }
    effects
}

/// Looks again at rows whose holder's claim has run out: it may have died.
pub(super) fn look_again(state: &mut State) -> Vec<Effect> {
    let due: Vec<TaskKey> = state.store.held.due(state.now.mono).collect();
    if due.is_empty() {
        return Vec::new();
    }
    for key in &due {
        // If nothing has changed by then, it is looked at again in a minute.
        state.store.held.set(*key, Some(state.now.mono.plus(MINUTE)));
    }
    vec![Effect::Store(StoreCmd::Look { keys: due })]
}

pub(super) fn look_deadline(state: &State) -> Option<Mono> {
    state.store.held.first()
}

/// A command failed. What was to be written stays in hand and is tried again; nothing is sent until it is on disk.
fn failed(state: &mut State, of: Option<Ticket>, problem: Problem) -> Vec<Effect> {
    let mut effects = vec![Effect::log(Level::Error, None, &problem)];
    if let Some(write) = of.and_then(|ticket| state.store.pending.remove(&ticket)) {
        effects.extend(not_written(state, write, &problem));
    }
    if state.queue.claiming.as_ref().is_some_and(|(ticket, _)| Some(*ticket) == of) {
        state.queue.claiming = None;
    }
    of.map(|ticket| share::failed(state, ticket));
    if let Some(ticket) = of.filter(|ticket| state.queue.inserting.remove(ticket)) {
        state.adopting.inserting.remove(&ticket);
        preview::insert_failed(state, ticket, &problem);
        told::report(state, None, Err(problem.clone()));
    }
    if of.is_none() {
        told::not_read(state, &problem);
    }
    // A hundred writes that fail together are one failure; without a store there is nothing to try again.
    if state.store.retry_at.is_none() {
        state.store.failures = state.store.failures.saturating_add(1);
        let wait = backoff(SECOND, 30 * SECOND, state.store.failures, 0);
        state.store.retry_at = state.store.owner.as_ref().map(|_| state.now.mono.plus(wait));
    }
    let what = tr!("sending stopped: the store cannot be written");
    queue::halt_here(state, Problem::new(what, problem.fact(), problem.next));
    effects
}

fn not_written(state: &mut State, write: Write, problem: &Problem) -> Option<Effect> {
    let key = write.task.key;
    // The log is the last place where a paid task's id survives if the store never comes back.
    let log = write.task.remote.as_ref().map(|id| {
        let what = format!("not yet on disk: {key} has the service's id {}", id.0);
        Effect::log(Level::Error, Some(key), &Problem::new(what, "", ""))
    });
    told::not_on_disk(state, key, problem);
    if state.store.failures == 0 {
        super::ending::ask_about_unsaved(state);
    }
    state.store.busy.remove(&key);
    state.store.failed.insert(key, write);
    log
}

/// Tries the failed writes again.
pub(super) fn retry(state: &mut State) -> Vec<Effect> {
    if state.store.retry_at.is_none_or(|at| at > state.now.mono) {
        return Vec::new();
    }
    state.store.retry_at = None;
    share::retry(state);
    if state.store.failed.is_empty() {
        // Nothing to write again: the next wish to send finds out, and sends nothing if it fails.
        resume(state);
        return Vec::new();
    }
    let failed = std::mem::take(&mut state.store.failed);
    failed.into_values().map(|write| emit(state, write)).collect()
}

pub(super) fn retry_deadline(state: &State) -> Option<Mono> {
    state.store.retry_at
}

/// A command came through: what the store had halted goes on.
pub(super) fn healthy(state: &mut State) {
    if state.store.failures == 0 || !state.store.failed.is_empty() {
        return;
    }
    state.store.failures = 0;
    state.store.retry_at = None;
    resume(state);
    toast::say(state, Level::Info, tr!("the store can be written again").to_owned(), None);
}

fn resume(state: &mut State) {
    state.queue.halted.take_if(|halt| halt.cause == HaltCause::Store);
}
