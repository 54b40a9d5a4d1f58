//! The commands as data: a name, what it takes, what it does, how the rest is completed.

use crate::{
    domain::task::{TaskKey, TaskState},
    logic::{
        columns,
        commands::{self, Do},
        compose,
        effect::{Effect, Level, LocalCmd},
        filter::Filter,
        keymap::{Action, ascii_twin},
        screen::{Pane, Sort},
        settings::paint,
        state::State,
        table, toast,
    },
};

/// One command.
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What it takes, for a person.
    pub takes: &'static str,
    /// A sentence for help and README.
    pub help: &'static str,
    /// The words that can come next, after what stands already.
    pub words: fn(&State, &str) -> Vec<String>,
    /// Does it, or tells why not.
    pub run: fn(&mut State, &str) -> Result<Vec<Do>, String>,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Command {
    /// Name and what it takes, as it is typed.
    #[must_use]
    pub fn usage(&self) -> String {
        format!(":{} {}", self.name, self.takes).trim_end().to_owned()
    }
}

/// Every command that is not simply an action.
#[rustfmt::skip]
pub static COMMANDS: &[Command] = &[
    Command { name: "filter", takes: "[TEXT]", help: "Filter the table, as / does; without a text, show all", words: filter_words, run: filter },
    Command { name: "sort", takes: "COLUMN [asc|desc]", help: "Sort the table by a column", words: sort_words, run: sort },
    Command { name: "goto", takes: "NUMBER", help: "Go to the task of that number", words: none, run: goto },
    Command { name: "theme", takes: "NAME", help: "Take another set of colours, for this session", words: themes, run: theme },
    Command { name: "set", takes: "OPTION VALUE", help: "Set theme, ascii, reduced_motion or side_by_side, for this session", words: set_words, run: set },
    Command { name: "export", takes: "FILE", help: "Write the tasks shown to a new file, one JSON object a line", words: none, run: export },
    Command { name: "send", takes: "", help: "Open the preview of what is in compose; Enter there pays", words: none, run: send },
    Command { name: "pause", takes: "", help: "Pause or resume sending", words: none, run: |state, rest| action(state, rest, Action::Pause) },
    Command { name: "help", takes: "", help: "Show the keys and what everything means", words: none, run: |state, rest| action(state, rest, Action::Help) },
    Command { name: "quit", takes: "", help: "Quit in order", words: none, run: |state, rest| action(state, rest, Action::Quit) },
];

const FLAGS: [&str; 2] = ["ascii", "reduced_motion"];
const SIDES: [&str; 3] = ["auto", "always", "never"];

fn none(_: &State, _: &str) -> Vec<String> {
    Vec::new()
}

fn owned(words: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// Full-width characters as their ASCII twins: for words of ours, not for a text or a path.
fn plain(rest: &str) -> String {
    rest.chars().map(|c| ascii_twin(c).unwrap_or(c)).collect()
}

fn action(state: &mut State, rest: &str, action: Action) -> Result<Vec<Do>, String> {
    if rest.is_empty() { Ok(commands::run(state, action)) } else { Err("it takes nothing behind it".into()) }
}

fn filter_words(_: &State, _: &str) -> Vec<String> {
    TaskState::ALL.iter().map(|of| format!("state:{}", of.id())).collect()
}

fn filter(state: &mut State, rest: &str) -> Result<Vec<Do>, String> {
    state.screen.table.filter = Filter::parse(rest)?;
    table::rebuild(state);
    state.screen.pane = Pane::Table;
    Ok(Vec::new())
}

fn sort_words(_: &State, before: &str) -> Vec<String> {
    if before.is_empty() { owned(columns::ALL.iter().map(|spec| spec.sort_name)) } else { owned(["asc", "desc"]) }
}

fn sort(state: &mut State, rest: &str) -> Result<Vec<Do>, String> {
    let rest = plain(rest);
    let mut words = rest.split_whitespace();
    let name = words.next().unwrap_or_default();
    let spec = columns::ALL.iter().find(|spec| spec.sort_name == name);
    let names = columns::ALL.map(|spec| spec.sort_name).join(", ");
    let spec = spec.ok_or_else(|| format!("name a column: {names}"))?;
    let descending = match (words.next(), words.next()) {
        (None, _) | (Some("asc"), None) => false,
        (Some("desc"), None) => true,
        _ => return Err("behind the column comes asc, desc or nothing".into()),
    };
    state.screen.table.sort = Sort { column: spec.column, descending };
    table::rebuild(state);
    Ok(Vec::new())
}

fn goto(state: &mut State, rest: &str) -> Result<Vec<Do>, String> {
    let number = plain(rest).trim_start_matches('#').parse().map_err(|_| "it takes a task's number, such as 12")?;
    let key = TaskKey(number);
    if !state.tasks.rows.contains_key(&key) {
        return Err(format!("there is no task {key}"));
    }
    if !table::go_to(state, key) {
        return Err(format!("the filter hides {key}; :filter alone shows all"));
    }
    if state.screen.pane == Pane::Compose {
        state.screen.pane = Pane::Table;
    }
    Ok(Vec::new())
}

fn themes(state: &State, _: &str) -> Vec<String> {
    let own = state.settings.ui.themes.keys().cloned();
    paint::THEMES.iter().map(|name| (*name).to_owned()).chain(own).collect()
}

fn theme(state: &mut State, rest: &str) -> Result<Vec<Do>, String> {
    let known = themes(state, "");
    if !known.iter().any(|name| name == rest) {
        return Err(format!("name a theme: {}", known.join(", ")));
    }
    state.settings.ui.theme = rest.to_owned();
    Ok(Vec::new())
}

fn set_words(state: &State, before: &str) -> Vec<String> {
    match before {
        "" => owned(["theme", "side_by_side"].into_iter().chain(FLAGS)),
        "theme" => themes(state, ""),
        "side_by_side" => owned(SIDES),
        flag if FLAGS.contains(&flag) => owned(["on", "off"]),
        _ => Vec::new(),
    }
}

fn set(state: &mut State, rest: &str) -> Result<Vec<Do>, String> {
    let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let value = value.trim();
    let flag = || match value {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err(format!("{name} is on or off")),
    };
    match name {
        "theme" => return theme(state, value),
        "ascii" => state.settings.ui.ascii = flag()?,
        "reduced_motion" => state.settings.ui.reduced_motion = flag()?,
        "side_by_side" if SIDES.contains(&value) => state.settings.ui.side_by_side = value.into(),
        "side_by_side" => return Err(format!("side_by_side is one of {}", SIDES.join(", "))),
        _ => return Err("it sets theme, ascii, reduced_motion or side_by_side".into()),
    }
    Ok(Vec::new())
}

fn export(state: &mut State, rest: &str) -> Result<Vec<Do>, String> {
    if rest.is_empty() {
        return Err("name a file that does not exist yet".into());
    }
    let keys = state.screen.table.order.clone();
    if keys.is_empty() {
        return Err("no task is shown, so there is nothing to write".into());
    }
    toast::say(state, Level::Info, format!("writing {} tasks to {rest}", keys.len()), None);
    Ok(vec![Do::Effect(Effect::Local(LocalCmd::Export { path: rest.into(), keys }))])
}

fn send(state: &mut State, rest: &str) -> Result<Vec<Do>, String> {
    if !rest.is_empty() {
        return Err("it takes nothing behind it; the prompt is typed in compose".into());
    }
    compose::open(state);
    Ok(compose::to_preview(state))
}
