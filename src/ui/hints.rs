//! The keys that the screen names, all from the one table of keys.

use super::welcome;
pub(super) use crate::logic::keymap::readable;
use crate::{
    domain::lang::tr,
    logic::{
        keymap::{self, BINDINGS, Binding, Ctx, Hint},
        screen::Layer,
        state::State,
    },
};

/// The acts on a task that detail lists, the likeliest first.
const ACTS: [&str; 9] = ["resolve", "retry", "edit", "clone", "download", "play", "scp", "cancel", "refresh"];

/// A key with what it does, and why not where it cannot do it now.
pub(super) struct Act {
    /// The key.
    pub(super) key: String,
    /// A word or two.
    pub(super) words: &'static str,
    /// Whether it leads to something paid.
    pub(super) paid: bool,
    /// Why it is not possible now.
    pub(super) why_not: Option<String>,
}

/// The first key of an action, as a person reads it; `None` when it has none any more.
/// It is what every sentence names that tells a person which key to press.
pub(super) fn key(state: &State, ctx: Ctx, id: &str) -> Option<String> {
    let binding = BINDINGS.iter().find(|binding| binding.ctx == ctx && binding.id == id)?;
    first_key(state, binding)
}

pub(super) fn first_key(state: &State, binding: &Binding) -> Option<String> {
    state.screen.keys.keys_of(binding).first().map(|key| readable(&key.to_string()))
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
    first_key(state, binding).map(|key| Act { key, words: tr(binding.hint), paid: binding.paid, why_not })
}

/// The keys that matter now, for the last line, as a person reads them.
pub(super) fn footer(state: &State) -> Vec<Hint> {
    if let Some(Layer::Welcome) = state.screen.layers.last() {
        let hint = |(ctx, id, words)| Some(Hint { key: key(state, ctx, id)?, words, paid: false, own: false });
        return welcome::ways().into_iter().filter_map(hint).collect();
    }
    keymap::footer(state)
        .into_iter()
        .map(|hint| Hint { key: readable(&hint.key), words: tr(hint.words), ..hint })
        .collect()
}
