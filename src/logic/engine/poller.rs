//! Asking for the state of running tasks: one budget for the whole account, questions spaced by what such tasks usually
//! take, back-off while the service is away.

use super::{adopt, again, answer_event, event, held_by_another, queue, queue::LONGEST_WAIT, store, streak, ticket};
use crate::{
    domain::{
        answer::{HaltCause, QueryVerdict, Reply, judge_query},
        problem::{Charged, ErrorClass, Problem, TaskError},
        task::{FileId, LedgerLine, MoneyEvent, Phase, Task, TaskKey},
        time::{MINUTE, Mono, SECOND, Wall},
    },
    logic::{
        effect::{Effect, HttpCmd, Level, Ticket},
        spread::{backoff, jitter},
        state::State,
        tasks, toast,
    },
    tr,
};

/// How long a claim on a running task is good for; renewed when half of it is gone.
pub(super) const CLAIM: u64 = 3 * MINUTE;
/// Queries under way at once, at most (performance.md: more brings nothing).
const AT_ONCE: usize = 32;
/// Calls in a row without an answer before the service counts as away.
const AWAY_AFTER: u32 = 3;
/// The longest pause between two questions about one task.
const SLOWEST: u64 = 5 * MINUTE;

/// The phase of a task that was just accepted.
pub(super) fn first(state: &State, task: &Task) -> Phase {
    Phase::Running { status: String::new(), next_poll: state.now.wall.plus(pause(state, task, 0)), polls: 0, misses: 0 }
}

/// How long to wait before the next question about a task: until half of the quick case's time has gone, then at the
/// configured pace, and slower again when it takes much longer than usual.
fn pause(state: &State, task: &Task, polls: u32) -> u64 {
    let every = state.settings.poll.every_ms;
    let elapsed = state.now.wall.since(task.sent_at.unwrap_or(task.created_at));
    let usual = state.tasks.rows.get(&task.key).and_then(|row| tasks::usual_ms(state, row));
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
pub(super) fn due(state: &State, task: &Task, next_poll: Wall) -> Option<Mono> {
    let asked = state.poller.asking.contains_key(&task.key);
    let longest = LONGEST_WAIT.max(5 * state.settings.poll.every_ms);
    (task.remote.is_some() && !asked).then(|| state.now.due_at(next_poll, longest))
}

/// Asks about everything that is due, within the account's budget.
pub(super) fn ask_due(state: &mut State) -> Vec<Effect> {
    refill(state);
    let mut effects = Vec::new();
    while may_ask(state) && state.poller.budget_milli >= 1000 {
        let Some(question) = adopt::question(state).or_else(|| next(state)) else { break };
        state.poller.budget_milli -= 1000;
        effects.push(Effect::Http(question));
    }
    effects
}

/// The question about the task that is due first.
fn next(state: &mut State) -> Option<HttpCmd> {
    loop {
        let key = state.poller.due.due(state.now.mono).next()?;
        state.poller.due.set(key, None);
        let Some(id) = state.tasks.live.get(&key).and_then(|task| task.remote.clone()) else { continue };
        let ticket = ticket(state);
        state.poller.asking.insert(key, ticket);
        return Some(HttpCmd::Query { key, ticket, id });
    }
}

/// When [`ask_due`] will have something to do.
pub(super) fn deadline(state: &State) -> Option<Mono> {
    let at = if state.adopting.wanted.is_empty() { state.poller.due.first()? } else { state.now.mono };
    if !state.settings.has_key || under_way(state) >= at_once(state) {
        return None; // Never, or the next answer brings us back.
    }
    let missing = 1000_u64.saturating_sub(budget_now(state));
    Some(at.max(state.poller.not_before).max(state.now.mono.plus(refill_ms(state, missing))))
}

fn may_ask(state: &State) -> bool {
    state.settings.has_key && state.now.mono >= state.poller.not_before && under_way(state) < at_once(state)
}

fn under_way(state: &State) -> usize {
    state.poller.asking.len() + state.adopting.asking.len()
}

/// While the service is away, one question at a time finds out whether it is back.
fn at_once(state: &State) -> usize {
    if state.poller.offline_since.is_some() { 1 } else { AT_ONCE }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rate of a few questions a second times some seconds"
)]
fn budget_now(state: &State) -> u64 {
    let gained = (state.now.mono.since(state.poller.refilled) as f64 * state.settings.poll.budget_per_second) as u64;
    state.poller.budget_milli.saturating_add(gained).min(budget_most(state))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate of a few questions a second, in thousandths"
)]
fn budget_most(state: &State) -> u64 {
    ((state.settings.poll.budget_per_second * 1000.0) as u64).max(1000)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rate of a few questions a second"
)]
fn refill_ms(state: &State, milli: u64) -> u64 {
    (milli as f64 / state.settings.poll.budget_per_second.max(0.001)).ceil() as u64
}

fn refill(state: &mut State) {
    let budget = budget_now(state);
    // Moved on for less than a thousandth of a question, the clock would lose it by rounding, and with it every other.
    if budget > state.poller.budget_milli || budget == budget_most(state) {
        state.poller.budget_milli = budget;
        state.poller.refilled = state.now.mono;
    }
}

/// The end of a query.
pub(super) fn queried(state: &mut State, key: TaskKey, of: Ticket, reply: &Reply) -> Vec<Effect> {
    if state.poller.asking.get(&key) != Some(&of) {
        state.stale += 1;
        return Vec::new();
    }
    state.poller.asking.remove(&key);
    // Cancelled here, or in another program's hands by now: its own answers count.
    let Some(task) = state.tasks.live.get(&key).filter(|task| !held_by_another(state, task)).cloned() else {
        return Vec::new();
    };
    let (Phase::Running { status, polls, misses, .. }, Some(id)) = (task.phase.clone(), task.remote.clone()) else {
        state.stale += 1;
        return Vec::new();
    };
    match judge_query(reply, &id) {
        QueryVerdict::Again { wait_ms, error } => again(state, task, &status, (polls, misses), wait_ms, &error),
        QueryVerdict::Running { status: word } => {
            answered(state);
            running(state, task, &status, word, polls, reply)
        }
        QueryVerdict::SuccessWithoutFile => {
            answered(state);
            running(state, task, &status, "Success, no file yet".to_owned(), polls, reply)
        }
        QueryVerdict::Success { file } => {
            answered(state);
            let note = answer_event(state, "ready", tr!("made; the file's id is {id}", id = file.0), reply);
            ready(state, task, file, note)
        }
        QueryVerdict::Failed { error } => {
            answered(state);
            failed(state, task, error, reply)
        }
    }
}

fn running(state: &mut State, mut task: Task, was: &str, word: String, polls: u32, reply: &Reply) -> Vec<Effect> {
    let next_poll = state.now.wall.plus(pause(state, &task, polls + 1));
    let news = (word != was).then(|| answer_event(state, "status", word.clone(), reply));
    task.phase = Phase::Running { status: word, next_poll, polls: polls + 1, misses: 0 };
    keep(state, task, news)
}

/// Writes what changed; an answer that only says "still so" moves the schedule and costs no write.
fn keep(state: &mut State, mut task: Task, news: Option<crate::domain::task::Event>) -> Vec<Effect> {
    let next = if let Phase::Running { next_poll, .. } = task.phase { next_poll } else { state.now.wall };
    let covered = task.claim.as_ref().is_some_and(|claim| claim.until >= next.plus(CLAIM / 2));
    if news.is_none() && (covered || state.ending.is_some()) {
        tasks::put(state, task);
        return Vec::new();
    }
    // Good until well after the next question, or another program would take the task over in between.
    task.claim = super::claim(state, CLAIM.saturating_add(next.since(state.now.wall)));
    store::write(state, task, news.into_iter().collect(), vec![])
}

fn again(
    state: &mut State,
    mut task: Task,
    status: &str,
    (polls, misses): (u32, u32),
    wait: Option<u64>,
    error: &TaskError,
) -> Vec<Effect> {
    let seed = u64::from(task.key.0);
    let every = state.settings.poll.every_ms;
    let wait = wait.unwrap_or_else(|| backoff(every, SLOWEST, misses + 1, seed)).min(LONGEST_WAIT);
    match error.class {
        ErrorClass::Network | ErrorClass::Service | ErrorClass::UnknownOutcome => missed(state),
        ErrorClass::RateLimited => {
            spoke(state);
            rest(state, wait);
        }
        ErrorClass::Auth => {
            spoke(state);
            rest(state, MINUTE);
            let what = tr!("sending stopped: the key was not accepted");
            let problem = Problem::new(what, error.message.clone(), error.next.clone());
            queue::halt_queue(state, HaltCause::Key, problem);
        }
        ErrorClass::Balance
        | ErrorClass::PromptSensitive
        | ErrorClass::OutputSensitive
        | ErrorClass::InvalidParams
        | ErrorClass::Plan => spoke(state),
        ErrorClass::File => {}
    }
    // The first of a row of failures goes into the time line; a service that is away for an hour fills no disk.
    let news = (misses == 0).then(|| event(state, "no answer", error.message.clone()));
    let next_poll = state.now.wall.plus(wait);
    task.phase = Phase::Running { status: status.to_owned(), next_poll, polls, misses: misses.saturating_add(1) };
    keep(state, task, news)
}

fn ready(state: &mut State, mut task: Task, file: FileId, note: crate::domain::task::Event) -> Vec<Effect> {
    streak::made(state);
    let wanted = state.settings.download.auto || task.dir.is_some();
    task.phase = Phase::Ready { file, trouble: None, tries: 0, next_try: wanted.then_some(state.now.wall), kept: None };
    store::write(state, task, vec![note], vec![])
}

fn failed(state: &mut State, mut task: Task, error: TaskError, reply: &Reply) -> Vec<Effect> {
    let note = answer_event(state, "failed", error.message.clone(), reply);
    let money = match error.charged {
        Charged::No => Some(MoneyEvent::Released),
        Charged::Unknown => Some(MoneyEvent::Unknown),
        Charged::Yes => None,
    };
    let ledger = money.map(|event| LedgerLine { at: state.now.wall, event, amount: task.cost });
    let text = tr!("{key} failed: {message}", key = task.key, message = error.message);
    toast::say(state, Level::Error, text, Some(task.key));
    streak::failed(state, &error);
    task.phase = Phase::Failed { error: error.clone() };
    task.finished_at = Some(state.now.wall);
    task.claim = None;
    let mut effects = store::write(state, task.clone(), vec![note], ledger.into_iter().collect());
    effects.extend(again::automatic(state, &task, &error));
    effects
}

/// A usable answer came.
pub(super) fn answered(state: &mut State) {
    state.poller.last_answer = Some(state.now.mono);
    spoke(state);
}

/// The service spoke, if only to say no: it is not away, or no longer.
pub(super) fn spoke(state: &mut State) {
    state.poller.misses = 0;
    if state.poller.offline_since.take().is_some() {
        state.poller.not_before = state.now.mono;
        toast::say(state, Level::Info, tr!("the service answers again").to_owned(), None);
    }
}

/// A call brought no answer. After a few in a row the service counts as away, and is asked seldom until it is back.
pub(super) fn missed(state: &mut State) {
    state.poller.misses = state.poller.misses.saturating_add(1);
    if state.poller.misses < AWAY_AFTER {
        return;
    }
    state.poller.offline_since.get_or_insert(state.now.mono);
    let wait = backoff(5 * SECOND, MINUTE, state.poller.misses - AWAY_AFTER + 1, 0);
    rest(state, wait);
}

/// Asks nothing for that long.
fn rest(state: &mut State, ms: u64) {
    state.poller.not_before = state.poller.not_before.max(state.now.mono.plus(ms));
}

/// Asks about these tasks now. A service that is away is asked at once; one that wants fewer questions is not.
pub(super) fn refresh(state: &mut State, keys: &[TaskKey]) {
    for key in keys {
        let Some(mut task) = state.tasks.live.get(key).cloned() else { continue };
        if let Phase::Running { next_poll, .. } = &mut task.phase {
            *next_poll = state.now.wall;
            tasks::put(state, task);
        }
    }
    if state.poller.offline_since.is_some() {
        state.poller.not_before = state.now.mono;
    }
}
