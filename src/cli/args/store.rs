//! The calls of `reeltop config` and `reeltop store`.

use clap::Subcommand;

/// What to do with a shared store.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum StoreCall {
    /// Make the tables in the database, or bring them up to date
    ///
    /// With --json, one object: store, version and before, the version that it had (0: none).
    Init,
    /// Check that the store can be used: the line, its version, its clock, the rights
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
    /// Print the SQL that makes the roles: readers and writers
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
