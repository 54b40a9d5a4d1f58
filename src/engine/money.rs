//! Money: what the day has spent and may spend, and the balance, which is the service's own word beside our sums.

use crate::{
    availability,
    effect::{Caps, Effect, HttpCmd, StoreCmd, Ticket},
    profile_state::ProfileTotals,
    settings::Profile,
    work::Work,
};
use domain::{
    account::{self, KeptCaps, Raise},
    amount::{Amount, Currency, Totals},
    prices::Quote,
    problem::ErrorClass,
    request::Request,
    time::{Now, Wall},
};
use service::answer::Reply;

/// One day's money in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub currency: Currency,
    /// Charged or possibly charged.
    pub spent: Amount,
    /// Set aside for queued tasks.
    pub reserved: Amount,
    /// The cap, the lower of the config's and the store's, with what it was raised by today; `None` for no cap.
    pub cap: Option<Amount>,
    /// What the cap was raised by today.
    pub raised: Amount,
    /// The cap of the person who works here, with what they raised it by; `None` for no cap.
    pub own_cap: Option<Amount>,
    /// What of this person's counts against it.
    pub own_used: Amount,
}

impl Day {
    /// What counts against the cap.
    #[must_use]
    pub fn used(&self) -> Amount {
        self.spent + self.reserved
    }

    /// What the cap leaves; `None` for no cap.
    #[must_use]
    pub fn left(&self) -> Option<Amount> {
        self.cap.map(|cap| cap.less(self.used()))
    }

    /// This person's own cap and what it leaves, where that is less than the cap for all leaves.
    #[must_use]
    pub fn own_left(&self) -> Option<(Amount, Amount)> {
        let cap = self.own_cap?;
        let left = cap.less(self.own_used);
        self.left().is_none_or(|all| left < all).then_some((cap, left))
    }
}

impl Work {
    /// What this store has spent of a profile's currency since the service's last word about its balance: nothing where
    /// a day has begun since, and more was spent on the one before.
    #[must_use]
    pub fn spent_since_balance(&self, profile: &str) -> Amount {
        self.of_account(profile, |sums| &sums.spent).less(self.of(profile).balance.spent_then)
    }

    /// What is left of a profile's balance for what is not queued yet, as far as is known here: the service's last word
    /// less what was spent since and what is set aside.
    #[must_use]
    pub fn balance_left(&self, profile: &str) -> Option<Amount> {
        let (balance, _) = self.of(profile).balance.last?;
        Some(balance.less(self.spent_since_balance(profile) + self.set_aside(profile)))
    }

    /// What is set aside of a profile's balance.
    #[must_use]
    pub fn set_aside(&self, profile: &str) -> Amount {
        self.of_account(profile, |sums| &sums.reserved)
    }

    /// What the tasks come to of every profile that a profile's balance pays for.
    fn of_account(&self, profile: &str, sum: impl Fn(&ProfileTotals) -> &Totals) -> Amount {
        let of_account = self.money.by_profile.iter().filter(|(other, _)| self.is_one_account(profile, other));
        of_account.map(|(_, sums)| sum(sums).of(self.currency_of(profile))).sum()
    }

    /// What a profile's money is in.
    #[must_use]
    pub fn currency_of(&self, profile: &str) -> Currency {
        self.profile(profile).map_or_else(|| self.currency(), Profile::currency)
    }

    /// What the profile's money is in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.settings.profile.currency()
    }

    /// Now, in the day that money is counted by.
    fn by_keeper(&self) -> Now {
        account::by_keeper(&self.sharing.caps, self.now)
    }

    /// When the day began that money is counted by.
    #[must_use]
    pub fn day_start(&self) -> Wall {
        self.by_keeper().day_start()
    }

    /// When it ends.
    pub(crate) fn day_end(&self) -> Wall {
        self.by_keeper().day_end()
    }

    /// What today has spent and may spend of a currency.
    #[must_use]
    pub fn day(&self, currency: Currency) -> Day {
        let raised = Raise::sum(&self.sharing.raises, currency, self.settings.who.as_deref(), self.by_keeper());
        let caps = self.settings.budget.day_caps().lowered(self.sharing.caps.get(&currency)).raised(raised);
        Day {
            currency,
            spent: self.money.spent_today.of(currency),
            reserved: self.money.reserved.of(currency),
            cap: caps.per_day,
            raised: raised.all,
            own_cap: caps.per_day_each,
            own_used: self.money.own.of(currency),
        }
    }

    /// The caps of that currency that only somebody else may raise.
    #[must_use]
    pub fn caps_of_others(&self, currency: Currency) -> Option<&KeptCaps> {
        self.sharing.caps.get(&currency).filter(|caps| !caps.is_ours)
    }

    /// What today's cap of any currency was raised by, the oldest first.
    pub fn raises_today(&self) -> impl Iterator<Item = &Raise> {
        let now = self.by_keeper();
        self.sharing.raises.iter().filter(move |raise| raise.holds(now))
    }
}

/// Asks for the balance of every profile, unless that is under way. Free.
pub(super) fn ask_balances(work: &mut Work) -> Vec<Effect> {
    let profiles = work.profiles();
    profiles.iter().filter_map(|profile| ask_balance(work, profile)).collect()
}

/// Asks for the balance of one profile, unless that is under way. Free.
pub(super) fn ask_balance(work: &mut Work, profile: &str) -> Option<Effect> {
    let served = work.of(profile);
    if !served.has_key || served.balance.asking.is_some() || !work.protocol(profile).can().balance {
        return None;
    }
    let ticket = work.ticket();
    work.of_mut(profile).balance.asking = Some(ticket);
    Some(Effect::http(profile, HttpCmd::Balance { ticket }))
}

/// The end of a balance call, and whose balance it was; `None` for a stale reply.
pub(super) fn balance(work: &mut Work, ticket: Ticket, reply: &Reply) -> Option<(String, Vec<Effect>)> {
    let Some((profile, _)) = work.asked(|served| served.balance.asking.take_if(|asked| *asked == ticket)) else {
        work.drop_stale();
        return None;
    };
    let mut effects = Vec::new();
    match work.protocol(&profile).balance(reply) {
        Ok(amount) => {
            availability::answered(work, &profile);
            let (at, spent) = (work.now.wall, work.of_account(&profile, |sums| &sums.spent));
            let balance = &mut work.of_mut(&profile).balance;
            balance.last = Some((amount, at));
            balance.spent_then = spent;
            balance.first.get_or_insert((amount, at));
            balance.problem = None;
            effects.push(Effect::Store(StoreCmd::SaveBalance { profile: profile.clone(), amount, at }));
        }
        Err(error) => {
            match reply {
                // Nobody was asked.
                Reply::NotSent { .. } => {}
                // Beside other calls without an answer. Alone it holds nothing back: a submission finds out for itself.
                _ if error.class == ErrorClass::Network => {
                    if availability::is_probing(work, &profile) {
                        availability::missed(work, &profile);
                    }
                }
                _ => availability::spoke(work, &profile),
            }
            work.of_mut(&profile).balance.problem = Some(error);
        }
    }
    Some((profile, effects))
}

/// What a request costs in a profile's currency; `None` where that is not known, which is not the same as free.
#[must_use]
pub fn price(work: &Work, profile: &str, request: &Request) -> Option<Quote> {
    work.profile(profile)?.price(request)
}

/// The caps that a batch must keep.
pub(super) fn caps(work: &Work) -> Caps {
    let day = work.by_keeper();
    Caps {
        per_day: work.settings.budget.per_day,
        per_day_each: work.settings.budget.per_day_each,
        per_batch: work.settings.budget.per_batch,
        day_start: day.day_start(),
        day_end: day.day_end(),
    }
}

/// Reads them again where they may have changed and somebody looks.
pub(super) fn read_refunds(work: &mut Work) -> Vec<Effect> {
    let wanted = work.settings.interactive && work.tasks.loaded && work.store.owner.is_some();
    let wanted = wanted && work.store.failures == 0;
    if !wanted || !work.money.refunds_stale || !work.store.pending.is_empty() {
        return Vec::new();
    }
    work.money.refunds_stale = false;
    vec![Effect::Store(StoreCmd::Refunds { now: work.now })]
}
