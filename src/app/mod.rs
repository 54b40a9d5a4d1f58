//! The shell: the loop, the effect runner, the terminal, signals, the command line. All that is done is decided in `logic`.

pub mod args;
pub mod burst;
pub mod cli;
pub mod clock;
pub mod dashboard;
pub mod decode;
pub mod edit;
pub mod engine;
pub mod escape;
pub mod exit;
mod export;
pub mod frame;
pub mod host;
pub mod input;
pub mod keys;
pub mod linear;
pub mod log;
pub mod manual;
mod plan;
pub mod print;
pub mod signals;
mod surroundings;
pub mod terminal;
pub mod unsaved;
pub mod workers;
pub mod writer;
