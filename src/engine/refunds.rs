//! Charges without a result: which there are, and what a person has said of them.

use super::{act_news::refuse, event, store};
use crate::{
    effect::{Effect, StoreCmd},
    news::{Left, News, TaskNews},
    work::Work,
};
use domain::{
    problem::Charged,
    refunds,
    task::{LedgerLine, MoneyEvent, Phase, RefundStep, Task, TaskState, What},
};

/// A task changes: what is to be asked for may be other tasks now.
pub(super) fn note(work: &mut Work, before: Option<TaskState>, now: TaskState) {
    let counts = |state| matches!(state, TaskState::Failed | TaskState::Cancelled);
    work.money.refunds_stale |= counts(now) || before.is_some_and(counts);
}

/// Reads them anew where they may have changed and somebody looks.
pub(super) fn read_due(work: &mut Work) -> Vec<Effect> {
    let wanted = work.settings.interactive && work.tasks.loaded && work.store.owner.is_some();
    if !wanted || !work.money.refunds_stale || !work.store.pending.is_empty() {
        return Vec::new();
    }
    work.money.refunds_stale = false;
    vec![Effect::Store(StoreCmd::Refunds { now: work.now })]
}

/// Writes down that it was asked for, or that the money came back: of all of the task's charges without a result.
pub(super) fn take(work: &mut Work, mut task: Task, step: RefundStep) -> Vec<Effect> {
    let (key, state, now) = (task.key, task.state(), work.now.wall);
    let mut marks = refunds::marks(&mut task);
    if marks.is_empty() {
        return refuse(work, key, Left::NoRefund(state));
    }
    let mut ledger = Vec::new();
    for (event, amount, marks) in &mut marks {
        match step {
            RefundStep::Asked => marks.asked_at = Some(now),
            RefundStep::Given => {
                marks.given_at = Some(now);
                ledger.push(LedgerLine { at: now, event: *event, amount: *amount });
            }
        }
    }
    if ledger.iter().any(|line| line.event == MoneyEvent::Refunded) {
        match &mut task.phase {
            Phase::Failed { error } => error.charged = Charged::No,
            Phase::Cancelled { charged, .. } => *charged = Charged::No,
            _ => {}
        }
    }
    let note = event(work, What::Refund(step));
    work.news.push(News::Task { key, what: TaskNews::Refund(step) });
    work.money.refunds_stale = true;
    work.store.owed.insert(key);
    store::write(work, task, vec![note], ledger)
}
