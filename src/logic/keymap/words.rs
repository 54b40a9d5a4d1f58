//! What is told about the keys: footer, help, the documents.

use super::{Action, BINDINGS, Binding, Ctx, Place, Why, place, place_below_help};
use crate::{
    domain::{problem::ErrorClass, task::TaskState},
    logic::{key::Key, state::State, table::cursor_row},
};
use std::fmt::Write;

/// Hints in the footer at most.
const HINTS: usize = 10;

/// One line of help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// A heading.
    Title(String),
    /// Keys and what they do.
    Key {
        /// The keys, as the config writes them, with blanks between.
        keys: String,
        /// What they do.
        text: String,
        /// Whether it leads to something paid.
        paid: bool,
    },
    /// A sign or a word and what it means.
    Word {
        /// The sign or the word.
        word: String,
        /// What it means.
        text: String,
    },
}

impl HelpLine {
    /// The line as one text, for a search.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Title(title) => title.clone(),
            Self::Key { keys, text, .. } | Self::Word { word: keys, text } => format!("{keys} {text}"),
        }
    }
}

/// Everything the keys can do in this place, each with whether it is possible now.
#[must_use]
pub fn possible(state: &State) -> Vec<(&'static Binding, Result<(), Why>)> {
    let here = place(state);
    BINDINGS
        .iter()
        .filter(|binding| reached(state, here, binding))
        .map(|binding| (binding, (binding.when)(state)))
        .collect()
}

/// Whether some key of the binding means it in that place.
fn reached(state: &State, place: Place, binding: &Binding) -> bool {
    let keys = &state.screen.keys;
    keys.keys_of(binding)
        .iter()
        .any(|key| keys.resolve(place, *key).is_some_and(|found| (found.ctx, found.id) == (binding.ctx, binding.id)))
}

/// The few keys that matter in this state, the most important first: a key and a word or two.
#[must_use]
pub fn footer(state: &State) -> Vec<(String, &'static str)> {
    let here = place(state);
    wanted(state, here)
        .into_iter()
        .filter_map(|(ctx, id)| BINDINGS.iter().find(|b| b.ctx == ctx && b.id == id))
        .filter(|binding| (binding.when)(state).is_ok() && reached(state, here, binding))
        .take(HINTS)
        .filter_map(|binding| Some((state.screen.keys.keys_of(binding).first()?.to_string(), hint(state, binding))))
        .collect()
}

/// The hint, where it depends on the state.
fn hint(state: &State, binding: &Binding) -> &'static str {
    match binding.action {
        Action::Pause if state.queue.halted.is_some() || state.queue.paused => "resume",
        Action::Freeze if state.screen.table.frozen => "thaw",
        Action::Range if state.screen.table.range_from.is_some() => "end range",
        _ => binding.hint,
    }
}

fn wanted(state: &State, here: Place) -> Vec<(Ctx, &'static str)> {
    let in_ctx = |ctx: Ctx, ids: &[&'static str]| ids.iter().map(move |id| (ctx, *id)).collect::<Vec<_>>();
    let mut hints = match here {
        Place::Table | Place::Detail => of_tasks(state, here),
        Place::ComposeText => in_ctx(Ctx::Compose, &["preview", "next_row", "fix", "history", "editor", "other_draft"]),
        Place::ComposePath => [
            in_ctx(Ctx::Compose, &["preview"]),
            in_ctx(Ctx::Path, &["complete", "pictures"]),
            in_ctx(Ctx::Compose, &["fix"]),
        ]
        .concat(),
        Place::ComposeCamera => in_ctx(Ctx::Camera, &["take", "down", "up", "dismiss"]),
        Place::Pick => in_ctx(Ctx::Pick, &["accept", "complete", "delete", "down", "up"]),
        Place::ComposeChoice => [
            in_ctx(Ctx::Compose, &["preview"]),
            in_ctx(Ctx::Choice, &["choose", "next_choice"]),
            in_ctx(Ctx::Compose, &["next_row", "fix", "other_draft"]),
        ]
        .concat(),
        Place::Preview => in_ctx(Ctx::Preview, &["send", "down", "up"]),
        Place::Failures => in_ctx(Ctx::Failures, &["fit", "plan", "take_in", "edit_prompts", "fix_field"]),
        Place::Mend => in_ctx(Ctx::Mend, &["accept", "next_field"]),
        Place::List => in_ctx(Ctx::List, &["search", "next_hit", "previous_hit", "page_down", "page_up"]),
        Place::Filter => in_ctx(Ctx::Filter, &["accept"]),
        Place::Menu => in_ctx(Ctx::Menu, &["accept", "mark", "down", "up"]),
        Place::Resolve => in_ctx(Ctx::Resolve, &["accept", "down", "up"]),
        Place::Confirm => in_ctx(Ctx::Confirm, &["yes", "no"]),
        Place::Copy => in_ctx(Ctx::Copy, &["id", "prompt", "url", "path", "curl"]),
    };
    match here {
        Place::Table | Place::Detail => hints.extend([(Ctx::Global, "help")]),
        Place::ComposeText | Place::ComposePath | Place::ComposeChoice => {
            hints.extend([(Ctx::Global, "back"), (Ctx::Global, "help")])
        }
        Place::ComposeCamera
        | Place::Pick
        | Place::Preview
        | Place::Failures
        | Place::Mend
        | Place::List
        | Place::Filter
        | Place::Menu
        | Place::Resolve
        | Place::Confirm
        | Place::Copy => hints.extend([(Ctx::Global, "back")]),
    }
    hints
}

/// The acts that the task under the cursor most likely wants, then the general ones.
fn of_tasks(state: &State, here: Place) -> Vec<(Ctx, &'static str)> {
    let fitting: &[&str] = match cursor_row(state).map(|row| row.state) {
        Some(TaskState::Unknown) => &["resolve"],
        Some(TaskState::Failed | TaskState::Refused) => &["retry", "edit", "failures"],
        Some(TaskState::Cancelled) => &["retry", "edit"],
        Some(TaskState::Queued) => &["cancel"],
        Some(TaskState::Ready) => &["download"],
        Some(TaskState::Saved) => &["play", "scp", "clone"],
        Some(TaskState::Sending | TaskState::Running | TaskState::Saving) | None => &[],
    };
    let mut hints = Vec::new();
    if state.queue.halted.is_some() || state.queue.paused {
        hints.push((Ctx::Table, "pause"));
    }
    hints.extend(fitting.iter().map(|id| (Ctx::Table, *id)));
    hints.push((Ctx::Table, "undo"));
    if here == Place::Detail {
        hints.extend([(Ctx::Detail, "next_tab"), (Ctx::Detail, "next_task"), (Ctx::Global, "back")]);
    }
    hints.push((Ctx::Panes, "new"));
    if here == Place::Table {
        hints.extend(["open", "filter", "mark", "sort", "copy"].map(|id| (Ctx::Table, id)));
    }
    hints
}

/// Help: this place's keys first, then all others, then what the signs and words mean.
#[must_use]
pub fn help_lines(state: &State) -> Vec<HelpLine> {
    let near = place_below_help(state).chain();
    let far = Ctx::ALL.iter().filter(|ctx| !near.contains(ctx));
    let mut lines = Vec::new();
    for ctx in near.iter().chain(far) {
        lines.push(HelpLine::Title(ctx.title().into()));
        for binding in BINDINGS.iter().filter(|binding| binding.ctx == *ctx) {
            let keys = joined(state.screen.keys.keys_of(binding));
            lines.push(HelpLine::Key { keys, text: binding.help.into(), paid: binding.paid });
        }
    }
    lines.push(HelpLine::Title("States".into()));
    for task_state in TaskState::ALL {
        let sign = if state.settings.ui.ascii { task_state.ascii_sign() } else { task_state.sign() };
        lines.push(HelpLine::Word { word: format!("{sign} {}", task_state.word()), text: meaning(task_state).into() });
    }
    lines.push(HelpLine::Title("Kinds of failure".into()));
    for class in ErrorClass::ALL {
        lines.push(HelpLine::Word { word: class.id().into(), text: class.label().into() });
    }
    lines
}

fn joined(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

/// What a state means.
const fn meaning(state: TaskState) -> &'static str {
    match state {
        TaskState::Queued => "here, not sent, free; x or u takes it back",
        TaskState::Sending => "saved as being sent; the POST is on its way",
        TaskState::Unknown => "it may have been accepted; nothing can find out; counted as charged",
        TaskState::Running => "accepted; the service's own word stands beside it",
        TaskState::Ready => "made, the file not yet fetched",
        TaskState::Saving => "downloading",
        TaskState::Saved => "file on disk, complete, checked",
        TaskState::Failed => "the service gave up; the reason stands beside it",
        TaskState::Refused => "the service did not take it; not charged",
        TaskState::Cancelled => "taken back before it was sent, or no longer watched",
    }
}

/// The README's tables of keys.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::new();
    for ctx in Ctx::ALL {
        let _ = write!(
            text,
            "**{}** (`[keys.{}]`)\n\n| keys | action | does |\n| --- | --- | --- |\n",
            ctx.title(),
            ctx.id()
        );
        for binding in BINDINGS.iter().filter(|binding| binding.ctx == ctx) {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            let paid = if binding.paid { " (paid)" } else { "" };
            let _ = writeln!(text, "| {} | `{}` | {}{paid} |", keys.join(" "), binding.id, binding.help);
        }
        text.push('\n');
    }
    text
}

/// The example config's lines: every place, every action with its default keys, as comments.
#[must_use]
pub fn config_lines() -> String {
    let mut text = String::new();
    for ctx in Ctx::ALL {
        let _ = writeln!(text, "[keys.{}]", ctx.id());
        for binding in BINDINGS.iter().filter(|binding| binding.ctx == ctx) {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("{key:?}")).collect();
            let _ = writeln!(text, "#{} = [{}]  # {}", binding.id, keys.join(", "), binding.help);
        }
        text.push('\n');
    }
    text
}

/// Every place and action by their ids: what `[keys.PLACE]` in a config may name.
#[must_use]
pub fn ids() -> Vec<(&'static str, &'static str)> {
    BINDINGS.iter().map(|binding| (binding.ctx.id(), binding.id)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        domain::task::TaskState::{Failed, Queued, Saved, Unknown},
        logic::{
            keymap::{CopyWhat, Move},
            screen::{Layer, ListView, Pane},
            testing::state,
        },
    };

    fn keys(state: &State) -> Vec<String> {
        footer(state).into_iter().map(|(key, hint)| format!("{key} {hint}")).collect()
    }

    #[test]
    fn the_footer_shows_what_fits_the_task_under_the_cursor() {
        assert_eq!(
            keys(&state(&[Failed])),
            [
                "r retry",
                "e edit+retry",
                "R failures",
                "n new",
                "enter detail",
                "/ filter",
                "space mark",
                "s sort",
                "y copy",
                "? help"
            ]
        );
        assert_eq!(keys(&state(&[Unknown]))[..2], ["U resolve", "n new"]);
        assert_eq!(keys(&state(&[Saved]))[..3], ["o play", "Y scp", "c clone"]);
        assert_eq!(keys(&state(&[])), ["n new", "/ filter", "s sort", "? help"]);
        let mut paused = state(&[Queued]);
        paused.queue.paused = true;
        assert_eq!(keys(&paused)[..2], ["p resume", "x cancel"]);
    }

    #[test]
    fn help_begins_with_this_places_keys() {
        let mut state = state(&[Failed]);
        state.screen.pane = Pane::Detail;
        state.screen.layers.push(Layer::Help(ListView::default()));
        let lines = help_lines(&state);
        assert_eq!(lines[0], HelpLine::Title("Detail and download".into()));
        assert!(lines.contains(&HelpLine::Key {
            keys: "r".into(),
            text: "Send the same request again as a new attempt".into(),
            paid: true,
        }));
    }

    #[test]
    fn each_action_says_whether_it_is_possible_and_if_not_why() {
        let state = state(&[Queued]);
        let retry = possible(&state).into_iter().find(|(binding, _)| binding.id == "retry").unwrap();
        assert_eq!(retry.1, Err(Why("#1 has not been sent yet, so there is nothing to repeat".into())));
    }

    #[test]
    fn the_promised_default_keys_are_all_there() {
        let map = &state(&[]).screen.keys;
        let means = |place, key: &str| map.resolve(place, key.parse().unwrap()).map(|b| b.action);
        for (keys, action) in [
            ("j down", Action::Move(Move::Down)),
            ("k up", Action::Move(Move::Up)),
            ("g home", Action::Move(Move::First)),
            ("G end", Action::Move(Move::Last)),
            ("pgup", Action::Move(Move::PageUp)),
            ("pgdn", Action::Move(Move::PageDown)),
            ("ctrl-d", Action::Move(Move::HalfDown)),
            ("ctrl-u", Action::Move(Move::HalfUp)),
            ("tab", Action::NextPane),
            ("shift-tab", Action::PreviousPane),
            ("1", Action::Show(Pane::Compose)),
            ("2", Action::Show(Pane::Table)),
            ("3", Action::Show(Pane::Detail)),
            ("esc", Action::Back),
            ("q", Action::Close),
            ("ctrl-c", Action::Quit),
            ("ctrl-z", Action::Suspend),
            ("ctrl-l", Action::Redraw),
            ("/ ／", Action::Filter),
            ("? f1 ？", Action::Help),
            ("space", Action::Mark),
            ("v", Action::Range),
            ("*", Action::MarkAll),
            ("enter", Action::Open),
            ("s", Action::Sort),
            ("F", Action::Freeze),
            ("f", Action::Full),
            ("y", Action::CopyMenu),
            ("Y", Action::Scp),
            ("o", Action::Play),
            ("d", Action::Download),
            ("p", Action::Pause),
            ("u", Action::Undo),
            ("x", Action::Cancel),
            ("ctrl-r", Action::Refresh),
            ("t", Action::Attempts),
            ("M", Action::Messages),
            ("n", Action::New),
            ("c", Action::Clone),
            ("r", Action::Retry),
            ("e", Action::Edit),
            ("R", Action::Failures),
            ("$", Action::Money),
        ] {
            for key in keys.split(' ') {
                assert_eq!(means(Place::Table, key), Some(action), "{key}");
            }
        }
        assert_eq!(means(Place::List, "n"), Some(Action::NextHit));
        assert_eq!(means(Place::List, "N"), Some(Action::PreviousHit));
        let copies = [CopyWhat::Id, CopyWhat::Prompt, CopyWhat::Url, CopyWhat::Path, CopyWhat::Curl];
        for (key, what) in ["y", "p", "u", "f", "c"].into_iter().zip(copies) {
            assert_eq!(means(Place::Copy, key), Some(Action::Copy(what)));
        }
    }

    #[test]
    fn the_documents_name_every_action() {
        let (markdown, config) = (markdown(), config_lines());
        for binding in BINDINGS {
            assert!(markdown.contains(&format!("| `{}` | {}", binding.id, binding.help)), "{}", binding.id);
            assert!(config.contains(&format!("\n#{} = [", binding.id)), "{}", binding.id);
        }
        assert!(config.parse::<toml::Table>().is_ok());
    }
}
