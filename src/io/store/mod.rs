//! The store: every task, all that happened to it and its money, in one SQLite file that several programs may use at
//! once. It keeps and compares; what a task should become is the engine's matter.
//!
//! A module uses only what stands on a line below its own (`tests/architecture.rs` holds it):
//!
//! ```text
//! thread                                            the store's one thread: commands in their order, each answered
//! session                                           the same without threads
//! command                                           a command, by its verb
//! transfer                                          tasks on their way out of the store and into it
//! read, write                                       the verbs
//! confirm, keys, maintenance, share                 queueing in two steps, housekeeping, what all programs share
//! balances, callback, costs, fill, heartbeat, server_info, uploads
//! base                                              an open store
//! owner                                             who else runs
//! location, schema                                  where the store is; the file's pragmas and migrations
//! file_identity, layout, transaction_steps          the file and its folder, steps that several verbs make
//! fault, lines, meta, row, server_schema            between our types and the columns; a server's tables
//! column_values, journal                            one value; paid IDs on this machine while a server is away
//! sql                                               a database's statements, rows and transactions
//! columns, reserve, wakeup, write_batch
//! ```
//!
//! Its threads:
//!
//! ```text
//!  Handle --StoreCmd--> [ thread  ] --StoreMsg--> the driver
//!      loader --pages-> [ session ]
//!   listener --woken--> [ store   ] --wakes--> other programs
//! lock-waiter --ended-> [         ]     the wait for the end of a program that holds rows
//!   journal writer ---> [         ]     on a shared store the answers to submissions pass by it first
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
mod command;
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
mod meta;
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
pub use location::Location;
pub use maintenance::Archived;
pub use owner::WallClock;
pub use read::{Lookup, Order, Overview};
pub use row::Listed;
pub use server_info::About;
pub use session::Session;
pub use sql::Server;
pub use thread::{Handle, open};
pub use transfer::{LeftAsIs, TakenIn};
