//! Money: what the ledger says against what the service charged, and what may be queued and sent within the caps.

use crate::{
    model::{ELSEWHERE, Made, PRICES, Service, place_of},
    plan::Plan,
    rules::{Kept, Rule, Rules, broken},
};
use domain::{
    account::Raise,
    amount::{Amount, Currency, Money},
    costs,
    problem::Charged,
    task::{LedgerLine, MoneyEvent, Task, TaskKey, TaskState},
    time::{MINUTE, Now, Wall},
};
use std::collections::BTreeMap;

/// The money of each profile.
pub(crate) const CURRENCIES: [Currency; 2] = [Currency::Ptc, Currency::Usd];

/// What may be spent.
#[derive(Debug)]
pub(crate) struct Caps {
    per_day: Amount,
    per_batch: Option<Amount>,
    /// What people keep in the store.
    pub(crate) kept: BTreeMap<Currency, Amount>,
    /// What people have raised them by.
    pub(crate) raises: Vec<Raise>,
}

impl Caps {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            per_day: Amount::from_thousandths(plan.cap),
            per_batch: plan.per_batch.map(Amount::from_thousandths),
            kept: BTreeMap::new(),
            raises: Vec::new(),
        }
    }

    /// The day's cap of that money.
    fn of_the_day(&self, currency: Currency, now: Now) -> Amount {
        let lower = self.kept.get(&currency).map_or(self.per_day, |kept| self.per_day.min(*kept));
        lower + Raise::sum(&self.raises, currency, None, now).all
    }
}

impl Rules {
    /// These were queued, at that present of the program. What the records charge later may cross a cap; nothing is
    /// queued after that.
    pub(crate) fn queued(&self, tasks: &[Task], now: Now) -> Kept {
        for currency in CURRENCIES {
            let asked: Amount = tasks.iter().filter(|task| task.currency == currency).map(|task| task.cost).sum();
            if self.caps.per_batch.is_some_and(|most| asked > most) {
                return broken(Rule::Budget, format!("a batch of {asked:?}, {currency:?}"));
            }
            if asked > Amount::ZERO {
                self.is_within(currency, now, &[TaskState::Queued, TaskState::Sending])?;
            }
        }
        Ok(())
    }

    /// The store has said that this one may be sent.
    pub(crate) fn claimed(&self, key: TaskKey, now: Now) -> Kept {
        self.rows.get(&key).map_or(Ok(()), |task| self.is_within(task.currency, now, &[TaskState::Sending]))
    }

    /// Asks whether what counts on the program's day is within the day's cap, with what is in these states.
    fn is_within(&self, currency: Currency, now: Now, open: &[TaskState]) -> Kept {
        let counts = |task: &&Task| match task.state() {
            state @ (TaskState::Queued | TaskState::Sending) => open.contains(&state),
            _ => task.charged() != Charged::No && task.sent_at.unwrap_or(task.created_at) >= now.day_start(),
        };
        let own = self.rows.values().filter(|task| task.currency == currency);
        let spent: Amount = own.filter(counts).map(|task| task.cost).sum();
        let cap = self.caps.of_the_day(currency, now);
        if spent > cap {
            return broken(Rule::Budget, format!("{spent:?} of {cap:?}, {currency:?}, with {open:?}"));
        }
        Ok(())
    }

    /// What the ledger says of a task. Not by the store's own verb, which reads the time line and the line of attempts
    /// too: this is asked after every step.
    fn ledger(&self, key: TaskKey) -> Vec<LedgerLine> {
        let sql = "SELECT at, event, amount, currency FROM ledger WHERE task = ?1 ORDER BY id";
        let mut lines = self.conn.prepare_cached(sql).expect("a ledger");
        let line = |row: &rusqlite::Row<'_>| {
            let [event, currency]: [String; 2] = [row.get(1)?, row.get(3)?];
            Ok(LedgerLine {
                at: Wall(row.get(0)?),
                event: MoneyEvent::from_id(&event).expect("an event"),
                amount: Money {
                    amount: Amount::from_millionths(row.get(2)?),
                    currency: Currency::from_id(&currency).expect("a currency"),
                },
            })
        };
        let lines = lines.query_map([key.0], line).expect("a ledger");
        lines.collect::<Result<_, _>>().expect("a ledger")
    }

    pub(crate) fn is_counted(&self, task: &Task, service: &Service, now: u64) -> Kept {
        let key = task.key;
        // What was made elsewhere costs nothing here.
        if is_elsewhere(task, service) {
            return Ok(());
        }
        let ledger = self.ledger(key);
        let place = place_of(&task.profile);
        let currency = CURRENCIES[place];
        if task.currency != currency || ledger.iter().any(|line| line.amount.currency != currency) {
            return broken(Rule::Apart, format!("{key} of {} is in {:?}: {ledger:?}", task.profile, task.currency));
        }
        let Some(last) = ledger.last() else { return broken(Rule::Ledger, format!("{key} has no ledger")) };
        let price = Amount::from_thousandths(PRICES[place]);
        if let Some(line) = ledger.iter().find(|line| !can_be(line, price)) {
            return broken(Rule::Ledger, format!("{key} has {line:?}: {ledger:?}"));
        }
        let is_reserved = last.event == MoneyEvent::Reserved;
        if matches!(task.state(), TaskState::Queued | TaskState::Sending) {
            return if is_reserved { Ok(()) } else { broken(Rule::Ledger, format!("{key} waits with {ledger:?}")) };
        }
        let amount = last.amount.amount;
        let counts = match last.event {
            MoneyEvent::Charged | MoneyEvent::Unknown | MoneyEvent::Resolved => true,
            MoneyEvent::Recorded => amount == price,
            MoneyEvent::Reserved
            | MoneyEvent::Released
            | MoneyEvent::Refunded
            | MoneyEvent::Upload
            | MoneyEvent::Twice
            | MoneyEvent::TwiceRefunded => false,
        };
        let made = service.of(key).next().map(|(_, made)| made);
        // What a person took back since was not told.
        let since = ledger.iter().rposition(|line| line.event == MoneyEvent::Unknown).unwrap_or(0);
        let is_told = ledger[since..].iter().any(|line| line.event == MoneyEvent::Recorded);
        let wrong = match made {
            // Not charged by the table of codes, until the records say otherwise.
            Some(made) if made.fails == Some(1026) && last.event == MoneyEvent::Released => is_told,
            Some(made) if made.charge(now) > 0 => !counts,
            Some(_) => false,
            None if last.event == MoneyEvent::Recorded => counts && !self.may_be_anothers(task),
            None => last.event == MoneyEvent::Charged,
        };
        if wrong || is_reserved {
            let truth = made.map(|made| made.charge(now));
            return broken(Rule::Ledger, format!("{key} is {:?}, charged {truth:?}: {ledger:?}", task.state()));
        }
        if task.state() != TaskState::Unknown && last.event == MoneyEvent::Unknown && task.charged() == Charged::Yes {
            return broken(Rule::Ledger, format!("{key} is {:?} and charged: {ledger:?}", task.state()));
        }
        Ok(())
    }

    /// Lays the whole ledger, as it is summed up for people, beside what the services charged.
    pub(crate) fn balances(&self, services: &[Service; 2], now: u64) -> Kept {
        let lines = self.store.costs(Wall(0), Wall(i64::MAX)).expect("a ledger");
        let attempts: BTreeMap<TaskKey, costs::AttemptMoney<'_>> =
            costs::attempts(&lines).into_iter().map(|attempt| (attempt.line.key, attempt)).collect();
        for task in self.rows.values() {
            let place = place_of(&task.profile);
            let made = services[place].of(task.key).next().map(|(_, made)| made);
            let Some(attempt) = attempts.get(&task.key) else { continue };
            let ours: Amount = costs::sum([attempt]).into_values().map(costs::Sum::spent).sum();
            // What nobody knows counts as spent, and so does what a person has said of it.
            let is_guessed = matches!(attempt.last, MoneyEvent::Unknown | MoneyEvent::Resolved);
            let truth = if is_guessed { PRICES[place] } else { made.map_or(0, |made| made.charge(now)) };
            let is_anothers = made.is_none() && attempt.last == MoneyEvent::Recorded && self.may_be_anothers(task);
            if is_anothers || made.is_some_and(|made| self.is_not_to_be_known(task, attempt.last, made)) {
                continue;
            }
            if ours != Amount::from_thousandths(truth) {
                let ledger = self.ledger(task.key);
                return broken(
                    Rule::Ledger,
                    format!("{} is {:?}, {ours:?} of {truth}, {made:?}: {ledger:?}", task.key, task.phase),
                );
            }
        }
        Ok(())
    }

    /// Whether the record that has settled what was never made can be of another submission: one whose own number nobody
    /// knows, since a post or a person has settled it, or one that a clock which was set has moved beside it.
    fn may_be_anothers(&self, task: &Task) -> bool {
        let is_nameless = |other: &Task| other.request_id.is_none() && other.sent_at.is_some();
        let mut others = self.rows.values().filter(|other| other.key != task.key && other.profile == task.profile);
        self.disturbed.is_some() || others.any(is_nameless)
    }

    /// Whether nobody has told what that failure was charged in the end: without the number of its call the records are
    /// not asked, and they are asked no more once they have told a charge that is given back later.
    fn is_not_to_be_known(&self, task: &Task, last: MoneyEvent, made: &Made) -> bool {
        let told = || self.ledger(task.key).last().map_or(Wall(0), |line| line.at);
        match last {
            MoneyEvent::Released => made.fails == Some(1026) && (task.request_id.is_none() || self.disturbed.is_some()),
            MoneyEvent::Recorded => {
                made.given_back.is_some_and(|at| told() < self.start.plus(at).plus(LATE)) || self.disturbed.is_some()
            }
            // What became of a task that a person had given up, whose ID came late, is not watched.
            MoneyEvent::Charged => task.state() == TaskState::Cancelled && made.fails == Some(1026),
            _ => false,
        }
    }
}

/// So much later than it was asked for is an answer of the records in the ledger, on a disk that was full.
const LATE: u64 = 30 * MINUTE;

fn is_elsewhere(task: &Task, service: &Service) -> bool {
    task.remote.as_ref().and_then(|id| service.made.get(&id.0)).is_some_and(|made| made.key == ELSEWHERE)
}

/// Whether the ledger can have that line, where nothing is uploaded and nothing charged twice: the whole price, or what
/// the records say.
fn can_be(line: &LedgerLine, price: Amount) -> bool {
    let is_whole = line.amount.amount == price;
    match line.event {
        MoneyEvent::Reserved | MoneyEvent::Charged | MoneyEvent::Unknown | MoneyEvent::Resolved => is_whole,
        MoneyEvent::Recorded | MoneyEvent::Released | MoneyEvent::Refunded => {
            is_whole || line.amount.amount == Amount::ZERO
        }
        MoneyEvent::Upload | MoneyEvent::Twice | MoneyEvent::TwiceRefunded => false,
    }
}
