//! Why a line of a file of prompts is no draft.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineReason {
    /// JSON, but no object.
    NotObject,
    /// It does not begin with a brace.
    NoBrace,
    EndsEarly,
    /// No JSON from that character on.
    WrongAt {
        place: usize,
        near: String,
    },
    /// A quote of CSV is not closed, or something follows a closing one.
    Quotes,
    Cells {
        values: usize,
        columns: usize,
        /// What parts them.
        separator: char,
    },
    UnknownField {
        name: String,
        near: Option<String>,
    },
    FieldTwice {
        name: String,
    },
    NotText {
        field: String,
    },
    NotNumber {
        field: String,
    },
    NotFlag {
        field: String,
    },
    /// An earlier line has the name.
    NameTwice {
        name: String,
        line: usize,
    },
    NameOfMany {
        count: u32,
    },
    /// A page of markup where prompts were expected.
    Page,
    /// How the file is written was taken from its first line, and by that a line is wrong.
    Guessed {
        why: Box<LineReason>,
    },
}
