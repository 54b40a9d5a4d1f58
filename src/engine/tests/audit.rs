//! The ledger beside the gateway's records: who asks, what is found, and what becomes of an audit without an answer.

use super::{
    records::{asked, asking, charge, page, page_of, pages_asked, row, unknown},
    *,
};
use domain::audit::{Apart, NotAudited};

/// Lets an audit of today go through, with these records and the balance as it is said.
pub(super) fn audited(world: &mut World, rows: &[String]) {
    world.state.work.own.balance.asking = None;
    world.act(Act::Audit { days: 1 });
    for reply in [ok(r#"{"data":{"balance":"10"}}"#), page(rows)] {
        world.calls.retain(|call| matches!(call, HttpCmd::Balance { .. } | HttpCmd::Records { .. }));
        world.reply(reply);
        world.settle();
    }
}

#[test]
fn what_was_charged_twice_is_in_the_ledger_once_found_and_among_the_refunds_until_it_came_back() {
    let mut world = asking();
    asked(&mut world);
    world.reply(charge("0.4"));
    world.settle();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    let rows = [row("q1", sent, ""), row("twin", sent, r#","response":"{\"task_id\":\"R1\"}""#)];
    for _ in 0..2 {
        audited(&mut world, &rows);
        assert_eq!(world.ledger(1).iter().filter(|event| **event == MoneyEvent::Twice).count(), 1);
        assert_eq!(world.state.money.spent_today.to_string(), "0.8 PTC");
    }
    assert!(matches!(&world.state.money.audit, Some((Ok(audit), _)) if audit.adds_up()));
    let refunds = domain::refunds::of(&world.disk.tasks[&key(1)], world.now);
    let found: Vec<_> = refunds.iter().map(|one| (one.request_id.as_deref(), one.money.to_string(), one.why)).collect();
    assert_eq!(found, [(Some("twin"), "0.4 PTC".into(), domain::refunds::Why::Twice)]);
    world.act(Act::Refund { keys: vec![key(1)], step: RefundStep::Given });
    world.settle();
    assert_eq!(world.ledger(1).last(), Some(&MoneyEvent::TwiceRefunded));
    assert_eq!(world.state.money.spent_today.to_string(), "0.4 PTC");
    assert_eq!(domain::refunds::of(&world.disk.tasks[&key(1)], world.now), []);
}

#[test]
fn the_program_looks_for_what_was_charged_twice_alone_half_an_hour_after_an_acceptance() {
    let mut world = asking();
    asked(&mut world);
    world.reply(charge("0.4"));
    world.settle();
    world.state.work.own.balance.asking = None;
    let mut looks = Vec::new();
    for minute in 1..90 {
        world.pass(MINUTE);
        world.settle();
        world.calls.retain(|call| matches!(call, HttpCmd::Balance { .. } | HttpCmd::Records { .. }));
        while let Some(call) = world.calls.front() {
            looks.extend(matches!(call, HttpCmd::Records { .. }).then_some(minute));
            let is_balance = matches!(call, HttpCmd::Balance { .. });
            let reply = if is_balance { ok(r#"{"data":{"balance":"10"}}"#) } else { page(&[]) };
            world.reply(reply);
            world.settle();
        }
    }
    assert_eq!(looks.len(), 1, "{looks:?}");
    assert!((30..33).contains(&looks[0]), "{looks:?}");
    // Nobody asked: nothing is shown.
    assert_eq!(world.state.money.audit, None);
}

#[test]
fn what_the_program_looks_for_alone_is_looked_for_again_when_it_got_no_answer_or_a_person_asked() {
    for interrupted in [false, true] {
        let mut world = asking();
        asked(&mut world);
        world.reply(charge("0.4"));
        world.settle();
        let due = |world: &World| world.state.own.records.audit_due;
        let (at, from) = due(&world).unwrap();
        world.state.work.own.balance.asking = None;
        world.pass(at.since(world.now.mono));
        assert!(world.state.money.auditing.is_some() && due(&world).is_none());
        if interrupted {
            world.act(Act::Audit { days: 1 });
            assert!(world.state.money.auditing.as_ref().is_some_and(|auditing| auditing.asked));
        } else {
            world.pass(11 * MINUTE);
            assert!(world.state.money.auditing.is_none());
        }
        let (again, since) = due(&world).unwrap();
        assert!(again > world.now.mono && since == from, "{interrupted}: {since:?}, not {from:?}");
    }
}

#[test]
fn an_audit_gives_an_unknown_no_record_that_can_be_of_one_which_a_set_clock_dates_far_before() {
    for (set_back, state) in [(0, TaskState::Running), (30 * HOUR, TaskState::Unknown)] {
        let mut world = unknown();
        world.act(Act::Queue { intents: intents(1), undo: false });
        world.live(MINUTE);
        world.reply(timed_out());
        world.settle();
        assert_eq!((world.states(1).1, world.states(2).1), (TaskState::Unknown, TaskState::Unknown));
        world.act(Act::Resolve { key: key(2), as_what: ResolvedAs::Lost });
        world.settle();
        let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
        world.other(2, |task| task.sent_at = Some(Wall(sent.0 - 30 * 3_600_000)));
        world.settle();
        let now = world.wall();
        world.state.work.own.sending.jumps.note(now, -set_back.cast_signed());
        // Past the end of the unknown's window; its own searches get no answer.
        world.pass(10 * MINUTE);
        world.calls.clear();
        audited(&mut world, &[row("q1", sent, r#","task_id":"71""#)]);
        assert_eq!(world.states(1).1, state, "{set_back}");
    }
}

#[test]
fn a_charge_of_no_task_is_told_though_one_that_a_set_clock_dates_far_before_would_fit_it() {
    let mut world = unknown();
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Lost });
    world.settle();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    world.other(1, |task| task.sent_at = Some(Wall(sent.0 - 30 * 3_600_000)));
    world.settle();
    let now = world.wall();
    world.state.work.own.sending.jumps.note(now, -30 * 3_600_000);
    audited(&mut world, &[row("q9", sent, "")]);
    let Some((Ok(audit), _)) = &world.state.money.audit else { panic!("{:?}", world.state.money.audit) };
    let apart: Vec<Apart> = audit.days.iter().flat_map(|day| &day.differences).map(|one| one.apart).collect();
    assert_eq!(apart, [Apart::NoTask]);
}

/// A program whose audit of today has heard the balance.
fn balanced() -> World {
    let mut world = asking();
    asked(&mut world);
    world.reply(charge("0.4"));
    world.settle();
    world.state.work.own.balance.asking = None;
    world.act(Act::Audit { days: 1 });
    world.calls.retain(|call| matches!(call, HttpCmd::Balance { .. }));
    world.reply(ok(r#"{"data":{"balance":"10"}}"#));
    world.settle();
    world
}

#[test]
fn a_key_that_must_not_see_the_records_is_told_once_and_an_audit_says_why_it_cannot_be() {
    let mut world = balanced();
    world.reply(ok(r#"{"code":-1,"msg":"permission denied: manage key"}"#));
    world.settle();
    let denied = |world: &World| matches!(&world.state.money.audit, Some((Err(NotAudited::Denied { .. }), _)));
    assert!(denied(&world) && world.state.own.records.denied.is_some());
    world.act(Act::Audit { days: 1 });
    assert!(denied(&world) && asked(&mut world) == 0);
}

/// A program whose audit of today has heard the balance and asked for the first page.
fn auditing() -> World {
    let mut world = balanced();
    assert_eq!(asked(&mut world), 1);
    world
}

/// The code of the audit's end, where it got no answer.
fn not_answered(world: &World) -> Option<&str> {
    match &world.state.money.audit {
        Some((Err(NotAudited::NoAnswer { code, .. }), _)) => Some(code),
        _ => None,
    }
}

#[test]
fn an_audit_without_an_answer_is_given_up_after_ten_minutes() {
    let mut world = auditing();
    world.calls.clear();
    for _ in 0..10 * 60 - 1 {
        world.pass(SECOND);
        world.settle();
        assert_eq!((asked(&mut world), not_answered(&world)), (0, None));
    }
    world.pass(2 * SECOND);
    assert_eq!(not_answered(&world), Some("timeout"));
}

#[test]
fn an_audit_asks_for_a_page_again_after_two_seconds_and_twice_at_most() {
    let mut world = auditing();
    world.reply(page_of(2, 1, &[row("q1", world.wall(), "")]));
    for _ in 0..2 {
        assert_eq!(pages_asked(&world), [2]);
        world.reply(http(502));
        world.pass(SECOND);
        assert_eq!(asked(&mut world), 0);
        world.pass(SECOND);
        assert_eq!((asked(&mut world), not_answered(&world)), (1, None));
    }
    world.reply(http(502));
    assert_eq!(not_answered(&world), Some("HTTP 502"));
}
