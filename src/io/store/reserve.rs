//! Room on the disk for what must not be lost: the id of a task that was paid for. A full disk between a submission and
//! its answer would else leave that id nowhere. `reeltop.reserve` holds the room; when the store has none left, the
//! file is emptied and the store takes its place. Nothing is sent while the room is not there.
//!
//! The file itself stays, empty or not: it tells that there has been a store here (see `schema`).

use crate::private_files;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The reserve's size in bytes; the changes of one answer are some 12 pages of 4 KiB.
const SIZE: u64 = 64 * 1024;

/// The file that is the reserve of the store in that data folder.
pub(super) fn of_store(dir: &Path) -> PathBuf {
    dir.join("reeltop.reserve")
}

/// The file that is the reserve for the answers which this machine keeps beside a shared store (see `journal`). It is
/// no sign of a store in this folder.
pub(super) fn of_answers(dir: &Path) -> PathBuf {
    dir.join("reeltop.accepted")
}

/// Takes up the room, where it is not taken up yet.
///
/// # Errors
/// When there is none, or the folder cannot be written; then no part of it is taken.
pub(super) fn keep(reserve: &Path) -> io::Result<()> {
    if fs::metadata(reserve).is_ok_and(|there| there.len() >= SIZE) {
        return Ok(());
    }
    let filled = private_files::options().write(true).create(true).truncate(true).open(reserve).and_then(|mut file| {
        file.write_all(&filling())?;
        file.sync_all()
    });
    if filled.is_err() {
        give_up(reserve);
    }
    filled
}

/// Gives the room back to the disk. Tells whether there was any.
pub(super) fn give_up(reserve: &Path) -> bool {
    let held = fs::metadata(reserve).is_ok_and(|there| there.len() > 0);
    held && private_files::options().write(true).truncate(true).open(reserve).and_then(|file| file.sync_all()).is_ok()
}

/// Bytes that a file system which compresses cannot make smaller: xorshift64 (Marsaglia 2003).
fn filling() -> Vec<u8> {
    let mut bits: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < SIZE {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        bytes.extend_from_slice(&bits.to_le_bytes());
    }
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_taken_given_up_and_taken_again() {
        let dir = tempfile::tempdir().unwrap();
        let reserve = of_store(dir.path());
        let size = || fs::metadata(&reserve).map(|there| there.len()).ok();
        assert!(!give_up(&reserve));
        assert_eq!(size(), None);
        for _ in 0..2 {
            keep(&reserve).unwrap();
            keep(&reserve).unwrap();
            assert_eq!(size(), Some(SIZE));
            assert!(give_up(&reserve));
            assert!(!give_up(&reserve));
            assert_eq!(size(), Some(0));
        }
    }
}
