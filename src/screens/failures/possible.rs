//! Whether a key of the failures by cause can do something now, and if not, why.

use super::{
    Cluster, Remedy, can_plan, frame, nothing_planned, planned,
    state::{FailuresView, Mend, MendWhat},
    view,
};
use crate::{
    app::App,
    keymap::{Action, Ctx, Why},
};
use words::{problem::Problem, tr};

/// Whether a key can do that now, on a cause or while one is fixed.
///
/// # Errors
/// Why not.
pub(crate) fn possible(app: &App, action: Action) -> Result<(), Why> {
    match action {
        Action::TakeIn => takes_in(app),
        Action::Fit => fits(app),
        Action::EditPrompts | Action::FixField | Action::ComposeFirst => on_failed_cause(app),
        Action::Plan => can_plan(app),
        Action::NextField | Action::PreviousField => on_field(app),
        Action::Pictures => on_picture(app),
        _ => Ok(()),
    }
}

fn takes_in(app: &App) -> Result<(), Why> {
    match view(app).and_then(|view| Some((view, view.clusters.get(view.at)?))) {
        Some((view, cluster)) => goes(app, view, cluster),
        None => Err(Why(tr!("Move to a cause first").into())),
    }
}

/// On a cause what fits it, on the line below them the plan.
fn fits(app: &App) -> Result<(), Why> {
    let Some(view) = view(app) else { return Ok(()) };
    view.clusters.get(view.at).map_or_else(|| can_plan(app), |cluster| goes(app, view, cluster))
}

/// Whether something of a cause that is retried as it is would be sent.
fn goes(app: &App, view: &FailuresView, cluster: &Cluster) -> Result<(), Why> {
    if cluster.remedy != Remedy::Again {
        return Ok(());
    }
    let Some(held) = planned::held(app, view, cluster) else { return Ok(()) };
    if planned::blocked(app, cluster).is_some() {
        return Err(nothing_planned(app, view));
    }
    let next = tr!("{retry} in the table retries one alone.", retry = app.named(Ctx::Table, Action::Retry));
    Err(Why(Problem { next, ..held }.to_string()))
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
