//! Who does what on this store: the other programs, and the profiles.

use crate::{
    app::App,
    kit::brush::Brush,
    layer::Do,
    lists::{Kind, ListView, view::text_list},
};
use engine::effect::{Effect, StoreCmd};
use ratatui::layout::{Position, Rect};
use words::{print::who, tr};

/// The list.
pub static WHO: Kind = Kind { texts: |app| who::lines(&app.work, &app.screen.voice), draw, run: None };

fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    text_list(brush, screen, app, view, tr!("Who does what"), who::lines(&app.work, &app.screen.voice))
}

/// Opens it.
pub(crate) fn open(app: &mut App) -> Vec<Do> {
    app.screen.open(ListView::of(&WHO));
    vec![Do::Effect(Effect::Store(StoreCmd::Members))]
}
