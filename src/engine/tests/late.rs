//! A program that stood still between marking a task as being sent and its POST: stopped, or on a machine that slept.

use super::*;
use TaskState::{Queued, Sending, Unknown};

/// Longer than any claim on a row being sent.
const LATE: u64 = 10 * MINUTE;

/// A program whose one task is marked as being sent on disk, and that has not yet heard of it.
fn marked() -> World {
    let mut world = World::queued(1);
    world.store();
    world.carry_out();
    assert_eq!(world.disk.tasks[&key(1)].state(), Sending);
    world
}

fn late() -> Reply {
    Reply::NotSent { why: Reason::Connect(domain::reason::connect::Connect::Late) }
}

#[test]
fn a_post_does_not_leave_past_the_claim_and_the_task_goes_back_while_the_row_is_still_ours() {
    // A laptop's sleep shows on the wall clock alone, a stop on both, a clock set back on the other one alone.
    for (wall, mono) in [(LATE, 0), (LATE, LATE), (0, LATE)] {
        let mut world = marked();
        world.now.wall = world.now.wall.plus(wall);
        world.now.mono = world.now.mono.plus(mono);
        world.hear();
        assert!(world.posts.is_empty());
        world.store();
        assert_eq!((world.states(1), world.ledger(1)), ((Queued, Queued), &[MoneyEvent::Reserved][..]));
        world.live(MINUTE);
        assert_eq!(world.keys_posted(), [1]);
    }
}

#[test]
fn a_task_that_another_program_has_made_unknown_meanwhile_stays_unknown_and_is_sent_by_nobody() {
    let mut world = marked();
    world.now.wall = world.now.wall.plus(LATE);
    let mut task = world.disk.tasks[&key(1)].clone();
    (task.phase, task.claim) = (testing::task(1, Unknown).phase, None);
    world.disk.put(task);
    world.hear();
    world.settle();
    assert_eq!((world.states(1), world.keys_posted()), ((Unknown, Unknown), vec![]));
    world.live(HOUR);
    assert_eq!((world.states(1), world.keys_posted()), ((Unknown, Unknown), vec![]));
}

#[test]
fn a_short_pause_costs_nothing_and_the_claim_is_as_long_as_it_is_on_disk() {
    let mut world = marked();
    world.now.wall = world.now.wall.plus(MINUTE);
    world.hear();
    assert_eq!(world.keys_posted(), [1]);
    assert_eq!(world.state.tasks.live[&key(1)].claim, world.disk.tasks[&key(1)].claim);
}

#[test]
fn what_the_client_held_back_goes_back_to_the_queue_or_stays_as_the_store_says() {
    let mut world = World::posting();
    world.reply(late());
    world.store();
    assert_eq!((world.states(1), world.ledger(1)), ((Queued, Queued), &[MoneyEvent::Reserved][..]));

    let mut world = World::posting();
    world.other(1, |task| (task.phase, task.claim) = (testing::task(1, Unknown).phase, None));
    world.hear();
    world.reply(late());
    world.settle();
    assert_eq!(world.states(1), (Unknown, Unknown));
}
