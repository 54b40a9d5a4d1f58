//! Everything that is checked before any money is spent: a draft against the catalogue, each fault with its own
//! sentence, and the request it becomes when there is none.
//!
//! Source: the contract, sections Submit and Models. Prompts that only look wrong: [`lint`].

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use super::{
    catalogue::{Catalogue, ModelSpec, Need, ResolutionSpec},
    draft::{Draft, Fault, Field, Severity},
    fields::{listed, usable},
    lint,
    picture::{self, Takes, Typed},
    problem::Problem,
    request::{ImageRef, Request},
};
use crate::tr;

pub use super::picture::ImageLook;

/// The most tasks that one draft makes.
pub const MAX_COUNT: u32 = 100;

/// Everything that is wrong with a draft, in the order of its fields. `takes` is what the host takes and reaches; `image`
/// tells of a picture by its path or `data:` URL as typed.
///
/// A value that the model cannot use is a fault; [`Draft::for_model`] takes such values out first where that is wanted.
#[must_use]
pub fn check(draft: &Draft, catalogue: &Catalogue, takes: Takes, image: &dyn Fn(&str) -> ImageLook) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    match catalogue.spec(&draft.model) {
        Some(model) => check_by_model(draft, model, takes, image, &mut faults),
        None => faults.error(Field::Model, unknown_model(&draft.model, catalogue)),
    }
    check_callback(&draft.callback, takes, &mut faults);
    if draft.count == 0 || draft.count > MAX_COUNT {
        faults.error(
            Field::Count,
            Problem::new(
                tr!("{count} tasks cannot be made at once", count = draft.count),
                "",
                tr!("Choose 1 to {most}.", most = MAX_COUNT),
            ),
        );
    }
    faults.0
}

/// The request that a draft asks for, or all that is wrong with it (warnings too). What the draft leaves to the model
/// stands at the model's default.
///
/// # Errors
/// The faults, when at least one of them forbids sending.
pub fn build(
    draft: &Draft,
    catalogue: &Catalogue,
    takes: Takes,
    image: &dyn Fn(&str) -> ImageLook,
) -> Result<Request, Vec<Fault>> {
    let faults = check(draft, catalogue, takes, image);
    let asked = catalogue.spec(&draft.model).and_then(|model| {
        let resolution = model.resolution_or_default(draft.resolution.as_deref())?;
        Some((model, resolution))
    });
    match asked {
        Some((model, resolution)) if faults.iter().all(|fault| fault.severity == Severity::Warning) => {
            Ok(request(draft, model, resolution, image))
        }
        _ => Err(faults),
    }
}

fn request(draft: &Draft, model: &ModelSpec, at: &ResolutionSpec, image: &dyn Fn(&str) -> ImageLook) -> Request {
    let picture = |text: &str| match picture::typed(text) {
        Typed::Empty | Typed::Foreign(_) => None,
        Typed::Address(url) => Some(ImageRef::Url(url.to_owned())),
        Typed::Data(url) => match image(url) {
            ImageLook::Found(seen) => Some(ImageRef::Url(picture::as_sent(url, &seen))),
            ImageLook::Sent => Some(ImageRef::Url(url.to_owned())),
            ImageLook::Unread | ImageLook::Reading | ImageLook::Failed(_) => None,
        },
        Typed::Path(path) => match image(path) {
            ImageLook::Found(stored) => Some(ImageRef::Stored(stored)),
            ImageLook::Unread | ImageLook::Reading | ImageLook::Failed(_) | ImageLook::Sent => None,
        },
    };
    let callback = draft.callback.trim();
    Request {
        model: model.name.clone(),
        prompt: if draft.prompt.trim().is_empty() { String::new() } else { draft.prompt.clone() },
        first_frame: picture(&draft.first_frame),
        last_frame: picture(&draft.last_frame),
        subject: picture(&draft.subject),
        resolution: at.name.clone(),
        duration: draft.duration.unwrap_or_else(|| at.duration_or_default(model.default_duration)),
        optimizer: draft.optimizer,
        callback: (!callback.is_empty()).then(|| callback.to_owned()),
        fast_pretreatment: draft.fast_pretreatment,
        watermark: draft.watermark,
    }
}

struct Faults(Vec<Fault>);

impl Faults {
    fn error(&mut self, field: Field, problem: Problem) {
        self.0.push(Fault { field, severity: Severity::Error, problem, fix: None });
    }

    fn warning(&mut self, field: Field, problem: Problem) {
        self.0.push(Fault { field, severity: Severity::Warning, problem, fix: None });
    }
}

fn unknown_model(name: &str, catalogue: &Catalogue) -> Problem {
    let names: Vec<&str> = catalogue.names().collect();
    let next = match catalogue.nearest(name) {
        Some(near) => tr!("Did you mean {near}?", near),
        None => tr!("Choose {choices}.", choices = listed(&names)),
    };
    if name.trim().is_empty() {
        return Problem::new(tr!("No model is chosen"), "", next);
    }
    Problem::new(tr!("There is no model {name}", name = super::text::gist(name)), "", next)
}

fn check_by_model(
    draft: &Draft,
    model: &ModelSpec,
    takes: Takes,
    image: &dyn Fn(&str) -> ImageLook,
    faults: &mut Faults,
) {
    check_prompt(draft, model, faults);
    // With an unknown resolution, what it would allow is not known either: the default one's rules are told.
    let Some(at) = model.resolution_or_default(draft.resolution.as_deref()) else { return };
    let mut check_picture = |field: Field, text: &str, need: Need| {
        let given = !text.trim().is_empty();
        match need {
            Need::Required if !given => faults.error(field, missing(field, model, at)),
            Need::No if given => faults.error(field, not_taken(field, model, at)),
            Need::No | Need::Optional | Need::Required => {
                for problem in picture::problems(text, model, takes, image) {
                    faults.error(field, problem);
                }
                for doubt in picture::doubts(text, image) {
                    faults.warning(field, doubt);
                }
            }
        }
    };
    check_picture(Field::FirstFrame, &draft.first_frame, at.first_frame);
    check_picture(Field::LastFrame, &draft.last_frame, at.last_frame);
    check_picture(Field::Subject, &draft.subject, model.subject);
    if at.first_frame != Need::No
        && at.last_frame != Need::No
        && let Some(differ) = picture::shapes(&draft.first_frame, &draft.last_frame, image)
    {
        faults.warning(Field::LastFrame, differ);
    }
    check_offer(draft, model, at, faults);
    if draft.fast_pretreatment
        && let Err(why) = usable(Field::FastPretreatment, model, &at.name)
    {
        faults.error(Field::FastPretreatment, Problem::new(why, "", tr!("Switch it off.")));
    }
}

fn check_callback(callback: &str, takes: Takes, faults: &mut Faults) {
    if callback.trim().is_empty() {
        return;
    }
    if !picture::is_web_address(callback) {
        faults.error(
            Field::Callback,
            Problem::new(
                tr!("The callback is not an http(s) address"),
                tr!("the service posts to it from outside"),
                tr!("Give it as https://host/path, or leave it empty."),
            ),
        );
    } else if let Some(problem) = picture::reach(callback, takes) {
        // Not refused: the service may take it and post in vain, and tasks are asked about all the same.
        let next = tr!("Give a public address, or leave it empty.");
        faults.warning(Field::Callback, Problem { next: next.into(), ..problem });
    }
}

fn check_prompt(draft: &Draft, model: &ModelSpec, faults: &mut Faults) {
    if draft.prompt.trim().is_empty() {
        let at = model.resolution_or_default(draft.resolution.as_deref());
        let (first, last) = at.map_or((Need::No, Need::No), |at| (at.first_frame, at.last_frame));
        let stands_in = |need: Need, frame: &str| need != Need::No && !frame.trim().is_empty();
        if !stands_in(first, &draft.first_frame) && !stands_in(last, &draft.last_frame) {
            let next = match (first, last) {
                (Need::No, Need::No) => tr!("Write one."),
                (_, Need::No) => tr!("Write one, or give a first frame."),
                (Need::No, _) => tr!("Write one, or give a last frame."),
                (_, _) => tr!("Write one, or give a first or a last frame."),
            };
            faults.error(Field::Prompt, Problem::new(tr!("The prompt is missing"), "", next));
        }
        return;
    }
    let limit = model.prompt_limit;
    let used = limit.used(&draft.prompt);
    if used > limit.max {
        faults.error(
            Field::Prompt,
            Problem::new(
                tr!("The prompt is too long: {length}", length = limit.unit.counted(used)),
                tr!("{model} takes at most {length}", model = model.name, length = limit.unit.counted(limit.max)),
                tr!("Take out {count}.", count = used - limit.max),
            ),
        );
    }
    faults.0.extend(lint::lint(&draft.prompt, model));
}

fn missing(field: Field, model: &ModelSpec, at: &ResolutionSpec) -> Problem {
    let everywhere = field == Field::Subject || model.resolutions.iter().all(|r| r.first_frame == Need::Required);
    let what = if everywhere {
        tr!("{model} needs a {picture}", model = model.name, picture = field.label())
    } else {
        tr!(
            "{model} needs a {picture} at {resolution}",
            model = model.name,
            picture = field.label(),
            resolution = at.name,
        )
    };
    Problem::new(what, "", tr!("Give a picture's path or its http(s) address."))
}

fn not_taken(field: Field, model: &ModelSpec, at: &ResolutionSpec) -> Problem {
    let why = usable(field, model, &at.name).err().unwrap_or_default();
    Problem::new(why, "", tr!("Take the {picture} away, or choose another model.", picture = field.label()))
}

fn check_offer(draft: &Draft, model: &ModelSpec, at: &ResolutionSpec, faults: &mut Faults) {
    if let Some(asked) = &draft.resolution
        && model.resolution(asked).is_none()
    {
        let names: Vec<&str> = model.resolutions.iter().map(|r| r.name.as_str()).collect();
        let what =
            tr!("{model} has no resolution {resolution}", model = model.name, resolution = super::text::gist(asked),);
        faults.error(Field::Resolution, Problem::new(what, "", tr!("Choose {choices}.", choices = listed(&names))));
        // Which durations there are depends on it.
        return;
    }
    if let Some(asked) = draft.duration
        && !at.durations.contains(&asked)
    {
        let what = tr!(
            "{model} makes no {seconds} s at {resolution}",
            model = model.name,
            seconds = asked,
            resolution = at.name
        );
        let elsewhere: Vec<&str> =
            model.resolutions.iter().filter(|r| r.durations.contains(&asked)).map(|r| r.name.as_str()).collect();
        let why = if elsewhere.is_empty() {
            String::new()
        } else {
            tr!("{seconds} s is made at {resolutions}", seconds = asked, resolutions = listed(&elsewhere))
        };
        let next = tr!("Choose {seconds} s.", seconds = listed(&at.durations));
        faults.error(Field::Duration, Problem::new(what, why, next));
    }
}
