//! Whether a key of the failures by cause can do something now, and if not, why.

use super::{
    Remedy, can_plan, frame,
    state::{Mend, MendWhat},
    view,
};
use crate::{
    app::App,
    keymap::{Action, Ctx, Why},
};
use words::tr;

/// Whether a key can do that now, on a cause or while one is fixed.
///
/// # Errors
/// Why not.
pub(crate) fn possible(app: &App, action: Action) -> Result<(), Why> {
    match action {
        Action::TakeIn => on_cause(app),
        Action::EditPrompts | Action::FixField | Action::ComposeFirst => on_failed_cause(app),
        Action::Plan => can_plan(app),
        Action::NextField | Action::PreviousField => on_field(app),
        Action::Pictures => on_picture(app),
        _ => Ok(()),
    }
}

fn on_cause(app: &App) -> Result<(), Why> {
    match view(app).and_then(|view| view.clusters.get(view.at)) {
        Some(_) => Ok(()),
        None => Err(Why(tr!("Move to a cause first").into())),
    }
}

/// A cause that can be mended: not one whose tasks are unknown.
fn on_failed_cause(app: &App) -> Result<(), Why> {
    match view(app).and_then(|view| view.clusters.get(view.at)).map(|cluster| cluster.remedy) {
        Some(Remedy::Settle) => Err(Why(tr!(
            "The outcome of these is unknown; {fit} resolves the first",
            fit = app.named(Ctx::Failures, Action::Fit),
        ))),
        Some(Remedy::Again | Remedy::EditPrompts | Remedy::FixField(_)) => Ok(()),
        None => Err(Why(tr!("Move to a cause first").into())),
    }
}

fn on_field(app: &App) -> Result<(), Why> {
    match app.screen.top() {
        Some(Mend { what: MendWhat::Field { .. }, .. }) => Ok(()),
        _ => Err(Why(tr!(
            "The prompts are being edited; {back}, then {set} sets a field",
            back = app.named(Ctx::Global, Action::Back),
            set = app.named(Ctx::Failures, Action::FixField),
        ))),
    }
}

fn on_picture(app: &App) -> Result<(), Why> {
    match frame::field(app) {
        Some(_) => Ok(()),
        None => Err(Why(tr!("Only a picture's field has files to choose from").into())),
    }
}
