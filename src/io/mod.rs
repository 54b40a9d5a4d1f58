//! Workers: all that touches the world outside. They are handed plain values and send messages back; none of them
//! decides anything about a task or money, and none knows of the screen.

pub mod client;
mod coding;
pub mod config;
pub mod download;
pub mod files;
pub mod images;
mod paths;
pub mod private;
pub mod secret;
pub mod shrink;
pub mod simulator;
pub mod store;
mod words;
