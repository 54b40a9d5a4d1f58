//! `:export FILE`: the tasks that the table shows, one JSON object a line, as `reeltop export` prints them and `reeltop
//! import` takes them.

use crate::store::{Location, Lookup, Store};
use domain::{carried::Carried, export::json_line, reason::export::NotExported, task::TaskKey, time::Wall};
use engine::filter::{Filter, Place};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::{BufWriter, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

/// Writes the tasks of these keys to a new file, the oldest first.
///
/// # Errors
/// There is a file of that name, it cannot be written, or the store cannot be read. What was written stays.
pub(crate) fn write(
    at: &Location,
    path: &Path,
    keys: &[TaskKey],
    json: fn(&Carried) -> Value,
) -> Result<(), NotExported> {
    let store = Store::open(at)?;
    let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(path)?);
    let keys: BTreeSet<TaskKey> = keys.iter().copied().collect();
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(()) };
    let all = Lookup::of(&Filter::default(), Wall(0), Place::Both);
    let what = Lookup { keys: (u64::from(first.0), u64::from(last.0)), ..all };
    let mut written = Ok(());
    store.carried(
        &what,
        |listed| keys.contains(&listed.task.key),
        |task| {
            written = writeln!(out, "{}", json_line(&json(&task)));
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        },
    )?;
    written?;
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
        let write = |keys| write(&dir.path().into(), &file, keys, |carried| carried.task.key.0.into());
        write(&[TaskKey(3), TaskKey(1)]).unwrap();
        assert_eq!(write(&[TaskKey(2)]), Err(NotExported::File(System::Exists)));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "1\n3\n");
    }
}
