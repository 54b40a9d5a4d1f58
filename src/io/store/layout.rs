//! Where in the data folder the store's files are.

use super::fault;
use crate::private_files;
use domain::reason::store::Fault;
use std::path::{Path, PathBuf};

/// The folder of running programs, under the data folder.
const RUN_DIR: &str = "run";

/// The store itself.
pub(super) fn file_of(dir: &Path) -> PathBuf {
    dir.join(private_files::STORE)
}

/// The folder of running programs.
pub(super) fn run_of(dir: &Path) -> PathBuf {
    dir.join(RUN_DIR)
}

/// Makes the data folder and the folder of running programs, for nobody else to look into (prompts are private).
pub(super) fn make_folders(dir: &Path) -> Result<(), Fault> {
    let run = run_of(dir);
    private_files::make_folder(&run).map_err(|error| fault::folder(&run, error))
}
