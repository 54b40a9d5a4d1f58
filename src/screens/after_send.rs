//! What was confirmed in a preview is queued: the screen that it came from goes on.

use crate::{
    app::App,
    compose, failures,
    keymap::{Action, Ctx, Pane},
    preview::Queued,
    preview::state::Purpose,
    table, toast, undo,
    undo::Done,
};
use domain::{task::TaskKey, time::SECOND};
use engine::effect::{Effect, Level};
use words::tr;

/// Tells of it, remembers it for undo, and has its screen take up that it is sent.
pub(crate) fn queued(app: &mut App, Queued { purpose, profile, tasks }: Queued) -> Vec<Effect> {
    let count = tasks.len();
    let (Some(first), Some(last)) = (tasks.first().copied(), tasks.last().copied()) else { return Vec::new() };
    let pattern = match purpose {
        Purpose::New | Purpose::EditRetry => compose::pattern(app, count),
        Purpose::Retry | Purpose::File | Purpose::Plan => None,
    };
    undo::remember(app, Done::Queued { keys: tasks.clone(), pattern });
    if let Some(parent) = app.work.tasks.rows.get(&first).and_then(|row| row.parent.get()) {
        app.screen.table.acts_on(parent);
    }
    let effects = match purpose {
        Purpose::Retry => {
            let parent = |key| app.work.tasks.rows.get(key).and_then(|row| row.parent.get());
            let parents: Vec<TaskKey> = tasks.iter().filter_map(parent).collect();
            table::clear_marks(app, &parents);
            Vec::new()
        }
        // A file leaves the draft in compose alone.
        Purpose::File => Vec::new(),
        Purpose::Plan => {
            failures::sent(app, tasks);
            Vec::new()
        }
        Purpose::New | Purpose::EditRetry => compose::sent(app),
    };
    if app.screen.pane == Pane::Compose {
        app.screen.pane = Pane::Table;
    }
    // The cursor stays: the next key is about the next row, and `to_new` leads to these.
    let shown = app.screen.table.order.contains(&first);
    let resume = || app.screen.voice.resume.as_str();
    let undo_ms = app.work.settings.queue.undo_ms;
    let (when, is_so) = match (&app.work.of(&profile).sending.halted, app.work.queue.is_paused(), undo_ms) {
        (Some(_), ..) => (tr!("sending is halted: {pause} resumes it", pause = resume()), None),
        (None, true, _) => (tr!("sending is paused: {pause} resumes it", pause = resume()), None),
        (None, false, 0) => (tr!("sends now").to_owned(), None),
        (None, false, ms) => {
            let (seconds, undo) = (ms.div_ceil(SECOND), app.named(Ctx::Table, Action::Undo));
            (tr!("sends in {seconds} s, {undo} takes it back", seconds, undo), Some(app.work.now.mono.plus(ms)))
        }
    };
    let text = match count {
        1 => tr!("queued {key}, {when}", key = first, when),
        count => {
            let (from, to) = (first.min(last), first.max(last));
            tr!("queued {count} tasks, {from} to {to}, {when}", count, from, to, when)
        }
    };
    let text = if shown { text } else { tr!("{text}; the filter hides it", text) };
    toast::show(app, Level::Info, text, Some(first).filter(|_| count == 1));
    // Once they are sent, they cannot be taken back.
    if let (Some(is_so), Some(said)) = (is_so, app.screen.toasts.back_mut()) {
        said.until = said.until.min(is_so);
    }
    effects
}
