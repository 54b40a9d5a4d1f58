//! The last step: a finished file gets its name, and no file that is there already is ever written over.

use super::part::rewrite;
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// After so many names something else is wrong with the folder.
const MAX_NUMBER: u32 = 10_000;

/// Gives `from` a name in `dir`: `name`, or `name-2`, `name-3`, … when it is taken, or its sidecar's name is.
pub(super) fn place(from: &Path, dir: &Path, name: &str) -> io::Result<PathBuf> {
    for number in 1..MAX_NUMBER {
        let to = dir.join(numbered(name, number));
        if fs::symlink_metadata(to.with_extension("json")).is_ok() {
            continue;
        }
        match give_name(from, &to) {
            Ok(()) => {
                sync_dir(dir);
                return Ok(to);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Writes the sidecar of the video `name` in `dir`, which is placed afterwards, and gives where it waits for its name.
/// Meanwhile the lock on the video's part keeps others from it; what a killed program has left of one goes with it.
pub(super) fn write_sidecar(dir: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    let waiting = dir.join(name).with_extension("json.part");
    rewrite(&waiting, text.as_bytes())?.sync_all()?;
    Ok(waiting)
}

/// Gives a sidecar the name of its video, which has been placed: as it was to be called, or under a number.
pub(super) fn place_sidecar(waiting: &Path, video: &Path) -> io::Result<()> {
    let to = video.with_extension("json");
    give_name(waiting, &to).inspect_err(|_| {
        fs::remove_file(waiting).ok();
    })?;
    to.parent().map(sync_dir);
    Ok(())
}

/// A link fails when the name is taken, which a rename does not. File systems without links (FAT, some network ones)
/// get an empty file of that name first, which likewise fails when it is taken, and then a rename over it.
fn give_name(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) => {
            OpenOptions::new().write(true).create_new(true).open(to)?;
            fs::rename(from, to).inspect_err(|_| {
                fs::remove_file(to).ok();
            })
        }
    }
}

/// The new name itself must survive a power cut. Where a folder cannot be synced there is nothing better to do.
fn sync_dir(dir: &Path) {
    File::open(dir).and_then(|dir| dir.sync_all()).ok();
}

fn numbered(name: &str, number: u32) -> String {
    match (number, name.rsplit_once('.')) {
        (1, _) => name.to_owned(),
        (_, Some((stem, ending))) => format!("{stem}-{number}.{ending}"),
        (_, None) => format!("{name}-{number}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_gets_a_number_and_the_file_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("a.mp4"), b"old").unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("a-2.json")).unwrap();
        fs::write(at("a.mp4.part"), b"new").unwrap();
        let placed = place(&at("a.mp4.part"), dir.path(), "a.mp4").unwrap();
        assert_eq!(placed, at("a-3.mp4"));
        assert_eq!((fs::read(at("a.mp4")).unwrap(), fs::read(placed).unwrap()), (b"old".to_vec(), b"new".to_vec()));
        assert!(!at("a.mp4.part").exists());
    }

    #[test]
    fn a_sidecar_never_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        let video = dir.path().join("a.b.mp4");
        let sidecar = |text| place_sidecar(&write_sidecar(dir.path(), "a.b.mp4", text).unwrap(), &video);
        sidecar("{}").unwrap();
        assert_eq!(sidecar("[]").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(dir.path().join("a.b.json")).unwrap(), "{}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn half_a_sidecar_that_a_killed_program_left_goes_with_the_next() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.json.part"), "{").unwrap();
        let waiting = write_sidecar(dir.path(), "a.mp4", "{}").unwrap();
        place_sidecar(&waiting, &dir.path().join("a-2.mp4")).unwrap();
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["a-2.json"]);
    }
}
