//! Taking over tasks made elsewhere, and the ids that a person found for unknowns. Free: nothing is submitted.
//!
//! ```text
//! wanted -> one query -> the service knows it: inserted as running, and watched like any other
//!                     -> it does not, or no answer came: told, and nothing is left of it
//! ```
//!
//! An id that settles an unknown is believed no sooner: until the service knows it, the task stays unknown.
//!
//! The queries are asked by the poller, within its budget.

use super::{
    acts, poller, ticket,
    told::{self, report},
};
use crate::{
    domain::{
        money::Ptc,
        problem::{ErrorClass, Problem, TaskError},
        request::Request,
        task::{NewTask, Phase, RemoteId, TaskKey},
    },
    engine::effect::{Caps, Effect, HttpCmd, Level, StoreCmd, Ticket},
    screens::{app::App, toast},
    service::answer::{FindVerdict, Reply, judge_find},
    tr,
};

/// Begins to take over a task of that id: it is asked about when the poller's budget allows.
pub(super) fn adopt(app: &mut App, id: RemoteId) {
    if is_under_way(app, &id) {
        told::say(app, None, Problem::new(tr!("{id} is being taken over already", id = id.0), "", ""));
        return;
    }
    if let Some(key) = known_as(app, &id) {
        acts::name(app, key);
        report(app, Some(key), Ok(app.work.tasks.rows[&key].state));
        toast::say(app, Level::Info, tr!("{id} is here already, as {key}", id = id.0, key), Some(key));
        return;
    }
    want(app, id, None);
}

/// Begins to settle an unknown by an id: the service is asked about it first.
pub(super) fn settle(app: &mut App, key: TaskKey, id: RemoteId) {
    if is_under_way(app, &id) {
        told::say(app, Some(key), Problem::new(tr!("{id} is being asked about already", id = id.0), "", ""));
        return;
    }
    toast::say(app, Level::Info, tr!("{key}: asking the service about {id}", key, id = id.0), Some(key));
    want(app, id, Some(key));
}

fn want(app: &mut App, id: RemoteId, settles: Option<TaskKey>) {
    if app.work.settings.has_key {
        app.work.adopting.wanted.push_back((id, settles));
        return;
    }
    let problem = app.work.key_problem.clone();
    let (why, next) = problem.map_or_else(
        || (tr!("the key for the service is not read yet").to_owned(), tr!("Try again in a moment.").to_owned()),
        |problem| (problem.to_string(), String::new()),
    );
    told::fail(app, settles, Some(ErrorClass::Auth), Problem::new(nothing_done(&id, settles), why, next));
}

fn is_under_way(app: &App, id: &RemoteId) -> bool {
    let adopting = &app.work.adopting;
    let asked = adopting.wanted.iter().chain(adopting.asking.values()).map(|(other, _)| other);
    asked.chain(adopting.inserting.values()).any(|other| other == id)
}

/// The task that the service knows by that id.
pub(super) fn known_as(app: &App, id: &RemoteId) -> Option<TaskKey> {
    app.work.tasks.rows.values().find(|row| row.remote() == Some(id.0.as_str())).map(|row| row.key)
}

fn nothing_done(id: &RemoteId, settles: Option<TaskKey>) -> String {
    match settles {
        Some(key) => tr!("{key} stays unknown", key),
        None => tr!("{id} was not adopted", id = id.0),
    }
}

/// The question about the next id that is wanted.
pub(super) fn question(app: &mut App) -> Option<HttpCmd> {
    let (id, settles) = app.work.adopting.wanted.pop_front()?;
    let ticket = ticket(app);
    app.work.adopting.asking.insert(ticket, (id.clone(), settles));
    Some(HttpCmd::Find { ticket, id })
}

/// The end of such a question.
pub(super) fn found(app: &mut App, of: Ticket, reply: &Reply) -> Vec<Effect> {
    let Some((id, settles)) = app.work.adopting.asking.remove(&of) else {
        app.work.stale += 1;
        return Vec::new();
    };
    let verdict = judge_find(reply, &id);
    heard(app, &verdict);
    match verdict {
        // It is wanted no more: whoever asked is leaving.
        Ok(_) if app.work.ending.is_some() => Vec::new(),
        Ok(word) => match settles {
            Some(key) => acts::found(app, key, id, watched(app, word)),
            None => insert(app, id, word),
        },
        Err(TaskError { class, message, next, .. }) => {
            told::fail(app, settles, Some(class), Problem::new(nothing_done(&id, settles), message, next));
            Vec::new()
        }
    }
}

/// Whether the service is there is known by this call as by any other.
fn heard(app: &mut App, verdict: &FindVerdict) {
    match verdict {
        Ok(_) => poller::answered(app),
        Err(error) if matches!(error.class, ErrorClass::Network | ErrorClass::Service) => poller::missed(app),
        Err(_) => poller::spoke(app),
    }
}

/// A task that the service knows. `word` is the service's word for its state; without one it has ended, and is asked about
/// at once.
fn watched(app: &App, word: Option<String>) -> Phase {
    let wait = if word.is_some() { app.work.settings.poll.every_ms } else { 0 };
    let next_poll = app.work.now.wall.plus(wait);
    Phase::Running { status: word.unwrap_or_default(), next_poll, polls: 1, misses: 0, trouble: None }
}

/// Journals it.
fn insert(app: &mut App, id: RemoteId, word: Option<String>) -> Vec<Effect> {
    let task = NewTask {
        parent: None,
        agreed: vec![],
        attempt: 1,
        name: None,
        profile: app.work.settings.profile.name.clone(),
        cost: Ptc::ZERO,
        request: Request::elsewhere(&id),
        remote: Some(id.clone()),
        automatic: false,
        phase: watched(app, word),
    };
    let ticket = ticket(app);
    app.work.queue.inserting.insert(ticket);
    app.work.adopting.inserting.insert(ticket, id);
    let caps = Caps { per_day: None, per_batch: None, day_start: app.work.now.day_start() };
    vec![Effect::Store(StoreCmd::Insert { ticket, tasks: vec![task], at: app.work.now.wall, caps })]
}
