//! What went wrong, in words for a person: what happened, why, what to do next, and whether it was charged.

use crate::reason::Reason;
use lang::tr;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A fault told in three sentences' parts. Where one concerns a task it becomes a [`TaskError`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What happened, as one short sentence without a final stop.
    pub what: String,
    /// Why, as far as it is known; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What to do next; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next: String,
}

impl Problem {
    /// A problem from its three parts.
    pub fn new(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), next: next.into() }
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

/// What kind of thing failed; the words of `error.class` in `--json`, a promise of product.md.
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
    /// The line to the service failed.
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

/// The same as a store has it: up to version 5 in sentences.
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
        let reason = reason.unwrap_or_else(|| Reason::Said(Problem::new(message, "", next)));
        Self { code, class, reason, charged }
    }
}
