//! Where a store is: in a file of the data folder, or on a server that several machines share. The data folder is there
//! either way: for what belongs to this machine.

use super::{layout::file_of, sql::Server};
use std::path::{Path, PathBuf};

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The data folder.
    pub dir: PathBuf,
    /// The server, where the store is not a file of that folder.
    pub server: Option<Server>,
    /// The name of the person who works with it, kept with what they do; none: nobody is named.
    pub who: Option<String>,
}

impl Location {
    /// Where this machine keeps the pictures of requests.
    #[must_use]
    pub fn images(&self) -> PathBuf {
        self.dir.join("images")
    }

    /// Where it keeps the pictures of saved videos.
    #[must_use]
    pub fn frames(&self) -> PathBuf {
        self.dir.join("frames")
    }

    /// How it is named in messages: the file's path or the server's address.
    #[must_use]
    pub fn shown(&self) -> PathBuf {
        self.server.as_ref().map_or_else(|| file_of(&self.dir), |server| server.shown().into())
    }
}

impl From<&Path> for Location {
    fn from(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), server: None, who: None }
    }
}

impl From<&PathBuf> for Location {
    fn from(dir: &PathBuf) -> Self {
        dir.as_path().into()
    }
}

impl From<&Location> for Location {
    fn from(at: &Location) -> Self {
        at.clone()
    }
}
