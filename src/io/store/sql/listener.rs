//! Hears that other connections to a server have changed something.

use super::{
    Error, Server,
    server::{CONNECT, PAUSES_MS, WORKER, ready},
    tls::Tls,
};
use crate::store::wakeup::UNHEARD;
use domain::{mutex::lock, time::doubled};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio_postgres::AsyncMessage;

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
    let (server, heard) = (server.clone(), Arc::new(heard));
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
            // Reading a password may run a command.
            let at = server.clone();
            let made = tokio::task::spawn_blocking(move || {
                let (config, tls) = ready(&at)?;
                Ok::<_, Error>((config, Tls::new(tls.as_deref())?))
            });
            if let Ok(Ok((config, tls))) = made.await
                && let Ok(Ok((client, mut connection))) = tokio::time::timeout(CONNECT * 2, config.connect(tls)).await
            {
                let (calls, mut called) = tokio::sync::mpsc::unbounded_channel();
                let drive = tokio::spawn(async move {
                    while let Some(Ok(message)) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
                        if let AsyncMessage::Notification(call) = message {
                            let _ = calls.send(call.payload().to_owned());
                        }
                    }
                });
                if client.batch_execute("LISTEN reeltop").await.is_ok() {
                    missed = 0;
                    let mut look = UNHEARD;
                    loop {
                        let call = tokio::time::timeout(look, called.recv()).await;
                        if let Ok(Some(_)) = &call {
                            look = SLOW_LOOK;
                        }
                        match call {
                            Ok(Some(by)) if by == own => {}
                            Ok(Some(_)) | Err(_) if heard() => {}
                            Ok(Some(_)) | Err(_) => return,
                            Ok(None) => break,
                        }
                        if gives_way() {
                            break;
                        }
                    }
                }
                drive.abort();
            }
            if !heard() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(doubled(PAUSES_MS.0, PAUSES_MS.1, missed))).await;
            missed = missed.saturating_add(1);
        }
    })))
}
