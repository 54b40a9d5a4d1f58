//! The balance: the service's own word beside our sums.

use super::ticket;
use crate::{
    domain::problem::ErrorClass,
    engine::effect::{Effect, HttpCmd, Ticket},
    screens::app::App,
    service::answer::{Reply, judge_balance},
};

/// Asks for the balance, unless that is under way. Free.
pub(super) fn ask_balance(app: &mut App) -> Vec<Effect> {
    if !app.work.settings.has_key || app.work.money.asking.is_some() {
        return Vec::new();
    }
    let ticket = ticket(app);
    app.work.money.asking = Some(ticket);
    vec![Effect::Http(HttpCmd::Balance { ticket })]
}

/// The end of a balance call.
pub(super) fn balance(app: &mut App, of: Ticket, reply: &Reply) -> Vec<Effect> {
    if app.work.money.asking.take_if(|asking| *asking == of).is_none() {
        app.work.stale += 1;
        return Vec::new();
    }
    match judge_balance(reply) {
        Ok(amount) => {
            super::poller::answered(app);
            app.work.money.balance = Some((amount, app.work.now.wall));
            app.work.money.first_balance.get_or_insert((amount, app.work.now.wall));
            app.work.money.balance_problem = None;
        }
        Err(error) => {
            match reply {
                // Nobody was asked.
                Reply::NotSent { .. } => {}
                // Beside other calls without an answer. Alone it holds nothing back: a submission finds out for itself.
                _ if error.class == ErrorClass::Network => {
                    if super::poller::is_probing(app) {
                        super::poller::missed(app);
                    }
                }
                _ => super::poller::spoke(app),
            }
            app.work.money.balance_problem = Some(error);
        }
    }
    Vec::new()
}
