//! Beside a shared store: what this machine must not lose while the connection is down. The answer to a submission (the
//! ID of a paid task above all; but what was proven not taken must not become unknown either) is written here and
//! synced before the store is asked to take it, on a thread of its own: the store's may be waiting for a server that
//! does not answer. It is removed when the store has it. What a program could not save before it ended (a crash, a
//! power cut) is told to the next one, or to another of this machine.
//!
//! `<data>/accepted/<key>-<owner>.json`: one answer, whole or not there.

use super::reserve;
use crate::private_files::{self, files_ending};
use domain::task::{RemoteId, TaskKey};
use engine::{
    effect::{StoreCmd, Write},
    msg::WriteResult,
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

const FOLDER: &str = "accepted";
const ENDING: &str = "json";

/// Which program on which store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// As in claims.
    pub(super) owner: String,
    /// The store's own name: another store under the same address must not get what is this one's.
    pub(super) store: String,
}

/// What one file holds.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    store: String,
    owner: String,
    write: Write,
}

/// The answers of one machine that a shared store does not have yet, seen from one program.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    dir: PathBuf,
    /// Known once the store is open; until then there is no answer to keep.
    name: Arc<OnceLock<Name>>,
}

impl Journal {
    pub(super) fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), name: Arc::default() }
    }

    /// This program's place at its store. A program that opens it again goes on under the same name.
    pub(super) fn begin(&self, name: Name) {
        let _ = self.name.set(name);
    }

    /// Puts down what answers a submission; on disk when it returns.
    ///
    /// # Errors
    /// When this machine's disk does not take it either.
    pub(super) fn keep(&self, writes: &[Write]) -> io::Result<()> {
        let Some(name) = self.name.get() else { return Ok(()) };
        for write in writes.iter().filter(|write| write.answers_a_submission()) {
            let entry = Entry { store: name.store.clone(), owner: name.owner.clone(), write: write.clone() };
            let text = serde_json::to_string(&entry)?;
            let file = self.file_of(write.task.key, &name.owner);
            put(&file, &text).or_else(|error| {
                if reserve::give_up(&reserve::of_answers(&self.dir)) { put(&file, &text) } else { Err(error) }
            })?;
        }
        Ok(())
    }

    /// Those of these changes whose ID is kept here.
    pub(super) fn kept(&self, writes: &[Write]) -> Vec<(TaskKey, RemoteId)> {
        let Some(name) = self.name.get() else { return Vec::new() };
        let here = |write: &&Write| write.brings_a_paid_id() && self.file_of(write.task.key, &name.owner).exists();
        writes.iter().filter(here).filter_map(|write| Some((write.task.key, write.task.remote.clone()?))).collect()
    }

    /// The store has answered these changes: removes what it has now, or knows otherwise (which the engine decides on).
    pub(super) fn done(&self, writes: &[Write], results: &[WriteResult]) {
        let answers = |write: &Write| write.task.remote.is_some() || write.answers_a_submission();
        for (write, result) in writes.iter().zip(results).filter(|(write, _)| answers(write)) {
            let settles = match result {
                WriteResult::Done { .. } | WriteResult::IdTaken { .. } => true,
                WriteResult::Overtaken(now) if write.task.remote.is_some() => now.remote.is_some(),
                WriteResult::Overtaken(now) => !write.tells_more_than(now),
            };
            let id = |write: &Write| (write.task.key, write.task.remote.clone());
            for (file, entry) in self.entries().filter(|_| settles) {
                if id(&entry.write) == id(write) {
                    // What is left is tried again, and found to be there.
                    let _ = fs::remove_file(file);
                }
            }
        }
    }

    /// What programs that run no more could not save in this store.
    pub(super) fn left(&self, runs: impl Fn(&str) -> bool) -> Vec<Write> {
        let mine = |owner: &str| self.name.get().is_some_and(|name| name.owner == owner);
        let left = self.entries().filter(|(_, entry)| !mine(&entry.owner) && !runs(&entry.owner));
        left.map(|(_, entry)| entry.write).collect()
    }

    /// All that is kept here for this store.
    fn entries(&self) -> impl Iterator<Item = (PathBuf, Entry)> {
        let store = self.name.get().map(|name| name.store.clone());
        let read = |file: PathBuf| {
            let text = fs::read_to_string(&file).ok()?;
            let entry = serde_json::from_str(&text);
            let entry = entry.inspect_err(|error| tracing::error!("{} cannot be read: {error}", file.display())).ok();
            entry.map(|entry: Entry| (file, entry))
        };
        let entries = files_ending(self.dir.join(FOLDER), ENDING).filter_map(read);
        entries.filter(move |(_, entry)| Some(&entry.store) == store.as_ref())
    }

    fn file_of(&self, key: TaskKey, owner: &str) -> PathBuf {
        self.dir.join(FOLDER).join(format!("{}-{owner}.{ENDING}", key.0))
    }
}

/// Whether a command is to be put down here before it is carried out.
pub(super) fn is_for(command: &StoreCmd) -> bool {
    match command {
        StoreCmd::Write { writes, .. } => writes.iter().any(Write::answers_a_submission),
        StoreCmd::Keep(_) => true,
        _ => false,
    }
}

/// How many answers are kept in that data folder, of any store.
#[must_use]
pub fn waiting(dir: &Path) -> usize {
    files_ending(dir.join(FOLDER), ENDING).count()
}

/// A whole file or none, with its name on disk.
fn put(file: &Path, text: &str) -> io::Result<()> {
    let dir = file.parent().unwrap_or(file);
    if !dir.exists() {
        private_files::make_folder(dir)?;
        // Its own name, too.
        File::open(dir.parent().unwrap_or(dir))?.sync_all()?;
    }
    let part = file.with_extension("part");
    let mut made = private_files::options().write(true).create(true).truncate(true).open(&part)?;
    made.write_all(text.as_bytes())?;
    made.sync_all()?;
    fs::rename(&part, file)?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::change::{Corpus, bytes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_entry_is_read_whatever_it_holds_and_never_taken_away(text in bytes(&Corpus::of("journal"))) {
            let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
            let journal = Journal::of(dir.path());
            journal.begin(Name { owner: "me-1-2".into(), store: "642fac42f320250c".into() });
            fs::create_dir(dir.path().join(FOLDER)).unwrap();
            fs::write(dir.path().join(FOLDER).join("1-box-1-2.json"), &text).unwrap();
            let left = journal.left(|_| false);
            prop_assert!(left.len() <= 1);
            journal.keep(&left).unwrap();
            let answers = left.iter().filter(|write| write.answers_a_submission()).count();
            prop_assert_eq!(waiting(dir.path()), 1 + answers, "what cannot be read stays for a person");
            // As it was put down, so it is found.
            let other = Journal::of(dir.path());
            other.begin(Name { owner: "other-1-2".into(), store: "642fac42f320250c".into() });
            let again = other.left(|owner| owner != "me-1-2");
            prop_assert_eq!(again, left.into_iter().filter(Write::answers_a_submission).collect::<Vec<_>>());
        }
    }
}
