//! What is said of the combinations that a draft with several values stands for.

use crate::{amounts, problem::Problem, tr};
use domain::{draft::Draft, matrix::Plan};

/// A combination in a few words, for a fault.
#[must_use]
pub fn combination(draft: &Draft) -> String {
    let resolution = draft.resolution.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    let seconds = draft.duration.map(|seconds| format!(" {}", amounts::seconds(seconds))).unwrap_or_default();
    let frame = if draft.first_frame.is_empty() { String::new() } else { format!(" {}", draft.first_frame) };
    format!("{}{resolution}{seconds}{frame}", draft.model)
}

/// That combinations came more than once; `None` where none did.
#[must_use]
pub fn duplicates(plan: &Plan) -> Option<String> {
    match plan.duplicates {
        0 => None,
        1 => Some(tr!("1 duplicate left out").to_owned()),
        n => Some(tr!("{n} duplicates left out", n)),
    }
}

/// That braces in these lines of a file of prompts are sent as text; `None` where there are no such lines.
#[must_use]
pub fn braces_in_file(lines: &[usize]) -> Option<Problem> {
    let what = match lines {
        [] => return None,
        [line] => tr!("The braces in line {line} are sent as they stand", line),
        [line, ..] => {
            tr!("The braces in {count} lines, line {line} the first, are sent as they stand", count = lines.len(), line)
        }
    };
    Some(Problem::new(what, tr!("in a file {a|b} is plain text"), tr!("Write a line for each variant.")))
}
