//! What is wrong with a config file: where, what, why, and the name that was probably meant.

use crate::domain::problem::Problem;
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

/// The candidate that a misspelt word was probably meant to be: the nearest one, if at most a third of the word's letters
/// (and at least one) are wrong, missing, too many or swapped.
pub(super) fn near<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `Did you mean x?`, or a list of what there is when nothing is near.
pub(super) fn did_you_mean<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str> + Clone) -> String {
    match near(word, candidates.clone()) {
        Some(candidate) => format!("Did you mean {candidate}?"),
        None => format!("There is {}.", listed(candidates)),
    }
}

/// Words with commas between them and `and` before the last.
pub(super) fn listed<'c>(words: impl IntoIterator<Item = &'c str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match words.as_slice() {
        [] => "none".into(),
        [only] => (*only).into(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The number of single-letter edits between two words, letter case aside; two neighbours swapped count as one edit
/// (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substituted = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = substituted.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_the_one_that_was_meant() {
        let names = ["stall_seconds", "sidecar", "parallel", "dir"];
        assert_eq!(near("stal_secconds", names), Some("stall_seconds"));
        assert_eq!(near("paralell", names), Some("parallel"));
        assert_eq!(near("DIR", names), Some("dir"));
        assert_eq!(near("drit", names), None);
        assert_eq!(near("colour", names), None);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let source = Source("a = 1\n名 = 2\nc");
        assert_eq!(source.place(0), Place { line: 1, column: 1 });
        assert_eq!(source.place(source.0.find('2').unwrap_or(0)), Place { line: 2, column: 5 });
        assert_eq!(source.place(source.0.len()), Place { line: 3, column: 2 });
    }
}
