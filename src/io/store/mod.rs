//! The store: every task, all that happened to it and its money, in one SQLite file that several programs may use at
//! once. It keeps and compares; what a task should become is the engine's matter.
//!
//! ```text
//!  Handle --StoreCmd--> [ thread ]--StoreMsg--> the driver      thread: one loop, commands in order, each answered
//!                        |  Session   |                            session: the same without threads; base: an open store
//!                        |         |                            write, read, share, callback, confirm: the verbs
//!     loader --pages-->  |         |                            row, step, schema: columns, steps, pragmas, migrations
//!                        |         |                            sql: a database's statements, rows and transactions
//!     journal writer     |         |                            journal: paid IDs on this machine while a server is away
//!     listener -woken->  [ ....... ] -wakes--> other programs   owner, wakeup: who else runs, and waking it
//!     lock-waiter -ended->                                      the wait for the end of a program that holds rows
//! ```
//!
//! Four rules hold it together:
//! - **Compare and set.** Every change names the revision it was made for and is taken only if the row still has it. So
//!   two programs never both send, fetch or settle one row.
//! - **Acknowledged means on disk.** The POST is emitted on the word that `sending` is saved, so commits are synced.
//! - **Told means confirmed.** A batch comes with a note that is taken away before anybody is told (see `confirm`).
//! - **One sequence of revisions for all rows.** What changed since `n` is `rev > n`; a program that is woken reads
//!   just that, and an older page never hides a newer row.
//!
//! What belongs to no single program (a pause, an account's halt, who sends) is here too, and is told when it changes
//! (`share`).
//!
//! Each verb is written once. Below `sql` is either that file or, with the feature `postgres`, a server that several
//! machines share (`location`, `server_schema`): there a write takes the store's one row for the file's lock, leases
//! are kept in the server's time, a commit whose answer was lost is looked for before it is told, and programs say that
//! they run (`heartbeat`).

mod balances;
mod base;
mod callback;
mod column_values;
mod columns;
mod confirm;
mod costs;
mod fault;
mod file_identity;
mod fill;
mod heartbeat;
mod journal;
mod keys;
mod layout;
mod lines;
mod location;
mod maintenance;
mod owner;
mod read;
mod reserve;
mod row;
mod schema;
mod server_info;
#[cfg(feature = "postgres")]
mod server_schema;
mod session;
mod share;
mod sql;
mod thread;
mod transaction_steps;
mod transfer;
mod uploads;
mod wakeup;
mod write;
mod write_batch;

pub use base::{GRANTS, Store, init};
pub use fill::fill;
pub use journal::waiting;
pub use keys::KeyMark;
pub use location::{Location, Server};
pub use maintenance::Archived;
pub use read::{Lookup, Order, Overview};
pub use row::Listed;
pub use server_info::About;
pub use session::Session;
pub use thread::{Handle, open};
pub use transfer::TakenIn;
