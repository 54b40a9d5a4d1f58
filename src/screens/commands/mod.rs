//! What each command after `:` does.

mod budget;
mod tasks;

use crate::{
    actions,
    app::App,
    command_line::behind::{OPTIONS, themes},
    compose, help,
    keymap::{Action, Pane, ascii_twin, commands::CommandId},
    layer::Wish,
    refunds, table,
    table::{columns, groups, state::Sort},
    toast, who, whole_tasks,
    whole_tasks::Then,
};
use budget::budget;
use domain::task::TaskKey;
use engine::{
    act::Act,
    effect::{Effect, Level, LocalCmd, TermCmd},
    filter::Filter,
    settings::{Pictures, SideBySide},
};
use std::collections::BTreeSet;
use words::{lang, lang::Lang, reason, tr};

/// Carries a command out.
///
/// # Errors
/// Why not.
pub(crate) fn run(app: &mut App, command: CommandId, rest: &str) -> Result<Vec<Wish>, String> {
    match command {
        CommandId::Filter => filter(app, rest),
        CommandId::Sort => sort(app, rest),
        CommandId::Group => group(app, rest),
        CommandId::Goto => tasks::goto(app, rest, Pane::Table),
        CommandId::Show => tasks::goto(app, rest, Pane::Detail),
        CommandId::New => Ok(tasks::new(app, rest)),
        CommandId::On(action) => tasks::on(app, action, rest),
        CommandId::Do(action) => {
            alone(rest)?;
            tasks::on(app, action, "")
        }
        CommandId::Resolve => tasks::resolve(app, rest),
        // A word means one thing, whatever is so already: who types it may not see the header.
        CommandId::Pause => alone(rest).map(|()| pause(app)),
        CommandId::Resume => alone(rest).map(|()| resume(app)),
        CommandId::Theme => theme(app, rest),
        CommandId::Set => set(app, rest),
        CommandId::Budget => budget(app, rest),
        CommandId::Export => export(app, rest),
        CommandId::Reload => reload(app, rest),
        CommandId::Refunds => refunds::command(app, rest),
        CommandId::Who => {
            alone(rest)?;
            Ok(who::open(app))
        }
        CommandId::Send => send(app, rest),
        CommandId::Sheet => shown(app, rest, Action::Sheet),
        CommandId::Compare => compare(app, rest),
        CommandId::Gallery => shown(app, rest, Action::Gallery),
        CommandId::Help => help::of(app, rest).map(|()| Vec::new()),
        CommandId::Quit => alone(rest).map(|()| actions::quit(app)),
        // They are answered where there is no screen.
        CommandId::List | CommandId::Status | CommandId::Price | CommandId::Drop | CommandId::Yes | CommandId::No => {
            Ok(Vec::new())
        }
    }
}

/// Full-width characters as their ASCII twins: for words of ours, not for a text or a path.
fn plain(rest: &str) -> String {
    rest.chars().map(|c| ascii_twin(c).unwrap_or(c)).collect()
}

/// A command behind which nothing can come.
fn alone(rest: &str) -> Result<(), String> {
    if rest.is_empty() { Ok(()) } else { Err(tr!("it takes no argument").into()) }
}

/// Pauses every program on the store, also where this one alone is paused since its start.
fn pause(app: &mut App) -> Vec<Wish> {
    if app.work.queue.pause.is_some() {
        toast::show(app, Level::Info, tr!("already paused").into(), None);
        return Vec::new();
    }
    vec![Wish::Act(Act::Pause(true))]
}

fn resume(app: &mut App) -> Vec<Wish> {
    if !app.work.queue.is_paused() && app.work.halt().is_none() {
        toast::show(app, Level::Info, tr!("already running").into(), None);
        return Vec::new();
    }
    vec![Wish::Act(Act::Resume)]
}

fn filter(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    app.screen.table.filter = Filter::parse(rest).map_err(|why| reason::filter(&why))?;
    table::rearrange(app);
    app.screen.pane = Pane::Table;
    Ok(Vec::new())
}

fn sort(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    let rest = plain(rest);
    let mut words = rest.split_whitespace();
    let name = words.next().unwrap_or_default();
    let column = columns::ALL.into_iter().find(|column| column.is_called(name));
    let names = || columns::ALL.map(|column| column.id).join(tr!(", "));
    let column = column.ok_or_else(|| tr!("name a column: {names}", names = names()))?;
    let descending = match (words.next(), words.next()) {
        (None, _) | (Some("asc"), None) => false,
        (Some("desc"), None) => true,
        _ => return Err(tr!("after the column comes asc, desc or nothing").into()),
    };
    app.screen.table.sort = Sort { column, descending };
    table::rearrange(app);
    Ok(Vec::new())
}

fn group(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    match rest {
        "batch" => groups::begin(app, BTreeSet::new()),
        "none" => groups::end(app),
        _ => return Err(tr!(":group batch shows a line for each batch, :group none a line for each task").into()),
    }
    app.screen.pane = Pane::Table;
    Ok(Vec::new())
}

fn theme(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    let known = themes(app);
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
    toast::show(app, Level::Info, text, None);
}

fn reload(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    alone(rest)?;
    toast::show(app, Level::Info, tr!("reading the config again").into(), None);
    Ok(vec![Wish::Effect(Effect::Local(LocalCmd::ReadConfig))])
}

fn set(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let value = value.trim();
    if name.is_empty() {
        let standing = compose::standing(app);
        toast::show(app, Level::Info, standing, None);
        return Ok(Vec::new());
    }
    let of_compose = compose::NAMES.into_iter().find(|(known, _)| *known == name.replace('_', "-"));
    if let Some((name, row)) = of_compose.filter(|_| !value.is_empty()) {
        return compose::set(app, name, row, value);
    }
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
            if !Lang::WORDS.contains(&value) {
                return Err(one_of(&Lang::WORDS));
            }
            ui.language = Lang::from_id(value);
            let lang = lang::or_of_locale(ui.language);
            wishes = speak(app, lang);
            lang::within(lang, || say_set(app, name, value));
            return Ok(wishes);
        }
        "ascii" => ui.ascii = flag()?,
        "reduced_motion" => ui.reduced_motion = flag()?,
        "mouse" => {
            ui.mouse = flag()?;
            wishes.push(Wish::Effect(Effect::Term(TermCmd::Mouse(ui.mouse))));
        }
        "side_by_side" => {
            ui.side_by_side = SideBySide::from_id(value).ok_or_else(|| one_of(&SideBySide::WORDS))?;
        }
        "pictures" => ui.pictures = Pictures::from_id(value).ok_or_else(|| one_of(&Pictures::WORDS))?,
        _ => {
            return Err(tr!(
                "it sets {options}, and of the draft {names}. The config sets all else: :reload takes it over, or says that it needs a new start",
                options = OPTIONS.join(tr!(", ")),
                names = compose::NAMES.map(|(name, _)| name).join(tr!(", "))
            ));
        }
    }
    say_set(app, name, value);
    Ok(wishes)
}

/// Has another language spoken from now on. What the draft's faults say is said again; what was said before stays.
fn speak(app: &mut App, lang: Lang) -> Vec<Wish> {
    lang::within(lang, || compose::check_again(app));
    vec![Wish::Effect(Effect::Local(LocalCmd::Speak { lang }))]
}

fn export(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
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
    toast::show(app, Level::Info, writing, None);
    Ok(vec![Wish::Effect(Effect::Local(LocalCmd::Export { path: rest.into(), keys }))])
}

/// An action that shows pictures, where they are shown and it is possible.
fn shown(app: &App, rest: &str, what: Action) -> Result<Vec<Wish>, String> {
    let possible = if what == Action::Sheet { table::possible::video } else { table::possible::picture };
    possible(app).map_err(|why| why.0)?;
    alone(rest).map(|()| vec![Wish::Run(what)])
}

fn compare(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    table::possible::picture(app).map_err(|why| why.0)?;
    let named = plain(rest);
    let keys = match named.split_whitespace().collect::<Vec<_>>().as_slice() {
        [] => app.screen.table.marks.iter().copied().collect(),
        words => words.iter().map(|word| tasks::key_of(word)).collect::<Result<Vec<_>, _>>()?,
    };
    let [one, other] = keys.as_slice() else { return Err(tr!("name two tasks, such as #12 #15, or mark two").into()) };
    Ok(whole_tasks::with(app, &[*one, *other], Then::Sheet))
}

fn send(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    if !rest.is_empty() {
        return Err(tr!("it takes no argument; type the prompt in compose").into());
    }
    compose::open(app);
    Ok(compose::to_preview(app))
}
