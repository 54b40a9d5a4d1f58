//! Workers: all that touches the world outside. They are handed plain values and send messages back; none of them
//! decides anything about a task or money, and none knows of the screen.

pub mod callback;
pub mod client;
pub mod config;
pub mod content_encoding;
pub mod download;
pub mod drafts;
pub mod environment;
pub mod export;
pub mod files;
pub mod foreign_text;
pub mod images;
pub mod log;
pub mod paths;
pub mod private_files;
pub mod prompts;
pub mod run;
pub mod secret;
pub mod shrink;
pub mod sights;
pub mod store;
