//! What belongs to the account, or to everything that runs on one store, rather than to one program: who stopped the
//! sending and why, how long the service asked to wait, what failed in a row, who sends.

use crate::{
    amount::{Amount, Currency, Money},
    clock_jumps::ClockJumps,
    problem::{ErrorClass, TaskError},
    time::{HOUR, MINUTE, Now, SECOND, Wall, Zone},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// For how long a submission takes a place in the account's pace, in milliseconds. It is counted when it is claimed and
/// reaches the service a little later: with a minute alone, one that was slow on its way and a quick one a minute after
/// it would arrive within the same 60 seconds.
pub const PACE_SPAN: u64 = MINUTE + SECOND;

/// The longest wait that the service's own word is taken for, in milliseconds: a proxy that says "in a year" must not
/// stop the day's work. A wait that is kept cannot end later than that, unless the clock was set back since.
pub const LONGEST_WAIT: u64 = HOUR;

/// What stops all sending until somebody has seen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HaltCause {
    /// The key was not accepted.
    Key,
    /// Balance or quota used up.
    Balance,
    /// The next task would cross a cap of our own.
    Budget,
    /// The store cannot be written.
    Store,
    /// What answers at `base_url` is not the service: it points elsewhere, wants a login, shows a page.
    Address,
    /// So many tasks in a row failed in the same way (`queue.stop_after_failures`).
    Failures(ErrorClass),
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The program and the number of its process, such as `watch 812`.
    pub who: String,
    pub at: Wall,
}

/// Why an account no longer sends: facts only, so that each reader can say it in their own language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The kind of cause.
    pub cause: HaltCause,
    /// Tasks in a row that failed, where that is the cause.
    pub tasks: u32,
    /// What the last one came to.
    pub error: TaskError,
}

/// An account's halt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// Who found the cause, and when.
    pub by: Stamp,
    /// The cause.
    pub why: Why,
}

/// Tasks in a row that failed in the same way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streak {
    /// The way.
    pub class: Option<ErrorClass>,
    pub tasks: u32,
}

/// How an account fares with the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The service asked to send nothing before this; the beginning of time where it did not.
    pub not_before: Wall,
    /// How often in a row the service asked to wait.
    pub put_backs: u32,
    /// Submissions in a row that were not taken.
    pub refusals: Streak,
    /// Tasks in a row that the service gave up.
    pub failures: Streak,
    /// How the clock was set by which its submissions are dated.
    #[serde(default, rename = "leaps")]
    pub jumps: ClockJumps,
}

/// A running program that serves the store, a dashboard or `watch`, and one of the profiles of which it sends all that
/// is queued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Its name in claims.
    pub owner: String,
    /// Its name to a person, as in [`Stamp::who`].
    pub name: String,
    /// The profile; empty for a program that sends nothing now, such as a paused one.
    pub profile: String,
}

/// A program that says from time to time that it runs, on a store that several machines share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name in claims.
    pub owner: String,
    /// The machine.
    pub host: String,
    /// The person it works for; empty where nobody is named.
    pub who: String,
    pub version: String,
    /// How long ago it last said so, in milliseconds.
    pub silent_ms: u64,
}

/// More for the day's cap of a currency, by a person's word, for the day on which it was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raise {
    /// Who raised it, and when: no two are alike in both.
    pub by: Stamp,
    /// How much the cap is raised by; more than nothing.
    pub more: Money,
    /// The person who raised it, whose own cap it raises too; `None` where nobody is named, and until the store has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// What today's raises come to in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Raised {
    /// Everybody's: they raise the cap for all.
    pub all: Amount,
    /// Those of one person: they raise that person's own cap too.
    pub own: Amount,
}

/// Prefix of [`Stamp::who`] for raises imported from another store: history only.
pub const ELSEWHERE: &str = "import:";

impl Raise {
    /// Whether it holds today: it was made on this store, and today.
    #[must_use]
    pub fn holds(&self, now: Now) -> bool {
        !self.by.who.starts_with(ELSEWHERE) && (now.day_start()..now.day_end()).contains(&self.by.at)
    }

    /// What the raises that hold today come to in a currency: all of them, and those of one person.
    #[must_use]
    pub fn sum(raises: &[Self], currency: Currency, who: Option<&str>, now: Now) -> Raised {
        let holding = || raises.iter().filter(|raise| raise.more.currency == currency && raise.holds(now));
        Raised {
            all: holding().map(|raise| raise.more.amount).sum(),
            own: holding().filter(|raise| raise.person.as_deref() == who).map(|raise| raise.more.amount).sum(),
        }
    }

    /// Whether the other is the same raise, though the store's clock was measured anew between the two: then all moments
    /// are some whole seconds later or earlier.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let apart = self.by.at.since(other.by.at).max(other.by.at.since(self.by.at));
        (&self.by.who, self.more) == (&other.by.who, other.more) && apart <= 10 * SECOND && apart.is_multiple_of(SECOND)
    }

    /// What it is in a store that did not make it.
    #[must_use]
    pub fn elsewhere(mut self) -> Self {
        if !self.by.who.starts_with(ELSEWHERE) {
            self.by.who.insert_str(0, ELSEWHERE);
        }
        self
    }
}

/// The caps of a day that are kept in the store, in one currency: they hold for everybody on it, whatever cap a config
/// sets. What a task costs is still what its program's config says, where that sets a price of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCaps {
    /// The cap for all people together.
    pub per_day: Option<Amount>,
    /// The cap for each person.
    pub per_day_each: Option<Amount>,
    /// The person who set them, and when.
    pub by: Stamp,
    /// Their day is that of a clock so many seconds ahead of the reader's in UTC: that of the store's server, in the
    /// zone of whoever keeps them; `None` for each reader's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<i32>,
    /// Whether this program may change them, and raise today's.
    pub is_ours: bool,
}

impl KeptCaps {
    /// Whether both let the same pass, whoever set them, and whenever: of the zone the minutes count, since its seconds
    /// are how far the store's clock was thought to be ahead.
    #[must_use]
    pub fn holds_as(&self, other: &Self) -> bool {
        let what = |caps: &Self| (caps.per_day, caps.per_day_each, caps.zone.map(|east| (east + 30).div_euclid(60)));
        what(self) == what(other)
    }
}

/// The caps of a day in one currency; `None` for no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCaps {
    /// For all people together.
    pub per_day: Option<Amount>,
    /// For each person.
    pub per_day_each: Option<Amount>,
}

impl DayCaps {
    /// The lower ones of these, a config's, and those that are kept in the store.
    #[must_use]
    pub fn lowered(self, kept: Option<&KeptCaps>) -> Self {
        let lower = |one: Option<Amount>, other: Option<Amount>| one.into_iter().chain(other).min();
        Self {
            per_day: lower(self.per_day, kept.and_then(|kept| kept.per_day)),
            per_day_each: lower(self.per_day_each, kept.and_then(|kept| kept.per_day_each)),
        }
    }

    /// One of them.
    #[must_use]
    pub const fn of(self, cap: BudgetCap) -> Option<Amount> {
        match cap {
            BudgetCap::Day => self.per_day,
            BudgetCap::Each => self.per_day_each,
            BudgetCap::Batch => None,
        }
    }

    /// Who set that cap in the store, where the one that is kept there holds: it is not above this one, a config's.
    #[must_use]
    pub fn set_by(self, cap: BudgetCap, kept: Option<&KeptCaps>) -> Option<String> {
        let stores = Self::default().lowered(kept).of(cap)?;
        kept.filter(|_| self.of(cap).is_none_or(|own| stores <= own)).map(|kept| kept.by.who.clone())
    }

    /// These with what they were raised by today: the cap for all, and one person's own.
    #[must_use]
    pub fn raised(self, by: Raised) -> Self {
        Self { per_day: self.per_day.map(|cap| cap + by.all), per_day_each: self.per_day_each.map(|cap| cap + by.own) }
    }
}

/// Now in the time zone of the person who set the shared caps; unchanged if there are none.
#[must_use]
pub fn by_keeper(caps: &BTreeMap<Currency, KeptCaps>, now: Now) -> Now {
    let kept = caps.values().find_map(|caps| caps.zone);
    Now { zone: kept.map_or(now.zone, Zone::east), ..now }
}

/// One of our caps on spending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetCap {
    /// `budget.per_day`.
    Day,
    /// `budget.per_day_each`.
    Each,
    /// `budget.per_batch`.
    Batch,
}

impl BudgetCap {
    /// The option of the config that sets it.
    #[must_use]
    pub const fn option(self) -> &'static str {
        match self {
            Self::Day => "budget.per_day",
            Self::Each => "budget.per_day_each",
            Self::Batch => "budget.per_batch",
        }
    }
}

/// What would cross a cap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverBudget {
    /// Which cap refuses it.
    pub cap: BudgetCap,
    /// The cap.
    pub limit: Amount,
    /// What stands against it already.
    pub spent: Amount,
    /// What this would cost.
    pub asked: Amount,
    /// What all three are in.
    pub currency: Currency,
    /// The person who set it in the store; `None` where it is the config's.
    pub set_by: Option<String>,
}

impl OverBudget {
    /// What crosses that limit, where so much more does.
    #[must_use]
    pub fn of(
        cap: BudgetCap,
        limit: Option<Amount>,
        spent: Amount,
        asked: Money,
        set_by: Option<String>,
    ) -> Option<Self> {
        let limit = limit.filter(|limit| spent + asked.amount > *limit)?;
        Some(Self { cap, limit, spent, asked: asked.amount, currency: asked.currency, set_by })
    }

    /// By how much it would cross.
    #[must_use]
    pub fn by(&self) -> Money {
        (self.spent + self.asked).less(self.limit).of(self.currency)
    }
}

/// All of it, as one store has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// Nobody on this store sends.
    pub pause: Option<Stamp>,
    /// Accounts that no longer send, by profile.
    pub halts: BTreeMap<String, Stopped>,
    /// Each profile's account, by the profile's name.
    pub accounts: BTreeMap<String, Account>,
    /// The other programs that serve the store, by their owners; one that sends for several profiles is here for each.
    pub senders: Vec<Sender>,
    /// What the day's cap was raised by lately, the oldest first; each reader's own day tells which of them hold.
    pub raises: Vec<Raise>,
    /// The caps that are kept in the store.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub caps: BTreeMap<Currency, KeptCaps>,
}

/// What one program changes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Stop all sending from this store.
    Pause,
    /// Stop sending for the account.
    Halt(Why),
    /// Go on after these stops, which a person has seen; one that came meanwhile stays.
    Resume { pause: Option<Stamp>, halt: Option<Stamp> },
    /// How the account fares now.
    Keep(Account),
    /// This program, a dashboard or `watch`, sends all that is queued of these profiles.
    Serve(Vec<String>),
    /// Raise the day's cap for today.
    Raise(Raise),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_kept_by_the_names_that_every_version_reads() {
        let kept = serde_json::to_value(Account::default()).unwrap_or_default();
        let names = kept.as_object().map(|account| account.keys().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(names.unwrap_or_default(), ["failures", "leaps", "not_before", "put_backs", "refusals"]);
    }

    #[test]
    fn the_lower_cap_holds_and_each_is_raised_by_those_it_is_for() {
        let amount = Amount::from_thousandths;
        let by = |who: &str, at| Stamp { who: who.into(), at: Wall(at) };
        let raise = |who: &str, at, more, person: Option<&str>| Raise {
            by: by(who, at),
            more: amount(more).of(Currency::Ptc),
            person: person.map(str::to_owned),
        };
        let raises = [
            raise("ann, 1", 0, 1, Some("ann")),
            raise("bob, 2", 1, 20, Some("bob")),
            // Of another store, of another day, in another currency.
            raise("import:ann, 1", 0, 300, Some("ann")),
            raise("ann, 1", 48 * HOUR.cast_signed(), 300, Some("ann")),
            Raise { more: amount(300).of(Currency::Usd), ..raise("ann, 1", 0, 0, Some("ann")) },
        ];
        let raised = Raise::sum(&raises, Currency::Ptc, Some("ann"), Now::default());
        assert_eq!(raised, Raised { all: amount(21), own: amount(1) });

        let kept =
            |per_day, per_day_each| KeptCaps { per_day, per_day_each, by: by("ann", 0), zone: None, is_ours: true };
        let (low, high) = (Some(amount(100)), Some(amount(500)));
        let of = |per_day, per_day_each| DayCaps { per_day, per_day_each };
        for (config, kept, caps) in [
            (of(low, high), Some(kept(high, low)), of(low, low)),
            (of(None, high), Some(kept(high, None)), of(high, high)),
            (of(low, None), None, of(low, None)),
        ] {
            assert_eq!(config.lowered(kept.as_ref()), caps);
        }
        let set_by = |config: DayCaps, kept: &KeptCaps| {
            [BudgetCap::Day, BudgetCap::Each, BudgetCap::Batch].map(|cap| config.set_by(cap, Some(kept)).is_some())
        };
        assert_eq!(set_by(of(low, high), &kept(high, low)), [false, true, false]);
        assert_eq!(set_by(of(low, None), &kept(low, None)), [true, false, false]);
        assert_eq!(of(low, low).raised(raised), of(Some(amount(121)), Some(amount(101))));
        assert_eq!(of(None, None).raised(raised), of(None, None));
    }
}
