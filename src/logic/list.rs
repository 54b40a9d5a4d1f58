//! Help and the message log as lists: scroll and search. A search leaves only the lines that hold its text, so that the
//! next hit is the next line.

use super::{
    commands::Do,
    editor::LineEditor,
    effect::Level,
    filter::contains,
    key::Key,
    keymap::{BINDINGS, HelpLine, Move, help_lines},
    palette,
    screen::{Layer, ListView},
    state::State,
    table::step,
    toast,
};
use crate::tr;

/// How many lines are left of the list that has the keys.
fn len(state: &State) -> usize {
    let (texts, list): (Vec<String>, _) = match state.screen.layers.last() {
        Some(Layer::Help(list)) => (help_lines(state).iter().map(HelpLine::text).collect(), list),
        Some(Layer::Money(list)) => (super::ledger::lines(state).iter().map(super::ledger::Line::text).collect(), list),
        Some(Layer::Messages(list)) => {
            (state.screen.messages.iter().map(|message| message.text.clone()).collect(), list)
        }
        _ => return 0,
    };
    let needle = list.query.text().to_lowercase();
    texts.iter().filter(|text| contains(text, &needle)).count()
}

/// The lines of a list on the screen: all but its borders and its own last line.
fn page(state: &State) -> usize {
    usize::from(state.screen.height).saturating_sub(3).max(1)
}

/// The list that has the keys.
fn view(state: &mut State) -> Option<&mut ListView> {
    match state.screen.layers.last_mut() {
        Some(Layer::Help(list) | Layer::Messages(list) | Layer::Money(list)) => Some(list),
        _ => None,
    }
}

/// Scrolls.
pub(super) fn go(state: &mut State, to: Move) {
    let (page, len) = (page(state), len(state));
    let has_cursor = matches!(state.screen.layers.last(), Some(Layer::Help(_)));
    if let Some(list) = view(state) {
        let places = if has_cursor { len } else { len.saturating_sub(page) + 1 };
        list.scroll = step(to, list.scroll, places, page);
    }
}

/// Help's lines that its search leaves.
#[must_use]
pub fn shown_help(state: &State, list: &ListView) -> Vec<HelpLine> {
    let needle = list.query.text().to_lowercase();
    help_lines(state).into_iter().filter(|line| contains(&line.text(), &needle)).collect()
}

/// Runs the action under help's cursor, help closed.
pub(super) fn run(state: &mut State) -> Vec<Do> {
    let Some(Layer::Help(list)) = state.screen.layers.last() else { return Vec::new() };
    match shown_help(state, list).get(list.scroll) {
        Some(HelpLine::Key { binding, .. }) => palette::run(state, &BINDINGS[*binding]),
        Some(HelpLine::Title(_) | HelpLine::Word { .. } | HelpLine::Sign { .. }) | None => {
            toast::say(state, Level::Info, tr!("that line explains only; a line with keys can be run").into(), None);
            Vec::new()
        }
    }
}

/// Begins or ends the typing of a search.
pub(super) fn typing(state: &mut State, typing: bool) {
    if let Some(list) = view(state) {
        list.typing = typing;
    }
}

/// Takes a key of the search; the list follows as it is typed.
pub(super) fn typed(state: &mut State, key: Key) {
    if let Some(list) = view(state)
        && list.query.key(key)
    {
        list.scroll = 0;
    }
}

/// Takes a paste into the search.
pub(super) fn pasted(state: &mut State, text: &str) {
    if let Some(list) = view(state) {
        list.query.paste(text);
        list.scroll = 0;
    }
}

/// Goes one step back: from typing to the hits, from the hits to the whole list. Tells whether there was such a step.
pub(super) fn back(state: &mut State) -> bool {
    let Some(list) = view(state) else { return false };
    if !list.typing && list.query.text().is_empty() {
        return false;
    }
    (list.typing, list.query, list.scroll) = (false, LineEditor::default(), 0);
    true
}
