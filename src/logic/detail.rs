//! Stub until its branch lands.
use super::{effect::Effect, msg::Detail, state::State};
use crate::domain::task::TaskKey;
/// Stub.
pub fn follow(_s: &mut State) -> Vec<Effect> {
    vec![]
}
/// Stub.
pub fn loaded(_s: &mut State, _d: Box<Detail>) -> Vec<Effect> {
    vec![]
}
/// Stub.
pub fn no_such(_s: &mut State, _k: TaskKey) -> Vec<Effect> {
    vec![]
}
