//! Asking for the state of running tasks: one budget for the whole account, questions spaced by what such tasks usually
//! take, back-off while the service is away.

use super::{adopt, again, answer_event, event, held_by_another, queue::LONGEST_WAIT, share, store, streak, ticket};
use crate::{
    domain::{
        account::Why,
        problem::{Charged, ErrorClass, TaskError},
        task::{FileId, LedgerLine, MoneyEvent, NO_FILE, Phase, Task, TaskKey, Trouble},
        time::{MINUTE, Mono, SECOND, Wall},
    },
    engine::{
        effect::{Effect, HttpCmd, Level, Ticket},
        spread::{backoff, jitter},
        tasks,
    },
    screens::{app::App, keymap, keymap::Ctx, toast},
    service::answer::{HaltCause, Hold, QueryVerdict, Reply, judge_query},
    tr,
};

/// How long a claim on a running task is good for; renewed when half of it is gone.
pub(super) const CLAIM: u64 = 3 * MINUTE;
/// Queries under way at once, at most (performance.md: more brings nothing).
const AT_ONCE: usize = 32;
/// Probes in a row without an answer before the service is said to be away.
const AWAY_AFTER: u32 = 3;
/// The shortest and the longest wait between two probes of a service that does not answer.
const PROBES: (u64, u64) = (SECOND, 30 * SECOND);
/// The same for an account that is to rest where the service does not say for how long.
const RESTS: (u64, u64) = (2 * SECOND, MINUTE);
/// The longest pause between two questions about one task.
const SLOWEST: u64 = 5 * MINUTE;
/// How long a task is asked about that is said to be made and has no file, or about which the service will not answer.
const PATIENCE: u64 = 30 * SECOND;
/// The same where the refusal speaks of the address rather than of the task: it may be mended meanwhile.
const PATIENCE_WITH_ADDRESS: u64 = MINUTE;
/// The longest pause between two questions about a task that is said to be made and has no file.
const FILE_SOON: u64 = 5 * SECOND;
/// After so long from its sending, a state that is not known here is told as trouble.
const ODD_AFTER: u64 = 10 * MINUTE;

/// The phase of a task that was just accepted.
pub(super) fn first(app: &App, task: &Task) -> Phase {
    let next_poll = app.work.now.wall.plus(pause(app, task, 0));
    Phase::Running { status: String::new(), next_poll, polls: 0, misses: 0, trouble: None }
}

/// How long to wait before the next question about a task: until half of the quick case's time has gone, then at the
/// configured pace, and slower again when it takes much longer than usual.
fn pause(app: &App, task: &Task, polls: u32) -> u64 {
    let every = app.work.settings.poll.every_ms;
    let elapsed = app.work.now.wall.since(task.sent_at.unwrap_or(task.created_at));
    let usual = app.work.tasks.rows.get(&task.key).and_then(|row| tasks::usual_ms(app, row));
    let (quick, slow) = usual.unwrap_or((MINUTE, 5 * MINUTE));
    let wait = if elapsed < quick / 2 {
        (quick / 2 - elapsed).clamp(every, 4 * every)
    } else if elapsed <= 2 * slow {
        every
    } else {
        every.saturating_mul(1 + elapsed / (2 * slow).max(1)).min(SLOWEST).max(every)
    };
    jitter(wait, u64::from(task.key.0), u64::from(polls))
}

/// When the next question about a running task is due. While one is under way there is no next one.
pub(super) fn due(app: &App, task: &Task, next_poll: Wall) -> Option<Mono> {
    let asked = app.work.poller.asking.contains_key(&task.key);
    let longest = LONGEST_WAIT.max(5 * app.work.settings.poll.every_ms);
    (task.remote.is_some() && !asked).then(|| app.work.now.due_at(next_poll, longest))
}

/// Asks about everything that is due, within the account's budget.
pub(super) fn ask_due(app: &mut App) -> Vec<Effect> {
    refill(app);
    let mut effects = Vec::new();
    while may_ask(app) && app.work.poller.budget_milli >= 1000 {
        let Some(question) = adopt::question(app).or_else(|| next(app)) else { break };
        app.work.poller.budget_milli -= 1000;
        effects.push(Effect::Http(question));
    }
    effects
}

/// The question about the task that is due first.
fn next(app: &mut App) -> Option<HttpCmd> {
    loop {
        let key = app.work.poller.due.due(app.work.now.mono).next()?;
        app.work.poller.due.set(key, None);
        let Some(id) = app.work.tasks.live.get(&key).and_then(|task| task.remote.clone()) else { continue };
        let ticket = ticket(app);
        app.work.poller.asking.insert(key, ticket);
        return Some(HttpCmd::Query { key, ticket, id });
    }
}

/// When [`ask_due`] will have something to do.
pub(super) fn deadline(app: &App) -> Option<Mono> {
    let at = if app.work.adopting.wanted.is_empty() { app.work.poller.due.first()? } else { app.work.now.mono };
    if !app.work.settings.has_key || under_way(app) >= at_once(app) {
        return None; // Never, or the next answer brings us back.
    }
    let missing = 1000_u64.saturating_sub(budget_now(app));
    Some(at.max(open_at(app)).max(app.work.now.mono.plus(refill_ms(app, missing))))
}

fn may_ask(app: &App) -> bool {
    app.work.settings.has_key && app.work.now.mono >= open_at(app) && under_way(app) < at_once(app)
}

/// Before this the service is not called at all, but for submissions: the account rests, or the service does not answer and
/// the next probe is not yet due.
pub(super) fn open_at(app: &App) -> Mono {
    app.work.poller.not_before.max(probe_at(app))
}

/// When the next probe is due; at once while the service answers.
pub(super) fn probe_at(app: &App) -> Mono {
    if is_probing(app) { app.work.poller.probe_at } else { Mono(0) }
}

/// Whether the last call brought no answer. Then one at a time finds out whether the service is back, for all.
pub(super) fn is_probing(app: &App) -> bool {
    app.work.poller.misses > 0
}

fn under_way(app: &App) -> usize {
    app.work.poller.asking.len() + app.work.adopting.asking.len()
}

fn at_once(app: &App) -> usize {
    if is_probing(app) { 1 } else { AT_ONCE }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rate of a few questions a second times some seconds"
)]
fn budget_now(app: &App) -> u64 {
    let gained =
        (app.work.now.mono.since(app.work.poller.refilled) as f64 * app.work.settings.poll.budget_per_second) as u64;
    app.work.poller.budget_milli.saturating_add(gained).min(budget_most(app))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate of a few questions a second, in thousandths"
)]
fn budget_most(app: &App) -> u64 {
    ((app.work.settings.poll.budget_per_second * 1000.0) as u64).max(1000)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rate of a few questions a second"
)]
fn refill_ms(app: &App, milli: u64) -> u64 {
    (milli as f64 / app.work.settings.poll.budget_per_second.max(0.001)).ceil() as u64
}

fn refill(app: &mut App) {
    let budget = budget_now(app);
    // Moved on for less than a thousandth of a question, the clock would lose it by rounding, and with it every other.
    if budget > app.work.poller.budget_milli || budget == budget_most(app) {
        app.work.poller.budget_milli = budget;
        app.work.poller.refilled = app.work.now.mono;
    }
}

/// The end of a query.
pub(super) fn queried(app: &mut App, key: TaskKey, of: Ticket, reply: &Reply) -> Vec<Effect> {
    if app.work.poller.asking.get(&key) != Some(&of) {
        app.work.stale += 1;
        return Vec::new();
    }
    app.work.poller.asking.remove(&key);
    // Cancelled here, or in another program's hands by now: its own answers count.
    let Some(task) = app.work.tasks.live.get(&key).filter(|task| !held_by_another(app, task)).cloned() else {
        return Vec::new();
    };
    let (Phase::Running { status, polls, misses, trouble, .. }, Some(id)) = (task.phase.clone(), task.remote.clone())
    else {
        app.work.stale += 1;
        return Vec::new();
    };
    let was = Was { status, polls, misses, trouble };
    match judge_query(reply, &id) {
        QueryVerdict::Again { wait_ms, hold, error } => again(app, task, was, (hold, wait_ms), error, reply),
        QueryVerdict::Running { status: word, known } => {
            heard_of(app, key);
            running(app, task, &was, word, known, reply)
        }
        QueryVerdict::SuccessWithoutFile { status: word } => {
            heard_of(app, key);
            without_file(app, task, was, word, reply)
        }
        QueryVerdict::Success { file } => {
            heard_of(app, key);
            let note = answer_event(app, "ready", tr!("made; the file's id is {id}", id = file.0), reply);
            ready(app, task, file, note)
        }
        QueryVerdict::Failed { error } => {
            heard_of(app, key);
            failed(app, task, error, reply)
        }
    }
}

/// What a running task was before an answer.
struct Was {
    status: String,
    polls: u32,
    misses: u32,
    trouble: Option<Trouble>,
}

fn running(app: &mut App, mut task: Task, was: &Was, word: String, known: bool, reply: &Reply) -> Vec<Effect> {
    let polls = was.polls + 1;
    let next_poll = app.work.now.wall.plus(pause(app, &task, polls));
    let news = (word != was.status).then(|| answer_event(app, "status", word.clone(), reply));
    let odd = !known && app.work.now.wall.since(task.sent_at.unwrap_or(task.created_at)) >= ODD_AFTER;
    let trouble = odd.then(|| Trouble::go_on(odd_state(app, &word), was.trouble.as_ref(), app.work.now.wall));
    let is_new = trouble != was.trouble;
    task.phase = Phase::Running { status: word, next_poll, polls, misses: 0, trouble };
    keep(app, task, news, is_new)
}

fn odd_state(app: &App, word: &str) -> TaskError {
    let message = tr!("The service reports {word}, a state that is not known here", word = format!("{word:?}"));
    let cancel = keymap::named(app, Ctx::Table, "cancel");
    trouble_of("odd_state", message, tr!("The program keeps asking; {cancel} stops watching it.", cancel))
}

fn trouble_of(code: &str, message: String, next: String) -> TaskError {
    TaskError { code: code.to_owned(), class: ErrorClass::Service, message, next, charged: Charged::Yes }
}

/// It is said to be made, and there is no file to fetch. One that does not come in a while will not come by itself.
fn without_file(app: &mut App, mut task: Task, was: Was, word: String, reply: &Reply) -> Vec<Effect> {
    let message = tr!("The service says it is done but names no file").to_owned();
    let next = tr!("The program keeps asking for {seconds} s.", seconds = PATIENCE / SECOND);
    let error = trouble_of(NO_FILE, message, next);
    let trouble = Trouble::go_on(error, was.trouble.as_ref(), app.work.now.wall);
    if trouble.has_lasted(PATIENCE, app.work.now.wall) && was.trouble.is_some() {
        return give_up(app, task, trouble.error, reply);
    }
    let wait = app.work.settings.poll.every_ms.min(FILE_SOON);
    let next_poll = not_after(app.work.now.wall.plus(wait), &trouble, PATIENCE);
    let news = (word != was.status).then(|| answer_event(app, "status", word.clone(), reply));
    let is_new = Some(&trouble) != was.trouble.as_ref();
    let misses = was.misses.saturating_add(1);
    task.phase = Phase::Running { status: word, next_poll, polls: was.polls + 1, misses, trouble: Some(trouble) };
    keep(app, task, news, is_new)
}

/// The last question comes when the patience ends, not long after it.
fn not_after(at: Wall, trouble: &Trouble, patience: u64) -> Wall {
    trouble.since.map_or(at, |since| at.min(since.plus(patience)))
}

/// Ends a task here that the service has no end for: it was charged, and can still be asked about.
fn give_up(app: &mut App, task: Task, error: TaskError, reply: &Reply) -> Vec<Effect> {
    let next = tr!(
        "{download} asks for it again, free. If it does not come, ask the service about the task's ID.",
        download = keymap::named(app, Ctx::Table, "download")
    );
    failed(app, task, TaskError { class: ErrorClass::Service, next, charged: Charged::Yes, ..error }, reply)
}

/// Writes what changed; an answer that only says "still so" moves the schedule and costs no write.
fn keep(app: &mut App, mut task: Task, news: Option<crate::domain::task::Event>, changed: bool) -> Vec<Effect> {
    let next = if let Phase::Running { next_poll, .. } = task.phase { next_poll } else { app.work.now.wall };
    let covered = task.claim.as_ref().is_some_and(|claim| claim.until >= next.plus(CLAIM / 2));
    if news.is_none() && !changed && (covered || app.work.ending.is_some()) {
        tasks::put(app, task);
        return Vec::new();
    }
    // Good until well after the next question, or another program would take the task over in between.
    task.claim = super::claim(app, CLAIM.saturating_add(next.since(app.work.now.wall)));
    store::write(app, task, news.into_iter().collect(), vec![])
}

/// No answer about the task. How long it is left alone depends on what there is to back off from.
fn again(
    app: &mut App,
    mut task: Task,
    was: Was,
    (hold, wait): (Hold, Option<u64>),
    error: TaskError,
    reply: &Reply,
) -> Vec<Effect> {
    let (key, every) = (task.key, app.work.settings.poll.every_ms);
    let wait = wait.map(|wait| wait.min(LONGEST_WAIT));
    let alone = |misses: u32| wait.unwrap_or_else(|| backoff(every, SLOWEST, misses + 1, u64::from(key.0)));
    let is_halt = error.class == ErrorClass::Auth;
    let (code, message) = (error.code.clone(), error.message.clone());
    let trouble = Trouble::go_on(error, was.trouble.as_ref(), app.work.now.wall);
    let (pause, misses) = match hold {
        Hold::Service if brought_nothing(app, key) => (alone(was.misses), was.misses.saturating_add(1)),
        Hold::Service => (0, was.misses),
        Hold::Account => {
            spoke(app);
            app.work.poller.missed.remove(&key);
            rest_account(app, if matches!(trouble.error.class, ErrorClass::RateLimited) { wait } else { Some(MINUTE) });
            (0, was.misses)
        }
        Hold::Refused => {
            spoke(app);
            app.work.poller.missed.remove(&key);
            // A status without a code speaks of a wrong address as well as of a wrong task.
            let patience = if code.starts_with("HTTP") { PATIENCE_WITH_ADDRESS } else { PATIENCE };
            if trouble.has_lasted(patience, app.work.now.wall) && was.trouble.is_some() {
                let message = tr!("The service no longer answers for this task: {message}", message);
                return give_up(app, task, TaskError { message, ..trouble.error }, reply);
            }
            let at = not_after(app.work.now.wall.plus(alone(was.misses)), &trouble, patience);
            (at.since(app.work.now.wall), was.misses.saturating_add(1))
        }
    };
    if is_halt {
        share::halt(app, Why { cause: HaltCause::Key, tasks: 1, error: trouble.error.clone() });
    }
    // The first of a row of failures goes into the time line; a service that is away for an hour fills no disk.
    let is_new = was.trouble.as_ref().is_none_or(|before| before.error.code != code);
    let news = is_new.then(|| event(app, "no answer", message));
    let next_poll = app.work.now.wall.plus(pause);
    task.phase = Phase::Running { status: was.status, next_poll, polls: was.polls, misses, trouble: Some(trouble) };
    keep(app, task, news, false)
}

fn ready(app: &mut App, mut task: Task, file: FileId, note: crate::domain::task::Event) -> Vec<Effect> {
    streak::made(app);
    let wanted = app.work.settings.download.auto || task.dir.is_some();
    task.phase =
        Phase::Ready { file, trouble: None, tries: 0, next_try: wanted.then_some(app.work.now.wall), kept: None };
    store::write(app, task, vec![note], vec![])
}

fn failed(app: &mut App, mut task: Task, error: TaskError, reply: &Reply) -> Vec<Effect> {
    let note = answer_event(app, "failed", error.message.clone(), reply);
    let money = match error.charged {
        Charged::No => Some(MoneyEvent::Released),
        Charged::Unknown => Some(MoneyEvent::Unknown),
        Charged::Yes => None,
    };
    let ledger = money.map(|event| LedgerLine { at: app.work.now.wall, event, amount: task.cost });
    let text = tr!("{key} failed: {message}", key = task.key, message = error.message);
    toast::say(app, Level::Error, text, Some(task.key));
    streak::failed(app, &error);
    task.phase = Phase::Failed { error: error.clone() };
    task.finished_at = Some(app.work.now.wall);
    task.claim = None;
    let mut effects = store::write(app, task.clone(), vec![note], ledger.into_iter().collect());
    effects.extend(again::automatic(app, &task, &error));
    effects
}

/// A usable answer about that task came.
pub(super) fn heard_of(app: &mut App, key: TaskKey) {
    app.work.poller.missed.remove(&key);
    answered(app);
}

/// A usable answer came.
pub(super) fn answered(app: &mut App) {
    app.work.poller.last_answer = Some(app.work.now.mono);
    app.work.poller.rests = 0;
    spoke(app);
}

/// The service spoke, if only to say no: it is not away, or no longer. What waited for it is due.
pub(super) fn spoke(app: &mut App) {
    app.work.poller.misses = 0;
    if app.work.poller.offline_since.take().is_some() {
        toast::say(app, Level::Info, tr!("the service answers again").to_owned(), None);
    }
}

/// A call about that task brought no answer. Tells whether that is this task's own trouble: its last call brought none
/// either, and the service has answered others since. Else the service is probed, for all.
pub(super) fn brought_nothing(app: &mut App, key: TaskKey) -> bool {
    let again = !app.work.poller.missed.insert(key);
    if again && !is_probing(app) {
        return true;
    }
    missed(app);
    false
}

/// A call brought no answer: until one does, the service is probed, at growing distances. Calls that were under way already
/// tell nothing new.
pub(super) fn missed(app: &mut App) {
    if app.work.now.mono < probe_at(app) {
        return;
    }
    if !is_probing(app) {
        app.work.poller.missing_since = app.work.now.mono;
    }
    app.work.poller.misses = app.work.poller.misses.saturating_add(1);
    if app.work.poller.misses >= AWAY_AFTER {
        app.work.poller.offline_since.get_or_insert(app.work.now.mono);
    }
    // By the length of the outage, so that it never costs much more than it lasts.
    let wait = (app.work.now.mono.since(app.work.poller.missing_since) / 3).clamp(PROBES.0, PROBES.1);
    app.work.poller.probe_at = app.work.now.mono.plus(wait);
}

/// The account asks nothing for as long as the service says; where it does not say, a little longer each time.
pub(super) fn rest_account(app: &mut App, wait: Option<u64>) {
    app.work.poller.rests = app.work.poller.rests.saturating_add(1);
    let wait = wait.unwrap_or_else(|| backoff(RESTS.0, RESTS.1, app.work.poller.rests, 0)).min(LONGEST_WAIT);
    app.work.poller.not_before = app.work.poller.not_before.max(app.work.now.mono.plus(wait));
}

/// Asks about these tasks now. A service that is away is asked at once; one that wants fewer questions is not.
pub(super) fn refresh(app: &mut App, keys: &[TaskKey]) {
    for key in keys {
        let Some(mut task) = app.work.tasks.live.get(key).cloned() else { continue };
        if let Phase::Running { next_poll, .. } = &mut task.phase {
            *next_poll = app.work.now.wall;
            tasks::put(app, task);
        }
    }
    app.work.poller.probe_at = app.work.now.mono;
}
