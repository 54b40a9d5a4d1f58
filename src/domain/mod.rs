//! The words and rules of the field. No I/O, no clock, no terminal: only values and what follows from them.

pub mod answer;
pub mod catalogue;
pub mod draft;
pub mod export;
pub mod money;
pub mod name;
pub mod problem;
pub mod request;
pub mod task;
pub mod time;
