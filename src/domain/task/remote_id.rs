//! The service's id of a task.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The service's id of a task. Kept as text: it comes as a string or as a number of up to 19 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemoteId(pub String);

/// A text that no id of the service looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for RemoteId {
    type Err = NotAnId;

    /// Reads an id as it is typed: letters, digits, `-` and `_`.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        fits.then(|| Self(text.into())).ok_or(NotAnId)
    }
}
