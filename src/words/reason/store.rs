//! Why the store failed, as sentences.

use super::system::system;
use crate::{problem::Problem, tr};
use domain::reason::store::{Deed, Fault, Kind, Why};

/// What happened, why, and what to do next.
#[must_use]
pub fn problem(Fault { deed, file, why }: &Fault) -> Problem {
    let what = match deed {
        Deed::Open => tr!("The store could not be opened"),
        Deed::Read => tr!("The store could not be read"),
        Deed::ReadTasks => tr!("The tasks could not be read"),
        Deed::ReadLedger => tr!("The ledger could not be read"),
        Deed::SaveTasks => tr!("The new tasks could not be saved"),
        Deed::SaveChanges => tr!("The changes could not be saved"),
        Deed::SaveDraft => tr!("The draft could not be saved"),
        Deed::MarkSending => tr!("The task could not be marked as being sent"),
    };
    let restore =
        || tr!("Quit every reeltop, then restore the file from a backup, or choose another folder with --data-dir");
    let writable = || tr!("Make the file and its folder writable, or choose another folder with --data-dir");
    let of_file = |why: &str| [file, why].join(tr!(": "));
    match why {
        Why::System(why) => {
            let next = if why.is_full() { tr!("Free some space on the disk that holds it") } else { writable() };
            Problem::new(what, of_file(&system(why)), next)
        }
        Why::Sqlite { kind, said } => {
            let next = match kind {
                Kind::NotWritable => writable(),
                Kind::Busy => tr!(
                    "Another program has held it for more than 5 seconds: look for a suspended reeltop or an open sqlite3"
                ),
                Kind::Damaged => tr!(
                    "Keep the file (your ledger is in it), recover a copy with `sqlite3 FILE .recover`, or start fresh with another --data-dir"
                ),
                Kind::Failing => tr!("Check the disk: space, quota, cables, the system log"),
                Kind::Other => "",
            };
            Problem::new(what, of_file(said), next)
        }
        Why::Newer { found, known } => Problem::new(
            tr!("The store was made by a newer reeltop"),
            tr!("{file} has version {found}, this program knows up to {known}", file, found, known),
            tr!("Install the newer reeltop, or choose another folder with --data-dir"),
        ),
        Why::Gone { left } => Problem::new(
            tr!("The store is gone"),
            tr!("{file} is missing, but {sign} is there: this folder had a store", file, sign = left),
            tr!(
                "Restore the file from a backup. To start a new store, delete {sign} too; it will not know what was paid \
                 for before",
                sign = left
            ),
        ),
        Why::Empty => Problem::new(
            tr!("The store is empty"),
            tr!("{file} has 0 bytes, which a store never has: something emptied it", file),
            restore(),
        ),
        Why::Removed => Problem::new(what, tr!("{file} was removed while the program ran", file), restore()),
        Why::Replaced => Problem::new(
            what,
            tr!("{file} was replaced by another file while the program ran", file),
            tr!("Quit and start again to use the file that is there now"),
        ),
        Why::CutShort => Problem::new(what, tr!("{file} was cut short while the program ran", file), restore()),
    }
}
