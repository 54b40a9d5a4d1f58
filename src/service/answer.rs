//! What an answer of a service can mean, whatever its protocol: the verdicts, on which everybody above builds. The one
//! rule above all: a submission counts as not taken only where that is proven; anything unclear is
//! [`SubmitVerdict::Unknown`].

mod redact;

pub use redact::redact;

pub use domain::reason::ConnectionFault;

use domain::{
    account::HaltCause,
    amount::Amount,
    problem::TaskError,
    reason::Reason,
    task::{FileId, RemoteId},
    time::Wall,
};
use serde::{Deserialize, Serialize};

/// What came back from one call, before anybody judges it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// No connection could be made: not one byte of the request left this machine.
    NotConnected {
        why: ConnectionFault,
        /// The cause in the words of the library that noticed it; shown among the raw answers only.
        detail: String,
    },
    /// The connection broke, or stood still, before the last byte of the request's body was handed to it: nobody can
    /// have the whole request.
    NotUploaded {
        why: ConnectionFault,
        /// Bytes of the body that the connection took.
        handed: u64,
        /// Bytes of the whole body.
        total: u64,
        /// The cause in the words of the library that noticed it; shown among the raw answers only.
        detail: String,
    },
    /// A whole HTTP answer, of any status.
    Answered {
        /// The HTTP status.
        http: u16,
        /// The `Retry-After` header, in milliseconds from the answer.
        retry_after_ms: Option<u64>,
        /// The `request-id` header: what records, support and refunds go by.
        request_id: Option<String>,
        /// The body as text, cut at 64 KiB.
        body: String,
    },
    /// A whole HTTP answer that is nothing but a pointer to another address. It is not followed: the key goes to the
    /// address of the profile only.
    Redirected {
        /// The HTTP status, 3xx.
        http: u16,
        /// The `request-id` header.
        #[serde(default)]
        request_id: Option<String>,
        /// Where it points, as the answer has it.
        to: String,
        /// The body as text, cut at 64 KiB.
        body: String,
    },
    /// The connection was made and the request may have arrived whole, but no whole answer came.
    Broken {
        why: ConnectionFault,
        /// The `request-id` header, where at least the head of an answer came.
        request_id: Option<String>,
        /// The cause in the words of the library that noticed it; shown among the raw answers only.
        detail: String,
    },
    /// The call was not made at all, by a fault on this machine (a picture that cannot be read).
    NotSent {
        /// The fault.
        why: Reason,
    },
}

impl Reply {
    /// The number under which the gateway keeps the call, where its answer named one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Answered { request_id, .. }
            | Self::Redirected { request_id, .. }
            | Self::Broken { request_id, .. } => request_id.as_deref(),
            Self::NotConnected { .. } | Self::NotUploaded { .. } | Self::NotSent { .. } => None,
        }
    }
}

/// What the answer to a submission means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubmitVerdict {
    /// It was taken; charged.
    Accepted { id: RemoteId },
    /// It was not taken; not charged.
    Refused {
        error: TaskError,
        /// Set when the next submission would fail the same way.
        halt: Option<HaltCause>,
    },
    /// Proven not taken, and worth sending again after a wait.
    Later {
        /// How long the service asks to wait, in milliseconds.
        wait_ms: Option<u64>,
        error: TaskError,
    },
    /// It may have been taken.
    Unknown {
        /// Why nobody can tell.
        error: TaskError,
        /// Set when the next submission would end the same way.
        halt: Option<HaltCause>,
    },
}

/// What the answer to a query means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryVerdict {
    /// Not ended; the service's word, made harmless, may be empty.
    Running {
        /// The word.
        status: String,
        /// Whether it is one of those that the service is known to say of a task that it works on.
        known: bool,
    },
    /// Made.
    Ready {
        /// Where the file is.
        source: Source,
    },
    /// Said to be made, but without a file: to be asked again for a little while.
    SuccessWithoutFile {
        /// The service's word for it, made harmless.
        status: String,
    },
    /// The service gave up.
    Failed { error: TaskError },
    /// No usable answer; the task is as it was.
    Again {
        /// How long the service asks to wait, in milliseconds.
        wait_ms: Option<u64>,
        /// What there is to back off from.
        hold: Hold,
        error: TaskError,
    },
}

/// Where a finished file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Its address is asked for by this id.
    File(FileId),
    /// The answer names the address. Asking by this id gives a fresh one.
    Here { file: FileId, address: Address },
}

/// What a question that brought nothing has met, and so what is to be asked less: everything, or this alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The service, or the connection to it.
    Service,
    /// The account: it asks too fast, its key or its balance is not good.
    Account,
    /// The question itself, which the service will not answer however often it is asked.
    Refused,
}

/// Where a file can be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The signed address; a secret of sorts, valid for hours.
    pub url: String,
    /// The other one, where the service gives it.
    pub backup: Option<String>,
    /// The size that was promised; `None` where the service says 0 or nothing.
    pub bytes: Option<u64>,
    /// When the address runs out, read from its `Expires`.
    pub expires: Option<Wall>,
}

/// What the answer to a file call means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileVerdict {
    Address(Address),
    /// No address, and no use in asking again.
    Refused {
        error: TaskError,
    },
    /// No usable answer; to be asked again.
    Again {
        /// How long the service asks to wait, in milliseconds.
        wait_ms: Option<u64>,
        error: TaskError,
    },
}

/// What the answer to a balance call means.
pub type BalanceVerdict = Result<Amount, TaskError>;

/// What the answer to a query means for an id that is not known here: the service's word for the state of the task that
/// it knows by it, none where that task has ended; or why there is no such task.
pub type FindVerdict = Result<Option<String>, TaskError>;
