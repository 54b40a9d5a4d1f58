//! The models the service offers, as data: modes, resolutions, durations, frames, prompt limits, prices.
//!
//! The models themselves are in [`builtin`](super::builtin); a config can override a price or a limit and add a model.

use super::{amount::Amount, near};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How a prompt's length is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LengthUnit {
    /// Unicode words (UAX #29); a Chinese or Japanese character counts as one.
    Words,
    /// Unicode characters (scalar values).
    Chars,
}

/// The most a prompt may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptLimit {
    /// What is counted.
    pub unit: LengthUnit,
    /// The highest number that is still allowed (`under 200` is 199).
    pub max: usize,
}

impl PromptLimit {
    /// MiniMax's own limit, for every model.
    pub const LONGEST: Self = Self { unit: LengthUnit::Chars, max: 2000 };
}

/// Whether a model takes a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// It does not take one.
    No,
    /// It may be given.
    Optional,
    /// It must be given.
    Required,
}

/// What a model makes of camera commands in square brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CameraSupport {
    /// It follows them.
    Commands,
    /// It follows them more exactly (Director models).
    Exact,
    /// It has no commands, but follows a description in words.
    Described,
    /// It ignores them.
    None,
}

/// One resolution of a model.
/// A resolution that a model has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolutionSpec {
    /// Its name, such as `768P`.
    pub name: String,
    /// The durations it can be had in, in seconds.
    pub durations: Vec<u32>,
    /// The first frame at this resolution.
    pub first_frame: Need,
    /// The last frame at this resolution.
    pub last_frame: Need,
}

/// A model: what it takes, and what it makes of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSpec {
    /// Its name on the wire.
    pub name: String,
    /// Its name in a narrow column.
    pub short: String,
    /// What it makes a video of, in words for a person: `text, image, first and/or last frame`. Ours are shown in the
    /// person's language, a config's own as they are.
    pub modes: Cow<'static, str>,
    /// Its resolutions, the cheapest first.
    pub resolutions: Vec<ResolutionSpec>,
    /// The resolution that is not sent.
    pub default_resolution: String,
    /// The duration that is not sent, in seconds.
    pub default_duration: u32,
    /// The character picture.
    pub subject: Need,
    /// The most its prompt may have.
    pub prompt_limit: PromptLimit,
    /// Camera commands.
    pub camera: CameraSupport,
    /// Whether it knows `fast_pretreatment`.
    pub fast_pretreatment: bool,
    /// The price of one submission; `None` where nobody has said it, as of a model that the config adds.
    pub price: Option<Amount>,
    /// What such a task usually takes from acceptance to the end, in milliseconds: the quick and the slow case. Used
    /// until the store's own history knows better.
    pub usual_ms: (u64, u64),
}

/// All models, in the order they are offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The models; the first is the default.
    pub models: Vec<ModelSpec>,
}

impl ModelSpec {
    /// The resolution of that name.
    #[must_use]
    pub fn resolution(&self, name: &str) -> Option<&ResolutionSpec> {
        self.resolutions.iter().find(|resolution| resolution.name == name)
    }

    /// The resolution that counts when that one is asked for: it, or the default one where `name` is `None` or unknown.
    #[must_use]
    pub fn resolution_or_default(&self, name: Option<&str>) -> Option<&ResolutionSpec> {
        name.and_then(|name| self.resolution(name))
            .or_else(|| self.resolution(&self.default_resolution))
            .or_else(|| self.resolutions.first())
    }

    /// The shortest side a picture may have, in pixels. 302.AI's page says `at least 300`, the Director page `more than
    /// 300`.
    #[must_use]
    pub const fn min_side(&self) -> u32 {
        match self.camera {
            CameraSupport::Exact => 301,
            CameraSupport::Commands | CameraSupport::Described | CameraSupport::None => 300,
        }
    }
}

impl ResolutionSpec {
    /// The duration that is made when none is asked for: the model's default one, or this resolution's first.
    #[must_use]
    pub fn duration_or_default(&self, default: u32) -> u32 {
        if self.durations.contains(&default) { default } else { self.durations.first().copied().unwrap_or(default) }
    }
}

impl Catalogue {
    /// The model of that name.
    #[must_use]
    pub fn spec(&self, name: &str) -> Option<&ModelSpec> {
        self.models.iter().find(|model| model.name == name)
    }

    /// The model that is offered first.
    #[must_use]
    pub fn default_model(&self) -> Option<&ModelSpec> {
        self.models.first()
    }

    /// The names of all models, in the order they are offered.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(|model| model.name.as_str())
    }

    /// The model that was meant by a misspelt name.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        near::nearest(name, self.names())
    }

    /// The price of one submission; `None` where it is not known, or for a model that is not in the catalogue (any
    /// more).
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Amount> {
        self.spec(model).and_then(|model| model.price)
    }
}
