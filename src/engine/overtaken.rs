//! A change that another program's overtook: the row is no longer as it was when the change was made.
//!
//! ```text
//! still our own work   -> the change goes on, on top of what the other wrote of the money
//! our submission's end -> the same: an answer that was had is never lost to a row that does not know it
//! our ID of a lost one -> the task runs on with it: that it was lost was the records' word
//! another task's ID    -> an answer leaves the outcome unknown, and nothing else comes of it
//! else                 -> the other's word stands; what was paid beside the price is added to it
//! ```

use crate::{
    act_news, changed, claims,
    effect::{Effect, Write},
    ended,
    news::{Left, News, TaskNews},
    queue, saver, tasks, timeline,
    work::{Deferred, Work},
    writes,
};
use domain::task::{Besides, LedgerLine, MoneyEvent, Phase, RemoteId, Task, TaskKey, TaskState, What};
use std::iter;

/// Another program changed the row first: it is now like that.
pub(super) fn overtaken(work: &mut Work, mut write: Write, now: Task) -> Vec<Effect> {
    let key = now.key;
    for write in work.store.waiting.get_mut(&key).into_iter().flatten().chain([&mut write]) {
        write.leave_out_known_charges(&now.besides.twice);
    }
    if is_still_ours(work, &write, &now) {
        return vec![go_on(work, write, &now)];
    }
    let mut write = with_the_answer_behind(work, write);
    // The write that brings an ID has its line of money. One that only goes on with a known ID is no answer: a person
    // may have taken that ID back meanwhile.
    let brings = !write.ledger.is_empty();
    let found = write.task.remote.clone().filter(|id| brings && now.remote.as_ref() != Some(id));
    let is_open = matches!(now.phase, Phase::Unknown { .. } | Phase::Sending { .. }) && now.remote.is_none();
    if (is_open && found.is_some()) || write.tells_more_than(&now) {
        match (now.state(), write.task.state()) {
            // The other program has counted it as spent; proven not taken, it is only set aside again.
            (TaskState::Unknown, TaskState::Queued) => {
                let line = timeline::money(work, MoneyEvent::Reserved, &write.task);
                write.ledger.push(line);
            }
            (TaskState::Unknown, TaskState::Unknown) => write.ledger.retain(|line| line.event != MoneyEvent::Unknown),
            _ => {}
        }
        return vec![go_on(work, write, &now)];
    }
    yields(work, &write, now, found)
}

/// The store has the ID that a change brings as another task's. Of an answer to a submission nobody knows then what
/// became of it; no other change is made.
pub(super) fn id_taken(work: &mut Work, mut write: Write, now: Task, by: TaskKey) -> Vec<Effect> {
    let key = now.key;
    let Some(id) = write.task.remote.clone() else { return work.drop_stale() };
    work.store.unsaved.remove(&key);
    if let Some(accepted) = write.events.iter_mut().find(|event| matches!(event.what, What::Accepted(_))) {
        let error = queue::answered_for(id, by);
        accepted.what = What::Unknown(error.reason.clone());
        work.news.push(News::Task { key, what: TaskNews::Unknown(error.clone()) });
        work.of_mut(&now.profile).sending.proven = false;
        // What else waits behind it was said of the other task.
        let (mut ledger, besides) = paid_beside(work, &write);
        ledger.push(timeline::money(work, MoneyEvent::Unknown, &write.task));
        let task = Task { phase: Phase::Unknown { error }, remote: None, claim: None, besides, ..write.task };
        return writes::write(work, task, write.events, ledger);
    }
    // It is told below why it was not done.
    work.store.owed.remove(&key);
    work.store.untold.remove(&key);
    let effects = yields(work, &write, now, None);
    act_news::refuse(work, key, Left::IdOf { id, other: by });
    effects
}

/// The other program's word stands, but for what was paid, and an ID that was `found`.
fn yields(work: &mut Work, write: &Write, now: Task, found: Option<RemoteId>) -> Vec<Effect> {
    let key = now.key;
    let (paid, last) = paid_beside(work, write);
    if now.remote.is_some() {
        // The store has an id for it; where it is another one, the person is told below.
        work.store.unsaved.remove(&key);
    }
    work.queue.after_write.remove(&key);
    let theirs = now.clone();
    let mut effects = changed::changed(work, now.clone());
    // The store may have taken our claim on a file and told of a failure.
    effects.extend(saver::claim_saved(work, &now));
    if let Some(id) = found {
        // What the records took for lost is here: it runs on with it. Else a person's word stands.
        let change = if work.tasks.is_id_lost(key) {
            Deferred::Found(id, Box::new(write.task.phase.clone()))
        } else {
            Deferred::Late(id)
        };
        effects.extend(ended::apply(work, now, change));
    }
    act_news::overtaken(work, key);
    if !paid.is_empty() {
        let task = writes::at_hand(work, key).unwrap_or(theirs);
        let besides = besides(&task, &paid, &last);
        effects.extend(writes::write(work, Task { besides, ..task }, vec![], paid));
    }
    effects
}

/// What was paid beside the price, in that change and in all that waits behind it and is not made: it is paid, whatever
/// has become of the task.
fn paid_beside(work: &mut Work, write: &Write) -> (Vec<LedgerLine>, Besides) {
    let waiting = work.store.waiting.remove(&write.task.key).unwrap_or_default();
    let last = waiting.back().map_or(write, |last| last).task.besides.clone();
    let lines = iter::once(write).chain(&waiting).flat_map(|write| write.ledger.iter().copied());
    (lines.filter(|line| matches!(line.event, MoneyEvent::Upload | MoneyEvent::Twice)).collect(), last)
}

/// Whether we still hold the row and its phase is what we wrote. Then only its money was changed, or our own write was
/// committed though it was reported as failed, and writing again is safe.
fn is_still_ours(work: &Work, write: &Write, now: &Task) -> bool {
    let stands = if write.task.state() == now.state() {
        write.ledger.is_empty()
    } else {
        matches!(now.state(), TaskState::Running | TaskState::Saving)
    };
    claims::held_by_us(work, now) && write.task.remote == now.remote && stands && write.never_left.is_none()
}

/// That write once more, on top of the row as it is now. What another program learned of the money, and where a person
/// wants the file, is no matter of who holds the row: it is taken over, here and in all that waits behind.
fn go_on(work: &mut Work, mut write: Write, now: &Task) -> Effect {
    let key = now.key;
    write.task.rev = now.rev;
    let waiting = work.store.waiting.get_mut(&key).into_iter().flatten();
    let mut before = now.clone();
    for Write { task, ledger, .. } in iter::once(&mut write).chain(waiting) {
        if !task.is_cost_recorded() {
            (task.cost, task.cost_source) = (now.cost, now.cost_source);
            if now.is_cost_recorded() {
                // What a kind of failure says of the money was said without the records' word, which stands.
                ledger.retain(|line| !matches!(line.event, MoneyEvent::Released | MoneyEvent::Unknown));
            }
        }
        task.dir = task.dir.take().or_else(|| now.dir.clone());
        task.besides = Besides { before: task.besides.before.take(), ..besides(&before, ledger, &task.besides) };
        before.besides = task.besides.clone();
    }
    let effect = writes::emit(work, write);
    if let Some(task) = writes::unwritten(work, key) {
        tasks::put(work, task);
    }
    effect
}

/// That write, or the answer to the submission that waits behind it, with all that stood before: it came while the
/// store could not take what was only to keep the row for it.
fn with_the_answer_behind(work: &mut Work, write: Write) -> Write {
    let Some(waiting) = work.store.waiting.get_mut(&write.task.key) else { return write };
    let at = waiting.iter().position(Write::answers_a_submission);
    let Some(at) = at.filter(|_| !write.answers_a_submission()) else { return write };
    waiting.drain(..=at).fold(write, |before, mut write| {
        write.events.splice(0..0, before.events);
        write.ledger.splice(0..0, before.ledger);
        write
    })
}

/// What was charged beside the price of a task, once lines that another program did not know of are added to what it
/// knew.
fn besides(now: &Task, lines: &[LedgerLine], ours: &Besides) -> Besides {
    let mut besides = now.besides.clone();
    let uploads = lines.iter().filter(|line| line.event == MoneyEvent::Upload);
    besides.uploads +=
        uploads.map(|line| line.amount).filter(|money| money.currency == now.currency).map(|money| money.amount).sum();
    besides.merge(ours);
    besides
}
