//! A database server as the config names it, and how it is named in messages: without what is secret of it.

use std::fmt;

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
        let place = super::address::place_of(self);
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
            ("postgres://ann@%2Frun%2Fpg/reel", "/run/pg/reel"),
            // No address of ours.
            ("postgres://ann:1@s3cr3t@db/reel", "…"),
            ("postgres://ann:1@s3cr3t/2@db/reel", "…"),
            ("postgres://ann:1@s3cr3t,2@db/reel", "…"),
            ("postgres://ann:s3cr3t", "…"),
            ("host=db user=ann password=s3cr3t dbname=reel", "…"),
            ("ann:s3cr3t@db/reel", "…"),
        ] {
            assert_eq!(server(url).shown(), format!("postgres://{shown}"), "{url}");
        }
    }
}
