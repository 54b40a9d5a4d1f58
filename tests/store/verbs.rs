//! Each verb by itself.

use super::*;
use ::io::store::{Overview, fill};
use domain::{
    draft::{Draft, KeptDraft},
    retry::{Caution, No, Overtaken},
    task::{LedgerLine, MoneyEvent, Row, Signed},
};
use engine::filter::Place;
use engine::msg::{Detail, InsertRefusal, StoreMsg, WriteResult};
use engine::view::View;
use std::ops::ControlFlow;

pub(crate) fn pages(store: &Store) -> Vec<(Vec<Row>, Vec<Task>, bool)> {
    let mut pages = Vec::new();
    store
        .pages(|page| {
            let StoreMsg::Page { rows, tasks, last } = page else { panic!("{page:?}") };
            pages.push((rows, tasks, last));
            ControlFlow::Continue(())
        })
        .unwrap();
    pages
}

/// Written by a program of Ann's, as everything in these tests.
fn anns<T>(entry: T) -> Signed<T> {
    Signed { entry, who: Some("ann".into()) }
}

#[test]
fn a_new_task_gets_its_key_its_revision_its_first_event_and_its_reserve() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let made = store.insert(&[intent("one"), intent("two")], DAY, &NO_CAPS).unwrap().unwrap();
    let expected = |n: u32, prompt: &str| Task {
        key: key(n),
        rev: n.into(),
        parent: None,
        attempt: 1,
        name: None,
        profile: "302ai".into(),
        request: request(prompt),
        cost: HALF,
        currency: Currency::Ptc,
        cost_source: Some(CostSource::List),
        remote: None,
        expires_at: None,
        dir: None,
        created_at: DAY,
        sent_at: None,
        finished_at: None,
        phase: Phase::Queued { not_before: DAY, put_back: None },
        claim: None,
        automatic: false,
        settled: None,
        request_id: None,
        put_away_at: None,
        batch: key(1),
        evidence: None,
        refund: domain::task::RefundMarks::default(),
        besides: domain::task::Besides::default(),
        who: Some("ann".into()),
    };
    assert_eq!(made, [expected(1, "one"), expected(2, "two")]);
    assert_eq!(
        store.detail(key(2)).unwrap().unwrap(),
        Detail {
            task: made[1].clone(),
            events: vec![anns(Event {
                at: DAY,
                what: What::Confirmed(HALF.of(Currency::Ptc)),
                raw: None,
                request_id: None
            })],
            ledger: vec![anns(LedgerLine { at: DAY, event: MoneyEvent::Reserved, amount: HALF.of(Currency::Ptc) })],
            line: vec![made[1].clone()],
        }
    );
}

#[test]
fn a_write_is_taken_once_and_overtaken_after_that() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let (task, other) = (add(&mut ours, intent("one")), add(&mut ours, intent("two")));
    let running = Task { phase: running(), ..task.clone() };
    assert_eq!(ours.write(&[write_of(&running)]).unwrap(), [WriteResult::Done { key: task.key, rev: 3 }]);
    // The second program still knows the first revision; its other write stands by itself.
    let late = Write { events: vec![event("late", "never seen")], ..write_of(&task) };
    assert_eq!(
        theirs.write(&[late, write_of(&other)]).unwrap(),
        [WriteResult::Overtaken(Box::new(Task { rev: 3, ..running })), WriteResult::Done { key: other.key, rev: 4 }]
    );
    assert_eq!(ours.detail(task.key).unwrap().unwrap().events.len(), 1);
}

#[test]
fn every_stage_of_life_comes_back_as_it_was_saved() {
    let dir = place();
    let tasks = add_specimens(&mut Store::open(dir.at()).unwrap());
    let store = Store::open(dir.at()).unwrap();
    let keys: Vec<TaskKey> = tasks.iter().map(|task| task.key).collect();
    assert_eq!(store.look(&keys).unwrap(), tasks);
    let newest_first: Vec<Task> = tasks.iter().rev().cloned().collect();
    let rows = newest_first.iter().map(Row::of).collect::<Vec<_>>();
    let live = |task: &&Task| task.state().is_live() || task.state() == TaskState::Unknown;
    assert_eq!(pages(&store), [(rows, newest_first.iter().filter(live).cloned().collect(), true)]);
    let mut streamed = Vec::new();
    store
        .tasks(|task| {
            streamed.push(task);
            if streamed.len() == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert_eq!(streamed, newest_first[..4]);
    let last = tasks.last().unwrap();
    assert_eq!(store.find_task_by_remote(last.remote.as_ref().unwrap()).unwrap().as_ref(), Some(last));
    assert_eq!(store.find_task_by_remote(&RemoteId("1".into())).unwrap(), None);
    assert_eq!(store.detail(key(99)).unwrap(), None);
}

#[test]
fn what_a_settlement_took_the_place_of_comes_back_whatever_became_of_the_task() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let error = TaskError {
        code: "timeout".into(),
        class: ErrorClass::UnknownOutcome,
        reason: Reason::said("no answer came", "", "settle it"),
        charged: Charged::Unknown,
    };
    let mut task = add(&mut store, intent("one"));
    for phase in [running(), Phase::Failed { error: error.clone() }, Phase::Unknown { error: error.clone() }] {
        let settled = (!matches!(phase, Phase::Unknown { .. })).then(|| error.clone());
        task = Task { phase, settled, ..task };
        let [WriteResult::Done { rev, .. }] = store.write(&[write_of(&task)]).unwrap()[..] else { panic!() };
        task.rev = rev;
        assert_eq!(Store::open(dir.at()).unwrap().look(&[task.key]).unwrap(), [task.clone()]);
    }
    assert_eq!(store.unknowns().unwrap(), [task]);
}

#[test]
fn the_detail_shows_the_whole_line_of_attempts_from_any_of_them() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let repeat = |of: &Task, twin: Option<&Task>, prompt: &str| NewTask {
        parent: Some(of.key),
        agreed: twin.map(|twin| Caution::Retried(Some(twin.key))).into_iter().collect(),
        attempt: of.attempt + 1,
        ..intent(prompt)
    };
    let first = add(&mut store, intent("first"));
    let stranger = add(&mut store, intent("stranger"));
    let second = add(&mut store, repeat(&first, None, "again"));
    let twin = add(&mut store, repeat(&first, Some(&second), "again"));
    let third = add(&mut store, repeat(&second, None, "and again"));
    let line = vec![first.clone(), second.clone(), twin, third.clone()];
    for task in &line {
        let detail = store.detail(task.key).unwrap().unwrap();
        assert_eq!((&detail.task, &detail.line), (task, &line));
    }
    assert_eq!(store.detail(key(2)).unwrap().unwrap().line, vec![stranger]);
    let retried: Vec<(TaskKey, bool)> = pages(&store)[0].0.iter().map(|row| (row.key, row.retried)).collect();
    assert_eq!(retried, [(key(5), false), (key(4), false), (key(3), true), (key(2), false), (key(1), true)]);
}

#[test]
fn a_writes_events_and_money_follow_what_was_there() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let task = add(&mut store, intent("one"));
    let charged = LedgerLine { at: DAY.plus(9), event: MoneyEvent::Charged, amount: HALF.of(Currency::Ptc) };
    let answer =
        Event { raw: Some("{\"task_id\":\"7\"}".into()), request_id: Some("q-1".into()), ..event("accepted", "as 7") };
    let write =
        Write { events: vec![answer.clone(), event("status", "Queueing")], ledger: vec![charged], ..write_of(&task) };
    store.write(&[write]).unwrap();
    let detail = store.detail(task.key).unwrap().unwrap();
    assert_eq!(detail.events[1..], [anns(answer), anns(event("status", "Queueing"))]);
    assert_eq!(detail.ledger[1..], [anns(charged)]);
}

#[test]
fn an_attempt_is_repeated_once_unless_the_person_knows_that_it_was() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let first = add(&mut store, intent("one"));
    store.write(&[write_of(&failed(&first, ErrorClass::Service))]).unwrap();
    let repeat = NewTask { parent: Some(first.key), attempt: 2, ..intent("one") };
    // Several from one parent at once are what a count of three means.
    let made = store.insert(&[repeat.clone(), repeat.clone()], DAY, &NO_CAPS).unwrap().unwrap();
    let known = Caution::Retried(Some(made[1].key));
    let refusal =
        InsertRefusal::Overtaken { parent: first.key, state: TaskState::Failed, why: Overtaken::Caution(known) };
    let late = [intent("two"), repeat.clone()];
    assert_eq!(store.insert(&late, DAY, &NO_CAPS).unwrap(), Err(refusal));
    assert_eq!(store.overview().unwrap().total, 3);
    let third = add(&mut store, NewTask { agreed: vec![known], ..repeat.clone() });
    // A person who knows only an earlier attempt hears of the latest before anything is paid.
    let told_before = NewTask { agreed: vec![known], ..repeat.clone() };
    assert!(store.insert(&[told_before], DAY, &NO_CAPS).unwrap().is_err());
    // What was taken back was no attempt: once all are, the first may be repeated as if for the first time.
    let back = Phase::Cancelled { was: TaskState::Queued, charged: Charged::No };
    let marked = |store: &Store| pages(store)[0].0.last().unwrap().retried;
    for (n, task) in [made[0].clone(), made[1].clone(), third].into_iter().enumerate() {
        assert!(marked(&store), "{n}");
        store.write(&[write_of(&Task { phase: back.clone(), ..task })]).unwrap();
    }
    assert!(!marked(&store));
    assert!(store.insert(&[repeat], DAY, &NO_CAPS).unwrap().is_ok());
}

#[test]
fn a_retry_is_judged_by_what_the_attempt_is_when_it_is_queued() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let mut first = add(&mut store, intent("one"));
    let retry = |agreed: &[Caution], prompt: &str| NewTask {
        parent: Some(key(1)),
        agreed: agreed.to_vec(),
        attempt: 2,
        ..intent(prompt)
    };
    let error = TaskError { class: ErrorClass::UnknownOutcome, ..error() };
    let running = Phase::running(DAY);
    let paid = Caution::Paid(TaskState::Running);
    for (now, agreed, prompt, why) in [
        (first.phase.clone(), vec![], "one", Some(Overtaken::No(No::Unsent))),
        (Phase::Sending { since: DAY }, vec![], "another", Some(Overtaken::No(No::Sending))),
        (Phase::Unknown { error }, vec![paid], "another", Some(Overtaken::No(No::Unsettled))),
        (running.clone(), vec![], "one", Some(Overtaken::Caution(paid))),
        (
            failed(&first, ErrorClass::PromptSensitive).phase,
            vec![paid],
            "one",
            Some(Overtaken::Caution(Caution::Sensitive)),
        ),
        (running, vec![paid], "one", None),
    ] {
        first.phase = now;
        let [WriteResult::Done { rev, .. }] = store.write(&[write_of(&first)]).unwrap()[..] else {
            panic!("overtaken")
        };
        first.rev = rev;
        let told = store.insert(&[retry(&agreed, prompt)], DAY, &NO_CAPS).unwrap().err();
        let wanted = why.map(|why| InsertRefusal::Overtaken { parent: key(1), state: first.state(), why });
        assert_eq!(told, wanted);
    }
    assert_eq!(store.overview().unwrap().total, 2);
}

#[test]
fn a_taken_name_gives_the_task_that_has_it_and_nothing_of_the_batch_is_taken() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let named = NewTask { name: Some("shot-1".into()), ..intent("one") };
    let first = add(&mut store, named.clone());
    // The name is judged before the budget: asking again is free.
    let caps = Caps { per_day: Some(HALF), ..NO_CAPS };
    let again = store.insert(&[intent("two"), named], DAY, &caps).unwrap();
    assert_eq!(again, Err(InsertRefusal::NameTaken { task: Box::new(first) }));
    assert_eq!(store.overview().unwrap().total, 1);
}

#[test]
fn the_draft_and_the_time_of_use_come_back() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let mut expected = Overview { total: 0, last_seen: None, view: None, drafts: vec![] };
    assert_eq!(store.overview().unwrap(), expected);
    let draft = Draft { prompt: "一只狐狸".into(), count: 3, ..Draft::default() };
    store.save_draft(7, &Draft::default(), Wall(1)).unwrap();
    store.save_draft(8, &Draft::default(), Wall(2)).unwrap();
    store.save_draft(7, &draft, Wall(3)).unwrap();
    store.save_seen(DAY).unwrap();
    let view = View { filter: "state:failed".into(), at: Some(TaskKey(7)), ..View::default() };
    store.save_view(&view).unwrap();
    expected.view = Some(view);
    let kept = |id, draft: &Draft| KeptDraft { id, draft: draft.clone() };
    (expected.drafts, expected.last_seen) = (vec![kept(7, &draft), kept(8, &Draft::default())], Some(DAY));
    assert_eq!(Store::open(dir.at()).unwrap().overview().unwrap(), expected);
    store.drop_draft(7, None).unwrap();
    expected.drafts.remove(0);
    assert_eq!(store.overview().unwrap(), expected);
}

#[test]
fn a_draft_that_another_program_changed_is_not_dropped_for_what_was_read() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let [read, newer] = ["a cat", "a cat asleep"].map(|prompt| Draft { prompt: prompt.into(), ..Draft::default() });
    store.save_draft(7, &newer, Wall(1)).unwrap();
    store.drop_draft(7, Some(&read)).unwrap();
    assert_eq!(store.overview().unwrap().drafts, [KeptDraft { id: 7, draft: newer.clone() }]);
    store.drop_draft(7, Some(&newer)).unwrap();
    assert_eq!(store.overview().unwrap().drafts, []);
}

#[test]
fn the_first_page_is_short_and_brings_all_unfinished_tasks_wherever_they_are() {
    let dir = place();
    let mut store = Store::open(dir.at()).unwrap();
    let old = add(&mut store, intent("waits at the very bottom"));
    fill(dir.at(), 4_300, 0, 7, DAY).unwrap();
    let new = add(&mut store, intent("newest"));
    let pages = pages(&store);
    let sizes: Vec<(usize, usize, bool)> =
        pages.iter().map(|(rows, tasks, last)| (rows.len(), tasks.len(), *last)).collect();
    let whole = (1_000, 0, false);
    assert_eq!(sizes, [(200, 2, false), whole, whole, whole, whole, (102, 0, true)]);
    assert_eq!(pages[0].1, [new, old]);
    let keys: Vec<u32> = pages.iter().flat_map(|(rows, ..)| rows.iter().map(|row| row.key.0)).collect();
    assert_eq!(keys, (1..=4_302).rev().collect::<Vec<_>>());
}

#[test]
fn an_empty_store_has_one_empty_page_which_is_the_last() {
    let dir = place();
    assert_eq!(pages(&Store::open(dir.at()).unwrap()), [(vec![], vec![], true)]);
}

#[test]
fn the_same_seed_fills_the_same_store() {
    let filled = |seed| {
        let dir = place();
        fill(dir.at(), 300, 0, seed, DAY).unwrap();
        pages(&Store::open(dir.at()).unwrap())
    };
    assert_eq!(filled(1), filled(1));
    assert_ne!(filled(1), filled(2));
    let rows: Vec<Row> = filled(1).into_iter().flat_map(|(rows, ..)| rows).collect();
    for state in [TaskState::Saved, TaskState::Failed, TaskState::Refused, TaskState::Cancelled] {
        assert!(rows.iter().any(|row| row.state == state), "{state:?}");
    }
    assert!(rows.iter().all(|row| row.created_at < DAY) && rows.iter().any(|row| row.retried));
}

#[test]
fn what_is_looked_up_is_what_a_walk_over_all_tasks_finds() {
    use ::io::store::{Lookup, Order};
    let dir = place();
    fill(dir.at(), 300, 4, 1, DAY).unwrap();
    let store = Store::open(dir.at()).unwrap();
    let mut every = Vec::new();
    store
        .tasks(|task| {
            every.push(task);
            ControlFlow::Continue(())
        })
        .unwrap();
    every.reverse();
    assert_eq!(every.iter().filter(|task| task.state() == TaskState::Queued).count(), 4);
    assert!(every[..4].iter().all(|task| task.state() == TaskState::Queued && task.sent_at.is_none()));
    let middle = every[150].created_at;
    let all = Lookup { states: None, keys: (0, u64::MAX), models: None, created: None, place: Place::Both };
    for what in [
        all.clone(),
        Lookup { states: Some(vec![TaskState::Queued, TaskState::Failed]), ..all.clone() },
        Lookup { keys: (7, 20), ..all.clone() },
        Lookup { models: Some(vec!["hailuo".into(), "s2v".into()]), ..all.clone() },
        Lookup { created: Some((middle, Wall(i64::MAX))), ..all.clone() },
        Lookup {
            created: Some((Wall(i64::MIN), middle)),
            keys: (20, 200),
            models: Some(vec!["t2v-01".into()]),
            states: Some(vec![TaskState::Saved]),
            place: Place::Both,
        },
    ] {
        let passes = |task: &&Task| {
            let model = task.request.model.to_lowercase();
            what.states.as_ref().is_none_or(|states| states.contains(&task.state()))
                && (what.keys.0..=what.keys.1).contains(&u64::from(task.key.0))
                && what.models.as_ref().is_none_or(|models| models.iter().any(|text| model.contains(text)))
                && what.created.is_none_or(|(from, to)| (from..=to).contains(&task.created_at))
        };
        let wanted: Vec<&Task> = every.iter().filter(passes).collect();
        assert!(!wanted.is_empty());
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let mut found = Vec::new();
            store
                .some_tasks(&what, order, |listed| {
                    found.push(listed.task);
                    ControlFlow::Continue(())
                })
                .unwrap();
            if order == Order::NewestFirst {
                found.reverse();
            }
            assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{what:?}");
        }
    }
}
