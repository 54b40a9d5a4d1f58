//! Sentences, in the reader's language and keys.

#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod amounts;
pub mod combinations;
pub mod facts;
pub mod json;
pub mod keys;
pub mod lang;
pub mod names;
pub mod news;
pub mod print;
pub mod problem;
pub mod reason;
pub mod terms;
pub mod voice;

use crate::voice::Voice;
use engine::effect::Speech;

/// The words that workers need.
pub const SPEECH: Speech = Speech { reason: |why| reason::message(why, &Voice::default()), carried: json::carried };
