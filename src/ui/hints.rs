//! The keys that the screen names, all from the one table of keys.

use crate::logic::{
    keymap::{self, BINDINGS, Binding, Ctx},
    state::State,
};

/// The acts on a task that detail lists, the likeliest first.
const ACTS: [&str; 9] = ["resolve", "retry", "edit", "clone", "download", "play", "scp", "cancel", "refresh"];

/// A key with what it does, and why not where it cannot do it now.
pub(super) struct Act {
    /// The key.
    pub(super) key: String,
    /// A word or two.
    pub(super) words: &'static str,
    /// Why it is not possible now.
    pub(super) why_not: Option<String>,
}

/// The first key of an action, as a person reads it; `None` when it has none any more.
pub(super) fn key(state: &State, ctx: Ctx, id: &str) -> Option<String> {
    let binding = BINDINGS.iter().find(|binding| binding.ctx == ctx && binding.id == id)?;
    first_key(state, binding)
}

fn first_key(state: &State, binding: &Binding) -> Option<String> {
    state.screen.keys.keys_of(binding).first().map(|key| readable(&key.to_string()))
}

/// A key as the config writes it, for a person: `Enter`, `Ctrl-r`, `PgDn`; single characters stay as they are.
pub(super) fn readable(key: &str) -> String {
    let mut chars = key.chars();
    match (key, chars.next(), chars.next()) {
        ("pgup", ..) => "PgUp".into(),
        ("pgdn", ..) => "PgDn".into(),
        (_, Some(first), Some(_)) => format!("{}{}", first.to_ascii_uppercase(), &key[first.len_utf8()..]),
        _ => key.to_owned(),
    }
}

/// What can be done with the task under the cursor.
pub(super) fn acts(state: &State) -> Vec<Act> {
    ACTS.iter()
        .filter_map(|id| BINDINGS.iter().find(|binding| binding.ctx == Ctx::Table && binding.id == *id))
        .filter_map(|binding| act(state, binding))
        .collect()
}

/// What can be copied.
pub(super) fn copies(state: &State) -> Vec<Act> {
    BINDINGS.iter().filter(|binding| binding.ctx == Ctx::Copy).filter_map(|binding| act(state, binding)).collect()
}

fn act(state: &State, binding: &Binding) -> Option<Act> {
    let why_not = (binding.when)(state).err().map(|why| why.0);
    first_key(state, binding).map(|key| Act { key, words: binding.hint, why_not })
}

/// The keys that matter now, for the last line.
pub(super) fn footer(state: &State) -> Vec<(String, &'static str)> {
    keymap::footer(state).into_iter().map(|(key, words)| (readable(&key), words)).collect()
}
