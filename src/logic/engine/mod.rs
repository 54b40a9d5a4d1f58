//! What the program does with tasks.

use super::{act::Act, effect::Effect, state::State};

/// Carries out an act.
pub fn act(_state: &mut State, _act: Act) -> Vec<Effect> {
    Vec::new()
}
