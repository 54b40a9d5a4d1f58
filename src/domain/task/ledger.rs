//! What is written down about a task: the events of its time line and of its money. Both only ever grow.

use super::{FileId, RemoteId};
use crate::{
    amount::{Amount, Money},
    evidence::Evidence,
    problem::Charged,
    reason::Reason,
    time::Wall,
};
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// One entry of a task's time line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened.
    pub at: Wall,
    /// What happened.
    pub what: What,
    /// The raw answer behind it, shortened and with secrets removed.
    pub raw: Option<String>,
    /// The `request-id` of that answer: what the gateway's records, support and refunds go by.
    pub request_id: Option<String>,
}

/// An entry of a task's time line or ledger with the person whose program wrote it; `None` where an older version did,
/// or nobody is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed<T> {
    #[serde(flatten)]
    pub entry: T,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

impl<T> Deref for Signed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.entry
    }
}

/// What can happen to a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// What a store of version 5 or older keeps, in the language of the person who ran the engine then.
    Said {
        kind: String,
        /// The particulars.
        text: String,
    },
    /// It was queued, and that much was reserved.
    Confirmed(Money),
    /// A task made elsewhere was adopted.
    Adopted(RemoteId),
    /// It is saved as being sent.
    Sending,
    /// Sending stopped before the POST.
    SendingStopped,
    /// It was not taken and is sent again after so many milliseconds.
    PutBack {
        wait_ms: u64,
        /// Why it was not taken.
        why: Reason,
        /// When the submission that this answers was claimed: that of no later one.
        #[serde(default)]
        sent: Option<Wall>,
    },
    /// The service took it.
    Accepted(RemoteId),
    /// The service had taken it, as was heard after it had been resolved.
    AcceptedLate(RemoteId),
    /// The service did not take it.
    Refused(Reason),
    /// Nobody can tell whether the service took it.
    Unknown(Reason),
    /// The service posted the id of the unknown, and knows it.
    Posted(RemoteId),
    /// A person resolved the unknown, or took that back.
    Resolved(ResolvedAs),
    /// The service's word for its state has changed.
    Status(String),
    /// A question brought no answer about it.
    NoAnswer(Reason),
    /// It is made.
    Ready(FileId),
    /// The service gave it up.
    Failed(Reason),
    /// A person asked for the file.
    DownloadAsked,
    /// Its download begins.
    SavingBegun,
    /// Its download goes on after a person had stopped it.
    SavingResumed,
    /// The file could not be saved.
    NotSaved(Reason),
    /// The download was stopped.
    SavingStopped,
    /// The file that was asked for once more is not fetched.
    NotFetchedAgain,
    /// The file is on disk.
    Saved {
        /// Its size.
        bytes: u64,
        path: String,
    },
    /// It was taken back before it was sent.
    TakenBack,
    /// It was taken back since the program that queued it ended before it knew that it was queued.
    NeverQueued,
    /// It is no longer watched.
    Unwatched,
    /// A person put the failure away.
    PutAway,
    /// That was taken back.
    BroughtBack,
    /// The gateway's records say what it was charged.
    Recorded(Money),
    /// The gateway's records say a charge that is far beyond the price, which is counted in its place.
    NotBelieved(Money),
    /// The gateway's records have one more charge for the same call.
    ChargedTwice(Money),
    /// The gateway's records have its id.
    FoundInRecords(RemoteId),
    /// The gateway's records leave it unknown.
    Evidence(Evidence),
    /// Its charge was asked back, or came back.
    Refund(RefundStep),
}

/// A step on a charge's way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStep {
    /// A person asked the gateway for it.
    Asked,
    /// It came back.
    Given,
}

impl What {
    /// Why something did not go as it should, where it is an entry about that.
    #[must_use]
    pub const fn trouble(&self) -> Option<&Reason> {
        match self {
            Self::PutBack { why: reason, .. }
            | Self::Refused(reason)
            | Self::Unknown(reason)
            | Self::NoAnswer(reason)
            | Self::Failed(reason)
            | Self::NotSaved(reason) => Some(reason),
            Self::Said { .. }
            | Self::Confirmed(_)
            | Self::Adopted(_)
            | Self::Sending
            | Self::SendingStopped
            | Self::Accepted(_)
            | Self::AcceptedLate(_)
            | Self::Posted(_)
            | Self::Resolved(_)
            | Self::Status(_)
            | Self::Ready(_)
            | Self::DownloadAsked
            | Self::SavingBegun
            | Self::SavingResumed
            | Self::SavingStopped
            | Self::NotFetchedAgain
            | Self::Saved { .. }
            | Self::TakenBack
            | Self::NeverQueued
            | Self::Unwatched
            | Self::PutAway
            | Self::BroughtBack
            | Self::Recorded(_)
            | Self::NotBelieved(_)
            | Self::ChargedTwice(_)
            | Self::FoundInRecords(_)
            | Self::Evidence(_)
            | Self::Refund(_) => None,
        }
    }

    /// The kind in one word, as the store and `--json` have it.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Said { kind, .. } => kind,
            Self::Confirmed(_) => "confirmed",
            Self::Adopted(_) => "adopted",
            Self::Sending => "sending",
            Self::SendingStopped | Self::PutBack { .. } => "put back",
            Self::Accepted(_) | Self::AcceptedLate(_) => "accepted",
            Self::Refused(_) => "refused",
            Self::Unknown(_) => "unknown",
            Self::Posted(_) | Self::Resolved(_) => "resolved",
            Self::Status(_) => "status",
            Self::NoAnswer(_) => "no answer",
            Self::Ready(_) => "ready",
            Self::Failed(_) => "failed",
            Self::DownloadAsked => "download",
            Self::SavingBegun | Self::SavingResumed => "saving",
            Self::NotSaved(_) => "not saved",
            Self::SavingStopped | Self::NotFetchedAgain => "stopped",
            Self::Saved { .. } => "saved",
            Self::TakenBack | Self::NeverQueued | Self::Unwatched => "cancelled",
            Self::PutAway | Self::BroughtBack => "put away",
            Self::Recorded(_)
            | Self::NotBelieved(_)
            | Self::ChargedTwice(_)
            | Self::FoundInRecords(_)
            | Self::Evidence(_) => "records",
            Self::Refund(_) => "refund",
        }
    }
}

/// What was said about giving a task's charge back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundMarks {
    /// When a person asked the gateway for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Wall>,
    /// When it was given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_at: Option<Wall>,
}

/// How an unknown is resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResolvedAs {
    /// It was charged and its id is lost: stays counted as spent.
    Lost,
    /// The gateway's records show that it was never made: not charged.
    NotCreated,
    /// The gateway's records show its id: watched from now on, once the service has said that it knows it.
    Found(RemoteId),
    /// It was resolved wrongly: unknown again, and counted as spent.
    Unknown,
}

impl ResolvedAs {
    /// The words for it as they are typed; beside them stands an id.
    pub const WORDS: [&str; 3] = ["lost", "not-created", "unknown"];

    /// What one of those words means.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Lost, Self::NotCreated, Self::Unknown]
            .into_iter()
            .zip(Self::WORDS)
            .find(|(_, known)| *known == word)
            .map(|(meant, _)| meant)
    }
}

/// An event of money; the ledger is append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyEvent {
    /// Set aside at the intent.
    Reserved,
    /// The reserve became a charge.
    Charged,
    /// The reserve was given back: refused, taken back, proven not charged.
    Released,
    /// The reserve is counted as spent, since nobody can tell.
    Unknown,
    /// A person settled an unknown.
    Resolved,
    /// The gateway's records say what was charged: this much, whatever was expected.
    Recorded,
    /// The charge was given back.
    Refunded,
    /// A picture of it was uploaded: beside the reserve, which it says nothing of.
    Upload,
    /// The gateway charged the same call once more: beside the reserve too.
    Twice,
    /// What was charged once more was given back.
    TwiceRefunded,
}

impl MoneyEvent {
    /// All, in the order of a task's life.
    pub const ALL: [Self; 10] = [
        Self::Reserved,
        Self::Charged,
        Self::Released,
        Self::Unknown,
        Self::Resolved,
        Self::Recorded,
        Self::Refunded,
        Self::Upload,
        Self::Twice,
        Self::TwiceRefunded,
    ];

    /// The word in the store and in `cost --csv`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Charged => "charged",
            Self::Released => "released",
            Self::Unknown => "unknown",
            Self::Resolved => "resolved",
            Self::Recorded => "records",
            Self::Refunded => "refunded",
            Self::Upload => "upload",
            Self::Twice => "twice",
            Self::TwiceRefunded => "twice_refunded",
        }
    }

    /// The event of that [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.id() == id)
    }

    /// What becomes of the reserve of a task that ends so.
    #[must_use]
    pub const fn settling(charged: Charged) -> Self {
        match charged {
            Charged::Yes => Self::Charged,
            Charged::No => Self::Released,
            Charged::Unknown => Self::Unknown,
        }
    }

    /// What it adds to the charges beside the price; `None` where it says what the whole price is from then on.
    #[must_use]
    pub fn besides(self, amount: Amount) -> Option<Amount> {
        match self {
            Self::Upload | Self::Twice => Some(amount),
            Self::TwiceRefunded => Some(Amount::ZERO - amount),
            Self::Reserved
            | Self::Charged
            | Self::Released
            | Self::Unknown
            | Self::Resolved
            | Self::Recorded
            | Self::Refunded => None,
        }
    }
}

/// One line of the ledger: what a task's money became at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    pub at: Wall,
    /// What happened to the money.
    pub event: MoneyEvent,
    /// The amount that the event speaks of.
    #[serde(flatten)]
    pub amount: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_the_ledger_is_read_by_the_word_that_it_is_written_by() {
        for word in [
            "reserved",
            "charged",
            "released",
            "unknown",
            "resolved",
            "records",
            "refunded",
            "upload",
            "twice",
            "twice_refunded",
        ] {
            assert_eq!(MoneyEvent::from_id(word).map(MoneyEvent::id), Some(word));
        }
        assert_eq!(MoneyEvent::from_id("gift"), None);
    }
}
