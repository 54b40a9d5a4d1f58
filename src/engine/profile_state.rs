//! A profile as this program serves it: what is sent to its service, asked of it and known of it. Each has its own key,
//! pace, halts, balance and records, and nothing that one of them meets holds up another.

use crate::{
    due_queue::DueQueue,
    effect::{Ticket, Upload},
};
use domain::{
    account::{Account, HaltCause, Stamp, Streak},
    amount::{Amount, Totals},
    clock_jumps::ClockJumps,
    problem::TaskError,
    reason::Reason,
    task::TaskKey,
    time::{Mono, Wall},
};
use serde::{Deserialize, Serialize};
use service::gateway::records::{self as record, Window};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One profile.
#[derive(Clone, Debug, Default)]
pub struct ProfileState {
    /// Whether the config knows it and says where its key comes from. Tasks of any other profile are left alone.
    pub is_known: bool,
    /// Whether its key is at hand. Without it nothing is sent and nothing is asked.
    pub has_key: bool,
    /// Why there is no key, where none could be had.
    pub key_problem: Option<Reason>,
    pub sending: Sending,
    pub poller: Poller,
    /// Files that are this run's to fetch, by when the next try may begin.
    pub saves: DueQueue<Mono>,
    pub records: Records,
    pub balance: Balance,
    /// How the account fares, as the store knows it.
    pub account: Account,
}

/// Sending to one profile's service.
#[derive(Clone, Debug, Default)]
pub struct Sending {
    /// The account's key, balance or luck stopped it, or the store cannot be written.
    pub halted: Option<Halt>,
    /// Queued tasks that are this run's to send: not before this moment.
    pub due: DueQueue<Mono>,
    /// When submissions were emitted, by this program, and of which task: those that still take a place in the pace.
    /// What never left is not among them.
    pub sent: VecDeque<(Mono, TaskKey)>,
    /// Not before: the store said that the allowance is used by another program, or the service asked to wait.
    pub not_before: Mono,
    /// The service asked the account to wait until then.
    pub rests_until: Wall,
    /// How often in a row the service asked to wait.
    pub put_backs: u32,
    /// Whether the service's last answer to a submission, if there was one, left nothing open about it.
    pub proven: bool,
    /// Tasks in a row that were not taken, all in the same way.
    pub refusals: Streak,
    /// Tasks in a row that the service gave up, all in the same way.
    pub failures: Streak,
    /// How the clock was set by which its submissions are dated.
    pub jumps: ClockJumps,
    /// Pictures that were uploaded.
    pub uploaded: Uploads,
}

/// What the tasks of one profile count for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileTotals {
    pub spent: Totals,
    pub reserved: Totals,
}

/// What the service says that is left to be spent.
#[derive(Clone, Debug, Default)]
pub struct Balance {
    /// Its last word, and when.
    pub last: Option<(Amount, Wall)>,
    /// What counted as spent today when that word came.
    pub spent_then: Amount,
    /// Its first word in this run, and when: what its later ones are compared with.
    pub first: Option<(Amount, Wall)>,
    /// Why it could not be had.
    pub problem: Option<TaskError>,
    /// The call under way.
    pub asking: Option<Ticket>,
}

impl ProfileState {
    /// A profile at the start. Its key may still have to be read.
    #[must_use]
    pub fn new(has_key: bool, now: Mono) -> Self {
        let poller = Poller { refilled: now, budget_milli: 1000, ..Poller::default() };
        Self { is_known: true, has_key, poller, ..Self::default() }
    }
}

/// Why nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    /// The kind of cause.
    pub cause: HaltCause,
    /// Tasks in a row that failed, where that is the cause.
    pub tasks: u32,
    /// What the last one met, or the store.
    pub reason: Reason,
    /// Who found it, and when; `None` where it stops this program alone.
    pub by: Option<Stamp>,
}

/// Asking.
#[derive(Clone, Debug, Default)]
pub struct Poller {
    /// Queries under way: the ticket of each.
    pub asking: BTreeMap<TaskKey, Ticket>,
    /// The next question about each running task that is this run's to watch and is not being asked about.
    pub due: DueQueue<Mono>,
    /// Questions that may be asked now, in thousandths; refilled by time.
    pub budget_milli: u64,
    /// When the budget was last refilled.
    pub refilled: Mono,
    /// Nothing is asked before this: the account is to rest.
    pub not_before: Mono,
    /// While calls are missed (`misses`): when the next one may find out whether the service is back.
    pub probe_at: Mono,
    /// When a usable answer last came, of any call.
    pub last_answer: Option<Mono>,
    /// Since when no call has brought an answer, though some were made.
    pub offline_since: Option<Mono>,
    /// Probes in a row without an answer.
    pub misses: u32,
    /// When the first of these was missed.
    pub missing_since: Mono,
    /// Tasks whose last call brought no answer, whosever fault that was.
    pub missed: BTreeSet<TaskKey>,
    /// Times in a row that the account was told to rest, for how long where the service does not say it.
    pub rests: u32,
}

/// What the gateway's records are asked.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Why the key must not see them, in the gateway's own words; then nothing is asked.
    pub denied: Option<String>,
    /// Submissions whose charge is asked for, or was.
    pub charges: BTreeMap<TaskKey, ChargeAsk>,
    /// When the next question for each is due.
    pub due: DueQueue<Mono>,
    /// Questions under way.
    pub asking: BTreeMap<Ticket, TaskKey>,
    /// Unknowns that are looked for: since when, and how many looks are over.
    pub looks: BTreeMap<TaskKey, (Mono, u8)>,
    /// When the next look for each is due.
    pub look_due: DueQueue<Mono>,
    /// When each was last looked for by a look that told something.
    pub looked_at: BTreeMap<TaskKey, Wall>,
    /// The look under way.
    pub look: Option<Look>,
    /// When the program looks alone for what was charged twice, and since when.
    pub audit_due: Option<(Mono, Wall)>,
}

/// A submission whose charge is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeAsk {
    pub request_id: String,
    /// Whether the task has ended.
    pub ended: bool,
    /// When it was accepted, or ended.
    pub begun: Mono,
    /// Questions that were told of no record; all of them once there was one.
    pub asked: u8,
    /// Questions without a usable answer.
    pub missed: u8,
}

/// A look at the records for some unknowns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub ticket: Ticket,
    /// The unknowns.
    pub keys: Vec<TaskKey>,
    /// What is looked through.
    pub window: Window,
    /// What was found so far.
    pub rows: Vec<record::Row>,
    /// Pages asked for so far.
    pub pages: u32,
    /// When it is given up.
    pub until: Mono,
}

/// What is known of uploads.
#[derive(Clone, Debug, Default)]
pub struct Uploads {
    /// The uploads of one profile, by the picture's hash.
    pub(crate) known: BTreeMap<String, Upload>,
    /// The one under way, with the task that it is for.
    pub(crate) asking: Option<(Ticket, TaskKey, String)>,
    /// The task whose ledger has the last one.
    pub(crate) paid: Option<TaskKey>,
    /// Pictures that go along inside the requests until then.
    pub(crate) inline_until: BTreeMap<String, Mono>,
}

impl Sending {
    /// The person has seen to what halted the sending: counting begins again.
    pub(crate) fn reset_streaks(&mut self) {
        (self.refusals, self.failures) = (Streak::default(), Streak::default());
    }
}
