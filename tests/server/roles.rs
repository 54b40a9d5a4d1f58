//! What the roles of `reeltop store grants` may do: readers see, writers submit, keepers set budgets.

use super::{rig::Place, *};
use ::io::store::{GRANTS, Location, Server, Session};
use domain::{
    account::{BudgetCap, Change, OverBudget, Raise, Stamp},
    reason::store::{Trouble, Why},
    time::Now,
};
use engine::{
    effect::StoreCmd,
    msg::{InsertRefusal, StoreMsg},
};

fn at(place: &Place, user: &str) -> Location {
    let url = format!("postgres://{user}@127.0.0.1:{}/postgres", place.port);
    let server = Server { url, password_cmd: None, allow_plain: false };
    Location { dir: place.path().to_owned(), server: Some(server), who: Some(user.into()) }
}

/// The store as that database user sees it.
fn of(place: &Place, user: &str) -> Store {
    Store::open(at(place, user)).unwrap()
}

#[test]
fn readers_see_writers_submit_and_keepers_set_the_budget() {
    let place = place();
    for statement in [
        GRANTS,
        "CREATE ROLE rita LOGIN; GRANT reeltop_reader TO rita",
        "CREATE ROLE will LOGIN; GRANT reeltop_writer TO will",
        "CREATE ROLE kay LOGIN; GRANT reeltop_keeper TO kay",
    ] {
        let done = place.sql(statement);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let [mut reader, mut writer, mut keeper] = ["rita", "will", "kay"].map(|user| of(&place, user));
    let refused = |why: Why| matches!(why, Why::Server { kind: Trouble::NotAllowed, .. });
    let raise = |who: &str| {
        let by = Stamp { who: format!("{who} 1"), at: DAY };
        (by.clone(), Change::Raise(Raise { by, more: HALF.of(Currency::Ptc), person: None }))
    };
    let raised = |store: &mut Store, who: &str| {
        let (by, change) = raise(who);
        store.share("302ai", &by, &change).unwrap().raises.len()
    };
    // Without caps in the store each config's own hold, and whoever submits may raise them.
    assert_eq!(raised(&mut writer, "will"), 1);
    assert!(refused(
        writer.keep_caps(Currency::Ptc, None, Some(HALF), Now { wall: DAY, ..Now::default() }).unwrap_err().why
    ));
    keeper
        .keep_caps(Currency::Ptc, None, Some(Amount::from_thousandths(1)), Now { wall: DAY, ..Now::default() })
        .unwrap();
    for (store, is_keeper) in [(&reader, false), (&writer, false), (&keeper, true)] {
        assert_eq!(store.caps().unwrap()[&Currency::Ptc].is_ours, is_keeper);
    }
    // His own earlier raise still counts: half is there, and not a second one.
    add(&mut writer, intent("one"));
    let refusal = writer.insert(&[intent("two")], DAY, &NO_CAPS).unwrap().unwrap_err();
    let InsertRefusal::OverBudget(OverBudget { cap, set_by, .. }) = refusal else { panic!("{refusal:?}") };
    assert_eq!((cap, set_by.as_deref()), (BudgetCap::Each, Some("kay")));
    assert_eq!((raised(&mut writer, "will, once more"), raised(&mut keeper, "kay")), (1, 2));
    // Nor past the program.
    let past = "SET ROLE will; INSERT INTO raises (at, who, amount, currency) VALUES (9, 'will', 9, 'PTC')";
    assert!(place.refusal(past).contains("only a keeper"), "{}", place.refusal(past));
    assert!(refused(reader.insert(&[intent("three")], DAY, &NO_CAPS).unwrap_err().why));
    assert_eq!(reader.overview().unwrap().total, 1);
}

#[test]
fn a_reader_who_is_refused_a_change_goes_on_seeing_what_others_do() {
    let place = place();
    place.sql(&format!("{GRANTS}; CREATE ROLE rita LOGIN; GRANT reeltop_reader TO rita"));
    let mut said = Vec::new();
    let mut session = Session::open(at(&place, "rita"), &mut |_| {}).unwrap();
    let insert = StoreCmd::Insert { ticket: 1, tasks: vec![intent("one")], at: DAY, caps: NO_CAPS };
    session.answer(insert, &mut |msg| said.push(msg));
    assert!(matches!(said[..], [StoreMsg::Failed { ticket: Some(1), .. }]), "{said:?}");
    let theirs = add(&mut Store::open(place.at()).unwrap(), intent("two"));
    said.clear();
    session.look_around(&mut |msg| said.push(msg));
    assert!(matches!(&said[..], [StoreMsg::Changed { tasks }] if tasks[0].key == theirs.key), "{said:?}");
}

#[test]
fn who_may_not_make_the_roles_is_told_what_is_missing_and_once() {
    let place = place();
    assert!(place.sql("CREATE ROLE olga LOGIN").status.success());
    let refusal = place.refusal(&format!("SET ROLE olga; {GRANTS}"));
    assert!(refusal.contains("permission denied to create role") && refusal.contains("ALTER ROLE olga CREATEROLE"));
    assert_eq!(refusal.matches("ERROR").count(), 1, "{refusal}");
}
