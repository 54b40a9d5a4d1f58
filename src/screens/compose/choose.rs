//! A field's values to choose from.

use super::{choice_word, choices, choose_marked};
use crate::{
    app::App,
    keymap::{Action, Ctx, Move},
    layer::{Handle, LayerInput, Overlay, Wish},
    lists::view::{choice, list, scroll_to},
    widgets::{brush::Brush, steps::around},
};
use domain::draft::Field;
use ratatui::{
    layout::{Position, Rect},
    text::Line,
};
use std::collections::BTreeSet;
use words::names;

/// The list of values.
#[derive(Clone, Debug)]
pub struct Choose {
    pub field: Field,
    /// The chosen value, as an index into [`choices`].
    pub at: usize,
    /// Values marked to be taken together, as indices too.
    pub marks: BTreeSet<usize>,
}

impl Overlay for Choose {
    fn ctx(&self) -> Ctx {
        Ctx::Menu
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        let look = brush.look;
        let marked = |n: usize| if self.marks.contains(&n) { look.signs.mark } else { " " };
        let lines: Vec<Line<'static>> = choices(app, self.field)
            .iter()
            .enumerate()
            .map(|(n, value)| {
                let text = choice_word(value);
                if self.marks.is_empty() {
                    choice(text, n == self.at, look)
                } else {
                    choice(&format!("{} {text}", marked(n)), n == self.at, look)
                }
            })
            .collect();
        list(brush, screen, names::label(self.field), &lines, scroll_to(self.at, screen));
        None
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        let keys = [Action::Accept, Action::MarkChoice, Action::Move(Move::Down), Action::Move(Move::Up)];
        keys.map(|action| (Ctx::Menu, action)).into()
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let len = choices(app, app.screen.top::<Choose>()?.field).len();
    let menu = app.screen.top_mut::<Choose>()?;
    match did {
        LayerInput::Move(to) => menu.at = around(to, menu.at, len),
        LayerInput::Click(line) if menu.at != line => menu.at = line,
        LayerInput::Accept | LayerInput::Click(_) => {
            let Choose { field, at, marks } = app.screen.take()?;
            choose_marked(app, field, at, &marks);
        }
        LayerInput::Key(_) | LayerInput::Paste(_) | LayerInput::Back => return None,
    }
    Some(Vec::new())
}

/// Marks or unmarks the value under the cursor.
pub(crate) fn mark(app: &mut App) {
    if let Some(Choose { at, marks, .. }) = app.screen.top_mut()
        && !marks.remove(at)
    {
        marks.insert(*at);
    }
}
