//! How long a task takes, learned from this store's own history, and when all of them will be done. Nothing is said
//! where the history says nothing.

use crate::{
    availability,
    history::{History, Sort},
    work::Work,
};
use domain::{
    task::{Phase, Row, TaskKey},
    time::{MINUTE, Wall},
};
use std::collections::BTreeMap;

/// What tasks of one sort took from sending to the saved file, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Half of them were quicker.
    pub median_ms: u64,
    /// Nineteen of twenty were quicker.
    pub p95_ms: u64,
}

/// How long such a task is expected to take; `None` without a history of its sort.
#[must_use]
pub fn of(work: &Work, row: &Row) -> Option<Expected> {
    let history = history(work, row)?;
    Some(Expected { median_ms: history.within(1, 2)?, p95_ms: history.within(19, 20)? })
}

/// Whether a running task takes longer than nineteen of twenty such tasks did.
#[must_use]
pub fn is_late(work: &Work, row: &Row, now: Wall) -> bool {
    let sent = row.sent_at.get();
    sent.zip(of(work, row)).is_some_and(|(sent, expected)| now.since(sent) > expected.p95_ms)
}

/// When all that runs or is queued is expected to be saved. The last of n tasks to end takes about as long as n of n +
/// 1 such tasks did. Those that are late are left out: of them the history says nothing more. `None` while nothing runs
/// and nothing can be sent, or a task is of a sort without a history.
#[must_use]
pub fn all_done(work: &Work, now: Wall) -> Option<Wall> {
    done_of(work, now, |_| true)
}

/// When those of them that are meant are expected to be saved: [`all_done`] for some.
#[must_use]
pub fn done_of(work: &Work, now: Wall, is_meant: impl Fn(TaskKey) -> bool) -> Option<Wall> {
    let meant_queued = || work.tasks.queued.iter().filter(|key| is_meant(**key));
    let queued = meant_queued().count();
    let live = || work.tasks.live.values().filter(|task| is_meant(task.key));
    let running = || live().filter(|task| matches!(task.phase, Phase::Running { .. }));
    let rows = || running().filter_map(|task| work.tasks.rows.get(&task.key));
    let count = queued + rows().count();
    if count == 0 {
        return None;
    }
    let mut last: Option<Wall> = None;
    for row in rows() {
        let (history, sent) = (history(work, row)?, row.sent_at.get()?);
        let within = [history.within(count, count + 1)?, history.within(19, 20)?];
        let end = within.into_iter().map(|ms| sent.plus(ms)).find(|end| *end > now);
        last = last.max(end);
    }
    let mut of_profile: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for key in meant_queued() {
        let row = work.tasks.rows.get(key)?;
        let takes = history(work, row)?.within(count, count + 1)?;
        let (queued, longest) = of_profile.entry(&*row.kind.profile).or_default();
        (*queued, *longest) = (*queued + 1, takes.max(*longest));
    }
    for (profile, (queued, longest)) in of_profile {
        last = last.max(Some(last_sent(work, profile, queued, now)?.plus(longest)));
    }
    last
}

/// When the last of so many queued tasks will be sent at the account's pace; `None` while nothing is sent.
fn last_sent(work: &Work, profile: &str, queued: usize, now: Wall) -> Option<Wall> {
    if work.queue.is_paused() || work.of(profile).sending.halted.is_some() {
        return None;
    }
    let first = availability::send_at(work, profile)?.since(work.now.mono);
    let minutes = (queued - 1) / (availability::per_minute(work, profile) as usize).max(1);
    Some(now.plus(first).plus(MINUTE.saturating_mul(minutes as u64)))
}

fn history<'a>(work: &'a Work, row: &Row) -> Option<&'a History> {
    work.tasks.history.get(&Sort(row.kind.clone()))
}
