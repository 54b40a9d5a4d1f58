//! Why something is as it is: a code with its facts, and the service's own words raw. Never a sentence of ours and
//! never the name of a key or a command: those are made by `words::reason`, for the reader.

pub mod batch_file;
pub mod call;
pub mod config;
pub mod connect;
pub mod connection;
pub mod draft;
pub mod editor;
pub mod export;
pub mod filter;
pub mod own;
pub mod picture;
pub mod picture_file;
pub mod price;
pub mod prompt;
pub mod secret;
pub mod sight;
pub mod store;
pub mod system;
pub mod template;
pub mod transfer;

pub use call::{Call, Met, Quote, Span, Then};
pub use connection::ConnectionFault;
pub use own::Own;

use serde::{Deserialize, Serialize};
use std::mem::discriminant;

/// Why something is as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The sentences that a store of version 5 or older keeps, in the language of the person who ran the engine then.
    Said {
        what: String,
        /// May be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
        /// May be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        next: String,
    },
    /// A picture cannot be had.
    PictureFile(picture_file::Fault),
    /// The store failed.
    Store(store::Fault),
    /// No call can be made from this machine.
    Connect(connect::Connect),
    /// A paid video could not be fetched.
    Transfer(transfer::Transfer),
    /// There is no key for the service.
    NoKey(secret::NoKey),
    /// What a call to the service met.
    Call(Call),
    /// What the program itself found or was told to do.
    Own(Own),
}

impl Reason {
    /// Sentences that an older store kept.
    pub fn said(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Said { what: what.into(), why: why.into(), next: next.into() }
    }

    /// What makes failures of one code and one field one cause: the reason without what differs from task to task.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Said { .. } => String::new(),
            Self::Call(call) => format!("{:?}", call.met.folded()),
            Self::Own(own) => format!("{:?}", own.folded()),
            Self::PictureFile(fault) => format!("{:?}", discriminant(&fault.why)),
            Self::Store(fault) => format!("{:?}", discriminant(&fault.why)),
            Self::Connect(fault) => format!("{:?}", discriminant(fault)),
            Self::Transfer(fault) => format!("{:?}", discriminant(fault)),
            Self::NoKey(why) => format!("{:?}", discriminant(why)),
        }
    }

    /// The words of others that it quotes, or all of it where an older store kept it as a sentence.
    #[must_use]
    pub fn quotes(&self) -> Vec<&str> {
        match self {
            Self::Said { what, why, .. } => vec![what, why],
            Self::Call(call) => call.quote.all(),
            Self::Own(own) => own.quotes(),
            Self::PictureFile(fault) => vec![&fault.path],
            Self::Store(fault) => vec![&fault.file],
            Self::Connect(fault) => fault.quotes(),
            Self::Transfer(fault) => fault.quotes(),
            Self::NoKey(_) => vec![],
        }
    }

    /// Without the service's words about a request, which may repeat its prompt.
    #[must_use]
    pub fn unquoted(&self) -> Self {
        match self {
            Self::Said { what, next, .. } => Self::said(what, "", next),
            Self::Call(call) => Self::Call(Call { quote: Quote::default(), ..call.clone() }),
            Self::Own(Own::GivenUp(why)) => Self::Own(Own::GivenUp(Box::new(why.unquoted()))),
            Self::Own(Own::RanOut(why)) => Self::Own(Own::RanOut(Box::new(why.unquoted()))),
            other => other.clone(),
        }
    }

    /// As it is kept in a table line: without the advice.
    #[must_use]
    pub fn in_line(&self) -> Self {
        match self {
            Self::Said { what, why, .. } => Self::said(what, why, ""),
            Self::Call(call) => Self::Call(Call { then: Then::Usual, ..call.clone() }),
            other => other.clone(),
        }
    }
}
