//! What a call to the service met: how the connection failed, what the answer's code or status means, what is odd about
//! it.

use super::ConnectionFault;
use crate::{draft::Field, task::RemoteId};
use serde::{Deserialize, Serialize};

/// What a call to the service met, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub met: Met,
    /// The service's own words.
    #[serde(default, skip_serializing_if = "Quote::is_empty")]
    pub quote: Quote,
    /// The field of the request that those words name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// What follows.
    #[serde(default, skip_serializing_if = "Then::is_usual")]
    pub then: Then,
}

/// The time that a key's quota is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Its whole life.
    Whole,
    Month,
    Day,
    Hour,
}

/// What a call met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// No connection could be made.
    NoConnection(ConnectionFault),
    /// The connection failed before the whole body was handed to it.
    NoUpload {
        why: ConnectionFault,
        /// Bytes of the body that the connection took.
        handed: u64,
        /// Bytes of the whole body.
        total: u64,
    },
    /// The connection failed before a whole answer came.
    NoAnswer(ConnectionFault),
    /// Too many requests.
    RateLimit,
    /// The key is not accepted.
    Key,
    /// Balance or quota is used up.
    Balance,
    /// An internal error of the service.
    Internal,
    /// A time-out within the service.
    Timeout,
    /// The prompt or a picture is sensitive.
    PromptSensitive,
    /// The video that was made is sensitive.
    VideoSensitive,
    /// A fault in the request, by the service.
    Request,
    /// The plan does not include the model.
    Plan,
    /// The gateway got no key.
    GatewayNoKey,
    /// The gateway's key or tool is disabled, deleted or invalid.
    GatewayKey,
    /// The gateway's key has expired.
    GatewayKeyExpired,
    /// The key lacks the permission to read the account's balance.
    NotPermitted,
    /// A network error between gateway and service.
    GatewayNetwork,
    /// The gateway's balance is too low.
    GatewayBalance,
    /// A quota of the key is reached.
    KeyQuota(Span),
    /// The gateway has no channel to the model.
    NoChannel,
    /// The gateway does not support the function.
    NoFunction,
    /// The gateway did not find what was asked for.
    NotFound,
    /// A fault in the request, by the gateway.
    GatewayRequest,
    /// A time-out behind the gateway.
    GatewayTimeout,
    /// An error that the service's documentation does not name.
    NotKnown,
    /// No such call at this address (404, 405).
    NoSuchCall,
    /// The proxy wants a login (407).
    ProxyLogin,
    /// The request was cut short on its way (408, 499).
    CutShort,
    /// The request is too large (413).
    TooLarge,
    /// Any other 4xx.
    Refused,
    Redirection,
    /// The service or a proxy before it failed (5xx and the like).
    Failed,
    /// An answer that cannot be read.
    Unreadable {
        /// Its HTTP status.
        http: u16,
    },
    /// A success without an id.
    NoId,
    /// A success with an id that is none.
    BadId,
    /// An id together with a refusal.
    IdAndRefusal {
        id: RemoteId,
        /// What else it says.
        met: Box<Met>,
    },
    /// An answer about another task.
    OtherTask,
    /// An answer about another file.
    OtherFile,
    /// The service's word for an end without a video and without a failure, in lower case.
    Ended(String),
    /// The service gave up and named no reason.
    NoReason,
    /// The service gave up for a reason that its documentation does not name.
    ReasonNotKnown,
    /// No address of a file.
    NoAddress,
    /// An address of a file that cannot be used.
    BadAddress,
    /// An address of a file that is not http(s).
    ForeignAddress,
    /// Neither the task nor its state.
    Unclear,
    /// No task of that id.
    NoSuchTask,
}

impl Met {
    /// Without what differs from task to task.
    pub(super) fn folded(&self) -> Self {
        match self {
            Self::NoConnection(why) => Self::NoConnection(why.folded()),
            Self::NoUpload { why, .. } => Self::NoUpload { why: why.folded(), handed: 0, total: 0 },
            Self::NoAnswer(why) => Self::NoAnswer(why.folded()),
            Self::IdAndRefusal { met, .. } => {
                Self::IdAndRefusal { id: RemoteId(String::new()), met: Box::new(met.folded()) }
            }
            other => other.clone(),
        }
    }
}

/// What follows a call that brought nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// What fits what was met.
    #[default]
    Usual,
    /// The task is sent again.
    SentAgain,
    /// Nobody can tell whether it was accepted: it is to be resolved.
    Settle,
    /// To be resolved, where most likely something else than the service answered.
    CheckAndSettle,
    /// The question is asked again.
    AskedAgain,
    /// The balance may be asked for again.
    AskBalance,
    /// The id may be asked about again.
    AskId,
    /// The file may be fetched later.
    FetchLater,
}

impl Then {
    const fn is_usual(&self) -> bool {
        matches!(self, Self::Usual)
    }
}

/// The service's own words: one line, harmless, without secrets, cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Quote {
    /// In one language.
    Text(String),
    /// In English and in Chinese.
    Both {
        /// English.
        en: String,
        /// Chinese.
        cn: String,
    },
    /// A page of HTML, by its title.
    Page {
        /// May be empty.
        page: String,
    },
}

impl Quote {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// In every language there is.
    #[must_use]
    pub fn all(&self) -> Vec<&str> {
        match self {
            Self::Text(text) | Self::Page { page: text } => vec![text],
            Self::Both { en, cn } => vec![en, cn],
        }
    }
}

impl Default for Quote {
    fn default() -> Self {
        Self::Text(String::new())
    }
}
