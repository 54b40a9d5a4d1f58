//! What is asked of the config, and where files are kept.

use crate::{private_files, store::Location};
use domain::reason::config::{KeyFault, Wrong};
use etcetera::BaseStrategy;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

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
    pub fn of_this_user() -> Result<Self, Wrong> {
        let xdg = etcetera::base_strategy::Xdg::new().map_err(|error| Wrong::NoHome(error.to_string()))?;
        Ok(Self {
            home: xdg.home_dir().to_owned(),
            config: xdg.config_dir().join("reeltop"),
            data: xdg.data_dir().join("reeltop"),
        })
    }
}

/// What the command line says about the config, and who knows the keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// `--config`: this file, which then must exist.
    pub config: Option<&'a Path>,
    pub data_dir: Option<&'a Path>,
    pub profile: Option<&'a str>,
    /// Judges `[keys]`, where there is somebody who can.
    pub judge_keys: Option<JudgeKeys>,
}

/// All that is wrong with a person's own keys: by place and action, the keys instead of the defaults.
pub type JudgeKeys = fn(&BTreeMap<String, BTreeMap<String, Vec<String>>>) -> Vec<KeyFault>;

/// Where files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The config file, whether or not there is one.
    pub config: PathBuf,
    /// The folder of all that the program keeps; the store is in it.
    pub data_dir: PathBuf,
    /// Pictures kept under their hash.
    pub images: PathBuf,
    /// Frames of videos, kept small so that they need not be decoded again.
    pub frames: PathBuf,
    pub log: PathBuf,
}

/// Where files are kept, by the command line and the user's folders.
#[must_use]
pub fn paths(wanted: &Wanted<'_>, folders: &Folders) -> Paths {
    let config = wanted.config.map_or_else(|| folders.config.join("config.toml"), Path::to_owned);
    let data_dir = wanted.data_dir.map_or_else(|| folders.data.clone(), Path::to_owned);
    Paths {
        config,
        images: Location::from(&data_dir).images(),
        frames: Location::from(&data_dir).frames(),
        log: data_dir.join(private_files::LOG),
        data_dir,
    }
}
