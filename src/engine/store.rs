//! What the store's word means: pages at the start, acknowledgements, rows that another program changed. A store that fails
//! or is away: see [`super::outage`].
//!
//! A change is applied to the state at once and to the store in order: of one task, one write is under way at a time,
//! since each changes the row's revision. The two steps that must be on disk before anything else happens (the intent
//! and `Sending`) do not go this way: see [`super::queue`] and [`super::acts`].

use super::{
    act_news, acts, again, audit, callback, ended, event, held_by_another, held_by_us, hook, is_ours, is_told_of,
    outage, portion, put_away, queue, resolve, saver, share, ticket, unknowns, uploads,
};
use crate::{
    effect::{Effect, Level, Noted, StoreCmd, Ticket, Write},
    msg::{StoreMsg, WriteResult},
    news::{News, RowNews, StoreNews, TaskNews},
    tasks,
    work::Work,
};
use domain::{
    problem::Charged,
    task::{Besides, Event, LedgerLine, MoneyEvent, Phase, RemoteId, Second, Task, TaskKey, TaskState, What},
    time::{HOUR, MINUTE, Mono, SECOND},
};
use std::collections::VecDeque;

/// Another program's rows are looked at again this long after its claim has run out.
const GRACE: u64 = SECOND;
/// The longest that any claim reaches ahead: that on a task whose next question waits for as long as the service may ask.
const LONGEST_CLAIM: u64 = 2 * HOUR;

/// Takes a message of the store.
pub(super) fn store(work: &mut Work, msg: StoreMsg) -> Vec<Effect> {
    match msg {
        // When a dashboard was last in use, and the drafts, are for the screens.
        StoreMsg::Opened { owner, total, last_seen: _, drafts: _ } => {
            work.store.owner = Some(owner);
            outage::opened(work);
            work.tasks.total = total;
            work.tasks.rows.reserve(total);
            work.tasks.loaded = total == 0;
            let mut effects = note_seen(work);
            effects.extend(super::money::ask_balances(work));
            effects
        }
        StoreMsg::TakenBack { keys } => {
            work.news.push(News::Store(StoreNews::TakenBack(keys)));
            Vec::new()
        }
        StoreMsg::Page { rows, tasks, last } => page(work, rows, tasks, last),
        StoreMsg::Inserted { ticket, result } => acts::inserted(work, ticket, result),
        StoreMsg::Written { ticket, results } => results.into_iter().flat_map(|r| written(work, ticket, r)).collect(),
        StoreMsg::Send { ticket, result, path } => queue::claimed(work, ticket, result, path.as_deref()),
        StoreMsg::Posted { posts } => {
            callback::posted(work, posts);
            Vec::new()
        }
        StoreMsg::Changed { tasks } => {
            outage::looked(work);
            tasks.into_iter().flat_map(|task| changed(work, task)).collect()
        }
        StoreMsg::Shared { ticket, shared } => {
            share::heard(work, ticket, *shared);
            Vec::new()
        }
        StoreMsg::Sent { ticket, tasks } => unknowns::sent(work, ticket, tasks),
        StoreMsg::Audit { ticket, side } => audit::read(work, ticket, *side),
        StoreMsg::Uploads(known) => {
            uploads::known(work, known);
            Vec::new()
        }
        StoreMsg::Members(members) => {
            work.sharing.members = members;
            Vec::new()
        }
        StoreMsg::Refunds(refunds) => {
            work.money.refunds = refunds;
            Vec::new()
        }
        StoreMsg::Costs(report) => {
            work.money.report = Some(report);
            Vec::new()
        }
        // Asked for by the screens.
        StoreMsg::Detail(_) | StoreMsg::NoSuchTask { .. } | StoreMsg::View(_) | StoreMsg::Archived { .. } => Vec::new(),
        StoreMsg::Failed { ticket, fault } => outage::failed(work, ticket, fault),
        StoreMsg::Company { others } => {
            portion::heard(work, others);
            Vec::new()
        }
        StoreMsg::OnlyReads => {
            work.store.only_reads = true;
            super::plan_anew(work);
            Vec::new()
        }
        StoreMsg::OtherKey { profile, who } => {
            work.news.push(News::Store(StoreNews::OtherKey { profile, who }));
            Vec::new()
        }
        StoreMsg::Offline { since } => {
            outage::away_since(work, since);
            Vec::new()
        }
        StoreMsg::KeptHere { key, id } => {
            outage::kept_here(work, key, id);
            Vec::new()
        }
        StoreMsg::Left { writes } => writes.into_iter().filter_map(|write| outage::left(work, write)).collect(),
    }
}

/// Notes that a person sees the screen now. What a call of the command line does meanwhile (a `watch` left behind, a cron
/// job) is seen by nobody.
pub(super) fn note_seen(work: &Work) -> Vec<Effect> {
    let seen = Effect::Store(StoreCmd::SaveSeen { at: work.now.wall });
    if work.settings.interactive { vec![seen] } else { Vec::new() }
}

/// Changes a task, here at once and in the store in its turn.
pub(super) fn write(work: &mut Work, mut task: Task, events: Vec<Event>, ledger: Vec<LedgerLine>) -> Vec<Effect> {
    let key = task.key;
    // What is no failure any more, taken up again, is not put away either.
    task.put_away_at = task.put_away_at.filter(|_| matches!(task.state(), TaskState::Failed | TaskState::Refused));
    if let Some(id) = &task.remote
        && work.tasks.rows.get(&key).is_none_or(|before| before.remote() != Some(&id.0))
    {
        work.store.unsaved.insert(key, id.clone());
    }
    let mut effects = hook::ended(work, &task);
    tasks::put(work, task.clone());
    let write = Write { task, events, ledger };
    if is_unwritten(work, key) {
        work.store.waiting.entry(key).or_default().push_back(write);
    } else {
        effects.push(emit(work, write));
    }
    effects
}

/// Whether the store does not yet have that task as it is here.
pub(super) fn is_unwritten(work: &Work, key: TaskKey) -> bool {
    work.store.busy.contains_key(&key) || work.store.failed.contains_key(&key)
}

/// That task as it will be once all of its writes are on disk; `None` when there are none. Its revision is the one at hand
/// now: a write that waits was made under an older one, and would be taken for older news.
pub(super) fn unwritten(work: &Work, key: TaskKey) -> Option<Task> {
    let store = &work.store;
    let waiting = store.waiting.get(&key).and_then(VecDeque::back);
    let under_way = || store.busy.get(&key).and_then(|ticket| store.pending.get(ticket));
    let write = waiting.or_else(under_way).or_else(|| store.failed.get(&key))?;
    let rev = work.tasks.rows.get(&key).map_or(write.task.rev, |row| row.rev);
    Some(Task { rev, ..write.task.clone() })
}

pub(super) fn emit(work: &mut Work, write: Write) -> Effect {
    let ticket = ticket(work);
    work.store.busy.insert(write.task.key, ticket);
    work.store.pending.insert(ticket, write.clone());
    Effect::Store(StoreCmd::Write { ticket, writes: vec![write] })
}

fn written(work: &mut Work, of: Ticket, result: WriteResult) -> Vec<Effect> {
    let Some(write) = work.store.pending.remove(&of) else {
        work.stale += 1;
        return Vec::new();
    };
    let key = write.task.key;
    work.store.busy.remove(&key);
    outage::healthy(work);
    match result {
        WriteResult::Done { rev, .. } => {
            if work.store.unsaved.get(&key) == write.task.remote.as_ref() {
                work.store.unsaved.remove(&key);
            }
            if let Some(task) = work.tasks.live.get_mut(&key) {
                task.rev = rev;
            }
            if let Some(row) = work.tasks.rows.get_mut(&key) {
                row.rev = rev;
            }
            let mut effects = next_write(work, key, rev);
            if effects.is_empty() {
                act_news::on_disk(work, key);
                effects.extend(again::on_disk(work, key));
            }
            effects.extend(saver::claim_saved(work, &write.task));
            effects
        }
        WriteResult::Overtaken(now) => overtaken(work, write, *now),
    }
}

fn next_write(work: &mut Work, key: TaskKey, rev: u64) -> Vec<Effect> {
    let Some(mut next) = work.store.waiting.get_mut(&key).and_then(VecDeque::pop_front) else {
        work.store.waiting.remove(&key);
        return Vec::new();
    };
    next.task.rev = rev;
    vec![emit(work, next)]
}

/// Another program changed the row first. Its word stands, but for one case: an answer that was had is never lost to a
/// row that only says that the answer is not known.
fn overtaken(work: &mut Work, mut write: Write, now: Task) -> Vec<Effect> {
    let key = now.key;
    // The write that brings an ID has its line of money. One that only goes on with a known ID is no answer: a person may have
    // taken that ID back meanwhile.
    let brings = !write.ledger.is_empty();
    let found = write.task.remote.clone().filter(|id| brings && now.remote.as_ref() != Some(id));
    let is_open = matches!(now.phase, Phase::Unknown { .. } | Phase::Sending { .. }) && now.remote.is_none();
    // Proven by an answer. A program that only stood still past its claim takes the store's word.
    let is_proven = write.events.iter().any(|event| matches!(event.what, What::PutBack { .. }));
    let put_back = is_proven && write.task.state() == TaskState::Queued && now.state() == TaskState::Unknown;
    if is_open && (found.is_some() || write.task.state() == TaskState::Refused || put_back) {
        if put_back {
            // The other program has counted it as spent; proven not taken, it is only set aside again.
            let line = LedgerLine { at: work.now.wall, event: MoneyEvent::Reserved, amount: write.task.money() };
            write.ledger.push(line);
        }
        write.task.rev = now.rev;
        write.task.besides = besides(&now, &write.ledger, &write.task.besides);
        // What was done here since stays in the state, and behind this in the store.
        return vec![emit(work, write)];
    }
    // What was paid beside the price is paid, whatever another program has made of the task meanwhile.
    let waiting = work.store.waiting.remove(&key).unwrap_or_default();
    let last = waiting.back().map_or(&write, |last| last).task.besides.clone();
    let lines = std::iter::once(&write).chain(&waiting).flat_map(|write| write.ledger.iter().copied());
    let paid: Vec<LedgerLine> =
        lines.filter(|line| matches!(line.event, MoneyEvent::Upload | MoneyEvent::Twice)).collect();
    if now.remote.is_some() {
        // The store has an id for it; where it is another one, the person is told below.
        work.store.unsaved.remove(&key);
    }
    work.queue.after_write.remove(&key);
    let theirs = now.clone();
    let mut effects = changed(work, now.clone());
    // The store may have taken our claim on a file and told of a failure.
    effects.extend(saver::claim_saved(work, &now));
    if let Some(id) = found {
        effects.extend(came_late(work, now, id));
    }
    act_news::overtaken(work, key);
    if !paid.is_empty() {
        let task = unwritten(work, key).or_else(|| work.tasks.live.get(&key).cloned()).unwrap_or(theirs);
        let besides = besides(&task, &paid, &last);
        effects.extend(self::write(work, Task { besides, ..task }, vec![], paid));
    }
    effects
}

/// What was charged beside the price of a task, once lines that another program did not know of are added to what it knew.
fn besides(now: &Task, lines: &[LedgerLine], ours: &Besides) -> Besides {
    let mut besides = now.besides.clone();
    let uploads = lines.iter().filter(|line| line.event == MoneyEvent::Upload);
    besides.uploads +=
        uploads.map(|line| line.amount).filter(|money| money.currency == now.currency).map(|money| money.amount).sum();
    let is_new = |second: &&Second| !now.besides.twice.iter().any(|known| known.request_id == second.request_id);
    besides.twice.extend(ours.twice.iter().filter(is_new).cloned());
    besides.before = besides.before.or_else(|| ours.before.clone());
    besides
}

/// An answer came after a person had settled the task as unknown: it costs money, whatever was settled.
fn came_late(work: &mut Work, mut task: Task, id: RemoteId) -> Vec<Effect> {
    let line = format!("{} was accepted after it had been resolved, and charged: its ID is {}", task.key, id.0);
    work.news.push(News::Task { key: task.key, what: TaskNews::AcceptedLate(id.clone()) });
    let mut effects = vec![Effect::log(Level::Error, Some(task.key), Noted::Text(line))];
    if task.remote.is_none() && !task.state().is_live() {
        let note = event(work, What::AcceptedLate(id.clone()));
        let line = LedgerLine { at: work.now.wall, event: MoneyEvent::Charged, amount: task.money() };
        task.remote = Some(id);
        task.phase = Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes };
        effects.extend(write(work, task, vec![note], vec![line]));
    }
    effects
}

/// A row as the store has it now.
pub(super) fn changed(work: &mut Work, task: Task) -> Vec<Effect> {
    let key = task.key;
    let claimed = work.queue.claiming.as_ref().is_some_and(|(_, of)| *of == key) && held_by_us(work, &task);
    if claimed || is_unwritten(work, key) || work.queue.posting.contains_key(&key) {
        return Vec::new(); // Our own write is under way: its answer brings the row as it is.
    }
    if work.tasks.rows.get(&key).is_some_and(|row| row.rev > task.rev) {
        return Vec::new(); // Older news than what is here.
    }
    hold(work, &task);
    let mut effects = saver::lost(work, &task);
    tasks::put(work, task.clone());
    effects.extend(ended::read(work, &task));
    let (unwanted, unsettle) = (work.saver.unwanted.remove(&key), work.unsettle.remove(&key));
    let putting_away = work.putting_away.remove(&key);
    effects.extend(match work.saver.wanted.remove(&key) {
        Some(dir) => acts::download_one(work, task, dir),
        None if unwanted => acts::stop_saving(work, task),
        None if unsettle => resolve::take_back_one(work, task),
        None if let Some(away) = putting_away => put_away::put(work, task, away),
        None if task.state() == TaskState::Sending => found_sending(work, task),
        None => take_over(work, task),
    });
    effects
}

/// A row in `Sending` whose POST is not under way here.
fn found_sending(work: &mut Work, task: Task) -> Vec<Effect> {
    if held_by_another(work, &task) || !is_told_of(work, task.key) {
        return Vec::new();
    }
    if held_by_us(work, &task) {
        // The store saved it and then told of a failure: the word that lets a POST go out never came.
        return queue::unsend(work, task);
    }
    queue::orphaned(work, task)
}

/// A task that nobody holds and that needs work becomes ours.
fn take_over(work: &mut Work, mut task: Task) -> Vec<Effect> {
    if !is_ours(work, &task) || work.ending.is_some() {
        return Vec::new();
    }
    match task.phase.clone() {
        // Without a key it could not be asked about; the first answer claims it.
        Phase::Running { .. } if work.of(&task.profile).has_key && !held_by_us(work, &task) => {
            task.claim = super::claim(work, super::poller::CLAIM);
            write(work, task, vec![], vec![])
        }
        // A program that fetched a saved file once more has died over it.
        Phase::Ready { kept: Some(_), .. } | Phase::Saving { kept: Some(_), .. } if !is_in_hand(work, &task) => {
            task.back_to_saved();
            let note = event(work, What::SavingStopped);
            write(work, task, vec![note], vec![])
        }
        Phase::Saving { file, tries, .. } if !work.saver.active.contains_key(&task.key) => {
            task.claim = None;
            task.phase = Phase::Ready { file, trouble: None, tries, next_try: Some(work.now.wall), kept: None };
            write(work, task, vec![], vec![])
        }
        Phase::Running { .. }
        | Phase::Saving { .. }
        | Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Ready { .. }
        | Phase::Saved { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => Vec::new(),
    }
}

/// Whether this run is fetching that file, or is about to.
fn is_in_hand(work: &Work, task: &Task) -> bool {
    work.saver.active.contains_key(&task.key) || (task.state() == TaskState::Ready && held_by_us(work, task))
}

/// Remembers until when another program holds a row that would be ours otherwise.
pub(super) fn hold(work: &mut Work, task: &Task) {
    let held = task.state().is_live() && is_told_of(work, task.key) && held_by_another(work, task);
    let look = task.claim.as_ref().filter(|_| held).map(|claim| match claim.until.since(work.now.wall) {
        // The clock was set back. Nothing can be taken from a program that lives, but the store knows whether it does.
        ahead if ahead > LONGEST_CLAIM => work.now.mono.plus(MINUTE),
        ahead => work.now.mono.plus(ahead).plus(GRACE),
    });
    work.store.held.set(task.key, look);
}

fn page(work: &mut Work, rows: Vec<domain::task::Row>, whole: Vec<Task>, last: bool) -> Vec<Effect> {
    // What is here already came after the start: this run's own, or another living program's.
    let is_old = |task: &&Task| !work.tasks.rows.contains_key(&task.key);
    let waits = |task: &&Task| {
        task.state() == TaskState::Queued && is_ours(work, task) && !share::sends_elsewhere(work, &task.profile)
    };
    let unsent: Vec<TaskKey> = whole.iter().filter(is_old).filter(waits).map(|task| task.key).collect();
    let stopped: Vec<TaskKey> =
        whole.iter().filter(is_old).filter(|task| task.is_stopped()).map(|task| task.key).collect();
    tasks::put_page(work, rows);
    work.tasks.loaded |= last;
    work.money.refunds_stale |= last;
    if !unsent.is_empty() && work.settings.interactive {
        // Work confirmed in an earlier run, which nobody is sending: a person decides whether it still is to be paid for.
        work.queue.paused = true;
        work.queue.unsent = unsent.into_iter().collect();
    }
    let mut effects: Vec<Effect> = whole.into_iter().flat_map(|task| changed(work, task)).collect();
    effects.extend(stopped.into_iter().flat_map(|key| saver::come_back(work, key)));
    if last {
        work.news.push(News::Rows(RowNews::Complete));
        effects.extend(super::records::begin(work));
    }
    effects
}

/// Looks again at rows whose holder's claim has run out: it may have died.
pub(super) fn look_again(work: &mut Work) -> Vec<Effect> {
    let due: Vec<TaskKey> = work.store.held.due(work.now.mono).collect();
    if due.is_empty() {
        return Vec::new();
    }
    for key in &due {
        // If nothing has changed by then, it is looked at again in a minute.
        work.store.held.set(*key, Some(work.now.mono.plus(MINUTE)));
    }
    vec![Effect::Store(StoreCmd::Look { keys: due })]
}

pub(super) fn look_deadline(work: &Work) -> Option<Mono> {
    work.store.held.first()
}
