//! A service that asks to wait, and for how long: its word is never leave to hammer.

use super::*;

/// Calls in ten minutes to a service that answers each of them with 429 and that `Retry-After`.
fn calls_in_ten_minutes(mut world: World, retry_after_ms: u64) -> usize {
    let mut calls = 0;
    for _ in 0..600 {
        world.live(SECOND);
        while let Some(call) = world.calls.front() {
            calls += 1;
            assert!(calls < 1_000, "{call:?} goes on for ever");
            let retry_after_ms = Some(retry_after_ms);
            world.reply(Reply::Answered { http: 429, retry_after_ms, request_id: None, body: String::new() });
            world.settle();
        }
    }
    calls
}

#[test]
fn a_wait_of_nothing_is_answered_with_waits_that_grow() {
    let worlds = [("submission", World::queued(3)), ("query", World::running()), ("file", save::ready(3))];
    for (what, world) in worlds {
        let calls = calls_in_ten_minutes(world, 0);
        assert!((5..60).contains(&calls), "{what}: {calls}");
    }
}

#[test]
fn several_refusals_of_one_moment_let_the_wait_grow_once() {
    let mut world = World::queued(3);
    for _ in 0..4 {
        world.store();
    }
    assert_eq!(world.keys_posted(), [1, 2, 3]);
    for _ in 0..3 {
        world.reply(Reply::Answered { http: 429, retry_after_ms: Some(7_000), request_id: None, body: String::new() });
    }
    world.live(7_000);
    assert!(world.posts.len() > 3, "{:?}", world.posts);
}
