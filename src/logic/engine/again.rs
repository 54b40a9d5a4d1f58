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
