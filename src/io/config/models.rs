//! `[models."NAME"]`: its options, and what the file changes of the catalogue by them. What makes sense for a model is
//! the catalogue's to say.

use super::{
    check,
    loaded::full_name,
    notes::Notes,
    options::{Kind, Opt, small, unset},
};
use domain::{
    catalogue::{CameraSupport, Catalogue, Need},
    overrides::{ModelOverride, ResolutionOverride},
    reason::config::{Takes, Unfit},
    request::WireNames,
};
use engine::settings::Profile;
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The options of `[models."NAME"]`.
pub(super) static MODEL: &[Opt<ModelOverride>] = &[
    unset(
        "like",
        Kind::Text { check: check::filled, set: |c, v| c.like = Some(v) },
        "\"MiniMax-Hailuo-2.3\"",
        "For a model the program does not know: the one it resembles in all but its price.",
    ),
    unset(
        "short",
        Kind::Text { check: check::filled, set: |c, v| c.short = Some(v) },
        "\"H-02\"",
        "Its name in a narrow column.",
    ),
    unset(
        "modes",
        Kind::Text { check: check::filled, set: |c, v| c.modes = Some(v) },
        "\"text, image\"",
        "What it makes a video from, in words.",
    ),
    unset(
        "price",
        Kind::Amount(|c, v| c.price = Some(v)),
        "0.5",
        "The price of one submission in PTC; of a model the program does not know it is asked for unless it is set.\n\
         What is set here is what counts against every cap, those that a shared store keeps included.\n\
         For profiles of another currency see [profiles.NAME.prices].",
    ),
    unset(
        "max_prompt_chars",
        Kind::Whole { least: 1, most: 100_000, set: |c, v| c.max_prompt_chars = Some(small(v) as usize) },
        "2000",
        "The most characters a prompt may have.",
    ),
    unset(
        "max_prompt_words",
        Kind::Whole { least: 1, most: 100_000, set: |c, v| c.max_prompt_words = Some(small(v) as usize) },
        "199",
        "Or the most words; a Chinese or Japanese character counts as one. More than 2000 characters are too many then, too.",
    ),
    unset(
        "resolutions",
        Kind::Tables,
        "[{ name = \"768P\", durations = [6, 10], last_frame = \"optional\" }, { name = \"1080P\", durations = [6] }]",
        "All its resolutions, cheapest first, with what differs from the model's first_frame and last_frame.",
    ),
    unset(
        "default_resolution",
        Kind::Text { check: check::filled, set: |c, v| c.default_resolution = Some(v) },
        "\"768P\"",
        "The default resolution, which is not sent.",
    ),
    unset(
        "default_duration",
        Kind::Whole { least: 1, most: 3600, set: |c, v| c.default_duration = Some(small(v)) },
        "6",
        "The default duration in seconds, which is not sent.",
    ),
    unset(
        "first_frame",
        Kind::Word { words: &NEEDS, set: |c, v| c.first_frame = Some(need(&v)) },
        "\"optional\"",
        "The first frame: no, optional or required.",
    ),
    unset(
        "last_frame",
        Kind::Word { words: &NEEDS, set: |c, v| c.last_frame = Some(need(&v)) },
        "\"no\"",
        "The last frame: no, optional or required.",
    ),
    unset(
        "subject",
        Kind::Word { words: &NEEDS, set: |c, v| c.subject = Some(need(&v)) },
        "\"no\"",
        "The character's picture: no, optional or required.",
    ),
    unset(
        "camera",
        Kind::Word { words: &["commands", "exact", "described", "none"], set: |c, v| c.camera = Some(camera(&v)) },
        "\"commands\"",
        "Camera commands: commands, exact, described (in words only) or none.",
    ),
    unset(
        "fast_pretreatment",
        Kind::Flag(|c, v| c.fast_pretreatment = Some(v)),
        "true",
        "Whether it knows fast_pretreatment.",
    ),
    unset(
        "usual_seconds",
        Kind::Wholes { count: (2, 2), set: |c, v| c.usual_seconds = v.first().copied().zip(v.get(1).copied()) },
        "[90, 300]",
        "How long a task usually takes, fast and slow; sets when to poll until your own history shows better.",
    ),
];

/// The options of one table of a model's `resolutions`.
pub(super) static RESOLUTION: &[Opt<ResolutionOverride>] = &[
    unset("name", Kind::Text { check: check::name, set: |c, v| c.name = v }, "\"768P\"", "Its name."),
    unset(
        "durations",
        Kind::Wholes { count: (1, 100), set: |c, v| c.durations = v.into_iter().map(small).collect() },
        "[6, 10]",
        "Its durations in seconds.",
    ),
    unset(
        "first_frame",
        Kind::Word { words: &NEEDS, set: |c, v| c.first_frame = Some(need(&v)) },
        "\"optional\"",
        "The first frame at this resolution.",
    ),
    unset(
        "last_frame",
        Kind::Word { words: &NEEDS, set: |c, v| c.last_frame = Some(need(&v)) },
        "\"no\"",
        "The last frame at this resolution.",
    ),
];

const NEEDS: [&str; 3] = ["no", "optional", "required"];

/// One of [`NEEDS`]; the option's kind lets no other word through.
fn need(word: &str) -> Need {
    match word {
        "required" => Need::Required,
        "optional" => Need::Optional,
        _ => Need::No,
    }
}

fn camera(word: &str) -> CameraSupport {
    match word {
        "commands" => CameraSupport::Commands,
        "exact" => CameraSupport::Exact,
        "described" => CameraSupport::Described,
        _ => CameraSupport::None,
    }
}

/// What the file says about one model.
pub(super) struct Changed {
    name: String,
    at: Range<usize>,
    changes: ModelOverride,
}

/// Reads `[models]`; a model with a fault in its options is left out, since the fault is noted.
pub(super) fn read(notes: &mut Notes<'_>, table: &DeTable<'_>) -> Vec<Changed> {
    let mut models = Vec::new();
    for (name, value) in table {
        let path = full_name(&["models", name.get_ref()]);
        let Some(options) = notes.table(name.span(), &path, value) else { continue };
        let faults_before = notes.faults.len();
        let mut changes = ModelOverride::default();
        for (option, value) in options {
            if option.get_ref() == "resolutions" {
                changes.resolutions = Some(resolutions(notes, &path, value));
            } else {
                notes.entry(&mut changes, MODEL, &path, option, value);
            }
            notes.set(&["models", name.get_ref()], option, value);
        }
        if notes.faults.len() == faults_before {
            models.push(Changed { name: name.get_ref().to_string(), at: name.span(), changes });
        }
    }
    // In the order of the file, so that one model can be like another above it.
    models.sort_by_key(|model| model.at.start);
    models
}

fn resolutions(notes: &mut Notes<'_>, path: &str, value: &Spanned<DeValue<'_>>) -> Vec<ResolutionOverride> {
    let path = format!("{path}.resolutions");
    let rows = value.get_ref().as_array().filter(|rows| rows.iter().all(|row| row.get_ref().is_table()));
    let Some(rows) = rows else {
        notes.unusable(value.span(), &path, Unfit::Takes(Takes::Tables));
        return Vec::new();
    };
    let mut resolutions = Vec::new();
    for options in rows.iter().filter_map(|row| row.get_ref().as_table()) {
        let mut resolution = ResolutionOverride::default();
        for (option, value) in options {
            notes.entry(&mut resolution, RESOLUTION, &path, option, value);
        }
        resolutions.push(resolution);
    }
    resolutions
}

/// The catalogue for a profile, changed as the file says. Hosts that speak MiniMax's own field names have MiniMax's own
/// prompt limits.
pub(super) fn catalogue(notes: &mut Notes<'_>, profile: &Profile, models: &[Changed]) -> Catalogue {
    let mut catalogue = if profile.names == WireNames::minimax() { Catalogue::minimax() } else { Catalogue::builtin() };
    for model in models {
        if let Err(why) = catalogue.apply(&model.name, &model.changes) {
            notes.unusable(model.at.clone(), &full_name(&["models", &model.name]), Unfit::Model(why));
        }
    }
    catalogue
}
