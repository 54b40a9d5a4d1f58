//! What is on the screen, as state: panes, layers, cursors, marks, the draft being typed. Drawn by each screen's
//! `view`, changed by `update`; no frame is made here.

use crate::{
    compose::state::{Compose, ComposeRow},
    key::Key,
    keymap,
    keymap::{CopyWhat, Keymap, Pane},
    layer::Layer,
    sights::state::Sights,
    table::state::{Archive, TableView},
    widgets::editor::LineEditor,
};
use domain::{
    amount::{Amount, Totals},
    draft::Draft,
    prices::Offer,
    request::Request,
    retry::{Caution, No},
    task::{FileId, Task, TaskKey, TaskState},
    time::{Mono, Wall},
};
use engine::{
    effect::{Level, Ticket},
    money::Day,
    settings::{BudgetSettings, Settings},
};
use ratatui::layout::Rect;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use words::{problem::Problem, voice::Voice};

/// Everything about the screen.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Cells across.
    pub width: u16,
    /// Cells down.
    pub height: u16,
    /// The pane that has the keys, when no layer lies over it.
    pub pane: Pane,
    /// The pane that compose was opened from and gives the keys back to.
    pub(crate) compose_from: Pane,
    /// Whether that pane fills the screen.
    pub full: bool,
    /// The task table.
    pub table: TableView,
    /// Detail and download.
    pub detail: DetailView,
    pub compose: Compose,
    /// What lies over the panes; the last one has the keys.
    pub layers: Vec<Layer>,
    /// What the message line has, newest last; each is in `messages` too.
    pub toasts: VecDeque<Toast>,
    /// The profiles whose balance a person asked for, until it is known.
    pub(crate) balances_asked: Vec<String>,
    /// The sums of the money screen.
    pub(crate) summed: Option<crate::money::Summed>,
    /// Whether a key is being taken: what is said now answers it.
    pub(crate) answering: bool,
    /// The message log, newest last, at most 500.
    pub messages: VecDeque<Message>,
    /// Shown once at the start: what happened since the last time.
    pub away: Option<Away>,
    /// When the store was last told that the screen is in use.
    pub(crate) noted_at: Mono,
    /// Which key means what.
    pub keys: Keymap,
    /// How sentences name those keys.
    pub voice: Voice,
    /// Where the topmost layer's lines lie that a click chooses, and which each is. Only the frame knows: whoever
    /// draws puts them here.
    pub lines: Vec<(Rect, usize)>,
    /// Commands that were typed, newest last, at most 100.
    pub commands: VecDeque<String>,
    /// Prices that were typed here, the last for each.
    pub prices: BTreeMap<Offer, Amount>,
    /// Archived tasks, while the filter looks at them.
    pub archive: Archive,
    /// What was done here, the last act last.
    pub acts: Vec<Done>,
    /// Unknowns that a person here has resolved, until it is done or refused.
    pub(crate) resolving: BTreeSet<TaskKey>,
    /// What goes on when the store has given the whole tasks that it needs.
    pub after: Option<AfterDetail>,
    /// When the table asks the store again for what it got no answer to.
    pub(crate) asks_again: Option<Mono>,
    /// The file calls whose addresses go to the clipboard: `yu`.
    pub urls_asked: Option<UrlsAsked>,
    /// Pictures.
    pub sights: Sights,
}

/// Detail and download.
#[derive(Clone, Debug, Default)]
pub struct DetailView {
    /// All about the task under the table's cursor, once the store has answered. May lag behind the cursor: compare
    /// its task's key.
    pub loaded: Option<Box<engine::msg::Detail>>,
    /// The row under the table's cursor while detail shows another task, and when detail follows.
    pub rest: Option<(TaskKey, Mono)>,
    /// The task that was last asked for.
    pub asked: Option<TaskKey>,
    /// Which part is looked at.
    pub tab: DetailTab,
    /// First line shown.
    pub scroll: usize,
    /// The frame of a task's video that was stepped to.
    pub frame: Option<(TaskKey, usize)>,
}

/// A part of detail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DetailTab {
    /// State, error and advice, ids, file, the whole prompt, possible actions.
    #[default]
    Overview,
    /// All that happened.
    TimeLine,
    /// The request as JSON and as curl.
    Request,
    /// The raw answers.
    Answers,
    /// The line of attempts.
    Attempts,
    /// The first frame and the video.
    Picture,
}

impl DetailTab {
    /// All parts, in their order.
    pub const ALL: [Self; 6] =
        [Self::Overview, Self::TimeLine, Self::Request, Self::Answers, Self::Attempts, Self::Picture];
}

/// The preview of something paid: what would be sent and what it costs. Enter sends, but not in its first 200 ms.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What brought it up.
    pub purpose: Purpose,
    /// What would be sent.
    pub items: Vec<PreviewItem>,
    /// What a second word is needed for, as the warnings tell, by the attempt that is repeated.
    pub agreed: BTreeMap<TaskKey, Vec<Caution>>,
    /// The whole price in the profile's currency, as far as it is known.
    pub total: Amount,
    /// Warnings that do not forbid it.
    pub warnings: Vec<Problem>,
    /// Why it cannot be sent; empty when it can.
    pub obstacles: Vec<Problem>,
    /// When it came up.
    pub opened: Mono,
    /// The number of tasks as it must be typed above `budget.ask_above`; `None` when it need not be.
    pub typed: Option<LineEditor>,
    /// The price that is asked for; `None` where all are known.
    pub price: Option<PriceAsk>,
    /// What made several tasks of one draft or of a file, where something did.
    pub batch: Option<Batch>,
    /// The insertion under way after Enter; a second Enter does nothing.
    pub sent: Option<Ticket>,
    /// First line shown.
    pub scroll: usize,
    /// The cursor among what would be sent.
    pub place: RowPlace,
    /// What the rules and the state of sending said of it last.
    pub judged: PreviewJudged,
}

/// A price that nobody has said, being typed.
#[derive(Clone, Debug)]
pub struct PriceAsk {
    /// What it is the price of.
    pub offer: Offer,
    pub line: LineEditor,
}

/// What made several tasks, and what came of it besides them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The file of prompts; `None` for a draft.
    pub from: Option<String>,
    /// Combinations that came more than once and were left out.
    pub duplicates: usize,
    /// Combinations that cannot be sent: what, and why not.
    pub impossible: Vec<(String, String)>,
    /// Lines of the file that forbid to send it: number and what is wrong, in the file's order. Empty once they are
    /// left out.
    pub bad_lines: Vec<(usize, Problem)>,
    /// Columns of the file that are no field and forbid to send it. Empty once they are left out.
    pub others: Vec<String>,
    /// The file's path as it was typed.
    pub path: Option<String>,
}

/// A cursor among the rows of a preview.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowPlace {
    /// The row under it, counted from 0.
    pub at: usize,
    /// Whether the picture follows it; scrolled by pages it does not.
    pub follows: bool,
}

/// What was said of a preview when it was looked at last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreviewJudged {
    pub warnings: Vec<Problem>,
    pub obstacles: Vec<Problem>,
    /// What it went by; `None` where it is not looked at again.
    pub seen: Option<PreviewSeen>,
}

/// What of the work decides what a preview says besides its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviewSeen {
    pub paused: bool,
    /// How many profiles are.
    pub halted: usize,
    /// How many tasks are in each state.
    pub counts: [usize; TaskState::COUNT],
    /// What of the day's caps is used.
    pub day: Day,
    pub budget: BudgetSettings,
    pub balance: Option<Amount>,
    /// Whether the profile's key is known.
    pub has_key: bool,
    /// Whether the store may only be looked at; `None` until it is open.
    pub only_reads: Option<bool>,
    /// Since when the store is away.
    pub away: Option<Wall>,
}

/// One attempt in a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewItem {
    /// The account that it is sent with.
    pub profile: String,
    /// What would be asked for.
    pub request: Request,
    /// The attempt that it repeats.
    pub parent: Option<TaskKey>,
    /// The parent's request, where one is repeated with changes.
    pub was: Option<Request>,
    /// Its price in the profile's currency; `None` where it is not known.
    pub cost: Option<Amount>,
    /// The user's own name for it.
    pub name: Option<String>,
}

/// What brought a preview up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Compose.
    New,
    /// `r`.
    Retry,
    /// `e`, then sent from compose.
    EditRetry,
    /// A file of prompts.
    File,
    /// `R`: failures by cause, tried again.
    Plan,
}

/// A message that passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How much it matters.
    pub level: Level,
    /// What is said, in words.
    pub text: String,
    /// When it goes away.
    pub until: Mono,
    /// What it has in common with others that it is folded with.
    pub kind: Option<Kind>,
    /// How many are folded in it.
    pub count: usize,
    /// Whether it answers the key that was pressed last: nothing that happens besides comes before it.
    pub answers: bool,
}

/// News of one kind are one message: "14 saved".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Tasks that came to that state.
    Now(TaskState),
    /// Tasks that were taken back unsent.
    TakenBack,
    /// Tasks that are watched again.
    Watched,
    /// Failures that were put away.
    PutAway,
    /// Failures that were opened again.
    Open,
    /// Why a key did nothing.
    Reply,
    /// The preview waits for pictures.
    Reading,
}

/// A line of the message log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub at: Wall,
    /// How much it matters.
    pub level: Level,
    /// The task it is about.
    pub key: Option<TaskKey>,
    /// What is said, in words.
    pub text: String,
}

/// What happened since the last time: counts by state, unsent work, money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Away {
    /// Since when.
    pub since: Wall,
    /// Tasks that came to that state since.
    pub ended: BTreeMap<TaskState, BTreeSet<TaskKey>>,
    /// Tasks whose file's address has less than an hour.
    pub at_risk: BTreeSet<TaskKey>,
    /// Unsent tasks, paused.
    pub unsent: BTreeSet<TaskKey>,
    /// What was spent since.
    pub spent: Totals,
}

/// A wish that waits for whole tasks. A new wish takes the place of an old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterDetail {
    /// What to do with them.
    pub then: Then,
    /// Where the keys went when it was wished for.
    pub place: keymap::Place,
    /// The tasks in their order, as far as they have come.
    pub tasks: Vec<(TaskKey, Option<Task>)>,
}

/// What to do with whole tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// Open the preview of a retry.
    Retry {
        /// Those of the marked tasks that were left out, by why.
        left_out: BTreeMap<No, Vec<TaskKey>>,
    },
    /// Open the preview of a plan of retries.
    Plan,
    /// Open a copy in compose.
    Clone,
    /// Open it in compose as a new attempt.
    Edit,
    /// Copy a part of them.
    Copy(CopyWhat),
    /// Copy an scp command that fetches their files.
    Scp,
    /// Open its file.
    Play,
    /// Show frames of their videos.
    Sheet,
    /// Say where it is: it is not in the table.
    Goto,
}

/// An act that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    Queued {
        keys: Vec<TaskKey>,
        /// The draft that stood for several tasks.
        pattern: Option<Box<Draft>>,
    },
    /// What one `x` did besides taking back what was unsent.
    Left {
        /// Failures that were put away.
        put_away: Vec<TaskKey>,
        /// Tasks that are no longer watched or saved.
        unwatched: Vec<TaskKey>,
    },
    Resolved(TaskKey),
}

/// Fresh addresses being asked for, one call after another: together they go to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlsAsked {
    /// The call under way.
    pub(crate) ticket: Ticket,
    /// The task whose file it is about.
    pub(crate) key: TaskKey,
    /// The files still to be asked about.
    pub(crate) left: VecDeque<(TaskKey, FileId)>,
    /// The addresses that have come.
    pub(crate) got: Vec<String>,
    /// How many tasks there is no address of.
    pub(crate) without: usize,
}

impl Screen {
    /// The screen at the start. Faults of the person's own keys are for `config check` to tell; here they only leave
    /// the defaults in force.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let keys = Keymap::build(&settings.keys).0;
        Self {
            width: 80,
            height: 24,
            pane: Pane::Table,
            compose_from: Pane::Table,
            full: false,
            table: TableView::default(),
            detail: DetailView::default(),
            compose: Compose::new(settings, Draft::default()),
            layers: Vec::new(),
            toasts: VecDeque::new(),
            balances_asked: Vec::new(),
            summed: None,
            answering: false,
            messages: VecDeque::new(),
            away: None,
            noted_at: Mono(0),
            voice: keys.voice(),
            keys,
            lines: Vec::new(),
            commands: VecDeque::new(),
            prices: BTreeMap::new(),
            archive: Archive::default(),
            acts: Vec::new(),
            resolving: BTreeSet::new(),
            after: None,
            asks_again: None,
            urls_asked: None,
            sights: Sights::default(),
        }
    }

    /// Whether a text is being typed now, so that characters are text and not commands.
    #[must_use]
    pub fn typing(&self) -> bool {
        self.layers.last().map_or_else(
            || {
                self.pane == Pane::Compose
                    && matches!(self.compose.row, ComposeRow::Field(field) if keymap::is_typed(field))
            },
            |layer| layer.typing(),
        )
    }

    /// Whether a key is a character to be typed, with neither Ctrl nor Alt.
    #[must_use]
    pub const fn is_text(key: &Key) -> bool {
        !key.ctrl && !key.alt && matches!(key.code, super::key::Code::Char(_))
    }
}
