//! The table comes back as it was left: sort, filter, groups, marks and place. Saved a while after a key has changed
//! it, and at the end.

use super::{columns, groups, keep_visible, position, rearrange};
use crate::{app::App, sights, table::state::Sort};
use domain::{
    task::TaskKey,
    time::{Mono, SECOND},
};
use engine::{
    effect::{Effect, StoreCmd},
    filter::Filter,
    view::View,
};

/// How long a change waits for others, in milliseconds.
const SAVE_AFTER: u64 = 2 * SECOND;
/// Marks that are kept; more are a wish for all, which the next start may have other tasks for.
const MARKS: usize = 10_000;

/// What a key may have changed, in little.
type Sign = (&'static str, bool, usize, Option<TaskKey>, usize, usize, Option<usize>);

/// The view in little: where it differs, it is looked at whether there is something to save.
pub(crate) fn sign(app: &App) -> Sign {
    let table = &app.screen.table;
    let grouped = table.groups.as_ref().map(|groups| groups.unfolded.len());
    (
        table.sort.column.id,
        table.sort.descending,
        table.filter.text.len(),
        table.cursor,
        table.top,
        table.marks.len(),
        grouped,
    )
}

/// A key was taken; before it the view was that.
pub(crate) fn touch(app: &mut App, before: Sign) {
    if sign(app) != before && app.work.settings.interactive {
        let now = app.work.now.mono;
        app.screen.table.touched.get_or_insert(now);
    }
}

/// Whether the tour stands on the screen: at the first start, until a person closes it or has a task.
pub(crate) fn is_touring(app: &App) -> bool {
    app.work.tasks.loaded && app.work.tasks.rows.is_empty() && !app.screen.table.toured
}

/// Closes the tour, for good.
pub(crate) fn end_tour(app: &mut App) {
    app.screen.table.toured = true;
    let now = app.work.now.mono;
    app.screen.table.touched.get_or_insert(now);
}

/// When it is to be saved.
pub(crate) fn deadline(app: &App) -> Option<Mono> {
    app.screen.table.touched.map(|at| at.plus(SAVE_AFTER))
}

/// Saves it when its time has come.
pub(crate) fn wake(app: &mut App) -> Vec<Effect> {
    let is_due = deadline(app).is_some_and(|at| at <= app.work.now.mono || app.work.ending.is_some());
    if !is_due || app.work.store.owner.is_none() {
        return Vec::new();
    }
    app.screen.table.touched = None;
    let view = of(app);
    if app.screen.table.kept == view {
        return Vec::new();
    }
    app.screen.table.kept = view.clone();
    vec![Effect::Store(StoreCmd::SaveView { view: Box::new(view) })]
}

fn of(app: &App) -> View {
    let table = &app.screen.table;
    View {
        sort: table.sort.column.id.into(),
        descending: table.sort.descending,
        filter: table.filter.text.clone(),
        grouped: table.groups.is_some(),
        unfolded: table.groups.iter().flat_map(|groups| &groups.unfolded).copied().collect(),
        at: table.cursor,
        above: table.at.saturating_sub(table.pins + table.top),
        marks: table.marks.iter().take(MARKS).copied().collect(),
        toured: table.toured,
        pictures: app.screen.sights.remembered.clone(),
    }
}

/// The view of the last time. The cursor goes to its task when that has come, unless a person moves it before.
pub(crate) fn restore(app: &mut App, view: View) {
    let table = &mut app.screen.table;
    if let Some(column) = columns::ALL.into_iter().find(|column| column.id == view.sort) {
        table.sort = Sort { column, descending: view.descending };
    }
    table.filter = Filter::parse(&view.filter).unwrap_or_default();
    table.marks = view.marks.iter().copied().collect();
    table.toured |= view.toured;
    table.come_back = view.at.map(|key| (key, view.above));
    table.kept = view.clone();
    if view.grouped {
        groups::begin(app, view.unfolded.into_iter().collect());
    }
    sights::ways::remember(app, view.pictures);
    rearrange(app);
    come_back(app);
}

/// Puts the cursor where it was left, once that task is here.
pub(super) fn come_back(app: &mut App) {
    let Some((key, above)) = app.screen.table.come_back else { return };
    let Some(at) = position(app, key) else { return };
    super::put_cursor(app, at);
    let table = &mut app.screen.table;
    table.top = table.at.saturating_sub(table.pins + above);
    keep_visible(app);
}

/// All rows are here: what was marked and is gone is marked no longer.
pub(crate) fn complete(app: &mut App) {
    app.screen.table.come_back = None;
    let rows = &app.work.tasks.rows;
    app.screen.table.marks.retain(|key| rows.contains_key(key));
}
