//! What a task and its file are known by, here and at the service.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// A task's own number, short and stable: `#12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskKey(pub u32);

impl fmt::Display for TaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("#{}", self.0))
    }
}

/// A text that is no task's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAKey(pub String);

impl FromStr for TaskKey {
    type Err = NotAKey;

    /// Reads `12` or `#12`.
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let digits = text.trim().trim_start_matches('#');
        digits.parse().map(Self).map_err(|_| NotAKey(text.into()))
    }
}

/// Another task, or none, in the memory of one key: no task has the number 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<TaskKey>", into = "Option<TaskKey>")]
pub struct MaybeKey(u32);

impl MaybeKey {
    /// The key, where there is one.
    #[must_use]
    pub const fn get(self) -> Option<TaskKey> {
        if self.0 == 0 { None } else { Some(TaskKey(self.0)) }
    }
}

impl From<Option<TaskKey>> for MaybeKey {
    fn from(key: Option<TaskKey>) -> Self {
        Self(key.map_or(0, |key| key.0))
    }
}

impl From<MaybeKey> for Option<TaskKey> {
    fn from(key: MaybeKey) -> Self {
        key.get()
    }
}

/// Leaves of each item the first: what is named twice is meant once.
pub fn keep_first<T: Clone + Ord>(items: &mut Vec<T>) {
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.clone()));
}

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

/// The service's id of a produced file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileId(pub String);
