//! A row of compose set by its name, as `:set duration 6,10` does.

use super::{
    combines, fields, pictures, profile,
    rows::{self, ROWS, choices, usable},
    take_pattern, touch, typed_text,
};
use crate::{app::App, compose::state::ComposeRow, keymap::is_typed, layer::Wish, toast};
use domain::draft::Field;
use engine::effect::Level;
use std::collections::BTreeSet;
use words::{names, reason, tr};

/// The rows that can be set, by the names that are typed.
pub(crate) const NAMES: [(&str, ComposeRow); 14] = [
    ("model", ComposeRow::Field(Field::Model)),
    ("prompt", ComposeRow::Field(Field::Prompt)),
    ("first-frame", ComposeRow::Field(Field::FirstFrame)),
    ("last-frame", ComposeRow::Field(Field::LastFrame)),
    ("subject", ComposeRow::Field(Field::Subject)),
    ("resolution", ComposeRow::Field(Field::Resolution)),
    ("duration", ComposeRow::Field(Field::Duration)),
    ("count", ComposeRow::Field(Field::Count)),
    ("optimizer", ComposeRow::Field(Field::Optimizer)),
    ("fast", ComposeRow::Field(Field::FastPretreatment)),
    ("watermark", ComposeRow::Field(Field::Watermark)),
    ("callback", ComposeRow::Field(Field::Callback)),
    ("profile", ComposeRow::Profile),
    ("zip", ComposeRow::Combine),
];

/// The values that a row can be given, where they are known; several of a field that takes several, with commas
/// between.
pub(crate) fn values(app: &App, row: ComposeRow) -> Vec<String> {
    match row {
        ComposeRow::Profile => profile::choices(app),
        ComposeRow::Combine => ["on", "off"].map(str::to_owned).into(),
        ComposeRow::Field(field) => choices(app, field),
        ComposeRow::Send => Vec::new(),
    }
}

/// Gives a row a value, `none` for nothing.
///
/// # Errors
/// The model does not use it, or it is none of the values that there are.
pub(crate) fn set(app: &mut App, name: &str, row: ComposeRow, value: &str) -> Result<Vec<Wish>, String> {
    if let ComposeRow::Field(field) = row {
        usable(app, field).map_err(|why| reason::closed(&why))?;
    }
    let known = values(app, row);
    let one_of = || tr!("{name} is one of {words}", name, words = known.join(tr!(", ")));
    let at = |word: &str| {
        let word = word.trim();
        let short = |known: &&String| {
            profile::catalogue(app).spec(known).is_some_and(|spec| spec.short.eq_ignore_ascii_case(word))
        };
        let known_at = |test: &dyn Fn(&&String) -> bool| known.iter().position(|known| test(&known));
        known_at(&|known| known.eq_ignore_ascii_case(word)).or_else(|| known_at(&short))
    };
    let typed = if value == "none" { "" } else { value };
    match row {
        ComposeRow::Field(Field::Prompt) => take_pattern(app, typed),
        ComposeRow::Field(Field::Count) if value.trim().parse::<u32>().unwrap_or(0) == 0 => {
            return Err(tr!("{name} takes a whole number from 1 on, such as 3", name));
        }
        ComposeRow::Field(field) if is_typed(field) => {
            rows::set_text(&mut app.screen.compose.draft, field, typed);
            rows::go_to(app, row);
        }
        ComposeRow::Field(field) => {
            let marks: Option<BTreeSet<usize>> = value.split(',').map(at).collect();
            match marks.ok_or_else(one_of)?.into_iter().collect::<Vec<_>>().as_slice() {
                [only] => rows::set_choice(app, field, *only),
                several if rows::takes_several(field) => {
                    rows::set_several(app, field, &several.iter().copied().collect());
                }
                _ => return Err(one_of()),
            }
        }
        ComposeRow::Profile => {
            let chosen = at(value).ok_or_else(one_of)?;
            app.screen.compose.draft.profile = known.get(chosen).cloned();
        }
        ComposeRow::Combine => app.screen.compose.draft.lists.zip = at(value).ok_or_else(one_of)? == 0,
        ComposeRow::Send => {}
    }
    touch(app);
    let reads = pictures::read(app);
    let told = value_told(app, row).unwrap_or_else(|| format!("{}{}{}", name, tr!(": "), tr!("none")));
    toast::show(app, Level::Info, told, None);
    Ok(reads)
}

/// What the draft is now, in a line.
pub(crate) fn standing(app: &App) -> String {
    ROWS.into_iter().filter_map(|row| value_told(app, row)).collect::<Vec<_>>().join(tr!(", "))
}

/// A row with its value, where it has one.
fn value_told(app: &App, row: ComposeRow) -> Option<String> {
    let (name, value) = match row {
        ComposeRow::Field(field) if usable(app, field).is_err() => return None,
        ComposeRow::Field(Field::Prompt) => (names::label(Field::Prompt), app.screen.compose.draft.prompt.clone()),
        ComposeRow::Field(field) if is_typed(field) && field != Field::Count => {
            (names::label(field), typed_text(app, field).to_owned())
        }
        ComposeRow::Field(field) => (names::label(field), fields::chosen(app, field)),
        ComposeRow::Profile if profile::is_chosen(app) => (tr!("Profile"), profile::of(app).to_owned()),
        ComposeRow::Combine if combines(app) => {
            let zip = app.screen.compose.draft.lists.zip;
            (tr!("Lists"), if zip { tr!("one by one") } else { tr!("all combined") }.to_owned())
        }
        ComposeRow::Profile | ComposeRow::Combine | ComposeRow::Send => return None,
    };
    (!value.is_empty()).then(|| format!("{name}{}{value}", tr!(": ")))
}
