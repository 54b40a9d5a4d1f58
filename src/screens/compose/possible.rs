//! Whether a key of compose can do something now, and if not, why.

use super::{choose::Choose, pictures::to_shrink, rows};
use crate::{
    app::App,
    keymap::{Action, PickWhat, Why},
};
use words::tr;

/// Whether a key of compose, or of the list of a field's values, can do that now.
///
/// # Errors
/// Why not.
pub(crate) fn possible(app: &App, action: Action) -> Result<(), Why> {
    match action {
        Action::Fix => fix(app),
        Action::Pick(PickWhat::Templates) => templates(app),
        Action::MarkChoice => takes_several(app),
        _ => Ok(()),
    }
}

fn fix(app: &App) -> Result<(), Why> {
    let picture = to_shrink(app).is_some();
    if picture || app.screen.compose.faults.iter().any(|fault| fault.fix.is_some()) {
        Ok(())
    } else {
        Err(Why(tr!("Nothing here can be fixed with a key").into()))
    }
}

fn templates(app: &App) -> Result<(), Why> {
    if app.work.settings.compose.templates.is_empty() && app.screen.compose.draft.prompt.trim().is_empty() {
        return Err(Why(tr!("There are no templates, and no prompt to save as one").into()));
    }
    Ok(())
}

fn takes_several(app: &App) -> Result<(), Why> {
    match app.screen.top() {
        Some(Choose { field, .. }) if rows::takes_several(*field) => Ok(()),
        _ => Err(Why(tr!("Only one value can be chosen here").into())),
    }
}
