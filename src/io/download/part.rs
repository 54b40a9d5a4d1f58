//! The unfinished file beside the target: `name.part`, and `name.part.json` with what is needed to go on with it.

use super::writer::{Writer, sum_of_nothing};
use reqwest::header::HeaderValue;
use ring::digest::Context;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// Between the look at what has the name and the opening, a link may have taken its place.
const NO_FOLLOW: i32 = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();

/// An open part, locked against every other program for as long as this value lives.
pub(super) struct Part {
    pub(super) path: PathBuf,
    note_path: PathBuf,
    pub(super) file: File,
    note: Note,
    /// The hash of all that is there, where it came in one go.
    sum: Option<Context>,
}

/// What a resume must know of the bytes that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Note {
    /// The storage's strong validator of the whole file. Without one a part is never gone on with: nothing would
    /// prove that the rest belongs to it.
    pub(super) etag: Option<String>,
    /// The whole file's length in bytes.
    pub(super) length: Option<u64>,
}

/// What a download goes on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resume {
    /// Bytes that are there.
    pub(super) have: u64,
    /// The validator of the file they are of.
    pub(super) etag: String,
    /// That file's length, where it is known.
    pub(super) length: Option<u64>,
}

/// Why a part cannot be had.
#[derive(Debug)]
pub(super) enum Unavailable {
    /// Another program, or another download of this one, writes it.
    Busy,
    /// Something that is no file has its name: a link, which would lead the video to whatever it points at, a pipe, a
    /// folder.
    NoFile,
    /// It holds something and has no note beside it, so no download of ours wrote it.
    Foreign,
    /// The disk says no.
    Io(io::Error),
}

impl From<io::Error> for Unavailable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Part {
    /// Opens or makes the part of the file `name` in `dir`.
    pub(super) fn open(dir: &Path, name: &str) -> Result<Self, Unavailable> {
        let path = dir.join(format!("{name}.part"));
        let note_path = dir.join(format!("{name}.part.json"));
        loop {
            if fs::symlink_metadata(&path).is_ok_and(|there| !there.is_file()) {
                return Err(Unavailable::NoFile);
            }
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).custom_flags(NO_FOLLOW);
            let file = options.open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(Unavailable::Busy),
                // A file system without locks: the store's claims alone keep programs apart there.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
            // Between opening and locking, the last owner may have given this very file its final name. Writing to it
            // then would destroy a finished video, so the lock counts only for a file that still is the part.
            let ours = file.metadata()?;
            match fs::symlink_metadata(&path) {
                Ok(there) if (there.dev(), there.ino()) != (ours.dev(), ours.ino()) => continue,
                Ok(there) if there.nlink() > 1 => fs::remove_file(&path)?,
                Ok(there) => {
                    if there.len() > 0 && fs::symlink_metadata(&note_path).is_err() {
                        return Err(Unavailable::Foreign);
                    }
                    let is_file = fs::symlink_metadata(&note_path).is_ok_and(|there| there.is_file());
                    let note = is_file
                        .then(|| fs::read(&note_path))
                        .and_then(Result::ok)
                        .and_then(|text| serde_json::from_slice(&text).ok());
                    return Ok(Self { path, note_path, file, note: note.unwrap_or_default(), sum: None });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What an earlier download of the file `name` in `dir` has left, if anything.
    pub(super) fn left(dir: &Path, name: &str) -> Result<Option<Self>, Unavailable> {
        if dir.join(format!("{name}.part")).exists() { Self::open(dir, name).map(Some) } else { Ok(None) }
    }

    /// How many bytes are there.
    pub(super) fn have(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// How a download can go on with what is there.
    pub(super) fn resume(&self) -> io::Result<Option<Resume>> {
        let have = self.have()?;
        // One that cannot be asked with, from a damaged note, would fail again with each try.
        let etag = self.note.etag.clone().filter(|etag| have > 0 && HeaderValue::from_str(etag).is_ok());
        Ok(etag.map(|etag| Resume { have, etag, length: self.note.length }))
    }

    /// Throws away what is there and notes what comes now.
    pub(super) fn begin(&mut self, note: Note) -> io::Result<()> {
        self.file.set_len(0)?;
        rewrite(&self.note_path, &serde_json::to_vec(&note)?)?;
        self.note = note;
        self.sum = Some(sum_of_nothing());
        Ok(())
    }

    /// Writes behind what is there; its end is to be told to [`written`](Self::written).
    pub(super) fn writer(&mut self) -> io::Result<Writer> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::End(0))?;
        Ok(Writer::new(file, self.sum.take()))
    }

    /// All that is there has that sum, where it is known.
    pub(super) fn written(&mut self, sum: Option<Context>) {
        self.sum = sum;
    }

    /// The sum of all that is there, where it came in one go.
    pub(super) const fn sum(&self) -> Option<&Context> {
        self.sum.as_ref()
    }

    /// The part has got its final name: the note is of no more use.
    pub(super) fn placed(self) {
        fs::remove_file(&self.note_path).ok();
    }

    /// Leaves what is there for the next try, which an empty file would not help.
    pub(super) fn leave(self) {
        if self.have().is_ok_and(|bytes| bytes == 0) {
            self.discard();
        }
    }

    /// Removes what is there, which cannot be used. The note, which says that it is ours, is removed last.
    pub(super) fn discard(self) {
        fs::remove_file(&self.path).ok();
        fs::remove_file(&self.note_path).ok();
    }
}

/// Writes a file of that name, in place of whatever has the name: a link is replaced, not followed.
pub(super) fn rewrite(path: &Path, bytes: &[u8]) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    Ok(file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::change::{Corpus, bytes};
    use proptest::prelude::*;

    #[test]
    fn a_part_has_one_writer() {
        let dir = tempfile::tempdir().unwrap();
        let first = Part::open(dir.path(), "a.mp4").unwrap();
        assert!(matches!(Part::open(dir.path(), "a.mp4"), Err(Unavailable::Busy)));
        drop(first);
        assert!(Part::open(dir.path(), "a.mp4").is_ok());
    }

    #[test]
    fn a_part_goes_on_only_with_bytes_and_a_validator() {
        let dir = tempfile::tempdir().unwrap();
        let mut part = Part::open(dir.path(), "a.mp4").unwrap();
        let note = Note { etag: Some("\"1\"".into()), length: Some(9) };
        part.begin(note).unwrap();
        assert_eq!(part.resume().unwrap(), None);
        fs::write(&part.path, b"abc").unwrap();
        drop(part);
        let part = Part::open(dir.path(), "a.mp4").unwrap();
        assert_eq!(part.resume().unwrap(), Some(Resume { have: 3, etag: "\"1\"".into(), length: Some(9) }));
        let note_path = part.note_path.clone();
        drop(part);
        for damaged in [&b"not json"[..], br#"{"etag":"\"1\n\"","length":9}"#] {
            fs::write(&note_path, damaged).unwrap();
            assert_eq!(Part::open(dir.path(), "a.mp4").unwrap().resume().unwrap(), None);
        }
    }

    #[test]
    fn a_part_that_already_got_its_final_name_is_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let part = Part::open(dir.path(), "a.mp4").unwrap();
        fs::write(&part.path, b"whole").unwrap();
        // The power went between the link and the removal of the part's name.
        fs::hard_link(&part.path, dir.path().join("a.mp4")).unwrap();
        drop(part);
        Part::open(dir.path(), "a.mp4").unwrap().begin(Note::default()).unwrap();
        assert_eq!(fs::read(dir.path().join("a.mp4")).unwrap(), b"whole");
    }

    #[test]
    fn a_file_that_no_download_of_ours_wrote_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.mp4.part"), b"precious").unwrap();
        assert!(matches!(Part::open(dir.path(), "a.mp4"), Err(Unavailable::Foreign)));
        assert!(matches!(Part::left(dir.path(), "a.mp4"), Err(Unavailable::Foreign)));
        assert_eq!(fs::read(dir.path().join("a.mp4.part")).unwrap(), b"precious");
        // Between the opening of a part and its note the program may have ended.
        fs::write(dir.path().join("b.mp4.part"), b"").unwrap();
        assert!(Part::open(dir.path(), "b.mp4").is_ok());
    }

    #[test]
    fn what_is_no_file_is_neither_followed_nor_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("precious"), b"precious").unwrap();
        std::os::unix::fs::symlink(at("precious"), at("a.mp4.part")).unwrap();
        std::os::unix::fs::symlink(at("not there"), at("b.mp4.part")).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(at("c.mp4.part")).unwrap();
        fs::create_dir(at("d.mp4.part")).unwrap();
        for name in ["a.mp4", "b.mp4", "c.mp4", "d.mp4"] {
            assert!(matches!(Part::open(dir.path(), name), Err(Unavailable::NoFile)), "{name}");
        }
        drop(socket);
        assert!(!at("not there").exists());
        // The note's name is ours alone: a link there gives way.
        std::os::unix::fs::symlink(at("precious"), at("e.mp4.part.json")).unwrap();
        Part::open(dir.path(), "e.mp4").unwrap().begin(Note::default()).unwrap();
        assert_eq!(fs::read(at("precious")).unwrap(), b"precious");
        assert!(fs::symlink_metadata(at("e.mp4.part.json")).unwrap().is_file());
    }

    proptest! {
        #[test]
        fn a_note_is_read_whatever_it_holds(note in bytes(&Corpus::of("notes"))) {
            let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
            fs::write(dir.path().join("a.mp4.part"), b"abc").unwrap();
            fs::write(dir.path().join("a.mp4.part.json"), &note).unwrap();
            let mut part = Part::open(dir.path(), "a.mp4").unwrap();
            if let Some(Resume { have, etag, length }) = part.resume().unwrap() {
                prop_assert_eq!(have, 3);
                // It goes out as a header: one that cannot would fail again with each try.
                prop_assert!(HeaderValue::from_str(&etag).is_ok(), "{etag:?}");
                part.begin(Note { etag: Some(etag.clone()), length }).unwrap();
                fs::write(&part.path, b"d").unwrap();
                drop(part);
                let again = Part::open(dir.path(), "a.mp4").unwrap().resume().unwrap();
                prop_assert_eq!(again, Some(Resume { have: 1, etag, length }));
            }
        }
    }
}
