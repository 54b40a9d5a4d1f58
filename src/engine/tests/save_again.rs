//! A file that was saved and is fetched once more: what was there stays until the new one is whole.

use super::{save::*, *};
use TaskState::{Ready, Saved, Saving};

#[test]
fn a_saved_file_is_fetched_again_only_when_asked_for() {
    let mut disk = super::disk::Disk::default();
    disk.put(testing::task(1, Saved));
    let mut world = World::of(disk, |_| ());
    world.live(HOUR);
    assert_eq!(world.calls.len(), 0);
    world.act(Act::Download { keys: vec![key(1)], dir: None });
    world.live(SECOND);
    assert_eq!((world.states(1), world.calls.len()), ((Saving, Saving), 1));
}

/// A world with one saved task whose file is being fetched again into another folder.
fn fetching_again() -> World {
    let mut disk = super::disk::Disk::default();
    disk.put(testing::task(1, Saved));
    let mut world = World::of(disk, |_| ());
    world.act(Act::Download { keys: vec![key(1)], dir: Some("/tmp/v".into()) });
    world.live(SECOND);
    world.reply(address());
    world.settle();
    assert_eq!((world.states(1), world.saves.len()), ((Saving, Saving), 1));
    world.state.news.clear();
    world
}

#[test]
fn a_file_that_is_fetched_once_more_changes_nothing_of_its_run_time() {
    let mut world = fetching_again();
    let ended = Some(domain::time::Wall(testing::WALL - 60_000));
    world.other(1, |task| task.finished_at = ended);
    world.hear();
    let ticket = ticket(&world);
    world.take(Msg::Save(SaveMsg::Done { key: key(1), ticket, saved: file() }));
    world.settle();
    assert_eq!((world.states(1).1, world.disk.tasks[&key(1)].finished_at), (Saved, ended));
}

#[test]
fn a_saved_file_that_cannot_be_fetched_again_stays_saved_and_the_failure_is_told() {
    let before = testing::task(1, Saved);
    for again in [false, true] {
        let mut world = fetching_again();
        assert_eq!(world.disk.tasks[&key(1)].saved(), before.saved());
        let (ticket, error) = (ticket(&world), trouble(ErrorClass::Network));
        world.take(Msg::Save(SaveMsg::Failed { key: key(1), ticket, error, again }));
        world.settle();
        let task = &world.disk.tasks[&key(1)];
        assert_eq!((&task.phase, task.finished_at, &task.claim), (&before.phase, before.finished_at, &None));
        let path = before.saved().unwrap().path.clone();
        let why = NotDone::NotFetchedAgain { path, host: None, error: trouble(ErrorClass::Network), passes: again };
        assert_eq!(why.class(), Some(ErrorClass::Network));
        assert_eq!(world.not_done(), (Some(key(1)), why));
        world.live(HOUR);
        assert_eq!((world.calls.len(), world.states(1)), (0, (Saved, Saved)));
    }
}

#[test]
fn a_second_download_that_is_stopped_at_any_step_leaves_the_file_of_the_first() {
    let before = testing::task(1, Saved).phase;
    // Stopped while it is fetched, and at the program's end.
    for end in [Act::Cancel(vec![key(1)]), Act::Quit] {
        let mut world = fetching_again();
        world.act(end);
        let ticket = ticket(&world);
        world.take(Msg::Save(SaveMsg::Stopped { key: key(1), ticket }));
        world.settle();
        assert_eq!(world.disk.tasks[&key(1)].phase, before);
    }
    // While it waits for its place.
    for end in [Act::Cancel(vec![key(4)]), Act::Quit] {
        let mut disk = super::disk::Disk::default();
        (1..=4).for_each(|n| drop(disk.put(testing::task(n, Saved))));
        let mut world = World::of(disk, |_| ());
        world.act(Act::Download { keys: (1..=4).map(key).collect(), dir: None });
        world.live(SECOND);
        assert_eq!(world.states(4), (Ready, Ready));
        world.act(end);
        world.settle();
        assert_eq!(world.disk.tasks[&key(4)].phase, testing::task(4, Saved).phase);
    }
}

#[test]
fn a_second_download_whose_program_died_leaves_the_file_of_the_first() {
    let before = testing::task(1, Saved);
    let Phase::Saved { file, saved } = before.phase.clone() else { panic!() };
    let kept = Some(saved);
    let waits = Phase::Ready {
        file: file.clone(),
        trouble: None,
        tries: 0,
        next_try: Some(domain::time::Wall(testing::WALL)),
        kept: kept.clone(),
    };
    for phase in [waits, Phase::Saving { file, tries: 0, kept }] {
        let mut disk = super::disk::Disk::default();
        disk.put(Task { phase, ..before.clone() });
        let mut world = World::of(disk, |_| ());
        world.live(HOUR);
        assert_eq!((&world.disk.tasks[&key(1)].phase, world.calls.len()), (&before.phase, 0));
        assert_eq!(world.acts(), []);
    }
}

#[test]
fn a_download_without_a_folder_goes_to_the_configured_one_whatever_was_said_earlier() {
    let mut world = fetching_again();
    let Some(SaveCmd::Start { target, .. }) = world.saves.last() else { panic!() };
    assert_eq!(target.dir, "/tmp/v");
    let ticket = ticket(&world);
    world.take(Msg::Save(SaveMsg::Done { key: key(1), ticket, saved: file() }));
    world.settle();
    assert_eq!(world.disk.tasks[&key(1)].saved(), Some(&file()));
    world.act(Act::Download { keys: vec![key(1)], dir: None });
    world.live(SECOND);
    world.reply(address());
    let Some(SaveCmd::Start { target, .. }) = world.saves.last() else { panic!() };
    assert_eq!(target.dir, "~/Videos/reeltop");
}
