//! Why a paid video could not be fetched. It waits at the service.

use super::{connection::ConnectionFault, system::System};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    NoConnection(Dropped),
    Broken(Dropped),
    /// The storage sent nothing for so long, in milliseconds.
    Stalled(u64),
    /// A status of HTTP that is no answer to the question.
    Status(u16),
    /// Its answers to a resume contradict each other.
    Resume,
    TooManyRedirects,
    /// It sends on to an address that is not https.
    OpenRedirect,
    /// It sends on to an address with a name or a password in it.
    LoginRedirect,
    /// The service gave an address that cannot be used.
    BadAddress,
    /// The service gave an address that is not https.
    OpenAddress,
    /// The service gave an address with a name or a password in it.
    LoginAddress,
    Worker,
    /// More bytes than any video has.
    TooLarge {
        most: u64,
    },
    WrongLength {
        have: u64,
        whole: u64,
    },
    /// A page instead of the video, of that media type.
    Page(Option<String>),
    /// Coded in a way that cannot be read here.
    Coding(String),
    /// Coded, and the coding is damaged.
    DamagedCoding,
    /// It unpacks to far more than any video would.
    Bomb,
    NotMp4(Mp4),
    /// Something that is no file has the part's name.
    PartIsNoFile {
        path: String,
    },
    /// A file that no download wrote has the part's name.
    ForeignPart {
        path: String,
    },
    /// Another program writes it.
    Busy {
        path: String,
    },
    Disk {
        path: String,
        why: System,
    },
    /// `download.name` makes no file name.
    BadName(String),
    BadFolder {
        path: String,
        why: System,
    },
}

impl Transfer {
    pub(super) fn quotes(&self) -> Vec<&str> {
        match self {
            Self::NoConnection(Dropped::Said(text))
            | Self::Broken(Dropped::Said(text))
            | Self::Page(Some(text))
            | Self::Coding(text)
            | Self::BadName(text)
            | Self::PartIsNoFile { path: text }
            | Self::ForeignPart { path: text }
            | Self::Busy { path: text }
            | Self::Disk { path: text, .. }
            | Self::BadFolder { path: text, .. } => vec![text],
            _ => vec![],
        }
    }
}

/// How the connection failed: one of the faults that have a remedy, or the words of the libraries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dropped {
    Line(ConnectionFault),
    Said(String),
}

/// Why a file is not a whole MP4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mp4 {
    /// It does not begin as an MP4 does.
    Start,
    /// A box reaches beyond the end of the file: its tail is missing.
    CutOff,
    NoPictures,
    NoIndex,
    TooManyBoxes,
    /// A box is smaller than its own header.
    SmallBox,
}
