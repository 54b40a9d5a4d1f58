//! A change of one row on its way to the store.

use domain::{
    task::{Event, INTERRUPTED, LedgerLine, MoneyEvent, Phase, Second, Task, TaskState, What},
    time::Wall,
};
use serde::{Deserialize, Serialize};

/// A change of one row. It is taken only if the row's revision still is `task.rev`; the row then gets a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// The task as it shall be, with the revision that it had.
    pub task: Task,
    /// What to add to its time line.
    pub events: Vec<Event>,
    /// What to add to the ledger.
    pub ledger: Vec<LedgerLine>,
    /// When the submission began that, as is now proven, never reached the service: it takes no place in the account's
    /// pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub never_left: Option<Wall>,
}

impl Write {
    /// Whether it only goes on with the row as it is: a claim that is renewed, a schedule that moves.
    #[must_use]
    pub fn is_renewal(&self) -> bool {
        self.events.is_empty() && self.ledger.is_empty() && self.never_left.is_none()
    }

    /// Whether it is the answer that brings the service's ID of a task that was paid for: the only hold on that work.
    #[must_use]
    pub fn brings_a_paid_id(&self) -> bool {
        self.task.remote.is_some() && self.ledger.iter().any(|line| line.event == MoneyEvent::Charged)
    }

    /// Whether it is the answer to a submission: one that brings an ID, or one after which the row is no open question.
    #[must_use]
    pub fn answers_a_submission(&self) -> bool {
        let answers = |event: &Event| matches!(event.what, What::Refused(_) | What::PutBack { .. } | What::Unknown(_));
        self.brings_a_paid_id() || self.events.iter().any(answers)
    }

    /// Whether this is the answer to the very submission that the row is about, and the row does not know it yet: it
    /// was found as nobody's by another program, or only its money was written down there meanwhile.
    ///
    /// Only to that one: a change that was told as failed may be there nevertheless, and the row may have been
    /// sent once more since. That sending stopped before its POST is no answer: a program that stood still past its
    /// claim takes the store's word.
    #[must_use]
    pub fn tells_more_than(&self, now: &Task) -> bool {
        let put_back = |event: &Event| if let What::PutBack { sent, .. } = event.what { sent } else { None };
        let answered = match &self.task.phase {
            Phase::Refused { .. } => self.task.sent_at,
            Phase::Queued { .. } => self.events.iter().find_map(put_back),
            Phase::Unknown { error } if error.code != INTERRUPTED => self.task.sent_at,
            _ => return false,
        };
        let is_open = match &now.phase {
            Phase::Sending { .. } => true,
            Phase::Unknown { error } => self.task.state() != TaskState::Unknown || error.code == INTERRUPTED,
            _ => false,
        };
        is_open && now.remote.is_none() && answered.is_some() && answered == now.sent_at
    }

    /// Leaves out further charges for its call that the row has by now: another program was quicker to write them down.
    pub fn leave_out_known_charges(&mut self, known: &[Second]) {
        let Self { events, ledger, task, .. } = self;
        events.retain(|event| {
            let What::ChargedTwice(money) = event.what else { return true };
            // The last one is the one that this write brings: those without a number are otherwise alike.
            let is_its = |second: &&Second| second.request_id == event.request_id && second.cost == money.amount;
            let brought = task.besides.twice.iter().rev().find(is_its);
            let is_known = brought.is_some_and(|brought| known.iter().any(|known| known.is_same(brought)));
            let line = |line: &LedgerLine| line.event == MoneyEvent::Twice && line.amount == money;
            let Some(at) = ledger.iter().position(line).filter(|_| is_known) else { return true };
            ledger.remove(at);
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{amount::Amount, task::RefundMarks};

    #[test]
    fn only_the_charge_that_a_write_brings_is_left_out_of_it() {
        let second = |at| Second {
            request_id: None,
            cost: Amount::from_thousandths(500),
            at: Wall(at),
            refund: RefundMarks::default(),
        };
        let mut task = crate::testing::task(1, TaskState::Running);
        let money = Amount::from_thousandths(500).of(task.currency);
        task.besides.twice = vec![second(0), second(60_000)];
        let event = Event { at: Wall(0), what: What::ChargedTwice(money), raw: None, request_id: None };
        let line = LedgerLine { at: Wall(0), event: MoneyEvent::Twice, amount: money };
        let write = Write { task, events: vec![event], ledger: vec![line], never_left: None };
        let left = |known: &[Second]| {
            let mut write = write.clone();
            write.leave_out_known_charges(known);
            (write.events.len(), write.ledger.len())
        };
        assert_eq!(left(&[second(0)]), (1, 1));
        assert_eq!(left(&[second(0), second(60_000)]), (0, 0));
    }
}
