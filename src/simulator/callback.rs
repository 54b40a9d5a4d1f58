//! The service's posts to the callback address of a submission: a challenge first, then the task's state at each
//! change.

use super::{
    Shared,
    fault::{Fault, FaultSet, draw},
};
use domain::time::{SECOND, Wall};
use reqwest::{Client, header};
use serde_json::{Value, json};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// How long an address has to give the challenge back, and to take any other post.
const PATIENCE: Duration = Duration::from_secs(3);
/// How far behind a late post is.
const LATE: u64 = 30 * SECOND;

/// A post and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    pub task: String,
    /// What was posted.
    pub body: Value,
    /// The status it was answered with; `None` where no answer came in time.
    pub status: Option<u16>,
}

/// What the poster needs to know of a task.
pub(super) struct Progress {
    /// A query's answer, in the words of callbacks.
    pub(super) answer: Value,
    /// Since when it is so.
    pub(super) since: Wall,
    /// When it ends; `None` where it has.
    pub(super) ends: Option<Wall>,
}

/// Posts for that task until it ends, the address does not give the challenge back, or the simulator stops.
pub(super) fn follow(shared: &Arc<Shared>, task: String, address: String, faults: FaultSet) {
    if faults.has(Fault::NoCallback) {
        return;
    }
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let posts = async {
            let poster = Poster { shared: &shared, task, address, faults };
            if poster.challenge().await {
                poster.posts().await;
            }
        };
        tokio::select! {
            () = shared.stopped() => {}
            () = posts => {}
        }
    });
}

struct Poster<'a> {
    shared: &'a Shared,
    task: String,
    address: String,
    faults: FaultSet,
}

impl Poster<'_> {
    async fn challenge(&self) -> bool {
        let number = self.task.bytes().fold(0, |sum, byte| draw(sum, 1_002, byte.into()));
        let challenge = json!({ "challenge": format!("{number:016x}") });
        self.post(&challenge).await.is_some_and(|echo| echo == challenge)
    }

    async fn posts(&self) {
        let mut posted = Value::Null;
        loop {
            let Some(Progress { answer, since, ends }) =
                self.shared.change(|books, now| books.progress(&self.task, now))
            else {
                return;
            };
            if answer["status"] != posted {
                posted = answer["status"].clone();
                if self.faults.has(Fault::LateCallback) {
                    self.shared.clock.until(since.plus(LATE)).await;
                }
                for _ in 0..=u8::from(self.faults.has(Fault::DoubleCallback)) {
                    self.post(&answer).await;
                }
            }
            match ends {
                Some(at) => self.shared.clock.until(at).await,
                None => return,
            }
        }
    }

    /// Posts it; the JSON of an answer with success.
    async fn post(&self, body: &Value) -> Option<Value> {
        let request =
            client().post(&self.address).header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        let answer = request.send().await.ok();
        let status = answer.as_ref().map(|answer| answer.status().as_u16());
        let text = match answer.filter(|answer| answer.status().is_success()) {
            Some(answer) => answer.text().await.ok(),
            None => None,
        };
        self.shared.note_callback(Callback { task: self.task.clone(), body: body.clone(), status });
        serde_json::from_str(&text?).ok()
    }
}

/// One client for all simulators of the process; the machine's certificates are read once.
fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        // Set already is as good.
        rustls::crypto::ring::default_provider().install_default().ok();
        let builder = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
        builder.build().unwrap_or_default()
    })
}
