//! What belongs to the account or to every program on the store (`domain::account`): a pause, a halt, waits that the
//! service asked for, failures in a row, who sends.
//!
//! A change counts here at once and in the store in its turn; until the store has answered, older news of it is not
//! taken. The store refuses every wish to send once a stop is on disk, so nothing here needs to be quick to be safe.

use crate::{
    availability,
    effect::{Effect, StoreCmd, Ticket},
    news::{News, QueueNews},
    profile_state::{Halt, Sending},
    settings::Scope,
    work::Work,
};
use domain::{
    account::{Account, Change, HaltCause, KeptCaps, Raise, Shared, Stamp, Stopped, Why},
    amount::{Currency, Money},
    owner_name,
    time::{MINUTE, Wall},
};
use std::collections::BTreeMap;

/// How far the clock of whoever halts may be ahead, in milliseconds: a halt of the evening that it dates after midnight
/// would stop the whole next day. One that is of the day after all is only held against its caps once more.
const CLOCKS_APART_MS: u64 = 5 * MINUTE;

/// This program and now, as others are told of it.
pub(super) fn stamp(work: &Work) -> Stamp {
    let owner = work.store.owner.as_deref().unwrap_or_default();
    let process = owner_name::process(owner);
    Stamp { who: format!("{} {process}", work.settings.face), at: work.now.wall }
}

/// The same of a stop, which others want to ask about: with the person, where it is known.
fn stop_stamp(work: &Work) -> Stamp {
    let Stamp { who, at } = stamp(work);
    Stamp { who: work.settings.who.as_ref().map_or_else(|| who.clone(), |person| format!("{person}, {who}")), at }
}

/// Whether that was done by this program.
#[must_use]
pub fn is_ours(work: &Work, by: &Stamp) -> bool {
    by.who == stamp(work).who || by.who == stop_stamp(work).who
}

/// Whether a pause is on its way to the store, which alone stops every program.
#[must_use]
pub fn is_pausing(work: &Work) -> bool {
    work.sharing.under_way.values().any(|(_, change)| *change == Change::Pause)
}

/// Puts a change down for the store. [`due`] hands it over.
pub(super) fn wish(work: &mut Work, profile: &str, change: Change) {
    work.sharing.wishes.push((profile.to_owned(), change));
}

/// Hands over what the store has not been told yet.
pub(super) fn due(work: &mut Work) -> Vec<Effect> {
    if work.store.owner.is_none() {
        return Vec::new();
    }
    if work.store.only_reads {
        // Nobody asked for it: what this program saw of the account alone stays its own.
        work.sharing.wishes.clear();
        return Vec::new();
    }
    for profile in work.profiles() {
        let served = work.of_mut(&profile);
        let account = account(&served.sending);
        if account != served.account {
            served.account = account;
            wish(work, &profile, Change::Keep(account));
        }
    }
    let serves = serves(work);
    let is_told = work.sharing.serves.as_ref() == Some(&serves);
    if work.settings.scope == Scope::All && !is_told && work.ending.is_none() {
        work.sharing.serves = Some(serves.clone());
        let profile = work.settings.profile.name.clone();
        wish(work, &profile, Change::Serve(serves));
    }
    let wishes = std::mem::take(&mut work.sharing.wishes);
    wishes.into_iter().map(|(profile, change)| hand_over(work, profile, change)).collect()
}

/// The profiles of which this program sends all that is queued.
fn serves(work: &Work) -> Vec<String> {
    let served = work.served().filter(|(_, served)| !work.queue.paused && served.has_key);
    served.map(|(profile, _)| profile.to_owned()).collect()
}

fn hand_over(work: &mut Work, profile: String, change: Change) -> Effect {
    let (ticket, by) = (work.ticket(), stamp_of(work, &profile, &change));
    work.sharing.under_way.insert(ticket, (profile.clone(), change.clone()));
    Effect::Store(StoreCmd::Share { ticket, profile, by, change })
}

/// Whose word that is, and of when. A stop that is handed over again keeps its name, by which it is ended.
fn stamp_of(work: &Work, profile: &str, change: &Change) -> Stamp {
    let stop = match change {
        Change::Pause => work.queue.pause.as_ref(),
        Change::Halt(_) => work.of(profile).sending.halted.as_ref().and_then(|halt| halt.by.as_ref()),
        Change::Resume { .. } | Change::Keep(_) | Change::Serve(_) | Change::Raise(_) => return stamp(work),
    };
    stop.filter(|by| is_ours(work, by)).cloned().unwrap_or_else(|| stop_stamp(work))
}

/// The store could not take it: it is handed over again with the writes that failed.
pub(super) fn failed(work: &mut Work, ticket: Ticket) {
    work.sharing.failed.extend(work.sharing.under_way.remove(&ticket));
}

/// The store does not take it from this program: what was to stop or to go on for everybody does not for this one
/// either.
pub(super) fn denied(work: &mut Work, ticket: Ticket) {
    if let Some((_, Change::Pause)) = work.sharing.under_way.remove(&ticket)
        && work.queue.pause.as_ref().is_some_and(|by| is_ours(work, by))
    {
        work.queue.pause = None;
    }
}

/// Hands over again what failed, except what a person has taken back since: by then the last word may be in the store
/// already.
pub(super) fn retry(work: &mut Work) {
    let is_paused = work.queue.pause.is_some();
    let mut failed = std::mem::take(&mut work.sharing.failed);
    failed.retain(|(profile, change)| match change {
        Change::Pause => is_paused,
        Change::Halt(_) => work.of(profile).sending.halted.is_some(),
        Change::Resume { pause: Some(_), .. } => !is_paused,
        Change::Resume { .. } | Change::Keep(_) | Change::Serve(_) | Change::Raise(_) => true,
    });
    work.sharing.wishes.splice(0..0, failed);
}

const fn account(sending: &Sending) -> Account {
    let Sending { rests_until: not_before, put_backs, refusals, failures, jumps, .. } = *sending;
    Account { not_before, put_backs, refusals, failures, jumps }
}

/// The store's word on all of it.
pub(super) fn heard(work: &mut Work, ticket: Option<Ticket>, shared: Shared) {
    if let Some((_, Change::Pause)) = ticket.and_then(|ticket| work.sharing.under_way.remove(&ticket)) {
        work.news.push(News::Queue(QueueNews::Paused));
    }
    let Shared { pause, mut halts, accounts, senders, raises, caps } = shared;
    let is_as_before = hold_as(&work.sharing.caps, &caps)
        && work.sharing.raises.len() == raises.len()
        && !raises.iter().any(|raise| is_new(work, raise));
    (work.sharing.senders, work.sharing.caps) = (senders, caps);
    take_raises(work, raises);
    if !is_as_before {
        judge_budget_again(work);
    }
    for profile in work.profiles() {
        // Each program may have noticed another jump: all of them count, even if ours are not written yet.
        let jumps = &mut work.of_mut(&profile).sending.jumps;
        *jumps = jumps.and(accounts.get(&profile).map(|account| account.jumps).unwrap_or_default());
    }
    if !work.sharing.is_told() {
        return; // Ours is newer.
    }
    take_pause(work, pause);
    end_budget_halts_of_past_days(work, &mut halts);
    for profile in work.profiles() {
        take_halt(work, &profile, halts.remove(&profile));
        if let Some(account) = accounts.get(&profile) {
            take_account(work, &profile, *account);
        }
    }
    // Whoever sends has said that what is unsent is to be paid for.
    let unsent = work.queue.unsent.iter().filter_map(|key| work.tasks.live.get(key));
    let is_sent = work.sharing.senders.iter().any(|sender| work.of(&sender.profile).is_known)
        && unsent.into_iter().all(|task| sends_elsewhere(work, &task.profile));
    if is_sent && work.settings.scope == Scope::All && !work.queue.unsent.is_empty() {
        work.queue.paused = work.settings.queue.start_paused;
        work.queue.unsent.clear();
    }
}

/// Whether caps let the same pass as others.
fn hold_as(these: &BTreeMap<Currency, KeptCaps>, those: &BTreeMap<Currency, KeptCaps>) -> bool {
    let pairs = || these.iter().zip(those);
    these.len() == those.len() && pairs().all(|((this, caps), (that, others))| this == that && caps.holds_as(others))
}

/// Whether that raise was not known yet.
fn is_new(work: &Work, raise: &Raise) -> bool {
    !work.sharing.raises.iter().any(|known| known.is_same(raise))
}

/// What the cap was raised by. What was raised before this program came is no news.
fn take_raises(work: &mut Work, raises: Vec<Raise>) {
    let now = work.now.wall;
    // Nor is what a clock that was ahead dates in the time to come.
    let is_fresh = |at: Wall| now.since(at).max(at.since(now)) < MINUTE;
    let is_news = |raise: &&Raise| is_new(work, raise) && is_fresh(raise.by.at);
    let new: Vec<Raise> = raises.iter().filter(is_news).cloned().collect();
    work.sharing.raises = raises;
    for raise in new {
        let cap = work.day(raise.more.currency).cap.map(|cap| cap.of(raise.more.currency));
        work.news.push(News::CapRaised { raise, cap });
    }
}

/// Whether another program sends what is queued of that profile.
#[must_use]
pub fn sends_elsewhere(work: &Work, profile: &str) -> bool {
    work.sharing.senders.iter().any(|sender| sender.profile == profile)
}

fn take_pause(work: &mut Work, pause: Option<Stamp>) {
    if work.queue.pause == pause {
        return;
    }
    work.queue.pause.clone_from(&pause);
    if let Some(by) = pause {
        work.news.push(News::Queue(QueueNews::PausedBy(by)));
        return;
    }
    work.queue.unsent.clear();
    work.queue.paused &= work.settings.scope != Scope::All;
    announce_end_of_stop(work);
}

/// A stop has ended: tells that sending goes on, or that it stays paused. Of a halt that stands everything speaks.
fn announce_end_of_stop(work: &mut Work) {
    let news = match &work.queue.pause {
        _ if work.halt().is_some() => return,
        pause if work.queue.is_paused() => QueueNews::StillPaused(pause.clone()),
        _ => QueueNews::Resumed,
    };
    work.news.push(News::Queue(news));
}

/// Ends the halts for the budget of a day that is over: whoever halted has not seen its end, being stopped or asleep
/// since. The next task is held against today's caps. Once a day: a machine whose clock is still in the day before
/// would halt again and again.
fn end_budget_halts_of_past_days(work: &mut Work, halts: &mut BTreeMap<String, Stopped>) {
    let (today, served) = (work.day_start(), work.profiles());
    if work.store.only_reads || work.sharing.judged_on == Some(today) {
        return;
    }
    let is_over = |profile: &String, halt: &Stopped| {
        halt.why.cause == HaltCause::Budget && halt.by.at < today.plus(CLOCKS_APART_MS) && served.contains(profile)
    };
    let over: Vec<(String, Stopped)> = halts.extract_if(.., |profile, halt| is_over(profile, halt)).collect();
    for (profile, Stopped { by, .. }) in over {
        work.sharing.judged_on = Some(today);
        wish(work, &profile, Change::Resume { pause: None, halt: Some(by) });
    }
}

fn take_halt(work: &mut Work, profile: &str, stopped: Option<Stopped>) {
    let halted = &mut work.of_mut(profile).sending.halted;
    let Some(Stopped { by, why }) = stopped else {
        if halted.take_if(|halt| halt.by.is_some()).is_some() {
            announce_end_of_stop(work);
        }
        return;
    };
    if halted.as_ref().is_some_and(|halt| halt.by.as_ref() == Some(&by)) {
        return;
    }
    let halt = Halt { cause: why.cause, tasks: why.tasks, reason: why.error.reason, by: Some(by) };
    // Two programs that met the same at once halt for one reason, which was said already.
    let is_new = halted.as_ref().is_none_or(|known| (known.cause, &known.reason) != (halt.cause, &halt.reason));
    *halted = Some(halt.clone());
    if is_new {
        work.news.push(News::Queue(QueueNews::Halted(halt)));
    }
}

fn take_account(work: &mut Work, profile: &str, account: Account) {
    let served = work.of_mut(profile);
    served.account = account;
    served.sending.put_backs = account.put_backs;
    (served.sending.refusals, served.sending.failures) = (account.refusals, account.failures);
    availability::rest(work, profile, account.not_before);
    // What cannot be is not taken over; it is not to be written back either.
    work.of_mut(profile).sending.rests_until = account.not_before;
}

/// Stops all sending of the account, in every program. The first cause stays until it is seen to.
pub(super) fn halt(work: &mut Work, profile: &str, why: Why) {
    // What stops this program alone, a store that cannot be written or a cap of its own, gives way to a cause that
    // others must hear of.
    if work.of(profile).sending.halted.as_ref().is_some_and(|halt| halt.by.is_some()) {
        return;
    }
    let halt =
        Halt { cause: why.cause, tasks: why.tasks, reason: why.error.reason.clone(), by: Some(stop_stamp(work)) };
    work.news.push(News::Queue(QueueNews::Halted(halt.clone())));
    work.of_mut(profile).sending.halted = Some(halt);
    wish(work, profile, Change::Halt(why));
}

/// Stops this program's sending of the account. Others go on by what holds for them.
pub(super) fn halt_here(work: &mut Work, profile: &str, halt: Halt) {
    let halted = &mut work.of_mut(profile).sending.halted;
    if halted.is_none() {
        *halted = Some(halt.clone());
        work.news.push(News::Queue(QueueNews::Halted(halt)));
    }
}

/// The day or its caps are others now: where a cap stopped the sending, the next task is held against those.
pub(super) fn judge_budget_again(work: &mut Work) {
    for profile in work.profiles() {
        let halted = &mut work.of_mut(&profile).sending.halted;
        let Some(halt) = halted.take_if(|halt| halt.cause == HaltCause::Budget) else { continue };
        if halt.by.is_some() {
            wish(work, &profile, Change::Resume { pause: None, halt: halt.by });
        }
        announce_end_of_stop(work);
    }
}

/// Stops the sending of every program on the store, by a person's word.
pub(super) fn pause(work: &mut Work) {
    if work.store.owner.is_some() {
        // It takes the place of one of somebody else, here as on the store.
        work.queue.pause = Some(stop_stamp(work));
    } else {
        // Which program this is, others cannot be told yet. They are as soon as the store is open.
        work.queue.paused = true;
        work.news.push(News::Queue(QueueNews::Paused));
    }
    let profile = work.settings.profile.name.clone();
    wish(work, &profile, Change::Pause);
}

/// Goes on sending in every program on the store after the pause that is known here. A halt stays.
pub(super) fn end_pause(work: &mut Work) {
    work.queue.unsent.clear();
    work.queue.paused = false;
    wish_no_longer(work, |change| matches!(change, Change::Pause));
    if let Some(pause) = work.queue.pause.take() {
        let profile = work.settings.profile.name.clone();
        wish(work, &profile, Change::Resume { pause: Some(pause), halt: None });
    }
    announce_end_of_stop(work);
}

/// Goes on sending in every program on the store: after the accounts' halts that are known here, else after the pause.
/// A pause that stands beside a halt is ended by a word of its own: whoever has seen to the cause of the halt has not
/// said that what a person, an import or a start holds back is to be paid for.
pub(super) fn resume(work: &mut Work) {
    let was_halted = work.halt().is_some();
    wish_no_longer(work, |change| matches!(change, Change::Halt(_)));
    for profile in work.profiles() {
        let served = work.of_mut(&profile);
        let halt = served.sending.halted.take().and_then(|halt| halt.by);
        served.sending.reset_streaks();
        if halt.is_some() {
            wish(work, &profile, Change::Resume { pause: None, halt });
        }
    }
    match was_halted {
        true => announce_end_of_stop(work),
        false => end_pause(work),
    }
}

/// Drops what was to be handed over and has not reached the store, where it is over.
fn wish_no_longer(work: &mut Work, is_over: impl Fn(&Change) -> bool) {
    work.sharing.failed.retain(|(_, change)| !is_over(change));
    work.sharing.wishes.retain(|(_, change)| !is_over(change));
}

/// Raises today's cap, by a person's word. It holds once it is on disk.
pub(super) fn raise(work: &mut Work, more: Money) {
    let by = stamp(work);
    let profile = work.settings.profile.name.clone();
    wish(work, &profile, Change::Raise(Raise { by, more, person: None }));
}
