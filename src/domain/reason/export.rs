//! Why tasks were not written to a file.

use super::{store, system::System};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotExported {
    /// They could not be read.
    Store(store::Fault),
    File(System),
}

impl From<store::Fault> for NotExported {
    fn from(fault: store::Fault) -> Self {
        Self::Store(fault)
    }
}

impl From<std::io::Error> for NotExported {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.into())
    }
}
