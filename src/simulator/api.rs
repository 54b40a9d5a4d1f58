//! The service's HTTP face: submit, query, file; and how any call is let in and answered.

use super::{
    Shared, callback,
    connection::Scissors,
    fault::{Fault, FaultSet},
    gateway,
    taken::{GatewayWords, Taken, base_resp, said, wire_id},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Query},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{collections::HashMap, convert::Infallible, sync::Arc};

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

pub(super) type Params = Query<HashMap<String, String>>;

/// One API, under every prefix that hosts have it under, and the gateway's own beside it where it plays the gateway.
pub(super) fn router(shared: Arc<Shared>, gateway: bool) -> Router {
    let mut router = if gateway { gateway::routes() } else { Router::new() };
    for prefix in ["/minimaxi/v1", "/v1", ""] {
        router = router
            .route(&format!("{prefix}/video_generation"), post(submit))
            .route(&format!("{prefix}/query/video_generation"), get(query))
            .route(&format!("{prefix}/files/retrieve"), get(file));
    }
    router.fallback(nothing_here).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(shared)
}

/// How a call is answered.
pub(super) enum Answer {
    Json(u16, Value),
    /// The same, without a `request-id`.
    Nameless(u16, Value),
    Page(u16),
    RetryLater(u64),
    Silence,
    Close,
    Reset,
}

/// Who calls, and by which line.
pub(super) struct Caller {
    shared: Arc<Shared>,
    connection: Scissors,
    headers: HeaderMap,
}

/// A call that came through the door.
pub(super) struct Visit<'a> {
    /// Its `request-id`.
    pub(super) id: &'a str,
    /// Its own faults.
    pub(super) faults: FaultSet,
}

impl FromRequestParts<Arc<Shared>> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Infallible> {
        let connection =
            parts.extensions.get().map(|ConnectInfo(connection): &ConnectInfo<Scissors>| connection.clone());
        Ok(Self {
            shared: Arc::clone(shared),
            connection: connection.unwrap_or_default(),
            headers: parts.headers.clone(),
        })
    }
}

impl Caller {
    /// Answers any caller with a key.
    pub(super) async fn answer(self, work: impl FnOnce(&Arc<Shared>, Visit<'_>) -> Answer) -> Response {
        let refused = key(&self.shared, &self.headers).err();
        self.through(|shared, visit| refused.unwrap_or_else(|| work(shared, visit))).await
    }

    /// Answers anybody.
    pub(super) async fn through(self, work: impl FnOnce(&Arc<Shared>, Visit<'_>) -> Answer) -> Response {
        let (faults, id) = self.shared.change(|books, _| (books.next_call(), books.request_id()));
        let answer = door(faults).unwrap_or_else(|| work(&self.shared, Visit { id: &id, faults }));
        let named = !matches!(answer, Answer::Nameless(..));
        let mut answer = give(answer, &self.shared, &self.connection).await;
        if let Some(id) = HeaderValue::from_str(&id).ok().filter(|_| named) {
            answer.headers_mut().insert("request-id", id);
        }
        answer
    }
}

async fn submit(caller: Caller, body: Bytes) -> Response {
    let work = |shared: &Arc<Shared>, visit: Visit<'_>| match serde_json::from_slice(&body) {
        Ok(body) => {
            let taken = shared.change(|books, now| books.submit(body, visit.id, now));
            if let Taken::Accepted { id, faults, callback: Some(address) } = &taken {
                callback::follow(shared, id.clone(), address.clone(), *faults);
            }
            taken_as(&taken)
        }
        Err(_) => refusal(2013, "invalid params, the body is not JSON", FaultSet::default()),
    };
    caller.answer(work).await
}

async fn query(caller: Caller, params: Params) -> Response {
    let asked = |shared: &Arc<Shared>, visit: Visit<'_>| {
        Answer::Json(200, shared.change(|books, now| books.query(param(&params, "task_id"), visit.id, now)))
    };
    caller.answer(asked).await
}

async fn file(caller: Caller, params: Params) -> Response {
    caller.answer(|shared, _| retrieve(shared, param(&params, "file_id"))).await
}

async fn nothing_here(caller: Caller) -> Response {
    caller.through(|_, _| by_gateway(404, NOT_FOUND)).await
}

pub(super) fn param<'a>(params: &'a HashMap<String, String>, name: &str) -> &'a str {
    params.get(name).map_or("", String::as_str)
}

/// The connection's faults.
fn door(faults: FaultSet) -> Option<Answer> {
    [
        (Fault::Hang, Answer::Silence),
        (Fault::Reset, Answer::Reset),
        (Fault::Html200, Answer::Page(200)),
        (Fault::Html502, Answer::Page(502)),
    ]
    .into_iter()
    .find_map(|(fault, answer)| faults.has(fault).then_some(answer))
}

fn key(shared: &Shared, headers: &HeaderMap) -> Result<(), Answer> {
    let key = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match (key.filter(|key| !key.is_empty()), &shared.key) {
        (None, _) => Err(by_gateway(401, NO_KEY)),
        (Some(given), Some(right)) if given != right => Err(refusal(
            1004,
            "login fail: please carry the API secret key in the Authorization field",
            FaultSet::default(),
        )),
        (Some(_), _) => Ok(()),
    }
}

fn taken_as(taken: &Taken) -> Answer {
    let json = |value: Option<Value>, faults: &FaultSet| match value {
        Some(value) if faults.has(Fault::NoRequestId) => Answer::Nameless(200, value),
        value => Answer::Json(200, value.unwrap_or_default()),
    };
    match taken {
        Taken::Accepted { faults, .. } if faults.has(Fault::LostAnswer) => Answer::Close,
        Taken::Accepted { faults, .. } if faults.has(Fault::Http500After) => {
            Answer::Json(500, json!({ "base_resp": base_resp(1000, "unknown error") }))
        }
        Taken::Accepted { faults, .. } | Taken::Refused { faults, .. } => json(taken.answer(), faults),
        Taken::TooMany => Answer::RetryLater(2),
        Taken::Gateway(words) => by_gateway(402, *words),
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
        // Storage compares whole seconds: an address that has run out is at least one behind.
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
                    "bytes": if known { shared.clip(file).len() } else { 0 },
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

fn by_gateway(http: u16, words: GatewayWords) -> Answer {
    let GatewayWords { code, message, message_cn, message_jp } = words;
    let error = json!({ "err_code": code, "message": message, "message_cn": message_cn, "message_jp": message_jp, "type": "api_error" });
    Answer::Json(http, json!({ "error": error }))
}

async fn give(answer: Answer, shared: &Shared, connection: &Scissors) -> Response {
    match answer {
        Answer::Json(http, value) | Answer::Nameless(http, value) => reply(http, "application/json", value.to_string()),
        Answer::Page(http) => reply(http, "text/html", "<html><body><h1>Bad Gateway</h1></body></html>".into()),
        Answer::RetryLater(seconds) => {
            let mut answer =
                reply(429, "application/json", json!({ "base_resp": base_resp(1002, "rate limit") }).to_string());
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            answer
        }
        Answer::Silence => {
            shared.stopped().await;
            connection.close();
            Response::default()
        }
        Answer::Close => {
            connection.close();
            Response::default()
        }
        Answer::Reset => {
            connection.reset();
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
