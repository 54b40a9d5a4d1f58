//! A first start without a key: a word of welcome that offers the demo and says how to set the key. Its text stands in
//! `ui`.

use super::{screen::Layer, state::State};

/// Opens it once both are known: that there is no key, and that there are no tasks. Each becomes known once, so that it
/// opens at most once, and never over what a person has opened meanwhile.
pub(super) fn offer(state: &mut State) {
    let no_key = !state.settings.has_key && state.key_problem.is_some();
    let no_tasks = state.store.owner.is_some() && state.tasks.loaded && state.tasks.rows.is_empty();
    if state.settings.interactive && no_key && no_tasks && state.screen.layers.is_empty() {
        state.screen.layers.push(Layer::Welcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{problem::Problem, task::TaskState},
        logic::{engine, testing::state},
    };

    fn welcomed(tasks: &[TaskState], key: Result<(), Problem>) -> bool {
        let mut state = state(tasks);
        state.tasks.loaded = true;
        engine::key_read(&mut state, key);
        matches!(state.screen.layers.last(), Some(Layer::Welcome))
    }

    #[test]
    fn only_a_first_start_without_a_key_is_welcomed() {
        let none = || Err(Problem::new("there is no key", "", ""));
        assert!(welcomed(&[], none()));
        assert!(!welcomed(&[TaskState::Saved], none()));
        assert!(!welcomed(&[], Ok(())));
    }
}
