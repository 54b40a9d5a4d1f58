//! The rows of compose: their order, which can be used, what can be chosen in them.

use super::{check_again, combinations, pictures, profile, spec};
use crate::{
    app::App,
    compose::state::ComposeRow,
    keymap::is_typed,
    layer::Wish,
    widgets::{editor::LineEditor, steps::Direction},
};
use domain::{
    catalogue::{Catalogue, ModelSpec, ResolutionSpec},
    draft::{Draft, Field},
    fields,
    reason::draft::Closed,
};

use std::collections::BTreeSet;
use words::tr;

/// The rows in their order on the screen.
pub const ROWS: [ComposeRow; 15] = [
    ComposeRow::Profile,
    ComposeRow::Field(Field::Model),
    ComposeRow::Field(Field::Prompt),
    ComposeRow::Field(Field::FirstFrame),
    ComposeRow::Field(Field::LastFrame),
    ComposeRow::Field(Field::Subject),
    ComposeRow::Field(Field::Resolution),
    ComposeRow::Field(Field::Duration),
    ComposeRow::Field(Field::Count),
    ComposeRow::Field(Field::Optimizer),
    ComposeRow::Field(Field::FastPretreatment),
    ComposeRow::Field(Field::Watermark),
    ComposeRow::Field(Field::Callback),
    ComposeRow::Combine,
    ComposeRow::Send,
];

/// The resolution in force: the chosen one, if the model has it, else the model's default.
fn resolution(app: &App) -> String {
    let chosen = app.screen.compose.draft.resolution.as_deref();
    let of_model = spec(app).and_then(|spec| spec.resolution_or_default(chosen));
    of_model.map_or_else(String::new, |resolution| resolution.name.clone())
}

/// Whether the model can use that field.
///
/// # Errors
/// Why not.
pub fn usable(app: &App, field: Field) -> Result<(), Closed> {
    let lists = &app.screen.compose.draft.lists;
    let several = lists.models.len() > 1 || lists.resolutions.len() > 1;
    let one = || spec(app).map_or(Ok(()), |spec| fields::usable(field, spec, &resolution(app)));
    if !several {
        return one();
    }
    // Of several models and resolutions one is enough: the plan says which combinations are impossible.
    let any = specs(app)
        .into_iter()
        .any(|spec| resolutions(app, spec).iter().any(|at| fields::usable(field, spec, &at.name).is_ok()));
    if any { Ok(()) } else { one() }
}

/// The models of the draft: its own, or all of its list.
fn specs(app: &App) -> Vec<&ModelSpec> {
    let draft = &app.screen.compose.draft;
    let names = if draft.lists.models.is_empty() { std::slice::from_ref(&draft.model) } else { &draft.lists.models };
    names.iter().filter_map(|name| profile::catalogue(app).spec(name)).collect()
}

/// The resolutions in force for one of the draft's models: those of its list that the model has, or the one chosen.
fn resolutions<'a>(app: &App, spec: &'a ModelSpec) -> Vec<&'a ResolutionSpec> {
    let draft = &app.screen.compose.draft;
    let listed: Vec<_> = draft.lists.resolutions.iter().filter_map(|name| spec.resolution(name)).collect();
    if listed.is_empty() {
        spec.resolution_or_default(draft.resolution.as_deref()).into_iter().collect()
    } else {
        listed
    }
}

/// The values of a field that is chosen; none for one that is typed.
#[must_use]
pub fn choices(app: &App, field: Field) -> Vec<String> {
    let specs = specs(app);
    let resolutions: Vec<_> = specs.iter().flat_map(|spec| resolutions(app, spec)).collect();
    choices_of(field, profile::catalogue(app), &specs, &resolutions)
}

/// The values of a field that is chosen, for these models and resolutions; none for one that is typed.
pub(crate) fn choices_of(
    field: Field,
    catalogue: &Catalogue,
    specs: &[&ModelSpec],
    resolutions: &[&ResolutionSpec],
) -> Vec<String> {
    match field {
        Field::Model => catalogue.names().map(str::to_owned).collect(),
        Field::Resolution => {
            let mut names: Vec<String> = Vec::new();
            for name in specs.iter().flat_map(|spec| &spec.resolutions).map(|r| &r.name) {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            names
        }
        Field::Duration => {
            let seconds: BTreeSet<u32> = resolutions.iter().flat_map(|at| at.durations.iter().copied()).collect();
            seconds.iter().map(ToString::to_string).collect()
        }
        Field::Optimizer | Field::FastPretreatment | Field::Watermark => vec!["on".into(), "off".into()],
        Field::Prompt | Field::FirstFrame | Field::LastFrame | Field::Subject | Field::Callback | Field::Count => {
            Vec::new()
        }
    }
}

/// A field's value as a person reads it; as an id, and as what is typed, it stays English.
#[must_use]
pub fn choice_word(value: &str) -> &str {
    match value {
        "on" => tr!("on"),
        "off" => tr!("off"),
        value => value,
    }
}

/// The value in force of a field that is chosen, as an index into [`choices`].
#[must_use]
pub fn chosen(app: &App, field: Field) -> usize {
    let draft = &app.screen.compose.draft;
    let on = |on: bool| if on { "on".to_owned() } else { "off".to_owned() };
    let value = match field {
        Field::Model => draft.model.clone(),
        Field::Resolution => resolution(app),
        Field::Duration => duration(app).to_string(),
        Field::Optimizer => on(draft.optimizer),
        Field::FastPretreatment => on(draft.fast_pretreatment),
        Field::Watermark => on(draft.watermark),
        Field::Prompt | Field::FirstFrame | Field::LastFrame | Field::Subject | Field::Callback | Field::Count => {
            return 0;
        }
    };
    choices(app, field).iter().position(|choice| *choice == value).unwrap_or(0)
}

fn duration(app: &App) -> u32 {
    let mut offered = specs(app).into_iter().flat_map(|spec| resolutions(app, spec)).flat_map(|at| &at.durations);
    let chosen = app.screen.compose.draft.duration.filter(|seconds| offered.any(|offered| offered == seconds));
    chosen.unwrap_or_else(|| spec(app).map_or(0, |spec| spec.default_duration))
}

/// Takes one of a field's values.
pub(super) fn set_choice(app: &mut App, field: Field, at: usize) {
    let Some(value) = choices(app, field).into_iter().nth(at) else { return };
    let draft = &mut app.screen.compose.draft;
    match field {
        Field::Model => {
            draft.lists.models.clear();
            draft.model = value;
        }
        Field::Resolution => {
            draft.lists.resolutions.clear();
            draft.resolution = Some(value);
        }
        Field::Duration => {
            draft.lists.durations.clear();
            draft.duration = value.parse().ok();
        }
        Field::Optimizer => draft.optimizer = value == "on",
        Field::FastPretreatment => draft.fast_pretreatment = value == "on",
        Field::Watermark => draft.watermark = value == "on",
        Field::Prompt | Field::FirstFrame | Field::LastFrame | Field::Subject | Field::Callback | Field::Count => {}
    }
}

/// Whether a field can hold several values.
#[must_use]
pub const fn takes_several(field: Field) -> bool {
    matches!(field, Field::Model | Field::Resolution | Field::Duration)
}

/// The values of a field that holds several, as indices into [`choices`]; empty where it holds one.
#[must_use]
pub fn marked(app: &App, field: Field) -> BTreeSet<usize> {
    let lists = &app.screen.compose.draft.lists;
    let values: Vec<String> = match field {
        Field::Model => lists.models.clone(),
        Field::Resolution => lists.resolutions.clone(),
        Field::Duration => lists.durations.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    choices(app, field).iter().enumerate().filter(|(_, value)| values.contains(value)).map(|(at, _)| at).collect()
}

/// Takes several of a field's values; the first is the one that counts where there can be but one.
pub(super) fn set_several(app: &mut App, field: Field, marks: &BTreeSet<usize>) {
    let all = choices(app, field);
    let values: Vec<String> = marks.iter().filter_map(|at| all.get(*at).cloned()).collect();
    if let Some(first) = marks.first() {
        set_choice(app, field, *first);
    }
    if values.len() < 2 {
        return;
    }
    let lists = &mut app.screen.compose.draft.lists;
    match field {
        Field::Model => lists.models = values,
        Field::Resolution => lists.resolutions = values,
        Field::Duration => lists.durations = values.iter().filter_map(|value| value.parse().ok()).collect(),
        _ => {}
    }
}

/// Takes the text of a field that is typed in one line. A count that is no number is 0, which the checks refuse.
pub(super) fn set_text(draft: &mut Draft, field: Field, text: &str) {
    match field {
        Field::FirstFrame => draft.first_frame = text.into(),
        Field::LastFrame => draft.last_frame = text.into(),
        Field::Subject => draft.subject = text.into(),
        Field::Callback => draft.callback = text.into(),
        Field::Count => draft.count = text.trim().parse().unwrap_or(0),
        Field::Model
        | Field::Prompt
        | Field::Resolution
        | Field::Duration
        | Field::Optimizer
        | Field::FastPretreatment
        | Field::Watermark => {}
    }
}

fn text_of(draft: &Draft, field: Field) -> String {
    if field == Field::Count {
        draft.count.to_string()
    } else {
        text_field(draft, field).unwrap_or_default().to_owned()
    }
}

/// The text of a field that is a text on one line.
pub(super) fn text_field(draft: &Draft, field: Field) -> Option<&str> {
    match field {
        Field::FirstFrame => Some(&draft.first_frame),
        Field::LastFrame => Some(&draft.last_frame),
        Field::Subject => Some(&draft.subject),
        Field::Callback => Some(&draft.callback),
        Field::Count
        | Field::Model
        | Field::Prompt
        | Field::Resolution
        | Field::Duration
        | Field::Optimizer
        | Field::FastPretreatment
        | Field::Watermark => None,
    }
}

/// Gives a row the keys.
pub(super) fn go_to(app: &mut App, row: ComposeRow) {
    let compose = &mut app.screen.compose;
    (compose.row, compose.arrived) = (row, true);
    if let ComposeRow::Field(field) = row
        && is_typed(field)
        && field != Field::Prompt
    {
        compose.line = LineEditor::new(&text_of(&compose.draft, field));
    }
}

/// Goes to the next or previous row that the model can use; round the end. Pictures named in the row that is left are
/// read.
pub(super) fn step(app: &mut App, to: Direction) -> Vec<Wish> {
    let here = app.screen.compose.row;
    let at = ROWS.iter().position(|row| *row == here).unwrap_or(0);
    let len = ROWS.len();
    let next = (1..=len)
        .map(|n| ROWS[to.in_ring(at, n, len)])
        .find(|row| match row {
            ComposeRow::Field(field) => usable(app, *field).is_ok(),
            ComposeRow::Profile => profile::is_chosen(app),
            ComposeRow::Combine => combinations::combines(app),
            ComposeRow::Send => true,
        })
        .unwrap_or(here);
    let reads = pictures::read(app);
    go_to(app, next);
    check_again(app);
    reads
}
