//! The last prompts that were sent, below the fields of compose where a high screen leaves room. The whole history with
//! its search is the picker's.

use crate::{
    app::App,
    keymap::{Action, Ctx, PickWhat},
    widgets::{brush::Brush, text},
};
use domain::request::Asked;
use ratatui::{layout::Rect, text::Line};
use std::collections::BTreeSet;
use words::{names, tr};

/// From this many free rows on earlier prompts stand below the fields.
const ROWS_LEAST: u16 = 5;
/// The last tasks whose prompts are looked at.
const SEEN: usize = 300;
/// Cells of an earlier task's key.
const KEY: usize = 6;
/// Cells of its state.
const STATE: usize = 11;

/// Below the fields, where there is room: the last prompts that were sent, the newest first.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App) {
    if place.height < ROWS_LEAST {
        return;
    }
    let look = brush.look;
    let mut seen = BTreeSet::new();
    let rows = app
        .work
        .tasks
        .rows
        .values()
        .rev()
        .take(SEEN)
        .filter(|row| row.asked() == Asked::Known && !row.prompt().is_empty() && seen.insert(row.prompt()));
    let rows: Vec<_> = rows.take(usize::from(place.height - 2)).collect();
    if rows.is_empty() {
        return;
    }
    let key = app.key(Ctx::Compose, Action::Pick(PickWhat::History)).unwrap_or_default();
    let title = Line::styled(format!("{} ({key})", tr!("Earlier prompts")), look.theme.faint);
    brush.head(Rect { y: place.y + 1, ..place }, &title, "");
    for (y, row) in (place.y + 2..place.bottom()).zip(rows) {
        let state = text::pad(&format!("{} {}", look.signs.state(row.state), names::state(row.state)), STATE);
        let x = brush.text(place.x + 1, y, place.width, &text::pad_left(&row.key.to_string(), KEY), look.theme.faint);
        let x = brush.text(x + 1, y, place.right().saturating_sub(x + 1), &state, look.theme.state(row.state));
        brush.text(x + 1, y, place.right().saturating_sub(x + 1), row.prompt(), look.theme.faint);
    }
}
