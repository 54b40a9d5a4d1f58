//! Why a draft cannot be sent as it is, or may not become the video that was meant.

use super::{picture::PictureReason, prompt::PromptReason};
use crate::{
    catalogue::PromptLimit,
    draft::Field,
    task::{TaskKey, TaskState},
};
use serde::{Deserialize, Serialize};

/// What a check says of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftReason {
    Count {
        asked: u32,
        most: u32,
    },
    /// The name is empty where none was chosen.
    NoSuchModel {
        name: String,
        near: Option<String>,
        all: Vec<String>,
    },
    Closed(Closed),
    CallbackNoAddress,
    CallbackUnreachable {
        host: String,
    },
    /// With the frames that could stand in for it.
    NoPrompt {
        first_frame: bool,
        last_frame: bool,
    },
    /// It is what stands for a prompt that was wiped.
    ReservedPrompt,
    PromptTooLong {
        model: String,
        used: usize,
        limit: PromptLimit,
    },
    /// `only_at` where other resolutions do without it.
    NoPicture {
        model: String,
        field: Field,
        only_at: Option<String>,
    },
    NoSuchResolution {
        model: String,
        asked: String,
        all: Vec<String>,
    },
    NoSuchDuration {
        model: String,
        resolution: String,
        asked: u32,
        all: Vec<u32>,
        elsewhere: Vec<String>,
    },
    Picture(PictureReason),
    Prompt(PromptReason),
    /// `None` where it is more than can be counted.
    TooMany {
        asked: Option<usize>,
        most: usize,
    },
    /// Lists to be taken one by one differ in length.
    Unequal(Lengths),
    /// A brace of the prompt has no partner.
    Unbalanced,
    SomeImpossible {
        wrong: usize,
        all: usize,
        first: Box<DraftReason>,
    },
    QueuedBefore {
        key: TaskKey,
        state: TaskState,
        minutes: u64,
    },
    /// `part` where not the whole prompt was refused.
    RefusedBefore {
        key: TaskKey,
        part: Option<String>,
    },
}

/// Why a model cannot use a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    Subject {
        model: String,
    },
    /// `elsewhere` are the resolutions that take it.
    Frame {
        model: String,
        frame: Field,
        resolution: String,
        elsewhere: Vec<String>,
    },
    Resolution {
        model: String,
        only: String,
    },
    Duration {
        model: String,
        only: u32,
        resolution: String,
    },
    FastPretreatment {
        model: String,
    },
}

/// How many values a draft has of each; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    pub models: usize,
    pub prompts: usize,
    pub first_frames: usize,
    pub resolutions: usize,
    pub durations: usize,
}

impl Lengths {
    #[must_use]
    pub const fn all(self) -> [usize; 5] {
        [self.models, self.prompts, self.first_frames, self.resolutions, self.durations]
    }
}

impl From<PictureReason> for DraftReason {
    fn from(reason: PictureReason) -> Self {
        Self::Picture(reason)
    }
}
