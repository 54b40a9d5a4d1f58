//! What `?` shows: this place's keys, all other keys, and what every sign, state, column and kind of failure means.

use crate::{
    app::App,
    key::Key,
    keymap::{Action, BINDINGS, Ctx, commands::after_colon},
    table::columns,
    widgets::theme::Sign,
};
use domain::{problem::ErrorClass, task::TaskState};
use words::{lang, names, tr};

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
        /// Which one; the view knows its shape.
        sign: Sign,
        /// What it means.
        text: String,
    },
}

/// Every sign of the screen that is no state's, in the order of help.
const SIGNS: [Sign; 9] =
    [Sign::Pays, Sign::Cursor, Sign::Mark, Sign::Again, Sign::MaybePaid, Sign::Up, Sign::Down, Sign::More, Sign::Cut];

fn sign_meaning(app: &App, sign: Sign) -> String {
    match sign {
        Sign::Pays => tr!(
            "after a key: it pays; it opens a preview with the price first, and only {send} there sends",
            send = app.named(Ctx::Preview, Action::Send),
        ),
        Sign::Cursor => tr!("the task under the cursor, the pane or line that has the keys").into(),
        Sign::Mark => tr!("a marked task; actions apply to the marked ones").into(),
        Sign::Again => tr!("retried by a later attempt").into(),
        Sign::MaybePaid => tr!("after a price: may have been charged; counts as spent").into(),
        Sign::Up => tr!("the table is sorted by this column, smallest first").into(),
        Sign::Down => tr!("the same, largest first").into(),
        Sign::More => tr!("there is more below").into(),
        Sign::Cut => tr!("the text goes on").into(),
    }
}

impl HelpLine {
    /// The line as one text, for a search.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Title(title) => title.clone(),
            Self::Key { keys, text, binding, paid } => {
                let (binding, pays) = (&BINDINGS[*binding], if *paid { tr!("pays") } else { "" });
                format!("{keys} {text} {} {} {pays}", binding.id, lang::tr(binding.hint))
            }
            Self::Word { word, text } => format!("{word} {text}"),
            Self::Sign { text, .. } => text.clone(),
        }
    }
}

/// This place's keys first, then all others, then what signs and words mean.
#[must_use]
pub fn help_lines(app: &App) -> Vec<HelpLine> {
    let near = app.place_below().chain();
    let far = Ctx::ALL.iter().filter(|ctx| !near.contains(ctx));
    let mut lines = Vec::new();
    for ctx in near.iter().chain(far) {
        lines.push(HelpLine::Title(lang::tr(ctx.title()).into()));
        lines.extend(BINDINGS.iter().enumerate().filter(|(_, binding)| binding.ctx == *ctx).map(|(at, binding)| {
            HelpLine::Key {
                binding: at,
                keys: joined(app.screen.keys.keys_of(binding)),
                text: lang::tr(binding.help).into(),
                paid: binding.paid,
            }
        }));
    }
    let word = |word: &str, text: &str| HelpLine::Word { word: word.into(), text: text.into() };
    let ascii = app.work.settings.ui.ascii || app.work.settings.ui.ambiguous_width == 2;
    lines.push(HelpLine::Title(tr!("States").into()));
    lines.extend(TaskState::ALL.into_iter().map(|of| {
        let sign = if ascii { of.ascii_sign() } else { of.sign() };
        word(&format!("{sign} {}", names::state(of)), state_meaning(of))
    }));
    lines.push(HelpLine::Title(tr!("Columns").into()));
    lines.extend(columns::ALL.iter().map(|spec| word(lang::tr(spec.title), lang::tr(spec.help))));
    lines.push(HelpLine::Title(tr!("Kinds of failure").into()));
    lines.extend(
        ErrorClass::ALL
            .into_iter()
            .map(|class| word(class.id(), &[names::class(class), class_meaning(class)].join(tr!(": ")))),
    );
    lines.push(HelpLine::Title(tr!("Signs").into()));
    lines.extend(SIGNS.map(|sign| HelpLine::Sign { sign, text: sign_meaning(app, sign) }));
    lines.push(HelpLine::Title(tr!("Commands, after :").into()));
    lines.extend(after_colon().map(|command| word(&format!(":{}", command.usage()), lang::tr(command.help()))));
    lines
}

fn joined(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

fn state_meaning(state: TaskState) -> &'static str {
    match state {
        TaskState::Queued => tr!("here, not sent, free; it can still be taken back"),
        TaskState::Sending => tr!("saved as being sent; the submission is on its way"),
        TaskState::Unknown => tr!("it may have been accepted; counts as charged until it is resolved"),
        TaskState::Running => tr!("accepted; the service's own word is beside it"),
        TaskState::Ready => tr!("finished, the file not fetched yet"),
        TaskState::Saving => tr!("downloading"),
        TaskState::Saved => tr!("file on disk, complete, checked"),
        TaskState::Failed => tr!("the service gave up; the reason is beside it"),
        TaskState::Refused => tr!("the service did not take it; not charged"),
        TaskState::Cancelled => tr!("taken back before it was sent, or no longer watched"),
    }
}

/// What a kind of failure means and what to do about it.
fn class_meaning(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::RateLimited => tr!("too many at once; reeltop waits and sends it again automatically"),
        ErrorClass::Auth => tr!("set another key, then resume the queue"),
        ErrorClass::Balance => tr!("top up the account, then resume the queue"),
        ErrorClass::PromptSensitive => tr!("change the prompt; unchanged, it would be refused again"),
        ErrorClass::OutputSensitive => tr!("the video was withheld; change the prompt, or retry"),
        ErrorClass::InvalidParams => tr!("the service did not accept a field or a picture; edit it"),
        ErrorClass::Plan => tr!("the account's plan does not have this model; choose another"),
        ErrorClass::Service => tr!("the service's own fault; retry later"),
        ErrorClass::Network => tr!("no connection; nothing was sent, and it is retried"),
        ErrorClass::UnknownOutcome => tr!("it may have been accepted; check the gateway's records, then resolve it"),
        ErrorClass::File => tr!("the file could not be fetched or written; download it again"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{help::HELP, keymap::Pane, lists::ListView, testing::state};
    use domain::task::TaskState::Failed;

    #[test]
    fn help_begins_with_this_places_keys() {
        let mut state = state(&[Failed]);
        state.screen.pane = Pane::Detail;
        state.screen.open(ListView::of(&HELP));
        assert_eq!(help_lines(&state)[0], HelpLine::Title("Detail and download".into()));
    }

    #[test]
    fn help_of_a_command_that_does_not_exist_says_so() {
        let mut app = state(&[Failed]);
        for known in ["", "retry", "u", "marked"] {
            assert_eq!(crate::help::of(&mut app, known), Ok(()), "{known}");
        }
        let why = crate::help::of(&mut app, "foo").unwrap_err();
        assert!(why.starts_with("there is no command foo"), "{why}");
    }

    #[test]
    fn keys_and_what_they_do_stand_in_two_columns() {
        let mut app = state(&[Failed]);
        let mut view = ListView::of(&HELP);
        view.query = crate::widgets::editor::LineEditor::new("Move up");
        app.screen.open(view);
        let mut buf = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 80, 24));
        crate::shell::view::draw(&app, &mut buf);
        let rows = (0..24).map(|y| (0..80).map(|x| buf[(x, y)].symbol()).collect::<String>());
        let rows = rows.filter(|row| !row.contains("search"));
        let columns: Vec<usize> = rows.filter_map(|row| Some(row[..row.find("Move up")?].chars().count())).collect();
        assert!(columns.len() > 1 && columns.windows(2).all(|two| two[0] == two[1]), "{columns:?}");
    }

    #[test]
    fn help_explains_every_action_state_column_and_kind_of_failure() {
        let lines = help_lines(&state(&[]));
        let keys = lines.iter().filter(|line| matches!(line, HelpLine::Key { .. })).count();
        assert_eq!(keys, BINDINGS.len());
        let words = lines.iter().filter(|line| matches!(line, HelpLine::Word { .. })).count();
        let commands = after_colon().count();
        assert_eq!(words, TaskState::ALL.len() + columns::ALL.len() + ErrorClass::ALL.len() + commands);
    }

    #[test]
    fn help_explains_every_word_in_chinese_too() {
        let state = state(&[]);
        let (english, chinese) = (help_lines(&state), lang::within(lang::Lang::Zh, || help_lines(&state)));
        assert_eq!(chinese.len(), english.len());
        for (line, was) in chinese.iter().zip(&english) {
            let text = line.text();
            assert!(text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{text:?} {was:?}");
        }
    }
}
