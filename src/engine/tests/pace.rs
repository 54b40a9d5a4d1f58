//! The pace that an account allows: who takes a place in it, and for how long.

use super::*;
use domain::account::PACE_SPAN;

#[test]
fn no_sixty_seconds_see_more_posts_than_the_account_allows() {
    let mut world = World::queued(23);
    for _ in 0..300 {
        world.live(SECOND);
    }
    assert_eq!(world.keys_posted(), (1..=23).collect::<Vec<u32>>());
    let times: Vec<u64> = world.posts.iter().map(|(_, at)| at.0).collect();
    assert!(times.windows(6).all(|six| six[5] - six[0] >= MINUTE), "{times:?}");
    assert!(times[22] - times[0] < 5 * MINUTE, "slower than allowed: {times:?}");
}

#[test]
fn a_store_that_answers_late_does_not_crowd_the_account() {
    let mut world = World::queued(12);
    for step in 0..600 {
        world.pass(SECOND);
        if step % 9 == 0 {
            world.store();
        }
    }
    let times: Vec<u64> = world.posts.iter().map(|(_, at)| at.0).collect();
    assert!(times.len() == 12 && times.windows(6).all(|six| six[5] - six[0] >= MINUTE), "{times:?}");
}

#[test]
fn what_other_programs_send_uses_the_same_allowance() {
    let mut world = World::queued(1);
    world.disk.sends = vec![("302ai".into(), world.wall()); 5];
    world.live(PACE_SPAN - 1);
    assert_eq!(world.posts, []);
    world.live(1);
    assert_eq!(world.keys_posted(), [1]);
}

#[test]
fn connections_that_were_never_made_take_no_place_in_the_pace() {
    let mut world = World::with(|settings| settings.profile.submit_per_minute = 2);
    world.act(Act::Queue { intents: intents(3), undo: false });
    world.settle();
    for _ in 0..12 {
        while !world.calls.is_empty() {
            world.reply(not_connected());
            world.settle();
        }
        world.live(SECOND);
    }
    let refused = world.posts.len();
    assert!(refused > 5 && world.disk.sends.is_empty() && world.state.own.sending.sent.is_empty(), "{refused}");
    world.live(10 * SECOND);
    world.reply(accepted("R1"));
    world.settle();
    world.live(10 * SECOND);
    assert_eq!(world.posts.len(), refused + 2);
    world.calls.retain(|call| matches!(call, HttpCmd::Submit { .. }));
    world.reply(accepted("R2"));
    world.settle();
    // Both places are taken now.
    world.live(30 * SECOND);
    assert_eq!(world.posts.len(), refused + 2);
    world.live(20 * SECOND);
    assert_eq!(world.posts.len(), refused + 3);
}

#[test]
fn a_submission_that_could_not_be_made_takes_no_place_in_the_pace() {
    let mut world = World::with(|settings| settings.profile.submit_per_minute = 1);
    world.act(Act::Queue { intents: intents(2), undo: false });
    world.settle();
    world.reply(Reply::NotSent { why: Reason::said("the picture is gone", "", "") });
    world.settle();
    assert_eq!(world.states(1), (TaskState::Refused, TaskState::Refused));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Released]);
    world.live(10 * SECOND);
    assert_eq!((world.keys_posted(), world.disk.sends.len()), (vec![1, 2], 1));
}

#[test]
fn what_was_taken_back_before_its_post_takes_no_place_in_the_pace() {
    let mut world = World::with(|settings| settings.profile.submit_per_minute = 1);
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.store();
    world.carry_out();
    world.act(Act::Pause(true));
    let created_at = world.wall().plus(HOUR);
    world.state.tasks.live.get_mut(&key(1)).unwrap().created_at = created_at;
    world.hear();
    world.settle();
    assert_eq!((world.states(1).1, world.posts.len(), world.disk.sends.len()), (TaskState::Queued, 0, 0));
    let Phase::Queued { not_before, .. } = world.phase(1) else { panic!() };
    assert_eq!(not_before, world.wall(), "an hour ahead was the clock of who queued it");
    world.act(Act::Resume);
    world.settle();
    assert_eq!(world.keys_posted(), [1]);
}
