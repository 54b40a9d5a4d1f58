//! Long lists over the panes, such as help and the message log: scroll and search. A search leaves only the lines that
//! hold its text, so that the next hit is the next line.

pub mod view;

use crate::{
    app::App,
    keymap::{Action, Ctx, Move, Why},
    kit::{brush::Brush, editor::LineEditor, steps::step},
    layer::{Did, Do, Handle, Overlay},
};
use engine::filter::contains;
use ratatui::layout::{Position, Rect};
use std::{fmt, ptr};
use words::tr;

/// What a list lists.
pub struct Kind {
    /// Its lines, to be searched.
    pub(crate) texts: fn(&App) -> Vec<String>,
    /// Its picture; tells where the caret is.
    pub(crate) draw: fn(&mut Brush<'_>, Rect, &App, &ListView) -> Option<Position>,
    /// Runs the line under its cursor, where it has one.
    pub(crate) run: Option<fn(&mut App) -> Vec<Do>>,
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
    /// At its beginning.
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

fn handle(app: &mut App, did: Did<'_>) -> Option<Vec<Do>> {
    let (page, len) = (page(app), len(app));
    let list = app.screen.top_mut::<ListView>()?;
    let run = list.kind.run.filter(|_| !list.typing);
    match did {
        Did::Key(key) => {
            if list.query.key(key) {
                list.scroll = 0;
            }
        }
        Did::Paste(text) => {
            list.query.paste(text);
            list.scroll = 0;
        }
        Did::Move(_) if list.typing => return None,
        Did::Move(to) => {
            let places = if list.kind.run.is_some() { len } else { len.saturating_sub(page) + 1 };
            list.scroll = step(to, list.scroll, places, page);
        }
        Did::Accept => match run {
            Some(run) => return Some(run(app)),
            None => list.typing = false,
        },
        Did::Click(line) => {
            run?;
            list.scroll = line;
        }
        // From typing to the hits, from the hits to the whole list.
        Did::Back if !list.typing && list.query.text().is_empty() => return None,
        Did::Back => (list.typing, list.query, list.scroll) = (false, LineEditor::default(), 0),
    }
    Some(Vec::new())
}

/// How many lines the search leaves of the list that has the keys.
fn len(app: &App) -> usize {
    let Some(list) = app.screen.top::<ListView>() else { return 0 };
    let needle = list.query.text().to_lowercase();
    (list.kind.texts)(app).iter().filter(|text| contains(text, &needle)).count()
}

/// The lines of a list on the screen: all but its borders and its own last line.
fn page(app: &App) -> usize {
    usize::from(app.screen.height).saturating_sub(3).max(1)
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
