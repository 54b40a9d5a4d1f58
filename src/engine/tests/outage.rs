//! A shared store whose server is not reached, and what a program of this machine could not save in it.

use super::{disk::Health, *};
use crate::{
    effect::Write,
    news::{QueueNews, StoreNews},
    profile_state::Halt,
};
use TaskState::{Cancelled, Running, Sending, Unknown};
use domain::{account::Change, task::LedgerLine};

fn halted(world: &World) -> Vec<Option<HaltCause>> {
    world
        .state
        .news
        .iter()
        .filter_map(|news| match news {
            News::Queue(QueueNews::Halted(Halt { cause, .. })) => Some(Some(*cause)),
            News::Store(StoreNews::Back) => Some(None),
            _ => None,
        })
        .collect()
}

#[test]
fn while_the_line_is_down_nothing_is_sent_what_runs_is_watched_and_all_goes_on_when_it_is_back() {
    let mut world = World::queued(2);
    world.store();
    world.store();
    world.disk.health = Health::Away;
    let fell = world.wall();
    world.live(MINUTE);
    world.reply(accepted("R1"));
    world.settle();
    assert_eq!((world.states(1), world.halt()), ((Running, Sending), Some(HaltCause::Store)));
    // What is shown was last seen before the first try that failed.
    world.take(Msg::Store(StoreMsg::Offline { since: fell }));
    assert_eq!(world.state.store.away, Some(fell));
    world.live(10 * MINUTE);
    assert!(world.calls.iter().any(|call| matches!(call, HttpCmd::Query { .. })), "{:?}", world.calls);
    assert_eq!(world.keys_posted(), [1]);
    world.disk.health = Health::Well;
    // The first look that comes through: nothing waits for the end of a pause.
    world.take(Msg::Store(StoreMsg::Changed { tasks: vec![] }));
    world.settle();
    assert_eq!((world.states(1), world.halt(), world.state.store.away), ((Running, Running), None, None));
    assert_eq!(world.state.store.failures, 0);
    assert_eq!(halted(&world), [Some(HaltCause::Store), None]);
    world.live(SECOND);
    assert_eq!(world.keys_posted(), [1, 2]);
}

#[test]
fn what_a_person_stopped_stays_stopped_when_the_line_is_back() {
    let mut world = World::posting();
    world.act(Act::Pause(true));
    world.settle();
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    world.disk.health = Health::Away;
    world.reply(accepted("R1"));
    world.settle();
    world.disk.health = Health::Well;
    world.take(Msg::Store(StoreMsg::Changed { tasks: vec![] }));
    world.live(MINUTE);
    assert!(world.state.queue.is_paused());
    assert_eq!((world.halt(), world.keys_posted()), (None, vec![1]));
}

#[test]
fn a_store_that_opens_late_lifts_the_halt_that_its_absence_was() {
    let mut state = Work::new(Settings::default(), testing::now(0));
    let failed = StoreMsg::Failed { ticket: None, fault: connection_down() };
    let _ = crate::update(&mut state, Msg::Store(failed), testing::now(0));
    assert_eq!(state.halt().map(|(_, halt)| halt.cause), Some(HaltCause::Store));
    assert_eq!(state.store.away, Some(testing::now(0).wall));
    let opened = StoreMsg::Opened { owner: "me".into(), total: 0, last_seen: None, drafts: vec![] };
    let _ = crate::update(&mut state, Msg::Store(opened), testing::now(MINUTE));
    assert_eq!((state.halt(), state.store.away), (None, None));
}

#[test]
fn the_end_waits_for_no_id_that_lies_on_this_machine() {
    let mut world = World::with(|settings| settings.interactive = true);
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    world.disk.health = Health::Away;
    world.reply(accepted("R1"));
    world.take(Msg::Store(StoreMsg::KeptHere { key: key(1), id: RemoteId("R1".into()) }));
    world.settle();
    assert!(world.state.store.unsaved.is_empty());
    world.act(Act::Quit);
    world.live(MINUTE);
    assert!(world.left);
}

/// The answer that a program had to that task's submission.
fn answer(world: &World, id: &str) -> Write {
    let task = world.disk.tasks[&key(1)].clone();
    let ledger = vec![LedgerLine { at: world.wall(), event: MoneyEvent::Charged, amount: task.money() }];
    let phase = testing::task(1, Running).phase;
    Write { task: Task { phase, remote: Some(RemoteId(id.into())), ..task }, events: vec![], ledger, never_left: None }
}

#[test]
fn an_answer_that_a_program_left_behind_reaches_the_row_whatever_was_made_of_it_since() {
    // As that program knew it, and as one that saw nobody send it has made it.
    for now in [None, Some(testing::task(1, Unknown).phase)] {
        let mut world = World::posting();
        let left = answer(&world, "R1");
        // Another program's now: this one has no submission under way.
        world.state.queue.posting.clear();
        world.calls.clear();
        world.other(1, |task| task.claim = None);
        let left = Write { task: Task { rev: world.disk.tasks[&key(1)].rev, ..left.task.clone() }, ..left };
        if let Some(phase) = now {
            world.other(1, |task| task.phase = phase);
        }
        world.hear();
        world.settle();
        for _ in 0..2 {
            world.take(Msg::Store(StoreMsg::Left { writes: vec![left.clone()] }));
            world.settle();
            assert_eq!(world.states(1), (Running, Running));
        }
        assert_eq!(world.disk.tasks[&key(1)].remote, Some(RemoteId("R1".into())));
        let charged = world.ledger(1).iter().filter(|event| **event == MoneyEvent::Charged).count();
        assert_eq!(charged, 1);
        world.live(HOUR);
        assert!(world.calls.iter().any(|call| matches!(call, HttpCmd::Query { .. })));
    }
}

#[test]
fn an_answer_that_was_left_behind_and_comes_after_its_task_was_settled_leaves_its_id_and_its_charge() {
    let mut world = World::posting();
    let left = answer(&world, "R1");
    world.state.queue.posting.clear();
    world.other(1, |task| {
        (task.phase, task.claim) = (Phase::Cancelled { was: Unknown, charged: Charged::No }, None);
    });
    world.hear();
    world.take(Msg::Store(StoreMsg::Left { writes: vec![left] }));
    world.settle();
    assert_eq!(world.states(1), (Cancelled, Cancelled));
    assert_eq!(world.disk.tasks[&key(1)].remote, Some(RemoteId("R1".into())));
    assert_eq!(world.ledger(1).last(), Some(&MoneyEvent::Charged));
}

#[test]
fn what_a_reader_may_not_do_is_said_once_and_not_tried_again() {
    let mut world = World::running();
    // With another command before it the wish waits for its answer.
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.act(Act::Pause(true));
    world.take(Msg::Store(StoreMsg::OnlyReads));
    let wish = world.commands.iter().find_map(|command| match command {
        StoreCmd::Share { ticket, change: Change::Pause, .. } => Some(*ticket),
        _ => None,
    });
    assert!(wish.is_some());
    let why = store::Why::Server { kind: store::Trouble::NotAllowed, said: "permission denied for table stops".into() };
    let fault = store::Fault { deed: store::Deed::SaveChanges, file: "postgres://db/reel".into(), why };
    world.take(Msg::Store(StoreMsg::Failed { ticket: wish, fault: fault.clone() }));
    let denied = |news: &&News| **news == News::Store(StoreNews::Denied(fault.clone()));
    assert_eq!(world.state.news.iter().filter(denied).count(), 1);
    assert_eq!((world.halt(), world.state.queue.is_paused(), world.state.store.retry_at), (None, false, None));
    // What it may not read either is waited for by nobody.
    let unread = store::Fault { deed: store::Deed::ReadTasks, ..fault.clone() };
    world.take(Msg::Store(StoreMsg::Failed { ticket: None, fault: unread.clone() }));
    assert!(world.state.news.contains(&News::Store(StoreNews::Unread(unread))));
    assert_eq!(world.state.news.iter().filter(denied).count(), 1);
}

#[test]
fn what_a_reader_may_not_do_is_refused_before_the_store_is_asked() {
    let mut world = World::running();
    world.take(Msg::Store(StoreMsg::OnlyReads));
    world.settle();
    for (act, of) in [
        (Act::Queue { intents: intents(1), undo: false }, None),
        (Act::Cancel(vec![key(1)]), Some(key(1))),
        (Act::Download { keys: vec![key(1)], dir: None }, Some(key(1))),
        (Act::Pause(true), None),
    ] {
        world.commands.clear();
        world.state.news.clear();
        world.act(act.clone());
        assert_eq!((world.not_done(), world.commands.len()), ((of, NotDone::OnlyReads), 0), "{act:?}");
    }
}

#[test]
fn a_reader_s_program_works_on_no_task() {
    let mut world = World::running();
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.take(Msg::Store(StoreMsg::OnlyReads));
    world.settle();
    world.calls.clear();
    world.live(HOUR);
    assert_eq!((world.calls.len(), world.keys_posted()), (0, vec![1]));
}
