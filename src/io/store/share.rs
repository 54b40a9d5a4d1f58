//! What belongs to the account, or to all programs on this store (see `domain::account`): read whole, changed by one
//! verb.

use super::{
    base::{By, Store},
    column_values::{Json, Own, own},
    sql::{self, Connection, dialect, params},
};
use domain::{
    account::{Account, Change, ELSEWHERE, KeptCaps, LONGEST_WAIT, Raise, Raised, Sender, Shared, Stamp, Stopped, Why},
    amount::{Amount, Currency, Money},
    reason::store::{Deed, Fault},
    time::{Now, Wall},
};
use engine::effect::Caps;
use std::collections::BTreeMap;

/// Raises that are looked at: more than anybody makes in a day.
const LATEST: u32 = 500;

impl Store {
    /// Who stopped the sending, how the accounts fare, which other programs send.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn shared(&self) -> Result<Shared, Fault> {
        let mut shared = self.as_fault(Deed::Read, read(&self.conn))?;
        self.programs.know(&self.conn, shared.senders.iter().map(|sender| sender.owner.as_str()));
        let others =
            |sender: &Sender| self.programs.me() != Some(&sender.owner) && self.programs.is_at_work(&sender.owner);
        shared.senders.retain(others);
        Ok(shared)
    }

    /// Changes it for that profile, and tells all of it as it is then. What stops the sending
    /// already goes on doing so.
    ///
    /// # Errors
    /// When the file cannot be written or read.
    pub fn share(&mut self, profile: &str, by: &Stamp, change: &Change) -> Result<Shared, Fault> {
        let dead: Vec<String> = match change {
            Change::Serve(profiles) if !profiles.is_empty() => {
                let senders = self.as_fault(Deed::Read, senders(&self.conn))?;
                self.programs.know(&self.conn, senders.iter().map(|sender| sender.owner.as_str()));
                senders.into_iter().map(|sender| sender.owner).filter(|owner| !self.programs.is_alive(owner)).collect()
            }
            Change::Raise(_)
            | Change::Serve(_)
            | Change::Pause
            | Change::Halt(_)
            | Change::Resume { .. }
            | Change::Keep(_) => vec![],
        };
        let me = self.by();
        self.change(Deed::SaveChanges, |conn| apply(conn, profile, by, change, &me, &dead))?;
        self.programs.wake_others();
        self.shared()
    }

    /// The caps that are kept in the store.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn caps(&self) -> Result<BTreeMap<Currency, KeptCaps>, Fault> {
        self.as_fault(Deed::Read, kept_caps(&self.conn))
    }

    /// Keeps caps for everybody on the store, of the days of the clock here; where both are `None`, none are kept from
    /// then on.
    ///
    /// # Errors
    /// When the file cannot be written, or a server does not allow it to this user.
    pub fn keep_caps(
        &mut self,
        currency: Currency,
        per_day: Option<Amount>,
        per_day_each: Option<Amount>,
        now: Now,
    ) -> Result<(), Fault> {
        let who = self.location.who.clone().unwrap_or_default();
        self.change(Deed::SaveChanges, |conn| {
            let tx = conn.begin()?;
            if per_day.or(per_day_each).is_none() {
                tx.execute("DELETE FROM caps WHERE currency = ?1", [currency.id()])?;
            } else {
                let sql = "INSERT INTO caps (currency, per_day, per_day_each, who, at, zone) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                           ON CONFLICT (currency) DO UPDATE SET per_day = excluded.per_day, zone = excluded.zone, \
                           per_day_each = excluded.per_day_each, who = excluded.who, at = excluded.at";
                let zone = i64::from(now.zone.seconds_east(now.wall));
                let at = tx.there(now.wall).0;
                tx.execute(sql, params![currency.id(), Own(per_day), Own(per_day_each), who, at, zone])?;
            }
            tx.commit()
        })?;
        self.programs.wake_others();
        Ok(())
    }

    /// All that the day's cap was ever raised by, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn raises(&self) -> Result<Vec<Raise>, Fault> {
        self.as_fault(Deed::ReadLedger, raises(&self.conn))
    }

    /// Adds what the day's cap was raised by in another store, as history that raises nothing here, and tells how many
    /// were added; what is here already stays as it is. Where others keep the caps of this one, their currency's are
    /// left out.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn take_raises(&mut self, raises: &[Raise]) -> Result<usize, Fault> {
        if raises.is_empty() {
            return Ok(0);
        }
        self.change(Deed::SaveChanges, |conn| {
            let tx = conn.begin()?;
            let kept = kept_caps(&tx)?;
            let may = |raise: &&Raise| kept.get(&raise.more.currency).is_none_or(|caps| caps.is_ours);
            let here = self::raises(&tx)?;
            let mut added = 0;
            for raise in raises.iter().filter(may) {
                let elsewhere = raise.clone().elsewhere();
                if !here.iter().any(|known| known.is_same(raise) || known.is_same(&elsewhere)) {
                    added += add_raise(&tx, &elsewhere, raise.person.as_deref())?;
                }
            }
            tx.commit().map(|()| added)
        })
    }

    /// A fresh start of what no running program was there for: what halted an account before is tried again, since
    /// the person has most likely seen to the cause. A pause stays: it was a person's wish.
    ///
    /// Programs that start at the same moment see each other, so it is not enough to ask whether another one runs.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn start_again(&mut self) -> Result<(), Fault> {
        let Shared { mut halts, mut accounts, .. } = self.as_fault(Deed::Read, read(&self.conn))?;
        if halts.is_empty() && accounts.is_empty() {
            return Ok(());
        }
        if let Some(began) = self.programs.oldest_other() {
            halts.retain(|_, halt| halt.by.at < began);
            accounts.retain(|profile, _| halts.contains_key(profile));
        }
        let done = forget(&mut self.conn, &halts, &accounts);
        self.as_fault(Deed::SaveChanges, done)
    }
}

/// Whether nothing may be sent for that profile. Read in the transaction that would claim the row, so that nothing is
/// sent once a stop is on disk.
pub(super) fn is_stopped(conn: &Connection, profile: &str) -> sql::Result<bool> {
    conn.exists("SELECT 1 FROM stops WHERE kind = 'pause' OR (kind = 'halt' AND profile = ?1)", [profile])
}

/// Until when the service asked the account to wait, if that is after `at`.
pub(super) fn rests_until(conn: &Connection, profile: &str, at: Wall) -> sql::Result<Option<Wall>> {
    let at = conn.there(at);
    let sql = "SELECT not_before FROM accounts WHERE profile = ?1 AND not_before > ?2 AND not_before <= ?3";
    conn.first(sql, params![profile, at.0, at.plus(LONGEST_WAIT).0], |row| row.here(0))
}

fn read(conn: &Connection) -> sql::Result<Shared> {
    let mut shared =
        Shared { senders: senders(conn)?, raises: latest_raises(conn)?, caps: kept_caps(conn)?, ..Shared::default() };
    let mut query = conn.prepare_cached("SELECT profile, who, at, why FROM stops")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let by = Stamp { who: row.get(1)?, at: own(&row, 2)? };
        match row.get::<Option<Json<Why>>>(3)? {
            Some(Json(why)) => drop(shared.halts.insert(row.get(0)?, Stopped { by, why })),
            None => shared.pause = Some(by),
        }
    }
    let mut query = conn.prepare_cached("SELECT profile, body, not_before FROM accounts")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let account = row.get::<Json<Account>>(1)?.0;
        shared.accounts.insert(row.get(0)?, Account { not_before: row.here(2)?, ..account });
    }
    Ok(shared)
}

fn senders(conn: &Connection) -> sql::Result<Vec<Sender>> {
    conn.all("SELECT owner, name, profile FROM senders ORDER BY owner, profile", [], |row| {
        Ok(Sender { owner: row.get(0)?, name: row.get(1)?, profile: row.get(2)? })
    })
}

/// What the day's cap was ever raised by, on this store and on others.
fn raises(conn: &Connection) -> sql::Result<Vec<Raise>> {
    conn.all("SELECT at, who, amount, currency, person FROM raises ORDER BY at, who", [], raise_of)
}

/// What this store's cap was last raised by, the oldest first. By number, not by time: one that a wrong clock has dated
/// ahead must not hide those that come after it.
fn latest_raises(conn: &Connection) -> sql::Result<Vec<Raise>> {
    let sql = "SELECT at, who, amount, currency, person FROM raises WHERE who NOT LIKE ?1 \
         ORDER BY at DESC, who DESC LIMIT ?2";
    let mut latest: Vec<Raise> = conn.all(sql, params![of_others(), LATEST], raise_of)?;
    latest.reverse();
    Ok(latest)
}

fn raise_of(row: &sql::Row<'_>) -> sql::Result<Raise> {
    let by = Stamp { at: row.here(0)?, who: row.get(1)? };
    Ok(Raise { by, more: own::<Amount>(row, 2)?.of(own(row, 3)?), person: row.get(4)? })
}

/// What the names of those match who raised the cap of another store.
fn of_others() -> String {
    format!("{ELSEWHERE}%")
}

/// What this store's raises of that currency on the caps' day come to: all of them, and that person's own. Read in the
/// transaction that holds the cap.
pub(super) fn raised(conn: &Connection, currency: Currency, caps: &Caps, who: &str) -> sql::Result<Raised> {
    let sql = "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT), \
               CAST(coalesce(sum(CASE WHEN coalesce(person, '') = ?3 THEN amount ELSE 0 END), 0) AS BIGINT) \
               FROM raises WHERE at >= ?1 AND at < ?4 AND currency = ?2 AND who NOT LIKE ?5";
    let [from, to] = [caps.day_start, caps.day_end].map(|at| conn.there(at).0);
    let values = params![from, currency.id(), who, to, of_others()];
    conn.query_row(sql, values, |row| Ok(Raised { all: own(row, 0)?, own: own(row, 1)? }))
}

/// The caps that are kept in the store.
pub(super) fn kept_caps(conn: &Connection) -> sql::Result<BTreeMap<Currency, KeptCaps>> {
    let ours = dialect::may_change_caps(conn);
    let sql = format!("SELECT currency, per_day, per_day_each, who, at, {ours}, zone FROM caps");
    conn.all(&sql, [], |row| {
        let by = Stamp { who: row.get(3)?, at: row.here(4)? };
        let (per_day, per_day_each) = (own(row, 1)?, own(row, 2)?);
        // Their midnight, by this machine's clock.
        let zone = row.get::<Option<i64>>(6)?.and_then(|east| i32::try_from(east + conn.skew() / 1_000).ok());
        Ok((own(row, 0)?, KeptCaps { per_day, per_day_each, by, zone, is_ours: row.get(5)? }))
    })
}

fn apply(
    conn: &mut Connection,
    profile: &str,
    by: &Stamp,
    change: &Change,
    me: &By,
    dead: &[String],
) -> sql::Result<()> {
    let (me, person) = (me.owner.as_deref(), me.who.as_deref());
    let tx = conn.begin()?;
    match change {
        Change::Pause => pause(&tx, by)?,
        Change::Halt(why) => {
            // A halt for the same cause is the same halt.
            let sql = "INSERT INTO stops (kind, profile, who, at, why) VALUES ('halt', ?1, ?2, ?3, ?4) \
                       ON CONFLICT (kind, profile) DO UPDATE SET who = excluded.who, at = excluded.at, \
                       why = excluded.why WHERE stops.why <> excluded.why";
            tx.execute(sql, params![profile, by.who, by.at.0, Json(why)])?;
        }
        Change::Resume { pause, halt } => {
            let sql = "DELETE FROM stops WHERE kind = ?1 AND profile = ?2 AND who = ?3 AND at = ?4";
            for (kind, of, seen) in [("pause", "", pause), ("halt", profile, halt)] {
                if let Some(Stamp { who, at }) = seen {
                    tx.execute(sql, params![kind, of, who, at.0])?;
                }
            }
        }
        Change::Keep(account) => keep(&tx, profile, account, by.at)?,
        // One that is there already was written by a commit that was told as failed.
        Change::Raise(raise) => {
            // A cap that is kept in the store is raised by those alone who may set it.
            if kept_caps(&tx)?.get(&raise.more.currency).is_none_or(|caps| caps.is_ours) {
                add_raise(&tx, raise, person)?;
            }
        }
        Change::Serve(profiles) => {
            for owner in dead.iter().map(String::as_str).chain(me) {
                tx.execute("DELETE FROM senders WHERE owner = ?1", [owner])?;
            }
            let sql = "INSERT INTO senders (owner, name, profile) VALUES (?1, ?2, ?3)";
            let none = [String::new()];
            let profiles = if profiles.is_empty() { &none[..] } else { profiles };
            for profile in profiles {
                if let Some(me) = me {
                    tx.execute(sql, params![me, by.who, profile])?;
                }
            }
        }
    }
    tx.commit()
}

/// Stops all sending. It takes the place of a pause that stands: whoever ends that one has not seen what this one is for.
pub(super) fn pause(conn: &Connection, by: &Stamp) -> sql::Result<()> {
    let sql = "INSERT INTO stops (kind, profile, who, at) VALUES ('pause', '', ?1, ?2) \
               ON CONFLICT (kind, profile) DO UPDATE SET who = excluded.who, at = excluded.at";
    conn.execute(sql, params![by.who, by.at.0]).map(drop)
}

fn add_raise(conn: &Connection, Raise { by, more, .. }: &Raise, person: Option<&str>) -> sql::Result<usize> {
    let sql =
        "INSERT INTO raises (at, who, amount, currency, person) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    let Money { amount, currency } = *more;
    conn.execute(sql, params![conn.there(by.at).0, by.who, amount.millionths(), currency.id(), person])
}

/// Keeps how that account fares. A program that has not yet heard how long the service asked another to wait, as of
/// `at`, does not cut that short.
fn keep(conn: &Connection, profile: &str, account: &Account, at: Wall) -> sql::Result<()> {
    let longest = conn.there(at).plus(LONGEST_WAIT);
    conn.execute(
        "INSERT INTO accounts (profile, not_before, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (profile) DO UPDATE SET body = excluded.body, not_before = CASE
             WHEN accounts.not_before > excluded.not_before AND accounts.not_before <= ?4 THEN accounts.not_before
             ELSE excluded.not_before END",
        params![profile, conn.there(account.not_before).0, Json(account), longest.0],
    )
    .map(drop)
}

fn forget(
    conn: &mut Connection,
    halts: &BTreeMap<String, Stopped>,
    accounts: &BTreeMap<String, Account>,
) -> sql::Result<()> {
    let tx = conn.begin()?;
    for (profile, Stopped { by, .. }) in halts {
        let sql = "DELETE FROM stops WHERE kind = 'halt' AND profile = ?1 AND who = ?2 AND at = ?3";
        tx.execute(sql, params![profile, by.who, by.at.0])?;
    }
    for (profile, Account { not_before, jumps, .. }) in accounts {
        keep(&tx, profile, &Account { not_before: *not_before, jumps: *jumps, ..Account::default() }, *not_before)?;
    }
    tx.commit()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::store::{location::Location, owner::Owner};
    use domain::{
        account::HaltCause,
        problem::{Charged, ErrorClass, TaskError},
        reason::Reason,
    };

    #[test]
    fn of_two_programs_that_start_at_once_neither_takes_over_the_halt_of_one_that_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let at: Location = dir.path().into();
        let halt = |store: &mut Store, at: Wall| {
            let (class, reason) = (ErrorClass::Balance, Reason::said("the balance is used up", "", ""));
            let error = TaskError { code: "1008".into(), class, reason, charged: Charged::No };
            let why = Why { cause: HaltCause::Balance, tasks: 1, error };
            store.share("302ai", &Stamp { who: "wait 1".into(), at }, &Change::Halt(why)).unwrap()
        };
        let mut ended = Store::open_as(&at, Some(Owner::start(&at).unwrap())).unwrap();
        assert_eq!(halt(&mut ended, Wall(1)).halts.len(), 1);
        drop(ended);
        // Both have their names before either looks at what stands in the store.
        let [mut one, mut other] =
            [(); 2].map(|()| Owner::start(&at).unwrap()).map(|owner| Store::open_as(&at, Some(owner)).unwrap());
        one.start_again().unwrap();
        assert!(one.shared().unwrap().halts.is_empty());
        // What one of them meets from then on holds for the other.
        halt(&mut one, Wall(i64::MAX));
        other.start_again().unwrap();
        assert_eq!(other.shared().unwrap().halts.len(), 1);
    }
}
