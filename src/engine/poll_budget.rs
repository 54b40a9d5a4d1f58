//! This program's portion of an account's poll budget (`poll.budget_per_second`), where several machines share a store.
//! No machine asks another one: each says every few seconds that it runs and what it asks for, and hears who else does,
//! in the one trip that it makes anyway. That all of them together never cross the budget follows from four rules:
//!
//! - A program in good standing takes three quarters of the budget, divided by all that it has heard of within a
//!   minute.
//! - It is in good standing for [`TOUCH_MS`] after it last heard from the store. That is less than a minute, so a
//!   program in good standing is counted by all others; one that is cut off loses it before they stop counting it.
//! - A program that comes, or comes back, among others is in good standing only after [`JOIN_MS`]: by then each of the
//!   others has heard of it, or has fallen out of its own standing.
//! - The last quarter is for those that are not: each takes a sixteenth of it, or less where there are more than
//!   sixteen programs.
//!
//! Each may have one question in hand, so the sum holds over any span that is long enough for those (with ten programs
//! and five questions a second: eight seconds).

use crate::work::{Peers, Work};
use domain::time::{MINUTE, Mono, SECOND};
use std::collections::BTreeMap;

/// How long a program is in good standing after it last heard from the store, in milliseconds. An answer of the store
/// takes half a minute at most: together that is less than the minute within which others count it.
const TOUCH_MS: u64 = 25 * SECOND;
/// How long a program that joins others waits, in milliseconds: until each of them has heard of it, or has lost its own
/// good standing.
const JOIN_MS: u64 = MINUTE;
/// What those in good standing share.
const SHARED: f64 = 0.75;
/// Programs not in good standing that the rest of the budget is enough for.
const STRAYS: f64 = 16.0;

/// The questions a second that this program may ask of a profile's service.
pub(super) fn rate(work: &Work, profile: &str) -> f64 {
    let whole = work.settings.poll.budget_per_second;
    let Some(peers) = &work.sharing.peers else { return whole };
    let all = 1.0 + f64::from(peers.others.get(profile).copied().unwrap_or(0));
    let in_touch = work.now.mono.since(peers.heard) < TOUCH_MS;
    let is_full = peers.full_from.get(profile).is_some_and(|from| work.now.mono >= *from);
    if in_touch && is_full { whole * SHARED / all } else { whole * (1.0 - SHARED) / all.max(STRAYS) }
}

/// Takes how many other programs at work ask for each profile that this one asks for.
pub(super) fn heard(work: &mut Work, others: BTreeMap<String, u32>) {
    // What was gained so far was gained at the old rate.
    for profile in work.profiles() {
        refill(work, &profile);
    }
    let now = work.now.mono;
    let before = work.sharing.peers.take().filter(|peers| now.since(peers.heard) < TOUCH_MS);
    let mut full_from: BTreeMap<String, Mono> = before.map(|peers| peers.full_from).unwrap_or_default();
    full_from.retain(|profile, _| others.contains_key(profile));
    for (profile, others) in &others {
        let joins = if *others == 0 { now } else { now.plus(JOIN_MS) };
        full_from.entry(profile.clone()).or_insert(joins);
    }
    work.sharing.peers = Some(Peers { heard: now, others, full_from });
}

/// The questions that may be asked now, in thousandths.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rate of a few questions a second times some seconds"
)]
pub(super) fn budget_now(work: &Work, profile: &str) -> u64 {
    let poller = &work.of(profile).poller;
    let gained = (work.now.mono.since(poller.refilled) as f64 * rate(work, profile)) as u64;
    poller.budget_milli.saturating_add(gained).min(budget_most(work, profile))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate of a few questions a second, in thousandths"
)]
fn budget_most(work: &Work, profile: &str) -> u64 {
    ((rate(work, profile) * 1000.0) as u64).max(1000)
}

/// How long it takes to gain so many thousandths of a question, in milliseconds.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rate of a few questions a second"
)]
pub(super) fn refill_ms(work: &Work, profile: &str, milli: u64) -> u64 {
    (milli as f64 / rate(work, profile).max(0.001)).ceil() as u64
}

/// Adds what was gained since the last time.
pub(super) fn refill(work: &mut Work, profile: &str) {
    let (budget, most, now) = (budget_now(work, profile), budget_most(work, profile), work.now.mono);
    let poller = &mut work.of_mut(profile).poller;
    // Move `refilled` only if a whole thousandth was gained; else rounding loses the rest at every call.
    if budget > poller.budget_milli || budget == most {
        (poller.budget_milli, poller.refilled) = (budget, now);
    }
}
