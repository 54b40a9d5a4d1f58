//! A config that can be worked with, and how it is read again while the program runs.

use super::{profile::Account, wanted::Paths};
use crate::secret::KeySource;
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

    pub(super) fn written(&self, name: &str) -> Option<&Written> {
        self.written.iter().find(|written| written.name == name)
    }

    /// The defaults, before any file was read.
    pub(super) fn defaults(paths: Paths) -> Self {
        Self {
            settings: Settings::default(),
            key: Account::new("302ai").key(Path::new("")),
            paths,
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
