//! What looks wrong in a prompt.

use serde::{Deserialize, Serialize};

/// What a check says of a prompt that could be sent anyway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptReason {
    /// The model follows a description, but no commands.
    CommandToDescribe {
        model: String,
        command: String,
    },
    CommandIgnored {
        model: String,
        command: String,
    },
    FullWidth {
        command: String,
    },
    Crowded {
        bracket: String,
        commands: usize,
    },
    NotClosed {
        command: String,
    },
    NoCommand {
        word: String,
        meant: Option<String>,
    },
    /// Characters that cannot be seen, such as `U+200B`.
    Hidden(Vec<String>),
    TrailingBlank,
}
