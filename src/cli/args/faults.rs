//! The simulator's faults as `simulate --help` lists them.

use simulator::Faults;
use std::fmt::Write;

/// Every fault with its name, its word and what it does, for the help of `simulate`.
pub(super) fn table() -> String {
    let mut table = "Faults. A name goes into --faults: NAME always, NAME:0.3 by chance, NAME@3 only the third time, NAME%3 every \
                     third time. A word behind it does the same to the first submission whose prompt holds it (!1026 to every \
                     one)."
        .to_owned();
    for info in Faults::NAMES {
        let _ = write!(table, "\n  {:<24}{}\n      {}", info.name, info.word.unwrap_or(""), info.about);
    }
    table
}
