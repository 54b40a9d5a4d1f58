//! Why the store did not do what it was asked for.

use super::system::System;
use serde::{Deserialize, Serialize};

/// What it could not do, with which file, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub deed: Deed,
    pub file: String,
    pub why: Why,
}

impl Fault {
    /// Whether a shared store is not seen at all: no connection can be made or kept.
    #[must_use]
    pub const fn is_of_the_connection(&self) -> bool {
        matches!(
            self.why,
            Why::Server {
                kind: Trouble::Away | Trouble::TooMany | Trouble::Refused | Trouble::NoPassword | Trouble::NotTrusted,
                ..
            }
        )
    }

    /// Whether it may be over by itself, or by what somebody does at a shared store's server: then it is tried again.
    #[must_use]
    pub const fn passes(&self) -> bool {
        self.is_of_the_connection()
            || matches!(self.why, Why::Server { kind: Trouble::Full | Trouble::ReadOnly | Trouble::Busy, .. })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Open,
    Read,
    ReadTasks,
    ReadLedger,
    SaveTasks,
    /// New tasks are down, and are taken back unless that was confirmed.
    Confirm,
    SaveChanges,
    SaveDraft,
    /// Nothing is sent before the row says so on disk.
    MarkSending,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    System(System),
    /// SQLite says no, in its words.
    Sqlite {
        kind: Kind,
        said: String,
    },
    /// The shared store's server says no; in its words, where it has any.
    Server {
        kind: Trouble,
        said: String,
    },
    /// A later version has migrated it.
    Newer {
        found: u32,
        known: u32,
    },
    /// There has been a store here, as the file that is left of it shows.
    Gone {
        left: String,
    },
    /// Something emptied it.
    Empty,
    /// While the program ran.
    Removed,
    /// Another file took its place while the program ran.
    Replaced,
    /// While the program ran.
    CutShort,
}

/// What kind of complaint SQLite's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    NotWritable,
    /// Another program holds it.
    Busy,
    Damaged,
    Failing,
    Other,
}

/// What kind of complaint a server's is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// No answer: it is down, it restarts, the connection broke.
    Away,
    /// It does not take the name or the password.
    Refused,
    /// It asks for a password, and there is none.
    NoPassword,
    /// Its certificate is none that is trusted here, or one for another name.
    NotTrusted,
    TooMany,
    /// Its disk.
    Full,
    NoDatabase,
    /// The role may not do this.
    NotAllowed,
    /// It has no store yet.
    NotMade,
    /// Its store is of a version before this one's.
    Older {
        found: u32,
        known: u32,
    },
    /// Its store is of a later version.
    Newer {
        found: u32,
        known: u32,
    },
    /// It only answers questions, such as one that stands by for another.
    ReadOnly,
    /// Another program held it for too long.
    Busy,
    /// The address in the config.
    Address(Misfit),
    /// The command for it gave no password.
    Password,
    /// This program was built without it.
    NotBuilt,
    Other,
}

/// What is wrong with the address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misfit {
    Unreadable,
    /// A name or a password in it has an `@` that is not encoded.
    At,
    /// It would send all in the clear to another machine.
    Plain,
    /// `sslmode` has a word that there is not.
    Mode,
}
