//! The commands that are for tasks: those named behind them, or where none is, those that their keys are for.

use super::plain;
use crate::{
    actions,
    app::App,
    compose, hints,
    keymap::{Action, Pane},
    layer::Wish,
    table,
    table::archive,
    undo, whole_tasks,
    whole_tasks::Then,
};
use domain::task::{TaskKey, keep_first};
use engine::act::{Act, ResolvedAs};
use words::{names, terms, tr};

/// What that action does, where it is possible.
pub(super) fn on(app: &mut App, action: Action, rest: &str) -> Result<Vec<Wish>, String> {
    let numbers = plain(rest);
    if !rest.is_empty() && matches!(action, Action::Edit | Action::Clone) {
        // Compose holds one.
        key_of(&numbers)?;
    }
    let words = numbers.split([' ', ',']).filter(|word| !word.is_empty());
    let mut keys = words.map(key_of).collect::<Result<Vec<_>, _>>()?;
    keep_first(&mut keys);
    are_shown(app, &keys)?;
    let (here, ranges) = (app.screen.table.cursor, app.screen.table.range_from.is_some());
    for key in keys.iter().rev() {
        table::go_to(app, *key);
    }
    let wishes = table::for_named(app, keys, |app| {
        let binding = hints::by_id(app, action.id()).ok_or_else(String::new)?;
        hints::runnable(app, binding).map_err(|why| why.0)?;
        Ok(actions::run(app, binding.action))
    });
    // An open range ends where the cursor is, and what is refused must not leave the next key on another task.
    if let Some(here) = here.filter(|_| ranges || wishes.is_err()) {
        table::go_to(app, here);
    }
    wishes
}

/// Whether the table shows all of these.
fn are_shown(app: &App, keys: &[TaskKey]) -> Result<(), String> {
    let (here, gone): (Vec<_>, Vec<_>) = keys.iter().partition(|key| app.work.tasks.rows.contains_key(key));
    let hidden: Vec<_> = here.into_iter().filter(|key: &&TaskKey| !table::can_go_to(app, **key)).collect();
    let goto = |key: &TaskKey| app.screen.keys.command("goto", &key.to_string());
    let gone = match gone.as_slice() {
        [] => None,
        [key] => Some(tr!("{key} is not in the table; {goto} looks for it in the archive", key, goto = goto(key))),
        [key, ..] => Some(tr!(
            "{keys} are not in the table; {goto} looks for one in the archive",
            keys = terms::listed(&gone),
            goto = goto(key)
        )),
    };
    let hidden = (!hidden.is_empty()).then(|| {
        let filter = app.screen.keys.command("filter", "");
        tr!("the filter hides {keys}; {filter} alone shows all", keys = terms::listed(&hidden), filter)
    });
    let why: Vec<String> = gone.into_iter().chain(hidden).collect();
    if why.is_empty() { Ok(()) } else { Err(why.join(tr!("; "))) }
}

/// The task that a word names.
pub(super) fn key_of(word: &str) -> Result<TaskKey, String> {
    word.parse().map_err(|why| names::not_a_key(&why))
}

/// Goes to a task, unless the filter hides it.
pub(super) fn go_to(app: &mut App, key: TaskKey) -> Result<(), String> {
    are_shown(app, &[key])?;
    table::go_to(app, key);
    Ok(())
}

/// Goes to the task of that number.
pub(super) fn goto(app: &mut App, rest: &str, pane: Pane) -> Result<Vec<Wish>, String> {
    if rest.is_empty() {
        return Err(tr!("it takes a task's number, such as 12").into());
    }
    let key = key_of(&plain(rest))?;
    if archive::holds(app, key) {
        table::go_to(app, key);
    } else if !app.work.tasks.rows.contains_key(&key) {
        // It may be archived: the store knows.
        return Ok(whole_tasks::with(app, &[key], Then::Goto));
    } else {
        go_to(app, key)?;
    }
    if app.screen.pane == Pane::Compose || pane == Pane::Detail {
        app.screen.pane = pane;
    }
    Ok(Vec::new())
}

/// Settles an unknown as what is typed behind its number; opens the dialog where that is nothing.
pub(super) fn resolve(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    let rest = plain(rest);
    let (number, outcome) = rest.split_once(' ').unwrap_or((&rest, ""));
    let outcome = outcome.trim();
    if outcome.is_empty() {
        return on(app, Action::Resolve, number);
    }
    let as_what = ResolvedAs::from_word(outcome)
        .or_else(|| outcome.parse().ok().map(ResolvedAs::Found))
        .ok_or_else(|| tr!("an outcome is lost, not-created, the service's ID, or unknown to take it back"))?;
    let key = key_of(number)?;
    are_shown(app, &[key])?;
    if as_what == ResolvedAs::Unknown {
        table::go_to(app, key);
        return Ok(vec![Wish::Act(Act::Resolve { key, as_what })]);
    }
    table::possible::can_resolve(app, key, &as_what).map_err(|why| why.0)?;
    table::go_to(app, key);
    Ok(undo::resolve(app, key, as_what))
}

/// Opens compose; with a prompt, the preview of it.
pub(super) fn new(app: &mut App, prompt: &str) -> Vec<Wish> {
    let mut wishes = compose::begin(app);
    if !prompt.is_empty() {
        compose::take_pattern(app, prompt);
        wishes.extend(compose::to_preview(app));
    }
    wishes
}
