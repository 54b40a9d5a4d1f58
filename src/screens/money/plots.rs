//! The money screen's plots, as data: spend by day with the cap as a line, spend by model, how long runs took, how
//! tasks ended. Each number in them is told by `reeltop cost` too.

use super::Line;
use crate::app::App;
use domain::{
    amount::{Amount, Currency},
    costs::{By, day},
    runs,
    runs::Run,
    task::Row,
};
use std::collections::BTreeMap;
use words::{amounts, names, tr};

/// Days of the plot of what was spent.
const DAYS: u32 = 30;
/// Rows of that plot.
const ROWS: u64 = 5;
/// Steps of a row.
const STEPS: u64 = 8;
/// Days of the plot of how tasks ended.
const ENDED: usize = 7;

/// All plots.
pub(super) fn lines(app: &App) -> Vec<Line> {
    let mut lines = by_day(app);
    lines.extend(by_model(app));
    let all = app.work.tasks.rows.values().chain(app.work.money.archived.values());
    let ended: Vec<Run<'_>> = all.filter_map(run).collect();
    lines.extend(run_time(app, &ended));
    lines.extend(ends(app, &ended));
    lines
}

fn run(row: &Row) -> Option<Run<'_>> {
    let end = row.finished_at.get()?;
    Some(Run { model: &row.kind.model, sent: row.sent_at.get(), end, state: row.state, class: row.class })
}

fn units(amount: Amount) -> u64 {
    u64::try_from(amount.millionths()).unwrap_or(0)
}

/// Columns, the oldest day left, today right; the cap is a line across.
fn by_day(app: &App) -> Vec<Line> {
    let (Some(report), currency) = (&app.work.money.report, app.work.currency()) else { return Vec::new() };
    let spent = |group: &str| {
        let of_day = report.days.iter().filter(|line| line.group == group && line.currency == currency);
        of_day.map(|line| units(line.sum.spent())).sum::<u64>()
    };
    let now = app.work.now;
    let date = |back: u32| day(now.days_ago(back), now.zone);
    let days: Vec<u64> = (0..DAYS).rev().map(|back| spent(&date(back))).collect();
    let cap = app.work.day(currency).cap.map(units).filter(|cap| *cap > 0);
    let most = days.iter().copied().max().unwrap_or(0);
    let top = most.max(cap.unwrap_or(0)).max(1);
    let level = |amount: u64| (amount * ROWS * STEPS).div_ceil(top);
    let cap_row = cap.map(|cap| level(cap).saturating_sub(1) / STEPS);
    let title = tr!("Spent by day, the last {days} days, in {currency}", days = DAYS, currency);
    let mut lines = vec![Line::Blank, Line::Plot(title)];
    for row in (0..ROWS).rev() {
        let heights = days.iter().map(|amount| level(*amount).saturating_sub(row * STEPS).min(STEPS) as u8).collect();
        let is_cap = cap_row == Some(row);
        let label = match (is_cap, cap) {
            (true, Some(cap)) => tr!("cap {amount}", amount = Amount::from_millionths(cap.cast_signed())),
            _ if row == ROWS - 1 => Amount::from_millionths(top.cast_signed()).to_string(),
            _ => String::new(),
        };
        lines.push(Line::Columns { label, heights, cap: is_cap });
    }
    lines.push(Line::Fact { name: "", text: tr!("{from} to today", from = date(DAYS - 1)), loud: false });
    lines
}

fn told(millionths: u64, currency: Currency) -> String {
    Amount::from_millionths(millionths.cast_signed()).of(currency).to_string()
}

fn share(part: u64, of: u64) -> u16 {
    (part * 1_000).checked_div(of).unwrap_or(0).min(1_000) as u16
}

fn by_model(app: &App) -> Vec<Line> {
    let (Some(report), currency) = (&app.work.money.report, app.work.currency()) else { return Vec::new() };
    let ours = report.models.iter().filter(|line| line.currency == currency);
    let spent: Vec<_> = ours.map(|line| (line.group.clone(), units(line.sum.spent()))).collect();
    let most = spent.iter().map(|(_, amount)| *amount).max().unwrap_or(0);
    let bar = |(model, amount): (String, u64)| Line::Bar {
        name: names::group(By::Model, &model).to_owned(),
        good: share(amount, most),
        bad: 0,
        note: told(amount, currency),
    };
    let head = [Line::Blank, Line::Plot(tr!("Spent by model").into())];
    head.into_iter().filter(|_| most > 0).chain(spent.into_iter().filter(|_| most > 0).map(bar)).collect()
}

/// The run times of the model of the task under the cursor, else of the one with the most runs.
fn run_time(app: &App, ended: &[Run<'_>]) -> Vec<Line> {
    let all = runs::times(ended.iter().copied());
    let here = crate::table::cursor_row(app).map(|row| row.kind.model.to_string());
    let most = || all.iter().max_by_key(|(_, times)| times.count).map(|(model, _)| model.clone());
    let Some(model) = here.filter(|model| all.contains_key(model)).or_else(most) else { return Vec::new() };
    let times = &all[&model];
    let title = tr!(
        "Run time of {model}: half within {p50}, 95% within {p95} ({tasks})",
        model,
        p50 = amounts::clock(times.p50),
        p95 = amounts::clock(times.p95),
        tasks = names::tasks(times.count)
    );
    let most = times.bins.iter().map(|bin| bin.2).max().unwrap_or(0) as u64;
    let bar = |(from, to, count): &(u64, u64, usize)| Line::Bar {
        name: format!("{}-{}", amounts::clock(*from), amounts::clock(*to)),
        good: share(*count as u64, most),
        bad: 0,
        note: count.to_string(),
    };
    [Line::Blank, Line::Plot(title)].into_iter().chain(times.bins.iter().map(bar)).collect()
}

/// Success by cause over time: what was saved beside what failed, and why, a line for each day.
fn ends(app: &App, ended: &[Run<'_>]) -> Vec<Line> {
    let days = runs::ends(ended.iter().copied(), app.work.now.zone, ENDED);
    let count = |failed: &BTreeMap<&'static str, usize>| failed.values().sum::<usize>();
    let most = days.iter().map(|(_, ends)| ends.saved + count(&ends.failed)).max().unwrap_or(0) as u64;
    let bar = |(day, ends): &(String, runs::Ends)| Line::Bar {
        name: day.clone(),
        good: share(ends.saved as u64, most),
        bad: share(count(&ends.failed) as u64, most),
        note: words::print::ends_note(ends),
    };
    if days.is_empty() {
        return Vec::new();
    }
    [Line::Blank, Line::Plot(tr!("Saved and failed by day").into())].into_iter().chain(days.iter().map(bar)).collect()
}
