//! The dashboard as a function: what each screen holds, does and shows, and the keymap. Plain data in, plain data out;
//! no clock, no I/O.

#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod actions;
mod after_send;
mod answers;
pub mod app;
mod carry_out;
mod command_line;
mod commands;
pub mod compose;
pub mod confirm;
mod contact_sheet;
pub mod copy;
pub mod detail;
mod failures;
mod gallery;
pub mod help;
pub mod hints;
pub mod key;
pub mod keymap;
pub mod layer;
mod layout;
pub mod linear;
pub mod lists;
mod messages;
mod money;
pub mod msg;
pub mod news;
mod notice;
pub mod palette;
pub mod pick;
pub mod preview;
mod refunds;
pub mod resolve;
pub(crate) mod scope;
pub mod screen;
pub mod shell;
pub mod sights;
pub mod since_last_time;
mod store_errors;
pub mod table;
#[cfg(test)]
mod testing;
pub mod toast;
mod undo;
pub mod welcome;
mod who;
mod whole_tasks;
pub mod widgets;

use crate::{
    app::App,
    carry_out::{carry_out, work},
    msg::Msg,
    shell::{input, pictures},
};
use domain::{
    amount::Totals,
    task::Phase,
    time::{Mono, Now, SECOND},
};
use engine::{
    Driven,
    effect::Effect,
    msg::{HttpMsg, LocalMsg, Msg as WorkMsg, StoreMsg},
    settings::Settings,
};

/// Takes one thing that happened, changes the state, and tells what is to be done. The only way the state changes.
#[must_use]
pub fn update(app: &mut App, msg: impl Into<Msg>, now: Now) -> Vec<Effect> {
    followed(app, now, |app| match msg.into() {
        Msg::Input(input) => {
            let mut effects = input::input(app, input);
            effects.extend(work(app, WorkMsg::Wake));
            effects
        }
        Msg::Work(msg) => happened(app, msg),
    })
}

/// What happens, with what the screens do after it.
fn followed(app: &mut App, now: Now, happens: impl FnOnce(&mut App) -> Vec<Effect>) -> Vec<Effect> {
    engine::set_now(&mut app.work, now);
    let mut effects = happens(app);
    failures::follow(app);
    let asks = preview::follow(app);
    effects.extend(carry_out(app, asks));
    failures::tell_round(app);
    effects.extend(detail::follow(app));
    toast::expire(app);
    money::tell_balances(app);
    let asks = money::follow(app);
    effects.extend(carry_out(app, asks));
    compose::follow(app);
    if app.screen.compose.wants_preview.is_none() {
        toast::read(app);
    }
    table::pins::keep(app);
    table::place::see(app);
    effects.extend(pictures::follow(app));
    effects.extend(table::found::follow(app));
    let mut wishes = compose::wake(app);
    wishes.extend(failures::frame::wake(app));
    effects.extend(carry_out(app, wishes));
    effects.extend(notice::wake(app));
    effects.extend(table::kept::wake(app));
    effects.extend(table::archive::follow(app));
    effects.extend(since_last_time::note(app, &effects));
    effects
}

/// The work first, then what the message has for the screens.
fn happened(app: &mut App, msg: WorkMsg) -> Vec<Effect> {
    let mut effects = match msg {
        WorkMsg::Store(StoreMsg::Opened { owner, total, last_seen, drafts }) => {
            let opened = StoreMsg::Opened { owner, total, last_seen, drafts: Vec::new() };
            let mut effects = work(app, WorkMsg::Store(opened));
            welcome::offer(app);
            since_last_time::begin(app, last_seen);
            let wishes = compose::restore(app, drafts);
            effects.extend(carry_out(app, wishes));
            return effects;
        }
        WorkMsg::Local(LocalMsg::Key { .. }) => {
            let effects = work(app, msg);
            welcome::offer(app);
            return effects;
        }
        WorkMsg::Store(StoreMsg::Archived { filter, rows }) => {
            pick::archive_came(app, &filter, &rows);
            table::archive::came(app, filter, rows);
            Vec::new()
        }
        WorkMsg::Store(StoreMsg::View(view)) => {
            table::kept::restore(app, *view);
            Vec::new()
        }
        WorkMsg::Store(StoreMsg::Detail(found)) => {
            let mut wishes = compose::parent_came(app, &found.task);
            wishes.extend(detail::loaded(app, found));
            carry_out(app, wishes)
        }
        WorkMsg::Store(StoreMsg::NoSuchTask { key }) => {
            detail::no_such(app, key);
            let wishes = compose::parent_gone(app, key);
            carry_out(app, wishes)
        }
        WorkMsg::Local(LocalMsg::Seen { sight, result }) => {
            sights::seen(app, sight, result);
            Vec::new()
        }
        WorkMsg::Local(LocalMsg::UserFiles(engine::user_files::UserFiles::FilesFound { keys, missing })) => {
            table::found::looked(app, &keys, &missing);
            Vec::new()
        }
        WorkMsg::Local(msg) => answers::local(app, msg),
        WorkMsg::Http(HttpMsg::File { key, ticket, file, reply }) if copy::is_asked(app, ticket) => {
            let found = engine::saver::address(&app.work, key, &file, &reply);
            copy::addressed(app, found)
        }
        msg => return work(app, msg),
    };
    effects.extend(work(app, WorkMsg::Wake));
    effects
}

impl Driven for App {
    type Msg = Msg;

    fn new(settings: Settings, now: Now) -> Self {
        Self::new(settings, now)
    }

    fn update(&mut self, msg: Msg, now: Now) -> Vec<Effect> {
        update(self, msg, now)
    }

    fn next_deadline(&self) -> Option<Mono> {
        next_deadline(self)
    }
}

/// The moment at which the state changes by itself, if nothing happens before: the program sleeps until then.
#[must_use]
pub fn next_deadline(app: &App) -> Option<Mono> {
    let all = [
        engine::next_deadline(&app.work),
        toast::deadline(app),
        compose::deadline(app),
        table::kept::deadline(app),
        failures::frame::deadline(app),
        detail::deadline(app),
        money::deadline(app),
        notice::deadline(app),
        store_errors::deadline(app),
        ages(app),
        midnight(app),
    ];
    all.into_iter().flatten().min()
}

/// While confirmed tasks can be undone, the seconds left are counted down.
fn undo_step(app: &App) -> Option<Mono> {
    let windows = app.work.queue.last_batch.iter().filter_map(|key| match app.work.tasks.live.get(key)?.phase {
        Phase::Queued { .. } => Some(engine::queue::undo_left(&app.work, *key)),
        _ => None,
    });
    let left = windows.max().filter(|left| *left > 0)?;
    let to_second = (left - 1) % SECOND + 1;
    Some(app.work.now.mono.plus(to_second))
}

/// Elapsed times are shown in steps, and only they move by themselves: an idle program sleeps.
fn ages(app: &App) -> Option<Mono> {
    let step = layout::step_ms(&app.work.settings.ui);
    let moving = [domain::task::TaskState::Sending, domain::task::TaskState::Running];
    let any =
        moving.iter().any(|which| app.work.tasks.counts[*which as usize] > 0) || !app.work.saver.active.is_empty();
    let slow = any.then(|| Mono((app.work.now.mono.0 / step + 1) * step));
    let next = [slow, undo_step(app)].into_iter().flatten().min();
    next.filter(|_| app.work.settings.interactive)
}

/// At the user's midnight what was spent "today" becomes yesterday's.
fn midnight(app: &App) -> Option<Mono> {
    let shown = app.work.settings.interactive && app.work.money.spent_today != Totals::default();
    shown.then(|| app.work.now.mono_at(app.work.now.day_end()))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    dead_code,
    reason = "a test may panic; not every floor reads every kind"
)]
#[path = "../../tests/parsers/change.rs"]
mod change;
