//! A task's time line.

use super::message;
use crate::voice::Voice;
use crate::{lang, tr};
use domain::{
    task::{RefundStep, ResolvedAs, What},
    time::SECOND,
};

/// Every kind that the program writes, in the order of a task's life.
pub const KINDS: [&str; 22] = [
    "adopted",
    "confirmed",
    "sending",
    "put back",
    "accepted",
    "refused",
    "unknown",
    "resolved",
    "status",
    "no answer",
    "ready",
    "failed",
    "download",
    "saving",
    "not saved",
    "stopped",
    "saved",
    "cancelled",
    "put away",
    "records",
    "refund",
    "money",
];

/// A kind in the reader's language. One that is not known stays as it is.
#[must_use]
pub fn kind(kind: &str) -> &str {
    KINDS.iter().find(|known| **known == kind).map_or(kind, |known| lang::tr(known))
}

/// The particulars of an event.
#[must_use]
pub fn event(what: &What, voice: &Voice) -> String {
    let text = match what {
        What::Said { text, .. } => return text.clone(),
        What::Confirmed(amount) => return tr!("{amount} set aside", amount),
        What::Adopted(id) => return tr!("created elsewhere as {id}", id = id.0),
        What::PutBack { wait_ms, why, .. } => {
            let (seconds, message) = (wait_ms.div_ceil(SECOND), message(why, voice));
            return tr!("sent again in {seconds} s: {message}", seconds, message);
        }
        What::Accepted(id) => return tr!("the service's ID is {id}", id = id.0),
        What::AcceptedLate(id) => {
            return tr!("accepted after all, and charged: the service's ID is {id}", id = id.0);
        }
        What::Refused(why) | What::Unknown(why) | What::NoAnswer(why) | What::Failed(why) | What::NotSaved(why) => {
            return message(why, voice);
        }
        What::Posted(id) => return tr!("the service posted its ID: {id}", id = id.0),
        What::Resolved(as_what) => return resolved(as_what),
        What::Recorded(money) => return tr!("{money} was charged", money),
        What::NotBelieved(money) => {
            return tr!("the records say {money}, far beyond the price: the price is counted", money);
        }
        What::ChargedTwice(money) => return tr!("the same call was charged once more: {money}", money),
        What::FoundInRecords(id) => return tr!("it was accepted: its ID is {id}", id = id.0),
        What::Evidence(evidence) => return super::evidence(evidence),
        What::Refund(RefundStep::Asked) => tr!("asked for"),
        What::Refund(RefundStep::Given) => tr!("the money came back"),
        What::Status(word) => return word.clone(),
        What::Ready(file) => return tr!("finished; the file's ID is {id}", id = file.0),
        // Its name was forgotten with the prompt.
        What::Saved { bytes, path } if path.ends_with('/') => return tr!("{bytes} bytes", bytes),
        What::Saved { bytes, path } => return tr!("{bytes} bytes in {path}", bytes, path),
        What::Sending => tr!("saved as being sent; the submission follows"),
        What::SendingStopped => tr!("stopped before the submission"),
        What::DownloadAsked => tr!("requested by you"),
        What::SavingBegun => tr!("download started"),
        What::SavingResumed => tr!("resumed after it was stopped"),
        What::SavingStopped => tr!("download stopped; the partial file is kept"),
        What::NotFetchedAgain => tr!("not fetched again"),
        What::TakenBack => tr!("taken back; free"),
        What::NeverQueued => tr!("its program ended before it could confirm it; taken back, free"),
        What::PutAway => tr!("put away: it counts as seen to"),
        What::BroughtBack => tr!("open again"),
        What::Unwatched => tr!("no longer watched; its file will not be saved, and it stays charged"),
    };
    text.to_owned()
}

/// How an unknown was resolved.
#[must_use]
pub fn resolved(as_what: &ResolvedAs) -> String {
    match as_what {
        ResolvedAs::Lost => tr!("resolved as lost: counted as charged").to_owned(),
        ResolvedAs::NotCreated => tr!("resolved as not created: not charged").to_owned(),
        ResolvedAs::Found(id) => tr!("resolved: the service's ID is {id}", id = id.0),
        ResolvedAs::Unknown => tr!("resolution taken back: unknown again, and counted as spent").to_owned(),
    }
}
