//! Whether the files of saved tasks are still there. It is looked, off the loop, when a row comes on the screen and
//! when a task is opened; what was looked at and stays in sight is not looked at again. While the cursor passes, rows
//! pass too: it is looked once it rests, so that a key held down never shares its core with a look at the disk.

use super::{
    pins,
    state::{FilePlace, Line},
    window,
};
use crate::{app::App, keymap::Pane};
use domain::task::{TaskKey, TaskState};
use engine::{
    effect::{Effect, LocalCmd},
    user_files::Missing,
    writes,
};
use std::collections::BTreeSet;

/// Asks for what came into sight, one look at a time.
pub(crate) fn follow(app: &mut App) -> Vec<Effect> {
    let passes = app.screen.table.passing.is_some();
    if !app.work.settings.interactive || !app.work.tasks.loaded || app.work.ending.is_some() || passes {
        return Vec::new();
    }
    let saved = |key: &TaskKey| app.work.tasks.rows.get(key).is_some_and(|row| row.state == TaskState::Saved);
    let opened = app.screen.table.cursor.filter(|key| app.screen.pane == Pane::Detail && saved(key));
    let seen: BTreeSet<TaskKey> = in_sight(app).into_iter().filter(saved).chain(opened).collect();
    let found = &mut app.screen.table.found;
    found.known.retain(|key, _| seen.contains(key));
    if opened != found.opened {
        found.opened = opened;
        if let Some(key) = opened {
            found.known.remove(&key);
        }
    }
    // Where a file lies is read from the store, which must have it first.
    let is_known = |key: &TaskKey| found.known.contains_key(key) || writes::is_unwritten(&app.work, *key);
    let keys: Vec<TaskKey> = seen.into_iter().filter(|key| !is_known(key)).collect();
    if keys.is_empty() || !found.asked.is_empty() {
        return Vec::new();
    }
    found.asked = keys.iter().copied().collect();
    let is_shared = app.work.settings.download.shared;
    vec![Effect::Local(LocalCmd::FindFiles { keys, is_shared })]
}

/// The rows on the screen.
fn in_sight(app: &App) -> Vec<TaskKey> {
    let (table, page) = (&app.screen.table, window::rows(app));
    if let Some(groups) = &table.groups {
        let lines = groups.lines.iter().skip(groups.top).take(page);
        return lines.filter_map(|line| if let Line::Task(key) = line { Some(*key) } else { None }).collect();
    }
    let others = table.order.iter().skip(table.pins + window::top(app)).take(page);
    pins::of(table).iter().chain(others).copied().collect()
}

/// It was looked.
pub(crate) fn looked(app: &mut App, keys: &[TaskKey], missing: &Missing) {
    let found = &mut app.screen.table.found;
    // A row that changed meanwhile is looked at again.
    let asked = std::mem::take(&mut found.asked);
    let still = keys.iter().filter(|key| asked.contains(key));
    let place = |key: &TaskKey| match key {
        key if missing.gone.contains(key) => FilePlace::Missing,
        key if missing.elsewhere.contains(key) => FilePlace::Elsewhere,
        key if missing.nameless.contains(key) => FilePlace::Nameless,
        _ => FilePlace::Here,
    };
    found.known.extend(still.map(|key| (*key, place(key))));
}

/// A row has changed, so its file may be another one.
pub(crate) fn changed(app: &mut App, key: TaskKey) {
    let found = &mut app.screen.table.found;
    found.known.remove(&key);
    found.asked.remove(&key);
}

/// That task's file is on another machine.
#[cfg(test)]
pub(crate) fn looked_for_test(app: &mut App, key: TaskKey) {
    app.screen.table.found.asked.insert(key);
    looked(app, &[key], &Missing { elsewhere: vec![key], ..Missing::default() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing, update};
    use engine::{
        msg::{LocalMsg, Msg},
        user_files::UserFiles,
    };

    #[test]
    fn a_saved_row_is_looked_at_once_while_in_sight_again_when_opened_and_says_that_its_file_is_gone() {
        let mut app = testing::state(&[TaskState::Saved, TaskState::Running]);
        app.work.tasks.loaded = true;
        let now = app.work.now;
        let asks = |effects: Vec<Effect>| -> Vec<Vec<TaskKey>> {
            let keys = |effect| match effect {
                Effect::Local(LocalCmd::FindFiles { keys, .. }) => Some(keys),
                _ => None,
            };
            effects.into_iter().filter_map(keys).collect()
        };
        let one = vec![TaskKey(1)];
        assert_eq!(asks(update(&mut app, Msg::Wake, now)), std::slice::from_ref(&one));
        assert_eq!(asks(update(&mut app, Msg::Wake, now)), [[]; 0], "it is being looked at");
        assert!(app.awaits_answer());
        let answer = Msg::Local(LocalMsg::UserFiles(UserFiles::FilesFound {
            keys: one.clone(),
            missing: Missing { gone: one.clone(), ..Missing::default() },
        }));
        assert_eq!(asks(update(&mut app, answer, now)), [[]; 0]);
        assert!(!app.awaits_answer());
        assert!(app.screen.table.found.is_missing(TaskKey(1)));
        app.screen.table.cursor = Some(TaskKey(1));
        app.screen.pane = Pane::Detail;
        assert_eq!(asks(update(&mut app, Msg::Wake, now)), std::slice::from_ref(&one));
        // Fetched again while it is looked: the answer is of the old file.
        changed(&mut app, TaskKey(1));
        let late = Msg::Local(LocalMsg::UserFiles(UserFiles::FilesFound {
            keys: one.clone(),
            missing: Missing { gone: one.clone(), ..Missing::default() },
        }));
        assert_eq!(asks(update(&mut app, late, now)), [one]);
        assert!(!app.screen.table.found.is_missing(TaskKey(1)));
    }

    #[test]
    fn rows_that_only_pass_are_not_looked_at() {
        let mut app = testing::state(&[TaskState::Saved; 3]);
        app.work.tasks.loaded = true;
        let rests = app.work.now.mono.plus(crate::detail::REST);
        app.screen.table.passing = Some(rests);
        assert_eq!(follow(&mut app), []);
        let rested = domain::time::Now { mono: rests, ..app.work.now };
        assert_eq!(crate::next_deadline(&app), Some(rests), "it wakes up for it");
        let looks =
            |effect: &Effect| matches!(effect, Effect::Local(LocalCmd::FindFiles { keys, .. }) if keys.len() == 3);
        assert!(update(&mut app, Msg::Wake, rested).iter().any(looks));
    }
}
