//! Fetching files.

use super::*;
use crate::work::SavingStep;
use TaskState::{Ready, Saved, Saving};
use domain::task::{FileId, STOPPED, SavedFile, Trouble};
use service::answer::Address;

pub(super) fn ready(n: u32) -> World {
    let mut disk = super::disk::Disk::default();
    for key in 1..=n {
        let file = FileId(format!("F{key}"));
        let phase = Phase::Ready {
            file,
            trouble: None,
            tries: 0,
            next_try: Some(domain::time::Wall(testing::WALL)),
            kept: None,
        };
        disk.put(Task { phase, ..testing::task(key, Ready) });
    }
    World::of(disk, |_| ())
}

/// The ticket of the last download begun.
pub(super) fn ticket(world: &World) -> u64 {
    let started = world.saves.iter().rev().find_map(|save| match save {
        SaveCmd::Start { ticket, .. } => Some(*ticket),
        SaveCmd::Stop { .. } => None,
    });
    started.expect("a download was begun")
}

pub(super) fn file() -> SavedFile {
    SavedFile { host: None, path: "/v/1.mp4".into(), bytes: 7, sha256: "00".into(), sides: None, length_ms: None }
}

pub(super) fn trouble(class: ErrorClass) -> TaskError {
    let reason = Reason::said("it did not work", "", "");
    TaskError { code: "x".into(), class, reason, charged: Charged::Yes }
}

/// A world whose one file is being fetched.
pub(super) fn fetching() -> World {
    let mut world = ready(1);
    world.settle();
    world.reply(address());
    assert_eq!(world.saves.len(), 1);
    world
}

#[test]
fn a_file_is_claimed_on_disk_before_its_address_is_asked_for_and_saved_in_the_end() {
    let mut world = ready(1);
    assert_eq!((world.states(1), world.calls.len()), ((Saving, Ready), 0));
    world.carry_out();
    assert_eq!((world.disk.tasks[&key(1)].state(), world.calls.len()), (Saving, 0));
    world.hear();
    let Some(HttpCmd::File { key: TaskKey(1), file: FileId(id), .. }) = world.calls.front() else { panic!() };
    assert_eq!(id, "F1");
    world.reply(address());
    let [SaveCmd::Start { address, target, .. }] = &world.saves[..] else { panic!("{:?}", world.saves) };
    let url = "https://files.example/a.mp4".to_owned();
    assert_eq!(**address, Address { url, backup: None, bytes: Some(7), expires: None });
    assert_eq!((target.dir.as_str(), target.stall_ms), ("~/Videos/reeltop", 30 * SECOND));
    let ticket = ticket(&world);
    world.take(Msg::Save(SaveMsg::Progress { key: key(1), ticket, done: 3, total: None }));
    world.take(Msg::Save(SaveMsg::Done { key: key(1), ticket, saved: file() }));
    world.settle();
    let task = &world.disk.tasks[&key(1)];
    assert_eq!(task.phase, Phase::Saved { file: FileId("F1".into()), saved: file() });
    assert_eq!((&task.claim, task.finished_at), (&None, Some(world.wall())));
    assert_eq!(world.disk.events[&key(1)], ["saving", "saved"]);
    assert!(world.state.saver.active.is_empty());
}

#[test]
fn a_sidecar_says_what_steers_a_terminal_by_its_number() {
    let mut disk = super::disk::Disk::default();
    let mut task = testing::task(1, Ready);
    task.request.prompt = "a \u{9b}31m\u{202e} cat".into();
    task.phase = Phase::Ready {
        file: FileId("F1".into()),
        trouble: None,
        tries: 0,
        next_try: Some(domain::time::Wall(testing::WALL)),
        kept: None,
    };
    disk.put(task);
    let mut world = World::of(disk, |_| ());
    world.settle();
    world.reply(address());
    let [SaveCmd::Start { target, .. }] = &world.saves[..] else { panic!("{:?}", world.saves) };
    let sidecar = target.sidecar.as_ref().unwrap();
    assert!(sidecar.contains(r"a \u009b31m\u202e cat"), "{sidecar}");
}

#[test]
fn at_most_three_files_are_fetched_at_once() {
    let mut world = ready(5);
    world.live(MINUTE);
    assert_eq!(world.calls.len(), 3);
    for _ in 0..3 {
        world.reply(address());
    }
    assert_eq!(world.saves.len(), 3);
    let ticket = ticket(&world);
    world.take(Msg::Save(SaveMsg::Done { key: key(3), ticket, saved: file() }));
    world.live(SECOND);
    assert_eq!(world.states(4), (Saving, Saving));
    assert_eq!(world.states(5), (Ready, Ready));
}

#[test]
fn a_dead_address_gets_a_fresh_one_three_times_and_then_a_pause() {
    let mut world = fetching();
    for calls in [1, 1, 0] {
        let dead = SaveMsg::AddressDead { key: key(1), ticket: ticket(&world), detail: "403 expired".into() };
        world.take(Msg::Save(dead));
        assert_eq!(world.calls.len(), calls);
        if calls == 1 {
            world.reply(address());
        }
    }
    world.settle();
    let Phase::Ready { trouble: Some(error), tries: 1, next_try: Some(at), .. } = world.phase(1) else { panic!() };
    let Trouble { error, .. } = error;
    assert_eq!((error.code.as_str(), error.charged), ("expired", Charged::Yes));
    assert!(at > world.wall());
}

#[test]
fn a_file_that_cannot_be_written_is_tried_eight_times_and_a_line_that_drops_for_as_long_as_it_takes() {
    for (code, class, most) in
        [("x", ErrorClass::File, 8), ("not_a_video", ErrorClass::File, 4), ("x", ErrorClass::Network, 30)]
    {
        let mut world = ready(1);
        let mut tries = 0;
        for _ in 0..30 {
            world.live(6 * MINUTE);
            if world.calls.is_empty() {
                break;
            }
            world.reply(address());
            tries += 1;
            let (ticket, error) = (ticket(&world), TaskError { code: code.into(), ..trouble(class) });
            world.take(Msg::Save(SaveMsg::Failed { key: key(1), ticket, error, again: true }));
        }
        assert_eq!((tries, world.states(1).0), (most, Ready));
        assert_eq!(world.state.own.poller.offline_since, None, "the storage is not the service");
    }
}

#[test]
fn what_only_the_person_can_mend_waits_for_him() {
    let mut world = fetching();
    let (ticket, error) = (ticket(&world), trouble(ErrorClass::File));
    world.take(Msg::Save(SaveMsg::Failed { key: key(1), ticket, error: error.clone(), again: false }));
    world.settle();
    let file = FileId("F1".into());
    let trouble = Some(Trouble { error, since: Some(world.wall()) });
    let waits = Phase::Ready { file, trouble, tries: 1, next_try: None, kept: None };
    assert_eq!(world.disk.tasks[&key(1)].phase, waits);
    world.live(HOUR);
    assert_eq!(world.calls.len(), 0);
    world.act(Act::Download { keys: vec![key(1)], dir: Some("/tmp/v".into()) });
    world.live(SECOND);
    world.reply(address());
    let Some(SaveCmd::Start { target, .. }) = world.saves.last() else { panic!() };
    assert_eq!(target.dir, "/tmp/v");
}

#[test]
fn a_service_that_is_away_is_asked_for_one_address_at_a_time_and_rarely() {
    let mut world = ready(50);
    let mut calls = 0;
    for _ in 0..HOUR / SECOND {
        world.live(SECOND);
        while !world.calls.is_empty() {
            calls += 1;
            world.reply(not_connected());
        }
    }
    assert!((110..150).contains(&calls), "{calls}");
    assert!((1..=50).all(|n| world.states(n).1 == Ready));
    while world.calls.is_empty() {
        world.live(SECOND);
    }
    assert_eq!(world.calls.len(), 1);
    world.reply(address());
    world.live(0);
    assert_eq!(world.state.saver.active.len(), 3);
}

#[test]
fn a_stop_at_any_step_puts_the_file_back_for_the_person() {
    for step in 0..3 {
        let mut world = ready(1);
        if step > 0 {
            world.settle();
        }
        if step > 1 {
            world.reply(address());
        }
        world.act(Act::Cancel(vec![key(1)]));
        if step > 1 {
            assert_eq!(world.saves.last(), Some(&SaveCmd::Stop { key: key(1) }));
            assert_eq!(world.state.saver.active[&key(1)].step, SavingStep::Stopping);
            let ticket = ticket(&world);
            // Whatever the worker says first, the person's wish stands.
            world.take(Msg::Save(SaveMsg::AddressDead { key: key(1), ticket, detail: String::new() }));
        }
        world.settle();
        let Phase::Ready { trouble: Some(held), tries: 0, next_try: None, .. } = &world.disk.tasks[&key(1)].phase
        else {
            panic!("step {step}: {:?}", world.disk.tasks[&key(1)].phase)
        };
        assert_eq!((held.error.code.as_str(), held.error.class), (STOPPED, ErrorClass::File));
        assert!(world.state.tasks.live[&key(1)].is_stopped());
        let stopped = crate::news::TaskNews::SavingStopped(held.error.clone());
        assert!(world.state.news.contains(&News::Task { key: key(1), what: stopped }), "{:?}", world.state.news);
        assert!(world.state.saver.active.is_empty());
        world.calls.clear();
        world.live(HOUR);
        assert_eq!((world.calls.len(), world.states(1)), (0, (Ready, Ready)));
    }
}

#[test]
fn a_file_whose_saving_was_stopped_comes_back_by_itself_at_the_next_start_or_when_it_is_asked_for() {
    let mut world = ready(1);
    world.act(Act::Cancel(vec![key(1)]));
    world.live(HOUR);
    assert!(world.disk.tasks[&key(1)].is_stopped());
    let Phase::Ready { trouble: Some(held), .. } = world.phase(1) else { panic!("{:?}", world.phase(1)) };
    assert_eq!(held.error.reason, Reason::Own(Own::SavingStopped));
    world.calls.clear();
    // Another program that runs already hears of the stop, and leaves it.
    let task = world.disk.tasks[&key(1)].clone();
    world.other(1, |_| ());
    world.live(HOUR);
    assert!(world.disk.tasks[&key(1)].is_stopped() && world.calls.is_empty());
    world.act(Act::Download { keys: vec![key(1)], dir: None });
    world.live(SECOND);
    assert!(matches!(world.calls.front(), Some(HttpCmd::File { .. })), "{:?}", world.calls);
    let start = |change: fn(&mut Settings)| {
        let mut disk = super::disk::Disk::default();
        disk.put(task.clone());
        let mut world = World::of(disk, change);
        world.live(SECOND);
        world
    };
    let begun = start(|_| ());
    assert_eq!((begun.states(1), begun.calls.len()), ((Saving, Saving), 1));
    // A call that is about other tasks leaves it; one that waits for it takes it up.
    let mut named = start(|settings| settings.scope = Scope::Named);
    assert_eq!((named.states(1), named.calls.len()), ((Ready, Ready), 0));
    named.act(Act::Take(vec![key(1)]));
    named.live(SECOND);
    assert_eq!((named.states(1), named.calls.len()), ((Saving, Saving), 1));
}

#[test]
fn what_a_dead_program_was_saving_can_be_stopped_and_what_a_living_one_saves_cannot() {
    for lives in [true, false] {
        let mut disk = super::disk::Disk::default();
        let until = domain::time::Wall(testing::WALL).plus(HOUR);
        disk.put(Task { claim: super::disk::others(until), ..testing::task(1, Saving) });
        let mut world = World::of(disk, |_| ());
        world.settle();
        if !lives {
            // The store leaves out the claim of a program that is gone.
            world.disk.tasks.get_mut(&key(1)).unwrap().claim = None;
        }
        world.act(Act::Cancel(vec![key(1)]));
        world.settle();
        assert_eq!(world.states(1).1, if lives { Saving } else { Ready });
        assert_eq!(world.disk.tasks[&key(1)].is_stopped(), !lives);
        let came = match lives {
            false => ActNews::Done { key: key(1), state: Ready },
            true => ActNews::NotDone { key: Some(key(1)), why: NotDone::Left(Left::SavedElsewhere) },
        };
        assert_eq!(world.acts(), [came]);
        world.calls.clear();
        world.live(10 * MINUTE);
        assert_eq!(world.calls, []);
    }
}

#[test]
fn a_claim_that_fails_is_written_again_before_anything_is_fetched() {
    let mut world = ready(1);
    world.disk.health = super::disk::Health::Full;
    world.live(MINUTE);
    assert_eq!((world.calls.len(), world.disk.tasks[&key(1)].state()), (0, Ready));
    world.disk.health = super::disk::Health::Well;
    world.live(MINUTE);
    assert_eq!((world.calls.len(), world.states(1)), (1, (Saving, Saving)));
}

#[test]
fn a_claim_that_the_store_took_but_told_as_failed_is_not_stuck() {
    let mut world = ready(1);
    world.disk.health = super::disk::Health::Lying;
    world.store();
    world.disk.health = super::disk::Health::Well;
    world.live(MINUTE);
    assert_eq!((world.calls.len(), world.states(1)), (1, (Saving, Saving)));
}

#[test]
fn what_has_come_of_a_file_that_is_not_wanted_any_more_is_removed() {
    let mut world = ready(1);
    // While it may go on, what is there stays.
    world.act(Act::Cancel(vec![key(1)]));
    world.settle();
    assert_eq!((world.states(1).0, world.discarded.len()), (Ready, 0));
    world.act(Act::Cancel(vec![key(1)]));
    world.settle();
    assert_eq!((world.states(1).0, &*world.discarded), (TaskState::Cancelled, &["1-a_cat.mp4".to_owned()][..]));
}

#[test]
fn a_file_that_another_program_has_taken_is_let_go() {
    let mut world = ready(1);
    let until = world.wall().plus(MINUTE);
    world.other(1, |task| task.claim = super::disk::others(until));
    world.live(SECOND);
    assert_eq!((world.calls.len(), world.state.saver.active.len()), (0, 0));

    let mut world = fetching();
    let until = world.wall().plus(MINUTE);
    world.other(1, |task| task.claim = super::disk::others(until));
    world.hear();
    assert_eq!(world.saves.last(), Some(&SaveCmd::Stop { key: key(1) }));
    let ticket = ticket(&world);
    world.take(Msg::Save(SaveMsg::Done { key: key(1), ticket, saved: file() }));
    world.settle();
    assert_eq!((world.states(1), world.state.saver.active.len()), ((Saving, Saving), 0));
}

/// The connection drops after the worker has told of so many bytes on disk.
fn drop_at(world: &mut World, bytes: u64) {
    let (ticket, error) = (ticket(world), trouble(ErrorClass::Network));
    world.take(Msg::Save(SaveMsg::Progress { key: key(1), ticket, done: bytes, total: Some(34_000_000) }));
    world.take(Msg::Save(SaveMsg::Failed { key: key(1), ticket, error, again: true }));
}

#[test]
fn a_line_that_drops_after_every_piece_goes_on_at_once_by_the_same_address() {
    let mut world = fetching();
    world.settle();
    let begun = world.now.mono;
    for piece in 1..=260 {
        drop_at(&mut world, piece * 131_072);
        assert_eq!((world.saves.len(), world.calls.len()), (1 + usize::try_from(piece).unwrap(), 0));
    }
    assert_eq!(world.saves.iter().filter(|save| matches!(save, SaveCmd::Start { .. })).count(), 261);
    let ticket = ticket(&world);
    world.take(Msg::Save(SaveMsg::Done { key: key(1), ticket, saved: file() }));
    world.settle();
    assert_eq!((world.states(1), world.now.mono), ((Saved, Saved), begun));
    assert_eq!(world.disk.events[&key(1)], ["saving", "saved"]);
    assert!(world.state.saver.reached.is_empty());
}

#[test]
fn a_line_that_never_brings_the_file_further_waits_longer_each_time() {
    let mut world = fetching();
    world.settle();
    drop_at(&mut world, 131_072);
    let mut waits = Vec::new();
    for _ in 0..6 {
        // A server that knows no ranges starts over and drops at the same place.
        drop_at(&mut world, 131_072);
        let Phase::Ready { next_try: Some(at), trouble: Some(_), .. } = world.phase(1) else { panic!() };
        waits.push(at.since(world.wall()));
        world.live(at.since(world.wall()));
        world.reply(address());
    }
    assert!(waits.is_sorted() && waits[0] >= 1_800 && waits[5] >= 50 * SECOND, "{waits:?}");
    // What goes on after the longest of waits has no failure to count either.
    drop_at(&mut world, 200_000);
    drop_at(&mut world, 200_000);
    let Phase::Ready { next_try: Some(at), tries: 1, .. } = world.phase(1) else { panic!("{:?}", world.phase(1)) };
    assert!(at.since(world.wall()) <= 2_200);
}

#[test]
fn a_file_that_the_disk_had_no_room_for_is_tried_again_at_the_next_start() {
    let mut task = ready(1).disk.tasks[&key(1)].clone();
    let error = TaskError {
        code: domain::task::DISK_FULL.into(),
        class: ErrorClass::File,
        reason: Reason::said("no room", "", ""),
        charged: Charged::Yes,
    };
    if let Phase::Ready { trouble, next_try, .. } = &mut task.phase {
        (*trouble, *next_try) = (Some(Trouble { error, since: None }), None);
    }
    task.claim = None;
    let mut disk = super::disk::Disk::default();
    disk.put(task);
    let mut world = World::of(disk, |_| ());
    world.live(SECOND);
    assert_eq!((world.states(1), world.calls.len()), ((Saving, Saving), 1));
}

#[test]
fn what_is_archived_elsewhere_while_its_file_is_fetched_again_stays_until_that_is_over() {
    let mut world = ready(1);
    world.settle();
    assert_eq!(world.state.saver.active.len(), 1);
    world.take(Msg::Store(StoreMsg::ArchivedElsewhere { keys: vec![key(1)] }));
    assert!(world.state.tasks.rows.contains_key(&key(1)));
}
