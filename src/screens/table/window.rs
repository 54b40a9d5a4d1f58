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
    let table = &app.screen.table;
    let at = table.at.min(table.order.len().saturating_sub(1)).checked_sub(table.pins);
    scrolled(table.top, at.filter(|_| table.cursor.is_some()), table.order.len() - table.pins, rows(app))
}

/// The first of `len` lines that a screen of so many rows shows: `top`, moved just enough that the cursor's line is
/// seen and no row is left empty while there are lines to fill it.
pub(super) fn scrolled(top: usize, cursor: Option<usize>, len: usize, rows: usize) -> usize {
    let top = top.min(len.saturating_sub(rows));
    cursor.map_or(top, |at| top.clamp((at + 1).saturating_sub(rows), at))
}

#[cfg(test)]
mod tests {

    use super::scrolled;

    #[test]
    fn the_cursor_is_always_on_the_screen_and_no_row_is_wasted() {
        for (top, at, expected) in [(0, 0, 0), (0, 20, 0), (0, 21, 1), (30, 5, 5), (49, 49, 29), (40, 35, 29)] {
            assert_eq!(scrolled(top, Some(at), 50, 21), expected, "top {top}, cursor {at}");
        }
        assert_eq!([scrolled(40, None, 50, 21), scrolled(3, Some(0), 1, 21)], [29, 0]);
    }
}
