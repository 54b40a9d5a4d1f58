//! Stops the line: so many tasks in a row that come to nothing in the same way most likely have one cause, and the next
//! would cost time, or money, for nothing.
//!
//! Two rows are counted, since the answer to a submission comes minutes before its task's end: submissions that were not
//! taken (one that is taken ends the row), and tasks that the service gave up (one that is made ends the row). An unknown
//! outcome counts with the first: each of them may have been paid.

use super::queue::halt_queue;
use crate::{
    domain::{
        answer::HaltCause,
        problem::{Problem, TaskError},
    },
    logic::state::{State, Streak},
};

/// A submission was taken.
pub(super) fn accepted(state: &mut State) {
    state.queue.refusals = Streak::default();
}

/// A task was made.
pub(super) fn made(state: &mut State) {
    state.queue.failures = Streak::default();
}

/// A submission was not taken, or nobody can tell.
pub(super) fn refused(state: &mut State, error: &TaskError) {
    let row = state.queue.refusals;
    state.queue.refusals = count(state, row, error);
}

/// The service gave a task up.
pub(super) fn failed(state: &mut State, error: &TaskError) {
    let row = state.queue.failures;
    state.queue.failures = count(state, row, error);
}

/// The person has seen to what stopped the line: counting begins anew.
pub(super) fn forget(state: &mut State) {
    (state.queue.refusals, state.queue.failures) = (Streak::default(), Streak::default());
}

fn count(state: &mut State, row: Streak, error: &TaskError) -> Streak {
    let tasks = if row.class == Some(error.class) { row.tasks + 1 } else { 1 };
    let most = state.settings.queue.stop_after_failures;
    if most > 0 && tasks >= most {
        let what = format!("sending stopped: {tasks} tasks in a row came to nothing ({})", error.class.label());
        let next = "R shows the failures by cause; p goes on sending.";
        let why = error.message.trim_end_matches('.');
        halt_queue(state, HaltCause::Failures(error.class), Problem::new(what, why, next));
        return Streak::default();
    }
    Streak { class: Some(error.class), tasks }
}
