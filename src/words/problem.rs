//! What went wrong, in words for a person: what happened, why, what to do next.

use crate::tr;
use std::fmt;

/// A fault told in three sentences' parts. What `words::reason` makes of a `Reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What happened, as one short sentence without a final stop.
    pub what: String,
    /// Why, as far as it is known; may be empty.
    pub why: String,
    /// What to do next; may be empty.
    pub next: String,
}

impl Problem {
    /// A problem from its three parts.
    pub fn new(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), next: next.into() }
    }

    /// That a paid call has queued nothing.
    pub fn nothing_queued(why: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(tr!("nothing was queued"), why, next)
    }

    /// What happened and why, without the advice: for a text that gives the advice itself.
    #[must_use]
    pub fn fact(&self) -> String {
        Self { next: String::new(), ..self.clone() }.to_string()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.why.is_empty() {
            write!(f, "{}{}", tr!(": "), self.why)?;
        }
        if !self.next.is_empty() {
            write!(f, "{}{}", tr!(". "), self.next)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
