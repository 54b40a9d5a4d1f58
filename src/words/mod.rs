//! Sentences, in the reader's language and keys.

pub(crate) mod amounts;
pub mod keys;
pub mod names;
pub mod news;
pub mod print;
pub mod reason;
pub mod terms;
