//! The order of rows: how two compare, where one is, where one belongs.

use crate::table::state::Sort;
use domain::{
    task::{Row, TaskKey},
    time::Wall,
};
use engine::{filter::Filter, rows::Rows};
use std::cmp::Ordering;

/// How two rows stand to each other; a tie is broken by key.
#[must_use]
pub fn compare(sort: Sort, a: &Row, b: &Row) -> Ordering {
    #[cfg(test)]
    engine::testing::cost::note();
    let by_column = (sort.column.compare)(a, b).then_with(|| a.key.cmp(&b.key));
    if sort.descending { by_column.reverse() } else { by_column }
}

/// The keys of all rows that pass, in their order.
#[must_use]
pub fn order_of(rows: &Rows, sort: Sort, filter: &Filter, now: Wall) -> Vec<TaskKey> {
    let passes = |row: &&Row| filter.is_empty() || filter.shows(row, now);
    if sort == Sort::NEWEST {
        // The map is in this order already.
        return rows.values().rev().filter(passes).map(|row| row.key).collect();
    }
    let mut shown: Vec<&Row> = rows.values().filter(passes).collect();
    shown.sort_unstable_by(|a, b| compare(sort, a, b));
    shown.into_iter().map(|row| row.key).collect()
}

/// Where a task stands, if it is shown: searched by `row`, which must be the line that the order was made with, as
/// those of all others that `rows` gives.
pub(super) fn find<'a>(
    order: &[TaskKey],
    row: &Row,
    rows: impl Fn(&TaskKey) -> Option<&'a Row>,
    sort: Sort,
) -> Option<usize> {
    let at = place(order, row, rows, sort);
    (order.get(at) == Some(&row.key)).then_some(at)
}

/// Whether a row stands right between its neighbours.
pub(super) fn fits<'a>(
    order: &[TaskKey],
    at: usize,
    row: &Row,
    rows: impl Fn(&TaskKey) -> Option<&'a Row>,
    sort: Sort,
) -> bool {
    let neighbour = |at: Option<usize>| at.and_then(|at| order.get(at)).and_then(&rows);
    let before = neighbour(at.checked_sub(1)).is_none_or(|before| compare(sort, before, row).is_lt());
    before && neighbour(at.checked_add(1)).is_none_or(|after| compare(sort, row, after).is_lt())
}

/// Where a row that is not in the order belongs.
pub(super) fn place<'a>(order: &[TaskKey], row: &Row, rows: impl Fn(&TaskKey) -> Option<&'a Row>, sort: Sort) -> usize {
    order.partition_point(|key| rows(key).is_some_and(|other| compare(sort, other, row).is_lt()))
}

/// Where rows that are not in the order belong, given in that order themselves.
pub(super) fn places<'a>(
    order: &[TaskKey],
    shown: &[&Row],
    rows: impl Fn(&TaskKey) -> Option<&'a Row>,
    sort: Sort,
) -> Vec<(usize, TaskKey)> {
    let mut from = 0;
    let place_of = |row: &&Row| {
        let rest = &order[from..];
        // A page of older tasks lies behind all that is there, as long as the newest come first.
        let is_behind = rest.last().and_then(&rows).is_none_or(|last| compare(sort, last, row).is_lt());
        from += if is_behind { rest.len() } else { place(rest, row, &rows, sort) };
        (from, row.key)
    };
    shown.iter().map(place_of).collect()
}

/// Puts keys in, each at its place in the order as it is before; the places rise.
pub(super) fn put_in(order: &mut Vec<TaskKey>, places: &[(usize, TaskKey)]) {
    let mut end = order.len();
    order.resize(end + places.len(), TaskKey(0));
    // From the back, so that each piece between two places moves once.
    for (before, (to, key)) in places.iter().enumerate().rev() {
        order.copy_within(*to..end, to + before + 1);
        order[to + before] = *key;
        end = *to;
    }
}
