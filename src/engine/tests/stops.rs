//! What other programs on the store do to this one, and it to them: pauses, halts, waits, failures in a row.

use super::{disk::Health, *};
use crate::news::{PassedOver, QueueNews};
use TaskState::{Queued, Refused};
use domain::{
    account::{Account, Change, Sender, Shared, Stamp, Streak, Why},
    task::PutBack,
};

pub(super) fn why() -> Why {
    let reason = Reason::said("insufficient balance", "", "");
    let error = TaskError { code: "1008".into(), class: ErrorClass::Balance, reason, charged: Charged::No };
    Why { cause: HaltCause::Balance, tasks: 1, error }
}

impl World {
    /// Another program changes what all share; this one has not heard of it.
    pub(super) fn elsewhere(&mut self, change: Change) {
        let by = Stamp { who: "watch 812".into(), at: self.now.wall };
        self.disk.share("302ai".into(), by, change);
    }

    /// A person who sees all stops that are on disk goes on, in another program.
    fn goes_on_elsewhere(&mut self) {
        let Shared { pause, halts, .. } = self.disk.shared.clone();
        let halt = halts.get("302ai").map(|halt| halt.by.clone());
        self.elsewhere(Change::Resume { pause, halt });
    }

    /// The bell rings.
    pub(super) fn rings(&mut self) {
        let shared = Box::new(self.disk.shared.clone());
        self.take(Msg::Store(StoreMsg::Shared { ticket: None, shared }));
    }
}

#[test]
fn a_stop_that_is_on_disk_lets_no_claim_through_though_the_bell_has_not_rung() {
    for change in [Change::Pause, Change::Halt(why())] {
        let mut world = World::queued(2);
        world.store();
        world.elsewhere(change.clone());
        world.live(HOUR);
        let halt = world.state.own.sending.halted.clone();
        assert_eq!((world.posts.len(), world.states(1)), (0, (Queued, Queued)), "{change:?}");
        match change {
            Change::Halt(_) => {
                let halt = halt.unwrap();
                assert_eq!((halt.cause, halt.by.unwrap().who), (HaltCause::Balance, "watch 812".to_owned()));
            }
            _ => assert_eq!((halt, world.state.queue.is_paused()), (None, true)),
        }
        world.goes_on_elsewhere();
        world.rings();
        world.live(SECOND);
        assert_eq!((world.halt(), world.keys_posted()), (None, vec![1, 2]));
    }
}

#[test]
fn a_halt_that_two_programs_met_at_once_is_said_once() {
    let said = |world: &World| {
        world.state.news.iter().filter(|news| matches!(news, News::Queue(QueueNews::Halted(_)))).count()
    };
    let mut other = World::posting();
    other.reply(code(1008));
    other.settle();
    let met = other.disk.shared.halts["302ai"].why.clone();
    // The other program's word is in the store first, and so it is the one that is kept.
    let mut world = World::posting();
    world.elsewhere(Change::Halt(met));
    world.reply(code(1008));
    assert_eq!(said(&world), 1);
    world.settle();
    world.rings();
    let by = world.state.own.sending.halted.clone().unwrap().by.unwrap();
    assert_eq!((by.who.as_str(), said(&world)), ("watch 812", 1));
    // Another reason is news.
    world.live(SECOND);
    world.goes_on_elsewhere();
    world.elsewhere(Change::Halt(Why { cause: HaltCause::Key, ..why() }));
    world.rings();
    assert_eq!(said(&world), 2);
}

#[test]
fn a_halt_reaches_the_store_before_anything_else_that_follows_the_answer() {
    let mut world = World::posting();
    let effects = world.reply(code(1008));
    let stores: Vec<&StoreCmd> = effects
        .iter()
        .filter_map(|effect| if let Effect::Store(command) = effect { Some(command) } else { None })
        .collect();
    assert!(matches!(stores[0], StoreCmd::Share { change: Change::Halt(_), .. }), "{stores:?}");
    assert!(matches!(stores[stores.len() - 1], StoreCmd::Write { .. }), "{stores:?}");
    world.settle();
    assert!(world.disk.shared.halts.contains_key("302ai"));
    world.act(Act::Resume);
    world.settle();
    assert_eq!(world.disk.shared.halts, [].into());
}

#[test]
fn a_halt_that_the_store_could_not_take_reaches_it_when_it_can_be_written_again() {
    let mut world = World::posting();
    world.disk.health = Health::Full;
    world.reply(code(1008));
    world.settle();
    assert_eq!((world.halt(), world.disk.shared.halts.len()), (Some(HaltCause::Balance), 0));
    // Older news does not undo it.
    world.rings();
    assert_eq!(world.halt(), Some(HaltCause::Balance));
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!((world.states(1), world.disk.shared.halts.len()), ((Refused, Refused), 1));
}

#[test]
fn a_pause_here_is_everybody_s_and_older_news_does_not_undo_it() {
    let mut world = World::new();
    let before = Box::new(world.disk.shared.clone());
    world.act(Act::Pause(true));
    world.take(Msg::Store(StoreMsg::Shared { ticket: None, shared: before }));
    assert!(world.state.queue.is_paused());
    world.settle();
    let who = world.disk.shared.pause.clone().map(|by| by.who);
    assert_eq!(who.as_deref(), Some("dashboard me"));
    world.goes_on_elsewhere();
    world.rings();
    assert!(!world.state.queue.is_paused());
}

#[test]
fn the_account_s_wait_and_its_failures_in_a_row_are_counted_over_all_programs() {
    let mut world = World::queued(1);
    world.store();
    let refusals = Streak { class: Some(ErrorClass::InvalidParams), tasks: 2 };
    let not_before = world.wall().plus(20 * SECOND);
    world.elsewhere(Change::Keep(Account { not_before, refusals, ..Account::default() }));
    world.rings();
    world.live(19 * SECOND);
    assert_eq!(world.posts, []);
    world.live(2 * SECOND);
    assert_eq!(world.keys_posted(), [1]);
    world.reply(code(2013));
    world.settle();
    assert_eq!(world.halt(), Some(HaltCause::Failures(ErrorClass::InvalidParams)));
    // What happened here is told to the others.
    let mut world = World::posting();
    world.reply(code(1002));
    world.settle();
    let account = world.disk.shared.accounts["302ai"];
    assert!(account.not_before > world.wall() && account.put_backs == 1, "{account:?}");
}

#[test]
fn unsent_work_waits_for_a_word_only_while_nobody_sends_it() {
    let interactive = |senders: Vec<Sender>| {
        let settings = Settings { catalogue: testing::catalogue(), ..Settings::default() };
        let mut state = crate::work::Work::new(settings, testing::now(0));
        let tell = |state: &mut crate::work::Work, msg| {
            let _ = crate::update(state, Msg::Store(msg), testing::now(0));
        };
        tell(&mut state, StoreMsg::Opened { owner: "me".into(), total: 1, last_seen: None, drafts: vec![] });
        // The store's word that it knows who this is.
        let known: Vec<_> = state.sharing.under_way.keys().copied().collect();
        for ticket in known {
            tell(&mut state, StoreMsg::Shared { ticket: Some(ticket), shared: Box::default() });
        }
        let shared = |senders| Box::new(Shared { senders, ..Shared::default() });
        tell(&mut state, StoreMsg::Shared { ticket: None, shared: shared(senders) });
        let tasks = vec![testing::task(1, Queued)];
        tell(&mut state, StoreMsg::Page { rows: vec![], tasks, last: true });
        (state, tell, shared)
    };
    let watch = |profile: &str| vec![Sender { owner: "o".into(), name: "watch 812".into(), profile: profile.into() }];
    assert!(!interactive(watch("302ai")).0.queue.is_paused());
    assert!(interactive(watch("minimax")).0.queue.is_paused());
    let (mut state, tell, shared) = interactive(vec![]);
    assert!(state.queue.is_paused() && state.queue.unsent.contains(&key(1)));
    assert_eq!(state.sharing.serves, Some(vec![]));
    let known: Vec<_> = state.sharing.under_way.keys().copied().collect();
    for ticket in known {
        tell(&mut state, StoreMsg::Shared { ticket: Some(ticket), shared: Box::default() });
    }
    tell(&mut state, StoreMsg::Shared { ticket: None, shared: shared(watch("302ai")) });
    assert!(
        !state.queue.is_paused() && state.queue.unsent.is_empty() && state.sharing.serves == Some(vec!["302ai".into()])
    );
}

#[test]
fn what_the_store_could_not_take_of_a_stop_is_handed_over_with_the_first_command_that_comes_through() {
    let mut work = testing::state(&[TaskState::Queued]);
    let (effects, _) = crate::update(&mut work, Msg::Act(Act::Pause(true)), testing::now(0));
    let shares = |effects: &[Effect]| {
        let share = |effect: &Effect| match effect {
            Effect::Store(StoreCmd::Share { ticket, change: Change::Pause, .. }) => Some(*ticket),
            _ => None,
        };
        effects.iter().find_map(share)
    };
    let ticket = shares(&effects);
    let failed = StoreMsg::Failed { ticket, fault: disk_full() };
    let (effects, _) = crate::update(&mut work, Msg::Store(failed), testing::now(1));
    assert_eq!((ticket.is_some(), shares(&effects)), (true, None));
    // Before its own time to be tried again comes, which is then over.
    let came_through = StoreMsg::Shared { ticket: Some(u64::MAX), shared: Box::default() };
    let (effects, _) = crate::update(&mut work, Msg::Store(came_through), testing::now(2));
    assert!(shares(&effects).is_some(), "{effects:?}");
}

#[test]
fn a_store_that_is_gone_keeps_its_halt_until_a_look_at_it_comes_through() {
    let mut work = testing::state(&[TaskState::Saved]);
    let fails = || Msg::Store(StoreMsg::Failed { ticket: None, fault: disk_full() });
    let _ = crate::update(&mut work, fails(), testing::now(10_000));
    for at in [20_000, 60_000] {
        let (effects, _) = crate::update(&mut work, Msg::Wake, testing::now(at));
        assert!(effects.contains(&Effect::Store(StoreCmd::Look { keys: vec![key(1)] })), "{effects:?}");
        assert!(work.own.sending.halted.is_some());
        let _ = crate::update(&mut work, fails(), testing::now(at));
        assert!(work.own.sending.halted.is_some());
    }
    let _ = crate::update(&mut work, Msg::Wake, testing::now(120_000));
    let _ = crate::update(&mut work, Msg::Store(StoreMsg::Changed { tasks: vec![] }), testing::now(120_000));
    assert_eq!(work.own.sending.halted, None);
}

#[test]
fn the_last_word_of_a_person_stands_whatever_could_not_be_written_before_it() {
    for last in [true, false] {
        let mut world = World::new();
        world.act(Act::Pause(!last));
        world.settle();
        // The word before the last one does not reach the disk, and waits to be handed over again.
        world.disk.health = Health::Full;
        world.act(if last { Act::Pause(false) } else { Act::Pause(true) });
        world.settle();
        world.disk.health = Health::Well;
        world.act(Act::Pause(last));
        world.live(MINUTE);
        assert_eq!((world.state.queue.is_paused(), world.disk.shared.pause.is_some()), (last, last));
    }
}

#[test]
fn a_pause_before_the_store_is_open_stops_everybody_once_it_is() {
    let settings = Settings { catalogue: testing::catalogue(), ..Settings::default() };
    let mut work = crate::work::Work::new(settings, testing::now(0));
    let take = |work: &mut crate::work::Work, msg| crate::update(work, msg, testing::now(0)).0;
    assert_eq!(take(&mut work, Msg::Act(Act::Pause(true))), []);
    let opened = StoreMsg::Opened { owner: "me".into(), total: 0, last_seen: None, drafts: vec![] };
    let effects = take(&mut work, Msg::Store(opened));
    let is_pause = |effect: &Effect| matches!(effect, Effect::Store(StoreCmd::Share { change: Change::Pause, .. }));
    assert!(effects.iter().any(is_pause), "{effects:?}");
    // Another program that sends, and has not heard of it yet, does not undo it here.
    let senders = vec![Sender { owner: "o".into(), name: "watch 812".into(), profile: "302ai".into() }];
    let known: Vec<_> = work.sharing.under_way.keys().copied().collect();
    for ticket in known {
        let shared = Shared { senders: senders.clone(), ..Shared::default() };
        let _ = take(&mut work, Msg::Store(StoreMsg::Shared { ticket: Some(ticket), shared: Box::new(shared) }));
    }
    assert!(work.queue.paused);
}

#[test]
fn a_pause_that_took_the_place_of_anothers_is_ended_at_once() {
    let mut world = World::new();
    world.store();
    world.elsewhere(Change::Pause);
    world.rings();
    world.act(Act::Pause(true));
    world.act(Act::Pause(false));
    world.live(SECOND);
    assert_eq!((world.disk.shared.pause.clone(), world.state.queue.is_paused()), (None, false));
}

#[test]
fn a_submission_that_had_left_before_the_same_refusal_stopped_the_queue_waits_with_the_others() {
    let mut world = World::queued(3);
    world.live(SECOND);
    assert_eq!(world.keys_posted(), [1, 2, 3]);
    for _ in 0..3 {
        world.reply(code(1008));
    }
    world.settle();
    assert_eq!(world.halt(), Some(HaltCause::Balance));
    assert_eq!([1, 2, 3].map(|n| world.states(n).1), [Refused, Queued, Queued]);
    assert_eq!(world.ledger(2), [MoneyEvent::Reserved]);
    world.live(HOUR);
    assert_eq!(world.posts.len(), 3);
    world.act(Act::Resume);
    world.live(MINUTE);
    assert_eq!(world.keys_posted()[3..], [2, 3]);
}

#[test]
fn what_is_put_back_again_and_again_has_been_held_up_since_the_first_time() {
    let since = |world: &World| match world.phase(1) {
        Phase::Queued { put_back: Some(PutBack { since, error, .. }), .. } => (error.class, since),
        other => panic!("{other:?}"),
    };
    let mut world = World::posting();
    world.reply(not_connected());
    world.settle();
    let first = since(&world);
    for _ in 0..3 {
        world.live(MINUTE);
        world.reply(not_connected());
        world.settle();
        assert_eq!(since(&world), first);
    }
    world.live(MINUTE);
    world.reply(code(1002));
    world.settle();
    assert_ne!(since(&world).1, first.1);
}

#[test]
fn while_the_store_cannot_be_seen_going_on_tries_it_again_and_ends_no_pause_that_came_meanwhile() {
    let mut world = World::queued(1);
    world.store();
    let failed = StoreMsg::Failed { ticket: None, fault: disk_full() };
    world.take(Msg::Store(failed));
    world.elsewhere(Change::Pause);
    world.disk.health = Health::Full;
    let tries = world.state.store.retry_at;
    world.act(Act::Resume);
    assert!(world.state.store.retry_at != tries && !world.state.news.contains(&News::Queue(QueueNews::Resumed)));
    assert!(world.state.news.contains(&News::Store(crate::news::StoreNews::Tried)));
    world.settle();
    world.disk.health = Health::Well;
    world.live(HOUR);
    let by = world.disk.shared.pause.clone().map(|by| by.who);
    assert_eq!((by.as_deref(), world.posts.len()), (Some("watch 812"), 0));
}

#[test]
fn going_on_ends_the_stops_that_were_seen_and_tells_of_one_that_came_meanwhile() {
    // A halt of another cause, and a pause of somebody who had not seen the first one.
    let mut world = World::queued(1);
    world.store();
    world.elsewhere(Change::Halt(why()));
    world.elsewhere(Change::Pause);
    world.rings();
    world.live(SECOND);
    world.elsewhere(Change::Halt(Why { cause: HaltCause::Key, ..why() }));
    world.elsewhere(Change::Pause);
    let newer = world.disk.shared.clone();
    world.act(Act::Resume);
    world.live(HOUR);
    assert_eq!((&world.disk.shared.pause, &world.disk.shared.halts), (&newer.pause, &newer.halts));
    assert_eq!((world.halt(), world.state.queue.is_paused(), world.posts.len()), (Some(HaltCause::Key), true, 0));
    let paused = News::Queue(QueueNews::PausedBy(newer.pause.unwrap()));
    assert!(world.state.news.contains(&paused), "{:?}", world.state.news);
    for _ in ["the halt", "the pause"] {
        world.act(Act::Resume);
        world.live(SECOND);
    }
    assert_eq!((world.halt(), world.keys_posted()), (None, vec![1]));
}

#[test]
fn a_word_on_a_halt_ends_no_pause_that_stands_beside_it() {
    let last = |world: &World| world.state.news.last().cloned();
    let mut world = World::queued(1);
    world.store();
    world.elsewhere(Change::Pause);
    world.elsewhere(Change::Halt(why()));
    world.rings();
    let pause = world.disk.shared.pause.clone();
    world.act(Act::Resume);
    assert_eq!(last(&world), Some(News::Queue(QueueNews::StillPaused(pause.clone()))));
    world.live(HOUR);
    assert_eq!((&world.disk.shared.pause, world.disk.shared.halts.len()), (&pause, 0));
    assert_eq!((world.halt(), world.state.queue.is_paused(), world.posts.len()), (None, true, 0));
    world.act(Act::Resume);
    assert_eq!(last(&world), Some(News::Queue(QueueNews::Resumed)));
    world.live(SECOND);
    assert_eq!((world.disk.shared.pause.clone(), world.keys_posted()), (None, vec![1]));
    // What an earlier run left unsent is held back here alone, and by no name.
    let mut world = World::queued(1);
    world.store();
    world.state.queue.paused = true;
    world.elsewhere(Change::Halt(why()));
    world.rings();
    world.act(Act::Resume);
    assert_eq!(last(&world), Some(News::Queue(QueueNews::StillPaused(None))));
    world.live(HOUR);
    assert_eq!(world.posts.len(), 0);
    // Who ended it elsewhere has not ended the pause either.
    let mut world = World::new();
    world.settle();
    world.elsewhere(Change::Pause);
    world.elsewhere(Change::Halt(why()));
    world.rings();
    let Shared { pause, halts, .. } = world.disk.shared.clone();
    world.elsewhere(Change::Resume { pause: None, halt: halts.get("302ai").map(|halt| halt.by.clone()) });
    world.rings();
    assert_eq!(last(&world), Some(News::Queue(QueueNews::StillPaused(pause))));
}

#[test]
fn a_pause_that_is_handed_over_again_is_ended_by_the_name_that_it_had() {
    let mut world = World::new();
    world.disk.health = Health::Full;
    world.act(Act::Pause(true));
    world.settle();
    let named = world.state.queue.pause.clone();
    world.disk.health = Health::Well;
    world.live(MINUTE);
    assert_eq!((named.is_some(), &world.disk.shared.pause), (true, &named));
}

#[test]
fn a_task_whose_picture_is_on_another_machine_is_passed_over_told_once_and_sent_when_it_is_here() {
    let mut world = World::queued(2);
    world.disk.not_here.insert(key(1));
    world.live(MINUTE);
    let told = |world: &World| {
        let waits = News::Task { key: key(1), what: crate::news::TaskNews::PassedOver(PassedOver::Picture) };
        world.state.news.iter().filter(|news| **news == waits).count()
    };
    assert_eq!((world.keys_posted(), world.states(1), told(&world)), (vec![2], (Queued, Queued), 1));
    assert_eq!(crate::queue::passed_over(&world.state, key(1)), Some(PassedOver::Picture));
    world.live(HOUR);
    assert_eq!((world.states(1), told(&world), world.halt()), ((Queued, Queued), 1, None));
    world.disk.not_here.clear();
    world.live(HOUR);
    assert_eq!((world.keys_posted(), crate::queue::passed_over(&world.state, key(1))), (vec![2, 1], None));
}
