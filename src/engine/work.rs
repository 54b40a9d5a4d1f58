//! The whole state of the program, subject by subject.

mod queue;

pub use queue::{Claiming, Posting, Queue};

use crate::{
    due_queue::DueQueue,
    effect::{Effect, SaveTarget, Ticket, Write},
    history::{History, Sort},
    news::{News, TaskNews},
    profile_state::{ProfileState, ProfileTotals},
    rows::Rows,
    settings::Settings,
};
use domain::{
    account::{Change, KeptCaps, Member, Raise, Sender},
    amount::{Amount, Currency, Totals},
    audit::{Audit, NotAudited},
    costs::Report,
    refunds::Refund,
    task::{Phase, RefundStep, RemoteId, Row, Second, Task, TaskKey, TaskState, Trouble},
    time::{Mono, Now, Wall},
};
use service::{
    answer::Address,
    gateway::records::{self as record, Window},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Everything the program knows.
#[derive(Clone, Debug)]
pub struct Work {
    /// The present, as of the last message.
    pub now: Now,
    /// What was set.
    pub settings: Settings,
    /// All tasks.
    pub tasks: Tasks,
    /// Sending.
    pub queue: Queue,
    /// What all programs on the store share.
    pub sharing: Sharing,
    /// What the service posts.
    pub callbacks: Callbacks,
    /// Taking over tasks made elsewhere.
    pub adopting: Adopting,
    /// Ended tasks whose settlement is to be taken back; the store is reading them.
    pub reopening: BTreeSet<TaskKey>,
    /// Unknowns that a person resolves as the records suggest: applied once these were read again, or at this moment at
    /// the latest.
    pub confirming: BTreeMap<TaskKey, Mono>,
    /// Failures to be put away (true) or opened again; the store is reading them.
    pub putting_away: BTreeMap<TaskKey, bool>,
    /// Saving.
    pub saver: Saver,
    pub money: Money,
    /// The store, as seen from here.
    pub store: Store,
    /// The default profile.
    pub own: ProfileState,
    /// The others, by name.
    pub others: BTreeMap<String, ProfileState>,
    /// Changes to tasks that have ended; the store is reading them.
    pub deferred: BTreeMap<TaskKey, Vec<Deferred>>,
    /// Set when the program is to end.
    pub ending: Option<Ending>,
    /// Replies that came too late or for nothing; dropped and counted.
    pub stale: u64,
    /// The number that was given to the last command.
    pub last_ticket: Ticket,
    /// What has happened and nobody was told yet; `update` takes it out.
    pub news: Vec<News>,
}

impl Work {
    /// What came answers nothing that is under way: counted, and else left alone.
    pub(crate) fn drop_stale(&mut self) -> Vec<Effect> {
        self.stale += 1;
        Vec::new()
    }

    /// The state at the program's start: nothing is known yet, the store not open.
    #[must_use]
    pub fn new(settings: Settings, now: Now) -> Self {
        Self {
            queue: Queue { paused: settings.queue.start_paused, ..Queue::default() },
            own: ProfileState::new(settings.has_key, now.mono),
            others: settings
                .others
                .keys()
                .map(|name| (name.clone(), ProfileState::new(settings.has_key, now.mono)))
                .collect(),
            deferred: BTreeMap::new(),
            money: Money { day: now.day_start(), ..Money::default() },
            now,
            settings,
            tasks: Tasks::default(),
            callbacks: Callbacks::default(),
            adopting: Adopting::default(),
            reopening: BTreeSet::new(),
            confirming: BTreeMap::new(),
            putting_away: BTreeMap::new(),
            saver: Saver::default(),
            sharing: Sharing::default(),
            store: Store::default(),
            ending: None,
            stale: 0,
            last_ticket: 0,
            news: Vec::new(),
        }
    }

    /// The line of a task that is in the table, or is known to be archived.
    #[must_use]
    pub fn known(&self, key: TaskKey) -> Option<&Row> {
        self.tasks.rows.get(&key).or_else(|| self.money.archived.get(&key))
    }

    /// The line that [`known`](Self::known) gives, to be changed in what is no money.
    pub(crate) fn known_mut(&mut self, key: TaskKey) -> Option<&mut Row> {
        self.tasks.rows.get_mut(&key).or_else(|| self.money.archived.get_mut(&key))
    }

    /// The number for the next command; the screens too ask the service for addresses.
    pub const fn ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        self.last_ticket
    }
}

/// What all programs on the store share, as far as the store has to be told or others are concerned.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// Changes that the store is to be told, with the profile that each is about.
    pub wishes: Vec<(String, Change)>,
    /// Changes that it has been told, and has not acknowledged.
    pub under_way: BTreeMap<Ticket, (String, Change)>,
    /// Changes that it could not take; told again with the writes that failed.
    pub failed: Vec<(String, Change)>,
    /// The profiles of which the store knows this program as one that sends all that is queued; `None` while it does
    /// not know this program.
    pub serves: Option<Vec<String>>,
    /// The other programs that send all that is queued.
    pub senders: Vec<Sender>,
    /// What the day's cap was raised by lately, by whichever program.
    pub raises: Vec<Raise>,
    /// The caps that are kept in the store.
    pub caps: BTreeMap<Currency, KeptCaps>,
    /// The beginning of the day on which this program last ended a halt that was left of a day before.
    pub judged_on: Option<Wall>,
    /// The programs of all machines, as of the last time that a person asked.
    pub members: Vec<Member>,
    /// Who else asks of the same accounts, on a shared store.
    pub peers: Option<Peers>,
}

/// The other programs at work on a shared store, as far as the accounts' poll budgets are concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    /// When that was heard.
    pub heard: Mono,
    /// How many other programs ask for each profile that this one asks for.
    pub others: BTreeMap<String, u32>,
    /// The moment from which each of the others knows of this one, by profile.
    pub full_from: BTreeMap<String, Mono>,
}

impl Sharing {
    /// Whether the store knows all that this program has changed.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.wishes.is_empty() && self.under_way.is_empty() && self.failed.is_empty()
    }
}

/// What the service posts.
#[derive(Clone, Debug, Default)]
pub struct Callbacks {
    /// Whether posts are taken, by this program or by another one on the store.
    pub open: bool,
    /// Whether that is known yet.
    pub known: bool,
    /// Running tasks of which a post came, by when the last one did.
    pub heard: BTreeMap<TaskKey, Mono>,
    /// Tasks of which a post came while they were being asked about.
    pub again: BTreeSet<TaskKey>,
    /// IDs that came for tasks that have none, until they are settled by them.
    pub named: BTreeMap<TaskKey, Named>,
}

/// An ID that came by a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub id: RemoteId,
    /// Not asked about before; the last moment there is while it is being asked about.
    pub not_before: Mono,
    /// Questions without an answer.
    pub tries: u32,
}

/// Ids that the service is asked about: of tasks made elsewhere, and of unknowns that a person found. An id is in one
/// of these at most.
#[derive(Clone, Debug, Default)]
pub struct Adopting {
    /// Not yet asked about.
    pub wanted: VecDeque<Wanted>,
    /// Being asked about.
    pub asking: BTreeMap<Ticket, Wanted>,
    /// Known to the service, and being journalled.
    pub inserting: BTreeMap<Ticket, RemoteId>,
}

/// An id that a profile's service is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub profile: String,
    pub id: RemoteId,
    /// The unknown that it settles; `None` where a task made elsewhere is taken over.
    pub settles: Option<TaskKey>,
    /// Whether the store has said if an archived task has it: only then is the service asked, whose answer may be the
    /// quicker one.
    pub looked_up: bool,
}

/// Saving.
#[derive(Clone, Debug, Default)]
pub struct Saver {
    /// Ended tasks whose file was asked for again, with the folder; the store is reading them.
    pub wanted: BTreeMap<TaskKey, Option<String>>,
    /// Files that another program saves by what is known here, and that are to be stopped if the store says that nobody
    /// does.
    pub unwanted: BTreeSet<TaskKey>,
    /// Files that wait, by when their address comes to be at risk, or runs out.
    pub risks: DueQueue<Mono>,
    /// Those that were told as at risk, by the end of the address that they were told for.
    pub warned: BTreeMap<TaskKey, Wall>,
    /// Those in `warned` that were tried once more after that end.
    pub tried: BTreeMap<TaskKey, Wall>,
    /// Addresses that came with the answer to a query, until they are used.
    pub given: BTreeMap<TaskKey, Address>,
    /// Files under way.
    pub active: BTreeMap<TaskKey, Saving>,
    /// The most bytes that were on disk of files that are not here yet: what goes beyond that is progress.
    pub reached: BTreeMap<TaskKey, u64>,
}

/// One file under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saving {
    /// The last command's ticket.
    pub ticket: Ticket,
    /// How far it is.
    pub step: SavingStep,
    /// Fresh addresses asked for since bytes last came.
    pub addresses: u32,
    /// What the worker was last told to fetch, to go on with where the connection drops.
    pub order: Option<(Box<Address>, Box<SaveTarget>)>,
    /// What the try before this one met.
    pub before: Option<Trouble>,
    /// Whether the address that was known when it began had run out.
    pub ran_out: bool,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavingStep {
    /// The store is saving our claim.
    Claiming,
    /// The address was asked for.
    Address,
    /// Bytes are coming.
    Bytes {
        /// Bytes on disk so far.
        done: u64,
        /// The whole, where it is known.
        total: Option<u64>,
        /// When bytes began to come.
        since: Mono,
        /// Bytes on disk when they began to come: a resumed part's size.
        from: u64,
    },
    /// The person asked to stop; the worker has not yet answered.
    Stopping,
}

/// A comparison of the ledger with the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auditing {
    pub ticket: Ticket,
    /// Whose account.
    pub profile: String,
    /// What is looked through.
    pub window: Window,
    /// What was found so far.
    pub rows: Vec<record::Row>,
    /// Pages asked for so far; 0 while the balance is awaited.
    pub pages: u32,
    /// Whether these were all.
    pub whole: bool,
    /// Questions in a row without a usable answer.
    pub missed: u8,
    /// When the page is asked for again.
    pub again: Option<Mono>,
    /// When it is given up.
    pub until: Mono,
    /// Whether a person asked for it.
    pub asked: bool,
}

/// A change to a task that may have ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deferred {
    /// The records say what it was charged.
    Charge(Amount),
    /// Its lost id was found, and the service knows it.
    Found(RemoteId, Box<Phase>),
    /// The service posted its id and knows it, after a person had settled it as never made or as lost.
    Late(RemoteId),
    /// The records have one more charge for the same call.
    Twice(Second),
    /// A person said something about giving its charge back.
    Refund(RefundStep),
}

/// The store, as seen from here.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// This run's own name in claims; `None` until it is open.
    pub owner: Option<String>,
    /// Writes not yet acknowledged.
    pub pending: BTreeMap<Ticket, Write>,
    /// The last write under way of each task; later ones wait for it in `waiting`, since it changes the revision.
    pub busy: BTreeMap<TaskKey, Ticket>,
    /// Writes that wait for an earlier one of the same task.
    pub waiting: BTreeMap<TaskKey, VecDeque<Write>>,
    /// The write of each task that failed and is tried again: answers that were had and paid for. Later ones of the
    /// same task stand behind it in `waiting`.
    pub failed: BTreeMap<TaskKey, Write>,
    /// The service's ids that no store has yet: of each task, the only hold on work that was paid for.
    pub unsaved: BTreeMap<TaskKey, RemoteId>,
    /// Tasks whose change a person asked for and wants to hear of once it is on disk.
    pub owed: BTreeSet<TaskKey>,
    /// What is told of tasks once their changes are on disk: until then another program may be quicker.
    pub untold: BTreeMap<TaskKey, Vec<TaskNews>>,
    /// The role of this program on a shared store may only look: no task is this run's to work on.
    pub only_reads: bool,
    /// A shared store is not reached: when it was last seen. What is shown is as it was then.
    pub away: Option<Wall>,
    /// Rounds of failures in a row; for the back-off.
    pub failures: u32,
    /// When to try again.
    pub retry_at: Option<Mono>,
    /// Rows that another program holds, by when they are looked at again: its claim has run out by then.
    pub held: DueQueue<Mono>,
}

/// The program's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The exit code.
    pub code: u8,
    /// Whether submissions and store writes under way are waited for; a second Ctrl-C does not.
    pub graceful: bool,
    /// Whether a person asked for it, who is there to see what it waits for. A service's end is not held up for ever.
    pub by_person: bool,
    /// Whether the driver has been told.
    pub told: bool,
}

/// All tasks: a line of each, and the whole of those there is work with.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    /// A line of every task.
    pub rows: Rows,
    /// The whole of those that are live or unknown.
    pub live: BTreeMap<TaskKey, Task>,
    /// The queued tasks among those in `live`.
    pub queued: BTreeSet<TaskKey>,
    /// The tasks in `live` whose file waits to be fetched.
    pub ready: BTreeSet<TaskKey>,
    /// The tasks in `live` whose outcome is unknown.
    pub unknown: BTreeSet<TaskKey>,
    /// The tasks in `live` that something holds up (`Task::trouble`).
    pub held_up: BTreeSet<TaskKey>,
    /// Those whose prompt was refused as sensitive, archived ones among them.
    pub sensitive: BTreeSet<TaskKey>,
    /// Those whose end was seen long after the question that would have found it was due: nobody watched, and they say
    /// nothing of how long such tasks take.
    pub seen_late: BTreeSet<TaskKey>,
    /// The people who queued them, as far as they are named.
    pub people: BTreeSet<Box<str>>,
    /// How many there are in each state, in the order of `TaskState::ALL`; kept by `engine::tasks`.
    pub counts: [usize; TaskState::COUNT],
    /// How many failures are open (`Row::is_open_failure`), in that order.
    pub open: [usize; TaskState::COUNT],
    /// How many the store said there are; more than `rows.len()` while pages are still coming.
    pub total: usize,
    /// Whether all pages have come.
    pub loaded: bool,
    /// While pages are coming: tasks that are known to be repeated.
    pub parents: BTreeSet<TaskKey>,
    /// How many attempts repeat a task, for each that has some; one that was taken back does not count. `None` until
    /// one is taken back: a list of a million pays for it only then.
    pub attempts: Option<BTreeMap<TaskKey, usize>>,
    /// What saved tasks took from sending to the end, by their sort.
    pub history: BTreeMap<Sort, History>,
}

impl Tasks {
    /// The profile of the task of that key; empty where it has no row.
    pub(crate) fn profile_of(&self, key: TaskKey) -> &str {
        self.rows.get(&key).map_or("", |row| &row.kind.profile)
    }

    /// Whether more than one person has queued tasks here.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.people.len() > 1
    }

    /// The tasks whose outcome is unknown, the oldest first.
    pub fn unknown_tasks(&self) -> impl Iterator<Item = &Task> {
        self.unknown.iter().filter_map(|key| self.live.get(key))
    }
}

/// Money, as this store and the service know it.
#[derive(Clone, Debug, Default)]
pub struct Money {
    /// Charged or possibly charged today, by this store; kept by `engine::tasks`.
    pub spent_today: Totals,
    /// Set aside for queued tasks.
    pub reserved: Totals,
    /// What of both is this person's.
    pub own: Totals,
    /// Both by the profile.
    pub by_profile: BTreeMap<Box<str>, ProfileTotals>,
    /// Archived tasks, as far as they are known here: those that may count in the present day, those of which a prompt
    /// was refused as sensitive, and what was archived during this run.
    pub archived: BTreeMap<TaskKey, Row>,
    /// The day these sums are of, by its first moment.
    pub day: Wall,
    /// The ledger summed up, as of the last time the money screen asked.
    pub report: Option<Box<Report>>,
    /// The ledger beside the gateway's records, as of the last time a person asked, and when that was.
    pub audit: Option<(Result<Box<Audit>, NotAudited>, Wall)>,
    /// The one under way.
    pub auditing: Option<Auditing>,
    /// The store reads what was sent before this run, for the charges that are still to be asked for.
    pub earlier: Option<Ticket>,
    /// Charges that can be asked back, as the store last told.
    pub refunds: Vec<Refund>,
    /// Whether these may be others now.
    pub refunds_stale: bool,
}
