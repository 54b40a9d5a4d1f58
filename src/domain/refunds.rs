//! Charges without a result. 302.AI gives them back when asked within seven working days, by the request's id: its own
//! charges, which are in PTC, and nobody else's.

use super::{
    amount::{Currency, Money, Totals},
    task::{MoneyEvent, Phase, RefundMarks, Task, TaskKey, TaskState},
    time::{DAY, Now, Wall},
};
use serde::{Deserialize, Serialize};

/// Working days after the charge within which it can be asked for.
const WORKING_DAYS: i64 = 7;
/// Calendar days that seven working days can reach over, for looking them up.
pub const CALENDAR_DAYS: u32 = 12;

/// A charge that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub key: TaskKey,
    pub request_id: Option<String>,
    pub money: Money,
    /// When it was sent, and so charged.
    pub sent_at: Wall,
    pub model: String,
    pub asked_at: Option<Wall>,
    /// Working days left after today.
    pub days_left: u32,
    pub why: Why,
}

/// Why there is nothing for a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The task failed.
    Failed,
    /// The service answers for the task no longer, so it was given up here.
    Unanswered,
    /// The task's ID was lost.
    Lost,
    /// The call had been charged once already.
    Twice,
}

/// Whether a task was accepted and ended without a file, is not proven free and was not given back.
#[must_use]
pub fn is_refundable(task: &Task) -> bool {
    let without_result = match &task.phase {
        Phase::Failed { error } => task.remote.is_some() || error.code == super::task::ID_LOST,
        Phase::Cancelled { was, charged } => {
            *was == TaskState::Unknown && *charged == super::problem::Charged::Yes && task.remote.is_none()
        }
        _ => false,
    };
    is_gateways(task) && without_result && !task.is_proven_free() && task.refund.given_at.is_none()
}

/// Whether 302.AI charged it.
fn is_gateways(task: &Task) -> bool {
    task.currency == Currency::Ptc
}

/// The task's charges that can be given back, with what was said of each: its price, and what was charged once more.
#[must_use]
pub fn marks(task: &mut Task) -> Vec<(MoneyEvent, Money, &mut RefundMarks)> {
    let (is_gateways, currency) = (is_gateways(task), task.currency);
    let price = is_refundable(task).then(|| task.money());
    let price = price.map(|money| (MoneyEvent::Refunded, money, &mut task.refund));
    let stand = task.besides.twice.iter_mut().filter(|second| is_gateways && second.stands());
    let twice = stand.map(|second| (MoneyEvent::TwiceRefunded, second.cost.of(currency), &mut second.refund));
    price.into_iter().chain(twice).collect()
}

/// The charges that can still be asked for.
#[must_use]
pub fn of(task: &Task, now: Now) -> Vec<Refund> {
    let Some(sent_at) = task.sent_at.filter(|_| is_gateways(task)) else { return Vec::new() };
    let refund = |request_id: &Option<String>, money, sent_at, marks: RefundMarks, why| {
        Some(Refund {
            key: task.key,
            request_id: request_id.clone(),
            money,
            sent_at,
            model: task.request.model.clone(),
            asked_at: marks.asked_at,
            days_left: days_left(sent_at, now)?,
            why,
        })
    };
    let why = match &task.remote {
        None => Why::Lost,
        Some(_) if task.may_still_come() => Why::Unanswered,
        Some(_) => Why::Failed,
    };
    let price = is_refundable(task).then(|| refund(&task.request_id, task.money(), sent_at, task.refund, why));
    let stand = task.besides.twice.iter().filter(|second| second.stands());
    let twice = stand
        .map(|second| refund(&second.request_id, second.cost.of(task.currency), second.at, second.refund, Why::Twice));
    price.into_iter().chain(twice).flatten().collect()
}

/// Working days left after today, by the person's own days; `None` when it is too late.
#[must_use]
pub fn days_left(charged: Wall, now: Now) -> Option<u32> {
    let day = |at: Wall| now.zone.shown(at).0.div_euclid(DAY.cast_signed());
    let (from, to) = (day(charged), day(now.wall));
    if to - from > 2 * WORKING_DAYS {
        return None;
    }
    // The first day of 1970 was a Thursday; days 2 and 3 after it a weekend.
    let works = |day: &i64| !matches!(day.rem_euclid(7), 2 | 3);
    let passed = i64::try_from((from + 1..=to).filter(works).count()).ok()?;
    u32::try_from(WORKING_DAYS - passed).ok()
}

/// What is still to be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    pub count: usize,
    /// The fewest working days that one of them has left after today.
    pub days_left: u32,
    pub sum: Totals,
}

/// Sums up those that nobody has asked for.
#[must_use]
pub fn open(refunds: &[Refund]) -> Option<Open> {
    let open: Vec<&Refund> = refunds.iter().filter(|refund| refund.asked_at.is_none()).collect();
    let days_left = open.iter().map(|refund| refund.days_left).min()?;
    Some(Open { count: open.len(), days_left, sum: open.iter().map(|refund| refund.money).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    #[test]
    fn weekends_do_not_count_and_the_seventh_working_day_is_the_last() {
        // A Sunday, 2026-11-22, 18:30 UTC.
        let sunday = Wall(1_795_372_200_000);
        let left = |days: u64, offset: i32| {
            let now = Now { wall: sunday.plus(days * DAY), zone: Zone::east(offset), ..Now::default() };
            days_left(sunday, now)
        };
        for (days, expected) in [
            (0, Some(7)),
            (1, Some(6)),
            (5, Some(2)),
            // The next weekend.
            (6, Some(2)),
            (7, Some(2)),
            (8, Some(1)),
            (9, Some(0)),
            (10, None),
            (400, None),
        ] {
            assert_eq!(left(days, 0), expected, "{days}");
        }
        // In Shanghai it was Monday already.
        assert_eq!((left(0, 8 * 3_600), left(1, 8 * 3_600), left(8, 8 * 3_600)), (Some(7), Some(6), Some(1)));
        // A clock that was set back takes nothing away.
        let before = Now { wall: Wall(sunday.0 - DAY.cast_signed()), ..Now::default() };
        assert_eq!(days_left(sunday, before), Some(7));
    }
}
