//! Long lists over the panes, such as help and the message log: scroll and search. A search leaves only the lines that
//! hold its text, so that the next hit is the next line.

pub mod view;

use crate::{
    app::App,
    keymap::{Action, Ctx, Move, Why},
    layer::{Handle, LayerInput, Overlay, Wish},
    lists::view::{list_place, page_of, rows_of},
    toast,
    widgets::{brush::Brush, editor::LineEditor, steps::step},
};
use ratatui::layout::{Position, Rect};
use std::{fmt, ptr};
use words::tr;

/// What a list lists.
pub struct Kind {
    /// Its lines, to be searched.
    pub(crate) texts: fn(&App) -> Vec<String>,
    /// How many lines of a frame that wide each text takes that the search leaves.
    pub(crate) heights: fn(&App, &ListView, u16) -> Vec<usize>,
    /// Its picture; tells where the caret is.
    pub(crate) draw: fn(&mut Brush<'_>, Rect, &App, &ListView) -> Option<Position>,
    /// Runs the line under its cursor, where it has one.
    pub(crate) run: Option<fn(&mut App) -> Vec<Wish>>,
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<Self>())
    }
}

/// A list with a cursor or a text with a scroll.
#[derive(Clone, Debug)]
pub struct ListView {
    /// What it lists.
    pub kind: &'static Kind,
    /// First line shown; where lines can be run the line under the cursor.
    pub scroll: usize,
    /// What is searched for in it.
    pub query: LineEditor,
    /// Whether the query is being typed.
    pub typing: bool,
}

impl ListView {
    /// A list of that kind, at its beginning.
    #[must_use]
    pub fn of(kind: &'static Kind) -> Self {
        Self { kind, scroll: 0, query: LineEditor::default(), typing: false }
    }

    /// Whether it lists that.
    #[must_use]
    pub fn is(&self, kind: &'static Kind) -> bool {
        ptr::eq(self.kind, kind)
    }
}

impl Overlay for ListView {
    fn ctx(&self) -> Ctx {
        if self.typing { Ctx::Filter } else { Ctx::List }
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, place: Rect, app: &App) -> Option<Position> {
        (self.kind.draw)(brush, place, app, self)
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        if self.typing {
            return vec![(Ctx::Filter, Action::Accept)];
        }
        let keys = [
            Action::Accept,
            Action::Search,
            Action::NextHit,
            Action::PreviousHit,
            Action::Move(Move::PageDown),
            Action::Move(Move::PageUp),
        ];
        keys.map(|action| (Ctx::List, action)).into()
    }

    fn finds_actions(&self) -> bool {
        self.kind.run.is_some()
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let place = place(app);
    let page = rows_of(place).max(1);
    let heights = app.screen.top::<ListView>().map(|list| (list.kind.heights)(app, list, place.width))?;
    let list = app.screen.top_mut::<ListView>()?;
    let run = list.kind.run.filter(|_| !list.typing);
    match did {
        LayerInput::Key(key) => {
            if list.query.key(key) {
                list.scroll = 0;
            }
        }
        LayerInput::Paste(text) => {
            list.query.paste(text);
            list.scroll = 0;
        }
        LayerInput::Move(_) if list.typing => return None,
        LayerInput::Move(to) => {
            list.scroll = if list.kind.run.is_some() {
                cursor_to(to, list.scroll, &heights, page)
            } else {
                let places = heights.iter().sum::<usize>().saturating_sub(page) + 1;
                step(to, list.scroll.min(places - 1), places, page)
            };
        }
        LayerInput::Accept => match run {
            Some(run) => return Some(run(app)),
            None => list.typing = false,
        },
        LayerInput::Click(line) => {
            run?;
            list.scroll = line;
        }
        // From typing to the hits, from the hits to the whole list.
        LayerInput::Back if !list.typing && list.query.text().is_empty() => return None,
        LayerInput::Back => (list.typing, list.query, list.scroll) = (false, LineEditor::default(), 0),
    }
    Some(Vec::new())
}

/// Where a move leads the cursor of a list that is shown page by page: a page is so many lines, and what is on it may
/// take several of them.
fn cursor_to(to: Move, at: usize, heights: &[usize], page: usize) -> usize {
    let first_lines: Vec<usize> = heights
        .iter()
        .scan(0, |line, height| {
            let first = *line;
            *line += height;
            Some(first)
        })
        .collect();
    let line = first_lines.get(at).copied().unwrap_or(0);
    let shown = page_of(line, page);
    let wanted = match to {
        Move::PageDown => shown + page,
        Move::PageUp => shown.saturating_sub(page),
        Move::HalfDown => line + page.div_ceil(2),
        Move::HalfUp => line.saturating_sub(page.div_ceil(2)),
        Move::Up | Move::Down | Move::First | Move::Last => return step(to, at, heights.len(), page),
    };
    let found = first_lines.iter().position(|line| *line >= wanted);
    found.unwrap_or_else(|| heights.len().saturating_sub(1))
}

/// Where the list lies now: what was just said stands below it.
fn place(app: &App) -> Rect {
    list_place(Rect::new(0, 0, app.screen.width, app.screen.height - toast::rows(app).min(app.screen.height)))
}

/// Begins to type a search.
pub(crate) fn search(app: &mut App) {
    if let Some(list) = app.screen.top_mut::<ListView>() {
        list.typing = true;
    }
}

/// Whether a key of a list can do that now.
///
/// # Errors
/// Why not.
pub(crate) fn possible(app: &App, action: Action) -> Result<(), Why> {
    match action {
        Action::Accept => in_help(app),
        Action::NextHit | Action::PreviousHit => searched(app),
        _ => Ok(()),
    }
}

fn searched(app: &App) -> Result<(), Why> {
    match app.screen.top::<ListView>() {
        Some(list) if !list.query.text().is_empty() => Ok(()),
        _ => Err(Why(tr!("There is no search yet; {search} searches", search = app.named(Ctx::List, Action::Search)))),
    }
}

fn in_help(app: &App) -> Result<(), Why> {
    match app.screen.top::<ListView>() {
        Some(list) if list.kind.run.is_some() => Ok(()),
        _ => Err(Why(tr!("There is nothing to run here").into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_leave_no_line_out_whatever_lines_each_text_takes() {
        let (heights, page) = ([1, 2, 1, 3, 1, 1, 2, 2, 1, 1, 4, 1], 5);
        let all: usize = heights.iter().sum();
        let shown = |at: usize| {
            let first = page_of(heights[..at].iter().sum(), page).min(all - page);
            first..first + page
        };
        let (mut at, mut seen) = (0, shown(0).collect::<Vec<_>>());
        for _ in 0..heights.len() {
            at = cursor_to(Move::PageDown, at, &heights, page);
            seen.extend(shown(at));
        }
        assert!((0..all).all(|line| seen.contains(&line)), "{seen:?}");
        assert_eq!(at, heights.len() - 1);
        for _ in 0..heights.len() {
            at = cursor_to(Move::PageUp, at, &heights, page);
        }
        assert_eq!(at, 0);
    }
}
