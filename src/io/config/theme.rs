//! `[theme.NAME]`: a theme of one's own, as what it changes of another one.

use super::{
    fault::did_you_mean,
    options::{no_word, other_type, unusable},
    read::Reader,
};
use crate::{
    engine::settings::{
        UiSettings,
        paint::{OwnTheme, ROLES, THEMES},
    },
    tr,
};
use std::ops::Range;
use toml::de::DeTable;

/// The option that names the theme which is changed; all others are roles.
const BASE: &str = "base";

/// Reads `[theme]`.
pub(super) fn read(reader: &mut Reader<'_>, ui: &mut UiSettings, table: &DeTable<'_>) {
    for (name, value) in table {
        let path = format!("theme.{}", name.get_ref());
        let Some(options) = value.get_ref().as_table() else {
            reader.not_a_section(name.span(), &path);
            continue;
        };
        if THEMES.contains(&name.get_ref().as_ref()) {
            let base = format!("{:?}", name.get_ref());
            let next = tr!("Give it another name and write base = {base}", base);
            reader.fault(name.span(), unusable(&path), tr!("there is a theme of that name already"), next);
            continue;
        }
        let mut theme = OwnTheme { base: THEMES[0].into(), ..OwnTheme::default() };
        for (option, value) in options {
            let (word, full): (&str, _) = (option.get_ref(), format!("{path}.{}", option.get_ref()));
            let what = unusable(&full);
            let Some(text) = value.get_ref().as_str() else {
                let why = other_type(tr!("text in quotes"), value.get_ref());
                reader.fault(value.span(), what, &why, String::new());
                continue;
            };
            match (word, text.parse()) {
                (BASE, _) if THEMES.contains(&text) => theme.base = text.into(),
                (BASE, _) => {
                    let why = tr!("{quoted} is not one of the themes there are", quoted = format!("{text:?}"));
                    reader.fault(value.span(), what, &why, did_you_mean(text, THEMES));
                }
                (role, Ok(coat)) if ROLES.contains(&role) => {
                    theme.roles.insert(role.into(), coat);
                }
                (role, Err(why)) if ROLES.contains(&role) => reader.fault(value.span(), what, &why, String::new()),
                _ => {
                    let known = ROLES.into_iter().chain([BASE]);
                    let what = tr!("{word} is not a role of a theme", word);
                    reader.fault(option.span(), what, "", did_you_mean(word, known));
                }
            }
            reader.note(&full, option, value);
        }
        ui.themes.insert(name.get_ref().to_string(), theme);
    }
}

/// Whether the theme in use exists; `at` is where the file names it.
pub(super) fn check_chosen(reader: &mut Reader<'_>, ui: &UiSettings, at: Option<Range<usize>>) {
    let known = || THEMES.into_iter().chain(ui.themes.keys().map(String::as_str));
    if let Some(at) = at.filter(|_| !known().any(|name| name == ui.theme)) {
        reader.fault(at, unusable("ui.theme"), &no_word(&ui.theme), did_you_mean(&ui.theme, known()));
    }
}
