//! Entries of a task's time line and of its ledger.

use crate::work::Work;
use domain::task::{Event, LedgerLine, MoneyEvent, Task, What};
use service::answer::{Reply, redact};

/// An entry of a time line, now.
pub(super) fn event(work: &Work, what: What) -> Event {
    Event { at: work.now.wall, what, raw: None, request_id: None }
}

/// What a task's whole money becomes now, as a line of its ledger.
pub(super) fn money(work: &Work, event: MoneyEvent, task: &Task) -> LedgerLine {
    LedgerLine { at: work.now.wall, event, amount: task.money() }
}

/// An entry of a time line with the raw answer behind it, secrets removed.
pub(super) fn answer_event(work: &Work, what: What, reply: &Reply) -> Event {
    let raw = match reply {
        Reply::Answered { http, body, .. } => Some(format!("HTTP {http} {}", redact(body))),
        Reply::Redirected { http, to, body, .. } => Some(format!("HTTP {http} {} {}", redact(to), redact(body))),
        Reply::NotConnected { detail, .. } | Reply::NotUploaded { detail, .. } | Reply::Broken { detail, .. } => {
            Some(detail.clone())
        }
        Reply::NotSent { .. } => None,
    };
    Event { raw, request_id: reply.request_id().map(str::to_owned), ..event(work, what) }
}

/// An entry of a time line for what the gateway's records say of a call.
pub(super) fn answer_of_records(work: &Work, what: What, request_id: Option<&str>) -> Event {
    Event { request_id: request_id.map(str::to_owned), ..event(work, what) }
}
