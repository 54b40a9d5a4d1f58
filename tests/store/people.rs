//! Whose a task, an event and a line of the ledger are.

use super::*;
use ::io::store::At;
use domain::{
    account::{Change, KeptCaps, Raise, Stamp},
    costs,
    costs::By,
    task::{LedgerLine, MoneyEvent},
};
use engine::msg::{BudgetCap, InsertRefusal};

/// All that an export takes out of a store.
fn carried(store: &Store) -> Vec<Result<domain::carried::Carried, ()>> {
    let all = ::io::store::Lookup {
        states: None,
        keys: (0, 10),
        models: None,
        created: None,
        place: engine::filter::Place::Both,
    };
    let mut carried = Vec::new();
    let each = |task| {
        carried.push(Ok(task));
        std::ops::ControlFlow::Continue(())
    };
    store.carried(&all, |_| true, each).unwrap();
    carried
}

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
    let sums = costs::sums(&costs::accounts(&lines), By::Who, domain::time::Zone::default());
    assert_eq!(sums.into_keys().map(|(who, _)| who).collect::<Vec<_>>(), ["", "ann"]);
}

#[test]
fn the_lower_of_the_configs_and_the_stores_caps_holds_for_each_person() {
    let dir = place();
    let (mut ann, mut ben) = (of(&dir.at(), Some("ann")), of(&dir.at(), Some("ben")));
    let refused = |store: &mut Store, caps: &Caps| {
        let error = store.insert(&[intent("more")], DAY, caps).unwrap().unwrap_err();
        let InsertRefusal::OverBudget { cap, limit, spent, set_by, .. } = error else { panic!("{error:?}") };
        (cap, limit, spent, set_by)
    };
    let none = |kept: &Store| kept.caps().unwrap().is_empty();
    assert!(none(&ann));
    ann.keep_caps(Currency::Ptc, None, Some(HALF), DAY).unwrap();
    let by = Stamp { who: "ann".into(), at: DAY };
    let kept = KeptCaps { per_day: None, per_day_each: Some(HALF), by, is_ours: true };
    assert_eq!(ben.shared().unwrap().caps, [(Currency::Ptc, kept)].into());
    add(&mut ben, intent("one"));
    // Ben's config allows more, and that changes nothing; Ann's own half is still there.
    let wide = Caps { per_day_each: Some(Amount::from_thousandths(9_000)), ..NO_CAPS };
    assert_eq!(refused(&mut ben, &wide), (BudgetCap::Each, HALF, HALF, Some("ann".into())));
    add(&mut ann, intent("two"));
    let narrow = Caps { per_day_each: Some(Amount::ZERO), ..NO_CAPS };
    assert_eq!(refused(&mut ann, &narrow), (BudgetCap::Each, Amount::ZERO, HALF, None));
    // A raise is the cap's of all and of the one who made it, not of others.
    let more = Raise { by: Stamp { who: "dashboard 7".into(), at: DAY }, more: HALF.of(Currency::Ptc), person: None };
    let raised = ann.share("302ai", &more.by, &Change::Raise(more.clone())).unwrap();
    assert_eq!(raised.raises, [Raise { person: Some("ann".into()), ..more.clone() }]);
    add(&mut ann, intent("three"));
    assert_eq!(refused(&mut ben, &NO_CAPS).0, BudgetCap::Each);
    // The cap of all: 1.5 are used, and it was raised by 0.5.
    ann.keep_caps(Currency::Ptc, Some(Amount::from_thousandths(1_000)), None, DAY).unwrap();
    let (limit, spent) = (Amount::from_thousandths(1_500), Amount::from_thousandths(1_500));
    assert_eq!(refused(&mut ben, &NO_CAPS), (BudgetCap::Day, limit, spent, Some("ann".into())));
    ann.keep_caps(Currency::Ptc, None, None, DAY).unwrap();
    assert!(none(&ben));
    add(&mut ben, intent("four"));
}

#[test]
fn what_is_carried_to_another_store_keeps_its_names() {
    let (from, to) = (place(), place());
    let mut ann = of(&from.at(), Some("ann"));
    let task = add(&mut ann, intent("one"));
    of(&from.at(), Some("ben"))
        .write(&[Write { events: vec![event("status", "Queueing")], ..write_of(&task) }])
        .unwrap();
    let carried = carried(&ann);
    let mut cleo = of(&to.at(), Some("cleo"));
    cleo.take_in(carried, &Stamp { who: "import 1".into(), at: DAY }).unwrap().unwrap();
    let [before, after] = [&mut ann, &mut cleo].map(|store| store.detail(task.key).unwrap().unwrap());
    let raise = Raise {
        by: Stamp { who: "dashboard 7".into(), at: DAY },
        more: HALF.of(Currency::Ptc),
        person: Some("ann".into()),
    };
    for _ in 0..2 {
        cleo.take_raises(std::slice::from_ref(&raise)).unwrap();
    }
    assert_eq!(cleo.raises().unwrap(), [raise.elsewhere()]);
    assert_eq!((after.events, after.ledger, after.task.who), (before.events, before.ledger, Some("ann".into())));
}

#[test]
fn evidence_names_the_tasks_by_the_keys_that_they_have_got() {
    use domain::{
        evidence::Evidence,
        task::{Event, TaskKey, What},
    };
    let (from, to) = (place(), place());
    let (mut ann, mut cleo) = (of(&from.at(), Some("ann")), of(&to.at(), Some("cleo")));
    let (one, two) = (add(&mut ann, intent("one")), add(&mut ann, intent("two")));
    let evidence = |others| Evidence::Ambiguous { records: vec![], others };
    let named = evidence(vec![two.key, TaskKey(77)]);
    let said = Event { at: DAY, what: What::Evidence(named.clone()), raw: None, request_id: None };
    let write = Write { events: vec![said], ..write_of(&Task { evidence: Some(named), ..one.clone() }) };
    ann.write(&[write]).unwrap();
    // Other tasks have these keys here.
    let here = add(&mut cleo, intent("a stranger"));
    add(&mut cleo, intent("another"));
    assert_eq!(here.key, one.key);
    let carried = carried(&ann);
    let taken = cleo.take_in(carried, &Stamp { who: "import 1".into(), at: DAY }).unwrap().unwrap();
    let new = |key| taken.other_keys.iter().find(|(there, _)| *there == key).unwrap().1;
    let detail = cleo.detail(new(one.key)).unwrap().unwrap();
    let expected = evidence(vec![new(two.key)]);
    assert_eq!(detail.task.evidence, Some(expected.clone()));
    assert_eq!(detail.events.last().unwrap().entry.what, What::Evidence(expected));
}
