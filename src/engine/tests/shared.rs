//! What a person can have done, in every state; runs whose scope is a few named tasks.

use super::*;
use crate::news::TaskNews;
use TaskState::{Cancelled, Queued, Ready, Refused, Running, Saved, Saving, Sending, Unknown};
use domain::amount::Currency;

/// A world whose one task is in that state, sending paused, and the downloads too.
fn with(state: TaskState) -> World {
    let mut disk = super::disk::Disk::default();
    let claim = super::disk::others(domain::time::Wall(testing::WALL).plus(HOUR));
    let claim = claim.filter(|_| matches!(state, Sending | Saving));
    let remote = Some(RemoteId("R1".into())).filter(|_| !matches!(state, Queued | Unknown | Cancelled | Refused));
    disk.put(Task { claim, remote, ..testing::task(1, state) });
    World::of(disk, |settings| {
        settings.queue.start_paused = true;
        settings.download.parallel = 0;
    })
}

/// What the act made of it on disk, and whether it was told as done.
fn done(state: TaskState, act: Act) -> (TaskState, bool) {
    let mut world = with(state);
    world.settle();
    world.act(act);
    world.settle();
    let acts = world.acts();
    let [act] = &acts[..] else { panic!("{state:?}: {acts:?}") };
    (world.states(1).1, matches!(act, ActNews::Done { .. }))
}

#[test]
fn cancel_does_in_each_state_what_the_table_says() {
    for (state, expected) in [
        (Queued, (Cancelled, true)),
        (Sending, (Sending, false)),
        (Unknown, (Unknown, false)),
        (Running, (Cancelled, true)),
        (Ready, (Cancelled, true)),
        (Saving, (Saving, false)),
        (Saved, (Saved, false)),
        // Put away.
        (TaskState::Failed, (TaskState::Failed, true)),
        (Refused, (Refused, true)),
        (Cancelled, (Cancelled, false)),
    ] {
        assert_eq!(done(state, Act::Cancel(vec![key(1)])), expected, "{state:?}");
    }
    assert_eq!(with(Queued).act(Act::Cancel(vec![key(9)])), []);
}

#[test]
fn download_does_in_each_state_what_the_table_says() {
    for (state, expected) in [
        (Queued, (Queued, false)),
        (Sending, (Sending, false)),
        (Unknown, (Unknown, false)),
        (Running, (Running, true)),
        (Ready, (Ready, true)),
        (Saving, (Saving, true)),
        (Saved, (Ready, true)),
        (TaskState::Failed, (TaskState::Failed, false)),
        (Refused, (Refused, false)),
        (Cancelled, (Cancelled, false)),
    ] {
        let act = Act::Download { keys: vec![key(1)], dir: Some("/v".into()) };
        assert_eq!(done(state, act), expected, "{state:?}");
    }
}

/// What was told of tasks, in order.
fn told(world: &World) -> Vec<TaskNews> {
    let told = |news: &News| if let News::Task { what, .. } = news { Some(what.clone()) } else { None };
    world.state.news.iter().filter_map(told).collect()
}

/// The store reads what an act is to read before it can be done.
fn read_first(world: &mut World) {
    while world.commands.iter().any(|command| matches!(command, StoreCmd::Look { .. })) {
        world.store();
    }
}

#[test]
fn an_act_is_told_once_it_is_on_disk_and_one_that_another_program_overtook_never_is() {
    let settle = |as_what| Act::Resolve { key: key(1), as_what };
    let of_one = || vec![key(1)];
    // The last one is what another program makes of it.
    for (state, act, news, theirs) in [
        (Queued, Act::Cancel(of_one()), TaskNews::Cancelled(Charged::No), Sending),
        (Running, Act::Cancel(of_one()), TaskNews::Cancelled(Charged::Yes), Ready),
        (Refused, Act::Cancel(of_one()), TaskNews::PutAway(true), Refused),
        (Unknown, settle(ResolvedAs::Lost), TaskNews::Settled(ResolvedAs::Lost), Refused),
    ] {
        let mut world = with(state);
        world.settle();
        world.act(act.clone());
        read_first(&mut world);
        assert_eq!(told(&world), [], "{state:?}");
        world.settle();
        assert_eq!(told(&world), [news], "{state:?}");

        let mut world = with(state);
        world.settle();
        world.act(act);
        read_first(&mut world);
        world.other(1, |task| {
            task.phase = testing::task(1, theirs).phase;
            task.put_away_at = (theirs == Refused).then_some(Wall(testing::WALL));
            task.claim = super::disk::others(Wall(testing::WALL).plus(HOUR)).filter(|_| theirs == Sending);
        });
        world.settle();
        assert_eq!(told(&world), [], "{state:?}");
        assert_eq!(world.not_done(), (Some(key(1)), NotDone::Overtaken(Some(theirs))), "{state:?}");
    }
}

#[test]
fn a_download_asked_for_while_older_writes_come_through_watches_the_task_again_here_and_on_disk() {
    let mut world = with(Running);
    // A first write is under way; the end of the watch waits behind it.
    world.act(Act::Download { keys: vec![key(1)], dir: Some("/v".into()) });
    world.act(Act::Cancel(vec![key(1)]));
    world.store();
    world.act(Act::Download { keys: vec![key(1)], dir: None });
    world.settle();
    assert_eq!(
        (world.states(1), world.state.tasks.rows[&key(1)].rev),
        ((Running, Running), world.disk.tasks[&key(1)].rev)
    );
}

#[test]
fn a_task_that_was_no_longer_watched_is_watched_again_for_its_file() {
    let mut world = with(Running);
    world.settle();
    for (act, state) in
        [(Act::Cancel(vec![key(1)]), Cancelled), (Act::Download { keys: vec![key(1)], dir: None }, Running)]
    {
        world.act(act);
        world.settle();
        assert_eq!(world.states(1), (state, state));
    }
}

#[test]
fn an_unknown_is_settled_in_three_ways_and_nothing_else_is() {
    let settle = |as_what| Act::Resolve { key: key(1), as_what };
    for (as_what, state, charged, money) in [
        (ResolvedAs::Lost, Cancelled, Charged::Yes, MoneyEvent::Resolved),
        (ResolvedAs::NotCreated, Refused, Charged::No, MoneyEvent::Released),
        (ResolvedAs::Found(RemoteId("R9".into())), Running, Charged::Yes, MoneyEvent::Charged),
    ] {
        let mut world = with(Unknown);
        world.act(settle(as_what.clone()));
        // An id is believed once the service knows it.
        if matches!(as_what, ResolvedAs::Found(_)) {
            world.settle();
            assert_eq!((world.states(1), world.disk.ledger.get(&key(1))), ((Unknown, Unknown), None));
            assert!(matches!(world.calls.front(), Some(HttpCmd::Find { .. })), "{:?}", world.calls);
            world.reply(status("Processing"));
        }
        world.settle();
        let task = world.disk.tasks[&key(1)].clone();
        assert_eq!((task.state(), task.charged()), (state, charged), "{as_what:?}");
        assert_eq!((world.ledger(1), task.finished_at.is_some()), (&[money][..], state != Running));
        assert_eq!(task.remote.is_some(), state == Running);
        world.live(HOUR);
        assert_eq!(world.posts, []);
    }
    for state in TaskState::ALL.into_iter().filter(|state| *state != Unknown) {
        assert_eq!(done(state, settle(ResolvedAs::Lost)), (state, false), "{state:?}");
    }
}

#[test]
fn any_settlement_can_be_taken_back_and_the_reason_and_the_money_are_as_before() {
    let settle = |as_what| Act::Resolve { key: key(1), as_what };
    for (as_what, ends, money) in [
        (ResolvedAs::Lost, false, MoneyEvent::Resolved),
        (ResolvedAs::NotCreated, false, MoneyEvent::Released),
        (ResolvedAs::Found(RemoteId("R9".into())), false, MoneyEvent::Charged),
        (ResolvedAs::Found(RemoteId("R9".into())), true, MoneyEvent::Charged),
    ] {
        let mut world = with(Unknown);
        let before = world.disk.tasks[&key(1)].phase.clone();
        world.act(settle(as_what.clone()));
        if matches!(as_what, ResolvedAs::Found(_)) {
            world.reply(status("Processing"));
        }
        world.settle();
        if ends {
            world.live(MINUTE);
            world.reply(ok(r#"{"status":"Fail","base_resp":{"status_code":1027}}"#));
            world.settle();
            assert_eq!(world.states(1).1, TaskState::Failed);
        }
        world.state.news.clear();
        world.act(settle(ResolvedAs::Unknown));
        world.settle();
        let task = &world.disk.tasks[&key(1)];
        assert_eq!(
            (&task.phase, &task.remote, &task.settled, &task.claim),
            (&before, &None, &None, &None),
            "{as_what:?}"
        );
        assert_eq!((task.finished_at, world.states(1).0), (None, Unknown));
        assert_eq!((world.ledger(1)[0], *world.ledger(1).last().unwrap()), (money, MoneyEvent::Unknown));
        assert_eq!(world.acts(), [ActNews::Done { key: key(1), state: Unknown }]);
        // And settled again, otherwise.
        world.calls.clear();
        world.act(settle(ResolvedAs::Lost));
        world.live(HOUR);
        assert_eq!((world.states(1), world.calls.len(), world.posts.len()), ((Cancelled, Cancelled), 0, 0));
    }
    for state in TaskState::ALL {
        assert_eq!(done(state, settle(ResolvedAs::Unknown)), (state, false), "{state:?}");
    }
}

#[test]
fn an_unknown_whose_id_the_service_does_not_know_stays_unknown() {
    let unknown = || ok(r#"{"task_id":"","status":"","base_resp":{"status_code":2013,"status_msg":"no such task"}}"#);
    for (reply, class) in [
        (unknown(), ErrorClass::InvalidParams),
        (not_connected(), ErrorClass::Network),
        (code(1004), ErrorClass::Auth),
        (http(502), ErrorClass::Service),
    ] {
        let mut world = with(Unknown);
        let before = world.disk.tasks[&key(1)].clone();
        world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Found(RemoteId("R9".into())) });
        world.reply(reply);
        world.live(HOUR);
        assert_eq!((&world.disk.tasks[&key(1)], world.states(1).0), (&before, Unknown));
        let (of, why) = world.not_done();
        assert!(matches!(why, NotDone::NotKnown { .. }), "{why:?}");
        assert_eq!((of, why.class()), (Some(key(1)), Some(class)));
    }
    let mut world = with(Unknown);
    world.state.own.has_key = false;
    world.act(Act::Resolve { key: key(1), as_what: ResolvedAs::Found(RemoteId("R9".into())) });
    world.settle();
    assert_eq!((world.states(1), world.not_done().1.class()), ((Unknown, Unknown), Some(ErrorClass::Auth)));
}

#[test]
fn an_unknown_is_not_settled_by_the_id_of_another_task() {
    let mut world = World::running();
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    world.reply(timed_out());
    world.settle();
    world.act(Act::Resolve { key: key(2), as_what: ResolvedAs::Found(RemoteId("R1".into())) });
    world.settle();
    assert_eq!(world.states(2), (Unknown, Unknown));
}

#[test]
fn a_task_made_elsewhere_is_taken_over_once_and_for_free() {
    let mut world = World::new();
    let id = RemoteId("R5".into());
    world.act(Act::Adopt(vec![id.clone(), id.clone()]));
    world.act(Act::Adopt(vec![id.clone()]));
    world.settle();
    assert_eq!(world.calls, [HttpCmd::Find { ticket: 3, id: id.clone() }]);
    world.reply(status("Processing"));
    world.act(Act::Adopt(vec![id.clone()]));
    world.settle();
    world.act(Act::Adopt(vec![id.clone()]));
    world.live(MINUTE);
    assert_eq!((world.disk.tasks.len(), world.calls.len(), world.posts.len()), (1, 1, 0));
    let task = &world.disk.tasks[&key(1)];
    assert_eq!((task.state(), &task.remote, task.cost), (Running, &Some(id), Amount::ZERO));
    assert_eq!(task.claim.as_ref().map(|claim| claim.owner.as_str()), Some("me"));
    assert_eq!(world.state.queue.last_batch, []);
}

#[test]
fn an_id_that_an_archived_task_has_is_not_taken_over_again_however_quick_the_service_is() {
    let mut world = World::new();
    let id = RemoteId("R5".into());
    let archived = Task { remote: Some(id.clone()), ..testing::task(9, Saved) };
    world.disk.archived.push(domain::task::Row::of(&archived));
    world.act(Act::Adopt(vec![id.clone()]));
    assert_eq!(world.calls, []);
    world.settle();
    world.reply(status("Processing"));
    world.live(MINUTE);
    assert_eq!((world.disk.tasks.len(), world.acts()), (0, vec![ActNews::Known { id, key: key(9), state: Saved }]));
    // A store that cannot look keeps nobody from asking.
    let mut world = World::new();
    world.act(Act::Adopt(vec![RemoteId("R5".into())]));
    world.disk.health = super::disk::Health::Away;
    world.settle();
    assert_eq!(world.calls.len(), 1);
}

#[test]
fn an_id_that_the_service_does_not_know_leaves_nothing_and_is_asked_about_once() {
    let unknown = || ok(r#"{"task_id":"","status":"","base_resp":{"status_code":2013,"status_msg":"no such task"}}"#);
    for (reply, class, why) in [
        (unknown(), ErrorClass::InvalidParams, Met::NoSuchTask),
        (not_connected(), ErrorClass::Network, Met::NoConnection(ConnectionFault::NoWay)),
        (timed_out(), ErrorClass::Network, Met::NoAnswer(ConnectionFault::TimedOut { after_ms: 120_000 })),
        (code(1004), ErrorClass::Auth, Met::Key),
        (http(502), ErrorClass::Service, Met::Failed),
    ] {
        let mut world = World::new();
        world.act(Act::Adopt(vec![RemoteId("R5".into())]));
        world.settle();
        world.reply(reply);
        world.live(HOUR);
        assert_eq!((world.disk.tasks.len(), world.state.tasks.rows.len(), world.calls.len()), (0, 0, 0));
        let (None, NotDone::NotKnown { id, error }) = world.not_done() else { panic!("{:?}", world.acts()) };
        let Reason::Call(call) = &error.reason else { panic!("{error:?}") };
        assert_eq!((id.0.as_str(), error.class, &call.met), ("R5", class, &why));
    }
}

#[test]
fn ids_to_be_adopted_are_asked_about_within_the_budget() {
    let mut world = World::with(|settings| settings.poll.budget_per_second = 1.0);
    let id = |n: u32| RemoteId(format!("R{n}"));
    world.act(Act::Adopt((1..=3).map(id).collect()));
    world.settle();
    for n in 1..=3 {
        assert_eq!(world.calls.len(), 1, "{n}");
        world.reply(success("F1"));
        world.settle();
        world.calls.retain(|call| matches!(call, HttpCmd::Find { .. }));
        world.live(SECOND);
    }
    assert!((1..=3).all(|n| world.disk.tasks[&key(n)].remote == Some(id(n))));
}

#[test]
fn nothing_is_adopted_without_a_key_or_by_a_program_that_ends() {
    let mut world = World::with(|settings| settings.has_key = false);
    world.act(Act::Adopt(vec![RemoteId("R5".into())]));
    assert_eq!(world.not_done().1.class(), Some(ErrorClass::Auth));
    let mut world = World::new();
    world.act(Act::Adopt(vec![RemoteId("R5".into())]));
    world.settle();
    world.act(Act::Quit);
    world.reply(status("Processing"));
    world.settle();
    assert_eq!((world.disk.tasks.len(), world.left), (0, true));
}

#[test]
fn a_run_with_named_tasks_leaves_all_others_alone() {
    let mut disk = super::disk::Disk::default();
    for (n, state) in [(1, Queued), (2, Running), (3, Sending), (4, Running)] {
        disk.put(testing::task(n, state));
    }
    let mut world = World::of(disk, |settings| settings.scope = Scope::Named);
    world.live(HOUR);
    assert_eq!((world.calls.len(), world.posts.len(), world.states(3).1), (0, 0, Sending));
    world.act(Act::Take(vec![key(2)]));
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.live(SECOND);
    let asked: Vec<u32> = world.state.own.poller.asking.keys().map(|key| key.0).collect();
    assert_eq!((asked, world.keys_posted()), (vec![2], vec![5]));
}

#[test]
fn a_name_that_is_taken_gives_the_task_that_has_it_and_goes_on_with_it() {
    let mut world = World::with(|settings| settings.scope = Scope::Named);
    world.act(Act::Queue { intents: intents(1), undo: false });
    let Some(StoreCmd::Insert { ticket, .. }) = world.commands.pop_front() else { panic!() };
    let task = world.disk.put(testing::task(1, Running));
    let refusal = crate::msg::InsertRefusal::NameTaken { task: Box::new(task) };
    world.said.push_back(StoreMsg::Inserted { ticket, result: Err(refusal) });
    world.live(SECOND);
    assert_eq!((world.calls.len(), world.posts.len(), world.states(1)), (1, 0, (Running, Running)));
    assert_eq!(world.disk.tasks[&key(1)].claim.as_ref().map(|claim| claim.owner.as_str()), Some("me"));
}

#[test]
fn a_retry_that_another_program_made_in_the_meantime_is_told_and_not_made_again() {
    let mut world = World::with(|settings| settings.scope = Scope::Named);
    world.disk.put(testing::task(1, TaskState::Failed));
    let intent = Intent {
        request: testing::request(),
        parent: Some(key(1)),
        agreed: vec![],
        name: None,
        typed: None,
        profile: None,
    };
    world.act(Act::Queue { intents: vec![intent], undo: false });
    world.disk.put(Task { parent: Some(key(1)), ..testing::task(2, Running) });
    world.live(SECOND);
    let why = domain::retry::Overtaken::Caution(domain::retry::Caution::Retried(Some(key(2))));
    let refusal = crate::msg::InsertRefusal::Overtaken { parent: key(1), state: TaskState::Failed, why };
    let [News::Batch { result, .. }] = &world.state.news[..] else { panic!("{:?}", world.state.news) };
    assert_eq!((world.posts.len(), result), (0, &Err(NotQueued::Refused(refusal))));
}

#[test]
fn tasks_of_another_account_are_left_alone() {
    let mut disk = super::disk::Disk::default();
    for (n, state) in [(1, Queued), (2, Running), (3, Ready)] {
        disk.put(Task { profile: "elsewhere".into(), ..testing::task(n, state) });
    }
    let mut world = World::of(disk, |_| ());
    world.live(HOUR);
    assert_eq!((world.calls.len(), world.posts.len(), world.commands.len()), (0, 0, 0));
    world.act(Act::Download { keys: vec![key(3)], dir: None });
    assert_eq!(world.not_done(), (Some(key(3)), NotDone::Left(Left::OfProfile("elsewhere".into()))));
}

#[test]
fn at_midnight_the_day_s_money_begins_anew() {
    let mut world = World::with(|settings| settings.interactive = true);
    world.act(Act::Queue { intents: intents(1), undo: false });
    world.settle();
    world.reply(timed_out());
    world.settle();
    let spent = world.state.money.spent_today.clone();
    assert_eq!(spent.to_string(), "0.5 PTC");
    let left = world.now.day_end().since(world.wall());
    world.live(left - 1);
    assert_eq!(world.state.money.spent_today, spent);
    world.live(1);
    assert_eq!(world.state.day(Currency::Ptc).spent, Amount::ZERO);
}

#[test]
fn only_a_dashboard_moves_the_time_since_when_one_was_away() {
    let seen = |interactive| {
        let settings = Settings { interactive, ..Settings::default() };
        let mut state = crate::work::Work::new(settings, testing::now(HOUR));
        let opened = StoreMsg::Opened { owner: "me".into(), total: 0, last_seen: None, drafts: vec![] };
        let (mut effects, _) = crate::update(&mut state, Msg::Store(opened), testing::now(HOUR));
        effects.extend(crate::update(&mut state, Msg::Act(Act::Quit), testing::now(HOUR)).0);
        effects.iter().filter(|effect| matches!(effect, Effect::Store(StoreCmd::SaveSeen { .. }))).count()
    };
    assert_eq!([seen(true), seen(false)], [2, 0]);
}

#[test]
fn a_repeat_that_came_before_its_parent_s_row_still_marks_it() {
    let mut world = World::new();
    world.state.tasks.loaded = false;
    let child = Task { parent: Some(key(1)), ..testing::task(2, Queued) };
    crate::tasks::put(&mut world.state, child);
    let rows = vec![domain::task::Row::of(&testing::task(1, Saved))];
    crate::tasks::put_page(&mut world.state, rows);
    assert!(world.state.tasks.rows[&key(1)].retried);
}

#[test]
fn an_id_that_a_person_took_back_elsewhere_does_not_come_back_with_a_change_that_was_under_way() {
    let mut world = World::running();
    let ledger = world.ledger(1).to_vec();
    // A change that goes on with the ID, and brings none.
    world.act(Act::Download { keys: vec![key(1)], dir: Some("/elsewhere".into()) });
    let error = TaskError {
        code: "x".into(),
        class: ErrorClass::UnknownOutcome,
        reason: Reason::said("", "", ""),
        charged: Charged::Unknown,
    };
    world.other(1, |task| {
        (task.remote, task.claim) = (None, None);
        task.phase = Phase::Unknown { error };
    });
    world.settle();
    assert_eq!(world.states(1), (TaskState::Unknown, TaskState::Unknown));
    assert_eq!((world.disk.tasks[&key(1)].remote.clone(), world.ledger(1)), (None, &ledger[..]));
}
