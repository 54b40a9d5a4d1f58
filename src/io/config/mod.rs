//! The config: reading `config.toml`, all its faults at once, into the settings that the program works with.
//!
//! The options are in tables (`table.rs`, `profile.rs`, `models.rs`). Not here: the key itself, which is read late and
//! by a worker ([`super::secret`]), and the keys, which are judged by the function that is handed in.

mod check;
mod example;
mod in_force;
mod loaded;
mod models;
mod notes;
mod options;
mod profile;
mod read;
mod table;
mod templates;
mod theme;
mod wanted;

pub use example::example;
pub use in_force::{InForce, Origin, in_force};
pub use loaded::{Access, Again, Keyless, Loaded, Source};
pub(crate) use profile::host_of;
pub use templates::keep as keep_template;
pub use wanted::{Folders, JudgeKeys, Paths, Wanted, paths};

use crate::files;
use domain::reason::{
    config::{Rejected, Wrong},
    system::System,
};

/// The largest config file that is read.
const MOST_BYTES: u64 = 1_000_000;

/// Reads the config file. One that does not exist is as good as an empty one, unless `--config` named it.
///
/// # Errors
/// Everything that is wrong with the file and with what the command line says of it.
pub fn load(wanted: &Wanted<'_>, folders: &Folders) -> Result<Loaded, Rejected> {
    let paths = paths(wanted, folders);
    let path = paths.config.display().to_string();
    let bytes = files::whole(&paths.config, MOST_BYTES);
    let text = match bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| System::NotUtf8)) {
        Ok(text) => Some(text),
        Err(System::NotFound) if wanted.config.is_none() => None,
        Err(why) => return Err(Rejected::whole(&path, Wrong::Unreadable { path: path.clone(), why })),
    };
    let mut loaded = Loaded { found: text.is_some(), ..Loaded::defaults(paths) };
    let faults = read::read_into(&mut loaded, text.as_deref().unwrap_or_default(), wanted, &folders.home);
    if faults.is_empty() { Ok(loaded) } else { Err(Rejected { path, faults }) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use domain::overrides::{ModelOverride, ResolutionOverride};
    use engine::settings::Settings;
    use options::{Initial, Opt};
    use toml::de::DeValue;

    #[test]
    fn every_default_of_the_table_is_the_default_of_the_settings() {
        let folders = Folders { home: "/home/u".into(), config: "/c".into(), data: "/d".into() };
        let untouched = Loaded::defaults(paths(&Wanted::default(), &folders));
        for section in std::iter::once(&table::TOP).chain(&table::SECTIONS) {
            for option in section.options {
                let mut loaded = untouched.clone();
                let literal = DeValue::parse(option.default.shown()).unwrap();
                option.apply(&mut loaded, literal.get_ref()).unwrap();
                if matches!(option.default, Initial::Is(_)) {
                    assert_eq!(loaded, untouched, "{}.{}", section.name, option.name);
                }
            }
        }
        assert_eq!(profile::ProfileOptions::new("302ai").settings("302ai"), Settings::default().profile);
    }

    #[test]
    fn every_value_that_the_example_shows_can_be_used() {
        fn try_all<C>(options: &[Opt<C>], to: &mut C) {
            for option in options {
                let literal = DeValue::parse(option.default.shown()).unwrap();
                option.apply(to, literal.get_ref()).unwrap();
            }
        }
        try_all(profile::PROFILE, &mut profile::ProfileOptions::new("302ai"));
        try_all(models::MODEL, &mut ModelOverride::default());
        try_all(models::RESOLUTION, &mut ResolutionOverride::default());
    }
}
