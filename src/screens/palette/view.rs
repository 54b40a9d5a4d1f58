//! The palette: what is typed, the actions that fit it, and at the foot in full what the chosen one does.

use super::{Entry, Found, Palette, entries};
use crate::{
    app::App,
    hints,
    keymap::{Action, Ctx},
    lists::view::{keys_line, list_place, mark, page_of, pays},
    undo,
    widgets::{
        brush::{Brush, span},
        text,
        theme::Look,
    },
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use words::{lang, tr};

/// Every action that fits what is typed, those that are not possible now with why.
pub(super) fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, palette: &Palette) -> Option<Position> {
    let look = brush.look;
    let place = brush.over(list_place(screen), tr!("Palette"));
    let found = entries(app, palette.line.text());
    let x = brush.text(place.x, place.y, place.width, tr!("find "), look.theme.strong);
    let room = place.right().saturating_sub(x);
    let (typed, caret) = palette.line.window(room);
    brush.text(x, place.y, room, &typed, Style::new());
    let in_full = in_full(place);
    let list = Rect { y: place.y + 1, height: in_full.y.saturating_sub(place.y + 1), ..place };
    let lines: Vec<Line<'static>> = found
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            let (key, hint) = match &entry.found {
                Found::Action(binding) => {
                    (app.first_key(binding).unwrap_or_default(), hints::called(app, binding).to_owned())
                }
                Found::Command(command, behind) if behind.is_empty() => {
                    (format!(":{}", command.name), lang::tr(command.takes).to_owned())
                }
                Found::Command(command, behind) => (format!(":{}", command.name), behind.clone()),
            };
            let pays = pays_for(entry, look);
            let style = if entry.why_not.is_some() { look.theme.faint } else { Style::new() };
            Line::from(vec![
                mark(look, at == palette.at),
                Span::styled(
                    format!("{} ", text::pad(&key, 10)),
                    if entry.why_not.is_some() { style } else { look.theme.key },
                ),
                span(format!("{} ", text::pad(&hint, 14)), style),
                Span::styled(pays, if entry.why_not.is_some() { style } else { look.theme.warn }),
                span(help_of(app, entry), look.theme.faint),
            ])
        })
        .collect();
    if lines.is_empty() {
        brush.text(list.x, list.y, list.width, tr!("No action matches."), look.theme.faint);
    }
    let first = brush.scrolled(list, &lines, page_of(palette.at, usize::from(list.height)));
    brush.clickable(list, first..lines.len());
    if let Some(entry) = found.get(palette.at) {
        let pays = pays_for(entry, look);
        let parts = text::wrap(&(pays + &help_of(app, entry)), usize::from(in_full.width.saturating_sub(2)));
        for (row, part) in in_full.rows().zip(&parts) {
            brush.text(row.x + 2, row.y, row.width.saturating_sub(2), part, Style::new());
        }
    }
    let foot = place.bottom().saturating_sub(1);
    let ways = [(Ctx::Palette, Action::Accept, tr!("runs")), (Ctx::Global, Action::Back, tr!("closes"))];
    brush.line(place.x, foot, place.width, &keys_line(app, look, &ways));
    Some(Position::new((x + caret).min(place.right().saturating_sub(1)), place.y))
}

fn pays_for(entry: &Entry, look: Look) -> String {
    match entry.found {
        Found::Action(binding) if binding.paid => pays(look),
        Found::Action(_) | Found::Command(..) => String::new(),
    }
}

/// What it does, or why it is not possible now.
fn help_of(app: &App, entry: &Entry) -> String {
    match (&entry.why_not, &entry.found) {
        (None, Found::Action(binding)) => match (binding.action, undo::next(app)) {
            (Action::Undo, Ok(step)) => tr!("now: {what}", what = step.words),
            _ => lang::tr(binding.help).to_owned(),
        },
        (None, Found::Command(command, _)) => lang::tr(command.help()).to_owned(),
        (Some(why), _) => tr!("not now: {why}", why),
    }
}

/// The rows at the palette's foot that say in full what its list may have cut. As many whatever is chosen, so that the
/// list above stands still.
const fn in_full(place: Rect) -> Rect {
    const NARROW: u16 = 60;
    let height = if place.width < NARROW { 3 } else { 2 };
    Rect { y: place.bottom().saturating_sub(height + 1), height, ..place }
}
