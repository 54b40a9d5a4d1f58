//! `:export FILE`: the tasks that the table shows, one JSON object a line, as `reeltop export` prints them.

use crate::store::{Location, Store};
use domain::{
    export::json_line,
    reason::export::NotExported,
    task::{Task, TaskKey},
};
use serde_json::Value;
use std::{
    fs::OpenOptions,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// Tasks that are read at once.
const AT_ONCE: usize = 500;

/// Writes the tasks of these keys to a new file.
///
/// # Errors
/// There is a file of that name, it cannot be written, or the store cannot be read. What was written stays.
pub(crate) fn write(at: &Location, path: &Path, keys: &[TaskKey], json: fn(&Task) -> Value) -> Result<(), NotExported> {
    let store = Store::open(at)?;
    let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(path)?);
    for some in keys.chunks(AT_ONCE) {
        for task in store.look(some)? {
            writeln!(out, "{}", json_line(&json(&task)))?;
        }
    }
    Ok(out.flush()?)
}

/// A path as a person types it.
pub(crate) fn place(typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(typed),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use domain::reason::system::System;

    #[test]
    fn an_export_is_written_once_and_never_over_a_file() {
        let dir = tempfile::tempdir().unwrap();
        crate::store::fill(dir.path(), 3, 0, 1, domain::time::Wall(1_795_372_200_000)).unwrap();
        let file = dir.path().join("out.jsonl");
        let write = |keys| write(&dir.path().into(), &file, keys, |task| task.key.0.into());
        write(&[TaskKey(2), TaskKey(1)]).unwrap();
        assert_eq!(write(&[TaskKey(3)]), Err(NotExported::File(System::Exists)));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "2\n1\n");
    }
}
