//! What the program itself found or was told to do.

use super::message;
use crate::voice::Voice;
use crate::{problem::Problem, tr};
use domain::{
    account::{BudgetCap, OverBudget},
    reason::{Own, Reason},
    time::SECOND,
};

fn by_records() -> String {
    tr!("Check the gateway's records, then resolve it: lost, not created, or found with its ID.").to_owned()
}

pub(super) fn problem(own: &Own, voice: &Voice) -> Problem {
    let (what, next) = match own {
        Own::Interrupted => (
            tr!("the program that was sending it ended before an answer came").to_owned(),
            by_records(),
        ),
        Own::IdOfAnother { id, other } => (
            tr!("the service answered with {id}, which is the ID of {other}", id = id.0, other),
            by_records(),
        ),
        Own::NotKept => (tr!("the outcome of the submission is unknown").to_owned(), String::new()),
        Own::NotCreated => (
            tr!("resolved by hand: the service never created it").to_owned(),
            tr!("{retry} sends it again as a new attempt.", retry = voice.retry),
        ),
        Own::OddState(word) => (
            tr!("The service reports {word}, which is not a known state", word = format!("{word:?}")),
            tr!("reeltop keeps asking until you stop watching it.").to_owned(),
        ),
        Own::NoFile { patience } => (
            tr!("The service says it is done but gives no file").to_owned(),
            tr!("reeltop keeps asking for {seconds} s.", seconds = patience / SECOND),
        ),
        Own::GivenUp(why) => {
            let met = message(why, voice);
            let what = match **why {
                Reason::Own(Own::NoFile { .. }) => met,
                _ => tr!("The service no longer answers for this task: {message}", message = met),
            };
            // No key is named: the row is read on the command line too.
            let next =
                tr!("Downloading it asks again, free. If it does not come, ask the service about the task's ID.");
            (what, next.to_owned())
        }
        Own::AddressesRefused(detail) => (
            tr!("the storage refuses every URL the service gives: {detail}", detail),
            tr!("It is fetched again automatically; {download} tries at once.", download = voice.download),
        ),
        Own::RanOut(why) => (
            tr!("its URL expired before it was saved, and a fresh one does not work: {message}", message = message(why, voice)),
            tr!("{download} tries once more. If that fails too, ask the service about the task's ID.", download = voice.download),
        ),
        Own::IdLost => (
            tr!("the gateway's records show that it was charged, but not its ID: its file cannot be fetched").to_owned(),
            tr!("Ask 302.AI for the money: `reeltop refunds` writes the text. An ID that turns up still resolves it: see `reeltop resolve --help`.").to_owned(),
        ),
        Own::NothingMade => (
            tr!("the gateway's records show that it was not charged, and no ID: nothing was made").to_owned(),
            tr!("{retry} sends it again as a new attempt.", retry = voice.retry),
        ),
        Own::SavingStopped => (
            tr!("saving was stopped, and the paid file is not on disk").to_owned(),
            tr!("Download it to have it now; otherwise it is fetched at the next start.").to_owned(),
        ),
        Own::OverBudget(over) => (
            over_budget(over),
            match &over.set_by {
                Some(who) => tr!(
                    "Take tasks back, or ask {who}, who set it for everybody on this store, or another keeper: `reeltop store budget` changes it.",
                    who
                ),
                None => tr!(
                    "Take tasks back, or raise {option} in the config; `:budget +{more}` in the dashboard raises it for today only.",
                    option = over.cap.option(),
                    more = over.by()
                ),
            },
        ),
    };
    Problem::new(what, "", next)
}

/// What a person does who wants tasks of a profile to be served here.
#[must_use]
pub(crate) fn give_a_key() -> &'static str {
    tr!("Give that profile a key of its own in the config; `reeltop doctor` says what is missing.")
}

/// What a person does whose tasks would cross a cap before they are queued.
#[must_use]
pub fn under_the_cap(over: &OverBudget) -> String {
    match (over.cap, &over.set_by) {
        (_, Some(who)) => tr!(
            "Queue less, or ask {who}, who set it for everybody on this store, or another keeper: `reeltop store budget` changes it.",
            who
        ),
        (BudgetCap::Day | BudgetCap::Each, None) => tr!(
            "Queue less, or raise {option} in the config; `:budget +{more}` in the dashboard raises it for today only.",
            option = over.cap.option(),
            more = over.by()
        ),
        (BudgetCap::Batch, None) => tr!("Queue less, or raise {option} in the config.", option = over.cap.option()),
    }
}

/// What would cross which cap.
#[must_use]
pub fn over_budget(over: &OverBudget) -> String {
    let [limit, spent, asked] = [over.limit, over.spent, over.asked].map(|amount| amount.of(over.currency));
    match over.cap {
        BudgetCap::Day => {
            tr!("{asked} more would cross the day's cap of {limit} ({spent} of it used)", asked, limit, spent)
        }
        BudgetCap::Each => {
            tr!("{asked} more would cross your own cap for a day of {limit} ({spent} of it used)", asked, limit, spent)
        }
        BudgetCap::Batch => {
            tr!("{total} would cross the batch's cap of {cap}", total = asked, cap = limit)
        }
    }
}
