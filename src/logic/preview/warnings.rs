//! What a retry is to be warned of before it is paid: one warning a kind, however many tasks it is about.

use crate::{
    domain::{
        problem::{ErrorClass, Problem},
        task::{Task, TaskKey, TaskState},
    },
    logic::{
        keymap::{self, Ctx},
        state::State,
    },
    tr,
};
use std::collections::BTreeSet;

/// Tasks that a warning names one by one.
const NAMED: usize = 6;

/// Of tasks that are to be repeated as they are.
pub(super) fn of_retry(state: &State, tasks: &[Task], left_out: usize) -> Vec<Problem> {
    let found = [left_out_of(left_out), sensitive(state, tasks), invalid(state, tasks), saved(tasks)];
    found.into_iter().flatten().collect()
}

fn left_out_of(count: usize) -> Option<Problem> {
    let what = match count {
        0 => return None,
        1 => tr!("1 of the marked tasks is left out").to_owned(),
        count => tr!("{count} of the marked tasks are left out", count),
    };
    let why = match count {
        1 => tr!("it is unsent, running, unknown or made already"),
        _ => tr!("they are unsent, running, unknown or made already"),
    };
    Some(Problem::new(what, why, ""))
}

fn failed_as(tasks: &[Task], class: ErrorClass) -> usize {
    tasks.iter().filter(|task| task.error().is_some_and(|error| error.class == class)).count()
}

fn edits(state: &State) -> String {
    tr!("{edit} edits before it sends.", edit = keymap::named(state, Ctx::Table, "edit"))
}

fn sensitive(state: &State, tasks: &[Task]) -> Option<Problem> {
    let what = match failed_as(tasks, ErrorClass::PromptSensitive) {
        0 => return None,
        1 => tr!("1 of these was refused as sensitive").to_owned(),
        count => tr!("{count} of these were refused as sensitive", count),
    };
    Some(Problem::new(what, tr!("the same words will most likely be refused again"), edits(state)))
}

fn invalid(state: &State, tasks: &[Task]) -> Option<Problem> {
    let what = match failed_as(tasks, ErrorClass::InvalidParams) {
        0 => return None,
        1 => tr!("1 of these was refused for invalid parameters").to_owned(),
        count => tr!("{count} of these were refused for invalid parameters", count),
    };
    Some(Problem::new(what, tr!("the same request will be refused again"), edits(state)))
}

fn saved(tasks: &[Task]) -> Option<Problem> {
    let saved: Vec<TaskKey> =
        tasks.iter().filter(|task| task.state() == TaskState::Saved).map(|task| task.key).collect();
    match saved.as_slice() {
        [] => None,
        [key] => Some(Problem::new(tr!("{key} is saved already", key), tr!("this makes another video"), "")),
        keys => {
            let what = tr!("{count} of these are saved already ({keys})", count = keys.len(), keys = listed(keys));
            Some(Problem::new(what, tr!("this makes another video of each"), ""))
        }
    }
}

/// Of tasks that later attempts repeat already.
pub(super) fn retried_already(state: &State, parents: &BTreeSet<TaskKey>) -> Option<Problem> {
    // A later attempt has a larger key; the last one is what the person wants to know of.
    let later =
        |key| state.tasks.rows.from(key).rev().find(|later| later.parent == Some(key) && !later.is_taken_back());
    let twice: Vec<_> = parents.iter().map(|key| (*key, later(*key))).collect();
    match twice.as_slice() {
        [] => None,
        [(key, later)] => {
            let what = match later {
                Some(later) => tr!(
                    "{key} is already retried as {later}, which is {word}",
                    key,
                    later = later.key,
                    word = later.state.word()
                ),
                None => tr!("{key} is already retried", key),
            };
            Some(Problem::new(what, "", tr!("Type the number of tasks to send it once more.")))
        }
        twice => {
            let told: Vec<String> = twice
                .iter()
                .map(|(key, later)| match later {
                    Some(later) => {
                        tr!("{key} as {later} ({word})", key, later = later.key, word = later.state.word())
                    }
                    None => key.to_string(),
                })
                .collect();
            let what = tr!("{count} of these are already retried", count = twice.len());
            Some(Problem::new(what, listed(&told), tr!("Type the number of tasks to send them once more.")))
        }
    }
}

/// The first few by name, and how many more there are.
pub(in crate::logic) fn listed<T: ToString>(all: &[T]) -> String {
    let named: Vec<String> = all.iter().take(NAMED).map(T::to_string).collect();
    let named = named.join(tr!(", "));
    match all.len().saturating_sub(NAMED) {
        0 => named,
        more => tr!("{named} and {more} more", named, more),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        domain::{
            lang::{Lang, within},
            task::TaskState::{Failed, Running, Saved},
        },
        logic::testing::{add, state, task},
    };

    #[test]
    fn many_that_are_saved_or_retried_already_are_one_warning_each() {
        let mut state = state(&[Saved; 9]);
        for (key, parent, stands) in [(10, 1, Failed), (11, 2, Running)] {
            add(&mut state, Task { parent: Some(TaskKey(parent)), ..task(key, stands) });
        }
        let tasks: Vec<Task> = (1..=9).map(|key| task(key, Saved)).collect();
        let saved = of_retry(&state, &tasks, 0);
        assert_eq!(
            saved.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["9 of these are saved already (#1, #2, #3, #4, #5, #6 and 3 more): this makes another video of each"]
        );
        let keys = BTreeSet::from([1, 2].map(TaskKey));
        assert_eq!(
            retried_already(&state, &keys).unwrap().to_string(),
            "2 of these are already retried: #1 as #10 (failed), #2 as #11 (running). Type the number of tasks to send \
             them once more."
        );
        assert_eq!(
            within(Lang::Zh, || retried_already(&state, &keys).unwrap().to_string()),
            "其中 2 个已重试过：#1 → #10（失败）、#2 → #11（生成中）。输入任务个数可再发送一次。"
        );
    }

    #[test]
    fn a_key_of_ones_own_is_named() {
        let mut state = state(&[]);
        let own = [("table".to_owned(), [("edit".to_owned(), vec!["E".to_owned()])].into())].into();
        state.screen.keys = keymap::Keymap::build(&own).0;
        assert_eq!(edits(&state), "E edits before it sends.");
    }
}
