//! What each action does. Which key means which stands in `keymap`; whether it is possible was asked before.

use crate::{
    domain::{
        retry,
        retry::{Change, Facts},
        task::{RemoteId, Row, TaskKey, TaskState},
    },
    engine::{
        act::{Act, Resolution},
        effect::{Effect, Level, TermCmd},
        filter::Filter,
    },
    screens::{
        after,
        after::Then,
        app::App,
        command_line, compose, detail, failures, keymap,
        keymap::{Action, CopyWhat, Ctx, Move, Place, can_cancel, can_download, refreshable},
        kit::{editor::LineEditor, list},
        money as ledger, palette, pick,
        pick::PickWhat,
        preview,
        screen::{Confirm, DetailTab, Layer, ListView, Pane, Sort},
        table,
        table::columns,
        toast,
    },
    tr,
};
use std::collections::{BTreeMap, BTreeSet};

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
        Action::Undo => return vec![Do::Act(Act::Cancel(undoable(app)))],
        Action::Preview => return compose::to_preview(app),
        Action::Editor => return compose::edit(app),
        Action::OtherDraft => return compose::other(app),
        Action::Pick(what) => return pick::open(app, what),
        Action::Pictures => return pictures(app),
        Action::Complete if matches!(app.screen.layers.last(), Some(Layer::Pick(_))) => return pick::complete(app),
        Action::Complete => return compose::complete(app),
        Action::Delete => return pick::delete(app),
        Action::NextRow => return compose::step(app, true),
        Action::PreviousRow => return compose::step(app, false),
        Action::NextChoice => return compose::change(app, true),
        Action::PreviousChoice => return compose::change(app, false),
        Action::Choose => return compose::enter(app),
        Action::Yes => return answered(app, true),
        Action::No => return answered(app, false),
        Action::Accept => return accept(app),
        Action::New => compose::open(app),
        Action::Failures => failures::open(app),
        Action::TakeIn => failures::toggle(app),
        Action::EditPrompts => failures::edit_prompts(app),
        Action::FixField => failures::fix_field(app),
        Action::NextField => failures::other_field(app, true),
        Action::PreviousField => failures::other_field(app, false),
        Action::Fix => return compose::fix(app),
        Action::LeaveOut => preview::leave_out(app),
        Action::Camera(what) => compose::in_camera(app, what),
        Action::MarkChoice => compose::mark_choice(app),
        Action::Help => help(app),
        Action::Palette => palette::open(app),
        Action::CommandLine => command_line::open(app),
        Action::CompleteWord => return command_line::complete(app, true),
        Action::CompleteBack => return command_line::complete(app, false),
        Action::Messages => app.screen.layers.push(Layer::Messages(ListView::default())),
        Action::NextPane => turn(app, true),
        Action::PreviousPane => turn(app, false),
        Action::Show(pane) => show(app, pane),
        Action::Full => app.screen.full = !app.screen.full,
        Action::Move(to) => go(app, to),
        Action::OtherTask(to) => table::go(app, to),
        Action::Filter => filter(app),
        Action::Mark => table::mark(app),
        Action::Range => table::mark_range(app),
        Action::MarkAll => table::mark_all(app),
        Action::Open => app.screen.pane = Pane::Detail,
        Action::Attempts => {
            app.screen.pane = Pane::Detail;
            (app.screen.detail.tab, app.screen.detail.scroll) = (DetailTab::Attempts, 0);
        }
        Action::Sort => {
            let sorted = app.screen.table.sort.column;
            let at = columns::ALL.iter().position(|column| *column == sorted).unwrap_or(0);
            app.screen.layers.push(Layer::SortMenu { at });
        }
        Action::Freeze => freeze(app),
        Action::CopyMenu => app.screen.layers.push(Layer::CopyMenu),
        Action::Resolve => resolve(app),
        Action::NextTab => detail::turn(app, true),
        Action::PreviousTab => detail::turn(app, false),
        Action::Search => list::typing(app, true),
        Action::NextHit => list::go(app, Move::Down),
        Action::PreviousHit => list::go(app, Move::Up),
    }
    Vec::new()
}

/// One layer back: what lies over the panes, then what was opened last in a pane, down to the bare table.
fn back(app: &mut App) -> Vec<Do> {
    if list::back(app) {
        return Vec::new();
    }
    if let Some(layer) = app.screen.layers.pop() {
        if let Layer::FilterInput { before, .. } = layer {
            app.screen.table.filter = before;
            table::rebuild(app);
        }
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
        Pane::Table => {
            let quits = keymap::named(app, Ctx::Global, "close");
            toast::say(app, Level::Warning, tr!("nothing is open; {quits} quits", quits), None);
        }
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

fn help(app: &mut App) {
    if matches!(app.screen.layers.last(), Some(Layer::Help(_))) {
        app.screen.layers.pop();
    } else {
        app.screen.layers.push(Layer::Help(ListView::default()));
    }
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
        Place::Preview => preview::scroll(app, to),
        Place::List => list::go(app, to),
        Place::Palette => palette::go(app, to),
        Place::Command => command_line::go(app, to),
        Place::Failures => failures::go(app, to),
        Place::Menu | Place::Resolve => menu(app, to),
        Place::Pick => pick::go(app, to),
        Place::ComposeText
        | Place::ComposePath
        | Place::ComposeCamera
        | Place::ComposeChoice
        | Place::Mend
        | Place::Filter
        | Place::Confirm
        | Place::Copy => {}
    }
}

/// Moves in a menu; past an end it begins again at the other.
fn menu(app: &mut App, to: Move) {
    let lens = match app.screen.layers.last() {
        Some(Layer::SortMenu { .. }) => columns::ALL.len(),
        Some(Layer::Choose { field, .. }) => compose::choices(app, *field).len(),
        Some(Layer::Resolve { .. }) => 3,
        _ => return,
    };
    if let Some(Layer::SortMenu { at } | Layer::Choose { at, .. } | Layer::Resolve { at, .. }) =
        app.screen.layers.last_mut()
    {
        *at = match to {
            Move::Up if *at == 0 => lens.saturating_sub(1),
            Move::Down if *at + 1 >= lens => 0,
            to => table::step(to, *at, lens, lens),
        };
    }
}

/// Enter in a menu, a dialog, or a text that is typed.
fn accept(app: &mut App) -> Vec<Do> {
    match app.screen.layers.last() {
        Some(Layer::Help(list)) if !list.typing => return list::run(app),
        Some(Layer::Help(_) | Layer::Messages(_) | Layer::Money(_)) => {
            list::typing(app, false);
            return Vec::new();
        }
        Some(Layer::Mend(_)) => return failures::keep(app),
        Some(Layer::Palette(_)) => return palette::accept(app),
        Some(Layer::Command(_)) => return command_line::accept(app),
        _ => {}
    }
    if matches!(app.screen.layers.last(), Some(Layer::Pick(_))) {
        return pick::accept(app);
    }
    match app.screen.layers.pop() {
        Some(Layer::SortMenu { at }) => sort(app, at),
        Some(Layer::Choose { field, at, marks }) => compose::choose_marked(app, field, at, &marks),
        Some(layer @ Layer::FilterInput { .. }) => keep_filter(app, layer),
        Some(Layer::Resolve { key, at, line }) => return settle(app, key, at, line),
        Some(Layer::Welcome) | None => {}
        Some(layer) => app.screen.layers.push(layer),
    }
    Vec::new()
}

/// Sorts by a column; by the present one again, the other way round.
fn sort(app: &mut App, at: usize) {
    let Some(column) = columns::ALL.get(at).copied() else { return };
    let present = app.screen.table.sort;
    let descending = if present.column == column { !present.descending } else { column.right };
    app.screen.table.sort = Sort { column, descending };
    table::rebuild(app);
}

fn filter(app: &mut App) {
    let before = app.screen.table.filter.clone();
    let line = LineEditor::new(&before.text);
    app.screen.layers.push(Layer::FilterInput { line, before, fault: None });
}

/// Enter keeps a filter that can be read; a faulty one stays open with its fault.
fn keep_filter(app: &mut App, layer: Layer) {
    if matches!(layer, Layer::FilterInput { fault: Some(_), .. }) {
        app.screen.layers.push(layer);
    }
}

/// The filter's text changed: the table follows, as long as the text can be read.
pub(crate) fn filter_changed(app: &mut App) {
    let Some(Layer::FilterInput { line, fault, .. }) = app.screen.layers.last_mut() else { return };
    match Filter::parse(line.text()) {
        Ok(filter) => {
            *fault = None;
            app.screen.table.filter = filter;
            table::rebuild(app);
        }
        Err(why) => *fault = Some(why),
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
        app.screen.layers.push(Layer::Confirm(Confirm { question, act }));
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
        app.screen.layers.push(Layer::Confirm(Confirm { question, act }));
    }
    if free.is_empty() {
        return Vec::new();
    }
    table::clear_marks(app);
    vec![Do::Act(Act::Cancel(free))]
}

fn answered(app: &mut App, yes: bool) -> Vec<Do> {
    match app.screen.layers.pop() {
        Some(Layer::Confirm(confirm)) if yes => {
            table::clear_marks(app);
            vec![Do::Act(confirm.act)]
        }
        Some(Layer::Confirm(_)) | None => Vec::new(),
        Some(layer) => {
            app.screen.layers.push(layer);
            Vec::new()
        }
    }
}

/// What undo takes back: what of the last batch is unsent; if nothing is, the unsent work of an earlier run.
pub(crate) fn undoable(app: &App) -> Vec<TaskKey> {
    let queued = |key: &&TaskKey| app.work.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Queued);
    let last: Vec<TaskKey> = app.work.queue.last_batch.iter().filter(queued).copied().collect();
    if last.is_empty() { app.work.queue.unsent.iter().filter(queued).copied().collect() } else { last }
}

fn pause(app: &App) -> Act {
    if app.work.queue.halted.is_some() { Act::Resume } else { Act::Pause(!app.work.queue.is_paused()) }
}

fn resolve(app: &mut App) {
    let Some(row) = table::cursor_row(app) else { return };
    let key = row.key;
    app.screen.layers.push(if row.state == TaskState::Unknown {
        Layer::Resolve { key, at: 0, line: LineEditor::default() }
    } else {
        let question = tr!("Take back how {key} was settled? It is unknown again, and counted as spent.", key);
        Layer::Confirm(Confirm { question, act: Act::Resolve { key, as_what: Resolution::Unknown } })
    });
}

fn settle(app: &mut App, key: TaskKey, at: usize, line: LineEditor) -> Vec<Do> {
    let id = line.text().trim().to_owned();
    let as_what = match at {
        0 => Resolution::Lost,
        1 => Resolution::NotCreated,
        _ if id.is_empty() => {
            let text = tr!("type the service's task id, as the gateway's log shows it");
            toast::say(app, Level::Warning, text.into(), None);
            app.screen.layers.push(Layer::Resolve { key, at, line });
            return Vec::new();
        }
        _ => Resolution::Found(RemoteId(id)),
    };
    vec![Do::Act(Act::Resolve { key, as_what })]
}
