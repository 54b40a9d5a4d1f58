//! What a person can have done to tasks, carried out: the same for keys and command line.

use super::{
    act_news::{done, not_done, refuse},
    adopt, ended, event, held_by_another, in_scope, outage, poller, put_away, resolve, saver, share, store, ticket,
};
use crate::{
    act::{Act, Intent},
    effect::{Caps, Effect, StoreCmd, Ticket},
    msg::InsertRefusal,
    news::{Left, News, NotDone, NotQueued, QueueNews, TaskNews},
    settings::Scope,
    work::{Then, Work},
};
use domain::{
    prices::{Offer, Quote},
    problem::Charged,
    request::Request,
    task::{LedgerLine, MoneyEvent, NewTask, Phase, RefundStep, STOPPED, Task, TaskKey, TaskState, What},
};

/// Carries out an act.
pub(super) fn act(work: &mut Work, act: Act) -> Vec<Effect> {
    match act {
        Act::Queue { intents, undo } => queue(work, intents, undo),
        Act::Cancel(keys) => keys.into_iter().flat_map(|key| cancel(work, key)).collect(),
        Act::BringBack(keys) => keys.into_iter().flat_map(|key| put_away::want(work, key, false)).collect(),
        Act::Resolve { key, as_what } => resolve::resolve(work, key, as_what),
        Act::Download { keys, dir } => keys.into_iter().flat_map(|key| download(work, key, dir.clone())).collect(),
        Act::Refund { keys, step } => keys.into_iter().flat_map(|key| refund(work, key, step)).collect(),
        Act::Adopt(ids) => {
            ids.into_iter().for_each(|id| adopt::adopt(work, id));
            Vec::new()
        }
        Act::Take(keys) => keys.into_iter().flat_map(|key| take(work, key)).collect(),
        Act::Refresh(keys) => {
            poller::refresh(work, &keys);
            super::unknowns::look_now(work, &keys);
            super::money::ask_balances(work)
        }
        Act::Pause(paused) => {
            if paused {
                share::pause(work);
            } else {
                share::resume(work, false);
            }
            work.news.push(News::Queue(if paused { QueueNews::Paused } else { QueueNews::Resumed }));
            Vec::new()
        }
        Act::Resume => {
            share::resume(work, true);
            work.news.push(News::Queue(QueueNews::Resumed));
            super::money::ask_balances(work)
        }
        Act::RaiseCap(more) => {
            share::raise(work, more);
            Vec::new()
        }
        Act::Balance => super::money::ask_balances(work),
        Act::Audit { days } => super::audit::begin(work, days),
        Act::Quit => super::ending::quit(work, 0),
    }
}

/// What a request costs in a profile's currency; `None` where that is not known, which is not the same as free.
#[must_use]
pub fn price(work: &Work, profile: &str, request: &Request) -> Option<Quote> {
    work.profile(profile)?.price(request)
}

/// The profile that an attempt goes to where nobody names one: that of the attempt it repeats where that is served, else the
/// default one.
#[must_use]
pub fn profile_of_attempt(work: &Work, parent: Option<TaskKey>) -> &str {
    let parent = parent.and_then(|parent| work.tasks.rows.get(&parent)).map(|row| &*row.kind.profile);
    parent.filter(|profile| work.of(profile).is_known).unwrap_or(&work.settings.profile.name)
}

/// The caps that a batch must keep.
pub(super) fn caps(work: &Work) -> Caps {
    Caps {
        per_day: work.settings.budget.per_day,
        per_day_each: work.settings.budget.per_day_each,
        per_batch: work.settings.budget.per_batch,
        day_start: work.now.day_start(),
    }
}

/// Journals a confirmed batch. Nothing is sent before the store has acknowledged it.
fn queue(work: &mut Work, intents: Vec<Intent>, undo: bool) -> Vec<Effect> {
    if work.store.owner.is_none() {
        not_done(work, None, NotDone::StoreNotOpen);
        return Vec::new();
    }
    let profile = |intent: &Intent| match &intent.profile {
        Some(profile) => profile.clone(),
        None => profile_of_attempt(work, intent.parent).to_owned(),
    };
    let quote = |intent: &Intent| price(work, &profile(intent), &intent.request).or(intent.typed.map(Quote::typed));
    let Some(quotes) = intents.iter().map(quote).collect::<Option<Vec<Quote>>>() else {
        let unknown = intents.iter().find(|intent| quote(intent).is_none()).map(|intent| Offer::of(&intent.request));
        unknown.into_iter().for_each(|offer| not_done(work, None, NotDone::PriceUnknown(offer)));
        return Vec::new();
    };
    let wait = if undo { work.settings.queue.undo_ms } else { 0 };
    let not_before = work.now.wall.plus(wait);
    let tasks = intents
        .into_iter()
        .zip(quotes)
        .map(|(intent, quote)| {
            let profile = profile(&intent);
            (intent, quote, profile)
        })
        .map(|(intent, quote, profile)| NewTask {
            attempt: intent
                .parent
                .and_then(|parent| work.tasks.rows.get(&parent))
                .map_or(1, |row| u32::from(row.attempt) + 1),
            parent: intent.parent,
            agreed: intent.agreed,
            name: intent.name,
            currency: work.currency_of(&profile),
            profile,
            cost: quote.price,
            cost_source: Some(quote.source),
            request: intent.request,
            remote: None,
            automatic: false,
            phase: Phase::Queued { not_before, put_back: None },
        })
        .collect();
    let caps = caps(work);
    let ticket = ticket(work);
    work.queue.inserting.insert(ticket);
    vec![Effect::Store(StoreCmd::Insert { ticket, tasks, at: work.now.wall, caps })]
}

/// The store's word on a batch.
pub(super) fn inserted(work: &mut Work, of: Ticket, result: Result<Vec<Task>, InsertRefusal>) -> Vec<Effect> {
    if !work.queue.inserting.remove(&of) {
        work.stale += 1;
        return Vec::new();
    }
    outage::healthy(work);
    let adopted = work.adopting.inserting.remove(&of).is_some();
    let automatic = work.queue.automatic.remove(&of);
    let mut effects = Vec::new();
    match &result {
        Ok(tasks) => {
            for task in tasks {
                name(work, task.key);
                effects.extend(store::changed(work, task.clone()));
                done(work, task.key, task.state());
                if automatic {
                    let what = TaskNews::Automatic { parent: task.parent };
                    work.news.push(News::Task { key: task.key, what });
                }
            }
            if !automatic && !adopted {
                work.queue.last_batch = tasks.iter().map(|task| task.key).collect();
            }
        }
        Err(InsertRefusal::NameTaken { task }) => {
            name(work, task.key);
            effects.extend(store::changed(work, (**task).clone()));
            done(work, task.key, task.state());
        }
        // Somebody has tried it again already: nothing is left to do by itself.
        Err(InsertRefusal::Overtaken { .. }) if automatic => {}
        Err(refusal @ InsertRefusal::OverBudget { .. }) if automatic => {
            work.news.push(News::Queue(QueueNews::NotAgain(refusal.clone())));
        }
        // Where the program was to try it again, somebody has done so already: nothing is left to do.
        Err(InsertRefusal::Overtaken { .. } | InsertRefusal::OverBudget { .. }) => {}
    }
    if !automatic {
        let result = result.map(|tasks| tasks.iter().map(|task| task.key).collect()).map_err(NotQueued::Refused);
        work.news.push(News::Batch { ticket: of, result });
    }
    effects
}

/// Begins to work on a task that was outside of this run's scope.
fn take(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    name(work, key);
    let task = work.tasks.live.get(&key).cloned();
    let mut effects = task.map_or_else(Vec::new, |task| store::changed(work, task));
    effects.extend(saver::come_back(work, key));
    effects
}

/// Takes a task into this run's scope.
pub(super) fn name(work: &mut Work, key: TaskKey) {
    if work.settings.scope == Scope::Named {
        work.queue.named.insert(key);
    }
}

/// Takes back an unsent task, stops watching one that the service has, or puts a failure away.
fn cancel(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    let state = work.tasks.rows.get(&key).map(|row| row.state);
    if matches!(state, Some(TaskState::Failed | TaskState::Refused)) {
        return put_away::want(work, key, true);
    }
    let Some(mut task) = live(work, key) else { return Vec::new() };
    let was = task.state();
    if was == TaskState::Ready && task.back_to_saved() {
        let note = event(work, What::NotFetchedAgain);
        work.store.owed.insert(key);
        return store::write(work, task, vec![note], vec![]);
    }
    let (charged, what, money) = match task.phase {
        Phase::Queued { .. } if work.queue.claiming.as_ref().is_some_and(|(_, claiming)| *claiming == key) => {
            return refuse(work, key, Left::BeingSent);
        }
        Phase::Queued { .. } => (Charged::No, What::TakenBack, Some(MoneyEvent::Released)),
        Phase::Running { .. } | Phase::Ready { .. } => (Charged::Yes, What::Unwatched, None),
        // That program may have ended since; the store knows.
        Phase::Saving { .. } if held_by_another(work, &task) => {
            work.saver.unwanted.insert(key);
            return vec![Effect::Store(StoreCmd::Look { keys: vec![key] })];
        }
        Phase::Saving { .. } if !work.saver.active.contains_key(&key) => return stop_saving(work, task),
        Phase::Saving { .. } => {
            let then = if task.saved().is_some() { TaskState::Saved } else { TaskState::Ready };
            done(work, key, then);
            return saver::stop(work, key);
        }
        Phase::Sending { .. } => return refuse(work, key, Left::Posted),
        Phase::Unknown { .. } => return refuse(work, key, Left::Unknown),
        Phase::Saved { .. } | Phase::Failed { .. } | Phase::Refused { .. } | Phase::Cancelled { .. } => {
            return refuse(work, key, Left::Ended(was));
        }
    };
    task.phase = Phase::Cancelled { was, charged };
    task.finished_at = Some(work.now.wall);
    task.claim = None;
    let note = event(work, what);
    work.news.push(News::Task { key, what: TaskNews::Cancelled(charged) });
    work.store.owed.insert(key);
    let ledger = money.map(|event| LedgerLine { at: work.now.wall, event, amount: task.money() });
    store::write(work, task, vec![note], ledger.into_iter().collect())
}

/// Stops the saving of a file that no living program has in its hands, as the store has just told.
pub(super) fn stop_saving(work: &mut Work, task: Task) -> Vec<Effect> {
    let key = task.key;
    if task.state() != TaskState::Saving {
        return refuse(work, key, Left::NowIs(task.state()));
    }
    if held_by_another(work, &task) {
        return refuse(work, key, Left::SavedElsewhere);
    }
    work.store.owed.insert(key);
    saver::stopped(work, task)
}

/// Whether the store has that task: in the table, or archived. On the command line it has been looked up before.
pub(super) fn may_be_there(work: &Work, key: TaskKey) -> bool {
    let is_refund = || work.money.refunds.iter().any(|refund| refund.key == key);
    work.tasks.rows.contains_key(&key) || !work.settings.interactive || is_refund()
}

/// Notes what a person says of giving a charge back.
fn refund(work: &mut Work, key: TaskKey, step: RefundStep) -> Vec<Effect> {
    if !may_be_there(work, key) {
        return refuse(work, key, Left::NoSuchTask);
    }
    ended::change(work, key, Then::Refund(step))
}

/// Fetches a file now. A task that has ended is read from the store first.
fn download(work: &mut Work, key: TaskKey, dir: Option<String>) -> Vec<Effect> {
    name(work, key);
    // One that has ended a moment ago may not be in the store yet as it is here.
    if let Some(task) = work.tasks.live.get(&key).cloned().or_else(|| store::unwritten(work, key)) {
        return download_one(work, task, dir);
    }
    if !may_be_there(work, key) {
        return refuse(work, key, Left::NoSuchTask);
    }
    work.saver.wanted.insert(key, dir);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// Fetches that task's file now.
pub(super) fn download_one(work: &mut Work, mut task: Task, dir: Option<String>) -> Vec<Effect> {
    let key = task.key;
    let lacks_key = work.of(&task.profile).key_problem.is_some() && task.profile != work.settings.profile.name;
    if lacks_key || !in_scope(work, &task) {
        return refuse(work, key, Left::OfProfile(task.profile));
    }
    let is_watchable = (task.state() == TaskState::Cancelled && task.remote.is_some()) || task.may_still_come();
    match &mut task.phase {
        Phase::Ready { next_try, tries, trouble, .. } => {
            (*next_try, *tries) = (Some(work.now.wall), 0);
            let _ = trouble.take_if(|trouble| trouble.error.code == STOPPED);
        }
        Phase::Saved { file, saved } => {
            let (file, kept) = (file.clone(), Some(saved.clone()));
            task.phase = Phase::Ready { file, trouble: None, tries: 0, next_try: Some(work.now.wall), kept };
            // Let go by this run's end, it is saved as it was; nobody else begins with it.
            task.claim = super::claim(work, saver::WAITS);
        }
        Phase::Saving { .. } => {
            done(work, key, TaskState::Saving);
            return Vec::new();
        }
        Phase::Cancelled { .. } | Phase::Failed { .. } if is_watchable => {
            task.finished_at = None;
            task.phase =
                Phase::Running { status: String::new(), next_poll: work.now.wall, polls: 0, misses: 0, trouble: None };
            task.claim = super::claim(work, poller::CLAIM);
        }
        Phase::Running { .. } => {
            task.dir = dir;
            done(work, key, TaskState::Running);
            return store::write(work, task, vec![], vec![]);
        }
        Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => {
            return refuse(work, key, Left::NoFile(task.state()));
        }
    }
    task.dir = dir;
    done(work, key, task.state());
    let note = event(work, What::DownloadAsked);
    store::write(work, task, vec![note], vec![])
}

/// A task that acts can change: live or unknown.
pub(super) fn live(work: &mut Work, key: TaskKey) -> Option<Task> {
    if let Some(task) = work.tasks.live.get(&key) {
        return Some(task.clone());
    }
    let why = work.tasks.rows.get(&key).map_or(Left::NoSuchTask, |row| Left::Ended(row.state));
    refuse(work, key, why);
    None
}
