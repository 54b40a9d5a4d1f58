//! The gateway's own word on a submission's money: what it charged, asked for by the kept `request-id`.
//!
//! ```text
//! accepted -> asked 5 s later and, while there is no record, after 1, 5 and 30 minutes
//! ended    -> asked at once (a failure may have been given back) and, while there is no record, again after these times
//! a record -> the cost of the task, a line of the ledger beside the expected charge
//! ```
//!
//! The schedule is a function of the state and the monotonic clock. A key that must not see the records is told once, and then
//! nothing of them is asked until the config is read again or the program starts anew. What becomes of unknowns is the matter
//! of [`unknowns`](super::unknowns).

use super::{answer_of_records, audit, ended, in_scope, is_ours, poller, ticket, unknowns};
use crate::{
    effect::{Effect, HttpCmd, Ticket},
    news::{News, RecordsNews},
    work::{ChargeAsk, Then, Work},
};
use domain::{
    amount::{Amount, CostSource},
    task::{Event, LedgerLine, MoneyEvent, Task, TaskKey, TaskState, What},
    time::{MINUTE, Mono, SECOND},
};
use service::gateway::{Asked, records::Charge};

/// When the charge is asked for after the acceptance, while there is no record.
const AFTER_ACCEPTANCE: [u64; 4] = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE];
/// The same after the end.
const AFTER_END: [u64; 4] = [0, MINUTE, 5 * MINUTE, 30 * MINUTE];
/// The wait after a question without a usable answer, and how often it is asked all the same.
const AGAIN: (u64, u8) = (MINUTE, 10);
/// Questions under way at once.
const AT_ONCE: usize = 4;

/// Whether the records may be asked at all.
#[must_use]
pub fn is_on(work: &Work) -> bool {
    let profile = &work.settings.profile;
    profile.records && profile.protocol.can().records && work.records.denied.is_none()
}

/// Whether a question about these tasks is under way, or what it brought is being written down.
#[must_use]
pub fn is_asking(work: &Work, keys: &[TaskKey]) -> bool {
    let asked = work.records.asking.values().chain(work.records.then.keys());
    asked.chain(work.store.busy.keys()).any(|key| keys.contains(key))
}

/// Puts a task into the schedule that its stage asks for.
pub(super) fn plan(work: &mut Work, task: &Task) {
    unknowns::plan(work, task);
    let key = task.key;
    let known = work.records.charges.get(&key).map(|ask| ask.ended);
    let Some(id) = task.request_id.as_ref().filter(|_| is_on(work)) else {
        return forget(work, key);
    };
    let is_told = task.cost_source == Some(CostSource::Records);
    let begin = match task.state() {
        TaskState::Running if known.is_none() => !is_told && is_ours(work, task),
        TaskState::Running => return,
        // One that has ended is this run's to ask about if it was before its end.
        TaskState::Ready if known.is_none() => !is_told && is_ours(work, task),
        TaskState::Ready | TaskState::Saving | TaskState::Saved | TaskState::Failed => {
            known == Some(false) && in_scope(work, task)
        }
        TaskState::Queued | TaskState::Sending | TaskState::Unknown | TaskState::Refused | TaskState::Cancelled => {
            return forget(work, key);
        }
    };
    if begin {
        let ended = task.state() != TaskState::Running;
        let ask = ChargeAsk { request_id: id.clone(), ended, begun: work.now.mono, asked: 0, missed: 0 };
        let due = ask.begun.plus(times(&ask)[0]);
        work.records.charges.insert(key, ask);
        work.records.due.set(key, Some(due));
        audit::later(work, task);
    }
}

const fn times(ask: &ChargeAsk) -> &'static [u64; 4] {
    if ask.ended { &AFTER_END } else { &AFTER_ACCEPTANCE }
}

fn forget(work: &mut Work, key: TaskKey) {
    work.records.charges.remove(&key);
    work.records.due.set(key, None);
}

/// Asks for what is due.
pub(super) fn ask_due(work: &mut Work) -> Vec<Effect> {
    let mut effects = Vec::new();
    while may_ask(work) && work.records.asking.len() < AT_ONCE {
        let Some(key) = work.records.due.due(work.now.mono).next() else { break };
        work.records.due.set(key, None);
        let Some(request_id) = work.records.charges.get(&key).map(|ask| ask.request_id.clone()) else { continue };
        let ticket = ticket(work);
        work.records.asking.insert(ticket, key);
        effects.push(Effect::Http(HttpCmd::Charge { ticket, request_id }));
    }
    effects.extend(unknowns::look_due(work));
    effects.extend(audit::due(work));
    effects
}

/// When [`ask_due`] will have something to do.
pub(super) fn deadline(work: &Work) -> Option<Mono> {
    if !may_be_asked(work) {
        return None;
    }
    let charges = work.records.due.first().filter(|_| work.records.asking.len() < AT_ONCE);
    let at = [charges, unknowns::deadline(work), audit::deadline(work)].into_iter().flatten().min()?;
    Some(at.max(poller::open_at(work)))
}

/// Whether a question can go out now.
pub(super) fn may_ask(work: &Work) -> bool {
    may_be_asked(work) && work.now.mono >= poller::open_at(work)
}

pub(super) fn may_be_asked(work: &Work) -> bool {
    is_on(work) && work.settings.has_key && work.store.owner.is_some()
}

/// The end of a question for a charge.
pub(super) fn charged(work: &mut Work, of: Ticket, answer: Asked<Charge>) -> Vec<Effect> {
    let Some(key) = work.records.asking.remove(&of) else {
        work.stale += 1;
        return Vec::new();
    };
    match answer {
        Asked::Told(Charge { cost, .. }) => {
            if let Some(ask) = work.records.charges.get_mut(&key) {
                ask.asked = u8::MAX;
            }
            return ended::change(work, key, Then::Charge(cost));
        }
        Asked::NotYet => next(work, key),
        Asked::NotAllowed { said } => deny(work, said),
        Asked::Again { wait_ms, .. } => again(work, key, wait_ms),
    }
    Vec::new()
}

/// There is no record yet.
fn next(work: &mut Work, key: TaskKey) {
    let Some(ask) = work.records.charges.get_mut(&key) else { return };
    ask.asked = ask.asked.saturating_add(1);
    // Times that have gone by meanwhile are one question.
    let now = work.now.mono;
    let ahead = times(ask).iter().skip(usize::from(ask.asked)).map(|after| ask.begun.plus(*after)).find(|at| *at > now);
    work.records.due.set(key, ahead);
}

/// No usable answer came: that says nothing of the record.
fn again(work: &mut Work, key: TaskKey, wait_ms: Option<u64>) {
    let Some(ask) = work.records.charges.get_mut(&key) else { return };
    ask.missed = ask.missed.saturating_add(1);
    let at = work.now.mono.plus(wait_ms.unwrap_or(0).clamp(AGAIN.0, 30 * MINUTE));
    let at = (ask.missed < AGAIN.1).then_some(at);
    work.records.due.set(key, at);
}

/// The key must not see the records. Told once.
pub(super) fn deny(work: &mut Work, said: String) {
    if work.records.denied.is_none() {
        work.news.push(News::Records(RecordsNews::Denied { said: said.clone() }));
        work.records.denied = Some(said);
    }
}

/// The config was read again: what the key may see may have changed.
pub(super) fn reloaded(work: &mut Work) {
    work.records.denied = None;
    let asks: Vec<(TaskKey, u8)> = work.records.charges.iter().map(|(key, ask)| (*key, ask.asked)).collect();
    for (key, asked) in asks {
        if asked != u8::MAX && !work.records.asking.values().any(|other| *other == key) {
            work.records.due.set(key, Some(work.now.mono));
        }
    }
    super::plan_anew(work);
}

/// Writes down what the records say that a task was charged.
pub(super) fn take(work: &mut Work, mut task: Task, cost: Amount) -> Vec<Effect> {
    if task.cost_source == Some(CostSource::Records) && task.cost == cost {
        return Vec::new();
    }
    task.cost = cost;
    task.cost_source = Some(CostSource::Records);
    let line = LedgerLine { at: work.now.wall, event: MoneyEvent::Recorded, amount: task.money() };
    let note: Event = answer_of_records(work, What::Recorded(task.money()), task.request_id.as_deref());
    super::store::write(work, task, vec![note], vec![line])
}
