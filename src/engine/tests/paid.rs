//! The path of a paid submission, step by step, and every kind of answer to it.

use super::{disk::Health, *};
use TaskState::{Cancelled, Queued, Refused, Running, Sending, Unknown};
use domain::{amount::Currency, task::PutBack, time::Wall};
use service::{answer::SubmitVerdict, minimax_v1::judge_submit};

#[test]
fn a_confirmed_task_is_posted_once_and_only_after_both_acknowledgements() {
    let mut world = World::new();
    let effects = world.act(Act::Queue { intents: intents(1), undo: false });
    assert!(matches!(&effects[..], [Effect::Store(StoreCmd::Insert { .. })]), "{effects:?}");
    world.pass(HOUR);
    assert_eq!((world.commands.len(), world.posts.len()), (1, 0));

    world.carry_out();
    world.hear();
    let Some(StoreCmd::ClaimSend { write, per_minute: 5, .. }) = world.commands.front() else {
        panic!("{:?}", world.commands)
    };
    assert_eq!(write.task.phase, Phase::Sending { since: world.wall() });
    assert_eq!((world.commands.len(), world.posts.len()), (1, 0));
    assert_eq!(world.states(1), (Queued, Queued));

    world.carry_out();
    assert_eq!(world.disk.tasks[&key(1)].state(), Sending);
    assert_eq!(world.posts.len(), 0);
    world.hear();
    assert_eq!(world.keys_posted(), [1]);
    let request = Box::new(testing::request());
    let Some(HttpCmd::Submit { key: TaskKey(1), ticket, .. }) = world.calls.front().cloned() else { panic!() };
    assert_eq!(world.calls, [HttpCmd::Submit { key: key(1), ticket, request }]);

    world.pass(MINUTE);
    world.settle();
    assert_eq!(world.keys_posted(), [1]);
}

#[test]
fn what_is_being_sent_counts_as_spent_until_it_is_answered_over_midnight_too() {
    let mut world = World::new();
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    assert_eq!(world.states(1).0, TaskState::Sending);
    let sums = |world: &World| [&world.state.money.spent_today, &world.state.money.reserved].map(ToString::to_string);
    for _ in 0..2 {
        assert_eq!(sums(&world), ["0.5 PTC", ""]);
        world.now.wall = world.now.day_end();
        world.take(Msg::Wake);
    }
    world.reply(accepted("1"));
    world.settle();
    assert_eq!(sums(&world), ["", ""], "it is of the day on which it was sent");
}

#[test]
fn an_accepted_task_is_charged_runs_and_its_answer_counts_once() {
    let mut world = World::posting();
    let again = world.calls[0].clone();
    world.reply(accepted("R1"));
    world.settle();
    let task = world.disk.tasks[&key(1)].clone();
    assert_eq!(task.remote, Some(RemoteId("R1".into())));
    let claim = task.claim.unwrap();
    assert_eq!((claim.owner.as_str(), claim.until > world.wall()), ("me", true));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged]);
    assert_eq!(world.disk.events[&key(1)], ["sending", "accepted"]);

    let before = world.state.stale;
    world.calls.push_back(again);
    world.reply(accepted("R2"));
    assert_eq!((world.state.stale - before, world.commands.len()), (1, 0));
}

#[test]
fn the_undo_window_is_waited_out_and_a_task_taken_back_in_it_is_free() {
    let mut world = World::with(|settings| settings.queue.undo_ms = 3 * SECOND);
    world.act(Act::Queue { intents: intents(2), undo: true });
    world.settle();
    let at = world.state.now.mono.plus(3 * SECOND);
    assert_eq!(super::super::next_deadline(&world.state), Some(at));
    world.pass(2_999);
    assert_eq!(world.commands.len(), 0);
    world.act(Act::Cancel(vec![key(1)]));
    world.settle();
    assert_eq!(world.states(1), (Cancelled, Cancelled));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Released]);
    world.pass(1);
    world.settle();
    assert_eq!(world.keys_posted(), [2]);
}

#[test]
fn an_answer_that_asks_to_wait_puts_the_task_back_for_as_long_as_it_says() {
    let mut world = World::queued(2);
    world.store();
    world.store();
    let reply = Reply::Answered { http: 429, retry_after_ms: Some(40_000), request_id: None, body: String::new() };
    let SubmitVerdict::Later { error, .. } = judge_submit(&reply) else { panic!() };
    world.reply(reply);
    let until = world.wall().plus(40_000);
    let put_back = Some(PutBack { times: 1, error, since: Some(world.wall()) });
    assert_eq!(world.phase(1), Phase::Queued { not_before: until, put_back });
    // The second one was let through before the answer came; after it, the whole account waits.
    world.settle();
    assert_eq!(world.disk.tasks[&key(1)].claim, None);
    let sent = world.posts.len();
    world.pass(39_999);
    world.settle();
    assert_eq!(world.posts.len(), sent);
    world.pass(1);
    world.settle();
    assert_eq!(world.posts.len(), sent + 1);
    assert!(!world.ledger(1).contains(&MoneyEvent::Released));
}

#[test]
fn each_proven_refusal_to_take_it_now_is_sent_again_with_growing_waits() {
    let upload = Reply::NotUploaded { why: ConnectionFault::Reset, handed: 1, total: 2, detail: "reset".into() };
    for reply in [code(1002), code(1039), code(1041), http(429), upload] {
        let mut world = World::posting();
        let mut waits = Vec::new();
        for _ in 0..4 {
            world.reply(reply.clone());
            world.settle();
            let Phase::Queued { not_before, .. } = world.phase(1) else { panic!("{reply:?}: {:?}", world.phase(1)) };
            waits.push(not_before.since(world.wall()));
            world.pass(waits[waits.len() - 1]);
            world.settle();
        }
        assert_eq!(world.keys_posted(), [1; 5], "{reply:?}");
        assert!(waits.is_sorted() && waits[0] >= 4_500 && waits[3] <= 44_000, "{waits:?}");
        assert_eq!(world.ledger(1), [MoneyEvent::Reserved]);
    }
}

#[test]
fn an_address_that_leads_elsewhere_halts_at_the_first_answer_whether_it_proves_anything_or_not() {
    let to = || "https://elsewhere.example/".to_owned();
    for (http, state) in [(308, TaskState::Refused), (302, TaskState::Unknown)] {
        let mut world = World::queued(3);
        world.store();
        world.store();
        world.commands.clear(); // The next one's claim: this test is of what follows the answer.
        world.reply(Reply::Redirected { http, request_id: None, to: to(), body: String::new() });
        world.live(HOUR);
        assert_eq!((world.halt(), world.keys_posted()), (Some(HaltCause::Address), vec![1]), "{http}");
        assert_eq!(world.states(1), (state, state));
    }
}

#[test]
fn at_first_and_after_an_unknown_submissions_go_one_by_one_until_one_is_answered_for_good() {
    let mut world = World::with(|settings| {
        settings.queue.stop_after_failures = 0;
        settings.profile.submit_per_minute = 100;
    });
    world.state.own.sending.proven = false;
    world.act(Act::Queue { intents: intents(8), undo: false });
    world.settle();
    assert_eq!(world.keys_posted(), [1]);
    world.reply(timed_out());
    world.settle();
    assert_eq!(world.keys_posted(), [1, 2]);
    world.reply(code(1026));
    world.settle();
    assert_eq!(world.keys_posted(), [1, 2, 3, 4, 5, 6, 7, 8]);
    world.reply(timed_out());
    world.act(Act::Queue { intents: intents(2), undo: false });
    world.settle();
    assert_eq!(world.posts.len(), 8);
}

#[test]
fn a_service_that_cannot_be_reached_is_probed_by_one_submission_and_gets_all_of_them_once_it_answers() {
    let mut world = World::queued(3);
    let mut last = world.now.mono;
    world.settle();
    while !world.calls.is_empty() {
        world.reply(not_connected());
        world.settle();
    }
    let first = world.posts.len();
    for n in first + 1..first + 20 {
        world.live(30 * SECOND);
        assert_eq!(world.calls.len(), 1, "one probe at a time");
        let now = world.posts[world.posts.len() - 1].1;
        assert!(world.posts.len() == n && now.since(last) <= 30 * SECOND, "{:?}", world.posts);
        last = world.now.mono;
        world.reply(not_connected());
    }
    world.live(30 * SECOND);
    world.reply(accepted("R1"));
    world.live(0);
    assert_eq!(world.posts.iter().rev().take_while(|(_, at)| *at == world.now.mono).count(), 3, "{:?}", world.posts);
}

#[test]
fn a_wait_beyond_reason_is_cut_to_an_hour() {
    let mut world = World::posting();
    world.reply(Reply::Answered { http: 429, retry_after_ms: Some(u64::MAX), request_id: None, body: String::new() });
    world.settle();
    world.pass(HOUR);
    world.settle();
    assert_eq!(world.keys_posted(), [1, 1]);
}

#[test]
fn a_refusal_for_key_or_balance_halts_before_the_next_row_fails_the_same_way() {
    for (reply, cause) in [(code(1004), HaltCause::Key), (code(1008), HaltCause::Balance), (http(401), HaltCause::Key)]
    {
        let mut world = World::queued(3);
        world.store();
        world.store();
        world.commands.clear(); // The next one's claim: this test is of what follows the answer.
        world.state.queue.claiming = None;
        world.reply(reply);
        world.settle();
        world.pass(HOUR);
        world.settle();
        assert_eq!((world.halt(), world.keys_posted()), (Some(cause), vec![1]));
        assert_eq!([1, 2, 3].map(|n| world.states(n).1), [Refused, Queued, Queued]);
        assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Released]);
        world.act(Act::Resume);
        world.live(SECOND);
        assert_eq!((world.halt(), world.keys_posted()), (None, vec![1, 2, 3]));
    }
}

#[test]
fn a_refusal_of_one_prompt_stops_nothing_else() {
    let mut world = World::queued(2);
    world.store();
    world.store();
    world.reply(code(1026));
    world.live(SECOND);
    assert_eq!((world.halt(), world.keys_posted()), (None, vec![1, 2]));
    let Phase::Refused { error } = &world.disk.tasks[&key(1)].phase else { panic!() };
    assert_eq!((error.class, error.charged), (ErrorClass::PromptSensitive, Charged::No));
}

#[test]
fn anything_unclear_is_unknown_counts_as_spent_and_is_never_sent_again() {
    let broken = Reply::Broken { why: ConnectionFault::Reset, request_id: None, detail: "reset".into() };
    for reply in [timed_out(), broken, http(500), http(502), ok("<html>"), ok("{}"), code(1001), code(4242)] {
        let mut world = World::posting();
        world.reply(reply.clone());
        world.settle();
        assert_eq!(world.states(1), (Unknown, Unknown), "{reply:?}");
        assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Unknown]);
        assert_eq!(world.state.day(Currency::Ptc).spent, world.disk.tasks[&key(1)].cost);
        for act in [Act::Resume, Act::Refresh(vec![key(1)]), Act::Take(vec![key(1)]), Act::Pause(false)] {
            world.act(act);
        }
        world.live(HOUR);
        assert_eq!((world.keys_posted(), world.states(1).1), (vec![1], Unknown));
    }
}

#[test]
fn a_picture_that_is_gone_refuses_its_own_task_free_of_charge() {
    let mut world = World::posting();
    world.reply(Reply::NotSent { why: Reason::said("a.jpg is gone", "no such file", "Choose another.") });
    world.settle();
    assert_eq!((world.states(1), world.halt()), ((Refused, Refused), None));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Released]);
}

#[test]
fn a_longer_wait_is_never_shortened_by_a_shorter_one() {
    let mut world = World::queued(3);
    for _ in 0..4 {
        world.store();
    }
    assert_eq!(world.keys_posted(), [1, 2, 3]);
    for wait in [120_000, 1_000, 2_000] {
        world.reply(Reply::Answered { http: 429, retry_after_ms: Some(wait), request_id: None, body: String::new() });
    }
    world.live(119_999);
    assert_eq!(world.posts.len(), 3);
    world.act(Act::Resume);
    world.live(0);
    assert_eq!(world.posts.len(), 3);
}

#[test]
fn pause_stops_a_task_even_between_its_claim_and_its_post_and_keeps_its_place() {
    let mut world = World::queued(2);
    world.store();
    world.act(Act::Pause(true));
    world.settle();
    assert_eq!((world.posts.len(), world.states(1)), (0, (Queued, Queued)));
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.sent_at, &task.claim), (None, &None));
    world.live(HOUR);
    assert_eq!(world.posts, []);
    world.act(Act::Pause(false));
    world.live(SECOND);
    assert_eq!(world.keys_posted(), [1, 2]);
}

#[test]
fn without_a_key_nothing_is_sent() {
    let mut world = World::with(|settings| settings.has_key = false);
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.live(HOUR);
    assert_eq!(world.posts, []);
    world.take(Msg::Local(crate::msg::LocalMsg::Key { profile: "302ai".into(), result: Ok(()) }));
    world.live(SECOND);
    assert_eq!(world.keys_posted(), [1]);
}

#[test]
fn work_of_an_earlier_run_comes_back_paused_before_a_person_whatever_came_first() {
    let mut old = super::disk::Disk::default();
    old.put(testing::task(1, Queued));
    let mut world = World::of(old, |settings| settings.interactive = true);
    world.live(HOUR);
    assert_eq!((world.state.queue.paused, world.posts.len()), (true, 0));

    // A row of another program that came before the first page must not hide the old ones.
    let mut state =
        crate::work::Work::new(Settings { catalogue: testing::catalogue(), ..Settings::default() }, testing::now(0));
    let mut tell = |msg| crate::update(&mut state, Msg::Store(msg), testing::now(0)).0;
    tell(StoreMsg::Opened { owner: "me".into(), total: 2, last_seen: None, drafts: vec![] });
    tell(StoreMsg::Changed { tasks: vec![testing::task(2, Running)] });
    let (rows, tasks) = (vec![], vec![testing::task(1, Queued)]);
    let effects = tell(StoreMsg::Page { rows, tasks, last: true });
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::ClaimSend { .. }))), "{effects:?}");
    assert!(state.queue.paused);
}

#[test]
fn three_wishes_to_retry_are_three_attempts_but_one_intent_is_one() {
    let mut world = World::running();
    let agreed = vec![Caution::Paid(Running)];
    let intent =
        Intent { request: testing::request(), parent: Some(key(1)), agreed, name: None, typed: None, profile: None };
    world.act(Act::Queue { intents: vec![intent], undo: false });
    world.settle();
    let child = &world.disk.tasks[&key(2)];
    assert_eq!((child.parent, child.attempt), (Some(key(1)), 2));
    assert!(world.state.tasks.rows[&key(1)].retried);
    assert_eq!(world.keys_posted(), [1, 2]);
}

#[test]
fn rows_found_in_sending_at_the_start_are_unknown_unless_a_living_program_sends_them() {
    let mut disk = super::disk::Disk::default();
    let living = super::disk::others(Wall(testing::WALL).plus(2 * MINUTE));
    disk.put(Task { remote: None, ..testing::task(1, Sending) });
    disk.put(Task { remote: None, claim: living, ..testing::task(2, Sending) });
    disk.put(Task { profile: "elsewhere".into(), remote: None, ..testing::task(3, Sending) });
    let mut world = World::of(disk, |_| ());
    world.settle();
    assert_eq!([1, 2, 3].map(|n| world.states(n).1), [Unknown, Sending, Unknown]);
    assert_eq!(world.ledger(1), [MoneyEvent::Unknown]);
    // Its program dies: a second after its claim has run out the row is looked at, and nobody has it.
    world.live(MINUTE);
    assert_eq!(world.states(2).1, Sending);
    world.live(2 * SECOND);
    assert_eq!(world.states(2).1, Unknown);
    assert_eq!(world.posts, []);
}

#[test]
fn a_long_upload_is_shown_keeps_its_claim_and_its_answer_counts() {
    let mut world = World::posting();
    let Some(HttpCmd::Submit { ticket, .. }) = world.calls.front().cloned() else { panic!() };
    let silence = world.state.settings.queue.submit_stall_ms + world.state.settings.queue.submit_timeout_ms;
    for done in 1..=60 {
        world.pass(10 * SECOND);
        world.take(Msg::Http(HttpMsg::Uploading { key: key(1), ticket, done, total: 60 }));
        world.settle();
        assert_eq!(world.state.queue.uploaded(key(1)), Some((done, 60)));
        // From here on it may be silent for so long, and nobody shall take it for an orphan.
        let claim = world.disk.tasks[&key(1)].claim.clone().unwrap();
        assert!(claim.owner == "me" && claim.until > world.wall().plus(silence), "{claim:?}");
    }
    let stale = world.state.stale;
    world.take(Msg::Http(HttpMsg::Uploading { key: key(1), ticket: ticket + 999, done: 1, total: 2 }));
    assert_eq!(world.state.stale, stale + 1);
    world.reply(accepted("R1"));
    world.settle();
    assert_eq!((world.states(1), world.state.queue.uploaded(key(1))), ((Running, Running), None));
}

#[test]
fn a_store_that_cannot_take_the_intent_or_the_sending_lets_nothing_go() {
    let mut world = World::new();
    world.disk.health = Health::Full;
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.store();
    let failed =
        |news: &News| matches!(news, News::Batch { result: Err(why), .. } if *why == NotQueued::Store(disk_full()));
    assert_eq!(world.state.news.iter().filter(|news| failed(news)).count(), 1);
    assert_eq!((world.halt(), world.disk.tasks.len()), (Some(HaltCause::Store), 0));

    world.disk.health = Health::Well;
    world.live(2 * SECOND);
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.carry_out();
    world.disk.health = Health::Full;
    world.hear();
    world.live(10 * MINUTE);
    assert_eq!((world.posts.len(), world.states(1)), (0, (Queued, Queued)));
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!((world.keys_posted(), world.halt()), (vec![1], None));
}

#[test]
fn a_retry_that_was_taken_back_was_none() {
    let mut world = World::running();
    let agreed = vec![Caution::Paid(Running)];
    let intent = || Intent {
        request: testing::request(),
        parent: Some(key(1)),
        agreed: agreed.clone(),
        name: None,
        typed: None,
        profile: None,
    };
    world.state.queue.paused = true;
    world.act(Act::Queue { intents: vec![intent(), intent()], undo: true });
    world.settle();
    let mut retried = |act| {
        world.act(act);
        world.settle();
        world.state.tasks.rows[&key(1)].retried
    };
    assert_eq!([retried(Act::Cancel(vec![key(2)])), retried(Act::Cancel(vec![key(3)]))], [true, false]);
}

#[test]
fn the_number_under_which_the_gateway_keeps_a_submission_is_that_of_its_last_answer() {
    let with = |id: &str, reply: Reply| match reply {
        Reply::Answered { http, retry_after_ms, body, .. } => {
            Reply::Answered { http, retry_after_ms, request_id: Some(id.into()), body }
        }
        other => panic!("{other:?}"),
    };
    let mut world = World::posting();
    world.reply(with("q1", code(1002)));
    world.settle();
    assert_eq!(world.disk.tasks[&key(1)].request_id.as_deref(), Some("q1"));
    world.pass(10 * SECOND);
    world.settle();
    assert_eq!((world.posts.len(), world.disk.tasks[&key(1)].request_id.as_deref()), (2, None));
    world.reply(with("q2", http(502)));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), task.request_id.as_deref()), (Unknown, Some("q2")));
}

#[test]
fn a_claim_outlives_the_time_outs_by_70_seconds_and_is_renewed_when_half_of_that_is_over() {
    let mut world = World::posting();
    let queue = &world.state.settings.queue;
    let lease = queue.submit_stall_ms + queue.submit_timeout_ms + 70 * SECOND;
    let ticket = world.state.queue.posting[&key(1)].ticket;
    let until = |world: &World| world.state.tasks.live[&key(1)].claim.as_ref().map(|claim| claim.until);
    let begun = until(&world);
    assert_eq!(begun, world.disk.tasks[&key(1)].sent_at.map(|at| at.plus(lease)));
    let uploads = |world: &mut World| crate::queue::uploading(&mut world.state.work, key(1), ticket, (1, 2)).len();
    world.pass(35 * SECOND);
    assert_eq!((uploads(&mut world), until(&world)), (0, begun));
    world.pass(1);
    assert_eq!(uploads(&mut world), 1);
    assert_eq!(until(&world), Some(world.wall().plus(lease)));
}

#[test]
fn what_the_service_puts_off_waits_about_five_seconds_at_first_and_five_minutes_at_last() {
    let mut world = World::posting();
    let mut waits = Vec::new();
    for _ in 0..10 {
        world.reply(code(1002));
        world.settle();
        let Phase::Queued { not_before, .. } = world.phase(1) else { panic!("{:?}", world.phase(1)) };
        waits.push(not_before.since(world.wall()));
        world.live(not_before.since(world.wall()) + MINUTE);
    }
    // A tenth more or less, so that programs do not come at once.
    let about = |ms: u64| ms - ms / 10..=ms + ms / 10;
    assert!(about(5 * SECOND).contains(&waits[0]) && about(5 * MINUTE).contains(&waits[9]), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= 5 * MINUTE + 30 * SECOND), "{waits:?}");
}
