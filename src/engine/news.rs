//! What happened, for the part that tells a person of it: facts only. Which words it is told in, and whether at all, is
//! for the face that hears it.

use crate::{act::ResolvedAs, effect::Ticket, msg::InsertRefusal, profile_state::Halt};
use domain::{
    account::{Raise, Stamp},
    amount::Money,
    evidence::Evidence,
    prices::Offer,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Reason, config::Rejected, store, system::System},
    task::{RefundStep, RemoteId, Row, TaskKey, TaskState},
};
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    Task {
        key: TaskKey,
        what: TaskNews,
    },
    /// Rows came or changed.
    Rows(RowNews),
    Queue(QueueNews),
    Connection(ConnectionNews),
    Store(StoreNews),
    /// The config was read again.
    Config(ConfigNews),
    Records(RecordsNews),
    /// Today's cap was raised, by this program or another one.
    CapRaised {
        raise: Raise,
        /// What it is now; `None` where the config sets none.
        cap: Option<Money>,
    },
    /// A batch was queued, or not.
    Batch {
        /// The insertion's ticket.
        ticket: Ticket,
        /// The tasks in their order, or why not one was taken.
        result: Result<Vec<TaskKey>, NotQueued>,
    },
    /// What became of an act that was asked for.
    Act(ActNews),
}

/// Why a queued task is passed over by this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PassedOver {
    /// Its pictures are on another machine, which is to send it.
    Picture,
    /// It would cross the day's own cap of the person who queued it.
    Cap,
}

/// What happened to a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskNews {
    /// The service did not take it: not charged.
    Refused(TaskError),
    /// Nobody can tell whether the service took it.
    Unknown(TaskError),
    /// The service gave it up.
    Failed(TaskError),
    /// Its file is on disk.
    Saved { path: String },
    /// Its file could not be fetched.
    NotSaved {
        error: TaskError,
        /// Whether it is tried again without being asked for.
        again: bool,
    },
    /// The service had taken it after all, as was heard after it had been settled.
    AcceptedLate(RemoteId),
    /// It was taken back, or is no longer watched.
    Cancelled(Charged),
    /// A person had stopped watching it, and it is watched again.
    Watched,
    /// A person put the failure away (true), or opened it again.
    PutAway(bool),
    /// An unknown was settled, or a settlement taken back.
    Settled(ResolvedAs),
    /// The gateway's records have its id: it runs on.
    FoundInRecords(RemoteId),
    /// What the records say of it leaves it unknown.
    Evidence(Evidence),
    /// The records say a charge that is far beyond the price, which is counted in its place.
    NotBelieved(Money),
    /// The records have one more charge for the same call.
    ChargedTwice(Money),
    /// Its charge was asked back, or came back.
    Refund(RefundStep),
    /// The service is asked about the id that is to settle it.
    Asking(RemoteId),
    /// A person stopped the saving of its file.
    SavingStopped(TaskError),
    /// Its file is not here yet, and the address that is known of it has so many milliseconds left; 0 once it has run
    /// out.
    AtRisk { left_ms: u64 },
    /// This program may not send it; another may.
    PassedOver(PassedOver),
    /// The program queued it, as the config allows.
    Automatic {
        /// The attempt that it repeats.
        parent: Option<TaskKey>,
    },
    /// It has come to one of the ends that a person waits for.
    Ended(TaskState),
}

/// What happened to the lines of all tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowNews {
    /// One was put in, or changed.
    Changed {
        key: TaskKey,
        /// The line as it was, by which its place in an order is found without a walk over all of them.
        was: Option<Box<Row>>,
    },
    /// Old ones were read, the newest first.
    Read(Vec<TaskKey>),
    /// All have been read.
    Complete,
    /// Some went into the archive.
    Archived(Vec<TaskKey>),
}

/// What happened to the gateway's records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordsNews {
    /// The key must not see them: said once, and they are no longer asked.
    Denied {
        /// The gateway's own words; may be empty.
        said: String,
    },
}

/// What happened to the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueueNews {
    /// A person stopped it.
    Paused,
    /// A person stopped it in another program.
    PausedBy(Stamp),
    /// It goes on.
    Resumed,
    /// A halt is over, and it stays paused: by that one, or here since the start.
    StillPaused(Option<Stamp>),
    /// Something else stopped it.
    Halted(Halt),
    /// The end waits for the answers to that many submissions.
    EndWaits(usize),
    /// The end waits for room to save the ID of a paid task, and of so many more.
    EndWaitsForRoom {
        key: TaskKey,
        id: RemoteId,
        /// How many more.
        more: usize,
    },
    /// A cap forbids what the config would have tried again.
    NotAgain(InsertRefusal),
}

/// What happened to the connection to the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionNews {
    /// No call brings an answer.
    Away,
    /// The service answers again.
    Back,
    /// The service's posts cannot be taken.
    NoCallbacks(System),
    /// A picture could not be uploaded, and is sent inside the requests: the gateway's words, or a code.
    NotUploaded { said: String },
}

/// What happened to the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoreNews {
    /// It can be written again.
    Back,
    /// A person wants it to be tried again at once.
    Tried,
    /// It cannot take the ID of a paid task now; the ID is synced to a file of this machine until it can.
    KeptHere { key: TaskKey, id: RemoteId },
    /// The key of a profile is another one here than that person's.
    OtherKey { profile: String, who: String },
    /// What was to be read could not be.
    Unread(store::Fault),
    /// The role that the store is opened with may only look: nothing was changed.
    Denied(store::Fault),
    /// Tasks that a program was just queueing when it ended were taken back.
    TakenBack(Vec<TaskKey>),
}

/// What came of a config that was read again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfigNews {
    /// It has faults; the program goes on with what it had.
    Rejected(Rejected),
    /// It is taken over.
    Taken {
        /// Options that changed.
        changed: Vec<String>,
        /// Options that only a new start takes over.
        fixed: Vec<String>,
    },
}

/// Why a batch was not queued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotQueued {
    /// It must not be.
    Refused(InsertRefusal),
    /// The store failed.
    Store(store::Fault),
}

/// What became of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActNews {
    /// It is done, and on disk.
    Done {
        key: TaskKey,
        /// What it is now.
        state: TaskState,
    },
    /// The task that was to be taken over is here already.
    Known { id: RemoteId, key: TaskKey, state: TaskState },
    /// The gateway's records are looked at before it is settled by what they said.
    LooksFirst { key: TaskKey },
    /// It was not done.
    NotDone {
        /// The task; `None` where none came of it.
        key: Option<TaskKey>,
        why: NotDone,
    },
}

/// Why an act was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotDone {
    /// Nothing can be queued before the store is open.
    StoreNotOpen,
    /// On a shared store this program has a reader's role.
    OnlyReads,
    /// Nobody has said what that costs, and nothing is queued without.
    PriceUnknown(Offer),
    /// The task was left as it is.
    Left(Left),
    /// Another program was quicker; what the task is now, where it is known.
    Overtaken(Option<TaskState>),
    /// The change is not on disk yet; it is tried again.
    NotOnDisk(store::Fault),
    /// The task could not be read.
    NotRead(store::Fault),
    /// A saved file could not be fetched once more.
    NotFetchedAgain {
        path: String,
        /// The machine that has it, where that is another one.
        host: Option<String>,
        error: TaskError,
        /// Whether another try may help.
        passes: bool,
    },
    /// A task of that id is being taken over already.
    AdoptedAlready(RemoteId),
    /// The service is being asked about that id already.
    AskedAlready(RemoteId),
    /// The service cannot be asked about an id without the key; why there is none, where that is known.
    NoKey {
        id: RemoteId,
        /// Why there is none.
        problem: Option<Reason>,
    },
    /// The service did not say that it knows a task of that id.
    NotKnown {
        id: RemoteId,
        /// What it said.
        error: TaskError,
    },
}

/// Why a task was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Left {
    /// There is no such task.
    NoSuchTask,
    /// It is archived, as only what has ended is.
    Archived,
    /// It has ended.
    Ended(TaskState),
    /// The store is saving that it is being sent.
    BeingSent,
    /// Its submission is under way.
    Posted,
    /// Another program is saving it.
    SavedElsewhere,
    /// It must be settled first.
    Unknown,
    /// It has become something else meanwhile.
    NowIs(TaskState),
    /// No settlement of it can be taken back: there was none.
    NotSettled(TaskState),
    /// Its file is being saved.
    BeingSaved,
    /// The records have something now that may be it.
    Evidence,
    /// Only an unknown task can be settled.
    NotUnknown(TaskState),
    /// The id that was named is another task's.
    IdOf { id: RemoteId, other: TaskKey },
    /// It belongs to another profile, of which there is no key here.
    OfProfile(String),
    /// It has no file.
    NoFile(TaskState),
    /// It is put away already.
    PutAway,
    /// It was not put away.
    Open,
    /// It has no charge that can be asked back.
    NoRefund(TaskState),
    /// Its charge has been given back already.
    Refunded,
}

impl NotDone {
    /// The kind of failure, where the service, its records or the connection to it was the cause.
    #[must_use]
    pub const fn class(&self) -> Option<ErrorClass> {
        match self {
            Self::NotFetchedAgain { error, .. } | Self::NotKnown { error, .. } => Some(error.class),
            Self::NoKey { .. } | Self::Left(Left::OfProfile(_)) => Some(ErrorClass::Auth),
            Self::Left(Left::Evidence) => Some(ErrorClass::UnknownOutcome),
            Self::StoreNotOpen
            | Self::OnlyReads
            | Self::Left(_)
            | Self::Overtaken(_)
            | Self::NotOnDisk(_)
            | Self::NotRead(_)
            | Self::AdoptedAlready(_)
            | Self::AskedAlready(_)
            | Self::PriceUnknown(_) => None,
        }
    }
}
