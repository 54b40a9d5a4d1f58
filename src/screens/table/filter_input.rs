//! The filter being typed, in the footer's place; the table follows as it is typed.

use super::{filter_words, go_to, rearrange, state::Left};
use crate::{
    app::App,
    key::Code,
    keymap::{Action, Ctx},
    layer::{Covers, Handle, LayerInput, Overlay, Wish},
    screen::Screen,
    toast,
    widgets::{
        brush::{Brush, span},
        editor::LineEditor,
        steps::Direction,
        tab::Tab,
        text,
        theme::Look,
    },
};
use domain::{reason::filter::FilterFault, task::TaskKey};
use engine::filter::Filter;
use ratatui::{
    layout::{Position, Rect},
    style::{Modifier, Style},
    text::Line,
};
use words::{reason, tr};

/// The line in which the filter is typed.
#[derive(Clone, Debug)]
pub struct FilterInput {
    pub line: LineEditor,
    /// The filter before, which Esc brings back.
    pub before: Filter,
    /// The task that the cursor was on, which Esc goes back to.
    pub cursor: Option<TaskKey>,
    /// What had been chosen then, where the cursor is on another task since.
    pub left: Option<Left>,
    /// Whether the text is still the one that it was opened with: what is typed takes its place.
    pub selected: bool,
    /// The completion under way: Tab goes from one candidate to the next.
    pub tab: Option<Tab>,
    /// Why the text is no filter.
    pub fault: Option<FilterFault>,
}

/// Opens it with the present filter.
pub(crate) fn open(app: &mut App) {
    let before = app.screen.table.filter.clone();
    app.screen.open(FilterInput {
        line: LineEditor::new(&before.text),
        selected: !before.text.is_empty(),
        before,
        cursor: app.screen.table.cursor,
        left: app.screen.table.left,
        tab: None,
        fault: None,
    });
}

impl Overlay for FilterInput {
    fn ctx(&self) -> Ctx {
        Ctx::Filter
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        vec![(Ctx::Filter, Action::Accept), (Ctx::Filter, Action::CompleteWord)]
    }

    fn covers(&self) -> Covers {
        Covers::FooterAndAbove
    }

    /// The line in the footer's place; above it why it is no filter, in full, and the words that fit.
    fn draw(&self, brush: &mut Brush<'_>, place: Rect, app: &App) -> Option<Position> {
        let theme = brush.look.theme;
        let x = brush.text(place.x + 1, place.y, place.width, tr!("filter "), theme.strong);
        let room = place.right().saturating_sub(x + 1);
        let (text, caret) = self.line.window(room);
        let style = if self.selected { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        brush.text(x, place.y, room, &text, style);
        let lines = self.beside(app, brush.look, place.width.saturating_sub(4));
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(place.y);
        let above = Rect { y: place.y - height, height, ..place };
        brush.wipe(above);
        for (y, line) in (above.y..).zip(&lines).take(usize::from(height)) {
            brush.across(above.x, y, above.width, theme.faint);
            brush.line(above.x + 2, y, above.width.saturating_sub(4), line);
        }
        Some(Position::new((x + caret).min(place.right() - 1), place.y))
    }
}

impl FilterInput {
    fn beside(&self, app: &App, look: Look, width: u16) -> Vec<Line<'static>> {
        let theme = look.theme;
        let fault = self.fault.as_ref().map(reason::filter).unwrap_or_default();
        let fault = text::wrap(&fault, usize::from(width.saturating_sub(2)));
        let mut lines: Vec<Line<'static>> = fault
            .iter()
            .filter(|part| !part.is_empty())
            .map(|part| Line::from(span(format!(" {part} "), theme.bad)))
            .collect();
        if let Some(tab) = &self.tab {
            // The chosen one is always in sight.
            let words = tab.words.iter().enumerate().skip(tab.at.saturating_sub(3));
            let words = words.map(|(at, word)| match at == tab.at {
                true => span(format!("[{word}]"), theme.chosen),
                false => span(format!(" {word} "), theme.faint),
            });
            lines.push(Line::from(words.collect::<Vec<_>>()));
            return lines;
        }
        let words = filter_words::candidates(app, last(self.line.text()));
        if !words.is_empty() && !self.selected {
            let key = app.key(Ctx::Filter, Action::CompleteWord).unwrap_or_default();
            lines.push(Line::from(span(format!(" {key}{}{} ", tr!(": "), words.join(" ")), theme.faint)));
        }
        lines
    }
}

/// The word that is being typed.
fn last(text: &str) -> &str {
    text.rsplit([' ', '\u{3000}']).next().unwrap_or_default()
}

/// Tab: the first word that fits, then the next one; backwards the one before.
pub(crate) fn complete(app: &mut App, to: Direction) -> Vec<Wish> {
    let Some(input) = app.screen.top::<FilterInput>() else { return Vec::new() };
    let tab = input.tab.as_ref().map_or_else(
        || {
            let text = input.line.text();
            let last = last(text);
            Tab::begin(&text[..text.len() - last.len()], filter_words::candidates(app, last), to)
        },
        |tab| tab.step(to),
    );
    let Some(text) = tab.text() else {
        toast::no_completion(app);
        return Vec::new();
    };
    if let Some(input) = app.screen.top_mut::<FilterInput>() {
        input.line = LineEditor::new(&text);
        (input.selected, input.tab) = (false, tab.goes_on());
    }
    changed(app);
    Vec::new()
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let input = app.screen.top_mut::<FilterInput>()?;
    match did {
        LayerInput::Key(key) => {
            let replaces = Screen::is_text(&key) || matches!(key.code, Code::Backspace | Code::Delete);
            input.tab = None;
            if std::mem::take(&mut input.selected) && replaces {
                input.line = LineEditor::default();
                input.line.key(key);
                changed(app);
            } else if input.line.key(key) {
                changed(app);
            }
        }
        LayerInput::Paste(text) => {
            input.tab = None;
            if std::mem::take(&mut input.selected) {
                input.line = LineEditor::default();
            }
            input.line.paste(text);
            changed(app);
        }
        // A faulty one stays open with its fault.
        LayerInput::Accept if input.fault.is_some() => {}
        LayerInput::Accept => drop(app.screen.layers.pop()),
        LayerInput::Back => {
            let input = app.screen.take::<FilterInput>()?;
            app.screen.table.filter = input.before;
            rearrange(app);
            if app.screen.table.cursor != input.cursor {
                input.cursor.map(|key| go_to(app, key));
            }
            app.screen.table.left = input.left;
        }
        LayerInput::Move(_) | LayerInput::Click(_) => return None,
    }
    Some(Vec::new())
}

/// The text changed: the table follows, as long as the text can be read.
fn changed(app: &mut App) {
    let Some(input) = app.screen.top_mut::<FilterInput>() else { return };
    match Filter::parse(input.line.text()) {
        Ok(filter) => {
            input.fault = None;
            let before = input.left.map(Left::key).or(input.cursor);
            app.screen.table.filter = filter;
            rearrange(app);
            // A text that is half typed may find nothing: the cursor is where it was before, or on the first that is
            // found.
            let first = app.screen.table.order.get(app.screen.table.pins).copied();
            let chosen = before.filter(|key| app.screen.table.order.contains(key)).or(first);
            chosen.map(|key| go_to(app, key));
        }
        Err(why) => input.fault = Some(why),
    }
}
