//! What the store's word means: pages at the start, acknowledgements, rows that another program changed, and a store
//! that cannot be written.
//!
//! A change is applied to the state at once and to the store in order: of one task, one write is under way at a time,
//! since each changes the row's revision. The two steps that must be on disk before anything else happens (the intent
//! and `Sending`) do not go this way: see [`super::queue`] and [`super::acts`].

use super::{held_by_another, in_scope, is_ours, queue, saver, ticket};
use crate::{
    domain::{
        answer::HaltCause,
        problem::Problem,
        task::{Event, LedgerLine, Phase, Task, TaskKey, TaskState},
        time::{MINUTE, Mono, SECOND, Wall},
    },
    logic::{
        away, compose, detail,
        effect::{Effect, Level, StoreCmd, Ticket, Write},
        msg::{StoreMsg, WriteResult},
        notice, preview,
        spread::backoff,
        state::State,
        tasks, toast,
    },
};

/// Another program's rows are looked at again this long after its claim has run out.
const GRACE: u64 = SECOND;

/// Takes a message of the store.
pub fn store(state: &mut State, msg: StoreMsg) -> Vec<Effect> {
    match msg {
        StoreMsg::Opened { owner, total, last_seen, drafts } => {
            state.store.owner = Some(owner);
            state.tasks.total = total;
            state.tasks.loaded = total == 0;
            away::begin(state, last_seen);
            compose::restore(state, drafts);
            let mut effects = vec![Effect::Store(StoreCmd::SaveSeen { at: state.now.wall })];
            effects.extend(super::money::ask_balance(state));
            effects
        }
        StoreMsg::Page { rows, tasks, last } => page(state, rows, tasks, last),
        StoreMsg::Inserted { ticket, result } => super::acts::inserted(state, ticket, result),
        StoreMsg::Written { ticket, results } => results.into_iter().flat_map(|r| written(state, ticket, r)).collect(),
        StoreMsg::Send { ticket, result } => queue::claimed(state, ticket, result),
        StoreMsg::Changed { tasks } => tasks.into_iter().flat_map(|task| changed(state, task)).collect(),
        StoreMsg::Detail(found) => detail::loaded(state, found),
        StoreMsg::NoSuchTask { key } => detail::no_such(state, key),
        StoreMsg::Failed { ticket, problem } => failed(state, ticket, problem),
    }
}

/// Changes a task, here at once and in the store in its turn.
pub(super) fn write(state: &mut State, task: Task, events: Vec<Event>, ledger: Vec<LedgerLine>) -> Vec<Effect> {
    let key = task.key;
    notice::noticed(state, &task);
    tasks::put(state, task.clone());
    let write = Write { task, events, ledger };
    if state.store.busy.contains_key(&key) {
        state.store.waiting.entry(key).or_default().push_back(write);
        return Vec::new();
    }
    vec![emit(state, write)]
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
            let mut on_disk = write.task;
            on_disk.rev = rev;
            if let Some(task) = state.tasks.live.get_mut(&key) {
                task.rev = rev;
            }
            if let Some(row) = state.tasks.rows.get_mut(&key) {
                row.rev = rev;
            }
            let mut effects = next_write(state, key, rev);
            effects.extend(saver::claim_saved(state, &on_disk, of));
            effects.extend(detail::follow(state));
            effects
        }
        WriteResult::Overtaken(now) => overtaken(state, write, *now),
    }
}

fn next_write(state: &mut State, key: TaskKey, rev: u64) -> Vec<Effect> {
    let Some(mut next) = state.store.waiting.get_mut(&key).and_then(std::collections::VecDeque::pop_front) else {
        state.store.waiting.remove(&key);
        return Vec::new();
    };
    next.task.rev = rev;
    vec![emit(state, next)]
}

/// Another program changed the row first. Its word stands, but for one case: an answer that was had and paid for is
/// never lost to a row that only says it is not known.
fn overtaken(state: &mut State, write: Write, now: Task) -> Vec<Effect> {
    let key = now.key;
    let waiting = state.store.waiting.remove(&key).unwrap_or_default();
    saver::let_go(state, key);
    let knows_more = write.task.remote.is_some() && now.remote.is_none();
    if knows_more && matches!(now.phase, Phase::Unknown { .. } | Phase::Sending { .. }) {
        let mut again = write;
        again.task.rev = now.rev;
        tasks::put(state, again.task.clone());
        state.store.waiting.insert(key, waiting);
        return vec![emit(state, again)];
    }
    changed(state, now)
}

/// A row as the store has it now.
pub(super) fn changed(state: &mut State, task: Task) -> Vec<Effect> {
    let key = task.key;
    if state.store.busy.contains_key(&key) || state.queue.posting.contains_key(&key) {
        return Vec::new(); // Our own write is under way: its answer brings the row as it is.
    }
    hold(state, &task);
    if let Some(dir) = state.saver.wanted.remove(&key) {
        tasks::put(state, task.clone());
        return super::acts::download_one(state, task, dir);
    }
    let orphan = task.state() == TaskState::Sending && in_scope(state, &task) && !held_by_another(state, &task);
    tasks::put(state, task.clone());
    let mut effects = if orphan { queue::orphaned(state, task) } else { take_over(state, task) };
    effects.extend(detail::follow(state));
    effects
}

/// A task that nobody holds and that needs work becomes ours.
fn take_over(state: &mut State, mut task: Task) -> Vec<Effect> {
    if !is_ours(state, &task)
        || task.claim.as_ref().is_some_and(|claim| Some(&claim.owner) == state.store.owner.as_ref())
    {
        return Vec::new();
    }
    match task.phase.clone() {
        Phase::Running { .. } => {
            task.claim = super::claim(state, super::poller::CLAIM);
            write(state, task, vec![], vec![])
        }
        Phase::Saving { file, tries } => {
            task.claim = None;
            task.phase = Phase::Ready { file, trouble: None, tries, next_try: Some(state.now.wall) };
            write(state, task, vec![], vec![])
        }
        Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Ready { .. }
        | Phase::Saved { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => Vec::new(),
    }
}

/// Remembers until when another program holds a row.
fn hold(state: &mut State, task: &Task) {
    match &task.claim {
        Some(claim) if task.state().is_live() && held_by_another(state, task) => {
            state.store.held.insert(task.key, claim.until);
        }
        _ => {
            state.store.held.remove(&task.key);
        }
    }
}

fn page(state: &mut State, rows: Vec<crate::domain::task::Row>, whole: Vec<Task>, last: bool) -> Vec<Effect> {
    let first = state.tasks.rows.is_empty();
    tasks::put_page(state, rows);
    state.tasks.loaded |= last;
    let unsent = whole.iter().any(|task| task.state() == TaskState::Queued && is_ours(state, task));
    if first && unsent && state.settings.interactive {
        // Work confirmed in an earlier run: the person decides whether it still is to be paid for.
        state.queue.paused = true;
    }
    let mut effects: Vec<Effect> = whole.into_iter().flat_map(|task| changed(state, task)).collect();
    if last {
        away::finish(state);
    }
    effects.extend(detail::follow(state));
    effects
}

/// Looks again at rows whose holder's claim has run out: it may have died.
pub(super) fn look_again(state: &mut State) -> Vec<Effect> {
    let due: Vec<TaskKey> =
        state.store.held.iter().filter(|(_, until)| until.plus(GRACE) <= state.now.wall).map(|(key, _)| *key).collect();
    if due.is_empty() {
        return Vec::new();
    }
    for key in &due {
        // If nothing has changed by then, it is looked at again in a minute.
        state.store.held.insert(*key, state.now.wall.plus(MINUTE));
    }
    vec![Effect::Store(StoreCmd::Look { keys: due })]
}

pub(super) fn look_deadline(state: &State) -> Option<Mono> {
    let soonest: Option<&Wall> = state.store.held.values().min();
    soonest.map(|until| state.now.mono_at(until.plus(GRACE)))
}

/// A command failed. What was to be written stays in hand and is tried again; nothing is sent until it is on disk.
fn failed(state: &mut State, of: Option<Ticket>, problem: Problem) -> Vec<Effect> {
    let mut effects = vec![Effect::log(Level::Error, None, &problem)];
    if of.is_none() {
        // It may have been the question about a task's detail, which has no number: it may be asked again.
        state.screen.detail.asked = None;
    }
    if let Some(write) = of.and_then(|ticket| state.store.pending.remove(&ticket)) {
        if let Some(id) = &write.task.remote {
            // The log is the last place where a paid task's id survives if the store never comes back.
            let what = format!("not yet on disk: {} has the service's id {}", write.task.key, id.0);
            effects.push(Effect::log(Level::Error, Some(write.task.key), &Problem::new(what, "", "")));
        }
        state.store.busy.remove(&write.task.key);
        saver::let_go(state, write.task.key);
        state.store.failed.push_back(write);
    }
    if state.queue.claiming.as_ref().is_some_and(|(ticket, _)| Some(*ticket) == of) {
        state.queue.claiming = None;
    }
    if let Some(ticket) = of.filter(|ticket| state.queue.inserting.remove(ticket)) {
        state.queue.adopting.remove(&ticket);
        preview::insert_failed(state, ticket, &problem);
        super::report(state, None, Err(problem.clone()));
    }
    state.store.failures += 1;
    let wait = backoff(SECOND, 30 * SECOND, state.store.failures, 0);
    state.store.retry_at = Some(state.now.mono.plus(wait));
    let what = "sending stopped: the store cannot be written";
    queue::halt_queue(state, HaltCause::Store, Problem::new(what, problem.to_string(), problem.next));
    effects
}

/// Tries the failed writes again, the oldest first.
pub(super) fn retry(state: &mut State) -> Vec<Effect> {
    if state.store.retry_at.is_none_or(|at| at > state.now.mono) {
        return Vec::new();
    }
    state.store.retry_at = None;
    if state.store.failed.is_empty() {
        // Nothing to write again: the next wish to send finds out, and sends nothing if it fails.
        resume(state);
        return Vec::new();
    }
    let failed = std::mem::take(&mut state.store.failed);
    failed.into_iter().filter_map(|write| again(state, write)).collect()
}

fn again(state: &mut State, write: Write) -> Option<Effect> {
    if state.store.busy.contains_key(&write.task.key) {
        state.store.waiting.entry(write.task.key).or_default().push_front(write);
        return None;
    }
    Some(emit(state, write))
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
    toast::say(state, Level::Info, "the store can be written again".to_owned(), None);
}

fn resume(state: &mut State) {
    state.queue.halted.take_if(|halt| halt.cause == HaltCause::Store);
}
