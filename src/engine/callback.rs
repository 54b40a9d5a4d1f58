//! What the service posts about tasks. Any program on the store may have taken a post; the store tells all of them.
//!
//! ```text
//! a running task  -> asked about now; while posts come, the questions in between are fewer
//! an unknown one  -> the ID that came by its path is asked about, and settles it once the service knows it
//! ```
//!
//! Nothing signs a post, so it is believed no further than that.

use crate::{
    availability,
    backoff::backoff,
    claims::in_scope,
    ids,
    msg::Posted,
    news::{ConnectionNews, News},
    tasks,
    work::{Named, Work},
};
use domain::{
    problem::{ErrorClass, TaskError},
    reason::system::System,
    task::{Phase, RemoteId, Task, TaskKey},
    time::{MINUTE, Mono, SECOND},
};

/// How long one post makes the questions about its task fewer.
const FRESH_MS: u64 = 10 * MINUTE;
/// How many times as long the pause between two questions is then.
const SLOWER: u64 = 4;
/// The first and the longest wait before an ID is asked about again where no answer came.
const RETRY_MS: (u64, u64) = (2 * SECOND, MINUTE);

/// The listener opened, so that posts are taken on this store, or did not: then it is told why.
pub(super) fn listening(work: &mut Work, result: Result<(), System>) {
    (work.callbacks.open, work.callbacks.known) = (result.is_ok(), true);
    if let Err(why) = result {
        work.news.push(News::Connection(ConnectionNews::NoCallbacks(why)));
    }
}

/// Whether the next submission of that task shall name an address of ours: one that the person chose wins.
pub(super) fn is_wanted(work: &Work, task: &Task) -> bool {
    work.callbacks.open && task.request.callback.is_none()
}

/// The address to be posted to, of a path that the store gave.
pub(super) fn address(work: &Work, path: &str) -> Option<String> {
    let url = work.settings.callback.public_url.as_deref()?;
    Some(format!("{}/{path}", url.trim_end_matches('/')))
}

/// Posts came.
pub(super) fn posted(work: &mut Work, posts: Vec<Posted>) {
    for Posted { key, id } in posts {
        match work.tasks.live.get(&key) {
            Some(task) if matches!(task.phase, Phase::Running { .. }) => {
                work.callbacks.heard.insert(key, work.now.mono);
                ask_now(work, key);
            }
            // Its own answer may still come, or is lost; before the pages are there nobody knows what it is.
            Some(task) if task.remote.is_none() && !task.besides.disowned.contains(&id.0) => name(work, key, id),
            None if !work.tasks.loaded || wants_its_id(work, key) => name(work, key, id),
            Some(_) | None => {}
        }
    }
}

/// Whether an ID changes what is known of that ended task: by all that the records show it was lost, or a person
/// settled it without.
fn wants_its_id(work: &Work, key: TaskKey) -> bool {
    work.tasks.is_id_lost(key) || work.tasks.is_resolved_by_hand(key)
}

fn name(work: &mut Work, key: TaskKey, id: RemoteId) {
    work.callbacks.named.insert(key, Named { id, not_before: Mono(0), tries: 0 });
}

/// Asks about a running task as soon as the budget allows; where it is being asked about already, once more after that:
/// the answer may be older than the post.
fn ask_now(work: &mut Work, key: TaskKey) {
    let Some(mut task) = work.tasks.live.get(&key).cloned() else { return };
    if work.of(&task.profile).poller.asking.contains_key(&key) {
        work.callbacks.again.insert(key);
        return;
    }
    if let Phase::Running { next_poll, .. } = &mut task.phase {
        *next_poll = work.now.wall;
        tasks::put(work, task);
    }
}

/// A question about that task was answered. Tells whether a post came meanwhile, and asks again if so.
pub(super) fn answered(work: &mut Work, key: TaskKey) {
    if work.callbacks.again.remove(&key) {
        ask_now(work, key);
    }
    if !work.tasks.live.contains_key(&key) {
        work.callbacks.heard.remove(&key);
    }
}

/// The pause between two questions about a task, given the usual one.
pub(super) fn pause(work: &Work, key: TaskKey, usual: u64) -> u64 {
    let told = work.callbacks.heard.get(&key).is_some_and(|at| work.now.mono.since(*at) < FRESH_MS);
    if told { usual.saturating_mul(SLOWER).min(availability::SLOWEST_MS).max(usual) } else { usual }
}

/// Begins to settle what can be settled by an ID that came.
pub(super) fn settle_due(work: &mut Work) {
    let due = work.callbacks.named.iter().filter(|(_, named)| named.not_before <= work.now.mono);
    let due: Vec<(TaskKey, RemoteId)> = due.map(|(key, named)| (*key, named.id.clone())).collect();
    for (key, id) in due {
        let Some(task) = work.tasks.live.get(&key) else {
            let is_news = wants_its_id(work, key) && ids::known_as(work, &id).is_none();
            if is_news && work.tasks.rows.get(&key).is_some_and(|row| work.of(&row.kind.profile).has_key) {
                settle(work, key, id);
            } else if work.tasks.loaded && !is_news {
                work.callbacks.named.remove(&key);
            }
            continue;
        };
        match &task.phase {
            Phase::Sending { .. } => {}
            // Where another task has that ID, a person can still take it from that one.
            Phase::Unknown { .. } if in_scope(work, task) && !task.besides.disowned.contains(&id.0) => {
                if ids::known_as(work, &id).is_none() && work.of(&task.profile).has_key {
                    settle(work, key, id);
                }
            }
            _ => drop(work.callbacks.named.remove(&key)),
        }
    }
}

/// Has the service asked about that ID, once.
fn settle(work: &mut Work, key: TaskKey, id: RemoteId) {
    if ids::settle_by_post(work, key, id)
        && let Some(named) = work.callbacks.named.get_mut(&key)
    {
        named.not_before = Mono(u64::MAX);
    }
}

/// When [`settle_due`] will have something to do though nothing else happens.
pub(super) fn deadline(work: &Work) -> Option<Mono> {
    let times = work.callbacks.named.values().map(|named| named.not_before);
    times.filter(|at| *at > work.now.mono && *at != Mono(u64::MAX)).min()
}

/// The service knows that ID of that unknown. Tells whether it came by a post.
pub(super) fn take(work: &mut Work, key: TaskKey, id: &RemoteId) -> bool {
    let is_posted = is_named(work, key, id);
    if is_posted {
        work.callbacks.named.remove(&key);
    }
    is_posted
}

fn is_named(work: &Work, key: TaskKey, id: &RemoteId) -> bool {
    work.callbacks.named.get(&key).is_some_and(|named| named.id == *id)
}

/// The service did not say that it knows an ID. One that came by a post is asked about again where no answer came, and
/// forgotten where the service does not know it. Tells whether it came by a post.
pub(super) fn not_known(work: &mut Work, key: TaskKey, id: &RemoteId, error: &TaskError) -> bool {
    if !is_named(work, key, id) {
        return false;
    }
    let no_answer =
        matches!(error.class, ErrorClass::Network | ErrorClass::Service | ErrorClass::RateLimited | ErrorClass::Auth);
    let now = work.now.mono;
    match work.callbacks.named.get_mut(&key) {
        Some(named) if no_answer => {
            named.tries = named.tries.saturating_add(1);
            named.not_before = now.plus(backoff(RETRY_MS.0, RETRY_MS.1, named.tries, u64::from(key.0)));
        }
        _ => drop(work.callbacks.named.remove(&key)),
    }
    true
}
