//! The filter being typed, in the footer's place; the table follows as it is typed.

use super::rebuild;
use crate::{
    app::App,
    commands::Do,
    key::Code,
    keymap::{Action, Ctx},
    kit::{brush::Brush, editor::LineEditor, text},
    layer::{Covers, Did, Handle, Overlay},
    screen::Screen,
};
use domain::reason::filter::FilterFault;
use engine::filter::Filter;
use ratatui::{
    layout::{Position, Rect},
    style::{Modifier, Style},
};
use words::{reason, tr};

/// The line in which the filter is typed.
#[derive(Clone, Debug)]
pub struct FilterInput {
    /// The text.
    pub line: LineEditor,
    /// The filter before, which Esc brings back.
    pub before: Filter,
    /// Whether the text is still the one that it was opened with: what is typed takes its place.
    pub selected: bool,
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
        vec![(Ctx::Filter, Action::Accept)]
    }

    fn covers(&self) -> Covers {
        Covers::Footer
    }

    fn draw(&self, brush: &mut Brush<'_>, place: Rect, _: &App) -> Option<Position> {
        let (line, fault) = (&self.line, self.fault.as_ref().map(reason::filter));
        let theme = brush.look.theme;
        let x = brush.text(place.x + 1, place.y, place.width, tr!("filter "), theme.strong);
        let room = place.right().saturating_sub(x + 1);
        // A fault gets what the text leaves, and at least half.
        let typed = u16::try_from(text::width(line.text())).unwrap_or(room).saturating_add(2);
        let fault_room = fault.as_ref().map_or(0, |_| room.saturating_sub(typed).max(room / 2));
        let (text, caret) = line.window(room - fault_room);
        let style = if self.selected { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        brush.text(x, place.y, room - fault_room, &text, style);
        if let Some(fault) = fault {
            brush.text(x + room - fault_room + 1, place.y, fault_room.saturating_sub(1), &fault, theme.bad);
        }
        Some(Position::new((x + caret).min(place.right() - 1), place.y))
    }
}

fn handle(app: &mut App, did: Did<'_>) -> Option<Vec<Do>> {
    let input = app.screen.top_mut::<FilterInput>()?;
    match did {
        Did::Key(key) => {
            let replaces = Screen::is_text(&key) || matches!(key.code, Code::Backspace | Code::Delete);
            if std::mem::take(&mut input.selected) && replaces {
                input.line = LineEditor::default();
                input.line.key(key);
                changed(app);
            } else if input.line.key(key) {
                changed(app);
            }
        }
        Did::Paste(text) => {
            if std::mem::take(&mut input.selected) {
                input.line = LineEditor::default();
            }
            input.line.paste(text);
            changed(app);
        }
        // A faulty one stays open with its fault.
        Did::Accept if input.fault.is_some() => {}
        Did::Accept => drop(app.screen.layers.pop()),
        Did::Back => {
            let input = app.screen.take::<FilterInput>()?;
            app.screen.table.filter = input.before;
            rebuild(app);
        }
        Did::Move(_) | Did::Click(_) => return None,
    }
    Some(Vec::new())
}

/// The text changed: the table follows, as long as the text can be read.
fn changed(app: &mut App) {
    let Some(input) = app.screen.top_mut::<FilterInput>() else { return };
    match Filter::parse(input.line.text()) {
        Ok(filter) => {
            input.fault = None;
            app.screen.table.filter = filter;
            rebuild(app);
        }
        Err(why) => input.fault = Some(why),
    }
}
