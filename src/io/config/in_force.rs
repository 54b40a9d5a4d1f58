//! Every option as it is in force, and where it comes from: what `config show` prints.

use super::{
    loaded::{Loaded, Written, full_name},
    options::{Initial, Opt},
    profile::{BUILT_IN_PROFILES, PROFILE, ProfileOptions},
    table::{SECTIONS, TOP},
    templates::toml_name,
};
use crate::{environment, secret::KeySource};

/// A line of the config in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InForce {
    /// A section of that name begins.
    Section(String),
    /// An option's name, and its value, as TOML writes them.
    Value(String, String, Origin),
    /// An option that is not set and has no default.
    NotSet(&'static str),
    /// A command or a database's address, which is set there: a secret may be in it.
    Hidden(&'static str, Origin),
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody has set it.
    Default,
    /// The command line.
    Profile,
    /// That variable of the environment.
    Variable(&'static str),
    /// That line of the file.
    Line(usize),
}

/// The config in force, in the order of the example.
#[must_use]
pub fn in_force(loaded: &Loaded) -> Vec<InForce> {
    let profile = &loaded.settings.profile.name;
    let mut lines = Vec::new();
    for option in TOP.options {
        let is_it = |literal: &str| literal.trim_matches('"') == profile;
        lines.push(match loaded.written(&[option.name]).filter(|set| is_it(&set.literal)) {
            Some(set) => as_set(set),
            None => {
                let origin = if is_it(option.default.shown()) { Origin::Default } else { Origin::Profile };
                InForce::Value(option.name.to_owned(), format!("{profile:?}"), origin)
            }
        });
    }
    push_profile(&mut lines, loaded, profile);
    for section in &SECTIONS {
        lines.push(InForce::Section(section.name.to_owned()));
        lines
            .extend(section.options.iter().map(|option| line(loaded, &[section.name], option, option.default.shown())));
    }
    loaded.others.keys().for_each(|other| push_profile(&mut lines, loaded, other));
    push_named(&mut lines, loaded);
    lines
}

/// A profile that is served.
fn push_profile(lines: &mut Vec<InForce>, loaded: &Loaded, profile: &str) {
    let section = ["profiles", profile];
    let by_variable = loaded.access(profile).is_some_and(|access| matches!(access.key, KeySource::Env(_)));
    lines.push(InForce::Section(full_name(&section)));
    for option in PROFILE.iter().filter(|option| by_variable || option.name != "api_key_env") {
        lines.push(line(loaded, &section, option, built_in(profile, option)));
    }
}

/// What a profile option is without the file.
fn built_in<'o>(profile: &str, option: &'o Opt<ProfileOptions>) -> &'o str {
    let changes = BUILT_IN_PROFILES.iter().find(|(name, _)| *name == profile).map_or(&[][..], |(_, changes)| changes);
    changes.iter().find(|(name, _)| *name == option.name).map_or(option.default.shown(), |(_, literal)| literal)
}

fn line<C>(loaded: &Loaded, section: &[&str], option: &Opt<C>, default: &str) -> InForce {
    if (section, option.name) == (&["store"], "url") && environment::store_url().is_some() {
        return InForce::Hidden(option.name, Origin::Variable(environment::STORE_URL));
    }
    match (loaded.written(&[section, &[option.name]].concat()), &option.default) {
        (Some(set), _) if may_have_a_secret(&set.path) => InForce::Hidden(option.name, Origin::Line(set.place.line)),
        (Some(set), _) => as_set(set),
        (None, Initial::Is(_)) => InForce::Value(option.name.to_owned(), default.to_owned(), Origin::Default),
        (None, Initial::Unset(_)) => InForce::NotSet(option.name),
    }
}

/// A command may have a token in it, and a database's address a password.
fn may_have_a_secret(path: &[String]) -> bool {
    path.last().is_some_and(|option| option.ends_with("_cmd"))
        || path == ["store", "url"]
        || path == ["notify", "command"]
}

/// The sections of the file that have names of their own: models, templates, themes and keys, and the prices of all
/// profiles.
fn push_named(lines: &mut Vec<InForce>, loaded: &Loaded) {
    let is_named = |set: &&Written| match set.path[0].as_str() {
        "models" | "templates" | "theme" | "keys" => set.path.len() > 1,
        "profiles" => set.path.len() > 3,
        _ => false,
    };
    let mut section: &[String] = &[];
    for set in loaded.written.iter().filter(is_named) {
        let (_, path) = set.path.split_last().unwrap_or((&set.path[0], &[]));
        if path != section {
            lines.push(InForce::Section(full_name(path)));
            section = path;
        }
        lines.push(as_set(set));
    }
}

/// An option that the file sets, as it sets it.
fn as_set(set: &Written) -> InForce {
    let name = set.path.last().map(|name| toml_name(name)).unwrap_or_default();
    InForce::Value(name, set.literal.clone(), Origin::Line(set.place.line))
}
