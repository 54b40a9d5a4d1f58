//! The store on a real PostgreSQL server, which each test starts: the verbs' own tests once more, and what only a
//! server can do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod accounts;
mod line;
#[path = "../store/money.rs"]
mod money;
mod outage;
#[path = "../store/people.rs"]
mod people;
mod pictures;
#[path = "../store/programs.rs"]
mod programs;
#[allow(dead_code, reason = "the ten machines use the rest")]
mod rig;
mod roles;
mod schema;
#[path = "../store/shared.rs"]
mod shared;
#[path = "../support/mod.rs"]
mod support;
#[path = "../store/tasks.rs"]
mod tasks;
mod tls;
#[path = "../store/verbs.rs"]
mod verbs;
mod watch;

use rig::place;
use tasks::*;
