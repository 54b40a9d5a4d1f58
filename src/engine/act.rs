//! What a person can have done to tasks, by key or by command line: one list, one way to carry it out.

pub use domain::task::{RefundStep, ResolvedAs};
use domain::{
    amount::{Amount, Money},
    request::Request,
    retry::Caution,
    task::{RemoteId, TaskKey},
};

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Queue these attempts as one batch: all or none. Confirmed by the person, and so paid.
    Queue {
        /// The attempts.
        intents: Vec<Intent>,
        /// Whether they wait out the undo window first.
        undo: bool,
    },
    /// Take back an unsent task, stop watching one that runs, or put a failure away. A task the service has keeps
    /// running there.
    Cancel(Vec<TaskKey>),
    /// Open failures again that were put away.
    BringBack(Vec<TaskKey>),
    /// Settle an unknown.
    Resolve { key: TaskKey, as_what: ResolvedAs },
    /// Fetch the file now.
    Download {
        keys: Vec<TaskKey>,
        /// Where to; `None` for the configured folder.
        dir: Option<String>,
    },
    /// Note that the charges of these were asked back, or came back.
    Refund { keys: Vec<TaskKey>, step: RefundStep },
    /// Take over tasks made elsewhere. Free.
    Adopt(Vec<RemoteId>),
    /// Work on these too, where this run's scope is `Named`.
    Take(Vec<TaskKey>),
    /// Ask for their state now.
    Refresh(Vec<TaskKey>),
    /// Stop or go on sending.
    Pause(bool),
    /// Look again at what halted the queue, and go on.
    Resume,
    /// Raise today's cap by so much, for every program on the store.
    RaiseCap(Money),
    /// Ask for the balance.
    Balance,
    /// Lay the ledger of that many days, today among them, beside the gateway's records. Free.
    Audit { days: u32 },
    /// End in order: submissions and store writes are waited for.
    Quit,
}

/// One attempt that a person has confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What to ask for.
    pub request: Request,
    /// The attempt that it repeats.
    pub parent: Option<TaskKey>,
    /// What the person was told of before, and has said a second word to.
    pub agreed: Vec<Caution>,
    /// The user's own name for it.
    pub name: Option<String>,
    /// What it costs by the person's word; counts only where the price is not known.
    pub typed: Option<Amount>,
    /// The account to send it with; `None` for that of the attempt it repeats where that is served, else the default
    /// one.
    pub profile: Option<String>,
}
