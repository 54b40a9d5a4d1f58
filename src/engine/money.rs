//! The balance: the service's own word beside our sums.

use super::ticket;
use crate::{
    effect::{Effect, HttpCmd, Ticket},
    work::Work,
};
use domain::problem::ErrorClass;
use service::answer::Reply;

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
    match work.settings.profile.protocol.balance(reply) {
        Ok(amount) => {
            super::poller::answered(work);
            work.money.balance = Some((amount, work.now.wall));
            work.money.first_balance.get_or_insert((amount, work.now.wall));
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
    Vec::new()
}
