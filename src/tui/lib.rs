//! The terminal: the loop, the effect runner, decoder, frame writer, signals. All that is done is decided in `screens`.

pub mod burst;
pub mod dashboard;
pub mod decode;
pub mod easel;
pub mod edit;
pub mod engraver;
pub mod escape;
pub mod frame;
pub mod graphics;
pub mod input;
pub mod keys;
pub mod linear;
pub mod pace;
pub mod terminal;
pub mod writer;
