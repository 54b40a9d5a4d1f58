//! What becomes of a submission, and how the service says it.

use super::fault::{Fault, FaultSet};
use serde_json::{Value, json};

/// A refusal of the gateway, in the languages that it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GatewayWords {
    pub(super) code: i64,
    pub(super) message: &'static str,
    pub(super) message_cn: &'static str,
    pub(super) message_jp: &'static str,
}

pub(super) const NO_BALANCE: GatewayWords = GatewayWords {
    code: -10_004,
    message: "Insufficient balance",
    message_cn: "余额不足，请充值",
    message_jp: "残高が不足しています",
};

pub(super) const NO_CHANNEL: GatewayWords = GatewayWords {
    code: -10_008,
    message: "No channel available",
    message_cn: "当前无可用渠道",
    message_jp: "利用可能なチャネルがありません",
};

/// What becomes of a submission.
#[derive(Debug, PartialEq)]
pub(super) enum Taken {
    /// It is a task now; the faults say how the answer goes wrong.
    Accepted { id: String, faults: FaultSet, callback: Option<String> },
    /// Not taken, by the service's own code.
    Refused { code: i64, message: String, faults: FaultSet },
    /// Not taken, HTTP 429.
    TooMany,
    /// Not taken, by the gateway.
    Gateway(GatewayWords),
    /// Never answered, not taken.
    Silence,
    /// The connection is reset, not taken.
    Cut,
}

impl Taken {
    /// What it is answered with, where the gateway comes to answer; lost answers are in its records too.
    pub(super) fn answer(&self) -> Option<Value> {
        match self {
            Self::Accepted { faults, .. } if faults.has(Fault::BusyAfter) => {
                Some(json!({ "task_id": "", "base_resp": base_resp(1000, &said("unknown error", *faults)) }))
            }
            Self::Accepted { id, faults, .. } => {
                Some(json!({ "task_id": wire_id(id, *faults), "base_resp": base_resp(0, &said("success", *faults)) }))
            }
            Self::Refused { code, message, faults } => {
                Some(json!({ "task_id": "", "base_resp": base_resp(*code, &said(message, *faults)) }))
            }
            Self::TooMany | Self::Gateway(_) | Self::Silence | Self::Cut => None,
        }
    }
}

/// `text` as the service says it.
pub(super) fn said(text: &str, faults: FaultSet) -> String {
    if faults.has(Fault::Escapes) {
        format!("\x1b[31;5m{text}\x1b[2J\x1b]0;owned\x07\u{202e}\r\n\0")
    } else {
        text.to_owned()
    }
}

pub(super) fn wire_id(id: &str, faults: FaultSet) -> Value {
    match id.parse::<u64>() {
        Ok(number) if faults.has(Fault::NumberIds) => json!(number),
        _ => json!(id),
    }
}

pub(super) fn base_resp(code: i64, message: &str) -> Value {
    json!({ "status_code": code, "status_msg": message })
}
