//! `:export FILE`: the tasks that the table shows, one JSON object a line, as `reeltop export` prints them.

use crate::store::Store;
use domain::{
    export::json_line,
    problem::Problem,
    task::{Task, TaskKey},
};
use lang::tr;
use serde_json::Value;
use std::{
    fs::OpenOptions,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// Tasks that are read at once.
const AT_ONCE: usize = 500;

/// Writes the tasks of these keys to a new file; gives a sentence that says so.
///
/// # Errors
/// There is a file of that name, it cannot be written, or the store cannot be read. What was written stays.
pub(crate) fn write(
    data_dir: &Path,
    typed: &str,
    keys: &[TaskKey],
    json: fn(&Task) -> Value,
) -> Result<String, Problem> {
    let path = place(typed);
    let failed = |why: std::io::Error| {
        let next = tr!("Name another file, in a folder that exists.");
        Problem::new(tr!("{path} was not written", path = path.display()), why.to_string(), next)
    };
    let store = Store::open(data_dir)?;
    let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?);
    for some in keys.chunks(AT_ONCE) {
        for task in store.look(some)? {
            writeln!(out, "{}", json_line(&json(&task))).map_err(failed)?;
        }
    }
    out.flush().map_err(failed)?;
    Ok(match keys.len() {
        1 => tr!("1 task written to {path}", path = path.display()),
        n => tr!("{n} tasks written to {path}", n, path = path.display()),
    })
}

/// A path as a person types it.
fn place(typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(typed),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_written_once_and_never_over_a_file() {
        let dir = tempfile::tempdir().unwrap();
        crate::store::fill(dir.path(), 3, 0, 1, domain::time::Wall(1_795_372_200_000)).unwrap();
        let file = dir.path().join("out.jsonl");
        let typed = file.display().to_string();
        let keys = [TaskKey(2), TaskKey(1)];
        assert_eq!(write(dir.path(), &typed, &keys, words::json::task).unwrap(), format!("2 tasks written to {typed}"));
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().next().unwrap().contains("\"key\":\"#2\"") || text.contains("\"key\":\"2\""), "{text}");
        assert!(write(dir.path(), &typed, &keys, words::json::task).is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
}
