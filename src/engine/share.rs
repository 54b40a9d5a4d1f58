//! What belongs to the account or to every program on the store (`domain::account`): a pause, a halt, waits that the
//! service asked for, failures in a row, who sends.
//!
//! A change counts here at once and in the store in its turn; until the store has answered, older news of it is not taken.
//! The store refuses every wish to send once a stop is on disk, so nothing here needs to be quick to be safe.

use super::ticket;
use crate::{
    domain::{
        account::{Account, Change, Shared, Stamp, Stopped, Why},
        problem::Problem,
        time::Wall,
    },
    engine::{
        effect::{Effect, Level, StoreCmd, Ticket},
        settings::Scope,
        work::Halt,
    },
    screens::{app::App, keymap, keymap::Ctx, toast},
    service::answer::HaltCause,
    tr,
};

/// This program and now, as others are told of it.
pub(super) fn stamp(app: &App) -> Stamp {
    let owner = app.work.store.owner.as_deref().unwrap_or_default();
    let process = owner.split('-').next().unwrap_or_default();
    Stamp { who: format!("{} {process}", app.work.settings.face), at: app.work.now.wall }
}

/// Whether that was done by this program.
#[must_use]
pub fn is_ours(app: &App, by: &Stamp) -> bool {
    stamp(app).who == by.who
}

/// Puts a change down for the store. [`due`] hands it over.
pub(super) fn wish(app: &mut App, change: Change) {
    app.work.sharing.wishes.push(change);
}

/// Hands over what the store has not been told yet.
pub(super) fn due(app: &mut App) -> Vec<Effect> {
    if app.work.store.owner.is_none() {
        return Vec::new();
    }
    let account = account(app);
    if account != app.work.sharing.account {
        app.work.sharing.account = account;
        wish(app, Change::Keep(account));
    }
    let serves = app.work.settings.scope == Scope::All && app.work.settings.has_key && !app.work.queue.paused;
    if serves != app.work.sharing.serves && app.work.ending.is_none() {
        app.work.sharing.serves = serves;
        wish(app, Change::Serve(serves));
    }
    let wishes = std::mem::take(&mut app.work.sharing.wishes);
    wishes.into_iter().map(|change| hand_over(app, change)).collect()
}

fn hand_over(app: &mut App, change: Change) -> Effect {
    let (ticket, by) = (ticket(app), stamp(app));
    app.work.sharing.under_way.insert(ticket, change.clone());
    let profile = app.work.settings.profile.name.clone();
    Effect::Store(StoreCmd::Share { ticket, profile, by, change })
}

/// The store could not take it: it is handed over again with the writes that failed. Whether it was one of these.
pub(super) fn failed(app: &mut App, of: Ticket) -> bool {
    let change = app.work.sharing.under_way.remove(&of);
    let found = change.is_some();
    app.work.sharing.failed.extend(change);
    found
}

/// Hands over again what failed.
pub(super) fn retry(app: &mut App) {
    let failed = std::mem::take(&mut app.work.sharing.failed);
    app.work.sharing.wishes.splice(0..0, failed);
}

fn account(app: &App) -> Account {
    let queue = &app.work.queue;
    let (put_backs, refusals, failures) = (queue.put_backs, queue.refusals, queue.failures);
    Account { not_before: queue.rests_until, put_backs, refusals, failures }
}

/// The store's word on all of it.
pub(super) fn heard(app: &mut App, of: Option<Ticket>, shared: Shared) {
    if let Some(ticket) = of {
        app.work.sharing.under_way.remove(&ticket);
        super::store::healthy(app);
    }
    let Shared { pause, mut halts, accounts, senders } = shared;
    app.work.sharing.senders = senders;
    if !app.work.sharing.is_told() {
        return; // Ours is newer.
    }
    let profile = app.work.settings.profile.name.clone();
    paused(app, pause);
    halted(app, halts.remove(&profile));
    if let Some(account) = accounts.get(&profile) {
        take(app, *account);
    }
    // Whoever sends has said that what is unsent is to be paid for.
    let sends = app.work.sharing.senders.iter().any(|sender| sender.profile == profile);
    if sends && app.work.settings.scope == Scope::All && app.work.queue.paused {
        app.work.queue.paused = false;
        app.work.queue.unsent.clear();
    }
}

fn paused(app: &mut App, pause: Option<Stamp>) {
    if app.work.queue.pause == pause {
        return;
    }
    let text = match &pause {
        Some(by) => tr!("sending paused by {who}", who = by.who),
        None => tr!("sending goes on").to_owned(),
    };
    app.work.queue.pause = pause;
    if app.work.queue.pause.is_none() {
        app.work.queue.unsent.clear();
        app.work.queue.paused &= app.work.settings.scope != Scope::All;
    }
    toast::say(app, Level::Info, text, None);
}

fn halted(app: &mut App, stopped: Option<Stopped>) {
    let Some(Stopped { by, why }) = stopped else {
        if app.work.queue.halted.take_if(|halt| halt.cause != HaltCause::Store).is_some() {
            toast::say(app, Level::Info, tr!("sending goes on").to_owned(), None);
        }
        return;
    };
    if app.work.queue.halted.as_ref().is_some_and(|halt| halt.by.as_ref() == Some(&by)) {
        return;
    }
    let halt = Halt { cause: why.cause, problem: problem(app, &why), by: Some(by) };
    toast::say(app, Level::Error, halt.problem.to_string(), None);
    app.work.queue.halted = Some(halt);
}

fn take(app: &mut App, account: Account) {
    app.work.sharing.account = account;
    app.work.queue.put_backs = account.put_backs;
    (app.work.queue.refusals, app.work.queue.failures) = (account.refusals, account.failures);
    super::queue::rest(app, account.not_before);
    // What cannot be is not taken over; it is not to be written back either.
    app.work.queue.rests_until = account.not_before;
}

/// Stops all sending of the account, in every program. The first cause stays until it is seen to.
pub(super) fn halt(app: &mut App, why: Why) {
    // Only a store that cannot be written, which mends itself, gives way to a cause that needs a person.
    if app.work.queue.halted.as_ref().is_some_and(|halt| halt.cause != HaltCause::Store) {
        return;
    }
    let problem = problem(app, &why);
    toast::say(app, Level::Error, problem.to_string(), None);
    let by = stamp(app);
    app.work.queue.halted = Some(Halt { cause: why.cause, problem, by: Some(by) });
    wish(app, Change::Halt(why));
}

/// A halt in words, for this reader.
fn problem(app: &App, why: &Why) -> Problem {
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
                tr!("{failures} shows the failures by cause.", failures = keymap::named(app, Ctx::Table, "failures"));
            return Problem::new(what, error.message.trim_end_matches(['.', '。']), next);
        }
    };
    Problem::new(what, error.message.clone(), error.next.clone())
}

/// Stops the sending of every program on the store, by a person's word.
pub(super) fn pause(app: &mut App) {
    if app.work.store.owner.is_none() {
        // No store yet, and so no other program to stop.
        app.work.queue.paused = true;
        return;
    }
    let by = stamp(app);
    app.work.queue.pause.get_or_insert(by);
    wish(app, Change::Pause);
}

/// Goes on sending, in every program on the store.
pub(super) fn resume(app: &mut App, halt: bool) {
    app.work.queue.unsent.clear();
    app.work.queue.paused = false;
    let paused = app.work.queue.pause.take().is_some();
    // What was to stop them is not wished any longer.
    let stops = |change: &Change| matches!(change, Change::Pause | Change::Halt(_));
    app.work.sharing.failed.retain(|change| !stops(change));
    app.work.sharing.wishes.retain(|change| !stops(change));
    if halt {
        app.work.queue.halted = None;
        super::streak::forget(app);
    }
    if paused || halt {
        wish(app, Change::Resume { halt });
    }
}

/// Whether the service's wish to wait until then can be meant: one further ahead is from before the clock was set back.
pub(super) fn can_be(app: &App, until: Wall) -> bool {
    until <= app.work.now.wall.plus(super::queue::LONGEST_WAIT)
}
