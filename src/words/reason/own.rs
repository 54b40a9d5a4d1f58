//! What the program itself found or was told to do.

use super::message;
use crate::{problem::Problem, tr};
use domain::{
    reason::{Own, Reason},
    time::SECOND,
};
use engine::settings::Voice;

pub(super) fn problem(own: &Own, voice: &Voice) -> Problem {
    let (what, next) = match own {
        Own::Interrupted => (
            tr!("the program that was sending it ended before an answer came").to_owned(),
            tr!("Look at the gateway's own log, then settle it: lost, not created, or found with its id.").to_owned(),
        ),
        Own::NotKept => (tr!("the outcome of the submission is not known").to_owned(), String::new()),
        Own::NotCreated => (
            tr!("settled by hand: the service never made it").to_owned(),
            tr!("{retry} sends it again as a new attempt.", retry = voice.retry),
        ),
        Own::OddState(word) => (
            tr!("The service reports {word}, a state that is not known here", word = format!("{word:?}")),
            tr!("The program keeps asking until it is no longer watched.").to_owned(),
        ),
        Own::NoFile { patience } => (
            tr!("The service says it is done but names no file").to_owned(),
            tr!("The program keeps asking for {seconds} s.", seconds = patience / SECOND),
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
            tr!("the storage refuses every address the service gives: {detail}", detail),
            tr!("It is fetched again automatically; {download} tries at once.", download = voice.download),
        ),
        Own::SavingStopped => (
            tr!("saving was stopped, and the paid file is not on disk").to_owned(),
            tr!("Download it to have it now; otherwise it is fetched when the program next starts.").to_owned(),
        ),
    };
    Problem::new(what, "", next)
}
