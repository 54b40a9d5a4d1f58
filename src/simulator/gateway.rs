//! The gateway's own calls, beside MiniMax's: balance, records, its price list, uploads.

use super::{
    Shared,
    api::{Answer, Caller, Params, param},
    books::Books,
    fault::Fault,
    records::Entry,
    rules,
};
use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, header},
    response::Response,
    routing::{get, post},
};
use domain::{amount::Amount, catalogue::ModelSpec, time::Wall};
use serde_json::{Value, json};
use std::sync::Arc;

const UPLOAD_PRICE: Amount = Amount::from_thousandths(1);
/// The most that an upload may have, in bytes.
const MOST: usize = 50 * 1024 * 1024;
/// The most bytes that are kept of all uploads together; the oldest go first.
const KEPT: usize = 2 * MOST;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/dashboard/balance", get(balance))
        .route("/dashboard/record/{id}", get(record))
        .route("/dashboard/api-record", get(records))
        .route("/302/v2/model/video", get(models))
        .route("/302/upload-file", post(upload))
}

async fn balance(caller: Caller) -> Response {
    caller
        .answer(|shared, _| {
            shared.change(|books, _| {
                books.counts.balances += 1;
                Answer::Json(200, json!({ "data": { "balance": books.balance.to_string() } }))
            })
        })
        .await
}

async fn record(caller: Caller, Path(id): Path<String>) -> Response {
    let denied = json!({ "code": 403, "msg": "no access" });
    caller
        .answer(|shared, visit| {
            looked(shared, visit.faults.has(Fault::RecordsDenied), denied, |books, now| books.log.one(&id, now))
        })
        .await
}

async fn records(caller: Caller, params: Params) -> Response {
    let denied = json!({ "code": -1, "msg": "permission denied: manage key" });
    let number = |name| param(&params, name).parse::<i64>().ok();
    let size = |name, or| number(name).and_then(|n| usize::try_from(n).ok()).unwrap_or(or);
    let (page, limit) = (size("page", 1), size("limit", 20));
    let seconds = (number("start_time").unwrap_or(0), number("end_time").unwrap_or(i64::MAX));
    caller
        .answer(|shared, visit| {
            looked(shared, visit.faults.has(Fault::RecordsDenied), denied, |books, now| {
                books.log.page(page, limit, seconds, now)
            })
        })
        .await
}

fn looked(shared: &Shared, refuse: bool, denied: Value, look: impl FnOnce(&Books, Wall) -> Value) -> Answer {
    shared.change(|books, now| {
        books.counts.records += 1;
        Answer::Json(200, if refuse { denied } else { look(books, now) })
    })
}

async fn models(caller: Caller) -> Response {
    caller
        .through(|shared, visit| {
            let other = visit.faults.has(Fault::OtherPrices);
            let models: Vec<Value> = shared.change(|books, _| {
                let listed = books.catalogue.models.iter().enumerate();
                listed
                    .filter(|(n, _)| !(other && *n == 1))
                    .map(|(n, spec)| listed_model(spec, other && n == 0))
                    .collect()
            });
            Answer::Json(200, json!({ "total": models.len(), "models": models }))
        })
        .await
}

fn listed_model(spec: &ModelSpec, dearer: bool) -> Value {
    let price = rules::flat_price(spec).times(if dearer { 2 } else { 1 });
    json!({
        "model_name": spec.name,
        "display_name": spec.name,
        "price_text": format!("{price} PTC/次"),
        "price_text_en": format!("{price} PTC/call"),
    })
}

async fn upload(caller: Caller, headers: HeaderMap, body: Bytes) -> Response {
    let refusal = |message: &str| Answer::Json(200, json!({ "code": -1, "msg": message }));
    caller
        .answer(|shared, visit| {
            if visit.faults.has(Fault::UploadFails) {
                return refusal("upload failed");
            }
            match file_of(&headers, &body) {
                None => refusal("no file"),
                Some(file) if file.len() > MOST => refusal("the file is larger than 50MB"),
                Some(file) => Answer::Json(200, shared.change(|books, now| kept(books, shared, file, visit.id, now))),
            }
        })
        .await
}

fn kept(books: &mut Books, shared: &Shared, file: Bytes, request_id: &str, now: Wall) -> Value {
    books.counts.uploads += 1;
    books.counts.charged += UPLOAD_PRICE;
    books.balance = books.balance - UPLOAD_PRICE;
    let answer = json!({ "code": 200, "data": format!("{}/u/{request_id}", shared.storage_url) });
    books.log.write(Entry {
        request_id: request_id.into(),
        at: now,
        path: "/302/upload-file",
        model: "upload-file".into(),
        cost: UPLOAD_PRICE,
        charged: true,
        prompt: String::new(),
        task: None,
        bodies: (Value::Null, answer.clone()),
        faults: super::fault::FaultSet::default(),
    });
    books.uploads.push((request_id.into(), file));
    while books.uploads.iter().map(|(_, file)| file.len()).sum::<usize>() > KEPT {
        books.uploads.remove(0);
    }
    answer
}

/// The one file of a form, in its field `file`.
fn file_of(headers: &HeaderMap, body: &Bytes) -> Option<Bytes> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = kind.strip_prefix("multipart/form-data")?.split("boundary=").nth(1)?.trim_matches('"');
    let find =
        |what: &[u8], from: usize| body[from..].windows(what.len()).position(|part| part == what).map(|at| from + at);
    let head = find(format!("--{boundary}\r\n").as_bytes(), 0)?;
    let start = find(b"\r\n\r\n", head)? + 4;
    let end = find(format!("\r\n--{boundary}").as_bytes(), start)?;
    let head = String::from_utf8_lossy(&body[head..start]);
    head.contains("name=\"file\"").then(|| body.slice(start..end))
}
