//! "While you were away": what happened since a dashboard was last in use, told once at the start.

use crate::app::App;
use domain::{
    amount::Totals,
    task::{Row, TaskKey, TaskState},
    time::{MINUTE, Wall},
};
use engine::{
    effect::{Effect, StoreCmd},
    risk::runs_out_soon,
};
use std::collections::{BTreeMap, BTreeSet};

/// What happened since the last time: counts by state, unsent work, money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Away {
    /// Since when.
    pub since: Wall,
    /// Tasks that came to that state since.
    pub ended: BTreeMap<TaskState, BTreeSet<TaskKey>>,
    /// Tasks whose file's address has less than an hour.
    pub at_risk: BTreeSet<TaskKey>,
    /// Unsent tasks, paused.
    pub unsent: BTreeSet<TaskKey>,
    /// What was spent since.
    pub spent: Totals,
}

/// Remembers since when to count. Without a last time (a first start) there is nothing to tell.
pub(crate) fn begin(app: &mut App, last_seen: Option<Wall>) {
    app.screen.away = last_seen.map(|since| Away { since, ..Away::default() });
}

/// Notes with what is written anyway that the screen was in use, at most once a minute: after a crash, too, the next
/// start tells what happened since.
pub(crate) fn note(app: &mut App, effects: &[Effect]) -> Option<Effect> {
    let work = &app.work;
    let writes = effects.iter().any(|effect| {
        matches!(effect, Effect::Store(StoreCmd::Write { .. } | StoreCmd::SaveView { .. } | StoreCmd::SaveDraft { .. }))
    });
    if !writes || !work.settings.interactive || work.now.mono.since(app.screen.noted_at) < MINUTE {
        return None;
    }
    app.screen.noted_at = work.now.mono;
    Some(Effect::Store(StoreCmd::SaveSeen { at: work.now.wall }))
}

/// A row has changed: what was still to be done about it is no longer told once it is done, and nothing is told when
/// nothing is left. What was saved or failed stays as it was counted, and nothing is counted that is newer than the
/// start.
pub(crate) fn changed(app: &mut App, key: TaskKey) {
    let (Some(row), Some(away)) = (app.work.tasks.rows.get(&key), &mut app.screen.away) else { return };
    if !is_at_risk(row, app.work.now.wall) {
        away.at_risk.remove(&key);
    }
    if row.state != TaskState::Queued {
        away.unsent.remove(&key);
    }
    if row.state != TaskState::Unknown
        && let Some(unknown) = away.ended.get_mut(&TaskState::Unknown)
    {
        unknown.remove(&key);
    }
    if is_empty(away) {
        app.screen.away = None;
    }
}

fn is_at_risk(row: &Row, now: Wall) -> bool {
    matches!(row.state, TaskState::Ready | TaskState::Saving) && runs_out_soon(row, now)
}

/// Whether there is nothing worth telling.
fn is_empty(Away { ended, at_risk, unsent, .. }: &Away) -> bool {
    ended.values().chain([at_risk, unsent]).all(BTreeSet::is_empty)
}

/// Counts, once all rows are here. Nothing worth telling leaves no line.
pub(crate) fn finish(app: &mut App) {
    let Some(mut away) = app.screen.away.take() else { return };
    // An unknown from before is told beside what is new, since it waits for the person; alone it opens no line.
    let mut is_new = false;
    let longest = app.work.settings.queue.longest_silence();
    for row in app.work.tasks.rows.values() {
        let is_unknown = row.state == TaskState::Unknown;
        // An unknown has not ended: it is one since its submission's time-out at the latest.
        let at = match row.state {
            TaskState::Unknown => row.sent_at.get().map(|at| at.plus(longest)),
            _ => row.finished_at.get(),
        };
        let is_lately = at.is_some_and(|at| at > away.since);
        is_new |= is_lately;
        if is_lately || is_unknown {
            away.ended.entry(row.state).or_default().insert(row.key);
        }
        if is_at_risk(row, app.work.now.wall) {
            away.at_risk.insert(row.key);
        }
        if row.state == TaskState::Queued {
            away.unsent.insert(row.key);
        }
    }
    let all = app.work.tasks.rows.values().chain(app.work.money.archived.values());
    // An upload comes before the sending.
    let lately = all.filter(|row| row.sent_at.get().unwrap_or(row.created_at) > away.since);
    away.spent.extend(lately.map(|row| row.spent().of(row.kind.currency)));
    is_new |= !away.at_risk.is_empty() || !away.unsent.is_empty();
    app.screen.away = Some(away).filter(|_| is_new);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{WALL, add, state, task};
    use domain::{
        amount::Amount,
        task::{RefundMarks, Second, Task},
    };

    #[test]
    fn what_was_spent_meanwhile_has_second_charges_and_what_was_archived() {
        let mut app = state(&[TaskState::Saved]);
        begin(&mut app, Some(Wall(0)));
        let at = Some(Wall(WALL));
        let mut twice = Task { sent_at: at, finished_at: at, ..task(2, TaskState::Saved) };
        let (cost, refund) = (Amount::from_thousandths(400), RefundMarks::default());
        twice.besides.twice.push(Second { request_id: None, cost, at: Wall(WALL), refund });
        add(&mut app, twice);
        let row = app.work.tasks.rows.get(&TaskKey(1)).cloned();
        app.work.money.archived.extend(row.map(|row| (TaskKey(9), Row { key: TaskKey(9), ..row })));
        finish(&mut app);
        assert_eq!(app.screen.away.map(|away| away.spent.to_string()).as_deref(), Some("1.9 PTC"));
    }

    #[test]
    fn an_unknown_of_an_earlier_time_is_told_beside_what_is_new_and_not_at_every_start() {
        let mut app = state(&[]);
        begin(&mut app, Some(Wall(WALL)));
        let unknown = |key, at| Task { sent_at: Some(Wall(at)), ..task(key, TaskState::Unknown) };
        let longest = app.work.settings.queue.longest_silence().cast_signed();
        add(&mut app, unknown(1, WALL - longest));
        finish(&mut app);
        assert_eq!(app.screen.away, None);
        begin(&mut app, Some(Wall(WALL)));
        add(&mut app, unknown(2, WALL + 60_000));
        finish(&mut app);
        let told = app.screen.away.map(|away| away.ended);
        assert_eq!(told, Some([(TaskState::Unknown, [TaskKey(1), TaskKey(2)].into())].into()));
    }
}
