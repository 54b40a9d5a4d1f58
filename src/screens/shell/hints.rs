//! The keys that the screen names, all from the one table of keys.

use crate::{
    app::App,
    keymap,
    keymap::{Action, BINDINGS, Binding, Ctx, Hint, readable},
};
use words::lang::tr;

/// The acts on a task that detail lists, the likeliest first.
const ACTS: [Action; 9] = [
    Action::Resolve,
    Action::Retry,
    Action::Edit,
    Action::Clone,
    Action::Download,
    Action::Play,
    Action::Scp,
    Action::Cancel,
    Action::Refresh,
];

/// A key with what it does, and why not where it cannot do it now.
pub(crate) struct Act {
    pub(crate) key: String,
    /// A word or two.
    pub(crate) words: &'static str,
    /// Whether it leads to something paid.
    pub(crate) paid: bool,
    /// Why it is not possible now.
    pub(crate) why_not: Option<String>,
}

/// What can be done with the task under the cursor.
pub(crate) fn acts(app: &App) -> Vec<Act> {
    ACTS.iter()
        .filter_map(|action| keymap::binding(Ctx::Table, *action))
        .filter_map(|binding| act(app, binding))
        .collect()
}

/// What can be copied.
pub(crate) fn copies(app: &App) -> Vec<Act> {
    BINDINGS.iter().filter(|binding| binding.ctx == Ctx::Copy).filter_map(|binding| act(app, binding)).collect()
}

fn act(app: &App, binding: &Binding) -> Option<Act> {
    let why_not = (binding.when)(app).err().map(|why| why.0);
    app.first_key(binding).map(|key| Act { key, words: tr(binding.hint), paid: binding.paid, why_not })
}

/// The keys that matter now, for the last line, as a person reads them.
pub(crate) fn footer(app: &App) -> Vec<Hint> {
    keymap::footer(app).into_iter().map(|hint| Hint { key: readable(&hint.key), ..hint }).collect()
}
