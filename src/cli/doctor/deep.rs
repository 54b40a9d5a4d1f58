//! What the store holds and whether it is sound: the pictures that are kept, and with `--deep` a check and a backup.

use super::{Found, Thing};
use ::io::{config::Loaded, images, run::clock::Clock, store::Store};
use domain::{export::size, reason::store::Fault};
use std::{fs, path::Path};
use words::{reason, tr};

/// Backups that are kept, one a day.
const BACKUPS: usize = 5;

/// How much the kept pictures take.
pub(super) fn pictures(setup: &Loaded) -> (Thing, Found) {
    let room = images::room(&setup.paths.images);
    let (n, size) = (room.files, size(room.bytes));
    let text = tr!("{n} kept, {size}; `reeltop archive` removes those that only old tasks need", n, size);
    (Thing::Pictures, Found::Well(text))
}

/// The whole store read, and a copy of it made. A copy of a damaged one takes no sound one's place.
pub(super) fn check(setup: &Loaded) -> Vec<(Thing, Found)> {
    match Store::open(setup.at()).and_then(|store| Ok((store.check()?, store))) {
        Ok((wrong, _)) if wrong.is_empty() && setup.at().server.is_some() => {
            let dump = tr!("A shared store is backed up on its server, with `pg_dump` or as its keeper does it.");
            vec![
                (Thing::Check, Found::Well(tr!("the server answers; `pg_amcheck` there looks for damage").into())),
                (Thing::Backup, Found::Well(dump.into())),
            ]
        }
        Ok((wrong, store)) if wrong.is_empty() => {
            let well = Found::Well(tr!("the whole store was read; nothing is damaged").into());
            vec![(Thing::Check, well), (Thing::Backup, back_up(setup, &store))]
        }
        Ok((wrong, _)) => {
            let what = wrong.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(tr!("; "));
            let fix = tr!("Keep it, and recover a copy with `sqlite3 FILE .recover`, or restore a backup.");
            vec![(Thing::Check, Found::Wrong(tr!("the store is damaged: {what}", what), fix.into()))]
        }
        Err(why) => vec![(Thing::Check, failed(&why))],
    }
}

fn failed(why: &Fault) -> Found {
    reason::store::problem(why).into()
}

fn back_up(setup: &Loaded, store: &Store) -> Found {
    let now = Clock::start().now();
    let today = now.zone.shown(now.wall).rfc3339();
    let folder = setup.paths.data_dir.join("backups");
    let to = folder.join(["reeltop-", today.get(..10).unwrap_or_default(), ".db"].concat());
    if let Err(why) = store.back_up(&to) {
        return failed(&why);
    }
    drop_old(&folder);
    let bytes = fs::metadata(&to).map_or(0, |about| about.len());
    Found::Well(tr!("{file}, {size}", file = to.display(), size = size(bytes)))
}

/// Removes all backups but the newest.
fn drop_old(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| name.starts_with("reeltop-") && name.ends_with(".db"));
    names.sort_unstable();
    for old in names.iter().rev().skip(BACKUPS) {
        let _ = fs::remove_file(folder.join(old));
    }
}
