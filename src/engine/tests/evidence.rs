//! Unknowns and the gateway's records, beyond the plain looks: what comes late, what a person takes back, and what
//! several profiles of one account share.

use super::{
    audit::audited,
    records::{asked, asking, charge, failed_after, not_found, page, posting, row, unknown, until_queried, with_id},
    *,
};
use crate::news::{ActNews, Left, NotDone};
use domain::{
    amount::CostSource,
    evidence::Evidence,
    task::TaskState::{Failed, Refused, Running, Unknown},
};

/// A program that starts on the store of another one.
fn restarted(world: &mut World) -> World {
    World::of(std::mem::take(&mut world.disk), |settings| settings.profile.records = true)
}

/// One that the records did not show up to the last look.
fn not_seen() -> World {
    let mut world = unknown();
    for _ in 0..31 {
        world.pass(MINUTE);
        while asked(&mut world) > 0 {
            world.reply(page(&[]));
        }
        world.settle();
    }
    assert_eq!(world.disk.tasks[&key(1)].evidence, Some(Evidence::NotSeen));
    world
}

#[test]
fn a_record_that_comes_after_the_last_look_is_found_at_the_next_start() {
    let mut world = restarted(&mut not_seen());
    world.pass(SECOND);
    assert_eq!(asked(&mut world), 1);
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.reply(page(&[row("q9", sent, r#","task_id":"77""#)]));
    world.settle();
    assert_eq!(world.states(1), (Running, Running));
    // Without one it is no longer asked.
    let mut world = restarted(&mut not_seen());
    world.pass(SECOND);
    assert_eq!(asked(&mut world), 1);
    world.reply(page(&[]));
    world.settle();
    for _ in 0..60 {
        world.pass(MINUTE);
        assert_eq!(asked(&mut world), 0);
    }
    assert_eq!(world.states(1).0, Unknown);
}

#[test]
fn a_person_who_is_about_to_decide_has_the_records_looked_at_now_and_no_look_is_left_out_for_it() {
    let mut world = not_seen();
    world.act(Act::Refresh(vec![key(1)]));
    assert!(crate::unknowns::is_looked_for(&world.state.work, key(1)));
    assert_eq!(asked(&mut world), 1);
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.reply(page(&[row("q9", sent, "")]));
    world.settle();
    assert_eq!(world.states(1), (Failed, Failed));

    let mut world = unknown();
    let mut looks = Vec::new();
    let begun = world.now.mono;
    for second in 1..=61 {
        world.pass(SECOND);
        if second == 20 {
            world.act(Act::Refresh(vec![key(1)]));
        }
        if asked(&mut world) > 0 {
            looks.push(world.now.mono.since(begun) / SECOND);
            world.reply(page(&[]));
        }
        world.settle();
    }
    assert_eq!(looks, [10, 20, 60]);
    assert!(!crate::unknowns::is_looked_for(&world.state.work, key(1)));
}

#[test]
fn an_audit_that_reads_the_record_of_an_unknown_settles_it() {
    let mut world = not_seen();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    audited(&mut world, &[row("q9", sent, r#","task_id":"77""#)]);
    assert_eq!(world.states(1), (Running, Running));
    // One that reads none says nothing of it.
    let mut world = unknown();
    audited(&mut world, &[]);
    assert_eq!((world.states(1).0, &world.disk.tasks[&key(1)].evidence), (Unknown, &None));
}

#[test]
fn a_record_that_a_person_took_back_does_not_settle_it_again_and_its_charge_and_number_go_with_it() {
    for with_task in ["", r#","task_id":"77""#] {
        let mut world = unknown();
        let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
        let rows = [row("q9", sent, with_task)];
        world.pass(10 * SECOND);
        asked(&mut world);
        world.reply(page(&rows));
        world.settle();
        assert_ne!(world.states(1).0, Unknown);
        world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Unknown });
        world.settle();
        let task = &world.disk.tasks[&key(1)];
        assert_eq!((task.state(), &task.request_id, &task.remote), (Unknown, &None, &None));
        assert_eq!((task.cost.to_string(), task.cost_source), ("0.5".into(), Some(CostSource::List)));
        for _ in 0..40 * 60 {
            world.pass(SECOND);
            while asked(&mut world) > 0 {
                world.reply(page(&rows));
            }
            world.settle();
        }
        let task = &world.disk.tasks[&key(1)];
        assert_eq!((task.state(), &task.request_id), (Unknown, &None));
        // It is shown, and nothing is advised.
        assert!(matches!(&task.evidence, Some(Evidence::Ambiguous { records, .. }) if records.len() == 1), "{task:?}");
    }
}

#[test]
fn the_charge_of_one_that_was_taken_back_and_found_by_its_id_is_known_by_the_account_s_calls() {
    let mut world = unknown();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    let rows = [row("q9", sent, r#","task_id":"77""#)];
    world.pass(10 * SECOND);
    asked(&mut world);
    world.reply(page(&rows));
    world.settle();
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Unknown });
    world.settle();
    // The question that was under way then is answered to nobody.
    world.calls.retain(|call| matches!(call, HttpCmd::Query { .. }));
    world.reply(status("Processing"));
    // What the acceptance had planned is over.
    world.state.work.own.records.audit_due = None;
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Found(RemoteId("77".into())) });
    for _ in 0..2 {
        world.live(SECOND);
        world.calls.retain(|call| matches!(call, HttpCmd::Find { .. } | HttpCmd::Query { .. }));
        world.reply(ok(r#"{"task_id":"77","status":"Fail","base_resp":{"status_code":1026}}"#));
        world.settle();
    }
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), task.charged(), &task.request_id), (Failed, Charged::No, &None));
    assert!(world.state.own.records.audit_due.is_some());
    audited(&mut world, &rows);
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.charged(), task.cost.to_string()), (Charged::Yes, "0.4".into()));
    assert_eq!(world.ledger(1).last(), Some(&MoneyEvent::Recorded));
}

#[test]
fn what_the_records_settled_is_asked_about_once_more_when_it_has_failed() {
    for restarts in [false, true] {
        let mut world = unknown();
        let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
        world.pass(10 * SECOND);
        asked(&mut world);
        world.reply(page(&[row("q9", sent, r#","task_id":"77""#)]));
        world.settle();
        assert_eq!(world.states(1), (Running, Running));
        if restarts {
            world = restarted(&mut world);
        }
        until_queried(&mut world);
        world.calls.retain(|call| matches!(call, HttpCmd::Query { .. }));
        world.reply(ok(r#"{"task_id":"77","status":"Fail","base_resp":{"status_code":1026}}"#));
        world.settle();
        assert_eq!(world.disk.tasks[&key(1)].charged(), Charged::Yes);
        world.pass(SECOND);
        assert_eq!(asked(&mut world), 1, "{restarts}");
        world.reply(charge("0"));
        world.settle();
        let task = &world.disk.tasks[&key(1)];
        assert_eq!((task.charged(), task.cost.to_string()), (Charged::No, "0.0".into()));
    }
}

#[test]
fn who_follows_the_records_has_them_looked_at_once_more_first() {
    let follow = |world: &mut World| {
        world.pass(MINUTE);
        world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::NotCreated });
        world.settle();
        assert_eq!((world.states(1).1, asked(world)), (Unknown, 1));
    };
    let mut world = not_seen();
    follow(&mut world);
    world.reply(page(&[]));
    world.settle();
    assert_eq!(world.states(1), (Refused, Refused));
    // A record that came meanwhile is believed, and what may be one is for the person to see.
    let mut world = not_seen();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    follow(&mut world);
    world.reply(page(&[row("q9", sent, r#","task_id":"77""#)]));
    world.settle();
    assert_eq!(world.states(1), (Running, Running));
    let mut world = not_seen();
    follow(&mut world);
    world.reply(page(&[row("q8", sent, ""), row("q9", sent, "")]));
    world.settle();
    assert_eq!(world.states(1).1, Unknown);
    assert!(matches!(world.acts().last(), Some(ActNews::NotDone { why: NotDone::Left(Left::Evidence), .. })));
    // Records that cannot be had hold nobody up for long, and the end of the program holds up nothing.
    let mut world = not_seen();
    follow(&mut world);
    world.pass(14 * SECOND);
    assert_eq!(world.states(1).1, Unknown);
    world.pass(SECOND);
    world.settle();
    assert_eq!(world.states(1), (Refused, Refused));
    let mut world = not_seen();
    follow(&mut world);
    world.act(Act::Quit);
    world.settle();
    assert_eq!((world.states(1).1, world.left), (Refused, true));
    // Another word takes the place of the first; what was looked at a moment ago is not looked at again.
    let mut world = not_seen();
    follow(&mut world);
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Lost });
    world.settle();
    assert_eq!(world.states(1).1, TaskState::Cancelled);
    let mut world = not_seen();
    world.pass(MINUTE);
    world.act(Act::Refresh(vec![key(1)]));
    assert_eq!(asked(&mut world), 1);
    world.reply(page(&[]));
    world.settle();
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::NotCreated });
    world.settle();
    assert_eq!((world.states(1).1, asked(&mut world)), (Refused, 0));
}

#[test]
fn two_profiles_of_one_account_do_not_both_take_its_only_record() {
    let mut world = World::with(|settings| {
        settings.profile.records = true;
        let profile = crate::settings::Profile { name: "two".into(), ..settings.profile.clone() };
        let catalogue = testing::catalogue();
        settings.others.insert("two".into(), crate::settings::Other { profile, catalogue });
    });
    world.state.of_mut("two").sending.proven = true;
    for profile in ["302ai", "two"] {
        let intents = intents(1).into_iter().map(|one| Intent { profile: Some(profile.into()), ..one }).collect();
        world.act(Act::Queue { intents, undo: false });
        world.settle();
        world.calls.retain(|call| matches!(call, HttpCmd::Submit { .. }));
        world.reply(timed_out());
        world.settle();
    }
    assert_eq!((world.states(1).1, world.states(2).1), (Unknown, Unknown));
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    for _ in 0..60 {
        world.pass(SECOND);
        while asked(&mut world) > 0 {
            world.reply(page(&[row("q9", sent, "")]));
        }
        world.settle();
    }
    for n in 1..=2 {
        let task = &world.disk.tasks[&key(n)];
        assert_eq!((task.state(), &task.request_id), (Unknown, &None));
        assert!(matches!(task.evidence, Some(Evidence::Ambiguous { .. })), "{task:?}");
    }
}

#[test]
fn what_ended_in_an_earlier_run_without_a_record_is_asked_about_at_the_start() {
    let mut world = failed_after(not_found(), 1026);
    assert_eq!(world.disk.tasks[&key(1)].cost_source, Some(CostSource::List));

    let mut world = restarted(&mut world);
    world.settle();
    world.pass(SECOND);
    assert_eq!(asked(&mut world), 1);
    world.reply(not_found());
    world.pass(MINUTE);
    assert_eq!(asked(&mut world), 1);
    world.reply(charge("0.4"));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.cost.to_string(), task.cost_source), ("0.4".into(), Some(CostSource::Records)));
}

#[test]
fn what_ended_hours_before_a_start_is_looked_for_by_one_audit() {
    let mut world = asking();
    let mut disk = std::mem::take(&mut world.disk);
    let mut task = disk.tasks[&key(1)].clone();
    let before = Wall(testing::now(MINUTE).wall.0 - 5 * 3_600_000);
    task.phase = Phase::Cancelled { was: Running, charged: Charged::Yes };
    (task.sent_at, task.finished_at) = (Some(before), Some(before));
    disk.put(task);
    let mut world = World::of(disk, |settings| settings.profile.records = true);
    world.settle();
    world.state.work.own.balance.asking = None;
    world.pass(11 * SECOND);
    for reply in [ok(r#"{"data":{"balance":"10"}}"#), page(&[row("q1", before, "")])] {
        world.calls.retain(|call| matches!(call, HttpCmd::Balance { .. } | HttpCmd::Records { .. }));
        world.reply(reply);
        world.settle();
    }
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.cost.to_string(), task.cost_source), ("0.4".into(), Some(CostSource::Records)));
}

#[test]
fn one_that_is_watched_no_more_before_its_first_question_gets_its_real_charge() {
    let mut world = posting();
    world.reply(with_id("q1", accepted("R1")));
    world.settle();
    world.act(Act::Cancel(vec![key(1)]));
    world.settle();
    world.pass(SECOND);
    assert_eq!((world.states(1).1, asked(&mut world)), (TaskState::Cancelled, 1));
    world.reply(charge("0.4"));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.cost.to_string(), task.charged()), ("0.4".into(), Charged::Yes));
}

#[test]
fn a_record_of_a_call_that_cost_nothing_says_so_and_advises_a_retry() {
    let mut world = posting();
    world.reply(with_id("q9", http(502)));
    world.settle();
    assert_eq!(world.states(1).1, Unknown);
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.pass(10 * SECOND);
    asked(&mut world);
    world.reply(page(&[row("q9", sent, "").replace("0.4", "0")]));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    let reason = &task.error().unwrap().reason;
    assert_eq!((task.state(), task.charged(), task.status()), (Failed, Charged::No, ""));
    assert_eq!(*reason, Reason::Own(domain::reason::Own::NothingMade));
    assert_eq!(domain::refunds::of(task, world.now), []);
}
