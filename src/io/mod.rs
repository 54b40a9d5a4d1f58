//! The workers: everything that touches the disk, the line or another program. They are handed values and send messages
//! back; they decide nothing.

pub mod config;
pub mod secret;
