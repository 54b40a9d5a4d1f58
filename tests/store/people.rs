//! Whose a task, an event and a line of the ledger are.

use super::*;
use ::io::store::At;
use domain::{account::Stamp, costs, costs::By, task::LedgerLine, task::MoneyEvent};

/// The same store, opened by that person.
fn of(at: &At, who: Option<&str>) -> Store {
    Store::open(At { who: who.map(str::to_owned), ..at.clone() }).unwrap()
}

#[test]
fn a_task_is_its_makers_and_what_others_programs_write_of_it_is_theirs() {
    let dir = place();
    let (mut ann, mut ben) = (of(&dir.at(), Some("ann")), of(&dir.at(), Some("ben@desk")));
    let task = add(&mut ann, intent("one"));
    assert_eq!(task.who.as_deref(), Some("ann"));
    let charged = LedgerLine { at: DAY.plus(9), event: MoneyEvent::Charged, amount: HALF.of(Currency::Ptc) };
    let write = Write { events: vec![event("status", "Queueing")], ledger: vec![charged], ..write_of(&task) };
    ben.write(&[write]).unwrap();
    let detail = ann.detail(task.key).unwrap().unwrap();
    let both = [Some("ann"), Some("ben@desk")];
    assert_eq!(detail.task.who.as_deref(), Some("ann"));
    assert_eq!(detail.events.iter().map(|event| event.who.as_deref()).collect::<Vec<_>>(), both);
    assert_eq!(detail.ledger.iter().map(|line| line.who.as_deref()).collect::<Vec<_>>(), both);
    // Lines of the table know it, too, and one that nobody is named for says so.
    add(&mut of(&dir.at(), None), intent("two"));
    let rows = crate::verbs::pages(&ann).remove(0).0;
    assert_eq!(rows.iter().map(|row| &*row.kind.who).collect::<Vec<_>>(), ["", "ann"]);
    let lines = ann.costs(Wall(0), Wall(i64::MAX)).unwrap();
    let sums = costs::sums(&costs::accounts(&lines), By::Who, 0);
    assert_eq!(sums.into_keys().map(|(who, _)| who).collect::<Vec<_>>(), ["", "ann"]);
}

#[test]
fn what_is_carried_to_another_store_keeps_its_names() {
    let (from, to) = (place(), place());
    let mut ann = of(&from.at(), Some("ann"));
    let task = add(&mut ann, intent("one"));
    of(&from.at(), Some("ben"))
        .write(&[Write { events: vec![event("status", "Queueing")], ..write_of(&task) }])
        .unwrap();
    let mut carried = Vec::new();
    let all = ::io::store::Lookup {
        states: None,
        keys: (0, 10),
        models: None,
        created: None,
        place: engine::filter::Place::Both,
    };
    let each = |task| {
        carried.push(Ok::<_, ()>(task));
        std::ops::ControlFlow::Continue(())
    };
    ann.carried(&all, each).unwrap();
    let mut cleo = of(&to.at(), Some("cleo"));
    cleo.take_in(carried, &Stamp { who: "import 1".into(), at: DAY }).unwrap().unwrap();
    let [before, after] = [&mut ann, &mut cleo].map(|store| store.detail(task.key).unwrap().unwrap());
    assert_eq!((after.events, after.ledger, after.task.who), (before.events, before.ledger, Some("ann".into())));
}
