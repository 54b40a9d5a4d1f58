//! reeltop: compose, send, watch and save MiniMax video tasks from the keyboard.
//!
//! Five floors, each built only on those named after it: `app` (the shell), `io` (workers) and `ui` (pictures),
//! `logic` (the program as a function), `domain` (the words and rules of the field).

pub mod cli;
pub mod domain;
pub mod engine;
pub mod io;
pub mod lang;
pub mod screens;
pub mod service;
pub mod simulator;
pub mod tui;
pub mod words;
