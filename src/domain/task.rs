//! A task: one attempt at one video, from the intent to the saved file, and the line of the table it becomes.

use super::{
    money::Ptc,
    problem::{Charged, ErrorClass, TaskError},
    request::Request,
    time::Wall,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// A task's own number, short and stable: `#12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskKey(pub u32);

impl fmt::Display for TaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("#{}", self.0))
    }
}

impl FromStr for TaskKey {
    type Err = String;

    /// Reads `12` or `#12`.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim().trim_start_matches('#');
        digits
            .parse()
            .map(Self)
            .map_err(|_| format!("{text:?} is not a task's key; keys look like #12 (see `reeltop list`)"))
    }
}

/// The service's id of a task. Kept as text: it comes as a string or as a number of up to 19 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemoteId(pub String);

/// The service's id of a produced file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileId(pub String);

/// A task's state in one word: the words of the screen, of `--json`, of filters and of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Here, not sent, free.
    Queued,
    /// Saved as being sent; the POST is on its way.
    Sending,
    /// It may have been accepted; nothing can find out.
    Unknown,
    /// Accepted by the service.
    Running,
    /// Made, the file not yet fetched.
    Ready,
    /// Downloading.
    Saving,
    /// File on disk, complete and checked.
    Saved,
    /// The service gave up.
    Failed,
    /// The service did not take it.
    Refused,
    /// Taken back before it was sent, or no longer watched.
    Cancelled,
}

impl TaskState {
    /// Every state, in the order of a task's life.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Sending,
        Self::Unknown,
        Self::Running,
        Self::Ready,
        Self::Saving,
        Self::Saved,
        Self::Failed,
        Self::Refused,
        Self::Cancelled,
    ];

    /// The state's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Saving => "saving",
            Self::Saved => "saved",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state's sign on the screen.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Queued => "·",
            Self::Sending => "↑",
            Self::Unknown => "?",
            Self::Running => "▶",
            Self::Ready => "◆",
            Self::Saving => "↓",
            Self::Saved => "✓",
            Self::Failed => "✗",
            Self::Refused => "!",
            Self::Cancelled => "-",
        }
    }

    /// The state's sign where the terminal shows only ASCII.
    #[must_use]
    pub const fn ascii_sign(self) -> &'static str {
        match self {
            Self::Queued => ".",
            Self::Sending => "^",
            Self::Unknown => "?",
            Self::Running => ">",
            Self::Ready => "*",
            Self::Saving => "v",
            Self::Saved => "+",
            Self::Failed => "x",
            Self::Refused => "!",
            Self::Cancelled => "-",
        }
    }

    /// The state of that [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the program still has work with a task in this state.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Sending | Self::Running | Self::Ready | Self::Saving)
    }
}

/// How a queued task came back to the queue after the service asked to wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutBack {
    /// How often in a row.
    pub times: u32,
    /// What the last answer said.
    pub error: TaskError,
}

/// What a saved file is, as far as it was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// Where it lies.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// The picture's sides in pixels, where the MP4's header tells them.
    pub sides: Option<(u32, u32)>,
    /// The running time in milliseconds, where the MP4's header tells it.
    pub length_ms: Option<u64>,
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
    Unknown {
        /// Why.
        error: TaskError,
    },
    /// The service works on it.
    Running {
        /// The service's own word for its state, made harmless; empty while it says none.
        status: String,
        /// When to ask again.
        next_poll: Wall,
        /// Answers had so far.
        polls: u32,
        /// Questions in a row that brought no answer.
        misses: u32,
    },
    /// The service has the file; it is not here yet.
    Ready {
        /// The file's id.
        file: FileId,
        /// Why the last try to fetch it failed, if there was one.
        trouble: Option<TaskError>,
        /// Tries so far.
        tries: u32,
        /// When to try again by itself; `None`: only when the person asks.
        next_try: Option<Wall>,
    },
    /// Downloading.
    Saving {
        /// The file's id.
        file: FileId,
        /// Tries before this one.
        tries: u32,
    },
    /// On disk, complete, checked.
    Saved {
        /// The file's id, where it is known.
        file: FileId,
        /// What was saved.
        saved: SavedFile,
    },
    /// The service gave up.
    Failed {
        /// Why.
        error: TaskError,
    },
    /// The service did not take it.
    Refused {
        /// Why.
        error: TaskError,
    },
    /// Taken back, or no longer watched.
    Cancelled {
        /// The state it was in.
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
    pub cost: Ptc,
    /// The service's id, once it has one.
    pub remote: Option<RemoteId>,
    /// When the signed address of the file runs out, as far as an address has been seen.
    pub expires_at: Option<Wall>,
    /// Where the file shall go, when the person said so (`download --dir`).
    pub dir: Option<String>,
    /// When it was confirmed.
    pub created_at: Wall,
    /// When its POST was last emitted.
    pub sent_at: Option<Wall>,
    /// When its last stage began, for a task that has ended.
    pub finished_at: Option<Wall>,
    /// The stage of its life.
    pub phase: Phase,
    /// Who has it in his hands.
    pub claim: Option<Claim>,
}

impl Task {
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

    /// The error that this stage carries, if any.
    #[must_use]
    pub const fn error(&self) -> Option<&TaskError> {
        match &self.phase {
            Phase::Queued { put_back: Some(PutBack { error, .. }), .. }
            | Phase::Unknown { error }
            | Phase::Ready { trouble: Some(error), .. }
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
    pub const fn charged(&self) -> Charged {
        match &self.phase {
            Phase::Queued { .. } | Phase::Refused { .. } => Charged::No,
            Phase::Sending { .. } | Phase::Unknown { .. } => Charged::Unknown,
            Phase::Running { .. } | Phase::Ready { .. } | Phase::Saving { .. } | Phase::Saved { .. } => Charged::Yes,
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

    /// What was saved.
    #[must_use]
    pub const fn saved(&self) -> Option<&SavedFile> {
        if let Phase::Saved { saved, .. } = &self.phase { Some(saved) } else { None }
    }
}

/// A task that does not have a key yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTask {
    /// The attempt that it repeats.
    pub parent: Option<TaskKey>,
    /// 1 for a first attempt.
    pub attempt: u32,
    /// The user's own name for it.
    pub name: Option<String>,
    /// The profile (account) it belongs to.
    pub profile: String,
    /// What is asked of the service.
    pub request: Request,
    /// Its price.
    pub cost: Ptc,
    /// The service's id, for a task made elsewhere and adopted.
    pub remote: Option<RemoteId>,
    /// The stage it begins in: queued, or running for an adopted one.
    pub phase: Phase,
}

/// One line of the table: what is kept in memory of every task there is. The whole task is read when it is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Our number for it.
    pub key: TaskKey,
    /// The row's revision in the store.
    pub rev: u64,
    /// The attempt it repeats.
    pub parent: Option<TaskKey>,
    /// 1 for a first attempt.
    pub attempt: u16,
    /// Whether a later attempt repeats this one.
    pub retried: bool,
    /// The state in one word.
    pub state: TaskState,
    /// Whether it cost money.
    pub charged: Charged,
    /// The kind of failure, where there is one.
    pub class: Option<ErrorClass>,
    /// The failure's text, where there is one.
    pub error: Option<Box<str>>,
    /// The service's own word for the state; empty where it has said none.
    pub status: Arc<str>,
    /// The model's name.
    pub model: Arc<str>,
    /// The resolution asked for.
    pub resolution: Arc<str>,
    /// Seconds of video asked for.
    pub duration: u16,
    /// The whole prompt.
    pub prompt: Box<str>,
    /// The service's id.
    pub remote: Option<Box<str>>,
    /// Its price.
    pub cost: Ptc,
    /// When it was confirmed.
    pub created_at: Wall,
    /// When its POST was last emitted.
    pub sent_at: Option<Wall>,
    /// When its last stage began, for a task that has ended.
    pub finished_at: Option<Wall>,
    /// When the signed address of its file runs out, as far as an address has been seen.
    pub expires_at: Option<Wall>,
}

impl Row {
    /// The line of that task. `retried` is not the task's own knowledge: it comes from the line of attempts.
    #[must_use]
    pub fn of(task: &Task, retried: bool) -> Self {
        let error = task.error();
        Self {
            key: task.key,
            rev: task.rev,
            parent: task.parent,
            attempt: u16::try_from(task.attempt).unwrap_or(u16::MAX),
            retried,
            state: task.state(),
            charged: task.charged(),
            class: error.map(|e| e.class),
            error: error.map(|e| e.message.as_str().into()),
            status: task.status().into(),
            model: task.request.model.as_str().into(),
            resolution: task.request.resolution.as_str().into(),
            duration: u16::try_from(task.request.duration).unwrap_or(u16::MAX),
            prompt: task.request.prompt.as_str().into(),
            remote: task.remote.as_ref().map(|id| id.0.as_str().into()),
            cost: task.cost,
            created_at: task.created_at,
            sent_at: task.sent_at,
            finished_at: task.finished_at,
            expires_at: task.expires_at,
        }
    }
}

/// One entry of a task's time line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened.
    pub at: Wall,
    /// What kind of thing happened: a short word such as `accepted`, `status`, `put back`, `saved`.
    pub kind: String,
    /// The particulars, in words, made harmless.
    pub text: String,
    /// The raw answer behind it, shortened and with secrets removed.
    pub raw: Option<String>,
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
}

impl MoneyEvent {
    /// The word in the store and in `cost --csv`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Charged => "charged",
            Self::Released => "released",
            Self::Unknown => "unknown",
            Self::Resolved => "resolved",
        }
    }

    /// The event of that [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Reserved, Self::Charged, Self::Released, Self::Unknown, Self::Resolved]
            .into_iter()
            .find(|event| event.id() == id)
    }
}

/// One line of the ledger: what a task's money became at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// When.
    pub at: Wall,
    /// What happened to the money.
    pub event: MoneyEvent,
    /// The amount that the event speaks of.
    pub amount: Ptc,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_with_and_without_their_sign() {
        assert_eq!("#12".parse(), Ok(TaskKey(12)));
        assert_eq!("12".parse(), Ok(TaskKey(12)));
        assert!("twelve".parse::<TaskKey>().is_err());
        assert_eq!(format!("{:>6}", TaskKey(12)), "   #12");
    }

    #[test]
    fn every_state_is_found_again_by_its_word_and_has_signs_of_its_own() {
        let mut signs = std::collections::BTreeSet::new();
        for state in TaskState::ALL {
            assert_eq!(TaskState::from_word(state.word()), Some(state));
            assert!(signs.insert(state.ascii_sign()) && state.ascii_sign().is_ascii());
        }
    }
}
