//! Why a picture or a video cannot be shown.

use super::system::System;
use serde::{Deserialize, Serialize};

/// Why there is nothing to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// The content is no JPEG, PNG or WebP.
    NoPicture,
    /// It has more pixels than are decoded.
    TooLarge {
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
    },
    /// It is damaged; the decoder's words.
    Damaged(String),
    /// What the decoder gave is not a whole picture.
    NotWhole,
    /// A JPEG with a scan for each colour, which would be decoded to something else.
    SeparateScans,
    /// The content is no MP4 with a video in it.
    NoVideo,
    /// The video's end is missing.
    CutOff,
    /// The video's index comes in parts, which are not read here.
    Fragmented,
    /// The video is not coded as H.264; the code of its format.
    Format(String),
    /// H.264 of a kind that is not decoded; the decoder's words.
    Kind(String),
    /// It has more frames than are looked at.
    TooLong,
    /// It took longer than it may.
    TooSlow,
    /// The file could not be read.
    Unread(System),
}
