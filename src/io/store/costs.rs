//! What was spent, read from the ledger.

use super::{
    base::Store,
    column_values::own,
    columns::{Columns, column},
    sql::{self, Connection, params},
};
use domain::{
    amount::Amount,
    costs::CostLine,
    reason::store::{Deed, Fault},
    time::Wall,
};

/// The columns of a line of the ledger with its task's.
const COST: Columns = Columns(&[
    "ledger.task AS key",
    "ledger.at AS at",
    "event",
    "amount",
    "profile",
    "model",
    "state",
    "charged",
    "error_class AS class",
    "ledger.currency AS currency",
    "tasks.who AS who",
    "tasks.sent_at AS sent_at",
]);

impl Store {
    /// The ledger from `since` on, before `until`, in the order it was written.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn costs(&self, since: Wall, until: Wall) -> Result<Vec<CostLine>, Fault> {
        self.as_fault(Deed::ReadLedger, costs(&self.conn, since, until))
    }
}

fn costs(conn: &Connection, since: Wall, until: Wall) -> sql::Result<Vec<CostLine>> {
    let sql = format!(
        "SELECT {COST} FROM ledger JOIN tasks ON tasks.key = ledger.task \
         WHERE ledger.at >= ?1 AND ledger.at < ?2 ORDER BY ledger.id"
    );
    conn.all(&sql, params![since.0, until.0], |row| {
        Ok(CostLine {
            key: own(row, column!(COST, "key"))?,
            at: own(row, column!(COST, "at"))?,
            event: own(row, column!(COST, "event"))?,
            amount: own::<Amount>(row, column!(COST, "amount"))?.of(own(row, column!(COST, "currency"))?),
            profile: row.get(column!(COST, "profile"))?,
            model: row.get(column!(COST, "model"))?,
            state: own(row, column!(COST, "state"))?,
            charged: own(row, column!(COST, "charged"))?,
            class: own(row, column!(COST, "class"))?,
            who: row.get(column!(COST, "who"))?,
            sent_at: row.here_or_null(column!(COST, "sent_at"))?,
        })
    })
}
