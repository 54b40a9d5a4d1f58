//! The store: every task, all that happened to it and its money, in one SQLite file that several programs may use at
//! once. It keeps and compares; what a task should become is `logic`'s matter.
//!
//! ```text
//!  Handle --StoreCmd--> [ thread ]--StoreMsg--> the shell      thread: one loop, commands in order, each answered
//!                        |  Store  |                            write, read: the verbs, plain and synchronous
//!     loader --pages-->  |         |                            row, schema: columns, pragmas, migrations
//!     ear ----ring---->  [ ....... ]--ring--> other programs    owner, bell: who else runs, and telling him
//!     vigil --ended-->                                          the wait for the end of a program that holds rows
//! ```
//!
//! Four rules hold it together:
//! - **Compare and set.** Every change names the revision it was made for and is taken only if the row still has it. So
//!   two programs never both send, fetch or settle one row.
//! - **Acknowledged means on disk.** The POST is emitted on the word that `sending` is saved, so commits are synced.
//! - **Told means confirmed.** A batch comes with a note that is taken away before anybody is told (see `confirm`).
//! - **One sequence of revisions for all rows.** What changed since `n` is `rev > n`; a program that hears the bell reads
//!   just that, and an older page never hides a newer row.
//!
//! What belongs to no single program (a pause, an account's halt, who sends) lies here too, and is told when it changes
//! (`share`).
//!
//! The verbs are few and their SQL is plain, so that another database can stand beside this one later.

mod bell;
mod confirm;
mod fault;
mod fill;
mod owner;
mod read;
mod row;
mod schema;
mod share;
mod thread;
mod write;

pub use fill::fill;
pub use read::{Lookup, Overview};
pub use thread::{Handle, open};

use crate::{domain::problem::Problem, tr};
use owner::{Owner, Programs};
use rusqlite::Connection;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

/// An open store: one method a verb. A program with a screen or an engine uses a [`Handle`] instead.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    file: PathBuf,
    programs: Programs,
    seen: Seen,
    /// Whether a batch of ours may still be noted as not confirmed.
    unconfirmed: bool,
}

impl Store {
    /// Opens the store of a data folder, for looking and for single changes: without a name of its own in claims, and
    /// without hearing what others change. Others hear of its changes.
    ///
    /// # Errors
    /// When the folder or the file cannot be used, or when a newer version made it.
    pub fn open(dir: &Path) -> Result<Self, Problem> {
        Self::open_as(dir, None)
    }

    fn open_as(dir: &Path, me: Option<&Owner>) -> Result<Self, Problem> {
        let conn = schema::open(dir)?;
        let file = schema::file_of(dir);
        let rev =
            read::last_rev(&conn).map_err(|error| fault::sqlite(tr!("The store could not be read"), &file, &error))?;
        Ok(Self {
            conn,
            file,
            programs: Programs::new(dir, me),
            seen: Seen { rev, own: HashSet::new() },
            unconfirmed: false,
        })
    }

    /// The result, with SQLite's complaint put in words.
    fn told<T>(&self, what: &str, result: rusqlite::Result<T>) -> Result<T, Problem> {
        result.map_err(|error| fault::sqlite(what, &self.file, &error))
    }

    /// What follows a commit that changed rows: they are not news to us, but to others.
    fn made(&mut self, revs: impl IntoIterator<Item = u64>) {
        let mut any = false;
        for rev in revs {
            self.seen.note(rev);
            any = true;
        }
        if self.unconfirmed {
            self.confirm();
        }
        if any {
            self.programs.ring();
        }
    }
}

/// Which revisions are no news here.
#[derive(Debug, Default)]
struct Seen {
    /// Everything up to here is known.
    rev: u64,
    /// Above it, what this program wrote itself.
    own: HashSet<u64>,
}

impl Seen {
    fn note(&mut self, own: u64) {
        if own == self.rev + 1 {
            self.rev = own;
        } else {
            self.own.insert(own);
        }
    }

    /// Goes forward to `rev`, the highest that was read.
    fn reach(&mut self, rev: u64) {
        self.rev = self.rev.max(rev);
        let reached = self.rev;
        self.own.retain(|own| *own > reached);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::domain::{
        draft::{Draft, KeptDraft},
        time::Wall,
    };

    #[test]
    fn revisions_are_news_only_when_others_made_them() {
        let mut seen = Seen { rev: 4, own: HashSet::new() };
        seen.note(5);
        assert_eq!((seen.rev, seen.own.len()), (5, 0));
        // Another program made 6.
        seen.note(7);
        assert_eq!((seen.rev, seen.own.contains(&7)), (5, true));
        seen.reach(7);
        assert_eq!((seen.rev, seen.own.len()), (7, 0));
    }

    #[test]
    fn a_full_disk_is_told_with_the_file_and_what_to_do_and_takes_nothing_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        store.save_draft(1, Some(&Draft::default()), Wall(1)).unwrap();
        let pages: u32 = store.conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        store.conn.pragma_update(None, "max_page_count", pages).unwrap();
        let long = Draft { prompt: "long ".repeat(5_000), ..Draft::default() };
        assert_eq!(
            store.save_draft(1, Some(&long), Wall(2)).unwrap_err(),
            Problem::new(
                "The draft could not be saved",
                format!("{}: database or disk is full", store.file.display()),
                "Free some space on the disk that holds it",
            )
        );
        assert_eq!(store.overview().unwrap().drafts, [KeptDraft { id: 1, draft: Draft::default() }]);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_told_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        store.conn.pragma_update(None, "query_only", true).unwrap();
        let problem = store.save_draft(1, Some(&Draft::default()), Wall(1)).unwrap_err();
        assert!(problem.next.starts_with("Make the file and its folder writable"), "{problem}");
    }
}
