//! The task table as state: its order, its cursor, its marks, its rows by batch, and what is known of their files.

use super::{columns, columns::Column};
use domain::{
    task::{TaskKey, keep_first},
    time::Mono,
};
use engine::{filter::Filter, rows::Rows, view::View};
use std::collections::{BTreeMap, BTreeSet};

/// The task table's view: which rows, in which order, where the cursor is.
#[derive(Clone, Debug, Default)]
pub struct TableView {
    /// The order.
    pub sort: Sort,
    /// What is shown; an empty filter shows all.
    pub filter: Filter,
    /// The keys shown, in their order.
    pub order: Vec<TaskKey>,
    /// The task under the cursor; follows the task when rows move.
    pub cursor: Option<TaskKey>,
    /// Where `cursor` stands in `order`; kept right by the functions of `screens::table`.
    pub at: usize,
    /// How many of `order`'s first are pinned: they stand on the screen however far the others are scrolled.
    pub pins: usize,
    /// The first of the others on the screen, counted from the last pinned one.
    pub top: usize,
    /// Marked tasks, shown or not.
    pub marks: BTreeSet<TaskKey>,
    /// Where a range of marks was begun.
    pub range_from: Option<TaskKey>,
    /// The tasks that were named with the act that is being done.
    pub(super) named: Vec<TaskKey>,
    /// Whether rows stand still (data goes on changing in them).
    pub frozen: bool,
    /// The keys of `order` by rising key, from the first change of a freeze to the order's next making.
    pub held: Option<Vec<TaskKey>>,
    /// Rows that came and were not on the screen yet.
    pub new: BTreeSet<TaskKey>,
    /// How many of these stand above the screen.
    pub new_above: usize,
    /// The part of the order that was looked at for new rows: how many are pinned, the first of the others on the
    /// screen, how many of them. `None` once the order has changed.
    pub(super) looked: Option<[usize; 3]>,
    /// Where the cursor was before it went to the new rows.
    pub came_from: Option<TaskKey>,
    /// What had been chosen when it left the table: the next key would be about something else, which nobody chose.
    pub left: Option<Left>,
    /// The task, or the first of the batch, that a person last did something with by which its row may leave: the next
    /// one may have the same done at once.
    pub acted_on: Option<TaskKey>,
    /// The rows by batch, where they stand so.
    pub groups: Option<Groups>,
    /// The task that the cursor was on when the program last ended, and how many rows stood above it: it goes there
    /// when that has come.
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

impl TableView {
    /// A person does something with that task, by which its row may leave, or has left a moment ago.
    pub(crate) fn acts_on(&mut self, key: TaskKey) {
        let on_batch = || self.groups.as_ref().and_then(|groups| groups.batch_here(key));
        if self.cursor == Some(key) {
            self.acted_on = Some(key);
        } else if let Some(batch) = on_batch() {
            self.acted_on = Some(batch);
        }
        self.left.take_if(|left| left.key() == key);
    }

    /// The row under the cursor leaves the table. Of several, one after another, a person chose the first.
    pub(super) fn cursor_row_leaves(&mut self) {
        if self.acted_on != self.cursor {
            self.left = self.left.or(self.cursor.map(Left::Cursor));
        }
    }
}

/// What a person had chosen and what has left the table since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The task under the cursor.
    Cursor(TaskKey),
    /// The batch under the cursor, by its first task.
    Batch(TaskKey),
    /// The last marked task.
    Mark(TaskKey),
}

impl Left {
    /// The task, or the first of the batch.
    pub(crate) const fn key(self) -> TaskKey {
        match self {
            Self::Cursor(key) | Self::Batch(key) | Self::Mark(key) => key,
        }
    }
}

/// An order of the table, below what is pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub column: &'static Column,
    /// The largest first.
    pub descending: bool,
}

impl Sort {
    /// The default order: the newest first.
    pub const NEWEST: Self = Self { column: &columns::KEY, descending: true };
}

impl Default for Sort {
    fn default() -> Self {
        Self::NEWEST
    }
}

/// What was asked for, and what has come of it.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// The filter whose tasks are here or being read; none while it does not look at the archive.
    pub(crate) asked: Option<String>,
    /// Whether they have come.
    pub(crate) here: bool,
    /// The archived tasks that were asked for.
    pub(crate) rows: Rows,
}

impl Archive {
    /// Whether they are being read.
    pub(crate) const fn is_awaited(&self) -> bool {
        self.asked.is_some() && !self.here
    }
}

/// Where a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilePlace {
    Here,
    /// Where it was saved, which is another machine.
    Elsewhere,
    Missing,
    /// Nobody knows its name: it was forgotten with the prompt.
    Nameless,
}

/// What is known of the files of the rows in sight.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub(crate) known: BTreeMap<TaskKey, FilePlace>,
    /// Those that are being looked at.
    pub(crate) asked: BTreeSet<TaskKey>,
    /// The task that detail was opened on.
    pub(crate) opened: Option<TaskKey>,
}

impl Found {
    /// Whether that task's file is known to be gone.
    #[must_use]
    pub fn is_missing(&self, key: TaskKey) -> bool {
        self.known.get(&key) == Some(&FilePlace::Missing)
    }

    /// Whether that task's file has a name that was forgotten.
    #[must_use]
    pub fn is_nameless(&self, key: TaskKey) -> bool {
        self.known.get(&key) == Some(&FilePlace::Nameless)
    }

    /// Whether that task's file is known to be on another machine alone.
    #[must_use]
    pub fn is_elsewhere(&self, key: TaskKey) -> bool {
        self.known.get(&key) == Some(&FilePlace::Elsewhere)
    }
}

/// The rows by batch.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// The batches whose tasks are shown, by their first task.
    pub unfolded: BTreeSet<TaskKey>,
    /// The task that the cursor was on before.
    pub(crate) from: Option<TaskKey>,
    /// What stands below the pinned rows.
    pub lines: Vec<Line>,
    /// The tasks of each batch that pass the filter.
    pub(crate) members: BTreeMap<TaskKey, Vec<TaskKey>>,
    /// What the cursor is on; none while it is on a pinned row.
    pub(crate) here: Option<Line>,
    /// Where that stands in `lines`.
    pub(crate) at: usize,
    /// Where the open range was begun.
    pub(crate) range_from: Option<Line>,
    /// The first line on the screen.
    pub top: usize,
}

impl Groups {
    /// The batch under the cursor, where it holds that task.
    fn batch_here(&self, key: TaskKey) -> Option<TaskKey> {
        match self.here {
            Some(Line::Batch(batch)) => {
                Some(batch).filter(|batch| self.members.get(batch).is_some_and(|keys| keys.contains(&key)))
            }
            Some(Line::Task(_)) | None => None,
        }
    }

    /// Begins a range where the cursor is.
    pub(crate) fn begin_range(&mut self) {
        self.range_from = self.here;
    }

    /// The tasks from where the range was begun to the cursor: a batch's line stands for all that it holds and that the
    /// filter shows.
    pub(crate) fn range(&self) -> Vec<TaskKey> {
        let find = |line: Line| self.lines.iter().position(|other| *other == line);
        let (Some(from), Some(to)) = (self.range_from.and_then(find), self.here.and_then(find)) else {
            return Vec::new();
        };
        let mut keys = Vec::new();
        for line in &self.lines[from.min(to)..=from.max(to)] {
            match line {
                Line::Batch(batch) => keys.extend(self.members.get(batch).into_iter().flatten()),
                Line::Task(key) => keys.push(*key),
            }
        }
        keep_first(&mut keys);
        keys
    }
}

/// A line of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The batch of that first task.
    Batch(TaskKey),
    Task(TaskKey),
}
