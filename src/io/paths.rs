//! Paths as a person types them.

use crate::tr;
use std::path::PathBuf;

/// `path` with a leading `~/` replaced by the home folder.
///
/// # Errors
/// When the home folder is not known, or another user's is meant.
pub(crate) fn expanded(path: &str) -> Result<PathBuf, &'static str> {
    let Some(rest) = path.strip_prefix('~') else {
        return Ok(PathBuf::from(path));
    };
    let home = || etcetera::home_dir().map_err(|_| tr!("the home folder is not known"));
    match rest.strip_prefix('/') {
        Some(inside) => Ok(home()?.join(inside)),
        None if rest.is_empty() => home(),
        None => Err(tr!("only ~/ is understood, not another user's ~name")),
    }
}
