//! What can be done with the tasks acted on, and what can be copied of them, each with its key and, where it cannot be
//! done now, why.

use super::possible::possible;
use crate::{
    app::App,
    hints, keymap,
    keymap::{Action, BINDINGS, Binding, Ctx},
};
use domain::task::TaskState;
use words::tr;

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

/// What leaving them is called for all tasks acted on; `None` where that is not one word, or the common one.
pub(crate) fn leaving(app: &App) -> Option<&'static str> {
    let word = |state: TaskState| match state {
        TaskState::Running | TaskState::Ready => tr!("stop watching"),
        TaskState::Saving => tr!("stop download"),
        TaskState::Failed | TaskState::Refused => tr!("put away"),
        _ => "",
    };
    let rows = super::targets(app).filter_map(|key| app.work.tasks.rows.get(&key));
    let mut words = rows.map(|row| word(row.state));
    let first = words.next().filter(|word| !word.is_empty())?;
    words.all(|word| word == first).then_some(first)
}

fn act(app: &App, binding: &Binding) -> Option<Act> {
    let why_not = possible(app, binding.action).err().map(|why| why.0);
    app.first_key(binding).map(|key| Act { key, words: hints::called(app, binding), paid: binding.paid, why_not })
}
