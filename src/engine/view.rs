//! How a person left the table, and what the terminal has said of itself, for the next start.

use crate::settings::Pictures;
use domain::task::TaskKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sort, filter, groups, marks and place of the table. What a version does not know it leaves at its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// The column's id.
    pub sort: String,
    /// The largest first.
    pub descending: bool,
    /// As it was typed.
    pub filter: String,
    /// Whether rows stand by batch.
    pub grouped: bool,
    /// The batches that are unfolded, by their first task.
    pub unfolded: Vec<TaskKey>,
    /// The task under the cursor.
    pub at: Option<TaskKey>,
    /// How many rows stood above it on the screen.
    pub above: usize,
    /// The tasks that are marked.
    pub marks: Vec<TaskKey>,
    /// Whether the tour of the first start was closed: it never comes again.
    pub toured: bool,
    /// How terminals show pictures, by their names, as they have answered.
    pub pictures: BTreeMap<String, Pictures>,
}
