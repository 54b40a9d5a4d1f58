//! What holds up a running task, what is backed off from, and the end that a person can act on.

use super::*;
use TaskState::{Failed, Ready, Running, Saving};
use domain::{
    refunds::Why,
    task::{NO_FILE, Trouble},
};

const PACE: u64 = 10 * SECOND;

fn running(n: u32) -> World {
    let mut disk = super::disk::Disk::default();
    for key in 1..=n {
        disk.put(testing::task(key, Running));
    }
    World::of(disk, |settings| settings.poll.every_ms = PACE)
}

/// Answers every query for `ms` milliseconds by what `answer` says of its task; gives how often each was asked.
fn answer_all(world: &mut World, ms: u64, answer: impl Fn(TaskKey) -> Reply) -> Vec<usize> {
    let end = world.now.mono.plus(ms);
    let mut asked = vec![0; 1 + world.disk.tasks.len()];
    while world.now.mono < end {
        world.live(100);
        while let Some(call) = world.calls.front() {
            let HttpCmd::Query { key, .. } = call else { break };
            let key = *key;
            asked[key.0 as usize] += 1;
            world.reply(answer(key));
        }
        world.settle();
    }
    asked
}

fn trouble(world: &World, n: u32) -> Option<(String, ErrorClass)> {
    let task = &world.disk.tasks[&key(n)];
    assert_eq!(task.trouble().is_some(), world.state.tasks.held_up.contains(&key(n)), "the header's count");
    assert_eq!(task.error_or_trouble().map(|error| error.class), world.state.tasks.rows[&key(n)].class, "the row");
    task.trouble().map(|(error, since)| {
        assert!(since.is_some_and(|since| since <= world.wall()));
        (error.code.clone(), error.class)
    })
}

#[test]
fn a_little_trouble_of_the_service_costs_a_task_seconds() {
    let mut world = running(1);
    let begun = world.now.mono;
    let mut answers = vec![http(502), http(502), code(1002)].into_iter();
    let mut outage = None;
    loop {
        world.live(100);
        assert!(world.now.mono.since(begun) < MINUTE, "{:?}", world.phase(1));
        if world.calls.is_empty() {
            continue;
        }
        if let Some(reply) = answers.next() {
            world.reply(reply);
            continue;
        }
        let since = *outage.get_or_insert(world.now.mono);
        if world.now.mono.since(since) >= 4 * SECOND {
            world.reply(success("F1"));
            break;
        }
        world.reply(not_connected());
    }
    let took = world.now.mono.since(begun);
    assert!(took <= 20 * SECOND, "{took} ms");
}

#[test]
fn all_tasks_are_asked_again_within_seconds_of_the_end_of_an_outage() {
    let mut world = running(10);
    answer_all(&mut world, 10 * MINUTE, |_| not_connected());
    let asked = answer_all(&mut world, 33 * SECOND, |_| status("Processing"));
    assert!(asked[1..].iter().all(|n| *n >= 1), "{asked:?}");
    assert!((1..=10).all(|n| trouble(&world, n).is_none()));
}

#[test]
fn one_task_that_gets_no_answer_backs_off_alone_and_holds_up_no_other() {
    let mut world = running(2);
    let answer = |key: TaskKey| if key.0 == 1 { http(500) } else { status("Processing") };
    let asked = answer_all(&mut world, 20 * MINUTE, answer);
    assert!((2..=12).contains(&asked[1]) && asked[2] >= 60, "{asked:?}");
    assert_eq!(world.state.own.poller.offline_since, None);
    assert_eq!(trouble(&world, 1), Some(("HTTP 500".into(), ErrorClass::Service)));
    assert_eq!(trouble(&world, 2), None);
    // The service-wide trouble of one failing task never keeps a file from being fetched.
    let answer = |key: TaskKey| if key.0 == 1 { http(500) } else { success("F2") };
    answer_all(&mut world, MINUTE, answer);
    assert_eq!(world.states(2).0, Saving);
}

#[test]
fn an_account_that_asks_too_fast_rests_for_as_long_as_the_service_says_whatever_one_task_has_met() {
    let mut world = running(3);
    world.live(0);
    world.reply(Reply::Answered { http: 429, retry_after_ms: Some(7_000), request_id: None, body: String::new() });
    world.settle();
    assert_eq!(trouble(&world, 1), Some(("HTTP 429".into(), ErrorClass::RateLimited)));
    world.live(6_999);
    assert_eq!(world.calls.len(), 0);
    let asked = answer_all(&mut world, 2 * SECOND, |_| status("Processing"));
    assert_eq!(asked[1..], [1, 1, 1]);
    assert_eq!(trouble(&world, 1), None);
}

#[test]
fn a_query_that_is_refused_is_told_at_once_and_ends_as_something_that_can_be_asked_again() {
    for (reply, code, class, patience) in [
        (code(2013), "2013", ErrorClass::InvalidParams, 30 * SECOND),
        (
            Reply::Answered {
                http: 410,
                retry_after_ms: None,
                request_id: None,
                body: r#"{"error":{"err_code":-10010}}"#.into(),
            },
            "-10010",
            ErrorClass::InvalidParams,
            30 * SECOND,
        ),
        (
            Reply::Redirected {
                http: 301,
                request_id: None,
                to: "https://elsewhere.example/".into(),
                body: String::new(),
            },
            "HTTP 301",
            ErrorClass::Network,
            MINUTE,
        ),
    ] {
        let mut world = running(2);
        let answer = |key: TaskKey| if key.0 == 1 { reply.clone() } else { status("Processing") };
        answer_all(&mut world, 2 * SECOND, answer);
        assert_eq!((world.states(1), trouble(&world, 1)), ((Running, Running), Some((code.into(), class))));
        // It was asked, though the answer was no state.
        assert!(matches!(world.state.tasks.live[&key(1)].phase, Phase::Running { polls: 1.., .. }), "{code}");
        answer_all(&mut world, patience - 3 * SECOND, answer);
        assert_eq!(world.states(1), (Running, Running), "{code}");
        answer_all(&mut world, 3 * SECOND, answer);
        assert_eq!(world.states(1), (Failed, Failed), "{code}");
        let task = world.disk.tasks[&key(1)].clone();
        let error = task.error().unwrap();
        assert_eq!((error.code.as_str(), error.class, error.charged), (code, ErrorClass::Service, Charged::Yes));
        let Reason::Own(Own::GivenUp(met)) = &error.reason else { panic!("{:?}", error.reason) };
        // No parameter of the person's was at fault.
        assert!(code != "2013" || matches!(&**met, Reason::Call(call) if call.met == Met::NoSuchTask), "{met:?}");
        let asked_back = domain::refunds::of(&task, world.state.now);
        assert_eq!(asked_back.iter().map(|refund| refund.why).collect::<Vec<_>>(), [Why::Unanswered]);
        assert_eq!((task.status(), trouble(&world, 1)), ("", None));
        assert_eq!(world.state.own.poller.offline_since, None);
        world.act(Act::Download { keys: vec![key(1)], dir: None });
        world.settle();
        assert_eq!((world.states(1), world.disk.tasks[&key(1)].finished_at), ((Running, Running), None));
        answer_all(&mut world, SECOND, |_| success("F1"));
        assert!(matches!(world.states(1).0, Ready | Saving), "{:?}", world.states(1));
    }
}

#[test]
fn a_success_without_a_file_ends_after_half_a_minute_as_failed_and_charged_and_is_asked_for_again() {
    let mut world = running(1);
    let made = |_| ok(r#"{"status":"Success","file_id":""}"#);
    let asked = answer_all(&mut world, 29 * SECOND, made);
    assert!((5..=8).contains(&asked[1]), "{asked:?}");
    assert_eq!((world.states(1).0, trouble(&world, 1)), (Running, Some((NO_FILE.into(), ErrorClass::Service))));
    answer_all(&mut world, 2 * SECOND, made);
    let task = world.disk.tasks[&key(1)].clone();
    let Phase::Failed { error } = &task.phase else { panic!("{:?}", task.phase) };
    assert_eq!((error.class, error.charged, task.status()), (ErrorClass::Service, Charged::Yes, "Success"));
    world.act(Act::Download { keys: vec![key(1)], dir: None });
    answer_all(&mut world, SECOND, |_| success("F1"));
    assert!(matches!(world.states(1).0, Ready | Saving), "{:?}", world.states(1));
}

#[test]
fn a_success_without_a_file_ends_also_where_the_clock_was_set_back_meanwhile() {
    let mut world = running(1);
    let made = |_| ok(r#"{"status":"done"}"#);
    answer_all(&mut world, 5 * SECOND, made);
    world.now.wall = domain::time::Wall(world.now.wall.0 - 10_800_000);
    answer_all(&mut world, 31 * SECOND, made);
    assert_eq!(world.states(1), (Failed, Failed));
}

#[test]
fn a_state_that_is_not_known_is_shown_and_told_as_trouble_after_ten_minutes() {
    let mut world = World::running();
    answer_all(&mut world, 9 * MINUTE, |_| status("Throttled"));
    assert!(matches!(world.phase(1), Phase::Running { status, trouble: None, .. } if status == "Throttled"));
    answer_all(&mut world, 2 * MINUTE, |_| status("Throttled"));
    let Phase::Running { trouble: Some(Trouble { error, .. }), .. } = world.phase(1) else { panic!() };
    assert_eq!(error.reason, Reason::Own(Own::OddState("Throttled".into())));
    answer_all(&mut world, MINUTE, |_| status("Processing"));
    assert_eq!(trouble(&world, 1), None);
}
