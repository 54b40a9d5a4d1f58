//! A task as JSON on stdout.

use crate::reason;
use crate::voice::Voice;
use domain::{
    carried::Carried,
    evidence::{Evidence, Record},
    export,
    task::{Second, Task, TaskKey},
    time::Wall,
};
use serde_json::{Value, json};

/// A task as `--json` prints it, one object a line. Ids and money are texts, times RFC 3339, and what there is not is
/// `null`; fields are added with time and never changed.
#[must_use]
pub fn task(task: &Task) -> Value {
    let (request, voice) = (&task.request, Voice::default());
    let saved = task.saved();
    json!({
        "key": key(task.key),
        "task_id": task.remote,
        "state": task.state().id(),
        "status": Some(task.status()).filter(|status| !status.is_empty()),
        "model": request.model,
        "prompt": request.prompt,
        "resolution": request.resolution,
        "duration": request.duration,
        "attempt": task.attempt,
        "parent": task.parent.map(key),
        "file_id": task.file(),
        "path": saved.map(|saved| &saved.path),
        "host": saved.and_then(|saved| saved.host.as_ref()),
        "bytes": saved.map(|saved| saved.bytes),
        "cost_ptc": export::cost_ptc(task),
        "cost": export::cost(task),
        "currency": task.currency,
        "cost_source": task.cost_source,
        "charged": task.charged().id(),
        "error": task.error().map(|error| json!({
            "code": error.code,
            "class": error.class.id(),
            "message": reason::message(&error.reason, &voice),
            "next": reason::next(&error.reason, &voice),
        })),
        "trouble": task.trouble().map(|(error, since)| json!({
            "code": error.code,
            "class": error.class.id(),
            "message": reason::message(&error.reason, &voice),
            "since": since.map(Wall::rfc3339),
        })),
        "created_at": task.created_at.rfc3339(),
        "sent_at": task.sent_at.map(Wall::rfc3339),
        "finished_at": task.finished_at.map(Wall::rfc3339),
        "request_id": task.request_id,
        "put_away_at": task.put_away_at.map(Wall::rfc3339),
        "who": task.who,
        "charged_again": task.besides.twice.iter().map(second).collect::<Vec<_>>(),
        "evidence": task.evidence.as_ref().map(evidence),
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
    let mut line = task(&carried.task);
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
        amount::Amount,
        problem::{Charged, ErrorClass, TaskError},
        reason::Reason,
        task::{FileId, Phase, RemoteId, SavedFile},
        testing::{draft, task},
    };

    #[test]
    fn a_task_has_every_field_of_the_promise_and_null_for_what_there_is_not() {
        let queued = task(&draft(), Phase::Queued { not_before: Wall(0), put_back: None });
        assert_eq!(
            super::task(&queued),
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
        let told = super::task(&saved);
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
        let told = super::task(&task(&draft(), Phase::Failed { error }));
        let error = json!({ "code": "1026", "class": "prompt_sensitive", "message": "m", "next": "n" });
        assert_eq!((&told["error"], &told["charged"], &told["status"]), (&error, &json!("no"), &json!("Fail")));
    }
}
