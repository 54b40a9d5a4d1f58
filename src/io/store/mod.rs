//! The store: every task, all that happened to it and its money, in one SQLite file that several programs may use at
//! once. It keeps and compares; what a task should become is `logic`'s matter.
//!
//! ```text
//!  Handle --StoreCmd--> [ thread ]--StoreMsg--> the shell      thread: one loop, commands in order, each answered
//!                        |  Store  |                            write, read: the verbs, plain and synchronous
//!     loader --pages-->  |         |                            row, schema: columns, pragmas, migrations
//!     ear ----ring---->  [ ....... ]--ring--> other programs    owner, bell: who else runs, and telling him
//! ```
//!
//! Three rules hold it together:
//! - **Compare and set.** Every change names the revision it was made for and is taken only if the row still has it. So
//!   two programs never both send, fetch or settle one row.
//! - **Acknowledged means on disk.** The POST is emitted on the word that `sending` is saved, so commits are synced.
//! - **One sequence of revisions for all rows.** What changed since `n` is `rev > n`; a program that hears the bell reads
//!   just that, and an older page never hides a newer row.
//!
//! The verbs are few and their SQL is plain, so that another database can stand beside this one later.

mod bell;
mod fault;
mod owner;
mod read;
mod row;
mod schema;
mod thread;
mod write;

pub use read::{CostLine, Overview};
pub use thread::{Handle, open};

use crate::domain::problem::Problem;
use owner::{Owner, Programs};
use rusqlite::Connection;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

/// An open store. The verbs are in [`write`] and [`read`]; a program with a screen or an engine uses a [`Handle`].
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    file: PathBuf,
    programs: Programs,
    seen: Seen,
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
        let rev = read::last_rev(&conn).map_err(|error| fault::sqlite("The store could not be read", &file, &error))?;
        Ok(Self { conn, file, programs: Programs::new(dir, me), seen: Seen { rev, own: HashSet::new() } })
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
