//! Rows as the store has them: what a row that came, or that another program changed, means for this run.

use crate::{
    availability, charges,
    claims::{self, claim, held_by_another, held_by_us, is_ours, is_told_of},
    effect::Effect,
    ended, fetch, money,
    news::{News, RowNews},
    put_away, queue, resolve, saver, scheduling, share, tasks,
    timeline::event,
    work::Work,
    writes,
};
use domain::task::{Phase, Row, Task, TaskKey, TaskState, What};

/// A row as the store has it now.
pub(super) fn changed(work: &mut Work, task: Task) -> Vec<Effect> {
    let key = task.key;
    let claimed = work.queue.is_claiming(key) && held_by_us(work, &task);
    if claimed || writes::is_unwritten(work, key) || work.queue.posting.contains_key(&key) {
        return Vec::new(); // Our own write is under way: its answer brings the row as it is.
    }
    if work.known(key).is_some_and(|row| row.rev > task.rev) {
        return Vec::new(); // Older news than what is here.
    }
    let is_hint = work.known(key).is_some_and(|row| is_answered(row, &task));
    scheduling::hold(work, &task);
    let was_sent = work.tasks.live.get(&key).is_some_and(|before| before.state() != TaskState::Queued);
    let mut effects = saver::lost(work, &task);
    if is_hint {
        effects.extend(look_whether_it_is_back(work, &task.profile));
    }
    tasks::put(work, task.clone());
    effects.extend(ended::read(work, &task));
    // What was just written down of it is part of it.
    let task = writes::unwritten(work, key).unwrap_or(task);
    let (unwanted, reopens) = (work.saver.unwanted.remove(&key), work.reopening.remove(&key));
    let putting_away = work.putting_away.remove(&key);
    effects.extend(match work.saver.wanted.remove(&key) {
        Some(dir) => fetch::download_one(work, task, dir),
        None if unwanted => fetch::stop_saving(work, task),
        None if reopens => resolve::take_back_one(work, task),
        None if let Some(away) = putting_away => put_away::put(work, task, away),
        None if task.state() == TaskState::Sending => found_sending(work, task, was_sent),
        None => take_over(work, task),
    });
    effects
}

/// Whether another program had an answer of the service that made this of the row.
fn is_answered(row: &Row, task: &Task) -> bool {
    let is_watched = matches!(row.state, TaskState::Sending | TaskState::Running);
    is_watched
        && matches!(task.state(), TaskState::Running | TaskState::Ready)
        && (row.state != task.state() || *row.status != *task.status())
}

/// The service answers another program. That says nothing of the line from here, on which nothing is sent yet: a free
/// call shows whether it is back, where no task of our own is due to be asked about.
fn look_whether_it_is_back(work: &mut Work, profile: &str) -> Option<Effect> {
    let is_due = availability::is_probing(work, profile) && work.now.mono >= availability::probe_at(work, profile);
    if is_due { money::ask_balance(work, profile) } else { None }
}

/// A row in `Sending` whose POST is not under way here. Whether one was: `was_sent`, by what this run knew of the task.
fn found_sending(work: &mut Work, task: Task, was_sent: bool) -> Vec<Effect> {
    if held_by_another(work, &task) || !is_told_of(work, task.key) {
        return Vec::new();
    }
    if held_by_us(work, &task) && !was_sent {
        // The store saved it and then told of a failure: the word that lets a POST go out never came.
        return queue::unsend(work, task);
    }
    queue::orphaned(work, task)
}

/// A task that nobody holds and that needs work becomes ours.
pub(super) fn take_over(work: &mut Work, mut task: Task) -> Vec<Effect> {
    if !is_ours(work, &task) || work.ending.is_some() {
        return Vec::new();
    }
    match task.phase.clone() {
        // Without a key it could not be asked about; the first answer claims it.
        Phase::Running { .. } if work.of(&task.profile).has_key && !held_by_us(work, &task) => {
            task.claim = claim(work, claims::CLAIM_MS);
            writes::write(work, task, vec![], vec![])
        }
        // A program that fetched a saved file once more has died over it.
        Phase::Ready { kept: Some(_), .. } | Phase::Saving { kept: Some(_), .. } if !is_in_hand(work, &task) => {
            task.back_to_saved();
            let note = event(work, What::SavingStopped);
            writes::write(work, task, vec![note], vec![])
        }
        Phase::Saving { file, tries, .. } if !work.saver.active.contains_key(&task.key) => {
            task.claim = None;
            task.phase = Phase::Ready { file, trouble: None, tries, next_try: Some(work.now.wall), kept: None };
            writes::write(work, task, vec![], vec![])
        }
        Phase::Running { .. }
        | Phase::Saving { .. }
        | Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Ready { .. }
        | Phase::Saved { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => Vec::new(),
    }
}

/// Whether this run is fetching that file, or is about to.
fn is_in_hand(work: &Work, task: &Task) -> bool {
    work.saver.active.contains_key(&task.key) || (task.state() == TaskState::Ready && held_by_us(work, task))
}

pub(super) fn page(work: &mut Work, rows: Vec<Row>, whole: Vec<Task>, last: bool) -> Vec<Effect> {
    // What is here already came after the start: this run's own, or another living program's.
    let is_old = |task: &&Task| !work.tasks.rows.contains_key(&task.key);
    let waits = |task: &&Task| {
        task.state() == TaskState::Queued && is_ours(work, task) && !share::sends_elsewhere(work, &task.profile)
    };
    let unsent: Vec<TaskKey> = whole.iter().filter(is_old).filter(waits).map(|task| task.key).collect();
    let stopped: Vec<TaskKey> =
        whole.iter().filter(is_old).filter(|task| task.waits_for_a_start()).map(|task| task.key).collect();
    tasks::put_page(work, rows);
    work.tasks.loaded |= last;
    work.money.refunds_stale |= last;
    if !unsent.is_empty() && work.settings.interactive {
        // Work confirmed in an earlier run, which nobody is sending: a person decides whether it still is to be paid
        // for.
        work.queue.paused = true;
        work.queue.unsent.extend(unsent);
    }
    let mut effects: Vec<Effect> = whole.into_iter().flat_map(|task| changed(work, task)).collect();
    effects.extend(stopped.into_iter().flat_map(|key| saver::come_back(work, key)));
    if last {
        work.news.push(News::Rows(RowNews::Complete));
        effects.extend(charges::begin(work));
    }
    effects
}
