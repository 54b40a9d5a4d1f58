//! Telling what became of an act, once that is certain.

use crate::{
    effect::Effect,
    news::{ActNews, Left, News, NotDone, TaskNews},
    work::Work,
};
use domain::{
    reason::store::Fault,
    task::{TaskKey, TaskState},
};

pub(super) fn done(work: &mut Work, key: TaskKey, state: TaskState) {
    work.news.push(News::Act(ActNews::Done { key, state }));
}

/// Tells that an act was not done.
pub(super) fn not_done(work: &mut Work, key: Option<TaskKey>, why: NotDone) {
    work.news.push(News::Act(ActNews::NotDone { key, why }));
}

/// Tells that of a task once its change is on disk: until then another program may be quicker.
pub(super) fn once_on_disk(work: &mut Work, key: TaskKey, what: TaskNews) {
    work.store.untold.entry(key).or_default().push(what);
}

/// All of a task's changes are on disk: this is told if a person asked for them.
pub(super) fn on_disk(work: &mut Work, key: TaskKey) {
    let told = work.store.untold.remove(&key).unwrap_or_default();
    work.news.extend(told.into_iter().map(|what| News::Task { key, what }));
    if work.store.owed.remove(&key)
        && let Some(now) = work.known(key).map(|row| row.state)
    {
        done(work, key, now);
    }
}

/// A task's change is not on disk yet; it is tried again for as long as this program runs.
pub(super) fn not_on_disk(work: &mut Work, key: TaskKey, fault: &Fault) {
    if work.store.owed.remove(&key) {
        not_done(work, Some(key), NotDone::NotOnDisk(fault.clone()));
    }
}

/// Another program changed a task before a person's wish reached the store: it is not carried out.
pub(super) fn overtaken(work: &mut Work, key: TaskKey) {
    let untold = work.store.untold.remove(&key);
    if work.store.owed.remove(&key) || untold.is_some() {
        let now = work.known(key).map(|row| row.state);
        not_done(work, Some(key), NotDone::Overtaken(now));
    }
}

/// Tells that an act was not done, because of what the task is now.
pub(super) fn refuse(work: &mut Work, key: TaskKey, why: Left) -> Vec<Effect> {
    not_done(work, Some(key), NotDone::Left(why));
    Vec::new()
}
