//! What needs a person stands on top whatever the sort and the filter, three rows at most and then "4 more": unknown
//! tasks, and files at risk.

use super::{groups, keep_visible, order, position};
use crate::{app::App, layout, table::state::TableView};
use domain::task::{Row, Task, TaskKey, TaskState};
use engine::risk;
use words::{names, tr};

/// Rows that are pinned at most.
const MOST: usize = 3;

/// The rows that are pinned, in their order.
pub(crate) fn of(table: &TableView) -> &[TaskKey] {
    &table.order[..table.pins]
}

/// How many rows of the screen they take, the one that tells of more included.
pub(crate) fn rows(app: &App) -> usize {
    app.screen.table.pins + usize::from(more(app).iter().any(|count| *count > 0))
}

/// Files not yet here whose address has less than an hour to live, or whose saving a person stopped.
pub(crate) fn at_risk(app: &App) -> Vec<TaskKey> {
    let (now, rows) = (layout::shown_now(app).wall, &app.work.tasks.rows);
    let waiting = app.work.tasks.ready.iter().chain(app.work.saver.active.keys());
    let runs_out = |key: &TaskKey| rows.get(key).is_some_and(|row| risk::runs_out_soon(row, now));
    let is_stopped = |key| app.work.tasks.live.get(key).is_some_and(Task::is_stopped);
    let mut keys: Vec<TaskKey> = waiting.filter(|key| runs_out(key) || is_stopped(key)).copied().collect();
    keys.sort_unstable_by_key(|key| (rows.get(key).and_then(|row| row.expires_at.get()), *key));
    keys
}

/// The unknown, the newest first.
fn unknown(app: &App) -> Vec<TaskKey> {
    let tasks = &app.work.tasks;
    if app.work.store.owner.is_none() {
        // A store that can only be looked at gives rows, and no tasks to work with.
        return tasks.rows.values().filter(|row| row.state == TaskState::Unknown).map(|row| row.key).rev().collect();
    }
    tasks.unknown.iter().rev().copied().collect()
}

/// Which are to be pinned: those that are stay, so that nothing moves while one works through them.
pub(super) fn chosen(app: &App) -> Vec<TaskKey> {
    let pinned = of(&app.screen.table);
    let needy = unknown(app).into_iter().chain(at_risk(app)).filter(|key| app.work.tasks.rows.contains_key(key));
    let needy: Vec<TaskKey> = needy.collect();
    let (stay, come): (Vec<TaskKey>, Vec<TaskKey>) = needy.iter().partition(|key| pinned.contains(key));
    let kept: Vec<TaskKey> = stay.into_iter().chain(come).take(MOST).collect();
    needy.into_iter().filter(|key| kept.contains(key)).collect()
}

/// Whether that row, which has changed, is pinned at once.
pub(super) fn takes(table: &TableView, row: &Row) -> bool {
    row.state == TaskState::Unknown && table.pins < MOST && !table.frozen
}

/// How many need a person and are not pinned: unknown, at risk.
pub(crate) fn more(app: &App) -> [usize; 2] {
    let state = |key: &TaskKey| app.work.tasks.rows.get(key).map(|row| row.state);
    let unknown = of(&app.screen.table).iter().filter(|key| state(key) == Some(TaskState::Unknown)).count();
    let risk = app.screen.table.pins - unknown;
    [
        app.work.tasks.counts[TaskState::Unknown as usize].saturating_sub(unknown),
        at_risk(app).len().saturating_sub(risk),
    ]
}

/// `4 more: 3 unknown, 1 at risk`.
pub(super) fn note(app: &App) -> Option<String> {
    let counts = more(app);
    let count: usize = counts.iter().sum();
    let words = [names::state(TaskState::Unknown), tr!("at risk")];
    let kinds = counts.into_iter().zip(words).filter(|(n, _)| *n > 0);
    let kinds: Vec<String> = kinds.map(|(n, word)| tr!("{n} {word}", n, word)).collect();
    (count > 0).then(|| tr!("{count} more: {kinds}", count, kinds = kinds.join(tr!(", "))))
}

/// Keeps them right after a change, and after time that has passed. A freeze holds them, too.
pub(crate) fn keep(app: &mut App) {
    if app.screen.table.frozen {
        return;
    }
    let pins = chosen(app);
    if pins == of(&app.screen.table) {
        return;
    }
    let (cursor, now) = (app.screen.table.cursor, app.work.now.wall);
    let (rows, archive, table) = (&app.work.tasks.rows, &app.screen.archive.rows, &mut app.screen.table);
    let find = |key: &TaskKey| rows.get(key).or_else(|| archive.get(key));
    let from_top = table.at.checked_sub(table.pins + table.top);
    let before: Vec<TaskKey> = table.order.drain(..table.pins).collect();
    let gone = before.iter().filter(|key| !pins.contains(key));
    for row in pins.iter().filter(|key| !before.contains(key)).filter_map(|key| rows.get(key)) {
        if let Some(at) = order::find(&table.order, row, find, table.sort) {
            table.order.remove(at);
        }
    }
    for row in gone.filter_map(|key| rows.get(key)).filter(|row| table.filter.shows(row, now)) {
        let at = order::place(&table.order, row, find, table.sort);
        table.order.insert(at, row.key);
    }
    (table.pins, table.looked) = (pins.len(), None);
    table.order.splice(..0, pins);
    let at = cursor.and_then(|key| position(app, key));
    let table = &mut app.screen.table;
    if at.is_none() && cursor.is_some() {
        table.cursor_row_leaves();
    }
    table.at = at.unwrap_or_else(|| table.at.max(table.pins).min(table.order.len().saturating_sub(1)));
    table.cursor = table.order.get(table.at).copied();
    if let (Some(from_top), Some(at)) = (from_top, table.at.checked_sub(table.pins)) {
        table.top = at.saturating_sub(from_top);
    }
    keep_visible(app);
    groups::make(app);
}
