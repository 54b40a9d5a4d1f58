//! Changes that another program's overtook, where what it wrote is no word on the work itself: a line of money, a wish
//! of a person.

use super::{
    disk::{Health, others},
    records::with_id,
    rig::Ground as _,
    *,
};
use crate::work::Deferred;
use TaskState::{Queued, Running, Saved, Saving, Unknown};
use domain::{
    amount::{CostSource, Currency},
    task::{ID_LOST, INTERRUPTED, Second},
};

/// One more charge for the same call, as another program reads it from the gateway's records.
fn second() -> Second {
    let cost = Amount::from_thousandths(500);
    Second {
        request_id: Some("q2".into()),
        cost,
        at: Wall(testing::WALL),
        refund: domain::task::RefundMarks::default(),
    }
}

/// The gateway's records tell that of the first task.
fn tell(world: &mut World, what: Deferred) {
    let effects = crate::ended::change(&mut world.state.work, key(1), what);
    let now = world.now;
    for effect in effects {
        world.ground.perform(effect, now);
    }
    world.settle();
}

fn code_of(world: &World) -> String {
    world.disk.tasks[&key(1)].error().unwrap().code.clone()
}

#[test]
fn a_write_of_ours_that_was_held_up_erases_nothing_of_what_another_program_wrote_down_meanwhile() {
    let mut world = World::running();
    world.live(MINUTE);
    world.disk.health = Health::Full;
    world.calls.retain(|call| matches!(call, HttpCmd::Query { .. }));
    world.reply(status("Preparing"));
    world.settle();
    world.other(1, |task| {
        task.besides.twice.push(second());
        task.dir = Some("/elsewhere".into());
    });
    world.disk.health = Health::Well;
    world.live(5 * MINUTE);
    let known = |task: &Task| (task.status().to_owned(), task.besides.twice.clone(), task.dir.clone());
    let all = ("Preparing".to_owned(), vec![second()], Some("/elsewhere".to_owned()));
    assert_eq!(known(&world.disk.tasks[&key(1)]), all);
    // Nor does the next one.
    world.calls.retain(|call| matches!(call, HttpCmd::Query { .. }));
    world.reply(status("Processing"));
    world.settle();
    assert_eq!(known(&world.disk.tasks[&key(1)]), ("Processing".to_owned(), all.1, all.2));
}

#[test]
fn a_second_charge_that_two_programs_find_is_in_the_ledger_once() {
    let mut world = World::running();
    world.disk.health = Health::Full;
    tell(&mut world, Deferred::Twice(second()));
    world.other(1, |task| task.besides.twice.push(second()));
    world.disk.health = Health::Well;
    world.live(5 * MINUTE);
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), &task.besides.twice), (Running, &vec![second()]));
    assert!(!world.ledger(1).contains(&MoneyEvent::Twice), "the other program wrote that line: {:?}", world.ledger(1));
}

#[test]
fn an_answer_stands_whatever_another_program_wrote_of_the_money_while_its_submission_was_under_way() {
    for (reply, state, code) in
        [(with_id("r1", http(504)), Unknown, "HTTP 504"), (with_id("r1", code(1002)), Queued, "1002")]
    {
        let mut world = World::posting();
        world.other(1, |task| task.besides.uploads += Amount::from_thousandths(1));
        world.reply(reply);
        world.settle();
        let task = world.disk.tasks[&key(1)].clone();
        assert_eq!((world.states(1), code_of(&world)), ((state, state), code.to_owned()));
        assert_eq!(task.request_id.as_deref(), Some("r1"));
        assert_eq!(task.besides.uploads.of(Currency::Ptc).to_string(), "0.001 PTC");
        assert_eq!(world.keys_posted(), [1]);
    }
}

#[test]
fn an_answer_that_leaves_the_outcome_open_is_more_than_that_its_program_was_taken_for_dead() {
    let mut world = World::posting();
    world.other(1, |task| {
        let reason = Reason::Own(Own::Interrupted);
        let error = TaskError {
            code: INTERRUPTED.into(),
            class: ErrorClass::UnknownOutcome,
            reason,
            charged: Charged::Unknown,
        };
        task.phase = Phase::Unknown { error };
        task.claim = None;
    });
    world.reply(with_id("r1", http(504)));
    world.settle();
    let task = world.disk.tasks[&key(1)].clone();
    assert_eq!((world.states(1), code_of(&world)), ((Unknown, Unknown), "HTTP 504".to_owned()));
    assert_eq!((task.request_id.as_deref(), task.claim), (Some("r1"), None));
    // One that has an answer of its own keeps it.
    let mut world = World::posting();
    world.other(1, |task| {
        let error = TaskError { code: "HTTP 502".into(), ..save::trouble(ErrorClass::UnknownOutcome) };
        task.phase = Phase::Unknown { error };
        task.claim = others(Wall(testing::WALL));
    });
    world.reply(with_id("r1", http(504)));
    world.settle();
    assert_eq!((world.states(1).1, code_of(&world)), (Unknown, "HTTP 502".to_owned()));
}

#[test]
fn an_id_that_comes_after_the_records_had_it_for_lost_runs_on_and_one_after_a_persons_word_is_kept() {
    let lost = TaskError { code: ID_LOST.into(), ..save::trouble(ErrorClass::Service) };
    let ended = Phase::Cancelled { was: Unknown, charged: Charged::Yes };
    for (theirs, state) in [(Phase::Failed { error: lost }, Running), (ended, TaskState::Cancelled)] {
        let mut world = World::posting();
        world.disk.downloads.insert(key(1));
        world.other(1, |task| (task.phase, task.claim) = (theirs, None));
        world.reply(accepted("R1"));
        world.settle();
        let task = &world.disk.tasks[&key(1)];
        assert_eq!((world.states(1), task.remote.as_ref()), ((state, state), Some(&RemoteId("R1".into()))));
        assert!(world.state.store.unsaved.is_empty());
        assert_eq!(world.keys_posted(), [1]);
        world.calls.clear();
        world.live(MINUTE);
        let asks = world.calls.iter().any(|call| matches!(call, HttpCmd::Query { .. }));
        assert_eq!(asks, state == Running);
    }
}

#[test]
fn what_another_program_read_of_a_charge_stands_against_a_failure_that_ought_to_be_free() {
    let mut world = World::with(|settings| settings.retry.auto = vec![ErrorClass::RateLimited]);
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.store();
    world.store();
    world.reply(accepted("R1"));
    world.settle();
    while !world.calls.iter().any(|call| matches!(call, HttpCmd::Query { .. })) {
        world.pass(SECOND);
    }
    world.calls.retain(|call| matches!(call, HttpCmd::Query { .. }));
    world.other(1, |task| task.cost_source = Some(CostSource::Records));
    world.reply(ok(r#"{"task_id":"R1","status":"Fail","base_resp":{"status_code":1002}}"#));
    world.settle();
    world.live(MINUTE);
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), task.charged()), (TaskState::Failed, Charged::Yes));
    assert!(!world.ledger(1).contains(&MoneyEvent::Released), "{:?}", world.ledger(1));
    assert_eq!(world.keys_posted(), [1], "nothing is paid again by itself");
}

#[test]
fn a_failure_is_tried_again_by_itself_once_the_records_say_that_its_charge_came_back_soon() {
    for (later, posted) in [(MINUTE, vec![1, 2]), (HOUR, vec![1])] {
        let mut world = records::failed_after(records::charge("0.5"), 1002);
        world.state.settings.retry.auto = vec![ErrorClass::RateLimited];
        assert_eq!(world.disk.tasks[&key(1)].charged(), Charged::Yes);
        world.live(later);
        world.calls.clear();
        tell(&mut world, Deferred::Charge(Amount::ZERO));
        world.live(2 * MINUTE);
        assert_eq!(world.keys_posted(), posted, "{later}");
    }
}

#[test]
fn a_file_that_was_saved_while_another_program_wrote_a_line_of_money_is_saved_once() {
    let mut world = save::fetching();
    assert_eq!(world.states(1).1, Saving);
    let ticket = save::ticket(&world);
    world.other(1, |task| task.besides.twice.push(second()));
    world.take(Msg::Save(SaveMsg::Done { key: key(1), ticket, saved: save::file() }));
    world.settle();
    world.live(5 * MINUTE);
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), task.saved(), &task.besides.twice), (Saved, Some(&save::file()), &vec![second()]));
    assert_eq!((world.saves.len(), world.states(1).0), (1, Saved));
}
