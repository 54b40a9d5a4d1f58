//! How long runs took and how they ended, as text: the numbers of the dashboard's plots.

use super::layout::{Cell, Column, table};
use crate::{amounts, names, tr};
use domain::{
    costs::By,
    runs,
    runs::{Ends, Run},
    time::Zone,
};

/// Days of the table of how tasks ended.
const DAYS: usize = 7;

/// `12 saved, 3 failed: rate limited 2, service error 1`.
#[must_use]
pub fn ends_note(ends: &Ends) -> String {
    let failed: usize = ends.failed.values().sum();
    let saved = tr!("{count} saved", count = ends.saved);
    if failed == 0 {
        return saved;
    }
    let causes: Vec<String> =
        ends.failed.iter().map(|(class, count)| format!("{} {count}", names::group(By::Class, class))).collect();
    tr!("{saved}, {count} failed: {causes}", saved, count = failed, causes = causes.join(tr!(", ")))
}

/// Two tables: run times by model, and how tasks ended by day. Nothing where nothing has ended.
#[must_use]
pub fn runs_text(ended: &[Run<'_>], zone: Zone, color: bool) -> String {
    let mut out = String::new();
    let times = runs::times(ended.iter().copied());
    if !times.is_empty() {
        let columns = [
            Column::left(tr!("RUN TIME")),
            Column::right(tr!("TASKS")),
            Column::right(tr!("P50")),
            Column::right(tr!("P95")),
        ];
        let row = |(model, times): (&String, &runs::Times)| {
            let cells =
                [model.clone(), amounts::number(times.count), amounts::clock(times.p50), amounts::clock(times.p95)];
            cells.map(Cell::plain).into()
        };
        let rows: Vec<Vec<Cell>> = times.iter().map(row).collect();
        out.push_str(&table(&columns, &rows, color));
        out.push('\n');
    }
    let days = runs::ends(ended.iter().copied(), zone, DAYS);
    if !days.is_empty() {
        let columns = [Column::left(tr!("ENDED")), Column::left(tr!("HOW"))];
        let rows: Vec<Vec<Cell>> =
            days.iter().rev().map(|(day, ends)| vec![Cell::plain(day.clone()), Cell::plain(ends_note(ends))]).collect();
        out.push_str(&table(&columns, &rows, color));
        out.push('\n');
    }
    out
}
