//! Taking over tasks made elsewhere, and the ids that a person found for unknowns. Free: nothing is submitted.
//!
//! ```text
//! wanted -> not archived -> one query -> the service knows it: inserted as running, and watched like any other
//!                                        -> it does not, or no answer came: told, and nothing is left of it
//! ```
//!
//! An id that settles an unknown is believed no sooner: until the service knows it, the task stays unknown.
//!
//! The queries are asked by the poller, within its budget.

use crate::{
    act_news::not_done,
    availability, callback, claims,
    effect::{Caps, Effect, Ticket},
    ids,
    news::{ActNews, News, NotDone},
    resolve,
    work::{Wanted, Work},
    writes,
};
use domain::{
    amount::Amount,
    problem::ErrorClass,
    request::Request,
    task::{NewTask, Phase, RemoteId},
};
use service::answer::{FindVerdict, Reply};

/// Begins to take over a task of that id: it is asked about when the poller's budget allows.
pub(super) fn adopt(work: &mut Work, id: RemoteId) -> Vec<Effect> {
    if ids::is_under_way(work, &id) {
        not_done(work, None, NotDone::AdoptedAlready(id));
        return Vec::new();
    }
    if is_known(work, &id) {
        return Vec::new();
    }
    let profile = work.settings.profile.name.clone();
    ids::look_up(work, profile, id, None)
}

/// Whether a task has that id already, which is told.
pub(super) fn is_known(work: &mut Work, id: &RemoteId) -> bool {
    let known = ids::known_as(work, id).and_then(|key| work.known(key)).map(|row| (row.key, row.state));
    if let Some((key, state)) = known {
        claims::name(work, key);
        work.news.push(News::Act(ActNews::Known { id: id.clone(), key, state }));
    }
    known.is_some()
}

/// The end of such a question.
pub(super) fn found(work: &mut Work, ticket: Ticket, reply: &Reply) -> Vec<Effect> {
    let Some(Wanted { profile, id, settles, .. }) = work.adopting.asking.remove(&ticket) else {
        return work.drop_stale();
    };
    let verdict = work.protocol(&profile).found(reply, &id);
    heard(work, &profile, &verdict);
    match verdict {
        // It is no longer wanted: the program is ending.
        Ok(_) if work.ending.is_some() => Vec::new(),
        Ok(word) => match settles {
            Some(key) => resolve::found(work, key, id, watched(work, word)),
            // The store may have found it in the archive.
            None if is_known(work, &id) => Vec::new(),
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

/// Counts the answer for whether the service is there, which is known by this call as by any other.
fn heard(work: &mut Work, profile: &str, verdict: &FindVerdict) {
    match verdict {
        Ok(_) => availability::answered(work, profile),
        Err(error) if matches!(error.class, ErrorClass::Network | ErrorClass::Service) => {
            availability::missed(work, profile)
        }
        Err(_) => availability::spoke(work, profile),
    }
}

/// A task that the service knows. `word` is the service's word for its state; without one it has ended, and is asked
/// about at once.
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
    let (ticket, effect) = writes::insert(work, vec![task], Caps::none(work.now.wall));
    work.adopting.inserting.insert(ticket, id);
    vec![effect]
}
