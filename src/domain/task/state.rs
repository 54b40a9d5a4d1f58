//! A task's state in one word, and its signs.

use super::Phase;
use crate::time::Wall;
use serde::{Deserialize, Serialize};

/// A task's state in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Here, not sent, free.
    Queued,
    /// Saved as being sent; the POST is on its way.
    Sending,
    /// It may have been accepted; nothing can find out.
    Unknown,
    /// Accepted by the service.
    Running,
    /// Made, the file not yet fetched.
    Ready,
    /// Downloading.
    Saving,
    /// File on disk, complete and checked.
    Saved,
    /// The service gave up.
    Failed,
    /// The service did not take it.
    Refused,
    /// Taken back before it was sent, or no longer watched.
    Cancelled,
}

impl TaskState {
    /// How many states there are.
    pub const COUNT: usize = 10;
    /// Every state, in the order of a task's life.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Queued,
        Self::Sending,
        Self::Unknown,
        Self::Running,
        Self::Ready,
        Self::Saving,
        Self::Saved,
        Self::Failed,
        Self::Refused,
        Self::Cancelled,
    ];

    /// The word in JSON, in the store and in filters (`state:saved`); in English that of the screen too.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Saving => "saving",
            Self::Saved => "saved",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state's sign on the screen.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Queued => "·",
            Self::Sending => "↑",
            Self::Unknown => "?",
            Self::Running => "▶",
            Self::Ready => "◆",
            Self::Saving => "↓",
            Self::Saved => "✓",
            Self::Failed => "✗",
            Self::Refused => "!",
            Self::Cancelled => "-",
        }
    }

    /// The state's sign where the terminal shows only ASCII.
    #[must_use]
    pub const fn ascii_sign(self) -> &'static str {
        match self {
            Self::Queued => ".",
            Self::Sending => "^",
            Self::Unknown => "?",
            Self::Running => ">",
            Self::Ready => "*",
            Self::Saving => "v",
            Self::Saved => "+",
            Self::Failed => "x",
            Self::Refused => "!",
            Self::Cancelled => "-",
        }
    }

    /// The state of that [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// Whether the program still has work with a task in this state.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Sending | Self::Running | Self::Ready | Self::Saving)
    }
}

impl Phase {
    /// The service works on it, and is asked about it for the first time at that moment.
    #[must_use]
    pub const fn running(next_poll: Wall) -> Self {
        Self::Running { status: String::new(), next_poll, polls: 0, misses: 0, trouble: None }
    }

    /// Its moments by a clock that is so many milliseconds ahead.
    #[must_use]
    pub fn later(mut self, ms: i64) -> Self {
        let shift = |at: &mut Wall| at.0 = at.0.saturating_add(ms);
        match &mut self {
            Self::Queued { not_before, put_back } => {
                shift(not_before);
                put_back.iter_mut().filter_map(|back| back.since.as_mut()).for_each(shift);
            }
            Self::Sending { since } => shift(since),
            Self::Running { next_poll, trouble, .. } => {
                shift(next_poll);
                trouble.iter_mut().filter_map(|trouble| trouble.since.as_mut()).for_each(shift);
            }
            Self::Ready { next_try, trouble, .. } => {
                next_try.iter_mut().for_each(shift);
                trouble.iter_mut().filter_map(|trouble| trouble.since.as_mut()).for_each(shift);
            }
            Self::Unknown { .. }
            | Self::Saving { .. }
            | Self::Saved { .. }
            | Self::Failed { .. }
            | Self::Refused { .. }
            | Self::Cancelled { .. } => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_again_by_its_id_and_has_signs_of_its_own() {
        let mut signs = std::collections::BTreeSet::new();
        for state in TaskState::ALL {
            assert_eq!(TaskState::from_id(state.id()), Some(state));
            assert!(signs.insert(state.ascii_sign()) && state.ascii_sign().is_ascii());
        }
    }
}
