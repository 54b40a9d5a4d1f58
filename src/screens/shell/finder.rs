//! Where everything is found: help, the palette, the command line. Each lists actions from the table of keys.

use crate::{
    lang,
    screens::{
        app::App,
        command_line,
        command_line::CommandLine,
        keymap::{Ctx, HelpLine},
        kit::{
            brush::{Brush, span},
            list, text,
            theme::Look,
        },
        palette,
        palette::{Entry, Palette},
        screen::ListView,
        shell::{
            hints,
            layers::{LongList, keys_line, list_place, searchable},
        },
    },
    tr,
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

/// All keys of this place, then the others, then what words and signs mean. The line under the cursor has its sign.
pub(crate) fn help(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    let look = brush.look;
    let place = list_place(screen);
    let width = usize::from(place.width).saturating_sub(4);
    let column = 18.min(width / 3);
    let (mut lines, mut chosen, mut items) = (Vec::new(), 0, Vec::new());
    for (at, line) in list::shown_help(app, view).into_iter().enumerate() {
        if at == view.scroll {
            chosen = lines.len();
        }
        items.resize(lines.len(), at.saturating_sub(1));
        let (head, style, text) = match line {
            HelpLine::Title(title) => {
                lines.push(Line::from(vec![mark(look, at == view.scroll), Span::styled(title, look.theme.strong)]));
                continue;
            }
            HelpLine::Key { keys, text, paid, .. } => {
                let keys = keys.split(' ').map(hints::readable).collect::<Vec<_>>().join(" ");
                let text = if paid { format!("{}{text}", pays(look)) } else { text };
                (keys, look.theme.key, text)
            }
            HelpLine::Word { word, text } => (word, look.theme.strong, text),
            HelpLine::Sign { sign, text } => (look.signs.explained(sign).to_owned(), look.theme.strong, text),
        };
        let head_width = text::width(&head).max(column);
        for (n, part) in text::wrap(&text, width.saturating_sub(head_width + 5)).into_iter().enumerate() {
            let head = if n == 0 { head.as_str() } else { "" };
            let pad = " ".repeat(head_width + 1 - text::width(head).min(head_width));
            let cursor = mark(look, at == view.scroll && n == 0);
            lines.push(Line::from(vec![cursor, Span::styled(format!("{head}{pad}"), style), Span::raw(part)]));
        }
    }
    let rows = usize::from(place.height).saturating_sub(3);
    items.resize(lines.len(), items.last().map_or(0, |last| last + 1));
    let list = LongList { title: tr!("Help"), lines, first: page_of(chosen, rows), runs: true };
    let caret = searchable(brush, screen, app, &list, view);
    brush.chosen_by.iter_mut().for_each(|(_, line)| *line = items.get(*line).copied().unwrap_or(0));
    caret
}

fn mark(look: Look, chosen: bool) -> Span<'static> {
    Span::styled(if chosen { format!("{:<2}", look.signs.cursor) } else { "  ".into() }, look.theme.chosen)
}

/// In front of what an action that pays does.
fn pays(look: Look) -> String {
    format!("{} {}{}", look.signs.pays, tr!("pays"), tr!(": "))
}

/// The first line of the page on which a line stands. Lists turn pages: a move inside of one then costs few bytes.
const fn page_of(line: usize, rows: usize) -> usize {
    line - line % if rows == 0 { 1 } else { rows }
}

/// Every action that fits what is typed, those that are not possible now with why.
pub(crate) fn palette(brush: &mut Brush<'_>, screen: Rect, app: &App, palette: &Palette) -> Option<Position> {
    let look = brush.look;
    let place = brush.frame(list_place(screen), tr!("Palette"));
    let found = palette::entries(app, palette.line.text());
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
            let binding = entry.binding;
            let key = hints::first_key(app, binding).unwrap_or_default();
            let pays = if binding.paid { pays(look) } else { String::new() };
            let style = if entry.why_not.is_some() { look.theme.faint } else { Style::new() };
            Line::from(vec![
                mark(look, at == palette.at),
                Span::styled(
                    format!("{} ", text::pad(&key, 10)),
                    if entry.why_not.is_some() { style } else { look.theme.key },
                ),
                span(format!("{} ", text::pad(lang::tr(binding.hint), 14)), style),
                Span::styled(pays, if entry.why_not.is_some() { style } else { look.theme.warn }),
                span(help_of(entry), look.theme.faint),
            ])
        })
        .collect();
    if lines.is_empty() {
        brush.text(list.x, list.y, list.width, tr!("No action fits."), look.theme.faint);
    }
    let first = brush.scrolled(list, &lines, page_of(palette.at, usize::from(list.height)));
    brush.clickable(list, first..lines.len());
    if let Some(entry) = found.get(palette.at) {
        let pays = if entry.binding.paid { pays(look) } else { String::new() };
        let parts = text::wrap(&(pays + &help_of(entry)), usize::from(in_full.width.saturating_sub(2)));
        for (row, part) in in_full.rows().zip(&parts) {
            brush.text(row.x + 2, row.y, row.width.saturating_sub(2), part, Style::new());
        }
    }
    let foot = place.bottom().saturating_sub(1);
    let ways = [(Ctx::Palette, "accept", tr!("runs")), (Ctx::Global, "back", tr!("closes"))];
    brush.line(place.x, foot, place.width, &keys_line(app, look, &ways));
    Some(Position::new((x + caret).min(place.right().saturating_sub(1)), place.y))
}

/// What an action does, or why it is not possible now.
fn help_of(entry: &Entry) -> String {
    match &entry.why_not {
        None => lang::tr(entry.binding.help).to_owned(),
        Some(why) => tr!("not now: {why}", why),
    }
}

/// The rows at the palette's foot that say in full what its list may have cut. As many whatever is chosen, so that the
/// list above stands still.
const fn in_full(place: Rect) -> Rect {
    const NARROW: u16 = 60;
    let height = if place.width < NARROW { 3 } else { 2 };
    Rect { y: place.bottom().saturating_sub(height + 1), height, ..place }
}

/// The command line in the footer's place; above it what the command takes, or the words that fit.
pub(crate) fn command(brush: &mut Brush<'_>, place: Rect, app: &App, command: &CommandLine) -> Position {
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
    if let Some((usage, help)) = command_line::hint(text) {
        return Line::from(vec![
            span(format!(" {usage} "), look.theme.strong),
            span(format!(" {help} "), look.theme.faint),
        ]);
    }
    let words = command_line::candidates(app, text);
    let key = hints::key(app, Ctx::Command, "complete").unwrap_or_default();
    Line::from(span(format!(" {key}{}{} ", tr!(": "), words.join(" ")), look.theme.faint))
}
