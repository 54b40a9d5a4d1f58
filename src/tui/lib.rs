//! The terminal: its modes, the decoder of what is typed, the writer of frames and pictures, and the dashboard's loop.
//! What is done and shown is decided in `screens`.

pub mod dashboard;
pub mod decode;
pub mod edit;
pub mod escape;
pub mod frame;
pub mod graphics;
pub mod input;
pub mod keys;
pub mod linear;
pub mod paste_guess;
pub mod picture_encoder;
pub mod picture_output;
pub mod picture_pace;
pub mod terminal;
pub mod writer;
