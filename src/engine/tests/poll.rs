//! Asking about running tasks.

use super::{disk::others, *};
use TaskState::{Failed, Ready, Running};
use domain::{task::FileId, time::Wall};

/// Tasks that were sent a while ago, to be asked about now.
fn many(n: u32) -> World {
    let mut disk = super::disk::Disk::default();
    for key in 1..=n {
        disk.put(testing::task(key, Running));
    }
    World::of(disk, |settings| settings.download.auto = false)
}

fn queries(world: &World) -> usize {
    world.calls.iter().filter(|call| matches!(call, HttpCmd::Query { .. })).count()
}

#[test]
fn the_first_question_waits_for_half_of_the_quick_case() {
    let mut world = World::running();
    let at = super::super::next_deadline(&world.state).unwrap();
    let wait = at.since(world.now.mono);
    assert!((27_000..=33_000).contains(&wait), "{wait}");
    world.live(wait);
    assert_eq!(world.calls.len(), 1);
    world.reply(status("Processing"));
    let Phase::Running { status, next_poll, polls: 1, misses: 0, trouble: None } = world.phase(1) else { panic!() };
    let pause = next_poll.since(world.wall());
    assert!(status == "Processing" && (9_000..=33_000).contains(&pause), "{status} {pause}");
}

#[test]
fn questions_keep_to_the_account_s_budget_and_to_32_at_once() {
    let mut world = many(200);
    world.live(0);
    assert_eq!(queries(&world), 1);
    world.live(2 * SECOND);
    assert_eq!(queries(&world), 11);
    world.live(MINUTE);
    assert_eq!(queries(&world), 32);
    world.live(HOUR);
    assert_eq!(queries(&world), 32);
    let asked: std::collections::BTreeSet<TaskKey> = world.state.own.poller.asking.keys().copied().collect();
    assert_eq!(asked.len(), 32);
}

#[test]
fn what_another_program_heard_from_the_service_has_this_one_look_whether_its_own_line_is_back() {
    let mut world = many(1);
    while world.state.own.poller.offline_since.is_none() {
        world.live(SECOND);
        while !world.calls.is_empty() {
            world.reply(not_connected());
        }
    }
    world.settle();
    let mut task = world.state.tasks.live[&TaskKey(1)].clone();
    task.rev += 1;
    world.take(Msg::Store(StoreMsg::Changed { tasks: vec![task.clone()] }));
    assert!(world.state.own.poller.offline_since.is_some(), "nothing was heard");
    world.settle();
    task.rev = world.state.tasks.live[&TaskKey(1)].rev + 1;
    if let Phase::Running { status, .. } = &mut task.phase {
        "Queueing".clone_into(status);
    }
    world.now.mono = crate::availability::probe_at(&world.state, "302ai");
    world.calls.clear();
    world.state.own.balance.asking = None;
    world.take(Msg::Store(StoreMsg::Changed { tasks: vec![task] }));
    // Nothing is sent on their word: it may be this line that is down.
    assert!(world.state.own.poller.offline_since.is_some());
    world.calls.retain(|call| matches!(call, HttpCmd::Balance { .. }));
    world.reply(ok(r#"{"data":{"balance":"10"}}"#));
    assert_eq!(world.state.own.poller.offline_since, None);
}

#[test]
fn a_service_that_is_away_for_an_hour_is_asked_rarely_and_costs_only_time() {
    let mut world = many(100);
    let mut calls = 0;
    let end = world.now.mono.plus(HOUR);
    while world.now.mono < end {
        world.live(SECOND);
        while !world.calls.is_empty() {
            calls += 1;
            world.reply(not_connected());
        }
    }
    assert!(world.state.own.poller.offline_since.is_some());
    // One probe every half minute.
    assert!((110..150).contains(&calls), "{calls}");
    assert!((1..=100).all(|n| world.states(n) == (Running, Running)));
    // One word in the time line each, not one for every try.
    assert!(world.disk.events.values().all(|events| events.iter().filter(|kind| *kind == "no answer").count() <= 1));
    world.live(2 * MINUTE);
    assert_eq!(world.calls.len(), 1);
    world.reply(status("Processing"));
    assert_eq!(world.state.own.poller.offline_since, None);
    world.live(4 * SECOND);
    assert!(queries(&world) > 10);
}

#[test]
fn a_service_that_is_away_is_asked_at_each_probe_though_no_question_is_due() {
    let mut world = World::running();
    let due = super::super::next_deadline(&world.state).unwrap();
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    world.reply(not_connected());
    world.settle();
    world.act(Act::Cancel(vec![key(2)]));
    world.settle();
    assert!(world.now.mono.plus(20 * SECOND) < due);
    let mut asked_at = Vec::new();
    for _ in 0..20 {
        world.live(SECOND);
        while !world.calls.is_empty() {
            asked_at.push(world.now.mono);
            world.reply(not_connected());
        }
    }
    assert!((5..=12).contains(&asked_at.len()), "{asked_at:?}");
    assert!(world.state.own.poller.offline_since.is_some());
    world.live(10 * SECOND);
    world.reply(status("Processing"));
    assert_eq!(world.state.own.poller.offline_since, None);
    // From now on questions keep to their own times again.
    world.live(SECOND);
    assert_eq!(world.calls.len(), 0);
}

#[test]
fn a_laptop_that_slept_causes_no_storm() {
    for (wall, mono) in [(8 * HOUR, 0), (8 * HOUR, 8 * HOUR)] {
        let mut world = many(100);
        for _ in 0..600 {
            world.live(SECOND);
            while !world.calls.is_empty() {
                world.reply(status("Processing"));
            }
        }
        world.settle();
        world.sleep(wall, mono);
        assert!(queries(&world) <= 5, "{}", queries(&world));
        world.live(SECOND);
        assert!(queries(&world) <= 10, "{}", queries(&world));
    }
}

#[test]
fn every_word_of_the_service_has_its_effect() {
    let charged = |reply: Reply| {
        let mut world = World::running();
        world.live(MINUTE);
        world.reply(reply);
        world.settle();
        let phase = world.disk.tasks[&key(1)].phase.clone();
        (phase, world.ledger(1)[2..].to_vec())
    };
    for word in ["Preparing", "Queueing", "processing", "Warming up", ""] {
        let (phase, _) = charged(status(word));
        let is = matches!(&phase, Phase::Running { status, .. } if status == word);
        assert!(is, "{word}: {phase:?}");
    }
    let (phase, money) = charged(ok(r#"{"status":"Success"}"#));
    assert!(matches!(&phase, Phase::Running { status, trouble: Some(_), .. } if status == "Success"), "{phase:?}");
    assert_eq!(money, []);
    for word in ["Fail", "Failed", "failed"] {
        for (code, charged_as, ledger) in [
            (1026, Charged::No, vec![MoneyEvent::Released]),
            (1027, Charged::Unknown, vec![MoneyEvent::Unknown]),
            (0, Charged::Unknown, vec![MoneyEvent::Unknown]),
        ] {
            let (phase, money) = charged(ok(&format!(r#"{{"status":"{word}","base_resp":{{"status_code":{code}}}}}"#)));
            let Phase::Failed { error } = phase else { panic!("{phase:?}") };
            assert_eq!((error.charged, money), (charged_as, ledger), "{word} {code}");
        }
    }
}

#[test]
fn a_success_waits_for_its_file_by_itself_or_for_the_person_as_set() {
    for auto in [true, false] {
        let mut world = World::running();
        world.state.settings.download.auto = auto;
        world.state.settings.download.parallel = 0;
        world.live(MINUTE);
        world.reply(success("F1"));
        world.settle();
        let next_try = auto.then_some(world.wall());
        let ready = Phase::Ready { file: FileId("F1".into()), trouble: None, tries: 0, next_try, kept: None };
        assert_eq!(world.disk.tasks[&key(1)].phase, ready);
    }
}

#[test]
fn a_key_that_is_not_accepted_any_more_halts_sending_and_questions_rest_a_minute() {
    let mut world = World::running();
    world.live(MINUTE);
    world.reply(http(401));
    world.settle();
    assert_eq!((world.halt(), world.states(1).0), (Some(HaltCause::Key), Running));
    world.live(59_999);
    assert_eq!(world.calls.len(), 0);
    world.live(MINUTE);
    assert_eq!(world.calls.len(), 1);
}

#[test]
fn a_claim_reaches_past_the_next_question_and_costs_few_writes() {
    let mut world = World::running();
    let mut rev = 0;
    let mut writes = 0;
    for _ in 0..1_200 {
        world.live(SECOND);
        while !world.calls.is_empty() {
            world.reply(status("Processing"));
        }
        world.settle();
        let task = &world.disk.tasks[&key(1)];
        writes += u32::from(task.rev != rev);
        rev = task.rev;
        assert!(task.claim.as_ref().unwrap().until > world.wall(), "the claim ran out");
    }
    assert!(writes < 20, "{writes}");
}

#[test]
fn a_running_task_of_a_living_program_is_left_to_it_and_taken_over_when_it_has_died() {
    let mut disk = super::disk::Disk::default();
    let until = Wall(testing::WALL).plus(3 * MINUTE);
    disk.put(Task { claim: others(until), ..testing::task(1, Running) });
    let mut world = World::of(disk, |_| ());
    world.live(2 * MINUTE);
    assert_eq!(world.calls.len(), 0);
    world.live(2 * SECOND);
    assert_eq!(world.calls.len(), 1);
    assert_eq!(world.disk.tasks[&key(1)].claim.as_ref().unwrap().owner, "me");
}

#[test]
fn refresh_asks_at_once_but_never_twice_and_not_against_the_service_s_word() {
    let mut world = World::running();
    world.act(Act::Refresh(vec![key(1)]));
    world.live(SECOND);
    world.act(Act::Refresh(vec![key(1)]));
    world.live(MINUTE);
    assert_eq!(queries(&world), 1);
    world.calls.retain(|call| matches!(call, HttpCmd::Query { .. }));
    world.reply(Reply::Answered { http: 429, retry_after_ms: Some(50_000), request_id: None, body: String::new() });
    world.act(Act::Refresh(vec![key(1)]));
    world.live(49_999);
    assert_eq!(queries(&world), 0);
    world.live(SECOND);
    assert_eq!(queries(&world), 1);
}

#[test]
fn an_answer_for_a_task_that_is_no_longer_watched_changes_nothing() {
    let mut world = World::running();
    world.live(MINUTE);
    world.act(Act::Cancel(vec![key(1)]));
    world.reply(success("F1"));
    world.settle();
    assert_eq!(world.disk.tasks[&key(1)].phase, Phase::Cancelled { was: Running, charged: Charged::Yes });
    assert_ne!(world.states(1).0, Ready);
    assert_ne!(world.states(1).0, Failed);
}

#[test]
fn a_message_among_a_hundred_thousand_ended_tasks_looks_at_none_of_them() {
    let mut world = many(1);
    for n in 2..=100_000 {
        testing::add(&mut world.state, testing::task(n, TaskState::Saved));
    }
    // Of what a deadline and a schedule look at, nothing grows with the ended tasks.
    assert_eq!(world.state.tasks.live.len(), 1);
    assert_eq!(world.state.own.poller.due.first().is_some() as usize + world.state.own.poller.asking.len(), 1);
    assert_eq!((world.state.own.sending.due.first(), world.state.own.saves.first()), (None, None));
    assert_eq!(world.state.store.held.first(), None);
}

#[test]
fn a_balance_that_gets_no_answer_counts_beside_other_calls_and_alone_holds_nothing_back() {
    let mut world = World::new();
    world.state.own.balance.asking = None;
    world.act(Act::Balance);
    world.reply(not_connected());
    assert!(world.state.own.balance.problem.is_some());
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    assert_eq!(world.posts.len(), 1);
    world.reply(not_connected());
    world.settle();
    for _ in 0..20 {
        world.pass(30 * SECOND);
        world.act(Act::Balance);
        // The submission's own probe stays without a word.
        let balance = world.calls.iter().position(|call| matches!(call, HttpCmd::Balance { .. })).unwrap();
        world.calls.rotate_left(balance);
        world.reply(not_connected());
    }
    assert!(world.state.own.poller.offline_since.is_some());
    world.act(Act::Balance);
    let balance = world.calls.iter().position(|call| matches!(call, HttpCmd::Balance { .. })).unwrap();
    world.calls.rotate_left(balance);
    world.reply(http(403));
    assert_eq!(world.state.own.poller.offline_since, None);
}
