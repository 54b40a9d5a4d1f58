//! Halts for a cap of the day: whose they are, and what ends them.

use super::{disk::Disk, stops::why, *};
use crate::{
    effect::Caps,
    news::{PassedOver, QueueNews},
};
use TaskState::Queued;
use domain::{
    account::{BudgetCap, Change, KeptCaps, Raise, Shared, Stamp, Why},
    amount::Currency,
};

#[test]
fn a_queue_that_would_cross_the_days_cap_stops_until_a_person_has_seen_to_it() {
    let mut world = World::queued(2);
    world.state.settings.budget.per_day = Some(Amount::from_thousandths(1));
    world.live(HOUR);
    assert_eq!((world.halt(), world.posts.len()), (Some(HaltCause::Budget), 0));
    assert_eq!([1, 2].map(|n| world.states(n)), [(Queued, Queued); 2]);
    // It is this config's cap: others go on by theirs. Neither their news nor a resume alone changes anything.
    assert!(world.disk.shared.halts.is_empty());
    world.rings();
    assert_eq!(world.halt(), Some(HaltCause::Budget));
    world.act(Act::Resume);
    world.live(HOUR);
    assert_eq!((world.halt(), world.posts.len()), (Some(HaltCause::Budget), 0));
    world.state.settings.budget.per_day = None;
    world.act(Act::Resume);
    world.live(SECOND);
    assert_eq!((world.halt(), world.keys_posted()), (None, vec![1, 2]));
}

#[test]
fn every_cap_of_the_config_and_its_day_are_handed_to_the_store() {
    let mut world = World::queued(0);
    let [day, each, batch] = [3, 2, 1].map(|ptc| Some(Amount::from_thousandths(ptc)));
    let budget = &mut world.state.settings.budget;
    (budget.per_day, budget.per_day_each, budget.per_batch) = (day, each, batch);
    let now = world.state.now;
    let caps =
        Caps { per_day: day, per_day_each: each, per_batch: batch, day_start: now.day_start(), day_end: now.day_end() };
    assert_eq!(crate::money::caps(&world.state), caps);
}

#[test]
fn a_cap_that_is_kept_for_all_stops_all_and_another_persons_own_only_their_tasks() {
    let small = Amount::from_thousandths(1);
    let mut world = World::queued(2);
    world.disk.kept_cap = Some((BudgetCap::Day, small));
    world.live(SECOND);
    assert_eq!(world.disk.shared.halts["302ai"].why.cause, HaltCause::Budget);
    // Those of a person whose own cap is reached are passed over, and asked about again.
    let mut world = World::queued(1);
    world.disk.kept_cap = Some((BudgetCap::Each, small));
    world.state.settings.who = Some("ann".into());
    world.live(SECOND);
    assert_eq!((world.halt(), world.disk.shared.halts.len(), world.posts.len()), (None, 0, 0));
    assert_eq!(crate::queue::passed_over(&world.state, key(1)), Some(PassedOver::Cap));
    world.disk.kept_cap = None;
    world.live(HOUR);
    assert_eq!(world.keys_posted(), [1]);
    // One's own stops the sending here.
    let mut world = World::queued(1);
    world.disk.kept_cap = Some((BudgetCap::Each, small));
    world.live(SECOND);
    assert_eq!((world.halt(), world.disk.shared.halts.len()), (Some(HaltCause::Budget), 0));
}

#[test]
fn a_halt_for_the_days_cap_ends_when_the_cap_or_the_day_is_another() {
    let small = Amount::from_thousandths(1);
    let mut world = World::queued(1);
    world.disk.kept_cap = Some((BudgetCap::Day, small));
    world.live(SECOND);
    assert_eq!((world.halt(), world.disk.shared.halts.len()), (Some(HaltCause::Budget), 1));
    world.disk.kept_cap = None;
    let by = Stamp { who: "dashboard 813".into(), at: world.now.wall };
    world.elsewhere(Change::Raise(Raise { by, more: small.of(Currency::Ptc), person: None }));
    world.rings();
    world.live(SECOND);
    assert_eq!((world.disk.shared.halts.len(), world.keys_posted()), (0, vec![1]));
    // Of a cap of this config, by the next day at the latest.
    let mut world = World::queued(1);
    world.state.settings.budget.per_day = Some(small);
    world.live(HOUR);
    world.state.settings.budget.per_day = None;
    assert_eq!(world.halt(), Some(HaltCause::Budget));
    world.live(DAY);
    assert_eq!(world.keys_posted(), [1]);
}

#[test]
fn what_is_only_dated_anew_is_neither_told_again_nor_ends_a_halt() {
    let mut world = World::new();
    world.live(SECOND);
    let caps = |who: &str, at, zone, per_day| {
        let by = Stamp { who: who.into(), at };
        let per_day = Some(Amount::from_thousandths(per_day));
        KeptCaps { per_day, per_day_each: None, by, zone: Some(zone), is_ours: true }
    };
    let hears = |world: &mut World, by_ms: u64, seconds: i32, per_day| {
        let at = world.state.now.wall.plus(by_ms);
        let by = Stamp { who: "dashboard 813".into(), at };
        let raise = Raise { by, more: Amount::from_thousandths(1).of(Currency::Ptc), person: None };
        let caps = [(Currency::Ptc, caps("ann", at, 3_600 + seconds, per_day))].into();
        world.state.news.clear();
        let shared = Box::new(Shared { raises: vec![raise], caps, ..world.disk.shared.clone() });
        world.take(Msg::Store(StoreMsg::Shared { ticket: None, shared }));
        world.state.news.len()
    };
    assert_eq!(hears(&mut world, 0, 0, 500), 1, "the raise");
    let by = Stamp { who: "watch 812".into(), at: world.state.now.wall };
    world.disk.share("302ai".into(), by, Change::Halt(Why { cause: HaltCause::Budget, ..why() }));
    assert_eq!((hears(&mut world, 0, 0, 500), world.halt()), (1, Some(HaltCause::Budget)), "the halt");
    // The clock of the store is measured anew, and every moment moves.
    assert_eq!((hears(&mut world, 2_000, 2, 500), world.halt()), (0, Some(HaltCause::Budget)));
    assert_eq!((hears(&mut world, 0, 0, 500), world.halt()), (0, Some(HaltCause::Budget)));
    assert_eq!((hears(&mut world, 0, 0, 600), world.halt()), (1, None));
}

#[test]
fn a_halt_for_the_budget_of_a_day_that_is_over_stops_nobody_who_comes_on_the_next() {
    let halted_at = |at: Wall| {
        let by = Stamp { who: "watch 812".into(), at };
        let mut disk = Disk::default();
        disk.share("302ai".into(), by.clone(), Change::Halt(Why { cause: HaltCause::Budget, ..why() }));
        (World::of(disk, |_| ()), by)
    };
    let today = World::new().state.day_start();
    let (mut world, _) = halted_at(Wall(today.0 - 1));
    world.rings();
    world.live(SECOND);
    let said = |world: &World| {
        world.state.news.iter().filter(|news| matches!(news, News::Queue(QueueNews::Halted(_)))).count()
    };
    assert_eq!((world.halt(), world.disk.shared.halts.len(), said(&world)), (None, 0, 0));
    // A cap that is crossed today, too, halts again, and is said once.
    let (mut world, _) = halted_at(Wall(today.0 - 1));
    world.disk.kept_cap = Some((BudgetCap::Day, Amount::from_thousandths(1)));
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.rings();
    world.live(SECOND);
    world.rings();
    world.live(HOUR);
    assert_eq!((world.halt(), world.posts.len(), said(&world)), (Some(HaltCause::Budget), 0, 1));
    // One of a clock that is behind, heard again and again, is ended once.
    let behind = Change::Halt(Why { cause: HaltCause::Budget, tasks: 7, ..why() });
    world.disk.shared.halts.clear();
    world.disk.share("302ai".into(), Stamp { who: "watch 813".into(), at: Wall(today.0 - 2) }, behind);
    world.rings();
    world.live(SECOND);
    assert_eq!((world.halt(), world.disk.shared.halts.len()), (Some(HaltCause::Budget), 1));
    // So is one of the evening whose clock was ahead.
    let (mut world, _) = halted_at(today.plus(MINUTE));
    world.rings();
    world.live(SECOND);
    assert_eq!((world.halt(), world.disk.shared.halts.len(), said(&world)), (None, 0, 0));
    // That of today stands.
    let (mut world, by) = halted_at(today.plus(6 * MINUTE));
    world.rings();
    world.live(SECOND);
    assert_eq!(world.disk.shared.halts["302ai"].by, by);
    assert_eq!(world.halt(), Some(HaltCause::Budget));
}

#[test]
fn a_cap_of_ones_own_hides_no_cause_that_others_must_hear_of() {
    let mut world = World::queued(1);
    world.state.settings.budget.per_day = Some(Amount::from_thousandths(1));
    world.live(SECOND);
    crate::share::halt(&mut world.state, "302ai", why());
    world.live(SECOND);
    assert_eq!(world.disk.shared.halts["302ai"].why.cause, HaltCause::Balance);
}
