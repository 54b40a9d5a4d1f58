//! Why a text did not come back from the person's editor.

use super::system::System;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditorFault {
    NotStarted {
        program: String,
        why: System,
    },
    /// It could not be waited for.
    Lost {
        program: String,
        why: System,
    },
    Failed {
        program: String,
        /// How it ended, in the system's words.
        status: String,
    },
    /// None of these kept it from saving something before.
    Kept {
        fault: Box<EditorFault>,
        /// Where it is.
        path: String,
    },
    /// The file that it left cannot be read.
    Unreadable(System),
}
