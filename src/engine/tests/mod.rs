//! The engine against a model of the store and a hand that plays the service: every effect is kept until the test
//! answers it, and after every message the rules that always hold are checked.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod answers;
mod audit;
mod budget;
mod callback;
mod clock;
mod disk;
mod ending;
mod evidence;
mod expected;
mod given_back;
mod hold;
mod ids;
mod late;
mod named_wait;
mod outage;
mod overtaken;
mod pace;
mod paid;
mod plan;
mod poll;
mod portion;
mod profiles;
mod random;
mod records;
mod risk;
mod save;
mod save_again;
mod shared;
mod stops;
mod trouble;
mod uploads;
mod world;

#[path = "../../../tests/support/rig.rs"]
mod rig;

use crate::{
    Bare, Driven,
    act::{Act, Intent, RefundStep, ResolvedAs},
    effect::{Effect, HttpCmd, SaveCmd, StoreCmd},
    msg::{HttpMsg, Msg, SaveMsg, SendResult, Signal, StoreMsg},
    news::{ActNews, Left, News, NotDone, NotQueued},
    settings::{Scope, Settings},
    testing,
    work::Work,
};
use domain::{
    account::HaltCause,
    amount::Amount,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Met, Own, Reason, store, system::System},
    retry::Caution,
    task::{MoneyEvent, Phase, RemoteId, Task, TaskKey, TaskState},
    time::{DAY, HOUR, MINUTE, Mono, Now, SECOND, Wall},
};
use service::answer::{ConnectionFault, Reply, SubmitVerdict};
use std::ops::{Deref, DerefMut};
use world::World;

/// An answer of HTTP 200 with that body.
fn ok(body: &str) -> Reply {
    Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body: body.into() }
}

fn http(http: u16) -> Reply {
    Reply::Answered { http, retry_after_ms: None, request_id: None, body: String::new() }
}

fn accepted(id: &str) -> Reply {
    ok(&format!(r#"{{"task_id":"{id}","base_resp":{{"status_code":0}}}}"#))
}

fn code(code: i64) -> Reply {
    ok(&format!(r#"{{"task_id":"","base_resp":{{"status_code":{code},"status_msg":"so it says"}}}}"#))
}

fn status(word: &str) -> Reply {
    ok(&format!(r#"{{"status":"{word}","base_resp":{{"status_code":0}}}}"#))
}

fn success(file: &str) -> Reply {
    ok(&format!(r#"{{"status":"Success","file_id":"{file}","base_resp":{{"status_code":0}}}}"#))
}

fn address() -> Reply {
    ok(r#"{"file":{"download_url":"https://files.example/a.mp4","bytes":7},"base_resp":{"status_code":0}}"#)
}

fn not_connected() -> Reply {
    Reply::NotConnected { why: ConnectionFault::NoWay, detail: "no route".into() }
}

fn timed_out() -> Reply {
    Reply::Broken { why: ConnectionFault::TimedOut { after_ms: 120_000 }, request_id: None, detail: "120 s".into() }
}

fn intents(n: usize) -> Vec<Intent> {
    vec![
        Intent { request: testing::request(), parent: None, agreed: vec![], name: None, typed: None, profile: None };
        n
    ]
}

fn key(n: u32) -> TaskKey {
    TaskKey(n)
}

fn connection_down() -> store::Fault {
    let why = store::Why::Server { kind: store::Trouble::Away, said: "no connection".into() };
    store::Fault { deed: store::Deed::SaveChanges, file: "postgres://db/reel".into(), why }
}

fn disk_full() -> store::Fault {
    let why = store::Why::System(System::Full);
    store::Fault { deed: store::Deed::SaveChanges, file: "tasks.db".into(), why }
}
