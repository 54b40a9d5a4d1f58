//! The balance: the service's own word beside our sums.

use super::ticket;
use crate::{
    domain::{
        answer::{Reply, judge_balance},
        problem::ErrorClass,
    },
    logic::{
        effect::{Effect, HttpCmd, Ticket},
        state::State,
    },
};

/// Asks for the balance, unless that is under way. Free.
pub(super) fn ask_balance(state: &mut State) -> Vec<Effect> {
    if !state.settings.has_key || state.money.asking.is_some() {
        return Vec::new();
    }
    let ticket = ticket(state);
    state.money.asking = Some(ticket);
    vec![Effect::Http(HttpCmd::Balance { ticket })]
}

/// The end of a balance call.
pub(super) fn balance(state: &mut State, of: Ticket, reply: &Reply) -> Vec<Effect> {
    if state.money.asking.take_if(|asking| *asking == of).is_none() {
        state.stale += 1;
        return Vec::new();
    }
    match judge_balance(reply) {
        Ok(amount) => {
            super::poller::answered(state);
            state.money.balance = Some((amount, state.now.wall));
            state.money.first_balance.get_or_insert((amount, state.now.wall));
            state.money.balance_problem = None;
        }
        Err(error) => {
            match reply {
                // Nobody was asked.
                Reply::NotSent { .. } => {}
                // Beside other calls without an answer. Alone it holds nothing back: a submission finds out for itself.
                _ if error.class == ErrorClass::Network => {
                    if super::poller::is_probing(state) {
                        super::poller::missed(state);
                    }
                }
                _ => super::poller::spoke(state),
            }
            state.money.balance_problem = Some(error);
        }
    }
    Vec::new()
}
