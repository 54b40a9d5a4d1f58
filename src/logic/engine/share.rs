//! What belongs to the account or to every program on the store (`domain::account`): a pause, a halt, waits that the
//! service asked for, failures in a row, who sends.
//!
//! A change counts here at once and in the store in its turn; until the store has answered, older news of it is not taken.
//! The store refuses every wish to send once a stop is on disk, so nothing here needs to be quick to be safe.

use super::ticket;
use crate::{
    domain::{
        account::{Account, Change, Shared, Stamp, Stopped, Why},
        answer::HaltCause,
        problem::Problem,
        time::Wall,
    },
    logic::{
        effect::{Effect, Level, StoreCmd, Ticket},
        keymap::{self, Ctx},
        settings::Scope,
        state::{Halt, State},
        toast,
    },
    tr,
};

/// This program and now, as others are told of it.
pub(super) fn stamp(state: &State) -> Stamp {
    let owner = state.store.owner.as_deref().unwrap_or_default();
    let process = owner.split('-').next().unwrap_or_default();
    Stamp { who: format!("{} {process}", state.settings.face), at: state.now.wall }
}

/// Whether that was done by this program.
#[must_use]
pub fn is_ours(state: &State, by: &Stamp) -> bool {
    stamp(state).who == by.who
}

/// Puts a change down for the store. [`due`] hands it over.
pub(super) fn wish(state: &mut State, change: Change) {
    state.sharing.wishes.push(change);
}

/// Hands over what the store has not been told yet.
pub(super) fn due(state: &mut State) -> Vec<Effect> {
    if state.store.owner.is_none() {
        return Vec::new();
    }
    let account = account(state);
    if account != state.sharing.account {
        state.sharing.account = account;
        wish(state, Change::Keep(account));
    }
    let serves = state.settings.scope == Scope::All && state.settings.has_key && !state.queue.paused;
    if serves != state.sharing.serves && state.ending.is_none() {
        state.sharing.serves = serves;
        wish(state, Change::Serve(serves));
    }
    let wishes = std::mem::take(&mut state.sharing.wishes);
    wishes.into_iter().map(|change| hand_over(state, change)).collect()
}

fn hand_over(state: &mut State, change: Change) -> Effect {
    let (ticket, by) = (ticket(state), stamp(state));
    state.sharing.under_way.insert(ticket, change.clone());
    let profile = state.settings.profile.name.clone();
    Effect::Store(StoreCmd::Share { ticket, profile, by, change })
}

/// The store could not take it: it is handed over again with the writes that failed. Whether it was one of these.
pub(super) fn failed(state: &mut State, of: Ticket) -> bool {
    let change = state.sharing.under_way.remove(&of);
    let found = change.is_some();
    state.sharing.failed.extend(change);
    found
}

/// Hands over again what failed.
pub(super) fn retry(state: &mut State) {
    let failed = std::mem::take(&mut state.sharing.failed);
    state.sharing.wishes.splice(0..0, failed);
}

fn account(state: &State) -> Account {
    let queue = &state.queue;
    let (put_backs, refusals, failures) = (queue.put_backs, queue.refusals, queue.failures);
    Account { not_before: queue.rests_until, put_backs, refusals, failures }
}

/// The store's word on all of it.
pub(super) fn heard(state: &mut State, of: Option<Ticket>, shared: Shared) {
    if let Some(ticket) = of {
        state.sharing.under_way.remove(&ticket);
        super::store::healthy(state);
    }
    let Shared { pause, mut halts, accounts, senders } = shared;
    state.sharing.senders = senders;
    if !state.sharing.is_told() {
        return; // Ours is newer.
    }
    let profile = state.settings.profile.name.clone();
    paused(state, pause);
    halted(state, halts.remove(&profile));
    if let Some(account) = accounts.get(&profile) {
        take(state, *account);
    }
    // Whoever sends has said that what is unsent is to be paid for.
    let sends = state.sharing.senders.iter().any(|sender| sender.profile == profile);
    if sends && state.settings.scope == Scope::All && state.queue.paused {
        state.queue.paused = false;
        state.queue.unsent.clear();
    }
}

fn paused(state: &mut State, pause: Option<Stamp>) {
    if state.queue.pause == pause {
        return;
    }
    let text = match &pause {
        Some(by) => tr!("sending paused by {who}", who = by.who),
        None => tr!("sending goes on").to_owned(),
    };
    state.queue.pause = pause;
    if state.queue.pause.is_none() {
        state.queue.unsent.clear();
        state.queue.paused &= state.settings.scope != Scope::All;
    }
    toast::say(state, Level::Info, text, None);
}

fn halted(state: &mut State, stopped: Option<Stopped>) {
    let Some(Stopped { by, why }) = stopped else {
        if state.queue.halted.take_if(|halt| halt.cause != HaltCause::Store).is_some() {
            toast::say(state, Level::Info, tr!("sending goes on").to_owned(), None);
        }
        return;
    };
    if state.queue.halted.as_ref().is_some_and(|halt| halt.by.as_ref() == Some(&by)) {
        return;
    }
    let halt = Halt { cause: why.cause, problem: problem(state, &why), by: Some(by) };
    toast::say(state, Level::Error, halt.problem.to_string(), None);
    state.queue.halted = Some(halt);
}

fn take(state: &mut State, account: Account) {
    state.sharing.account = account;
    state.queue.put_backs = account.put_backs;
    (state.queue.refusals, state.queue.failures) = (account.refusals, account.failures);
    super::queue::rest(state, account.not_before);
    // What cannot be is not taken over; it is not to be written back either.
    state.queue.rests_until = account.not_before;
}

/// Stops all sending of the account, in every program. The first cause stays until it is seen to.
pub(super) fn halt(state: &mut State, why: Why) {
    // Only a store that cannot be written, which mends itself, gives way to a cause that needs a person.
    if state.queue.halted.as_ref().is_some_and(|halt| halt.cause != HaltCause::Store) {
        return;
    }
    let problem = problem(state, &why);
    toast::say(state, Level::Error, problem.to_string(), None);
    let by = stamp(state);
    state.queue.halted = Some(Halt { cause: why.cause, problem, by: Some(by) });
    wish(state, Change::Halt(why));
}

/// A halt in words, for this reader.
fn problem(state: &State, why: &Why) -> Problem {
    let Why { cause, tasks, error } = why;
    let what = match cause {
        HaltCause::Key => tr!("sending stopped: the key was not accepted").to_owned(),
        HaltCause::Balance => tr!("sending stopped: the balance or quota is used up").to_owned(),
        HaltCause::Address => tr!("sending stopped: what answers at base_url is not the service").to_owned(),
        HaltCause::Store => tr!("sending stopped: the store cannot be written").to_owned(),
        HaltCause::Failures(class) => {
            let what =
                tr!("sending stopped: {tasks} tasks in a row came to nothing ({kind})", tasks, kind = class.label());
            let next =
                tr!("{failures} shows the failures by cause.", failures = keymap::named(state, Ctx::Table, "failures"));
            return Problem::new(what, error.message.trim_end_matches(['.', '。']), next);
        }
    };
    Problem::new(what, error.message.clone(), error.next.clone())
}

/// Stops the sending of every program on the store, by a person's word.
pub(super) fn pause(state: &mut State) {
    if state.store.owner.is_none() {
        // No store yet, and so no other program to stop.
        state.queue.paused = true;
        return;
    }
    let by = stamp(state);
    state.queue.pause.get_or_insert(by);
    wish(state, Change::Pause);
}

/// Goes on sending, in every program on the store.
pub(super) fn resume(state: &mut State, halt: bool) {
    state.queue.unsent.clear();
    state.queue.paused = false;
    let paused = state.queue.pause.take().is_some();
    // What was to stop them is not wished any longer.
    let stops = |change: &Change| matches!(change, Change::Pause | Change::Halt(_));
    state.sharing.failed.retain(|change| !stops(change));
    state.sharing.wishes.retain(|change| !stops(change));
    if halt {
        state.queue.halted = None;
        super::streak::forget(state);
    }
    if paused || halt {
        wish(state, Change::Resume { halt });
    }
}

/// Whether the service's wish to wait until then can be meant: one further ahead is from before the clock was set back.
pub(super) fn can_be(state: &State, until: Wall) -> bool {
    until <= state.now.wall.plus(super::queue::LONGEST_WAIT)
}
