//! A call of a service as data: what is asked of which address, and with what in its head. Who carries it out knows
//! hosts, keys and lines, and no path.

use serde::{Deserialize, Serialize};

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Asks.
    Get,
    /// Hands over.
    Post,
    /// Takes away.
    Delete,
}

/// What a path is below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Under {
    /// The profile's `path_prefix`, as the calls of the model's own API are.
    Prefix,
    /// The host itself, as the gateway's own calls are.
    Host,
}

/// What goes along, and so which `Content-Type`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    None,
    /// `application/json`: the request, which is put together with its pictures when it is sent.
    Request,
    /// `multipart/form-data` with one file in the field of that name.
    File {
        /// The field's name.
        field: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub method: Method,
    /// What [`path`](Self::path) is below.
    pub under: Under,
    /// The path, from its slash on.
    pub path: String,
    /// What goes behind the `?`, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Whether it carries the account's key.
    pub key: bool,
    /// What it carries besides.
    pub payload: Payload,
}

impl Call {
    /// A question with the account's key.
    #[must_use]
    pub fn get(under: Under, path: impl Into<String>) -> Self {
        let path = path.into();
        Self { method: Method::Get, under, path, query: Vec::new(), key: true, payload: Payload::None }
    }

    /// The call with one more parameter behind its path.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }
}
