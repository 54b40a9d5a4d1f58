//! How the command line says what happened, for scripts.
//!
//! | code | means |
//! | --- | --- |
//! | 0 | done |
//! | 1 | failed |
//! | 2 | usage: the call or the config cannot be understood, or it names a task that does not exist |
//! | 3 | key not accepted |
//! | 4 | balance, quota or budget |
//! | 5 | time-out, tasks live on |
//! | 6 | network |
//! | 7 | outcome unknown |
//! | 10 | content refused |
//! | 130 | interrupted |

use domain::problem::{ErrorClass, TaskError};
use std::process::ExitCode;

/// The exit codes; a promise to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for is done.
    Done = 0,
    /// It failed, in a way that has no code of its own.
    Failed = 1,
    /// The call or the config cannot be understood, or it names a task that does not exist.
    Usage = 2,
    /// The service does not accept the key, or there is none.
    Key = 3,
    /// Balance or quota used up, or a cap of the budget would be crossed.
    Money = 4,
    /// The time given with `--timeout` is over; the tasks live on.
    TimeOut = 5,
    /// The service could not be reached.
    Network = 6,
    /// A submission may or may not have been accepted.
    Unknown = 7,
    /// The prompt, a picture or the video was judged sensitive.
    Content = 10,
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted = 130,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The code for a task that ended with this error.
    #[must_use]
    pub const fn of(error: &TaskError) -> Self {
        Self::of_class(error.class)
    }

    /// The code for that kind of failure.
    #[must_use]
    pub const fn of_class(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Auth => Self::Key,
            ErrorClass::Balance => Self::Money,
            ErrorClass::Network => Self::Network,
            ErrorClass::UnknownOutcome => Self::Unknown,
            ErrorClass::PromptSensitive | ErrorClass::OutputSensitive => Self::Content,
            ErrorClass::RateLimited
            | ErrorClass::InvalidParams
            | ErrorClass::Plan
            | ErrorClass::Service
            | ErrorClass::File => Self::Failed,
        }
    }

    /// The one code for several tasks: what a script must know first. Where money may be lost comes before where
    /// nothing goes on, and that before what concerns one task alone.
    #[must_use]
    pub fn of_all(exits: impl IntoIterator<Item = Self>) -> Self {
        exits.into_iter().max_by_key(|exit| exit.weight()).unwrap_or(Self::Done)
    }

    const fn weight(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Content => 2,
            Self::Network => 3,
            Self::TimeOut => 4,
            Self::Money => 5,
            Self::Key => 6,
            Self::Usage => 7,
            Self::Unknown => 8,
            Self::Interrupted => 9,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_of_error_has_its_code() {
        assert_eq!(ErrorClass::ALL.map(|class| Exit::of_class(class).code()), [1, 3, 4, 10, 10, 1, 1, 1, 6, 7, 1]);
    }

    #[test]
    fn several_ends_give_the_one_that_a_script_must_know_first() {
        assert_eq!(Exit::of_all([]), Exit::Done);
        assert_eq!(Exit::of_all([Exit::Done, Exit::Failed, Exit::Content]), Exit::Content);
        assert_eq!(Exit::of_all([Exit::Key, Exit::Unknown, Exit::Network]), Exit::Unknown);
    }
}
