//! Detail and download: its head with the parts to choose from, and the part that is looked at.

use crate::{
    app::App,
    detail::state::DetailTab,
    detail::{overview, past, sights},
    keymap::Pane,
    table::{acts, archive},
    widgets::{
        brush::{Brush, LABEL},
        text,
        theme::Look,
    },
};
use domain::task::Row;
use engine::{expected, msg::Detail};
use ratatui::{
    layout::Rect,
    text::{Line, Span},
};
use words::{names, tr};

/// What a part of detail is made from.
pub(crate) struct About<'a> {
    /// Everything.
    pub(crate) app: &'a App,
    /// The task's line of the table.
    pub(crate) row: &'a Row,
    /// All about it, once it has been read.
    pub(crate) loaded: Option<&'a Detail>,
    /// Colours and signs.
    pub(crate) look: Look,
    /// Cells across.
    pub(crate) width: u16,
}

/// Draws it, the pictures alone where the text shown before stays; tells the first line that is seen, and where the
/// file's path stands.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App, stays: bool) -> (Option<usize>, Option<Rect>) {
    let look = brush.look;
    let row = shown(app);
    if stays {
        if row.is_some() {
            sights::draw(brush, place, app);
        }
        return (None, None);
    }
    brush.head(place, &head(app, row, look, place.width), "");
    let content = sights::content(place);
    let Some(row) = row else {
        brush.text(place.x + 3, content.y + 1, content.width, tr!("No task is chosen."), look.theme.faint);
        return (None, None);
    };
    sights::draw(brush, place, app);
    let content = Rect { width: content.width.saturating_sub(sights::taken(app, place)), ..content };
    let loaded = app.screen.detail.loaded.as_deref().filter(|detail| detail.task.key == row.key);
    let about = About { app, row, loaded, look, width: content.width };
    let lines = match app.screen.detail.tab {
        DetailTab::Overview => overview::lines(&about),
        DetailTab::TimeLine => past::time_line(&about),
        DetailTab::Request => past::request(&about),
        DetailTab::Answers => past::answers(&about),
        DetailTab::Attempts => past::attempts(&about),
        DetailTab::Picture => return (None, None),
    };
    let top = brush.scrolled(content, &lines, app.screen.detail.scroll);
    let file = (app.screen.detail.tab == DetailTab::Overview).then(|| overview::file_lines(&lines)).flatten();
    (Some(top), file.and_then(|(first, count)| seen(content, top, first, count)))
}

/// The cells of a value's lines, as far as they are seen.
fn seen(content: Rect, top: usize, first: usize, count: usize) -> Option<Rect> {
    let row = |line: usize| u16::try_from(line.saturating_sub(top)).unwrap_or(u16::MAX).min(content.height);
    let (from, to) = (row(first), row(first + count));
    let label = u16::try_from(LABEL).unwrap_or(u16::MAX);
    let width = content.width.checked_sub(label + 2)?;
    (from < to).then(|| Rect::new(content.x + label, content.y + from, width, to - from))
}

/// Whether another task is shown than the one under the cursor, because the store is being asked about that one.
pub(crate) fn is_behind(app: &App) -> bool {
    let cursor = app.screen.table.cursor;
    shown(app).map(|row| row.key) != cursor
}

/// The task that is shown: the one under the cursor, but while the store is asked about that one still the one before.
/// So a held key moves the cursor through the table and redraws detail once, where it ends.
pub(super) fn shown(app: &App) -> Option<&Row> {
    let (cursor, detail) = (app.screen.table.cursor?, &app.screen.detail);
    let before = detail.loaded.as_ref().map(|loaded| loaded.task.key).filter(|_| detail.rest.is_some());
    before.and_then(|key| archive::row(app, &key)).or_else(|| archive::row(app, &cursor))
}

fn head(app: &App, row: Option<&Row>, look: Look, width: u16) -> Line<'static> {
    let focused = app.screen.pane == Pane::Detail;
    // Not by colour alone: the sign says which pane has the keys.
    let mut spans = vec![Span::styled(if focused { look.signs.cursor } else { "" }, look.theme.chosen)];
    if let Some(row) = row {
        spans.push(Span::styled(format!("{} ", row.key), look.theme.strong));
        spans.push(Span::styled(
            format!("{} {}", look.signs.state(row.state), names::state(row.state)),
            look.theme.state(row.state),
        ));
        spans.push(Span::styled(format!(" {} ", look.signs.across.repeat(2)), look.theme.faint));
    }
    let used: usize = spans.iter().map(|span| text::width(&span.content)).sum();
    let tabs = sights::tabs(app);
    let all =
        |name: fn(DetailTab) -> &'static str| -> usize { tabs.iter().map(|tab| text::width(name(*tab)) + 2).sum() };
    // The rule begins before the head and ends after it. Every part has a name however narrow it is.
    let room = usize::from(width).saturating_sub(used + 4);
    let name = if all(name) <= room { name } else { short_name };
    for tab in tabs {
        let chosen = tab == app.screen.detail.tab;
        let style = match (chosen, focused) {
            (true, true) => look.theme.chosen,
            (true, false) => look.theme.strong,
            (false, _) => look.theme.faint,
        };
        let name = if chosen { format!("[{}]", name(tab)) } else { format!(" {} ", name(tab)) };
        spans.push(Span::styled(name, style));
    }
    Line::from(spans)
}

/// A part's name.
pub(crate) fn name(tab: DetailTab) -> &'static str {
    match tab {
        DetailTab::Overview => tr!("Overview"),
        DetailTab::TimeLine => tr!("Time line"),
        DetailTab::Request => tr!("Request"),
        DetailTab::Answers => tr!("Answers"),
        DetailTab::Attempts => tr!("Attempts"),
        DetailTab::Picture => tr!("Picture"),
    }
}

/// A part's name where there is little room.
fn short_name(tab: DetailTab) -> &'static str {
    match tab {
        DetailTab::Overview => tr!("View"),
        DetailTab::TimeLine => tr!("Time"),
        DetailTab::Request => tr!("Req"),
        DetailTab::Answers => tr!("Ans"),
        DetailTab::Attempts => tr!("Try"),
        DetailTab::Picture => tr!("Pic"),
    }
}

/// What a part says that needs more than the table's line.
pub(crate) fn not_yet(look: Look) -> Vec<Line<'static>> {
    vec![Line::styled(tr!("Being read from the store."), look.theme.faint)]
}

/// `usually 2-4 min`.
pub(crate) fn usually(about: &About<'_>) -> Option<String> {
    expected::of(&about.app.work, about.row)
        .map(|expected| tr!("usually {time}", time = words::amounts::usual(expected, false)))
}

/// The acts that are possible now, in as few lines as they need, and those that are not, each with why. They are those
/// of the task under the cursor, also in the moment before detail has followed it: that is the task they would go to.
/// While tasks are marked they go to those instead, and it is said.
pub(crate) fn acts(about: &About<'_>) -> (Vec<Line<'static>>, Vec<Line<'static>>) {
    let look = about.look;
    let label = |name: &str| Span::styled(text::pad(name, LABEL), look.theme.faint);
    let (possible, others): (Vec<_>, Vec<_>) = acts::acts(about.app).into_iter().partition(|act| act.why_not.is_none());
    let (mut now, mut line) = (Vec::new(), vec![label(tr!("Now"))]);
    let marked = about.app.screen.table.marks.len();
    if marked > 0 {
        let which = match marked {
            1 => tr!("with the marked task").to_owned(),
            count => tr!("with the {count} marked", count),
        };
        line.push(Span::styled(which + tr!(": "), look.theme.warn));
    }
    let heads = line.len();
    if possible.is_empty() {
        line.push(Span::styled(tr!("none"), look.theme.faint));
    }
    for act in possible {
        let pays = if act.paid { look.signs.pays } else { "" };
        let does = format!(" {}{pays}", act.words);
        let used: usize = line.iter().map(|span| text::width(&span.content)).sum();
        if used + 2 + text::width(&act.key) + text::width(&does) > usize::from(about.width).saturating_sub(2) {
            now.push(Line::from(std::mem::replace(&mut line, vec![label("")])));
        } else if line.len() > heads {
            line.push(Span::raw("  "));
        }
        line.extend([Span::styled(act.key, look.theme.key), Span::raw(does)]);
    }
    now.push(Line::from(line));
    let not_now = others.into_iter().enumerate().map(|(n, act)| {
        let what = format!("{} {}{}{}", act.key, act.words, tr!(": "), act.why_not.unwrap_or_default());
        Line::from(vec![label(if n == 0 { tr!("Not now") } else { "" }), Span::styled(what, look.theme.faint)])
    });
    (now, not_now.collect())
}
