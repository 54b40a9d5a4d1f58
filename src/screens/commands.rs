//! What each action does. Which key means which stands in `keymap`; whether it is possible was asked before.

use crate::{
    after,
    after::Then,
    app::App,
    command_line, compose,
    compose::choose,
    confirm,
    confirm::Confirm,
    copy::menu::CopyMenu,
    detail, failures, help,
    keymap::{Action, CopyWhat, Move, Place, can_cancel, can_download, refreshable},
    kit::{list, list::ListView},
    layer,
    layer::Did,
    messages::MESSAGES,
    money as ledger, palette, pick,
    pick::{PickWhat, Picker},
    preview, resolve,
    screen::{DetailTab, Pane},
    table,
    table::{filter_input, sort_menu},
};
use domain::{
    retry,
    retry::{Change, Facts},
    task::{Row, TaskKey, TaskState},
};
use engine::{
    act::Act,
    effect::{Effect, TermCmd},
    filter::Filter,
};
use std::collections::{BTreeMap, BTreeSet};
use words::tr;

/// What comes of a key: effects for the shell, and acts for the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Do {
    /// For the shell.
    Effect(Effect),
    /// For the engine.
    Act(Act),
}

/// Does it.
pub(crate) fn run(app: &mut App, action: Action) -> Vec<Do> {
    match action {
        Action::Quit => return vec![Do::Act(Act::Quit)],
        Action::Suspend => return vec![Do::Effect(Effect::Term(TermCmd::Suspend))],
        Action::Redraw => return vec![Do::Effect(Effect::Term(TermCmd::Redraw))],
        Action::Back => return back(app),
        Action::Close => return close(app),
        Action::Send => return preview::send(app),
        Action::Retry => return retry(app),
        Action::Fit => return failures::fit(app),
        Action::Plan => return failures::plan(app),
        Action::ComposeFirst => return failures::compose_first(app),
        Action::Money => return ledger::open(app),
        Action::Edit => return of_cursor(app, Then::Edit),
        Action::Clone => return of_cursor(app, Then::Clone),
        Action::Scp => return copy(app, Then::Scp),
        Action::Play => return of_cursor(app, Then::Play),
        Action::Copy(what) => return copy_part(app, what),
        Action::Download => return on_targets(app, can_download, download),
        Action::Cancel => return on_targets(app, can_cancel, cancel),
        Action::Refresh => return on_targets(app, refreshable, |_, keys| vec![Do::Act(Act::Refresh(keys))]),
        Action::Balance => return vec![Do::Act(Act::Balance)],
        Action::Pause => return vec![Do::Act(pause(app))],
        Action::Undo if app.screen.top::<Picker>().is_some() => return pick::undo(app),
        Action::Undo => return undo(app).map(Do::Act).into_iter().collect(),
        Action::Preview => return compose::to_preview(app),
        Action::Editor => return compose::edit(app),
        Action::OtherDraft => return compose::other(app),
        Action::Pick(what) => return pick::open(app, what),
        Action::Pictures => return pictures(app),
        Action::Complete if app.screen.top::<Picker>().is_some() => return pick::complete(app),
        Action::Complete => return compose::complete(app),
        Action::Delete => return pick::delete(app),
        Action::NextRow => return compose::step(app, true),
        Action::PreviousRow => return compose::step(app, false),
        Action::NextChoice => return compose::change(app, true),
        Action::PreviousChoice => return compose::change(app, false),
        Action::Choose => return compose::enter(app),
        Action::Yes => return confirm::answered(app, true),
        Action::No => return confirm::answered(app, false),
        Action::Accept => return layer::handle(app, Did::Accept).unwrap_or_default(),
        Action::New => return compose::begin(app),
        Action::Failures => failures::open(app),
        Action::TakeIn => failures::toggle(app),
        Action::EditPrompts => failures::edit_prompts(app),
        Action::FixField => failures::fix_field(app),
        Action::NextField => failures::other_field(app, true),
        Action::PreviousField => failures::other_field(app, false),
        Action::Fix => return compose::fix(app),
        Action::LeaveOut => preview::leave_out(app),
        Action::Camera(what) => compose::in_camera(app, what),
        Action::MarkChoice => choose::mark(app),
        Action::Help => help::toggle(app),
        Action::Palette => palette::open(app),
        Action::CommandLine => command_line::open(app),
        Action::CompleteWord => return command_line::complete(app, true),
        Action::CompleteBack => return command_line::complete(app, false),
        Action::Messages => app.screen.open(ListView::of(&MESSAGES)),
        Action::NextPane => turn(app, true),
        Action::PreviousPane => turn(app, false),
        Action::Show(pane) => show(app, pane),
        Action::Full => app.screen.full = !app.screen.full,
        Action::Move(to) => go(app, to),
        Action::OtherTask(to) => table::go(app, to),
        Action::Filter => filter_input::open(app),
        Action::Mark => table::mark(app),
        Action::Range => table::mark_range(app),
        Action::MarkAll => table::mark_all(app),
        Action::Open => app.screen.pane = Pane::Detail,
        Action::Attempts => {
            app.screen.pane = Pane::Detail;
            (app.screen.detail.tab, app.screen.detail.scroll) = (DetailTab::Attempts, 0);
        }
        Action::Sort => sort_menu::open(app),
        Action::Freeze => freeze(app),
        Action::ToNew => table::place::to_new(app),
        Action::Return => table::place::back(app),
        Action::CopyMenu => app.screen.open(CopyMenu),
        Action::Resolve => resolve::open(app),
        Action::NextTab => detail::turn(app, true),
        Action::PreviousTab => detail::turn(app, false),
        Action::Search => list::search(app),
        Action::NextHit => go(app, Move::Down),
        Action::PreviousHit => go(app, Move::Up),
    }
    Vec::new()
}

/// One layer back: what lies over the panes, then what was opened last in a pane, down to the bare table.
fn back(app: &mut App) -> Vec<Do> {
    if let Some(wishes) = layer::handle(app, Did::Back) {
        return wishes;
    }
    if app.screen.layers.pop().is_some() {
        return Vec::new();
    }
    let screen = &mut app.screen;
    match screen.pane {
        Pane::Compose => return compose::leave(app),
        Pane::Detail => screen.pane = Pane::Table,
        Pane::Table if screen.away.is_some() => screen.away = None,
        Pane::Table if screen.table.range_from.is_some() => screen.table.range_from = None,
        Pane::Table if !screen.table.marks.is_empty() => screen.table.marks.clear(),
        Pane::Table if !screen.table.filter.is_empty() => {
            screen.table.filter = Filter::default();
            table::rebuild(app);
        }
        Pane::Table if screen.full => screen.full = false,
        // At rest there is nothing to go back from.
        Pane::Table => {}
    }
    Vec::new()
}

/// Closes what is open; in the bare table, quits.
fn close(app: &mut App) -> Vec<Do> {
    if app.screen.layers.is_empty() && app.screen.pane == Pane::Table {
        return vec![Do::Act(Act::Quit)];
    }
    back(app)
}

fn turn(app: &mut App, forward: bool) {
    let next = match (app.screen.pane, forward) {
        (Pane::Table, true) | (Pane::Compose, false) => Pane::Detail,
        (Pane::Detail, true) | (Pane::Table, false) => Pane::Compose,
        (Pane::Compose, true) | (Pane::Detail, false) => Pane::Table,
    };
    show(app, next);
}

fn show(app: &mut App, pane: Pane) {
    match pane {
        Pane::Compose => compose::open(app),
        Pane::Table | Pane::Detail => app.screen.pane = pane,
    }
}

/// Moves in whatever has the keys.
pub(crate) fn go(app: &mut App, to: Move) {
    match super::keymap::place(app) {
        Place::Table => {
            table::go(app, to);
            app.screen.table.passing = Some(app.work.now.mono.plus(detail::REST));
        }
        Place::Detail => detail::scroll(app, to),
        Place::Over(_) => drop(layer::handle(app, Did::Move(to))),
        Place::ComposeText | Place::ComposePath | Place::ComposeCamera | Place::ComposeChoice => {}
    }
}

/// The list of files for the picture's row that has the keys.
fn pictures(app: &mut App) -> Vec<Do> {
    compose::picture_field(app).map_or_else(Vec::new, |field| pick::open(app, PickWhat::Pictures(field)))
}

fn freeze(app: &mut App) {
    app.screen.table.frozen = !app.screen.table.frozen;
    if !app.screen.table.frozen {
        table::rebuild(app);
    }
}

/// Does something with those of the targets that allow it; the marks are used up.
fn on_targets(app: &mut App, allows: fn(&Row) -> bool, then: fn(&mut App, Vec<TaskKey>) -> Vec<Do>) -> Vec<Do> {
    let rows = &app.work.tasks.rows;
    let keys = table::targets(app).filter(|key| rows.get(key).is_some_and(allows)).collect();
    then(app, keys)
}

fn retry(app: &mut App) -> Vec<Do> {
    let scope = retry::Scope::of(table::targets(app).take(2).count());
    let (mut keys, mut left_out) = (Vec::new(), BTreeMap::<retry::No, Vec<TaskKey>>::new());
    for row in table::targets(app).filter_map(|key| app.work.tasks.rows.get(&key)) {
        match retry::judge(&Facts::of_row(row), Change::Nothing, scope) {
            Ok(_) => keys.push(row.key),
            Err(no) => left_out.entry(no).or_default().push(row.key),
        }
    }
    after::with(app, &keys, Then::Retry { left_out })
}

fn of_cursor(app: &mut App, then: Then) -> Vec<Do> {
    let Some(key) = app.screen.table.cursor else { return Vec::new() };
    after::with(app, &[key], then)
}

/// Copies a part of all that is marked, in the order of the table; of the task under the cursor where nothing is.
fn copy(app: &mut App, then: Then) -> Vec<Do> {
    let wanted: BTreeSet<TaskKey> = table::targets(app).collect();
    let shown = &app.screen.table.order;
    let mut keys: Vec<TaskKey> = shown.iter().filter(|key| wanted.contains(key)).copied().collect();
    // Marked, and hidden by the filter.
    keys.extend(wanted.iter().filter(|key| !shown.contains(key)));
    after::with(app, &keys, then)
}

fn copy_part(app: &mut App, what: CopyWhat) -> Vec<Do> {
    app.screen.layers.pop();
    copy(app, Then::Copy(what))
}

/// Downloads what is not on disk; asks where all of it is.
fn download(app: &mut App, keys: Vec<TaskKey>) -> Vec<Do> {
    let saved = |key: &TaskKey| app.work.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Saved);
    let (there, missing): (Vec<_>, Vec<_>) = keys.into_iter().partition(saved);
    if missing.is_empty() {
        let question = match there.as_slice() {
            [key] => tr!("{key} is on disk already. Download again, under another name?", key),
            keys => tr!("{count} tasks are on disk already. Download again, under another name?", count = keys.len()),
        };
        let act = Act::Download { keys: there, dir: None };
        app.screen.open(Confirm { question, act });
        return Vec::new();
    }
    table::clear_marks(app);
    vec![Do::Act(Act::Download { keys: missing, dir: None })]
}

/// Takes the unsent ones back at once, since that is free and `n` brings them again; asks before it stops watching what
/// was paid for.
fn cancel(app: &mut App, keys: Vec<TaskKey>) -> Vec<Do> {
    let of = |key: &TaskKey| app.work.tasks.rows.get(key).map(|row| row.state);
    let (paid, free): (Vec<_>, Vec<_>) =
        keys.into_iter().partition(|key| matches!(of(key), Some(TaskState::Running | TaskState::Ready)));
    if !paid.is_empty() {
        let question = match paid.as_slice() {
            [key] => tr!(
                "Stop watching? {key} is charged and will stay so: the service cannot cancel, and the file is not fetched.",
                key
            ),
            keys => tr!(
                "Stop watching? {count} tasks are charged and will stay so: the service cannot cancel, and the file is not \
                 fetched.",
                count = keys.len()
            ),
        };
        let act = Act::Cancel(paid);
        app.screen.open(Confirm { question, act });
    }
    if free.is_empty() {
        return Vec::new();
    }
    app.screen.put_away =
        free.iter().copied().filter(|key| matches!(of(key), Some(TaskState::Failed | TaskState::Refused))).collect();
    table::clear_marks(app);
    vec![Do::Act(Act::Cancel(free))]
}

/// What undo does: opens the failures again that the last act put away, or takes the last batch back; if there is neither, it
/// opens what is put away under the cursor.
pub(crate) fn undo(app: &App) -> Option<Act> {
    let rows = &app.work.tasks.rows;
    let put_away = |key: &&TaskKey| rows.get(key).is_some_and(|row| row.put_away);
    let last: Vec<TaskKey> = app.screen.put_away.iter().filter(put_away).copied().collect();
    if !last.is_empty() {
        return Some(Act::BringBack(last));
    }
    let unsent = undoable(app);
    if !unsent.is_empty() {
        return Some(Act::Cancel(unsent));
    }
    let here = app.screen.table.cursor.filter(|key| put_away(&key))?;
    Some(Act::BringBack(vec![here]))
}

/// What of tasks undo takes back: what of the last batch is unsent; if nothing is, the unsent work of an earlier run.
pub(crate) fn undoable(app: &App) -> Vec<TaskKey> {
    let queued = |key: &&TaskKey| app.work.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Queued);
    let last: Vec<TaskKey> = app.work.queue.last_batch.iter().filter(queued).copied().collect();
    if last.is_empty() { app.work.queue.unsent.iter().filter(queued).copied().collect() } else { last }
}

fn pause(app: &App) -> Act {
    if app.work.queue.halted.is_some() { Act::Resume } else { Act::Pause(!app.work.queue.is_paused()) }
}
