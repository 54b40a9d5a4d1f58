//! The config: reading `config.toml`, all its faults at once, into the settings that the program works with.
//!
//! The options stand in one table (`table.rs`). Not here: the key itself, which is read late and by a worker
//! ([`super::secret`]), and the key bindings, whose names are handed in by the shell.

mod check;
mod example;
mod fault;
mod models;
mod options;
mod profile;
mod read;
mod reread;
mod show;
mod table;
mod theme;

pub use example::example;
pub use fault::{Fault, Place, Rejected};
pub use reread::{Again, Source};
pub use show::show;

use super::secret::KeySource;
use crate::{
    domain::problem::Problem,
    engine::settings::Settings,
    io::{files, words},
    tr,
};
use etcetera::BaseStrategy;
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

/// The largest config file that is read.
const MOST_BYTES: u64 = 1_000_000;

/// The user's own folders, where nothing else is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// What `~` stands for.
    pub home: PathBuf,
    /// `$XDG_CONFIG_HOME/reeltop`.
    pub config: PathBuf,
    /// `$XDG_DATA_HOME/reeltop`.
    pub data: PathBuf,
}

impl Folders {
    /// The folders of the user who runs the program, by the XDG rules.
    ///
    /// # Errors
    /// There is no home folder.
    pub fn of_this_user() -> Result<Self, Problem> {
        let xdg = etcetera::base_strategy::Xdg::new().map_err(|error| {
            Problem::new(tr!("your home folder cannot be found"), error.to_string(), tr!("Set HOME"))
        })?;
        Ok(Self {
            home: xdg.home_dir().to_owned(),
            config: xdg.config_dir().join("reeltop"),
            data: xdg.data_dir().join("reeltop"),
        })
    }
}

/// What the command line says about the config, and what the shell knows of the keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// `--config`: this file, which then must exist.
    pub config: Option<&'a Path>,
    /// `--data-dir`.
    pub data_dir: Option<&'a Path>,
    /// `--profile`.
    pub profile: Option<&'a str>,
    /// Every context and action of the key table, for `[keys.CONTEXT]`.
    pub bindings: &'a [(&'a str, &'a str)],
    /// Whether a text is a key, and why not, where there is somebody who knows.
    pub is_key: Option<IsKey>,
    /// Judges the keys of `[keys.CONTEXT]` together, where there is somebody who can.
    pub judge_keys: Option<JudgeKeys>,
}

/// Whether a text is a key; why not, in words.
pub type IsKey = fn(&str) -> Result<(), String>;

/// All that is wrong with a person's own keys: the options that a fault is about, such as `keys.table.retry` (any of them
/// may be a default instead), and the fault in words.
pub type JudgeKeys = fn(&BTreeMap<String, BTreeMap<String, Vec<String>>>) -> Vec<(Vec<String>, String)>;

/// Where things lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The config file, whether or not there is one.
    pub config: PathBuf,
    /// The folder of all that the program keeps; the store is in it.
    pub data_dir: PathBuf,
    /// Pictures put by under their hash.
    pub images: PathBuf,
    /// The log.
    pub log: PathBuf,
}

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
    /// What the file sets, in its own words; for [`show`].
    written: Vec<read::Written>,
}

impl Loaded {
    /// Whether the file sets that option, such as `ui.ascii`.
    #[must_use]
    pub fn sets(&self, name: &str) -> bool {
        self.written.iter().any(|written| written.name == name)
    }

    /// The defaults, before any file was read.
    fn defaults(paths: Paths) -> Self {
        Self {
            settings: Settings::default(),
            key: profile::Account::new("302ai").key(Path::new("")),
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

/// Reads the config file. One that does not exist is as good as an empty one, unless `--config` named it.
///
/// # Errors
/// Everything that is wrong with the file and with what the command line says of it.
pub fn load(wanted: &Wanted<'_>, folders: &Folders) -> Result<Loaded, Rejected> {
    let paths = paths(wanted, folders);
    let unreadable = |error: io::Error| {
        let problem = Problem::new(
            tr!("the config file {path} cannot be read", path = paths.config.display()),
            words::system(&error),
            tr!("`reeltop config init` writes one that names every option"),
        );
        Rejected { path: paths.config.clone(), faults: vec![Fault { place: None, problem }] }
    };
    let text = match files::whole(&paths.config, MOST_BYTES).and_then(words::utf8) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && wanted.config.is_none() => None,
        Err(error) => return Err(unreadable(error)),
    };
    let mut loaded = Loaded { found: text.is_some(), ..Loaded::defaults(paths.clone()) };
    let faults = read::read_into(&mut loaded, text.as_deref().unwrap_or_default(), wanted, &folders.home);
    if faults.is_empty() { Ok(loaded) } else { Err(Rejected { path: paths.config, faults }) }
}

/// Where things lie, by the command line and the user's folders.
#[must_use]
pub fn paths(wanted: &Wanted<'_>, folders: &Folders) -> Paths {
    let config = wanted.config.map_or_else(|| folders.config.join("config.toml"), Path::to_owned);
    let data_dir = wanted.data_dir.map_or_else(|| folders.data.clone(), Path::to_owned);
    Paths { config, images: data_dir.join("images"), log: data_dir.join("reeltop.log"), data_dir }
}

/// A path of the config, with the home folder for its `~`.
fn expand_home(path: &str, home: &Path) -> PathBuf {
    match path.strip_prefix('~') {
        Some(rest) => home.join(rest.trim_start_matches('/')),
        None => PathBuf::from(path),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use options::Default as Stands;
    use toml::de::DeValue;

    #[test]
    fn every_default_of_the_table_is_the_default_of_the_settings() {
        let folders = Folders { home: "/home/u".into(), config: "/c".into(), data: "/d".into() };
        let untouched = Loaded::defaults(paths(&Wanted::default(), &folders));
        for section in std::iter::once(&table::TOP).chain(&table::SECTIONS) {
            for option in section.options {
                let mut loaded = untouched.clone();
                let literal = DeValue::parse(option.default.shown()).unwrap();
                option.apply(&mut loaded, literal.get_ref(), option.name).unwrap();
                if matches!(option.default, Stands::Is(_)) {
                    assert_eq!(loaded, untouched, "{}.{}", section.name, option.name);
                }
            }
        }
        assert_eq!(profile::Account::new("302ai").settings("302ai"), Settings::default().profile);
    }

    #[test]
    fn every_value_that_the_example_shows_can_be_used() {
        for option in table::PROFILE {
            let literal = DeValue::parse(option.default.shown()).unwrap();
            option.apply(&mut profile::Account::new("302ai"), literal.get_ref(), option.name).unwrap();
        }
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = Path::new("/home/u");
        assert_eq!(expand_home("~/Videos", home), Path::new("/home/u/Videos"));
        assert_eq!(expand_home("~", home), Path::new("/home/u"));
        assert_eq!(expand_home("/srv/~x", home), Path::new("/srv/~x"));
    }
}
