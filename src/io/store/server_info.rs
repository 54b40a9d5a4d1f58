//! What a shared store's server says of itself and of us, for `doctor`.

use super::{
    base::Store,
    sql::{self, dialect::NOW},
};
use crate::environment::now;
use domain::reason::store::{Deed, Fault};
use std::time::Instant;

/// A server that a store is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Its address, without a name and a password.
    pub server: String,
    /// PostgreSQL's own version, such as `17.4`.
    pub version: String,
    /// How long one question and its answer take, in microseconds.
    pub round_trip_us: u64,
    /// What its clock is ahead of ours, in milliseconds; as exact as half a round trip.
    pub clock_ms: i64,
    /// The version of TLS on the connection; `None` where it is in the clear.
    pub tls: Option<String>,
    /// The name under which we are known there.
    pub user: String,
    /// Whether that name may only look.
    pub only_reads: bool,
    /// Whether that name may set the budget that holds for everybody.
    pub is_keeper: bool,
    /// Whether it stands by for another server, and takes no changes itself.
    pub stands_by: bool,
}

impl About {
    /// A clock that goes wrong by less is taken as right, in milliseconds.
    pub const CLOCK_RIGHT_MS: i64 = 2_000;
}

impl Store {
    /// What the server is; `None` where the store is a file.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn about(&self) -> Result<Option<About>, Fault> {
        let Some(server) = &self.location.server else { return Ok(None) };
        let shown = server.shown();
        let asked = || self.as_fault(Deed::Read, self.ask_about(&shown));
        // The first answer has the statement's plan in it.
        asked()?;
        asked().map(Some)
    }

    fn ask_about(&self, server: &str) -> sql::Result<About> {
        let sql = format!(
            "SELECT current_setting('server_version'), {NOW}, \
             (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), CAST(current_user AS text), \
             has_table_privilege('tasks', 'INSERT'), pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on', \
             has_table_privilege('caps', 'UPDATE')"
        );
        let (begun, before) = (Instant::now(), now());
        self.conn.query_row(&sql, [], |row| {
            let (took, theirs) = (begun.elapsed(), row.get::<i64>(1)?);
            let half = i64::try_from(took.as_millis() / 2).unwrap_or(0);
            // Debian adds its own words to the number.
            let version: String = row.get(0)?;
            Ok(About {
                server: server.to_owned(),
                version: version.split_whitespace().next().unwrap_or_default().to_owned(),
                round_trip_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                clock_ms: theirs - before.0 - half,
                tls: row.get(2)?,
                user: row.get(3)?,
                only_reads: !row.get::<bool>(4)?,
                stands_by: row.get(5)?,
                is_keeper: row.get(6)?,
            })
        })
    }
}
