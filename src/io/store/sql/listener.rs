//! Hears that other connections to a server have changed something.

use super::{
    Error, Server,
    server::{CONNECT, PAUSES_MS, WORKER, ready},
    tls::Tls,
};
use crate::store::wakeup::UNHEARD;
use domain::{mutex::lock, time::doubled};
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};
use tokio_postgres::{AsyncMessage, Client, Connection, Socket, tls::MakeTlsConnect};

/// How often to look once a call was heard, even one of our own.
const SLOW_LOOK: Duration = Duration::from_secs(2);

/// How long a listener gives way.
const GIVES_WAY: Duration = Duration::from_secs(60);

/// When the server last had no connection left for one that reads and writes. A listener is wanted, never needed: it
/// gives way.
static CROWDED: Mutex<Option<Instant>> = Mutex::new(None);

/// Notes whether the server had no connection left for one that reads and writes.
pub(super) fn set_crowded(is_crowded: bool) {
    *lock(&CROWDED) = is_crowded.then(Instant::now);
}

fn gives_way() -> bool {
    lock(&CROWDED).is_some_and(|at| at.elapsed() < GIVES_WAY)
}

/// Listens for the calls of other connections; ends when it is dropped.
#[derive(Debug)]
pub(in super::super) struct Listener(tokio::task::JoinHandle<()>);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Calls `heard` when another connection than `own` has changed something, and every now and then, until it says
/// `false`. Calls are only wanted, never relied on: where none are heard (PgBouncer), looking is what there is, and is
/// done more often.
pub(in super::super) fn listen(
    server: &Server,
    own: String,
    heard: impl Fn() -> bool + Send + Sync + 'static,
) -> Option<Listener> {
    let server = server.clone();
    let worker = WORKER.as_ref().ok()?;
    Some(Listener(worker.spawn(async move {
        let mut missed = 0;
        loop {
            if gives_way() {
                tokio::time::sleep(UNHEARD).await;
                if !heard() {
                    return;
                }
                continue;
            }
            if let Some((client, connection)) = connect(&server).await {
                match hear(&client, connection, &own, &heard).await {
                    Heard::Nothing => {}
                    Heard::UntilItBroke => missed = 0,
                    Heard::Enough => return,
                }
            }
            if !heard() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(doubled(PAUSES_MS.0, PAUSES_MS.1, missed))).await;
            missed = missed.saturating_add(1);
        }
    })))
}

type Line = Connection<Socket, <Tls as MakeTlsConnect<Socket>>::Stream>;

/// A connection of its own; `None` where the server is not reached.
async fn connect(server: &Server) -> Option<(Client, Line)> {
    // Reading a password may run a command.
    let at = server.clone();
    let made = tokio::task::spawn_blocking(move || {
        let (config, tls) = ready(&at)?;
        Ok::<_, Error>((config, Tls::new(tls.as_deref())?))
    });
    let (config, tls) = made.await.ok()?.ok()?;
    tokio::time::timeout(CONNECT * 2, config.connect(tls)).await.ok()?.ok()
}

/// How listening on a connection ended.
enum Heard {
    /// It does not let us listen.
    Nothing,
    /// It broke, or gave way.
    UntilItBroke,
    /// Nobody wants to hear any more.
    Enough,
}

/// Listens on that connection until it breaks, gives way or `heard` says `false`.
async fn hear(client: &Client, mut connection: Line, own: &str, heard: &(impl Fn() -> bool + Sync)) -> Heard {
    let (calls, mut called) = tokio::sync::mpsc::unbounded_channel();
    let _driver = Listener(tokio::spawn(async move {
        while let Some(Ok(message)) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notification(call) = message {
                let _ = calls.send(call.payload().to_owned());
            }
        }
    }));
    if client.batch_execute("LISTEN reeltop").await.is_err() {
        return Heard::Nothing;
    }
    let mut look = UNHEARD;
    loop {
        let call = tokio::time::timeout(look, called.recv()).await;
        if let Ok(Some(_)) = &call {
            look = SLOW_LOOK;
        }
        match call {
            Ok(Some(by)) if by == own => {}
            Ok(Some(_)) | Err(_) if heard() => {}
            Ok(Some(_)) | Err(_) => return Heard::Enough,
            Ok(None) => return Heard::UntilItBroke,
        }
        if gives_way() {
            return Heard::UntilItBroke;
        }
    }
}
