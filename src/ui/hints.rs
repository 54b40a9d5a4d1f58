//! The keys that the screen names, from the one table of keys.

use crate::logic::state::State;

/// The first key of an action, as a person reads it.
pub(super) fn key(id: &str) -> Option<String> {
    KEYS.iter().find(|(name, _)| *name == id).map(|(_, key)| (*key).to_owned())
}

const KEYS: [(&str, &str); 5] = [("new", "n"), ("help", "?"), ("filter", "/"), ("pause", "p"), ("retry", "r")];

/// What can be done with the task under the cursor: key, words, and why not where it cannot be done now.
pub(super) fn acts(_state: &State) -> Vec<(String, String, Option<String>)> {
    vec![("r".into(), "send again".into(), None), ("d".into(), "download".into(), Some("there is no file yet".into()))]
}

/// The keys that matter now, for the last line.
pub(super) fn footer(_state: &State) -> Vec<(String, String)> {
    [("n", "new"), ("r", "retry"), ("Enter", "detail"), ("/", "filter"), ("?", "help"), ("q", "quit")]
        .into_iter()
        .map(|(key, words)| (key.into(), words.into()))
        .collect()
}

/// What can be copied: key, words, and why not where there is nothing to copy.
pub(super) fn copies(_state: &State) -> Vec<(String, String, Option<String>)> {
    vec![("y".into(), "task id".into(), None), ("p".into(), "prompt".into(), None)]
}

/// All keys by place, this place first: a title, then keys and words.
pub(super) fn help(_state: &State) -> Vec<(String, Vec<(String, String)>)> {
    vec![("Table".into(), vec![("j k".into(), "move".into())])]
}

/// A field's values: a title and the values.
pub(super) fn choices(_state: &State, _field: crate::domain::draft::Field) -> (String, Vec<String>) {
    ("Choose".into(), Vec::new())
}
