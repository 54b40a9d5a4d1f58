//! Why a task is as it is by the program's own doing, or by a person's.

use super::Reason;
use crate::{
    account::OverBudget,
    task::{RemoteId, TaskKey},
};
use serde::{Deserialize, Serialize};

/// What the program itself found or was told to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Own {
    /// The program that was sending it ended before an answer came.
    Interrupted,
    /// It is unknown; the reason was not kept.
    NotKept,
    /// A person resolved it as never made.
    NotCreated,
    /// The service has reported a state that is not known here for a long time.
    OddState(String),
    /// The service says that it is made and names no file.
    NoFile {
        /// How long it is asked, in milliseconds.
        patience: u64,
    },
    /// The service was asked for long enough and this is all that came.
    GivenUp(Box<Reason>),
    /// The storage refuses every address that the service gives.
    AddressesRefused(String),
    /// The file's address ran out before it was fetched, and a fresh one does not work: why.
    RanOut(Box<Reason>),
    /// A person stopped the saving of the file.
    SavingStopped,
    /// The answer to its submission brought the ID that another task has.
    IdOfAnother { id: RemoteId, other: TaskKey },
    /// The gateway's records show that it was charged, and no record has its id.
    IdLost,
    /// The gateway's records show that it cost nothing, and no record has an id.
    NothingMade,
    /// The next task would cross a cap of the day.
    OverBudget(OverBudget),
}

impl Own {
    /// Without what differs from task to task.
    pub(super) fn folded(&self) -> Self {
        match self {
            Self::OddState(_) => Self::OddState(String::new()),
            Self::AddressesRefused(_) => Self::AddressesRefused(String::new()),
            Self::GivenUp(why) => Self::GivenUp(Box::new(Reason::said(why.cause(), "", ""))),
            Self::RanOut(why) => Self::RanOut(Box::new(Reason::said(why.cause(), "", ""))),
            Self::IdOfAnother { .. } => Self::IdOfAnother { id: RemoteId(String::new()), other: TaskKey(0) },
            other => other.clone(),
        }
    }

    pub(super) fn quotes(&self) -> Vec<&str> {
        match self {
            Self::OddState(word) | Self::AddressesRefused(word) => vec![word],
            Self::GivenUp(why) | Self::RanOut(why) => why.quotes(),
            Self::Interrupted
            | Self::NotKept
            | Self::NotCreated
            | Self::NoFile { .. }
            | Self::SavingStopped
            | Self::IdOfAnother { .. }
            | Self::IdLost
            | Self::NothingMade
            | Self::OverBudget(_) => vec![],
        }
    }
}
