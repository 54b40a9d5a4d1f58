//! The data folder is its user's alone: prompts, pictures, prices and IDs are in it. What is made there is made so, and
//! what an earlier version or a copy left open is closed.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{
        self,
        ErrorKind::{AlreadyExists, NotFound},
        Write,
    },
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The rights of everybody else.
const OTHERS: u32 = 0o077;
/// In `/tmp` and its like everybody makes files, and nobody but the owner removes them: never to be closed.
const STICKY: u32 = 0o1000;
/// What tells a data folder from any other that somebody names with `--data-dir`: that one is not ours to close.
const SIGNS: [&str; 2] = [STORE, LOG];
/// The store's file in the data folder.
pub const STORE: &str = "reeltop.db";
/// The log's.
pub const LOG: &str = "reeltop.log";
/// The files that the program keeps in its data folder. Anything else there is not ours.
const FILES: [&str; 10] = [
    STORE,
    "reeltop.db-wal",
    "reeltop.db-shm",
    "reeltop.db-journal",
    "reeltop.new",
    "reeltop.reserve",
    "reeltop.accepted",
    LOG,
    "reeltop.log.old",
    "copied.txt",
];
/// Its folders there. It makes none inside them.
const FOLDERS: [&str; 5] = ["run", "accepted", "images", "frames", "backups"];

/// Makes a folder, and those above it that are missing, for their user alone.
///
/// # Errors
/// As the file system's; not where the folder exists already.
pub fn make_folder(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// How a file for its user alone is opened; what else is wanted is for the caller to add.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = File::options();
    options.mode(0o600);
    options
}

/// Closes the data folder to everybody else, and what the program keeps in it, once the program has kept something
/// there. What is not its user's own is left as it is, and what cannot be closed (a read-only disk) too: it is no
/// reason not to run.
pub fn close(data_dir: &Path) {
    let Ok(dir) = fs::metadata(data_dir) else { return };
    if dir.mode() & STICKY != 0 || !SIGNS.iter().any(|sign| data_dir.join(sign).exists()) {
        return;
    }
    let uid = rustix::process::geteuid().as_raw();
    close_one(data_dir, &dir, uid);
    // Neither a link, which may lead anywhere, nor a folder inside one of ours.
    for file in FILES.map(|name| data_dir.join(name)) {
        close_what(&file, Metadata::is_file, uid);
    }
    for folder in FOLDERS.map(|name| data_dir.join(name)) {
        if close_what(&folder, Metadata::is_dir, uid) {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                close_what(&entry.path(), |about| !about.is_dir() && !about.is_symlink(), uid);
            }
        }
    }
}

/// Closes what is there, where it is of that kind. Gives whether it is.
fn close_what(path: &Path, is_such: impl Fn(&Metadata) -> bool, uid: u32) -> bool {
    let about = fs::symlink_metadata(path).ok().filter(is_such);
    if let Some(about) = &about {
        close_one(path, about, uid);
    }
    about.is_some()
}

fn close_one(path: &Path, about: &Metadata, uid: u32) {
    let mode = about.mode() & 0o7777;
    if mode & OTHERS != 0 && about.uid() == uid {
        // A file that another program is just removing, or a disk that takes no changes.
        let _ = fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS));
    }
}

/// Writes a text to a new file that only its owner can read.
///
/// # Errors
/// As the file system's.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

/// A file in that folder that only its owner could read, and nobody can find: it is gone once it is closed.
///
/// # Errors
/// As the file system's.
pub fn nameless(dir: &Path) -> io::Result<File> {
    // One name for all programs, so that what one that was killed here has left goes with the next. Whoever has the file
    // open needs its name no more, and the name that is removed may be another's, who has it open too.
    let path = dir.join("reeltop.aside");
    let remove = || fs::remove_file(&path).or_else(|error| error.kind().eq(&NotFound).then_some(()).ok_or(error));
    loop {
        remove()?;
        match options().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => return remove().map(|()| file),
            Err(error) if error.kind() == AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// The files of a folder whose names end so.
pub(crate) fn files_ending(dir: PathBuf, ending: &'static str) -> impl Iterator<Item = PathBuf> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(move |file| file.extension().is_some_and(|of_file| of_file == ending))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_is_closed_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("data");
        let rights = |name: &str| fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o7777;
        let give = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        fs::create_dir_all(dir.join("run")).unwrap();
        fs::create_dir_all(dir.join("holidays")).unwrap();
        fs::create_dir_all(dir.join("reeltop-notes")).unwrap();
        fs::create_dir_all(dir.join("run/mine")).unwrap();
        let outside = parent.path().join("outside");
        fs::write(&outside, "").unwrap();
        std::os::unix::fs::symlink(&outside, dir.join("copied.txt")).unwrap();
        std::os::unix::fs::symlink(&outside, dir.join("run/link")).unwrap();
        let others = ["holidays", "holidays/list", "script", "runner", "reeltop-notes", "reeltop-notes/a", "run/mine"];
        for name in ["reeltop.db", "reeltop.log", "run/setup", "holidays/list", "script", "runner", "reeltop-notes/a"] {
            fs::write(dir.join(name), "").unwrap();
            give(&dir.join(name), 0o644);
        }
        for open in ["", "run", "holidays", "reeltop-notes", "run/mine"] {
            give(&dir.join(open), 0o755);
        }
        let as_it_was = others.map(rights);
        give(&outside, 0o644);
        close(&dir);
        assert_eq!(["", "run"].map(rights), [0o700; 2]);
        assert_eq!(["reeltop.db", "reeltop.log", "run/setup"].map(rights), [0o600; 3]);
        assert_eq!(others.map(rights), as_it_was);
        assert_eq!(fs::metadata(&outside).unwrap().permissions().mode() & 0o777, 0o644);
    }

    #[test]
    fn what_a_killed_program_has_put_aside_goes_with_the_next_and_is_no_other_one_s() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("reeltop.aside"), "half").unwrap();
        let (mut ours, theirs) = (nameless(dir.path()).unwrap(), nameless(dir.path()).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        ours.write_all(b"ours").unwrap();
        assert_eq!((ours.metadata().unwrap().len(), theirs.metadata().unwrap().len()), (4, 0));
    }

    #[test]
    fn a_folder_in_which_we_have_kept_nothing_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let images = dir.path().join("images");
        fs::create_dir(&images).unwrap();
        for open in [dir.path(), &images] {
            fs::set_permissions(open, Permissions::from_mode(0o755)).unwrap();
        }
        close(dir.path());
        for open in [dir.path(), &images] {
            assert_eq!(fs::metadata(open).unwrap().permissions().mode() & 0o777, 0o755);
        }
    }

    #[test]
    fn a_folder_of_everybody_stays_everybody_s() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("reeltop.db"), "").unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o1777)).unwrap();
        close(parent.path());
        assert_eq!(fs::metadata(parent.path()).unwrap().permissions().mode() & 0o7777, 0o1777);
    }
}
