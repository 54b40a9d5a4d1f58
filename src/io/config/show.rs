//! `config show`: every option as it is in force, and where it comes from.

use super::{
    Loaded,
    options::{Default, Opt},
    profile::Account,
    read::Written,
    table::{BUILT_IN_PROFILES, PROFILE, SECTIONS, TOP},
};
use crate::io::secret::KeySource;
use std::fmt::Write;

/// The config in force as TOML, each value with its origin as a comment. A key's command is not shown: a secret may
/// stand in it.
#[must_use]
pub fn show(loaded: &Loaded) -> String {
    let mut text = String::new();
    let from = if loaded.found { "" } else { " (there is none)" };
    push(&mut text, &format!("# the file: {}{from}", loaded.paths.config.display()));
    push(&mut text, &format!("# the key: from {}", loaded.key.words()));
    let profile = &loaded.settings.profile.name;
    for option in TOP.options {
        match written(loaded, option.name).filter(|set| set.literal.trim_matches('"') == profile) {
            Some(set) => push(&mut text, &format!("profile = {}  # line {}", set.literal, set.place.line)),
            None if option.default.shown().trim_matches('"') == profile => {
                push(&mut text, &format!("profile = {profile:?}  # default"));
            }
            None => push(&mut text, &format!("profile = {profile:?}  # --profile")),
        }
    }
    push(&mut text, &format!("\n[profiles.{profile}]"));
    let by_variable = matches!(loaded.key, KeySource::Env(_));
    for option in PROFILE.iter().filter(|option| by_variable || option.name != "api_key_env") {
        push_option(&mut text, loaded, &format!("profiles.{profile}"), option, built_in(profile, option));
    }
    for section in &SECTIONS {
        push(&mut text, &format!("\n[{}]", section.name));
        for option in section.options {
            push_option(&mut text, loaded, section.name, option, option.default.shown());
        }
    }
    push_named(&mut text, loaded);
    text
}

/// What a profile option is without the file.
fn built_in<'o>(profile: &str, option: &'o Opt<Account>) -> &'o str {
    let changes = BUILT_IN_PROFILES.iter().find(|(name, _)| *name == profile).map_or(&[][..], |(_, changes)| changes);
    changes.iter().find(|(name, _)| *name == option.name).map_or(option.default.shown(), |(_, literal)| literal)
}

fn push_option<C>(text: &mut String, loaded: &Loaded, section: &str, option: &Opt<C>, default: &str) {
    let set = written(loaded, &format!("{section}.{}", option.name));
    match (set, &option.default) {
        (Some(set), _) if option.name == "api_key_cmd" => {
            push(text, &format!("# {} is set on line {}; not shown", option.name, set.place.line));
        }
        (Some(set), _) => push(text, &format!("{} = {}  # line {}", option.name, set.literal, set.place.line)),
        (None, Default::Is(_)) => push(text, &format!("{} = {default}  # default", option.name)),
        (None, Default::Unset(_)) => push(text, &format!("# {} is not set", option.name)),
    }
}

/// The sections of the file that have names of their own: models, templates and keys.
fn push_named(text: &mut String, loaded: &Loaded) {
    let mut section = "";
    for set in &loaded.written {
        let Some((path, name)) = set.name.rsplit_once('.') else { continue };
        if !path.starts_with("models.") && !path.starts_with("keys.") && path != "templates" {
            continue;
        }
        if path != section {
            push(text, &format!("\n[{path}]"));
            section = path;
        }
        push(text, &format!("{name} = {}  # line {}", set.literal, set.place.line));
    }
}

fn written<'l>(loaded: &'l Loaded, name: &str) -> Option<&'l Written> {
    loaded.written.iter().find(|set| set.name == name)
}

fn push(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
