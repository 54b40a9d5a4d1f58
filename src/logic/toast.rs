//! Stub until its branch lands.
use super::{effect::Level, state::State};
use crate::domain::{task::TaskKey, time::Mono};
/// Stub.
pub fn say(_s: &mut State, _l: Level, _t: String, _k: Option<TaskKey>) {}
/// Stub.
pub fn expire(_s: &mut State) {}
/// Stub.
pub fn deadline(_s: &State) -> Option<Mono> {
    None
}
