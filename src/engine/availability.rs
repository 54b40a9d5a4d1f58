//! The connection to a profile's service, as every call tells of it: whether it answers, when it may be called again,
//! and the pace that the account allows.

use crate::{
    backoff::{asked_to_wait, backoff},
    news::{ConnectionNews, News},
    work::Work,
};
use domain::{
    account::{LONGEST_WAIT, PACE_SPAN},
    task::TaskKey,
    time::{MINUTE, Mono, SECOND, Wall},
};

/// The longest pause between two questions about one task.
pub(super) const SLOWEST_MS: u64 = 5 * MINUTE;
/// Probes in a row without an answer before the service is said to be away.
const AWAY_AFTER: u32 = 3;
/// The shortest and the longest wait between two probes of a service that does not answer.
const PROBES_MS: (u64, u64) = (SECOND, 30 * SECOND);
/// The shortest and the longest rest of an account where the service does not say for how long.
const RESTS_MS: (u64, u64) = (2 * SECOND, MINUTE);

/// Before this a profile's service is not called at all, except for submissions: the account rests, or the service does
/// not answer and the next probe is not yet due.
pub(super) fn open_at(work: &Work, profile: &str) -> Mono {
    work.of(profile).poller.not_before.max(probe_at(work, profile))
}

/// When the next probe is due; at once while the service answers.
pub(super) fn probe_at(work: &Work, profile: &str) -> Mono {
    if is_probing(work, profile) { work.of(profile).poller.probe_at } else { Mono(0) }
}

/// Whether the last call brought no answer. Then one at a time finds out whether the service is back, for all.
pub(super) fn is_probing(work: &Work, profile: &str) -> bool {
    work.of(profile).poller.misses > 0
}

/// A usable answer about that task came.
pub(super) fn heard_of(work: &mut Work, profile: &str, key: TaskKey) {
    work.of_mut(profile).poller.missed.remove(&key);
    answered(work, profile);
}

/// A usable answer came.
pub(super) fn answered(work: &mut Work, profile: &str) {
    let now = work.now.mono;
    let poller = &mut work.of_mut(profile).poller;
    (poller.last_answer, poller.rests) = (Some(now), 0);
    spoke(work, profile);
}

/// The service spoke, if only to say no: it is not away, or no longer. What waited for it is due.
pub(super) fn spoke(work: &mut Work, profile: &str) {
    let poller = &mut work.of_mut(profile).poller;
    poller.misses = 0;
    if poller.offline_since.take().is_some() {
        work.news.push(News::Connection(ConnectionNews::Back));
    }
}

/// The service spoke of that task, if only to say no.
pub(super) fn spoke_of(work: &mut Work, profile: &str, key: TaskKey) {
    work.of_mut(profile).poller.missed.remove(&key);
    spoke(work, profile);
}

/// A call about that task brought no answer. Tells whether that is this task's own trouble: its last call brought none
/// either, and the service has answered others since. Else the service is probed, for all.
pub(super) fn brought_nothing(work: &mut Work, profile: &str, key: TaskKey) -> bool {
    let again = !work.of_mut(profile).poller.missed.insert(key);
    if again && !is_probing(work, profile) {
        return true;
    }
    missed(work, profile);
    false
}

/// A call brought no answer: until one does, the service is probed, at growing distances. Calls that were under way
/// already tell nothing new.
pub(super) fn missed(work: &mut Work, profile: &str) {
    let now = work.now.mono;
    if now < probe_at(work, profile) {
        return;
    }
    let poller = &mut work.of_mut(profile).poller;
    if poller.misses == 0 {
        poller.missing_since = now;
    }
    poller.misses = poller.misses.saturating_add(1);
    // By the length of the outage, so that it never costs much more than it lasts.
    let wait = (now.since(poller.missing_since) / 3).clamp(PROBES_MS.0, PROBES_MS.1);
    poller.probe_at = now.plus(wait);
    if poller.misses >= AWAY_AFTER && poller.offline_since.is_none() {
        poller.offline_since = Some(now);
        work.news.push(News::Connection(ConnectionNews::Away));
    }
}

/// The account asks nothing for as long as the service says, and a little longer each time.
pub(super) fn rest_account(work: &mut Work, profile: &str, named: Option<u64>) {
    let now = work.now.mono;
    let poller = &mut work.of_mut(profile).poller;
    poller.rests = poller.rests.saturating_add(1);
    let wait = asked_to_wait(named, backoff(RESTS_MS.0, RESTS_MS.1, poller.rests, 0));
    poller.not_before = poller.not_before.max(now.plus(wait));
}

/// Submissions of a profile in any 60 seconds.
pub(super) fn per_minute(work: &Work, profile: &str) -> u32 {
    work.profile(profile).map_or(0, |profile| profile.submit_per_minute)
}

/// When the next submission of a profile is free to go by this program's own count of the last minute.
#[must_use]
pub fn send_at(work: &Work, profile: &str) -> Option<Mono> {
    let (sending, per_minute) = (&work.of(profile).sending, per_minute(work, profile) as usize);
    let full_until = sending.sent.len().checked_sub(per_minute).and_then(|nth| sending.sent.get(nth));
    let free = full_until.map_or(Mono(0), |(sent, _)| sent.plus(PACE_SPAN));
    (per_minute > 0).then(|| free.max(sending.not_before).max(probe_at(work, profile)))
}

/// Nothing is sent before that, even if it could be.
pub(super) fn wait_until(work: &mut Work, profile: &str, at: Mono) {
    let sending = &mut work.of_mut(profile).sending;
    sending.not_before = sending.not_before.max(at);
}

/// The service asked the account to wait until then, whichever program it told so.
pub(super) fn rest(work: &mut Work, profile: &str, until: Wall) {
    if until > work.now.wall && can_be(work, until) {
        wait_until(work, profile, work.now.mono_at(until));
    }
}

/// Whether the service's wish to wait until then can be meant: one further ahead is from before the clock was set back.
fn can_be(work: &Work, until: Wall) -> bool {
    until <= work.now.wall.plus(LONGEST_WAIT)
}
