//! What the gateway's records change: charges, and unknowns that settle themselves.

use super::{disk::Health, *};
use crate::news::TaskNews;
use domain::{
    amount::CostSource,
    evidence::Evidence,
    task::{
        ID_LOST,
        TaskState::{Failed, Running, Unknown},
    },
};

/// A record of a submission at that moment of the test.
pub(super) fn row(id: &str, at: Wall, more: &str) -> String {
    let seconds = at.0 / 1_000;
    format!(r#"{{"request_id":"{id}","created_at":{seconds},"path":"/minimaxi/v1/video_generation","cost":0.4{more}}}"#)
}

pub(super) fn page(rows: &[String]) -> Reply {
    page_of(1, 1, rows)
}

/// The page of that number out of `total`.
pub(super) fn page_of(total: u32, page: u32, rows: &[String]) -> Reply {
    let pagination = format!(r#"{{"total_page":{total},"cur_page":{page}}}"#);
    ok(&format!(r#"{{"items":[{}],"pagination":{pagination}}}"#, rows.join(",")))
}

/// The pages of the records that are asked for.
pub(super) fn pages_asked(world: &World) -> Vec<u32> {
    let page = |call: &HttpCmd| if let HttpCmd::Records { page, .. } = call { Some(*page) } else { None };
    world.calls.iter().filter_map(page).collect()
}

pub(super) fn charge(cost: &str) -> Reply {
    ok(&format!(r#"{{"data":{{"cost":{cost}}}}}"#))
}

pub(super) fn not_found() -> Reply {
    ok(r#"{"code":-1,"msg":"record not found"}"#)
}

pub(super) fn with_id(id: &str, reply: Reply) -> Reply {
    match reply {
        Reply::Answered { http, retry_after_ms, body, .. } => {
            Reply::Answered { http, retry_after_ms, request_id: Some(id.into()), body }
        }
        other => other,
    }
}

/// A program that asks the records, with `n` queued tasks.
pub(super) fn queued(n: usize) -> World {
    let mut world = World::with(|settings| settings.profile.records = true);
    world.act(Act::Queue { intents: intents(n), undo: false });
    world
}

/// One whose only task has been posted.
pub(super) fn posting() -> World {
    let mut world = queued(1);
    world.store();
    world.store();
    assert_eq!(world.posts.len(), 1);
    world
}

/// Questions to the records that wait, and none of the others.
pub(super) fn asked(world: &mut World) -> usize {
    world.calls.retain(|call| matches!(call, HttpCmd::Charge { .. } | HttpCmd::Records { .. }));
    world.calls.len()
}

/// One task whose answer was lost.
pub(super) fn unknown() -> World {
    let mut world = posting();
    world.reply(timed_out());
    world.settle();
    assert_eq!(world.states(1), (Unknown, Unknown));
    world
}

/// One task was accepted as `R1`, and its charge is asked for.
pub(super) fn asking() -> World {
    let mut world = posting();
    world.reply(with_id("q1", accepted("R1")));
    world.settle();
    world.pass(5 * SECOND);
    world
}

/// One whose acceptance the records answered so, and that failed since with that code.
pub(super) fn failed_after(record: Reply, code: u32) -> World {
    let mut world = asking();
    asked(&mut world);
    world.reply(record);
    world.settle();
    until_queried(&mut world);
    world.reply(ok(&format!(r#"{{"task_id":"R1","status":"Fail","base_resp":{{"status_code":{code}}}}}"#)));
    world.settle();
    world
}

pub(super) fn until_queried(world: &mut World) {
    while !world.calls.iter().any(|call| matches!(call, HttpCmd::Query { .. })) {
        world.pass(SECOND);
    }
}

#[test]
fn the_charge_is_asked_for_after_five_seconds_and_while_there_is_none_after_one_five_and_thirty_minutes() {
    let mut world = posting();
    world.reply(with_id("q1", accepted("R1")));
    world.settle();
    let begun = world.now.mono;
    let mut times = Vec::new();
    for _ in 0..40 * 60 {
        world.pass(SECOND);
        world.settle();
        if asked(&mut world) > 0 {
            times.push(world.now.mono.since(begun) / SECOND);
            world.reply(not_found());
        }
    }
    assert_eq!(times, [5, 60, 300, 1_800]);
}

#[test]
fn the_real_charge_takes_the_place_of_the_expected_one_and_has_a_line_of_its_own() {
    let mut world = asking();
    assert_eq!(asked(&mut world), 1);
    world.reply(charge("\"0.4\""));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.cost.to_string(), task.cost_source), ("0.4".into(), Some(CostSource::Records)));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged, MoneyEvent::Recorded]);
    assert_eq!(world.state.money.spent_today.to_string(), "0.4 PTC");
    world.pass(HOUR);
    assert_eq!(asked(&mut world), 0);
}

#[test]
fn the_charge_of_an_archived_task_counts_in_its_day_and_leaves_it_archived() {
    let mut world = failed_after(not_found(), 1027);
    assert_eq!(asked(&mut world), 1);
    world.take(Msg::Store(StoreMsg::ArchivedElsewhere { keys: vec![key(1)] }));
    world.state.news.clear();
    world.reply(charge("0.4"));
    world.settle();
    assert_eq!(world.disk.tasks[&key(1)].cost.to_string(), "0.4");
    let Work { tasks, money, news, store, .. } = &*world.state;
    assert_eq!((tasks.rows.len(), tasks.counts, tasks.total), (0, [0; TaskState::COUNT], 0));
    assert_eq!((money.spent_today.to_string().as_str(), store.unsaved.len()), ("0.4 PTC", 0));
    // Neither a row of the table nor an end is news.
    assert!(!news.iter().any(|news| matches!(news, News::Rows(_) | News::Task { .. })), "{news:?}");
}

#[test]
fn the_end_is_asked_about_too_since_a_failure_may_have_been_given_back() {
    let mut world = failed_after(charge("0.5"), 1027);
    assert_eq!((world.states(1), asked(&mut world)), ((Failed, Failed), 1));
    world.reply(charge("0"));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.cost.to_string(), task.charged()), ("0.0".into(), Charged::No));
    assert!(!domain::refunds::is_refundable(task), "{task:?}");
    world.pass(HOUR);
    assert_eq!(asked(&mut world), 0);
}

#[test]
fn a_failure_takes_no_charge_back_that_the_records_have_told() {
    for code in [1026, 1000] {
        let mut world = failed_after(charge("0.5"), code);
        assert_eq!(asked(&mut world), 1);
        // It was not given back: the same charge is no news.
        world.reply(charge("0.5"));
        world.settle();
        assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Charged, MoneyEvent::Recorded], "{code}");
        assert_eq!(world.disk.tasks[&key(1)].charged(), Charged::Yes);
    }
}

#[test]
fn a_key_without_the_permission_is_told_once_and_asked_no_more_until_the_config_is_read_again() {
    let mut world = asking();
    asked(&mut world);
    world.reply(ok(r#"{"code":403,"msg":"no access"}"#));
    let denied = |world: &World| world.state.news.iter().filter(|news| matches!(news, News::Records(_))).count();
    assert_eq!(denied(&world), 1);
    world.pass(HOUR);
    assert_eq!((asked(&mut world), denied(&world)), (0, 1));
    let reread = crate::msg::Reread { settings: world.state.settings.clone(), changed: vec![], fixed: vec![] };
    world.take(Msg::Config(Ok(Box::new(reread))));
    assert_eq!(asked(&mut world), 1);
}

#[test]
fn where_records_are_off_nothing_is_asked() {
    let mut world = World::posting();
    world.reply(with_id("q1", http(502)));
    world.settle();
    world.pass(HOUR);
    assert_eq!((world.states(1).0, asked(&mut world)), (Unknown, 0));
}

#[test]
fn an_unknown_with_one_record_that_names_its_task_runs_on() {
    let mut world = unknown();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.pass(9 * SECOND);
    assert_eq!(asked(&mut world), 0);
    world.pass(SECOND);
    assert_eq!(asked(&mut world), 1);
    world.reply(page(&[row("q9", sent.plus(SECOND), r#","response":"{\"task_id\":\"77\"}""#)]));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!(
        (task.state(), task.remote.clone(), task.request_id.as_deref()),
        (Running, Some(RemoteId("77".into())), Some("q9"))
    );
    assert_eq!((task.cost.to_string(), task.charged()), ("0.4".into(), Charged::Yes));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Unknown, MoneyEvent::Recorded]);
    assert_eq!(world.posts.len(), 1);
}

/// A world whose one task's record says that it was charged, and names no task.
pub(super) fn id_lost() -> World {
    let mut world = unknown();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.pass(10 * SECOND);
    asked(&mut world);
    world.reply(page(&[row("q9", sent, "")]));
    world.settle();
    world
}

#[test]
fn an_unknown_whose_record_names_no_task_ends_as_charged_and_an_id_that_turns_up_revives_it() {
    let mut world = id_lost();
    let task = world.disk.tasks[&key(1)].clone();
    let error = task.error().unwrap();
    assert_eq!((task.state(), error.code.as_str(), error.class), (Failed, ID_LOST, ErrorClass::Service));
    assert_eq!((task.charged(), task.request_id.as_deref()), (Charged::Yes, Some("q9")));
    assert_eq!(task.finished_at, Some(world.wall()));
    assert!(domain::refunds::is_refundable(&task));
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Found(RemoteId("77".into())) });
    world.reply(ok(r#"{"task_id":"77","status":"Processing","base_resp":{"status_code":0}}"#));
    world.settle();
    assert_eq!(world.states(1), (Running, Running));
    assert_eq!(world.disk.tasks[&key(1)].remote, Some(RemoteId("77".into())));
}

#[test]
fn absence_is_no_decision_and_after_the_last_look_it_is_a_suggestion() {
    let mut world = unknown();
    let begun = world.now.mono;
    let mut times = Vec::new();
    for _ in 0..40 * 60 {
        world.pass(SECOND);
        if asked(&mut world) > 0 {
            times.push(world.now.mono.since(begun) / SECOND);
            assert_eq!(world.disk.tasks[&key(1)].evidence, None);
            world.reply(page(&[]));
        }
        world.settle();
    }
    assert_eq!(times, [10, 60, 300, 1_800]);
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), &task.evidence), (Unknown, &Some(Evidence::NotSeen)));
}

#[test]
fn what_the_records_say_at_last_takes_the_place_of_what_they_said_before() {
    let mut world = unknown();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.pass(10 * SECOND);
    assert_eq!(asked(&mut world), 1);
    world.reply(page(&["q8", "q9"].map(|id| row(id, sent, ""))));
    world.settle();
    assert!(matches!(world.disk.tasks[&key(1)].evidence, Some(Evidence::Ambiguous { .. })));
    world.pass(50 * SECOND);
    assert_eq!(asked(&mut world), 1);
    world.reply(page(&[row("q9", sent, r#","task_id":"77""#)]));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), &task.remote, &task.evidence), (Running, &Some(RemoteId("77".into())), &None));
}

#[test]
fn a_look_that_tells_nothing_is_no_suggestion() {
    let mut world = unknown();
    for _ in 0..40 * 60 {
        world.pass(SECOND);
        while asked(&mut world) > 0 {
            world.reply(http(502));
        }
        world.settle();
    }
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), &task.evidence), (Unknown, &None));
}

#[test]
fn a_look_without_an_end_is_given_up_after_forty_pages_and_decides_nothing() {
    let mut world = unknown();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.pass(10 * SECOND);
    let mut pages = Vec::new();
    while asked(&mut world) > 0 {
        pages.extend(pages_asked(&world));
        world.reply(page_of(1_000, pages[pages.len() - 1], &[row("q9", sent, "")]));
        world.settle();
    }
    assert_eq!(pages, (1..=40).collect::<Vec<_>>());
    assert_eq!((world.states(1), &world.disk.tasks[&key(1)].evidence), ((Unknown, Unknown), &None));
}

#[test]
fn two_unknowns_alike_are_never_swapped_whatever_comes_in_whatever_order() {
    // Each of two alike may have a record or none yet, with or without its task, in either order, on each look.
    let of = |n: u32, at: Wall| {
        [None, Some(row(&format!("q{n}"), at, "")), Some(row(&format!("q{n}"), at, &format!(r#","task_id":"7{n}""#)))]
    };
    for case in 0..18_usize {
        let mut world = queued(2);
        for _ in 0..2 {
            while !world.calls.iter().any(|call| matches!(call, HttpCmd::Submit { .. })) {
                world.store();
                world.pass(100);
            }
            world.reply(timed_out());
            world.settle();
        }
        assert_eq!((world.states(1).1, world.states(2).1), (Unknown, Unknown));
        let sent = |n| world.disk.tasks[&key(n)].sent_at.unwrap();
        let rows = [of(1, sent(1))[case % 3].clone(), of(2, sent(2))[case / 3 % 3].clone()];
        let mut rows: Vec<String> = rows.into_iter().flatten().collect();
        if case >= 9 {
            rows.reverse();
        }
        for _ in 0..35 * 60 {
            world.pass(SECOND);
            while asked(&mut world) > 0 {
                world.reply(page(&rows));
            }
            world.settle();
        }
        for n in 1..=2 {
            let task = &world.disk.tasks[&key(n)];
            let own = |id: &RemoteId| id.0 == format!("7{n}");
            assert!(task.remote.as_ref().is_none_or(own), "case {case}: {task:?}");
            assert!(task.request_id.as_ref().is_none_or(|id| *id == format!("q{n}")), "case {case}: {task:?}");
        }
    }
}

#[test]
fn a_record_of_after_the_clock_was_set_back_is_not_given_to_a_submission_of_before() {
    let mut world = unknown();
    let sent = world.wall();
    world.now.wall = Wall(sent.0 - 3_600_000);
    world.take(Msg::Wake);
    world.calls.clear();
    world.act(Act::Queue { intents: intents(1), undo: false });
    for _ in 0..50 {
        world.store();
        world.pass(100);
    }
    assert_eq!(world.keys_posted(), [1, 2]);
    world.reply(timed_out());
    world.settle();
    assert_eq!((world.states(1).1, world.states(2).1), (Unknown, Unknown));
    // Both ask for the same; by our dates only the first one fits.
    let record = row("q2", sent.plus(5 * SECOND), r#","task_id":"72""#);
    for _ in 0..35 * 60 {
        world.pass(SECOND);
        while asked(&mut world) > 0 {
            world.reply(page(std::slice::from_ref(&record)));
        }
        world.settle();
    }
    let first = &world.disk.tasks[&key(1)];
    assert!(matches!(&first.evidence, Some(Evidence::Ambiguous { others, .. }) if *others == [key(2)]), "{first:?}");
    // Known to programs that start later.
    assert_eq!(world.disk.shared.accounts["302ai"].jumps.shifts(), [-3_600_000, 3_600_000]);
}

#[test]
fn the_record_of_a_submission_whose_body_was_long_under_way_is_not_given_to_a_later_one_alike() {
    // The answer is lost after the last byte, or the program ends while the body is under way; and meanwhile the clock
    // is set back.
    for (ends, set_back) in [(false, 0), (true, 0), (false, HOUR), (true, HOUR)] {
        let mut world = queued(2);
        world.store();
        world.store();
        world.act(Act::Pause(true));
        let HttpCmd::Submit { key: first, ticket, .. } = world.calls[0] else { panic!("{:?}", world.calls) };
        for done in 1..60 {
            world.pass(30 * SECOND);
            if done == 20 {
                world.now.wall = Wall(world.now.wall.0.saturating_sub_unsigned(set_back));
            }
            world.take(Msg::Http(HttpMsg::Uploading { key: first, ticket, done, total: 60 }));
            world.settle();
        }
        let end = world.wall();
        if ends {
            let now = world.now;
            world.disk.tasks.get_mut(&key(1)).unwrap().claim.as_mut().unwrap().owner = "gone".into();
            world = World::of(std::mem::take(&mut world.disk), |settings| settings.profile.records = true);
            world.now = now;
            world.live(5 * MINUTE);
        } else {
            world.reply(timed_out());
        }
        // Another program sent one that asks for the same a moment before the first one's record.
        world.settle();
        let error = world.disk.tasks[&key(1)].error().cloned().unwrap();
        world.other(2, |task| {
            task.sent_at = Some(Wall(end.0 - 5_000));
            task.phase = Phase::Unknown { error };
        });
        world.settle();
        assert_eq!((world.states(1).1, world.states(2).1), (Unknown, Unknown), "{ends} {set_back}");
        let record = row("q1", end, r#","task_id":"71""#);
        for _ in 0..35 * 60 {
            world.pass(SECOND);
            while asked(&mut world) > 0 {
                world.reply(page(std::slice::from_ref(&record)));
            }
            world.settle();
        }
        let second = &world.disk.tasks[&key(2)];
        assert!(
            matches!(&second.evidence, Some(Evidence::Ambiguous { others, .. }) if *others == [key(1)]),
            "{ends} {set_back}: {second:?}"
        );
    }
}

#[test]
fn how_the_clock_was_set_is_learnt_also_while_the_store_takes_no_word_of_ours() {
    let mut world = World::running();
    world.disk.health = Health::Full;
    world.act(Act::Pause(true));
    world.live(MINUTE);
    assert!(!world.state.sharing.is_told());
    let mut account = domain::account::Account::default();
    account.jumps.note(world.wall(), 4_570_000);
    let accounts = [("302ai".to_owned(), account)].into();
    let shared = Box::new(domain::account::Shared { accounts, ..world.disk.shared.clone() });
    world.take(Msg::Store(StoreMsg::Shared { ticket: None, shared }));
    assert_eq!(world.state.own.sending.jumps.shifts(), [-4_570_000, 4_570_000]);
    assert!(world.state.queue.is_paused());
}

#[test]
fn a_charge_that_was_given_back_is_no_longer_counted() {
    let mut world = unknown();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.pass(10 * SECOND);
    asked(&mut world);
    world.reply(page(&[row("q9", sent, "")]));
    world.settle();
    let refund = |world: &mut World, step| {
        world.act(Act::Refund { keys: vec![key(1)], step });
        world.settle();
        world.disk.tasks[&key(1)].clone()
    };
    let asked = refund(&mut world, RefundStep::Asked);
    assert!(asked.refund.asked_at.is_some() && domain::refunds::is_refundable(&asked));
    let given = refund(&mut world, RefundStep::Given);
    assert!(!domain::refunds::is_refundable(&given) && given.charged() == Charged::No);
    assert_eq!(world.ledger(1).last(), Some(&MoneyEvent::Refunded));
    assert_eq!(world.state.money.spent_today.to_string(), "");
}

#[test]
fn a_charge_far_beyond_the_price_is_told_and_closes_no_day() {
    for (cost, counted, told) in [("3000000", "0.5 PTC", true), ("1e12", "0.5 PTC", true), ("9.5", "9.5 PTC", false)] {
        let mut world = asking();
        asked(&mut world);
        world.reply(charge(cost));
        world.settle();
        assert_eq!(world.state.money.spent_today.to_string(), counted, "{cost}");
        let events = &world.disk.events[&key(1)];
        assert_eq!(events.last().map(String::as_str), Some("records"), "{cost}: {events:?}");
        let is_told = |news: &News| matches!(news, News::Task { what: TaskNews::NotBelieved(_), .. });
        assert_eq!(world.state.news.iter().any(is_told), told, "{cost}");
    }
}
