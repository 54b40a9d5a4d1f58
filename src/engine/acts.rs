//! What a person can have done to tasks, carried out: the same for keys and command line.

use crate::{
    act::{Act, Intent},
    act_news::{done, not_done, refuse},
    adopt, audit, changed,
    claims::{self, held_by_another},
    effect::{Effect, StoreCmd},
    ended, ending, fetch, money,
    news::{Left, NotDone, TaskNews},
    outage, poller, put_away, resolve, saver, share,
    timeline::{self, event},
    unknowns,
    work::{Deferred, Work},
    writes,
};
use domain::{
    prices::{Offer, Quote},
    problem::Charged,
    task::{MoneyEvent, NewTask, Phase, RefundStep, TaskKey, TaskState, What},
    time::Wall,
};

/// Carries out an act.
pub(super) fn act(work: &mut Work, act: Act) -> Vec<Effect> {
    if work.store.only_reads {
        let changed = changed_by(&act);
        if !changed.is_empty() {
            changed.into_iter().for_each(|key| not_done(work, key, NotDone::OnlyReads));
            return Vec::new();
        }
    }
    match act {
        Act::Queue { intents, undo } => queue(work, intents, undo),
        Act::Cancel(keys) => keys.into_iter().flat_map(|key| cancel(work, key)).collect(),
        Act::BringBack(keys) => keys.into_iter().flat_map(|key| put_away::bring_back(work, key)).collect(),
        Act::Resolve { key, as_what } => resolve::resolve(work, key, as_what),
        Act::Download { keys, dir } => {
            keys.into_iter().flat_map(|key| fetch::download(work, key, dir.clone())).collect()
        }
        Act::Refund { keys, step } => keys.into_iter().flat_map(|key| refund(work, key, step)).collect(),
        Act::Adopt(ids) => ids.into_iter().flat_map(|id| adopt::adopt(work, id)).collect(),
        Act::Take(keys) => keys.into_iter().flat_map(|key| take(work, key)).collect(),
        Act::Refresh(keys) => {
            poller::refresh(work, &keys);
            unknowns::look_now(work, &keys);
            money::ask_balances(work)
        }
        Act::Pause(paused) => {
            if paused {
                share::pause(work);
            } else {
                share::end_pause(work);
            }
            Vec::new()
        }
        // What else stops the sending may have changed while the store could not be seen.
        Act::Resume if work.halted_by_store().is_some() => {
            outage::try_now(work);
            Vec::new()
        }
        Act::Resume => {
            share::resume(work);
            money::ask_balances(work)
        }
        Act::RaiseCap(more) => {
            share::raise(work, more);
            Vec::new()
        }
        Act::Balance => money::ask_balances(work),
        Act::Audit { days } => audit::begin(work, days),
        Act::Quit => ending::quit(work, 0),
    }
}

/// What an act would change in the store, each with the task that it is about; nothing of one that only looks.
fn changed_by(act: &Act) -> Vec<Option<TaskKey>> {
    match act {
        Act::Cancel(keys) | Act::BringBack(keys) | Act::Download { keys, .. } | Act::Refund { keys, .. } => {
            keys.iter().copied().map(Some).collect()
        }
        Act::Resolve { key, .. } => vec![Some(*key)],
        Act::Adopt(ids) => vec![None; ids.len()],
        Act::Queue { .. } | Act::Pause(_) | Act::Resume | Act::RaiseCap(_) => vec![None],
        Act::Take(_) | Act::Refresh(_) | Act::Balance | Act::Audit { .. } | Act::Quit => Vec::new(),
    }
}

/// The profile that an attempt goes to where nobody names one: that of the attempt it repeats where that is served,
/// else the default one.
#[must_use]
pub fn profile_of_attempt(work: &Work, parent: Option<TaskKey>) -> &str {
    let parent = parent.and_then(|parent| work.tasks.rows.get(&parent)).map(|row| &*row.kind.profile);
    parent.filter(|profile| work.of(profile).is_known).unwrap_or(&work.settings.profile.name)
}

/// Journals a confirmed batch. Nothing is sent before the store has acknowledged it.
fn queue(work: &mut Work, intents: Vec<Intent>, undo: bool) -> Vec<Effect> {
    if work.store.owner.is_none() {
        not_done(work, None, NotDone::StoreNotOpen);
        return Vec::new();
    }
    let wait = if undo { work.settings.queue.undo_ms } else { 0 };
    let not_before = work.now.wall.plus(wait);
    match intents.into_iter().map(|intent| new_task(work, intent, not_before)).collect::<Result<Vec<NewTask>, _>>() {
        Ok(tasks) => {
            let caps = money::caps(work);
            vec![writes::insert(work, tasks, caps).1]
        }
        Err(priceless) => {
            not_done(work, None, NotDone::PriceUnknown(priceless));
            Vec::new()
        }
    }
}

/// The task that an intent becomes, to be sent then; what was asked for where its price is not known.
fn new_task(work: &Work, intent: Intent, not_before: Wall) -> Result<NewTask, Offer> {
    let profile = intent.profile.unwrap_or_else(|| profile_of_attempt(work, intent.parent).to_owned());
    let Some(quote) = money::price(work, &profile, &intent.request).or(intent.typed.map(Quote::typed)) else {
        return Err(Offer::of(&intent.request));
    };
    let repeated = intent.parent.and_then(|parent| work.tasks.rows.get(&parent));
    Ok(NewTask {
        parent: intent.parent,
        agreed: intent.agreed,
        attempt: repeated.map_or(1, |row| u32::from(row.attempt) + 1),
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
}

/// Begins to work on a task that was outside of this run's scope.
fn take(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    claims::name(work, key);
    let task = work.tasks.live.get(&key).cloned();
    let mut effects = task.map_or_else(Vec::new, |task| changed::changed(work, task));
    effects.extend(saver::come_back(work, key));
    effects
}

/// Takes back an unsent task, stops watching one that the service has, or puts a failure away.
fn cancel(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    let state = work.tasks.rows.get(&key).map(|row| row.state);
    if matches!(state, Some(TaskState::Failed | TaskState::Refused)) {
        return put_away::put_away(work, key);
    }
    let Some(mut task) = ended::live(work, key) else { return Vec::new() };
    let was = task.state();
    let mut effects = Vec::new();
    if was == TaskState::Ready {
        effects.push(saver::discard(work, &task));
    }
    if was == TaskState::Ready && task.back_to_saved() {
        let note = event(work, What::NotFetchedAgain);
        effects.extend(writes::write_asked(work, task, note, vec![], None));
        return effects;
    }
    let (charged, what, money) = match task.phase {
        Phase::Queued { .. } if work.queue.is_claiming(key) => {
            return refuse(work, key, Left::BeingSent);
        }
        Phase::Queued { .. } => (Charged::No, What::TakenBack, Some(MoneyEvent::Released)),
        Phase::Running { .. } | Phase::Ready { .. } => (Charged::Yes, What::Unwatched, None),
        // That program may have ended since; the store knows.
        Phase::Saving { .. } if held_by_another(work, &task) => {
            work.saver.unwanted.insert(key);
            return vec![Effect::Store(StoreCmd::Look { keys: vec![key] })];
        }
        Phase::Saving { .. } if !work.saver.active.contains_key(&key) => return fetch::stop_saving(work, task),
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
    let ledger = money.map(|event| timeline::money(work, event, &task)).into_iter().collect();
    effects.extend(writes::write_asked(work, task, note, ledger, Some(TaskNews::Cancelled(charged))));
    effects
}

/// Notes what a person says of giving a charge back.
fn refund(work: &mut Work, key: TaskKey, step: RefundStep) -> Vec<Effect> {
    if !ended::may_be_there(work, key) {
        return refuse(work, key, Left::NoSuchTask);
    }
    ended::change(work, key, Deferred::Refund(step))
}
