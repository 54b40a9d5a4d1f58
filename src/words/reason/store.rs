//! Why the store failed, as sentences.

use super::system::system;
use crate::{problem::Problem, tr};
use domain::reason::{
    store::{Deed, Fault, Kind, Misfit, Trouble, Why},
    system::System,
};

/// What happened, why, and what to do next.
#[must_use]
pub fn problem(fault: &Fault) -> Problem {
    let problem = met(fault);
    if fault.deed != Deed::Confirm {
        return problem;
    }
    let next = match problem.next.as_str() {
        "" => tr!("Look at the list before you queue them again.").to_owned(),
        next => tr!("Look at the list before you queue them again. {next}", next),
    };
    Problem { next, ..problem }
}

/// Why nothing can be written yet.
#[must_use]
pub fn not_open_yet() -> &'static str {
    tr!("the store is not open yet")
}

fn met(Fault { deed, file, why }: &Fault) -> Problem {
    let what = match deed {
        Deed::Open => tr!("The store could not be opened"),
        Deed::Read => tr!("The store could not be read"),
        Deed::ReadTasks => tr!("The tasks could not be read"),
        Deed::ReadLedger => tr!("The ledger could not be read"),
        Deed::SaveTasks => tr!("The new tasks could not be saved"),
        Deed::Confirm => tr!("Whether the new tasks are queued is not known"),
        Deed::SaveChanges => tr!("The changes could not be saved"),
        Deed::SaveDraft => tr!("The draft could not be saved"),
        Deed::MarkSending => tr!("The task could not be marked as being sent"),
    };
    let restore =
        || tr!("Quit every reeltop, then restore the file from a backup, or choose another folder with --data-dir.");
    let writable = || tr!("Make the file and its folder writable, or choose another folder with --data-dir.");
    // Another folder would not know what was paid for.
    let of_the_disk = || tr!("Free some space on the disk that holds it, or make the file and its folder writable.");
    let of_file = |why: &str| [file, why].join(tr!(": "));
    match why {
        Why::System(why) => {
            let next = match why {
                _ if why.is_full() => tr!("Free some space on the disk that holds it."),
                System::ReadOnly => of_the_disk(),
                _ => writable(),
            };
            Problem::new(what, of_file(&system(why)), next)
        }
        Why::Sqlite { kind, said } => {
            let next = match kind {
                Kind::NotWritable => of_the_disk(),
                Kind::Busy => tr!(
                    "Another program has held it for more than 5 seconds: look for a suspended reeltop or an open sqlite3."
                ),
                Kind::Damaged => tr!(
                    "Keep the file (your ledger is in it), recover a copy with `sqlite3 FILE .recover`, or start fresh with another --data-dir."
                ),
                Kind::Failing => tr!("Check the disk: space, quota, cables, the system log."),
                Kind::Other => "",
            };
            Problem::new(what, of_file(said), next)
        }
        Why::Server { kind, said } => server(what, file, kind, said),
        Why::Newer { found, known } => Problem::new(
            tr!("The store was made by a newer reeltop"),
            tr!("{file} has version {found}, this program knows up to {known}", file, found, known),
            tr!("Install the newer reeltop, or choose another folder with --data-dir."),
        ),
        Why::Gone { left } => Problem::new(
            tr!("The store is gone"),
            tr!("{file} is missing, but {sign} is there: this folder had a store", file, sign = left),
            tr!(
                "Restore the file from a backup. To start a new store, delete {sign} too; it will not know what was paid \
                 for before.",
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
            tr!("Quit and start again to use the file that is there now."),
        ),
        Why::CutShort => Problem::new(what, tr!("{file} was cut short while the program ran", file), restore()),
    }
}

/// Why nothing is sent while a shared store is not reached, in few words; its address stands in `doctor`.
#[must_use]
pub fn offline(fault: &Fault) -> Option<Problem> {
    match &fault.why {
        Why::Server { kind, .. } if fault.is_of_the_connection() => {
            Some(goes_on(fault, server(tr!("sending halted: the store is offline"), "", kind, "")))
        }
        _ => None,
    }
}

/// The problem as a program that goes on tells it: what may pass is tried again.
pub(super) fn goes_on(fault: &Fault, problem: Problem) -> Problem {
    if !fault.passes() {
        return problem;
    }
    let next = tr!("{next} reeltop keeps trying.", next = problem.next);
    Problem { next, ..problem }
}

/// Why nothing is changed for a person whose database user has the role of a reader.
#[must_use]
pub fn only_looks() -> &'static str {
    tr!("your database user may only look")
}

/// What a person does whose database user may do too little.
#[must_use]
pub fn ask_for_a_role() -> &'static str {
    tr!(
        "Ask the database's administrator for a role: reeltop_reader looks, reeltop_writer submits, reeltop_keeper also sets the budget."
    )
}

/// The problem of a shared store: what happened, why, and what to do next.
fn server(what: &'static str, at: &str, kind: &Trouble, said: &str) -> Problem {
    let (why, next) = match kind {
        Trouble::Away => (tr!("the database server does not answer"), tr!("Check the connection and the server.")),
        Trouble::Refused => (
            tr!("the database server does not accept the user name or password"),
            tr!("Check the user in [store] url, and PGPASSFILE, PGPASSWORD or password_cmd."),
        ),
        Trouble::NoPassword => (
            tr!("the database server asks for a password, and none was given"),
            tr!("Give it by PGPASSFILE, PGPASSWORD or password_cmd."),
        ),
        Trouble::NotTrusted => (
            tr!("the database server's certificate is not trusted, or is for another name"),
            tr!("Name the server as its certificate does; sslrootcert=FILE in [store] url names your own authority."),
        ),
        Trouble::TooMany => (
            tr!("the database server has too many connections"),
            tr!("Close some, raise its max_connections (a program uses two), or put PgBouncer in front."),
        ),
        Trouble::Full => (tr!("the database server's disk is full"), tr!("Free some space on the server.")),
        Trouble::NoDatabase => (
            tr!("there is no such database"),
            tr!("Create it on the server (`createdb`), then run `reeltop store init`."),
        ),
        Trouble::NotAllowed => (tr!("this database user may not do that"), ask_for_a_role()),
        Trouble::NotMade => (tr!("the database has no store yet"), tr!("Run `reeltop store init`.")),
        Trouble::Older { found, known } => {
            let why = tr!("the store has version {found}, this program needs {known}", found, known);
            let next = tr!("Run `reeltop store init`, after every other machine has this version too.");
            return Problem::new(what, [at, &why].join(tr!(": ")), next);
        }
        Trouble::Newer { found, known } => {
            let why = tr!("{file} has version {found}, this program knows up to {known}", file = at, found, known);
            return Problem::new(tr!("The store was made by a newer reeltop"), why, tr!("Install the newer reeltop."));
        }
        Trouble::ReadOnly => (
            tr!("the database server is read-only: it is a standby"),
            tr!(
                "Where one server stands in for another, name both in [store] url, with target_session_attrs=read-write."
            ),
        ),
        Trouble::Busy => (
            tr!("another program has held the store for too long"),
            tr!("Look for a suspended reeltop or an open psql."),
        ),
        Trouble::Address(Misfit::Unreadable) => (
            tr!("this is no address of a PostgreSQL database"),
            tr!("Write it as postgres://USER@HOST/DATABASE in [store] url or REELTOP_STORE_URL."),
        ),
        Trouble::Address(Misfit::At) => (
            tr!("the address has more than one @"),
            tr!("Write the @ of a password as %40, or take the password out and set password_cmd in [store]."),
        ),
        Trouble::Address(Misfit::Plain) => (
            tr!("the connection to another machine would not be encrypted"),
            tr!("Take sslmode=disable out of the address, or set allow_plain = true in [store]."),
        ),
        Trouble::Address(Misfit::Mode) => (
            tr!("the address names an sslmode that does not exist"),
            tr!("Use disable, prefer, require, verify-ca or verify-full."),
        ),
        Trouble::Password => {
            (tr!("the command password_cmd did not give a password"), tr!("Run it yourself to see what it says."))
        }
        Trouble::NotBuilt => (
            tr!("this reeltop was built without PostgreSQL"),
            tr!("Build it with `--features postgres`, or take url out of [store]."),
        ),
        Trouble::Other => ("", ""),
    };
    let facts: Vec<&str> = [at, why, said].into_iter().filter(|fact| !fact.is_empty()).collect();
    Problem::new(what, facts.join(tr!(": ")), next)
}
