//! Files whose address runs out.

use super::*;
use crate::news::TaskNews;
use TaskState::{Ready, Saving};
use domain::task::FileId;

/// A program with a place for one file at a time and files of which so many minutes of address are left: each waits for
/// its next try in a minute, or, where it is `None`, for a person.
fn waiting(files: &[(Option<u64>, u64)], change: impl FnOnce(&mut Settings)) -> World {
    let mut disk = super::disk::Disk::default();
    let start = testing::now(MINUTE).wall;
    for (n, (next_try, left)) in (1..).zip(files) {
        let file = FileId(format!("F{n}"));
        let next_try = next_try.map(|minutes| start.plus(minutes * MINUTE));
        let phase = Phase::Ready { file, trouble: None, tries: 8, next_try, kept: None };
        disk.put(Task { phase, expires_at: Some(start.plus(left * MINUTE)), ..testing::task(n, Ready) });
    }
    World::of(disk, |settings| {
        settings.download.parallel = 1;
        change(settings);
    })
}

/// The tasks that were told as at risk, with the minutes that were left.
fn told(world: &World) -> Vec<(u32, u64)> {
    let at_risk = |news: &News| match news {
        News::Task { key, what: TaskNews::AtRisk { left_ms } } => Some((key.0, left_ms / MINUTE)),
        _ => None,
    };
    world.state.news.iter().filter_map(at_risk).collect()
}

/// The file whose address is asked for.
fn asked(world: &World) -> Vec<u32> {
    let file = |call: &HttpCmd| if let HttpCmd::File { key, .. } = call { Some(key.0) } else { None };
    world.calls.iter().filter_map(file).collect()
}

fn dead(world: &World, n: u32) -> Msg {
    let ticket = world.state.saver.active[&key(n)].ticket;
    Msg::Save(SaveMsg::AddressDead { key: key(n), ticket, detail: "HTTP 403".into() })
}

/// The first file has an address for so many minutes, and the connection drops before a byte of it has come. When that
/// one ends, in seconds.
fn connection_drops(world: &mut World, minutes: u64) -> i64 {
    let end = world.wall().plus(minutes * MINUTE).0 / 1_000;
    let url = format!("https://files.example/a.mp4?Expires={end}");
    world.reply(ok(&format!(r#"{{"file":{{"download_url":"{url}"}},"base_resp":{{"status_code":0}}}}"#)));
    let error = TaskError {
        code: "x".into(),
        class: ErrorClass::Network,
        reason: Reason::said("the line dropped", "", ""),
        charged: Charged::Yes,
    };
    let ticket = world.state.saver.active[&key(1)].ticket;
    world.take(Msg::Save(SaveMsg::Failed { key: key(1), ticket, error, again: true }));
    end
}

#[test]
fn the_file_whose_address_runs_out_first_goes_before_all_others() {
    let mut world = waiting(&[(Some(0), 500), (Some(1), 50), (Some(1), 20), (Some(1), 500), (Some(1), 40)], |_| ());
    let mut order = Vec::new();
    for _ in 0..5 {
        world.live(MINUTE);
        let [now] = asked(&world)[..] else { panic!("{:?}", world.calls) };
        order.push(now);
        world.reply(address());
        let ticket = world.state.saver.active[&key(now)].ticket;
        let saved = testing::task(now, TaskState::Saved).saved().cloned().unwrap();
        world.take(Msg::Save(SaveMsg::Done { key: key(now), ticket, saved }));
    }
    // The first one was under way before the others' time had come.
    assert_eq!(order, [1, 3, 5, 2, 4]);
}

#[test]
fn a_file_is_told_once_when_less_than_an_hour_is_left() {
    let mut world = waiting(&[(None, 90), (None, 30)], |settings| settings.download.auto = false);
    world.live(0);
    assert_eq!(told(&world), [(2, 30)]);
    world.live(29 * MINUTE);
    assert_eq!(told(&world), [(2, 30)]);
    world.live(2 * MINUTE);
    assert_eq!(told(&world), [(2, 30), (1, 60)]);
    // A person saves by hand: nothing is fetched for that.
    world.live(3 * HOUR);
    assert_eq!((told(&world).len(), asked(&world), world.states(1).0), (2, vec![], Ready));
}

#[test]
fn a_fresh_address_that_is_as_short_of_time_is_no_news() {
    let mut world = waiting(&[(Some(0), 30)], |_| ());
    for minutes in [30, 60, 45] {
        world.live(10 * MINUTE);
        assert_eq!(asked(&world), [1]);
        connection_drops(&mut world, minutes);
        world.settle();
    }
    assert_eq!(told(&world), [(1, 30)]);
}

#[test]
fn after_the_end_one_try_is_made_and_what_it_meets_is_said() {
    let mut world = waiting(&[(None, 30)], |_| ());
    world.live(29 * MINUTE);
    assert_eq!(asked(&world), [] as [u32; 0]);
    world.live(2 * MINUTE);
    for _ in 0..3 {
        assert_eq!((asked(&world), world.states(1).0), (vec![1], Saving));
        world.reply(address());
        let dead = dead(&world, 1);
        world.take(dead);
    }
    world.settle();
    let Phase::Ready { trouble: Some(trouble), next_try: None, .. } = world.phase(1) else {
        panic!("{:?}", world.phase(1))
    };
    assert!(matches!(&trouble.error.reason, Reason::Own(Own::RanOut(_))), "{trouble:?}");
    assert_eq!(trouble.error.charged, Charged::Yes);
    world.live(DAY);
    assert_eq!((asked(&world), world.saves.len()), (vec![], 3));
    // Not after a restart either; a person may.
    let disk = std::mem::take(&mut world.disk);
    let mut world = World::of(disk, |_| ());
    world.live(HOUR);
    assert_eq!(asked(&world), [] as [u32; 0]);
    world.act(Act::Download { keys: vec![key(1)], dir: None });
    world.live(SECOND);
    assert_eq!(asked(&world), [1]);
}

#[test]
fn a_service_that_refuses_a_fresh_address_after_the_end_is_quoted() {
    let mut world = waiting(&[(None, 0)], |_| ());
    world.live(SECOND);
    assert_eq!(asked(&world), [1]);
    world.reply(code(2013));
    world.settle();
    let Phase::Ready { trouble: Some(trouble), next_try: None, .. } = world.phase(1) else {
        panic!("{:?}", world.phase(1))
    };
    assert!(matches!(&trouble.error.reason, Reason::Own(Own::RanOut(_))), "{trouble:?}");
    world.live(DAY);
    assert_eq!(asked(&world), [] as [u32; 0]);
}

#[test]
fn the_next_try_comes_while_the_address_still_lives() {
    let mut world = waiting(&[(Some(0), 3)], |_| ());
    world.live(SECOND);
    let end = connection_drops(&mut world, 3);
    // The ninth try would come five minutes later.
    let Phase::Ready { next_try: Some(at), tries: 9, .. } = world.phase(1) else { panic!("{:?}", world.phase(1)) };
    assert_eq!(at, Wall((end - 60) * 1_000));
}
