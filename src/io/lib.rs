//! All that touches the world outside: the workers that carry out the engine's effects and answer with messages, and
//! the loop that hands them over ([`run`]); the store; the config and what else is read at the start. None of it knows
//! of the screen. What becomes of a task is the engine's to decide; the store only refuses what a claim or a cap
//! forbids.

pub mod callback;
pub mod client;
pub mod config;
mod content_encoding;
pub mod download;
pub mod drafts;
pub mod environment;
mod export;
pub mod files;
mod foreign_text;
mod hex;
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

#[cfg(test)]
#[allow(clippy::unwrap_used, dead_code, reason = "a test may panic; not every floor reads every kind")]
#[path = "../../tests/parsers/change.rs"]
mod change;
