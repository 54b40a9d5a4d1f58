//! Stub until its branch lands.
use super::{effect::Effect, msg::LocalMsg, state::State};
use crate::domain::{draft::Draft, time::Mono};
/// Stub.
pub fn restore(_s: &mut State, _d: Draft) {}
/// Stub.
pub fn local(_s: &mut State, _m: LocalMsg) -> Vec<Effect> {
    vec![]
}
/// Stub.
pub fn wake(_s: &mut State) -> Vec<Effect> {
    vec![]
}
/// Stub.
pub fn deadline(_s: &State) -> Option<Mono> {
    None
}
