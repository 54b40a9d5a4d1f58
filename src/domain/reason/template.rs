//! Why a template was not written into the config.

use super::system::System;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotKept {
    File(System),
    /// It is no TOML, so nothing can be added to it.
    Faulty,
    /// It has a template of that name.
    Taken,
    /// Its templates are written in a form that no line can be added to.
    OtherForm,
}

impl From<std::io::Error> for NotKept {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.into())
    }
}
