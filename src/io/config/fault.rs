//! What is wrong with a config file: where, what, why, and the name that was probably meant.

use crate::{
    domain::{fields::listed, near::nearest, problem::Problem},
    tr,
};
use std::{fmt, ops::Range, path::PathBuf};

/// A place in the config file, both numbers counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in that line.
    pub column: usize,
}

/// One fault of the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where; `None` for a fault of the command line or of the file as a whole.
    pub place: Option<Place>,
    /// What is wrong, why, and what would be right.
    pub problem: Problem,
}

/// A config that cannot be used, with all of its faults in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The file.
    pub path: PathBuf,
    /// Its faults; never empty.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Rejected {
    /// One fault a line, in the form that editors and `grep -n` users know: `file:line:column: what`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&fault.located(&self.path.display().to_string()))?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}

impl Fault {
    /// The fault in one line, with its place in the file of that name.
    #[must_use]
    pub fn located(&self, file: &str) -> String {
        match self.place {
            Some(Place { line, column }) => format!("{file}:{line}:{column}: {}", self.problem),
            None => self.problem.to_string(),
        }
    }
}

/// The text of a config file, which knows the place of each byte.
pub(super) struct Source<'t>(pub(super) &'t str);

impl Source<'_> {
    /// The place of a byte.
    pub(super) fn place(&self, byte: usize) -> Place {
        let before = self.0.get(..byte).unwrap_or(self.0);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }

    /// A fault at a span of the text.
    pub(super) fn fault(&self, span: Range<usize>, problem: Problem) -> Fault {
        Fault { place: Some(self.place(span.start)), problem }
    }
}

/// `Did you mean x?`, or all there is when nothing is near.
pub(super) fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(word, candidates.iter().copied()) {
        Some(candidate) => tr!("Did you mean {candidate}?", candidate),
        None => tr!("It can be {words}", words = listed(&candidates)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_answered_with_the_near_one_or_with_all_there_are() {
        let names = ["stall_seconds", "sidecar", "parallel"];
        assert_eq!(did_you_mean("stal_secconds", names), "Did you mean stall_seconds?");
        assert_eq!(did_you_mean("colour", names), "It can be stall_seconds, sidecar or parallel");
    }

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let source = Source("a = 1\n名 = 2\nc");
        assert_eq!(source.place(0), Place { line: 1, column: 1 });
        assert_eq!(source.place(source.0.find('2').unwrap_or(0)), Place { line: 2, column: 5 });
        assert_eq!(source.place(source.0.len()), Place { line: 3, column: 2 });
    }
}
