//! Putting failures away, and opening them again: what a person has seen to no longer counts as open. The state stays.

use crate::{
    act_news::refuse,
    effect::{Effect, StoreCmd},
    ended::may_be_there,
    news::{Left, TaskNews},
    timeline::event,
    work::Work,
    writes,
};
use domain::task::{Task, TaskKey, TaskState, What};

/// A person wants that failure put away.
pub(super) fn put_away(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    set_put_away(work, key, true)
}

/// A person wants that failure open again.
pub(super) fn bring_back(work: &mut Work, key: TaskKey) -> Vec<Effect> {
    set_put_away(work, key, false)
}

/// It has ended, so that the store is asked for the whole of it.
fn set_put_away(work: &mut Work, key: TaskKey, away: bool) -> Vec<Effect> {
    // One that has ended a moment ago may not be in the store yet as it is here.
    if let Some(task) = writes::unwritten(work, key) {
        return put(work, task, away);
    }
    if !may_be_there(work, key) {
        return refuse(work, key, Left::NoSuchTask);
    }
    work.putting_away.insert(key, away);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// Does it to the task as the store has it.
pub(super) fn put(work: &mut Work, task: Task, away: bool) -> Vec<Effect> {
    let key = task.key;
    if !matches!(task.state(), TaskState::Failed | TaskState::Refused) {
        return refuse(work, key, Left::NowIs(task.state()));
    }
    if task.put_away_at.is_some() == away {
        return refuse(work, key, if away { Left::PutAway } else { Left::Open });
    }
    let note = event(work, if away { What::PutAway } else { What::BroughtBack });
    let task = Task { put_away_at: away.then_some(work.now.wall), ..task };
    writes::write_asked(work, task, note, vec![], Some(TaskNews::PutAway(away)))
}
