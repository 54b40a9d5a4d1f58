//! The last line: the few keys that matter now, or the filter while it is typed.

use crate::{
    app::App,
    hints,
    keymap::{Hint, readable},
    layer::Covers,
    widgets::{brush::Brush, text},
};
use ratatui::layout::{Position, Rect};
use words::tr;

/// Draws the line; tells where the caret is while something is typed in it.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App) -> Option<Position> {
    if let Some(layer) = app.screen.layers.last().filter(|layer| layer.covers() != Covers::Screen) {
        return layer.draw(brush, place, app);
    }
    let (theme, pays) = (brush.look.theme, brush.look.signs.pays);
    let mut x = place.x + 1;
    let hints = hints::footer(app).into_iter().map(|hint| Hint { key: readable(&hint.key), ..hint });
    let hints = fitting(hints.collect(), usize::from(place.width).saturating_sub(2));
    for hint in &hints {
        x = brush.text(x, place.y, place.width, &hint.key, theme.key);
        x = brush.text(x + 1, place.y, place.width, &hint.words, theme.faint);
        if hint.paid {
            x = brush.text(x, place.y, place.width, pays, theme.warn);
        }
        x += 2;
    }
    if hints.iter().any(|hint| hint.paid) && !place.is_empty() {
        // At the far end, where it stays while the rest changes.
        brush.text_right(place.x, place.y, place.width - 1, &format!("{pays}{}", legend()), theme.faint);
    }
    None
}

/// What the sign behind a key means.
fn legend() -> &'static str {
    tr!("=pays")
}

/// Cells between the last hint and what the sign means.
const GAP: usize = 1;

/// As many hints as there is room for. Those of the place give way before those of the state, the last ones first.
fn fitting(mut hints: Vec<Hint>, room: usize) -> Vec<Hint> {
    loop {
        let paid = hints.iter().any(|hint| hint.paid);
        if hints.iter().map(needs).sum::<usize>() + if paid { text::width(legend()) + 1 + GAP } else { 0 } <= room + 2 {
            return hints;
        }
        let Some(last) = hints.len().checked_sub(1) else { return hints };
        hints.remove(hints.iter().rposition(|hint| !hint.own).unwrap_or(last));
    }
}

/// The cells of a hint with the gap behind it.
fn needs(hint: &Hint) -> usize {
    text::width(&hint.key) + 1 + text::width(&hint.words) + usize::from(hint.paid) + 2
}
