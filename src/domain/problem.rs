//! What went wrong with a task: the kind of failure, why, and whether the attempt was charged.

use crate::reason::Reason;
use serde::{Deserialize, Serialize};

/// What kind of thing failed. Its words are those of `error.class` in `--json`, which scripts read: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// Too many requests for the account's allowance.
    RateLimited,
    /// The key was not accepted.
    Auth,
    /// Balance or quota used up.
    Balance,
    /// The prompt or a picture was judged sensitive.
    PromptSensitive,
    /// The produced video was judged sensitive.
    OutputSensitive,
    /// The request itself was at fault.
    InvalidParams,
    /// The account's plan does not include the model.
    Plan,
    /// The service failed by its own word.
    Service,
    /// The connection to the service failed.
    Network,
    /// A submission that may or may not have been accepted.
    UnknownOutcome,
    /// The result could not be written, or was no video.
    File,
}

impl ErrorClass {
    /// Every class, in the order they are listed to a person.
    pub const ALL: [Self; 11] = [
        Self::RateLimited,
        Self::Auth,
        Self::Balance,
        Self::PromptSensitive,
        Self::OutputSensitive,
        Self::InvalidParams,
        Self::Plan,
        Self::Service,
        Self::Network,
        Self::UnknownOutcome,
        Self::File,
    ];

    /// The word that a kind of failure is summed up under; `none` where there is none.
    #[must_use]
    pub fn id_or_none(class: Option<Self>) -> &'static str {
        class.map_or("none", Self::id)
    }

    /// The word in JSON, in the store and in filters (`class:rate_limited`).
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::Auth => "auth",
            Self::Balance => "balance",
            Self::PromptSensitive => "prompt_sensitive",
            Self::OutputSensitive => "output_sensitive",
            Self::InvalidParams => "invalid_params",
            Self::Plan => "plan",
            Self::Service => "service",
            Self::Network => "network",
            Self::UnknownOutcome => "unknown_outcome",
            Self::File => "file",
        }
    }

    /// The class of that [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.id() == id)
    }
}

/// Whether an attempt cost money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charged {
    /// It was charged.
    Yes,
    /// It was not.
    No,
    /// Nobody can tell; counted as charged.
    Unknown,
}

impl Charged {
    /// The word in JSON and in the store.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }

    /// The value of that [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Yes, Self::No, Self::Unknown].into_iter().find(|charged| charged.id() == id)
    }
}

/// Why a task is not where it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct TaskError {
    /// The service's code (`1026`, `-10004`, `HTTP 502`) or a short word of ours (`timeout`).
    pub code: String,
    /// The kind of failure.
    pub class: ErrorClass,
    /// What happened.
    pub reason: Reason,
    /// Whether the attempt was charged, as this error tells it.
    pub charged: Charged,
}

/// A [`TaskError`] as a store has it: up to version 5 in sentences.
#[derive(Deserialize)]
struct Kept {
    code: String,
    class: ErrorClass,
    reason: Option<Reason>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    next: String,
    charged: Charged,
}

impl From<Kept> for TaskError {
    fn from(kept: Kept) -> Self {
        let Kept { code, class, reason, message, next, charged } = kept;
        let reason = reason.unwrap_or_else(|| Reason::said(message, "", next));
        Self { code, class, reason, charged }
    }
}
