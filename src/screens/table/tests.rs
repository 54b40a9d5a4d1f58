#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod forgotten;

use super::*;
use crate::{
    table::state::Sort,
    testing::{add, state, task},
};
use domain::{
    amount::CostSource,
    problem::Charged,
    task::{
        Phase, TaskState,
        TaskState::{Failed, Queued, Running, Saved, Unknown},
    },
};
use engine::{filter::Filter, testing::cost};
use proptest::prelude::*;

fn order(app: &App) -> Vec<u32> {
    app.screen.table.order.iter().map(|key| key.0).collect()
}

fn at(app: &App) -> (Option<u32>, usize, usize) {
    let table = &app.screen.table;
    (table.cursor.map(|key| key.0), table.at, table.top)
}

/// The order made from nothing, below the rows that are pinned.
fn anew(app: &App) -> Vec<TaskKey> {
    let table = &app.screen.table;
    let pinned = pins::of(table).to_vec();
    let rest = order_of(&app.work.tasks.rows, table.sort, &table.filter, app.work.now.wall);
    pinned.iter().copied().chain(rest.into_iter().filter(|key| !pinned.contains(key))).collect()
}

/// Whether the row under the cursor is on the screen.
fn is_seen(app: &App) -> bool {
    let table = &app.screen.table;
    table.at.checked_sub(table.pins).is_none_or(|at| (table.top..table.top + page(app)).contains(&at))
}

fn take_up(app: &mut App) {
    let news = std::mem::take(&mut app.work.news);
    let _ = crate::news::take_up(app, news);
}

fn put_page(app: &mut App, rows: Vec<Row>) {
    engine::tasks::put_page(&mut app.work, rows);
    take_up(app);
}

#[test]
fn the_first_page_puts_the_cursor_on_the_newest_row_whatever_old_live_task_comes_with_it() {
    let mut state = state(&[]);
    let rows = (4991..=5000).rev().map(|key| Row::of(&task(key, Saved))).collect();
    let page = engine::msg::StoreMsg::Page { rows, tasks: vec![task(10, Running)], last: false };
    let _ = crate::update(&mut state, engine::msg::Msg::Store(page), crate::testing::now(0));
    assert_eq!((at(&state), state.screen.table.order.len()), ((Some(5000), 0, 0), 11));
}

#[test]
fn esc_in_the_filter_gives_the_place_back() {
    let mut state = state(&[Saved, Saved, Saved, Running]);
    go(&mut state, Move::Last);
    let press = |state: &mut App, keys: &str| {
        for key in keys.split_whitespace() {
            let _ = crate::shell::input::input(state, crate::msg::Input::Key(key.parse().unwrap()));
        }
    };
    press(&mut state, "/ s t a t e : r u n n i n g");
    assert_eq!(state.screen.table.cursor, Some(TaskKey(4)));
    press(&mut state, "esc");
    assert_eq!((state.screen.table.cursor, state.screen.table.order.len()), (Some(TaskKey(1)), 4));
    // The one that was taken stays.
    press(&mut state, "/ s t a t e : r u n n i n g enter");
    assert_eq!(state.screen.table.cursor, Some(TaskKey(4)));
}

#[test]
fn a_failure_of_the_service_has_no_file_whatever_was_charged() {
    let mut failed = task(1, Failed);
    failed.cost_source = Some(CostSource::Records);
    assert!(possible::can_download(&Row::of(&failed)).is_err());
    let Phase::Failed { error } = &mut failed.phase else { panic!("{failed:?}") };
    error.charged = Charged::Yes;
    assert!(possible::can_download(&Row::of(&failed)).is_ok(), "given up here, it may still come");
}

#[test]
fn several_rows_that_come_at_once_come_as_one_after_another() {
    let mut state = state(&[Saved, Failed, Running]);
    go(&mut state, Move::Down);
    for key in 4..=6 {
        engine::tasks::put(&mut state.work, task(key, Queued));
    }
    engine::tasks::put(&mut state.work, task(1, Unknown));
    take_up(&mut state);
    assert_eq!((order(&state), at(&state)), (vec![1, 6, 5, 4, 3, 2], (Some(2), 5, 0)));
}

#[test]
fn the_newest_stand_first_below_the_unknown() {
    let state = state(&[Saved, Unknown, Failed, Running]);
    assert_eq!(order(&state), [2, 4, 3, 1]);
    assert_eq!(at(&state), (Some(2), 0, 0));
}

#[test]
fn the_selection_follows_its_task_when_rows_come_and_move() {
    let mut state = state(&[Saved, Failed, Running]);
    go(&mut state, Move::Down);
    add(&mut state, task(4, Queued));
    assert_eq!((order(&state), at(&state)), (vec![4, 3, 2, 1], (Some(2), 2, 0)));
    add(&mut state, task(2, Unknown));
    assert_eq!((order(&state), at(&state)), (vec![2, 4, 3, 1], (Some(2), 0, 0)));
    add(&mut state, task(1, Unknown));
    assert_eq!((order(&state), at(&state)), (vec![2, 1, 4, 3], (Some(2), 0, 0)));
}

#[test]
fn a_row_that_no_longer_passes_leaves_and_the_cursor_takes_the_next() {
    let mut state = state(&[Running, Running, Running]);
    state.screen.table.filter = Filter::parse("state:running").unwrap();
    go(&mut state, Move::Down);
    add(&mut state, task(2, Saved));
    assert_eq!((order(&state), at(&state)), (vec![3, 1], (Some(1), 1, 0)));
    add(&mut state, task(1, Saved));
    assert_eq!((order(&state), at(&state)), (vec![3], (Some(3), 0, 0)));
}

#[test]
fn frozen_rows_stand_still_while_their_data_change() {
    let mut state = state(&[Saved; 30]);
    state.screen.table.frozen = true;
    go(&mut state, Move::Down);
    add(&mut state, task(20, Unknown));
    assert_eq!(at(&state), (Some(29), 1, 0));
    add(&mut state, task(31, Queued));
    // The new row stands above the first one shown, so that what is on the screen stays where it is.
    assert_eq!((order(&state)[0], at(&state)), (31, (Some(29), 2, 1)));
    state.screen.table.frozen = false;
    rebuild(&mut state);
    assert_eq!((order(&state)[..3].to_vec(), at(&state).0), (vec![20, 31, 30], Some(29)));
}

#[test]
fn while_frozen_a_new_row_pushes_none_on_the_screen_but_can_be_gone_to() {
    let mut state = state(&[Unknown, Saved]);
    state.screen.table.frozen = true;
    add(&mut state, task(3, Queued));
    assert_eq!((order(&state), at(&state)), (vec![1, 2], (Some(1), 0, 0)));
    assert!(go_to(&mut state, TaskKey(3)));
    assert_eq!((order(&state), at(&state)), (vec![1, 3, 2], (Some(3), 1, 0)));
}

#[test]
fn every_column_sorts_both_ways_with_the_key_as_tie_break() {
    let mut state = state(&[Saved, Failed, Saved]);
    for column in [
        &columns::KEY,
        &columns::STATE,
        &columns::STATUS,
        &columns::ELAPSED,
        &columns::MODEL,
        &columns::FORMAT,
        &columns::ATTEMPT,
        &columns::COST,
        &columns::CREATED,
        &columns::PROMPT,
    ] {
        state.screen.table.sort = Sort { column, descending: false };
        rebuild(&mut state);
        let mut there = order(&state);
        state.screen.table.sort = Sort { column, descending: true };
        rebuild(&mut state);
        there.reverse();
        assert_eq!(order(&state), there, "{column:?}");
    }
    state.screen.table.sort = Sort { column: &columns::STATE, descending: false };
    rebuild(&mut state);
    assert_eq!(order(&state), [1, 3, 2]);
}

#[test]
fn moves_keep_the_cursor_on_the_screen() {
    let mut state = state(&[Saved; 100]);
    go(&mut state, Move::PageDown);
    assert_eq!(at(&state), (Some(79), 21, 1));
    go(&mut state, Move::Last);
    assert_eq!(at(&state), (Some(1), 99, 79));
    go(&mut state, Move::HalfUp);
    assert_eq!(at(&state), (Some(12), 88, 79));
    go(&mut state, Move::First);
    assert_eq!(at(&state), (Some(100), 0, 0));
    go(&mut state, Move::Up);
    assert_eq!(at(&state), (Some(100), 0, 0));
}

#[test]
fn marks_ranges_and_all_shown() {
    let mut state = state(&[Saved; 6]);
    assert_eq!(targets(&state).collect::<Vec<_>>(), [TaskKey(6)]);
    mark(&mut state);
    mark_range(&mut state);
    go(&mut state, Move::Down);
    assert_eq!(targets(&state).collect::<Vec<_>>(), [6, 5, 4].map(TaskKey));
    mark_range(&mut state);
    assert_eq!(state.screen.table.marks, [4, 5, 6].map(TaskKey).into());
    mark_all(&mut state);
    assert_eq!(targets(&state).count(), 6);
    mark_all(&mut state);
    assert_eq!(targets(&state).collect::<Vec<_>>(), [TaskKey(4)]);
}

#[test]
fn pages_of_older_rows_go_to_the_end_and_their_unknown_to_the_top() {
    let mut state = state(&[]);
    for key in [9, 8, 7] {
        state.work.tasks.rows.insert(Row::of(&task(key, Saved)));
    }
    rows_appended(&mut state, &[9, 8, 7].map(TaskKey));
    // The unknown come whole with the first page, wherever their rows are.
    add(&mut state, task(5, Unknown));
    for (key, of) in [(6, Saved), (4, Failed)] {
        state.work.tasks.rows.insert(Row::of(&task(key, of)));
    }
    rows_appended(&mut state, &[6, 4].map(TaskKey));
    assert_eq!((order(&state), at(&state)), (vec![5, 9, 8, 7, 6, 4], (Some(9), 1, 0)));
}

#[test]
fn what_needs_a_person_is_pinned_whatever_the_sort_and_the_filter_three_at_most() {
    use domain::{task::Task, time::MINUTE};
    let mut state = state(&[Unknown, Saved, Unknown, Failed, Saved]);
    let soon = Some(state.work.now.wall.plus(10 * MINUTE));
    add(&mut state, Task { expires_at: soon, ..task(6, domain::task::TaskState::Ready) });
    state.screen.table.sort = Sort { column: &columns::STATE, descending: true };
    state.screen.table.filter = Filter::parse("state:failed").unwrap();
    rebuild(&mut state);
    assert_eq!((order(&state), pins::note(&state)), (vec![3, 1, 6, 4], None));
    assert_eq!(passing(&state).collect::<Vec<_>>(), [TaskKey(4)]);
    // One more waits until there is room, and one that is settled leaves.
    add(&mut state, task(7, Unknown));
    assert_eq!((order(&state), pins::note(&state)), (vec![3, 1, 6, 4], Some("1 more: 1 unknown".into())));
    add(&mut state, task(1, Failed));
    assert_eq!((order(&state), pins::note(&state)), (vec![7, 3, 6, 4, 1], None));
}

#[test]
fn the_pinned_stand_however_far_the_others_are_scrolled() {
    let mut state = state(&[Saved; 60]);
    add(&mut state, task(5, Unknown));
    go(&mut state, Move::Last);
    assert_eq!(at(&state), (Some(1), 59, 39));
    assert_eq!([at_row(&state, 0), at_row(&state, 1), at_row(&state, 20)], [5, 21, 1].map(|key| Some(TaskKey(key))));
    // The row under the cursor stays where it is on the screen.
    add(&mut state, task(6, Unknown));
    assert_eq!((at(&state).0, at_row(&state, 1), at_row(&state, 20)), (Some(1), Some(TaskKey(5)), Some(TaskKey(1))));
}

proptest! {
    #[test]
    fn row_by_row_gives_the_same_order_as_all_at_once(
        changes in proptest::collection::vec((1u32..12, 0usize..10), 1..60),
        together in 1usize..6, down in 0usize..12, column in 0usize..4, descending: bool, filtered: bool,
        frozen in 0usize..60, thawed in 0usize..60
    ) {
        let mut state = state(&[]);
        let columns = [&columns::KEY, &columns::STATE, &columns::STATUS, &columns::ELAPSED];
        state.screen.table.sort = Sort { column: columns[column], descending };
        if filtered {
            state.screen.table.filter = Filter::parse("!state:saved").unwrap();
        }
        for (nth, changes) in changes.chunks(together).enumerate() {
            if nth == 1 {
                (0..down).for_each(|_| go(&mut state, Move::Down));
            }
            if nth == frozen {
                state.screen.table.frozen = true;
            }
            if nth == thawed && state.screen.table.frozen {
                state.screen.table.frozen = false;
                rebuild(&mut state);
            }
            let before = state.screen.table.cursor;
            for (key, of) in changes {
                engine::tasks::put(&mut state.work, task(*key, TaskState::ALL[*of]));
            }
            take_up(&mut state);
            if state.screen.table.frozen {
                let mut shown = state.screen.table.order.clone();
                let len = shown.len();
                shown.sort_unstable();
                shown.dedup();
                prop_assert_eq!(len, shown.len(), "one stands there twice");
                continue;
            }
            let table = &state.screen.table;
            prop_assert_eq!(&table.order, &anew(&state));
            let unknown = state.work.tasks.counts[Unknown as usize];
            prop_assert_eq!((table.pins, pins::more(&state)[0]), (unknown.min(3), unknown.saturating_sub(3)));
            prop_assert_eq!(table.order.get(table.at).copied(), table.cursor);
            prop_assert!(is_seen(&state));
            let stays = before.is_some_and(|cursor| table.order.contains(&cursor));
            prop_assert!(!stays || table.cursor == before || changes.iter().any(|(key, _)| Some(TaskKey(*key)) == before));
        }
    }
}

proptest! {
    /// Whatever the first page brought, whatever the sort, the filter and the cursor: pages make the order that a build
    /// from nothing makes, and the cursor stays on its task.
    #[test]
    fn pages_make_the_same_order_as_a_build_anew(
        states in prop::collection::vec(prop::sample::select(vec![Saved, Failed, Queued, Unknown]), 2..60),
        first in prop::collection::btree_set(1_u32..60, 0..12),
        column in prop::sample::select(vec![&columns::KEY, &columns::STATE, &columns::PROMPT]),
        descending: bool,
        filtered: bool,
        down in 0_usize..20,
        page in 1_usize..20,
    ) {
        let mut state = state(&[]);
        state.screen.table.sort = Sort { column, descending };
        if filtered {
            state.screen.table.filter = Filter::parse("!state:failed").unwrap();
        }
        let newest = u32::try_from(states.len()).unwrap();
        let row = |key: u32| Row::of(&task(key, states[key as usize - 1]));
        for key in first.into_iter().filter(|key| *key <= newest) {
            add(&mut state, task(key, states[key as usize - 1]));
        }
        for _ in 0..down {
            go(&mut state, Move::Down);
        }
        let before = state.screen.table.cursor;
        let keys: Vec<u32> = (1..=newest).rev().collect();
        for page in keys.chunks(page) {
            put_page(&mut state, page.iter().map(|key| row(*key)).collect());
        }
        let table = &state.screen.table;
        prop_assert_eq!(&table.order, &anew(&state));
        prop_assert_eq!(table.order.get(table.at).copied(), table.cursor);
        prop_assert!(before.is_none() || table.cursor == before);
    }
}

/// A list of so many saved tasks, the tenth of them unsent, in that order.
fn list(n: u32, sort: Sort) -> App {
    let mut state = state(&[]);
    state.screen.table.sort = sort;
    let row = |key: u32| Row::of(&task(key, if key == 10 { Queued } else { Saved }));
    for page in (1..=n).rev().collect::<Vec<_>>().chunks(1_000) {
        put_page(&mut state, page.iter().map(|key| row(*key)).collect());
    }
    state
}

#[test]
fn a_row_s_change_costs_a_search_whatever_becomes_of_it_and_however_the_list_is_sorted() {
    let by = |column| Sort { column, descending: false };
    for sort in [Sort::NEWEST, by(&columns::STATE), by(&columns::STATUS), by(&columns::PROMPT), by(&columns::ELAPSED)] {
        let mut state = list(20_000, sort);
        for (of, frozen) in [(Unknown, false), (Running, false), (Unknown, true), (Failed, true), (Saved, false)] {
            if state.screen.table.frozen != frozen {
                state.screen.table.frozen = frozen;
                rebuild(&mut state);
            }
            let steps = cost::of(|| add(&mut state, task(5_000, of)));
            // Three searches of 15 steps among 20,000, and the neighbours.
            assert!(steps <= 50, "{sort:?} {of:?} {frozen}: {steps}");
        }
    }
}

#[test]
fn an_attempt_taken_back_costs_no_walk_but_the_first_time() {
    use domain::task::Task;
    let mut state = list(20_000, Sort::NEWEST);
    let attempt = |key: u32, of| Task { parent: Some(TaskKey(7)), ..task(key, of) };
    let mut costs = Vec::new();
    for key in 20_001..20_010 {
        add(&mut state, attempt(key, Queued));
        assert!(state.work.tasks.rows[&TaskKey(7)].retried);
        costs.push(cost::of(|| add(&mut state, attempt(key, TaskState::Cancelled))));
        assert!(!state.work.tasks.rows[&TaskKey(7)].retried);
    }
    assert!(costs[1..].iter().all(|steps| *steps <= 100), "{costs:?}");
    // Two attempts: the parent is repeated for as long as one of them stands.
    add(&mut state, attempt(20_010, Queued));
    add(&mut state, attempt(20_011, Queued));
    add(&mut state, attempt(20_010, TaskState::Cancelled));
    assert!(state.work.tasks.rows[&TaskKey(7)].retried);
    add(&mut state, attempt(20_011, TaskState::Cancelled));
    assert!(!state.work.tasks.rows[&TaskKey(7)].retried);
}

#[test]
fn a_page_costs_the_same_whatever_came_before_it() {
    let row = |key: u32| Row::of(&task(key, Saved));
    let mut costs = Vec::new();
    for old in [0, 10] {
        let mut state = state(&[]);
        (1..=old).for_each(|key| add(&mut state, task(key, Queued)));
        for page in (11..=5_010).rev().collect::<Vec<_>>().chunks(1_000) {
            costs.push(cost::of(|| put_page(&mut state, page.iter().map(|key| row(*key)).collect())));
        }
    }
    // A sort of what has its order, and a search for each.
    assert!(costs.iter().all(|steps| *steps <= 20_000), "{costs:?}");
}

#[test]
fn rows_that_another_program_archives_leave_the_table_and_the_marks() {
    let mut state = state(&[Saved, Saved, Failed, Saved]);
    go(&mut state, Move::Down);
    state.screen.table.marks = [TaskKey(2), TaskKey(3)].into();
    assert_eq!((order(&state), at(&state).0), (vec![4, 3, 2, 1], Some(3)));
    let gone = engine::msg::StoreMsg::ArchivedElsewhere { keys: vec![TaskKey(3), TaskKey(1)] };
    let _ = crate::update(&mut state, engine::msg::Msg::Store(gone), crate::testing::now(0));
    assert_eq!((order(&state), at(&state).0), (vec![4, 2], Some(2)));
    assert_eq!(state.screen.table.marks, [TaskKey(2)].into());
}
