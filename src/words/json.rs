//! A task as JSON on stdout.

use crate::voice::Voice;
use crate::{facts, reason};
use domain::{
    amount::{Amount, CostSource, Currency},
    carried::Carried,
    evidence::{Evidence, Record},
    export,
    problem::{ErrorClass, TaskError},
    task::{FileId, RemoteId, Row, SavedFile, Second, Task, TaskKey},
    time::Wall,
};
use engine::news::PassedOver;
use serde::Serialize;
use serde_json::{Value, json};

/// A task as `--json` prints it: [`task`] makes it. Serialized as it is written, without a tree of values between:
/// `export` does this a million times.
#[derive(Serialize)]
pub struct TaskLine<'a> {
    attempt: u32,
    bytes: Option<u64>,
    charged: &'static str,
    charged_again: Vec<Value>,
    cost: Option<Amount>,
    cost_ptc: Option<Amount>,
    cost_source: Option<CostSource>,
    created_at: String,
    currency: Currency,
    duration: u32,
    error: Option<Value>,
    evidence: Option<Value>,
    file_id: Option<&'a FileId>,
    finished_at: Option<String>,
    host: Option<&'a str>,
    key: String,
    model: &'a str,
    parent: Option<String>,
    path: Option<&'a str>,
    prompt: &'a str,
    put_away_at: Option<String>,
    request_id: Option<&'a str>,
    resolution: &'a str,
    sent_at: Option<String>,
    state: &'static str,
    status: Option<&'a str>,
    task_id: Option<&'a RemoteId>,
    trouble: Option<Value>,
    who: Option<&'a str>,
}

/// A task as `--json` prints it, one object a line. Ids and money are texts, times RFC 3339, and what there is not is
/// `null`; fields are added with time and never changed.
#[must_use]
pub fn task(task: &Task) -> TaskLine<'_> {
    let (request, saved) = (&task.request, task.saved());
    TaskLine {
        attempt: task.attempt,
        bytes: saved.map(|saved| saved.bytes),
        charged: task.charged().id(),
        charged_again: task.besides.twice.iter().map(second).collect(),
        cost: export::cost(task),
        cost_ptc: export::cost_ptc(task),
        cost_source: task.cost_source,
        created_at: task.created_at.rfc3339(),
        currency: task.currency,
        duration: request.duration,
        error: task.error().map(|error| failure(error, "next", json!(reason::next(&error.reason, &Voice::default())))),
        evidence: task.evidence.as_ref().map(evidence),
        file_id: task.file(),
        finished_at: task.finished_at.map(Wall::rfc3339),
        host: saved.and_then(|saved| saved.host.as_deref()),
        key: key(task.key),
        model: &request.model,
        parent: task.parent.map(key),
        path: saved.and_then(SavedFile::known_path),
        prompt: &request.prompt,
        put_away_at: task.put_away_at.map(Wall::rfc3339),
        request_id: task.request_id.as_deref(),
        resolution: &request.resolution,
        sent_at: task.sent_at.map(Wall::rfc3339),
        state: task.state().id(),
        status: Some(task.status()).filter(|status| !status.is_empty()),
        task_id: task.remote.as_ref(),
        trouble: task.trouble().map(|(error, since)| failure(error, "since", json!(since.map(Wall::rfc3339)))),
        who: task.who.as_deref(),
    }
}

impl TaskLine<'_> {
    /// With what keeps that unsent task from being sent by this machine.
    #[must_use]
    pub fn passed_over(self, task: &Task, why: PassedOver) -> Self {
        let message = facts::passed_over(&Row::of(task), why).parts.concat();
        let trouble = json!({ "code": "elsewhere", "class": ErrorClass::File.id(), "message": message, "since": null });
        Self { trouble: Some(trouble), ..self }
    }
}

/// A failure, or what holds a task up, and what belongs to that alone.
fn failure(error: &TaskError, name: &str, value: Value) -> Value {
    json!({
        "code": error.code,
        "class": error.class.id(),
        "message": reason::message(&error.reason, &Voice::default()),
        name: value,
    })
}

/// One more charge for the same call.
fn second(second: &Second) -> Value {
    json!({
        "request_id": second.request_id,
        "cost": second.cost.to_string(),
        "at": second.at.rfc3339(),
        "refunded_at": second.refund.given_at.map(Wall::rfc3339),
    })
}

/// What the gateway's records say of an unknown that they do not settle.
fn evidence(evidence: &Evidence) -> Value {
    let record = |record: &Record| {
        json!({
            "request_id": record.request_id,
            "at": record.at.map(Wall::rfc3339),
            "cost": record.cost.map(|cost| cost.to_string()),
            "task_id": record.task_id,
        })
    };
    match evidence {
        Evidence::NotSeen => json!({ "say": "not_created", "records": [], "others": [] }),
        Evidence::Ambiguous { records, others } => json!({
            "say": "unclear",
            "records": records.iter().map(record).collect::<Vec<_>>(),
            "others": others.iter().copied().map(key).collect::<Vec<_>>(),
        }),
    }
}

/// A line of `export`: all that [`task`] tells, and what `import` needs to make the same task of it.
#[must_use]
pub fn carried(carried: &Carried) -> Value {
    let mut line = json!(task(&carried.task));
    let fields = carried.fields(|event| reason::event(&event.what, &Voice::default()));
    if let Some(line) = line.as_object_mut() {
        line.extend(fields);
    }
    line
}

fn key(key: TaskKey) -> String {
    key.0.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        problem::{Charged, ErrorClass},
        reason::Reason,
        task::Phase,
        testing::{draft, task},
    };

    #[test]
    fn a_task_has_every_field_of_the_promise_and_null_for_what_there_is_not() {
        let queued = task(&draft(), Phase::Queued { not_before: Wall(0), put_back: None });
        assert_eq!(
            json!(super::task(&queued)),
            json!({
                "key": "12", "task_id": null, "state": "queued", "status": null, "model": "MiniMax-Hailuo-02",
                "prompt": "It's a \"cat\" \u{202e}", "resolution": "768P", "duration": 10, "attempt": 1, "parent": null,
                "file_id": null, "path": null, "host": null, "bytes": null, "cost_ptc": "0.5", "cost": "0.5", "currency": "PTC", "cost_source": "list", "charged": "no", "error": null,
                "trouble": null, "created_at": "2026-11-22T18:30:00Z", "sent_at": null, "finished_at": null,
                "request_id": null,
                "put_away_at": null, "who": null, "charged_again": [], "evidence": null,
            })
        );
    }

    #[test]
    fn a_saved_and_a_failed_task_tell_what_became_of_them() {
        let saved = SavedFile {
            host: None,
            path: "/v/12.mp4".into(),
            bytes: 9,
            sha256: "cd".into(),
            sides: None,
            length_ms: None,
        };
        let saved = Task {
            remote: Some(RemoteId("106916112212032".into())),
            parent: Some(TaskKey(11)),
            attempt: 2,
            sent_at: Some(Wall(1_795_372_203_000)),
            finished_at: Some(Wall(1_795_372_400_500)),
            cost: Amount::from_thousandths(700),
            ..task(&draft(), Phase::Saved { file: FileId("176".into()), saved })
        };
        let told = json!(super::task(&saved));
        for (field, expected) in [
            ("task_id", json!("106916112212032")),
            ("state", json!("saved")),
            ("status", json!("Success")),
            ("attempt", json!(2)),
            ("parent", json!("11")),
            ("file_id", json!("176")),
            ("path", json!("/v/12.mp4")),
            ("bytes", json!(9)),
            ("cost_ptc", json!("0.7")),
            ("cost", json!("0.7")),
            ("charged", json!("yes")),
            ("sent_at", json!("2026-11-22T18:30:03Z")),
            ("finished_at", json!("2026-11-22T18:33:20.5Z")),
        ] {
            assert_eq!(told[field], expected, "{field}");
        }
        let error = TaskError {
            code: "1026".into(),
            class: ErrorClass::PromptSensitive,
            reason: Reason::said("m", "", "n"),
            charged: Charged::No,
        };
        let told = json!(super::task(&task(&draft(), Phase::Failed { error })));
        let error = json!({ "code": "1026", "class": "prompt_sensitive", "message": "m", "next": "n" });
        assert_eq!((&told["error"], &told["charged"], &told["status"]), (&error, &json!("no"), &json!("Fail")));
    }
}
