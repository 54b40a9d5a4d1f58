//! "While you were away": what happened since a dashboard was last in use, told once at the start.

use crate::{app::App, screen::Away};
use domain::{
    problem::Charged,
    task::{Row, TaskState},
    time::Wall,
};
use engine::risk::AT_RISK;

/// Remembers since when to count. Without a last time (a first start) there is nothing to tell.
pub(crate) fn begin(app: &mut App, last_seen: Option<Wall>) {
    app.screen.away = last_seen.map(|since| Away { since, ..Away::default() });
}

/// A row has changed: what was still to be done about it is no longer told once it is done, and nothing is told when nothing is
/// left. What was saved or failed stays as it was counted.
pub(crate) fn changed(app: &mut App, was: &Row, now: Wall) {
    let Some(row) = app.work.tasks.rows.get(&was.key) else { return };
    let Some(away) = &mut app.screen.away else { return };
    let no_longer = |is: &dyn Fn(&Row) -> bool| usize::from(is(was) && !is(row));
    away.at_risk = away.at_risk.saturating_sub(no_longer(&|row| is_at_risk(row, now)));
    away.unsent = away.unsent.saturating_sub(no_longer(&|row| row.state == TaskState::Queued));
    let settled = no_longer(&|row| row.state == TaskState::Unknown);
    if let Some(count) = away.counts.get_mut(&TaskState::Unknown) {
        *count = count.saturating_sub(settled);
    }
    if away.counts.values().all(|count| *count == 0) && away.at_risk == 0 && away.unsent == 0 {
        app.screen.away = None;
    }
}

fn is_at_risk(row: &Row, now: Wall) -> bool {
    let waits = matches!(row.state, TaskState::Ready | TaskState::Saving);
    waits && row.expires_at.get().is_some_and(|at| at <= now.plus(AT_RISK))
}

/// Counts, once all rows are here. Nothing worth telling leaves no line.
pub(crate) fn finish(app: &mut App) {
    let Some(mut away) = app.screen.away.take() else { return };
    for row in app.work.tasks.rows.values() {
        if row.finished_at.get().is_some_and(|at| at > away.since) || row.state == TaskState::Unknown {
            *away.counts.entry(row.state).or_default() += 1;
        }
        if row.sent_at.get().is_some_and(|at| at > away.since) && row.charged != Charged::No {
            away.spent.extend([row.money()]);
        }
        away.at_risk += usize::from(is_at_risk(row, app.work.now.wall));
        away.unsent += usize::from(row.state == TaskState::Queued);
    }
    if !away.counts.is_empty() || away.at_risk > 0 || away.unsent > 0 {
        app.screen.away = Some(away);
    }
}
