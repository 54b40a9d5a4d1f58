//! The shell: the loop, the effect runner, the terminal, signals, the command line. All that is done is decided in `logic`.

pub mod args;
pub mod clock;
pub mod dashboard;
pub mod engine;
pub mod escape;
pub mod exit;
pub mod frame;
pub mod keys;
pub mod manual;
pub mod signals;
pub mod terminal;
pub mod workers;
pub mod writer;
