//! Changes that are written in one transaction.

use domain::task::TaskState;
use engine::effect::{Ticket, Write};
use std::time::Duration;

/// Changes of rows that are taken together at most: a sync costs the same for one as for many.
const MOST: usize = 1_000;
/// How long a change that nothing waits for waits for others of its kind, since answers to polls come in crowds: of a
/// thousand that come at once, each would else be a transaction of its own.
const WAIT: Duration = Duration::from_millis(20);

/// Commands of changes, in their order.
pub(super) struct WriteBatch {
    /// The commands, and how many of the changes are each one's.
    pub(super) parts: Vec<(Ticket, usize)>,
    pub(super) writes: Vec<Write>,
    may_wait: bool,
}

impl WriteBatch {
    pub(super) fn new(ticket: Ticket, writes: Vec<Write>) -> Self {
        let may_wait = writes.iter().all(waits_for_nothing);
        Self { parts: vec![(ticket, writes.len())], writes, may_wait }
    }

    pub(super) fn add(&mut self, ticket: Ticket, writes: Vec<Write>) {
        self.may_wait &= writes.iter().all(waits_for_nothing);
        self.parts.push((ticket, writes.len()));
        self.writes.extend(writes);
    }

    /// How long the next command is waited for, of which the first came so long ago; zero takes what is there already,
    /// `None` no more.
    pub(super) fn wait(&self, since: Duration) -> Option<Duration> {
        let wait = if self.may_wait { WAIT.saturating_sub(since) } else { Duration::ZERO };
        (self.writes.len() < MOST).then_some(wait)
    }
}

/// Whether a change is only what the service says of a task that goes on: no money, no end, no act of a person's.
fn waits_for_nothing(write: &Write) -> bool {
    write.task.state() == TaskState::Running && write.ledger.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        amount::{Amount, Currency},
        problem::Charged,
        task::{LedgerLine, MoneyEvent, Phase},
        testing::{intent, plain},
        time::Wall,
    };

    const AT: Wall = Wall(1_795_372_200_000);

    fn running() -> Write {
        let phase = Phase::Running { status: "Preparing".into(), next_poll: AT, polls: 1, misses: 0, trouble: None };
        Write { task: plain(1, intent("a cat", AT).request, phase), events: vec![], ledger: vec![], never_left: None }
    }

    #[test]
    fn what_nothing_waits_for_waits_and_takes_what_comes_with_it() {
        let mut batch = WriteBatch::new(1, vec![running()]);
        assert_eq!(batch.wait(Duration::ZERO), Some(WAIT));
        batch.add(2, vec![running(); 2]);
        assert_eq!(batch.wait(Duration::from_millis(15)), Some(Duration::from_millis(5)));
        assert_eq!(batch.wait(Duration::from_secs(1)), Some(Duration::ZERO), "long enough");
        assert_eq!((batch.parts.as_slice(), batch.writes.len()), (&[(1, 1), (2, 2)][..], 3));
        batch.add(3, vec![running(); MOST]);
        assert_eq!(batch.wait(Duration::ZERO), None, "enough");
    }

    #[test]
    fn money_and_ends_wait_for_nobody_wherever_they_come() {
        let line =
            LedgerLine { at: AT, event: MoneyEvent::Charged, amount: Amount::from_thousandths(500).of(Currency::Ptc) };
        let paid = Write { ledger: vec![line], ..running() };
        let ended = Write {
            task: plain(
                1,
                intent("a cat", AT).request,
                Phase::Cancelled { was: TaskState::Queued, charged: Charged::No },
            ),
            ..running()
        };
        for urgent in [paid, ended] {
            assert_eq!(WriteBatch::new(1, vec![running(), urgent.clone()]).wait(Duration::ZERO), Some(Duration::ZERO));
            let mut batch = WriteBatch::new(1, vec![running()]);
            batch.add(2, vec![urgent]);
            assert_eq!(batch.wait(Duration::ZERO), Some(Duration::ZERO));
        }
    }
}
