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
    let kind = match &code.code()[..2] {
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
