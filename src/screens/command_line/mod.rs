//! The command line, after `:`: a table of commands with what each takes and does, completion, and the history of this
//! session. Every action can be had by its id too. Nothing here pays: what would pay opens its preview.

pub(crate) mod behind;
mod path;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests;
mod view;

pub(crate) use path::listed;

use crate::{
    app::App,
    hints,
    keymap::{
        Action, BINDINGS, Ctx, Move, ascii_twin,
        commands::{Behind, Command, CommandId, after_colon},
    },
    layer::{Covers, Handle, LayerInput, Overlay, Wish},
    preview::state::Preview,
    table::{filter_input, filter_input::FilterInput},
    toast,
    widgets::{brush::Brush, editor::LineEditor, steps::Direction, tab::Tab},
};
use engine::effect::Level;
use ratatui::layout::{Position, Rect};
use words::{lang, tr};

/// Commands that leave what lies below them alone.
pub(crate) const OVER_PREVIEW: [CommandId; 8] = [
    CommandId::Budget,
    CommandId::Theme,
    CommandId::Set,
    CommandId::Reload,
    CommandId::Pause,
    CommandId::Resume,
    CommandId::Help,
    CommandId::Quit,
];
/// Commands that the history keeps.
const HISTORY: usize = 100;

/// The command line while it is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommandLine {
    /// What is typed, without the colon.
    pub line: LineEditor,
    /// The completion under way: Tab goes from one candidate to the next.
    pub tab: Option<Tab>,
    /// How far back in the history: 0 is the newest.
    past: Option<usize>,
    /// What was typed before the history was looked at.
    typed: String,
    /// Why the last command was not run.
    pub fault: Option<String>,
}

pub(crate) fn open(app: &mut App) {
    app.screen.open(CommandLine::default());
}

impl Overlay for CommandLine {
    fn ctx(&self) -> Ctx {
        Ctx::Command
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, place: Rect, app: &App) -> Option<Position> {
        Some(view::draw(brush, place, app, self))
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        [Action::Accept, Action::CompleteWord, Action::Move(Move::Up)].map(|action| (Ctx::Command, action)).into()
    }

    fn covers(&self) -> Covers {
        Covers::FooterAndAbove
    }

    fn finds_actions(&self) -> bool {
        true
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let command = app.screen.top_mut::<CommandLine>()?;
    match did {
        LayerInput::Key(key) => {
            if command.line.key(key) {
                (command.tab, command.past, command.fault) = (None, None, None);
            }
        }
        // Text on one line, run by Enter alone.
        LayerInput::Paste(text) => {
            command.line.paste(text);
            (command.tab, command.past, command.fault) = (None, None, None);
        }
        LayerInput::Move(to) => go(app, to),
        LayerInput::Accept => return Some(accept(app)),
        LayerInput::Click(_) | LayerInput::Back => return None,
    }
    Some(Vec::new())
}

/// The command that the text begins with, and the rest of the text.
pub(crate) fn split(text: &str) -> (String, &str) {
    let text = text.trim_start_matches([' ', ':', '：', '\u{3000}']);
    let end = text.find([' ', '\u{3000}']).unwrap_or(text.len());
    let word: String = text[..end].chars().map(|c| ascii_twin(c).unwrap_or(c)).collect();
    (word.to_lowercase(), text[end..].trim_matches([' ', '\u{3000}']))
}

/// The command and the rest of a whole line, where a number alone is for `goto`: `12`, `#12`.
pub(crate) fn read(text: &str) -> (String, String) {
    let (word, rest) = split(text);
    let number = word.trim_start_matches('#');
    if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) {
        return ("goto".into(), number.into());
    }
    (word, rest.into())
}

/// The command of that name.
fn named(word: &str) -> Option<&'static Command> {
    after_colon().find(|command| command.name == word)
}

/// What the command being typed takes and does.
#[must_use]
pub(crate) fn hint(text: &str) -> Option<(String, &'static str)> {
    let (word, _) = split(text);
    let command = named(&word).map(|command| (format!(":{}", command.usage()), lang::tr(command.help())));
    command.or_else(|| {
        let binding = BINDINGS.iter().find(|binding| has_commands(binding.ctx) && binding.id == word)?;
        Some((format!(":{}", binding.id), lang::tr(binding.help)))
    })
}

/// Whether a context's actions can be commands: those that only make sense with a key in a layer are left out.
const fn has_commands(ctx: Ctx) -> bool {
    matches!(ctx, Ctx::Table | Ctx::Detail | Ctx::Compose | Ctx::Choice | Ctx::Panes | Ctx::Global)
}

/// The words that can stand where the caret is: commands and actions first, then what the command takes.
#[must_use]
pub(crate) fn candidates(app: &App, text: &str) -> Vec<String> {
    let last = text.rsplit(' ').next().unwrap_or_default();
    let mut found: Vec<String> = match text.rsplit_once(' ') {
        None => {
            let ids = BINDINGS.iter().filter(|binding| has_commands(binding.ctx)).map(|binding| binding.id);
            let mut ids: Vec<&str> = ids.filter(|id| named(id).is_none()).collect();
            ids.sort_unstable();
            ids.dedup();
            after_colon().map(|command| command.name).chain(ids).map(str::to_owned).collect()
        }
        Some((head, _)) => {
            let (word, before) = split(head);
            named(&word).map_or_else(Vec::new, |command| behind::words(app, command.id, before, last))
        }
    };
    let last = last.to_lowercase();
    found.retain(|word| word.to_lowercase().starts_with(&last));
    found
}

/// Tab: the first word that fits, then the next one; backwards the one before. A path's folder is listed first.
pub(crate) fn complete(app: &mut App, to: Direction) -> Vec<Wish> {
    if app.screen.top::<FilterInput>().is_some() {
        return filter_input::complete(app, to);
    }
    let Some(command) = app.screen.top::<CommandLine>() else { return Vec::new() };
    if let (None, Some((_, path))) = (&command.tab, path::behind(command.line.text())) {
        return path::list(path);
    }
    let tab = command.tab.as_ref().map_or_else(
        || {
            let text = command.line.text();
            let head = text.rfind(' ').map_or("", |at| &text[..=at]);
            Tab::begin(head, candidates(app, text), to)
        },
        |tab| tab.step(to),
    );
    let Some(text) = tab.text() else {
        toast::no_completion(app);
        return Vec::new();
    };
    if let Some(command) = app.screen.top_mut::<CommandLine>() {
        command.line = LineEditor::new(&text);
        command.tab = tab.goes_on();
        command.fault = None;
    }
    Vec::new()
}

/// Goes through the history; past its newest end stands what was being typed.
fn go(app: &mut App, to: Move) {
    let history: Vec<String> = app.screen.commands.iter().rev().cloned().collect();
    let Some(command) = app.screen.top_mut::<CommandLine>() else { return };
    if command.past.is_none() {
        command.typed = command.line.text().to_owned();
    }
    command.past = match (to, command.past) {
        (Move::Up, None) => (!history.is_empty()).then_some(0),
        (Move::Up, Some(at)) => Some((at + 1).min(history.len().saturating_sub(1))),
        (_, None | Some(0)) => None,
        (_, Some(at)) => Some(at - 1),
    };
    let text = command.past.and_then(|at| history.get(at)).unwrap_or(&command.typed);
    command.line = LineEditor::new(text);
    (command.tab, command.fault) = (None, None);
}

/// Enter: runs the command and closes; with a fault the line stays as it is, the fault beside it.
pub(crate) fn accept(app: &mut App) -> Vec<Wish> {
    let Some(command) = app.screen.top::<CommandLine>() else { return Vec::new() };
    let text = command.line.text().trim().to_owned();
    if text.is_empty() {
        app.screen.layers.pop();
        return Vec::new();
    }
    remember(app, &text);
    let (word, rest) = read(&text);
    if let Some(command) = named(&word) {
        // What the preview is about stays as it is shown.
        let below = app.screen.layers.iter().rev().nth(1);
        if below.is_some_and(|layer| layer.of::<Preview>().is_some()) && !OVER_PREVIEW.contains(&command.id) {
            let back = app.named(Ctx::Global, Action::Back);
            return fail(app, tr!("not over a preview: {back} goes back first", back));
        }
        return vec![Wish::Command(command.id, rest)];
    }
    match hints::by_id(app, &word) {
        Some(binding) => match hints::runnable(app, binding) {
            Ok(()) => vec![Wish::Chosen(binding.ctx, binding.action)],
            Err(why) => fail(app, why.0),
        },
        None => {
            let why = unknown(app, &word);
            fail(app, why)
        }
    }
}

/// That there is no such command, and which may be meant.
pub(crate) fn unknown(app: &App, word: &str) -> String {
    let known = candidates(app, "");
    match domain::near::nearest(word, known.iter().map(String::as_str)) {
        Some(near) => tr!("there is no command {word}; did you mean {near}?", word, near),
        None => tr!(
            "there is no command {word}; {complete} shows them all",
            word,
            complete = app.named(Ctx::Command, Action::CompleteWord),
        ),
    }
}

/// The commands that the palette lists, with what stands behind them: those that are no action's, and of `set` one for
/// each option. A text that begins with a command's name has the rest of it behind that one.
pub(crate) fn offered(text: &str) -> Vec<(&'static Command, String)> {
    let (word, rest) = split(text);
    let is_action =
        |command: &Command| BINDINGS.iter().any(|binding| has_commands(binding.ctx) && binding.id == command.name);
    let of = |command: &'static Command| -> Vec<(&'static Command, String)> {
        if command.name == word && !rest.is_empty() && !command.takes.is_empty() {
            return vec![(command, rest.to_owned())];
        }
        match command.behind {
            Behind::Words if command.id == CommandId::Set => {
                behind::OPTIONS.iter().map(|option| (command, (*option).to_owned())).collect()
            }
            Behind::Words | Behind::Unknown | Behind::Path => vec![(command, String::new())],
        }
    };
    after_colon().filter(|command| !is_action(command)).flat_map(of).collect()
}

/// Runs a command that was chosen in the palette; one that wants something behind it is opened with what there is.
pub(crate) fn offer(app: &mut App, command: &Command, behind: &str) -> Vec<Wish> {
    let whole = command.takes.is_empty() || (!behind.is_empty() && command.name != "set") || behind.contains(' ');
    let text = format!("{} {behind}", command.name);
    let line = if whole { text.trim_end().to_owned() } else { format!("{} ", text.trim_end()) };
    open_with(app, &line);
    if whole { accept(app) } else { Vec::new() }
}

/// Opens the line with that in it.
pub(crate) fn open_with(app: &mut App, text: &str) {
    app.screen.open(CommandLine { line: LineEditor::new(text), ..CommandLine::default() });
}

/// Keeps the line open with its fault, which goes into the message log too.
pub(crate) fn fail(app: &mut App, why: String) -> Vec<Wish> {
    toast::log(app, Level::Warning, why.clone(), None);
    if let Some(command) = app.screen.top_mut::<CommandLine>() {
        command.fault = Some(why);
    }
    Vec::new()
}

fn remember(app: &mut App, text: &str) {
    let history = &mut app.screen.commands;
    history.retain(|earlier| earlier != text);
    history.push_back(text.to_owned());
    while history.len() > HISTORY {
        history.pop_front();
    }
}
