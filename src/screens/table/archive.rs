//! Archived tasks in the table: read from the store while the filter looks at the archive, to be looked at and no more.

use super::rebuild;
use crate::{
    app::App,
    store_errors,
    table::{filter_input::FilterInput, state::Archive},
};
use domain::task::{Row, TaskKey};
use engine::effect::{Effect, StoreCmd};

/// A task's line, of the table or of the archive.
pub(crate) fn row<'a>(app: &'a App, key: &TaskKey) -> Option<&'a Row> {
    app.work.tasks.rows.get(key).or_else(|| app.screen.archive.rows.get(key))
}

/// Whether it is of the archive alone.
pub(crate) fn holds(app: &App, key: TaskKey) -> bool {
    !app.work.tasks.rows.contains_key(&key) && app.screen.archive.rows.contains_key(&key)
}

/// Has the archive read when a filter that looks at it stands, and forgets it after that.
pub(crate) fn follow(app: &mut App) -> Vec<Effect> {
    let filter = &app.screen.table.filter;
    let looks = filter.reads_archive();
    // Not at every letter of one that is being typed.
    if looks && app.screen.top::<FilterInput>().is_some() {
        return Vec::new();
    }
    let wanted = looks.then(|| filter.text.clone());
    if wanted == app.screen.archive.asked || app.work.store.owner.is_none() {
        return Vec::new();
    }
    if wanted.is_some() && !store_errors::table_may_ask(app) {
        return Vec::new();
    }
    let had = !app.screen.archive.rows.is_empty();
    app.screen.archive = Archive { asked: wanted.clone(), ..Archive::default() };
    if had {
        rebuild(app);
    }
    let at = app.work.now.wall;
    wanted.into_iter().map(|filter| Effect::Store(StoreCmd::Archived { filter, at })).collect()
}

/// They have come.
pub(crate) fn came(app: &mut App, filter: String, rows: Vec<Row>) {
    if app.screen.archive.asked != Some(filter) {
        return;
    }
    app.screen.archive.here = true;
    app.screen.archive.rows.insert_page(rows);
    rebuild(app);
}
