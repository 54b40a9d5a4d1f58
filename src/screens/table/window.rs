//! The part of the table that is on the screen.

use super::pins;
use crate::{
    app::App,
    gallery, layout,
    layout::{Layout, Places},
};

/// How many tasks the table shows at once below the pinned ones; 1 where it is not on the screen, so that moves still
/// work.
#[must_use]
pub fn rows(app: &App) -> usize {
    match layout::layout(app) {
        Layout::Panes(Places { table: Some(table), .. }) if app.screen.table.gallery => gallery::page(table),
        Layout::Panes(Places { table: Some(table), .. }) => {
            usize::from(table.height - 1).saturating_sub(pins::rows(app)).max(1)
        }
        Layout::Panes(_) | Layout::TooSmall => 1,
    }
}

/// The first row of the table on the screen below the pinned ones, counted from the last of these: the one it last had,
/// moved just enough that the cursor is seen and no row is left empty while there are tasks to fill it.
#[must_use]
pub fn top(app: &App) -> usize {
    let (table, rows) = (&app.screen.table, rows(app));
    let rest = table.order.len() - table.pins;
    let top = table.top.min(rest.saturating_sub(rows));
    match table.at.min(table.order.len().saturating_sub(1)).checked_sub(table.pins) {
        Some(at) if table.cursor.is_some() => top.clamp((at + 1).saturating_sub(rows), at),
        _ => top,
    }
}

#[cfg(test)]
mod tests {

    use crate::testing::state;
    use domain::task::TaskKey;

    #[test]
    fn the_cursor_is_always_on_the_screen_and_no_row_is_wasted() {
        let mut state = state(&[]);
        state.screen.table.order = (1..=50).map(TaskKey).collect();
        for (top, at, expected) in [(0, 0, 0), (0, 20, 0), (0, 21, 1), (30, 5, 5), (49, 49, 29), (40, 35, 29)] {
            let table = &mut state.screen.table;
            (table.top, table.at, table.cursor) = (top, at, Some(table.order[at]));
            assert_eq!(super::top(&state), expected, "top {top}, cursor {at}");
        }
    }
}
