//! `[theme.NAME]`: a theme of one's own, as what it changes of another one.

use super::{fault::did_you_mean, read::Reader};
use crate::logic::settings::{
    UiSettings,
    paint::{OwnTheme, ROLES, THEMES},
};
use std::ops::Range;
use toml::de::DeTable;

/// The option that names the theme which is changed; all others are roles.
const BASE: &str = "base";

/// What the example shows.
pub(super) const EXAMPLE: &str = "
# Themes of your own, for ui.theme. Each changes another one. A colour is a name such as light-red, or #rrggbb, which is
# shown as the nearest that the terminal has; before it may stand bold, dim, underlined, reversed, behind it on and a
# paper. The roles are the states (queued, sending, ...) and faint, strong, title, chosen, key, good, warn, bad, loud,
# added and removed.
# [theme.mine]
# base = \"dark\"
# running = \"#5fafff\"
# loud = \"bold black on #ffcc00\"
";

/// Reads `[theme]`.
pub(super) fn read(reader: &mut Reader<'_>, ui: &mut UiSettings, table: &DeTable<'_>) {
    for (name, value) in table {
        let path = format!("theme.{}", name.get_ref());
        let Some(options) = value.get_ref().as_table() else {
            reader.not_a_section(name.span(), &path);
            continue;
        };
        if THEMES.contains(&name.get_ref().as_ref()) {
            let next = format!("Give it another name and write base = {:?}", name.get_ref());
            reader.fault(name.span(), format!("{path} cannot be used"), "there is a theme of that name already", next);
            continue;
        }
        let mut theme = OwnTheme { base: THEMES[0].into(), ..OwnTheme::default() };
        for (option, value) in options {
            let (word, full): (&str, _) = (option.get_ref(), format!("{path}.{}", option.get_ref()));
            let what = format!("{full} cannot be used");
            let Some(text) = value.get_ref().as_str() else {
                let why = format!("it takes text in quotes, and this is a {}", value.get_ref().type_str());
                reader.fault(value.span(), what, &why, String::new());
                continue;
            };
            match (word, text.parse()) {
                (BASE, _) if THEMES.contains(&text) => theme.base = text.into(),
                (BASE, _) => {
                    let why = format!("{text:?} is not one of the themes there are");
                    reader.fault(value.span(), what, &why, did_you_mean(text, THEMES));
                }
                (role, Ok(coat)) if ROLES.contains(&role) => {
                    theme.roles.insert(role.into(), coat);
                }
                (role, Err(why)) if ROLES.contains(&role) => reader.fault(value.span(), what, &why, String::new()),
                _ => {
                    let known = ROLES.into_iter().chain([BASE]);
                    reader.fault(
                        option.span(),
                        format!("{word} is not a role of a theme"),
                        "",
                        did_you_mean(word, known),
                    );
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
        let why = format!("{:?} is not one of its words", ui.theme);
        reader.fault(at, "ui.theme cannot be used".into(), &why, did_you_mean(&ui.theme, known()));
    }
}
