//! On a shared store: this program says every few seconds that it runs, and hears who else does. Silence is judged by
//! the server's clock; what a silent program holds is its own until the lease on it runs out.

use super::{
    base::Store,
    owner::{AT_WORK_MS, host, silent_ms},
    sql::{self, Connection, dialect::NOW, params},
};
use domain::{
    account::Member,
    reason::store::{Deed, Fault, Trouble},
    task::TaskKey,
    time::DAY,
};
use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

/// How often this program says that it runs.
const BEAT: Duration = Duration::from_secs(10);
/// What is left of a program, and of a connection, is forgotten after this, in milliseconds.
const FORGOTTEN_AFTER_MS: i64 = DAY.cast_signed();

/// How often it looks for what was forgotten on another machine.
const FORGETS: Duration = Duration::from_secs(3600);

impl Store {
    /// Says that this program runs, where it has a name, and hears who else does.
    pub(super) fn check_in(&mut self) -> Result<(), Fault> {
        if self.location.server.is_none() {
            return Ok(());
        }
        let ended = if self.programs.me().is_some() { self.programs.ended() } else { Vec::new() };
        let asks = serde_json::to_string(&self.asks).unwrap_or_default();
        let who = self.location.who.as_deref().unwrap_or_default();
        let me = self.programs.me().filter(|_| !self.only_reads);
        let mut done = check_in(&self.conn, me, who, &asks, &ended);
        if me.is_some() && matches!(done, Err(sql::Error::Server { kind: Trouble::NotAllowed, .. })) {
            // A reader's role: it looks, and nobody hears of it.
            self.only_reads = true;
            done = check_in(&self.conn, None, who, &asks, &[]);
        }
        let all = self.as_fault(Deed::Read, done)?;
        let of_all = |profile: &String| {
            let asks = |(owner, one): &(&String, &One)| {
                Some(owner.as_str()) != self.programs.me() && one.silent < AT_WORK_MS && one.asks.contains(profile)
            };
            let others = all.iter().filter(asks).filter(|(owner, _)| self.programs.may_run(owner)).count();
            (profile.clone(), u32::try_from(others).unwrap_or(u32::MAX))
        };
        self.peers = self.programs.me().map(|_| self.asks.iter().map(of_all).collect());
        self.programs.update_silence(all.into_iter().map(|(owner, one)| (owner, one.silent)).collect());
        self.beat = Some(Instant::now());
        Ok(())
    }

    /// The programs of all machines that have said within a day that they run; none of a store in a file.
    ///
    /// # Errors
    /// When the server cannot be read.
    pub fn members(&self) -> Result<Vec<Member>, Fault> {
        if self.location.server.is_none() {
            return Ok(Vec::new());
        }
        self.as_fault(Deed::Read, members(&self.conn))
    }

    /// Ends what was begun when the connection broke, the disk was full, or a program ended. Every few seconds a program
    /// on a shared store also gives word of itself and reads the server's clock. Tells the tasks that were taken back.
    pub(super) fn beat_if_due(&mut self) -> Result<Vec<TaskKey>, Fault> {
        let taken = self.settle_doubt()?;
        if !taken.is_empty() {
            return Ok(taken);
        }
        if self.location.server.is_none() {
            return self.take_back_unconfirmed();
        }
        if self.beat.is_some_and(|last| last.elapsed() < BEAT) {
            return Ok(Vec::new());
        }
        self.read_clock()?;
        self.check_in()?;
        if self.forgets.is_none_or(|last| last.elapsed() > FORGETS) {
            self.look_for_forgotten();
        }
        if self.only_reads { Ok(Vec::new()) } else { self.take_back_unconfirmed() }
    }

    /// Removes what was forgotten on another machine.
    pub(super) fn look_for_forgotten(&mut self) {
        self.forgets = Some(Instant::now());
        // Nothing else depends on it, and the role may be from before there was such a list.
        if let Err(fault) = self.remove_forgotten() {
            tracing::debug!(?fault, "what was forgotten elsewhere was not looked for");
        }
    }

    /// Takes back a batch of this program that nobody was told is queued: a commit whose answer was lost may have queued
    /// it all the same, or its note could not be taken away.
    pub(super) fn settle_doubt(&mut self) -> Result<Vec<TaskKey>, Fault> {
        if !self.doubtful {
            return Ok(Vec::new());
        }
        let me = self.programs.me().map(str::to_owned);
        let taken = me.map_or(Ok(Vec::new()), |me| self.take_back(&me))?;
        self.doubtful = false;
        Ok(taken)
    }

    #[cfg(feature = "postgres")]
    fn read_clock(&self) -> Result<(), Fault> {
        let Connection::Server(server) = &self.conn else { return Ok(()) };
        self.as_fault(Deed::Read, server.read_clock())
    }

    #[cfg(not(feature = "postgres"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "there is no server without the feature")]
    const fn read_clock(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// Tells the shared store that this program ends.
    pub(super) fn leave(&mut self) {
        let (Some(_), Some(me)) = (&self.location.server, self.programs.me()) else { return };
        if self.only_reads {
            return;
        }
        let last_word = || {
            self.conn.execute("DELETE FROM senders WHERE owner = ?1", [me])?;
            self.conn.execute("DELETE FROM programs WHERE owner = ?1", [me])
        };
        let is_heard = self.conn.is_there() && last_word().is_ok();
        if !is_heard {
            self.programs.ends_unheard();
        }
    }
}

fn members(conn: &Connection) -> sql::Result<Vec<Member>> {
    let sql = format!("SELECT owner, host, who, version, {NOW} - seen FROM programs ORDER BY host, owner");
    conn.all(&sql, [], |row| {
        let (owner, host, who, version) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(Member { owner, host, who, version, silent_ms: silent_ms(row, 4)? })
    })
}

/// What a program last said.
struct One {
    /// How long ago, in milliseconds.
    silent: u64,
    /// The profiles whose service it asks.
    asks: BTreeSet<String>,
}

/// Says that this program runs, and tells what each program has last said.
fn check_in(
    conn: &Connection,
    me: Option<&str>,
    who: &str,
    asks: &str,
    ended: &[String],
) -> sql::Result<HashMap<String, One>> {
    for owner in ended {
        conn.execute("DELETE FROM programs WHERE owner = ?1", [owner])?;
    }
    if let Some(me) = me {
        let sql = format!(
            "INSERT INTO programs (owner, host, who, version, asks, began, seen) VALUES (?1, ?2, ?3, ?4, ?5, {NOW}, {NOW}) \
             ON CONFLICT (owner) DO UPDATE SET seen = excluded.seen, asks = excluded.asks"
        );
        conn.execute(&sql, params![me, host(), who, env!("CARGO_PKG_VERSION"), asks])?;
        conn.execute(&format!("DELETE FROM programs WHERE seen < {NOW} - ?1"), [FORGOTTEN_AFTER_MS])?;
        conn.execute(&format!("DELETE FROM commits WHERE at < {NOW} - ?1"), [FORGOTTEN_AFTER_MS])?;
    }
    let sql = format!("SELECT owner, {NOW} - seen, asks FROM programs");
    conn.all(&sql, [], |row| {
        // A list that cannot be read is another version's: it asks for nothing that is known here.
        let asks = serde_json::from_str(row.text(2)?).unwrap_or_default();
        Ok((row.get(0)?, One { silent: silent_ms(row, 1)?, asks }))
    })
}
