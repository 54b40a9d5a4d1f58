//! A task: one attempt at one video, from the intent to the saved file.

mod besides;
mod codes;
mod ids;
mod ledger;
mod new_task;
mod row;
mod saved;
mod state;
mod texts;

pub use besides::{Before, Besides, Expected, Second};
pub use codes::{
    DISK_FULL, EXPIRED, ID_LOST, ID_TAKEN, INTERRUPTED, NO_FILE, NOT_A_VIDEO, NOT_CREATED, ODD_STATE, RAN_OUT, STOPPED,
    UNKNOWN,
};
pub use ids::{FileId, MaybeKey, NotAKey, NotAnId, RemoteId, TaskKey, keep_first};
pub use ledger::{Event, LedgerLine, MoneyEvent, RefundMarks, RefundStep, ResolvedAs, Signed, What};
pub use new_task::NewTask;
pub use row::{Kind, Row, Small, kept_reason};
pub use saved::SavedFile;
pub use state::TaskState;
pub use texts::{Rest, Texts};

use super::{
    amount::{Amount, CostSource, Currency, Money},
    evidence::Evidence,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Own, Reason},
    request::Request,
    time::Wall,
};
use serde::{Deserialize, Serialize};

/// How a queued task came back to the queue after the service asked to wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutBack {
    /// How often in a row.
    pub times: u32,
    /// What the last answer said.
    pub error: TaskError,
    /// When it came; `None` where an older version wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Wall>,
}

/// What holds up a task that is still alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What was last met.
    #[serde(flatten)]
    pub error: TaskError,
    /// Since when; `None` where an older version wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Wall>,
}

impl Trouble {
    /// This trouble, which goes on since `before` where that was the same.
    #[must_use]
    pub fn go_on(error: TaskError, before: Option<&Self>, now: Wall) -> Self {
        let same = before.filter(|before| before.error.code == error.code);
        // A time ahead is from before the clock was set back.
        let since = same.map_or(Some(now), |before| before.since.filter(|since| *since <= now));
        Self { error, since }
    }

    /// Whether it has lasted for `ms` milliseconds. One whose beginning is not known has.
    #[must_use]
    pub fn has_lasted(&self, ms: u64, now: Wall) -> bool {
        self.since.is_none_or(|since| now.since(since) >= ms)
    }
}

/// A stage of a task's life with just the data that stage has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Phase {
    /// Waits to be sent.
    Queued {
        /// Not sent before this moment: the undo window, or the wait the service asked for.
        not_before: Wall,
        /// Set when the service put it back.
        put_back: Option<PutBack>,
    },
    /// The POST may be under way.
    Sending {
        /// When the row was saved as being sent.
        since: Wall,
    },
    /// The outcome cannot be known.
    Unknown { error: TaskError },
    /// The service works on it.
    Running {
        /// The service's own word for its state, made harmless; empty while it says none.
        status: String,
        /// When to ask again.
        next_poll: Wall,
        /// Answers had so far.
        polls: u32,
        /// Questions in a row that this task alone got no answer to.
        misses: u32,
        /// What holds it up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trouble: Option<Trouble>,
    },
    /// The service has the file; it is not here yet.
    Ready {
        /// The file's id.
        file: FileId,
        /// Why the last try to fetch it failed, if there was one.
        trouble: Option<Trouble>,
        /// Tries so far.
        tries: u32,
        /// When to try again by itself; `None`: only when the person asks.
        next_try: Option<Wall>,
        /// What was saved before, where the person asked for the file again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<SavedFile>,
    },
    /// Downloading.
    Saving {
        /// The file's id.
        file: FileId,
        /// Tries before this one.
        tries: u32,
        /// What was saved before, where the person asked for the file again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<SavedFile>,
    },
    /// On disk, complete, checked.
    Saved {
        /// The file's id, where it is known.
        file: FileId,
        /// What was saved.
        saved: SavedFile,
    },
    /// The service gave up.
    Failed { error: TaskError },
    /// The service did not take it.
    Refused { error: TaskError },
    /// Taken back, or no longer watched.
    Cancelled {
        was: TaskState,
        /// Whether what was done until then cost money.
        charged: Charged,
    },
}

/// Which running program has a row in its hands, and until when that is believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The program's own name for this run; see the store's `Owner`.
    pub owner: String,
    /// After this moment another program may take the row over.
    pub until: Wall,
}

/// One attempt, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Our number for it.
    pub key: TaskKey,
    /// The row's revision in the store; a change is only taken when it still is this one.
    pub rev: u64,
    /// The attempt that this one repeats.
    pub parent: Option<TaskKey>,
    /// 1 for a first attempt, its parent's number and one for a repeat.
    pub attempt: u32,
    /// The user's own name for it (`submit --name`), unique in a store.
    pub name: Option<String>,
    /// The profile (account) it belongs to.
    pub profile: String,
    /// What is asked of the service.
    pub request: Request,
    /// Its price.
    pub cost: Amount,
    /// What it is in.
    #[serde(default)]
    pub currency: Currency,
    /// Who says so; `None` for a task made elsewhere, whose price is not known.
    pub cost_source: Option<CostSource>,
    /// The service's id, once it has one.
    pub remote: Option<RemoteId>,
    /// The `request-id` of the answer to its submission: what the gateway's records and refunds go by.
    pub request_id: Option<String>,
    /// When the signed address of the file runs out, as far as an address has been seen.
    pub expires_at: Option<Wall>,
    /// Where the file shall go, when the person's last word on it said so (`download --dir`).
    pub dir: Option<String>,
    /// When it was confirmed.
    pub created_at: Wall,
    /// When its POST was last emitted.
    pub sent_at: Option<Wall>,
    /// When its last stage began, for a task that has ended.
    pub finished_at: Option<Wall>,
    /// The stage of its life.
    pub phase: Phase,
    /// The program that works on it.
    pub claim: Option<Claim>,
    /// Whether the program sent it by itself, as `[retry]` allows it.
    pub automatic: bool,
    /// Why it was unknown before it was settled; `None` where it was not.
    pub settled: Option<TaskError>,
    /// When a person put the failure away; `None` while nobody has, or once it is no failure any more.
    pub put_away_at: Option<Wall>,
    /// What one confirmation queued has one batch: the key of its first task.
    pub batch: TaskKey,
    /// What the gateway's records say of it, where they left it unknown.
    pub evidence: Option<Evidence>,
    /// What was said about giving its charge back.
    #[serde(default)]
    pub refund: RefundMarks,
    /// What was charged for it beside its price.
    #[serde(default)]
    pub besides: Besides,
    /// The person who queued it; `None` where an older version wrote it down, or nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

impl Task {
    /// Its price with its currency.
    #[must_use]
    pub const fn money(&self) -> Money {
        self.cost.of(self.currency)
    }

    /// Whether its cost is what the gateway's records say.
    #[must_use]
    pub fn is_cost_recorded(&self) -> bool {
        self.cost_source == Some(CostSource::Records)
    }

    /// Whether the gateway's records say that it cost nothing.
    #[must_use]
    pub fn is_proven_free(&self) -> bool {
        self.is_cost_recorded() && self.cost == Amount::ZERO
    }

    /// What was charged for it, or may have been: its price unless that was not charged, and what was charged beside
    /// it.
    #[must_use]
    pub fn spent(&self) -> Money {
        row::spent(self.charged(), self.cost, self.besides.sum()).of(self.currency)
    }

    /// The state in one word.
    #[must_use]
    pub const fn state(&self) -> TaskState {
        match self.phase {
            Phase::Queued { .. } => TaskState::Queued,
            Phase::Sending { .. } => TaskState::Sending,
            Phase::Unknown { .. } => TaskState::Unknown,
            Phase::Running { .. } => TaskState::Running,
            Phase::Ready { .. } => TaskState::Ready,
            Phase::Saving { .. } => TaskState::Saving,
            Phase::Saved { .. } => TaskState::Saved,
            Phase::Failed { .. } => TaskState::Failed,
            Phase::Refused { .. } => TaskState::Refused,
            Phase::Cancelled { .. } => TaskState::Cancelled,
        }
    }

    /// What holds up a task that is still alive, and since when: `trouble` in `--json`, and what the row, detail and
    /// the header say of it.
    #[must_use]
    pub const fn trouble(&self) -> Option<(&TaskError, Option<Wall>)> {
        match &self.phase {
            Phase::Queued { put_back: Some(PutBack { error, since, .. }), .. }
            | Phase::Running { trouble: Some(Trouble { error, since }), .. }
            | Phase::Ready { trouble: Some(Trouble { error, since }), .. } => Some((error, *since)),
            Phase::Queued { .. }
            | Phase::Sending { .. }
            | Phase::Unknown { .. }
            | Phase::Running { .. }
            | Phase::Ready { .. }
            | Phase::Saving { .. }
            | Phase::Saved { .. }
            | Phase::Failed { .. }
            | Phase::Refused { .. }
            | Phase::Cancelled { .. } => None,
        }
    }

    /// Why the task is not where it should be: what it ended with, or what holds it up.
    #[must_use]
    pub fn error_or_trouble(&self) -> Option<&TaskError> {
        self.error().or_else(|| self.trouble().map(|(error, _)| error))
    }

    /// Whether it ended here though the service never said that it failed: it was paid for, and may still be asked
    /// about. By the failure's own `charged`, which is a plain yes in no other case.
    #[must_use]
    pub fn may_still_come(&self) -> bool {
        matches!(&self.phase, Phase::Failed { error } if error.charged == Charged::Yes) && self.remote.is_some()
    }

    /// Whether a person stopped its saving, and it has not been taken up again.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(&self.phase, Phase::Ready { trouble: Some(trouble), next_try: None, .. } if trouble.error.code == STOPPED)
    }

    /// Whether its file waits for the next start to be tried again: a person stopped its saving, or the disk had no
    /// room for it.
    #[must_use]
    pub fn waits_for_a_start(&self) -> bool {
        let waits = |code: &str| matches!(code, STOPPED | DISK_FULL);
        matches!(&self.phase, Phase::Ready { trouble: Some(trouble), next_try: None, .. } if waits(&trouble.error.code))
    }

    /// Why it is unknown again once the person's settlement is taken back; `None` where there is none to take back.
    #[must_use]
    pub fn unsettled(&self) -> Option<TaskError> {
        // Versions before this one did not keep the reason.
        let by_hand = match &self.phase {
            Phase::Cancelled { was, .. } => *was == TaskState::Unknown && self.remote.is_none(),
            Phase::Refused { error } => error.code == NOT_CREATED,
            Phase::Queued { .. }
            | Phase::Sending { .. }
            | Phase::Unknown { .. }
            | Phase::Running { .. }
            | Phase::Ready { .. }
            | Phase::Saving { .. }
            | Phase::Saved { .. }
            | Phase::Failed { .. } => false,
        };
        let lost = || TaskError {
            code: UNKNOWN.into(),
            class: ErrorClass::UnknownOutcome,
            reason: Reason::Own(Own::NotKept),
            charged: Charged::Unknown,
        };
        self.settled.clone().or_else(|| by_hand.then(lost))
    }

    /// The error that this stage carries, if any; what holds up a running task is in
    /// [`error_or_trouble`](Self::error_or_trouble) alone.
    #[must_use]
    pub const fn error(&self) -> Option<&TaskError> {
        match &self.phase {
            Phase::Queued { put_back: Some(PutBack { error, .. }), .. }
            | Phase::Unknown { error }
            | Phase::Ready { trouble: Some(Trouble { error, .. }), .. }
            | Phase::Failed { error }
            | Phase::Refused { error } => Some(error),
            Phase::Queued { .. }
            | Phase::Sending { .. }
            | Phase::Running { .. }
            | Phase::Ready { .. }
            | Phase::Saving { .. }
            | Phase::Saved { .. }
            | Phase::Cancelled { .. } => None,
        }
    }

    /// Whether the attempt cost money, as far as this stage tells. A POST under way is not yet known.
    #[must_use]
    pub fn charged(&self) -> Charged {
        match &self.phase {
            Phase::Queued { .. } | Phase::Refused { .. } => Charged::No,
            Phase::Sending { .. } | Phase::Unknown { .. } => Charged::Unknown,
            Phase::Running { .. } | Phase::Ready { .. } | Phase::Saving { .. } | Phase::Saved { .. } => Charged::Yes,
            // The gateway's records know better than the kind of failure.
            Phase::Failed { .. } | Phase::Cancelled { charged: Charged::Yes, .. } if self.is_proven_free() => {
                Charged::No
            }
            Phase::Failed { .. } if self.is_cost_recorded() && self.refund.given_at.is_none() => Charged::Yes,
            Phase::Failed { error } => error.charged,
            Phase::Cancelled { charged, .. } => *charged,
        }
    }

    /// The service's own word for the state (`status` in `--json`); empty where it has said none.
    #[must_use]
    pub fn status(&self) -> &str {
        match &self.phase {
            Phase::Running { status, .. } => status,
            Phase::Ready { .. } | Phase::Saving { .. } | Phase::Saved { .. } => "Success",
            Phase::Failed { error } if error.code == NO_FILE => "Success",
            // It ended here, and not by the service's word.
            Phase::Failed { error: TaskError { charged: Charged::Yes, .. } } => "",
            Phase::Failed { error } if error.code == ID_LOST => "",
            Phase::Failed { .. } => "Fail",
            Phase::Queued { .. }
            | Phase::Sending { .. }
            | Phase::Unknown { .. }
            | Phase::Refused { .. }
            | Phase::Cancelled { .. } => "",
        }
    }

    /// The produced file's id.
    #[must_use]
    pub const fn file(&self) -> Option<&FileId> {
        match &self.phase {
            Phase::Ready { file, .. } | Phase::Saving { file, .. } | Phase::Saved { file, .. } => Some(file),
            Phase::Queued { .. }
            | Phase::Sending { .. }
            | Phase::Unknown { .. }
            | Phase::Running { .. }
            | Phase::Failed { .. }
            | Phase::Refused { .. }
            | Phase::Cancelled { .. } => None,
        }
    }

    /// What was saved: while the file is fetched once more, what was saved before.
    #[must_use]
    pub const fn saved(&self) -> Option<&SavedFile> {
        match &self.phase {
            Phase::Saved { saved, .. }
            | Phase::Ready { kept: Some(saved), .. }
            | Phase::Saving { kept: Some(saved), .. } => Some(saved),
            Phase::Queued { .. }
            | Phase::Sending { .. }
            | Phase::Unknown { .. }
            | Phase::Running { .. }
            | Phase::Ready { .. }
            | Phase::Saving { .. }
            | Phase::Failed { .. }
            | Phase::Refused { .. }
            | Phase::Cancelled { .. } => None,
        }
    }

    /// Ends another download of a file that was saved before: the task is saved as it was. Tells whether it was one.
    pub fn back_to_saved(&mut self) -> bool {
        let (Phase::Ready { file, kept: Some(saved), .. } | Phase::Saving { file, kept: Some(saved), .. }) =
            &self.phase
        else {
            return false;
        };
        self.phase = Phase::Saved { file: file.clone(), saved: saved.clone() };
        self.claim = None;
        true
    }
}

#[cfg(test)]
mod tests;
