//! Workers: the HTTP client, downloads, pictures, the simulator. They get values and send messages back; they decide
//! nothing about tasks or money.

pub mod client;
pub mod download;
pub mod images;
mod paths;
pub mod simulator;
mod words;
