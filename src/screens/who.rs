//! Who does what on this store: the other programs, and the profiles.

use crate::{
    app::App,
    layer::Wish,
    lists::{
        Kind, ListView,
        view::{heights, text_list},
    },
    widgets::brush::Brush,
};
use engine::effect::{Effect, StoreCmd};
use ratatui::layout::{Position, Rect};
use words::{print::who, tr};

/// The list.
pub(crate) static WHO: Kind =
    Kind { texts, heights: |app, view, width| heights(texts(app), view, width), draw, run: None };

fn texts(app: &App) -> Vec<String> {
    who::lines(&app.work, &app.screen.voice)
}

fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    text_list(brush, screen, app, view, tr!("Who does what"), texts(app))
}

/// Opens it.
pub(crate) fn open(app: &mut App) -> Vec<Wish> {
    app.screen.open(ListView::of(&WHO));
    vec![Wish::Effect(Effect::Store(StoreCmd::Members))]
}
