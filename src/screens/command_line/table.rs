//! The commands as data: a name, what it takes, what it does, how the rest is completed.

use super::budget::budget;
use crate::{
    app::App,
    commands,
    commands::Do,
    compose,
    keymap::{Action, Pane, ascii_twin},
    refunds,
    screen::Sort,
    table,
    table::{columns, filter_words, groups},
    toast, who, whole_tasks,
    whole_tasks::Then,
};
use domain::task::TaskKey;
use engine::{
    effect::{Effect, Level, LocalCmd, TermCmd},
    filter::Filter,
    settings::{Pictures, paint},
};
use std::collections::BTreeSet;
use words::{lang, lang::Lang, reason, tr};

pub struct Command {
    pub name: &'static str,
    /// What it takes, for a person; translated where it is shown.
    pub takes: &'static str,
    /// A sentence for help and `reeltop keys`, translated there.
    pub help: &'static str,
    /// What can come behind it.
    pub(super) behind: Behind,
    /// Does it, or tells why not.
    pub run: fn(&mut App, &str) -> Result<Vec<Do>, String>,
}

/// What can come behind a command, for Tab.
pub(super) enum Behind {
    /// Nothing that is known beforehand.
    Unknown,
    /// The words that can come next, after what stands already and with what is typed of them.
    Words(fn(&App, &str, &str) -> Vec<String>),
    /// A path of this machine, to the end of the line.
    Path,
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
        format!(":{} {}", self.name, lang::tr(self.takes)).trim_end().to_owned()
    }
}

/// Every command that is not simply an action.
#[rustfmt::skip]
pub static COMMANDS: &[Command] = &[
    Command { name: "filter", takes: "[TEXT]", help: "Filter the table; without a text, show all", behind: Behind::Words(filter_words), run: filter },
    Command { name: "sort", takes: "COLUMN [asc|desc]", help: "Sort the table by a column", behind: Behind::Words(sort_words), run: sort },
    Command { name: "group", takes: "batch|none", help: "Show a line for each batch, which Enter unfolds; none shows each task", behind: Behind::Words(|_, _, _| owned(GROUPS)), run: group },
    Command { name: "goto", takes: "NUMBER", help: "Go to the task of that number", behind: Behind::Unknown, run: goto },
    Command { name: "theme", takes: "NAME", help: "Choose another set of colours, for this session", behind: Behind::Words(themes), run: theme },
    Command { name: "set", takes: "OPTION VALUE", help: "Set theme, language, mouse, ascii, reduced_motion, side_by_side or pictures, for this session", behind: Behind::Words(set_words), run: set },
    Command { name: "budget", takes: "[+AMOUNT]", help: "Say what today's cap leaves, or raise it until midnight; asks first", behind: Behind::Unknown, run: budget },
    Command { name: "export", takes: "FILE", help: "Write the tasks shown to a new file, one JSON object a line", behind: Behind::Path, run: export },
    Command { name: "reload", takes: "", help: "Read the config again and say what changed", behind: Behind::Unknown, run: reload },
    Command { name: "refunds", takes: "[WORD NUMBER]", help: "List charges without a result; asked or refunded notes that of a task", behind: Behind::Words(refund_words), run: refunds::command },
    Command { name: "who", takes: "", help: "Show which programs run on this store and what each does, and how each profile fares", behind: Behind::Unknown, run: who::command },
    Command { name: "send", takes: "", help: "Open the preview of what is in compose; what is sent there pays", behind: Behind::Unknown, run: send },
    Command { name: "sheet", takes: "", help: "Show six frames of the video with their seconds", behind: Behind::Unknown, run: |state, rest| shown(state, rest, Action::Sheet) },
    Command { name: "compare", takes: "[#A #B]", help: "Show two videos side by side, of two tasks or of the two marked", behind: Behind::Unknown, run: compare },
    Command { name: "gallery", takes: "", help: "Show the tasks as posters, or as a table again", behind: Behind::Unknown, run: |state, rest| shown(state, rest, Action::Gallery) },
    Command { name: "pause", takes: "", help: "Pause or resume sending", behind: Behind::Unknown, run: |state, rest| action(state, rest, Action::Pause) },
    Command { name: "help", takes: "", help: "Show the keys and what everything means", behind: Behind::Unknown, run: |state, rest| action(state, rest, Action::Help) },
    Command { name: "quit", takes: "", help: "Quit, waiting for submissions under way", behind: Behind::Unknown, run: |state, rest| action(state, rest, Action::Quit) },
];

const FLAGS: [&str; 3] = ["ascii", "reduced_motion", "mouse"];
const SIDES: [&str; 3] = ["auto", "always", "never"];
const LANGUAGES: [&str; 2] = ["en", "zh"];
const GROUPS: [&str; 2] = ["batch", "none"];

fn owned(words: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// Full-width characters as their ASCII twins: for words of ours, not for a text or a path.
pub(super) fn plain(rest: &str) -> String {
    rest.chars().map(|c| ascii_twin(c).unwrap_or(c)).collect()
}

fn action(app: &mut App, rest: &str, action: Action) -> Result<Vec<Do>, String> {
    if rest.is_empty() { Ok(commands::run(app, action)) } else { Err(tr!("it takes no argument").into()) }
}

fn refund_words(_: &App, before: &str, _: &str) -> Vec<String> {
    if before.is_empty() { owned(["asked", "refunded"]) } else { Vec::new() }
}

fn filter_words(app: &App, _: &str, last: &str) -> Vec<String> {
    filter_words::candidates(app, last)
}

fn filter(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    app.screen.table.filter = Filter::parse(rest).map_err(|why| reason::filter(&why))?;
    table::rebuild(app);
    app.screen.pane = Pane::Table;
    Ok(Vec::new())
}

fn sort_words(_: &App, before: &str, _: &str) -> Vec<String> {
    if before.is_empty() { owned(columns::ALL.map(|column| column.id)) } else { owned(["asc", "desc"]) }
}

fn sort(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    let rest = plain(rest);
    let mut words = rest.split_whitespace();
    let name = words.next().unwrap_or_default();
    let column = columns::ALL.into_iter().find(|column| column.id == name);
    let names = || columns::ALL.map(|column| column.id).join(tr!(", "));
    let column = column.ok_or_else(|| tr!("name a column: {names}", names = names()))?;
    let descending = match (words.next(), words.next()) {
        (None, _) | (Some("asc"), None) => false,
        (Some("desc"), None) => true,
        _ => return Err(tr!("after the column comes asc, desc or nothing").into()),
    };
    app.screen.table.sort = Sort { column, descending };
    table::rebuild(app);
    Ok(Vec::new())
}

fn group(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    match rest {
        "batch" => groups::begin(app, BTreeSet::new()),
        "none" => groups::end(app),
        _ => return Err(tr!("rows can stand by batch: :group batch, and :group none for each by itself").into()),
    }
    app.screen.pane = Pane::Table;
    Ok(Vec::new())
}

fn goto(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    let number =
        plain(rest).trim_start_matches('#').parse().map_err(|_| tr!("it takes a task's number, such as 12"))?;
    let key = TaskKey(number);
    if !app.work.tasks.rows.contains_key(&key) {
        return Err(tr!("there is no task {key}", key));
    }
    if !table::go_to(app, key) {
        return Err(tr!("the filter hides {key}; :filter alone shows all", key));
    }
    if app.screen.pane == Pane::Compose {
        app.screen.pane = Pane::Table;
    }
    Ok(Vec::new())
}

fn themes(app: &App, _: &str, _: &str) -> Vec<String> {
    let own = app.work.settings.ui.themes.keys().cloned();
    paint::THEMES.iter().map(|name| (*name).to_owned()).chain(own).collect()
}

fn theme(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    let known = themes(app, "", "");
    if !known.iter().any(|name| name == rest) {
        return Err(tr!("name a theme: {names}", names = known.join(tr!(", "))));
    }
    app.work.settings.ui.theme = rest.to_owned();
    say_set(app, "theme", rest);
    Ok(Vec::new())
}

/// Says what was set, for how long, and what keeps it.
fn say_set(app: &mut App, name: &str, value: &str) {
    let option = format!("ui.{name}");
    let text = tr!("{name} is {value} until you quit; {option} in the config keeps it", name, value, option);
    toast::say(app, Level::Info, text, None);
}

fn reload(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    if !rest.is_empty() {
        return Err(tr!("it takes no argument").into());
    }
    toast::say(app, Level::Info, tr!("reading the config again").into(), None);
    Ok(vec![Do::Effect(Effect::Local(LocalCmd::ReadConfig))])
}

fn set_words(app: &App, before: &str, _: &str) -> Vec<String> {
    match before {
        "" => owned(["theme", "language", "side_by_side", "pictures"].into_iter().chain(FLAGS)),
        "pictures" => owned(Pictures::WORDS),
        "theme" => themes(app, "", ""),
        "language" => owned(LANGUAGES),
        "side_by_side" => owned(SIDES),
        flag if FLAGS.contains(&flag) => owned(["on", "off"]),
        _ => Vec::new(),
    }
}

fn set(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let value = value.trim();
    let flag = || match value {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err(tr!("{name} is on or off", name)),
    };
    let one_of = |words: &[&str]| tr!("{name} is one of {words}", name, words = words.join(tr!(", ")));
    let ui = &mut app.work.settings.ui;
    let mut wishes = Vec::new();
    match name {
        "theme" => return theme(app, value),
        "language" => {
            let lang = Lang::from_id(value).ok_or_else(|| one_of(&LANGUAGES))?;
            wishes = speak(app, lang);
            lang::within(lang, || say_set(app, name, value));
            return Ok(wishes);
        }
        "ascii" => ui.ascii = flag()?,
        "reduced_motion" => ui.reduced_motion = flag()?,
        "mouse" => {
            ui.mouse = flag()?;
            wishes.push(Do::Effect(Effect::Term(TermCmd::Mouse(ui.mouse))));
        }
        "side_by_side" if SIDES.contains(&value) => ui.side_by_side = value.into(),
        "side_by_side" => return Err(one_of(&SIDES)),
        "pictures" => ui.pictures = Pictures::from_id(value).ok_or_else(|| one_of(&Pictures::WORDS))?,
        _ => {
            return Err(tr!(
                "it sets theme, language, mouse, ascii, reduced_motion, side_by_side or pictures; the config sets all else, and \
                 :reload takes it over"
            )
            .into());
        }
    }
    say_set(app, name, value);
    Ok(wishes)
}

/// Has another language spoken from now on. What the draft's faults say is said anew; what was said before stays.
fn speak(app: &mut App, lang: Lang) -> Vec<Do> {
    app.work.settings.ui.language = Some(lang);
    lang::within(lang, || compose::check_again(app));
    vec![Do::Effect(Effect::Local(LocalCmd::Speak { lang }))]
}

fn export(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    if rest.is_empty() {
        return Err(tr!("name a file that does not exist yet").into());
    }
    let keys: Vec<TaskKey> = table::passing(app).collect();
    if keys.is_empty() {
        return Err(tr!("no task is shown, so there is nothing to write").into());
    }
    let writing = match keys.len() {
        1 => tr!("writing 1 task to {path}", path = rest),
        n => tr!("writing {n} tasks to {path}", n, path = rest),
    };
    toast::say(app, Level::Info, writing, None);
    Ok(vec![Do::Effect(Effect::Local(LocalCmd::Export { path: rest.into(), keys }))])
}

/// An action that shows pictures, where they are shown and it is possible.
fn shown(app: &mut App, rest: &str, what: Action) -> Result<Vec<Do>, String> {
    let possible = if what == Action::Sheet { table::possible::video } else { table::possible::picture };
    possible(app).map_err(|why| why.0)?;
    action(app, rest, what)
}

fn compare(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    table::possible::picture(app).map_err(|why| why.0)?;
    let named = plain(rest);
    let number = |word: &str| word.trim_start_matches('#').parse().map(TaskKey);
    let keys = match named.split_whitespace().collect::<Vec<_>>().as_slice() {
        [] => app.screen.table.marks.iter().copied().collect(),
        words => words.iter().map(|word| number(word)).collect::<Result<Vec<_>, _>>().unwrap_or_default(),
    };
    let [one, other] = keys.as_slice() else { return Err(tr!("name two tasks, such as #12 #15, or mark two").into()) };
    if let Some(key) = keys.iter().find(|key| !app.work.tasks.rows.contains_key(key)) {
        return Err(tr!("there is no task {key}", key));
    }
    Ok(whole_tasks::with(app, &[*one, *other], Then::Sheet))
}

fn send(app: &mut App, rest: &str) -> Result<Vec<Do>, String> {
    if !rest.is_empty() {
        return Err(tr!("it takes no argument; type the prompt in compose").into());
    }
    compose::open(app);
    Ok(compose::to_preview(app))
}
