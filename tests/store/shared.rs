//! What all programs on a store share: a pause, an account's halt, the waits it was asked for, who sends.

use super::{programs::Program, *};
use domain::account::{Account, Change, HaltCause, Sender, Shared, Stamp, Stopped, Why};
use engine::{
    effect::StoreCmd,
    msg::{SendResult, StoreMsg},
};

fn by(who: &str) -> Stamp {
    Stamp { who: who.into(), at: DAY }
}

fn why() -> Why {
    Why { cause: HaltCause::Balance, tasks: 1, error: trouble(ErrorClass::Balance, Charged::No) }
}

fn halted(profile: &str) -> Shared {
    let halts = [(profile.to_owned(), Stopped { by: by("watch 1"), why: why() })].into();
    Shared { halts, ..Shared::default() }
}

fn share(program: &Program, who: &str, change: Change) -> Shared {
    program.handle.send(StoreCmd::Share { ticket: 7, profile: "302ai".into(), by: by(who), change });
    let StoreMsg::Shared { ticket: Some(7), shared } = program.next() else { panic!("not shared") };
    *shared
}

fn hears(program: &Program) -> Shared {
    let StoreMsg::Shared { ticket: None, shared } = program.next() else { panic!("not heard") };
    *shared
}

#[test]
fn no_row_is_claimed_once_a_stop_is_on_disk_and_a_resume_of_anybody_ends_it() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let task = add(&mut ours, intent("one"));
    let elsewhere = add(&mut ours, NewTask { profile: "minimax".into(), ..intent("two") });
    let stopped = |store: &mut Store, task: &Task| match store.send(&sending(task, DAY), 5, &NO_CAPS).unwrap() {
        SendResult::Stopped { key, shared } => {
            assert_eq!(key, task.key);
            Some(*shared)
        }
        SendResult::Claimed { .. } => None,
        other => panic!("{other:?}"),
    };
    // An account's halt is its own, and the first who found it stays named.
    assert_eq!(ours.share("302ai", &by("watch 1"), &Change::Halt(why())).unwrap(), halted("302ai"));
    assert_eq!(theirs.share("302ai", &by("watch 2"), &Change::Halt(why())).unwrap(), halted("302ai"));
    assert_eq!(stopped(&mut theirs, &task), Some(halted("302ai")));
    assert_eq!(stopped(&mut theirs, &elsewhere), None);
    // The end of a pause is not the end of a halt.
    let resume = |pause: Option<&str>, halt: Option<&str>| Change::Resume { pause: pause.map(by), halt: halt.map(by) };
    theirs.share("302ai", &by("dashboard 3"), &resume(Some("watch 1"), None)).unwrap();
    assert_eq!(stopped(&mut ours, &task), Some(halted("302ai")));
    theirs.share("302ai", &by("dashboard 3"), &resume(None, Some("watch 1"))).unwrap();
    // A pause is for every account.
    let other = add(&mut ours, NewTask { profile: "minimax".into(), ..intent("three") });
    let paused = Shared { pause: Some(by("dashboard 3")), ..Shared::default() };
    assert_eq!(theirs.share("302ai", &by("dashboard 3"), &Change::Pause).unwrap(), paused);
    assert_eq!(stopped(&mut ours, &other), Some(paused.clone()));
    assert_eq!(stopped(&mut ours, &task), Some(paused));
    assert_eq!(ours.share("minimax", &by("watch 1"), &resume(Some("dashboard 3"), None)).unwrap(), Shared::default());
    assert_eq!([stopped(&mut theirs, &task), stopped(&mut theirs, &other)], [None, None]);
}

#[test]
fn a_resume_ends_the_stop_that_was_seen_and_none_that_came_meanwhile() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let resume = Change::Resume { pause: Some(by("watch 1")), halt: Some(by("watch 1")) };
    ours.share("302ai", &by("watch 1"), &Change::Pause).unwrap();
    ours.share("302ai", &by("watch 1"), &Change::Halt(why())).unwrap();
    // Somebody who has not seen these stops it, too.
    let key = Why { cause: HaltCause::Key, ..why() };
    theirs.share("302ai", &by("dashboard 2"), &Change::Pause).unwrap();
    theirs.share("302ai", &by("dashboard 2"), &Change::Halt(key.clone())).unwrap();
    let halts = [("302ai".to_owned(), Stopped { by: by("dashboard 2"), why: key })].into();
    let theirs = Shared { pause: Some(by("dashboard 2")), halts, ..Shared::default() };
    assert_eq!(ours.share("302ai", &by("watch 1"), &resume).unwrap(), theirs);
    // One of an earlier moment is another one, too.
    let earlier = Stamp { at: Wall(DAY.0 - 1), ..by("dashboard 2") };
    let resume = Change::Resume { pause: Some(earlier.clone()), halt: Some(earlier) };
    assert_eq!(ours.share("302ai", &by("watch 1"), &resume).unwrap(), theirs);
}

#[test]
fn what_the_service_told_one_program_holds_for_the_account_but_not_after_the_clock_was_set_back() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let task = add(&mut ours, intent("one"));
    let account = Account { not_before: DAY.plus(60_000), put_backs: 1, ..Account::default() };
    let shared = theirs.share("302ai", &by("watch 1"), &Change::Keep(account)).unwrap();
    assert_eq!(shared.accounts["302ai"], account);
    let wait = SendResult::Wait { key: task.key, until: DAY.plus(60_000) };
    assert_eq!(ours.send(&sending(&task, DAY.plus(59_999)), 5, &NO_CAPS).unwrap(), wait);
    let elsewhere = add(&mut ours, NewTask { profile: "minimax".into(), ..intent("two") });
    assert!(matches!(ours.send(&sending(&elsewhere, DAY), 5, &NO_CAPS).unwrap(), SendResult::Claimed { .. }));
    assert!(matches!(
        ours.send(&sending(&task, Wall(DAY.0 - 10_800_000)), 5, &NO_CAPS).unwrap(),
        SendResult::Claimed { .. }
    ));
}

#[test]
fn a_wait_that_the_service_asked_for_is_not_cut_short_by_a_program_that_has_not_heard_of_it() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let by = Stamp { at: DAY, ..by("watch 1") };
    let waits = Account { not_before: DAY.plus(600_000), put_backs: 1, ..Account::default() };
    theirs.share("302ai", &by, &Change::Keep(waits)).unwrap();
    let failed = Account { put_backs: 2, ..Account::default() };
    let shared = ours.share("302ai", &by, &Change::Keep(failed)).unwrap();
    assert_eq!(shared.accounts["302ai"], Account { not_before: waits.not_before, ..failed });
    // A moment further ahead than any wait is from before the clock was set back.
    let by = Stamp { at: Wall(DAY.0 - 86_400_000), ..by };
    let shared = ours.share("302ai", &by, &Change::Keep(failed)).unwrap();
    assert_eq!(shared.accounts["302ai"], failed);
}

#[test]
fn the_wake_up_brings_a_stop_and_who_sends_and_the_end_of_one_that_sent() {
    let dir = place();
    let (ours, theirs) = (Program::start(dir.at()), Program::start(dir.at()));
    assert_eq!(share(&theirs, "watch 2", Change::Serve(vec!["302ai".into()])), Shared::default());
    let sender = Sender { owner: theirs.owner.clone(), name: "watch 2".into(), profile: "302ai".into() };
    assert_eq!(hears(&ours), Shared { senders: vec![sender.clone()], ..Shared::default() });
    let paused = Shared { pause: Some(by("dashboard 1")), ..Shared::default() };
    let with_sender = Shared { senders: vec![sender], ..paused.clone() };
    assert_eq!(share(&ours, "dashboard 1", Change::Pause), with_sender);
    assert_eq!(hears(&theirs), paused);
    // Who comes later is told before the first page.
    let (to, hears_at_once) = std::sync::mpsc::channel();
    let _later = ::io::store::open(dir.at(), move |msg| drop(to.send(msg)));
    let next = || hears_at_once.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    assert!(matches!(next(), StoreMsg::Opened { .. }));
    assert_eq!(next(), StoreMsg::Shared { ticket: None, shared: Box::new(with_sender) });
    drop(theirs);
    assert_eq!(hears(&ours), paused);
}

#[test]
fn a_halt_lasts_as_long_as_a_program_runs_that_was_there_and_a_pause_until_it_is_ended() {
    let dir = place();
    let first = Program::start(dir.at());
    let second = Program::start(dir.at());
    // After both began: their names tell the real time.
    let late = Stamp { who: "watch 1".into(), at: Wall(i64::MAX / 4) };
    let share = |change| {
        first.handle.send(StoreCmd::Share { ticket: 7, profile: "302ai".into(), by: late.clone(), change });
        assert!(matches!(first.next(), StoreMsg::Shared { ticket: Some(7), .. }));
    };
    share(Change::Halt(why()));
    share(Change::Pause);
    drop(first);
    let third = Program::start(dir.at());
    let halts = [("302ai".to_owned(), Stopped { by: late.clone(), why: why() })].into();
    let both = Shared { pause: Some(late.clone()), halts, ..Shared::default() };
    assert_eq!(Store::open(dir.at()).unwrap().shared().unwrap(), both);
    drop((second, third));
    let _fourth = Program::start(dir.at());
    let paused = Shared { halts: [].into(), ..both };
    assert_eq!(Store::open(dir.at()).unwrap().shared().unwrap(), paused);
}
