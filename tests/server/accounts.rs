//! What the machines of one account know of each other: who asks the service, and with which key.

use super::{programs::Program, rig::place, *};
use ::io::store::KeyMark;
use engine::msg::StoreMsg;
use secrecy::SecretString;
use std::collections::BTreeMap;

fn mark(key: &str) -> KeyMark {
    KeyMark::of(&SecretString::from(key))
}

fn others(n: u32) -> BTreeMap<String, u32> {
    [("302ai".to_owned(), n)].into()
}

#[test]
fn each_program_hears_how_many_others_ask_for_its_profiles() {
    let dir = place();
    let (one, two) = (Program::start(dir.at()), Program::start(dir.at()));
    one.handle.serves("302ai".into(), mark("sk-one"));
    assert_eq!(one.company(), others(0));
    two.handle.serves("302ai".into(), mark("sk-one"));
    assert_eq!(two.company(), others(1));
    // The first hears of it with its next word, some seconds later.
    assert_eq!(one.company(), others(1));
    // One that was killed is not counted: its lock is free, though its last word is young.
    let gone = "INSERT INTO programs (owner, host, who, version, asks, began, seen) SELECT 'h-1-1-1', 'h', 'w', 'v', asks, \
                began, seen FROM programs LIMIT 1";
    assert!(dir.sql(gone).status.success());
    std::fs::write(dir.path().join("run/h-1-1-1.lock"), "").unwrap();
    drop(two);
    assert_eq!(one.company(), others(0));
    assert_eq!(dir.number("SELECT count(*) FROM programs"), 1);
}

#[test]
fn another_key_under_the_same_profile_is_told_and_the_store_has_none_of_it() {
    let dir = place();
    let first = Program::start(dir.at());
    first.handle.serves("302ai".into(), mark("sk-one"));
    first.company();
    let second = Program::start(dir.at());
    second.handle.serves("302ai".into(), mark("sk-two"));
    let StoreMsg::OtherKey { profile, who } = second.next() else { panic!("not told") };
    assert!(profile == "302ai" && who.starts_with("ann@"), "{profile} {who}");
    // While the first serves the profile, its key stays the one that is known; a check changes nothing.
    let look = |key| Store::open(dir.at()).unwrap().other_key("302ai", mark(key)).unwrap();
    assert_eq!((look("sk-one"), look("sk-two")), (None, Some(who.clone())));
    // A key that was changed is told once, by whoever starts with it alone.
    drop((first, second));
    for told in [Some(who), None] {
        let alone = Program::start(dir.at());
        alone.handle.serves("302ai".into(), mark("sk-three"));
        let heard = match told {
            Some(_) => match alone.next() {
                StoreMsg::OtherKey { who, .. } => Some(who),
                msg => panic!("{msg:?}"),
            },
            None => {
                alone.company();
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
