//! What is on the screen, as state: panes, layers, cursors, marks, the draft being typed. Drawn by each screen's
//! `view`, changed by `update`; no frame is made here.

use crate::{
    compose::state::{Compose, ComposeRow},
    copy::UrlsAsked,
    detail::state::DetailView,
    key::Key,
    keymap,
    keymap::{Keymap, Pane},
    layer::Layer,
    sights::state::Sights,
    since_last_time::Away,
    table::state::{Archive, TableView},
    toast::{Message, Toast},
    undo::Done,
    whole_tasks::AfterDetail,
};
use domain::{amount::Amount, draft::Draft, prices::Offer, task::TaskKey, time::Mono};
use engine::settings::Settings;
use ratatui::layout::Rect;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use words::voice::Voice;

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
