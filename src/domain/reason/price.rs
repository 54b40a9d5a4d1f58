//! What is wrong with an amount or a price that somebody wrote.

use crate::amount::Amount;
use serde::{Deserialize, Serialize};

/// Why a text is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountFault {
    /// It is no decimal number, or one far too large.
    NoAmount {
        /// What was written.
        text: String,
    },
    /// It has more than six digits behind the point.
    TooFine {
        /// What was written.
        text: String,
    },
    /// It names no currency of ours.
    NoCurrency {
        /// What was written.
        text: String,
    },
}

/// Why an entry of `[profiles.NAME.prices]` is no price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceFault {
    /// Its key is not `MODEL/RESOLUTION/SECONDS`.
    NoKey { key: String },
    /// There is no such model.
    NoModel {
        /// What was written.
        model: String,
        /// What was meant, most likely.
        near: Option<String>,
    },
    /// The model has no such resolution.
    NoResolution {
        model: String,
        /// What was written.
        resolution: String,
        /// What it has.
        offered: Vec<String>,
    },
    /// The model makes no video of that length at that resolution.
    NoDuration {
        model: String,
        resolution: String,
        /// What was written, in seconds.
        seconds: u32,
        /// What it makes, in seconds.
        offered: Vec<u32>,
    },
    BelowNothing {
        /// What was written.
        amount: Amount,
    },
}
