//! The terminal: the loop, the effect runner, decoder, frame writer, signals. All that is done is decided in `screens`.

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
