//! Paths as a person writes them.

use domain::reason::system::System;
use std::path::{Path, PathBuf};

/// `path` with a leading `~/` replaced by the home folder.
///
/// # Errors
/// When the home folder is not known, or another user's is meant.
pub fn expanded(path: &str) -> Result<PathBuf, System> {
    match path.strip_prefix('~') {
        None => Ok(PathBuf::from(path)),
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            etcetera::home_dir().map(|home| at_home(path, &home)).map_err(|_| System::NoHome)
        }
        Some(_) => Err(System::OthersHome),
    }
}

/// `path` with that home folder for its `~`.
pub(crate) fn at_home(path: &str, home: &Path) -> PathBuf {
    match path.strip_prefix('~') {
        Some(rest) => home.join(rest.trim_start_matches('/')),
        None => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = Path::new("/home/u");
        assert_eq!(at_home("~/Videos", home), Path::new("/home/u/Videos"));
        assert_eq!(at_home("~", home), Path::new("/home/u"));
        assert_eq!(at_home("/srv/~x", home), Path::new("/srv/~x"));
    }
}
