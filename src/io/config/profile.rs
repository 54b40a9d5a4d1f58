//! Profiles: accounts by name. Three are built in; `[profiles.NAME]` changes one of them or adds one.

use super::{
    check,
    fault::{Fault, Source, did_you_mean},
    table::{BUILT_IN_PROFILES, PROFILE},
};
use crate::{
    domain::{fields::listed, problem::Problem, request::WireNames},
    engine::settings::Profile,
    io::secret::KeySource,
    tr,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
};
use toml::de::DeValue;

/// One `[profiles.NAME]`, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// `None` for a profile that is not built in and names none.
    pub(super) base_url: Option<String>,
    pub(super) path_prefix: String,
    pub(super) key_env: Option<String>,
    pub(super) key_cmd: Option<String>,
    pub(super) key_file: Option<String>,
    pub(super) submit_per_minute: u32,
    pub(super) allow_http: bool,
    pub(super) callback_field: String,
    pub(super) last_frame_field: String,
    pub(super) webp: bool,
}

/// The variable a key is looked for in when the profile names nothing.
const KEY_VARIABLE: &str = "REELTOP_API_KEY";

impl Account {
    /// The profile of that name before the file changes it. One that is not built in begins as the first one, but for
    /// the address, which it must name itself.
    pub(super) fn new(name: &str) -> Self {
        let mut account = Self::default();
        let built_in = BUILT_IN_PROFILES.iter().find(|(built_in, _)| *built_in == name);
        for option in PROFILE {
            let changed = built_in.and_then(|(_, changes)| changes.iter().find(|(changed, _)| *changed == option.name));
            let literal = changed.map_or(option.default.shown(), |(_, literal)| literal);
            let is_key = option.name.starts_with("api_key_");
            if is_key || (option.name == "base_url" && built_in.is_none()) {
                continue;
            }
            let applied = DeValue::parse(literal).map(|value| option.apply(&mut account, value.get_ref(), option.name));
            debug_assert!(matches!(applied, Ok(Ok(()))), "the built-in {}: {applied:?}", option.name);
        }
        account
    }

    /// What is wrong with the profile as a whole; `header` is where the file speaks of it.
    /// `names_url` tells whether the file names an address, even one that cannot be used and has its own fault.
    pub(super) fn faults(&self, name: &str, header: &Range<usize>, names_url: bool, source: &Source<'_>) -> Vec<Fault> {
        let at_header =
            |what: String, why: &str, next: String| source.fault(header.clone(), Problem::new(what, why, next));
        let sources: Vec<&str> = [
            ("api_key_env", self.key_env.is_some()),
            ("api_key_cmd", self.key_cmd.is_some()),
            ("api_key_file", self.key_file.is_some()),
        ]
        .into_iter()
        .filter_map(|(option, set)| set.then_some(option))
        .collect();
        let mut faults = Vec::new();
        if sources.len() > 1 {
            let what = tr!("profiles.{name} sets {options}", name, options = sources.join(tr!(" and ")));
            faults.push(at_header(what, tr!("the key comes from one place"), tr!("Keep one of them").into()));
        }
        match &self.base_url {
            None if names_url => {}
            None => faults.push(at_header(
                tr!("profiles.{name} has no base_url", name),
                tr!("it is not one of the built-in profiles"),
                tr!("Set base_url, or did you mean {names}?", names = listed(&built_in_names().collect::<Vec<_>>())),
            )),
            Some(url) if !self.allow_http && !check::is_private_line(url) => faults.push(at_header(
                tr!("the base_url of profiles.{name} is not https", name),
                tr!("the key would cross the network unencrypted"),
                tr!("Use https, or set allow_http = true in this profile").into(),
            )),
            Some(_) => {}
        }
        faults
    }

    /// The profile as the program's logic knows it.
    pub(super) fn settings(&self, name: &str) -> Profile {
        Profile {
            name: name.into(),
            base_url: self.base_url.clone().unwrap_or_default(),
            path_prefix: self.path_prefix.clone(),
            names: WireNames { callback: self.callback_field.clone(), last_frame: self.last_frame_field.clone() },
            webp: self.webp,
            submit_per_minute: self.submit_per_minute,
            key_variable: self.key_env.clone().unwrap_or_else(|| KEY_VARIABLE.into()),
        }
    }

    /// Where its key comes from.
    pub(super) fn key(&self, home: &Path) -> KeySource {
        if let Some(command) = &self.key_cmd {
            return KeySource::Command(command.clone());
        }
        if let Some(path) = &self.key_file {
            return KeySource::File(super::expand_home(path, home));
        }
        KeySource::Env(self.key_env.clone().unwrap_or_else(|| KEY_VARIABLE.into()))
    }
}

/// The names of the built-in profiles.
pub(super) fn built_in_names() -> impl Iterator<Item = &'static str> + Clone {
    BUILT_IN_PROFILES.iter().map(|(name, _)| *name)
}

/// The account of that name out of those of the file and the built-in ones.
///
/// # Errors
/// The name is neither; with what was probably meant.
pub(super) fn chosen(name: &str, of_file: &BTreeMap<String, Account>) -> Result<Account, Problem> {
    if let Some(account) = of_file.get(name) {
        return Ok(account.clone());
    }
    if built_in_names().any(|built_in| built_in == name) {
        return Ok(Account::new(name));
    }
    let mut names: BTreeSet<&str> = of_file.keys().map(String::as_str).collect();
    for built_in in built_in_names() {
        names.insert(built_in);
    }
    Err(Problem::new(tr!("there is no profile {name}", name = format!("{name:?}")), "", did_you_mean(name, names)))
}
