//! By which column to sort; the present one again turns the order round.

use super::{columns, rearrange};
use crate::{
    app::App,
    keymap::{Action, Ctx, Move},
    layer::{Handle, LayerInput, Overlay},
    lists::view::{choice, list, scroll_to},
    table::state::Sort,
    widgets::{brush::Brush, steps::around, text},
};
use ratatui::{
    layout::{Position, Rect},
    text::Line,
};
use words::{lang, tr};

/// The menu of columns.
#[derive(Clone, Debug)]
pub struct SortMenu {
    /// The chosen column, as an index into `columns::ALL`.
    pub at: usize,
}

/// Opens it on the present column.
pub(crate) fn open(app: &mut App) {
    let sorted = app.screen.table.sort.column;
    let at = columns::ALL.iter().position(|column| *column == sorted).unwrap_or(0);
    app.screen.open(SortMenu { at });
}

impl Overlay for SortMenu {
    fn ctx(&self) -> Ctx {
        Ctx::Menu
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        [Action::Accept, Action::Move(Move::Down), Action::Move(Move::Up)].map(|action| (Ctx::Menu, action)).into()
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        let (look, sort) = (brush.look, app.screen.table.sort);
        let lines: Vec<Line<'static>> = columns::ALL
            .iter()
            .enumerate()
            .map(|(n, column)| {
                let now = if sort.column == *column { look.signs.sorted[usize::from(sort.descending)] } else { "" };
                choice(&format!("{}{now}", text::pad(lang::tr(column.id), 9)), n == self.at, look)
            })
            .collect();
        list(brush, screen, tr!("Sort by"), &lines, scroll_to(self.at, screen));
        None
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<crate::layer::Wish>> {
    let menu = app.screen.top_mut::<SortMenu>()?;
    match did {
        LayerInput::Move(to) => menu.at = around(to, menu.at, columns::ALL.len()),
        LayerInput::Click(line) if menu.at != line => menu.at = line,
        LayerInput::Accept | LayerInput::Click(_) => {
            let at = menu.at;
            app.screen.layers.pop();
            sort(app, at);
        }
        LayerInput::Key(_) | LayerInput::Paste(_) | LayerInput::Back => return None,
    }
    Some(Vec::new())
}

/// Sorts by a column; by the present one again, the other way round.
fn sort(app: &mut App, at: usize) {
    let Some(column) = columns::ALL.get(at).copied() else { return };
    let present = app.screen.table.sort;
    let descending = if present.column == column { !present.descending } else { column.right };
    app.screen.table.sort = Sort { column, descending };
    rearrange(app);
}
