//! The disk under the data folder: who may look into it, and what becomes of paid work when it is full, cannot be written,
//! or when the store on it is taken away.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use support::{Home, Service};

/// Everything in a folder, the folder too.
fn all_under(dir: &Path) -> Vec<PathBuf> {
    let mut all = vec![dir.to_owned()];
    let mut next = 0;
    while let Some(path) = all.get(next).cloned() {
        next += 1;
        if path.is_dir() {
            all.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    all
}

/// What others may do with something in the data folder.
fn open_to_others(home: &Home) -> Vec<(PathBuf, u32)> {
    let rights = |path: PathBuf| {
        let mode = fs::symlink_metadata(&path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some((path, mode))
    };
    all_under(&home.data()).into_iter().filter_map(rights).collect()
}

#[test]
fn the_data_folder_is_its_user_s_alone_while_the_program_runs_and_after() {
    let service = Service::start();
    let home = Home::new(&service.url());
    // The log is what is made first, then the store, the locks and the bell.
    home.run(&["-v", "list"]).coded(0);
    assert_eq!(open_to_others(&home), []);
    let watch = home.start(&["watch"]);
    home.queue("a cat");
    support::until("the file is saved", || home.states() == [reeltop::domain::task::TaskState::Saved]);
    assert!(all_under(&home.data()).len() > 6, "{:?}", all_under(&home.data()));
    assert_eq!(open_to_others(&home), []);
    watch.kill();
    assert_eq!(open_to_others(&home), []);
}

#[test]
fn what_an_earlier_version_left_open_is_closed_by_the_next_call() {
    let home = Home::new("http://127.0.0.1:9");
    home.run(&["-v", "list"]).coded(0);
    let all = all_under(&home.data());
    for path in &all {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    assert_eq!(open_to_others(&home).len(), all.len());
    home.run(&["list"]).coded(0);
    assert_eq!(open_to_others(&home), []);
}
