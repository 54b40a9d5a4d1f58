//! What the balance was heard to be, and our own side of what the gateway's records show.

use super::{base::Store, column_values::own, sql::params};
use domain::{
    amount::Amount,
    reason::store::{Deed, Fault},
    task::MoneyEvent,
    time::{DAY, Wall},
};
use engine::msg::Side;
use service::gateway::records::Window;

/// How long a balance is kept.
const KEPT_MS: u64 = 60 * DAY;

impl Store {
    /// Keeps what an account's balance is, where it is another one than before, and drops what is too old.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_balance(&mut self, profile: &str, amount: Amount, at: Wall) -> Result<(), Fault> {
        self.change(Deed::SaveChanges, |conn| {
            let last = "SELECT amount FROM balances WHERE profile = ?1 ORDER BY at DESC LIMIT 1";
            let last: Option<Amount> = conn.first(last, [profile], |row| own(row, 0))?;
            if last == Some(amount) {
                return Ok(());
            }
            let oldest = at.0.saturating_sub_unsigned(KEPT_MS);
            conn.execute("DELETE FROM balances WHERE at < ?1", [oldest])?;
            let sql = "INSERT INTO balances (profile, at, amount) VALUES (?1, ?2, ?3) \
                       ON CONFLICT (profile, at) DO UPDATE SET amount = excluded.amount";
            conn.execute(sql, params![profile, at.0, amount.millionths()])?;
            Ok(())
        })
    }

    /// What the gateway's records of that window are compared with; of submissions, those that were `begun` then.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn side(&self, profile: &str, window: Window, begun: Window) -> Result<Side, Fault> {
        let Window { from, to } = window;
        let mut tasks = self.sent(begun.from, begun.to)?;
        tasks.extend(self.adopted(begun.from)?);
        let mut uploads = self.costs(from, to)?;
        uploads.retain(|line| line.event == MoneyEvent::Upload && line.profile == profile);
        let sql = "SELECT at, amount FROM balances WHERE profile = ?1 AND at BETWEEN ?2 AND ?3 ORDER BY at";
        let balances = self.conn.all(sql, params![profile, from.0, to.0], |row| Ok((own(row, 0)?, own(row, 1)?)));
        Ok(Side { tasks, uploads, balances: self.as_fault(Deed::Read, balances)? })
    }
}
