//! The shell around the program: the loop, the effect runner, the terminal, signals, the command line.

pub mod frame;
