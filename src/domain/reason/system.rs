//! Why a call of the system, or the reading of a file, failed.

use serde::{Deserialize, Serialize};
use std::io::{Error, ErrorKind};

/// The common reasons of disks and folders; any other in the system's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    NotFound,
    Denied,
    /// A folder was wanted.
    NoFolder,
    /// A file was wanted.
    Folder,
    /// It is there already.
    Exists,
    Full,
    Quota,
    ReadOnly,
    NameTooLong,
    /// A regular file was wanted.
    NoFile,
    Empty,
    NotUtf8,
    /// Neither UTF-8 nor another coding that is known here.
    NoText,
    /// The most bytes that would have been read.
    TooLarge {
        most: u64,
    },
    /// Nothing comes from a pipe or a device.
    Silent,
    /// The home folder is not known.
    NoHome,
    /// Another user's home folder is meant (`~name`).
    OthersHome,
    Other(String),
}

impl System {
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Full | Self::Quota)
    }
}

/// A path that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// Short and harmless.
    pub path: String,
    pub why: System,
}

impl From<Error> for System {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::NotADirectory => Self::NoFolder,
            ErrorKind::IsADirectory => Self::Folder,
            ErrorKind::AlreadyExists => Self::Exists,
            ErrorKind::StorageFull => Self::Full,
            ErrorKind::QuotaExceeded => Self::Quota,
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            ErrorKind::InvalidFilename => Self::NameTooLong,
            ErrorKind::InvalidData => Self::NotUtf8,
            _ => Self::Other(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_known_by_its_kind() {
        for (kind, system) in [
            (ErrorKind::NotFound, System::NotFound),
            (ErrorKind::PermissionDenied, System::Denied),
            (ErrorKind::NotADirectory, System::NoFolder),
            (ErrorKind::IsADirectory, System::Folder),
            (ErrorKind::AlreadyExists, System::Exists),
            (ErrorKind::StorageFull, System::Full),
            (ErrorKind::QuotaExceeded, System::Quota),
            (ErrorKind::ReadOnlyFilesystem, System::ReadOnly),
        ] {
            assert_eq!(System::from(Error::from(kind)), system);
        }
        assert_eq!(System::from(Error::other("odd")), System::Other("odd".into()));
    }
}
