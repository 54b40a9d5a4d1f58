//! Why a picture cannot be sent, or may be taken differently from what was meant.

use super::{picture_file, system::At};
use crate::request::{ImageKind, Oddity};
use serde::{Deserialize, Serialize};

/// What a check says of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureReason {
    BrokenAddress,
    ForeignAddress,
    Unreachable {
        host: String,
    },
    /// The address has a name or a password in it.
    Password,
    BrokenData {
        webp: bool,
    },
    /// A data URL declares another type than it holds.
    WrongType {
        declared: String,
        right: ImageKind,
    },
    StillRead,
    /// It could not be had.
    File(picture_file::Fault),
    /// The folder that was typed could not be listed.
    Folder(At),
    /// Nothing in a folder fits; `pattern` where a pattern was typed.
    NoneFits {
        path: String,
        pattern: bool,
    },
    Webp,
    TooLarge {
        bytes: u64,
    },
    TooManyPixels {
        width: u32,
        height: u32,
    },
    TooSmall {
        model: String,
        least: u32,
        width: u32,
        height: u32,
    },
    /// Wider or taller than the service takes.
    Ratio {
        width: u32,
        height: u32,
    },
    Odd {
        path: String,
        odd: Oddity,
    },
    /// First and last frame differ in shape.
    Shapes {
        first: (u32, u32),
        last: (u32, u32),
    },
}
