//! The gateway's own word on a submission's money: what it charged, asked for by the kept `request-id`.
//!
//! ```text
//! accepted -> asked 5 s later and, while there is no record, after 1, 5 and 30 minutes
//! ended    -> asked at once (a failure may have been given back) and, while there is no record, again after these times
//! a record -> the cost of the task, a line of the ledger beside the expected charge
//! ```
//!
//! What ended in an earlier run without a record is asked about at the start, by the same times after its end, and what
//! ended long ago by one audit of all of it.
//!
//! The schedule is a function of the state and the monotonic clock. A key that must not see the records is told once,
//! and then nothing of them is asked until the config is read again or the program starts again. What becomes of
//! unknowns is the matter of [`unknowns`](super::unknowns).

use crate::{
    backoff::asked_to_wait,
    claims::in_scope,
    effect::{Effect, HttpCmd, StoreCmd, Ticket},
    ended,
    profile_state::{ChargeAsk, Records},
    records,
    scheduling::{self, plan_again},
    settings::Scope,
    work::{Deferred, Work},
};
use domain::{
    task::{Row, Task, TaskKey, TaskState},
    time::{DAY, MINUTE, Mono, Wall},
};
use service::gateway::{Asked, records::Charge};

/// The wait after a question without a usable answer.
const RETRY_MS: u64 = MINUTE;
/// How often it is asked again.
const RETRIES: u8 = 10;
/// Questions under way at once.
const AT_ONCE: usize = 4;
/// How long before a start something may have been sent for its charge still to be asked for.
const LOOK_BACK_MS: u64 = 3 * DAY;

/// Whether a question about these tasks is under way, or what it brought is being written down.
#[must_use]
pub fn is_asking(work: &Work, keys: &[TaskKey]) -> bool {
    let asked = work.served().flat_map(|(_, served)| served.records.asking.values());
    asked.chain(work.deferred.keys()).chain(work.store.busy.keys()).any(|key| keys.contains(key))
}

/// The table is here: reads from the store what may have ended in an earlier run without a record of its charge.
pub(super) fn begin(work: &mut Work) -> Vec<Effect> {
    let from = Wall(work.now.wall.0.saturating_sub_unsigned(LOOK_BACK_MS));
    let to = work.now.wall;
    let may_lack_one = |row: &Row| {
        is_over(row.state)
            && row.sent_at.get().is_some_and(|at| at >= from)
            && records::is_enabled(work, &row.kind.profile)
    };
    if work.settings.scope != Scope::All || !work.tasks.rows.values().any(may_lack_one) {
        return Vec::new();
    }
    let ticket = work.ticket();
    work.money.earlier = Some(ticket);
    vec![Effect::Store(StoreCmd::ReadSubmissions { ticket, from, to })]
}

/// Whether the service does nothing more for a task in that state that it had accepted.
const fn is_over(state: TaskState) -> bool {
    use TaskState::{Cancelled, Failed, Ready, Saved, Saving};
    matches!(state, Ready | Saving | Saved | Failed | Cancelled)
}

/// Asks for the charges of the tasks that were sent before this run. `false` where that answer of the store is to
/// another question, and nothing was done.
pub(super) fn begun(work: &mut Work, ticket: Ticket, tasks: &[Task]) -> bool {
    if work.money.earlier.take_if(|asked| *asked == ticket).is_none() {
        return false;
    }
    for task in tasks {
        let has_ended = is_over(task.state()) && task.remote.is_some();
        let Some(id) = task.request_id.clone().filter(|_| has_ended) else { continue };
        let is_asked_for = work.of(&task.profile).records.charges.contains_key(&task.key);
        if is_asked_for || !records::is_enabled(work, &task.profile) || !in_scope(work, task) {
            continue;
        }
        let sent = task.sent_at.unwrap_or(task.created_at);
        let age = work.now.wall.since(task.finished_at.unwrap_or(sent));
        let is_told = task.is_cost_recorded();
        if age <= scheduling::LAST_AFTER_END_MS {
            // What was charged twice shows up later still.
            scheduling::audit_later(work, task);
            if !is_told {
                let begun = Mono(work.now.mono.0.saturating_sub(age));
                let ask = ChargeAsk { request_id: id, ended: true, begun, asked: 0, missed: 0 };
                let now = work.now.mono;
                let records = &mut work.of_mut(&task.profile).records;
                records.charges.insert(task.key, ask);
                records.due.set(task.key, Some(now));
            }
        } else if !is_told {
            scheduling::audit_soon(work, task);
        }
    }
    true
}

/// Asks for what is due of that profile.
pub(super) fn ask_due(work: &mut Work, profile: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    while records::can_ask_now(work, profile) && work.of(profile).records.asking.len() < AT_ONCE {
        let now = work.now.mono;
        let records = &mut work.of_mut(profile).records;
        let Some(key) = records.due.due(now).next() else { break };
        records.due.set(key, None);
        let Some(request_id) = records.charges.get(&key).map(|ask| ask.request_id.clone()) else { continue };
        let ticket = work.ticket();
        work.of_mut(profile).records.asking.insert(ticket, key);
        effects.push(Effect::http(profile, HttpCmd::Charge { ticket, request_id }));
    }
    effects
}

/// When [`ask_due`] will have something to do, as soon as the records may be asked.
pub(super) fn deadline(work: &Work, profile: &str) -> Option<Mono> {
    let records = &work.of(profile).records;
    records.due.first().filter(|_| records.asking.len() < AT_ONCE)
}

/// The end of a question for a charge.
pub(super) fn charged(work: &mut Work, ticket: Ticket, answer: Asked<Charge>) -> Vec<Effect> {
    let Some((profile, key)) = work.asked(|served| served.records.asking.remove(&ticket)) else {
        return work.drop_stale();
    };
    let now = work.now.mono;
    let records = &mut work.of_mut(&profile).records;
    match answer {
        Asked::Told(Charge { cost, .. }) => {
            let Some(ask) = records.charges.get_mut(&key) else {
                // A person has taken back meanwhile that this was the task's own record.
                return work.drop_stale();
            };
            ask.asked = u8::MAX;
            return ended::change(work, key, Deferred::Charge(cost));
        }
        Asked::NotYet => next(records, key, now),
        Asked::NotAllowed { said } => records::deny(work, &profile, said),
        Asked::Again { wait_ms, .. } => again(records, key, wait_ms, now),
    }
    Vec::new()
}

/// There is no record yet.
fn next(records: &mut Records, key: TaskKey, now: Mono) {
    let Some(ask) = records.charges.get_mut(&key) else { return };
    ask.asked = ask.asked.saturating_add(1);
    // Several times that have passed meanwhile are one question.
    let ahead = scheduling::charge_times(ask)
        .iter()
        .skip(usize::from(ask.asked))
        .map(|after| ask.begun.plus(*after))
        .find(|at| *at > now);
    records.due.set(key, ahead);
}

/// No usable answer came: that says nothing of the record.
fn again(records: &mut Records, key: TaskKey, wait_ms: Option<u64>, now: Mono) {
    let Some(ask) = records.charges.get_mut(&key) else { return };
    ask.missed = ask.missed.saturating_add(1);
    let at = now.plus(asked_to_wait(wait_ms, RETRY_MS));
    let at = (ask.missed < RETRIES).then_some(at);
    records.due.set(key, at);
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
    plan_again(work);
}
