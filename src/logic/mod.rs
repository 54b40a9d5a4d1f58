//! The program as a function: state, messages, effects, `update`, the schedules, the keymap. Plain data in, plain data
//! out; no clock, no I/O.

pub mod act;
pub mod columns;
pub mod editor;
pub mod effect;
pub mod filter;
pub mod key;
pub mod layout;
pub mod msg;
pub mod screen;
pub mod settings;
pub mod state;
