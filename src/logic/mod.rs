//! The program as a function: state, messages, effects, `update`, the schedules, the keymap. Plain data in, plain data
//! out; no clock, no I/O.

pub mod act;
pub mod after;
pub mod commands;
pub mod compose;
pub mod copy;
pub mod detail;
pub mod editor;
pub mod effect;
pub mod engine;
pub mod filter;
pub mod input;
pub mod key;
pub mod keymap;
pub mod line_editor;
pub mod list;
pub mod msg;
pub mod preview;
pub mod screen;
pub mod settings;
pub mod state;
pub mod table;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub mod toast;
