//! Why a template was not written into the config, as sentences.

use super::system::system;
use crate::{problem::Problem, tr};
use domain::reason::template::NotKept;

/// What happened, why, and what to do next.
#[must_use]
pub fn problem(path: &str, name: &str, why: &NotKept) -> Problem {
    let what = tr!("the template {name} was not saved", name);
    match why {
        NotKept::File(why) => {
            let next = tr!("Make the config writable, or add the template there yourself, under [templates].");
            Problem::new(what, tr!("{path} cannot be written: {why}", path, why = system(why)), next)
        }
        NotKept::Faulty => {
            Problem::new(what, tr!("{path} has errors", path), tr!("`reeltop config check` lists them."))
        }
        NotKept::Taken => Problem::new(what, tr!("{path} has one of that name", path), tr!("Choose another name.")),
        NotKept::OtherForm => {
            let next = tr!("Add it there yourself, or write them as lines under [templates].");
            Problem::new(what, tr!("the templates in {path} are in a form that no line can be added to", path), next)
        }
    }
}
