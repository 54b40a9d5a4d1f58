//! What happens to the program: everything that the work is told. Plain data.

mod refusal;

use crate::{
    act::Act,
    effect::{HttpCmd, ListFor, Ticket, Upload, Write},
    folder::Listing,
    settings::Settings,
    sight,
    view::View,
};
use domain::{
    account::{Member, OverBudget, Shared},
    amount::Amount,
    batch_file::Lines,
    costs::{CostLine, Report},
    draft::KeptDraft,
    problem::TaskError,
    reason::{
        Reason,
        config::Rejected,
        editor::EditorFault,
        export::NotExported,
        picture_file, store,
        system::{At, System},
    },
    refunds::Refund,
    request::StoredImage,
    task::{Event, FileId, LedgerLine, RemoteId, Row, SavedFile, Signed, Task, TaskKey},
    time::Wall,
};
pub use refusal::InsertRefusal;
use serde::{Deserialize, Serialize};
use service::{
    answer::Reply,
    gateway::{
        Asked,
        records::{self, Charge, Page},
    },
};
use std::collections::BTreeMap;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Msg {
    /// The moment that `next_deadline` asked for has come.
    Wake,
    /// From the store.
    Store(StoreMsg),
    /// From the service.
    Http(HttpMsg),
    /// From a download.
    Save(SaveMsg),
    /// From this machine: pictures, the editor.
    Local(LocalMsg),
    /// From the operating system.
    Signal(Signal),
    /// From the command line, which does the same as the keys do.
    Act(Act),
    /// The service's posts are taken, by this program or by another one on the store, or why they are not.
    Listening(Result<(), System>),
    /// The config was read again, or why it cannot be used.
    Config(Result<Box<Reread>, Rejected>),
}

/// A config that was read again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reread {
    /// What it says now.
    pub settings: Settings,
    /// The full names of the options that it sets differently from the last time, of those that can change now.
    pub changed: Vec<String>,
    /// The full names of those that cannot change now and that it sets differently from the program's start.
    pub fixed: Vec<String>,
}

/// From the operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    /// SIGINT from outside (raw mode gives Ctrl-C as a key).
    Interrupt,
    /// SIGTERM, or any other whose default is the end.
    Terminate,
    /// SIGQUIT from outside (raw mode gives Ctrl-\ as a key).
    Quit,
    /// SIGHUP where there never was a terminal: the config is to be read again.
    Reload,
    /// SIGHUP: the terminal is gone.
    HangUp,
    /// SIGTSTP from outside: stop, the terminal given back (raw mode gives Ctrl-Z as a key).
    Stop,
    /// The program was stopped and goes on.
    Continue,
}

/// From the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoreMsg {
    Opened {
        /// This run's own name in claims.
        owner: String,
        /// How many tasks there are.
        total: usize,
        /// When a dashboard last ended in order or said it was in use.
        last_seen: Option<Wall>,
        /// The drafts, the one changed last first.
        drafts: Vec<KeptDraft>,
    },
    /// At the start: the pictures that were uploaded.
    Uploads(Vec<Upload>),
    /// At the start: how the table was left.
    View(Box<View>),
    /// At the start: a program had ended while it queued these, before they were told as queued. They were taken back.
    TakenBack { keys: Vec<TaskKey> },
    /// Another program has put these into the archive: they have left the table.
    ArchivedElsewhere { keys: Vec<TaskKey> },
    /// Archived tasks. At the start, before the pages: those of the last days, since what was spent on them today was
    /// spent though they are in no table, and those of which a prompt was refused as sensitive. Later: that of an id.
    FromArchive { rows: Vec<Row> },
    /// The archived task that the service knows by that id, where there is one.
    ArchivedOf { id: RemoteId, row: Option<Box<Row>> },
    /// Some of the rows, the newest first. The first page brings all the whole tasks, wherever in the order their rows
    /// are. A change that was made meanwhile may come before an older page: of two versions of a row the higher
    /// revision wins.
    Page {
        /// Table lines, newest first.
        rows: Vec<Row>,
        /// On the first page: all tasks that the program still has work with, and the unknown ones, whole, newest
        /// first. A claim of a program that is no longer alive has been left out.
        tasks: Vec<Task>,
        /// Whether this was the last page.
        last: bool,
    },
    /// Intents are on disk.
    Inserted {
        ticket: Ticket,
        /// The tasks with their keys, or why not one was taken.
        result: Result<Vec<Task>, InsertRefusal>,
    },
    /// Writes are on disk, or were overtaken.
    Written {
        ticket: Ticket,
        /// One for each write, in their order.
        results: Vec<WriteResult>,
    },
    /// The answer to a wish to send.
    SendClaimed {
        ticket: Ticket,
        /// Whether the row may be sent.
        result: SendResult,
        /// The path for the service's posts about it, where one was asked for.
        path: Option<String>,
    },
    /// The service posted about tasks, whichever program took it.
    Posted { posts: Vec<Posted> },
    /// Rows, whole, that another program changed, or that were looked at again.
    Changed { tasks: Vec<Task> },
    /// What all programs share: after one's own change of it, and whenever another program has changed it.
    Shared {
        /// The command's ticket; `None` for another program's change.
        ticket: Option<Ticket>,
        /// What is shared, whole, as it stands now.
        shared: Box<Shared>,
    },
    /// All about one task.
    Detail(Box<Detail>),
    /// The submissions of a span of time, whole.
    Submissions { ticket: Ticket, tasks: Vec<Task> },
    /// Our own side of a span of time.
    Audit { ticket: Ticket, side: Box<Side> },
    /// The charges that can be asked back, the oldest first.
    Refunds(Vec<Refund>),
    /// The programs of all machines on a shared store; none of a store in a file.
    Members(Vec<Member>),
    /// Archived tasks that pass a filter, the command's, the newest first.
    Archived { filter: String, rows: Vec<Row> },
    /// The ledger summed up.
    Costs(Box<Report>),
    /// A task that was asked for does not exist.
    NoSuchTask { key: TaskKey },
    /// A command could not be carried out: the disk is full, the file is damaged. Of what no command asked for: no
    /// ticket.
    Failed { ticket: Option<Ticket>, fault: store::Fault },
    /// On a shared store: how many other programs at work ask for each profile that this one asks for.
    Peers { others: BTreeMap<String, u32> },
    /// The role of this program on a shared store may only look.
    OnlyReads,
    /// The key of a profile is another one here than that person's, who serves the profile too.
    OtherKey { profile: String, who: String },
    /// A shared store is not reached; it was last seen then.
    Offline { since: Wall },
    /// The ID of a paid task that the store could not take now is synced to a file of this machine.
    KeptHere { key: TaskKey, id: RemoteId },
    /// Such answers of programs of this machine that have ended; told again until the store has them.
    Left { writes: Vec<Write> },
}

/// A post of the service, by what is kept of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The task whose path it came by.
    pub key: TaskKey,
    /// The ID that it named.
    pub id: RemoteId,
}

/// What became of one write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteResult {
    /// It is on disk; the row's new revision.
    Done {
        key: TaskKey,
        /// The row's revision now.
        rev: u64,
    },
    /// Another program was quicker; the row as it is now.
    Overtaken(Box<Task>),
    /// It brings the service's ID of another task; the row as it is, unchanged.
    IdTaken { now: Box<Task>, by: TaskKey },
}

/// What became of a wish to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SendResult {
    /// `Sending` is on disk: the POST may go out, and must.
    Claimed {
        key: TaskKey,
        /// The row's revision now.
        rev: u64,
    },
    /// Another program was quicker; the row as it is now.
    Overtaken(Box<Task>),
    /// The account's allowance for this minute is used, by whomever.
    Wait {
        key: TaskKey,
        /// When a place will be free.
        until: Wall,
    },
    /// The program that queued it does not know yet that it did: its batch waits, and nothing else.
    Unconfirmed {
        key: TaskKey,
        /// The last of the batch.
        last: TaskKey,
        /// When to ask again.
        until: Wall,
    },
    /// It would cross the day's cap.
    OverBudget { key: TaskKey, over: OverBudget },
    /// A shared store has it from another machine, which alone has its pictures: nothing has changed.
    NotHere { key: TaskKey },
    /// Somebody has stopped the sending.
    Stopped {
        key: TaskKey,
        /// What all programs share, now.
        shared: Box<Shared>,
    },
}

/// All about one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    pub task: Task,
    /// All that happened, oldest first.
    pub events: Vec<Signed<Event>>,
    /// Its money, oldest first.
    pub ledger: Vec<Signed<LedgerLine>>,
    /// Every attempt of its line: the first one, and all that repeat it, by key. Contains the task itself.
    pub line: Vec<Task>,
}

/// From the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HttpMsg {
    /// A submission's body is on its way; told at most twice a second, and of a short one never.
    Uploading {
        key: TaskKey,
        ticket: Ticket,
        /// Bytes that the connection has taken.
        done: u64,
        /// Bytes of the whole body.
        total: u64,
    },
    /// The end of a submission, whatever it was.
    Submitted { key: TaskKey, ticket: Ticket, reply: Reply },
    /// The end of a query.
    Queried { key: TaskKey, ticket: Ticket, reply: Reply },
    /// The end of a query about a task that is not known here.
    Found { ticket: Ticket, reply: Reply },
    /// The end of a file call.
    File { key: TaskKey, ticket: Ticket, file: FileId, reply: Reply },
    /// The end of a balance call.
    Balance { ticket: Ticket, reply: Reply },
    /// The end of an upload.
    Uploaded { ticket: Ticket, reply: Reply },
    /// What the gateway's records say that a call was charged.
    Charge { ticket: Ticket, answer: Asked<Charge> },
    /// A page of the gateway's records.
    Records { ticket: Ticket, answer: Asked<Page> },
}

impl HttpMsg {
    /// A reply as the answer to a call.
    #[must_use]
    pub fn answer(command: HttpCmd, reply: Reply) -> Self {
        match command {
            HttpCmd::Submit { key, ticket, .. } => Self::Submitted { key, ticket, reply },
            HttpCmd::Query { key, ticket, .. } => Self::Queried { key, ticket, reply },
            HttpCmd::Find { ticket, .. } => Self::Found { ticket, reply },
            HttpCmd::File { key, ticket, file } => Self::File { key, ticket, file, reply },
            HttpCmd::Balance { ticket } => Self::Balance { ticket, reply },
            HttpCmd::Upload { ticket, .. } => Self::Uploaded { ticket, reply },
            HttpCmd::Charge { ticket, .. } => Self::Charge { ticket, answer: records::charge(&reply) },
            HttpCmd::Records { ticket, page, .. } => {
                Self::Records { ticket, answer: records::list(&reply, page, records::LIMITS[0]) }
            }
        }
    }
}

/// From a download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaveMsg {
    /// Bytes have come; told at most four times a second.
    Progress {
        key: TaskKey,
        ticket: Ticket,
        /// Bytes on disk so far.
        done: u64,
        /// The whole, where it is known.
        total: Option<u64>,
    },
    /// Complete, checked, under its name.
    Done { key: TaskKey, ticket: Ticket, saved: SavedFile },
    /// The storage no longer honours the address (401, 403, 404, 410), the backup neither: a fresh one is needed.
    AddressDead {
        key: TaskKey,
        ticket: Ticket,
        /// What the storage said, made harmless.
        detail: String,
    },
    /// It did not work.
    Failed {
        key: TaskKey,
        ticket: Ticket,
        /// Why; class `file` for the disk, `network` for the connection.
        error: TaskError,
        /// Whether trying again by itself can help (a dropped connection: yes; a full disk: no).
        again: bool,
    },
    /// It was stopped on request; the part stays.
    Stopped { key: TaskKey, ticket: Ticket },
}

/// From this machine. What a person typed comes back as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LocalMsg {
    /// A picture was read, judged by its content and stored.
    Image {
        path: String,
        /// What it is, or why it cannot be read. Whether the service will take it is for the checks to say.
        result: Result<StoredImage, picture_file::Fault>,
        /// Whether a smaller copy would mend why it cannot be used.
        shrinks: bool,
    },
    /// A folder was listed, or why not.
    Listed {
        typed: String,
        /// What it is for.
        purpose: ListFor,
        /// What is in it.
        result: Result<Listing, At>,
    },
    /// A file of prompts was read, or why not.
    Prompts {
        path: String,
        /// What stands on each line.
        result: Result<Lines, At>,
    },
    /// The text came back from `$EDITOR`, or why not.
    Edited {
        /// The new text.
        result: Result<String, EditorFault>,
    },
    /// The editor on a person's file has ended, or why not.
    FileEdited {
        path: String,
        /// Whether it ended well.
        result: Result<(), EditorFault>,
    },
    /// The key of a profile was read (it stays with the client), or why there is none.
    Key {
        profile: String,
        /// Whether it can be used.
        result: Result<(), Reason>,
    },
    /// A player was opened on a file.
    Opened {
        path: String,
        /// The error is the player that is not there or has no display.
        result: Result<(), String>,
    },
    /// A text that is too long for the clipboard was written to a file.
    PutBy {
        /// What it is, in a word.
        what: String,
        /// How long it is.
        bytes: u64,
        path: String,
        /// Whether it is there.
        result: Result<(), System>,
    },
    /// Tasks were written to a file, or why not.
    Exported {
        path: String,
        /// How many.
        tasks: usize,
        /// Whether they are there.
        result: Result<(), NotExported>,
    },
    /// What concerns the person's own files.
    UserFiles(crate::user_files::UserFiles),
    /// A picture was decoded, or why not.
    Seen {
        /// What was asked for.
        sight: sight::Sight,
        /// What it looks like.
        result: sight::Result,
    },
    /// What the terminal has to say.
    Said {
        /// What to show.
        text: String,
    },
}

/// Our own side of the window, as the store has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// All that were sent in it, or so shortly before that their record may be in it, of any profile.
    pub tasks: Vec<Task>,
    /// What the ledger has of uploads in it.
    pub uploads: Vec<CostLine>,
    /// The balance as it was heard of, the oldest first.
    pub balances: Vec<(Wall, Amount)>,
}
