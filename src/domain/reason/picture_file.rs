//! Why what stands at a path, or in a `data:` URL, cannot be had as a picture. Whether the service takes a picture that
//! was read is another matter (see `domain::picture`).

use super::{sight::Unseen, system::System};
use serde::{Deserialize, Serialize};

/// Which one, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// As it was typed, short and harmless.
    pub path: String,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    Unread(System),
    TooLarge {
        bytes: u64,
    },
    /// What follows the comma of a `data:` URL.
    NotBase64,
    Not(Content),
    /// Its header is damaged.
    NoSides,
    /// Its end is missing.
    CutOff,
    NoImageData,
    /// A checksum or the image data is wrong.
    WrongData,
    /// No copy could be written to that folder.
    NotKept {
        folder: String,
        why: System,
    },
    /// The store's copy cannot be read.
    Lost(System),
    /// The store's copy is not what it was.
    Changed,
    /// No smaller copy could be made.
    NotShrunk(Unseen),
}

/// What it is instead of a JPEG, PNG or WebP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    Gif,
    Heif,
    Bmp,
    Tiff,
    JpegXl,
    Photoshop,
    OtherPicture,
    Svg,
    Pdf,
    Video,
    WebPage,
    Text,
    Nothing,
}
