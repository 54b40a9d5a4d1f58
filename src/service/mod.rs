//! What the service's answers mean and what is sent to it, one folder a protocol. Pure.

pub mod answer;
pub mod call;
pub mod gateway;
