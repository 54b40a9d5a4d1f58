//! The palette: every action of every place, found by a few letters of its name. What cannot be done now is listed too,
//! with why. It only runs what a key could run, and what pays only opens its preview.

mod view;

use crate::{
    app::App,
    command_line, hints,
    keymap::{Action, BINDINGS, Binding, Ctx, Move, Why, commands::Command},
    layer::{Handle, LayerInput, Overlay, Wish},
    toast,
    widgets::{brush::Brush, editor::LineEditor, steps::step},
};
use engine::effect::Level;
use ratatui::layout::{Position, Rect};
use words::{lang, tr};

/// The palette while it is open.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What is looked for.
    pub line: LineEditor,
    /// The chosen action, as an index into `entries`.
    pub at: usize,
}

/// What the palette lists.
#[derive(Clone, Debug)]
pub enum Found {
    /// An action, by its key.
    Action(&'static Binding),
    /// A command of the command line, with what stands behind its name already.
    Command(&'static Command, String),
}

/// A line of the palette.
#[derive(Clone, Debug)]
pub struct Entry {
    pub found: Found,
    /// Why it is not possible now.
    pub why_not: Option<String>,
}

/// The actions and commands that fit the text: the best fit first, and among equals the possible ones first.
#[must_use]
pub fn entries(app: &App, text: &str) -> Vec<Entry> {
    let listed =
        |binding: &&Binding| !matches!(binding.ctx, Ctx::Palette | Ctx::Command) && binding.action != Action::Palette;
    let actions = BINDINGS.iter().filter(listed).filter_map(|binding| {
        // The documents are in English, so that its words are known in every language.
        let words = [(binding.hint, binding.help), (lang::tr(binding.hint), lang::tr(binding.help))];
        let cost = best(text, words.map(|(hint, help)| (format!("{hint} {}", binding.id), help)))?;
        let why_not = hints::runnable(app, binding).err().map(|Why(why)| why);
        Some((cost, Entry { found: Found::Action(binding), why_not }))
    });
    let commands = command_line::offered(text).into_iter().filter_map(|(command, behind)| {
        let name = format!("{} {behind}", command.name);
        // One that is typed with what it takes is what is meant.
        let whole = (!behind.is_empty() && text.trim().ends_with(&behind)).then_some((0, 0));
        let theirs = format!("{name} {}", option_word(&behind));
        let cost = whole.or_else(|| best(text, [(name, command.help()), (theirs, lang::tr(command.help()))]))?;
        Some((cost, Entry { found: Found::Command(command, behind), why_not: None }))
    });
    let mut found: Vec<((usize, usize), Entry)> = actions.chain(commands).collect();
    found.sort_by_key(|(cost, entry)| (*cost, entry.why_not.is_some()));
    // What several places have in common is listed once, from the place where it is possible.
    let mut listed: Vec<Entry> = Vec::with_capacity(found.len());
    let same = |one: &Entry, other: &Entry| match (&one.found, &other.found) {
        (Found::Action(one), Found::Action(other)) => one.action == other.action,
        _ => false,
    };
    for (_, entry) in found {
        if listed.iter().all(|other| !same(other, &entry)) {
            listed.push(entry);
        }
    }
    listed
}

/// An option of `set` as the reader's language calls it.
fn option_word(option: &str) -> &'static str {
    match option {
        "theme" => tr!("theme"),
        "language" => tr!("language"),
        "mouse" => tr!("mouse"),
        "pictures" => tr!("pictures"),
        _ => "",
    }
}

/// How badly a text fits the best of these names and helps, a find in the name before one in the help.
fn best<const N: usize>(text: &str, told: [(String, &str); N]) -> Option<(usize, usize)> {
    let costs = told.into_iter().filter_map(|(name, help)| {
        let whole = cost(text, &format!("{name} {help}"))?;
        Some((whole, usize::from(cost(text, &name).is_none_or(|in_name| in_name > whole))))
    });
    costs.min()
}

/// How badly a text fits what is looked for; `None` when it does not. Every word must be found: as it is, or its
/// letters in their order.
fn cost(wanted: &str, text: &str) -> Option<usize> {
    let text = text.to_lowercase();
    wanted.to_lowercase().split_whitespace().map(|word| word_cost(word, &text)).sum()
}

/// A word at the beginning of another costs nothing, inside of one a little, and torn into letters more with each gap.
fn word_cost(word: &str, text: &str) -> Option<usize> {
    const INSIDE: usize = 10;
    const TORN: usize = 100;
    if text.split([' ', '_']).any(|part| part.starts_with(word)) {
        return Some(0);
    }
    if text.contains(word) {
        return Some(INSIDE);
    }
    let mut letters = text.char_indices();
    let mut gaps = 0;
    let mut last = None;
    for wanted in word.chars() {
        let (at, _) = letters.find(|(_, letter)| *letter == wanted)?;
        gaps += usize::from(last.is_some_and(|last| at != last + 1));
        last = Some(at);
    }
    Some(TORN + gaps)
}

pub(crate) fn open(app: &mut App) {
    app.screen.open(Palette::default());
}

impl Overlay for Palette {
    fn ctx(&self) -> Ctx {
        Ctx::Palette
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        view::draw(brush, screen, app, self)
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        vec![(Ctx::Palette, Action::Accept)]
    }

    fn finds_actions(&self) -> bool {
        true
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    let palette = app.screen.top_mut::<Palette>()?;
    match did {
        // The text changed: the best fit is chosen.
        LayerInput::Key(key) => {
            if palette.line.key(key) {
                palette.at = 0;
            }
        }
        LayerInput::Paste(text) => {
            palette.line.paste(text);
            palette.at = 0;
        }
        LayerInput::Click(line) => palette.at = line,
        LayerInput::Move(to) => go(app, to),
        LayerInput::Accept => return Some(accept(app)),
        LayerInput::Back => return None,
    }
    Some(Vec::new())
}

fn go(app: &mut App, to: Move) {
    let Some(palette) = app.screen.top::<Palette>() else { return };
    let len = entries(app, palette.line.text()).len();
    let page = usize::from(app.screen.height).saturating_sub(6).max(1);
    if let Some(palette) = app.screen.top_mut::<Palette>() {
        palette.at = step(to, palette.at, len, page);
    }
}

/// Runs the chosen action and closes; stays open, saying why, where it is not possible.
fn accept(app: &mut App) -> Vec<Wish> {
    let Some(palette) = app.screen.top::<Palette>() else { return Vec::new() };
    match entries(app, palette.line.text()).into_iter().nth(palette.at) {
        Some(Entry { found: Found::Action(binding), .. }) => vec![Wish::Chosen(binding.ctx, binding.action)],
        Some(Entry { found: Found::Command(command, behind), .. }) => {
            app.screen.layers.pop();
            command_line::offer(app, command, &behind)
        }
        None => {
            toast::show(app, Level::Info, tr!("no action matches; Backspace deletes letters").into(), None);
            Vec::new()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::testing::state;
    use domain::task::TaskState::{Failed, Running};

    fn ids(app: &App, text: &str) -> Vec<(Ctx, Action)> {
        let action = |entry: &Entry| match &entry.found {
            Found::Action(binding) => Some((binding.ctx, binding.action)),
            Found::Command(..) => None,
        };
        entries(app, text).iter().filter_map(action).collect()
    }

    #[test]
    fn a_few_letters_find_an_action() {
        let state = state(&[Failed]);
        assert_eq!(ids(&state, "retry")[0], (Ctx::Table, Action::Retry));
        assert_eq!(ids(&state, "mark al")[0], (Ctx::Table, Action::MarkAll));
        assert!(ids(&state, "frz").contains(&(Ctx::Table, Action::Freeze)));
        assert_eq!(ids(&state, "xyzzy"), []);
    }

    #[test]
    fn what_people_type_finds_the_command_or_the_action_first() {
        let state = state(&[Failed]);
        let first = |text: &str| match &entries(&state, text)[0].found {
            Found::Action(binding) => binding.id.to_owned(),
            Found::Command(command, behind) => format!(":{} {behind}", command.name).trim_end().to_owned(),
        };
        for (typed, found) in [
            ("theme", ":theme"),
            ("language", ":set language"),
            ("config", ":reload"),
            ("quit", "quit"),
            ("money", "money"),
            ("theme light", ":theme light"),
        ] {
            assert_eq!(first(typed), found, "{typed}");
        }
        assert!(!entries(&state, "budget").is_empty());
    }

    #[test]
    fn an_action_is_found_by_its_chinese_and_by_its_english() {
        let state = state(&[Failed]);
        lang::within(lang::Lang::Zh, || {
            for text in ["重试", "归类", "retry"] {
                assert!(ids(&state, text).contains(&(Ctx::Table, Action::Failures)), "{text}");
            }
            for (text, name, behind) in [("语言", "set", "language"), ("主题", "theme", ""), ("预算", "budget", "")]
            {
                let found = entries(&state, text);
                let is_it = |entry: &Entry| matches!(&entry.found, Found::Command(command, with) if command.name == name && with == behind);
                assert!(found.iter().take(2).any(is_it), "{text}: {found:?}");
            }
        });
    }

    #[test]
    fn what_is_not_possible_now_is_listed_with_why() {
        let found = entries(&state(&[domain::task::TaskState::Queued]), "retry");
        let is_retry = |entry: &&Entry| matches!(entry.found, Found::Action(binding) if binding.id == "retry");
        let retry = found.iter().find(is_retry).unwrap();
        assert!(retry.why_not.as_ref().unwrap().starts_with("#1 has not been sent yet"));
        let all = entries(&state(&[Running]), "");
        let possible = all.iter().take_while(|entry| entry.why_not.is_none()).count();
        assert!(possible > 10 && all[possible..].iter().all(|entry| entry.why_not.is_some()));
    }
}
