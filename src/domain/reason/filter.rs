//! Why a text is no filter.

use super::price::AmountFault;
use serde::{Deserialize, Serialize};

/// Which word of a filter is at fault, and how. A field is named as it was typed, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterFault {
    QuoteNotClosed,
    /// A `!` with nothing behind it.
    NothingNegated,
    NoValue {
        field: String,
    },
    /// It takes a colon and got another sign.
    NoColon {
        field: String,
    },
    NoField {
        field: String,
        value: String,
        near: Option<String>,
    },
    /// A field that takes one of a few words got another.
    NoWord {
        field: String,
        value: String,
        near: Option<String>,
        words: Vec<String>,
    },
    NotNumber {
        field: String,
    },
    NotAmount(AmountFault),
    NotAge {
        value: String,
    },
    /// An age takes `<` or `>`.
    AgeEqual,
}
