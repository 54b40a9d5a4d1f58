//! The smaller things that lie over the panes: menus, questions, the message log. Help and the palette stand in `finder`.

use crate::{
    domain::task::TaskKey,
    engine::filter::contains,
    lang,
    screens::{
        app::App,
        keymap::Ctx,
        kit::{
            brush::{Brush, span},
            editor::LineEditor,
            text,
            theme::Look,
        },
        money::view as money,
        screen::{Confirm, ListView},
        shell::{hints, layout},
        table::columns,
    },
    tr,
    words::amounts as words,
};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use std::collections::BTreeSet;

/// A line that is chosen or not, with a sign besides its colour.
pub(crate) fn choice(text: &str, chosen: bool, look: Look) -> Line<'static> {
    let (sign, style) = if chosen { (look.signs.cursor, look.theme.chosen) } else { (" ", Style::new()) };
    Line::from(vec![Span::styled(format!("{sign} "), look.theme.chosen), span(text, style)])
}

/// Keys and what they do in this layer, from the table of keys: `Esc closes · / searches`.
pub(crate) fn keys_line(app: &App, look: Look, ways: &[(Ctx, &str, &str)]) -> Line<'static> {
    let mut spans = Vec::new();
    for (ctx, id, does) in ways {
        let Some(key) = hints::key(app, *ctx, id) else { continue };
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
    let place = brush.frame(place, title);
    let first = brush.scrolled(place, lines, scroll);
    brush.clickable(place, first..lines.len());
    place
}

/// So far down a list that its chosen line is seen, with some lines after it.
fn scroll_to(at: usize, screen: Rect) -> usize {
    at.saturating_sub(usize::from(screen.height.saturating_sub(8)))
}

/// What to copy.
pub(crate) fn copy_menu(brush: &mut Brush<'_>, screen: Rect, app: &App) {
    let look = brush.look;
    let lines: Vec<Line<'static>> = hints::copies(app)
        .into_iter()
        .map(|act| match act.why_not {
            None => Line::from(vec![Span::styled(text::pad(&act.key, 3), look.theme.key), Span::raw(act.words)]),
            Some(why) => {
                Line::styled(format!("{}{}{}{why}", text::pad(&act.key, 3), act.words, tr!(": ")), look.theme.faint)
            }
        })
        .collect();
    list(brush, screen, tr!("Copy"), &lines, 0);
}

/// By which column to sort; the present one again turns the order round.
pub(crate) fn sort_menu(brush: &mut Brush<'_>, screen: Rect, app: &App, at: usize) {
    let (look, sort) = (brush.look, app.screen.table.sort);
    let lines: Vec<Line<'static>> = columns::ALL
        .iter()
        .enumerate()
        .map(|(n, column)| {
            let now = if sort.column == *column { look.signs.sorted[usize::from(sort.descending)] } else { "" };
            choice(&format!("{}{now}", text::pad(lang::tr(column.id), 9)), n == at, look)
        })
        .collect();
    list(brush, screen, tr!("Sort by"), &lines, scroll_to(at, screen));
}

/// The values of a field.
pub(crate) fn choose(
    brush: &mut Brush<'_>,
    screen: Rect,
    title: &str,
    choices: &[&str],
    at: usize,
    marks: &BTreeSet<usize>,
) {
    let look = brush.look;
    let marked = |n: usize| if marks.contains(&n) { look.signs.mark } else { " " };
    let lines: Vec<Line<'static>> = choices
        .iter()
        .enumerate()
        .map(|(n, text)| {
            if marks.is_empty() {
                choice(text, n == at, look)
            } else {
                choice(&format!("{} {text}", marked(n)), n == at, look)
            }
        })
        .collect();
    list(brush, screen, title, &lines, scroll_to(at, screen));
}

/// A question.
pub(crate) fn confirm(brush: &mut Brush<'_>, screen: Rect, app: &App, confirm: &Confirm) {
    let look = brush.look;
    let width = usize::from(screen.width.saturating_sub(8).min(64));
    let mut lines: Vec<Line<'static>> = text::wrap(&confirm.question, width).into_iter().map(Line::raw).collect();
    lines.push(Line::default());
    let ways = [(Ctx::Confirm, "yes", tr!("yes")), (Ctx::Confirm, "no", tr!("no")), (Ctx::Global, "back", tr!("no"))];
    lines.push(keys_line(app, look, &ways));
    list(brush, screen, tr!("Are you sure?"), &lines, 0);
}

/// How to settle an unknown.
pub(crate) fn resolve(
    brush: &mut Brush<'_>,
    screen: Rect,
    app: &App,
    key: TaskKey,
    at: usize,
    line: &LineEditor,
) -> Option<Position> {
    let look = brush.look;
    let width = usize::from(screen.width.saturating_sub(6).min(62));
    let mut lines: Vec<Line<'static>> =
        text::wrap(tr!("Nobody can tell whether the service took it. What does the gateway's own log show?"), width)
            .into_iter()
            .map(Line::raw)
            .collect();
    let ways = [tr!("Taken, id lost: stays counted"), tr!("Never made: not charged"), tr!("Taken, and its id is:")];
    lines.extend(ways.iter().enumerate().map(|(n, way)| choice(way, n == at, look)));
    let field = lines.len();
    lines.push(Line::default());
    let keys = [(Ctx::Resolve, "accept", tr!("settles it")), (Ctx::Global, "back", tr!("leaves it unknown"))];
    lines.push(keys_line(app, look, &keys));
    let place = list(brush, screen, &tr!("Settle {key}", key), &lines, 0);
    let question = field - ways.len();
    brush.chosen_by.retain(|(_, line)| (question..field).contains(line));
    brush.chosen_by.iter_mut().for_each(|(_, line)| *line -= question);
    let y = place.y.saturating_add(u16::try_from(field).unwrap_or(0));
    if y >= place.bottom() {
        return None;
    }
    let label = format!("{}{}", tr!("task id"), tr!(": "));
    let x = brush.text(place.x + 4, y, place.width.saturating_sub(5), &label, look.theme.faint);
    let room = place.right().saturating_sub(x);
    let (text, caret) = line.window(room.saturating_sub(1));
    brush.text(x, y, room, &text, look.theme.strong);
    (at == 2).then(|| Position::new((x + caret).min(place.right().saturating_sub(1)), y))
}

/// The message log, the newest first. Its scroll counts messages, whatever lines they take.
pub(crate) fn messages(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    let look = brush.look;
    let room = usize::from(list_place(screen).width).saturating_sub(4 + 16);
    let needle = view.query.text().to_lowercase();
    let (mut lines, mut first) = (Vec::new(), 0);
    let shown = app.screen.messages.iter().rev().filter(|message| contains(&message.text, &needle));
    for (at, message) in shown.enumerate() {
        if at == view.scroll {
            first = lines.len();
        }
        let time = words::moment(message.at, app.work.now);
        // Most messages name their task themselves.
        let named = message.key.map(|key| format!("{key} ")).filter(|key| !message.text.starts_with(key.as_str()));
        let key = named.unwrap_or_default();
        for (n, part) in text::wrap(&format!("{key}{}", message.text), room).into_iter().enumerate() {
            let (time, sign) = if n == 0 { (time.as_str(), look.signs.level(message.level)) } else { ("", "") };
            lines.push(Line::from(vec![
                Span::styled(text::pad(time, 12), look.theme.faint),
                Span::styled(format!("{sign:<2}"), look.theme.level(message.level)),
                Span::raw(part),
            ]));
        }
    }
    if lines.is_empty() && needle.is_empty() {
        lines.push(Line::styled(tr!("Nothing has been said yet."), look.theme.faint));
    }
    let list = LongList { title: tr!("Messages"), lines, first, runs: false };
    searchable(brush, screen, app, &list, view)
}

/// What was spent, by what, and what is left.
pub(crate) fn money(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    let width = list_place(screen).width.saturating_sub(4);
    let lines = money::lines(app, &view.query.text().to_lowercase(), brush.look, width);
    let list = LongList { title: tr!("Money"), lines, first: view.scroll, runs: false };
    searchable(brush, screen, app, &list, view)
}

/// What a long list shows.
pub(crate) struct LongList {
    /// On its frame.
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
    let place = brush.frame(list_place(screen), list.title);
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
    let mut ways = vec![(Ctx::Global, "back", tr!("closes")), (Ctx::List, "search", tr!("searches"))];
    if list.runs {
        ways.push((Ctx::List, "accept", tr!("runs")));
    }
    brush.line(place.x, foot, place.width, &keys_line(app, look, &ways));
    None
}

/// Where a long list lies.
pub(crate) fn list_place(screen: Rect) -> Rect {
    const WIDEST: u16 = 100;
    layout::centred(screen, screen.width.saturating_sub(6).min(WIDEST), screen.height)
}
