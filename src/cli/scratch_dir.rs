//! Data folders that are there for the time of one call.

use super::Stop;
use ::io::private_files;
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use words::{problem::Problem, tr};

/// A folder that goes with the call, unless the person named it.
pub(super) struct ScratchDir {
    pub(super) path: PathBuf,
    is_named: bool,
}

impl ScratchDir {
    /// The folder that was named, or a new one among the temporary files.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn new(named: Option<PathBuf>) -> Result<Self, Stop> {
        let is_named = named.is_some();
        let path = named.unwrap_or_else(|| std::env::temp_dir().join(format!("reeltop-{}", std::process::id())));
        private_files::make_folder(&path).map_err(|error| {
            let what = tr!("cannot create the folder {path}", path = path.display());
            let next = if is_named {
                tr!("Name another folder with --data-dir.")
            } else {
                tr!("Set TMPDIR to a folder that can be written.")
            };
            Problem::new(what, error.to_string(), next)
        })?;
        Ok(Self { path, is_named })
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        if !self.is_named {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Makes a file in that folder and takes it away again.
pub(super) fn probe(dir: &Path) -> io::Result<()> {
    let probe = dir.join(format!(".reeltop-{}", std::process::id()));
    let made = fs::OpenOptions::new().write(true).create_new(true).open(&probe);
    let _ = fs::remove_file(&probe);
    made.map(drop)
}
