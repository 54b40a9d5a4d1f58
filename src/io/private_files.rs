//! The data folder is its user's alone: prompts, pictures, prices and ids lie in it. What is made there is made so, and
//! what an earlier version or a copy left open is closed.

use std::{
    fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// The rights of everybody else.
const OTHERS: u32 = 0o077;
/// In `/tmp` and its like everybody makes files, and nobody but the owner removes them: never to be closed.
const STICKY: u32 = 0o1000;
/// What the program keeps in its data folder, by the beginning of its name. Whatever else lies there is not ours.
const OURS: [&str; 7] = ["reeltop", "copied.txt", "run", "accepted", "images", "frames", "backups"];

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

/// Closes the data folder to everybody else, and what the program keeps in it. What is not its user's own is left as it is,
/// and what cannot be closed (a read-only disk) too: it is no reason not to run.
pub fn close(data_dir: &Path) {
    let Ok(dir) = fs::metadata(data_dir) else { return };
    if dir.mode() & STICKY != 0 {
        return;
    }
    let uid = rustix::process::geteuid().as_raw();
    close_one(data_dir, &dir, uid);
    for entry in fs::read_dir(data_dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if OURS.iter().any(|ours| name.as_encoded_bytes().starts_with(ours.as_bytes())) {
            close_all(&entry.path(), uid);
        }
    }
}

fn close_all(path: &Path, uid: u32) {
    // Not the one a link leads to: that may lie anywhere.
    let Ok(about) = fs::symlink_metadata(path) else { return };
    if about.is_symlink() {
        return;
    }
    close_one(path, &about, uid);
    if about.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            close_all(&entry.path(), uid);
        }
    }
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
        let outside = parent.path().join("outside");
        fs::write(&outside, "").unwrap();
        std::os::unix::fs::symlink(&outside, dir.join("reeltop.link")).unwrap();
        for name in ["reeltop.db", "reeltop.log", "run/setup", "holidays/list", "script"] {
            fs::write(dir.join(name), "").unwrap();
            give(&dir.join(name), 0o644);
        }
        for open in [&dir, &dir.join("run"), &dir.join("holidays")] {
            give(open, 0o755);
        }
        give(&outside, 0o644);
        close(&dir);
        assert_eq!(["", "run"].map(rights), [0o700; 2]);
        assert_eq!(["reeltop.db", "reeltop.log", "run/setup"].map(rights), [0o600; 3]);
        assert_eq!(["holidays", "holidays/list", "script"].map(rights), [0o755, 0o644, 0o644]);
        assert_eq!(fs::metadata(&outside).unwrap().permissions().mode() & 0o777, 0o644);
    }

    #[test]
    fn a_folder_of_everybody_stays_everybody_s() {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o1777)).unwrap();
        close(parent.path());
        assert_eq!(fs::metadata(parent.path()).unwrap().permissions().mode() & 0o7777, 0o1777);
    }
}
