//! Requests, models, prices, tasks and the rules they follow, for everything above. No I/O, no clock, no terminal: only
//! values and what follows from them.

#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod account;
pub mod amount;
pub mod audit;
pub mod batch_file;
pub mod braces;
mod builtin;
pub mod camera;
pub mod carried;
pub mod catalogue;
pub mod check;
pub mod clock_jumps;
pub mod cluster;
pub mod costs;
pub mod draft;
pub mod evidence;
pub mod export;
pub mod fields;
mod length;
pub mod lint;
pub mod matrix;
pub mod mix;
pub mod mp4;
pub mod mutex;
pub mod name;
pub mod near;
pub mod overrides;
pub mod owner_name;
pub mod picture;
pub mod prices;
pub mod problem;
pub mod reason;
pub mod refunds;
pub mod request;
pub mod retry;
pub mod runs;
pub mod task;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod time;
pub mod uri;
pub mod xterm;
