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

use super::{act_news::not_done, acts, callback, poller, resolve, ticket};
use crate::{
    effect::{Caps, Effect, HttpCmd, StoreCmd, Ticket},
    news::{ActNews, News, NotDone, TaskNews},
    work::{Wanted, Work},
};
use domain::{
    amount::Amount,
    problem::ErrorClass,
    request::Request,
    task::{NewTask, Phase, RemoteId, TaskKey},
};
use service::answer::{FindVerdict, Reply};

/// Begins to take over a task of that id: it is asked about when the poller's budget allows.
pub(super) fn adopt(work: &mut Work, id: RemoteId) {
    if is_under_way(work, &id) {
        not_done(work, None, NotDone::AdoptedAlready(id));
        return;
    }
    if let Some(key) = known_as(work, &id) {
        acts::name(work, key);
        let state = work.tasks.rows[&key].state;
        work.news.push(News::Act(ActNews::Known { id, key, state }));
        return;
    }
    let profile = work.settings.profile.name.clone();
    want(work, profile, id, None);
}

/// Begins to settle an unknown by an id: the service is asked about it first.
pub(super) fn settle(work: &mut Work, key: TaskKey, id: RemoteId) {
    if is_under_way(work, &id) {
        not_done(work, Some(key), NotDone::AskedAlready(id));
        return;
    }
    work.news.push(News::Task { key, what: TaskNews::Asking(id.clone()) });
    want(work, profile_of(work, key), id, Some(key));
}

/// The same by an id that the service posted; not told, since nobody asked for it. Tells whether it is asked about now.
pub(super) fn settle_by_post(work: &mut Work, key: TaskKey, id: RemoteId) -> bool {
    let is_new = !is_under_way(work, &id);
    if is_new {
        want(work, profile_of(work, key), id, Some(key));
    }
    is_new
}

/// The profile whose service is asked about an id for that task.
fn profile_of(work: &Work, key: TaskKey) -> String {
    work.tasks.rows.get(&key).map_or(&*work.settings.profile.name, |row| &row.kind.profile).to_owned()
}

fn want(work: &mut Work, profile: String, id: RemoteId, settles: Option<TaskKey>) {
    let served = work.of(&profile);
    if served.has_key {
        work.adopting.wanted.push_back(Wanted { profile, id, settles });
        return;
    }
    let problem = served.key_problem.clone();
    not_done(work, settles, NotDone::NoKey { id, problem });
}

fn is_under_way(work: &Work, id: &RemoteId) -> bool {
    let adopting = &work.adopting;
    let asked = adopting.wanted.iter().chain(adopting.asking.values()).map(|wanted| &wanted.id);
    asked.chain(adopting.inserting.values()).any(|other| other == id)
}

/// The task that the service knows by that id.
pub(super) fn known_as(work: &Work, id: &RemoteId) -> Option<TaskKey> {
    work.tasks.rows.values().find(|row| row.remote() == Some(id.0.as_str())).map(|row| row.key)
}

/// Whether an id is wanted that a profile's service is to be asked about.
pub(super) fn is_wanted(work: &Work, profile: &str) -> bool {
    work.adopting.wanted.iter().any(|wanted| wanted.profile == profile)
}

/// How many such questions are under way.
pub(super) fn asking(work: &Work, profile: &str) -> usize {
    work.adopting.asking.values().filter(|wanted| wanted.profile == profile).count()
}

/// The question about the next id that is wanted of a profile.
pub(super) fn question(work: &mut Work, profile: &str) -> Option<HttpCmd> {
    let at = work.adopting.wanted.iter().position(|wanted| wanted.profile == profile)?;
    let wanted = work.adopting.wanted.remove(at)?;
    let (ticket, id) = (ticket(work), wanted.id.clone());
    work.adopting.asking.insert(ticket, wanted);
    Some(HttpCmd::Find { ticket, id })
}

/// The end of such a question.
pub(super) fn found(work: &mut Work, of: Ticket, reply: &Reply) -> Vec<Effect> {
    let Some(Wanted { profile, id, settles }) = work.adopting.asking.remove(&of) else {
        work.stale += 1;
        return Vec::new();
    };
    let verdict = work.protocol(&profile).found(reply, &id);
    heard(work, &profile, &verdict);
    match verdict {
        // It is wanted no more: whoever asked is leaving.
        Ok(_) if work.ending.is_some() => Vec::new(),
        Ok(word) => match settles {
            Some(key) => resolve::found(work, key, id, watched(work, word)),
            None => insert(work, &profile, id, word),
        },
        Err(error) => {
            if settles.is_some_and(|key| callback::not_known(work, key, &id, &error)) {
                return Vec::new();
            }
            not_done(work, settles, NotDone::NotKnown { id, error });
            Vec::new()
        }
    }
}

/// Whether the service is there is known by this call as by any other.
fn heard(work: &mut Work, profile: &str, verdict: &FindVerdict) {
    match verdict {
        Ok(_) => poller::answered(work, profile),
        Err(error) if matches!(error.class, ErrorClass::Network | ErrorClass::Service) => poller::missed(work, profile),
        Err(_) => poller::spoke(work, profile),
    }
}

/// A task that the service knows. `word` is the service's word for its state; without one it has ended, and is asked about
/// at once.
fn watched(work: &Work, word: Option<String>) -> Phase {
    let wait = if word.is_some() { work.settings.poll.every_ms } else { 0 };
    let next_poll = work.now.wall.plus(wait);
    Phase::Running { status: word.unwrap_or_default(), next_poll, polls: 1, misses: 0, trouble: None }
}

/// Journals it.
fn insert(work: &mut Work, profile: &str, id: RemoteId, word: Option<String>) -> Vec<Effect> {
    let task = NewTask {
        parent: None,
        agreed: vec![],
        attempt: 1,
        name: None,
        profile: profile.to_owned(),
        cost: Amount::ZERO,
        currency: work.currency_of(profile),
        cost_source: None,
        request: Request::elsewhere(&id.0),
        remote: Some(id.clone()),
        automatic: false,
        phase: watched(work, word),
    };
    let ticket = ticket(work);
    work.queue.inserting.insert(ticket);
    work.adopting.inserting.insert(ticket, id);
    let caps = Caps { per_day: None, per_day_each: None, per_batch: None, day_start: work.now.day_start() };
    vec![Effect::Store(StoreCmd::Insert { ticket, tasks: vec![task], at: work.now.wall, caps })]
}
