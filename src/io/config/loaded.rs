//! A config that can be worked with, and how it is read again while the program runs.

use super::{profile::Account, wanted::Paths};
use crate::{
    secret::KeySource,
    store::{At, Server},
    surroundings,
};
use domain::reason::config::{Fault, Place, Rejected, Wrong};
use engine::{msg::Reread, settings::Settings};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// A config that can be worked with.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What the program's logic needs of it.
    pub settings: Settings,
    /// Where the key comes from.
    pub key: KeySource,
    /// Where things lie.
    pub paths: Paths,
    /// Where the store is, if not in the data folder.
    pub store: StoreOptions,
    /// Whether the profile allows a line that is not encrypted.
    pub allow_http: bool,
    /// The hook command (`notify.command`), for `sh -c`.
    pub hook: Option<String>,
    /// Whether there is a config file.
    pub found: bool,
    /// What is odd about the file but does no harm.
    pub warnings: Vec<Fault>,
    /// How it is read again while the program runs; set by whoever knows how it was read.
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
    /// The person's name, where it is not user@host.
    pub who: Option<String>,
    /// Whether a line in the clear to another machine is allowed.
    pub allow_plain: bool,
}

impl fmt::Debug for StoreOptions {
    /// Address and command may have a secret in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreOptions").field(&self.url.is_some()).finish()
    }
}

/// An option that the file sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Its full name, such as `download.parallel`.
    pub(super) name: String,
    /// Its value as the file writes it.
    pub(super) literal: String,
    /// Where its name is.
    pub(super) place: Place,
}

impl Loaded {
    /// The names of the profiles there are: the built-in ones and the file's.
    #[must_use]
    pub fn profiles(&self) -> Vec<String> {
        let of_file = self.written.iter().filter_map(|written| {
            let rest = written.name.strip_prefix("profiles.")?;
            rest.split('.').next().map(str::to_owned)
        });
        let built_in = super::profile::built_in_names().map(str::to_owned);
        built_in.into_iter().chain(of_file).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether the file sets that option, such as `ui.ascii`.
    #[must_use]
    pub fn sets(&self, name: &str) -> bool {
        self.written(name).is_some()
    }

    /// Where the store is.
    #[must_use]
    pub fn at(&self) -> At {
        let server = self.store.url.as_deref().map(|url| self.server(url));
        At { dir: self.paths.data_dir.clone(), server }
    }

    /// A database by its address, reached as the config says.
    #[must_use]
    pub fn server(&self, url: &str) -> Server {
        let StoreOptions { password_cmd, who, allow_plain, .. } = self.store.clone();
        Server { url: url.to_owned(), password_cmd, allow_plain, who: who.unwrap_or_else(surroundings::user_at_host) }
    }

    pub(super) fn written(&self, name: &str) -> Option<&Written> {
        self.written.iter().find(|written| written.name == name)
    }

    /// The defaults, before any file was read.
    pub(super) fn defaults(paths: Paths) -> Self {
        Self {
            settings: Settings::default(),
            key: Account::new("302ai").key(Path::new("")),
            paths,
            store: StoreOptions::default(),
            allow_http: false,
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
    /// By that source.
    #[must_use]
    pub fn by(source: Source) -> Self {
        Self { source: Some(source), last: Arc::default() }
    }

    /// Reads it; gives what it says now, as against what the program was started with and what was read last. Blocks on
    /// the disk.
    ///
    /// # Errors
    /// It has faults, or nobody said how to read it.
    pub fn read(&self, started_with: &Loaded) -> Result<(Reread, Option<String>), Rejected> {
        let Some(source) = &self.source else {
            return Err(Rejected::whole("", Wrong::NoFile));
        };
        let new = source()?;
        let profile = started_with.settings.profile.name.as_str();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = |old: &Loaded, live: bool| -> Vec<String> {
            let names = differences(old, &new);
            names.into_iter().filter(|name| Settings::is_live(name, profile) == live).collect()
        };
        let changed = differs(last.as_ref().unwrap_or(started_with), true);
        let mut fixed = differs(started_with, false);
        // Another account's options are of no matter here.
        fixed.retain(|name| !name.starts_with("profiles.") || name.starts_with(&format!("profiles.{profile}.")));
        let reread = Reread { settings: new.settings.clone(), changed, fixed };
        let hook = new.hook.clone();
        *last = Some(new);
        Ok((reread, hook))
    }
}

/// The full names of the options that one of two files sets otherwise than the other, in the order of the alphabet.
fn differences(old: &Loaded, new: &Loaded) -> Vec<String> {
    let set = |loaded: &Loaded| -> BTreeMap<String, String> {
        loaded.written.iter().map(|written| (written.name.clone(), written.literal.clone())).collect()
    };
    let (old, new) = (set(old), set(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}
