//! What became of a person's own files: the config that a template was written into, the videos that were saved.

use domain::{reason::template::NotKept, task::TaskKey};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserFiles {
    /// A prompt was written into the config's templates, or why not.
    TemplateKept {
        name: String,
        prompt: String,
        /// The config file.
        path: String,
        /// Whether it is there.
        result: Result<(), NotKept>,
    },
    /// It was looked whether files are still there.
    FilesFound {
        /// The tasks whose files were looked for.
        keys: Vec<TaskKey>,
        missing: Missing,
    },
}

/// Saved tasks whose file is not at its place on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// It is gone.
    pub gone: Vec<TaskKey>,
    /// It is on the machine that saved it.
    pub elsewhere: Vec<TaskKey>,
    /// Its name was forgotten with the prompt.
    pub nameless: Vec<TaskKey>,
}
