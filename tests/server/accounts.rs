//! What the machines of one account know of each other: who asks the service, and with which key.

use super::{programs::Program, rig::place, *};
use ::io::store::{GRANTS, KeyMark, Location, Session};
use domain::{
    reason::store::{Trouble, Why},
    time::MINUTE,
};
use engine::{effect::StoreCmd, msg::StoreMsg, settings::Scope};
use secrecy::SecretString;
use std::{collections::BTreeMap, time::Duration};

fn mark(key: &str) -> KeyMark {
    KeyMark::of(&SecretString::from(key))
}

fn others(n: u32) -> BTreeMap<String, u32> {
    [("302ai".to_owned(), n)].into()
}

/// Of each profile that a program asks for: how many others do.
fn peers(program: &Program) -> BTreeMap<String, u32> {
    loop {
        if let StoreMsg::Peers { others } = program.hears.recv_timeout(Duration::from_secs(60)).unwrap() {
            return others;
        }
    }
}

#[test]
fn each_program_hears_how_many_others_ask_for_its_profiles() {
    let dir = place();
    let (one, two) = (Program::start(dir.at()), Program::start(dir.at()));
    one.handle.serves("302ai".into(), mark("sk-one"), Scope::All);
    assert_eq!(peers(&one), others(0));
    two.handle.serves("302ai".into(), mark("sk-one"), Scope::All);
    assert_eq!(peers(&two), others(1));
    // The first hears of it with its next word, some seconds later.
    assert_eq!(peers(&one), others(1));
    // One that was killed is not counted: its lock is free, though its last word is young.
    let gone = "INSERT INTO programs (owner, host, who, version, asks, began, seen) SELECT 'h-1-1-1', 'h', 'w', 'v', asks, \
                began, seen FROM programs LIMIT 1";
    assert!(dir.sql(gone).status.success());
    std::fs::write(dir.path().join("run/h-1-1-1.lock"), "").unwrap();
    drop(two);
    assert_eq!(peers(&one), others(0));
    assert_eq!(dir.number("SELECT count(*) FROM programs"), 1);
}

#[test]
fn another_key_under_the_same_profile_is_told_and_the_store_has_none_of_it() {
    let dir = place();
    let first = Program::start(dir.at());
    first.handle.serves("302ai".into(), mark("sk-one"), Scope::All);
    peers(&first);
    let second = Program::start(dir.at());
    second.handle.serves("302ai".into(), mark("sk-two"), Scope::All);
    let StoreMsg::OtherKey { profile, who } = second.next() else { panic!("not told") };
    assert!(profile == "302ai" && who.starts_with("ann@"), "{profile} {who}");
    // While the first serves the profile, its key stays the one that is known; a check changes nothing.
    let look = |key| Store::open(dir.at()).unwrap().other_key("302ai", mark(key)).unwrap();
    assert_eq!((look("sk-one"), look("sk-two")), (None, Some(who.clone())));
    drop((first, second));
    // One that is soon over changes nothing, though nobody else is there.
    let passing = Program::start(dir.at());
    passing.handle.serves("302ai".into(), mark("sk-two"), Scope::Named);
    assert!(matches!(passing.next(), StoreMsg::OtherKey { .. }));
    drop(passing);
    // A key that was changed is told once, by whoever starts with it alone.
    for told in [Some(who), None] {
        let alone = Program::start(dir.at());
        alone.handle.serves("302ai".into(), mark("sk-three"), Scope::All);
        let heard = match told {
            Some(_) => match alone.next() {
                StoreMsg::OtherKey { who, .. } => Some(who),
                msg => panic!("{msg:?}"),
            },
            None => {
                peers(&alone);
                look("sk-three")
            }
        };
        assert_eq!(heard, told);
    }
    let text = String::from_utf8(dir.sql("SELECT * FROM keys").stdout).unwrap();
    assert!(text.contains("302ai") && !text.contains("sk-"), "{text}");
}

#[test]
fn a_store_of_the_first_version_is_brought_up_to_date() {
    let dir = place();
    assert!(dir.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public").status.success());
    let first = include_str!("../../src/io/store/server1.sql");
    assert!(dir.sql(&format!("{first}; INSERT INTO meta VALUES ('schema', '1')")).status.success());
    let fault = Store::open(dir.at()).unwrap_err();
    assert!(format!("{:?}", fault.why).contains("Older"), "{fault:?}");
    let (before, now) = ::io::store::init(&dir.at()).unwrap();
    assert!(before == 1 && now > 1, "{before} {now}");
    add(&mut Store::open(dir.at()).unwrap(), intent("one"));
}

#[test]
fn a_reader_opens_the_store_and_sees_what_changes_and_can_change_nothing() {
    let dir = place();
    let mut writer = Store::open(dir.at()).unwrap();
    let mut task = add(&mut writer, intent("one"));
    let made = dir.sql(&format!("{GRANTS}; CREATE ROLE eve LOGIN; GRANT reeltop_reader TO eve"));
    assert!(made.status.success(), "{made:?}");
    let mut at = dir.at();
    let server = at.server.as_mut().unwrap();
    server.url = server.url.replace("reel@", "eve@");
    assert!(Store::open(&at).unwrap().about().unwrap().unwrap().only_reads);
    let reader = Program::start(at);
    task.phase = running();
    save(&mut writer, &mut task);
    assert_eq!(reader.next(), StoreMsg::Changed { tasks: vec![task.clone()] });
    // How it leaves the screen is not kept, and no fault; anything else is.
    reader.handle.send(StoreCmd::SaveSeen { at: DAY });
    reader.handle.send(StoreCmd::Write { ticket: 1, writes: vec![write_of(&task)] });
    let StoreMsg::Failed { ticket: Some(1), fault } = reader.next() else { panic!("not refused") };
    assert!(matches!(fault.why, Why::Server { kind: Trouble::NotAllowed, .. }), "{fault:?}");
    assert_eq!(dir.number("SELECT count(*) FROM programs"), 0);
}

#[test]
fn a_program_that_has_just_begun_on_another_machine_keeps_what_it_claims() {
    let (place, laptop) = (place(), tempfile::tempdir().unwrap());
    let mut said = Vec::new();
    let mut server = Session::open(place.at(), &mut |_| {}).unwrap();
    // It says that it runs after the other has last asked who does.
    let mut begun = Session::open(Location { dir: laptop.path().to_owned(), ..place.at() }, &mut |_| {}).unwrap();
    let insert = StoreCmd::Insert { ticket: 1, tasks: vec![intent("one")], at: DAY, caps: NO_CAPS };
    begun.answer(insert, &mut |msg| said.push(msg));
    let Some(StoreMsg::Inserted { result: Ok(made), .. }) = said.pop() else { panic!("{said:?}") };
    let claim = Some(Claim { owner: begun.owner().to_owned(), until: DAY.plus(MINUTE) });
    let write = write_of(&Task { claim, ..made[0].clone() });
    begun.answer(StoreCmd::Write { ticket: 2, writes: vec![write] }, &mut |_| {});
    server.look_around(&mut |msg| said.push(msg));
    let held = |task: &Task| task.claim.as_ref().is_some_and(|claim| claim.owner == begun.owner());
    assert!(matches!(&said[0], StoreMsg::Changed { tasks } if held(&tasks[0])), "{said:?}");
}
