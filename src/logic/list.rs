//! Help and the message log as lists: scroll and search.

use super::{
    filter::contains,
    key::Key,
    keymap::{HelpLine, Move, help_lines},
    screen::{Layer, ListView},
    state::State,
    table::step,
};

/// The list's lines as texts, for the search and for its length.
fn lines(state: &State) -> Vec<String> {
    match state.screen.layers.last() {
        Some(Layer::Help(_)) => help_lines(state).iter().map(HelpLine::text).collect(),
        _ => state.screen.messages.iter().map(|message| message.text.clone()).collect(),
    }
}

/// The lines of a list on the screen: all but header, footer and the list's own borders.
fn page(state: &State) -> usize {
    usize::from(state.screen.height).saturating_sub(4).max(1)
}

/// The message log, at its newest line.
pub(super) fn messages(state: &State) -> Layer {
    Layer::Messages(ListView { scroll: state.screen.messages.len().saturating_sub(page(state)), ..ListView::default() })
}

/// The list that has the keys.
fn view(state: &mut State) -> Option<&mut ListView> {
    match state.screen.layers.last_mut() {
        Some(Layer::Help(list) | Layer::Messages(list)) => Some(list),
        _ => None,
    }
}

/// Scrolls.
pub(super) fn go(state: &mut State, to: Move) {
    let (page, len) = (page(state), lines(state).len());
    let last = len.saturating_sub(page);
    if let Some(list) = view(state) {
        list.scroll = step(to, list.scroll.min(last), last + 1, page);
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
    let changed = view(state).is_some_and(|list| list.query.key(key));
    if changed {
        hit(state, true, 0);
    }
}

/// Takes a paste into the search.
pub(super) fn pasted(state: &mut State, text: &str) {
    if let Some(list) = view(state) {
        list.query.paste(text);
    }
    hit(state, true, 0);
}

/// Leaves the search: its text goes.
pub(super) fn leave_search(state: &mut State) {
    if let Some(list) = view(state) {
        list.typing = false;
        list.query = super::editor::LineEditor::default();
    }
}

/// Goes to the next or previous line that holds what is searched for, at least `skip` lines away; round the end.
pub(super) fn hit(state: &mut State, forward: bool, skip: usize) {
    let lines = lines(state);
    let Some(list) = view(state) else { return };
    let needle = list.query.text().to_lowercase();
    if needle.is_empty() || lines.is_empty() {
        return;
    }
    let len = lines.len();
    let at = list.scroll.min(len - 1);
    let found = (0..len)
        .map(|n| if forward { (at + skip + n) % len } else { (at + 2 * len - skip - n) % len })
        .find(|line| contains(&lines[*line], &needle));
    if let Some(line) = found {
        list.scroll = line;
    }
}
