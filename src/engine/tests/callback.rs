//! What the service posts: a task is asked about at once, an unknown is settled by the ID that came by its path, and
//! nothing is believed before the service was asked.

use super::*;
use crate::{msg::Posted, news::TaskNews};
use domain::reason::system::System;

fn listening() -> World {
    let mut world = World::with(|settings| settings.callback.public_url = Some("https://example.net/reeltop/".into()));
    world.take(Msg::Listening(Ok(())));
    world
}

fn post(world: &mut World, n: u32, id: &str) {
    world.take(Msg::Store(StoreMsg::Posted { posts: vec![Posted { key: key(n), id: RemoteId(id.into()) }] }));
}

fn queue(world: &mut World, callback: Option<&str>) -> Option<String> {
    let mut intents = intents(1);
    intents[0].request.callback = callback.map(str::to_owned);
    world.act(Act::Queue { intents, undo: false });
    world.store();
    world.store();
    match world.calls.back() {
        Some(HttpCmd::Submit { request, .. }) => request.callback.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_submission_names_a_path_of_its_own_unless_the_person_chose_an_address_or_nobody_listens() {
    let mut world = listening();
    assert_eq!(queue(&mut world, None), Some("https://example.net/reeltop/p1".into()));
    assert_eq!(world.disk.tasks[&key(1)].request.callback, None, "what was asked for stays as it is");
    world.reply(accepted("R1"));
    world.settle();
    assert_eq!(queue(&mut world, Some("https://mine.example/x")), Some("https://mine.example/x".into()));

    let mut world = World::with(|settings| settings.callback.public_url = Some("https://example.net".into()));
    world.take(Msg::Listening(Err(System::Denied)));
    assert_eq!(queue(&mut world, None), None);
}

#[test]
fn a_running_task_is_asked_about_at_once_and_less_often_while_posts_come() {
    let mut world = World::running();
    assert!(world.calls.is_empty());
    post(&mut world, 1, "R1");
    assert!(matches!(world.calls.pop_front(), Some(HttpCmd::Query { key: TaskKey(1), .. })), "{:?}", world.calls);
    // While that is under way: it may be older than the next post.
    world.calls.clear();
    let ticket = world.state.own.poller.asking[&key(1)];
    post(&mut world, 1, "R1");
    assert!(world.calls.is_empty());
    world.take(Msg::Http(HttpMsg::Queried { key: key(1), ticket, reply: status("Processing") }));
    world.pass(SECOND);
    assert!(matches!(world.calls.front(), Some(HttpCmd::Query { .. })), "{:?}", world.calls);
    world.reply(status("Processing"));
    world.settle();
    let every = world.state.settings.poll.every_ms;
    world.pass(2 * every);
    assert!(world.calls.is_empty(), "asked again too soon");
    world.pass(20 * every);
    assert_eq!(world.calls.len(), 1, "polling stays the fallback");
}

#[test]
fn an_unknown_is_settled_by_the_id_of_its_path_once_the_service_knows_it() {
    let mut world = World::posting();
    world.reply(timed_out());
    world.settle();
    assert_eq!(world.states(1).0, TaskState::Unknown);
    post(&mut world, 1, "R7");
    assert_eq!(world.states(1).0, TaskState::Unknown, "a post alone is not believed");
    assert!(matches!(world.calls.front(), Some(HttpCmd::Find { id, .. }) if id.0 == "R7"), "{:?}", world.calls);
    world.reply(status("Processing"));
    world.settle();
    assert_eq!(world.states(1), (TaskState::Running, TaskState::Running));
    assert_eq!(world.disk.tasks[&key(1)].remote, Some(RemoteId("R7".into())));
    assert_eq!(world.ledger(1), [MoneyEvent::Reserved, MoneyEvent::Unknown, MoneyEvent::Charged]);
    assert_eq!(world.acts().len(), 1, "nobody asked for it: {:?}", world.acts());
    let found = ResolvedAs::Found(RemoteId("R7".into()));
    assert!(world.state.news.contains(&News::Task { key: key(1), what: TaskNews::Settled(found) }));
    assert!(world.state.callbacks.named.is_empty());
    // A person says that it is not its own: no post settles it so again.
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Unknown });
    world.settle();
    world.calls.clear();
    post(&mut world, 1, "R7");
    assert_eq!((world.states(1).0, world.calls.len()), (TaskState::Unknown, 0));
}

#[test]
fn an_id_that_came_before_the_answer_was_lost_is_kept_for_it() {
    let mut world = World::posting();
    post(&mut world, 1, "R7");
    assert_eq!(world.calls.len(), 1, "its own answer may still come");
    world.reply(timed_out());
    assert!(matches!(world.calls.front(), Some(HttpCmd::Find { .. })), "{:?}", world.calls);
    world.reply(status("Processing"));
    world.settle();
    assert_eq!(world.states(1).0, TaskState::Running);
}

#[test]
fn an_id_that_the_service_does_not_know_settles_nothing_and_one_without_an_answer_is_asked_about_again() {
    let mut world = World::posting();
    world.reply(timed_out());
    world.settle();
    post(&mut world, 1, "FORGED");
    world.reply(code(2013));
    world.settle();
    assert_eq!((world.states(1).0, world.calls.len()), (TaskState::Unknown, 0));
    world.pass(HOUR);
    assert!(world.calls.is_empty() && world.state.callbacks.named.is_empty());

    post(&mut world, 1, "R7");
    world.reply(not_connected());
    world.pass(MINUTE);
    assert!(matches!(world.calls.front(), Some(HttpCmd::Find { .. })), "{:?}", world.calls);
    world.reply(status("Processing"));
    world.settle();
    assert_eq!(world.states(1).0, TaskState::Running);
    assert_eq!(world.acts().len(), 1, "{:?}", world.acts());
}

#[test]
fn an_id_that_is_another_tasks_settles_nothing_for_as_long_as_it_is() {
    let mut world = World::running();
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    world.reply(timed_out());
    world.settle();
    assert_eq!(world.states(2).0, TaskState::Unknown);
    world.calls.clear();
    post(&mut world, 2, "R1");
    let asked = |world: &World| world.calls.iter().any(|call| matches!(call, HttpCmd::Find { .. }));
    assert!(!asked(&world));
    assert_eq!(world.states(2).0, TaskState::Unknown);
    // In another program a person says that it was not that one's.
    let error = world.disk.tasks[&key(2)].error().cloned().unwrap();
    world.other(1, |task| (task.remote, task.phase) = (None, Phase::Unknown { error }));
    world.settle();
    assert!(asked(&world), "{:?}", world.calls);
}

#[test]
fn an_id_that_comes_after_a_person_had_settled_the_task_without_is_told_charged_and_kept() {
    for settled in [ResolvedAs::NotCreated, ResolvedAs::Lost] {
        let mut world = listening();
        queue(&mut world, None);
        world.reply(timed_out());
        world.settle();
        world.act(Act::Resolve { key: key(1), as_what: settled.clone() });
        world.settle();
        world.calls.clear();
        post(&mut world, 1, "R1");
        world.pass(SECOND);
        let asked = |call: &HttpCmd| matches!(call, HttpCmd::Find { .. });
        assert!(world.calls.iter().any(asked), "{settled:?}: {:?}", world.calls);
        world.calls.retain(asked);
        world.reply(ok(r#"{"task_id":"R1","status":"Success","file_id":"F1","base_resp":{"status_code":0}}"#));
        world.settle();
        let task = &world.disk.tasks[&key(1)];
        assert_eq!(task.phase, Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes }, "{settled:?}");
        assert_eq!(task.remote, Some(RemoteId("R1".into())));
        assert_eq!(world.ledger(1).last(), Some(&MoneyEvent::Charged));
        let told = News::Task { key: key(1), what: TaskNews::AcceptedLate(RemoteId("R1".into())) };
        assert!(world.state.news.contains(&told), "{:?}", world.state.news);
    }
}
