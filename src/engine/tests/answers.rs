//! An answer that comes while the store does not take what was only to keep its row: it is never lost to that, and no
//! submission is made again that was made.

use super::{
    disk::{Health, others},
    *,
};
use crate::effect::Write;
use TaskState::{Running, Sending, Unknown};

/// A submission whose long upload has just been told of, so that its claim was to be renewed while the store was like
/// that.
fn renewed(health: Health) -> World {
    let mut world = World::posting();
    world.now.wall = world.now.wall.plus(MINUTE);
    world.now.mono = world.now.mono.plus(MINUTE);
    world.disk.health = health;
    uploading(&mut world);
    world.settle();
    assert_eq!(world.state.store.failed.len(), 1);
    world
}

fn uploading(world: &mut World) {
    let HttpCmd::Submit { key, ticket, .. } = world.calls[0] else { panic!("{:?}", world.calls) };
    world.take(Msg::Http(HttpMsg::Uploading { key, ticket, done: 1, total: 2 }));
}

/// The writes that the store was asked for and has not carried out.
fn asked(world: &World) -> Vec<&Write> {
    let mut asked = Vec::new();
    for command in &world.commands {
        if let StoreCmd::Write { writes, .. } = command {
            asked.extend(writes);
        }
    }
    asked
}

#[test]
fn a_renewal_that_was_there_all_the_same_does_not_have_the_task_sent_again() {
    for (reply, state) in [(accepted("R1"), Running), (timed_out(), Unknown)] {
        let mut world = renewed(Health::Lying);
        // Its word has to be waited for: it is the same whether the answer comes before the next try or behind it.
        world.disk.health = Health::Full;
        world.reply(reply.clone());
        world.settle();
        world.disk.health = Health::Well;
        world.live(5 * MINUTE);
        assert_eq!((world.states(1), world.keys_posted()), ((state, state), vec![1]), "{reply:?}");
    }
}

#[test]
fn an_answer_is_not_lost_to_a_renewal_whose_word_was() {
    let mut world = renewed(Health::Lying);
    world.disk.health = Health::Well;
    // The next try is under way when the answer comes.
    world.pass(MINUTE);
    assert_eq!(asked(&world).len(), 1);
    world.reply(accepted("R1"));
    world.live(MINUTE);
    assert_eq!((world.states(1), world.keys_posted()), ((Running, Running), vec![1]));
    assert_eq!(world.disk.tasks[&key(1)].remote, Some(RemoteId("R1".into())));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged]);
}

#[test]
fn an_id_that_came_while_the_row_could_not_be_kept_is_had_though_another_program_took_the_row_for_an_orphans() {
    let mut world = renewed(Health::Full);
    world.disk.health = Health::Well;
    world.pass(MINUTE);
    let mut task = world.disk.tasks[&key(1)].clone();
    (task.phase, task.claim) = (testing::task(1, Unknown).phase, None);
    world.disk.put(task);
    world.reply(accepted("R1"));
    world.live(MINUTE);
    assert_eq!((world.states(1), world.keys_posted()), ((Running, Running), vec![1]));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged]);
}

#[test]
fn an_answer_does_not_wait_behind_a_renewal_that_failed() {
    let mut world = renewed(Health::Away);
    // Two of them.
    world.now.wall = world.now.wall.plus(MINUTE);
    uploading(&mut world);
    world.reply(accepted("R1"));
    let [write] = asked(&world)[..] else { panic!("{:?}", world.commands) };
    assert!(write.brings_a_paid_id());
    world.settle();
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!((world.states(1), world.ledger(1).len()), ((Running, Running), 2));
}

#[test]
fn an_answer_that_waits_for_a_renewal_under_way_lies_on_this_machine_meanwhile_and_its_id_in_the_log() {
    let mut world = World::posting();
    world.now.wall = world.now.wall.plus(MINUTE);
    uploading(&mut world);
    let effects = world.reply(accepted("R1"));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Log(line) if format!("{line:?}").contains("R1"))));
    let kept = |effect: &Effect| matches!(effect, Effect::Store(StoreCmd::Keep(write)) if write.brings_a_paid_id());
    assert!(effects.iter().any(kept), "{effects:?}");
    world.settle();
    assert_eq!(world.states(1), (Running, Running));
}

#[test]
fn a_task_that_was_sent_here_is_never_taken_for_one_that_was_only_marked() {
    let mut world = World::posting();
    // The row is told of as if no submission were under way any more.
    world.state.queue.posting.clear();
    let task = world.disk.tasks[&key(1)].clone();
    assert_eq!(task.state(), Sending);
    world.take(Msg::Store(StoreMsg::Changed { tasks: vec![task] }));
    world.live(5 * MINUTE);
    assert_eq!((world.states(1), world.keys_posted()), ((Unknown, Unknown), vec![1]));
}

#[test]
fn what_another_program_does_with_a_row_still_counts_before_a_renewal() {
    let mut world = renewed(Health::Full);
    world.disk.health = Health::Well;
    world.other(1, |task| task.claim = others(Wall(i64::MAX)));
    world.live(MINUTE);
    assert_eq!(world.disk.tasks[&key(1)].claim, others(Wall(i64::MAX)));
}
