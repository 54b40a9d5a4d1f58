//! Everything that is checked before any money is spent: a draft against the catalogue, each fault with its own
//! reason, and the request it becomes when there is none.
//!
//! Source: the pages of 302.AI and MiniMax on `POST …/video_generation`. Prompts that only look wrong: [`lint`].

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use super::{
    catalogue::{Catalogue, LengthUnit, ModelSpec, Need, PromptLimit, ResolutionSpec},
    draft::{Draft, Fault, Field, Severity},
    fields::usable,
    lint,
    picture::{self, Takes, Typed},
    reason::draft::DraftReason,
    request::{FORGOTTEN, ImageRef, Request},
    text::gist,
};

pub use super::picture::ImageLook;

/// The most tasks that one draft makes.
pub const MAX_COUNT: u32 = 100;

/// Everything that is wrong with a draft, in the order of its fields. `takes` is what the host takes and reaches;
/// `image` tells of a picture by its path or `data:` URL as typed.
///
/// A value that the model cannot use is a fault; [`Draft::for_model`] takes such values out first where that is wanted.
#[must_use]
pub fn check(draft: &Draft, catalogue: &Catalogue, takes: Takes, image: &dyn Fn(&str) -> ImageLook) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    match catalogue.spec(&draft.model) {
        Some(model) => check_by_model(draft, model, takes, image, &mut faults),
        None => faults.error(
            Field::Model,
            DraftReason::NoSuchModel {
                name: gist(draft.model.trim()).into_owned(),
                near: catalogue.nearest(&draft.model).map(str::to_owned),
                all: catalogue.names().map(str::to_owned).collect(),
            },
        ),
    }
    check_callback(&draft.callback, takes, &mut faults);
    if draft.count == 0 || draft.count > MAX_COUNT {
        faults.error(Field::Count, DraftReason::Count { asked: draft.count, most: MAX_COUNT });
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
    fn error(&mut self, field: Field, reason: impl Into<DraftReason>) {
        self.0.push(Fault { field, severity: Severity::Error, reason: reason.into(), fix: None });
    }

    fn warning(&mut self, field: Field, reason: impl Into<DraftReason>) {
        self.0.push(Fault { field, severity: Severity::Warning, reason: reason.into(), fix: None });
    }
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
            Need::Required if !given => faults.error(field, no_picture(field, model, at)),
            Need::No if given => {
                if let Err(closed) = usable(field, model, &at.name) {
                    faults.error(field, DraftReason::Closed(closed));
                }
            }
            Need::No | Need::Optional | Need::Required => {
                for reason in picture::faults(text, model, takes, image) {
                    faults.error(field, reason);
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
        && let Err(closed) = usable(Field::FastPretreatment, model, &at.name)
    {
        faults.error(Field::FastPretreatment, DraftReason::Closed(closed));
    }
}

fn check_callback(callback: &str, takes: Takes, faults: &mut Faults) {
    if callback.trim().is_empty() {
        return;
    }
    if !picture::is_web_address(callback) {
        faults.error(Field::Callback, DraftReason::CallbackNoAddress);
    } else if let Some(host) = picture::unreachable(callback, takes) {
        // Not refused: the service may take it and post in vain, and tasks are asked about anyway.
        faults.warning(Field::Callback, DraftReason::CallbackUnreachable { host });
    }
}

fn check_prompt(draft: &Draft, model: &ModelSpec, faults: &mut Faults) {
    if draft.prompt.trim().is_empty() {
        let at = model.resolution_or_default(draft.resolution.as_deref());
        let (first, last) = at.map_or((Need::No, Need::No), |at| (at.first_frame, at.last_frame));
        let stands_in = |need: Need, frame: &str| need != Need::No && !frame.trim().is_empty();
        if !stands_in(first, &draft.first_frame) && !stands_in(last, &draft.last_frame) {
            let (first_frame, last_frame) = (first != Need::No, last != Need::No);
            faults.error(Field::Prompt, DraftReason::NoPrompt { first_frame, last_frame });
        }
        return;
    }
    // It would be taken for one that was wiped.
    if draft.prompt.trim() == FORGOTTEN {
        faults.error(Field::Prompt, DraftReason::ReservedPrompt);
    }
    let own = model.prompt_limit;
    // A limit in words alone says nothing of one word without end.
    let limits = [Some(own), Some(PromptLimit::LONGEST).filter(|_| own.unit == LengthUnit::Words)];
    let used = limits.into_iter().flatten().map(|limit| (limit, limit.used(&draft.prompt)));
    if let Some((limit, used)) = used.into_iter().find(|(limit, used)| *used > limit.max) {
        faults.error(Field::Prompt, DraftReason::PromptTooLong { model: model.name.clone(), used, limit });
    }
    faults.0.extend(lint::lint(&draft.prompt, model));
}

fn no_picture(field: Field, model: &ModelSpec, at: &ResolutionSpec) -> DraftReason {
    let everywhere = field == Field::Subject || model.resolutions.iter().all(|r| r.first_frame == Need::Required);
    DraftReason::NoPicture { model: model.name.clone(), field, only_at: (!everywhere).then(|| at.name.clone()) }
}

fn check_offer(draft: &Draft, model: &ModelSpec, at: &ResolutionSpec, faults: &mut Faults) {
    if let Some(asked) = &draft.resolution
        && model.resolution(asked).is_none()
    {
        faults.error(
            Field::Resolution,
            DraftReason::NoSuchResolution {
                model: model.name.clone(),
                asked: gist(asked).into_owned(),
                all: model.resolutions.iter().map(|r| r.name.clone()).collect(),
            },
        );
        // Which durations there are depends on it.
        return;
    }
    if let Some(asked) = draft.duration
        && !at.durations.contains(&asked)
    {
        let elsewhere = model.resolutions.iter().filter(|r| r.durations.contains(&asked));
        faults.error(
            Field::Duration,
            DraftReason::NoSuchDuration {
                model: model.name.clone(),
                resolution: at.name.clone(),
                asked,
                all: at.durations.clone(),
                elsewhere: elsewhere.map(|r| r.name.clone()).collect(),
            },
        );
    }
}
