//! What `?` shows: this place's keys, all other keys, and what every sign, state, column and kind of failure means; and
//! whether an action can be run from there. How it looks is for `ui` to say.

use super::{Action, BINDINGS, Binding, Ctx, Place, Why, place_below};
use crate::{
    domain::{problem::ErrorClass, task::TaskState},
    logic::{columns, key::Key, state::State},
};

/// One line of help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpLine {
    /// A heading.
    Title(String),
    /// Keys and what they do.
    Key {
        /// Which binding, as an index into `BINDINGS`.
        binding: usize,
        /// The keys, as the config writes them, with blanks between.
        keys: String,
        /// What they do.
        text: String,
        /// Whether it leads to something paid.
        paid: bool,
    },
    /// A word and what it means.
    Word {
        /// The word, with its sign where it has one.
        word: String,
        /// What it means.
        text: String,
    },
    /// A sign and what it means.
    Sign {
        /// Which one; `ui` knows its shape.
        sign: Sign,
        /// What it means.
        text: &'static str,
    },
}

/// A sign of the screen that is no state's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each one's meaning stands in `SIGNS`")]
pub enum Sign {
    Cursor,
    Mark,
    Again,
    Cut,
    Up,
    Down,
    More,
    MaybePaid,
    Pays,
}

const SIGNS: [(Sign, &str); 9] = [
    (Sign::Pays, "behind a key: it pays; it opens a preview with the price first, and only Enter there sends"),
    (Sign::Cursor, "the task under the cursor, the pane or line that has the keys"),
    (Sign::Mark, "a marked task; acts go to the marked ones"),
    (Sign::Again, "a later attempt repeats this one"),
    (Sign::MaybePaid, "behind a price: perhaps charged; counted as spent"),
    (Sign::Up, "the column the table is sorted by, the smallest first"),
    (Sign::Down, "the same, the largest first"),
    (Sign::More, "there is more below"),
    (Sign::Cut, "a text that goes on"),
];

impl HelpLine {
    /// The line as one text, for a search.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Title(title) => title.clone(),
            Self::Key { keys, text, binding, paid } => {
                let (binding, pays) = (&BINDINGS[*binding], if *paid { " pays" } else { "" });
                format!("{keys} {text} {} {}{pays}", binding.id, binding.hint)
            }
            Self::Word { word, text } => format!("{word} {text}"),
            Self::Sign { text, .. } => (*text).to_owned(),
        }
    }
}

/// This place's keys first, then all others, then what signs and words mean.
#[must_use]
pub fn help_lines(state: &State) -> Vec<HelpLine> {
    let near = place_below(state).chain();
    let far = Ctx::ALL.iter().filter(|ctx| !near.contains(ctx));
    let mut lines = Vec::new();
    for ctx in near.iter().chain(far) {
        lines.push(HelpLine::Title(ctx.title().into()));
        lines.extend(BINDINGS.iter().enumerate().filter(|(_, binding)| binding.ctx == *ctx).map(|(at, binding)| {
            HelpLine::Key {
                binding: at,
                keys: joined(state.screen.keys.keys_of(binding)),
                text: binding.help.into(),
                paid: binding.paid,
            }
        }));
    }
    let word = |word: &str, text: &str| HelpLine::Word { word: word.into(), text: text.into() };
    let ascii = state.settings.ui.ascii || state.settings.ui.ambiguous_width == 2;
    lines.push(HelpLine::Title("States".into()));
    lines.extend(TaskState::ALL.into_iter().map(|of| {
        let sign = if ascii { of.ascii_sign() } else { of.sign() };
        word(&format!("{sign} {}", of.word()), state_meaning(of))
    }));
    lines.push(HelpLine::Title("Columns".into()));
    lines.extend(columns::ALL.iter().map(|spec| word(spec.title, spec.help)));
    lines.push(HelpLine::Title("Kinds of failure".into()));
    lines.extend(
        ErrorClass::ALL
            .into_iter()
            .map(|class| word(class.id(), &format!("{}: {}", class.label(), class_meaning(class)))),
    );
    lines.push(HelpLine::Title("Signs".into()));
    lines.extend(SIGNS.into_iter().map(|(sign, text)| HelpLine::Sign { sign, text }));
    lines.push(HelpLine::Title("Commands, after :".into()));
    lines.extend(
        crate::logic::command_line::COMMANDS
            .iter()
            .map(|command| word(&format!(":{} {}", command.name, command.takes), command.help)),
    );
    lines
}

fn joined(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

/// The contexts whose actions can be run from help, palette and command line while that place lies below them. Where
/// text is typed no plain key can be a command, but a command by its name can.
const fn offered(below: Place) -> &'static [Ctx] {
    match below {
        Place::ComposeText => &[Ctx::Compose, Ctx::Panes, Ctx::Global],
        place => place.chain(),
    }
}

/// Whether an action can be run now from help, the palette or the command line, and if not, why.
///
/// # Errors
/// What pays or answers a question is done by its own key alone, where the price or the question is in sight.
pub fn runnable(state: &State, binding: &Binding) -> Result<(), Why> {
    let answers = matches!(binding.ctx, Ctx::Preview | Ctx::Confirm | Ctx::Resolve);
    if answers && !matches!(binding.action, Action::Move(_)) {
        return Err(Why("Only its own key does that, where the price or the question is in sight".into()));
    }
    if !offered(place_below(state)).contains(&binding.ctx) {
        return Err(Why(format!("It is for another place: {}", binding.ctx.title())));
    }
    (binding.when)(state)
}

/// The binding of that id that a command by its name means now.
#[must_use]
pub fn by_id(state: &State, id: &str) -> Option<&'static Binding> {
    let named = |ctx: &Ctx| BINDINGS.iter().find(|binding| binding.ctx == *ctx && binding.id == id);
    offered(place_below(state)).iter().find_map(named).or_else(|| BINDINGS.iter().find(|binding| binding.id == id))
}

/// What a state means.
const fn state_meaning(state: TaskState) -> &'static str {
    match state {
        TaskState::Queued => "here, not sent, free; it can still be taken back",
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

/// What a kind of failure means and what to do about it.
const fn class_meaning(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::RateLimited => "too many at once; the program waits and sends it again by itself",
        ErrorClass::Auth => "set another key, then resume the queue",
        ErrorClass::Balance => "top up the account, then resume the queue",
        ErrorClass::PromptSensitive => "change the prompt; unchanged it would be refused again",
        ErrorClass::OutputSensitive => "the video made was withheld; change the prompt, or try once more",
        ErrorClass::InvalidParams => "a field or a picture is not as the service wants it; edit it",
        ErrorClass::Plan => "the account's plan does not have this model; choose another",
        ErrorClass::Service => "the service's own fault; try again later",
        ErrorClass::Network => "no connection; nothing was sent, and it is tried again",
        ErrorClass::UnknownOutcome => "it may have been accepted; look at the gateway's log, then settle it",
        ErrorClass::File => "the file could not be fetched or written; download it again",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        domain::task::TaskState::Failed,
        logic::{
            screen::{Layer, ListView, Pane},
            testing::state,
        },
    };

    #[test]
    fn help_begins_with_this_places_keys() {
        let mut state = state(&[Failed]);
        state.screen.pane = Pane::Detail;
        state.screen.layers.push(Layer::Help(ListView::default()));
        assert_eq!(help_lines(&state)[0], HelpLine::Title("Detail and download".into()));
    }

    #[test]
    fn help_explains_every_action_state_column_and_kind_of_failure() {
        let lines = help_lines(&state(&[]));
        let keys = lines.iter().filter(|line| matches!(line, HelpLine::Key { .. })).count();
        assert_eq!(keys, BINDINGS.len());
        let words = lines.iter().filter(|line| matches!(line, HelpLine::Word { .. })).count();
        let commands = crate::logic::command_line::COMMANDS.len();
        assert_eq!(words, TaskState::ALL.len() + columns::ALL.len() + ErrorClass::ALL.len() + commands);
    }

    #[test]
    fn what_pays_is_never_run_from_a_list() {
        let state = state(&[Failed]);
        let send = BINDINGS.iter().find(|binding| binding.action == Action::Send).unwrap();
        assert!(runnable(&state, send).is_err());
        assert_eq!(runnable(&state, by_id(&state, "retry").unwrap()), Ok(()));
        let why = runnable(&state, by_id(&state, "next_choice").unwrap()).unwrap_err();
        assert_eq!(why.0, "It is for another place: Compose, in a row to choose from");
    }
}
