//! Reasons as sentences, for a reader's language and keys.

pub mod config;
pub mod picture_file;
pub mod price;
pub mod secret;
pub mod store;
pub mod system;

mod draft;
mod line;
mod picture;
mod prompt;

pub use draft::{closed, draft};
pub use line::line;
pub use picture::picture;

use crate::{
    domain::{problem::Problem, reason::Reason},
    engine::settings::Voice,
};

/// What happened, why, and what to do next.
#[must_use]
pub fn problem(reason: &Reason, _voice: &Voice) -> Problem {
    match reason {
        Reason::Said(problem) => problem.clone(),
        Reason::PictureFile(fault) => picture_file::problem(fault),
        Reason::Store(fault) => store::problem(fault),
        Reason::NoKey(why) => secret::no_key(why),
    }
}
