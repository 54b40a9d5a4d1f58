//! What came of a task in the end: a file.

use serde::{Deserialize, Serialize};

/// What a saved file is, as far as it was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// Where it is.
    pub path: String,
    /// The machine that it was saved on; `None` where an older version wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// The picture's sides in pixels, where the MP4's header tells them.
    pub sides: Option<(u32, u32)>,
    /// The running time in milliseconds, where the MP4's header tells it.
    pub length_ms: Option<u64>,
}

impl SavedFile {
    /// Where it is, unless its name was forgotten with the prompt: then the folder alone is known.
    #[must_use]
    pub fn known_path(&self) -> Option<&str> {
        Some(self.path.as_str()).filter(|path| !path.ends_with('/'))
    }
}
