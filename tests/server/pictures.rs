//! Pictures that are on one machine of several.

use super::{programs::Program, *};
use ::io::store::{Location, Session};
use domain::request::{ImageKind, ImageRef, StoredImage};
use engine::{
    effect::StoreCmd,
    msg::{SendResult, StoreMsg},
};
use std::fs;

fn picture() -> StoredImage {
    StoredImage { sha256: "5a".repeat(32), kind: ImageKind::Png, ..domain::testing::stored("a.png") }
}

fn with_picture() -> NewTask {
    let mut new = intent("a fox");
    new.request.first_frame = Some(ImageRef::Stored(picture()));
    new
}

/// Puts the picture where that machine keeps them.
fn put(at: &Location) -> std::path::PathBuf {
    fs::create_dir_all(at.images()).unwrap();
    let file = at.images().join(format!("{}.png", picture().sha256));
    fs::write(&file, "a picture").unwrap();
    // No longer one that may have been chosen a moment ago.
    let old = std::time::SystemTime::now() - 2 * ::io::images::OLD;
    fs::File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
    file
}

#[test]
fn a_program_claims_no_task_whose_picture_is_on_another_machine() {
    let place = place();
    let program = Program::start(place.at());
    let task = program.insert(with_picture());
    let claims = || {
        let write = Box::new(sending(&task, DAY));
        let pictures = vec![picture()];
        program.handle.send(StoreCmd::ClaimSend {
            ticket: 3,
            write,
            per_minute: 5,
            caps: NO_CAPS,
            path: false,
            pictures,
        });
        let StoreMsg::SendClaimed { result, .. } = program.next() else { panic!("not answered") };
        result
    };
    assert_eq!(claims(), SendResult::NotHere { key: task.key });
    let events = "SELECT count(*) FROM events WHERE kind = 'sending'";
    assert_eq!((place.number(events), place.number("SELECT count(*) FROM tasks WHERE state = 'queued'")), (0, 1));
    put(&place.at());
    assert!(matches!(claims(), SendResult::Claimed { .. }));
}

#[test]
fn what_was_forgotten_on_one_machine_is_removed_on_the_others_unless_it_is_named_again() {
    let place = place();
    let (here, other) = (place.at(), tempfile::tempdir().unwrap());
    let there = Location { dir: other.path().to_owned(), ..here.clone() };
    let mut store = Store::open(&here).unwrap();
    let mut task = add(&mut store, with_picture());
    (task.phase, task.finished_at) = (Phase::Cancelled { was: TaskState::Queued, charged: Charged::No }, Some(DAY));
    save(&mut store, &mut task);
    let file = put(&there);
    let starts = || drop(Session::open(&there, &mut |_| {}).unwrap());
    starts();
    assert!(file.exists());
    store.forget(task.key).unwrap().unwrap();
    assert_eq!(place.number("SELECT count(*) FROM forgotten"), 1);
    let again = add(&mut store, with_picture());
    assert_eq!(place.number("SELECT count(*) FROM forgotten"), 0);
    starts();
    assert!(file.exists());
    let mut task = again;
    (task.phase, task.finished_at) = (Phase::Cancelled { was: TaskState::Queued, charged: Charged::No }, Some(DAY));
    save(&mut store, &mut task);
    store.forget(task.key).unwrap().unwrap();
    starts();
    assert!(!file.exists());
}
