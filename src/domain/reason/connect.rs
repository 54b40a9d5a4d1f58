//! Why no call can be made from this machine.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connect {
    NoKey,
    /// It has a character that fits no header.
    OddKey,
    /// `base_url` cannot be used.
    Address {
        /// Without what may be a password in it.
        address: String,
        why: BadAddress,
    },
    /// No secure connection can be set up, in the words of the libraries.
    NoTls(String),
    /// The program's own worker failed before anything left.
    Worker,
    /// The program stood still (stopped, or the machine asleep) for longer than its claim on the task, before anything
    /// left.
    Late,
}

impl Connect {
    pub(super) fn quotes(&self) -> Vec<&str> {
        match self {
            Self::Address { address: text, .. } | Self::NoTls(text) => vec![text],
            Self::NoKey | Self::OddKey | Self::Worker | Self::Late => vec![],
        }
    }
}

/// Why a key may not be sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadAddress {
    NotAnAddress,
    /// It has a name or a password in it.
    Login,
    /// It has a `?` or a `#`.
    Query,
    PlainHttp,
    /// Neither http nor https.
    Scheme,
}
