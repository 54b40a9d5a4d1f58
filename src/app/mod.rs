//! The shell: the loop, the effect runner, the terminal, signals, the command line. All that is done is decided in `logic`.

pub mod clock;
pub mod keys;
pub mod run;
pub mod signals;
pub mod terminal;
pub mod workers;
pub mod writer;
