//! `config show`: every option as it is in force, and where it comes from.

use super::{
    Loaded,
    options::{Default, Opt},
    profile::Account,
    read::Written,
    table::{BUILT_IN_PROFILES, PROFILE, SECTIONS, TOP},
};
use crate::{io::secret::KeySource, tr};
use std::fmt::Write;

/// The config in force as TOML, each value with its origin as a comment. A key's command is not shown: a secret may
/// stand in it.
#[must_use]
pub fn show(loaded: &Loaded) -> String {
    let mut text = String::new();
    let file = loaded.paths.config.display();
    let about =
        if loaded.found { tr!("the file: {file}", file) } else { tr!("the file: {file} (there is none)", file) };
    push(&mut text, &format!("# {about}"));
    push(&mut text, &format!("# {}", tr!("the key: from {source}", source = loaded.key.words())));
    let profile = &loaded.settings.profile.name;
    for option in TOP.options {
        match written(loaded, option.name).filter(|set| set.literal.trim_matches('"') == profile) {
            Some(set) => push_set(&mut text, option.name, set),
            None if option.default.shown().trim_matches('"') == profile => {
                push_line(&mut text, option.name, &format!("{profile:?}"), tr!("default"));
            }
            None => push_line(&mut text, option.name, &format!("{profile:?}"), "--profile"),
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
            let hidden = tr!("{option} is set on line {line}; not shown", option = option.name, line = set.place.line);
            push(text, &format!("# {hidden}"));
        }
        (Some(set), _) => push_set(text, option.name, set),
        (None, Default::Is(_)) => push_line(text, option.name, default, tr!("default")),
        (None, Default::Unset(_)) => push(text, &format!("# {}", tr!("{option} is not set", option = option.name))),
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
        push_set(text, name, set);
    }
}

/// An option that the file sets, as it sets it.
fn push_set(text: &mut String, name: &str, set: &Written) {
    push_line(text, name, &set.literal, &tr!("line {line}", line = set.place.line));
}

/// A value with where it comes from.
fn push_line(text: &mut String, name: &str, literal: &str, origin: &str) {
    push(text, &format!("{name} = {literal}  # {origin}"));
}

fn written<'l>(loaded: &'l Loaded, name: &str) -> Option<&'l Written> {
    loaded.written.iter().find(|set| set.name == name)
}

fn push(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
