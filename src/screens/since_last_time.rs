//! "While you were away": what happened since a dashboard was last in use, told once at the start.

use crate::{app::App, screen::Away};
use domain::{problem::Charged, task::TaskState, time::Wall};
use engine::risk::AT_RISK;

/// Remembers since when to count. Without a last time (a first start) there is nothing to tell.
pub(crate) fn begin(app: &mut App, last_seen: Option<Wall>) {
    app.screen.away = last_seen.map(|since| Away { since, ..Away::default() });
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
        let waits = matches!(row.state, TaskState::Ready | TaskState::Saving);
        away.at_risk +=
            usize::from(waits && row.expires_at.get().is_some_and(|at| at <= app.work.now.wall.plus(AT_RISK)));
        away.unsent += usize::from(row.state == TaskState::Queued);
    }
    if !away.counts.is_empty() || away.at_risk > 0 || away.unsent > 0 {
        app.screen.away = Some(away);
    }
}
