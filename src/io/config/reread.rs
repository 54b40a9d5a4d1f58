//! A config that is read again while the program runs, and what differs.

use super::Loaded;
use crate::{
    domain::problem::Problem,
    engine::{msg::Reread, settings::Settings},
    tr,
};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Reads a config as it was read at first. The problem names every fault.
pub type Source = Arc<dyn Fn() -> Result<Loaded, Problem> + Send + Sync>;

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
    pub fn read(&self, started_with: &Loaded) -> Result<(Reread, Option<String>), Problem> {
        let Some(source) = &self.source else {
            return Err(Problem::new(tr!("this run has no config of its own"), "", ""));
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
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}
