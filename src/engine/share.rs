//! What belongs to the account or to every program on the store (`domain::account`): a pause, a halt, waits that the
//! service asked for, failures in a row, who sends.
//!
//! A change counts here at once and in the store in its turn; until the store has answered, older news of it is not taken.
//! The store refuses every wish to send once a stop is on disk, so nothing here needs to be quick to be safe.

use super::ticket;
use crate::{
    effect::{Effect, StoreCmd, Ticket},
    news::{News, QueueNews},
    settings::Scope,
    work::{Halt, Work},
};
use domain::{
    account::{Account, Change, HaltCause, Raise, Shared, Stamp, Stopped, Why},
    amount::Money,
    time::{MINUTE, Wall},
};

/// This program and now, as others are told of it.
pub(super) fn stamp(work: &Work) -> Stamp {
    let owner = work.store.owner.as_deref().unwrap_or_default();
    let process = owner.split('-').next().unwrap_or_default();
    Stamp { who: format!("{} {process}", work.settings.face), at: work.now.wall }
}

/// Whether that was done by this program.
#[must_use]
pub fn is_ours(work: &Work, by: &Stamp) -> bool {
    stamp(work).who == by.who
}

/// Puts a change down for the store. [`due`] hands it over.
pub(super) fn wish(work: &mut Work, change: Change) {
    work.sharing.wishes.push(change);
}

/// Hands over what the store has not been told yet.
pub(super) fn due(work: &mut Work) -> Vec<Effect> {
    if work.store.owner.is_none() {
        return Vec::new();
    }
    let account = account(work);
    if account != work.sharing.account {
        work.sharing.account = account;
        wish(work, Change::Keep(account));
    }
    let serves = work.settings.scope == Scope::All && work.settings.has_key && !work.queue.paused;
    if serves != work.sharing.serves && work.ending.is_none() {
        work.sharing.serves = serves;
        wish(work, Change::Serve(serves));
    }
    let wishes = std::mem::take(&mut work.sharing.wishes);
    wishes.into_iter().map(|change| hand_over(work, change)).collect()
}

fn hand_over(work: &mut Work, change: Change) -> Effect {
    let (ticket, by) = (ticket(work), stamp(work));
    work.sharing.under_way.insert(ticket, change.clone());
    let profile = work.settings.profile.name.clone();
    Effect::Store(StoreCmd::Share { ticket, profile, by, change })
}

/// The store could not take it: it is handed over again with the writes that failed.
pub(super) fn failed(work: &mut Work, of: Ticket) {
    work.sharing.failed.extend(work.sharing.under_way.remove(&of));
}

/// Hands over again what failed.
pub(super) fn retry(work: &mut Work) {
    let failed = std::mem::take(&mut work.sharing.failed);
    work.sharing.wishes.splice(0..0, failed);
}

fn account(work: &Work) -> Account {
    let queue = &work.queue;
    let (put_backs, refusals, failures) = (queue.put_backs, queue.refusals, queue.failures);
    Account { not_before: queue.rests_until, put_backs, refusals, failures }
}

/// The store's word on all of it.
pub(super) fn heard(work: &mut Work, of: Option<Ticket>, shared: Shared) {
    if let Some(ticket) = of {
        work.sharing.under_way.remove(&ticket);
        super::store::healthy(work);
    }
    let Shared { pause, mut halts, accounts, senders, raises } = shared;
    work.sharing.senders = senders;
    raised(work, raises);
    if !work.sharing.is_told() {
        return; // Ours is newer.
    }
    let profile = work.settings.profile.name.clone();
    paused(work, pause);
    halted(work, halts.remove(&profile));
    if let Some(account) = accounts.get(&profile) {
        take(work, *account);
    }
    // Whoever sends has said that what is unsent is to be paid for.
    let sends = work.sharing.senders.iter().any(|sender| sender.profile == profile);
    if sends && work.settings.scope == Scope::All && work.queue.paused {
        work.queue.paused = false;
        work.queue.unsent.clear();
    }
}

/// What the cap was raised by. What was raised before this program came is no news.
fn raised(work: &mut Work, raises: Vec<Raise>) {
    let of = |raise: &&Raise| !work.sharing.raises.contains(raise) && work.now.wall.since(raise.by.at) < MINUTE;
    let new: Vec<Raise> = raises.iter().filter(of).cloned().collect();
    work.sharing.raises = raises;
    for raise in new {
        let cap = work.cap(raise.more.currency).map(|cap| cap.of(raise.more.currency));
        work.news.push(News::CapRaised { raise, cap });
    }
}

fn paused(work: &mut Work, pause: Option<Stamp>) {
    if work.queue.pause == pause {
        return;
    }
    let news = pause.clone().map_or(QueueNews::Resumed, QueueNews::PausedBy);
    work.queue.pause = pause;
    if work.queue.pause.is_none() {
        work.queue.unsent.clear();
        work.queue.paused &= work.settings.scope != Scope::All;
    }
    work.news.push(News::Queue(news));
}

fn halted(work: &mut Work, stopped: Option<Stopped>) {
    let Some(Stopped { by, why }) = stopped else {
        if work.queue.halted.take_if(|halt| halt.cause != HaltCause::Store).is_some() {
            work.news.push(News::Queue(QueueNews::Resumed));
        }
        return;
    };
    if work.queue.halted.as_ref().is_some_and(|halt| halt.by.as_ref() == Some(&by)) {
        return;
    }
    let halt = Halt { cause: why.cause, tasks: why.tasks, reason: why.error.reason, by: Some(by) };
    // Two programs that met the same at once halt for one reason, which was said already.
    if work.queue.halted.as_ref().is_none_or(|known| (known.cause, &known.reason) != (halt.cause, &halt.reason)) {
        work.news.push(News::Queue(QueueNews::Halted(halt.clone())));
    }
    work.queue.halted = Some(halt);
}

fn take(work: &mut Work, account: Account) {
    work.sharing.account = account;
    work.queue.put_backs = account.put_backs;
    (work.queue.refusals, work.queue.failures) = (account.refusals, account.failures);
    super::queue::rest(work, account.not_before);
    // What cannot be is not taken over; it is not to be written back either.
    work.queue.rests_until = account.not_before;
}

/// Stops all sending of the account, in every program. The first cause stays until it is seen to.
pub(super) fn halt(work: &mut Work, why: Why) {
    // Only a store that cannot be written, which mends itself, gives way to a cause that needs a person.
    if work.queue.halted.as_ref().is_some_and(|halt| halt.cause != HaltCause::Store) {
        return;
    }
    let halt = Halt { cause: why.cause, tasks: why.tasks, reason: why.error.reason.clone(), by: Some(stamp(work)) };
    work.news.push(News::Queue(QueueNews::Halted(halt.clone())));
    work.queue.halted = Some(halt);
    wish(work, Change::Halt(why));
}

/// Stops the sending of every program on the store, by a person's word.
pub(super) fn pause(work: &mut Work) {
    if work.store.owner.is_none() {
        // No store yet, and so no other program to stop.
        work.queue.paused = true;
        return;
    }
    let by = stamp(work);
    work.queue.pause.get_or_insert(by);
    wish(work, Change::Pause);
}

/// Goes on sending, in every program on the store.
pub(super) fn resume(work: &mut Work, halt: bool) {
    work.queue.unsent.clear();
    work.queue.paused = false;
    let paused = work.queue.pause.take().is_some();
    // What was to stop them is not wished any longer.
    let stops = |change: &Change| matches!(change, Change::Pause | Change::Halt(_));
    work.sharing.failed.retain(|change| !stops(change));
    work.sharing.wishes.retain(|change| !stops(change));
    if halt {
        work.queue.halted = None;
        super::streak::forget(work);
    }
    if paused || halt {
        wish(work, Change::Resume { halt });
    }
}

/// Raises today's cap, by a person's word. It holds once it is on disk.
pub(super) fn raise(work: &mut Work, more: Money) {
    let by = stamp(work);
    wish(work, Change::Raise(Raise { by, more }));
}

/// Whether the service's wish to wait until then can be meant: one further ahead is from before the clock was set back.
pub(super) fn can_be(work: &Work, until: Wall) -> bool {
    until <= work.now.wall.plus(super::queue::LONGEST_WAIT)
}
