//! The program as a function: state, messages, effects, `update`, the schedules, the keymap. Plain data in, plain data
//! out; no clock, no I/O.

pub mod after;
pub mod app;
pub mod away;
pub mod command_line;
pub mod commands;
pub mod compose;
pub mod copy;
pub mod detail;
pub mod failures;
pub mod key;
pub mod keymap;
pub mod kit;
pub mod money;
pub mod notice;
pub mod palette;
pub mod pick;
pub mod preview;
pub mod reload;
pub mod screen;
pub mod shell;
pub mod table;
pub mod terms;
pub mod toast;
pub mod welcome;

use crate::{
    domain::{
        money::Ptc,
        task::Phase,
        time::{Mono, Now, SECOND},
    },
    engine,
    engine::{
        effect::Effect,
        msg::{LocalMsg, Msg},
    },
    screens::{
        app::App,
        shell::{input, layout},
    },
};

/// Takes one thing that happened, changes the state, and tells what is to be done. The only way the state changes.
#[must_use]
pub fn update(app: &mut App, msg: Msg, now: Now) -> Vec<Effect> {
    let before = std::mem::replace(&mut app.work.now, now);
    if now.has_leapt(before) {
        engine::plan_anew(app);
    }
    let mut effects = match msg {
        Msg::Input(input) => input::input(app, input),
        Msg::Wake => Vec::new(),
        Msg::Store(msg) => engine::store::store(app, msg),
        Msg::Http(msg) => engine::http(app, msg),
        Msg::Save(msg) => engine::saver::save(app, msg),
        Msg::Local(LocalMsg::Key { result }) => engine::key_read(app, result),
        Msg::Local(msg) => compose::local(app, msg),
        Msg::Signal(signal) => engine::ending::signal(app, signal),
        Msg::Act(act) => engine::act(app, act),
        Msg::Config(result) => {
            reload::take(app, result);
            Vec::new()
        }
    };
    failures::follow(app);
    effects.extend(failures::tell_round(app));
    effects.extend(detail::follow(app));
    toast::expire(app);
    effects.extend(compose::wake(app));
    effects.extend(notice::wake(app));
    effects.extend(engine::schedule(app));
    effects
}

/// The moment at which the state changes by itself, if nothing happens before: the program sleeps until then.
#[must_use]
pub fn next_deadline(app: &App) -> Option<Mono> {
    let all = [
        engine::next_deadline(app),
        toast::deadline(app),
        compose::deadline(app),
        detail::deadline(app),
        notice::deadline(app),
        ages(app),
        midnight(app),
    ];
    all.into_iter().flatten().min()
}

/// While confirmed tasks can be undone, the seconds left are counted down.
fn undo_step(app: &App) -> Option<Mono> {
    let windows = app.work.queue.last_batch.iter().filter_map(|key| match app.work.tasks.live.get(key)?.phase {
        Phase::Queued { .. } => Some(engine::queue::undo_left(app, *key)),
        _ => None,
    });
    let left = windows.max().filter(|left| *left > 0)?;
    let to_second = (left - 1) % SECOND + 1;
    Some(app.work.now.mono.plus(to_second))
}

/// Elapsed times are shown in steps, and only they move by themselves: an idle program sleeps.
fn ages(app: &App) -> Option<Mono> {
    let step = layout::step_ms(&app.work.settings.ui);
    let moving = [crate::domain::task::TaskState::Sending, crate::domain::task::TaskState::Running];
    let any =
        moving.iter().any(|which| app.work.tasks.counts[*which as usize] > 0) || !app.work.saver.active.is_empty();
    let slow = any.then(|| Mono((app.work.now.mono.0 / step + 1) * step));
    let next = [slow, undo_step(app)].into_iter().flatten().min();
    next.filter(|_| app.work.settings.interactive)
}

/// At the user's midnight what was spent "today" becomes yesterday's.
fn midnight(app: &App) -> Option<Mono> {
    let shown = app.work.settings.interactive && app.work.money.spent_today > Ptc::ZERO;
    shown.then(|| app.work.now.mono_at(app.work.now.day_end()))
}
