//! Files at risk: not here yet, and the address that is known of them runs out.
//!
//! ```text
//! more than an hour left -> nothing
//! under an hour          -> told, once; fetched before every other file, the one with the least time left first
//! run out                -> one try more, unless a person stopped it or saving is theirs to begin: a fresh address is asked for
//! ```

pub use scheduling::AT_RISK;

use crate::{
    news::{News, TaskNews},
    scheduling, tasks,
    work::Work,
};
use domain::{
    problem::{ErrorClass, TaskError},
    reason::{Own, Reason},
    task::{Phase, RAN_OUT, Row, Task, TaskKey},
    time::{MINUTE, Mono, Wall},
};

/// The last try before an address runs out comes so long before.
const LAST_TRY_BEFORE_MS: u64 = MINUTE;

/// Whether the address of a row's file has less than [`scheduling::AT_RISK`] left, or has run out.
#[must_use]
pub fn runs_out_soon(row: &Row, now: Wall) -> bool {
    row.expires_at.get().is_some_and(|end| end < now.plus(scheduling::AT_RISK))
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

/// Whether the address that is known of a file has run out.
pub(super) fn has_run_out(work: &Work, task: &Task) -> bool {
    task.expires_at.is_some_and(|end| end <= work.now.wall)
}

/// What is said of a file whose address had run out before it was asked for again, and of which no other works.
pub(super) fn ran_out(error: TaskError) -> TaskError {
    let reason = Reason::Own(Own::RanOut(Box::new(error.reason)));
    TaskError { code: RAN_OUT.into(), class: ErrorClass::File, reason, ..error }
}

/// The next try of a file, still within its address's life where it would come after it.
pub(super) fn in_time(work: &Work, expires_at: Option<Wall>, next_try: Wall) -> Wall {
    let last = expires_at.map(|end| Wall(end.0.saturating_sub_unsigned(LAST_TRY_BEFORE_MS)));
    last.filter(|last| *last > work.now.wall).map_or(next_try, |last| last.min(next_try))
}
