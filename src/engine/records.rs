//! The gateway's own word on a submission's money: what it charged, asked for by the kept `request-id`.
//!
//! ```text
//! accepted -> asked 5 s later and, while there is no record, after 1, 5 and 30 minutes
//! ended    -> asked at once (a failure may have been given back) and, while there is no record, again after these times
//! a record -> the cost of the task, a line of the ledger beside the expected charge
//! ```
//!
//! What ended in an earlier run without a record is asked about at the start, by the same times after its end, and what ended long
//! ago by one audit of all of it.
//!
//! The schedule is a function of the state and the monotonic clock. A key that must not see the records is told once, and then
//! nothing of them is asked until the config is read again or the program starts anew. What becomes of unknowns is the matter
//! of [`unknowns`](super::unknowns).

use super::{answer_of_records, audit, ended, in_scope, is_ours, poller, ticket, unknowns};
use crate::{
    effect::{Effect, HttpCmd, StoreCmd, Ticket},
    news::{News, RecordsNews},
    served::Served,
    settings::Scope,
    work::{ChargeAsk, Records, Then, Work},
};
use domain::{
    amount::{Amount, CostSource},
    task::{Event, LedgerLine, MoneyEvent, Row, Task, TaskKey, TaskState, What},
    time::{HOUR, MINUTE, Mono, SECOND, Wall},
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
pub fn is_on(work: &Work, profile: &str) -> bool {
    let wanted = work.profile(profile).is_some_and(|profile| profile.records && profile.protocol.can().records);
    wanted && work.of(profile).records.denied.is_none()
}

/// Whether a question about these tasks is under way, or what it brought is being written down.
#[must_use]
pub fn is_asking(work: &Work, keys: &[TaskKey]) -> bool {
    let asked = work.served().flat_map(|(_, served)| served.records.asking.values());
    asked.chain(work.then.keys()).chain(work.store.busy.keys()).any(|key| keys.contains(key))
}

/// Puts a task into the schedule that its stage asks for.
pub(super) fn plan(work: &mut Work, task: &Task) {
    unknowns::plan(work, task);
    let key = task.key;
    let known = work.of(&task.profile).records.charges.get(&key).map(|ask| ask.ended);
    let Some(id) = task.request_id.as_ref().filter(|_| is_on(work, &task.profile)) else {
        return forget(work, task);
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
        // Nobody watches it any more; it was charged all the same.
        TaskState::Cancelled if task.remote.is_some() => known == Some(false) && in_scope(work, task),
        TaskState::Queued | TaskState::Sending | TaskState::Unknown | TaskState::Refused | TaskState::Cancelled => {
            return forget(work, task);
        }
    };
    if begin {
        let ended = task.state() != TaskState::Running;
        let ask = ChargeAsk { request_id: id.clone(), ended, begun: work.now.mono, asked: 0, missed: 0 };
        let due = ask.begun.plus(times(&ask)[0]);
        let records = &mut work.of_mut(&task.profile).records;
        records.charges.insert(key, ask);
        records.due.set(key, Some(due));
        audit::later(work, task);
    }
}

/// How long before a start something may have been sent for its charge still to be asked for.
const EARLIER: u64 = 3 * 24 * HOUR;

/// The table is here: reads from the store what may have ended in an earlier run without a record of its charge.
pub(super) fn begin(work: &mut Work) -> Vec<Effect> {
    let from = Wall(work.now.wall.0.saturating_sub_unsigned(EARLIER));
    let to = work.now.wall;
    let may_lack_one = |row: &Row| {
        let is_over = matches!(
            row.state,
            TaskState::Ready | TaskState::Saving | TaskState::Saved | TaskState::Failed | TaskState::Cancelled
        );
        is_over && row.sent_at.get().is_some_and(|at| at >= from) && is_on(work, &row.kind.profile)
    };
    if work.settings.scope != Scope::All || !work.tasks.rows.values().any(may_lack_one) {
        return Vec::new();
    }
    let ticket = ticket(work);
    work.money.earlier = Some(ticket);
    vec![Effect::Store(StoreCmd::Sent { ticket, from, to })]
}

/// What was sent before this run, if that answer is it.
pub(super) fn begun(work: &mut Work, of: Ticket, tasks: &[Task]) -> bool {
    if work.money.earlier.take_if(|ticket| *ticket == of).is_none() {
        return false;
    }
    for task in tasks {
        let is_over = matches!(
            task.state(),
            TaskState::Ready | TaskState::Saving | TaskState::Saved | TaskState::Failed | TaskState::Cancelled
        );
        let Some(id) = task.request_id.clone().filter(|_| is_over && task.remote.is_some()) else { continue };
        let is_asked_for = work.of(&task.profile).records.charges.contains_key(&task.key);
        if is_asked_for || !is_on(work, &task.profile) || !in_scope(work, task) {
            continue;
        }
        let sent = task.sent_at.unwrap_or(task.created_at);
        let age = work.now.wall.since(task.finished_at.unwrap_or(sent));
        let is_told = task.cost_source == Some(CostSource::Records);
        if age <= AFTER_END[3] {
            // What was charged twice shows up later still.
            audit::later(work, task);
            if !is_told {
                let begun = Mono(work.now.mono.0.saturating_sub(age));
                let ask = ChargeAsk { request_id: id, ended: true, begun, asked: 0, missed: 0 };
                let now = work.now.mono;
                let records = &mut work.of_mut(&task.profile).records;
                records.charges.insert(task.key, ask);
                records.due.set(task.key, Some(now));
            }
        } else if !is_told {
            audit::soon(work, task);
        }
    }
    true
}

const fn times(ask: &ChargeAsk) -> &'static [u64; 4] {
    if ask.ended { &AFTER_END } else { &AFTER_ACCEPTANCE }
}

fn forget(work: &mut Work, task: &Task) {
    let records = &mut work.of_mut(&task.profile).records;
    records.charges.remove(&task.key);
    records.due.set(task.key, None);
}

/// Asks for what is due.
pub(super) fn ask_due(work: &mut Work) -> Vec<Effect> {
    let profiles = work.profiles();
    profiles.iter().flat_map(|profile| ask_of(work, profile)).collect()
}

fn ask_of(work: &mut Work, profile: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    while may_ask(work, profile) && work.of(profile).records.asking.len() < AT_ONCE {
        let now = work.now.mono;
        let records = &mut work.of_mut(profile).records;
        let Some(key) = records.due.due(now).next() else { break };
        records.due.set(key, None);
        let Some(request_id) = records.charges.get(&key).map(|ask| ask.request_id.clone()) else { continue };
        let ticket = ticket(work);
        work.of_mut(profile).records.asking.insert(ticket, key);
        effects.push(Effect::http(profile, HttpCmd::Charge { ticket, request_id }));
    }
    effects.extend(unknowns::look_due(work, profile));
    effects.extend(audit::due(work, profile));
    effects
}

/// When [`ask_due`] will have something to do.
pub(super) fn deadline(work: &Work) -> Option<Mono> {
    work.served().filter_map(|(profile, _)| deadline_of(work, profile)).min()
}

fn deadline_of(work: &Work, profile: &str) -> Option<Mono> {
    if !may_be_asked(work, profile) {
        return None;
    }
    let records = &work.of(profile).records;
    let charges = records.due.first().filter(|_| records.asking.len() < AT_ONCE);
    let at =
        [charges, unknowns::deadline(work, profile), audit::deadline(work, profile)].into_iter().flatten().min()?;
    Some(at.max(poller::open_at(work, profile)))
}

/// Whether a question can go out now.
pub(super) fn may_ask(work: &Work, profile: &str) -> bool {
    may_be_asked(work, profile) && work.now.mono >= poller::open_at(work, profile)
}

pub(super) fn may_be_asked(work: &Work, profile: &str) -> bool {
    is_on(work, profile) && work.of(profile).has_key && work.store.owner.is_some()
}

/// The end of a question for a charge.
pub(super) fn charged(work: &mut Work, of: Ticket, answer: Asked<Charge>) -> Vec<Effect> {
    let asked = |(_, served): &(&str, &Served)| served.records.asking.contains_key(&of);
    let profile = work.all().find(asked).map(|(profile, _)| profile.to_owned()).unwrap_or_default();
    let now = work.now.mono;
    let records = &mut work.of_mut(&profile).records;
    let Some(key) = records.asking.remove(&of) else {
        work.stale += 1;
        return Vec::new();
    };
    match answer {
        Asked::Told(Charge { cost, .. }) => {
            if let Some(ask) = records.charges.get_mut(&key) {
                ask.asked = u8::MAX;
            }
            return ended::change(work, key, Then::Charge(cost));
        }
        Asked::NotYet => next(records, key, now),
        Asked::NotAllowed { said } => deny(work, &profile, said),
        Asked::Again { wait_ms, .. } => again(records, key, wait_ms, now),
    }
    Vec::new()
}

/// There is no record yet.
fn next(records: &mut Records, key: TaskKey, now: Mono) {
    let Some(ask) = records.charges.get_mut(&key) else { return };
    ask.asked = ask.asked.saturating_add(1);
    // Times that have gone by meanwhile are one question.
    let ahead = times(ask).iter().skip(usize::from(ask.asked)).map(|after| ask.begun.plus(*after)).find(|at| *at > now);
    records.due.set(key, ahead);
}

/// No usable answer came: that says nothing of the record.
fn again(records: &mut Records, key: TaskKey, wait_ms: Option<u64>, now: Mono) {
    let Some(ask) = records.charges.get_mut(&key) else { return };
    ask.missed = ask.missed.saturating_add(1);
    let at = now.plus(wait_ms.unwrap_or(0).clamp(AGAIN.0, 30 * MINUTE));
    let at = (ask.missed < AGAIN.1).then_some(at);
    records.due.set(key, at);
}

/// The key must not see the records. Told once.
pub(super) fn deny(work: &mut Work, profile: &str, said: String) {
    let denied = &mut work.of_mut(profile).records.denied;
    if denied.is_none() {
        *denied = Some(said.clone());
        work.news.push(News::Records(RecordsNews::Denied { said }));
    }
}

/// The config was read again: what the key may see may have changed.
pub(super) fn reloaded(work: &mut Work) {
    let now = work.now.mono;
    for profile in work.profiles() {
        let Records { denied, charges, asking, due, .. } = &mut work.of_mut(&profile).records;
        *denied = None;
        for (key, ask) in charges {
            if ask.asked != u8::MAX && !asking.values().any(|other| other == key) {
                due.set(*key, Some(now));
            }
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
