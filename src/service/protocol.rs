//! The seam between the program and a service's protocol: what a request becomes, what an answer means, and what the
//! service can do. The engine and the client ask a [`Protocol`]; only its folder knows a path, a field or a code.
//!
//! A second protocol is a folder beside `minimax_v1` with one type that implements [`Speaks`], its line in
//! [`Protocol::ALL`], and the config's key that chooses it.

use super::{
    answer::{BalanceVerdict, FileVerdict, FindVerdict, QueryVerdict, Reply, SubmitVerdict},
    call::Call,
    minimax_v1::MinimaxV1,
};
use domain::{
    catalogue::ModelSpec,
    request::{Request, StoredImage, WireNames},
    task::{FileId, RemoteId},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use std::{fmt, ops::Deref};

/// What a service can do besides taking a task and telling of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Can {
    /// Show what it charged, and what became of a lost answer.
    pub records: bool,
    /// Say what is left of the account's money.
    pub balance: bool,
}

/// What is asked of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask<'a> {
    /// Makes a video: the one call that costs money.
    Submit,
    /// How far a task is.
    Query(&'a RemoteId),
    /// Where a finished file can be had.
    File(&'a FileId),
    /// What is left of the account's money.
    Balance,
}

/// The text that stands for a stored picture in a request's body; `None` where it cannot be had.
pub type Picture<'a> = &'a mut dyn FnMut(&StoredImage) -> Option<String>;

/// A protocol. All of it is pure.
pub trait Speaks: Send + Sync {
    /// Its name in settings.
    fn name(&self) -> &'static str;

    /// What a service that speaks it can do.
    fn can(&self) -> Can;

    /// The call that a question becomes.
    fn call(&self, ask: Ask<'_>) -> Call;

    /// The JSON of a submission; `None` where a picture cannot be had. `spec` tells the defaults, which are left out.
    fn body(
        &self,
        request: &Request,
        spec: Option<&ModelSpec>,
        names: &WireNames,
        picture: Picture<'_>,
    ) -> Option<Value>;

    /// What the answer to [`Ask::Submit`] means.
    fn submitted(&self, reply: &Reply) -> SubmitVerdict;

    /// What the answer to [`Ask::Query`] means.
    fn queried(&self, reply: &Reply, asked: &RemoteId) -> QueryVerdict;

    /// What the answer to [`Ask::Query`] means about an ID that somebody else brought.
    ///
    /// # Errors
    /// Why there is nothing to adopt.
    fn found(&self, reply: &Reply, asked: &RemoteId) -> FindVerdict;

    /// What the answer to [`Ask::File`] means about the file that was asked for. `base_url` completes an address that
    /// is not whole.
    fn addressed(&self, reply: &Reply, asked: &FileId, base_url: &str) -> FileVerdict;

    /// What the answer to [`Ask::Balance`] means.
    ///
    /// # Errors
    /// Why there is no balance to show.
    fn balance(&self, reply: &Reply) -> BalanceVerdict;
}

/// The protocol of a profile, as a value: two are equal by name.
#[derive(Clone, Copy)]
pub struct Protocol(&'static dyn Speaks);

impl Protocol {
    /// The one that the gateway and MiniMax's own hosts speak.
    pub const MINIMAX_V1: Self = Self(&MinimaxV1);
    /// All there are.
    pub const ALL: [Self; 1] = [Self::MINIMAX_V1];

    /// One that is not among [`ALL`](Self::ALL).
    #[must_use]
    pub const fn new(speaks: &'static dyn Speaks) -> Self {
        Self(speaks)
    }
}

impl Deref for Protocol {
    type Target = dyn Speaks;

    fn deref(&self) -> &Self::Target {
        self.0
    }
}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Protocol {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Protocol {}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::ALL
            .into_iter()
            .find(|known| known.name() == name)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&name), &"a protocol's name"))
    }
}
