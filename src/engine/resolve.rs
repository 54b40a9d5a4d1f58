//! What an unknown was, by a person's word or by an ID that the service knows, and how that is taken back.

use crate::{
    act::ResolvedAs,
    act_news::refuse,
    callback,
    claims::{self, claim, held_by_another, in_scope, name},
    effect::{Effect, StoreCmd},
    ended::{self, live, may_be_there},
    ids,
    money::price,
    news::{ActNews, Left, News, TaskNews},
    queue, scheduling,
    timeline::{self, event},
    unknowns,
    work::{Deferred, Work},
    writes,
};
use domain::{
    problem::{Charged, ErrorClass, TaskError},
    reason::{Own, Reason},
    task::{MoneyEvent, NOT_CREATED, Phase, RefundMarks, RemoteId, Task, TaskKey, TaskState, What},
    time::Mono,
};

/// Resolves an unknown by a person's word, or takes that back.
pub(super) fn resolve(work: &mut Work, key: TaskKey, as_what: ResolvedAs) -> Vec<Effect> {
    work.confirming.remove(&key);
    if as_what == ResolvedAs::Unknown {
        return take_back(work, key);
    }
    if let ResolvedAs::Found(id) = &as_what
        && work.tasks.is_id_lost(key)
    {
        return match ids::known_as(work, id) {
            Some(other) => refuse(work, key, Left::IdOf { id: id.clone(), other }),
            None => ids::settle(work, key, id.clone()),
        };
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
    if as_what == ResolvedAs::NotCreated && task.shows_no_charge() && unknowns::looks_first(work, &task) {
        work.confirming.insert(key, work.now.mono.plus(unknowns::LOOK_WAIT_MS));
        work.news.push(News::Act(ActNews::LooksFirst { key }));
        return Vec::new();
    }
    let before = before.clone();
    by_word(work, task, before, as_what)
}

/// Whether a person's word on that task is still looked into, asked about, or on its way to the disk.
#[must_use]
pub fn is_under_way(work: &Work, key: TaskKey) -> bool {
    let settled = |what: &TaskNews| matches!(what, TaskNews::Settled(_));
    let found = |change: &Deferred| matches!(change, Deferred::Found(..));
    work.confirming.contains_key(&key)
        || work.reopening.contains(&key)
        || ids::is_settled_by_one(work, key)
        || work.deferred.get(&key).is_some_and(|changes| changes.iter().any(found))
        || work.store.untold.get(&key).is_some_and(|told| told.iter().any(settled))
}

/// Takes the word of those who follow the records, where these have been looked at and still say the same. What keeps
/// them from it is no reason not to decide.
pub(super) fn follow(work: &mut Work) -> Vec<Effect> {
    let (now, ending) = (work.now.mono, work.ending.is_some());
    let is_due = |(key, until): &(&TaskKey, &Mono)| ending || **until <= now || !unknowns::is_looked_for(work, **key);
    let due: Vec<TaskKey> = work.confirming.iter().filter(is_due).map(|(key, _)| *key).collect();
    let mut effects = Vec::new();
    for key in due {
        work.confirming.remove(&key);
        let Some(task) = live(work, key) else { continue };
        effects.extend(match &task.phase {
            Phase::Unknown { error } if task.shows_no_charge() => {
                let error = error.clone();
                by_word(work, task, error, ResolvedAs::NotCreated)
            }
            Phase::Unknown { .. } => refuse(work, key, Left::Evidence),
            _ => refuse(work, key, Left::NowIs(task.state())),
        });
    }
    effects
}

/// When [`follow`] will have something to do though nothing else happens.
pub(super) fn deadline(work: &Work) -> Option<Mono> {
    work.confirming.values().min().copied()
}

fn by_word(work: &mut Work, task: Task, before: TaskError, as_what: ResolvedAs) -> Vec<Effect> {
    let key = task.key;
    let what = as_what.clone();
    let (phase, money) = match as_what {
        // Believed once the service says that it knows it.
        ResolvedAs::Found(id) => {
            return match ids::known_as(work, &id) {
                Some(other) => refuse(work, key, Left::IdOf { id, other }),
                None => ids::settle(work, key, id),
            };
        }
        ResolvedAs::Unknown => return Vec::new(),
        ResolvedAs::Lost => (Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes }, MoneyEvent::Resolved),
        ResolvedAs::NotCreated => {
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
        return ended::change(work, key, Deferred::Found(id, Box::new(phase)));
    }
    if is_posted && work.tasks.is_resolved_by_hand(key) {
        return ended::change(work, key, Deferred::Late(id));
    }
    let Some(task) = live(work, key) else { return Vec::new() };
    let Phase::Unknown { error } = &task.phase else {
        return refuse(work, key, Left::NowIs(task.state()));
    };
    if let Some(other) = ids::known_as(work, &id) {
        return refuse(work, key, Left::IdOf { id, other });
    }
    let before = error.clone();
    let claim = claim(work, claims::CLAIM_MS).filter(|_| in_scope(work, &task));
    let mut task = Task { phase, settled: Some(before), remote: Some(id.clone()), claim, ..task };
    task.besides.disowned.retain(|disowned| *disowned != id.0);
    scheduling::audit_nameless(work, &task);
    if is_posted {
        let note = event(work, What::Posted(id.clone()));
        let line = timeline::money(work, MoneyEvent::Charged, &task);
        work.news.push(News::Task { key, what: TaskNews::Settled(ResolvedAs::Found(id)) });
        return writes::write(work, task, vec![note], vec![line]);
    }
    ended::settled(work, task, ResolvedAs::Found(id), MoneyEvent::Charged)
}

/// Takes a settlement back. A task that has ended is read from the store first.
fn take_back(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    if let Some(task) = work.tasks.live.get(&key).cloned().or_else(|| writes::unwritten(work, key)) {
        return take_back_one(work, task);
    }
    if !may_be_there(work, key) {
        return refuse(work, key, Left::NoSuchTask);
    }
    work.reopening.insert(key);
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
        refund: RefundMarks::default(),
        ..task
    };
    ended::settled(work, task, ResolvedAs::Unknown, MoneyEvent::Unknown)
}

/// That task without what the gateway's records told of it, whose word a person takes back: it goes by no name of
/// theirs, costs what was expected, and the record that settled it does not settle it again.
fn without_records(work: &Work, mut task: Task) -> Task {
    let besides = &mut task.besides;
    besides.disowned.extend(task.remote.take().map(|id| id.0));
    match (besides.before.take(), besides.expected.take()) {
        (Some(before), _) => {
            besides.disowned.extend(task.request_id.take());
            (task.request_id, task.cost, task.cost_source) = (before.request_id, before.cost, before.cost_source);
        }
        // They were asked for its charge alone.
        (None, Some(expected)) if task.is_cost_recorded() => {
            (task.cost, task.cost_source) = (expected.cost, expected.cost_source);
        }
        // An older version took their word, and did not keep what was expected.
        (None, _) if task.is_cost_recorded() => {
            if let Some(quote) = price(work, &task.profile, &task.request) {
                (task.cost, task.cost_source) = (quote.price, Some(quote.source));
            }
        }
        (None, _) => {}
    }
    task
}
