//! What the service's answers mean and what is sent to it, one folder a protocol, behind one seam ([`protocol`]). Pure.

#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod answer;
pub mod call;
pub mod gateway;
pub mod minimax_v1;
pub mod protocol;
