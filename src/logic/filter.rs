//! The table's filter language: `state:failed model:02 age<2h text`, `!` negates.

use crate::domain::{task::Row, time::Wall};

/// A filter, as it was typed and as it works.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// As it was typed.
    pub text: String,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// One sentence: which word is at fault, why, and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.into() })
    }

    /// Whether nothing is filtered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Whether a row passes.
    #[must_use]
    pub fn matches(&self, _row: &Row, _now: Wall) -> bool {
        true
    }
}
