//! A file that a person wants, or no longer wants.

use crate::{
    act_news::{self, done, refuse},
    claims::{self, claim, held_by_another, in_scope},
    effect::{Effect, StoreCmd},
    ended,
    news::{Left, TaskNews},
    saver,
    timeline::event,
    work::Work,
    writes,
};
use domain::task::{Phase, STOPPED, Task, TaskKey, TaskState, What};

/// Fetches a file now. A task that has ended is read from the store first.
pub(super) fn download(work: &mut Work, key: TaskKey, dir: Option<String>) -> Vec<Effect> {
    claims::name(work, key);
    // One that has ended a moment ago may not be in the store yet as it is here.
    if let Some(task) = work.tasks.live.get(&key).cloned().or_else(|| writes::unwritten(work, key)) {
        return download_one(work, task, dir);
    }
    if !ended::may_be_there(work, key) {
        return refuse(work, key, Left::NoSuchTask);
    }
    work.saver.wanted.insert(key, dir);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// Fetches that task's file now.
pub(super) fn download_one(work: &mut Work, mut task: Task, dir: Option<String>) -> Vec<Effect> {
    let key = task.key;
    let lacks_key = work.of(&task.profile).key_problem.is_some() && task.profile != work.settings.profile.name;
    if lacks_key || !in_scope(work, &task) {
        return refuse(work, key, Left::OfProfile(task.profile));
    }
    let is_watchable = (task.state() == TaskState::Cancelled && task.remote.is_some()) || task.may_still_come();
    match &mut task.phase {
        Phase::Ready { next_try, tries, trouble, .. } => {
            (*next_try, *tries) = (Some(work.now.wall), 0);
            let _ = trouble.take_if(|trouble| trouble.error.code == STOPPED);
        }
        Phase::Saved { file, saved } => {
            let (file, kept) = (file.clone(), Some(saved.clone()));
            task.phase = Phase::Ready { file, trouble: None, tries: 0, next_try: Some(work.now.wall), kept };
            // Let go by this run's end, it is saved as it was; nobody else begins with it.
            task.claim = claim(work, saver::REFETCH_WAIT_MS);
        }
        Phase::Saving { .. } => {
            done(work, key, TaskState::Saving);
            return Vec::new();
        }
        Phase::Cancelled { .. } | Phase::Failed { .. } if is_watchable => {
            task.finished_at = None;
            task.phase = Phase::running(work.now.wall);
            task.claim = claim(work, claims::CLAIM_MS);
            act_news::once_on_disk(work, key, TaskNews::Watched);
        }
        Phase::Running { .. } => {
            task.dir = dir;
            done(work, key, TaskState::Running);
            return writes::write(work, task, vec![], vec![]);
        }
        Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => {
            return refuse(work, key, Left::NoFile(task.state()));
        }
    }
    task.dir = dir;
    done(work, key, task.state());
    let note = event(work, What::DownloadAsked);
    writes::write(work, task, vec![note], vec![])
}

/// Stops the saving of a file that no living program has in its hands, as the store has just told.
pub(super) fn stop_saving(work: &mut Work, task: Task) -> Vec<Effect> {
    let key = task.key;
    if task.state() != TaskState::Saving {
        return refuse(work, key, Left::NowIs(task.state()));
    }
    if held_by_another(work, &task) {
        return refuse(work, key, Left::SavedElsewhere);
    }
    work.store.owed.insert(key);
    saver::stopped(work, task)
}
