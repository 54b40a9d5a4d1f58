//! Caps, the shared pace, the ledger.

use super::*;
use domain::{
    account::{BudgetCap, Change, OverBudget, PACE_SPAN, Raise, Stamp},
    costs::CostLine,
    task::{LedgerLine, MoneyEvent},
    time::{HOUR, MINUTE, Now},
};
use engine::msg::{InsertRefusal, SendResult, StoreMsg};
use std::{ops::ControlFlow, sync::Barrier, thread};

/// A date that no clock should show yet.
const FAR_AHEAD: Wall = Wall(7_258_118_400_000);

fn ptc(thousandths: i64) -> Amount {
    Amount::from_thousandths(thousandths)
}

/// That a cap of the config's own would be crossed.
fn over(cap: BudgetCap, limit: Amount, spent: Amount, asked: Amount) -> OverBudget {
    OverBudget { cap, limit, spent, asked, currency: Currency::Ptc, set_by: None }
}

#[test]
fn a_batch_that_would_cross_a_cap_is_refused_whole() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let batch = [intent("one"), intent("two"), intent("three")];
    let caps = Caps {
        per_day: Some(ptc(1_500)),
        per_day_each: None,
        per_batch: Some(ptc(1_000)),
        day_start: DAY,
        day_end: DAY.plus(86_400_000),
    };
    let refusal = InsertRefusal::OverBudget(over(BudgetCap::Batch, ptc(1_000), Amount::ZERO, ptc(1_500)));
    assert_eq!(store.insert(&batch, DAY, &caps).unwrap(), Err(refusal));
    assert_eq!(store.overview().unwrap().total, 0);

    assert_eq!(store.insert(&batch[..2], DAY, &caps).unwrap().unwrap().len(), 2);
    let refusal = InsertRefusal::OverBudget(over(BudgetCap::Day, ptc(1_500), ptc(1_000), ptc(1_000)));
    assert_eq!(store.insert(&batch[..2], DAY, &caps).unwrap(), Err(refusal));
    assert_eq!(store.insert(&batch[2..], DAY, &caps).unwrap().unwrap().len(), 1);
}

#[test]
fn a_batch_of_two_currencies_is_held_against_the_caps_of_each() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let dear = |currency| NewTask { currency, cost: ptc(2_000), ..intent("one") };
    for currency in [Currency::Ptc, Currency::Usd] {
        let other = if currency == Currency::Ptc { Currency::Usd } else { Currency::Ptc };
        let batch = [dear(currency), NewTask { currency: other, ..intent("two") }];
        for (cap, caps) in [
            (BudgetCap::Batch, Caps { per_batch: Some(ptc(1_000)), ..NO_CAPS }),
            (BudgetCap::Day, Caps { per_day: Some(ptc(1_000)), ..NO_CAPS }),
        ] {
            let refused = store.insert(&batch, DAY, &caps).unwrap().unwrap_err();
            assert!(
                matches!(&refused, InsertRefusal::OverBudget(over) if (over.cap, over.currency) == (cap, currency)),
                "{refused:?}"
            );
        }
    }
}

#[test]
fn of_two_submissions_in_one_millisecond_neither_gives_its_place_in_the_pace_back() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let tasks = ["one", "two", "three"].map(|prompt| add(&mut store, intent(prompt)));
    for task in &tasks[..2] {
        assert!(matches!(store.send(&sending(task, DAY), 2, &NO_CAPS).unwrap(), SendResult::Claimed { .. }));
    }
    let mut task = store.detail(tasks[0].key).unwrap().unwrap().task;
    task.phase = Phase::Queued { not_before: DAY, put_back: None };
    store.write(&[Write { never_left: Some(DAY), ..write_of(&task) }]).unwrap();
    assert!(matches!(store.send(&sending(&tasks[2], DAY), 2, &NO_CAPS).unwrap(), SendResult::Wait { .. }));
}

#[test]
fn a_raise_that_is_dated_ahead_hides_none_that_come_after_it() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    for at in [FAR_AHEAD, DAY] {
        let by = Stamp { who: "dashboard 1".into(), at };
        let raise = Raise { by: by.clone(), more: HALF.of(Currency::Ptc), person: None };
        store.share("302ai", &by, &Change::Raise(raise)).unwrap();
    }
    let at: Vec<Wall> = store.shared().unwrap().raises.iter().map(|raise| raise.by.at).collect();
    assert_eq!(at, [DAY, FAR_AHEAD]);
}

#[test]
fn what_was_spent_today_or_is_reserved_stands_against_the_days_cap() {
    let (yesterday, today) = (Wall(DAY.0 - 1), DAY);
    let error = |charged| trouble(ErrorClass::Service, charged);
    let sent = |phase, at| (phase, Some(at));
    let queued = || Phase::Queued { not_before: DAY, put_back: None };
    for (case, (phase, sent_at), counts) in [
        ("queued, whenever it was made", (queued(), None), true),
        ("being sent", sent(Phase::Sending { since: yesterday }, yesterday), true),
        ("charged today", sent(running(), today), true),
        ("charged yesterday", sent(running(), yesterday), false),
        ("may have been charged today", sent(Phase::Unknown { error: error(Charged::Unknown) }, today), true),
        ("may have been charged yesterday", sent(Phase::Unknown { error: error(Charged::Unknown) }, yesterday), false),
        ("failed, charged today", sent(Phase::Failed { error: error(Charged::Yes) }, today), true),
        ("failed, not charged", sent(Phase::Failed { error: error(Charged::No) }, today), false),
        ("refused", sent(Phase::Refused { error: error(Charged::No) }, today), false),
        ("taken back", (Phase::Cancelled { was: TaskState::Queued, charged: Charged::No }, None), false),
        ("no longer watched", sent(Phase::Cancelled { was: TaskState::Running, charged: Charged::Yes }, today), true),
    ] {
        let dir = place();
        let mut store = Store::open(dir.at()).unwrap();
        let mut task = store.insert(&[intent("")], yesterday, &NO_CAPS).unwrap().unwrap().remove(0);
        (task.phase, task.sent_at) = (phase, sent_at);
        save(&mut store, &mut task);
        let caps = Caps { per_day: Some(HALF), ..NO_CAPS };
        assert_eq!(store.insert(&[intent("")], today, &caps).unwrap().is_err(), counts, "{case}");
    }
}

#[test]
fn what_is_archived_of_the_last_days_is_told_before_the_pages() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let times = [Wall(DAY.0 - 5 * 24 * HOUR as i64), Wall(DAY.0 - 1), DAY];
    // What a wrong clock has dated far ahead hides none of it.
    for at in times.into_iter().chain([FAR_AHEAD]) {
        let mut task = store.insert(&[intent("")], at, &NO_CAPS).unwrap().unwrap().remove(0);
        let phase = Phase::Cancelled { was: TaskState::Running, charged: Charged::Yes };
        (task.phase, task.sent_at, task.finished_at) = (phase, Some(at), Some(at));
        save(&mut store, &mut task);
    }
    // A prompt that was refused as sensitive is spoken of however old it is.
    let mut task = store.insert(&[intent("")], times[0], &NO_CAPS).unwrap().unwrap().remove(0);
    task.phase = Phase::Refused { error: trouble(ErrorClass::PromptSensitive, Charged::No) };
    (task.sent_at, task.finished_at, task.put_away_at) = (Some(times[0]), Some(times[0]), Some(times[0]));
    save(&mut store, &mut task);
    assert_eq!(store.archive(Wall(DAY.0 + 1), DAY).unwrap().tasks, 4);
    let mut told = Vec::new();
    let each = |message| {
        told.push(message);
        ControlFlow::Continue(())
    };
    store.pages(each).unwrap();
    let Some(StoreMsg::FromArchive { rows }) = told.first() else { panic!("{told:?}") };
    let mut keys: Vec<u32> = rows.iter().map(|row| row.key.0).collect();
    keys.sort_unstable();
    assert_eq!(keys, [2, 3, 5]);
    assert!(
        matches!(&told[1..], [StoreMsg::Page { rows, last: true, .. }]
            if rows.iter().map(|row| row.key).eq([TaskKey(4)])),
        "{told:?}"
    );
}

#[test]
fn a_task_made_elsewhere_costs_nothing_against_the_caps() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let caps = Caps {
        per_day: Some(HALF),
        per_day_each: None,
        per_batch: Some(HALF),
        day_start: DAY,
        day_end: DAY.plus(86_400_000),
    };
    let batch = [adopted("7"), adopted("8")];
    let made = store.insert(&batch, DAY, &caps).unwrap().unwrap();
    let detail = store.detail(made[0].key).unwrap().unwrap();
    assert_eq!((detail.events[0].what.kind(), detail.ledger.as_slice()), ("adopted", &[][..]));
    assert!(store.insert(&[intent("")], DAY, &caps).unwrap().is_ok());
    let batch = [adopted("9"), adopted("10")];
    assert!(store.insert(&batch, DAY, &caps).unwrap().is_ok());
}

#[test]
fn ten_programs_race_for_the_last_half_ptc_and_one_wins() {
    let dir = place();
    let caps = Caps { per_day: Some(HALF), ..NO_CAPS };
    let start = Barrier::new(10);
    let wins: usize = thread::scope(|scope| {
        let race = || {
            start.wait();
            // They race for the making of the file as well.
            let mut store = Store::open(dir.at()).unwrap();
            usize::from(store.insert(&[intent("mine")], DAY, &caps).unwrap().is_ok())
        };
        let racers: Vec<_> = (0..10).map(|_| scope.spawn(race)).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    });
    assert_eq!((wins, Store::open(dir.at()).unwrap().overview().unwrap().total), (1, 1));
}

#[test]
fn only_a_queued_row_as_it_was_known_is_sent_and_only_once() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let task = add(&mut ours, intent("one"));
    let write = sending(&task, DAY.plus(1));
    assert_eq!(ours.send(&write, 5, &NO_CAPS).unwrap(), SendResult::Claimed { key: task.key, rev: 2 });
    let now = Task { rev: 2, ..write.task.clone() };
    assert_eq!(theirs.send(&write, 5, &NO_CAPS).unwrap(), SendResult::Overtaken(Box::new(now.clone())));
    // Not even with the right revision: it is no longer queued.
    assert_eq!(theirs.send(&write_of(&now), 5, &NO_CAPS).unwrap(), SendResult::Overtaken(Box::new(now)));
}

#[test]
fn a_charge_below_nothing_makes_no_room_in_the_days_cap() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let mut task = add(&mut store, intent("given back"));
    (task.phase, task.sent_at, task.cost) = (running(), Some(DAY), Amount::ZERO - ptc(5_000));
    save(&mut store, &mut task);
    let caps = Caps { per_day: Some(HALF), ..NO_CAPS };
    assert!(store.insert(&[intent("one")], DAY, &caps).unwrap().is_ok());
    assert!(store.insert(&[intent("two")], DAY, &caps).unwrap().is_err());
}

#[test]
fn a_task_leaves_only_within_the_days_caps_as_they_are_then() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let tasks: Vec<Task> = (0..3).map(|_| add(&mut store, intent("")).clone()).collect();
    let caps = Caps { per_day: Some(ptc(1_400)), day_end: DAY.plus(86_400_000), ..NO_CAPS };
    let send = |store: &mut Store, n: usize, caps: &Caps| store.send(&sending(&tasks[n], DAY), 5, caps).unwrap();
    let claimed = |n: usize, rev| SendResult::Claimed { key: tasks[n].key, rev };
    // What waits behind it stands against a new batch, not against itself.
    assert_eq!(send(&mut store, 0, &caps), claimed(0, 4));
    assert_eq!(send(&mut store, 1, &caps), claimed(1, 5));
    let refused = |over| SendResult::OverBudget { key: tasks[2].key, over };
    assert_eq!(send(&mut store, 2, &caps), refused(over(BudgetCap::Day, ptc(1_400), ptc(1_000), HALF)));
    let each = Caps { per_day: None, per_day_each: Some(ptc(1_000)), ..caps };
    assert_eq!(send(&mut store, 2, &each), refused(over(BudgetCap::Each, ptc(1_000), ptc(1_000), HALF)));
    assert_eq!(store.look(&[tasks[2].key]).unwrap()[0].state(), TaskState::Queued);
    let by = Stamp { who: "dashboard 1".into(), at: DAY };
    let more = Raise { by: by.clone(), more: ptc(100).of(Currency::Ptc), person: None };
    store.share("302ai", &by, &Change::Raise(more)).unwrap();
    assert_eq!(send(&mut store, 2, &caps), claimed(2, 6));
}

#[test]
fn two_programs_share_the_pace_of_an_account() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let tasks: Vec<Task> = (0..5).map(|_| add(&mut ours, intent("")).clone()).collect();
    let claimed = |n: usize, rev| SendResult::Claimed { key: tasks[n].key, rev };
    let wait = |n: usize, until| SendResult::Wait { key: tasks[n].key, until };
    let at = |ms| DAY.plus(ms);
    assert_eq!(ours.send(&sending(&tasks[0], at(0)), 2, &NO_CAPS).unwrap(), claimed(0, 6));
    assert_eq!(theirs.send(&sending(&tasks[1], at(10)), 2, &NO_CAPS).unwrap(), claimed(1, 7));
    assert_eq!(ours.send(&sending(&tasks[2], at(20)), 2, &NO_CAPS).unwrap(), wait(2, at(PACE_SPAN)));
    // A smaller allowance waits for the later one, another account for none.
    assert_eq!(theirs.send(&sending(&tasks[2], at(20)), 1, &NO_CAPS).unwrap(), wait(2, at(10 + PACE_SPAN)));
    let elsewhere = add(&mut ours, NewTask { profile: "minimax".into(), ..intent("") });
    let key = elsewhere.key;
    assert_eq!(ours.send(&sending(&elsewhere, at(20)), 1, &NO_CAPS).unwrap(), SendResult::Claimed { key, rev: 9 });
    assert_eq!(theirs.send(&sending(&tasks[2], at(PACE_SPAN - 1)), 2, &NO_CAPS).unwrap(), wait(2, at(PACE_SPAN)));
    assert_eq!(theirs.send(&sending(&tasks[2], at(PACE_SPAN)), 2, &NO_CAPS).unwrap(), claimed(2, 10));
    assert_eq!(ours.send(&sending(&tasks[3], at(PACE_SPAN + 1)), 2, &NO_CAPS).unwrap(), wait(3, at(PACE_SPAN + 10)));
    // The clock is set back by an hour: that does not stop sending for an hour.
    assert_eq!(ours.send(&sending(&tasks[3], Wall(DAY.0 - 3_600_000)), 2, &NO_CAPS).unwrap(), claimed(3, 11));
}

#[test]
fn what_never_left_gives_its_place_in_the_pace_back_and_only_its_own() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let tasks: Vec<Task> = (0..4).map(|_| add(&mut store, intent("")).clone()).collect();
    let mut send = |n: usize, ms| store.send(&sending(&tasks[n], DAY.plus(ms)), 2, &NO_CAPS).unwrap();
    assert_eq!(send(0, 0), SendResult::Claimed { key: tasks[0].key, rev: 5 });
    assert_eq!(send(1, 10), SendResult::Claimed { key: tasks[1].key, rev: 6 });
    let wait = SendResult::Wait { key: tasks[2].key, until: DAY.plus(PACE_SPAN) };
    assert_eq!(send(2, 20), wait);
    let back = |rev| Write { never_left: Some(DAY.plus(10)), ..write_of(&Task { rev, ..tasks[1].clone() }) };
    // One that comes too late gives nothing back.
    assert!(matches!(store.write(&[back(1)]).unwrap()[..], [WriteResult::Overtaken(_)]));
    assert_eq!(store.send(&sending(&tasks[2], DAY.plus(20)), 2, &NO_CAPS).unwrap(), wait);
    assert_eq!(store.write(&[back(6)]).unwrap(), [WriteResult::Done { key: tasks[1].key, rev: 7 }]);
    let claimed = SendResult::Claimed { key: tasks[2].key, rev: 8 };
    assert_eq!(store.send(&sending(&tasks[2], DAY.plus(20)), 2, &NO_CAPS).unwrap(), claimed);
    let wait = SendResult::Wait { key: tasks[3].key, until: DAY.plus(PACE_SPAN) };
    assert_eq!(store.send(&sending(&tasks[3], DAY.plus(30)), 2, &NO_CAPS).unwrap(), wait);
}

#[test]
fn the_ledger_can_neither_be_changed_nor_shortened() {
    let dir = place();
    add(&mut Store::open(dir.at()).unwrap(), intent("one"));
    for statement in ["UPDATE ledger SET amount = 0", "DELETE FROM ledger"] {
        let refusal = dir.refusal(statement);
        assert!(refusal.contains("the ledger is append-only"), "{statement}: {refusal}");
    }
}

#[test]
fn the_costs_of_a_time_are_listed_with_what_they_are_sorted_by() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let task = add(&mut store, intent("one"));
    let line = |at, event| LedgerLine { at, event, amount: HALF.of(Currency::Ptc) };
    let refused = Task { phase: Phase::Refused { error: trouble(ErrorClass::Balance, Charged::No) }, ..task.clone() };
    let ledger = vec![line(DAY.plus(10), MoneyEvent::Released), line(DAY.plus(20), MoneyEvent::Resolved)];
    store.write(&[Write { ledger, ..write_of(&refused) }]).unwrap();
    let cost = |at, event| CostLine {
        who: Some("ann".into()),
        sent_at: task.sent_at,
        key: task.key,
        at,
        event,
        amount: HALF.of(Currency::Ptc),
        profile: "302ai".into(),
        model: "MiniMax-Hailuo-02".into(),
        state: TaskState::Refused,
        charged: Charged::No,
        class: Some(ErrorClass::Balance),
    };
    assert_eq!(
        store.costs(DAY, DAY.plus(20)).unwrap(),
        [cost(DAY, MoneyEvent::Reserved), cost(DAY.plus(10), MoneyEvent::Released)]
    );
    assert_eq!(store.costs(DAY.plus(20), DAY.plus(21)).unwrap(), [cost(DAY.plus(20), MoneyEvent::Resolved)]);
}

#[test]
fn a_charge_without_a_result_is_found_among_the_last_days() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    for (prompt, at) in [("late", DAY), ("early", Wall(0))] {
        let mut task = add(&mut store, intent(prompt));
        (task.remote, task.sent_at) = (Some(RemoteId(prompt.into())), Some(at));
        task.phase = Phase::Failed { error: trouble(ErrorClass::OutputSensitive, Charged::Yes) };
        save(&mut store, &mut task);
    }
    let found = store.refunds(Now { wall: DAY.plus(MINUTE), ..Now::default() }).unwrap();
    assert_eq!(found.iter().map(|refund| refund.key).collect::<Vec<_>>(), [TaskKey(1)]);
}

#[test]
fn a_raise_of_the_days_cap_holds_for_every_program_on_its_day_in_its_currency() {
    let dir = tempfile::tempdir().unwrap();
    let (mut ours, mut theirs) = (Store::open(dir.path()).unwrap(), Store::open(dir.path()).unwrap());
    let caps = Caps {
        per_day: Some(ptc(500)),
        per_day_each: None,
        per_batch: None,
        day_start: DAY,
        day_end: DAY.plus(86_400_000),
    };
    add(&mut ours, intent("one"));
    let asks = |store: &mut Store, new: NewTask, caps: &Caps| store.insert(&[new], DAY, caps).unwrap().is_ok();
    assert!(!asks(&mut theirs, intent("two"), &caps));
    let by = |at| Stamp { who: "dashboard 1".into(), at };
    let raise = |at, currency| Change::Raise(Raise { by: by(at), more: HALF.of(currency), person: None });
    // The day before, in another currency: neither lets anything pass.
    ours.share("302ai", &by(DAY), &raise(Wall(DAY.0 - 1), Currency::Ptc)).unwrap();
    ours.share("302ai", &by(DAY), &raise(DAY, Currency::Usd)).unwrap();
    assert!(!asks(&mut theirs, intent("two"), &caps));
    // Nor does one dated ahead, or one that another store made: that is history.
    ours.share("302ai", &by(DAY), &raise(caps.day_end, Currency::Ptc)).unwrap();
    let elsewhere =
        |at| Raise { by: Stamp { who: "dashboard 2".into(), at }, more: HALF.of(Currency::Ptc), person: None };
    assert_eq!(ours.take_raises(&[elsewhere(DAY), elsewhere(Wall(i64::MAX))]).unwrap(), 2);
    assert_eq!(ours.take_raises(&ours.raises().unwrap()).unwrap(), 0, "they are its own");
    let later = |raise: Raise| Raise { by: Stamp { at: raise.by.at.plus(2_000), ..raise.by }, ..raise };
    let measured_anew: Vec<Raise> = ours.raises().unwrap().into_iter().map(later).collect();
    assert_eq!(ours.take_raises(&measured_anew).unwrap(), 0, "the store's clock was only measured anew");
    assert!(!asks(&mut theirs, intent("two"), &caps));
    // Told twice, since the first commit was told as failed, it is one raise.
    let today = raise(Wall(DAY.0 + 1), Currency::Ptc);
    ours.share("302ai", &by(DAY), &today).unwrap();
    let shared = ours.share("302ai", &by(DAY), &today).unwrap();
    let now = Now { wall: DAY, ..Now::default() };
    assert_eq!(Raise::sum(&shared.raises, Currency::Ptc, None, now).all, HALF);
    drop(ours);
    drop(theirs);
    let mut again = Store::open(dir.path()).unwrap();
    assert_eq!((again.shared().unwrap().raises.len(), again.raises().unwrap().len()), (4, 6));
    assert!(asks(&mut again, intent("two"), &caps), "a restart keeps it");
    let refusal = InsertRefusal::OverBudget(over(BudgetCap::Day, ptc(1_000), ptc(1_000), HALF));
    assert_eq!(again.insert(&[intent("three")], DAY, &caps).unwrap(), Err(refusal));
    // What stood against it stands against the next day's too, which was not raised.
    let tomorrow = Caps { day_start: caps.day_end, day_end: caps.day_end.plus(86_400_000), ..caps };
    assert!(!asks(&mut again, intent("four"), &tomorrow));
    let raw = rusqlite::Connection::open(dir.path().join("reeltop.db")).unwrap();
    for change in ["UPDATE raises SET amount = 1", "DELETE FROM raises"] {
        assert!(raw.execute(change, []).is_err(), "{change}");
    }
}
