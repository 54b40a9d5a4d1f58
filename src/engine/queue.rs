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

use super::{again, answer_event, claim, event, poller, share, store, streak, ticket};
use crate::{
    domain::{
        account::Why,
        problem::{Charged, ErrorClass, Problem, TaskError},
        task::{Claim, LedgerLine, MoneyEvent, Phase, PutBack, RemoteId, Task, TaskKey},
        time::{HOUR, MINUTE, Mono, SECOND, Wall},
    },
    engine::{
        effect::{Effect, HttpCmd, Level, StoreCmd, Ticket, Write},
        msg::SendResult,
        spread::backoff,
        tasks,
        work::Halt,
    },
    screens::{app::App, toast},
    service::answer::{HaltCause, Reply, SubmitVerdict, judge_submit},
    tr,
};

/// A claim on a row being sent outlives the submission's time-outs by this much: for the connection to be made, and for the
/// answer to be saved.
const AFTER_TIMEOUT: u64 = MINUTE + 10 * SECOND;
/// The first wait after the service asked to wait without saying how long, and the longest.
const WAIT: (u64, u64) = (5 * SECOND, 5 * MINUTE);
/// The longest wait that the service's own word is taken for: a proxy that says "in a year" must not stop the day's work.
pub(super) const LONGEST_WAIT: u64 = HOUR;

/// Asks the store for the next task's turn, if one may be sent now. One at a time, so that the order of the queue is the
/// order of sending.
pub(super) fn send_due(app: &mut App) -> Vec<Effect> {
    if !may_send(app)
        || is_occupied(app)
        || waits_for_an_answer(app)
        || send_at(app).is_none_or(|at| at > app.work.now.mono)
    {
        return Vec::new();
    }
    let Some(mut task) = next(app).cloned() else { return Vec::new() };
    task.phase = Phase::Sending { since: app.work.now.wall };
    task.sent_at = Some(app.work.now.wall);
    task.claim = claim(app, longest_silence(app) + AFTER_TIMEOUT);
    let ticket = ticket(app);
    app.work.queue.claiming = Some((ticket, task.key));
    let note = event(app, "sending", tr!("saved as being sent; the POST follows"));
    let write = Write { events: vec![note], ledger: vec![], task };
    let per_minute = app.work.settings.profile.submit_per_minute;
    vec![Effect::Store(StoreCmd::Send { ticket, write: Box::new(write), per_minute })]
}

/// When [`send_due`] will have something to do.
pub(super) fn deadline(app: &App) -> Option<Mono> {
    if !may_send(app) || is_occupied(app) || waits_for_an_answer(app) {
        return None;
    }
    if next(app).is_some() {
        return send_at(app);
    }
    app.work.queue.due.after(app.work.now.mono)
}

/// When a queued task may be sent that is not to be sent before `not_before`.
pub(super) fn due(app: &App, not_before: Wall) -> Mono {
    let settings = &app.work.settings;
    app.work.now.due_at(not_before, LONGEST_WAIT.max(settings.queue.undo_ms).max(settings.retry.pause_ms))
}

/// How long a confirmed task can still be taken back before it is due, in milliseconds.
#[must_use]
pub fn undo_left(app: &App, key: TaskKey) -> u64 {
    app.work.queue.due.get(key).map_or(0, |at| at.since(app.work.now.mono))
}

/// When the next submission of this account is free to go by this program's own count of the last minute.
#[must_use]
pub fn send_at(app: &App) -> Option<Mono> {
    let per_minute = app.work.settings.profile.submit_per_minute as usize;
    let full_until = app.work.queue.sent.len().checked_sub(per_minute).and_then(|nth| app.work.queue.sent.get(nth));
    let free = full_until.map_or(Mono(0), |sent| sent.plus(MINUTE));
    (per_minute > 0).then(|| free.max(app.work.queue.not_before).max(poller::probe_at(app)))
}

/// Whether the next task's turn waits for an answer: the store's on the one before, or, while the service does not answer,
/// that on the submission which finds out whether it is back.
fn is_occupied(app: &App) -> bool {
    app.work.queue.claiming.is_some() || (poller::is_probing(app) && !app.work.queue.posting.is_empty())
}

fn may_send(app: &App) -> bool {
    !app.work.queue.is_paused()
        && app.work.queue.halted.is_none()
        && app.work.settings.has_key
        && app.work.store.owner.is_some()
}

/// At first, and after an unknown, each submission waits for the answer to the one before, until one is settled by the
/// service: several under way at once would all become unknown together, by one cause, before the first could stop them.
fn waits_for_an_answer(app: &App) -> bool {
    !app.work.queue.proven && !app.work.queue.posting.is_empty()
}

/// The task of the queue whose time came first.
fn next(app: &App) -> Option<&Task> {
    let mut due = app.work.queue.due.due(app.work.now.mono).filter(|key| !store::is_unwritten(app, *key));
    due.find_map(|key| app.work.tasks.live.get(&key))
}

/// Nothing is sent before that, even if it could be.
fn wait_until(app: &mut App, at: Mono) {
    app.work.queue.not_before = app.work.queue.not_before.max(at);
}

/// The service asked the account to wait until then, whichever program it told so.
pub(super) fn rest(app: &mut App, until: Wall) {
    if until > app.work.now.wall && share::can_be(app, until) {
        wait_until(app, app.work.now.mono_at(until));
    }
}

/// The store's word on a wish to send.
pub(super) fn claimed(app: &mut App, of: Ticket, result: SendResult) -> Vec<Effect> {
    let Some((_, key)) = app.work.queue.claiming.take_if(|(ticket, _)| *ticket == of) else {
        app.work.stale += 1;
        return Vec::new();
    };
    store::healthy(app);
    match result {
        SendResult::Wait { until, .. } => {
            // Counted from a submission of the last minute, or of the next one where the clock was set back a little.
            // A place in the pace, or the service's own word to another program.
            wait_until(app, app.work.now.due_at(until, LONGEST_WAIT));
            Vec::new()
        }
        SendResult::Overtaken(task) => store::changed(app, *task),
        SendResult::Stopped { shared, .. } => {
            share::heard(app, None, *shared);
            Vec::new()
        }
        SendResult::Claimed { rev, .. } => {
            let Some(mut task) = app.work.tasks.live.get(&key).cloned() else {
                app.work.stale += 1;
                return Vec::new();
            };
            task.rev = rev;
            task.phase = Phase::Sending { since: app.work.now.wall };
            task.sent_at = Some(app.work.now.wall);
            task.claim = claim(app, longest_silence(app) + AFTER_TIMEOUT);
            if app.work.ending.is_some() || !may_send(app) {
                return unsend(app, task);
            }
            let request = Box::new(task.request.clone());
            tasks::put(app, task);
            let ticket = ticket(app);
            app.work.queue.posting.insert(key, ticket);
            app.work.queue.sent.push_back(app.work.now.mono);
            while app.work.queue.sent.front().is_some_and(|sent| sent.plus(MINUTE) <= app.work.now.mono) {
                app.work.queue.sent.pop_front();
            }
            vec![Effect::Http(HttpCmd::Submit { key, ticket, request })]
        }
    }
}

/// Back to its place in the queue: the person paused or left while the store was saving `Sending`, or the store's word on
/// it was lost, and no POST went out.
pub(super) fn unsend(app: &mut App, mut task: Task) -> Vec<Effect> {
    task.phase = Phase::Queued { not_before: task.created_at, put_back: None };
    task.sent_at = None;
    task.claim = None;
    let note = event(app, "put back", tr!("sending stopped before the POST"));
    store::write(app, task, vec![note], vec![])
}

/// How long a submission can be on its way without a word of it: an upload that stands still, then an answer that does not
/// come.
fn longest_silence(app: &App) -> u64 {
    app.work.settings.queue.submit_stall_ms + app.work.settings.queue.submit_timeout_ms
}

/// A long upload goes on. Its claim is renewed before another program could take the row for an orphan's.
pub(super) fn uploading(app: &mut App, key: TaskKey, of: Ticket, bytes: (u64, u64)) -> Vec<Effect> {
    if app.work.queue.posting.get(&key) != Some(&of) {
        app.work.stale += 1;
        return Vec::new();
    }
    app.work.queue.uploads.insert(key, bytes);
    let needed = app.work.now.wall.plus(longest_silence(app) + AFTER_TIMEOUT / 2);
    let runs_out = |task: &&Task| task.claim.as_ref().is_none_or(|claim| claim.until < needed);
    let Some(mut task) = app.work.tasks.live.get(&key).filter(runs_out).cloned() else { return Vec::new() };
    // Not by `super::claim`, which gives none to a program that ends: this one still waits for the answer.
    let until = app.work.now.wall.plus(longest_silence(app) + AFTER_TIMEOUT);
    task.claim = app.work.store.owner.clone().map(|owner| Claim { owner, until });
    store::write(app, task, vec![], vec![])
}

/// The end of a submission.
pub(super) fn submitted(app: &mut App, key: TaskKey, of: Ticket, reply: &Reply) -> Vec<Effect> {
    if app.work.queue.posting.get(&key) != Some(&of) {
        app.work.stale += 1;
        return Vec::new();
    }
    app.work.queue.posting.remove(&key);
    app.work.queue.uploads.remove(&key);
    let Some(task) = app.work.tasks.live.get(&key).cloned() else {
        // Only an ended task leaves `live`, and nothing ends a task whose POST is under way; the answer must not be lost.
        let text = format!("an answer came for a task that is no longer live: {reply:?}");
        return vec![Effect::log(Level::Error, Some(key), &Problem::new(text, "", ""))];
    };
    let verdict = judge_submit(reply);
    match verdict {
        SubmitVerdict::Unknown { .. } => app.work.queue.proven = false,
        _ if matches!(reply, Reply::Answered { .. }) => app.work.queue.proven = true,
        _ => {}
    }
    match verdict {
        SubmitVerdict::Accepted { id } => accepted(app, task, id, reply),
        SubmitVerdict::Refused { error, halt } => refused(app, task, error, halt, reply),
        SubmitVerdict::Later { wait_ms, error } => put_back(app, task, wait_ms, error, reply),
        SubmitVerdict::Unknown { error, halt } => {
            let note = answer_event(app, "unknown", error.message.clone(), reply);
            if let Some(cause) = halt {
                share::halt(app, Why { cause, tasks: 1, error: error.clone() });
            }
            streak::refused(app, &error);
            // First of all no other program sends into the same.
            let mut effects = share::due(app);
            effects.extend(became_unknown(app, task, error, note));
            effects
        }
    }
}

fn accepted(app: &mut App, mut task: Task, id: RemoteId, reply: &Reply) -> Vec<Effect> {
    let note = answer_event(app, "accepted", tr!("the service's id is {id}", id = id.0), reply);
    task.phase = poller::first(app, &task);
    task.claim = claim(app, poller::CLAIM);
    let money = LedgerLine { at: app.work.now.wall, event: MoneyEvent::Charged, amount: task.cost };
    task.remote = Some(id);
    app.work.queue.put_backs = 0;
    streak::accepted(app);
    poller::answered(app);
    store::write(app, task, vec![note], vec![money])
}

fn refused(app: &mut App, mut task: Task, error: TaskError, halt: Option<HaltCause>, reply: &Reply) -> Vec<Effect> {
    let note = answer_event(app, "refused", error.message.clone(), reply);
    app.work.queue.put_backs = 0;
    // What answers at a wrong address is not the service.
    if matches!(reply, Reply::Answered { .. }) && halt != Some(HaltCause::Address) {
        poller::answered(app);
    }
    if let Some(cause) = halt {
        share::halt(app, Why { cause, tasks: 1, error: error.clone() });
    }
    let text = tr!("{key} refused, not charged: {message}", key = task.key, message = error.message);
    toast::say(app, Level::Error, text, Some(task.key));
    streak::refused(app, &error);
    task.phase = Phase::Refused { error: error.clone() };
    task.finished_at = Some(app.work.now.wall);
    task.claim = None;
    let money = LedgerLine { at: app.work.now.wall, event: MoneyEvent::Released, amount: task.cost };
    // First of all no other program sends into the same refusal.
    let mut effects = share::due(app);
    effects.extend(store::write(app, task.clone(), vec![note], vec![money]));
    effects.extend(again::automatic(app, &task, &error));
    effects
}

/// Proven not taken: waits in the queue and is sent again by the program. The whole account waits with it.
fn put_back(app: &mut App, mut task: Task, wait: Option<u64>, error: TaskError, reply: &Reply) -> Vec<Effect> {
    // The phase was overwritten by `Sending`; how often it came back stands in the account's own count.
    app.work.queue.put_backs += 1;
    let times = app.work.queue.put_backs;
    let own = wait.unwrap_or_else(|| backoff(WAIT.0, WAIT.1, times, u64::from(task.key.0))).min(LONGEST_WAIT);
    // An upload that broke says nothing of whether the service is there: a connection was made, and no word came.
    match reply {
        Reply::NotUploaded { .. } => {}
        _ if error.class == ErrorClass::Network => poller::missed(app),
        _ => poller::spoke(app),
    }
    // What cannot be reached is probed by whatever has something to ask; once it answers, this is due.
    let is_away = matches!(reply, Reply::NotConnected { .. });
    let wait = if is_away { poller::probe_at(app).since(app.work.now.mono) } else { own };
    let text = tr!("sent again in {seconds} s: {message}", seconds = wait.div_ceil(SECOND), message = error.message);
    let note = answer_event(app, "put back", text, reply);
    let not_before = app.work.now.wall.plus(if is_away { 0 } else { wait });
    if !is_away {
        wait_until(app, app.work.now.mono.plus(wait));
        // The account's word, for every program; a line that is down is this machine's matter.
        if error.class != ErrorClass::Network {
            app.work.queue.rests_until = not_before;
        }
    }
    let since = Some(app.work.now.wall);
    task.phase = Phase::Queued { not_before, put_back: Some(PutBack { times, error, since }) };
    task.sent_at = None;
    task.claim = None;
    let mut effects = share::due(app);
    effects.extend(store::write(app, task, vec![note], vec![]));
    effects
}

/// Nobody can tell what became of it: counted as spent, kept on top of the table, never sent again by the program.
pub(super) fn became_unknown(
    app: &mut App,
    mut task: Task,
    error: TaskError,
    note: crate::domain::task::Event,
) -> Vec<Effect> {
    let text = tr!("{key} unknown: {message}", key = task.key, message = error.message);
    toast::say(app, Level::Error, text, Some(task.key));
    task.phase = Phase::Unknown { error };
    task.claim = None;
    let money = LedgerLine { at: app.work.now.wall, event: MoneyEvent::Unknown, amount: task.cost };
    store::write(app, task, vec![note], vec![money])
}

/// A row found in `Sending` that nobody alive is sending: the program that sent it died with the answer outstanding.
pub(super) fn orphaned(app: &mut App, task: Task) -> Vec<Effect> {
    let error = TaskError {
        code: "interrupted".into(),
        class: ErrorClass::UnknownOutcome,
        message: tr!("the program that was sending it ended before an answer came").into(),
        next: tr!("Look at the gateway's own log, then settle it: lost, not created, or found with its id.").into(),
        charged: Charged::Unknown,
    };
    let note = event(app, "unknown", error.message.clone());
    became_unknown(app, task, error, note)
}

/// Stops this program's sending: the store cannot be written. What needs a person more stays.
pub(super) fn halt_here(app: &mut App, problem: Problem) {
    if app.work.queue.halted.is_none() {
        toast::say(app, Level::Error, problem.to_string(), None);
        app.work.queue.halted = Some(Halt { cause: HaltCause::Store, problem, by: None });
    }
}
