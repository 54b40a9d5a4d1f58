//! `[theme.NAME]`: a theme of one's own, as what it changes of another one.

use super::{
    notes::Notes,
    options::{no_word, type_of},
};
use domain::reason::config::{Meant, Takes, Unfit, Wrong};
use engine::settings::{
    UiSettings,
    paint::{OwnTheme, ROLES, THEMES},
};
use std::ops::Range;
use toml::de::DeTable;

/// The option that names the theme which is changed; all others are roles.
const BASE: &str = "base";

/// Reads `[theme]`.
pub(super) fn read(notes: &mut Notes<'_>, ui: &mut UiSettings, table: &DeTable<'_>) {
    for (name, value) in table {
        let word: &str = name.get_ref();
        let path = format!("theme.{word}");
        let Some(options) = notes.table(name.span(), &path, value) else { continue };
        if THEMES.contains(&word) {
            notes.fault(name.span(), Wrong::BuiltInTheme(word.to_owned()));
            continue;
        }
        let mut theme = OwnTheme { base: THEMES[0].into(), ..OwnTheme::default() };
        for (option, value) in options {
            let role: &str = option.get_ref();
            let full = format!("{path}.{role}");
            notes.set(&["theme", word], option, value);
            if role != BASE && !ROLES.contains(&role) {
                let meant = Meant::of(role, ROLES.into_iter().chain([BASE]));
                let (option_name, section) = (role.to_owned(), Some(path.clone()));
                notes.fault(option.span(), Wrong::NoSuchOption { option: option_name, section, meant });
                continue;
            }
            let text = value.get_ref().as_str();
            let text = text.ok_or_else(|| Unfit::OtherType { takes: Takes::Text, is: type_of(value.get_ref()) });
            let taken = text.and_then(|text| match role {
                BASE if THEMES.contains(&text) => {
                    theme.base = text.into();
                    Ok(())
                }
                BASE => Err(no_word(text, THEMES)),
                role => text.parse().map(|coat| _ = theme.roles.insert(role.into(), coat)),
            });
            if let Err(why) = taken {
                notes.unusable(value.span(), &full, why);
            }
        }
        ui.themes.insert(word.to_owned(), theme);
    }
}

/// Notes a fault where the theme in use does not exist; `at` is where the file names it.
pub(super) fn check_chosen(notes: &mut Notes<'_>, ui: &UiSettings, at: Option<Range<usize>>) {
    let known = || THEMES.into_iter().chain(ui.themes.keys().map(String::as_str));
    if let Some(at) = at.filter(|_| !known().any(|name| name == ui.theme)) {
        notes.unusable(at, "ui.theme", no_word(&ui.theme, known()));
    }
}
