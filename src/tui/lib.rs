//! The terminal: its modes, the decoder of what is typed, the writer of frames and pictures, and the dashboard's loop.
//! What is done and shown is decided in `screens`.

pub mod dashboard;
pub mod decode;
mod edit;
mod escape;
pub mod frame;
mod graphics;
mod input;
mod keys;
pub mod linear;
mod paste_guess;
mod picture_encoder;
mod picture_output;
mod picture_pace;
pub mod terminal;
mod writer;

#[cfg(test)]
#[allow(clippy::unwrap_used, dead_code, reason = "a test may panic; not every floor reads every kind")]
#[path = "../../tests/parsers/change.rs"]
mod change;
