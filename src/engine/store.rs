//! What the store's word means: pages at the start, acknowledgements, rows that another program changed, and a store
//! that cannot be written.
//!
//! A change is applied to the state at once and to the store in order: of one task, one write is under way at a time,
//! since each changes the row's revision. The two steps that must be on disk before anything else happens (the intent
//! and `Sending`) do not go this way: see [`super::queue`] and [`super::acts`].

use super::{acts, again, event, held_by_another, held_by_us, is_ours, is_told_of, queue, saver, share, ticket, told};
use crate::{
    domain::{
        account::Sender,
        problem::{Charged, Problem},
        task::{Event, LedgerLine, MoneyEvent, Phase, RemoteId, Task, TaskKey, TaskState},
        time::{HOUR, MINUTE, Mono, SECOND},
    },
    engine::{
        effect::{Effect, Level, StoreCmd, Ticket, Write},
        msg::{StoreMsg, WriteResult},
        spread::backoff,
        tasks,
    },
    screens::{app::App, away, compose, detail, keymap, keymap::Ctx, notice, preview, toast},
    service::answer::HaltCause,
    tr,
};
use std::collections::VecDeque;

/// Another program's rows are looked at again this long after its claim has run out.
const GRACE: u64 = SECOND;
/// The longest that any claim reaches ahead: that on a task whose next question waits for as long as the service may ask.
const LONGEST_CLAIM: u64 = 2 * HOUR;

/// Takes a message of the store.
pub fn store(app: &mut App, msg: StoreMsg) -> Vec<Effect> {
    match msg {
        StoreMsg::Opened { owner, total, last_seen, drafts } => {
            app.work.store.owner = Some(owner);
            app.work.tasks.total = total;
            app.work.tasks.rows.reserve(total);
            app.work.tasks.loaded = total == 0;
            crate::screens::welcome::offer(app);
            away::begin(app, last_seen);
            if app.work.settings.interactive {
                compose::restore(app, drafts);
            }
            let mut effects = away::note(app);
            effects.extend(super::money::ask_balance(app));
            effects
        }
        StoreMsg::TakenBack { keys } => {
            taken_back(app, &keys);
            Vec::new()
        }
        StoreMsg::Page { rows, tasks, last } => page(app, rows, tasks, last),
        StoreMsg::Inserted { ticket, result } => acts::inserted(app, ticket, result),
        StoreMsg::Written { ticket, results } => results.into_iter().flat_map(|r| written(app, ticket, r)).collect(),
        StoreMsg::Send { ticket, result } => queue::claimed(app, ticket, result),
        StoreMsg::Changed { tasks } => tasks.into_iter().flat_map(|task| changed(app, task)).collect(),
        StoreMsg::Shared { ticket, shared } => {
            share::heard(app, ticket, *shared);
            Vec::new()
        }
        StoreMsg::Detail(found) => detail::loaded(app, found),
        StoreMsg::Costs(report) => {
            app.work.money.report = Some(report);
            Vec::new()
        }
        StoreMsg::NoSuchTask { key } => detail::no_such(app, key),
        StoreMsg::Failed { ticket, problem } => failed(app, ticket, problem),
    }
}

/// Tells of tasks that a program was just queueing when it ended.
fn taken_back(app: &mut App, keys: &[TaskKey]) {
    let named: Vec<String> = keys.iter().take(3).map(TaskKey::to_string).collect();
    let named = named.join(tr!(", "));
    let what = match keys.len().saturating_sub(3) {
        0 => tr!("taken back, free: {keys}", keys = named),
        more => tr!("taken back, free: {keys} and {more} more", keys = named, more),
    };
    let why = tr!("the program that was queueing them ended before it knew that they were queued");
    let problem = Problem::new(what, why, tr!("Queue them again if they are still wanted."));
    toast::say(app, Level::Warning, problem.to_string(), keys.first().copied());
}

/// Changes a task, here at once and in the store in its turn.
pub(super) fn write(app: &mut App, task: Task, events: Vec<Event>, ledger: Vec<LedgerLine>) -> Vec<Effect> {
    let key = task.key;
    if let Some(id) = &task.remote
        && app.work.tasks.rows.get(&key).is_none_or(|before| before.remote() != Some(&id.0))
    {
        app.work.store.unsaved.insert(key, id.clone());
    }
    notice::noticed(app, &task);
    tasks::put(app, task.clone());
    let write = Write { task, events, ledger };
    if is_unwritten(app, key) {
        app.work.store.waiting.entry(key).or_default().push_back(write);
        return Vec::new();
    }
    vec![emit(app, write)]
}

/// Whether the store does not yet have that task as it is here.
pub(super) fn is_unwritten(app: &App, key: TaskKey) -> bool {
    app.work.store.busy.contains_key(&key) || app.work.store.failed.contains_key(&key)
}

/// That task as it will be once all of its writes are on disk; `None` when there are none. Its revision is the one at hand
/// now: a write that waits was made under an older one, and would be taken for older news.
pub(super) fn unwritten(app: &App, key: TaskKey) -> Option<Task> {
    let store = &app.work.store;
    let waiting = store.waiting.get(&key).and_then(VecDeque::back);
    let under_way = || store.busy.get(&key).and_then(|ticket| store.pending.get(ticket));
    let write = waiting.or_else(under_way).or_else(|| store.failed.get(&key))?;
    let rev = app.work.tasks.rows.get(&key).map_or(write.task.rev, |row| row.rev);
    Some(Task { rev, ..write.task.clone() })
}

fn emit(app: &mut App, write: Write) -> Effect {
    let ticket = ticket(app);
    app.work.store.busy.insert(write.task.key, ticket);
    app.work.store.pending.insert(ticket, write.clone());
    Effect::Store(StoreCmd::Write { ticket, writes: vec![write] })
}

fn written(app: &mut App, of: Ticket, result: WriteResult) -> Vec<Effect> {
    let Some(write) = app.work.store.pending.remove(&of) else {
        app.work.stale += 1;
        return Vec::new();
    };
    let key = write.task.key;
    app.work.store.busy.remove(&key);
    healthy(app);
    match result {
        WriteResult::Done { rev, .. } => {
            if app.work.store.unsaved.get(&key) == write.task.remote.as_ref() {
                app.work.store.unsaved.remove(&key);
            }
            if let Some(task) = app.work.tasks.live.get_mut(&key) {
                task.rev = rev;
            }
            if let Some(row) = app.work.tasks.rows.get_mut(&key) {
                row.rev = rev;
            }
            let mut effects = next_write(app, key, rev);
            if effects.is_empty() {
                told::on_disk(app, key);
                effects.extend(again::on_disk(app, key));
            }
            effects.extend(saver::claim_saved(app, &write.task));
            effects
        }
        WriteResult::Overtaken(now) => overtaken(app, write, *now),
    }
}

fn next_write(app: &mut App, key: TaskKey, rev: u64) -> Vec<Effect> {
    let Some(mut next) = app.work.store.waiting.get_mut(&key).and_then(VecDeque::pop_front) else {
        app.work.store.waiting.remove(&key);
        return Vec::new();
    };
    next.task.rev = rev;
    vec![emit(app, next)]
}

/// Another program changed the row first. Its word stands, but for one case: an answer that was had is never lost to a
/// row that only says that the answer is not known.
fn overtaken(app: &mut App, mut write: Write, now: Task) -> Vec<Effect> {
    let key = now.key;
    let found = write.task.remote.clone().filter(|id| now.remote.as_ref() != Some(id));
    let is_open = matches!(now.phase, Phase::Unknown { .. } | Phase::Sending { .. }) && now.remote.is_none();
    let put_back = write.task.state() == TaskState::Queued && now.state() == TaskState::Unknown;
    if is_open && (found.is_some() || write.task.state() == TaskState::Refused || put_back) {
        if put_back {
            // The other program has counted it as spent; proven not taken, it is only set aside again.
            let line = LedgerLine { at: app.work.now.wall, event: MoneyEvent::Reserved, amount: write.task.cost };
            write.ledger.push(line);
        }
        write.task.rev = now.rev;
        // What was done here since stays in the state, and behind this in the store.
        return vec![emit(app, write)];
    }
    app.work.store.waiting.remove(&key);
    if now.remote.is_some() {
        // The store has an id for it; where it is another one, the person is told below.
        app.work.store.unsaved.remove(&key);
    }
    app.work.queue.after_write.remove(&key);
    let mut effects = changed(app, now.clone());
    // The store may have taken our claim on a file and told of a failure.
    effects.extend(saver::claim_saved(app, &now));
    if let Some(id) = found {
        effects.extend(came_late(app, now, id));
    }
    told::overtaken(app, key);
    effects
}

/// An answer came after a person had settled the task as unknown: it costs money, whatever was settled.
fn came_late(app: &mut App, mut task: Task, id: RemoteId) -> Vec<Effect> {
    let what = tr!("{key} was accepted after all, and charged: the service's id is {id}", key = task.key, id = id.0);
    let next = tr!("{download} fetches its file.", download = keymap::named(app, Ctx::Table, "download"));
    let problem = Problem::new(what, tr!("the answer came after it had been settled"), next);
    toast::say(app, Level::Error, problem.to_string(), Some(task.key));
    let mut effects = vec![Effect::log(Level::Error, Some(task.key), &problem)];
    if task.remote.is_none() && !task.state().is_live() {
        let note = event(app, "accepted", problem.to_string());
        let line = LedgerLine { at: app.work.now.wall, event: MoneyEvent::Charged, amount: task.cost };
        task.remote = Some(id);
        task.phase = Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes };
        effects.extend(write(app, task, vec![note], vec![line]));
    }
    effects
}

/// A row as the store has it now.
pub(super) fn changed(app: &mut App, task: Task) -> Vec<Effect> {
    let key = task.key;
    let claimed = app.work.queue.claiming.as_ref().is_some_and(|(_, of)| *of == key) && held_by_us(app, &task);
    if claimed || is_unwritten(app, key) || app.work.queue.posting.contains_key(&key) {
        return Vec::new(); // Our own write is under way: its answer brings the row as it is.
    }
    if app.work.tasks.rows.get(&key).is_some_and(|row| row.rev > task.rev) {
        return Vec::new(); // Older news than what is here.
    }
    hold(app, &task);
    let mut effects = saver::lost(app, &task);
    tasks::put(app, task.clone());
    let (unwanted, unsettle) = (app.work.saver.unwanted.remove(&key), app.work.unsettle.remove(&key));
    effects.extend(match app.work.saver.wanted.remove(&key) {
        Some(dir) => acts::download_one(app, task, dir),
        None if unwanted => acts::stop_saving(app, task),
        None if unsettle => acts::take_back_one(app, task),
        None if task.state() == TaskState::Sending => found_sending(app, task),
        None => take_over(app, task),
    });
    effects
}

/// A row in `Sending` whose POST is not under way here.
fn found_sending(app: &mut App, task: Task) -> Vec<Effect> {
    if held_by_another(app, &task) || !is_told_of(app, task.key) {
        return Vec::new();
    }
    if held_by_us(app, &task) {
        // The store saved it and then told of a failure: the word that lets a POST go out never came.
        return queue::unsend(app, task);
    }
    queue::orphaned(app, task)
}

/// A task that nobody holds and that needs work becomes ours.
fn take_over(app: &mut App, mut task: Task) -> Vec<Effect> {
    if !is_ours(app, &task) || app.work.ending.is_some() {
        return Vec::new();
    }
    match task.phase.clone() {
        // Without a key it could not be asked about; the first answer claims it.
        Phase::Running { .. } if app.work.settings.has_key && !held_by_us(app, &task) => {
            task.claim = super::claim(app, super::poller::CLAIM);
            write(app, task, vec![], vec![])
        }
        // A program that fetched a saved file once more has died over it.
        Phase::Ready { kept: Some(_), .. } | Phase::Saving { kept: Some(_), .. } if !is_in_hand(app, &task) => {
            task.back_to_saved();
            let note = event(app, "stopped", tr!("download stopped; the part stays"));
            write(app, task, vec![note], vec![])
        }
        Phase::Saving { file, tries, .. } if !app.work.saver.active.contains_key(&task.key) => {
            task.claim = None;
            task.phase = Phase::Ready { file, trouble: None, tries, next_try: Some(app.work.now.wall), kept: None };
            write(app, task, vec![], vec![])
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
fn is_in_hand(app: &App, task: &Task) -> bool {
    app.work.saver.active.contains_key(&task.key) || (task.state() == TaskState::Ready && held_by_us(app, task))
}

/// Remembers until when another program holds a row that would be ours otherwise.
pub(super) fn hold(app: &mut App, task: &Task) {
    let held = task.state().is_live() && is_told_of(app, task.key) && held_by_another(app, task);
    let look = task.claim.as_ref().filter(|_| held).map(|claim| match claim.until.since(app.work.now.wall) {
        // The clock was set back. Nothing can be taken from a program that lives, but the store knows whether it does.
        ahead if ahead > LONGEST_CLAIM => app.work.now.mono.plus(MINUTE),
        ahead => app.work.now.mono.plus(ahead).plus(GRACE),
    });
    app.work.store.held.set(task.key, look);
}

fn page(app: &mut App, rows: Vec<crate::domain::task::Row>, whole: Vec<Task>, last: bool) -> Vec<Effect> {
    // What is here already came after the start: this run's own, or another living program's.
    let is_old = |task: &&Task| !app.work.tasks.rows.contains_key(&task.key);
    let waits = |task: &&Task| task.state() == TaskState::Queued && is_ours(app, task);
    let unsent: Vec<TaskKey> = whole.iter().filter(is_old).filter(waits).map(|task| task.key).collect();
    let stopped: Vec<TaskKey> =
        whole.iter().filter(is_old).filter(|task| task.is_stopped()).map(|task| task.key).collect();
    tasks::put_page(app, rows);
    app.work.tasks.loaded |= last;
    let sends = |sender: &Sender| sender.profile == app.work.settings.profile.name;
    if !unsent.is_empty() && app.work.settings.interactive && !app.work.sharing.senders.iter().any(sends) {
        // Work confirmed in an earlier run, which nobody is sending: a person decides whether it still is to be paid for.
        app.work.queue.paused = true;
        app.work.queue.unsent = unsent.into_iter().collect();
    }
    let mut effects: Vec<Effect> = whole.into_iter().flat_map(|task| changed(app, task)).collect();
    effects.extend(stopped.into_iter().flat_map(|key| saver::come_back(app, key)));
    if last {
        away::finish(app);
    }
    effects
}

/// Looks again at rows whose holder's claim has run out: it may have died.
pub(super) fn look_again(app: &mut App) -> Vec<Effect> {
    let due: Vec<TaskKey> = app.work.store.held.due(app.work.now.mono).collect();
    if due.is_empty() {
        return Vec::new();
    }
    for key in &due {
        // If nothing has changed by then, it is looked at again in a minute.
        app.work.store.held.set(*key, Some(app.work.now.mono.plus(MINUTE)));
    }
    vec![Effect::Store(StoreCmd::Look { keys: due })]
}

pub(super) fn look_deadline(app: &App) -> Option<Mono> {
    app.work.store.held.first()
}

/// A command failed. What was to be written stays in hand and is tried again; nothing is sent until it is on disk.
fn failed(app: &mut App, of: Option<Ticket>, problem: Problem) -> Vec<Effect> {
    let mut effects = vec![Effect::log(Level::Error, None, &problem)];
    if let Some(write) = of.and_then(|ticket| app.work.store.pending.remove(&ticket)) {
        effects.extend(not_written(app, write, &problem));
    }
    if app.work.queue.claiming.as_ref().is_some_and(|(ticket, _)| Some(*ticket) == of) {
        app.work.queue.claiming = None;
    }
    of.map(|ticket| share::failed(app, ticket));
    if let Some(ticket) = of.filter(|ticket| app.work.queue.inserting.remove(ticket)) {
        app.work.adopting.inserting.remove(&ticket);
        preview::insert_failed(app, ticket, &problem);
        told::report(app, None, Err(problem.clone()));
    }
    if of.is_none() {
        told::not_read(app, &problem);
    }
    // A hundred writes that fail together are one failure; without a store there is nothing to try again.
    if app.work.store.retry_at.is_none() {
        app.work.store.failures = app.work.store.failures.saturating_add(1);
        let wait = backoff(SECOND, 30 * SECOND, app.work.store.failures, 0);
        app.work.store.retry_at = app.work.store.owner.as_ref().map(|_| app.work.now.mono.plus(wait));
    }
    let what = tr!("sending stopped: the store cannot be written");
    queue::halt_here(app, Problem::new(what, problem.fact(), problem.next));
    effects
}

fn not_written(app: &mut App, write: Write, problem: &Problem) -> Option<Effect> {
    let key = write.task.key;
    // The log is the last place where a paid task's id survives if the store never comes back.
    let log = write.task.remote.as_ref().map(|id| {
        let what = format!("not yet on disk: {key} has the service's id {}", id.0);
        Effect::log(Level::Error, Some(key), &Problem::new(what, "", ""))
    });
    told::not_on_disk(app, key, problem);
    if app.work.store.failures == 0 {
        super::ending::ask_about_unsaved(app);
    }
    app.work.store.busy.remove(&key);
    app.work.store.failed.insert(key, write);
    log
}

/// Tries the failed writes again.
pub(super) fn retry(app: &mut App) -> Vec<Effect> {
    if app.work.store.retry_at.is_none_or(|at| at > app.work.now.mono) {
        return Vec::new();
    }
    app.work.store.retry_at = None;
    share::retry(app);
    if app.work.store.failed.is_empty() {
        // Nothing to write again: the next wish to send finds out, and sends nothing if it fails.
        resume(app);
        return Vec::new();
    }
    let failed = std::mem::take(&mut app.work.store.failed);
    failed.into_values().map(|write| emit(app, write)).collect()
}

pub(super) fn retry_deadline(app: &App) -> Option<Mono> {
    app.work.store.retry_at
}

/// A command came through: what the store had halted goes on.
pub(super) fn healthy(app: &mut App) {
    if app.work.store.failures == 0 || !app.work.store.failed.is_empty() {
        return;
    }
    app.work.store.failures = 0;
    app.work.store.retry_at = None;
    resume(app);
    toast::say(app, Level::Info, tr!("the store can be written again").to_owned(), None);
}

fn resume(app: &mut App) {
    app.work.queue.halted.take_if(|halt| halt.cause == HaltCause::Store);
}
