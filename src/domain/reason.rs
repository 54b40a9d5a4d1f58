//! Why something is as it is: a code with its facts, and the service's own words raw. Never a sentence of ours and never the
//! name of a key or a command: those are made by `words::reason`, for whoever reads.

#![allow(missing_docs, reason = "what each variant means is its sentence in `words::reason`")]

pub mod config;
pub mod draft;
pub mod line;
pub mod picture;
pub mod picture_file;
pub mod price;
pub mod prompt;
pub mod secret;
pub mod sight;
pub mod store;
pub mod system;

use super::problem::Problem;
use serde::{Deserialize, Serialize};

/// Why something is as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The sentences that a store of version 5 or older keeps, in the language of whoever ran the engine then.
    Said(Problem),
    /// A picture cannot be had.
    PictureFile(picture_file::Fault),
    /// The store failed.
    Store(store::Fault),
    /// There is no key for the service.
    NoKey(secret::NoKey),
}
