//! A store that fails before, at and after each step; writes that another program's overtake.

use super::{
    disk::{Health, others},
    *,
};
use crate::work::Deferred;
use TaskState::{Cancelled, Queued, Refused, Running, Sending, Unknown};

#[test]
fn an_accepted_answer_is_kept_and_written_again_until_it_is_on_disk() {
    let mut world = World::posting();
    world.disk.health = Health::Full;
    let before = world.state.now.mono;
    world.reply(accepted("R1"));
    world.store();
    assert_eq!((world.states(1), world.halt()), ((Running, Sending), Some(HaltCause::Store)));
    assert_eq!(world.state.store.failed.len(), 1);
    world.live(10 * MINUTE);
    assert_eq!(world.states(1), (Running, Sending));
    assert!(world.state.now.mono > before);
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!((world.states(1), world.halt()), ((Running, Running), None));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged]);
    assert_eq!(world.state.store.failures, 0);
}

#[test]
fn a_halt_has_what_the_store_says() {
    let mut world = World::posting();
    world.disk.health = Health::Full;
    world.reply(accepted("R1"));
    world.store();
    let reason = world.state.own.sending.halted.as_ref().map(|halt| &halt.reason);
    assert_eq!(reason, Some(&Reason::Store(disk_full())));
}

#[test]
fn the_log_has_the_id_of_a_paid_task_that_cannot_be_written() {
    let mut world = World::posting();
    world.disk.health = Health::Full;
    world.reply(accepted("R77"));
    world.carry_out();
    let said = world.said.pop_front().unwrap();
    let effects = world.take(Msg::Store(said));
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Log(line) if format!("{:?}", line.what).contains("R77"))),
        "{effects:?}"
    );
}

#[test]
fn what_happens_to_a_task_while_its_write_fails_reaches_the_disk_in_order() {
    let mut world = World::posting();
    world.disk.health = Health::Full;
    world.reply(accepted("R1"));
    world.store();
    world.act(Act::Cancel(vec![key(1)]));
    world.settle();
    assert_eq!(world.states(1), (Cancelled, Sending));
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!(world.states(1), (Cancelled, Cancelled));
    assert_eq!(world.disk.events[&key(1)], ["sending", "accepted", "cancelled"]);
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged]);
    assert_eq!(world.disk.tasks[&key(1)].remote, Some(RemoteId("R1".into())));
}

#[test]
fn a_task_put_back_whose_row_still_says_sending_is_not_sent_before_that_is_mended() {
    let mut world = World::posting();
    world.disk.health = Health::Full;
    world.reply(Reply::Answered { http: 429, retry_after_ms: Some(0), request_id: None, body: String::new() });
    world.store();
    world.act(Act::Resume);
    assert!(
        !world.commands.iter().any(|command| matches!(command, StoreCmd::ClaimSend { .. })),
        "{:?}",
        world.commands
    );
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!((world.keys_posted(), world.states(1)), (vec![1, 1], (Sending, Sending)));
}

#[test]
fn a_hundred_writes_that_fail_together_are_one_failure() {
    let mut world = World::with(|settings| settings.profile.submit_per_minute = 100);
    world.act(Act::Queue { intents: intents(100), undo: false });
    world.settle();
    assert_eq!(world.posts.len(), 100);
    world.disk.health = Health::Full;
    for n in 0..100 {
        world.reply(accepted(&format!("R{n}")));
    }
    world.settle();
    assert_eq!((world.state.store.failures, world.state.store.failed.len()), (1, 100));
    world.disk.health = Health::Well;
    world.live(2 * SECOND);
    assert!((1..=100).all(|n| world.states(n) == (Running, Running)));
}

#[test]
fn a_claim_that_the_store_took_but_told_as_failed_posts_nothing_and_goes_back_to_the_queue() {
    let mut world = World::queued(1);
    world.store();
    world.disk.health = Health::Lying;
    world.store();
    assert_eq!((world.states(1), world.posts.len()), ((Queued, Sending), 0));
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!((world.keys_posted(), world.states(1)), (vec![1], (Sending, Sending)));
    assert_eq!(world.disk.events[&key(1)], ["sending", "put back", "sending"]);
}

#[test]
fn an_answer_that_the_store_took_but_told_as_failed_is_written_once() {
    let mut world = World::posting();
    world.disk.health = Health::Lying;
    world.reply(accepted("R1"));
    world.store();
    world.disk.health = Health::Well;
    world.live(2 * SECOND);
    assert_eq!(world.states(1), (Running, Running));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged]);
}

#[test]
fn a_halt_that_needs_the_person_outlives_a_store_that_mends() {
    let mut world = World::queued(3);
    world.store();
    world.store();
    world.disk.health = Health::Full;
    world.store();
    assert_eq!(world.halt(), Some(HaltCause::Store));
    world.reply(code(1008));
    world.disk.health = Health::Well;
    world.live(HOUR);
    assert_eq!((world.halt(), world.keys_posted()), (Some(HaltCause::Balance), vec![1]));
}

#[test]
fn a_store_that_never_opened_keeps_its_banner() {
    let mut state = crate::work::Work::new(Settings::default(), testing::now(0));
    let failed = StoreMsg::Failed { ticket: None, fault: disk_full() };
    let _ = crate::update(&mut state, Msg::Store(failed), testing::now(0));
    let _ = crate::update(&mut state, Msg::Wake, testing::now(HOUR));
    assert_eq!(state.own.sending.halted.map(|halt| halt.cause), Some(HaltCause::Store));
}

#[test]
fn an_answer_that_is_known_beats_the_unknown_of_another_program() {
    for (reply, state, money) in
        [(accepted("R1"), Running, MoneyEvent::Charged), (code(1026), Refused, MoneyEvent::Released)]
    {
        let mut world = World::posting();
        // The laptop slept past the claim: another program saw nobody send the row.
        let error = TaskError {
            code: domain::task::INTERRUPTED.into(),
            class: ErrorClass::UnknownOutcome,
            reason: Reason::said("", "", ""),
            charged: Charged::Unknown,
        };
        world.other(1, |task| (task.phase, task.claim) = (Phase::Unknown { error }, None));
        world.hear();
        world.reply(reply);
        world.settle();
        assert_eq!(world.states(1), (state, state));
        assert_eq!(world.ledger(1).last(), Some(&money));
    }
}

#[test]
fn an_answer_that_comes_after_the_task_was_settled_leaves_its_id_and_its_charge() {
    let mut world = World::posting();
    let was = Unknown;
    world.other(1, |task| (task.phase, task.claim) = (Phase::Cancelled { was, charged: Charged::No }, None));
    world.hear();
    world.reply(accepted("R1"));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!(task.phase, Phase::Cancelled { was, charged: Charged::Yes });
    assert_eq!(task.remote, Some(RemoteId("R1".into())));
    assert_eq!(world.ledger(1).last(), Some(&MoneyEvent::Charged));
    world.act(Act::Download { keys: vec![key(1)], dir: None });
    world.settle();
    assert_eq!(world.states(1), (Running, Running));
}

#[test]
fn a_task_that_another_program_took_back_or_sent_first_is_left_to_it() {
    let mut world = World::queued(2);
    world.store();
    // The wish to send #1 is on its way to the store when the other program's changes come.
    let was = Queued;
    world.other(1, |task| task.phase = Phase::Cancelled { was, charged: Charged::No });
    let until = world.wall().plus(MINUTE);
    world.other(2, |task| (task.phase, task.claim) = (Phase::Sending { since: until }, others(until)));
    world.live(SECOND);
    assert_eq!((world.states(1), world.states(2)), ((Cancelled, Cancelled), (Sending, Sending)));
    assert_eq!(world.posts, []);
}

#[test]
fn a_wish_that_another_program_overtook_is_not_told_as_done() {
    let mut world = World::queued(1);
    world.act(Act::Pause(true));
    world.settle();
    world.state.news.clear();
    world.act(Act::Cancel(vec![key(1)]));
    assert_eq!(world.acts(), []);
    let until = world.wall().plus(MINUTE);
    world.other(1, |task| (task.phase, task.claim) = (Phase::Sending { since: until }, others(until)));
    world.settle();
    assert_eq!(world.states(1), (Sending, Sending));
    assert_eq!(world.not_done().0, Some(key(1)));
}

#[test]
fn older_news_of_a_row_changes_nothing() {
    let mut world = World::posting();
    let old = world.disk.tasks[&key(1)].clone();
    world.reply(accepted("R1"));
    world.settle();
    let news = StoreMsg::Changed { tasks: vec![Task { claim: None, ..old }] };
    assert_eq!(world.take(Msg::Store(news)), []);
    assert_eq!(world.states(1), (Running, Running));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged]);
}

#[test]
fn a_row_that_cannot_be_read_is_told_and_waits_for_nothing() {
    let mut disk = super::disk::Disk::default();
    disk.put(testing::task(1, TaskState::Saved));
    let mut world = World::of(disk, |_| ());
    world.act(Act::Download { keys: vec![key(1)], dir: None });
    world.disk.health = Health::Full;
    world.store();
    assert_eq!(world.not_done(), (Some(key(1)), NotDone::NotRead(disk_full())));
    assert!(world.state.saver.wanted.is_empty());
}

#[test]
fn a_wish_ends_with_a_read_that_fails_and_what_the_records_told_is_written_down_when_it_can_be() {
    let mut disk = super::disk::Disk::default();
    disk.put(testing::task(1, TaskState::Saved));
    let mut world = World::of(disk, |_| ());
    world.disk.health = Health::Full;
    world.act(Act::Refund { keys: vec![key(1)], step: RefundStep::Asked });
    crate::ended::change(&mut world.state.work, key(1), Deferred::Charge(Amount::from_thousandths(400)));
    world.store();
    assert_eq!(world.not_done(), (Some(key(1)), NotDone::NotRead(disk_full())));
    assert_eq!(world.state.deferred[&key(1)], [Deferred::Charge(Amount::from_thousandths(400))]);
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert!(world.state.deferred.is_empty());
    assert_eq!(world.disk.tasks[&key(1)].cost.to_string(), "0.4");
}

/// Another program takes the one that sent this task for dead.
fn took_for_dead(task: &mut Task) {
    let error = TaskError {
        code: domain::task::INTERRUPTED.into(),
        class: ErrorClass::UnknownOutcome,
        reason: Reason::said("it seems to have ended", "", ""),
        charged: Charged::Unknown,
    };
    (task.phase, task.claim) = (Phase::Unknown { error }, None);
}

#[test]
fn a_proven_answer_settles_its_row_though_another_program_has_called_it_unknown() {
    let reset = Reply::NotUploaded { why: ConnectionFault::Reset, handed: 1, total: 2, detail: "reset".into() };
    for (reply, state, money) in [
        (accepted("R1"), TaskState::Running, MoneyEvent::Charged),
        (code(1026), TaskState::Refused, MoneyEvent::Released),
        (code(1002), TaskState::Queued, MoneyEvent::Reserved),
        (reset, TaskState::Queued, MoneyEvent::Reserved),
    ] {
        let mut world = World::posting();
        // This one was stopped for longer than its claim was good for.
        world.pass(HOUR);
        world.other(1, took_for_dead);
        world.hear();
        world.reply(reply.clone());
        world.settle();
        assert_eq!(world.states(1), (state, state), "{reply:?}");
        assert_eq!(world.ledger(1).last(), Some(&money), "{reply:?}");
    }
}

#[test]
fn a_proven_answer_says_nothing_of_a_later_submission_of_its_row() {
    let mut world = World::posting();
    world.disk.health = Health::Lying;
    world.reply(code(1002));
    world.store();
    assert_eq!(world.states(1), (Queued, Queued));
    // Another program has sent the row since, and died.
    world.disk.health = Health::Well;
    let sent = world.wall().plus(MINUTE);
    world.other(1, |task| {
        took_for_dead(task);
        task.sent_at = Some(sent);
    });
    world.hear();
    world.live(HOUR);
    assert_eq!((world.states(1).1, world.keys_posted()), (TaskState::Unknown, vec![1]));
}

#[test]
fn what_a_person_settled_meanwhile_is_not_put_back_into_the_queue() {
    let mut world = World::posting();
    world.other(1, |task| {
        (task.phase, task.claim) = (Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes }, None);
    });
    world.hear();
    world.reply(code(1002));
    world.live(HOUR);
    assert_eq!((world.states(1).1, world.keys_posted()), (TaskState::Cancelled, vec![1]));
}

#[test]
fn what_a_person_wished_while_a_charge_was_told_is_written_beside_it() {
    let mut disk = super::disk::Disk::default();
    disk.put(testing::task(1, TaskState::Failed));
    let mut world = World::of(disk, |_| ());
    world.act(Act::Cancel(vec![key(1)]));
    crate::ended::change(&mut world.state.work, key(1), Deferred::Charge(Amount::ZERO));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.cost, task.cost_source), (Amount::ZERO, Some(domain::amount::CostSource::Records)));
    assert!(task.put_away_at.is_some());
}
