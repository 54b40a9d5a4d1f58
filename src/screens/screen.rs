//! What is on the screen, as state: panes, layers, cursors, marks, the draft being typed. Drawn by `ui`, changed by
//! `update`; no picture is made here.

pub use super::compose::{Compose, Estimate};
use crate::{
    copy::UrlsAsked,
    key::Key,
    keymap,
    keymap::{Keymap, Pane},
    kit::editor::LineEditor,
    layer::Layer,
    sights::Sights,
    table::{archive::Archive, columns, columns::Column, found::Found, groups::Groups},
    undo::Done,
    whole_tasks::AfterDetail,
};
use domain::{
    amount::{Amount, Totals},
    draft::{Draft, Field},
    prices::Offer,
    request::Request,
    retry::Caution,
    task::{TaskKey, TaskState},
    time::{Mono, Wall},
};
use engine::{
    effect::{Level, Ticket},
    filter::Filter,
    settings::Settings,
    view::View,
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
    /// The message log, newest last, at most 500.
    pub messages: VecDeque<Message>,
    /// Shown once at the start: what happened since the last time.
    pub away: Option<Away>,
    /// Which key means what.
    pub keys: Keymap,
    /// How sentences name those keys.
    pub voice: Voice,
    /// Where the topmost layer's lines lie that a click chooses, and which each is. Only the picture knows: whoever draws
    /// puts them here.
    pub lines: Vec<(Rect, usize)>,
    /// Commands that were typed, newest last, at most 100.
    pub commands: VecDeque<String>,
    /// Prices that were typed here, the last for each.
    pub prices: BTreeMap<Offer, Amount>,
    /// Archived tasks, while the filter looks at them.
    pub archive: Archive,
    /// What was done here, the last act last.
    pub acts: Vec<Done>,
    /// What goes on when the store has given the whole tasks that it needs.
    pub after: Option<AfterDetail>,
    /// The file calls whose addresses go to the clipboard: `yu`.
    pub urls_asked: Option<UrlsAsked>,
    /// Pictures.
    pub sights: Sights,
}

/// The task table's view: which rows, in which order, where the cursor is.
#[derive(Clone, Debug)]
pub struct TableView {
    /// The order.
    pub sort: Sort,
    /// What is shown; an empty filter shows all.
    pub filter: Filter,
    /// The keys shown, in their order.
    pub order: Vec<TaskKey>,
    /// The task under the cursor; follows the task when rows move.
    pub cursor: Option<TaskKey>,
    /// Where `cursor` stands in `order`; kept right by the functions of `logic::table`.
    pub at: usize,
    /// How many of `order`'s first are pinned: they stand on the screen however far the others are scrolled.
    pub pins: usize,
    /// The first of the others on the screen, counted from the last pinned one.
    pub top: usize,
    /// Marked tasks, shown or not.
    pub marks: BTreeSet<TaskKey>,
    /// Where a range of marks was begun.
    pub range_from: Option<TaskKey>,
    /// Whether rows stand still (data goes on changing in them).
    pub frozen: bool,
    /// The keys of `order` by rising key, from the first change of a freeze to the order's next making.
    pub held: Option<Vec<TaskKey>>,
    /// Rows that came and were not on the screen yet.
    pub new: BTreeSet<TaskKey>,
    /// How many of these stand above the screen.
    pub new_above: usize,
    /// Where the cursor was before it went to the new rows.
    pub came_from: Option<TaskKey>,
    /// The task that the cursor was on when its row left the table: it stands on another one since, which nobody chose.
    pub left: Option<TaskKey>,
    /// The rows by batch, where they stand so.
    pub groups: Option<Groups>,
    /// The task that the cursor was on when the program last ended, and how many rows stood above it: it goes there when
    /// that has come.
    pub come_back: Option<(TaskKey, usize)>,
    /// How the table was left, as the store has it.
    pub kept: View,
    /// Since when that may have changed.
    pub touched: Option<Mono>,
    /// Whether the tasks are shown as posters.
    pub gallery: bool,
    /// Until when the cursor only passes: what is told of the task under it waits until then, unless a key ends that.
    pub passing: Option<Mono>,
    /// Whether the files of the rows in sight are there.
    pub found: Found,
    /// Whether a person has closed the tour of the first start.
    pub toured: bool,
}

impl Default for TableView {
    fn default() -> Self {
        Self {
            sort: Sort::NEWEST,
            filter: Filter::default(),
            order: Vec::new(),
            cursor: None,
            at: 0,
            pins: 0,
            top: 0,
            marks: BTreeSet::new(),
            range_from: None,
            frozen: false,
            held: None,
            new: BTreeSet::new(),
            new_above: 0,
            came_from: None,
            left: None,
            groups: None,
            come_back: None,
            kept: View::default(),
            touched: None,
            gallery: false,
            passing: None,
            found: Found::default(),
            toured: false,
        }
    }
}

/// An order of the table, below what is pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By which column.
    pub column: &'static Column,
    /// The largest first.
    pub descending: bool,
}

impl Sort {
    /// The default order: the newest first.
    pub const NEWEST: Self = Self { column: &columns::KEY, descending: true };
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

/// A row of compose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComposeRow {
    Field(Field),
    /// The account that it is sent with; there only while several have a key.
    Profile,
    /// Whether lists are taken each with each or one by one; there only while there are two.
    Combine,
    /// The last row: opens the preview.
    Send,
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
    /// Lines of the file that forbid to send it: number and what is wrong, in the file's order. Empty once they are left
    /// out.
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
    /// Of tasks in each state.
    pub counts: [usize; 10],
    /// The day's, and this person's.
    pub cap: Option<Amount>,
    pub own_cap: Option<Amount>,
    pub balance: Option<Amount>,
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
    /// In words.
    pub text: String,
    /// When it goes away.
    pub until: Mono,
    /// What it has in common with others that it is folded with.
    pub kind: Option<Kind>,
    /// How many are folded in it.
    pub count: usize,
}

/// News of one kind are one message: "14 saved".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Tasks that came to that state.
    Now(TaskState),
    /// Failures that were put away.
    PutAway,
    /// Failures that were opened again.
    Open,
}

/// A line of the message log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub at: Wall,
    /// How much it matters.
    pub level: Level,
    /// The task it is about.
    pub key: Option<TaskKey>,
    /// In words.
    pub text: String,
}

/// What happened since the last time: counts by state, unsent work, money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Away {
    /// Since when.
    pub since: Wall,
    /// Tasks that came to that state since.
    pub counts: BTreeMap<TaskState, usize>,
    /// Files whose address has less than an hour.
    pub at_risk: usize,
    /// Unsent tasks, paused.
    pub unsent: usize,
    /// What was spent since.
    pub spent: Totals,
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
            full: false,
            table: TableView::default(),
            detail: DetailView::default(),
            compose: Compose::new(settings, Draft::default()),
            layers: Vec::new(),
            toasts: VecDeque::new(),
            messages: VecDeque::new(),
            away: None,
            voice: keys.voice(),
            keys,
            lines: Vec::new(),
            commands: VecDeque::new(),
            prices: BTreeMap::new(),
            archive: Archive::default(),
            acts: Vec::new(),
            after: None,
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

    /// Takes a key as typed text would: for editors that share their keys.
    #[must_use]
    pub const fn is_text(key: &Key) -> bool {
        !key.ctrl && !key.alt && matches!(key.code, super::key::Code::Char(_))
    }
}
