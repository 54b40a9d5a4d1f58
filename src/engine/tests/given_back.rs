//! What becomes of money that was given back, or of a settlement that was taken back.

use super::{
    audit::audited,
    records::{asked, charge, failed_after, id_lost, not_found, row, unknown},
    *,
};
use domain::amount::CostSource;

#[test]
fn a_charge_that_was_given_back_does_not_return_with_its_record() {
    let mut world = failed_after(not_found(), 1027);
    world.act(Act::Refund { keys: vec![key(1)], step: RefundStep::Given });
    world.settle();
    while asked(&mut world) == 0 {
        world.pass(SECOND);
    }
    world.reply(charge("0.4"));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!(
        (task.charged(), task.cost.to_string(), task.cost_source),
        (Charged::No, "0.4".into(), Some(CostSource::Records))
    );
    assert!(world.ledger(1).ends_with(&[MoneyEvent::Refunded, MoneyEvent::Recorded, MoneyEvent::Refunded]));
    assert_eq!(world.state.money.spent_today.to_string(), "");
}

#[test]
fn what_was_given_back_of_a_settlement_ends_with_it() {
    let mut world = unknown();
    let resolve = |world: &mut World, as_what| {
        world.act(Act::Resolve { key: key(1), as_what });
        world.settle();
    };
    for _ in 0..2 {
        resolve(&mut world, ResolvedAs::Lost);
        assert!(domain::refunds::is_refundable(&world.disk.tasks[&key(1)]));
        world.act(Act::Refund { keys: vec![key(1)], step: RefundStep::Given });
        world.settle();
        assert_eq!(world.state.money.spent_today.to_string(), "");
        resolve(&mut world, ResolvedAs::Unknown);
        assert_eq!(world.state.money.spent_today.to_string(), "0.5 PTC");
    }
}

#[test]
fn what_was_given_back_of_a_lost_id_is_charged_once_more_when_the_id_is_found() {
    let mut world = id_lost();
    world.act(Act::Refund { keys: vec![key(1)], step: RefundStep::Given });
    world.settle();
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Found(RemoteId("77".into())) });
    world.reply(ok(r#"{"task_id":"77","status":"Processing","base_resp":{"status_code":0}}"#));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.charged(), task.refund), (Charged::Yes, domain::task::RefundMarks::default()));
    assert_eq!(world.state.money.spent_today.to_string(), "0.4 PTC");
}

#[test]
fn a_settlement_that_is_taken_back_counts_what_was_reserved_whatever_a_call_costs_now() {
    let mut world = unknown();
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Found(RemoteId("77".into())) });
    world.reply(ok(r#"{"task_id":"77","status":"Processing","base_resp":{"status_code":0}}"#));
    world.settle();
    let sent = world.disk.tasks[&key(1)].sent_at.unwrap();
    audited(&mut world, &[row("q9", sent, r#","task_id":"77""#)]);
    assert_eq!(world.disk.tasks[&key(1)].cost.to_string(), "0.4");
    world.state.work.settings.profile.prices =
        domain::prices::Prices::new(domain::prices::PriceList::Minimax, &domain::catalogue::Catalogue::builtin());
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Unknown });
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.cost.to_string(), task.cost_source), ("0.5".into(), Some(CostSource::List)));
}
