//! Why there is no key for the service. Nothing of the key itself is in it.

use super::system::System;
use serde::{Deserialize, Serialize};

/// Where the key comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    Variable(String),
    /// `api_key_cmd`, which is not shown: a secret may be in it.
    Command,
    File(String),
    Simulator,
    /// A profile names no place of its own, and the variable that is looked for then is another one's.
    Held {
        profile: String,
        by: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoKey {
    NotSet(KeyPlace),
    Empty(KeyPlace),
    /// It has characters that fit no header.
    OddCharacters(KeyPlace),
    FileUnreadable {
        path: String,
        why: System,
    },
    /// Others than its owner can read it or write to it.
    FileOpen {
        path: String,
    },
    CommandFailed(CommandFault),
    /// The key is sent to another host, as that profile's. No key is sent to two.
    Held {
        profile: String,
        by: String,
    },
}

/// What became of the command that should print the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandFault {
    System(System),
    Slow {
        seconds: u64,
    },
    Code(i32),
    /// The command was ended by a signal, in the system's words.
    Killed(String),
    /// Nobody knows how it ended.
    Lost,
}
