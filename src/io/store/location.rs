//! Where a store is: in a file of the data folder, or on a server that several machines share. The data folder is there
//! either way: for what belongs to this machine.

use super::layout::file_of;
#[cfg(feature = "postgres")]
use super::sql;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// A database server, as the config names it.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// `postgres://user@host:port/database?option=value`.
    pub url: String,
    /// A command for `sh -c` that prints the password.
    pub password_cmd: Option<String>,
    /// Whether a line in the clear to another machine is allowed.
    pub allow_plain: bool,
}

impl Server {
    /// The address as it may be shown: hosts, ports and the database as the client understands them. Of one that it
    /// does not understand nothing: any part of it may be the password.
    #[must_use]
    pub fn shown(&self) -> String {
        #[cfg(feature = "postgres")]
        let place = sql::place_of(self);
        #[cfg(not(feature = "postgres"))]
        let place: Option<String> = None;
        format!("postgres://{}", place.as_deref().unwrap_or("…"))
    }
}

impl fmt::Debug for Server {
    /// The command and the address may have a secret in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.shown()).finish()
    }
}

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

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_an_address_is_shown() {
        let server = |url: &str| Server { url: url.into(), password_cmd: None, allow_plain: false };
        let secret = server("postgres://ann:p%40ss@db:5433/reel?password=x");
        assert_eq!(
            format!("{secret:?} {}", secret.shown()),
            "Server(\"postgres://db:5433/reel\") postgres://db:5433/reel"
        );
        for (url, shown) in [
            ("postgres://db/reel", "db/reel"),
            ("postgresql://ann:s3cr3t@one:5433,two/reel", "one:5433,two/reel"),
            // As a person types it, not as it should be encoded.
            ("postgres://ann:s3cr3t?1@db/reel", "db/reel"),
            ("postgres://ann:s3cr3t#1@db/reel", "db/reel"),
            ("postgres://ann:s3cr3t/1@db/reel", "db/reel"),
            ("postgres://ann:1@s3cr3t@db/reel", "db/reel"),
            ("postgres://ann@%2Frun%2Fpg/reel", "/run/pg/reel"),
            // No address of ours.
            ("postgres://ann:s3cr3t", "…"),
            ("host=db user=ann password=s3cr3t dbname=reel", "…"),
            ("ann:s3cr3t@db/reel", "…"),
        ] {
            assert_eq!(server(url).shown(), format!("postgres://{shown}"), "{url}");
        }
    }
}
