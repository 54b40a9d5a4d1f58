//! The poll budget of an account that several machines share.

use super::*;
use crate::poll_budget;
use std::collections::BTreeMap;

fn hears(world: &mut World, others: u32) {
    let others = BTreeMap::from([("302ai".to_owned(), others)]);
    world.take(Msg::Store(StoreMsg::Peers { others }));
}

/// Questions a second, in thousandths.
fn rate(world: &World) -> u64 {
    let rate = poll_budget::rate(&world.state, "302ai");
    (0..10_000_u32).find(|milli| f64::from(*milli) >= rate * 1000.0).map_or(0, u64::from)
}

#[test]
fn a_program_takes_its_portion_of_the_budget_and_little_while_others_may_not_know_of_it() {
    let mut world = World::with(|settings| settings.poll.budget_per_second = 8.0);
    // A store of one machine: all of it.
    assert_eq!(rate(&world), 8_000);
    // Alone on a shared one.
    hears(&mut world, 0);
    assert_eq!(rate(&world), 6_000);
    // Another one came: it is known at once.
    world.live(10 * SECOND);
    hears(&mut world, 1);
    assert_eq!(rate(&world), 3_000);
    // Cut off: it falls back before others stop counting it, and comes back as one that is new among them.
    world.live(25 * SECOND);
    assert_eq!(rate(&world), 125);
    hears(&mut world, 1);
    assert_eq!(rate(&world), 125);
    for _ in 0..6 {
        world.live(10 * SECOND);
        hears(&mut world, 1);
    }
    assert_eq!(rate(&world), 3_000);
}

#[test]
fn ten_programs_together_ask_no_more_than_the_budget_whoever_comes_and_is_cut_off() {
    const SPAN: usize = 20;
    let begin = || {
        let mut disk = super::disk::Disk::default();
        (1..=20).for_each(|n| drop(disk.put(testing::task(n, TaskState::Running))));
        World::of(disk, |settings| (settings.poll.budget_per_second, settings.poll.every_ms) = (5.0, SECOND))
    };
    let mut worlds: Vec<World> = (0..10).map(|_| begin()).collect();
    let mut asked: Vec<usize> = Vec::new();
    // Half a second a step: all come within the first minute, the third is cut off for two minutes.
    for step in 0..800_u64 {
        let second = step / 2;
        let is_there = |n: u64| second >= 6 * n;
        let is_cut = |n: u64| n == 2 && (200..320).contains(&second);
        // Programs that gave word of themselves within the last minute are counted.
        let is_counted = |n: u64| is_there(n) && !(n == 2 && (250..320).contains(&second));
        let mut now = 0;
        for (n, world) in (0..).zip(&mut worlds).filter(|(n, _)| is_there(*n)) {
            if (step % 20 == 0 && !is_cut(n)) || step == 12 * n {
                let others = (0..10).filter(|other| *other != n && is_counted(*other)).count();
                hears(world, u32::try_from(others).unwrap());
            }
            world.live(500);
            while let Some(call) = world.calls.front() {
                now += usize::from(matches!(call, HttpCmd::Query { .. }));
                world.reply(status("Processing"));
            }
            world.settle();
        }
        asked.push(now);
        let span: usize = asked.iter().rev().take(SPAN).sum();
        assert!(span <= 50, "{span} in ten seconds at {second} s");
    }
    // And little of it is unused.
    let last: usize = asked.iter().rev().take(100).sum();
    assert!(last >= 150, "{last} in the last fifty seconds");
}
