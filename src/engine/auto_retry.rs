//! Automatic retry: off unless the config allows it, and then only for failures that are proven not charged, of a class
//! that may be named there, so often and after such a pause as it says. Each such attempt is marked as the program's
//! own.

use crate::{effect::Effect, money, work::Work, writes};
use domain::{
    prices::Quote,
    problem::Charged,
    retry::{self, Facts, Retried},
    task::{NewTask, Phase, Row, Task, TaskKey},
};

/// Queues another attempt of a task that has failed or was refused, where the config allows it. The caps hold as for
/// any other; nobody is asked.
pub(super) fn automatic(work: &mut Work, task: &Task) -> Vec<Effect> {
    let named = &work.settings.retry;
    let (Phase::Failed { error } | Phase::Refused { error }) = &task.phase else { return Vec::new() };
    let facts = Facts {
        // By both: what the kind of failure says, and what the gateway's records say of this one.
        charged: if error.charged == Charged::No { task.charged() } else { error.charged },
        retried: work.tasks.rows.get(&task.key).map_or(Retried::No, |row| Facts::of_row(row).retried),
        ..Facts::of_task(task, None)
    };
    if work.ending.is_some() || !retry::by_itself(&facts, &named.auto, made(work, task.key), named.max) {
        return Vec::new();
    }
    // Where the price is not known, a person typed what the attempt before cost.
    let typed =
        task.cost_source.map(|_| Quote::typed(task.cost)).filter(|_| task.currency == work.currency_of(&task.profile));
    let Some(quote) = money::price(work, &task.profile, &task.request).or(typed) else { return Vec::new() };
    let new = NewTask {
        parent: Some(task.key),
        agreed: vec![],
        attempt: task.attempt + 1,
        name: None,
        profile: task.profile.clone(),
        cost: quote.price,
        currency: work.currency_of(&task.profile),
        cost_source: Some(quote.source),
        request: task.request.clone(),
        remote: None,
        automatic: true,
        phase: Phase::Queued { not_before: work.now.wall.plus(named.pause_ms), put_back: None },
    };
    // The store judges it by the failure, which must be there first.
    if writes::is_unwritten(work, task.key) {
        work.queue.after_write.insert(task.key, new);
        return Vec::new();
    }
    vec![insert(work, new)]
}

/// A task is on disk as it is here: the attempt that waited for it is queued.
pub(super) fn on_disk(work: &mut Work, key: TaskKey) -> Option<Effect> {
    let new = work.queue.after_write.remove(&key)?;
    // The records may have told of a charge meanwhile.
    let is_free = |row: &&Row| row.charged == Charged::No && retry::is_open(&Facts::of_row(row));
    let failed = work.tasks.rows.get(&key).filter(is_free).is_some();
    (failed && work.ending.is_none()).then(|| insert(work, new))
}

fn insert(work: &mut Work, new: NewTask) -> Effect {
    let caps = money::caps(work);
    let (ticket, effect) = writes::insert(work, vec![new], caps);
    work.queue.automatic.insert(ticket);
    effect
}

/// How many attempts in a row up to this one the program made by itself.
fn made(work: &Work, key: TaskKey) -> u32 {
    let rows = &work.tasks.rows;
    let mut at = rows.get(&key);
    let mut made = 0;
    while let Some(row) = at.filter(|row| row.kind.automatic) {
        made += 1;
        at = row.parent.get().and_then(|parent| rows.get(&parent));
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        effect::StoreCmd,
        testing::{add, state, task},
    };
    use domain::{
        amount::{Amount, CostSource},
        problem::{
            Charged, ErrorClass,
            ErrorClass::{OutputSensitive, RateLimited, Service},
            TaskError,
        },
        reason::Reason,
        task::TaskState::Refused,
    };

    fn error(class: ErrorClass, charged: Charged) -> TaskError {
        TaskError { code: "1".into(), class, reason: Reason::said("", "", ""), charged }
    }

    fn tried(work: &mut Work, task: &Task, error: &TaskError) -> Option<NewTask> {
        let task = Task { phase: Phase::Refused { error: error.clone() }, ..task.clone() };
        match automatic(work, &task).pop() {
            Some(Effect::Store(StoreCmd::Insert { mut tasks, .. })) => tasks.pop(),
            _ => None,
        }
    }

    #[test]
    fn nothing_is_tried_again_by_itself_unless_the_config_says_so() {
        let mut state = state(&[Refused]);
        let failed = task(1, Refused);
        assert_eq!(tried(&mut state, &failed, &error(Service, Charged::No)), None);
    }

    #[test]
    fn only_what_is_proven_not_charged_and_may_be_named_is_tried_again() {
        for (class, charged, again) in [
            (Service, Charged::No, true),
            (RateLimited, Charged::No, true),
            (Service, Charged::Unknown, false),
            (Service, Charged::Yes, false),
            // Put into the settings by whatever way, it is never sent again.
            (OutputSensitive, Charged::No, false),
        ] {
            let mut state = state(&[Refused]);
            state.settings.retry.auto = vec![Service, RateLimited, OutputSensitive];
            let made = tried(&mut state, &task(1, Refused), &error(class, charged));
            assert_eq!(made.is_some(), again, "{class:?} {charged:?}");
        }
    }

    #[test]
    fn what_the_records_say_was_charged_is_not_tried_again_whatever_its_kind_of_failure_says() {
        let of_records = |cost| Task {
            phase: Phase::Failed { error: error(RateLimited, Charged::No) },
            cost,
            cost_source: Some(CostSource::Records),
            ..task(1, Refused)
        };
        for (cost, again) in [(Amount::from_thousandths(500), false), (Amount::ZERO, true)] {
            let mut state = state(&[Refused]);
            state.settings.retry.auto = vec![RateLimited];
            assert_eq!(!automatic(&mut state, &of_records(cost)).is_empty(), again, "{cost}");
        }
    }

    #[test]
    fn an_attempt_of_the_program_is_marked_waits_and_comes_so_often_and_no_more() {
        let mut state = state(&[Refused]);
        state.settings.retry.auto = vec![Service];
        let free = error(Service, Charged::No);
        let made =
            tried(&mut state, &task(1, Refused), &free).map(|new| (new.automatic, new.attempt, new.parent, new.phase));
        let not_before = state.now.wall.plus(30_000);
        let phase = Phase::Queued { not_before, put_back: None };
        assert_eq!(made, Some((true, 2, Some(TaskKey(1)), phase)));
        let second = Task { parent: Some(TaskKey(1)), automatic: true, ..task(2, Refused) };
        add(&mut state, second.clone());
        assert!(tried(&mut state, &second, &free).is_some());
        // Somebody has retried the first meanwhile.
        assert_eq!(tried(&mut state, &task(1, Refused), &free), None);
        let third = Task { parent: Some(TaskKey(2)), automatic: true, ..task(3, Refused) };
        add(&mut state, third.clone());
        assert_eq!(tried(&mut state, &third, &free), None);
    }
}
