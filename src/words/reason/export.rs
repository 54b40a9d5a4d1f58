//! Why tasks were not written to a file, as sentences.

use super::{store, system::system};
use crate::{problem::Problem, tr};
use domain::reason::export::NotExported;

/// What happened, why, and what to do next.
#[must_use]
pub fn problem(path: &str, why: &NotExported) -> Problem {
    match why {
        NotExported::Store(fault) => store::problem(fault),
        NotExported::File(why) => {
            let next = tr!("Name another file, in a folder that exists.");
            Problem::new(tr!("{path} was not written", path), system(why), next)
        }
    }
}
