//! Files at risk: not here yet, and the address that is known of them runs out.
//!
//! ```text
//! more than an hour left -> nothing
//! under an hour          -> told, once; fetched before every other file, the one with the least time left first
//! run out                -> one try more, unless a person stopped it or saving is theirs to begin: a fresh address is asked for
//! ```

use crate::{
    news::{News, TaskNews},
    saver, store, tasks,
    work::Work,
};
use domain::{
    problem::{ErrorClass, TaskError},
    reason::{Own, Reason},
    task::{Phase, Row, Task, TaskKey},
    time::{HOUR, MINUTE, Mono, Wall},
};

/// An address with less than this left is at risk.
pub const AT_RISK: u64 = HOUR;
/// The last try before an address runs out comes so long before.
const BEFORE: u64 = MINUTE;
/// The code of a file whose address has run out, and of which no other works.
const RAN_OUT: &str = "ran_out";

/// Whether the address of a row's file has less than [`AT_RISK`] left, or has run out.
#[must_use]
pub fn runs_out_soon(row: &Row, now: Wall) -> bool {
    row.expires_at.get().is_some_and(|end| end < now.plus(AT_RISK))
}

/// When that task is to be looked at next by [`due`].
pub(super) fn next_look(work: &Work, task: &Task) -> Option<Mono> {
    let (Phase::Ready { trouble, next_try, .. }, Some(end)) = (&task.phase, task.expires_at) else { return None };
    if work.saver.warned.get(&task.key) != Some(&end) {
        return Some(work.now.mono_at(Wall(end.0.saturating_sub_unsigned(AT_RISK))));
    }
    let ran_out = trouble.as_ref().is_some_and(|trouble| trouble.error.code == RAN_OUT);
    let is_wanted = work.settings.download.auto || task.dir.is_some();
    let tries = next_try.is_none() && is_wanted && !task.is_stopped() && !ran_out;
    (tries && work.saver.tried.get(&task.key) != Some(&end)).then(|| work.now.mono_at(end))
}

/// Tells what has come to be at risk, and has files tried once more whose address has run out.
pub(super) fn due(work: &mut Work) {
    let keys: Vec<TaskKey> = work.saver.risks.due(work.now.mono).collect();
    for key in keys {
        work.saver.risks.set(key, None);
        let Some(mut task) = work.tasks.live.get(&key).cloned() else { continue };
        let (Phase::Ready { next_try, .. }, Some(end)) = (&mut task.phase, task.expires_at) else { continue };
        if work.saver.warned.insert(key, end) == Some(end) {
            work.saver.tried.insert(key, end);
            *next_try = Some(work.now.wall);
        } else {
            work.news.push(News::Task { key, what: TaskNews::AtRisk { left_ms: end.since(work.now.wall) } });
        }
        tasks::put(work, task);
    }
}

/// When [`due`] will have something to do.
pub(super) fn deadline(work: &Work) -> Option<Mono> {
    work.saver.risks.first()
}

/// Of the files at risk whose time to be tried has come, the one whose address runs out first.
pub(super) fn most_urgent(work: &Work) -> Option<&Task> {
    let waits = |task: &&Task| {
        let due = work.of(&task.profile).saves.get(task.key).is_some_and(|at| at <= work.now.mono);
        due && !store::is_unwritten(work, task.key) && saver::is_open(work, &task.profile)
    };
    let tasks = work.saver.warned.keys().filter_map(|key| work.tasks.live.get(key)).filter(waits);
    tasks.min_by_key(|task| (task.expires_at, task.key))
}

/// Whether the address that is known of a file has run out.
pub(super) fn has_run_out(work: &Work, task: &Task) -> bool {
    task.expires_at.is_some_and(|end| end <= work.now.wall)
}

/// What is said of a file whose address had run out before it was asked for anew, and of which no other works.
pub(super) fn ran_out(error: TaskError) -> TaskError {
    let reason = Reason::Own(Own::RanOut(Box::new(error.reason)));
    TaskError { code: RAN_OUT.into(), class: ErrorClass::File, reason, ..error }
}

/// The next try of a file, still within its address's life where it would come after it.
pub(super) fn in_time(work: &Work, expires_at: Option<Wall>, next_try: Wall) -> Wall {
    let last = expires_at.map(|end| Wall(end.0.saturating_sub_unsigned(BEFORE)));
    last.filter(|last| *last > work.now.wall).map_or(next_try, |last| last.min(next_try))
}

/// Forgets what was told of a file that is at risk no more.
pub(super) fn forget(work: &mut Work, task: &Task) {
    let is_waiting = matches!(task.phase, Phase::Ready { .. } | Phase::Saving { .. });
    if !is_waiting || work.saver.warned.get(&task.key).is_some_and(|end| task.expires_at != Some(*end)) {
        work.saver.warned.remove(&task.key);
        work.saver.tried.remove(&task.key);
    }
}
