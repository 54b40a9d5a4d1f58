//! What an unknown was, by a person's word or by an ID that the service knows, and how that is taken back.

use crate::{
    act::Resolution,
    act_news::refuse,
    callback,
    effect::{Effect, StoreCmd},
    ended::{self, live, may_be_there},
    hands::{self, claim, held_by_another, in_scope, name},
    ids,
    money::price,
    news::{Left, News, TaskNews},
    plan, queue,
    timeline::event,
    work::{Then, Work},
    writes,
};
use domain::{
    amount::CostSource,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Own, Reason},
    task::{LedgerLine, MoneyEvent, NOT_CREATED, Phase, RemoteId, Task, TaskKey, TaskState, What},
};

/// Settles an unknown by a person's word, or takes that back.
pub(super) fn resolve(work: &mut Work, key: TaskKey, as_what: Resolution) -> Vec<Effect> {
    if as_what == Resolution::Unknown {
        return take_back(work, key);
    }
    if let Resolution::Found(id) = &as_what
        && work.tasks.is_id_lost(key)
    {
        match ids::known_as(work, id) {
            Some(other) => return refuse(work, key, Left::IdOf { id: id.clone(), other }),
            None => ids::settle(work, key, id.clone()),
        }
        return Vec::new();
    }
    let Some(task) = live(work, key) else { return Vec::new() };
    if task.state() == TaskState::Sending && !held_by_another(work, &task) && !work.queue.posting.contains_key(&key) {
        // Its program ended over the POST: it becomes unknown, as when anybody works on it, and is settled as that.
        let mut effects = queue::orphaned(work, task);
        effects.extend(resolve(work, key, as_what));
        return effects;
    }
    let Phase::Unknown { error: before } = &task.phase else {
        return refuse(work, key, Left::NotUnknown(task.state()));
    };
    let before = before.clone();
    let what = as_what.clone();
    let (phase, money) = match as_what {
        // Believed once the service says that it knows it.
        Resolution::Found(id) => {
            return match ids::known_as(work, &id) {
                Some(other) => refuse(work, key, Left::IdOf { id, other }),
                None => {
                    ids::settle(work, key, id);
                    Vec::new()
                }
            };
        }
        Resolution::Unknown => return Vec::new(),
        Resolution::Lost => (Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes }, MoneyEvent::Resolved),
        Resolution::NotCreated => {
            let error = TaskError {
                code: NOT_CREATED.into(),
                class: ErrorClass::UnknownOutcome,
                reason: Reason::Own(Own::NotCreated),
                charged: Charged::No,
            };
            (Phase::Refused { error }, MoneyEvent::Released)
        }
    };
    name(work, key);
    let task = Task { phase, settled: Some(before), finished_at: Some(work.now.wall), ..task };
    ended::settled(work, task, what, money)
}

/// Settles an unknown by an id that the service knows; `phase` is what it became there.
pub(super) fn found(work: &mut Work, key: TaskKey, id: RemoteId, phase: Phase) -> Vec<Effect> {
    let is_posted = callback::take(work, key, &id);
    if work.tasks.is_id_lost(key) {
        return ended::change(work, key, Then::Found(id, Box::new(phase)));
    }
    let Some(task) = live(work, key) else { return Vec::new() };
    let Phase::Unknown { error } = &task.phase else {
        return refuse(work, key, Left::NowIs(task.state()));
    };
    if let Some(other) = ids::known_as(work, &id) {
        return refuse(work, key, Left::IdOf { id, other });
    }
    let before = error.clone();
    let claim = claim(work, hands::CLAIM).filter(|_| in_scope(work, &task));
    let mut task = Task { phase, settled: Some(before), remote: Some(id.clone()), claim, ..task };
    task.besides.disowned.retain(|disowned| *disowned != id.0);
    if is_posted {
        let note = event(work, What::Posted(id.clone()));
        let line = LedgerLine { at: work.now.wall, event: MoneyEvent::Charged, amount: task.money() };
        work.news.push(News::Task { key, what: TaskNews::Settled(Resolution::Found(id)) });
        return writes::write(work, task, vec![note], vec![line]);
    }
    ended::settled(work, task, Resolution::Found(id), MoneyEvent::Charged)
}

/// Takes a settlement back. A task that has ended is read from the store first.
fn take_back(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    if let Some(task) = work.tasks.live.get(&key).cloned().or_else(|| writes::unwritten(work, key)) {
        return take_back_one(work, task);
    }
    if !may_be_there(work, key) {
        return refuse(work, key, Left::NoSuchTask);
    }
    work.unsettle.insert(key);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// Takes the settlement of that task back: it is unknown as it was before, counts as spent, and its id is forgotten.
pub(super) fn take_back_one(work: &mut Work, task: Task) -> Vec<Effect> {
    let key = task.key;
    let Some(error) = task.unsettled() else {
        return refuse(work, key, Left::NotSettled(task.state()));
    };
    if task.state() == TaskState::Saving {
        return refuse(work, key, Left::BeingSaved);
    }
    let task = without_records(work, task);
    let task = Task {
        phase: Phase::Unknown { error },
        settled: None,
        remote: None,
        expires_at: None,
        finished_at: None,
        claim: None,
        ..task
    };
    ended::settled(work, task, Resolution::Unknown, MoneyEvent::Unknown)
}

/// That task without what the gateway's records told of it, whose word a person takes back: it goes by no name of theirs, costs what was
/// expected, and the record that settled it does not settle it again.
    plan::audit_nameless(work, &task);
fn without_records(work: &Work, mut task: Task) -> Task {
    let besides = &mut task.besides;
    besides.disowned.extend(task.remote.take().map(|id| id.0));
    match besides.before.take() {
        Some(before) => {
            besides.disowned.extend(task.request_id.take());
            (task.request_id, task.cost, task.cost_source) = (before.request_id, before.cost, before.cost_source);
        }
        // An older version settled it by them, or they were asked for its charge alone.
        None if task.cost_source == Some(CostSource::Records) => {
            if let Some(quote) = price(work, &task.profile, &task.request) {
                (task.cost, task.cost_source) = (quote.price, Some(quote.source));
            }
        }
        None => {}
    }
    task
}
