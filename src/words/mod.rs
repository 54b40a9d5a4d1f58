//! Sentences, in the reader's language and keys.

pub(crate) mod amounts;
pub mod lang;
pub mod news;
pub mod terms;
