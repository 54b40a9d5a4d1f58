//! The calls of `reeltop config` and `reeltop store`.

use super::values::currency;
use clap::Subcommand;
use domain::amount::{Amount, Currency};

/// A cap as it is typed: none for no cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap(pub Option<Amount>);

fn cap(text: &str) -> Result<Cap, String> {
    match text.parse::<Amount>() {
        _ if text.eq_ignore_ascii_case("none") => Ok(Cap(None)),
        Ok(amount) if amount >= Amount::ZERO => Ok(Cap(Some(amount))),
        Ok(_) | Err(_) => Err(format!("{text:?} is no amount such as 60, and not none")),
    }
}

/// What to do with a shared store.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum StoreCall {
    /// Make the tables in the database, or bring them up to date
    ///
    /// With --json, one object: store, version and before, the version that it had (0: none).
    Init,
    /// Check that the store can be used: the connection, its version, its clock, the rights
    ///
    /// With --json, one object: store, tasks, `clock_ms` (how far the server's clock is ahead of this one's) and wrong.
    Check,
    /// Copy every task, with its events and costs, to another store
    ///
    /// What is there already is left as it is. If unsent tasks are copied, sending is paused there.
    Copy {
        /// The database, or for a store in a file its data folder
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Show the budget that holds for everybody on the store, or set it
    ///
    /// Kept in the store, by currency; a config's own caps hold beside it, and the lower one counts. On a database only
    /// its keepers may set it. With --json, one object a currency: currency, `per_day`, `per_day_each`, who (set it),
    /// at, keeper (whether you may change it) and `in_force` (both caps, the config's where that is lower).
    Budget {
        /// The most that a day may cost, for everybody together; none lifts it
        #[arg(long, value_name = "CAP", value_parser = cap)]
        per_day: Option<Cap>,
        /// The most that a day may cost for each person; none lifts it
        #[arg(long, value_name = "CAP", value_parser = cap)]
        each: Option<Cap>,
        /// The currency: PTC, USD or CNY; default: the profile's
        #[arg(long, value_parser = currency)]
        currency: Option<Currency>,
    },
    /// Print the SQL that makes the roles: readers, writers and keepers
    Grants,
}

/// `reeltop config`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCall {
    /// List every problem in the config
    Check,
    /// Print the path of the config
    Path,
    /// Show every option in force, and where it comes from
    Show,
    /// Write a config with every option; never overwrites an existing one
    Init,
    /// Print a systemd user unit that runs `reeltop watch`
    Unit,
}
