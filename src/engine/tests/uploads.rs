//! Pictures that are uploaded once for several tasks.

use super::*;
use crate::{act::Intent, effect::Upload};
use domain::request::{ImageRef, Request, StoredImage};

const URL: &str = "https://file.example/a.png";

fn picture(hash: &str) -> ImageRef {
    ImageRef::Stored(StoredImage { sha256: hash.into(), ..domain::testing::stored("a.png") })
}

fn uploading() -> World {
    World::with(|settings| settings.profile.upload = true)
}

/// Queues one task for each of these pictures.
fn queue(world: &mut World, hashes: &[&str]) {
    let intents = hashes.iter().map(|hash| {
        let request = Request { first_frame: Some(picture(hash)), ..testing::request() };
        Intent { request, ..intents(1).remove(0) }
    });
    world.act(Act::Queue { intents: intents.collect(), undo: false });
    world.settle();
}

fn uploads(world: &World) -> usize {
    world.calls.iter().filter(|call| matches!(call, HttpCmd::Upload { .. })).count()
}

/// The first frames that have gone out, in order, with the tasks.
fn sent(world: &World) -> Vec<(u32, String)> {
    let frame = |call: &HttpCmd| match call {
        HttpCmd::Submit { key, request, .. } => Some((key.0, request.first_frame.as_ref()?.typed().to_owned())),
        _ => None,
    };
    world.calls.iter().filter_map(frame).collect()
}

fn told(url: &str) -> Reply {
    ok(&format!(r#"{{"code":200,"data":"{url}"}}"#))
}

#[test]
fn a_picture_of_several_tasks_is_uploaded_once_and_its_url_goes_along() {
    let mut world = uploading();
    queue(&mut world, &["x", "x", "x"]);
    // Nothing is sent before the URL is there.
    assert_eq!((uploads(&world), sent(&world)), (1, vec![]));
    world.reply(told(URL));
    world.settle();
    world.live(SECOND);
    assert_eq!(sent(&world), [1, 2, 3].map(|n| (n, URL.to_owned())));
    assert_eq!(uploads(&world), 0);
    // What the person asked for stays, and the ledger has the upload's own line.
    assert_eq!(world.disk.tasks[&key(1)].request.first_frame, Some(picture("x")));
    assert!(world.ledger(1).contains(&MoneyEvent::Upload));
    assert!(!world.ledger(2).contains(&MoneyEvent::Upload));
    // Later ones of the same day use it too, alone or not.
    queue(&mut world, &["x"]);
    world.live(MINUTE);
    assert_eq!(sent(&world).last(), Some(&(4, URL.to_owned())));
}

#[test]
fn a_picture_of_one_task_or_without_the_wish_goes_along_inside_the_request() {
    let mut world = uploading();
    queue(&mut world, &["x"]);
    assert_eq!(sent(&world), [(1, "a.png".to_owned())]);
    let mut world = World::new();
    queue(&mut world, &["x", "x"]);
    assert_eq!((uploads(&world), sent(&world).len()), (0, 2));
}

#[test]
fn an_upload_that_a_cap_of_the_day_has_no_room_for_is_not_made() {
    let price = crate::money::price(&uploading().state, "302ai", &testing::request()).expect("the list has it").price;
    for (all, each) in [(Some(price + price), None), (None, Some(price + price))] {
        let mut world = World::with(|settings| {
            settings.profile.upload = true;
            (settings.budget.per_day, settings.budget.per_day_each) = (all, each);
        });
        queue(&mut world, &["x", "x"]);
        assert_eq!((uploads(&world), sent(&world).len()), (0, 2), "{all:?} {each:?}");
    }
}

#[test]
fn a_failed_upload_is_told_and_nothing_waits_for_it() {
    for (reply, charged) in
        [(http(502), false), (timed_out(), true), (not_connected(), false), (told("file:///x"), true)]
    {
        let mut world = uploading();
        queue(&mut world, &["x", "x"]);
        world.reply(reply);
        world.settle();
        world.live(SECOND);
        assert_eq!(sent(&world), [1, 2].map(|n| (n, "a.png".to_owned())));
        assert_eq!((uploads(&world), world.ledger(1).contains(&MoneyEvent::Upload)), (0, charged));
        let news = &world.state.news;
        assert!(
            news.iter().any(|news| matches!(news, News::Connection(crate::news::ConnectionNews::NotUploaded { .. })))
        );
    }
}

#[test]
fn a_url_is_used_for_a_day_over_a_restart_and_only_by_its_own_account() {
    for (profile, hours, uses) in [("302ai", 23, true), ("302ai", 24, false), ("other", 1, false)] {
        let mut world = uploading();
        let at = Wall(world.wall().0 - (hours * HOUR).cast_signed());
        let known = Upload { profile: profile.into(), sha256: "x".into(), url: URL.into(), at };
        world.take(Msg::Store(StoreMsg::Uploads(vec![known])));
        queue(&mut world, &["x"]);
        let expected = if uses { URL } else { "a.png" };
        assert_eq!(sent(&world), [(1, expected.to_owned())], "{profile} {hours}");
    }
}

#[test]
fn a_url_is_not_used_again_after_a_request_with_it_was_found_invalid() {
    let mut world = uploading();
    queue(&mut world, &["x", "x"]);
    world.reply(told(URL));
    world.settle();
    world.reply(code(2013));
    world.settle();
    queue(&mut world, &["x"]);
    assert_eq!(sent(&world).last(), Some(&(3, "a.png".to_owned())));
}

#[test]
fn an_upload_counts_as_spent_today_whatever_becomes_of_its_task() {
    let mut world = uploading();
    queue(&mut world, &["x", "x"]);
    world.reply(told(URL));
    world.settle();
    assert_eq!(world.disk.tasks[&key(1)].besides.uploads.to_string(), "0.001");
    assert_eq!(world.state.money.spent_today.to_string(), "1.001 PTC");
    world.reply(code(2013));
    world.settle();
    assert_eq!(world.state.money.spent_today.to_string(), "0.501 PTC");
}

#[test]
fn an_upload_stays_in_the_ledger_though_another_program_sends_its_task_meanwhile() {
    let mut world = uploading();
    queue(&mut world, &["x", "x"]);
    let task = world.disk.tasks[&key(1)].clone();
    let since = world.wall();
    let theirs = Task { phase: Phase::Sending { since }, sent_at: Some(since), ..task };
    world.disk.put(theirs);
    world.reply(told(URL));
    world.settle();
    assert!(world.ledger(1).contains(&MoneyEvent::Upload));
    let task = &world.disk.tasks[&key(1)];
    assert_eq!(task.besides.uploads.to_string(), "0.001");
    assert_ne!(task.state(), domain::task::TaskState::Queued);
}
