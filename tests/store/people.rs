//! Whose a task, an event and a line of the ledger are.

use super::*;
use ::io::store::{Location, Session};
use domain::{
    account::{BudgetCap, Change, KeptCaps, OverBudget, Raise, Stamp},
    costs,
    costs::By,
    task::{LedgerLine, MoneyEvent},
};
use engine::{
    effect::StoreCmd,
    msg::{InsertRefusal, StoreMsg},
};

/// All that an export takes out of a store.
pub(crate) fn carried(store: &Store) -> Vec<Result<domain::carried::Carried, ()>> {
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

fn now() -> domain::time::Now {
    domain::time::Now { wall: DAY, ..domain::time::Now::default() }
}

/// The same store, opened by that person.
fn of(at: &Location, who: Option<&str>) -> Store {
    Store::open(Location { who: who.map(str::to_owned), ..at.clone() }).unwrap()
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
    let sums = costs::sums(&costs::attempts(&lines), By::Who, domain::time::Zone::default());
    assert_eq!(sums.into_keys().map(|(who, _)| who).collect::<Vec<_>>(), ["", "ann"]);
}

#[test]
fn the_lower_of_the_configs_and_the_stores_caps_holds_for_each_person() {
    let dir = place();
    let (mut ann, mut ben) = (of(&dir.at(), Some("ann")), of(&dir.at(), Some("ben")));
    let refused = |store: &mut Store, caps: &Caps| {
        let error = store.insert(&[intent("more")], DAY, caps).unwrap().unwrap_err();
        let InsertRefusal::OverBudget(OverBudget { cap, limit, spent, set_by, .. }) = error else {
            panic!("{error:?}")
        };
        (cap, limit, spent, set_by)
    };
    let none = |kept: &Store| kept.caps().unwrap().is_empty();
    assert!(none(&ann));
    ann.keep_caps(Currency::Ptc, None, Some(HALF), now()).unwrap();
    let by = Stamp { who: "ann".into(), at: DAY };
    let kept = KeptCaps { per_day: None, per_day_each: Some(HALF), by, zone: Some(0), is_ours: true };
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
    ann.keep_caps(Currency::Ptc, Some(Amount::from_thousandths(1_000)), None, now()).unwrap();
    let (limit, spent) = (Amount::from_thousandths(1_500), Amount::from_thousandths(1_500));
    assert_eq!(refused(&mut ben, &NO_CAPS), (BudgetCap::Day, limit, spent, Some("ann".into())));
    ann.keep_caps(Currency::Ptc, None, None, now()).unwrap();
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
fn what_comes_in_unsent_pauses_by_a_name_of_its_own_where_a_pause_stands() {
    let (from, to) = (place(), place());
    let (mut ann, mut cleo) = (of(&from.at(), Some("ann")), of(&to.at(), Some("cleo")));
    add(&mut ann, intent("one"));
    let before = Stamp { who: "dashboard 7".into(), at: DAY };
    cleo.share("302ai", &before, &Change::Pause).unwrap();
    let import = Stamp { who: "import 1".into(), at: DAY.plus(1) };
    cleo.take_in(carried(&ann), &import).unwrap().unwrap();
    // Who ends the pause that they have seen has not seen what came in since.
    let shared = cleo.share("302ai", &before, &Change::Resume { pause: Some(before.clone()), halt: None }).unwrap();
    assert_eq!(shared.pause, Some(import));
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

#[test]
fn a_draft_that_is_open_in_a_program_is_not_taken_up_by_another_while_that_one_runs() {
    use domain::draft::{Draft, KeptDraft};
    let dir = place();
    let drafts = |session: &mut Option<Session>| {
        let mut found = Vec::new();
        let opened = Session::open(dir.at(), &mut |msg| {
            if let StoreMsg::Opened { drafts, .. } = msg {
                found = drafts;
            }
        });
        *session = Some(opened.unwrap());
        found
    };
    let (mut one, mut two, mut three) = (None, None, None);
    assert_eq!(drafts(&mut one), []);
    let draft = Draft { prompt: "a cat".into(), ..Draft::default() };
    let save = StoreCmd::SaveDraft { id: 7, draft: Box::new(draft.clone()), at: DAY };
    one.as_mut().unwrap().answer(save, &mut drop);
    assert_eq!(drafts(&mut two), []);
    drop(one);
    assert_eq!(drafts(&mut three), [KeptDraft { id: 7, draft }]);
}

#[test]
fn each_person_on_a_server_has_drafts_a_view_and_a_last_visit_of_their_own() {
    use domain::draft::{Draft, KeptDraft};
    let dir = place();
    let at = dir.at();
    let is_shared = at.server.is_some();
    let draft = |prompt: &str| Draft { prompt: prompt.into(), ..Draft::default() };
    let view = |filter: &str| engine::view::View { filter: filter.into(), ..engine::view::View::default() };
    // What an older version wrote was everybody's.
    let mut nobody = of(&at, None);
    nobody.save_draft(1, &draft("old"), DAY).unwrap();
    nobody.save_view(&view("state:failed")).unwrap();
    nobody.save_seen(DAY).unwrap();
    let (mut ann, mut ben) = (of(&at, Some("ann")), of(&at, Some("ben")));
    for store in [&ann, &ben] {
        let seen = store.overview().unwrap();
        assert_eq!((seen.view, seen.last_seen, seen.drafts.len()), (Some(view("state:failed")), Some(DAY), 1));
    }
    // Two that were begun in the same millisecond, and one that was nobody's and goes on as hers.
    ann.save_draft(2, &draft("hers"), DAY.plus(2)).unwrap();
    ben.save_draft(2, &draft("his"), DAY.plus(2)).unwrap();
    ann.save_draft(1, &draft("old, and more"), DAY.plus(1)).unwrap();
    ann.save_view(&view("who:ann")).unwrap();
    ann.save_seen(DAY.plus(9)).unwrap();
    let kept = |id, prompt: &str| KeptDraft { id, draft: draft(prompt) };
    let (hers, his) = (ann.overview().unwrap(), ben.overview().unwrap());
    if is_shared {
        assert_eq!(hers.drafts, [kept(2, "hers"), kept(1, "old, and more")]);
        assert_eq!((hers.view, hers.last_seen), (Some(view("who:ann")), Some(DAY.plus(9))));
        assert_eq!((his.view, his.last_seen), (Some(view("state:failed")), Some(DAY)));
        assert_eq!(his.drafts, [kept(2, "his")]);
        ben.drop_draft(1, None).unwrap();
        ben.drop_draft(2, None).unwrap();
        assert_eq!(ann.overview().unwrap().drafts.len(), 2);
    } else {
        // A file is one person's, whatever the config calls them.
        assert_eq!(hers, his);
        assert_eq!(hers.drafts, [kept(2, "his"), kept(1, "old, and more")]);
    }
}

#[test]
fn an_automatic_attempt_is_theirs_whose_task_it_repeats_and_counts_in_their_cap() {
    let dir = place();
    let (mut ann, mut ben) = (of(&dir.at(), Some("ann")), of(&dir.at(), Some("ben")));
    let mut task = add(&mut ann, intent("one"));
    let error = trouble(ErrorClass::Service, Charged::No);
    (task.phase, task.finished_at) = (Phase::Refused { error }, Some(DAY));
    save(&mut ann, &mut task);
    let caps = Caps {
        per_day: None,
        per_day_each: Some(HALF),
        per_batch: None,
        day_start: DAY,
        day_end: DAY.plus(86_400_000),
    };
    let again = NewTask { parent: Some(task.key), attempt: 2, automatic: true, ..intent("one") };
    // Ben has nothing left today; it is not his.
    add(&mut ben, intent("two"));
    let made = ben.insert(std::slice::from_ref(&again), DAY, &caps).unwrap().unwrap().remove(0);
    assert_eq!(made.who.as_deref(), Some("ann"));
    let (mut made, error) = (made, trouble(ErrorClass::Service, Charged::No));
    (made.phase, made.finished_at) = (Phase::Refused { error }, Some(DAY));
    save(&mut ben, &mut made);
    // Ann has.
    add(&mut ann, intent("three"));
    let third = NewTask { parent: Some(made.key), attempt: 3, ..again };
    let refused = of(&dir.at(), Some("cid")).insert(&[third], DAY, &caps).unwrap();
    assert!(matches!(refused, Err(InsertRefusal::OverBudget(OverBudget { cap: BudgetCap::Each, .. }))), "{refused:?}");
}

#[test]
fn the_day_of_a_kept_cap_is_the_keepers_on_every_machine() {
    use domain::time::{HOUR, Now, Zone};
    let dir = place();
    let mut store = of(&dir.at(), Some("ann"));
    // In Shanghai it is 8:00 of the day; in New York it is still the evening before.
    let shanghai = Now { wall: DAY, zone: Zone::east(8 * 3600), ..Now::default() };
    let york = Now { zone: Zone::east(-5 * 3600), ..shanghai };
    store.keep_caps(Currency::Ptc, Some(HALF), None, shanghai).unwrap();
    let spent = |store: &mut Store, before: u64| {
        let mut task = add(store, NewTask { remote: None, ..intent("one") });
        task.sent_at = Some(Wall(DAY.0 - before.cast_signed()));
        task.phase = running();
        save(store, &mut task);
    };
    let wants = |store: &mut Store, now: Now| {
        let caps = Caps {
            per_day: None,
            per_day_each: None,
            per_batch: None,
            day_start: now.day_start(),
            day_end: now.day_end(),
        };
        store.insert(&[intent("two")], now.wall, &caps).unwrap().is_ok()
    };
    let kept = store.caps().unwrap();
    let starts = [shanghai, york].map(|now| domain::account::by_keeper(&kept, now).day_start());
    assert_eq!(starts, [Wall(DAY.0 - 8 * HOUR.cast_signed()); 2]);
    // Before the keeper's midnight, and after New York's.
    spent(&mut store, 9 * HOUR);
    assert!(wants(&mut store, york));
}
