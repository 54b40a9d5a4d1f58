//! The path of a paid submission.
//!
//! ```text
//! confirmed -> Queued --saved--> acknowledged -> (allowance free) -> Sending --saved--> acknowledged -> the POST
//!    -> Accepted: Running(remote id), saved   | Refused(why): not charged
//!    | Later(wait): back to Queued            | anything unclear: Unknown
//! ```
//!
//! The POST is emitted in one place, [`claimed`], on the store's word that `Sending` is on disk. A task found in
//! `Sending` that nobody alive is sending becomes `Unknown` and is never sent again by the program.

use crate::{
    auto_retry, availability,
    backoff::{asked_to_wait, backoff},
    callback,
    claims::{self, claim},
    effect::{Effect, HttpCmd, Level, Noted, StoreCmd, Ticket, Write},
    failure_streak, money,
    news::{News, PassedOver, TaskNews},
    poller,
    profile_state::Halt,
    share, tasks,
    timeline::{self, answer_event, event},
    uploads,
    work::{Claiming, Posting, Work},
    writes,
};
use domain::{
    account::{BudgetCap, HaltCause, LONGEST_WAIT, OverBudget, PACE_SPAN, Why},
    problem::{Charged, ErrorClass, TaskError},
    reason::{Own, Reason, connect::Connect},
    task::{Claim, Event, ID_TAKEN, INTERRUPTED, MoneyEvent, Phase, PutBack, RemoteId, Task, TaskKey, TaskState, What},
    time::{MINUTE, Mono, SECOND, Wall},
};
use service::answer::{Reply, SubmitVerdict};

/// A claim on a row being sent outlives the submission's time-outs by this much: for the connection to be made, and for
/// the answer to be saved.
const AFTER_TIMEOUT_MS: u64 = MINUTE + 10 * SECOND;
/// How long a task is passed over that this program may not send: its pictures are on another machine, or another
/// person's cap is reached.
const PASSED_OVER_MS: u64 = 10 * MINUTE;
/// The first wait after the service asked to wait without saying how long, and the longest.
const BACKOFF_MS: (u64, u64) = (5 * SECOND, 5 * MINUTE);

/// Asks the store for the next task's turn, if one may be sent now. One at a time, so that the order of the queue is
/// the order of sending.
pub(super) fn send_due(work: &mut Work) -> Vec<Effect> {
    let profiles = work.profiles();
    profiles.iter().flat_map(|profile| send_next(work, profile)).collect()
}

fn send_next(work: &mut Work, profile: &str) -> Vec<Effect> {
    if !may_send(work, profile)
        || is_occupied(work, profile)
        || waits_for_an_answer(work, profile)
        || availability::send_at(work, profile).is_none_or(|at| at > work.now.mono)
    {
        return Vec::new();
    }
    let Some(mut task) = next(work, profile).cloned() else { return Vec::new() };
    if !work.queue.passed_over.contains_key(&task.key)
        && let Some(upload) = uploads::due(work, &task)
    {
        return vec![Effect::http(profile, upload)];
    }
    task.phase = Phase::Sending { since: work.now.wall };
    task.sent_at = Some(work.now.wall);
    // Of an answer that put it back.
    task.request_id = None;
    task.claim = claim(work, lease(work));
    let ticket = work.ticket();
    work.queue.claiming = Some(Claiming { ticket, key: task.key, asked_at: work.now });
    let note = event(work, What::Sending);
    let write = Write { events: vec![note], ledger: vec![], task, never_left: None };
    let per_minute = availability::per_minute(work, profile);
    let path = callback::is_wanted(work, &write.task);
    let pictures = uploads::sent_from_here(work, &write.task);
    vec![Effect::Store(StoreCmd::ClaimSend {
        ticket,
        write: Box::new(write),
        per_minute,
        caps: money::caps(work),
        path,
        pictures,
    })]
}

/// When [`send_due`] will have something to do.
pub(super) fn deadline(work: &Work) -> Option<Mono> {
    work.served().filter_map(|(profile, _)| deadline_of(work, profile)).min()
}

fn deadline_of(work: &Work, profile: &str) -> Option<Mono> {
    if work.of(profile).sending.halted.as_ref().is_some_and(|halt| halt.cause == HaltCause::Budget) {
        // The next day has a budget of its own.
        return Some(work.now.mono_at(work.day_end()));
    }
    if !may_send(work, profile) || is_occupied(work, profile) || waits_for_an_answer(work, profile) {
        return None;
    }
    if next(work, profile).is_some() {
        return availability::send_at(work, profile);
    }
    work.of(profile).sending.due.after(work.now.mono)
}

/// How long a confirmed task can still be taken back before it is due, in milliseconds.
#[must_use]
pub fn undo_left(work: &Work, key: TaskKey) -> u64 {
    let here = work.tasks.live.get(&key).filter(|_| !work.queue.passed_over.contains_key(&key));
    let due = here.and_then(|task| work.of(&task.profile).sending.due.get(key));
    due.map_or(0, |at| at.since(work.now.mono))
}

/// Whether the next task's turn waits for an answer: the store's on the one before, or, while the service does not
/// answer, that on the submission which finds out whether it is back.
fn is_occupied(work: &Work, profile: &str) -> bool {
    work.queue.claiming.is_some()
        || uploads::holds_up(work, profile)
        || (availability::is_probing(work, profile) && is_posting(work, profile))
}

fn may_send(work: &Work, profile: &str) -> bool {
    let served = work.of(profile);
    !work.queue.is_paused() && served.sending.halted.is_none() && served.has_key && work.store.owner.is_some()
}

/// Whether a submission to that profile's service is under way.
fn is_posting(work: &Work, profile: &str) -> bool {
    let mut posting = work.queue.posting.keys().filter_map(|key| work.tasks.live.get(key));
    posting.any(|task| task.profile == profile)
}

/// At first, and after an unknown, each submission waits for the answer to the one before, until one is settled by the
/// service: several under way at once would all become unknown together, by one cause, before the first could stop
/// them.
fn waits_for_an_answer(work: &Work, profile: &str) -> bool {
    !work.of(profile).sending.proven && is_posting(work, profile)
}

/// The task of a profile's queue whose time came first.
fn next<'w>(work: &'w Work, profile: &str) -> Option<&'w Task> {
    let mut due = work.of(profile).sending.due.due(work.now.mono).filter(|key| !writes::is_unwritten(work, *key));
    due.find_map(|key| work.tasks.live.get(&key))
}

/// The store wants the next submission to wait: for a place in the pace, or because the service asked another program
/// to.
pub(super) fn hold_until(work: &mut Work, key: TaskKey, until: Wall) {
    if let Some(profile) = work.tasks.live.get(&key).map(|task| task.profile.clone()) {
        // Counted from a submission of the last minute, or of the next one where the clock was set back a little.
        availability::wait_until(work, &profile, work.now.due_at(until, LONGEST_WAIT));
    }
}

/// The store wants these tasks to wait, and no others.
pub(super) fn hold_batch(work: &mut Work, first: TaskKey, last: TaskKey, until: Wall) {
    let at = work.now.due_at(until, LONGEST_WAIT);
    let profile = |key: &TaskKey| Some((*key, work.tasks.live.get(key)?.profile.clone()));
    let batch: Vec<(TaskKey, String)> = work.tasks.queued.range(first..=last.max(first)).filter_map(profile).collect();
    for (key, profile) in batch {
        let due = &mut work.of_mut(&profile).sending.due;
        if due.get(key).is_some_and(|before| before < at) {
            due.set(key, Some(at));
        }
    }
}

/// It would cross a cap of the day: sending stops until somebody has raised it or taken tasks back. A cap that is kept
/// in the store stops all programs on it, one of this config or of this person this program alone. A cap of another
/// person, whose own program tells them, stops nobody else's tasks.
pub(super) fn over_budget(work: &mut Work, key: TaskKey, over: OverBudget) -> Vec<Effect> {
    let Some(task) = work.tasks.live.get(&key) else { return work.drop_stale() };
    let (profile, is_ours) = (task.profile.clone(), task.who == work.settings.who);
    if over.cap == BudgetCap::Each && !is_ours {
        pass_over(work, key, PassedOver::Cap);
        return Vec::new();
    }
    let is_everybodys = over.cap == BudgetCap::Day && over.set_by.is_some();
    let reason = Reason::Own(Own::OverBudget(over));
    if is_everybodys {
        let error = TaskError { code: String::new(), class: ErrorClass::Balance, reason, charged: Charged::No };
        share::halt(work, &profile, Why { cause: HaltCause::Budget, tasks: 1, error });
    } else {
        share::halt_here(work, &profile, Halt { cause: HaltCause::Budget, tasks: 0, reason, by: None });
    }
    share::due(work)
}

/// This program may not send it now, and those behind it go on. It is asked about again: a picture may come here yet,
/// as by a person's copy, and a cap be raised.
pub(super) fn pass_over(work: &mut Work, key: TaskKey, why: PassedOver) {
    let Some(profile) = work.tasks.live.get(&key).map(|task| task.profile.clone()) else { return };
    let again = work.now.mono.plus(PASSED_OVER_MS);
    work.of_mut(&profile).sending.due.set(key, Some(again));
    if work.queue.passed_over.insert(key, why) != Some(why) {
        work.news.push(News::Task { key, what: TaskNews::PassedOver(why) });
    }
}

/// Why this program passes a queued task over, where it does.
#[must_use]
pub fn passed_over(work: &Work, key: TaskKey) -> Option<PassedOver> {
    let why = work.queue.passed_over.get(&key)?;
    work.known(key).filter(|row| row.state == TaskState::Queued).map(|_| *why)
}

/// The store has saved `Sending`: the POST.
pub(super) fn claimed(work: &mut Work, claiming: &Claiming, rev: u64, path: Option<&str>) -> Vec<Effect> {
    let Claiming { key, asked_at: asked, .. } = *claiming;
    let Some(mut task) = work.tasks.live.get(&key).cloned() else {
        return work.drop_stale();
    };
    work.queue.passed_over.remove(&key);
    task.rev = rev;
    let before = if let Phase::Queued { put_back, .. } = &task.phase { put_back.clone() } else { None };
    // As the store has it: by this an answer knows its own submission again.
    task.phase = Phase::Sending { since: asked.wall };
    task.sent_at = Some(asked.wall);
    task.request_id = None;
    // This program may have been stopped, or its machine have slept.
    let left = lease(work).checked_sub(work.now.since(asked)).filter(|left| *left > 0);
    task.claim = claim(work, left.unwrap_or(0));
    let profile = task.profile.clone();
    if work.ending.is_some() || left.is_none() || !may_send(work, &profile) {
        return unsend(work, task);
    }
    let mut request = Box::new(task.request.clone());
    // Only on the wire: what the person asked for stays as it is.
    if request.callback.is_none() {
        request.callback = path.and_then(|path| callback::address(work, path));
    }
    uploads::put_on_the_wire(work, &profile, &mut request);
    tasks::put(work, task);
    let ticket = work.ticket();
    work.queue.posting.insert(key, Posting { ticket, since: asked, before, body: None });
    let now = work.now.mono;
    let sent = &mut work.of_mut(&profile).sending.sent;
    sent.push_back((now, key));
    while sent.front().is_some_and(|(sent, _)| sent.plus(PACE_SPAN) <= now) {
        sent.pop_front();
    }
    vec![Effect::http(&profile, HttpCmd::Submit { key, ticket, request })]
}

/// Back to its place in the queue: the person paused or left while the store was saving `Sending`, the store's word on
/// it was lost, or the program stood still for longer than its claim; no POST went out. Only if the row is still as it
/// was claimed: its revision, which every claim changes, is looked at in the same transaction.
pub(super) fn unsend(work: &mut Work, mut task: Task) -> Vec<Effect> {
    // Where the machine that queued it has a clock that is ahead, it is due anyway.
    task.phase = Phase::Queued { not_before: task.created_at.min(work.now.wall), put_back: None };
    let sent = task.sent_at.take();
    task.claim = None;
    let note = event(work, What::SendingStopped);
    writes::never_left(work, task, note, vec![], sent)
}

/// How long a claim on a row being sent lasts.
fn lease(work: &Work) -> u64 {
    work.settings.queue.longest_silence() + AFTER_TIMEOUT_MS
}

/// A long upload goes on. Its claim is renewed before another program could take the row for an orphan's.
pub(super) fn uploading(work: &mut Work, key: TaskKey, ticket: Ticket, bytes: (u64, u64)) -> Vec<Effect> {
    let Some(posting) = work.queue.posting.get_mut(&key).filter(|posting| posting.ticket == ticket) else {
        return work.drop_stale();
    };
    posting.body = Some(bytes);
    let passed = work.now.since(posting.since);
    let (needed, lease) = (work.settings.queue.longest_silence() + AFTER_TIMEOUT_MS / 2, lease(work));
    let wall = work.now.wall;
    let runs_out = |task: &&Task| {
        // The clock may have been set: what is claimed by it may be long past or far ahead.
        task.claim.as_ref().is_none_or(|claim| claim.until < wall.plus(needed))
            || task.besides.under_way_ms.unwrap_or(lease) < passed + needed
    };
    let Some(mut task) = work.tasks.live.get(&key).filter(runs_out).cloned() else { return Vec::new() };
    // Not by `claims::claim`, which gives none to a program that ends: this one still waits for the answer.
    task.claim = work.store.owner.clone().map(|owner| Claim { owner, until: wall.plus(lease) });
    // Should this program die, its record may have been made that late.
    task.besides.under_way_ms = Some(passed + lease);
    writes::write(work, task, vec![], vec![])
}

/// The end of a submission.
pub(super) fn submitted(work: &mut Work, key: TaskKey, ticket: Ticket, reply: &Reply) -> Vec<Effect> {
    let posting = work.queue.posting.extract_if(key..=key, |_, posting| posting.ticket == ticket).next();
    let Some((_, Posting { since, before, .. })) = posting else { return work.drop_stale() };
    let passed = work.now.since(since);
    let Some(mut task) = work.tasks.live.get(&key).cloned() else {
        // Only an ended task leaves `live`, and nothing ends a task whose POST is under way; the answer must not be
        // lost.
        let text = format!("an answer came for a task that is no longer live: {reply:?}");
        return vec![Effect::log(Level::Error, Some(key), Noted::Text(text))];
    };
    if matches!(reply, Reply::NotSent { why: Reason::Connect(Connect::Late) }) {
        return unsend(work, task);
    }
    task.request_id = reply.request_id().map(str::to_owned);
    task.besides.under_way_ms = Some(passed).filter(|ms| *ms > work.settings.queue.longest_silence());
    let profile = task.profile.clone();
    let verdict = believed(work, work.protocol(&profile).submitted(reply));
    match verdict {
        SubmitVerdict::Unknown { .. } => work.of_mut(&profile).sending.proven = false,
        _ if matches!(reply, Reply::Answered { .. }) => work.of_mut(&profile).sending.proven = true,
        _ => {}
    }
    match verdict {
        SubmitVerdict::Accepted { id } => accepted(work, task, id, reply),
        // It had left before the same refusal stopped the queue, and waits with all others until that is seen to.
        SubmitVerdict::Refused { error, halt: Some(cause) } if is_halted(work, &profile, cause) => {
            put_back(work, task, None, error, reply, before)
        }
        SubmitVerdict::Refused { error, halt } => refused(work, task, error, halt, reply),
        SubmitVerdict::Later { wait_ms, error } => put_back(work, task, wait_ms, error, reply, before),
        SubmitVerdict::Unknown { error, halt } => {
            let note = answer_event(work, What::Unknown(error.reason.clone()), reply);
            if let Some(cause) = halt {
                share::halt(work, &profile, Why { cause, tasks: 1, error: error.clone() });
            }
            failure_streak::refused(work, &profile, &error);
            // First of all no other program sends into the same.
            let mut effects = share::due(work);
            effects.extend(became_unknown(work, task, error, note));
            effects
        }
    }
}

/// An ID that another task has is no word on this one: it may be what a cache or a proxy had of the other's submission.
fn believed(work: &Work, verdict: SubmitVerdict) -> SubmitVerdict {
    match verdict {
        // Among what lives; of what has ended the store says so.
        SubmitVerdict::Accepted { id } => match work.tasks.live.values().find(|task| task.remote.as_ref() == Some(&id))
        {
            Some(Task { key: other, .. }) => SubmitVerdict::Unknown { error: answered_for(id, *other), halt: None },
            None => SubmitVerdict::Accepted { id },
        },
        other => other,
    }
}

/// Its submission was answered with the ID of another task.
pub(super) fn answered_for(id: RemoteId, other: TaskKey) -> TaskError {
    TaskError {
        code: ID_TAKEN.into(),
        class: ErrorClass::UnknownOutcome,
        reason: Reason::Own(Own::IdOfAnother { id, other }),
        charged: Charged::Unknown,
    }
}

fn accepted(work: &mut Work, mut task: Task, id: RemoteId, reply: &Reply) -> Vec<Effect> {
    let note = answer_event(work, What::Accepted(id.clone()), reply);
    task.phase = poller::first(work, &task);
    task.claim = claim(work, claims::CLAIM_MS);
    let money = timeline::money(work, MoneyEvent::Charged, &task);
    task.remote = Some(id);
    let served = work.of_mut(&task.profile);
    served.sending.put_backs = 0;
    failure_streak::accepted(served);
    availability::answered(work, &task.profile);
    writes::write(work, task, vec![note], vec![money])
}

fn refused(work: &mut Work, mut task: Task, error: TaskError, halt: Option<HaltCause>, reply: &Reply) -> Vec<Effect> {
    let note = answer_event(work, What::Refused(error.reason.clone()), reply);
    work.of_mut(&task.profile).sending.put_backs = 0;
    if error.class == ErrorClass::InvalidParams {
        uploads::distrust(work, &task);
    }
    // What answers at a wrong address is not the service.
    if matches!(reply, Reply::Answered { .. }) && halt != Some(HaltCause::Address) {
        availability::answered(work, &task.profile);
    }
    if let Some(cause) = halt {
        share::halt(work, &task.profile, Why { cause, tasks: 1, error: error.clone() });
    }
    work.news.push(News::Task { key: task.key, what: TaskNews::Refused(error.clone()) });
    failure_streak::refused(work, &task.profile, &error);
    task.phase = Phase::Refused { error };
    task.finished_at = Some(work.now.wall);
    task.claim = None;
    let money = timeline::money(work, MoneyEvent::Released, &task);
    // First of all no other program sends into the same refusal.
    let mut effects = share::due(work);
    effects.extend(if matches!(reply, Reply::NotSent { .. }) {
        writes::never_left(work, task.clone(), note, vec![money], task.sent_at)
    } else {
        writes::write(work, task.clone(), vec![note], vec![money])
    });
    effects.extend(auto_retry::automatic(work, &task));
    effects
}

fn is_halted(work: &Work, profile: &str, by: HaltCause) -> bool {
    work.of(profile).sending.halted.as_ref().is_some_and(|halt| halt.cause == by)
}

/// Proven not taken: waits in the queue and is sent again by the program. The whole account waits with it.
fn put_back(
    work: &mut Work,
    mut task: Task,
    wait: Option<u64>,
    error: TaskError,
    reply: &Reply,
    before: Option<PutBack>,
) -> Vec<Effect> {
    // The phase was overwritten by `Sending`; how often it came back stands in the account's own count.
    let profile = task.profile.clone();
    let now = work.now.mono;
    let sending = &mut work.of_mut(&profile).sending;
    // Those that were under way at the first refusal tell nothing new.
    if sending.put_backs == 0 || sending.not_before <= now {
        sending.put_backs = sending.put_backs.saturating_add(1);
    }
    let times = sending.put_backs;
    let own = asked_to_wait(wait, backoff(BACKOFF_MS.0, BACKOFF_MS.1, times, u64::from(task.key.0)));
    // An upload that broke says nothing of whether the service is there: a connection was made, and no word came.
    match reply {
        Reply::NotUploaded { .. } => {}
        _ if error.class == ErrorClass::Network => availability::missed(work, &profile),
        _ => availability::spoke(work, &profile),
    }
    // What cannot be reached is probed by any call that is due; once it answers, this is due.
    let is_away = matches!(reply, Reply::NotConnected { .. });
    let wait = if is_away { availability::probe_at(work, &profile).since(work.now.mono) } else { own };
    let note =
        answer_event(work, What::PutBack { wait_ms: wait, why: error.reason.clone(), sent: task.sent_at }, reply);
    let not_before = work.now.wall.plus(if is_away { 0 } else { wait });
    if !is_away {
        availability::wait_until(work, &profile, work.now.mono.plus(wait));
        // The account's word, for every program; a line that is down is this machine's matter.
        if error.class != ErrorClass::Network {
            work.of_mut(&profile).sending.rests_until = not_before;
        }
    }
    // For the same reason as before the last try: for so long already.
    let before = before.filter(|before| before.error.class == error.class).and_then(|before| before.since);
    let since = before.or(Some(work.now.wall));
    task.phase = Phase::Queued { not_before, put_back: Some(PutBack { times, error, since }) };
    let sent = task.sent_at.take();
    task.claim = None;
    let mut effects = share::due(work);
    effects.extend(if is_away {
        writes::never_left(work, task, note, vec![], sent)
    } else {
        writes::write(work, task, vec![note], vec![])
    });
    effects
}

/// Nobody can tell what became of it: counted as spent, kept on top of the table, never sent again by the program.
fn became_unknown(work: &mut Work, mut task: Task, error: TaskError, note: Event) -> Vec<Effect> {
    work.news.push(News::Task { key: task.key, what: TaskNews::Unknown(error.clone()) });
    task.phase = Phase::Unknown { error };
    task.claim = None;
    let money = timeline::money(work, MoneyEvent::Unknown, &task);
    writes::write(work, task, vec![note], vec![money])
}

/// A row found in `Sending` that nobody alive is sending: the program that sent it died with the answer outstanding.
pub(super) fn orphaned(work: &mut Work, task: Task) -> Vec<Effect> {
    let error = TaskError {
        code: INTERRUPTED.into(),
        class: ErrorClass::UnknownOutcome,
        reason: Reason::Own(Own::Interrupted),
        charged: Charged::Unknown,
    };
    let note = event(work, What::Unknown(error.reason.clone()));
    became_unknown(work, task, error, note)
}
