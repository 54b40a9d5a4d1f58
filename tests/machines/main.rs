//! A team's bad day: ten machines on one account, each with its own home, name and line, on one real PostgreSQL server
//! and one service with all of its faults. An engine is killed every ten seconds, the server restarts twice and is
//! killed once, lines break at commits, one machine's clock is an hour ahead and one is stopped in the middle of a
//! submission until its lease is over. People go on submitting all the time, past their caps and the account's pace. In
//! the end every task and every charge is accounted for. Prints its figures. Not part of the default run:
//!
//! ```text
//! cargo test --features postgres --test machines -- --ignored --nocapture day
//! REELTOP_MACHINES_SEED=7 REELTOP_MACHINES_MINUTES=20 \
//!     cargo test --features postgres --test machines -- --ignored --nocapture day
//! ```
//!
//! With Debian's `libfaketime` one clock is wrong; as root each machine has a name of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic, and this one tells its figures"
)]

mod cable;
mod caps;
mod day;
mod figures;
mod machine;
mod people;
mod reckoning;
#[allow(dead_code, reason = "the tests of the store use the rest")]
#[path = "../server/rig.rs"]
mod rig;
#[path = "../support/mod.rs"]
mod support;

use domain::mix::SplitMix;
use std::{env, str::FromStr};

/// A setting of the run.
fn wish<T: FromStr>(name: &str, default: T) -> T {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What looks random, from one seed.
struct Chance(SplitMix);

impl Chance {
    /// From 0 up to `n`, without it.
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.0.roll() % n as u64).unwrap()
    }
}

#[test]
#[ignore = "it measures: cargo test --release --features postgres --test machines -- --ignored --nocapture figures"]
fn figures() {
    figures::tell();
}

#[test]
#[ignore = "takes a quarter of an hour: see above"]
fn day() {
    day::run(wish("REELTOP_MACHINES_SEED", 1), wish("REELTOP_MACHINES_MINUTES", 6));
}
