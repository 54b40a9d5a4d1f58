//! The shell: it starts the program, carries out its effects and ends it.

pub mod args;
pub mod exit;
pub mod manual;
