//! What the store's own history says of times to come.

use super::*;
use crate::expected::{self, Expected};
use domain::task::{Row, TaskState::Saved};

/// A program on a store with runs that took so many seconds each, the oldest first.
fn with_runs(seconds: impl IntoIterator<Item = u64>, change: impl FnOnce(&mut Settings)) -> World {
    let mut disk = super::disk::Disk::default();
    for (n, seconds) in (1..).zip(seconds) {
        let task = testing::task(n, Saved);
        let finished_at = task.sent_at.map(|sent| sent.plus(seconds * SECOND));
        disk.put(Task { finished_at, ..task });
    }
    World::of(disk, change)
}

/// Queues so many tasks more.
fn queue(world: &mut World, n: usize) {
    world.act(Act::Queue { intents: intents(n), undo: false });
    world.settle();
}

/// Has the service take one task, and gives its key.
fn run(world: &mut World) -> TaskKey {
    queue(world, 1);
    world.calls.retain(|call| matches!(call, HttpCmd::Submit { .. }));
    world.reply(accepted("R1"));
    world.settle();
    world.state.tasks.rows.values().map(|row| row.key).max().unwrap()
}

fn expected(world: &World, key: TaskKey) -> Option<Expected> {
    expected::of(&world.state, &world.state.tasks.rows[&key])
}

/// Answers every question with "still at work" for so many seconds, and gives the seconds at which they came.
fn asked_at(world: &mut World, seconds: u64) -> Vec<u64> {
    let begin = world.now.mono;
    let mut at = Vec::new();
    for _ in 0..seconds {
        world.live(SECOND);
        while !world.calls.is_empty() {
            at.push(world.now.mono.since(begin) / SECOND);
            world.reply(status("Processing"));
        }
    }
    at
}

#[test]
fn without_three_runs_of_the_same_sort_nothing_is_said() {
    let mut world = with_runs([100, 100], |_| ());
    let key = run(&mut world);
    assert_eq!((expected(&world, key), expected::all_done(&world.state, world.wall())), (None, None));
    let mut world = with_runs([100, 200, 300], |_| ());
    let key = run(&mut world);
    assert_eq!(expected(&world, key), Some(Expected { median_ms: 200_000, p95_ms: 300_000 }));
    let row = world.state.tasks.rows[&key].clone();
    let other =
        Row { kind: std::sync::Arc::new(domain::task::Kind { duration: 10, ..(*row.kind).clone() }), ..row.clone() };
    assert_eq!(expected::of(&world.state, &other), None);
    // How it was sent and what it was paid in make no other sort of it.
    let kind = domain::task::Kind { automatic: true, ..(*row.kind).clone() };
    assert!(expected::of(&world.state, &Row { kind: std::sync::Arc::new(kind), ..row }).is_some());
}

#[test]
fn what_nobody_watched_says_nothing_of_how_long_such_tasks_take() {
    // A program that was closed over night saw the end of the first two in the morning.
    let mut world = with_runs([30_000, 30_000, 100, 200, 300], |_| ());
    let key = run(&mut world);
    let learned = Some(Expected { median_ms: 200_000, p95_ms: 300_000 });
    assert_eq!(expected(&world, key), learned);
    // So did one that stood still for a quarter of an hour while a task ended.
    world.calls.clear();
    let next_poll = world.wall();
    let phase = Phase::Running { status: String::new(), next_poll, polls: 1, misses: 0, trouble: None };
    world.other(key.0, |task| task.phase = phase);
    world.hear();
    world.pass(15 * MINUTE);
    world.calls.retain(|call| matches!(call, HttpCmd::Query { .. }));
    world.reply(success("F1"));
    world.settle();
    assert!(world.state.tasks.seen_late.contains(&key));
    let (sent_at, finished_at) = (world.state.tasks.rows[&key].sent_at.get(), Some(world.wall()));
    testing::add(&mut world.state, Task { rev: 99, sent_at, finished_at, ..testing::task(key.0, Saved) });
    assert_eq!(expected(&world, key), learned);
}

#[test]
fn only_the_last_fifty_runs_count_whether_they_were_read_or_seen() {
    // The oldest took ten times as long.
    let mut world = with_runs(std::iter::repeat_n(1_000, 30).chain(1..=50), |_| ());
    let key = run(&mut world);
    assert_eq!(expected(&world, key), Some(Expected { median_ms: 25_000, p95_ms: 48_000 }));
    for n in 1_000..1_050 {
        let task = testing::task(n, Saved);
        let finished_at = task.sent_at.map(|sent| sent.plus(7 * SECOND));
        testing::add(&mut world.state, Task { finished_at, ..task });
    }
    assert_eq!(expected(&world, key), Some(Expected { median_ms: 7_000, p95_ms: 7_000 }));
}

#[test]
fn questions_are_few_at_first_and_dense_near_the_end() {
    let mut world = with_runs([200; 20], |_| ());
    run(&mut world);
    let at = asked_at(&mut world, 400);
    let between = |from: u64, to: u64| at.iter().filter(|at| (from..to).contains(*at)).count();
    // Every 10 seconds would be 20 in the first 200.
    assert_eq!(between(0, 85), 0, "{at:?}");
    assert!((3..=7).contains(&between(85, 200)), "{at:?}");
    assert!((17..=22).contains(&between(200, 400)), "{at:?}");
    let later = asked_at(&mut world, 2_000);
    assert!(later.len() < 60, "{later:?}");
}

#[test]
fn many_tasks_near_their_end_keep_to_the_account_s_budget() {
    let mut disk = super::disk::Disk::default();
    for n in 1..=20 {
        let task = testing::task(n, Saved);
        let finished_at = task.sent_at.map(|sent| sent.plus(60 * SECOND));
        disk.put(Task { finished_at, ..task });
    }
    for n in 21..=320 {
        disk.put(testing::task(n, TaskState::Running));
    }
    let mut world = World::of(disk, |_| ());
    let per_second = world.state.settings.poll.budget_per_second;
    let asked = asked_at(&mut world, 120).len();
    assert!(asked as f64 <= 120.0 * per_second + 1.0, "{asked}");
}

#[test]
fn a_task_is_late_once_it_takes_longer_than_nineteen_of_twenty_did() {
    let mut world = with_runs(101..=120, |_| ());
    let key = run(&mut world);
    let late = |world: &World| expected::is_late(&world.state, &world.state.tasks.rows[&key], world.wall());
    world.live(119 * SECOND);
    assert!(!late(&world));
    world.live(SECOND);
    assert!(late(&world));
}

#[test]
fn all_is_done_when_the_last_is_expected_by_what_such_tasks_took() {
    let done = |world: &World| expected::all_done(&world.state, world.wall()).map(|at| at.since(world.wall()) / SECOND);
    let mut world = with_runs(101..=120, |settings| settings.profile.submit_per_minute = 2);
    assert_eq!(done(&world), None);
    run(&mut world);
    // One of one: the median.
    assert_eq!(done(&world), Some(110));
    world.live(115 * SECOND);
    // Past it, the slow case; past that there is nothing to say.
    assert_eq!(done(&world), Some(4));
    world.live(10 * SECOND);
    assert_eq!(done(&world), None);
    // Seven more at two a minute: the last goes in about three minutes, and is as slow as nine of ten.
    queue(&mut world, 7);
    let last = done(&world).unwrap();
    assert!((240..=310).contains(&last), "{last}");
    world.act(Act::Pause(true));
    assert_eq!(done(&world), None);
}
