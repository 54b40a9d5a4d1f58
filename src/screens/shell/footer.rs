//! The last line: the few keys that matter now, or the filter while it is typed. Passing words stand above it.

use crate::{
    app::App,
    keymap::Hint,
    kit::{brush::Brush, text},
    layer::Covers,
    screen::{Preview, Toast},
    shell::hints,
};
use ratatui::{
    layout::{Position, Rect},
    style::Modifier,
};
use words::tr;

/// Draws the line; tells where the caret is while something is typed in it.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App) -> Option<Position> {
    if let Some(layer) = app.screen.layers.last().filter(|layer| layer.covers() != Covers::Screen) {
        return layer.draw(brush, place, app);
    }
    let (theme, pays) = (brush.look.theme, brush.look.signs.pays);
    let mut x = place.x + 1;
    let hints = fitting(hints::footer(app), usize::from(place.width).saturating_sub(2));
    for hint in &hints {
        x = brush.text(x, place.y, place.width, &hint.key, theme.key);
        x = brush.text(x + 1, place.y, place.width, hint.words, theme.faint);
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

/// As many hints as there is room for. Those of the place give way before those of the state, the last ones first.
fn fitting(mut hints: Vec<Hint>, room: usize) -> Vec<Hint> {
    loop {
        let paid = hints.iter().any(|hint| hint.paid);
        if hints.iter().map(needs).sum::<usize>() + if paid { text::width(legend()) + 1 } else { 0 } <= room + 2 {
            return hints;
        }
        let Some(last) = hints.len().checked_sub(1) else { return hints };
        hints.remove(hints.iter().rposition(|hint| !hint.own).unwrap_or(last));
    }
}

/// The cells of a hint with the gap behind it.
fn needs(hint: &Hint) -> usize {
    text::width(&hint.key) + 1 + text::width(hint.words) + usize::from(hint.paid) + 2
}

/// What a toast leaves of a row is shown from so many cells on.
const LEFTOVER: u16 = 10;

/// Passing words at the right, the newest lowest, as low as they cover nothing that is to be seen before it is paid, and
/// nothing that is being typed. Where a preview leaves them no room they stand in the messages alone. Tells whether any
/// were drawn.
pub(crate) fn toasts(brush: &mut Brush<'_>, place: Rect, app: &App) -> bool {
    let look = brush.look;
    let shown: Vec<_> =
        app.screen.toasts.iter().rev().filter(|toast| toast.until > app.work.now.mono).take(3).collect();
    let widest = usize::from(place.width.saturating_sub(8).min(72));
    let lines: Vec<(&Toast, usize, String)> = shown
        .iter()
        .rev()
        .flat_map(|toast| {
            let lines = text::wrap(&toast.text, widest).into_iter().take(2).enumerate();
            lines.map(move |(n, line)| (*toast, n, line))
        })
        .collect();
    let longest = lines.iter().map(|(.., line)| text::width(line)).max().unwrap_or(0);
    let needs = u16::try_from(longest + 4).unwrap_or(place.width).min(place.width);
    // A few cells of a row beside it would say nothing.
    let width = if place.width - needs < LEFTOVER { place.width } else { needs };
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(place.height);
    let lowest = Rect::new(place.right() - width, place.bottom() - height, width, height);
    // The row of titles stays.
    let places = (place.y + 1..=lowest.y).rev().map(|y| Rect { y, ..lowest });
    let free = |rect: &Rect| !brush.kept.iter().any(|kept| kept.intersects(*rect));
    let paying = app.screen.top::<Preview>().is_some();
    let Some(rect) = places.into_iter().find(free).or((!paying).then_some(lowest)) else { return false };
    brush.wipe(rect);
    for (y, (toast, n, line)) in (rect.top()..rect.bottom()).zip(&lines) {
        let style = look.theme.level(toast.level).add_modifier(Modifier::REVERSED);
        let sign = if *n == 0 { look.signs.level(toast.level) } else { " " };
        brush.text(rect.x, y, width, &" ".repeat(usize::from(width)), style);
        brush.text(rect.x + 1, y, width - 1, &format!("{sign} {line}"), style);
    }
    !shown.is_empty()
}
