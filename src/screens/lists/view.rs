//! What is alike in what lies over the panes: frames, chosen lines, long lists, the keys at the foot.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    layout,
    lists::ListView,
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
use words::tr;

/// A line that is chosen or not, with a sign besides its colour.
pub(crate) fn choice(text: &str, chosen: bool, look: Look) -> Line<'static> {
    let (sign, style) = if chosen { (look.signs.cursor, look.theme.chosen) } else { (" ", Style::new()) };
    Line::from(vec![Span::styled(format!("{sign} "), look.theme.chosen), span(text, style)])
}

/// Keys and what they do in this layer, from the table of keys: `Esc closes · / searches`.
pub(crate) fn keys_line(app: &App, look: Look, ways: &[(Ctx, Action, &str)]) -> Line<'static> {
    let mut spans = Vec::new();
    for (ctx, action, does) in ways {
        let Some(key) = app.key(*ctx, *action) else { continue };
        if !spans.is_empty() {
            spans.push(Span::styled(format!(" {} ", look.signs.dot), look.theme.faint));
        }
        spans.push(Span::styled(key, look.theme.key));
        spans.push(Span::styled(format!(" {does}"), look.theme.faint));
    }
    Line::from(spans)
}

/// A frame around lines, as wide as they need.
pub(crate) fn list(brush: &mut Brush<'_>, screen: Rect, title: &str, lines: &[Line<'static>], scroll: usize) -> Rect {
    let width = |line: &Line<'_>| line.spans.iter().map(|span| text::width(&span.content)).sum::<usize>();
    let widest = lines.iter().map(width).max().unwrap_or(0).max(text::width(title) + 2) + 2;
    let place = layout::centred(
        screen,
        u16::try_from(widest).unwrap_or(u16::MAX),
        u16::try_from(lines.len()).unwrap_or(u16::MAX),
    );
    let place = brush.over(place, title);
    let first = brush.scrolled(place, lines, scroll);
    brush.clickable(place, first..lines.len());
    place
}

/// The sign of the line under a cursor.
pub(crate) fn mark(look: Look, chosen: bool) -> Span<'static> {
    Span::styled(if chosen { format!("{:<2}", look.signs.cursor) } else { "  ".into() }, look.theme.chosen)
}

/// The sign in front of what an action that pays does.
pub(crate) fn pays(look: Look) -> String {
    format!("{} {}{}", look.signs.pays, tr!("pays"), tr!(": "))
}

/// The first line of the page on which a line stands. Lists turn pages: a move inside of one then costs few bytes.
pub(crate) const fn page_of(line: usize, rows: usize) -> usize {
    line - line % if rows == 0 { 1 } else { rows }
}

/// The rows of a long list in that place: all but its borders and its own last line.
pub(crate) fn rows_of(place: Rect) -> usize {
    usize::from(place.height).saturating_sub(3)
}

/// So far down a list that its chosen line is seen, with some lines after it.
pub(crate) fn scroll_to(at: usize, screen: Rect) -> usize {
    at.saturating_sub(usize::from(screen.height.saturating_sub(8)))
}

/// What a long list shows.
pub(crate) struct LongList {
    /// The title on its frame.
    pub(crate) title: &'static str,
    /// All its lines.
    pub(crate) lines: Vec<Line<'static>>,
    /// The first that is to be seen.
    pub(crate) first: usize,
    /// Whether a line of it can be run.
    pub(crate) runs: bool,
}

/// A long list over most of the screen, with what is searched for in its last line.
pub(crate) fn searchable(
    brush: &mut Brush<'_>,
    screen: Rect,
    app: &App,
    list: &LongList,
    view: &ListView,
) -> Option<Position> {
    let look = brush.look;
    let place = brush.over(list_place(screen), list.title);
    let foot = place.bottom().saturating_sub(1);
    let content = Rect { height: place.height.saturating_sub(1), ..place };
    if list.lines.is_empty() {
        brush.text(content.x, content.y, content.width, tr!("Nothing of that kind."), look.theme.faint);
    }
    let first = brush.scrolled(content, &list.lines, list.first);
    brush.clickable(content, first..list.lines.len());
    if view.typing || !view.query.text().is_empty() {
        let x = brush.text(place.x, foot, place.width, tr!("search "), look.theme.strong);
        let (text, caret) = view.query.window(place.right().saturating_sub(x + 1));
        brush.text(x, foot, place.right().saturating_sub(x), &text, Style::new());
        return view.typing.then(|| Position::new((x + caret).min(place.right().saturating_sub(1)), foot));
    }
    let mut ways = vec![(Ctx::Global, Action::Back, tr!("closes")), (Ctx::List, Action::Search, tr!("searches"))];
    if list.runs {
        ways.push((Ctx::List, Action::Accept, tr!("runs")));
    }
    brush.line(place.x, foot, place.width, &keys_line(app, look, &ways));
    None
}

/// A long text over most of the screen, with only the lines that hold what is searched for.
pub(crate) fn text_list(
    brush: &mut Brush<'_>,
    screen: Rect,
    app: &App,
    view: &ListView,
    title: &'static str,
    lines: Vec<String>,
) -> Option<Position> {
    let lines = wrapped(lines, view, list_place(screen).width).into_iter().flatten().map(Line::raw).collect();
    searchable(brush, screen, app, &LongList { title, lines, first: view.scroll, runs: false }, view)
}

/// Cells of a line of a long text in a frame that wide: without its border and blanks, and the signs that there is
/// more.
pub(crate) fn room_of(width: u16) -> usize {
    usize::from(width).saturating_sub(6)
}

/// Each line of a long text that holds what is searched for, wrapped into a frame that wide.
fn wrapped(lines: Vec<String>, view: &ListView, width: u16) -> Vec<Vec<String>> {
    let room = room_of(width);
    let needle = view.query.text().to_lowercase();
    let shown = lines.into_iter().filter(|line| line.to_lowercase().contains(&needle));
    shown.map(|line| if line.is_empty() { vec![line] } else { hanging(&line, room) }).collect()
}

/// A line wrapped so that what belongs to it stands to the right of where it begins.
fn hanging(line: &str, room: usize) -> Vec<String> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    if indent == 0 || text::width(line) <= room {
        return text::wrap(line, room);
    }
    let indent = " ".repeat(indent);
    let parts = text::wrap(line.trim_start_matches(' '), room.saturating_sub(indent.len() + 2)).into_iter();
    parts.enumerate().map(|(n, part)| format!("{indent}{}{part}", if n == 0 { "" } else { "  " })).collect()
}

/// How many lines each of them takes.
pub(crate) fn heights(lines: Vec<String>, view: &ListView, width: u16) -> Vec<usize> {
    wrapped(lines, view, width).iter().map(Vec::len).collect()
}

/// Where a long list lies.
pub(crate) fn list_place(screen: Rect) -> Rect {
    const WIDEST: u16 = 100;
    layout::centred(screen, screen.width.saturating_sub(6).min(WIDEST), screen.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_goes_on_goes_on_to_the_right_of_where_it_begins() {
        let wrapped = |line: &str| hanging(line, 20);
        assert_eq!(wrapped("  302ai: balance 40.5 PTC"), ["  302ai: balance", "    40.5 PTC"]);
        assert_eq!(wrapped("  302ai: idle"), ["  302ai: idle"]);
        assert_eq!(wrapped("Programs on this store"), ["Programs on this", "store"]);
    }
}
