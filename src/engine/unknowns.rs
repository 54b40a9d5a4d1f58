//! Unknowns that settle themselves by the gateway's records.
//!
//! ```text
//! unknown -> looks after 10 s, 1, 5 and 30 minutes: all pages of the account's calls in the window of the POST, then all of
//!            our own submissions in it, by whichever program, then the matching (`gateway::settle`)
//!    one row with a task   -> runs on with its id
//!    one row without       -> failed, `id_lost`: charged, to be given back when asked for
//!    several may be its own -> nothing is decided; a person is shown them
//!    none after the last   -> nothing is decided; "not created" is what a person is advised, and it is looked for once more at
//!                             the next start, when a person is about to decide, and when an audit reads a row that fits
//! ```

use crate::{
    claims::{self, claim},
    effect::{Effect, HttpCmd, StoreCmd, Ticket},
    ids,
    news::{News, TaskNews},
    profile_state::{Look, ProfileState, Records},
    records, scheduling,
    timeline::{self, answer_of_records},
    work::Work,
    writes,
};
use domain::{
    amount::{Amount, CostSource},
    evidence::{Evidence, Record},
    problem::{Charged, ErrorClass, TaskError},
    reason::{Own, Reason},
    task::{Before, Event, ID_LOST, LedgerLine, MoneyEvent, Phase, RemoteId, Task, TaskKey, TaskState, What},
    time::{MINUTE, Mono, Now, SECOND, Wall},
};
use service::gateway::{
    Asked,
    records::{Page, Row, Window},
    settle::{Finding, Submission, settle},
};
use std::collections::{BTreeMap, BTreeSet};

/// How long the upload of a task that is settled can have taken.
const LONGEST_UPLOAD_MS: u64 = 30 * MINUTE;
/// Pages of one look; beyond that nothing is decided.
const PAGES: u32 = 40;
/// A look that the store or the service has not answered by then is given up.
const PATIENCE_MS: u64 = 5 * MINUTE;
/// How long a person who is about to decide waits for a look, in milliseconds.
pub const LOOK_WAIT_MS: u64 = 15 * SECOND;
/// How old a look may be for a person to go by it.
const FRESH_MS: u64 = 30 * SECOND;

/// Whether the records may still settle that unknown of themselves: its first look is not over.
#[must_use]
pub fn is_to_be_looked_for(work: &Work, key: TaskKey) -> bool {
    let looked_for = |(profile, served): (&str, &ProfileState)| {
        records::is_enabled(work, profile) && served.records.looks.get(&key).is_some_and(|(_, done)| *done == 0)
    };
    work.served().any(looked_for)
}

/// Looks for these unknowns now: a person is about to decide what they were.
pub(super) fn look_now(work: &mut Work, keys: &[TaskKey]) {
    let now = work.now.mono;
    for key in keys {
        let Some(profile) = work.tasks.live.get(key).map(|task| task.profile.clone()) else { continue };
        let Records { looks, look_due, look, .. } = &mut work.of_mut(&profile).records;
        if looks.contains_key(key) && !look.as_ref().is_some_and(|look| look.keys.contains(key)) {
            look_due.set(*key, Some(now));
        }
    }
}

/// Whether the records are to be looked at before that unknown is settled by what they said: begins it. What was looked
/// at a moment ago is not.
pub(super) fn looks_first(work: &mut Work, task: &Task) -> bool {
    let looked_at = work.of(&task.profile).records.looked_at.get(&task.key);
    if looked_at.is_some_and(|at| work.now.wall.since(*at) < FRESH_MS) {
        return false;
    }
    look_now(work, &[task.key]);
    is_looked_for(work, task.key)
}

/// Whether that unknown is looked for now, or is about to be.
#[must_use]
pub fn is_looked_for(work: &Work, key: TaskKey) -> bool {
    let asks = |(profile, served): (&str, &ProfileState)| {
        let records = &served.records;
        let is_due = || records.look_due.get(key).is_some_and(|at| at <= work.now.mono);
        let is_under_way = records.look.as_ref().is_some_and(|look| look.keys.contains(&key));
        records::is_usable(work, profile) && (is_under_way || is_due())
    };
    work.served().any(asks)
}

pub(super) fn deadline(work: &Work, profile: &str) -> Option<Mono> {
    let records = &work.of(profile).records;
    match &records.look {
        Some(look) => Some(look.until),
        None => records.look_due.first().filter(|_| work.tasks.loaded),
    }
}

/// Begins the look that is due first, over all unknowns whose windows meet its own.
pub(super) fn look_due(work: &mut Work, profile: &str) -> Vec<Effect> {
    let now = work.now.mono;
    let records = &mut work.of_mut(profile).records;
    if let Some(look) = records.look.take_if(|look| look.until <= now) {
        over(records, &look, false, now);
    }
    if records.look.is_some() || !work.tasks.loaded || !records::can_ask_now(work, profile) {
        return Vec::new();
    }
    let due: Vec<TaskKey> = work.of(profile).records.look_due.due(now).collect();
    let Some(first) = due.iter().find_map(|key| work.tasks.live.get(key)) else {
        let look_due = &mut work.of_mut(profile).records.look_due;
        due.iter().for_each(|key| look_due.set(*key, None));
        return Vec::new();
    };
    let mut window = window(work, first);
    let mut keys = vec![first.key];
    let meets = |window: &Window, other: &Window| other.from <= window.to && window.from <= other.to;
    // In the order of their sending, so that a chain of windows is followed to its end.
    let mut others: Vec<&Task> = due.iter().filter_map(|key| work.tasks.live.get(key)).collect();
    others.sort_by_key(|task| task.sent_at);
    for task in others.iter().chain(others.iter().rev()) {
        let own = self::window(work, task);
        if !keys.contains(&task.key) && meets(&window, &own) {
            window = window.and(own);
            keys.push(task.key);
        }
    }
    let ticket = work.ticket();
    let until = now.plus(PATIENCE_MS);
    let look = Look { ticket, keys, window, rows: Vec::new(), pages: 1, until };
    work.of_mut(profile).records.look = Some(look);
    vec![Effect::http(profile, HttpCmd::Records { ticket, window, page: 1 })]
}

/// The span of time in which a submission's record must be.
fn window(work: &Work, task: &Task) -> Window {
    let Submission { sent, until, .. } = submission(work, task);
    Window::of(sent, until)
}

/// A page of the records.
pub(super) fn page(work: &mut Work, ticket: Ticket, answer: Asked<Page>) -> Vec<Effect> {
    let Some((profile, mut look)) = taken(work, ticket) else {
        return work.drop_stale();
    };
    let page = match answer {
        Asked::Told(page) => page,
        Asked::NotAllowed { said } => {
            records::deny(work, &profile, said);
            return Vec::new();
        }
        Asked::NotYet => return unread(work, &profile, &look, "none"),
        Asked::Again { code, .. } => return unread(work, &profile, &look, &code),
    };
    if page.next.is_some() && look.pages >= PAGES {
        return unread(work, &profile, &look, "pages");
    }
    // As long as pages come, the look goes on.
    look.until = work.now.mono.plus(PATIENCE_MS);
    look.rows.extend(page.rows);
    look.pages += 1;
    let window = look.window;
    work.of_mut(&profile).records.look = Some(look);
    match page.next {
        Some(page) => vec![Effect::http(&profile, HttpCmd::Records { ticket, window, page })],
        None => {
            // Read after the records, so that all that has a row in them is here as well.
            let Window { from, to } = by_any_clock(work, &profile, begun(work, window));
            vec![Effect::Store(StoreCmd::ReadSubmissions { ticket, from, to })]
        }
    }
}

/// A look that tells nothing counts for its time alone.
fn unread(work: &mut Work, profile: &str, look: &Look, code: &str) -> Vec<Effect> {
    let now = work.now.mono;
    over(&mut work.of_mut(profile).records, look, false, now);
    vec![records::unread(profile, code)]
}

/// When the submissions can have begun that have their records in that window: with a long body, long before.
pub(super) fn begun(work: &Work, window: Window) -> Window {
    let reach = LONGEST_UPLOAD_MS + work.settings.queue.longest_silence();
    Window { from: Wall(window.from.0.saturating_sub_unsigned(reach)), to: window.to.plus(MINUTE) }
}

/// That window by a clock that was since, or before, set to another time.
pub(super) fn by_any_clock(work: &Work, profile: &str, Window { from, to }: Window) -> Window {
    let shifts = work.of(profile).sending.jumps.shifts();
    let off = shifts.into_iter().map(i64::unsigned_abs).max().unwrap_or(0);
    Window { from: Wall(from.0.saturating_sub_unsigned(off)), to: to.plus(off) }
}

/// Takes the look of that number out, with its profile.
fn taken(work: &mut Work, ticket: Ticket) -> Option<(String, Look)> {
    work.asked(|served| served.records.look.take_if(|look| look.ticket == ticket))
}

/// Our own submissions in that time: now each unknown is matched.
pub(super) fn sent(work: &mut Work, ticket: Ticket, tasks: Vec<Task>) -> Vec<Effect> {
    let Some((profile, look)) = taken(work, ticket) else {
        return work.drop_stale();
    };
    let Now { mono, wall, .. } = work.now;
    let records = &mut work.of_mut(&profile).records;
    over(records, &look, true, mono);
    records.looked_at.extend(look.keys.iter().map(|key| (*key, wall)));
    let submissions = tasks
        .into_iter()
        .map(|task| writes::unwritten(work, task.key).unwrap_or(task))
        .filter(|task| task.sent_at.is_some() && work.may_share_account(&task.profile, &profile))
        .map(|task| submission(work, &task))
        .collect();
    let mut found = settle(&and_open(work, &profile, submissions), &look.rows, work.catalogue(&profile));
    found.retain(|key, _| look.keys.contains(key));
    decide(work, &profile, found)
}

/// These submissions, and what is open of the same account: an upload has no bounds, so that one may own a record
/// however long before it was sent.
fn and_open(work: &Work, profile: &str, mut submissions: Vec<Submission>) -> Vec<Submission> {
    let known: BTreeSet<TaskKey> = submissions.iter().map(|one| one.key).collect();
    let is_open = |task: &&Task| {
        matches!(task.state(), TaskState::Sending | TaskState::Unknown)
            && work.may_share_account(&task.profile, profile)
    };
    let open = work.tasks.live.values().filter(|task| !known.contains(&task.key)).filter(is_open);
    submissions.extend(open.map(|task| submission(work, task)));
    submissions
}

/// An audit has read all rows of its window: this takes what they say of unknowns whose own windows are inside
/// it. That they say nothing is for the looks to find.
pub(super) fn audited(
    work: &mut Work,
    profile: &str,
    submissions: Vec<Submission>,
    rows: &[Row],
    read: Window,
) -> Vec<Effect> {
    let mut found = settle(&and_open(work, profile, submissions), rows, work.catalogue(profile));
    let lies_in = |window: Window| read.from <= window.from && window.to <= read.to;
    let of_profile = |task: &Task| task.profile == profile && lies_in(window(work, task));
    let is_read = |key: &TaskKey| work.tasks.live.get(key).is_some_and(of_profile);
    found.retain(|key, finding| !matches!(finding, Finding::NotSeen { .. }) && is_read(key));
    decide(work, profile, found)
}

fn decide(work: &mut Work, profile: &str, found: BTreeMap<TaskKey, Finding>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (key, finding) in found {
        // One that another program has settled meanwhile is left alone.
        let open = |task: &&Task| task.state() == TaskState::Unknown;
        let Some(task) = work.tasks.live.get(&key).filter(open).cloned() else { continue };
        effects.extend(match finding {
            Finding::Made { id, row } => made(work, task, id, row),
            Finding::IdLost { cost, row } => id_lost(work, task, cost, row),
            Finding::Ambiguous { rows, others } => {
                let records = rows.into_iter().map(record).collect();
                say(work, task, Evidence::Ambiguous { records, others })
            }
            Finding::NotSeen { free } if work.of(profile).records.look_due.get(key).is_none() => {
                let records: Vec<Record> = free.into_iter().map(record).collect();
                let evidence = match records.is_empty() {
                    true => Evidence::NotSeen,
                    false => Evidence::Ambiguous { records, others: Vec::new() },
                };
                say(work, task, evidence)
            }
            Finding::NotSeen { .. } => Vec::new(),
        });
    }
    effects
}

/// The look is over; each unknown that it was for waits for its next one.
fn over(records: &mut Records, look: &Look, told: bool, now: Mono) {
    for key in &look.keys {
        let Some((since, done)) = records.looks.get_mut(key) else { continue };
        let ahead = |done: u8| scheduling::LOOKS.get(usize::from(done)).map(|after| since.plus(*after));
        // One that came in between, because a person asked, takes the place of none.
        if let Some(next) = ahead(*done).filter(|at| *at > now) {
            records.look_due.set(*key, Some(next));
            continue;
        }
        let last = usize::from(*done) + 1 >= scheduling::LOOKS.len();
        // The last look is one that told something, however often it has to be tried.
        let again = last && !told;
        let due = if again {
            Some(now.plus(scheduling::LOOKS[3]))
        } else {
            *done = done.saturating_add(1);
            while ahead(*done).is_some_and(|at| at <= now) && usize::from(*done) + 1 < scheduling::LOOKS.len() {
                *done += 1;
            }
            ahead(*done).map(|at| at.max(now.plus(SECOND)))
        };
        records.look_due.set(*key, due);
    }
}

pub(super) fn submission(work: &Work, task: &Task) -> Submission {
    let sent = task.sent_at.unwrap_or(task.created_at);
    Submission {
        key: task.key,
        sent,
        until: sent.plus(task.besides.under_way_ms.unwrap_or(0).max(work.settings.queue.longest_silence())),
        model: task.request.model.clone(),
        prompt: task.request.prompt.clone(),
        request_id: task.request_id.clone(),
        task_id: task.remote.clone(),
        seconds: task.besides.twice.iter().filter_map(|second| second.request_id.clone()).collect(),
        disowned: task.besides.disowned.clone(),
        unknown: task.state() == TaskState::Unknown,
        shifts: work.of(&task.profile).sending.jumps.shifts(),
    }
}

fn record(row: Row) -> Record {
    Record { request_id: row.request_id, at: row.at, cost: row.cost, task_id: row.task_id }
}

/// It was made: it runs on with the id that the records have.
fn made(work: &mut Work, task: Task, id: RemoteId, row: Row) -> Vec<Effect> {
    if let Some(other) = ids::known_as(work, &id) {
        return say(work, task, Evidence::Ambiguous { records: vec![record(row)], others: vec![other] });
    }
    let Phase::Unknown { error } = task.phase.clone() else { return Vec::new() };
    let mut task = Task {
        phase: Phase::running(work.now.wall),
        remote: Some(id.clone()),
        settled: Some(error),
        claim: claim(work, claims::CLAIM_MS),
        evidence: None,
        ..task
    };
    work.news.push(News::Task { key: task.key, what: TaskNews::FoundInRecords(id.clone()) });
    let (line, doubt) = charge(work, &mut task, &row, row.cost);
    let note = answer_of_records(work, What::FoundInRecords(id), task.request_id.as_deref());
    writes::write(work, task, [note].into_iter().chain(doubt).collect(), vec![line])
}

/// It reached the gateway and was charged, and its id is nowhere.
fn id_lost(work: &mut Work, task: Task, cost: Option<Amount>, row: Row) -> Vec<Effect> {
    let Phase::Unknown { error: before } = task.phase.clone() else { return Vec::new() };
    let free = cost == Some(Amount::ZERO);
    let reason = Reason::Own(if free { Own::NothingMade } else { Own::IdLost });
    let error = TaskError {
        code: ID_LOST.into(),
        class: ErrorClass::Service,
        reason: reason.clone(),
        charged: if free { Charged::No } else { Charged::Yes },
    };
    let mut task = Task {
        phase: Phase::Failed { error: error.clone() },
        settled: Some(before),
        finished_at: Some(work.now.wall),
        evidence: None,
        ..task
    };
    work.news.push(News::Task { key: task.key, what: TaskNews::Failed(error) });
    scheduling::audit_later(work, &task);
    let (line, doubt) = charge(work, &mut task, &row, cost);
    let note = answer_of_records(work, What::Failed(reason), task.request_id.as_deref());
    writes::write(work, task, [note].into_iter().chain(doubt).collect(), vec![line])
}

/// Takes the record's number and charge over, with its line of the ledger; and a word on a charge that cannot be.
fn charge(work: &mut Work, task: &mut Task, row: &Row, cost: Option<Amount>) -> (LedgerLine, Option<Event>) {
    let (request_id, cost_before, cost_source) = (task.request_id.clone(), task.cost, task.cost_source);
    task.besides.before = Some(Before { request_id, cost: cost_before, cost_source });
    if row.request_id.is_some() {
        task.request_id.clone_from(&row.request_id);
    }
    let doubtful = cost.filter(|cost| !records::is_believable(task, *cost));
    let doubt = doubtful.map(|cost| records::not_believed(work, task, cost));
    let event = match cost {
        Some(cost) if doubt.is_none() => {
            task.cost = cost;
            task.cost_source = Some(CostSource::Records);
            MoneyEvent::Recorded
        }
        Some(_) | None => MoneyEvent::Charged,
    };
    (timeline::money(work, event, task), doubt)
}

/// The records decide nothing: what they say is kept for the person who does.
fn say(work: &mut Work, mut task: Task, evidence: Evidence) -> Vec<Effect> {
    if task.evidence.as_ref() == Some(&evidence) {
        return Vec::new();
    }
    work.news.push(News::Task { key: task.key, what: TaskNews::Evidence(evidence.clone()) });
    let note = answer_of_records(work, What::Evidence(evidence.clone()), None);
    task.evidence = Some(evidence);
    writes::write(work, task, vec![note], vec![])
}
