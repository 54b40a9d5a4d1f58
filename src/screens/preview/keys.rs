//! What the keys do that a preview's words name: one row is dropped, the task that is repeated is edited, an unknown
//! settled, what is still queued taken back. None of them pays.

use super::{can_leave_out, can_open_line, can_send, judge_again};
use crate::{
    app::App,
    keymap::{Action, Ctx, Why},
    layer::Wish,
    preview::state::{Preview, Purpose},
    resolve, table, toast, whole_tasks,
    whole_tasks::Then,
};
use domain::{
    retry,
    task::{TaskKey, TaskState},
};
use engine::{act::Act, effect::Level};
use words::tr;

/// Whether a key of the preview can do that now.
///
/// # Errors
/// Why not.
pub(crate) fn possible(app: &App, action: Action) -> Result<(), Why> {
    match action {
        Action::Send => can(app, |preview| match preview {
            // Enter takes the price first.
            Preview { price: Some(_), sent: None, .. } => Ok(()),
            preview => can_send(app, preview),
        }),
        Action::LeaveOut => can(app, can_leave_out),
        Action::Editor => can_open_line(app),
        Action::Drop => can_drop(app),
        Action::Edit => can_edit(app),
        Action::Resolve => can_resolve(app),
        Action::Cancel => can_cancel(app),
        _ => Ok(()),
    }
}

fn can(app: &App, does: impl FnOnce(&Preview) -> Result<(), Why>) -> Result<(), Why> {
    app.screen.top::<Preview>().map_or_else(|| Err(Why(tr!("There is no preview").into())), does)
}

fn shown(app: &App) -> Option<&Preview> {
    app.screen.top::<Preview>().filter(|preview| preview.sent.is_none())
}

/// Whether one of the rows can be left out.
///
/// # Errors
/// Why not.
fn can_drop(app: &App) -> Result<(), Why> {
    match shown(app) {
        Some(preview) if preview.items.len() > 1 => Ok(()),
        Some(_) | None => {
            Err(Why(tr!("One task is all there is; {back} goes back", back = app.named(Ctx::Global, Action::Back))))
        }
    }
}

/// Drops the row under the cursor; sum, warnings and caps follow.
pub(crate) fn drop_row(app: &mut App) {
    let now = app.work.now.mono;
    let Some(preview) = app.screen.top_mut::<Preview>() else { return };
    if preview.sent.is_some() || preview.items.len() < 2 || preview.place.at >= preview.items.len() {
        return;
    }
    let left_out = preview.items.remove(preview.place.at);
    preview.place.at = preview.place.at.min(preview.items.len() - 1);
    // What Enter does has changed under the person's fingers.
    preview.opened = now;
    // The rows may be scrolled out of sight.
    let prompt = domain::text::gist(&left_out.request.prompt);
    // It holds for as long as the preview is open: the next key takes the words away.
    toast::show_folded(app, Level::Info, tr!("left out: {prompt}", prompt), None, Some(toast::Kind::Reply));
    judge_again(app);
}

/// The task that the row under the cursor repeats.
fn parent(app: &App) -> Option<TaskKey> {
    let preview = shown(app)?;
    preview.items.get(preview.place.at)?.parent
}

/// Whether there is a task to edit.
///
/// # Errors
/// Why not.
fn can_edit(app: &App) -> Result<(), Why> {
    match parent(app) {
        Some(_) => Ok(()),
        None => Err(Why(tr!("It is new; {back} goes back to it", back = app.named(Ctx::Global, Action::Back)))),
    }
}

/// Opens what would be sent again in compose; an edit is there already.
pub(crate) fn edit(app: &mut App) -> Vec<Wish> {
    let (Some(key), Some(purpose)) = (parent(app), shown(app).map(|preview| preview.purpose)) else {
        return Vec::new();
    };
    if purpose == Purpose::EditRetry {
        app.screen.layers.pop();
        return Vec::new();
    }
    app.screen.layers.clear();
    table::go_to(app, key);
    whole_tasks::with(app, &[key], Then::Edit)
}

/// The unknown that a row repeats, or that asks for the same.
fn unknown(app: &App) -> Option<TaskKey> {
    let preview = shown(app)?;
    let is_unknown = |key: &TaskKey| app.work.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Unknown);
    let unknowns = || app.work.tasks.unknown_tasks();
    let parents = preview.items.iter().filter_map(|item| item.parent);
    let twins = preview.items.iter().filter_map(|item| retry::unknown_twin(&item.request, unknowns()));
    parents.filter(is_unknown).chain(twins).next()
}

/// Whether there is an unknown to settle.
///
/// # Errors
/// Why not.
fn can_resolve(app: &App) -> Result<(), Why> {
    unknown(app).map(drop).ok_or_else(|| Why(tr!("No unknown asks for the same").into()))
}

/// Settles it, over the preview.
pub(crate) fn resolve(app: &mut App) -> Vec<Wish> {
    unknown(app).map_or_else(Vec::new, |key| resolve::open_for(app, key))
}

/// The tasks still queued that are repeated.
fn queued(app: &App) -> Vec<TaskKey> {
    let is_queued = |key: &TaskKey| app.work.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Queued);
    let parents = shown(app).into_iter().flat_map(|preview| &preview.items).filter_map(|item| item.parent);
    parents.filter(is_queued).collect()
}

/// Whether something repeated is still queued.
///
/// # Errors
/// Why not.
fn can_cancel(app: &App) -> Result<(), Why> {
    if queued(app).is_empty() { Err(Why(tr!("Nothing of this is queued yet").into())) } else { Ok(()) }
}

/// Takes it back.
pub(crate) fn cancel(app: &App) -> Vec<Wish> {
    vec![Wish::Act(Act::Cancel(queued(app)))]
}
