//! Automatic retry: off unless the config allows it, and then only for failures that are proven not charged, of a class
//! that may be named there, so often and after such a pause as it says. Each such attempt is marked as the program's own.

use super::{acts, ticket};
use crate::{
    domain::{
        problem::{Charged, TaskError},
        task::{NewTask, Phase, Task, TaskKey},
    },
    logic::{
        effect::{Effect, StoreCmd},
        settings::RetrySettings,
        state::State,
    },
};

/// Queues another attempt of a task that just ended with that error, where the config allows it. The caps hold as for
/// any other; nobody is asked.
pub(super) fn automatic(state: &mut State, task: &Task, error: &TaskError) -> Vec<Effect> {
    let retry = &state.settings.retry;
    let allowed = retry.auto.contains(&error.class) && RetrySettings::ALLOWED.contains(&error.class);
    if !allowed || error.charged != Charged::No || made(state, task.key) >= retry.max || state.ending.is_some() {
        return Vec::new();
    }
    let new = NewTask {
        parent: Some(task.key),
        again: false,
        attempt: task.attempt + 1,
        name: None,
        profile: task.profile.clone(),
        cost: acts::price(state, &task.request),
        request: task.request.clone(),
        remote: None,
        automatic: true,
        phase: Phase::Queued { not_before: state.now.wall.plus(retry.pause_ms), put_back: None },
    };
    let caps = acts::caps(state);
    let ticket = ticket(state);
    state.queue.inserting.insert(ticket);
    state.queue.automatic.insert(ticket);
    vec![Effect::Store(StoreCmd::Insert { ticket, tasks: vec![new], at: state.now.wall, caps })]
}

/// How many attempts in a row up to this one the program made by itself.
fn made(state: &State, key: TaskKey) -> u32 {
    let rows = &state.tasks.rows;
    let mut at = rows.get(&key);
    let mut made = 0;
    while let Some(row) = at.filter(|row| row.automatic) {
        made += 1;
        at = row.parent.and_then(|parent| rows.get(&parent));
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            problem::ErrorClass::{self, OutputSensitive, RateLimited, Service},
            task::TaskState::Refused,
        },
        logic::testing::{add, state, task},
    };

    fn error(class: ErrorClass, charged: Charged) -> TaskError {
        TaskError { code: "1".into(), class, message: String::new(), next: String::new(), charged }
    }

    fn tried(state: &mut State, task: &Task, error: &TaskError) -> Option<NewTask> {
        match automatic(state, task, error).pop() {
            Some(Effect::Store(StoreCmd::Insert { mut tasks, .. })) => tasks.pop(),
            _ => None,
        }
    }

    #[test]
    fn nothing_is_tried_again_by_itself_unless_the_config_says_so() {
        let mut state = state(&[Refused]);
        let failed = task(1, Refused);
        assert_eq!(tried(&mut state, &failed, &error(Service, Charged::No)), None);
    }

    #[test]
    fn only_what_is_proven_not_charged_and_may_be_named_is_tried_again() {
        for (class, charged, again) in [
            (Service, Charged::No, true),
            (RateLimited, Charged::No, true),
            (Service, Charged::Unknown, false),
            (Service, Charged::Yes, false),
            // Put into the settings by whatever way, it is never sent again.
            (OutputSensitive, Charged::No, false),
        ] {
            let mut state = state(&[Refused]);
            state.settings.retry.auto = vec![Service, RateLimited, OutputSensitive];
            let made = tried(&mut state, &task(1, Refused), &error(class, charged));
            assert_eq!(made.is_some(), again, "{class:?} {charged:?}");
        }
    }

    #[test]
    fn an_attempt_of_the_program_is_marked_waits_and_comes_so_often_and_no_more() {
        let mut state = state(&[Refused]);
        state.settings.retry.auto = vec![Service];
        let free = error(Service, Charged::No);
        let made =
            tried(&mut state, &task(1, Refused), &free).map(|new| (new.automatic, new.attempt, new.parent, new.phase));
        let not_before = state.now.wall.plus(30_000);
        let phase = Phase::Queued { not_before, put_back: None };
        assert_eq!(made, Some((true, 2, Some(TaskKey(1)), phase)));
        for key in 2..=3 {
            add(&mut state, Task { parent: Some(TaskKey(key - 1)), automatic: true, ..task(key, Refused) });
        }
        let second = Task { parent: Some(TaskKey(1)), automatic: true, ..task(2, Refused) };
        assert!(tried(&mut state, &second, &free).is_some());
        let third = Task { parent: Some(TaskKey(2)), automatic: true, ..task(3, Refused) };
        assert_eq!(tried(&mut state, &third, &free), None);
    }
}
