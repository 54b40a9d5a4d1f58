//! The models as the pages of 302.AI and MiniMax on `POST …/video_generation` list them. Data only; a config changes it
//! by [`ModelOverride`](super::overrides::ModelOverride).

use super::{
    amount::Amount,
    catalogue::{CameraSupport, Catalogue, LengthUnit, ModelSpec, Need, PromptLimit, ResolutionSpec},
    time::SECOND,
};

/// 302.AI: `under 200 words`.
const WORDS: PromptLimit = PromptLimit { unit: LengthUnit::Words, max: 199 };
/// 302.AI: `under 200 characters`.
const CHARS: PromptLimit = PromptLimit { unit: LengthUnit::Chars, max: 199 };
/// 302.AI's for the 2.3 models.
const LONG: PromptLimit = PromptLimit::LONGEST;

/// The price of a submission by 302.AI's page.
const PRICE: Amount = Amount::from_thousandths(500);
const S2V_PRICE: Amount = Amount::from_thousandths(700);

/// `1 to 5 minutes` by the service's documentation; the range of an ordinary day, before the store's own history knows
/// better.
const USUAL_MS: (u64, u64) = (90 * SECOND, 300 * SECOND);
/// The older models make 6 s of 720P only.
const USUAL_720P_MS: (u64, u64) = (60 * SECOND, 240 * SECOND);

impl Catalogue {
    /// All models with the prompt limits of 302.AI.
    #[must_use]
    pub fn builtin() -> Self {
        Self {
            models: vec![
                hailuo_02(),
                hailuo_23("MiniMax-Hailuo-2.3", "H-2.3", "text, image", Need::Optional),
                hailuo_23("MiniMax-Hailuo-2.3-Fast", "H-2.3F", "image", Need::Required),
                only_720p("I2V-01", "image", Need::Required, CHARS, CameraSupport::Described),
                only_720p("I2V-01-live", "image", Need::Required, CHARS, CameraSupport::Described),
                only_720p("I2V-01-Director", "image", Need::Required, CHARS, CameraSupport::Exact),
                only_720p("T2V-01", "text", Need::No, WORDS, CameraSupport::Described),
                only_720p("T2V-01-Director", "text", Need::No, CHARS, CameraSupport::Exact),
                ModelSpec {
                    subject: Need::Required,
                    price: Some(S2V_PRICE),
                    ..only_720p("S2V-01", "subject", Need::No, WORDS, CameraSupport::None)
                },
            ],
        }
    }

    /// The same models with the prompt limits of MiniMax's own hosts.
    #[must_use]
    pub fn minimax() -> Self {
        let mut catalogue = Self::builtin();
        for model in &mut catalogue.models {
            model.prompt_limit = LONG;
        }
        catalogue
    }
}

fn resolution(name: &str, durations: &[u32], first_frame: Need, last_frame: Need) -> ResolutionSpec {
    ResolutionSpec { name: name.into(), durations: durations.to_vec(), first_frame, last_frame }
}

fn hailuo_02() -> ModelSpec {
    ModelSpec {
        name: "MiniMax-Hailuo-02".into(),
        short: "H-02".into(),
        modes: "text, image, first and/or last frame".into(),
        resolutions: vec![
            resolution("512P", &[6, 10], Need::Required, Need::No),
            resolution("768P", &[6, 10], Need::Optional, Need::Optional),
            resolution("1080P", &[6], Need::Optional, Need::Optional),
        ],
        default_resolution: "768P".into(),
        default_duration: 6,
        subject: Need::No,
        prompt_limit: WORDS,
        camera: CameraSupport::Commands,
        fast_pretreatment: true,
        price: Some(PRICE),
        usual_ms: USUAL_MS,
    }
}

fn hailuo_23(name: &str, short: &str, modes: &'static str, first_frame: Need) -> ModelSpec {
    ModelSpec {
        name: name.into(),
        short: short.into(),
        modes: modes.into(),
        resolutions: vec![
            resolution("768P", &[6, 10], first_frame, Need::No),
            resolution("1080P", &[6], first_frame, Need::No),
        ],
        prompt_limit: LONG,
        ..hailuo_02()
    }
}

fn only_720p(
    name: &str,
    modes: &'static str,
    first_frame: Need,
    prompt_limit: PromptLimit,
    camera: CameraSupport,
) -> ModelSpec {
    ModelSpec {
        name: name.into(),
        short: name.replace("-01", "").replace("Director", "Dir"),
        modes: modes.into(),
        resolutions: vec![resolution("720P", &[6], first_frame, Need::No)],
        default_resolution: "720P".into(),
        default_duration: 6,
        subject: Need::No,
        prompt_limit,
        camera,
        fast_pretreatment: false,
        price: Some(PRICE),
        usual_ms: USUAL_720P_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// One line a model, in the order of the documentation.
    fn table(catalogue: &Catalogue) -> String {
        let mut out = String::new();
        for model in &catalogue.models {
            let _ = write!(out, "{} {} {}", model.name, model.short, model.price.unwrap_or_default());
            for r in &model.resolutions {
                let default = if r.name == model.default_resolution { "*" } else { "" };
                let _ = write!(out, " | {}{default} {:?} {:?} {:?}", r.name, r.durations, r.first_frame, r.last_frame);
            }
            let limit = model.prompt_limit;
            let _ = writeln!(
                out,
                " | subject {:?} | {} {:?} | {:?}{}",
                model.subject,
                limit.max,
                limit.unit,
                model.camera,
                if model.fast_pretreatment { " fast" } else { "" },
            );
        }
        out
    }

    #[test]
    fn the_models_are_those_of_the_documentation() {
        assert_eq!(
            table(&Catalogue::builtin()),
            "\
MiniMax-Hailuo-02 H-02 0.5 | 512P [6, 10] Required No | 768P* [6, 10] Optional Optional | 1080P [6] Optional Optional \
| subject No | 199 Words | Commands fast
MiniMax-Hailuo-2.3 H-2.3 0.5 | 768P* [6, 10] Optional No | 1080P [6] Optional No | subject No | 2000 Chars | Commands fast
MiniMax-Hailuo-2.3-Fast H-2.3F 0.5 | 768P* [6, 10] Required No | 1080P [6] Required No | subject No | 2000 Chars \
| Commands fast
I2V-01 I2V 0.5 | 720P* [6] Required No | subject No | 199 Chars | Described
I2V-01-live I2V-live 0.5 | 720P* [6] Required No | subject No | 199 Chars | Described
I2V-01-Director I2V-Dir 0.5 | 720P* [6] Required No | subject No | 199 Chars | Exact
T2V-01 T2V 0.5 | 720P* [6] No No | subject No | 199 Words | Described
T2V-01-Director T2V-Dir 0.5 | 720P* [6] No No | subject No | 199 Chars | Exact
S2V-01 S2V 0.7 | 720P* [6] No No | subject Required | 199 Words | None
"
        );
    }

    #[test]
    fn every_model_has_its_defaults_among_its_offers_and_names_of_its_own() {
        let catalogue = Catalogue::builtin();
        let mut names = std::collections::BTreeSet::new();
        for model in &catalogue.models {
            let default = model.resolution(&model.default_resolution);
            assert!(default.is_some_and(|r| r.durations.contains(&model.default_duration)), "{}", model.name);
            assert!(names.insert(&model.name) && names.insert(&model.short), "{}", model.name);
            assert!(model.usual_ms.0 < model.usual_ms.1);
        }
        assert_eq!(catalogue.models.len(), 9);
    }

    #[test]
    fn minimax_hosts_take_2000_characters_with_every_model() {
        let minimax = Catalogue::minimax();
        assert!(minimax.models.iter().all(|model| model.prompt_limit == LONG));
    }
}
