//! What can go wrong with a download, in words for a person. The video itself is paid for and waits at the service, so
//! every one of these says what brings it here.

use super::{
    mp4,
    part::{Part, Unavailable},
};
use crate::words;
use domain::{
    export::size,
    problem::{Charged, ErrorClass, Problem, TaskError},
    reason::Reason,
};
use lang::tr;
use std::{
    io::{self, ErrorKind},
    path::Path,
};

/// A failed try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) error: TaskError,
    /// Whether trying again by itself can help.
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
    /// Treats the part as this trouble wants it.
    pub(super) fn about(self, part: Part) -> Self {
        match self.part {
            PartThen::Keep => {}
            PartThen::Remove => part.discard(),
        }
        self
    }
}

fn trouble(code: &str, class: ErrorClass, message: String, next: &str) -> TaskError {
    let reason = Reason::Said(Problem::new(message, "", next));
    TaskError { code: code.into(), class, reason, charged: Charged::Yes }
}

/// The line failed: dropped, refused, or a server in distress.
pub(super) fn line(code: &str, message: String) -> Trouble {
    let next = tr!("It is tried again by itself and goes on where it stopped; downloading it now tries at once.");
    Trouble { error: trouble(code, ErrorClass::Network, message, next), again: true, part: PartThen::Keep }
}

/// What came is no whole video.
pub(super) fn no_video(message: String) -> Trouble {
    let next = tr!("It is fetched anew by itself; downloading it now tries at once.");
    Trouble { error: trouble("not_a_video", ErrorClass::File, message, next), again: true, part: PartThen::Remove }
}

/// More bytes than any video of the service has: the disk is not filled with them, and the next try would bring the same.
pub(super) fn too_large(most: u64) -> Trouble {
    let message = tr!("The storage sends more than {size}: no video is that large", size = size(most));
    let next = tr!("Press d to try again; if it stays so, ask the service about this file.");
    Trouble { error: trouble("not_a_video", ErrorClass::File, message, next), again: false, part: PartThen::Remove }
}

/// Fewer or more bytes than there should be.
pub(super) fn wrong_length(have: u64, whole: u64) -> Trouble {
    no_video(tr!("The file that came is not whole: {have} bytes instead of {whole}", have, whole))
}

/// The boxes are not those of a whole MP4.
pub(super) fn bad_boxes(path: &Path, fault: mp4::Fault) -> Trouble {
    match fault {
        mp4::Fault::Io(error) => disk(path, &error),
        mp4::Fault::NoMp4 | mp4::Fault::CutOff | mp4::Fault::Malformed(_) => {
            no_video(tr!("The file that came is no whole MP4 video: {fault}", fault))
        }
    }
}

/// The part cannot be had.
pub(super) fn unavailable(path: &Path, why: Unavailable) -> Trouble {
    match why {
        Unavailable::Io(error) => disk(path, &error),
        Unavailable::NoFile => {
            let message = tr!("{path}.part is not a plain file (a link?) and is not written to", path = path.display());
            let next = tr!("Remove it or choose another download.dir, then press d.");
            Trouble { error: trouble("folder", ErrorClass::File, message, next), again: false, part: PartThen::Keep }
        }
        Unavailable::Busy => {
            let message = tr!("{path} is being written by another reeltop", path = path.display());
            let next = tr!("Leave it to that one, or close it and download again.");
            Trouble { error: trouble("busy", ErrorClass::File, message, next), again: true, part: PartThen::Keep }
        }
    }
}

/// The disk or the folder says no. A person must do something first, so it is not tried again by itself.
pub(super) fn disk(path: &Path, error: &io::Error) -> Trouble {
    let (code, why, next) = match error.kind() {
        ErrorKind::StorageFull => {
            ("disk_full", tr!("the disk is full"), tr!("Make room, then download again; what is there is kept."))
        }
        ErrorKind::QuotaExceeded => (
            "disk_full",
            tr!("your disk quota is used up"),
            tr!("Make room, then download again; what is there is kept."),
        ),
        ErrorKind::PermissionDenied => (
            "folder",
            tr!("no permission to write there"),
            tr!("Correct the folder's permissions or choose another download.dir, then download again."),
        ),
        ErrorKind::ReadOnlyFilesystem => {
            ("folder", tr!("the file system is read-only"), tr!("Choose another download.dir, then download again."))
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => (
            "folder",
            tr!("something that is not a folder is in the way"),
            tr!("Choose another download.dir, then download again."),
        ),
        ErrorKind::InvalidFilename => (
            "folder",
            tr!("the file's name is too long for this file system"),
            tr!("Shorten download.name, then download again."),
        ),
        _ => {
            let message = tr!("{path} cannot be written: {why}", path = path.display(), why = words::causes(error));
            let error = trouble("disk", ErrorClass::File, message, tr!("Check the disk, then download again."));
            return Trouble { error, again: false, part: PartThen::Keep };
        }
    };
    let message = tr!("{path} cannot be written: {why}", path = path.display(), why);
    Trouble { error: trouble(code, ErrorClass::File, message, next), again: false, part: PartThen::Keep }
}

/// The target is none: a name with a folder in it, an unknown home.
pub(super) fn bad_target(message: String) -> Trouble {
    let next = tr!("Correct download.dir and download.name, then download again.");
    Trouble { error: trouble("folder", ErrorClass::File, message, next), again: false, part: PartThen::Keep }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lang::{Lang, within};

    #[test]
    fn a_trouble_is_a_whole_sentence_in_chinese_too() {
        let of = |trouble: Trouble| trouble.error.reason.quotes()[0].to_owned();
        let told = within(Lang::Zh, || {
            let path = Path::new("/v/a.mp4");
            [
                of(disk(path, &ErrorKind::StorageFull.into())),
                of(bad_boxes(path, mp4::Fault::CutOff)),
                of(wrong_length(3, 9)),
            ]
        });
        assert_eq!(
            told,
            [
                "/v/a.mp4 无法写入：磁盘已满",
                "下载的文件不是完整的 MP4 视频：结尾缺失",
                "下载的文件不完整：只有 3 字节，应为 9 字节"
            ]
        );
    }

    #[test]
    fn a_disk_that_says_no_is_named_with_its_path_and_waits_for_a_person() {
        for (kind, code, why) in [
            (ErrorKind::StorageFull, "disk_full", "the disk is full"),
            (ErrorKind::QuotaExceeded, "disk_full", "your disk quota is used up"),
            (ErrorKind::PermissionDenied, "folder", "no permission to write there"),
            (ErrorKind::ReadOnlyFilesystem, "folder", "the file system is read-only"),
            (ErrorKind::NotADirectory, "folder", "something that is not a folder is in the way"),
            (ErrorKind::InvalidFilename, "folder", "the file's name is too long for this file system"),
            (ErrorKind::Interrupted, "disk", "operation interrupted"),
        ] {
            let Trouble { error, again, part } = disk(Path::new("/v/a.mp4"), &kind.into());
            assert_eq!(error.code, code);
            assert_eq!(error.reason.quotes()[0], format!("/v/a.mp4 cannot be written: {why}"));
            assert_eq!(
                (error.class, error.charged, again, part),
                (ErrorClass::File, Charged::Yes, false, PartThen::Keep)
            );
        }
    }
}
