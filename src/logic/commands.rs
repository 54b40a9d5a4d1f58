//! What each action does. Which key means which stands in `keymap`; whether it is possible was asked before.

use super::{
    act::{Act, Resolution},
    after::{self, Then},
    columns, command_line, compose, detail,
    editor::LineEditor,
    effect::{Effect, Level, TermCmd},
    failures,
    filter::Filter,
    keymap::{self, Action, CopyWhat, Ctx, Move, Place, can_cancel, can_download, refreshable},
    ledger, list, palette,
    pick::{self, PickWhat},
    preview,
    screen::{Confirm, DetailTab, Layer, ListView, Pane, Sort},
    state::State,
    table, toast,
};
use crate::{
    domain::{
        retry::{self, Change, Facts},
        task::{RemoteId, Row, TaskKey, TaskState},
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
pub(super) fn run(state: &mut State, action: Action) -> Vec<Do> {
    match action {
        Action::Quit => return vec![Do::Act(Act::Quit)],
        Action::Suspend => return vec![Do::Effect(Effect::Term(TermCmd::Suspend))],
        Action::Redraw => return vec![Do::Effect(Effect::Term(TermCmd::Redraw))],
        Action::Back => return back(state),
        Action::Close => return close(state),
        Action::Send => return preview::send(state),
        Action::Retry => return retry(state),
        Action::Fit => return failures::fit(state),
        Action::Plan => return failures::plan(state),
        Action::ComposeFirst => return failures::compose_first(state),
        Action::Money => return ledger::open(state),
        Action::Edit => return of_cursor(state, Then::Edit),
        Action::Clone => return of_cursor(state, Then::Clone),
        Action::Scp => return copy(state, Then::Scp),
        Action::Play => return of_cursor(state, Then::Play),
        Action::Copy(what) => return copy_part(state, what),
        Action::Download => return on_targets(state, can_download, download),
        Action::Cancel => return on_targets(state, can_cancel, cancel),
        Action::Refresh => return on_targets(state, refreshable, |_, keys| vec![Do::Act(Act::Refresh(keys))]),
        Action::Balance => return vec![Do::Act(Act::Balance)],
        Action::Pause => return vec![Do::Act(pause(state))],
        Action::Undo => return vec![Do::Act(Act::Cancel(undoable(state)))],
        Action::Preview => return compose::to_preview(state),
        Action::Editor => return compose::edit(state),
        Action::OtherDraft => return compose::other(state),
        Action::Pick(what) => return pick::open(state, what),
        Action::Pictures => return pictures(state),
        Action::Complete if matches!(state.screen.layers.last(), Some(Layer::Pick(_))) => return pick::complete(state),
        Action::Complete => return compose::complete(state),
        Action::Delete => return pick::delete(state),
        Action::NextRow => return compose::step(state, true),
        Action::PreviousRow => return compose::step(state, false),
        Action::NextChoice => return compose::change(state, true),
        Action::PreviousChoice => return compose::change(state, false),
        Action::Choose => return compose::enter(state),
        Action::Yes => return answered(state, true),
        Action::No => return answered(state, false),
        Action::Accept => return accept(state),
        Action::New => compose::open(state),
        Action::Failures => failures::open(state),
        Action::TakeIn => failures::toggle(state),
        Action::EditPrompts => failures::edit_prompts(state),
        Action::FixField => failures::fix_field(state),
        Action::NextField => failures::other_field(state, true),
        Action::PreviousField => failures::other_field(state, false),
        Action::Fix => return compose::fix(state),
        Action::LeaveOut => preview::leave_out(state),
        Action::Camera(what) => compose::in_camera(state, what),
        Action::MarkChoice => compose::mark_choice(state),
        Action::Help => help(state),
        Action::Palette => palette::open(state),
        Action::CommandLine => command_line::open(state),
        Action::CompleteWord => return command_line::complete(state, true),
        Action::CompleteBack => return command_line::complete(state, false),
        Action::Messages => state.screen.layers.push(Layer::Messages(ListView::default())),
        Action::NextPane => turn(state, true),
        Action::PreviousPane => turn(state, false),
        Action::Show(pane) => show(state, pane),
        Action::Full => state.screen.full = !state.screen.full,
        Action::Move(to) => go(state, to),
        Action::OtherTask(to) => table::go(state, to),
        Action::Filter => filter(state),
        Action::Mark => table::mark(state),
        Action::Range => table::mark_range(state),
        Action::MarkAll => table::mark_all(state),
        Action::Open => state.screen.pane = Pane::Detail,
        Action::Attempts => {
            state.screen.pane = Pane::Detail;
            (state.screen.detail.tab, state.screen.detail.scroll) = (DetailTab::Attempts, 0);
        }
        Action::Sort => {
            let sorted = state.screen.table.sort.column;
            let at = columns::ALL.iter().position(|spec| spec.column == sorted).unwrap_or(0);
            state.screen.layers.push(Layer::SortMenu { at });
        }
        Action::Freeze => freeze(state),
        Action::CopyMenu => state.screen.layers.push(Layer::CopyMenu),
        Action::Resolve => resolve(state),
        Action::NextTab => detail::turn(state, true),
        Action::PreviousTab => detail::turn(state, false),
        Action::Search => list::typing(state, true),
        Action::NextHit => list::go(state, Move::Down),
        Action::PreviousHit => list::go(state, Move::Up),
    }
    Vec::new()
}

/// One layer back: what lies over the panes, then what was opened last in a pane, down to the bare table.
fn back(state: &mut State) -> Vec<Do> {
    if list::back(state) {
        return Vec::new();
    }
    if let Some(layer) = state.screen.layers.pop() {
        if let Layer::FilterInput { before, .. } = layer {
            state.screen.table.filter = before;
            table::rebuild(state);
        }
        return Vec::new();
    }
    let screen = &mut state.screen;
    match screen.pane {
        Pane::Compose => return compose::leave(state),
        Pane::Detail => screen.pane = Pane::Table,
        Pane::Table if screen.away.is_some() => screen.away = None,
        Pane::Table if screen.table.range_from.is_some() => screen.table.range_from = None,
        Pane::Table if !screen.table.marks.is_empty() => screen.table.marks.clear(),
        Pane::Table if !screen.table.filter.is_empty() => {
            screen.table.filter = Filter::default();
            table::rebuild(state);
        }
        Pane::Table if screen.full => screen.full = false,
        Pane::Table => {
            let quits = keymap::named(state, Ctx::Global, "close");
            toast::say(state, Level::Warning, tr!("nothing is open; {quits} quits", quits), None);
        }
    }
    Vec::new()
}

/// Closes what is open; in the bare table, quits.
fn close(state: &mut State) -> Vec<Do> {
    if state.screen.layers.is_empty() && state.screen.pane == Pane::Table {
        return vec![Do::Act(Act::Quit)];
    }
    back(state)
}

fn help(state: &mut State) {
    if matches!(state.screen.layers.last(), Some(Layer::Help(_))) {
        state.screen.layers.pop();
    } else {
        state.screen.layers.push(Layer::Help(ListView::default()));
    }
}

fn turn(state: &mut State, forward: bool) {
    let next = match (state.screen.pane, forward) {
        (Pane::Table, true) | (Pane::Compose, false) => Pane::Detail,
        (Pane::Detail, true) | (Pane::Table, false) => Pane::Compose,
        (Pane::Compose, true) | (Pane::Detail, false) => Pane::Table,
    };
    show(state, next);
}

fn show(state: &mut State, pane: Pane) {
    match pane {
        Pane::Compose => compose::open(state),
        Pane::Table | Pane::Detail => state.screen.pane = pane,
    }
}

/// Moves in whatever has the keys.
pub(super) fn go(state: &mut State, to: Move) {
    match super::keymap::place(state) {
        Place::Table => {
            table::go(state, to);
            state.screen.table.passing = Some(state.now.mono.plus(detail::REST));
        }
        Place::Detail => detail::scroll(state, to),
        Place::Preview => preview::scroll(state, to),
        Place::List => list::go(state, to),
        Place::Palette => palette::go(state, to),
        Place::Command => command_line::go(state, to),
        Place::Failures => failures::go(state, to),
        Place::Menu | Place::Resolve => menu(state, to),
        Place::Pick => pick::go(state, to),
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
fn menu(state: &mut State, to: Move) {
    let lens = match state.screen.layers.last() {
        Some(Layer::SortMenu { .. }) => columns::ALL.len(),
        Some(Layer::Choose { field, .. }) => compose::choices(state, *field).len(),
        Some(Layer::Resolve { .. }) => 3,
        _ => return,
    };
    if let Some(Layer::SortMenu { at } | Layer::Choose { at, .. } | Layer::Resolve { at, .. }) =
        state.screen.layers.last_mut()
    {
        *at = match to {
            Move::Up if *at == 0 => lens.saturating_sub(1),
            Move::Down if *at + 1 >= lens => 0,
            to => table::step(to, *at, lens, lens),
        };
    }
}

/// Enter in a menu, a dialog, or a text that is typed.
fn accept(state: &mut State) -> Vec<Do> {
    match state.screen.layers.last() {
        Some(Layer::Help(list)) if !list.typing => return list::run(state),
        Some(Layer::Help(_) | Layer::Messages(_) | Layer::Money(_)) => {
            list::typing(state, false);
            return Vec::new();
        }
        Some(Layer::Mend(_)) => return failures::keep(state),
        Some(Layer::Palette(_)) => return palette::accept(state),
        Some(Layer::Command(_)) => return command_line::accept(state),
        _ => {}
    }
    if matches!(state.screen.layers.last(), Some(Layer::Pick(_))) {
        return pick::accept(state);
    }
    match state.screen.layers.pop() {
        Some(Layer::SortMenu { at }) => sort(state, at),
        Some(Layer::Choose { field, at, marks }) => compose::choose_marked(state, field, at, &marks),
        Some(layer @ Layer::FilterInput { .. }) => keep_filter(state, layer),
        Some(Layer::Resolve { key, at, line }) => return settle(state, key, at, line),
        Some(Layer::Welcome) | None => {}
        Some(layer) => state.screen.layers.push(layer),
    }
    Vec::new()
}

/// Sorts by a column; by the present one again, the other way round.
fn sort(state: &mut State, at: usize) {
    let Some(spec) = columns::ALL.get(at) else { return };
    let present = state.screen.table.sort;
    let descending = if present.column == spec.column { !present.descending } else { spec.right };
    state.screen.table.sort = Sort { column: spec.column, descending };
    table::rebuild(state);
}

fn filter(state: &mut State) {
    let before = state.screen.table.filter.clone();
    let line = LineEditor::new(&before.text);
    state.screen.layers.push(Layer::FilterInput { line, before, fault: None });
}

/// Enter keeps a filter that can be read; a faulty one stays open with its fault.
fn keep_filter(state: &mut State, layer: Layer) {
    if matches!(layer, Layer::FilterInput { fault: Some(_), .. }) {
        state.screen.layers.push(layer);
    }
}

/// The filter's text changed: the table follows, as long as the text can be read.
pub(super) fn filter_changed(state: &mut State) {
    let Some(Layer::FilterInput { line, fault, .. }) = state.screen.layers.last_mut() else { return };
    match Filter::parse(line.text()) {
        Ok(filter) => {
            *fault = None;
            state.screen.table.filter = filter;
            table::rebuild(state);
        }
        Err(why) => *fault = Some(why),
    }
}

/// The list of files for the picture's row that has the keys.
fn pictures(state: &mut State) -> Vec<Do> {
    compose::picture_field(state).map_or_else(Vec::new, |field| pick::open(state, PickWhat::Pictures(field)))
}

fn freeze(state: &mut State) {
    state.screen.table.frozen = !state.screen.table.frozen;
    if !state.screen.table.frozen {
        table::rebuild(state);
    }
}

/// Does something with those of the targets that allow it; the marks are used up.
fn on_targets(state: &mut State, allows: fn(&Row) -> bool, then: fn(&mut State, Vec<TaskKey>) -> Vec<Do>) -> Vec<Do> {
    let rows = &state.tasks.rows;
    let keys = table::targets(state).filter(|key| rows.get(key).is_some_and(allows)).collect();
    then(state, keys)
}

fn retry(state: &mut State) -> Vec<Do> {
    let scope = retry::Scope::of(table::targets(state).take(2).count());
    let (mut keys, mut left_out) = (Vec::new(), BTreeMap::<retry::No, Vec<TaskKey>>::new());
    for row in table::targets(state).filter_map(|key| state.tasks.rows.get(&key)) {
        match retry::judge(&Facts::of_row(row), Change::Nothing, scope) {
            Ok(_) => keys.push(row.key),
            Err(no) => left_out.entry(no).or_default().push(row.key),
        }
    }
    after::with(state, &keys, Then::Retry { left_out })
}

fn of_cursor(state: &mut State, then: Then) -> Vec<Do> {
    let Some(key) = state.screen.table.cursor else { return Vec::new() };
    after::with(state, &[key], then)
}

/// Copies a part of all that is marked, in the order of the table; of the task under the cursor where nothing is.
fn copy(state: &mut State, then: Then) -> Vec<Do> {
    let wanted: BTreeSet<TaskKey> = table::targets(state).collect();
    let shown = &state.screen.table.order;
    let mut keys: Vec<TaskKey> = shown.iter().filter(|key| wanted.contains(key)).copied().collect();
    // Marked, and hidden by the filter.
    keys.extend(wanted.iter().filter(|key| !shown.contains(key)));
    after::with(state, &keys, then)
}

fn copy_part(state: &mut State, what: CopyWhat) -> Vec<Do> {
    state.screen.layers.pop();
    copy(state, Then::Copy(what))
}

/// Downloads what is not on disk; asks where all of it is.
fn download(state: &mut State, keys: Vec<TaskKey>) -> Vec<Do> {
    let saved = |key: &TaskKey| state.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Saved);
    let (there, missing): (Vec<_>, Vec<_>) = keys.into_iter().partition(saved);
    if missing.is_empty() {
        let question = match there.as_slice() {
            [key] => tr!("{key} is on disk already. Download again, under another name?", key),
            keys => tr!("{count} tasks are on disk already. Download again, under another name?", count = keys.len()),
        };
        let act = Act::Download { keys: there, dir: None };
        state.screen.layers.push(Layer::Confirm(Confirm { question, act }));
        return Vec::new();
    }
    table::clear_marks(state);
    vec![Do::Act(Act::Download { keys: missing, dir: None })]
}

/// Takes the unsent ones back at once, since that is free and `n` brings them again; asks before it stops watching what
/// was paid for.
fn cancel(state: &mut State, keys: Vec<TaskKey>) -> Vec<Do> {
    let of = |key: &TaskKey| state.tasks.rows.get(key).map(|row| row.state);
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
        state.screen.layers.push(Layer::Confirm(Confirm { question, act }));
    }
    if free.is_empty() {
        return Vec::new();
    }
    table::clear_marks(state);
    vec![Do::Act(Act::Cancel(free))]
}

fn answered(state: &mut State, yes: bool) -> Vec<Do> {
    match state.screen.layers.pop() {
        Some(Layer::Confirm(confirm)) if yes => {
            table::clear_marks(state);
            vec![Do::Act(confirm.act)]
        }
        Some(Layer::Confirm(_)) | None => Vec::new(),
        Some(layer) => {
            state.screen.layers.push(layer);
            Vec::new()
        }
    }
}

/// What undo takes back: what of the last batch is unsent; if nothing is, the unsent work of an earlier run.
pub(super) fn undoable(state: &State) -> Vec<TaskKey> {
    let queued = |key: &&TaskKey| state.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Queued);
    let last: Vec<TaskKey> = state.queue.last_batch.iter().filter(queued).copied().collect();
    if last.is_empty() { state.queue.unsent.iter().filter(queued).copied().collect() } else { last }
}

fn pause(state: &State) -> Act {
    if state.queue.halted.is_some() { Act::Resume } else { Act::Pause(!state.queue.is_paused()) }
}

fn resolve(state: &mut State) {
    let Some(row) = table::cursor_row(state) else { return };
    let key = row.key;
    state.screen.layers.push(if row.state == TaskState::Unknown {
        Layer::Resolve { key, at: 0, line: LineEditor::default() }
    } else {
        let question = tr!("Take back how {key} was settled? It is unknown again, and counted as spent.", key);
        Layer::Confirm(Confirm { question, act: Act::Resolve { key, as_what: Resolution::Unknown } })
    });
}

fn settle(state: &mut State, key: TaskKey, at: usize, line: LineEditor) -> Vec<Do> {
    let id = line.text().trim().to_owned();
    let as_what = match at {
        0 => Resolution::Lost,
        1 => Resolution::NotCreated,
        _ if id.is_empty() => {
            let text = tr!("type the service's task id, as the gateway's log shows it");
            toast::say(state, Level::Warning, text.into(), None);
            state.screen.layers.push(Layer::Resolve { key, at, line });
            return Vec::new();
        }
        _ => Resolution::Found(RemoteId(id)),
    };
    vec![Do::Act(Act::Resolve { key, as_what })]
}
