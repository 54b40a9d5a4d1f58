//! The service's HTTP face: submit, query, file, balance.

use super::{
    Shared,
    fault::{Fault, FaultSet},
    line::Scissors,
    world::{GatewayWords, Taken, base_resp, said, wire_id},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, DefaultBodyLimit, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

/// Three pictures of 20 MB as base64, and some room.
const MAX_BODY: usize = 96 * 1024 * 1024;

const NO_KEY: GatewayWords = GatewayWords {
    code: -10_001,
    message: "Missing API key",
    message_cn: "缺少 API KEY",
    message_jp: "APIキーがありません",
};
const NOT_FOUND: GatewayWords = GatewayWords {
    code: -10_010,
    message: "Not found",
    message_cn: "资源未找到",
    message_jp: "リソースが見つかりません",
};

type Params = Query<HashMap<String, String>>;

/// One API, under every prefix that hosts have it under.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new().route("/dashboard/balance", get(balance));
    for prefix in ["/minimaxi/v1", "/v1", ""] {
        router = router
            .route(&format!("{prefix}/video_generation"), post(submit))
            .route(&format!("{prefix}/query/video_generation"), get(query))
            .route(&format!("{prefix}/files/retrieve"), get(file));
    }
    router.fallback(nothing_here).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(shared)
}

/// How a call is answered.
enum Answer {
    Json(u16, Value),
    Page(u16),
    RetryLater(u64),
    Silence,
    Close,
    Reset,
}

async fn submit(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Scissors>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = match door(&shared, &headers) {
        Err(answer) => answer,
        Ok(()) => match serde_json::from_slice(&body) {
            Ok(body) => taken(shared.change(|books, now| books.submit(body, now))),
            Err(_) => refusal(2013, "invalid params, the body is not JSON", FaultSet::default()),
        },
    };
    give(answer, &shared, &line).await
}

async fn query(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Scissors>,
    headers: HeaderMap,
    Query(params): Params,
) -> Response {
    let answer = door(&shared, &headers).map_or_else(
        |answer| answer,
        |()| Answer::Json(200, shared.change(|books, now| books.query(param(&params, "task_id"), now))),
    );
    give(answer, &shared, &line).await
}

async fn file(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Scissors>,
    headers: HeaderMap,
    Query(params): Params,
) -> Response {
    let answer =
        door(&shared, &headers).map_or_else(|answer| answer, |()| retrieve(&shared, param(&params, "file_id")));
    give(answer, &shared, &line).await
}

async fn balance(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(line): ConnectInfo<Scissors>,
    headers: HeaderMap,
) -> Response {
    let answer = door(&shared, &headers).map_or_else(
        |answer| answer,
        |()| {
            shared.change(|books, _| {
                books.counts.balances += 1;
                Answer::Json(200, json!({ "data": { "balance": books.balance.to_string() } }))
            })
        },
    );
    give(answer, &shared, &line).await
}

async fn nothing_here(State(shared): State<Arc<Shared>>, ConnectInfo(line): ConnectInfo<Scissors>) -> Response {
    give(gateway(404, NOT_FOUND), &shared, &line).await
}

fn param<'a>(params: &'a HashMap<String, String>, name: &str) -> &'a str {
    params.get(name).map_or("", String::as_str)
}

/// What every call passes: the line's faults, then the key.
fn door(shared: &Shared, headers: &HeaderMap) -> Result<(), Answer> {
    let faults = shared.change(|books, _| books.next_call());
    for (fault, answer) in [
        (Fault::Hang, Answer::Silence),
        (Fault::Reset, Answer::Reset),
        (Fault::Html200, Answer::Page(200)),
        (Fault::Html502, Answer::Page(502)),
    ] {
        if faults.has(fault) {
            return Err(answer);
        }
    }
    let key = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match (key.filter(|key| !key.is_empty()), &shared.key) {
        (None, _) => Err(gateway(401, NO_KEY)),
        (Some(given), Some(right)) if given != right => Err(refusal(
            1004,
            "login fail: please carry the API secret key in the Authorization field",
            FaultSet::default(),
        )),
        (Some(_), _) => Ok(()),
    }
}

fn taken(taken: Taken) -> Answer {
    match taken {
        Taken::Accepted { faults, .. } if faults.has(Fault::LostAnswer) => Answer::Close,
        Taken::Accepted { faults, .. } if faults.has(Fault::Http500After) => {
            Answer::Json(500, json!({ "base_resp": base_resp(1000, "unknown error") }))
        }
        Taken::Accepted { id, faults } => Answer::Json(
            200,
            json!({ "task_id": wire_id(&id, faults), "base_resp": base_resp(0, &said("success", faults)) }),
        ),
        Taken::Refused { code, message, faults } => refusal(code, &message, faults),
        Taken::TooMany => Answer::RetryLater(2),
        Taken::Gateway(words) => gateway(402, words),
        Taken::Silence => Answer::Silence,
        Taken::Cut => Answer::Reset,
    }
}

fn retrieve(shared: &Shared, file: &str) -> Answer {
    shared.change(|books, now| {
        books.counts.files += 1;
        let Some(task) = books.file(file, now) else {
            return refusal(2013, "invalid params, file_id does not exist", FaultSet::default());
        };
        let created = now.0 / 1_000;
        // Storage compares whole seconds: an address that has run out lies at least one behind.
        let expires = if task.faults.take(Fault::ExpiredAddress) {
            created - 60
        } else {
            now.plus(shared.address_life_ms).0 / 1_000
        };
        let id = wire_id(file, task.faults);
        let known = file.bytes().last().is_some_and(|digit| digit % 2 == 0);
        Answer::Json(
            200,
            json!({
                "file": {
                    "file_id": id,
                    // The service often says 0.
                    "bytes": if known { super::CLIP.len() } else { 0 },
                    "created_at": created,
                    "filename": "output.mp4",
                    "purpose": "video_generation",
                    "download_url": shared.signer.address(&shared.storage_url, "v", file, expires),
                    "backup_download_url": shared.signer.address(&shared.storage_url, "b", file, expires),
                },
                "base_resp": base_resp(0, "success"),
            }),
        )
    })
}

fn refusal(code: i64, message: &str, faults: FaultSet) -> Answer {
    Answer::Json(200, json!({ "task_id": "", "base_resp": base_resp(code, &said(message, faults)) }))
}

fn gateway(http: u16, words: GatewayWords) -> Answer {
    let GatewayWords { code, message, message_cn, message_jp } = words;
    let error = json!({ "err_code": code, "message": message, "message_cn": message_cn, "message_jp": message_jp, "type": "api_error" });
    Answer::Json(http, json!({ "error": error }))
}

async fn give(answer: Answer, shared: &Shared, line: &Scissors) -> Response {
    match answer {
        Answer::Json(http, value) => reply(http, "application/json", value.to_string()),
        Answer::Page(http) => reply(http, "text/html", "<html><body><h1>Bad Gateway</h1></body></html>".into()),
        Answer::RetryLater(seconds) => {
            let mut answer =
                reply(429, "application/json", json!({ "base_resp": base_resp(1002, "rate limit") }).to_string());
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            answer
        }
        Answer::Silence => {
            shared.stopped().await;
            line.close();
            Response::default()
        }
        Answer::Close => {
            line.close();
            Response::default()
        }
        Answer::Reset => {
            line.reset();
            Response::default()
        }
    }
}

fn reply(http: u16, kind: &'static str, body: String) -> Response {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::from_u16(http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}
