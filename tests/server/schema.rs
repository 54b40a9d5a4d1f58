//! The tables on a server mirror those of a file by hand: both have the same.

use super::*;
use std::collections::BTreeSet;

/// What only several machines need.
const ONLY_THERE: [&str; 4] = ["commits", "forgotten", "keys", "programs"];

#[test]
fn a_server_has_the_tables_and_columns_of_a_file() {
    let there = place();
    let told = there.sql(
        "SELECT table_name || ' ' || column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1",
    );
    let there: BTreeSet<String> = String::from_utf8(told.stdout)
        .unwrap()
        .lines()
        .filter(|line| !ONLY_THERE.contains(&line.split(' ').next().unwrap_or_default()))
        .map(str::to_owned)
        .collect();

    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    let file = rusqlite::Connection::open(dir.path().join("reeltop.db")).unwrap();
    let mut query = file
        .prepare(
            "SELECT tables.name || ' ' || columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns \
             WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'",
        )
        .unwrap();
    let here: BTreeSet<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(there, here);
}

#[test]
fn a_store_of_the_version_before_is_brought_up_with_the_drafts_that_were_everybodys() {
    let there = place();
    let before = "DROP TABLE forgotten; DROP TABLE own_drafts; ALTER TABLE caps DROP COLUMN zone; \
                  INSERT INTO drafts VALUES (7, 0, '{\"prompt\":\"a fox\"}'); UPDATE meta SET value = '3' WHERE name = 'schema'";
    let done = there.sql(before);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let at = ::io::store::Location { who: Some("ann".into()), ..there.at() };
    Store::open(&at).unwrap_err();
    assert_eq!(::io::store::init(&at).unwrap(), (3, 4));
    let drafts = Store::open(&at).unwrap().overview().unwrap().drafts;
    assert_eq!(drafts.iter().map(|kept| (kept.id, &*kept.draft.prompt)).collect::<Vec<_>>(), [(7, "a fox")]);
}
