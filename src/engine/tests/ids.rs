//! The service's IDs: each is one task's, whoever brings it first.

use super::*;
use TaskState::{Running, Unknown};

fn id() -> RemoteId {
    RemoteId("R1".into())
}

/// Another program has a task of that ID, of which nothing has been heard here.
fn known_elsewhere(world: &mut World, n: u32) {
    world.disk.put(Task { remote: Some(id()), ..testing::task(n, Running) });
}

fn is_answered_for(world: &World, n: u32, other: u32) -> bool {
    let Phase::Unknown { error } = world.phase(n) else { return false };
    error.reason == Reason::Own(Own::IdOfAnother { id: id(), other: key(other) })
}

#[test]
fn a_second_submission_that_is_answered_with_the_id_of_the_first_is_unknown_and_not_charged() {
    let mut world = World::running();
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    world.reply(accepted("R1"));
    world.settle();
    assert_eq!((world.states(1), world.states(2)), ((Running, Running), (Unknown, Unknown)));
    assert!(is_answered_for(&world, 2, 1));
    assert_eq!(world.ledger(2), [MoneyEvent::Reserved, MoneyEvent::Unknown]);
    world.calls.clear();
    world.live(HOUR);
    assert_eq!(world.keys_posted(), [1, 2]);
    // The outcome is settled as that of any other.
    world.act(Act::Resolve { key: key(2), as_what: ResolvedAs::Lost });
    world.settle();
    assert_eq!(world.states(2).1, TaskState::Cancelled);
}

#[test]
fn an_answer_with_an_id_that_only_the_store_knows_as_another_tasks_leaves_the_outcome_unknown() {
    let mut world = World::posting();
    known_elsewhere(&mut world, 2);
    world.reply(accepted("R1"));
    world.settle();
    assert_eq!(world.states(1), (Unknown, Unknown));
    assert!(is_answered_for(&world, 1, 2));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Unknown]);
    assert_eq!(world.disk.tasks[&key(1)].remote, None);
    assert!(world.state.store.unsaved.is_empty() && world.state.store.waiting.is_empty());
    world.calls.clear();
    world.live(HOUR);
    assert_eq!(world.keys_posted(), [1]);
}

#[test]
fn an_unknown_is_not_settled_by_an_id_that_another_program_gave_to_another_task_meanwhile() {
    let mut world = World::posting();
    world.reply(timed_out());
    world.settle();
    let before = world.ledger(1).to_vec();
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Found(id()) });
    world.settle();
    known_elsewhere(&mut world, 2);
    world.reply(status("Processing"));
    world.settle();
    assert_eq!((world.states(1), world.ledger(1)), ((Unknown, Unknown), &before[..]));
    let why = NotDone::Left(Left::IdOf { id: id(), other: key(2) });
    assert_eq!(world.acts().last(), Some(&ActNews::NotDone { key: Some(key(1)), why }));
    assert!(world.state.store.unsaved.is_empty());
}

#[test]
fn a_task_made_elsewhere_that_another_program_took_over_first_is_told_as_known() {
    let mut world = World::new();
    world.act(Act::Adopt(vec![id()]));
    world.settle();
    known_elsewhere(&mut world, 9);
    world.reply(status("Processing"));
    world.settle();
    let known = ActNews::Known { id: id(), key: key(9), state: Running };
    assert_eq!((world.disk.tasks.len(), world.acts()), (1, vec![known]));
}

#[test]
fn a_task_that_its_own_program_has_not_confirmed_waits_alone() {
    let mut world = World::new();
    world.disk.unconfirmed.insert(key(1));
    world.act(Act::Queue { intents: intents(2), undo: false });
    world.settle();
    assert_eq!(world.keys_posted(), [2]);
    world.disk.unconfirmed.clear();
    world.live(SECOND);
    assert_eq!(world.keys_posted(), [2, 1]);
}
