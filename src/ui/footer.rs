//! The last line: the few keys that matter now, or the filter while it is typed. Passing words stand above it.

use super::{brush::Brush, hints, text};
use crate::logic::{
    editor::LineEditor,
    screen::{Layer, Toast},
    state::State,
};
use ratatui::{
    layout::{Position, Rect},
    style::{Modifier, Style},
};

/// Draws the line; tells where the caret is while something is typed in it.
pub(super) fn draw(brush: &mut Brush<'_>, place: Rect, state: &State) -> Option<Position> {
    if let Some(Layer::FilterInput { line, fault, .. }) = state.screen.layers.last() {
        return Some(filter(brush, place, line, fault.as_deref()));
    }
    let theme = brush.look.theme;
    let mut x = place.x + 1;
    for (key, words) in hints::footer(state) {
        let needs = text::width(&key) + 1 + text::width(words);
        if usize::from(place.right().saturating_sub(x)) < needs + 1 {
            break;
        }
        x = brush.text(x, place.y, place.width, &key, theme.key);
        x = brush.text(x + 1, place.y, place.width, words, theme.faint) + 2;
    }
    None
}

fn filter(brush: &mut Brush<'_>, place: Rect, line: &LineEditor, fault: Option<&str>) -> Position {
    let theme = brush.look.theme;
    let x = brush.text(place.x + 1, place.y, place.width, "filter ", theme.strong);
    let room = place.right().saturating_sub(x + 1);
    // A fault gets what the text leaves, and at least half.
    let typed = u16::try_from(text::width(line.text())).unwrap_or(room).saturating_add(2);
    let fault_room = fault.map_or(0, |_| room.saturating_sub(typed).max(room / 2));
    let (text, caret) = line.window(room - fault_room);
    brush.text(x, place.y, room - fault_room, &text, Style::new());
    if let Some(fault) = fault {
        brush.text(x + room - fault_room + 1, place.y, fault_room.saturating_sub(1), fault, theme.bad);
    }
    Position::new((x + caret).min(place.right() - 1), place.y)
}

/// Passing words at the bottom right, the newest lowest. Tells whether there were any.
pub(super) fn toasts(brush: &mut Brush<'_>, place: Rect, state: &State) -> bool {
    let look = brush.look;
    let shown: Vec<_> = state.screen.toasts.iter().rev().filter(|toast| toast.until > state.now.mono).take(3).collect();
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
    let width = u16::try_from(longest + 4).unwrap_or(place.width).min(place.width);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(place.height);
    let rect = Rect::new(place.right() - width, place.bottom() - height, width, height);
    brush.wipe(rect);
    for (y, (toast, n, line)) in (rect.top()..rect.bottom()).zip(&lines) {
        let style = look.theme.level(toast.level).add_modifier(Modifier::REVERSED);
        let sign = if *n == 0 { look.signs.level(toast.level) } else { " " };
        brush.text(rect.x, y, width, &" ".repeat(usize::from(width)), style);
        brush.text(rect.x + 1, y, width - 1, &format!("{sign} {line}"), style);
    }
    !shown.is_empty()
}
