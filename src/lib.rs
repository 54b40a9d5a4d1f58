//! reeltop: compose, send, watch and save MiniMax video tasks from the keyboard.
//!
//! Each folder is a floor, here from the bottom up. The rules of the field and what the service's answers mean: `domain`,
//! `service`. Decoding and drawing pictures: `pictures`. The work as a function: `engine`. What touches the world: `io`.
//! Sentences: `words`. The dashboard as a function, and on a terminal: `screens`, `tui`. The command line: `cli`. The service's stand-in: `simulator`.

pub mod cli;
pub mod domain;
pub mod engine;
pub mod io;
pub mod lang;
pub mod pictures;
pub mod screens;
pub mod service;
pub mod simulator;
pub mod tui;
pub mod words;
