//! Every option as it is in force, and where it comes from: what `config show` prints.

use super::{
    loaded::{Loaded, Written},
    options::{Default, Opt},
    profile::{Account, BUILT_IN_PROFILES, PROFILE},
    table::{SECTIONS, TOP},
};
use crate::secret::KeySource;
use std::collections::BTreeSet;

/// A line of the config in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InForce {
    /// A section of that name begins.
    Section(String),
    /// An option's name, and its value as TOML writes it.
    Value(String, String, Origin),
    /// An option that is not set and has no default.
    NotSet(&'static str),
    /// A command or a database's address, which the file sets in that line: a secret may be in it.
    Hidden(&'static str, usize),
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody has set it.
    Default,
    /// The command line.
    Profile,
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
        lines.push(match loaded.written(option.name).filter(|set| is_it(&set.literal)) {
            Some(set) => as_set(option.name, set),
            None => {
                let origin = if is_it(option.default.shown()) { Origin::Default } else { Origin::Profile };
                InForce::Value(option.name.to_owned(), format!("{profile:?}"), origin)
            }
        });
    }
    let section = format!("profiles.{profile}");
    let by_variable = matches!(loaded.key, KeySource::Env(_));
    lines.push(InForce::Section(section.clone()));
    for option in PROFILE.iter().filter(|option| by_variable || option.name != "api_key_env") {
        lines.push(line(loaded, &section, option, built_in(profile, option)));
    }
    for section in &SECTIONS {
        lines.push(InForce::Section(section.name.to_owned()));
        lines.extend(section.options.iter().map(|option| line(loaded, section.name, option, option.default.shown())));
    }
    // Of the other profiles too: each is served with its own.
    let priced =
        loaded.written.iter().filter_map(|set| Some(set.name.strip_prefix("profiles.")?.split_once(".prices.")?.0));
    let others: BTreeSet<&str> = priced.filter(|name| name != profile).collect();
    for name in std::iter::once(profile.as_str()).chain(others) {
        push_prices(&mut lines, loaded, &format!("profiles.{name}.prices"));
    }
    push_named(&mut lines, loaded);
    lines
}

/// What a profile option is without the file.
fn built_in<'o>(profile: &str, option: &'o Opt<Account>) -> &'o str {
    let changes = BUILT_IN_PROFILES.iter().find(|(name, _)| *name == profile).map_or(&[][..], |(_, changes)| changes);
    changes.iter().find(|(name, _)| *name == option.name).map_or(option.default.shown(), |(_, literal)| literal)
}

fn line<C>(loaded: &Loaded, section: &str, option: &Opt<C>, default: &str) -> InForce {
    match (loaded.written(&format!("{section}.{}", option.name)), &option.default) {
        (Some(set), _) if may_have_a_secret(section, option.name) => InForce::Hidden(option.name, set.place.line),
        (Some(set), _) => as_set(option.name, set),
        (None, Default::Is(_)) => InForce::Value(option.name.to_owned(), default.to_owned(), Origin::Default),
        (None, Default::Unset(_)) => InForce::NotSet(option.name),
    }
}

/// A command may have a token in it, and a database's address a password.
fn may_have_a_secret(section: &str, option: &str) -> bool {
    option.ends_with("_cmd") || matches!((section, option), ("store", "url") | ("notify", "command"))
}

/// What the file sets of the profile's prices.
fn push_prices(lines: &mut Vec<InForce>, loaded: &Loaded, section: &str) {
    let of = |set: &'_ Written| set.name.strip_prefix(section)?.strip_prefix('.').map(|offer| format!("{offer:?}"));
    let set: Vec<InForce> = loaded.written.iter().filter_map(|set| Some(as_set(&of(set)?, set))).collect();
    if !set.is_empty() {
        lines.push(InForce::Section(section.to_owned()));
        lines.extend(set);
    }
}

/// The sections of the file that have names of their own: models, templates and keys.
fn push_named(lines: &mut Vec<InForce>, loaded: &Loaded) {
    let mut section = "";
    for set in &loaded.written {
        let Some((path, name)) = set.name.rsplit_once('.') else { continue };
        if !path.starts_with("models.") && !path.starts_with("keys.") && path != "templates" {
            continue;
        }
        if path != section {
            lines.push(InForce::Section(path.to_owned()));
            section = path;
        }
        lines.push(as_set(name, set));
    }
}

/// An option that the file sets, as it sets it.
fn as_set(name: &str, set: &Written) -> InForce {
    InForce::Value(name.to_owned(), set.literal.clone(), Origin::Line(set.place.line))
}
