//! Pictures to be looked at, as data: what is asked of the worker that decodes, and what it gives.

use domain::{reason::sight::Unseen, request::StoredImage};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sight {
    /// What is to be seen.
    pub of: Of,
    pub part: Part,
    /// It is made to fit within these sides, in pixels.
    pub sides: (u16, u16),
}

/// What has a picture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Of {
    /// A picture that is kept under its hash.
    Kept {
        /// SHA-256 of the content, lower-case hexadecimal.
        sha256: String,
        /// The ending of its file, without the dot.
        ending: String,
    },
    /// A picture file at a path as it was typed (`~` allowed).
    File(String),
    /// A video on this machine.
    Video {
        path: String,
        /// SHA-256 of the content, lower-case hexadecimal: its frames are kept under it.
        sha256: String,
    },
}

impl From<&StoredImage> for Of {
    fn from(image: &StoredImage) -> Self {
        Self::Kept { sha256: image.sha256.clone(), ending: image.kind.extension().to_owned() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// A still picture whole, or a video's first frame.
    First,
    /// So many frames evenly over a video's time.
    Sheet(u8),
    /// The frames seen at these moments, in milliseconds from the start.
    Moments(Vec<u64>),
    /// One frame by its number, from 0; the last one where there are fewer.
    Frame(usize),
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// As many as were asked for.
    pub frames: Vec<Frame>,
    /// How many frames the video has, where its index was read.
    pub all: Option<usize>,
}

/// One picture, small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Which frame of the video it is, from 0.
    pub number: usize,
    /// When it is shown, in milliseconds from the start.
    pub ms: u64,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// Red, green and blue, row by row from the top.
    pub rgb: Arc<[u8]>,
}

/// What came of it.
pub type Result = std::result::Result<Seen, Unseen>;
