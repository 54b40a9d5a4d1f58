//! What the program wants done: everything that `update` asks of the driver and its workers. Plain data.

mod write;

pub use write::Write;

use crate::{settings::Lang, sight::Sight, view::View};
use domain::{
    account::{Change, Stamp},
    amount::Amount,
    carried::Carried,
    draft::Draft,
    reason::Reason,
    request::{Request, StoredImage},
    task::{FileId, NewTask, RemoteId, TaskKey},
    time::{Now, Wall},
};
use serde::{Deserialize, Serialize};
use service::{answer::Address, gateway::records::Window};

/// The number of one command; its reply carries it back, and a reply with another number is stale.
pub type Ticket = u64;

/// One thing to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Done by the store's thread, in order.
    Store(StoreCmd),
    /// Done by the HTTP client of that profile: to its host, with its key.
    Http { profile: String, call: HttpCmd },
    /// Done by the download worker of that profile.
    Save { profile: String, command: SaveCmd },
    /// Done by this machine.
    Local(LocalCmd),
    /// Done by the terminal.
    Term(TermCmd),
    /// Into the log, and, on the command line, onto stderr.
    Log(LogLine),
    /// The end: everything that must be on disk is.
    Exit,
}

/// A line for the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The task it is about.
    pub key: Option<TaskKey>,
    /// Never a secret.
    pub what: Noted,
}

/// What a line of the log says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Noted {
    /// A note for readers of the log, in English.
    Text(String),
    /// Why something did not work.
    Reason(Reason),
}

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// It went well.
    Info,
    /// Worth a look.
    Warning,
    /// It did not work.
    Error,
}

/// What the store's thread does, in order; each is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoreCmd {
    /// Put the answer to a submission down on this machine, where the store is a server: its write waits behind another
    /// one. Not answered; it goes once a write of the same ID is on the server.
    Keep(Box<Write>),
    /// Journal intents: all or none. Answered by `Inserted`.
    Insert {
        ticket: Ticket,
        /// The intents.
        tasks: Vec<NewTask>,
        at: Wall,
        /// The caps that must hold, checked in the same transaction.
        caps: Caps,
    },
    /// Change rows. Answered by `Written`.
    Write {
        ticket: Ticket,
        /// One transaction; each write is taken or overtaken by itself.
        writes: Vec<Write>,
    },
    /// Save `Sending`, if the row is still ours to send, nobody has stopped the sending and the account's allowance has
    /// a place. Answered by `SendClaimed`.
    ClaimSend {
        ticket: Ticket,
        /// The row as it shall be.
        write: Box<Write>,
        /// Submissions that the account allows in any 60 seconds, whichever program makes them.
        per_minute: u32,
        /// The day's caps that must hold when it leaves: since it was queued a cap may have been lowered, and what is
        /// imported or was queued on a day with a higher cap was never held against this one.
        caps: Caps,
        /// Whether to give it a path for the service's posts.
        path: bool,
        /// The pictures that go along out of this machine's own folder.
        pictures: Vec<StoredImage>,
    },
    /// Change what all programs share. Answered by `Shared`.
    Share {
        ticket: Ticket,
        /// The account.
        profile: String,
        /// Who changes it, and when.
        by: Stamp,
        change: Change,
    },
    /// Read rows again: their claim may have run out. Answered by `Changed`.
    Look { keys: Vec<TaskKey> },
    /// Read all about one task. Answered by `Detail` or `NoSuchTask`.
    Detail { key: TaskKey },
    /// Read the submissions of all profiles that were sent in a span of time, both ends included. Answered by
    /// `Submissions`.
    ReadSubmissions { ticket: Ticket, from: Wall, to: Wall },
    /// Read our own side of a span of time, to lay it beside the records. Answered by `Audit`.
    Audit {
        ticket: Ticket,
        profile: String,
        window: Window,
        /// When what has a record in that window may have been begun.
        begun: Window,
    },
    /// Read the charges that can be asked back. Answered by `Refunds`.
    Refunds {
        /// Now, for the person's own days.
        now: Now,
    },
    /// Read which programs of which machines run on a shared store. Answered by `Members`.
    Members,
    /// Look up archived tasks. Answered by `Archived`.
    Archived {
        /// As it was typed.
        filter: String,
        at: Wall,
    },
    /// Read the archived task that the service knows by that id. Answered by `ArchivedOf`.
    ReadArchivedOf { id: RemoteId },
    /// Sum up the whole ledger. Answered by `Costs`.
    Costs {
        /// Now, for the person's own days.
        now: Now,
    },
    /// Keep a draft as it is typed. Not answered unless it fails.
    SaveDraft { id: i64, draft: Box<Draft>, at: Wall },
    /// Forget a draft that was sent, cleared or deleted. Not answered unless it fails.
    DropDraft {
        id: i64,
        /// What it was when it was read from the store: it stays if another program has written something else there
        /// since.
        read: Option<Box<Draft>>,
    },
    /// Keep the address of a picture that was uploaded. Not answered unless it fails.
    SaveUpload { upload: Upload },
    /// Keep what an account's balance was at a moment.
    SaveBalance { profile: String, amount: Amount, at: Wall },
    /// Keep how the table is left. Not answered unless it fails.
    SaveView { view: Box<View> },
    /// Note that a dashboard is in use now. Not answered unless it fails.
    SaveSeen { at: Wall },
}

/// The caps on spending that must hold, besides those that are kept in the store: the lower one holds. What counts:
/// every attempt since `day_start` that was charged, may have been charged, or is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// The day's cap; `None` for no cap.
    pub per_day: Option<Amount>,
    /// The day's cap for the person who asks; `None` for no cap.
    pub per_day_each: Option<Amount>,
    /// The batch's cap; `None` for no cap.
    pub per_batch: Option<Amount>,
    /// When the user's present day began.
    pub day_start: Wall,
    /// When it ends.
    pub day_end: Wall,
}

impl Caps {
    /// No cap but those that are kept in the store, of a day that is only this moment: for what costs nothing.
    #[must_use]
    pub const fn none(now: Wall) -> Self {
        Self { per_day: None, per_day_each: None, per_batch: None, day_start: now, day_end: now }
    }
}

/// What the HTTP client does. Each is answered once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HttpCmd {
    /// The one call that costs money. Emitted in one place only: on the store's word that `Sending` is on disk.
    Submit {
        key: TaskKey,
        ticket: Ticket,
        /// What to ask for.
        request: Box<Request>,
    },
    /// Ask for a task's state.
    Query { key: TaskKey, ticket: Ticket, id: RemoteId },
    /// Ask whether the service knows a task that is not known here.
    Find { ticket: Ticket, id: RemoteId },
    /// Ask for a file's address.
    File {
        key: TaskKey,
        ticket: Ticket,
        /// The service's id.
        file: FileId,
    },
    /// Ask for the balance.
    Balance { ticket: Ticket },
    /// Hand a picture to the gateway, which gives it a public address.
    Upload { ticket: Ticket, picture: Box<StoredImage> },
    /// Ask the gateway's records what a call was charged.
    Charge {
        ticket: Ticket,
        /// The call's `request-id`.
        request_id: String,
    },
    /// Ask the gateway's records for the account's calls in a span of time.
    Records {
        ticket: Ticket,
        window: Window,
        /// The page's number, from 1.
        page: u32,
    },
}

/// What the download worker does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaveCmd {
    /// Fetch a file to disk: resumed, checked, never over another one.
    Start {
        key: TaskKey,
        /// What the answers carry back.
        ticket: Ticket,
        /// Where it can be had.
        address: Box<Address>,
        /// Where it shall go.
        target: Box<SaveTarget>,
    },
    /// Stop fetching; the part stays for a later resume.
    Stop { key: TaskKey },
}

/// Where a file shall go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveTarget {
    /// The folder; made if it does not exist.
    pub dir: String,
    /// The file's name without a folder, safe, ending in `.mp4`. If a file of that name exists, a number is added.
    pub name: String,
    /// The JSON object to write beside it, under the same name ending in `.json`; `None` for no sidecar.
    pub sidecar: Option<String>,
    /// Give up on a line that brought no byte for this long.
    pub stall_ms: u64,
}

/// Done by this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LocalCmd {
    /// Remove what a download that is not to go on has left beside its target.
    DiscardPart {
        /// Where the file was to go.
        target: Box<SaveTarget>,
    },
    /// Read a picture, judge it by its content, put it by under its hash. Answered by `LocalMsg::Image`.
    LoadImage {
        /// The path as it was typed (`~` allowed).
        path: String,
    },
    /// List the folder of a path as it was typed. Answered by `LocalMsg::Listed`.
    List {
        typed: String,
        /// What it is for.
        purpose: ListFor,
    },
    /// Read a file of prompts. Answered by `LocalMsg::Prompts`.
    ReadPrompts {
        /// The path as it was typed.
        path: String,
    },
    /// Make a picture smaller than the service's limit and of a type that it takes: a copy, stored like one that was
    /// read; the file stays as it is. Answered by `LocalMsg::Image`.
    Shrink {
        /// The path as it was typed.
        path: String,
    },
    /// Open `$VISUAL` or `$EDITOR` on a text, the screen given over. Answered by `LocalMsg::Edited`.
    Edit { text: String },
    /// Open the editor on a person's file, at that line, the screen given over. Answered by `LocalMsg::FileEdited`.
    EditFile {
        /// The path as it was typed (`~` allowed).
        path: String,
        /// Counted from 1.
        line: usize,
    },
    /// Open a file in a player. Answered by `LocalMsg::Opened`.
    Open { path: String },
    /// Write tasks to a new file, one JSON object a line. Answered by `LocalMsg::Exported`.
    Export {
        /// The file as it was typed (`~` allowed); one that exists is left alone.
        path: String,
        /// Which tasks, in their order.
        keys: Vec<TaskKey>,
    },
    /// Write a text that is too long for the clipboard to a file. Answered by `LocalMsg::PutBy`.
    PutBy {
        /// What it is, in a word.
        what: String,
        text: String,
    },
    /// Decode a picture or frames of a video, small. The one asked for before is dropped if it is not there yet; of
    /// those asked for the last one is answered, by `LocalMsg::Seen`.
    See(Sight),
    /// Write a prompt under a name into `[templates]` of the config. Answered by `UserFiles::TemplateKept`.
    KeepTemplate { name: String, prompt: String },
    /// Look whether the files of saved tasks are still where they were saved. Answered by `UserFiles::FilesFound`.
    FindFiles {
        keys: Vec<TaskKey>,
        /// Whether all machines keep their videos in one shared folder (`download.shared`).
        is_shared: bool,
    },
    /// Read the config again. Answered by `Msg::Config`.
    ReadConfig,
    /// Speak that language from now on.
    Speak { lang: Lang },
    /// Run the user's own hook (`notify.command`), the facts in its environment.
    Hook {
        /// Name and value; names begin with `REELTOP_`.
        facts: Vec<(String, String)>,
        /// Why the task ended as it did, for `REELTOP_ERROR`.
        reason: Option<Reason>,
    },
}

/// What the workers need words for, as the face has them made.
#[derive(Clone, Copy, Debug)]
pub struct Speech {
    /// Why something is as it is, in one sentence.
    pub reason: fn(&Reason) -> String,
    /// A task with its events and its ledger, as an export has it.
    pub carried: fn(&Carried) -> serde_json::Value,
}

/// What a folder is listed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListFor {
    /// The pictures that a folder or a pattern in the first frame stands for.
    FirstFrames,
    /// The completion of a path in a field.
    Completion,
    /// The completion of a path in the command line.
    Command,
    /// The list on top.
    Picker,
}

/// What the terminal does. Nothing of it happens when the output is no terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TermCmd {
    /// Into the laptop's clipboard, by OSC 52.
    Copy(String),
    Bell,
    /// A notice by OSC 9 and OSC 777.
    Notify(String),
    /// The window's title.
    Title(String),
    /// How much of the work under way is done, in percent; `None` when there is none.
    Progress(Option<u8>),
    /// Tell of clicks and of the wheel, or no longer.
    Mouse(bool),
    /// Give the screen back and stop, as Ctrl-Z does.
    Suspend,
    /// Draw every cell again.
    Redraw,
}

impl StoreCmd {
    /// Its number, where the answer is told by one.
    #[must_use]
    pub const fn ticket(&self) -> Option<Ticket> {
        match self {
            Self::Insert { ticket, .. }
            | Self::Write { ticket, .. }
            | Self::ClaimSend { ticket, .. }
            | Self::ReadSubmissions { ticket, .. }
            | Self::Audit { ticket, .. }
            | Self::Share { ticket, .. } => Some(*ticket),
            Self::Look { .. }
            | Self::Detail { .. }
            | Self::Costs { .. }
            | Self::Refunds { .. }
            | Self::Members
            | Self::SaveDraft { .. }
            | Self::DropDraft { .. }
            | Self::SaveView { .. }
            | Self::SaveUpload { .. }
            | Self::SaveBalance { .. }
            | Self::Archived { .. }
            | Self::ReadArchivedOf { .. }
            | Self::Keep(_)
            | Self::SaveSeen { .. } => None,
        }
    }
}

impl Effect {
    /// A call to that profile's service.
    #[must_use]
    pub fn http(profile: &str, call: HttpCmd) -> Self {
        Self::Http { profile: profile.to_owned(), call }
    }

    /// A line for the log.
    #[must_use]
    pub const fn log(level: Level, key: Option<TaskKey>, what: Noted) -> Self {
        Self::Log(LogLine { level, key, what })
    }
}

/// A picture's public address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// The account that paid for it.
    pub profile: String,
    /// The hash of the picture's content.
    pub sha256: String,
    pub url: String,
    pub at: Wall,
}
