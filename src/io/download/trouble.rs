//! What can go wrong with a download, what becomes of what is there, and whether another try can help.

use super::{
    mp4,
    part::{Part, Unavailable},
};
use domain::{
    problem::{Charged, ErrorClass, TaskError},
    reason::{Reason, system::System, transfer::Transfer},
    task::{DISK_FULL, NOT_A_VIDEO},
};
use std::{io, path::Path};

/// A failed try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) error: TaskError,
    /// Whether another try can help.
    pub(super) again: bool,
    /// What becomes of the bytes that are there.
    pub(super) part: PartThen,
}

/// What becomes of the part after a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartThen {
    /// The next try goes on with it.
    Keep,
    /// It is no piece of a video.
    Remove,
}

impl Trouble {
    /// Whether it is this machine's, not the storage's.
    pub(super) const fn is_ours(&self) -> bool {
        let Reason::Transfer(why) = &self.error.reason else { return false };
        matches!(why, Transfer::Disk { .. } | Transfer::BadFolder { .. } | Transfer::Worker)
    }

    /// Treats the part as this trouble wants it.
    pub(super) fn about(self, part: Part) -> Self {
        match self.part {
            PartThen::Keep => part.leave(),
            PartThen::Remove => part.discard(),
        }
        self
    }
}

fn trouble(code: &str, class: ErrorClass, why: Transfer, again: bool, part: PartThen) -> Trouble {
    let (code, reason) = (code.to_owned(), Reason::Transfer(why));
    Trouble { error: TaskError { code, class, reason, charged: Charged::Yes }, again, part }
}

/// The connection failed: dropped, refused, or a server in distress.
pub(super) fn connection(code: &str, why: Transfer) -> Trouble {
    trouble(code, ErrorClass::Network, why, true, PartThen::Keep)
}

/// What came is no whole video.
pub(super) fn no_video(why: Transfer) -> Trouble {
    trouble(NOT_A_VIDEO, ErrorClass::File, why, true, PartThen::Remove)
}

/// More bytes than any video of the service has: the disk is not filled with them, and the next try would bring the
/// same.
pub(super) fn too_large(most: u64) -> Trouble {
    trouble(NOT_A_VIDEO, ErrorClass::File, Transfer::TooLarge { most }, false, PartThen::Remove)
}

/// The boxes are not those of a whole MP4.
pub(super) fn bad_boxes(path: &Path, fault: mp4::Fault) -> Trouble {
    match fault {
        mp4::Fault::Io(error) => disk(path, error),
        mp4::Fault::Not(why) => no_video(Transfer::NotMp4(why)),
    }
}

/// The part cannot be had.
pub(super) fn unavailable(path: &Path, why: Unavailable) -> Trouble {
    let shown = path.display().to_string();
    match why {
        Unavailable::Io(error) => disk(path, error),
        Unavailable::NoFile => waits("folder", Transfer::PartIsNoFile { path: shown }),
        Unavailable::Foreign => waits("folder", Transfer::ForeignPart { path: shown }),
        Unavailable::Busy => trouble("busy", ErrorClass::File, Transfer::Busy { path: shown }, true, PartThen::Keep),
    }
}

/// The disk or the folder says no.
pub(super) fn disk(path: &Path, error: io::Error) -> Trouble {
    let why = System::from(error);
    let code = match why {
        System::Full | System::Quota => DISK_FULL,
        System::Denied
        | System::ReadOnly
        | System::NoFolder
        | System::Folder
        | System::Exists
        | System::NameTooLong => "folder",
        _ => "disk",
    };
    waits(code, Transfer::Disk { path: path.display().to_string(), why })
}

/// A person must do something first, so it is not tried again until asked for.
pub(super) fn waits(code: &str, why: Transfer) -> Trouble {
    trouble(code, ErrorClass::File, why, false, PartThen::Keep)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn a_disk_that_says_no_is_named_with_its_path_and_waits_for_a_person() {
        for (kind, code, why) in [
            (ErrorKind::StorageFull, DISK_FULL, System::Full),
            (ErrorKind::QuotaExceeded, DISK_FULL, System::Quota),
            (ErrorKind::PermissionDenied, "folder", System::Denied),
            (ErrorKind::ReadOnlyFilesystem, "folder", System::ReadOnly),
            (ErrorKind::NotADirectory, "folder", System::NoFolder),
            (ErrorKind::InvalidFilename, "folder", System::NameTooLong),
            (ErrorKind::Interrupted, "disk", System::Other("operation interrupted".into())),
        ] {
            let reason = Reason::Transfer(Transfer::Disk { path: "/v/a.mp4".into(), why });
            let error = TaskError { code: code.into(), class: ErrorClass::File, reason, charged: Charged::Yes };
            let told = disk(Path::new("/v/a.mp4"), kind.into());
            assert_eq!(told, Trouble { error, again: false, part: PartThen::Keep });
        }
    }
}
