//! Stub until its branch lands.
use super::{
    effect::{Effect, Ticket},
    msg::InsertRefusal,
    state::State,
};
use crate::domain::{problem::Problem, task::Task};
/// Stub.
pub fn inserted(_s: &mut State, _t: Ticket, _r: &Result<Vec<Task>, InsertRefusal>) -> Vec<Effect> {
    vec![]
}
/// Stub.
pub fn insert_failed(_s: &mut State, _t: Ticket, _p: &Problem) {}
