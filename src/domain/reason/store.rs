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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Open,
    Read,
    ReadTasks,
    ReadLedger,
    SaveTasks,
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
    /// By another file, while the program ran.
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
