//! The end in order.

use super::{disk::Health, *};
use TaskState::{Queued, Ready, Running, Saving, Sending};

#[test]
fn quitting_waits_for_the_post_under_way_and_for_its_answer_on_disk() {
    let mut world = World::posting();
    world.act(Act::Quit);
    world.settle();
    world.pass(MINUTE);
    assert!(!world.left);
    world.reply(accepted("R1"));
    assert!(!world.left);
    world.settle();
    assert!(world.left);
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), &task.claim), (Running, &None));
}

#[test]
fn a_second_ctrl_c_leaves_at_once_but_a_second_sigterm_does_not() {
    for (signal, left) in
        [(Signal::Interrupt, true), (Signal::Terminate, false), (Signal::Quit, false), (Signal::HangUp, false)]
    {
        let mut world = World::posting();
        world.take(Msg::Signal(Signal::Terminate));
        assert_eq!(world.state.ending.as_ref().map(|ending| ending.code), Some(143));
        world.take(Msg::Signal(signal));
        assert_eq!((world.left, world.states(1).1), (left, Sending), "{signal:?}");
    }
}

#[test]
fn nothing_is_begun_after_the_end_has_begun() {
    let mut world = World::queued(2);
    world.store();
    assert!(matches!(world.commands.front(), Some(StoreCmd::ClaimSend { .. })));
    world.act(Act::Quit);
    world.settle();
    assert_eq!((world.left, world.posts.len()), (true, 0));
    assert_eq!([1, 2].map(|n| world.states(n).1), [Queued, Queued]);
    assert!(world.disk.tasks[&key(1)].claim.is_none());
}

#[test]
fn a_batch_that_is_being_journalled_is_waited_for() {
    let mut world = World::new();
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.act(Act::Quit);
    assert!(!world.left);
    world.settle();
    assert_eq!((world.left, world.posts.len(), world.states(1)), (true, 0, (Queued, Queued)));
}

#[test]
fn downloads_are_stopped_at_every_step_and_put_back_for_whoever_comes_next() {
    for step in 0..3 {
        let mut world = World::running();
        world.live(MINUTE);
        world.reply(success("F1"));
        world.store(); // Ready is on disk; the claim follows.
        assert_eq!(world.states(1).0, Saving);
        if step > 0 {
            world.settle();
        }
        if step > 1 {
            world.reply(address());
        }
        world.act(Act::Quit);
        if step > 1 {
            let Some(SaveCmd::Start { ticket, .. }) = world.saves.first().cloned() else { panic!() };
            assert!(!world.left);
            world.take(Msg::Save(SaveMsg::Stopped { key: key(1), ticket }));
        }
        world.settle();
        let task = &world.disk.tasks[&key(1)];
        assert_eq!((world.left, task.state(), &task.claim), (true, Ready, &None), "step {step}");
        let comes_next = matches!(task.phase, Phase::Ready { next_try: Some(at), .. } if at <= world.wall());
        assert!(comes_next, "{:?}", task.phase);
        assert_eq!(
            world.calls.iter().filter(|call| matches!(call, HttpCmd::File { .. })).count(),
            usize::from(step == 1)
        );
    }
}

#[test]
fn watched_tasks_are_let_go_and_late_answers_do_not_claim_them_again() {
    let mut world = World::running();
    world.live(MINUTE);
    world.act(Act::Quit);
    world.carry_out();
    world.reply(status("Processing"));
    world.settle();
    assert!(world.left);
    assert_eq!(world.disk.tasks[&key(1)].claim, None);
}

#[test]
fn a_store_that_stays_broken_does_not_hold_the_end_for_ever() {
    let mut world = World::posting();
    world.disk.health = Health::Full;
    world.reply(accepted("R1"));
    world.settle();
    world.act(Act::Quit);
    assert!(!world.left);
    world.live(MINUTE);
    assert!(world.left);
}

/// A program with an answer in hand that the store does not take, asked to end.
fn with_an_unsaved_id(interactive: bool, end: impl FnOnce(&mut World)) -> World {
    let mut world = World::posting();
    world.state.settings.interactive = interactive;
    world.disk.health = Health::Full;
    world.reply(accepted("R1"));
    world.settle();
    assert_eq!(unsaved(&world), [(1, "R1")]);
    end(&mut world);
    world.live(HOUR);
    world
}

fn unsaved(world: &World) -> Vec<(u32, &str)> {
    world.state.store.unsaved.iter().map(|(key, id)| (key.0, id.0.as_str())).collect()
}

#[test]
fn an_id_that_cannot_be_saved_holds_a_persons_end_until_it_is_asked_for_again() {
    let mut world = with_an_unsaved_id(true, |world| drop(world.act(Act::Quit)));
    assert!(!world.left);
    let waits = crate::news::QueueNews::EndWaitsForRoom { key: key(1), id: RemoteId("R1".into()), more: 0 };
    assert_eq!(world.state.news.last(), Some(&News::Queue(waits)));
    world.act(Act::Quit);
    assert!(world.left);
    assert_eq!(unsaved(&world), [(1, "R1")]);
}

#[test]
fn an_end_that_waits_for_room_leaves_by_itself_once_the_id_is_on_disk() {
    let mut world = with_an_unsaved_id(true, |world| drop(world.act(Act::Quit)));
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!((world.left, world.disk.tasks[&key(1)].state()), (true, Running));
    assert_eq!(unsaved(&world), []);
}

#[test]
fn an_end_that_nobody_watches_does_not_wait_for_room_but_leaves_with_the_id_in_hand() {
    let signalled = |signal| move |world: &mut World| drop(world.take(Msg::Signal(signal)));
    let worlds = [
        with_an_unsaved_id(false, |world| drop(world.act(Act::Quit))),
        with_an_unsaved_id(true, signalled(Signal::Terminate)),
        with_an_unsaved_id(true, signalled(Signal::HangUp)),
        // The connection drops while a person is being asked.
        with_an_unsaved_id(true, |world| {
            world.act(Act::Quit);
            world.live(HOUR);
            assert!(!world.left);
            world.take(Msg::Signal(Signal::HangUp));
        }),
    ];
    for world in &worlds {
        assert_eq!((world.left, unsaved(world)), (true, vec![(1, "R1")]));
    }
}

#[test]
fn an_id_counts_as_saved_from_the_stores_word_on_and_also_where_another_program_saved_it() {
    let mut world = World::posting();
    world.reply(accepted("R1"));
    assert_eq!(unsaved(&world), [(1, "R1")]);
    world.settle();
    assert_eq!(unsaved(&world), []);
    // A commit whose failure was told although it is there.
    let mut world = World::posting();
    world.disk.health = Health::Lying;
    world.reply(accepted("R1"));
    world.settle();
    assert_eq!(unsaved(&world), [(1, "R1")]);
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!(unsaved(&world), []);
}

#[test]
fn a_row_that_a_dead_program_left_as_being_sent_can_be_settled() {
    let mut disk = World::posting().ground.disk;
    disk.tasks.get_mut(&key(1)).unwrap().claim = None;
    let mut world = World::of(disk, |settings| settings.scope = Scope::Named);
    assert_eq!(world.states(1).0, Sending);
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Found(RemoteId("R1".into())) });
    world.settle();
    assert_eq!((world.states(1).1, world.ledger(1).last()), (TaskState::Unknown, Some(&MoneyEvent::Unknown)));
    // The service is asked before the id is believed.
    world.reply(status("Processing"));
    world.settle();
    assert_eq!((world.states(1).1, world.ledger(1).last()), (Running, Some(&MoneyEvent::Charged)));
    // The program that sends it is the one to know.
    let mut world = World::posting();
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Lost });
    world.settle();
    assert_eq!(world.states(1).1, Sending);
}

#[test]
fn an_answer_during_the_end_is_written_when_the_store_comes_back() {
    let mut world = World::posting();
    world.act(Act::Quit);
    world.disk.health = Health::Full;
    world.reply(accepted("R1"));
    world.settle();
    world.disk.health = Health::Well;
    world.live(10 * SECOND);
    assert_eq!((world.left, world.disk.tasks[&key(1)].state()), (true, Running));
}
