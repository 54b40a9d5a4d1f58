//! Help and the message log as lists: scroll and search. A search leaves only the lines that hold its text, so that the
//! next hit is the next line.

use crate::{
    engine::{effect::Level, filter::contains},
    screens::{
        app::App,
        commands::Do,
        key::Key,
        keymap::{BINDINGS, HelpLine, Move, help_lines},
        kit::editor::LineEditor,
        palette,
        screen::{Layer, ListView},
        table::step,
        toast,
    },
    tr,
};

/// How many lines are left of the list that has the keys.
fn len(app: &App) -> usize {
    let (texts, list): (Vec<String>, _) = match app.screen.layers.last() {
        Some(Layer::Help(list)) => (help_lines(app).iter().map(HelpLine::text).collect(), list),
        Some(Layer::Money(list)) => {
            (crate::screens::money::lines(app).iter().map(crate::screens::money::Line::text).collect(), list)
        }
        Some(Layer::Messages(list)) => (app.screen.messages.iter().map(|message| message.text.clone()).collect(), list),
        _ => return 0,
    };
    let needle = list.query.text().to_lowercase();
    texts.iter().filter(|text| contains(text, &needle)).count()
}

/// The lines of a list on the screen: all but its borders and its own last line.
fn page(app: &App) -> usize {
    usize::from(app.screen.height).saturating_sub(3).max(1)
}

/// The list that has the keys.
fn view(app: &mut App) -> Option<&mut ListView> {
    match app.screen.layers.last_mut() {
        Some(Layer::Help(list) | Layer::Messages(list) | Layer::Money(list)) => Some(list),
        _ => None,
    }
}

/// Scrolls.
pub(crate) fn go(app: &mut App, to: Move) {
    let (page, len) = (page(app), len(app));
    let has_cursor = matches!(app.screen.layers.last(), Some(Layer::Help(_)));
    if let Some(list) = view(app) {
        let places = if has_cursor { len } else { len.saturating_sub(page) + 1 };
        list.scroll = step(to, list.scroll, places, page);
    }
}

/// Help's lines that its search leaves.
#[must_use]
pub fn shown_help(app: &App, list: &ListView) -> Vec<HelpLine> {
    let needle = list.query.text().to_lowercase();
    help_lines(app).into_iter().filter(|line| contains(&line.text(), &needle)).collect()
}

/// Runs the action under help's cursor, help closed.
pub(crate) fn run(app: &mut App) -> Vec<Do> {
    let Some(Layer::Help(list)) = app.screen.layers.last() else { return Vec::new() };
    match shown_help(app, list).get(list.scroll) {
        Some(HelpLine::Key { binding, .. }) => palette::run(app, &BINDINGS[*binding]),
        Some(HelpLine::Title(_) | HelpLine::Word { .. } | HelpLine::Sign { .. }) | None => {
            toast::say(app, Level::Info, tr!("that line explains only; a line with keys can be run").into(), None);
            Vec::new()
        }
    }
}

/// Begins or ends the typing of a search.
pub(crate) fn typing(app: &mut App, typing: bool) {
    if let Some(list) = view(app) {
        list.typing = typing;
    }
}

/// Takes a key of the search; the list follows as it is typed.
pub(crate) fn typed(app: &mut App, key: Key) {
    if let Some(list) = view(app)
        && list.query.key(key)
    {
        list.scroll = 0;
    }
}

/// Takes a paste into the search.
pub(crate) fn pasted(app: &mut App, text: &str) {
    if let Some(list) = view(app) {
        list.query.paste(text);
        list.scroll = 0;
    }
}

/// Goes one step back: from typing to the hits, from the hits to the whole list. Tells whether there was such a step.
pub(crate) fn back(app: &mut App) -> bool {
    let Some(list) = view(app) else { return false };
    if !list.typing && list.query.text().is_empty() {
        return false;
    }
    (list.typing, list.query, list.scroll) = (false, LineEditor::default(), 0);
    true
}
