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
        /// Those among them whose file is gone.
        missing: Vec<TaskKey>,
        /// Those whose file is on the machine that saved it, and not here.
        elsewhere: Vec<TaskKey>,
    },
}
