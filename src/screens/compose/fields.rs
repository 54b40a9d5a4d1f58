//! What stands in compose's fields in words: names, values, what is worth knowing of them, why one cannot be used.

use crate::{
    app::App,
    compose,
    keymap::{Action, Ctx},
    widgets::text,
};
use domain::{
    braces::Template,
    catalogue::{CameraSupport, LengthUnit, Need},
    draft::Field,
    picture::to_look_into,
    request::StoredImage,
};
use words::{amounts, names, reason, tr};

/// Why a field cannot be used with the model, where that is so; what was typed in it is kept.
pub(crate) fn why_not(app: &App, field: Field) -> Option<String> {
    let why = reason::closed(&compose::usable(app, field).err()?);
    let kept = compose::typed_text(app, field);
    Some(if kept.is_empty() { why } else { tr!("{why}; kept: {kept}", why, kept) })
}

/// What an empty text field says.
pub(crate) fn needed(app: &App, field: Field) -> String {
    let spec = compose::spec(app);
    let typed = app.screen.compose.draft.resolution.as_deref();
    let resolution = spec.and_then(|spec| spec.resolution_or_default(typed));
    let need = match field {
        Field::FirstFrame => resolution.map(|at| at.first_frame),
        Field::LastFrame => resolution.map(|at| at.last_frame),
        Field::Subject => spec.map(|spec| spec.subject),
        _ => None,
    };
    match need {
        Some(Need::Required) => tr!("required: a path or a URL").into(),
        Some(Need::Optional | Need::No) | None => tr!("none").into(),
    }
}

/// The value in force of a field that is chosen.
pub(crate) fn chosen(app: &App, field: Field) -> String {
    if field == Field::Count {
        return app.screen.compose.draft.count.to_string();
    }
    let choices = compose::choices(app, field);
    let several: Vec<&str> = compose::marked(app, field).iter().map(|at| compose::choice_word(&choices[*at])).collect();
    let value = if several.len() > 1 {
        Some(several.join(tr!(", ")))
    } else {
        choices.get(compose::chosen(app, field)).map(|value| compose::choice_word(value).to_owned())
    };
    value.map_or_else(|| app.screen.compose.draft.model.clone(), |value| with_unit(field, value))
}

fn with_unit(field: Field, value: String) -> String {
    if field == Field::Duration { amounts::seconds(value) } else { value }
}

/// What is worth knowing about a value.
pub(crate) fn beside(app: &App, field: Field) -> String {
    let compose = &app.screen.compose;
    let draft = &compose.draft;
    let spec = compose::spec(app);
    match field {
        Field::Model => spec.map_or_else(|| tr!("not in the catalogue").into(), |spec| names::modes(spec).to_owned()),
        Field::Resolution | Field::Duration => {
            tr!("of {values}", values = with_unit(field, compose::choices(app, field).join(tr!(", "))))
        }
        Field::Optimizer => {
            let means = if draft.optimizer {
                tr!("the service may rewrite the prompt")
            } else {
                tr!("the prompt is followed as it is")
            };
            means.into()
        }
        Field::FastPretreatment if draft.fast_pretreatment => tr!("shorter prompt optimization").into(),
        Field::FastPretreatment => tr!("on shortens prompt optimization").into(),
        Field::Watermark if draft.watermark => tr!("a visible mark in the video").into(),
        Field::Watermark => tr!("no visible mark in the video").into(),
        Field::Count => match draft.count {
            0 => tr!("tasks"),
            1 => tr!("task"),
            _ => tr!("tasks, each paid"),
        }
        .into(),
        Field::FirstFrame => picture(app, &draft.first_frame),
        Field::LastFrame => picture(app, &draft.last_frame),
        Field::Subject => picture(app, &draft.subject),
        Field::Prompt | Field::Callback => String::new(),
    }
}

/// What is known of a picture that was typed.
fn picture(app: &App, path: &str) -> String {
    let compose = &app.screen.compose;
    match compose.folders.get(path.trim()) {
        Some(None) => return tr!("checking").into(),
        Some(Some(Ok(paths))) => return tr!("{count} pictures", count = paths.len()),
        Some(Some(Err(_))) | None => {}
    }
    match compose.images.get(path.trim()) {
        Some(Some(Ok(image))) if super::profile::account(app).upload => {
            tr!("{facts}, may be public", facts = facts(image))
        }
        Some(Some(Ok(image))) => facts(image),
        Some(None) => tr!("checking").into(),
        None if to_look_into(path).is_some() && compose.look_at.is_some() => tr!("checking").into(),
        Some(Some(Err(_))) | None => String::new(),
    }
}

/// Type, sides and size of a picture.
pub(crate) fn facts(image: &StoredImage) -> String {
    words::facts::picture_measures(image.kind, (image.width, image.height), image.bytes)
}

/// How long the prompt is and may be, in the model's unit, a part a line; and whether it is too long. Of alternatives
/// the longest counts.
pub(crate) fn length(app: &App) -> Option<([String; 2], bool)> {
    let limit = compose::spec(app)?.prompt_limit;
    let template = Template::parse(&app.screen.compose.prompt.text());
    let used = match template.count() {
        0..=MEASURED => template.variants().iter().map(|prompt| limit.used(prompt)).max().unwrap_or(0),
        _ => limit.used(&template.first()),
    };
    let unit = match limit.unit {
        LengthUnit::Words => tr!("words"),
        LengthUnit::Chars => tr!("characters"),
    };
    let most = limit.max;
    let count = tr!("{used} of {most}", used, most);
    let count = if text::width(&count) > usize::from(COUNT) { format!("{used}/{most}") } else { count };
    Some(([count, unit.to_owned()], used > most))
}

/// Cells that there are for it before the prompt.
pub(super) const COUNT: u16 = 11;

/// Alternatives that are measured.
const MEASURED: usize = 64;

/// What can be typed in the row that has the keys besides one value; empty where that is all.
pub(crate) fn help(app: &App, field: Field) -> String {
    let named = |ctx, action| app.named(ctx, action);
    match field {
        Field::Prompt if compose::spec(app).is_some_and(|spec| spec.camera != CameraSupport::None) => {
            tr!("{a|b} makes a task of each; [ lists camera commands").to_owned()
        }
        Field::Prompt => tr!("{a|b} makes a task of each").to_owned(),
        Field::Model | Field::Resolution | Field::Duration => tr!(
            "{choose} lists them, {mark} marks several: a task of each",
            choose = named(Ctx::Choice, Action::Choose),
            mark = named(Ctx::Menu, Action::MarkChoice),
        ),
        Field::FirstFrame => tr!("a path or a URL; folder/ or *.png makes a task of each picture").to_owned(),
        Field::LastFrame | Field::Subject => tr!("a path or a URL").to_owned(),
        Field::Callback | Field::Count | Field::Optimizer | Field::FastPretreatment | Field::Watermark => String::new(),
    }
}
