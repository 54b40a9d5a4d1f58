//! The preview as state: what would be sent, what it costs, what was said of it.

use crate::widgets::editor::LineEditor;
use domain::{
    amount::Amount,
    prices::Offer,
    request::Request,
    retry::Caution,
    task::{TaskKey, TaskState},
    time::{Mono, Wall},
};
use engine::{effect::Ticket, money::Day, settings::BudgetSettings};
use std::collections::BTreeMap;
use words::problem::Problem;

/// The preview of something paid: what would be sent and what it costs. Enter sends, but not in its first 200 ms.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What brought it up.
    pub purpose: Purpose,
    /// What would be sent.
    pub items: Vec<PreviewItem>,
    /// What is confirmed besides the price, as the warnings tell, by the attempt that is repeated.
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
