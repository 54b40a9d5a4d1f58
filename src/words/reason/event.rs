//! A task's time line.

use super::message;
use crate::{lang, tr};
use domain::{
    task::{Resolution, What},
    time::SECOND,
};
use engine::settings::Voice;

/// Every kind that the program writes, in the order of a task's life.
pub const KINDS: [&str; 20] = [
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
        What::Confirmed(amount) => return tr!("{amount} PTC reserved", amount),
        What::Adopted(id) => return tr!("made elsewhere as {id}", id = id.0),
        What::PutBack { wait_ms, why } => {
            let (seconds, message) = (wait_ms.div_ceil(SECOND), message(why, voice));
            return tr!("sent again in {seconds} s: {message}", seconds, message);
        }
        What::Accepted(id) => return tr!("the service's id is {id}", id = id.0),
        What::AcceptedLate(id) => {
            return tr!("accepted after all, and charged: the service's id is {id}", id = id.0);
        }
        What::Refused(why) | What::Unknown(why) | What::NoAnswer(why) | What::Failed(why) | What::NotSaved(why) => {
            return message(why, voice);
        }
        What::Posted(id) => return tr!("the service posted its ID: {id}", id = id.0),
        What::Resolved(as_what) => return resolved(as_what),
        What::Status(word) => return word.clone(),
        What::Ready(file) => return tr!("made; the file's id is {id}", id = file.0),
        What::Saved { bytes, path } => return tr!("{bytes} bytes in {path}", bytes, path),
        What::Sending => tr!("saved as being sent; the POST follows"),
        What::SendingStopped => tr!("sending stopped before the POST"),
        What::DownloadAsked => tr!("asked for by the person"),
        What::SavingBegun => tr!("download begins"),
        What::SavingResumed => tr!("taken up again after it was stopped"),
        What::SavingStopped => tr!("download stopped; the part stays"),
        What::NotFetchedAgain => tr!("not fetched again"),
        What::TakenBack => tr!("taken back; free"),
        What::NeverQueued => tr!("its program ended before it was known to be queued; taken back, free"),
        What::PutAway => tr!("put away: it counts as seen to"),
        What::BroughtBack => tr!("open again"),
        What::Unwatched => tr!("no longer watched; the service goes on with it, and it stays charged"),
    };
    text.to_owned()
}

/// How an unknown was resolved.
#[must_use]
pub fn resolved(as_what: &Resolution) -> String {
    match as_what {
        Resolution::Lost => tr!("settled as lost: counted as charged").to_owned(),
        Resolution::NotCreated => tr!("settled as not created: not charged").to_owned(),
        Resolution::Found(id) => tr!("settled: the service's id is {id}", id = id.0),
        Resolution::Unknown => tr!("the settlement is taken back: unknown again, and counted as spent").to_owned(),
    }
}
