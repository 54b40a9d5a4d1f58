//! The ledger summed up: what attempts came to, by day, model, state and error class. What it looks like is for
//! `words` and `screens`.

use crate::{
    amount::{Amount, Currency, Money},
    problem::{Charged, ErrorClass},
    task::{MoneyEvent, TaskKey, TaskState},
    time::{Now, Wall, Zone},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line of the ledger with what it is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostLine {
    pub key: TaskKey,
    pub at: Wall,
    /// What happened to the money.
    pub event: MoneyEvent,
    /// The amount that the event speaks of.
    pub amount: Money,
    /// When the attempt was sent, so that its money counts for that day; `None` while it was not.
    pub sent_at: Option<Wall>,
    /// The attempt's account.
    pub profile: String,
    /// The attempt's model.
    pub model: String,
    /// The attempt's state now.
    pub state: TaskState,
    /// Whether the attempt cost money, as far as is known now.
    pub charged: Charged,
    /// The attempt's kind of failure, where there is one.
    pub class: Option<ErrorClass>,
    /// The person who queued the attempt, where one is named.
    pub who: Option<String>,
}

/// What attempts are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The person's own day of the sending, as the cap counts it; of the reserve for what was not sent.
    Day,
    Model,
    /// The state now, by its id.
    State,
    /// The kind of failure, by its id; `none` where there is none.
    Class,
    /// The person who queued it; empty where nobody is named.
    Who,
}

/// What some attempts came to, in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// How many attempts.
    pub tasks: usize,
    pub charged: Amount,
    /// Perhaps charged.
    pub unknown: Amount,
    /// Set aside, not sent.
    pub reserved: Amount,
}

impl Sum {
    /// What counts as spent: unknowns do.
    #[must_use]
    pub fn spent(self) -> Amount {
        self.charged + self.unknown
    }

    fn add(&mut self, attempt: &AttemptMoney<'_>) {
        self.tasks += 1;
        match attempt.last {
            // A POST under way counts as spent, as an unknown does.
            MoneyEvent::Reserved if attempt.line.state == TaskState::Sending => {
                self.unknown += attempt.reserved.amount;
            }
            MoneyEvent::Reserved => self.reserved += attempt.reserved.amount,
            MoneyEvent::Charged | MoneyEvent::Resolved | MoneyEvent::Recorded => {
                self.charged += attempt.reserved.amount
            }
            MoneyEvent::Unknown => self.unknown += attempt.reserved.amount,
            MoneyEvent::Released
            | MoneyEvent::Refunded
            | MoneyEvent::Upload
            | MoneyEvent::Twice
            | MoneyEvent::TwiceRefunded => {}
        }
        self.charged += attempt.besides;
    }
}

/// One attempt's money: its reserve, and the last thing that became of it. The last line of an attempt decides: each
/// line says what the whole reserve is from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptMoney<'a> {
    /// Its first line of the ledger.
    pub line: &'a CostLine,
    /// The price.
    pub reserved: Money,
    /// What became of it.
    pub last: MoneyEvent,
    /// What was charged besides and not given back, in the same currency: uploads, second charges.
    pub besides: Amount,
}

impl AttemptMoney<'_> {
    /// Whether it counts against the cap of the day that begins then: what was sent in it, and what is set aside
    /// whenever that was.
    #[must_use]
    pub fn is_of_day(&self, day_start: Wall) -> bool {
        let is_open = matches!(self.line.state, TaskState::Queued | TaskState::Sending);
        is_open || self.line.sent_at.unwrap_or(self.line.at) >= day_start
    }
}

/// Each attempt's money, by key.
#[must_use]
pub fn attempts(lines: &[CostLine]) -> Vec<AttemptMoney<'_>> {
    let mut attempts: BTreeMap<TaskKey, AttemptMoney<'_>> = BTreeMap::new();
    for line in lines {
        let attempt = attempts.entry(line.key).or_insert(AttemptMoney {
            line,
            reserved: line.amount,
            last: line.event,
            besides: Amount::ZERO,
        });
        if let Some(besides) = line.event.besides(line.amount.amount) {
            if line.amount.currency == attempt.reserved.currency {
                attempt.besides += besides;
            }
            continue;
        }
        // Each says what the task's money is from then on: what the gateway's records tell takes the place of the price
        // that was expected, and gives it back to that price when a person takes their word back.
        (attempt.last, attempt.reserved) = (line.event, line.amount);
    }
    attempts.into_values().collect()
}

/// In the order of their moments: what was imported was written down later than it happened.
#[must_use]
pub fn oldest_first(lines: &[CostLine]) -> Vec<&CostLine> {
    let mut lines: Vec<&CostLine> = lines.iter().collect();
    lines.sort_by_key(|line| line.at);
    lines
}

/// The sums of some attempts by what they are grouped by, in the order of the groups' names; each currency for itself.
#[must_use]
pub fn sums(attempts: &[AttemptMoney<'_>], by: By, zone: Zone) -> BTreeMap<(String, Currency), Sum> {
    let mut sums: BTreeMap<(String, Currency), Sum> = BTreeMap::new();
    for attempt in attempts {
        let group = group(attempt.line, by, zone);
        sums.entry((group, attempt.reserved.currency)).or_default().add(attempt);
    }
    sums
}

/// The sum of some attempts, each currency for itself.
#[must_use]
pub fn sum<'a>(attempts: impl IntoIterator<Item = &'a AttemptMoney<'a>>) -> BTreeMap<Currency, Sum> {
    let mut sums: BTreeMap<Currency, Sum> = BTreeMap::new();
    attempts.into_iter().for_each(|attempt| sums.entry(attempt.reserved.currency).or_default().add(attempt));
    sums
}

fn group(line: &CostLine, by: By, zone: Zone) -> String {
    match by {
        By::Day => day(line.sent_at.unwrap_or(line.at), zone),
        By::Model => line.model.clone(),
        By::State => line.state.id().into(),
        By::Who => line.who.clone().unwrap_or_default(),
        // What runs or waits in spite of a trouble is no failure.
        By::Class => {
            let is_failure = matches!(line.state, TaskState::Failed | TaskState::Refused | TaskState::Unknown);
            ErrorClass::id_or_none(line.class.filter(|_| is_failure)).into()
        }
    }
}

/// The person's own date of a moment, such as `2026-11-22`.
#[must_use]
pub fn day(at: Wall, zone: Zone) -> String {
    let seconds = zone.shown(at).0.div_euclid(1_000);
    let text = Wall(seconds.saturating_mul(1_000)).rfc3339();
    text.split_once('T').map_or_else(|| text.clone(), |(date, _)| date.to_owned())
}

/// What a group came to in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The group's name: a day, a model, an id.
    pub group: String,
    pub currency: Currency,
    pub sum: Sum,
}

/// The whole ledger summed up, for the money screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Sums by day, the last first.
    pub days: Vec<Line>,
    pub models: Vec<Line>,
    pub states: Vec<Line>,
    /// Sums by kind of failure.
    pub classes: Vec<Line>,
    /// Sums by person; empty where all of it is one person's.
    pub people: Vec<Line>,
    /// The sum of all time, by currency.
    pub all: Vec<(Currency, Sum)>,
}

/// Sums up the ledger.
#[must_use]
pub fn report(lines: &[CostLine], now: Now) -> Report {
    let attempts = attempts(lines);
    let by = |by| {
        let sums = sums(&attempts, by, now.zone).into_iter();
        sums.map(|((group, currency), sum)| Line { group, currency, sum }).collect::<Vec<_>>()
    };
    let mut days = by(By::Day);
    days.reverse();
    let mut people = by(By::Who);
    if people.iter().all(|line| line.group == people[0].group) {
        people.clear();
    }
    Report {
        days,
        models: by(By::Model),
        states: by(By::State),
        classes: by(By::Class),
        people,
        all: sum(&attempts).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(key: u32, hour: i64, event: MoneyEvent, state: TaskState, class: Option<ErrorClass>) -> CostLine {
        CostLine {
            sent_at: None,
            key: TaskKey(key),
            at: Wall(1_795_305_600_000 + hour * 3_600_000),
            event,
            amount: Amount::from_thousandths(500).of(if key == 9 { Currency::Usd } else { Currency::Ptc }),
            profile: "302ai".into(),
            model: if key == 4 { "S2V-01" } else { "T2V-01" }.into(),
            state,
            charged: Charged::No,
            class,
            who: (key == 4).then(|| "ann".to_owned()),
        }
    }

    #[test]
    fn a_charge_that_the_records_told_counts_until_a_person_takes_their_word_back() {
        let half = Amount::from_thousandths(500);
        let of = |(event, amount): (MoneyEvent, Amount)| CostLine {
            amount: amount.of(Currency::Ptc),
            ..line(1, 0, event, TaskState::Cancelled, None)
        };
        let told = [(MoneyEvent::Reserved, half), (MoneyEvent::Unknown, half), (MoneyEvent::Recorded, Amount::ZERO)];
        let back = [(MoneyEvent::Unknown, half), (MoneyEvent::Resolved, half)];
        for (lines, expected) in [(told.to_vec(), Amount::ZERO), ([&told[..], &back].concat(), half)] {
            let lines: Vec<CostLine> = lines.into_iter().map(of).collect();
            assert_eq!(sum(&attempts(&lines))[&Currency::Ptc].charged, expected);
        }
    }

    #[test]
    fn what_is_being_sent_counts_as_spent() {
        let lines = [line(1, 0, MoneyEvent::Reserved, TaskState::Sending, None)];
        let unknown = Sum { tasks: 1, unknown: Amount::from_thousandths(500), ..Sum::default() };
        assert_eq!(sum(&attempts(&lines)), BTreeMap::from([(Currency::Ptc, unknown)]));
    }

    #[test]
    fn what_was_imported_later_has_the_place_of_its_moment() {
        let of = |hour| line(1, hour, MoneyEvent::Reserved, TaskState::Saved, None);
        let lines = [of(3), of(4), of(1), of(2)];
        let hours = [1, 2, 3, 4].map(of);
        assert_eq!(oldest_first(&lines), hours.each_ref());
    }

    #[test]
    fn the_last_line_of_an_attempt_says_what_became_of_its_reserve() {
        let half = Amount::from_thousandths(500);
        let none = Sum { tasks: 1, ..Sum::default() };
        for (events, expected) in [
            (&[MoneyEvent::Reserved][..], Sum { reserved: half, ..none }),
            (&[MoneyEvent::Reserved, MoneyEvent::Charged], Sum { charged: half, ..none }),
            (&[MoneyEvent::Reserved, MoneyEvent::Charged, MoneyEvent::Released], none),
            (&[MoneyEvent::Reserved, MoneyEvent::Charged, MoneyEvent::Unknown], Sum { unknown: half, ..none }),
            (&[MoneyEvent::Reserved, MoneyEvent::Unknown, MoneyEvent::Resolved], Sum { charged: half, ..none }),
            (&[MoneyEvent::Reserved, MoneyEvent::Unknown, MoneyEvent::Released], none),
        ] {
            let lines: Vec<CostLine> = events.iter().map(|e| line(1, 0, *e, TaskState::Saved, None)).collect();
            assert_eq!(sum(&attempts(&lines)), BTreeMap::from([(Currency::Ptc, expected)]), "{events:?}");
        }
    }

    #[test]
    fn a_report_groups_by_day_model_state_and_class_and_adds_up_no_two_currencies() {
        let lines = [
            line(1, -30, MoneyEvent::Reserved, TaskState::Saved, None),
            line(1, -30, MoneyEvent::Charged, TaskState::Saved, None),
            line(4, 1, MoneyEvent::Reserved, TaskState::Refused, Some(ErrorClass::Plan)),
            line(4, 1, MoneyEvent::Released, TaskState::Refused, Some(ErrorClass::Plan)),
            // It runs, whatever question got no answer.
            line(9, 2, MoneyEvent::Reserved, TaskState::Running, Some(ErrorClass::Network)),
            line(9, 2, MoneyEvent::Charged, TaskState::Running, Some(ErrorClass::Network)),
        ];
        let charged = Sum { tasks: 1, charged: Amount::from_thousandths(500), ..Sum::default() };
        let free = Sum { tasks: 1, ..Sum::default() };
        let of = |group: &str, currency, sum| Line { group: group.into(), currency, sum };
        assert_eq!(
            report(&lines, Now::default()),
            Report {
                days: vec![
                    of("2026-11-22", Currency::Usd, charged),
                    of("2026-11-22", Currency::Ptc, free),
                    of("2026-11-20", Currency::Ptc, charged)
                ],
                models: vec![
                    of("S2V-01", Currency::Ptc, free),
                    of("T2V-01", Currency::Ptc, charged),
                    of("T2V-01", Currency::Usd, charged)
                ],
                states: vec![
                    of("refused", Currency::Ptc, free),
                    of("running", Currency::Usd, charged),
                    of("saved", Currency::Ptc, charged)
                ],
                classes: vec![
                    of("none", Currency::Ptc, charged),
                    of("none", Currency::Usd, charged),
                    of("plan", Currency::Ptc, free)
                ],
                people: vec![
                    of("", Currency::Ptc, charged),
                    of("", Currency::Usd, charged),
                    of("ann", Currency::Ptc, free)
                ],
                all: vec![(Currency::Ptc, Sum { tasks: 2, ..charged }), (Currency::Usd, charged)],
            }
        );
    }
}
