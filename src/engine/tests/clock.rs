//! The wall clock is set back by hours, or jumps ahead: no wait becomes longer by it than it was meant to be.

use super::{disk::Disk, *};
use TaskState::{Queued, Ready, Running, Saving, Sending};
use domain::{
    problem::TaskError,
    task::{FileId, PutBack, Trouble},
    time::Wall,
};

fn trouble() -> TaskError {
    let reason = Reason::said("it did not work", "", "");
    TaskError { code: "x".into(), class: ErrorClass::Network, reason, charged: Charged::Yes }
}

/// A task of each kind that waits, all of them until `at`.
fn waiting(at: Wall) -> Disk {
    let put_back = Some(PutBack { times: 1, error: trouble(), since: None });
    let file = FileId("F3".into());
    let mut disk = Disk::default();
    for (n, state, phase) in [
        (1, Queued, Phase::Queued { not_before: at, put_back }),
        (2, Running, Phase::Running { status: "Processing".into(), next_poll: at, polls: 1, misses: 1, trouble: None }),
        (
            3,
            Ready,
            Phase::Ready {
                file,
                trouble: Some(Trouble { error: trouble(), since: None }),
                tries: 1,
                next_try: Some(at),
                kept: None,
            },
        ),
    ] {
        disk.put(Task { phase, ..testing::task(n, state) });
    }
    disk
}

fn states(world: &World) -> [TaskState; 3] {
    [1, 2, 3].map(|n| world.states(n).0)
}

fn set_back(world: &mut World, ms: u64) {
    world.now.wall = Wall(world.now.wall.0 - i64::try_from(ms).unwrap());
    world.take(Msg::Wake);
}

#[test]
fn a_clock_set_back_while_the_program_runs_moves_no_wait() {
    for by in [10 * MINUTE, 3 * HOUR, 40_000 * HOUR] {
        let mut world = World::of(waiting(testing::now(MINUTE).wall.plus(5 * SECOND)), |_| ());
        assert_eq!(states(&world), [Queued, Running, Ready]);
        set_back(&mut world, by);
        world.live(4_999);
        assert_eq!((states(&world), world.calls.len()), ([Queued, Running, Ready], 0), "{by}");
        world.live(1);
        assert_eq!((states(&world), world.calls.len()), ([Sending, Running, Saving], 3), "{by}");
    }
}

#[test]
fn a_clock_set_back_while_no_program_ran_leaves_nothing_waiting() {
    let mut world = World::of(waiting(testing::now(MINUTE).wall.plus(3 * HOUR)), |_| ());
    world.live(SECOND);
    assert_eq!((states(&world), world.calls.len()), ([Sending, Running, Saving], 3));
}

#[test]
fn a_machine_that_slept_through_a_wait_finds_it_over() {
    let mut world = World::of(waiting(testing::now(MINUTE).wall.plus(4 * MINUTE)), |_| ());
    world.live(MINUTE);
    assert_eq!((states(&world), world.calls.len()), ([Queued, Running, Ready], 0));
    world.sleep(8 * HOUR, 0);
    world.live(SECOND);
    assert_eq!((states(&world), world.calls.len()), ([Sending, Running, Saving], 3));
}

#[test]
fn after_the_clock_was_set_back_a_row_that_another_program_held_is_looked_at_within_a_minute() {
    let mut disk = Disk::default();
    let claim = super::disk::others(testing::now(MINUTE).wall.plus(3 * HOUR));
    disk.put(Task { claim, ..testing::task(1, Running) });
    let mut world = World::of(disk, |_| ());
    world.live(MINUTE);
    // It lives: the row stays with it, and is looked at once a minute, not without end.
    assert_eq!((world.calls.len(), world.state.own.poller.asking.len()), (0, 0));
    // Its death was not told; the store finds it out by looking.
    world.disk.tasks.get_mut(&key(1)).unwrap().claim = None;
    world.live(MINUTE);
    assert_eq!(world.state.own.poller.asking.len(), 1);
}

#[test]
fn the_time_left_for_an_undo_is_never_longer_than_the_undo_window() {
    let mut world = World::with(|settings| settings.queue.undo_ms = 3 * SECOND);
    world.act(Act::Queue { intents: intents(1), undo: true });
    world.settle();
    set_back(&mut world, 3 * HOUR);
    assert_eq!(super::super::queue::undo_left(&world.state, key(1)), 3 * SECOND);
    world.live(3 * SECOND);
    assert_eq!(world.keys_posted(), [1]);
}
