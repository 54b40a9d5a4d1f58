//! Why a text did not come back from the person's editor, in words.

use super::system::system;
use crate::{problem::Problem, tr};
use domain::reason::editor::EditorFault;

#[must_use]
pub fn editor(fault: &EditorFault) -> Problem {
    let why = match fault {
        EditorFault::NotStarted { program, why } => {
            tr!("{program} could not be started: {error}", program, error = system(why))
        }
        EditorFault::Lost { program, why } => tr!("lost track of {program}: {error}", program, error = system(why)),
        EditorFault::Failed { program, status } => tr!("{program} ended with {status}", program, status),
        EditorFault::Unreadable(why) => system(why),
        EditorFault::Kept { fault, path } => {
            return Problem { next: tr!("What was saved there is in {path}.", path), ..editor(fault) };
        }
    };
    Problem::new(tr!("the text was not changed"), why, tr!("Set VISUAL or EDITOR to an editor that works."))
}
