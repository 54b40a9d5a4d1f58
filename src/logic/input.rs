//! Stub until its branch lands.
use super::{effect::Effect, msg::Input, state::State};
/// Stub.
pub fn input(_s: &mut State, _i: Input) -> Vec<Effect> {
    vec![]
}
