//! When a task is due, in each of the schedules: sending, asking, saving, files at risk, the gateway's records, and
//! rows that another program holds. Each takes what is due of it in its own time.

use crate::{
    claims::{held_by_another, in_scope, is_ours, is_told_of},
    profile_state::{ChargeAsk, Records},
    records,
    work::Work,
};
use domain::{
    account::LONGEST_WAIT,
    task::{Phase, RAN_OUT, Task, TaskState},
    time::{HOUR, MINUTE, Mono, SECOND, Wall},
};

/// An address with less than this left is at risk.
pub const AT_RISK: u64 = HOUR;
/// When the charge is asked for after the acceptance, while there is no record.
const AFTER_ACCEPTANCE: [u64; 4] = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE];
/// When the charge is asked for after the end, while there is no record.
const AFTER_END: [u64; 4] = [0, MINUTE, 5 * MINUTE, 30 * MINUTE];
/// The last of these.
pub(super) const LAST_AFTER_END_MS: u64 = AFTER_END[3];
/// When an unknown is looked for, from when it became one or was found at the start.
pub(super) const LOOKS: [u64; 4] = [10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE];
/// How many looks of [`LOOKS`] there are. An unknown that has had them all is looked for once more at the next start.
const ALL_LOOKS: u8 = LOOKS.len() as u8;
/// How long after an acceptance the program looks alone: after the last question for that charge.
const AUDIT_LATER_MS: u64 = AFTER_ACCEPTANCE[3] + MINUTE;
/// How long after a start it looks for what ended before.
const AUDIT_SOON_MS: u64 = 10 * SECOND;
/// Another program's rows are looked at again this long after its claim has run out.
const GRACE_MS: u64 = SECOND;
/// The longest that any claim reaches ahead: that on a task whose next question waits for as long as the service may
/// ask.
const LONGEST_CLAIM_MS: u64 = 2 * HOUR;

/// Puts a task into the schedule that its phase asks for, and out of the others.
pub(crate) fn plan(work: &mut Work, task: &Task) {
    let ours = is_ours(work, task);
    let (mut send, mut ask, mut save) = (None, None, None);
    match &task.phase {
        Phase::Queued { not_before, .. } if ours => send = Some(send_due_at(work, *not_before)),
        Phase::Running { next_poll, .. } if ours => ask = ask_due_at(work, task, *next_poll),
        Phase::Ready { next_try, .. } if ours => save = next_try.map(|at| work.now.due_at(at, LONGEST_WAIT)),
        Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Running { .. }
        | Phase::Ready { .. }
        | Phase::Saving { .. }
        | Phase::Saved { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => {}
    }
    let served = work.of_mut(&task.profile);
    served.sending.due.set(task.key, send);
    served.poller.due.set(task.key, ask);
    served.saves.set(task.key, save);
    forget_risk(work, task);
    let look = ours.then(|| next_risk(work, task)).flatten();
    work.saver.risks.set(task.key, look);
    plan_charge(work, task);
}

/// Puts every live task into its schedule again: the wall clock has jumped ahead, and what it makes due is due. The
/// schedules themselves go by the monotonic clock, which a clock set back does not stop.
pub(crate) fn plan_again(work: &mut Work) {
    let live: Vec<Task> = work.tasks.live.values().cloned().collect();
    for task in live {
        hold(work, &task);
        plan(work, &task);
    }
}

/// When a queued task may be sent that is not to be sent before `not_before`.
fn send_due_at(work: &Work, not_before: Wall) -> Mono {
    let settings = &work.settings;
    work.now.due_at(not_before, LONGEST_WAIT.max(settings.queue.undo_ms).max(settings.retry.pause_ms))
}

/// When the next question about a running task is due. While one is under way there is no next one.
fn ask_due_at(work: &Work, task: &Task, next_poll: Wall) -> Option<Mono> {
    let asked = work.of(&task.profile).poller.asking.contains_key(&task.key);
    let longest = LONGEST_WAIT.max(5 * work.settings.poll.every_ms);
    (task.remote.is_some() && !asked).then(|| work.now.due_at(next_poll, longest))
}

/// When that task is to be looked at next by [`risk`](crate::risk).
fn next_risk(work: &Work, task: &Task) -> Option<Mono> {
    let (Phase::Ready { trouble, next_try, .. }, Some(end)) = (&task.phase, task.expires_at) else { return None };
    if work.saver.warned.get(&task.key) != Some(&end) {
        return Some(work.now.mono_at(Wall(end.0.saturating_sub_unsigned(AT_RISK))));
    }
    let ran_out = trouble.as_ref().is_some_and(|trouble| trouble.error.code == RAN_OUT);
    let is_wanted = work.settings.download.auto || task.dir.is_some();
    let tries = next_try.is_none() && is_wanted && !task.is_stopped() && !ran_out;
    (tries && work.saver.tried.get(&task.key) != Some(&end)).then(|| work.now.mono_at(end))
}

/// Forgets what was told of a file that is no longer at risk. A fresh address that is as short of time as the one
/// before is no news.
fn forget_risk(work: &mut Work, task: &Task) {
    let is_waiting = matches!(task.phase, Phase::Ready { .. } | Phase::Saving { .. });
    let Some(told) = work.saver.warned.get_mut(&task.key) else { return };
    match task.expires_at.filter(|_| is_waiting) {
        Some(end) if end == *told => return,
        Some(end) if end <= work.now.wall.plus(AT_RISK) => *told = end,
        _ => drop(work.saver.warned.remove(&task.key)),
    }
    work.saver.tried.remove(&task.key);
}

/// Puts a task into the schedule of the questions for its charge.
fn plan_charge(work: &mut Work, task: &Task) {
    plan_look(work, task);
    let key = task.key;
    let known = work.of(&task.profile).records.charges.get(&key).map(|ask| ask.ended);
    let Some(id) = task.request_id.as_ref().filter(|_| records::is_enabled(work, &task.profile)) else {
        return forget_charge(work, task);
    };
    let is_told = task.is_cost_recorded();
    let begin = match task.state() {
        TaskState::Running if known.is_none() => is_ours(work, task),
        TaskState::Running => return,
        // One that has ended is this run's to ask about if it was before its end.
        TaskState::Ready if known.is_none() => !is_told && is_ours(work, task),
        TaskState::Ready | TaskState::Saving | TaskState::Saved | TaskState::Failed => {
            known == Some(false) && in_scope(work, task)
        }
        // Nobody watches it any more, yet it was charged.
        TaskState::Cancelled if task.remote.is_some() => known == Some(false) && in_scope(work, task),
        TaskState::Queued | TaskState::Sending | TaskState::Unknown | TaskState::Refused | TaskState::Cancelled => {
            return forget_charge(work, task);
        }
    };
    if begin {
        let ended = task.state() != TaskState::Running;
        // What a record has told of one that runs, such as the one that settled it, is asked about again at its end.
        let is_over = is_told && !ended;
        let asked = if is_over { u8::MAX } else { 0 };
        let ask = ChargeAsk { request_id: id.clone(), ended, begun: work.now.mono, asked, missed: 0 };
        let due = ask.begun.plus(charge_times(&ask)[0]);
        let records = &mut work.of_mut(&task.profile).records;
        records.charges.insert(key, ask);
        records.due.set(key, (!is_over).then_some(due));
        audit_later(work, task);
    }
}

/// How long after its acceptance, or its end, a charge is asked for.
pub(super) const fn charge_times(ask: &ChargeAsk) -> &'static [u64; 4] {
    if ask.ended { &AFTER_END } else { &AFTER_ACCEPTANCE }
}

fn forget_charge(work: &mut Work, task: &Task) {
    let records = &mut work.of_mut(&task.profile).records;
    records.charges.remove(&task.key);
    records.due.set(task.key, None);
}

/// Puts an unknown into the schedule, and anything else out of it.
fn plan_look(work: &mut Work, task: &Task) {
    let key = task.key;
    let wanted = task.state() == TaskState::Unknown && in_scope(work, task) && records::is_enabled(work, &task.profile);
    let since = work.now.mono;
    let Records { looks, look_due, looked_at, .. } = &mut work.of_mut(&task.profile).records;
    if !wanted {
        looks.remove(&key);
        looked_at.remove(&key);
        look_due.set(key, None);
        return;
    }
    // After the last look the record may still have come: a run that begins later looks once more.
    let is_late = task.shows_no_charge();
    let (since, done) = match looks.get(&key).copied() {
        Some(_) if is_late => return,
        Some(look) => look,
        None if is_late => {
            looks.insert(key, (since, ALL_LOOKS));
            return look_due.set(key, Some(since));
        }
        None => *looks.entry(key).or_insert((since, 0)),
    };
    let due = LOOKS.get(usize::from(done)).map(|after| since.plus(*after));
    look_due.set(key, due);
}

/// Something was accepted: some time after it the program looks whether it was charged once.
pub(super) fn audit_later(work: &mut Work, task: &Task) {
    audit_wanted(work, task, AUDIT_LATER_MS);
}

/// One of ours runs by an ID that nobody's answer brought, or ends so: without a number no question asks for its
/// charge, but the account's calls may name its task.
pub(super) fn audit_nameless(work: &mut Work, task: &Task) {
    let is_nameless = task.request_id.is_none() && task.remote.is_some() && task.sent_at.is_some();
    if is_nameless && records::is_enabled(work, &task.profile) {
        audit_later(work, task);
    }
}

/// Something ended long before this run, and nothing is known of its charge: the program looks as soon as it may.
pub(super) fn audit_soon(work: &mut Work, task: &Task) {
    audit_wanted(work, task, AUDIT_SOON_MS);
}

fn audit_wanted(work: &mut Work, task: &Task, wait: u64) {
    audit_from(work, &task.profile, task.sent_at.unwrap_or(work.now.wall), wait);
}

/// The program looked alone, from that moment on, and could not find out: it looks again.
pub(super) fn audit_again(work: &mut Work, profile: &str, from: Wall) {
    audit_from(work, profile, from, AUDIT_LATER_MS);
}

fn audit_from(work: &mut Work, profile: &str, from: Wall, wait: u64) {
    let at = work.now.mono.plus(wait);
    let due = work.of_mut(profile).records.audit_due.get_or_insert((at, from));
    *due = (due.0.min(at), due.1.min(from));
}

/// Remembers until when another program holds a row that would be ours otherwise.
pub(super) fn hold(work: &mut Work, task: &Task) {
    let held = task.state().is_live() && is_told_of(work, task.key) && held_by_another(work, task);
    let look = task.claim.as_ref().filter(|_| held).map(|claim| match claim.until.since(work.now.wall) {
        // The clock was set back. Nothing can be taken from a program that lives, but the store knows whether it does.
        ahead if ahead > LONGEST_CLAIM_MS => work.now.mono.plus(MINUTE),
        ahead => work.now.mono.plus(ahead).plus(GRACE_MS),
    });
    work.store.held.set(task.key, look);
}
