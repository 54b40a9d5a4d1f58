//! A draft: the request as the person types it, before it is checked against the catalogue.

use super::{reason::draft::DraftReason, task::TaskKey};
use serde::{Deserialize, Serialize};

/// What stands in the fields of compose, or came by the command line. Values that the chosen model cannot use are
/// kept, so that they come back when the model is changed back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The model's name.
    pub model: String,
    pub prompt: String,
    /// Path or address of the first frame; empty for none.
    pub first_frame: String,
    /// Path or address of the last frame; empty for none.
    pub last_frame: String,
    /// Path or address of the character's picture; empty for none.
    pub subject: String,
    /// The resolution; `None` for the model's default.
    pub resolution: Option<String>,
    /// Seconds; `None` for the model's default.
    pub duration: Option<u32>,
    /// Whether the service may rewrite the prompt.
    pub optimizer: bool,
    /// Callback address; empty for none.
    pub callback: String,
    /// How many tasks to make of it.
    pub count: u32,
    /// Shorter prompt optimization.
    pub fast_pretreatment: bool,
    /// A visible mark in the video.
    pub watermark: bool,
    /// Fields that hold several values.
    #[serde(skip_serializing_if = "Lists::is_empty")]
    pub lists: Lists,
    /// The user's own name for the task, unique in the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account to send it with; `None` for the default one, or for that of the attempt it repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The attempt that it repeats, for edit and retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<TaskKey>,
}

/// A draft as it is kept while it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDraft {
    /// When it was begun, in milliseconds; no two drafts have the same.
    pub id: i64,
    pub draft: Draft,
}

/// The values of fields that hold several; an empty list leaves it to the draft's own field. `matrix` makes tasks of
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lists {
    /// Models; the first is the draft's own.
    pub models: Vec<String>,
    pub resolutions: Vec<String>,
    /// Durations in seconds.
    pub durations: Vec<u32>,
    /// Whether lists are taken one by one, the first with the first, and not each with each.
    pub zip: bool,
}

impl Lists {
    /// Whether every field has but its own value.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.models.is_empty() && self.resolutions.is_empty() && self.durations.is_empty() && !self.zip
    }
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            model: String::new(),
            prompt: String::new(),
            first_frame: String::new(),
            last_frame: String::new(),
            subject: String::new(),
            resolution: None,
            duration: None,
            optimizer: true,
            callback: String::new(),
            count: 1,
            fast_pretreatment: false,
            watermark: false,
            lists: Lists::default(),
            name: None,
            profile: None,
            parent: None,
        }
    }
}

/// A field of a draft; the rows of compose, the columns of a prompt file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Model,
    Prompt,
    FirstFrame,
    LastFrame,
    /// The character's picture.
    Subject,
    Resolution,
    Duration,
    /// The prompt optimizer.
    Optimizer,
    /// The callback address.
    Callback,
    /// The number of tasks.
    Count,
    FastPretreatment,
    /// `aigc_watermark`.
    Watermark,
}

/// How much a fault weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It can be sent anyway.
    Warning,
    /// It cannot be sent.
    Error,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub field: Field,
    /// How much it weighs.
    pub severity: Severity,
    pub reason: DraftReason,
    /// The prompt as it would be with this fault mended, where that takes no thought.
    pub fix: Option<String>,
}
