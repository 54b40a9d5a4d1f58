//! The gallery: the filtered table as posters, in the table's order, with its cursor, its marks and its keys.

use crate::{
    app::App,
    keymap::Move,
    layout,
    layout::{Layout, Places},
    sights,
    sights::state::{SMALL, Spot},
    store_errors, table,
    widgets::{brush::Brush, text},
};
use domain::task::{Row, TaskKey};
use engine::{
    effect::{Effect, StoreCmd},
    sight::Sight,
};
use ratatui::{
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use words::{names, tr};

/// How many cells across a poster has: about so many, and fewer where another row of them then fits.
const ACROSS: (u16, u16) = (24, 30);
/// Rows of words below each.
const WORDS: u16 = 2;

/// The posters' places on a page, each with its words below.
fn tiles(place: Rect) -> Vec<Rect> {
    let grid = |cells: u16| {
        let across = (place.width / cells).max(1);
        let width = (place.width - (across - 1)) / across;
        // 16:9 in cells of 1:2.
        let height = (width * 9 / 32).clamp(2, place.height.saturating_sub(WORDS + 1).max(2));
        let down = (place.height.saturating_sub(1) / (height + WORDS)).max(1);
        (down, across, width, height)
    };
    let (small, large) = (grid(ACROSS.0), grid(ACROSS.1));
    let (down, across, width, height) = if small.0 > large.0 { small } else { large };
    let tile = |n: u16| Rect {
        x: place.x + n % across * (width + 1),
        y: place.y + 1 + n / across * (height + WORDS),
        width,
        height,
    };
    (0..across * down).map(tile).collect()
}

/// Its place, where it is on the screen.
fn place(app: &App) -> Option<Rect> {
    match layout::layout(app) {
        Layout::Panes(Places { table: Some(table), .. }) if app.screen.table.gallery => Some(table),
        Layout::Panes(_) | Layout::TooSmall => None,
    }
}

/// A row down or up leads to the poster there, in the last row to its last one; every other move is the table's.
pub(crate) fn go(app: &mut App, to: Move) {
    let across = place(app).map_or(1, |place| {
        let tiles = tiles(place);
        tiles.iter().filter(|tile| tile.y == tiles[0].y).count()
    });
    let (at, last) = (app.screen.table.at, app.screen.table.order.len().saturating_sub(1));
    let wanted = match to {
        Move::Down if at + across <= last => at + across,
        // A page holds whole rows.
        Move::Down if at / across < last / across => last,
        Move::Up if at >= across => at - across,
        Move::Down | Move::Up => return,
        Move::PageUp | Move::PageDown | Move::HalfUp | Move::HalfDown | Move::First | Move::Last => {
            return table::go(app, to);
        }
    };
    if let Some(key) = app.screen.table.order.get(wanted).copied() {
        table::go_to(app, key);
    }
}

/// How many tasks a page shows.
pub(crate) fn page(place: Rect) -> usize {
    tiles(place).len()
}

/// The tasks on the screen, each with its poster's place.
fn shown(app: &App, place: Rect) -> Vec<(TaskKey, Rect)> {
    let (table, tiles) = (&app.screen.table, tiles(place));
    let first = table.at - table.at % tiles.len().max(1);
    table.order.iter().skip(first).copied().zip(tiles).collect()
}

/// What is known of the pictures of the tasks on the screen.
pub(crate) fn spots(app: &App) -> Vec<Spot> {
    let Some(place) = place(app) else { return Vec::new() };
    let spot = |(key, room): (TaskKey, Rect)| {
        let of = app.screen.sights.source(key)?.clone()?;
        Some(Spot { sight: Sight { sides: SMALL, ..sights::first(of) }, frame: 0, room, crop: None })
    };
    shown(app, place).into_iter().filter_map(spot).collect()
}

/// Asks the store for the first task on the screen of which it is not known what it has to show.
pub(crate) fn ask(app: &mut App) -> Option<Effect> {
    let place = place(app).filter(|_| store_errors::table_may_ask(app))?;
    let unknown = |key: &TaskKey| app.screen.sights.source(*key).is_none();
    let key = shown(app, place).into_iter().map(|(key, _)| key).find(unknown)?;
    app.screen.sights.ask_for(key).then_some(Effect::Store(StoreCmd::Detail { key }))
}

/// Opens it, or goes back to the table.
pub(crate) fn toggle(app: &mut App) {
    // A key acts on the poster under the cursor, not on a batch that nobody sees.
    table::groups::end(app);
    app.screen.table.gallery ^= true;
    app.screen.pane = crate::keymap::Pane::Table;
}

/// Draws it in the table's place, with what of the tasks is shown and how.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App, notes: &str) {
    let (table, look) = (&app.screen.table, brush.look);
    let mut title = tr!("Gallery, {here} of {all}", here = table.at + 1, all = table.order.len());
    if table.order.is_empty() {
        title = tr!("Gallery").into();
    }
    brush.head(place, &Line::styled(title, look.theme.chosen), notes);
    if table.order.is_empty() {
        brush.text(place.x + 2, place.y + 2, place.width, tr!("No task is shown."), look.theme.faint);
    }
    for (key, room) in shown(app, place) {
        let Some(row) = app.work.tasks.rows.get(&key) else { continue };
        let of = app.screen.sights.source(key).cloned().flatten();
        match of {
            Some(of) => drop(sights::view::draw(
                brush,
                app,
                &Spot { sight: Sight { sides: SMALL, ..sights::first(of) }, frame: 0, room, crop: None },
            )),
            None => {
                let middle = room.y + room.height / 2;
                brush.text(room.x + 2, middle, room.width, tr!("no picture"), look.theme.faint);
            }
        }
        words(brush, app, row, room);
    }
}

/// The key with cursor, mark and state, and the prompt below.
fn words(brush: &mut Brush<'_>, app: &App, row: &Row, room: Rect) {
    let (table, look) = (&app.screen.table, brush.look);
    let chosen = table.cursor == Some(row.key);
    let sign = |on: bool, sign: &'static str| if on { sign } else { " " };
    let line = Line::from(vec![
        Span::styled(sign(chosen, look.signs.cursor), look.theme.chosen),
        Span::styled(sign(table.marks.contains(&row.key), look.signs.mark), look.theme.strong),
        Span::styled(format!("{} ", row.key), if chosen { look.theme.chosen } else { Style::new() }),
        Span::styled(
            format!("{} {}", look.signs.state(row.state), names::state(row.state)),
            look.theme.state(row.state),
        ),
    ]);
    brush.line(room.x, room.bottom(), room.width, &line);
    let prompt = text::harmless(names::prompt(row.prompt()));
    brush.text(room.x + 2, room.bottom() + 1, room.width.saturating_sub(2), &prompt, look.theme.faint);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state;
    use domain::task::TaskState::Saved;

    #[test]
    fn down_and_up_go_a_row_of_posters() {
        let mut app = state(&[Saved; 8]);
        app.screen.table.gallery = true;
        let at = |app: &mut App, to: Move| {
            go(app, to);
            app.screen.table.at
        };
        // Three beside each other at 80 cells.
        assert_eq!(at(&mut app, Move::Down), 3);
        table::go(&mut app, Move::Down);
        assert_eq!((at(&mut app, Move::Down), at(&mut app, Move::Down)), (7, 7));
        assert_eq!((at(&mut app, Move::Up), at(&mut app, Move::Up), at(&mut app, Move::Up)), (4, 1, 1));
        // To the last one where none is right below.
        assert_eq!(at(&mut app, Move::First), 0);
        table::go(&mut app, Move::Down);
        table::go(&mut app, Move::Down);
        assert_eq!((at(&mut app, Move::Down), at(&mut app, Move::Down)), (5, 7));
    }
}
