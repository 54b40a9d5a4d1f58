//! The file itself: made, migrated, refused.

use super::*;
use domain::{
    draft::{Draft, KeptDraft},
    reason::{
        store::{Deed, Fault, Kind, Why},
        system::System,
    },
    request::{ImageKind, ImageRef, StoredImage},
    task::{Event, LedgerLine, MoneyEvent, Row, Signed, What},
};
use engine::{
    effect::StoreCmd,
    msg::{SendResult, StoreMsg},
};
use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::mpsc};

fn raw(dir: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(dir.join("reeltop.db")).unwrap()
}

fn refused(dir: &Path) -> Fault {
    Store::open(dir).unwrap_err()
}

fn fault(deed: Deed, file: &Path, why: Why) -> Fault {
    Fault { deed, file: file.display().to_string(), why }
}

fn version(dir: &Path) -> u32 {
    raw(dir).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// The newest version there is a migration to.
fn newest() -> u32 {
    let migrations = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/io/store")).unwrap();
    let number = |name: String| name.strip_prefix('v')?.strip_suffix(".sql")?.parse().ok();
    migrations.filter_map(|entry| number(entry.unwrap().file_name().into_string().unwrap())).max().unwrap()
}

#[test]
fn a_new_store_is_for_its_user_alone() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("share/reeltop");
    let _open = Store::open(&dir).unwrap();
    let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(&dir), 0o700);
    for file in ["reeltop.db", "reeltop.db-wal", "reeltop.db-shm"] {
        assert_eq!(rights(&dir.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_new_store_has_the_present_version_and_nothing_of_its_making_is_left() {
    let dir = tempfile::tempdir().unwrap();
    // What a program that was killed while it made one leaves behind.
    fs::write(dir.path().join("reeltop.new"), "half").unwrap();
    fs::write(dir.path().join("reeltop.new-wal"), "half").unwrap();
    add(&mut Store::open(dir.path()).unwrap(), intent("one"));
    assert_eq!(version(dir.path()), newest());
    let mut names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["reeltop.db", "reeltop.reserve", "run"]);
    assert_eq!(fs::metadata(dir.path().join("reeltop.reserve")).unwrap().len(), 64 * 1024);
}

#[test]
fn an_empty_file_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("reeltop.db");
    fs::write(&file, "").unwrap();
    assert_eq!(refused(dir.path()), fault(Deed::Open, &file, Why::Empty));
    assert_eq!(fs::metadata(&file).unwrap().len(), 0);
}

#[test]
fn a_store_whose_file_is_gone_is_not_made_anew_while_anything_is_left_of_it() {
    for left in ["reeltop.reserve", "reeltop.db-wal"] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(left), "").unwrap();
        let file = dir.path().join("reeltop.db");
        let why = Why::Gone { left: dir.path().join(left).display().to_string() };
        assert_eq!(refused(dir.path()), fault(Deed::Open, &file, why));
        assert!(!dir.path().join("reeltop.db").exists());
        fs::remove_file(dir.path().join(left)).unwrap();
        Store::open(dir.path()).unwrap();
    }
}

#[test]
fn an_open_store_whose_file_is_removed_replaced_or_cut_takes_no_change() {
    type Break = fn(&Path);
    let breaks: [(Break, Why); 3] = [
        (|file| fs::remove_file(file).unwrap(), Why::Removed),
        (|file| drop((fs::rename(file, file.with_extension("old")), fs::write(file, "another"))), Why::Replaced),
        (|file| fs::File::options().write(true).open(file).unwrap().set_len(4096).unwrap(), Why::CutShort),
    ];
    for (break_it, why) in breaks {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let task = add(&mut store, intent("one"));
        break_it(&dir.path().join("reeltop.db"));
        let faults = [
            store.insert(&[intent("two")], DAY, &NO_CAPS).unwrap_err(),
            store.send(&sending(&task, DAY), 5, &NO_CAPS).unwrap_err(),
            store.write(&[write_of(&task)]).unwrap_err(),
        ];
        assert!(faults.iter().all(|fault| fault.why == why), "{faults:?}");
    }
}

#[test]
fn an_open_store_goes_on_after_another_program_wiped_its_free_space() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    let filler = "CREATE TABLE filler AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) \
                  SELECT hex(randomblob(4000)) FROM n; DROP TABLE filler; PRAGMA wal_checkpoint(TRUNCATE)";
    raw(dir.path()).execute_batch(filler).unwrap();
    let bytes = || fs::metadata(dir.path().join("reeltop.db")).unwrap().len();
    let before = bytes();
    let mut store = Store::open(dir.path()).unwrap();
    let task = add(&mut store, intent("one"));
    Store::open(dir.path()).unwrap().wipe_free_space().unwrap();
    assert!(bytes() < before / 2, "{} of {before}", bytes());
    assert!(matches!(store.send(&sending(&task, DAY), 5, &NO_CAPS), Ok(SendResult::Claimed { .. })));
    add(&mut store, intent("two"));
}

#[test]
fn nothing_is_sent_without_room_for_its_answer() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let task = add(&mut store, intent("one"));
    let reserve = dir.path().join("reeltop.reserve");
    fs::remove_file(&reserve).unwrap();
    fs::create_dir(&reserve).unwrap();
    let fault = store.send(&sending(&task, DAY), 5, &NO_CAPS).unwrap_err();
    assert_eq!(fault.file, reserve.display().to_string(), "{fault:?}");
    fs::remove_dir(&reserve).unwrap();
    assert!(matches!(store.send(&sending(&task, DAY), 5, &NO_CAPS), Ok(SendResult::Claimed { .. })));
    assert_eq!(fs::metadata(&reserve).unwrap().len(), 64 * 1024);
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open(dir.path()).unwrap());
    let (known, newer) = (newest(), newest() + 1);
    raw(dir.path()).pragma_update(None, "user_version", newer).unwrap();
    let file = dir.path().join("reeltop.db");
    assert_eq!(refused(dir.path()), fault(Deed::Open, &file, Why::Newer { found: newer, known }));
}

#[test]
fn a_file_that_is_no_database_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("reeltop.db");
    fs::write(&file, "holiday pictures ".repeat(500)).unwrap();
    let why = Why::Sqlite { kind: Kind::Damaged, said: "file is not a database".into() };
    assert_eq!(refused(dir.path()), fault(Deed::Open, &file, why));
}

#[test]
fn a_folder_that_cannot_be_made_is_named_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let taken = dir.path().join("taken");
    fs::write(&taken, "").unwrap();
    assert_eq!(refused(&taken), fault(Deed::Open, &taken.join("run"), Why::System(System::NoFolder)));
}

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/store-v1.db");

/// What stands in the fixture: a task in every stage, a repeat, a draft.
fn furnish(store: &mut Store) -> Vec<Task> {
    let mut tasks = add_specimens(store);
    let refused = tasks.iter().position(|task| task.state() == TaskState::Refused).unwrap();
    let settle = Write {
        events: vec![event("refused", "1026")],
        ledger: vec![LedgerLine { at: DAY.plus(5), event: MoneyEvent::Released, amount: HALF.of(Currency::Ptc) }],
        ..write_of(&tasks[refused])
    };
    let [WriteResult::Done { rev, .. }] = store.write(&[settle]).unwrap()[..] else { panic!("overtaken") };
    tasks[refused].rev = rev;
    let again = NewTask { parent: Some(tasks[refused].key), attempt: 2, ..intent("a fox again") };
    tasks.push(add(store, again));
    store.save_draft(1, &draft(), Wall(0)).unwrap();
    store.save_seen(DAY).unwrap();
    tasks
}

fn draft() -> Draft {
    Draft { prompt: "half a thought".into(), ..Draft::default() }
}

/// Run once for every released version, by hand, and the file committed:
/// `cargo test --test store -- --ignored tool_makes`.
#[test]
#[ignore = "it makes the file that the next test reads"]
fn tool_makes_the_fixture_of_this_version() {
    let dir = tempfile::tempdir().unwrap();
    furnish(&mut Store::open(dir.path()).unwrap());
    let made = Path::new(FIXTURE).with_file_name(format!("store-v{}.db", version(dir.path())));
    fs::copy(dir.path().join("reeltop.db"), made).unwrap();
}

/// An event as it was kept up to version 5: in words.
fn in_words(event: Event) -> Event {
    let text = match &event.what {
        What::Confirmed(amount) => format!("{amount} reserved"),
        What::Adopted(id) => format!("created elsewhere as {}", id.0),
        _ => return event,
    };
    Event { what: What::Said { kind: event.what.kind().to_owned(), text }, ..event }
}

#[test]
fn a_store_of_an_older_version_still_opens_with_everything_in_it() {
    for version in [1, 5] {
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let fixture = FIXTURE.replace("v1", &format!("v{version}"));
        fs::copy(fixture, old.path().join("reeltop.db")).unwrap();
        let file = new.path().join("reeltop.db");
        let (mut old, mut new) = (Store::open(old.path()).unwrap(), Store::open(new.path()).unwrap());
        let tasks = furnish(&mut new);
        // They let several tasks have one ID.
        let one = "UPDATE tasks SET task_id = '9223372036854775808' WHERE task_id IS NOT NULL";
        rusqlite::Connection::open(file).unwrap().execute(one, []).unwrap();
        assert_eq!(old.overview().unwrap(), new.overview().unwrap());
        for task in &tasks {
            let mut new = new.detail(task.key).unwrap().unwrap();
            new.events = new.events.into_iter().map(|event| Signed { entry: in_words(event.entry), ..event }).collect();
            let mut old = old.detail(task.key).unwrap().unwrap();
            // Older versions knew no batch: what has one time and one account counts as one.
            for task in [&mut old.task, &mut new.task].into_iter().chain(&mut old.line).chain(&mut new.line) {
                task.batch = key(1);
            }
            assert_eq!(old, new, "version {version}");
        }
        let all = |store: &Store| store.costs(Wall(0), Wall(i64::MAX)).unwrap();
        assert_eq!(all(&old), all(&new));
        // A table line has the old sentence, and the code by which it is grouped.
        let rows = |store: &Store| -> Vec<_> {
            let rows = crate::verbs::pages(store).into_iter().flat_map(|(rows, ..)| rows);
            rows.map(|row| (row.key, row.class, row.reason())).collect()
        };
        assert!(rows(&old).iter().any(|(.., reason)| reason.is_some()));
        assert_eq!(rows(&old), rows(&new), "version {version}");
        add(&mut old, intent("life goes on"));
    }
}

#[test]
fn the_one_draft_of_version_1_is_one_of_several_from_then_on() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(FIXTURE, dir.path().join("reeltop.db")).unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let kept = |id, draft| KeptDraft { id, draft };
    assert_eq!(store.overview().unwrap().drafts, [kept(1, draft())]);
    store.save_draft(2, &Draft::default(), Wall(1)).unwrap();
    drop(store);
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.overview().unwrap().drafts, [kept(2, Draft::default()), kept(1, draft())]);
    store.drop_draft(1, None).unwrap();
    assert_eq!(store.overview().unwrap().drafts, [kept(2, Draft::default())]);
}

/// A shared store that is not reached leaves nothing behind that would tell of a store in this folder.
#[cfg(feature = "postgres")]
#[test]
fn a_server_that_was_named_once_does_not_make_a_store_of_ones_own_look_lost() {
    let dir = tempfile::tempdir().unwrap();
    let server =
        io::store::Server { url: "postgres://127.0.0.1:9/reeltop".into(), password_cmd: None, allow_plain: false };
    let at = io::store::Location { server: Some(server), ..dir.path().into() };
    Store::open(&at).unwrap_err();
    Store::open(dir.path()).unwrap();
}

#[test]
fn the_rows_of_a_file_that_can_only_be_read_are_told_without_work_for_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let task = add(&mut store, intent("one"));
    drop(store);
    // As on a read-only disk no program can say that it runs.
    fs::remove_dir_all(dir.path().join("run")).unwrap();
    fs::write(dir.path().join("run"), "").unwrap();
    let (to, hears) = mpsc::channel();
    let handle = ::io::store::open(dir.path(), move |msg| drop(to.send(msg)));
    handle.send(StoreCmd::Write { ticket: 7, writes: vec![write_of(&task)] });
    handle.close();
    let rows = |rows, last| StoreMsg::Page { rows, tasks: vec![], last };
    let told: Vec<StoreMsg> = hears.iter().collect();
    let [first, StoreMsg::Failed { ticket: None, .. }, last, StoreMsg::Failed { ticket: Some(7), .. }] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert_eq!((first, last), (&rows(vec![Row::of(&task)], false), &rows(vec![], true)));
}

#[test]
fn a_task_is_forgotten_only_once_its_pictures_are_gone() {
    let place = place();
    let mut store = Store::open(place.at()).unwrap();
    let mut new = intent("a fox");
    let picture = StoredImage { sha256: "5a".repeat(32), kind: ImageKind::Png, ..domain::testing::stored("a.png") };
    let file = place.at().images().join(format!("{}.png", picture.sha256));
    fs::create_dir_all(place.at().images()).unwrap();
    fs::write(&file, "a picture").unwrap();
    new.request.first_frame = Some(ImageRef::Stored(picture));
    let mut task = add(&mut store, new);
    (task.phase, task.finished_at) = (Phase::Cancelled { was: TaskState::Queued, charged: Charged::No }, Some(Wall(1)));
    save(&mut store, &mut task);
    store.forget(task.key).unwrap().unwrap();
    assert!(!file.exists());
}
