//! The command line in the footer's place; above it what the command takes, or the words that fit.

use super::{CommandLine, candidates, hint};
use crate::{
    app::App,
    keymap::{Action, Ctx},
    widgets::{
        brush::{Brush, span},
        text,
        theme::Look,
    },
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::Line,
};
use words::tr;

/// Draws it; tells where the caret is.
pub(super) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App, command: &CommandLine) -> Position {
    let look = brush.look;
    let x = brush.text(place.x + 1, place.y, place.width, ":", look.theme.strong);
    let room = place.right().saturating_sub(x);
    let (typed, caret) = command.line.window(room);
    brush.text(x, place.y, room, &typed, Style::new());
    let inside = place.width.saturating_sub(4);
    let lines = beside(app, look, command, inside);
    let height = u16::try_from(lines.len()).unwrap_or(1).min(place.y);
    let above = Rect { y: place.y - height, height, ..place };
    brush.wipe(above);
    brush.across(above.x, above.y, above.width, look.theme.faint);
    for (y, line) in (above.y..).zip(&lines).take(usize::from(height)) {
        brush.line(above.x + 2, y, inside, line);
    }
    Position::new((x + caret).min(place.right().saturating_sub(1)), place.y)
}

/// What helps with the command: its fault, the words that fit, or what it takes.
/// A fault in as many rows as it takes, the others in one.
fn beside(app: &App, look: Look, command: &CommandLine, width: u16) -> Vec<Line<'static>> {
    if let Some(fault) = &command.fault {
        let parts = text::wrap(fault, usize::from(width.saturating_sub(2)));
        return parts.iter().map(|part| Line::from(span(format!(" {part} "), look.theme.bad))).collect();
    }
    vec![in_one_row(app, look, command)]
}

fn in_one_row(app: &App, look: Look, command: &CommandLine) -> Line<'static> {
    let text = command.line.text();
    if let Some(tab) = &command.tab {
        let words = tab.words.iter().enumerate().map(|(at, word)| {
            if at == tab.at {
                span(format!("[{word}]"), look.theme.chosen)
            } else {
                span(format!(" {word} "), look.theme.faint)
            }
        });
        // The chosen one is always in sight.
        return Line::from(words.skip(tab.at.saturating_sub(3)).collect::<Vec<_>>());
    }
    if let Some((usage, help)) = hint(text) {
        return Line::from(vec![
            span(format!(" {usage} "), look.theme.strong),
            span(format!(" {help} "), look.theme.faint),
        ]);
    }
    let words = candidates(app, text);
    let key = app.key(Ctx::Command, Action::CompleteWord).unwrap_or_default();
    Line::from(span(format!(" {key}{}{} ", tr!(": "), words.join(" ")), look.theme.faint))
}
