//! Asking for the state of running tasks: one budget for the whole account, questions spaced by what such tasks usually
//! take, back-off while the service is away.

use crate::{
    auto_retry, availability,
    backoff::{asked_to_wait, backoff, jitter},
    callback,
    claims::{self, claim, held_by_another},
    effect::{Effect, HttpCmd, Ticket},
    expected::{self, Expected},
    failure_streak, ids,
    news::{News, TaskNews},
    poll_budget, scheduling, share, tasks,
    timeline::{self, answer_event, event},
    work::Work,
    writes,
};
use domain::{
    account::{HaltCause, Why},
    problem::{Charged, ErrorClass, TaskError},
    reason::{Own, Reason},
    task::{Event, FileId, MoneyEvent, NO_FILE, ODD_STATE, Phase, Task, TaskKey, Trouble, What},
    time::{MINUTE, Mono, SECOND, Wall},
};
use service::answer::{Hold, QueryVerdict, Reply, Source};

/// Queries under way at once, at most. Measured over loopback, more than 16 to 32 do not make a round of them any
/// faster.
const AT_ONCE: usize = 32;
/// How long a task is asked about that is said to be made and has no file, or about which the service will not answer.
const PATIENCE_MS: u64 = 30 * SECOND;
/// As [`PATIENCE_MS`], where the refusal speaks of the address rather than of the task: it may be mended meanwhile.
const PATIENCE_WITH_ADDRESS_MS: u64 = MINUTE;
/// The longest pause between two questions about a task that is said to be made and has no file.
const LONGEST_FILE_WAIT_MS: u64 = 5 * SECOND;
/// A question that comes so much later than it was due finds an end that nobody watched.
const UNWATCHED_AFTER_MS: u64 = 2 * MINUTE;
/// After so long from its sending, a state that is not known here is told as trouble.
const ODD_AFTER_MS: u64 = 10 * MINUTE;

/// The phase of a task that was just accepted.
pub(super) fn first(work: &Work, task: &Task) -> Phase {
    let next_poll = work.now.wall.plus(pause(work, task, 0));
    Phase::running(next_poll)
}

/// How long to wait before the next question about a task.
///
/// By this store's own history, where there is one, few questions come early and then ever more until the end is near:
///
/// ```text
/// sent ----------- half of the median ----- median ----------- p95 ---------> twice the p95 ----------->
///   no question           half of what is left      the configured pace            ever slower, to 5 min
/// ```
///
/// Without one the catalogue's word on such tasks serves, which is too coarse to save many questions.
fn pause(work: &Work, task: &Task, polls: u32) -> u64 {
    let every = work.settings.poll.every_ms;
    let elapsed = work.now.wall.since(task.sent_at.unwrap_or(task.created_at));
    let row = work.tasks.rows.get(&task.key);
    let wait = match row.and_then(|row| expected::of(work, row)) {
        Some(expected) => by_history(expected, elapsed, every),
        None => by_catalogue(work, task, elapsed, every),
    };
    jitter(callback::pause(work, task.key, wait), u64::from(task.key.0), u64::from(polls))
}

fn by_history(Expected { median_ms, p95_ms }: Expected, elapsed: u64, every: u64) -> u64 {
    let half = median_ms / 2;
    if elapsed < half {
        (half - elapsed).clamp(every, availability::SLOWEST_MS.max(every))
    } else if elapsed < median_ms {
        ((median_ms - elapsed) / 2).clamp(every, availability::SLOWEST_MS.max(every))
    } else {
        at_the_end(elapsed, p95_ms, every)
    }
}

fn by_catalogue(work: &Work, task: &Task, elapsed: u64, every: u64) -> u64 {
    let spec = work.catalogue(&task.profile).spec(&task.request.model);
    let (quick, slow) = spec.map_or((MINUTE, 5 * MINUTE), |spec| spec.usual_ms);
    if elapsed < quick / 2 { (quick / 2 - elapsed).clamp(every, 4 * every) } else { at_the_end(elapsed, slow, every) }
}

/// The configured pace, and slower when a task takes more than twice what a slow one does.
fn at_the_end(elapsed: u64, slow: u64, every: u64) -> u64 {
    if elapsed <= 2 * slow {
        return every;
    }
    every.saturating_mul(1 + elapsed / (2 * slow).max(1)).min(availability::SLOWEST_MS).max(every)
}

/// Asks about everything that is due, within the account's budget.
pub(super) fn ask_due(work: &mut Work) -> Vec<Effect> {
    let profiles = work.profiles();
    profiles.iter().flat_map(|profile| ask_of(work, profile)).collect()
}

fn ask_of(work: &mut Work, profile: &str) -> Vec<Effect> {
    poll_budget::refill(work, profile);
    let mut effects = Vec::new();
    while can_ask_now(work, profile) && work.of(profile).poller.budget_milli >= 1000 {
        let Some(question) = ids::question(work, profile).or_else(|| next(work, profile)) else { break };
        work.of_mut(profile).poller.budget_milli -= 1000;
        effects.push(Effect::http(profile, question));
    }
    effects
}

/// The question about the task that is due first. While the service does not answer, what is due next finds out whether
/// it is back.
fn next(work: &mut Work, profile: &str) -> Option<HttpCmd> {
    let until = if availability::is_probing(work, profile) { Mono(u64::MAX) } else { work.now.mono };
    loop {
        let due = &mut work.of_mut(profile).poller.due;
        let key = due.due(until).next()?;
        due.set(key, None);
        let Some(id) = work.tasks.live.get(&key).and_then(|task| task.remote.clone()) else { continue };
        let ticket = work.ticket();
        work.of_mut(profile).poller.asking.insert(key, ticket);
        return Some(HttpCmd::Query { key, ticket, id });
    }
}

/// When [`ask_due`] will have something to do.
pub(super) fn deadline(work: &Work) -> Option<Mono> {
    work.served().filter_map(|(profile, _)| deadline_of(work, profile)).min()
}

fn deadline_of(work: &Work, profile: &str) -> Option<Mono> {
    let served = work.of(profile);
    let soonest = served.poller.due.first();
    let waits_for_no_time =
        ids::is_wanted(work, profile) || availability::is_probing(work, profile) && soonest.is_some();
    let at = if waits_for_no_time { work.now.mono } else { soonest? };
    if !served.has_key || under_way(work, profile) >= at_once(work, profile) {
        return None; // Never, or the next answer brings us back.
    }
    let missing = 1000_u64.saturating_sub(poll_budget::budget_now(work, profile));
    Some(
        at.max(availability::open_at(work, profile))
            .max(work.now.mono.plus(poll_budget::refill_ms(work, profile, missing))),
    )
}

fn can_ask_now(work: &Work, profile: &str) -> bool {
    let open = work.of(profile).has_key && work.now.mono >= availability::open_at(work, profile);
    open && under_way(work, profile) < at_once(work, profile)
}

fn under_way(work: &Work, profile: &str) -> usize {
    work.of(profile).poller.asking.len() + ids::asking(work, profile)
}

fn at_once(work: &Work, profile: &str) -> usize {
    if availability::is_probing(work, profile) { 1 } else { AT_ONCE }
}

/// The end of a query.
pub(super) fn queried(work: &mut Work, key: TaskKey, ticket: Ticket, reply: &Reply) -> Vec<Effect> {
    let profile = work.tasks.profile_of(key).to_owned();
    let asking = &mut work.of_mut(&profile).poller.asking;
    if asking.get(&key) != Some(&ticket) {
        return work.drop_stale();
    }
    asking.remove(&key);
    let effects = judged(work, key, reply);
    callback::answered(work, key);
    effects
}

/// What an answer about that task means.
fn judged(work: &mut Work, key: TaskKey, reply: &Reply) -> Vec<Effect> {
    // Cancelled here, or in another program's hands by now: its own answers count.
    let Some(task) = work.tasks.live.get(&key).filter(|task| !held_by_another(work, task)).cloned() else {
        return Vec::new();
    };
    let (Phase::Running { status, polls, misses, trouble, .. }, Some(id)) = (task.phase.clone(), task.remote.clone())
    else {
        return work.drop_stale();
    };
    let was = Was { status, polls, misses, trouble };
    let verdict = work.protocol(&task.profile).queried(reply, &id);
    if !matches!(verdict, QueryVerdict::Again { .. }) {
        availability::heard_of(work, &task.profile, key);
    }
    match verdict {
        QueryVerdict::Again { wait_ms, hold, error } => {
            again(work, task, was, NoAnswer { hold, wait_ms, error }, reply)
        }
        QueryVerdict::Running { status: word, known } => running(work, task, &was, word, known, reply),
        QueryVerdict::SuccessWithoutFile { status: word } => without_file(work, task, was, word, reply),
        QueryVerdict::Ready { source } => {
            let file = file_of(work, key, source);
            let note = answer_event(work, What::Ready(file.clone()), reply);
            ready(work, task, file, note)
        }
        QueryVerdict::Failed { error } => failed(work, task, error, reply),
    }
}

/// What a running task was before an answer.
struct Was {
    status: String,
    polls: u32,
    misses: u32,
    trouble: Option<Trouble>,
}

/// What came instead of a usable answer.
struct NoAnswer {
    hold: Hold,
    wait_ms: Option<u64>,
    error: TaskError,
}

fn running(work: &mut Work, mut task: Task, was: &Was, word: String, known: bool, reply: &Reply) -> Vec<Effect> {
    let polls = was.polls + 1;
    let next_poll = work.now.wall.plus(pause(work, &task, polls));
    let news = (word != was.status).then(|| answer_event(work, What::Status(word.clone()), reply));
    let odd = !known && work.now.wall.since(task.sent_at.unwrap_or(task.created_at)) >= ODD_AFTER_MS;
    let trouble = odd.then(|| Trouble::go_on(odd_state(&word), was.trouble.as_ref(), work.now.wall));
    let is_new = trouble != was.trouble;
    task.phase = Phase::Running { status: word, next_poll, polls, misses: 0, trouble };
    keep(work, task, news, is_new)
}

fn odd_state(word: &str) -> TaskError {
    trouble_of(ODD_STATE, Own::OddState(word.to_owned()))
}

fn trouble_of(code: &str, what: Own) -> TaskError {
    let reason = Reason::Own(what);
    TaskError { code: code.to_owned(), class: ErrorClass::Service, reason, charged: Charged::Yes }
}

/// It is said to be made, and there is no file to fetch. One that does not come in a while will not come by itself.
fn without_file(work: &mut Work, mut task: Task, was: Was, word: String, reply: &Reply) -> Vec<Effect> {
    let error = trouble_of(NO_FILE, Own::NoFile { patience: PATIENCE_MS });
    let trouble = Trouble::go_on(error, was.trouble.as_ref(), work.now.wall);
    if trouble.has_lasted(PATIENCE_MS, work.now.wall) && was.trouble.is_some() {
        return give_up(work, task, trouble.error, reply);
    }
    let wait = work.settings.poll.every_ms.min(LONGEST_FILE_WAIT_MS);
    let next_poll = not_after(work.now.wall.plus(wait), &trouble, PATIENCE_MS);
    let news = (word != was.status).then(|| answer_event(work, What::Status(word.clone()), reply));
    let is_new = Some(&trouble) != was.trouble.as_ref();
    let misses = was.misses.saturating_add(1);
    task.phase = Phase::Running { status: word, next_poll, polls: was.polls + 1, misses, trouble: Some(trouble) };
    keep(work, task, news, is_new)
}

/// The last question comes when the patience ends, not long after it.
fn not_after(at: Wall, trouble: &Trouble, patience: u64) -> Wall {
    trouble.since.map_or(at, |since| at.min(since.plus(patience)))
}

/// Ends a task here that the service has no end for: it was charged, and can still be asked about.
fn give_up(work: &mut Work, task: Task, error: TaskError, reply: &Reply) -> Vec<Effect> {
    let TaskError { code, reason, .. } = error;
    failed(work, task, trouble_of(&code, Own::GivenUp(Box::new(reason))), reply)
}

/// Writes what changed; an answer that only says "still so" moves the schedule and costs no write.
fn keep(work: &mut Work, mut task: Task, news: Option<Event>, changed: bool) -> Vec<Effect> {
    let next = if let Phase::Running { next_poll, .. } = task.phase { next_poll } else { work.now.wall };
    let covered = task.claim.as_ref().is_some_and(|claim| claim.until >= next.plus(claims::CLAIM_MS / 2));
    if news.is_none() && !changed && (covered || work.ending.is_some()) {
        tasks::put(work, task);
        return Vec::new();
    }
    // Good until well after the next question, or another program would take the task over in between.
    task.claim = claim(work, claims::CLAIM_MS.saturating_add(next.since(work.now.wall)));
    writes::write(work, task, news.into_iter().collect(), vec![])
}

/// No answer about the task. How long it is left alone depends on what there is to back off from.
fn again(work: &mut Work, mut task: Task, was: Was, met: NoAnswer, reply: &Reply) -> Vec<Effect> {
    let NoAnswer { hold, wait_ms: wait, error } = met;
    let (key, every) = (task.key, work.settings.poll.every_ms);
    let alone = |misses: u32| {
        asked_to_wait(wait, backoff(every, availability::SLOWEST_MS, misses.saturating_add(1), u64::from(key.0)))
    };
    let is_halt = error.class == ErrorClass::Auth;
    // It was asked and answered, though not with its state.
    let polls = was.polls + u32::from(hold == Hold::Refused);
    let (code, reason) = (error.code.clone(), error.reason.clone());
    let trouble = Trouble::go_on(error, was.trouble.as_ref(), work.now.wall);
    let (pause, misses) = match hold {
        Hold::Service if availability::brought_nothing(work, &task.profile, key) => {
            (alone(was.misses), was.misses.saturating_add(1))
        }
        Hold::Service => (0, was.misses),
        Hold::Account => {
            availability::spoke_of(work, &task.profile, key);
            availability::rest_account(
                work,
                &task.profile,
                if matches!(trouble.error.class, ErrorClass::RateLimited) { wait } else { Some(MINUTE) },
            );
            (0, was.misses)
        }
        Hold::Refused => {
            availability::spoke_of(work, &task.profile, key);
            // A status without a code speaks of a wrong address as well as of a wrong task.
            let patience = if code.starts_with("HTTP") { PATIENCE_WITH_ADDRESS_MS } else { PATIENCE_MS };
            if trouble.has_lasted(patience, work.now.wall) && was.trouble.is_some() {
                return give_up(work, task, trouble.error, reply);
            }
            let at = not_after(work.now.wall.plus(alone(was.misses)), &trouble, patience);
            (at.since(work.now.wall), was.misses.saturating_add(1))
        }
    };
    if is_halt {
        share::halt(work, &task.profile, Why { cause: HaltCause::Key, tasks: 1, error: trouble.error.clone() });
    }
    // The first of a row of failures goes into the time line; a service that is away for an hour fills no disk.
    let is_new = was.trouble.as_ref().is_none_or(|before| before.error.code != code);
    let news = is_new.then(|| event(work, What::NoAnswer(reason)));
    let next_poll = work.now.wall.plus(pause);
    task.phase = Phase::Running { status: was.status, next_poll, polls, misses, trouble: Some(trouble) };
    keep(work, task, news, false)
}

fn ready(work: &mut Work, mut task: Task, file: FileId, note: Event) -> Vec<Effect> {
    failure_streak::made(work.of_mut(&task.profile));
    if matches!(task.phase, Phase::Running { next_poll, .. } if work.now.wall.since(next_poll) > UNWATCHED_AFTER_MS) {
        work.tasks.seen_late.insert(task.key);
    }
    let wanted = work.settings.download.auto || task.dir.is_some();
    task.phase = Phase::Ready { file, trouble: None, tries: 0, next_try: wanted.then_some(work.now.wall), kept: None };
    writes::write(work, task, vec![note], vec![])
}

fn failed(work: &mut Work, mut task: Task, error: TaskError, reply: &Reply) -> Vec<Effect> {
    let note = answer_event(work, What::Failed(error.reason.clone()), reply);
    // It stands as charged. The gateway's records know what was charged, a failure's code only what the documentation
    // says it should be: the records' word stands until they have another, and they are asked again now.
    let stands = error.charged == Charged::Yes || task.is_cost_recorded();
    let ledger = (!stands).then(|| timeline::money(work, MoneyEvent::settling(error.charged), &task));
    work.news.push(News::Task { key: task.key, what: TaskNews::Failed(error.clone()) });
    failure_streak::failed(work, &task.profile, &error);
    task.phase = Phase::Failed { error };
    task.finished_at = Some(work.now.wall);
    task.claim = None;
    scheduling::audit_nameless(work, &task);
    let mut effects = writes::write(work, task.clone(), vec![note], ledger.into_iter().collect());
    effects.extend(auto_retry::automatic(work, &task));
    effects
}

/// Asks about these tasks now. A service that is away is asked at once; one that wants fewer questions is not.
pub(super) fn refresh(work: &mut Work, keys: &[TaskKey]) {
    for key in keys {
        let Some(mut task) = work.tasks.live.get(key).cloned() else { continue };
        if let Phase::Running { next_poll, .. } = &mut task.phase {
            *next_poll = work.now.wall;
            tasks::put(work, task);
        }
    }
    for profile in work.profiles() {
        work.of_mut(&profile).poller.probe_at = work.now.mono;
    }
}

/// Remembers the address, where the answer named it, and gives the id that another is asked for by.
fn file_of(work: &mut Work, key: TaskKey, source: Source) -> FileId {
    match source {
        Source::File(file) => file,
        Source::Here { file, address } => {
            work.saver.given.insert(key, address);
            file
        }
    }
}
