//! A config that can be worked with, and how it is read again while the program runs.

use super::{profile::ProfileOptions, templates::toml_name, wanted::Paths};
use crate::{
    secret::KeySource,
    store::{Location, Server},
};
use domain::{
    amount::Currency,
    mutex::lock,
    reason::{
        config::{Fault, Place, Rejected, Wrong},
        secret::KeyPlace,
    },
};
use engine::{
    msg::Reread,
    settings::{Other, Profile, Settings},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
    sync::{Arc, Mutex},
};

/// A config that can be worked with.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What the program's logic needs of it.
    pub settings: Settings,
    /// Where the key comes from.
    pub key: KeySource,
    /// Where files are kept.
    pub paths: Paths,
    /// Where the store is, if not in the data folder.
    pub store: StoreOptions,
    /// Whether the profile allows a line that is not encrypted.
    pub allow_http: bool,
    /// Where the keys of the other profiles that are served come from, and whether their lines may be plain, by name.
    pub others: BTreeMap<String, Access>,
    /// Profiles of the file that have no key here, and why.
    pub keyless: BTreeMap<String, Keyless>,
    /// The variables that hold the keys of all profiles of the file, whether they are served or not.
    pub key_variables: BTreeSet<String>,
    /// The hook command (`notify.command`), for `sh -c`.
    pub hook: Option<String>,
    /// Whether there is a config file.
    pub found: bool,
    /// What is odd about the file but does no harm.
    pub warnings: Vec<Fault>,
    /// How it is read again while the program runs; set by the code that read it.
    pub again: Again,
    /// What the file sets, in its own words.
    pub(super) written: Vec<Written>,
}

/// `[store]`: a database that several machines share.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StoreOptions {
    /// Its address; none: the store is a file.
    pub url: Option<String>,
    /// A command for `sh -c` that prints the password.
    pub password_cmd: Option<String>,
    /// Whether a line in the clear to another machine is allowed.
    pub allow_plain: bool,
}

impl fmt::Debug for StoreOptions {
    /// Address and command may have a secret in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreOptions").field(&self.url.is_some()).finish()
    }
}

/// How a profile's service is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub key: KeySource,
    /// Whether a line that is not encrypted is allowed.
    pub allow_http: bool,
}

/// Why a profile beside the default one is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyless {
    /// It names no key of its own.
    Unnamed,
    /// The key that it names belongs to that profile. No key is sent to two hosts.
    Shared(String),
    /// There is nothing where its key should come from.
    NotSet(KeyPlace),
}

/// An option that the file sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Its sections, and its name in them: a name of the user's own may have a dot.
    pub(super) path: Vec<String>,
    /// Its value as the file writes it.
    pub(super) literal: String,
    /// Where its name is.
    pub(super) place: Place,
}

impl Written {
    /// Its full name, such as `download.parallel`.
    pub(super) fn name(&self) -> String {
        full_name(&self.path)
    }

    /// The profile that it is of.
    pub(super) fn profile(&self) -> Option<&str> {
        self.path.get(1).filter(|_| self.path[0] == "profiles").map(String::as_str)
    }
}

/// The names of sections, and of an option in them, as one.
pub(super) fn full_name(path: &[impl AsRef<str>]) -> String {
    path.iter().map(|name| toml_name(name.as_ref())).collect::<Vec<_>>().join(".")
}

impl Loaded {
    /// The names of the profiles there are: the built-in ones and the file's.
    #[must_use]
    pub fn profiles(&self) -> Vec<String> {
        let of_file = self.written.iter().filter_map(|written| written.profile().map(str::to_owned));
        let built_in = super::profile::built_in_names().map(str::to_owned);
        built_in.into_iter().chain(of_file).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether the file sets that option, such as `ui.ascii`.
    #[must_use]
    pub fn sets(&self, name: &str) -> bool {
        self.written(&name.split('.').collect::<Vec<_>>()).is_some()
    }

    /// Where the store is.
    #[must_use]
    pub fn at(&self) -> Location {
        let server = self.store.url.as_deref().map(|url| self.server(url));
        Location { dir: self.paths.data_dir.clone(), server, who: self.settings.who.clone() }
    }

    /// A database by its address, reached as the config says.
    #[must_use]
    pub fn server(&self, url: &str) -> Server {
        let StoreOptions { password_cmd, allow_plain, .. } = self.store.clone();
        Server { url: url.to_owned(), password_cmd, allow_plain }
    }

    /// Where the key of a profile that is served comes from, and whether its line may be plain.
    #[must_use]
    pub fn access(&self, profile: &str) -> Option<Access> {
        if profile == self.settings.profile.name {
            return Some(Access { key: self.key.clone(), allow_http: self.allow_http });
        }
        self.others.get(profile).cloned()
    }

    /// The config with another of the profiles that are served as the default one; as it is where that one is not
    /// served.
    #[must_use]
    pub fn under(&self, profile: &str) -> Self {
        let mut loaded = self.clone();
        let other = loaded.settings.others.remove(profile).zip(loaded.others.remove(profile));
        if let Some((other, access)) = other {
            loaded.put_first(other, access);
        }
        loaded
    }

    /// Makes a profile the default one; the one that was stands beside it.
    fn put_first(&mut self, other: Other, access: Access) {
        let settings = &mut self.settings;
        let profile = std::mem::replace(&mut settings.profile, other.profile);
        let catalogue = std::mem::replace(&mut settings.catalogue, other.catalogue);
        let before = Access { key: std::mem::replace(&mut self.key, access.key), allow_http: self.allow_http };
        self.allow_http = access.allow_http;
        self.others.insert(profile.name.clone(), before);
        settings.others.insert(profile.name.clone(), Other { profile, catalogue });
    }

    /// The config with the default profile alone: no other one's key is read.
    #[must_use]
    pub fn alone(&self) -> Self {
        let mut loaded = self.clone();
        loaded.others.clear();
        loaded.settings.others.clear();
        loaded
    }

    /// Whether that profile is served.
    #[must_use]
    pub fn serves(&self, profile: &str) -> bool {
        profile == self.settings.profile.name || self.others.contains_key(profile)
    }

    /// What the money of a profile that is served is in.
    fn currency_of(&self, profile: &str) -> Option<Currency> {
        let settings = &self.settings;
        let other = settings.others.get(profile).map(|other| &other.profile);
        other.or(Some(&settings.profile).filter(|own| own.name == profile)).map(Profile::currency)
    }

    pub(super) fn written(&self, path: &[&str]) -> Option<&Written> {
        self.written.iter().find(|written| written.path == path)
    }

    /// The defaults, before any file was read.
    pub(super) fn defaults(paths: Paths) -> Self {
        Self {
            settings: Settings::default(),
            key: ProfileOptions::new("302ai").key(Path::new("")),
            paths,
            store: StoreOptions::default(),
            allow_http: false,
            others: BTreeMap::new(),
            keyless: BTreeMap::new(),
            key_variables: BTreeSet::new(),
            hook: None,
            found: false,
            warnings: Vec::new(),
            again: Again::default(),
            written: Vec::new(),
        }
    }
}

/// Reads a config as it was read at first.
pub type Source = Arc<dyn Fn() -> Result<Loaded, Rejected> + Send + Sync>;

/// How a config is read again, and what was read last.
#[derive(Clone, Default)]
pub struct Again {
    source: Option<Source>,
    last: Arc<Mutex<Option<Loaded>>>,
}

impl fmt::Debug for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Again").field(&self.source.is_some()).finish()
    }
}

impl PartialEq for Again {
    /// It is no part of what a config says.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Again {
    /// Read again by that source.
    #[must_use]
    pub fn by(source: Source) -> Self {
        Self { source: Some(source), last: Arc::default() }
    }

    /// Reads it; gives what it says now, as against what the program was started with and what was read last, with
    /// `notify.command` and the other profiles that are served now. Blocks on the disk.
    ///
    /// # Errors
    /// It has faults, or nobody said how to read it.
    pub fn read(&self, started_with: &Loaded) -> Result<(Reread, Loaded), Rejected> {
        let Some(source) = &self.source else {
            return Err(Rejected::whole("", Wrong::NoFile));
        };
        let new = with_default_of(started_with, &source()?);
        let mut last = lock(&self.last);
        let before = last.as_ref().unwrap_or(started_with);
        // All of a profile that comes or goes is taken over.
        let stays = |set: &Written| set.profile().is_none_or(|profile| before.serves(profile) && new.serves(profile));
        // Prices of another currency than that of the start wait with it.
        let waits = |set: &Written| {
            let profile = set.profile().filter(|_| set.path.len() > 3);
            profile.is_some_and(|profile| started_with.currency_of(profile) != new.currency_of(profile))
        };
        let is_live = |set: &Written| Settings::is_live(&set.name()) && !waits(set) || !stays(set);
        let names = |sets: Vec<&Written>| sets.into_iter().map(Written::name).collect();
        let mut changed = differences(before, &new);
        changed.retain(|set| is_live(set));
        // Of a profile that is not served nothing needs a new start.
        let is_of = |set: &Written| set.profile().is_none_or(|profile| started_with.serves(profile));
        let mut fixed = differences(started_with, &new);
        fixed.retain(|set| !is_live(set) && is_of(set));
        let (changed, fixed) = (names(changed), names(fixed));
        let reread = Reread { settings: new.settings.clone(), changed, fixed };
        *last = Some(new.clone());
        Ok((reread, new))
    }
}

/// A config that was read again, with the default profile and the key of the start: these stay. What the file now makes
/// the default is served beside it, as far as it has a key of its own.
fn with_default_of(started_with: &Loaded, new: &Loaded) -> Loaded {
    let Settings { profile, catalogue, .. } = &started_with.settings;
    let mut new = new.under(&profile.name);
    if new.settings.profile.name != profile.name {
        let access = Access { key: started_with.key.clone(), allow_http: started_with.allow_http };
        new.put_first(Other { profile: profile.clone(), catalogue: catalogue.clone() }, access);
    }
    let has_own = |access: &Access| access.key != started_with.key && access.key.is_set();
    new.others.retain(|name, access| *name != profile.name && has_own(access));
    let Loaded { settings, others, .. } = &mut new;
    settings.others.retain(|name, _| others.contains_key(name));
    new
}

/// The options that one of two files sets otherwise than the other, in the order of the alphabet.
fn differences<'a>(old: &'a Loaded, new: &'a Loaded) -> Vec<&'a Written> {
    let set = |loaded: &'a Loaded| -> BTreeMap<&'a [String], &'a Written> {
        loaded.written.iter().map(|written| (written.path.as_slice(), written)).collect()
    };
    let (old, new) = (set(old), set(new));
    let paths: BTreeSet<&[String]> = old.keys().chain(new.keys()).copied().collect();
    let pairs = paths.into_iter().map(|path| (old.get(path).copied(), new.get(path).copied()));
    let other = pairs.filter(|(old, new)| old.map(|set| &set.literal) != new.map(|set| &set.literal));
    other.filter_map(|(old, new)| old.or(new)).collect()
}
