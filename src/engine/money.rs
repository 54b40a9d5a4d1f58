//! Money: what the day has spent and may spend, and the balance, which is the service's own word beside our sums.

use super::ticket;
use crate::{
    effect::{Effect, HttpCmd, StoreCmd, Ticket},
    work::{Auditing, Work},
};
use domain::{
    account::Raise,
    amount::{Amount, Currency, Totals},
    audit::{Audit, NotAudited},
    costs::Report,
    problem::{ErrorClass, TaskError},
    refunds::Refund,
    time::Wall,
};
use service::answer::Reply;

/// Money, as this store and the service know it.
#[derive(Clone, Debug, Default)]
pub struct Money {
    /// Charged or possibly charged today, by this store; kept by `engine::tasks`.
    pub spent_today: Totals,
    /// Set aside for queued tasks.
    pub reserved: Totals,
    /// The day these sums are of, by its first moment.
    pub day: Wall,
    /// The service's own word, and when.
    pub balance: Option<(Amount, Wall)>,
    /// What counted as spent today when that word came.
    pub spent_at_balance: Totals,
    /// Its first word in this run, and when: what its later ones are compared with.
    pub first_balance: Option<(Amount, Wall)>,
    /// The ledger summed up, as of the last time the money screen asked.
    pub report: Option<Box<Report>>,
    /// The ledger beside the gateway's records, as of the last time a person asked, and when that was.
    pub audit: Option<(Result<Box<Audit>, NotAudited>, Wall)>,
    /// The one under way.
    pub auditing: Option<Auditing>,
    /// Charges that can be asked back, as the store last told.
    pub refunds: Vec<Refund>,
    /// Whether these may be others now.
    pub refunds_stale: bool,
    /// Why the balance could not be had.
    pub balance_problem: Option<TaskError>,
    /// The call under way.
    pub asking: Option<Ticket>,
}

impl Money {
    /// What this store has spent of a currency since the service's last word about the balance: nothing where a day has begun since,
    /// and more was spent on the one before.
    #[must_use]
    pub fn spent_since_balance(&self, currency: Currency) -> Amount {
        self.spent_today.of(currency).less(self.spent_at_balance.of(currency))
    }

    /// What is left of the balance in the profile's currency for what is not queued yet, as far as is known here: the service's
    /// last word less what was spent since and what is set aside.
    #[must_use]
    pub fn balance_left(&self, currency: Currency) -> Option<Amount> {
        let (balance, _) = self.balance?;
        Some(balance.less(self.spent_since_balance(currency) + self.reserved.of(currency)))
    }
}

impl Work {
    /// What the profile's money is in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.settings.profile.currency()
    }

    /// Charged or possibly charged today, in the profile's currency.
    #[must_use]
    pub fn spent_today(&self) -> Amount {
        self.money.spent_today.of(self.currency())
    }

    /// Set aside for queued tasks, in the profile's currency.
    #[must_use]
    pub fn reserved(&self) -> Amount {
        self.money.reserved.of(self.currency())
    }

    /// The day's cap of a currency with what it was raised by today; `None` for no cap.
    #[must_use]
    pub fn cap(&self, currency: Currency) -> Option<Amount> {
        let raised = Raise::sum(&self.sharing.raises, currency, self.now.day_start());
        self.settings.budget.per_day.map(|cap| cap + raised)
    }

    /// The day's cap of the profile's currency, as [`cap`](Self::cap) has it.
    #[must_use]
    pub fn days_cap(&self) -> Option<Amount> {
        self.cap(self.currency())
    }

    /// What today's cap of any currency was raised by, the oldest first.
    pub fn raises_today(&self) -> impl Iterator<Item = &Raise> {
        let day = self.now.day_start();
        self.sharing.raises.iter().filter(move |raise| raise.by.at >= day)
    }
}

/// Asks for the balance, unless that is under way. Free.
pub(super) fn ask_balance(work: &mut Work) -> Vec<Effect> {
    if !work.settings.has_key || work.money.asking.is_some() || !work.settings.profile.protocol.can().balance {
        return Vec::new();
    }
    let ticket = ticket(work);
    work.money.asking = Some(ticket);
    vec![Effect::Http(HttpCmd::Balance { ticket })]
}

/// The end of a balance call.
pub(super) fn balance(work: &mut Work, of: Ticket, reply: &Reply) -> Vec<Effect> {
    if work.money.asking.take_if(|asking| *asking == of).is_none() {
        work.stale += 1;
        return Vec::new();
    }
    let mut effects = Vec::new();
    match work.settings.profile.protocol.balance(reply) {
        Ok(amount) => {
            super::poller::answered(work);
            work.money.balance = Some((amount, work.now.wall));
            work.money.spent_at_balance = work.money.spent_today.clone();
            work.money.first_balance.get_or_insert((amount, work.now.wall));
            let (profile, at) = (work.settings.profile.name.clone(), work.now.wall);
            effects.push(Effect::Store(StoreCmd::SaveBalance { profile, amount, at }));
            work.money.balance_problem = None;
        }
        Err(error) => {
            match reply {
                // Nobody was asked.
                Reply::NotSent { .. } => {}
                // Beside other calls without an answer. Alone it holds nothing back: a submission finds out for itself.
                _ if error.class == ErrorClass::Network => {
                    if super::poller::is_probing(work) {
                        super::poller::missed(work);
                    }
                }
                _ => super::poller::spoke(work),
            }
            work.money.balance_problem = Some(error);
        }
    }
    effects.extend(super::audit::go_on(work));
    effects
}
