//! Where one is in the table: which rows are new, how to get to them and back, and the note that says so.

use super::{go_to, position as at, window};
use crate::app::App;
use domain::task::TaskKey;
use words::{amounts, tr};

/// Rows came that were not there before.
pub(super) fn came(app: &mut App, keys: &[TaskKey]) {
    if app.work.tasks.loaded {
        app.screen.table.new.extend(keys);
    }
}

/// Keeps what is new: a row on the screen has been seen, and so has one that is no longer shown.
pub(crate) fn see(app: &mut App) {
    if app.screen.table.new.is_empty() {
        return;
    }
    if app.screen.table.groups.is_some() {
        app.screen.table.new.clear();
        return;
    }
    let pins = app.screen.table.pins;
    let (first, page) = (pins + window::top(app), window::rows(app));
    // Finding them all at every key would grow with them.
    if app.screen.table.looked.replace([pins, first, page]) == Some([pins, first, page]) {
        return;
    }
    let seen = |at: usize| at < pins || (first..first + page).contains(&at);
    let places: Vec<(TaskKey, usize)> =
        app.screen.table.new.iter().filter_map(|key| Some((*key, at(app, *key)?))).collect();
    let table = &mut app.screen.table;
    table.new = places.iter().filter(|(_, at)| !seen(*at)).map(|(key, _)| *key).collect();
    table.new_above = places.iter().filter(|(_, at)| (pins..first).contains(at)).count();
}

/// The newest row to go to: one that was not on the screen yet, or the last batch's first.
pub(crate) fn newest(app: &App) -> Option<TaskKey> {
    let table = &app.screen.table;
    let unseen = table.new.iter().rev().find(|key| at(app, **key).is_some());
    unseen.or_else(|| app.work.queue.last_batch.iter().find(|key| at(app, **key).is_some())).copied()
}

/// Goes there, and keeps where the cursor was.
pub(crate) fn to_new(app: &mut App) {
    let Some(key) = newest(app) else { return };
    let from = app.screen.table.cursor;
    if from != Some(key) && go_to(app, key) {
        app.screen.table.came_from = from;
    }
}

/// Goes back.
pub(crate) fn back(app: &mut App) {
    if let Some(key) = app.screen.table.came_from.take() {
        go_to(app, key);
    }
}

/// `▲ 12 new, 23 of 340 ▼`: where rows lie outside of the screen; `below` and `above` are the signs for it. Nothing
/// where all are on it.
pub(super) fn note(app: &App, [below, above]: [&str; 2]) -> Option<String> {
    let table = &app.screen.table;
    if table.groups.is_some() {
        return None;
    }
    let (first, page, all) = (window::top(app), window::rows(app), table.order.len());
    if all - table.pins <= page {
        return None;
    }
    let here = amounts::number(table.at + 1);
    let place = if table.filter.is_empty() {
        tr!("{here} of {all}", here, all = amounts::number(all))
    } else {
        tr!("row {here}", here)
    };
    let before = match (first, table.new_above) {
        (0, _) => String::new(),
        (_, 0) => format!("{above} "),
        (_, count) => format!("{above} {}{}", tr!("{count} new", count), tr!(", ")),
    };
    let after = if table.pins + first + page < all { format!(" {below}") } else { String::new() };
    Some(format!("{before}{place}{after}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        msg::Input,
        table::{columns, rebuild, state::Sort},
        testing::{add, now, state, task},
        update,
    };
    use domain::task::{
        Task,
        TaskState::{Failed, Running, Saved, Unknown},
    };
    use engine::msg::Msg;

    #[test]
    fn what_is_new_is_the_same_as_where_all_of_it_is_looked_at_anew() {
        let mut app = state(&[Saved; 60]);
        app.work.tasks.loaded = true;
        let press = |app: &mut App, keys: &str| {
            for key in keys.split(' ') {
                let _ = update(app, Input::Key(key.parse().unwrap()), now(10_000));
            }
        };
        let put = |app: &mut App, rev, state, keys: std::ops::RangeInclusive<u32>| {
            keys.for_each(|key| add(app, Task { rev, ..task(key, state) }));
            let _ = update(app, Msg::Wake, now(10_000));
        };
        let came = |app: &mut App, state, keys| put(app, 2, state, keys);
        let by_state = |app: &mut App| {
            app.screen.table.sort = Sort { column: &columns::STATE, descending: false };
            rebuild(app);
        };
        let steps: [&dyn Fn(&mut App); 14] = [
            &|app| press(app, "G"),
            &|app| came(app, Saved, 61..=100),
            &|app| press(app, "k k"),
            &|app| press(app, "ctrl-u ctrl-u"),
            &|app| came(app, Unknown, 70..=70),
            &|app| press(app, "/ s t a t e : f a i l e d enter"),
            &|app| came(app, Failed, 80..=85),
            &|app| press(app, "esc"),
            &by_state,
            &|app| press(app, "g ctrl-d ctrl-d ctrl-d"),
            &|app| came(app, Failed, 101..=110),
            // They change their places, and none comes.
            &|app| put(app, 3, Running, 101..=105),
            &|app| put(app, 4, Failed, 101..=103),
            &|app| app.screen.height = 12,
        ];
        let mut told = Vec::new();
        for (nth, step) in steps.iter().enumerate() {
            step(&mut app);
            let mut anew = app.clone();
            anew.screen.table.looked = None;
            for app in [&mut app, &mut anew] {
                see(app);
            }
            let [is, wanted] = [&app, &anew].map(|app| (&app.screen.table.new, app.screen.table.new_above));
            assert_eq!(is, wanted, "step {nth}");
            told.push(wanted.1);
        }
        assert_eq!((told[1], told[11] > told[10]), (40, true), "{told:?}");
    }
}
