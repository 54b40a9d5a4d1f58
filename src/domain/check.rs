//! Everything that is checked before any money is spent: a draft against the catalogue, each fault with its own
//! sentence, and the request it becomes when there is none.
//!
//! Source: the contract, sections Submit and Models. Prompts that only look wrong: [`lint`].

use super::{
    catalogue::{Catalogue, ModelSpec, Need, ResolutionSpec},
    draft::{Draft, Fault, Field, Severity},
    fields::{listed, usable},
    lint,
    picture::{self, Typed},
    problem::Problem,
    request::{ImageRef, Request},
};
use crate::tr;

pub use super::picture::ImageLook;

/// The most tasks that one draft makes.
pub const MAX_COUNT: u32 = 100;

/// Everything that is wrong with a draft, in the order of its fields. `webp` says whether the host takes WebP pictures;
/// `image` tells of a picture by its path as typed.
///
/// A value that the model cannot use is a fault; [`Draft::for_model`] takes such values out first where that is wanted.
#[must_use]
pub fn check(draft: &Draft, catalogue: &Catalogue, webp: bool, image: &dyn Fn(&str) -> ImageLook) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    match catalogue.spec(&draft.model) {
        Some(model) => check_by_model(draft, model, webp, image, &mut faults),
        None => faults.error(Field::Model, unknown_model(&draft.model, catalogue)),
    }
    if !draft.callback.trim().is_empty() && !picture::is_web_address(&draft.callback) {
        faults.error(
            Field::Callback,
            Problem::new(
                tr!("The callback is not an http(s) address"),
                tr!("the service posts to it from outside"),
                tr!("Give it as https://host/path, or leave it empty."),
            ),
        );
    }
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
    webp: bool,
    image: &dyn Fn(&str) -> ImageLook,
) -> Result<Request, Vec<Fault>> {
    let faults = check(draft, catalogue, webp, image);
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
        Typed::Address(url) | Typed::Data(url) => Some(ImageRef::Url(url.to_owned())),
        Typed::Path(path) => match image(path) {
            ImageLook::Found(stored) => Some(ImageRef::Stored(stored)),
            ImageLook::Unread | ImageLook::Reading | ImageLook::Failed(_) => None,
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
    webp: bool,
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
                for problem in picture::problems(text, model, webp, image) {
                    faults.error(field, problem);
                }
            }
        }
    };
    check_picture(Field::FirstFrame, &draft.first_frame, at.first_frame);
    check_picture(Field::LastFrame, &draft.last_frame, at.last_frame);
    check_picture(Field::Subject, &draft.subject, model.subject);
    let last_alone = !draft.last_frame.trim().is_empty() && draft.first_frame.trim().is_empty();
    if last_alone && at.last_frame != Need::No && at.first_frame == Need::Optional {
        faults.error(
            Field::FirstFrame,
            Problem::new(
                tr!("A last frame needs a first frame"),
                "",
                tr!("Give a first frame, or take the last one away."),
            ),
        );
    }
    check_offer(draft, model, at, faults);
    if draft.fast_pretreatment
        && let Err(why) = usable(Field::FastPretreatment, model, &at.name)
    {
        faults.error(Field::FastPretreatment, Problem::new(why, "", tr!("Switch it off.")));
    }
}

fn check_prompt(draft: &Draft, model: &ModelSpec, faults: &mut Faults) {
    if draft.prompt.trim().is_empty() {
        let at = model.resolution_or_default(draft.resolution.as_deref());
        let takes_frame = at.is_some_and(|at| at.first_frame != Need::No);
        if !takes_frame || draft.first_frame.trim().is_empty() {
            let next = if takes_frame { tr!("Write one, or give a first frame.") } else { tr!("Write one.") };
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::domain::{
        lang::{self, Lang},
        money::Ptc,
        request::{ImageKind, StoredImage},
    };
    use proptest::prelude::*;

    const HAILUO: &str = "MiniMax-Hailuo-02";

    fn stored(path: &str) -> StoredImage {
        StoredImage { sha256: "ab".into(), kind: ImageKind::Jpeg, bytes: 9, width: 800, height: 600, path: path.into() }
    }

    fn look(path: &str) -> ImageLook {
        if path == "gone.jpg" {
            ImageLook::Failed(Problem::new("gone.jpg cannot be read", "no such file", "Check the path."))
        } else {
            ImageLook::Found(stored(path))
        }
    }

    fn draft(model: &str) -> Draft {
        Draft { model: model.into(), prompt: "a cat".into(), ..Draft::default() }
    }

    fn told(draft: &Draft) -> Vec<(Field, String)> {
        check(draft, &Catalogue::builtin(), false, &look)
            .into_iter()
            .inspect(|fault| assert_eq!(fault.severity, Severity::Error))
            .map(|fault| (fault.field, fault.problem.to_string()))
            .collect()
    }

    #[test]
    fn every_rule_has_its_own_sentence() {
        let with = |change: fn(&mut Draft)| {
            let mut changed = draft(HAILUO);
            change(&mut changed);
            changed
        };
        let cases = [
            (draft("hailuo-02"), Field::Model, "There is no model hailuo-02. Did you mean MiniMax-Hailuo-02?"),
            (
                draft("veo"),
                Field::Model,
                "There is no model veo. Choose MiniMax-Hailuo-02, MiniMax-Hailuo-2.3, MiniMax-Hailuo-2.3-Fast, I2V-01, \
                 I2V-01-live, I2V-01-Director, T2V-01, T2V-01-Director or S2V-01.",
            ),
            (
                with(|d| d.prompt = " \n".into()),
                Field::Prompt,
                "The prompt is missing. Write one, or give a first frame.",
            ),
            (Draft { prompt: String::new(), ..draft("T2V-01") }, Field::Prompt, "The prompt is missing. Write one."),
            (
                Draft { prompt: "猫".repeat(200), ..draft("T2V-01-Director") },
                Field::Prompt,
                "The prompt is too long: 200 characters: T2V-01-Director takes at most 199 characters. Take out 1.",
            ),
            (
                with(|d| d.prompt = "word ".repeat(202).trim().into()),
                Field::Prompt,
                "The prompt is too long: 202 words: MiniMax-Hailuo-02 takes at most 199 words. Take out 3.",
            ),
            (
                draft("I2V-01-live"),
                Field::FirstFrame,
                "I2V-01-live needs a first frame. Give a picture's path or its http(s) address.",
            ),
            (
                with(|d| d.resolution = Some("512P".into())),
                Field::FirstFrame,
                "MiniMax-Hailuo-02 needs a first frame at 512P. Give a picture's path or its http(s) address.",
            ),
            (
                Draft { first_frame: "a.jpg".into(), ..draft("T2V-01") },
                Field::FirstFrame,
                "T2V-01 takes no first frame. Take the first frame away, or choose another model.",
            ),
            (
                with(|d| {
                    d.resolution = Some("512P".into());
                    d.first_frame = "a.jpg".into();
                    d.last_frame = "b.jpg".into();
                }),
                Field::LastFrame,
                "MiniMax-Hailuo-02 takes no last frame at 512P, only at 768P or 1080P. Take the last frame away, or choose \
                 another model.",
            ),
            (
                Draft { first_frame: "a.jpg".into(), last_frame: "b.jpg".into(), ..draft("MiniMax-Hailuo-2.3") },
                Field::LastFrame,
                "MiniMax-Hailuo-2.3 takes no last frame. Take the last frame away, or choose another model.",
            ),
            (
                with(|d| d.last_frame = "b.jpg".into()),
                Field::FirstFrame,
                "A last frame needs a first frame. Give a first frame, or take the last one away.",
            ),
            (draft("S2V-01"), Field::Subject, "S2V-01 needs a subject. Give a picture's path or its http(s) address."),
            (
                with(|d| d.subject = "c.jpg".into()),
                Field::Subject,
                "MiniMax-Hailuo-02 takes no subject picture. Take the subject away, or choose another model.",
            ),
            (
                with(|d| d.first_frame = "gone.jpg".into()),
                Field::FirstFrame,
                "gone.jpg cannot be read: no such file. Check the path.",
            ),
            (
                with(|d| d.resolution = Some("4K".into())),
                Field::Resolution,
                "MiniMax-Hailuo-02 has no resolution 4K. Choose 512P, 768P or 1080P.",
            ),
            (
                with(|d| {
                    d.resolution = Some("1080P".into());
                    d.duration = Some(10);
                }),
                Field::Duration,
                "MiniMax-Hailuo-02 makes no 10 s at 1080P: 10 s is made at 512P or 768P. Choose 6 s.",
            ),
            (
                with(|d| d.duration = Some(7)),
                Field::Duration,
                "MiniMax-Hailuo-02 makes no 7 s at 768P. Choose 6 or 10 s.",
            ),
            (
                Draft { fast_pretreatment: true, ..draft("T2V-01") },
                Field::FastPretreatment,
                "T2V-01 does not know fast pretreatment; Hailuo models do. Switch it off.",
            ),
            (
                with(|d| d.callback = "example.com/x".into()),
                Field::Callback,
                "The callback is not an http(s) address: the service posts to it from outside. Give it as \
                 https://host/path, or leave it empty.",
            ),
            (with(|d| d.count = 0), Field::Count, "0 tasks cannot be made at once. Choose 1 to 100."),
            (with(|d| d.count = 101), Field::Count, "101 tasks cannot be made at once. Choose 1 to 100."),
        ];
        for (draft, field, sentence) in cases {
            assert_eq!(told(&draft), [(field, sentence.to_owned())], "{draft:?}");
        }
    }

    #[test]
    fn faults_are_told_in_the_order_of_chinese() {
        let draft = Draft { resolution: Some("1080P".into()), duration: Some(10), ..draft(HAILUO) };
        let sentence = "MiniMax-Hailuo-02 在 1080P 下不支持 10 s：512P 或 768P 支持 10 s。可选 6 s。";
        assert_eq!(lang::within(Lang::Zh, || told(&draft)), [(Field::Duration, sentence.to_owned())]);
    }

    #[test]
    fn what_the_contract_allows_has_no_fault() {
        let long_enough = "word ".repeat(199).trim().to_owned();
        for good in [
            draft(HAILUO),
            Draft { prompt: long_enough, count: MAX_COUNT, ..draft("T2V-01") },
            Draft { prompt: "猫".repeat(199), first_frame: "a.jpg".into(), ..draft("I2V-01") },
            Draft { prompt: String::new(), first_frame: "a.jpg".into(), ..draft("I2V-01-Director") },
            Draft { subject: "https://host/face.png".into(), ..draft("S2V-01") },
            Draft { first_frame: "a.jpg".into(), last_frame: "b.jpg".into(), duration: Some(10), ..draft(HAILUO) },
            Draft { first_frame: "a.jpg".into(), resolution: Some("1080P".into()), ..draft("MiniMax-Hailuo-2.3-Fast") },
            Draft { resolution: Some("720P".into()), duration: Some(6), ..draft("T2V-01-Director") },
            Draft {
                callback: "https://host:8443/x?y=z".into(),
                fast_pretreatment: true,
                watermark: true,
                ..draft(HAILUO)
            },
        ] {
            assert_eq!(told(&good), [], "{good:?}");
        }
    }

    #[test]
    fn faults_of_several_fields_are_all_told() {
        let wrong =
            Draft { prompt: String::new(), count: 0, subject: "c.jpg".into(), callback: "x".into(), ..draft(HAILUO) };
        let fields: Vec<Field> = told(&wrong).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, [Field::Prompt, Field::Subject, Field::Callback, Field::Count]);
    }

    #[test]
    fn a_request_has_everything_set_and_comes_back_as_the_same_draft() {
        let catalogue = Catalogue::builtin();
        let typed = Draft {
            first_frame: " a.jpg ".into(),
            last_frame: "https://host/b.jpg".into(),
            callback: " https://host/x ".into(),
            count: 3,
            ..draft(HAILUO)
        };
        let request = build(&typed, &catalogue, false, &look).unwrap();
        let expected = Request {
            model: HAILUO.into(),
            prompt: "a cat".into(),
            first_frame: Some(ImageRef::Stored(stored("a.jpg"))),
            last_frame: Some(ImageRef::Url("https://host/b.jpg".into())),
            subject: None,
            resolution: "768P".into(),
            duration: 6,
            optimizer: true,
            callback: Some("https://host/x".into()),
            fast_pretreatment: false,
            watermark: false,
        };
        assert_eq!(request, expected);
        assert_eq!(catalogue.price(&request), Some(Ptc::from_thousandths(500)));
        assert_eq!(build(&Draft::of(&request), &catalogue, false, &look), Ok(expected));
    }

    #[test]
    fn warnings_do_not_forbid_a_request_but_errors_and_unread_pictures_do() {
        let catalogue = Catalogue::builtin();
        let warned = Draft { prompt: "a cat [pussh in]".into(), ..draft(HAILUO) };
        assert_eq!(check(&warned, &catalogue, false, &look).len(), 1);
        assert!(build(&warned, &catalogue, false, &look).is_ok());
        let with_picture = Draft { first_frame: "a.jpg".into(), ..draft(HAILUO) };
        for not_yet in [ImageLook::Unread, ImageLook::Reading] {
            let faults = build(&with_picture, &catalogue, false, &|_| not_yet.clone()).unwrap_err();
            assert_eq!(faults[0].problem.what, "The picture is still being read");
        }
        assert!(build(&draft("T2V"), &Catalogue { models: vec![] }, false, &look).is_err());
    }

    proptest! {
        #[test]
        fn any_draft_can_be_checked(model in 0_usize..10, texts in prop::array::uniform5(any::<String>()), n: u32) {
            let catalogue = Catalogue::builtin();
            let [prompt, first_frame, last_frame, callback, resolution] = texts;
            let name = catalogue.models.get(model).map_or("x", |m| &m.name);
            let draft = Draft {
                prompt, first_frame, last_frame, callback,
                resolution: Some(resolution), duration: Some(n), count: n, ..draft(name)
            };
            let _ = build(&draft, &catalogue, false, &look);
        }
    }
}
