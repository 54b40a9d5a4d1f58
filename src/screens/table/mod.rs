//! The task table as a view: its order, its cursor, its marks. Kept right row by row, so that a change among a hundred
//! thousand tasks costs a search and a move of memory, and a key costs nothing that grows with them.

pub(crate) mod acts;
pub mod archive;
pub mod cells;
pub mod columns;
pub mod filter_input;
pub(crate) mod filter_words;
pub mod found;
pub mod groups;
pub(crate) mod kept;
mod order;
pub(crate) mod pins;
pub(crate) mod place;
pub(crate) mod possible;
pub mod sort_menu;
pub mod state;
#[cfg(test)]
mod tests;
pub mod view;
pub mod window;

pub use order::{compare, order_of};

use crate::{
    app::App,
    keymap::Move,
    table::{
        state::{Archive, Left, TableView},
        window::rows as page,
    },
    widgets::steps::step,
};
use domain::task::{Row, TaskKey};
use engine::filter::Filter;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// The row under the cursor.
#[must_use]
pub fn cursor_row(app: &App) -> Option<&Row> {
    archive::row(app, &app.screen.table.cursor?)
}

/// What an act is for: the tasks named with it, else the marks and the open range, else the task under the cursor, or
/// the tasks of the batch.
pub fn targets(app: &App) -> impl Iterator<Item = TaskKey> {
    let table = &app.screen.table;
    let nothing_named = table.named.is_empty();
    let mut marked = marked(table).filter(move |_| nothing_named).peekable();
    let nothing_else = nothing_named && marked.peek().is_none();
    let alone = table.cursor.filter(|_| nothing_else);
    let batch = if nothing_else { groups::on_batch(app) } else { &[] };
    table.named.iter().copied().chain(marked).chain(batch.iter().copied()).chain(alone)
}

/// The marks and the open range.
fn marked(table: &TableView) -> impl Iterator<Item = TaskKey> {
    let ranged = range(table).into_owned().into_iter().filter(|key| !table.marks.contains(key));
    table.marks.iter().copied().chain(ranged)
}

/// Does something for these tasks, whatever is marked.
pub(crate) fn for_named<T>(app: &mut App, keys: Vec<TaskKey>, does: impl FnOnce(&mut App) -> T) -> T {
    app.screen.table.named = keys;
    let result = does(app);
    app.screen.table.named.clear();
    result
}

/// The open range: from where it was begun to the cursor, whole batches where rows stand by batch.
#[must_use]
pub fn range(table: &TableView) -> Cow<'_, [TaskKey]> {
    let Some(from) = table.range_from else { return Cow::default() };
    if let Some(groups) = &table.groups {
        return Cow::Owned(groups.range());
    }
    let from = table.order.iter().position(|key| *key == from);
    from.map_or_else(Cow::default, |from| Cow::Borrowed(&table.order[from.min(table.at)..=from.max(table.at)]))
}

/// Rows were put in or changed, each with the line as it was, where there was one: keeps order, cursor and scroll
/// right. `read` rows came from the store and are new. Each changed row is searched for in the order as it was built,
/// so the old lines are kept until their turn. While frozen, no row on the screen moves.
pub fn rows_changed(app: &mut App, mut changed: BTreeMap<TaskKey, Option<Box<Row>>>, read: Vec<TaskKey>) {
    app.screen.table.looked = None;
    let fresh: Vec<TaskKey> = changed.iter().filter(|(_, was)| was.is_none()).map(|(key, _)| *key).collect();
    let mut new = read;
    if app.screen.table.frozen {
        // Rows change and stay, so that a search is of no use, and only whether one is shown matters.
        let held = held(&mut app.screen.table);
        new.extend(changed.into_keys().filter(|key| held.binary_search(key).is_err()));
    } else {
        changed.retain(|key, was| {
            if was.is_none() {
                new.push(*key);
            }
            was.is_some()
        });
        let mut before: BTreeMap<TaskKey, Row> =
            changed.into_iter().filter_map(|(key, was)| Some((key, *was?))).collect();
        while let Some((key, was)) = before.pop_first() {
            row_changed(app, key, &was, &before);
        }
    }
    if !new.is_empty() {
        rows_appended(app, &new);
    }
    pins::keep(app);
    kept::come_back(app);
    groups::make(app);
    place::came(app, &fresh);
}

/// These rows have left the table for the archive.
pub fn rows_left(app: &mut App, gone: &BTreeSet<TaskKey>) {
    let table = &mut app.screen.table;
    // With the last mark the next key would be about the cursor's task, which nobody chose.
    if !table.marks.is_empty() && table.marks.iter().all(|key| gone.contains(key)) {
        table.left = table.left.or(table.marks.last().copied().map(Left::Mark));
    }
    table.marks.retain(|key| !gone.contains(key));
    table.new.retain(|key| !gone.contains(key));
    table.range_from.take_if(|key| gone.contains(key));
    table.came_from.take_if(|key| gone.contains(key));
    // A search of the archive does not know of them yet.
    app.screen.archive = Archive::default();
    rebuild(app);
}

/// A row was changed: keeps order, cursor and scroll right. `before` are the lines of others that the order was made
/// with and that have changed as well.
fn row_changed(app: &mut App, key: TaskKey, was: &Row, before: &BTreeMap<TaskKey, Row>) {
    let (kept, archive) = (&app.work.tasks.rows, &app.screen.archive.rows);
    let rows = |key: &TaskKey| before.get(key).or_else(|| kept.get(key)).or_else(|| archive.get(key));
    let Some(row) = app.work.tasks.rows.get(&key) else { return };
    let table = &mut app.screen.table;
    // One that is pinned stays where it is.
    if pins::of(table).contains(&key) {
        return;
    }
    let (pins, shown) = (table.pins, table.filter.shows(row, app.work.now.wall));
    // The row's own line is the new one where the search meets it; it must meet the one it was put in by.
    let meets = |other: &TaskKey| if *other == key { Some(was) } else { rows(other) };
    let at = order::find(&table.order[pins..], was, meets, table.sort).map(|at| at + pins);
    match (at, shown) {
        (Some(at), _) if pins::takes(table, row) => {
            table.order.remove(at);
            table.order.insert(pins, key);
            table.top -= usize::from(at < pins + table.top);
            table.pins += 1;
            moved(table, key, at, pins);
        }
        (None, false) => return,
        (Some(at), true) if order::fits(&table.order[pins..], at - pins, row, rows, table.sort) => return,
        (Some(at), true) => {
            table.order.remove(at);
            let to = pins + order::place(&table.order[pins..], row, rows, table.sort);
            table.order.insert(to, key);
            moved(table, key, at, to);
        }
        (Some(at), false) => {
            table.order.remove(at);
            removed(table, at);
        }
        (None, true) => {
            let to = pins + order::place(&table.order[pins..], row, rows, table.sort);
            table.order.insert(to, key);
            inserted(table, key, to);
        }
    }
    keep_visible(app);
}

/// The keys that a freeze shows, by rising key.
fn held(table: &mut TableView) -> &[TaskKey] {
    table.held.get_or_insert_with(|| {
        let mut keys = table.order.clone();
        keys.sort_unstable();
        keys
    })
}

/// Keeps what a freeze knows of the rows shown.
fn hold(table: &mut TableView, added: &[TaskKey]) {
    if let Some(held) = &mut table.held {
        held.extend(added);
        held.sort_unstable();
    }
}

/// Whether a row put in there would push rows on the screen down. One above them all does not where the list is longer
/// than the screen: that is scrolled on by it. What would waits until the freeze ends, or somebody goes to it.
fn pushes(table: &TableView, to: usize, page: usize) -> bool {
    let (to, rest) = (to - table.pins, table.order.len() - table.pins);
    let above = to <= table.top && rest >= page;
    !above && to < rest.min(table.top + page)
}

fn moved(table: &mut TableView, key: TaskKey, from: usize, to: usize) {
    if table.cursor == Some(key) {
        table.at = to;
        return;
    }
    // The cursor's place after taking the row out, then after putting it in again.
    let without = if from < table.at { table.at - 1 } else { table.at };
    table.at = if to <= without { without + 1 } else { without };
}

fn removed(table: &mut TableView, at: usize) {
    if at < table.pins + table.top {
        table.top -= 1;
    }
    if at == table.at {
        table.cursor_row_leaves();
    }
    if at < table.at || (at == table.at && table.at == table.order.len()) {
        table.at = table.at.saturating_sub(1);
    }
    table.cursor = table.order.get(table.at).copied();
}

fn inserted(table: &mut TableView, key: TaskKey, to: usize) {
    if table.cursor.is_none() && table.groups.is_none() {
        (table.cursor, table.at) = (Some(key), to);
        return;
    }
    if to <= table.at {
        table.at += 1;
    }
    let first = table.pins + table.top;
    if to < first || (table.frozen && to == first) {
        table.top += 1;
    }
}

/// Rows were put in that are not in the order yet: a page of the store. The places are searched, then all are put in
/// with one move of memory: the same whatever lies below them, and nothing is moved where nothing does.
fn rows_appended(app: &mut App, keys: &[TaskKey]) {
    let page = page(app);
    app.screen.table.looked = None;
    let (rows, archive, table) = (&app.work.tasks.rows, &app.screen.archive.rows, &mut app.screen.table);
    let mut shown: Vec<&Row> =
        keys.iter().filter_map(|key| rows.get(key)).filter(|row| table.filter.shows(row, app.work.now.wall)).collect();
    shown.sort_unstable_by(|a, b| compare(table.sort, a, b));
    let pins = table.pins;
    let find = |key: &TaskKey| rows.get(key).or_else(|| archive.get(key));
    let mut places = order::places(&table.order[pins..], &shown, find, table.sort);
    places.iter_mut().for_each(|(to, _)| *to += pins);
    if table.frozen {
        places.retain(|(to, _)| !pushes(table, *to, page));
    }
    order::put_in(&mut table.order, &places);
    hold(table, &places.iter().map(|(_, key)| *key).collect::<Vec<_>>());
    for (before, (to, key)) in places.into_iter().enumerate() {
        inserted(table, key, to + before);
    }
    keep_visible(app);
}

/// A person chose what the table shows, or how: it stands on what it stands on by that choice.
pub fn rearrange(app: &mut App) {
    rebuild(app);
    app.screen.table.left = None;
}

/// The filter is taken away. Where what was chosen had left the table by it, that has the cursor again.
pub(crate) fn clear_filter(app: &mut App) {
    app.screen.table.filter = Filter::default();
    rebuild(app);
    if let Some(Left::Cursor(key)) = app.screen.table.left {
        go_to(app, key);
    }
}

/// Builds the order from scratch: after a change of sort or filter, and when a freeze ends. The cursor stays on its
/// task, or goes to the row that took its place.
pub fn rebuild(app: &mut App) {
    let mut order = pins::chosen(app);
    let pins = order.len();
    let rest = order_of(&app.work.tasks.rows, app.screen.table.sort, &app.screen.table.filter, app.work.now.wall);
    let rest = with_archive(app, rest);
    order.extend(rest.into_iter().filter(|key| !order[..pins].contains(key)).collect::<Vec<_>>());
    let table = &mut app.screen.table;
    let from_top = table.at.saturating_sub(table.pins + table.top);
    let found = table.cursor.and_then(|cursor| order.iter().position(|key| *key == cursor));
    if table.cursor.is_some() && found.is_none() {
        table.cursor_row_leaves();
    }
    table.at = found.unwrap_or_else(|| table.at.max(pins).min(order.len().saturating_sub(1)));
    table.cursor = order.get(table.at).copied();
    (table.order, table.pins, table.held, table.looked) = (order, pins, None, None);
    table.top = table.at.saturating_sub(pins + from_top);
    keep_visible(app);
    groups::make(app);
}

/// The keys with those of the archive, where the filter looks at it.
fn with_archive(app: &App, rest: Vec<TaskKey>) -> Vec<TaskKey> {
    if app.screen.archive.rows.is_empty() {
        return rest;
    }
    let archived = app.screen.archive.rows.values().filter(|row| archive::holds(app, row.key));
    let mut rows: Vec<&Row> = rest.iter().filter_map(|key| app.work.tasks.rows.get(key)).chain(archived).collect();
    rows.sort_unstable_by(|a, b| compare(app.screen.table.sort, a, b));
    rows.into_iter().map(|row| row.key).collect()
}

/// Puts the cursor on that task, if it is shown; tells whether it is. One that a freeze holds back comes in for it.
pub fn go_to(app: &mut App, key: TaskKey) -> bool {
    let mut at = position(app, key);
    if at.is_none() && app.screen.table.frozen {
        rebuild(app);
        at = app.screen.table.order.iter().position(|shown| *shown == key);
    }
    let Some(at) = at else { return false };
    put_cursor(app, at);
    groups::go_to(app, key);
    true
}

/// Whether the cursor can go to a task: it is shown, or would be but that the order is frozen.
pub(crate) fn can_go_to(app: &App, key: TaskKey) -> bool {
    let passes =
        || app.work.tasks.rows.get(&key).is_some_and(|row| app.screen.table.filter.shows(row, app.work.now.wall));
    position(app, key).is_some() || (app.screen.table.frozen && passes())
}

/// Where a task stands in the order, if it is shown.
fn position(app: &App, key: TaskKey) -> Option<usize> {
    let table = &app.screen.table;
    if table.frozen {
        return table.order.iter().position(|shown| *shown == key);
    }
    let pinned = pins::of(table).iter().position(|pinned| *pinned == key);
    pinned.or_else(|| {
        let find = |key: &TaskKey| archive::row(app, key);
        let at = order::find(&table.order[table.pins..], archive::row(app, &key)?, find, table.sort)?;
        Some(table.pins + at)
    })
}

/// The task on that row of the table below its titles.
pub(crate) fn at_row(app: &App, row: usize) -> Option<TaskKey> {
    let table = &app.screen.table;
    if row < table.pins {
        return table.order.get(row).copied();
    }
    if let Some(groups) = &table.groups {
        return match groups.lines.get(groups.top + row.checked_sub(pins::rows(app))?)? {
            state::Line::Task(key) => Some(*key),
            state::Line::Batch(_) => None,
        };
    }
    let at = window::top(app) + row.checked_sub(pins::rows(app))?;
    table.order.get(table.pins + at).copied()
}

/// The tasks that pass the filter, in their order: not those that are only pinned.
pub(crate) fn passing(app: &App) -> impl Iterator<Item = TaskKey> {
    let table = &app.screen.table;
    let passes =
        |key: &TaskKey| app.work.tasks.rows.get(key).is_some_and(|row| table.filter.shows(row, app.work.now.wall));
    let pinned = pins::of(table).iter().copied().filter(passes);
    pinned.chain(table.order[table.pins..].iter().copied())
}

/// Moves the cursor.
pub fn go(app: &mut App, to: Move) {
    if app.screen.table.groups.is_some() {
        app.screen.table.come_back = None;
        groups::go(app, to);
        return;
    }
    let page = page(app);
    let target = step(to, app.screen.table.at, app.screen.table.order.len(), page);
    put_cursor(app, target);
}

fn put_cursor(app: &mut App, at: usize) {
    let table = &mut app.screen.table;
    table.at = at.min(table.order.len().saturating_sub(1));
    table.cursor = table.order.get(table.at).copied();
    (table.left, table.acted_on, table.come_back) = (None, None, None);
    keep_visible(app);
}

/// Scrolls just enough that the cursor is on the screen and no row stays empty while there are tasks to fill it.
pub fn keep_visible(app: &mut App) {
    let rows = page(app);
    let table = &mut app.screen.table;
    let rest = table.order.len() - table.pins;
    table.top = window::scrolled(table.top, table.at.checked_sub(table.pins), rest, rows);
    groups::keep_visible(app);
}

/// Marks the task under the cursor, or unmarks it, and goes on to the next. Ends an open range by marking all of it.
pub fn mark(app: &mut App) {
    let table = &mut app.screen.table;
    if table.range_from.is_some() {
        end_range(table);
        return;
    }
    let keys: Vec<TaskKey> = app.screen.table.cursor.map_or_else(|| groups::on_batch(app).to_vec(), |key| vec![key]);
    let marks = &mut app.screen.table.marks;
    if keys.iter().all(|key| marks.contains(key)) {
        marks.retain(|key| !keys.contains(key));
    } else {
        marks.extend(keys);
    }
    go(app, Move::Down);
}

/// Begins a range at the cursor, or ends the open one by marking all of it.
pub fn mark_range(app: &mut App) {
    if app.screen.table.range_from.is_some() {
        end_range(&mut app.screen.table);
    } else {
        app.screen.table.range_from = app.screen.table.cursor.or_else(|| groups::on_batch(app).first().copied());
        if let Some(groups) = &mut app.screen.table.groups {
            groups.begin_range();
        }
    }
}

fn end_range(table: &mut TableView) {
    let keys = range(table).into_owned();
    table.marks.extend(keys);
    table.range_from = None;
}

/// Marks all tasks shown; if all are marked already, unmarks them.
pub fn mark_all(app: &mut App) {
    let shown: Vec<TaskKey> = passing(app).collect();
    let table = &mut app.screen.table;
    table.range_from = None;
    if shown.iter().all(|key| table.marks.contains(key)) {
        shown.iter().for_each(|key| {
            table.marks.remove(key);
        });
    } else {
        table.marks.extend(shown);
    }
}

/// Takes all marks away where an act on these was for them: it has been done.
pub(crate) fn clear_marks(app: &mut App, acted: &[TaskKey]) {
    let table = &mut app.screen.table;
    let acted: BTreeSet<&TaskKey> = acted.iter().collect();
    if marked(table).any(|key| acted.contains(&key)) {
        table.marks.clear();
        table.range_from = None;
    }
}
