//! What a server's complaint is about.

use super::{Error, Trouble};
use std::error::Error as _;
use tokio_postgres::error::SqlState;

/// An error of the client as one of ours.
pub(super) fn error_of(error: &tokio_postgres::Error) -> Error {
    let Some(complaint) = error.as_db_error() else {
        let said = error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        // What the client itself could not make of a value or an answer says nothing of the connection.
        let words = error.to_string();
        let is_of = |starts: &[&str]| starts.iter().any(|start| words.starts_with(start));
        let kind = if said.contains("invalid peer certificate") {
            Trouble::NotTrusted
        } else if error.is_closed() || is_of(&["error communicating", "error connecting", "timeout", "error perform"]) {
            Trouble::Away
        } else if said.ends_with("password missing") {
            return Error::Server { kind: Trouble::NoPassword, said: String::new() };
        } else if is_of(&["authentication", "invalid configuration"]) {
            Trouble::Refused
        } else {
            Trouble::Other
        };
        return Error::Server { kind, said };
    };
    let code = complaint.code();
    // The code is the server's text, and may be anything.
    let kind = match code.code().get(..2).unwrap_or_default() {
        "08" => Trouble::Away,
        "28" => Trouble::Refused,
        "57" if *code != SqlState::QUERY_CANCELED => Trouble::Away,
        _ => match *code {
            SqlState::TOO_MANY_CONNECTIONS => Trouble::TooMany,
            SqlState::DISK_FULL => Trouble::Full,
            SqlState::INVALID_CATALOG_NAME => Trouble::NoDatabase,
            SqlState::INSUFFICIENT_PRIVILEGE => Trouble::NotAllowed,
            SqlState::UNDEFINED_TABLE => Trouble::NotMade,
            SqlState::READ_ONLY_SQL_TRANSACTION => Trouble::ReadOnly,
            SqlState::LOCK_NOT_AVAILABLE
            | SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::T_R_SERIALIZATION_FAILURE
            | SqlState::QUERY_CANCELED => Trouble::Busy,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => Trouble::Away,
            _ => Trouble::Other,
        },
    };
    Error::Server { kind, said: complaint.message().to_owned() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use tokio_postgres::{Config, NoTls};

    /// What the client meets at a port of this machine.
    async fn met(port: u16, password: &str) -> Error {
        let config = format!("host=127.0.0.1 port={port} user=reel {password}");
        error_of(&config.parse::<Config>().unwrap().connect(NoTls).await.err().unwrap())
    }

    /// The client tells most of its errors by its words alone: another version of it may have others.
    #[tokio::test]
    async fn the_client_s_own_errors_are_told_apart_by_the_words_that_it_has_for_them() {
        let kind = |error: Error| match error {
            Error::Server { kind, .. } => kind,
            other => panic!("{other:?}"),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = |said: &'static [u8]| async {
            let (mut line, _) = listener.accept().await.unwrap();
            let mut begun = [0; 64];
            let _ = tokio::io::AsyncReadExt::read(&mut line, &mut begun).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut line, said).await.unwrap();
        };
        // It hangs up at once.
        assert_eq!(kind(tokio::join!(met(port, ""), answer(b"")).0), Trouble::Away);
        // It wants a password in the clear.
        let wants = b"R\0\0\0\x08\0\0\0\x03";
        assert_eq!(kind(tokio::join!(met(port, ""), answer(wants)).0), Trouble::NoPassword);
        // It wants a kind of proof that the client does not know.
        let unknown = b"R\0\0\0\x08\0\0\0\x07";
        assert_eq!(kind(tokio::join!(met(port, "password=x"), answer(unknown)).0), Trouble::Refused);
        drop(listener);
        assert_eq!(kind(met(port, "").await), Trouble::Away);
        // Nobody to connect to.
        assert_eq!(kind(error_of(&Config::new().connect(NoTls).await.err().unwrap())), Trouble::Refused);
    }
}
