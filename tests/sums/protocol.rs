//! A second protocol, made up: other paths, other words, and the file's address in the answer to a query. The same
//! engine, store, client and downloader take its task from the submission to the saved file.

use super::{start_with, until};
use ::io::store::Store;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::{
    catalogue::ModelSpec,
    request::{Request, WireNames},
    task::{FileId, Phase, RemoteId, TaskKey},
};
use engine::{
    Bare,
    act::{Act, Intent},
    msg::Msg,
};
use serde_json::{Value, json};
use service::{
    answer::{Address, BalanceVerdict, FileVerdict, FindVerdict, QueryVerdict, Reply, Source, SubmitVerdict},
    call::{Call, Method, Payload, Under},
    protocol::{Ask, Can, Picture, Protocol, Speaks},
};
use simulator::{CLIP, SimClock};
use std::{
    fs,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, runtime::Builder};

struct Toy;

/// The fields of an answer with success.
fn fields(reply: &Reply) -> Option<Value> {
    match reply {
        Reply::Answered { http: 200, body, .. } => serde_json::from_str(body).ok(),
        _ => None,
    }
}

fn text(fields: &Value, name: &str) -> Option<String> {
    fields[name].as_str().map(str::to_owned)
}

fn address(fields: &Value) -> Option<Address> {
    Some(Address { url: text(fields, "video")?, backup: None, bytes: None, expires: None })
}

impl Speaks for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn can(&self) -> Can {
        Can { records: false, balance: false }
    }

    fn call(&self, ask: Ask<'_>) -> Call {
        match ask {
            Ask::Submit => {
                Call { method: Method::Post, payload: Payload::Request, ..Call::get(Under::Host, "/toy/jobs") }
            }
            Ask::Query(RemoteId(job)) | Ask::File(FileId(job)) => Call::get(Under::Host, format!("/toy/jobs/{job}")),
            Ask::Balance => Call::get(Under::Host, "/toy/money"),
        }
    }

    fn body(&self, request: &Request, _: Option<&ModelSpec>, _: &WireNames, _: Picture<'_>) -> Option<Value> {
        Some(json!({ "words": request.prompt }))
    }

    fn submitted(&self, reply: &Reply) -> SubmitVerdict {
        match fields(reply).and_then(|fields| text(&fields, "job")) {
            Some(job) => SubmitVerdict::Accepted { id: RemoteId(job) },
            None => Protocol::MINIMAX_V1.submitted(reply),
        }
    }

    fn queried(&self, reply: &Reply, asked: &RemoteId) -> QueryVerdict {
        let Some(fields) = fields(reply) else { return Protocol::MINIMAX_V1.queried(reply, asked) };
        match address(&fields) {
            Some(address) => QueryVerdict::Ready { source: Source::Here { file: FileId(asked.0.clone()), address } },
            None => QueryVerdict::Running { status: text(&fields, "state").unwrap_or_default(), known: true },
        }
    }

    fn found(&self, reply: &Reply, asked: &RemoteId) -> FindVerdict {
        Protocol::MINIMAX_V1.found(reply, asked)
    }

    fn addressed(&self, reply: &Reply, asked: &FileId, base_url: &str) -> FileVerdict {
        match fields(reply).and_then(|fields| address(&fields)) {
            Some(address) => FileVerdict::Address(address),
            None => Protocol::MINIMAX_V1.addressed(reply, asked, base_url),
        }
    }

    fn balance(&self, reply: &Reply) -> BalanceVerdict {
        Protocol::MINIMAX_V1.balance(reply)
    }
}

/// A service that speaks it. It keeps what it was asked; the first address it gives may be dead.
#[derive(Clone)]
struct Service {
    base: String,
    dead_at_first: bool,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn note(&self, what: String) -> usize {
        let mut seen = self.seen.lock().unwrap();
        seen.push(what.clone());
        seen.iter().filter(|one| **one == what).count()
    }

    async fn start(dead_at_first: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let service = Self { base, dead_at_first, seen: Arc::default() };
        let router = Router::new()
            .route("/toy/jobs", post(made))
            .route("/toy/jobs/{job}", get(told))
            .route("/clips/{name}", get(clip))
            .fallback(|State(service): State<Self>| async move {
                service.note("something else".into());
                StatusCode::NOT_FOUND
            })
            .with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }
}

async fn made(State(service): State<Service>, Json(body): Json<Value>) -> Json<Value> {
    service.note(format!("make {}", body["words"].as_str().unwrap()));
    Json(json!({ "job": "j-1" }))
}

async fn told(State(service): State<Service>, Path(job): Path<String>) -> Json<Value> {
    match service.note(format!("tell {job}")) {
        1 => Json(json!({ "state": "working" })),
        2 if service.dead_at_first => Json(json!({ "video": format!("{}/clips/gone", service.base) })),
        _ => Json(json!({ "video": format!("{}/clips/here", service.base) })),
    }
}

async fn clip(State(service): State<Service>, Path(name): Path<String>) -> Response {
    service.note(format!("clip {name}"));
    if name == "gone" { StatusCode::FORBIDDEN.into_response() } else { CLIP.into_response() }
}

#[test]
fn a_task_of_another_protocol_runs_from_the_submission_to_the_saved_file() {
    for (dead_at_first, expected) in [
        (false, &["make a fox", "tell j-1", "tell j-1", "clip here"][..]),
        (true, &["make a fox", "tell j-1", "tell j-1", "clip gone", "tell j-1", "clip here"]),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let service = runtime.block_on(Service::start(dead_at_first));
        let mut program = start_with(dir.path(), &service.base, SimClock::manual(), runtime, Protocol::new(&Toy));
        let request = Request::plain("MiniMax-Hailuo-02", "a fox", "768P", 6);
        let intents = vec![Intent { request, parent: None, agreed: vec![], name: None, typed: None, profile: None }];
        program.take(Msg::Act(Act::Queue { intents, undo: false }));
        until(&mut program, |state: &Bare| state.work.tasks.rows.values().any(|row| !row.state.is_live()));
        program.take(Msg::Act(Act::Quit));
        until(&mut program, |_| false);
        program.store.close();
        let task = Store::open(dir.path()).unwrap().look(&[TaskKey(1)]).unwrap().remove(0);
        let Phase::Saved { saved, .. } = &task.phase else { panic!("{:?}", task.phase) };
        assert_eq!(fs::read(&saved.path).unwrap(), CLIP);
        assert_eq!(*service.seen.lock().unwrap(), expected, "no other call was made");
    }
}
