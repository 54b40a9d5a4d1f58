//! What a config may say about a model: `[models."MiniMax-Hailuo-02"]` changes one, an unknown name adds one.
//!
//! The gateway adds models oftener than we release, so everything the catalogue knows can be said here. Which keys
//! exist and where a fault stands in the file is for the config's own reader.

use super::{
    amount::Amount,
    catalogue::{CameraSupport, Catalogue, LengthUnit, ModelSpec, Need, PromptLimit, ResolutionSpec},
    reason::config::{Meant, ModelFault},
    time::SECOND,
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet};

/// The changes to one model; `None` leaves a value as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelOverride {
    /// For a new model: the known one that it resembles in all but its price; the default model where it is not said.
    pub like: Option<String>,
    /// Its name in a narrow column.
    pub short: Option<String>,
    /// What it makes a video of, in words.
    pub modes: Option<String>,
    /// The price of one submission; that of a new model is not known where it is not said.
    pub price: Option<Amount>,
    /// The most characters a prompt may have; not together with words.
    pub max_prompt_chars: Option<usize>,
    /// The most words a prompt may have; not together with characters.
    pub max_prompt_words: Option<usize>,
    /// All its resolutions, the cheapest first.
    pub resolutions: Option<Vec<ResolutionOverride>>,
    /// The resolution that is not sent; the former one or the first where it is not said.
    pub default_resolution: Option<String>,
    /// The duration that is not sent, in seconds.
    pub default_duration: Option<u32>,
    /// The first frame, at every resolution.
    pub first_frame: Option<Need>,
    /// The last frame, at every resolution.
    pub last_frame: Option<Need>,
    /// The character picture.
    pub subject: Option<Need>,
    /// Camera commands.
    pub camera: Option<CameraSupport>,
    /// Whether it knows `fast_pretreatment`.
    pub fast_pretreatment: Option<bool>,
    /// What such a task usually takes, the quick and the slow case, in seconds.
    pub usual_seconds: Option<(u64, u64)>,
}

/// One resolution in a config: `{ name = "768P", durations = [6, 10], last_frame = "no" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResolutionOverride {
    pub name: String,
    /// Its durations in seconds.
    pub durations: Vec<u32>,
    /// The first frame at this resolution; as the model has it where it is not said.
    pub first_frame: Option<Need>,
    /// The last frame at this resolution; as the model has it where it is not said.
    pub last_frame: Option<Need>,
}

impl Catalogue {
    /// Changes the model of that name, or adds one at the end.
    ///
    /// # Errors
    /// What is wrong; the catalogue is then as it was.
    pub fn apply(&mut self, name: &str, changes: &ModelOverride) -> Result<(), ModelFault> {
        let known = self.models.iter().position(|model| model.name == name);
        let mut model = match known {
            Some(at) if changes.like.is_none() => self.models[at].clone(),
            Some(_) => return Err(ModelFault::LikeAnother),
            None => ModelSpec { name: name.into(), short: name.into(), price: None, ..self.template(name, changes)? },
        };
        change(&mut model, changes)?;
        match known {
            Some(at) => self.models[at] = model,
            None => self.models.push(model),
        }
        Ok(())
    }

    fn template(&self, name: &str, changes: &ModelOverride) -> Result<ModelSpec, ModelFault> {
        if name.trim().is_empty() {
            return Err(ModelFault::Nameless);
        }
        let Some(like) = &changes.like else {
            return self.default_model().cloned().ok_or(ModelFault::NothingToBeLike);
        };
        let unknown = || ModelFault::NoSuchModel { name: like.clone(), meant: Meant::of(like, self.names()) };
        self.spec(like).cloned().ok_or_else(unknown)
    }
}

fn change(model: &mut ModelSpec, changes: &ModelOverride) -> Result<(), ModelFault> {
    set(&mut model.short, &changes.short);
    set(&mut model.modes, &changes.modes.clone().map(Cow::Owned));
    set(&mut model.subject, &changes.subject);
    set(&mut model.camera, &changes.camera);
    set(&mut model.fast_pretreatment, &changes.fast_pretreatment);
    set(&mut model.default_duration, &changes.default_duration);
    if changes.price.is_some_and(|price| price < Amount::ZERO) {
        return Err(ModelFault::NegativePrice);
    }
    model.price = changes.price.or(model.price);
    if let Some(limit) = prompt_limit(changes)? {
        model.prompt_limit = limit;
    }
    if let Some((quick, slow)) = changes.usual_seconds {
        if quick > slow {
            return Err(ModelFault::SlowFirst);
        }
        model.usual_ms = (quick.saturating_mul(SECOND), slow.saturating_mul(SECOND));
    }
    change_resolutions(model, changes)
}

fn set<T: Clone>(value: &mut T, change: &Option<T>) {
    if let Some(new) = change {
        value.clone_from(new);
    }
}

fn prompt_limit(changes: &ModelOverride) -> Result<Option<PromptLimit>, ModelFault> {
    let limit = match (changes.max_prompt_chars, changes.max_prompt_words) {
        (Some(_), Some(_)) => return Err(ModelFault::TwoLimits),
        (Some(max), None) => PromptLimit { unit: LengthUnit::Chars, max },
        (None, Some(max)) => PromptLimit { unit: LengthUnit::Words, max },
        (None, None) => return Ok(None),
    };
    if limit.max == 0 { Err(ModelFault::NoLength) } else { Ok(Some(limit)) }
}

fn change_resolutions(model: &mut ModelSpec, changes: &ModelOverride) -> Result<(), ModelFault> {
    if let Some(new) = &changes.resolutions {
        model.resolutions = new.iter().map(|resolution| resolved(model, resolution)).collect::<Result<_, _>>()?;
        if let Some(name) = twice(model.resolutions.iter().map(|resolution| &resolution.name)) {
            return Err(ModelFault::ResolutionTwice(name.clone()));
        }
        if model.resolution(&model.default_resolution).is_none() {
            model.default_resolution = new.first().map(|first| first.name.clone()).unwrap_or_default();
        }
    }
    set(&mut model.default_resolution, &changes.default_resolution);
    let own = |at: usize| changes.resolutions.as_ref().and_then(|new| new.get(at));
    for (at, resolution) in model.resolutions.iter_mut().enumerate() {
        if own(at).is_none_or(|own| own.first_frame.is_none()) {
            set(&mut resolution.first_frame, &changes.first_frame);
        }
        if own(at).is_none_or(|own| own.last_frame.is_none()) {
            set(&mut resolution.last_frame, &changes.last_frame);
        }
    }
    let Some(default) = model.resolution(&model.default_resolution) else {
        return Err(match model.default_resolution.as_str() {
            "" => ModelFault::NoResolution,
            missing => ModelFault::NoDefaultResolution(missing.to_owned()),
        });
    };
    if !default.durations.contains(&model.default_duration) {
        return Err(ModelFault::NoDefaultDuration {
            seconds: model.default_duration,
            resolution: default.name.clone(),
        });
    }
    Ok(())
}

fn resolved(model: &ModelSpec, new: &ResolutionOverride) -> Result<ResolutionSpec, ModelFault> {
    if new.name.trim().is_empty() {
        return Err(ModelFault::NamelessResolution);
    }
    if new.durations.is_empty() || new.durations.contains(&0) {
        return Err(ModelFault::NoDurations { resolution: new.name.clone() });
    }
    if let Some(seconds) = twice(new.durations.iter()) {
        return Err(ModelFault::DurationTwice { seconds: *seconds, resolution: new.name.clone() });
    }
    let former = model.resolution_or_default(Some(&new.name));
    let need = |said: Option<Need>, was: fn(&ResolutionSpec) -> Need| said.or(former.map(was)).unwrap_or(Need::No);
    Ok(ResolutionSpec {
        name: new.name.clone(),
        durations: new.durations.clone(),
        first_frame: need(new.first_frame, |r| r.first_frame),
        last_frame: need(new.last_frame, |r| r.last_frame),
    })
}

/// The first that was there before.
fn twice<'a, T: Ord>(mut all: impl Iterator<Item = &'a T>) -> Option<&'a T> {
    let mut seen = BTreeSet::new();
    all.find(|one| !seen.insert(*one))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn resolution(name: &str, durations: &[u32]) -> ResolutionOverride {
        ResolutionOverride { name: name.into(), durations: durations.to_vec(), ..ResolutionOverride::default() }
    }

    #[test]
    fn a_known_model_is_changed_where_the_config_speaks() {
        let mut catalogue = Catalogue::builtin();
        let was = catalogue.spec("T2V-01").unwrap().clone();
        let changes: ModelOverride = serde_json::from_str(r#"{"price": 0.3, "max_prompt_chars": 2000}"#).unwrap();
        assert_eq!(catalogue.apply("T2V-01", &changes), Ok(()));
        let limit = PromptLimit { unit: LengthUnit::Chars, max: 2000 };
        let now = ModelSpec { price: Some(Amount::from_thousandths(300)), prompt_limit: limit, ..was };
        assert_eq!(catalogue.spec("T2V-01"), Some(&now));
        assert_eq!(catalogue.models.len(), 9);
    }

    #[test]
    fn an_unknown_model_is_added_like_another_or_like_the_default() {
        let mut catalogue = Catalogue::builtin();
        let like = ModelOverride { like: Some("S2V-01".into()), ..ModelOverride::default() };
        assert_eq!(catalogue.apply("S2V-02", &like), Ok(()));
        let template = catalogue.spec("S2V-01").unwrap().clone();
        let expected = ModelSpec { name: "S2V-02".into(), short: "S2V-02".into(), price: None, ..template };
        assert_eq!(catalogue.models.last(), Some(&expected));

        let changes = ModelOverride {
            resolutions: Some(vec![
                resolution("720P", &[6]),
                ResolutionOverride { last_frame: Some(Need::Required), ..resolution("4K", &[6, 12]) },
            ]),
            first_frame: Some(Need::Required),
            last_frame: Some(Need::No),
            ..ModelOverride::default()
        };
        assert_eq!(catalogue.apply("Hailuo-3", &changes), Ok(()));
        let added = catalogue.spec("Hailuo-3").unwrap();
        let spec = |name: &str, durations: &[u32], last_frame| ResolutionSpec {
            name: name.into(),
            durations: durations.to_vec(),
            first_frame: Need::Required,
            last_frame,
        };
        assert_eq!(added.resolutions, [spec("720P", &[6], Need::No), spec("4K", &[6, 12], Need::Required)]);
        assert_eq!((added.default_resolution.as_str(), added.fast_pretreatment), ("720P", true));
    }

    #[test]
    fn a_change_that_makes_no_sense_is_named_and_changes_nothing() {
        let none = ModelOverride::default;
        for (name, changes, fault) in [
            ("", none(), ModelFault::Nameless),
            (
                "New",
                ModelOverride { like: Some("T2V01".into()), ..none() },
                ModelFault::NoSuchModel { name: "T2V01".into(), meant: Meant::Near("T2V-01".into()) },
            ),
            ("T2V-01", ModelOverride { like: Some("S2V-01".into()), ..none() }, ModelFault::LikeAnother),
            (
                "T2V-01",
                ModelOverride { max_prompt_chars: Some(1), max_prompt_words: Some(1), ..none() },
                ModelFault::TwoLimits,
            ),
            ("T2V-01", ModelOverride { max_prompt_words: Some(0), ..none() }, ModelFault::NoLength),
            (
                "T2V-01",
                ModelOverride { price: Some(Amount::from_thousandths(-1)), ..none() },
                ModelFault::NegativePrice,
            ),
            ("T2V-01", ModelOverride { resolutions: Some(vec![]), ..none() }, ModelFault::NoResolution),
            (
                "T2V-01",
                ModelOverride { resolutions: Some(vec![resolution("4K", &[])]), ..none() },
                ModelFault::NoDurations { resolution: "4K".into() },
            ),
            (
                "T2V-01",
                ModelOverride { resolutions: Some(vec![resolution("4K", &[6, 6])]), ..none() },
                ModelFault::DurationTwice { seconds: 6, resolution: "4K".into() },
            ),
            (
                "T2V-01",
                ModelOverride { resolutions: Some(vec![resolution("4K", &[6]), resolution("4K", &[10])]), ..none() },
                ModelFault::ResolutionTwice("4K".into()),
            ),
            (
                "T2V-01",
                ModelOverride { resolutions: Some(vec![resolution("4K", &[5])]), ..none() },
                ModelFault::NoDefaultDuration { seconds: 6, resolution: "4K".into() },
            ),
            (
                "T2V-01",
                ModelOverride { default_resolution: Some("1080P".into()), ..none() },
                ModelFault::NoDefaultResolution("1080P".into()),
            ),
            ("T2V-01", ModelOverride { usual_seconds: Some((9, 3)), ..none() }, ModelFault::SlowFirst),
        ] {
            let mut catalogue = Catalogue::builtin();
            assert_eq!(catalogue.apply(name, &changes), Err(fault));
            assert_eq!(catalogue, Catalogue::builtin());
        }
    }
}
