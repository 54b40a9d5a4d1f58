//! A store that knows less of its tasks than what is imported: a copy from before, brought back.

use super::*;
use crate::people::carried;
use ::io::store::{LeftAsIs, Session, TakenIn};
use domain::{
    account::{Change, Stamp},
    amount::CostSource,
    costs,
    task::{ID_LOST, INTERRUPTED, LedgerLine, MoneyEvent, RefundMarks, Second},
};
use engine::msg::SendResult;

fn take_in(from: &Store, to: &mut Store) -> TakenIn {
    to.take_in(carried(from), &Stamp { who: "import 1".into(), at: DAY }).unwrap().unwrap()
}

fn saved() -> Phase {
    stages().into_iter().find(|phase| matches!(phase, Phase::Saved { .. })).unwrap()
}

fn unknown() -> Phase {
    Phase::Unknown {
        error: TaskError { code: INTERRUPTED.into(), ..trouble(ErrorClass::UnknownOutcome, Charged::Unknown) },
    }
}

/// That task, sent then, with what became of it.
fn sent(task: &Task, at: Wall, phase: Phase, id: Option<&str>) -> Task {
    Task { phase, sent_at: Some(at), remote: id.map(|id| RemoteId(id.into())), ..task.clone() }
}

#[test]
fn what_was_sent_since_comes_with_its_id_its_time_line_and_its_money_and_is_not_sent_again() {
    let (from, to) = (place(), place());
    let (mut ours, mut copy) = (Store::open(from.at()).unwrap(), Store::open(to.at()).unwrap());
    let task = add(&mut ours, intent("one"));
    assert_eq!(take_in(&ours, &mut copy).unsent, 1);
    let later = sent(&task, DAY.plus(5), running(), Some("900003"));
    let charged = LedgerLine { at: DAY.plus(9), event: MoneyEvent::Charged, amount: HALF.of(Currency::Ptc) };
    let write = Write { events: vec![event("accepted", "900003")], ledger: vec![charged], ..write_of(&later) };
    ours.write(&[write]).unwrap();
    let here = copy.detail(task.key).unwrap().unwrap().task;
    let expected = TakenIn { known: 1, updated: 1, ..TakenIn::default() };
    assert_eq!(take_in(&ours, &mut copy), expected);
    let [was, is] = [&ours, &copy].map(|store| store.detail(task.key).unwrap().unwrap());
    assert_eq!((is.events, is.ledger), (was.events, was.ledger));
    assert_eq!((is.task.phase.clone(), is.task.remote.clone()), (later.phase, later.remote));
    // A program that had it as queued does not send it.
    assert!(matches!(copy.send(&sending(&here, DAY), 5, &NO_CAPS).unwrap(), SendResult::Overtaken(_)));
    assert_eq!(take_in(&ours, &mut copy), TakenIn { known: 1, ..TakenIn::default() });
}

#[test]
fn what_still_waits_in_a_store_that_knew_less_waits_for_a_word() {
    let (from, to) = (place(), place());
    let (mut ours, mut copy) = (Store::open(from.at()).unwrap(), Store::open(to.at()).unwrap());
    let (one, _two) = (add(&mut ours, intent("one")), add(&mut ours, intent("two")));
    take_in(&ours, &mut copy);
    let stamp = |at| Stamp { who: "dashboard 1".into(), at };
    let resume = Change::Resume { pause: copy.shared().unwrap().pause, halt: None };
    assert_eq!(copy.share("302ai", &stamp(DAY), &resume).unwrap().pause, None);
    save(&mut ours, &mut sent(&one, DAY, running(), Some("7")));
    let taken = take_in(&ours, &mut copy);
    assert_eq!((taken.updated, taken.unsent, taken.paused), (1, 0, true));
    assert!(copy.shared().unwrap().pause.is_some());
}

/// What a task is here, what its line tells, and what it is then; `None`: left as it is, and told.
type Case = (fn(&Task) -> Task, fn(&Task) -> Task, Option<TaskState>);

#[test]
fn a_later_life_wins_never_an_earlier_one_and_two_that_part_are_told() {
    use TaskState::{Cancelled, Queued, Refused, Running, Saved, Sending, Unknown};
    const AT: Wall = Wall(DAY.0 + 5);
    const LATER: Wall = Wall(DAY.0 + 3_600_000);
    let cases: &[Case] = &[
        (Task::clone, |task| sent(task, AT, Phase::Sending { since: AT }, None), Some(Sending)),
        (Task::clone, |task| sent(task, AT, unknown(), None), Some(Unknown)),
        (Task::clone, |task| sent(task, AT, saved(), Some("7")), Some(Saved)),
        (Task::clone, |task| sent(task, AT, Phase::Refused { error: error() }, None), Some(Refused)),
        (
            Task::clone,
            |task| Task { phase: Phase::Cancelled { was: Queued, charged: Charged::No }, ..task.clone() },
            Some(Cancelled),
        ),
        (Task::clone, Task::clone, Some(Queued)),
        // The answer was had in the other one.
        (|task| sent(task, AT, unknown(), None), |task| sent(task, AT, running(), Some("7")), Some(Running)),
        (
            |task| Task { claim: Some(dead_claim()), ..sent(task, AT, Phase::Sending { since: AT }, None) },
            |task| sent(task, AT, running(), Some("7")),
            Some(Running),
        ),
        (
            |task| sent(task, AT, unknown(), None),
            |task| sent(task, AT, Phase::Refused { error: error() }, None),
            Some(Refused),
        ),
        (|task| sent(task, AT, running(), Some("7")), |task| sent(task, AT, saved(), Some("7")), Some(Saved)),
        // Not the other way round.
        (|task| sent(task, AT, saved(), Some("7")), |task| sent(task, AT, running(), Some("7")), Some(Saved)),
        (|task| sent(task, AT, running(), Some("7")), |task| sent(task, AT, unknown(), None), Some(Running)),
        (|task| sent(task, AT, running(), Some("7")), Task::clone, Some(Running)),
        // Sent in both: two IDs, or one of which nothing was known.
        (|task| sent(task, LATER, running(), Some("8")), |task| sent(task, AT, running(), Some("7")), None),
        (|task| sent(task, LATER, unknown(), None), |task| sent(task, AT, running(), Some("7")), None),
        // A person's word here stands, and what was paid is told.
        (
            |task| Task { phase: Phase::Cancelled { was: Queued, charged: Charged::No }, ..task.clone() },
            |task| sent(task, AT, running(), Some("7")),
            None,
        ),
        (
            |task| sent(task, AT, Phase::Cancelled { was: Unknown, charged: Charged::Yes }, None),
            |task| sent(task, AT, running(), Some("7")),
            None,
        ),
        (
            |task| Task { phase: Phase::Cancelled { was: Queued, charged: Charged::No }, ..task.clone() },
            |task| sent(task, AT, unknown(), None),
            None,
        ),
    ];
    for (n, (here, told, then)) in cases.iter().enumerate() {
        let (from, to) = (place(), place());
        let (mut ours, mut copy) = (Store::open(from.at()).unwrap(), Store::open(to.at()).unwrap());
        let task = add(&mut ours, intent("one"));
        take_in(&ours, &mut copy);
        let known = here(&copy.detail(task.key).unwrap().unwrap().task);
        save(&mut copy, &mut known.clone());
        let told = told(&task);
        save(&mut ours, &mut told.clone());
        let taken = take_in(&ours, &mut copy);
        let is = copy.detail(task.key).unwrap().unwrap().task;
        let left: Vec<LeftAsIs> = match then {
            Some(_) => vec![],
            None => vec![LeftAsIs { key: task.key, here: known.state(), told: told.state(), id: told.remote.clone() }],
        };
        assert_eq!((is.state(), &taken.left), (then.unwrap_or(known.state()), &left), "case {n}");
        assert_eq!(taken.updated, usize::from(is.state() != known.state()), "case {n}");
        let kept = if taken.updated > 0 { &told.remote } else { &known.remote };
        assert_eq!(&is.remote, kept, "case {n}");
        assert!(!taken.paused, "case {n}");
    }
}

#[test]
fn what_may_be_paid_twice_pauses_the_sending() {
    let (from, to) = (place(), place());
    let (mut ours, mut copy) = (Store::open(from.at()).unwrap(), Store::open(to.at()).unwrap());
    let (one, _two) = (add(&mut ours, intent("one")), add(&mut ours, intent("two")));
    take_in(&ours, &mut copy);
    // Another task here has the ID, so that the one that was sent stays queued.
    let other = add(&mut copy, adopted("7"));
    save(&mut ours, &mut sent(&one, DAY, running(), Some("7")));
    let taken = take_in(&ours, &mut copy);
    let id = Some(RemoteId("7".into()));
    let left = LeftAsIs { key: one.key, here: TaskState::Queued, told: TaskState::Running, id };
    assert_eq!((taken.left, taken.paused, taken.updated), (vec![left], true, 0), "{other:?}");
}

#[test]
fn a_row_that_a_running_program_holds_is_left_to_it_and_told() {
    let (from, to) = (place(), place());
    let (mut ours, mut copy) = (Store::open(from.at()).unwrap(), Store::open(to.at()).unwrap());
    let task = add(&mut ours, intent("one"));
    take_in(&ours, &mut copy);
    let session = Session::open(to.at(), &mut drop).unwrap();
    let claim = Some(Claim { owner: session.owner().to_owned(), until: DAY.plus(60_000) });
    let at = DAY.plus(5);
    let here = copy.detail(task.key).unwrap().unwrap().task;
    save(&mut copy, &mut Task { claim, ..sent(&here, at, Phase::Sending { since: at }, None) });
    save(&mut ours, &mut sent(&task, at, running(), Some("7")));
    let taken = take_in(&ours, &mut copy);
    assert_eq!((taken.updated, taken.left.len(), taken.paused), (0, 1, true));
    assert_eq!(copy.detail(task.key).unwrap().unwrap().task.state(), TaskState::Sending);
    drop(session);
    assert_eq!(take_in(&ours, &mut copy).updated, 1);
}

#[test]
fn an_id_that_a_task_here_has_comes_in_once() {
    let (from, to) = (place(), place());
    let (mut ours, mut copy) = (Store::open(from.at()).unwrap(), Store::open(to.at()).unwrap());
    add(&mut copy, adopted("7"));
    let task = add(&mut ours, intent("one"));
    save(&mut ours, &mut sent(&task, DAY, running(), Some("7")));
    let taken = take_in(&ours, &mut copy);
    assert_eq!((taken.added, taken.known, taken.left.len(), taken.paused), (0, 1, 0, false));
}

#[test]
fn a_second_charge_that_is_known_here_stays_and_its_line_comes_in_once() {
    let (from, to) = (place(), place());
    let (mut ours, mut copy) = (Store::open(from.at()).unwrap(), Store::open(to.at()).unwrap());
    let task = add(&mut ours, intent("one"));
    save(&mut ours, &mut sent(&task, DAY, running(), Some("7")));
    take_in(&ours, &mut copy);
    // Both have heard of it, each in its own comparison of the records.
    let second = |at| Second { request_id: None, cost: HALF, at, refund: RefundMarks::default() };
    for (store, at) in [(&mut copy, DAY.plus(1_000)), (&mut ours, DAY.plus(2_000))] {
        let mut task = store.detail(task.key).unwrap().unwrap().task;
        task.besides.twice = vec![second(at)];
        let line = LedgerLine { at, event: MoneyEvent::Twice, amount: HALF.of(Currency::Ptc) };
        store.write(&[Write { ledger: vec![line], ..write_of(&task) }]).unwrap();
    }
    let mut task = ours.detail(task.key).unwrap().unwrap().task;
    task.phase = saved();
    save(&mut ours, &mut task);
    assert_eq!(take_in(&ours, &mut copy).updated, 1);
    let here = copy.detail(task.key).unwrap().unwrap();
    assert_eq!((here.task.state(), here.task.besides.twice.len()), (TaskState::Saved, 1));
    assert_eq!(here.ledger.iter().filter(|line| line.event == MoneyEvent::Twice).count(), 1);
}

/// What the ledger says was spent for that task, which must be what the task says.
fn spent(store: &Store, key: TaskKey) -> Amount {
    let task = store.detail(key).unwrap().unwrap().task;
    let lines = store.costs(Wall(0), Wall(i64::MAX)).unwrap();
    let attempts = costs::attempts(&lines);
    let own = attempts.iter().filter(|attempt| attempt.line.key == key);
    let sum: Amount = costs::sum(own).into_values().map(costs::Sum::spent).sum();
    assert_eq!(sum, task.spent().amount, "{task:?}: {lines:?}");
    sum
}

/// Writes a change of that task with its lines of money.
fn change(store: &mut Store, key: TaskKey, ledger: &[(MoneyEvent, Amount)], change: impl Fn(&mut Task)) {
    let mut task = store.detail(key).unwrap().unwrap().task;
    change(&mut task);
    let line = |(event, amount): &(MoneyEvent, Amount)| LedgerLine {
        at: DAY.plus(9),
        event: *event,
        amount: amount.of(Currency::Ptc),
    };
    store.write(&[Write { ledger: ledger.iter().map(line).collect(), ..write_of(&task) }]).unwrap();
}

/// A change of a task in a store.
type Step = Box<dyn Fn(&mut Store, TaskKey)>;
/// What the case is; what happens before the two stores part, then there, then here; and what was spent in the end.
type Parted<'s> = (&'s str, &'s [&'s Step], &'s [&'s Step], &'s [&'s Step], Amount);

#[test]
fn what_is_told_of_the_money_of_the_same_life_comes_in_once_and_the_ledger_says_what_the_task_says() {
    use MoneyEvent::{Charged as WasCharged, Recorded, Refunded, Twice, TwiceRefunded};
    const CENTS: Amount = Amount::from_thousandths(400);
    let second = |given: bool| Second {
        request_id: Some("twin".into()),
        cost: HALF,
        at: DAY,
        refund: RefundMarks { given_at: given.then_some(DAY), ..RefundMarks::default() },
    };
    let failed =
        |charged| Phase::Failed { error: TaskError { code: ID_LOST.into(), ..trouble(ErrorClass::Service, charged) } };
    let runs: Step = Box::new(|store, key| {
        change(store, key, &[(WasCharged, HALF)], |task| *task = sent(task, DAY, running(), Some("7")))
    });
    let ends: Step = Box::new(|store, key| change(store, key, &[], |task| task.phase = saved()));
    let twice: Step = Box::new(move |store, key| {
        change(store, key, &[(Twice, HALF)], |task| task.besides.twice = vec![second(false)])
    });
    let given: Step = Box::new(move |store, key| {
        change(store, key, &[(TwiceRefunded, HALF)], |task| task.besides.twice = vec![second(true)])
    });
    let recorded: Step = Box::new(|store, key| {
        change(store, key, &[(Recorded, CENTS)], |task| {
            (task.cost, task.cost_source) = (CENTS, Some(CostSource::Records))
        });
    });
    let charged_again: Step =
        Box::new(|store, key| change(store, key, &[(WasCharged, HALF)], |task| task.phase = saved()));
    let lost: Step = Box::new(move |store, key| change(store, key, &[], |task| task.phase = failed(Charged::Yes)));
    let refunded: Step = Box::new(move |store, key| {
        change(store, key, &[(Refunded, HALF)], |task| {
            task.phase = failed(Charged::No);
            task.refund.given_at = Some(DAY);
        });
    });
    let cases: [Parted<'_>; 6] = [
        ("a second charge that is known there alone", &[&runs, &ends], &[&twice], &[], HALF + HALF),
        ("a charge that only there the records told", &[&runs, &ends], &[&recorded], &[], CENTS),
        ("a refund that is known there alone", &[&runs, &lost], &[&refunded], &[], Amount::ZERO),
        ("a refund of a second charge that both know", &[&runs, &twice], &[&given, &ends], &[&given], HALF),
        ("a refund of a second charge, known there alone", &[&runs, &ends, &twice], &[&given], &[], HALF),
        ("a charge told there after the records told it here", &[&runs], &[&charged_again], &[&recorded], CENTS),
    ];
    for (name, before, there, here, in_the_end) in cases {
        let (from, to) = (place(), place());
        let (mut ours, mut copy) = (Store::open(from.at()).unwrap(), Store::open(to.at()).unwrap());
        let key = add(&mut ours, intent("one")).key;
        before.iter().for_each(|step| step(&mut ours, key));
        take_in(&ours, &mut copy);
        there.iter().for_each(|step| step(&mut ours, key));
        here.iter().for_each(|step| step(&mut copy, key));
        assert_eq!((take_in(&ours, &mut copy).updated, spent(&copy, key)), (1, in_the_end), "{name}");
        assert_eq!((take_in(&ours, &mut copy).updated, spent(&copy, key)), (0, in_the_end), "{name}, once more");
    }
}
