//! The store on a real SQLite file, verb by verb, and with several programs on it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod files;
mod ids;
mod later;
mod money;
mod people;
mod programs;
mod shared;
mod speed;
mod tasks;
mod verbs;

use ::io::store::Location;
use std::path::Path;
use tasks::*;

/// Where a test's store is: a folder of its own.
struct Place(tempfile::TempDir);

impl Place {
    fn path(&self) -> &Path {
        self.0.path()
    }

    fn at(&self) -> Location {
        Location { who: Some("ann".into()), ..self.path().into() }
    }

    /// The file, past the store.
    fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join("reeltop.db")).unwrap()
    }

    /// What the database says no to that statement with.
    fn refusal(&self, statement: &str) -> String {
        self.sql().execute(statement, []).unwrap_err().to_string()
    }
}

fn place() -> Place {
    Place(tempfile::tempdir().unwrap())
}
