//! One submission over a connection of its own: how long it may take, and what its end proves.
//!
//! ```text
//! connecting ---- CONNECT_TIMEOUT ----> no connection: nothing left
//! uploading  ---- stall, over again with each byte that the connection takes ----> not whole: proven not accepted
//! answering  ---- patience, from the last byte of the body on ----> unclear
//! ```
//!
//! Each of these ends is looked at once more before it counts: a program that was stopped (SIGSTOP, a laptop's lid)
//! finds its own time over and the answer in its socket at the same moment, and the answer is the truth.

use super::{
    answer::{Answer, Received, read, undecoded},
    dial::{Dial, Dialled, Uri},
    fault,
    key::Key,
    lease::Lease,
    progress::{Counted, Progress, Watch},
    transport::CONNECT_TIMEOUT,
};
use crate::foreign_text;
use domain::reason::{Reason, connect::Connect};
use http_body_util::Full;
use hyper::{Request, body::Bytes, client::conn::http1};
use reqwest::{
    Body, Response, Url,
    header::{
        ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT,
    },
};
use service::{
    answer::{ConnectionFault, Reply, SubmitVerdict},
    protocol::Protocol,
};
use std::{error::Error, io, time::Duration};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};

/// How long what has arrived may take to be read after the time is over.
const LAST_LOOK: Duration = Duration::from_secs(1);
/// How far an upload is is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(500);

type Failure = Box<dyn Error + Send + Sync>;

/// How long a submission may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Without the connection taking a byte of the upload.
    pub(super) stall: Duration,
    /// The time from the last byte of the body on until the whole answer is there.
    pub(super) answer: Duration,
}

/// Told how many bytes of the body have left, and of how many.
pub(super) type Tell = dyn Fn(u64, u64) + Send + Sync;

/// The route, key and protocol of a submission.
pub(super) struct Way<'a> {
    pub(super) dial: &'a Dial,
    pub(super) key: &'a Key,
    pub(super) protocol: Protocol,
}

/// Sends it once and says what came of it.
pub(super) async fn post(
    way: Way<'_>,
    url: &Url,
    body: Vec<u8>,
    patience: Patience,
    lease: Option<Lease>,
    tell: &Tell,
) -> Reply {
    let Way { dial, key, protocol } = way;
    let not_connected = |why, error: &(dyn Error + 'static)| Reply::NotConnected {
        why,
        detail: key.strike(foreign_text::causes(error)),
    };
    let to = match Uri::try_from(url.as_str()) {
        Ok(to) => to,
        Err(error) => return not_connected(ConnectionFault::Other, &error),
    };
    let dialled = match timeout(CONNECT_TIMEOUT, dial.connect(&to)).await {
        Ok(Ok(dialled)) => dialled,
        Ok(Err(error)) => return not_connected(fault::dialling(&error), &error),
        Err(late) => return not_connected(fault::timed_out(CONNECT_TIMEOUT), &late),
    };
    // As late as can be: what comes now is the writing itself.
    if lease.is_some_and(|lease| lease.is_over()) {
        return Reply::NotSent { why: Reason::Connect(Connect::Late) };
    }
    let (watch, mut received) = (Watch::new(body.len() as u64), Received::default());
    let exchange = exchange(dialled, url, &to, body, key, watch.clone(), &mut received);
    let (end, patience_over) = watched(exchange, &watch, patience, tell).await;
    let progress = watch.look();
    let broken = |received, why, detail| match progress.is_whole() {
        true => broken(received, why, detail, key, protocol),
        false => Reply::NotUploaded { why, handed: progress.handed, total: progress.total, detail },
    };
    match (end, patience_over) {
        // An answer to half a request does not count: its sender cannot have had the rest.
        (Some(Ok(answer)), _) if !progress.is_whole() && is_open(answer.http.as_u16()) => {
            let http = answer.http.as_u16();
            broken(
                received,
                ConnectionFault::Cut,
                key.strike(format!("HTTP {http} {}", answer.body.unwrap_or_default())),
            )
        }
        // A checksum that is wrong is an ending that is wrong.
        (Some(Ok(Answer { http, body: Err(fault), .. })), _) if http.is_success() => {
            broken(received, undecoded(&fault), format!("{fault:?}"))
        }
        (Some(Ok(answer)), _) => answer.reply(received, key),
        (Some(Err(error)), _) => {
            let why = progress.refused.and_then(|(_, kind)| fault::by_kind(kind));
            broken(
                received,
                why.unwrap_or_else(|| fault::of(error.as_ref())),
                key.strike(foreign_text::causes(error.as_ref())),
            )
        }
        (None, over) => match progress.refused {
            Some((_, kind)) => broken(
                received,
                fault::by_kind(kind).unwrap_or(ConnectionFault::Other),
                io::Error::from(kind).to_string(),
            ),
            None => broken(
                received,
                fault::timed_out(over),
                format!("{} of {} bytes left", progress.handed, progress.total),
            ),
        },
    }
}

/// What an answer proves that broke off before its end. Only its framing may have failed (a length that is wrong, a
/// last chunk that is missing): a body that is one JSON object to its last brace cannot lack a part, so an ID in it is
/// the task's. That alone is believed of it: the task counts as paid either way and is never sent again. A refusal
/// would be the word that it may be.
fn broken(received: Received, why: ConnectionFault, detail: String, key: &Key, protocol: Protocol) -> Reply {
    let whole = received.as_whole(key);
    let accepted = whole.filter(|reply| matches!(protocol.submitted(reply), SubmitVerdict::Accepted { .. }));
    accepted.unwrap_or_else(|| received.broken(why, detail, key))
}

/// Whether a status alone says nothing of what became of a whole request.
const fn is_open(http: u16) -> bool {
    http >= 500 || http == 408
}

/// The request and the whole answer to it, over a connection that was made.
async fn exchange(
    dialled: Dialled,
    url: &Url,
    to: &Uri,
    body: Vec<u8>,
    key: &Key,
    watch: Watch,
    received: &mut Received,
) -> Result<Answer, Failure> {
    let (mut line, connection) = http1::handshake(Counted::new(dialled.io, watch)).await?;
    // Reading and writing go on side by side, whatever the one who waits is doing.
    let _driven = Driven(tokio::spawn(async move {
        // Its failure is the failure of the request, which is told there.
        let _ = connection.await;
    }));
    let mut host = url.host_str().unwrap_or_default().to_owned();
    if let Some(port) = url.port() {
        host = format!("{host}:{port}");
    }
    let origin = to.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(if dialled.forwarder.is_some() { url.as_str() } else { origin })
        .header(HOST, host)
        .header(ACCEPT, "*/*")
        .header(ACCEPT_ENCODING, "identity")
        .header(USER_AGENT, super::transport::USER_AGENT)
        .header(CONTENT_TYPE, "application/json")
        .header(AUTHORIZATION, key.header.clone());
    if let Some(auth) = dialled.forwarder.flatten() {
        request = request.header(PROXY_AUTHORIZATION, HeaderValue::clone(&auth));
    }
    let answer = line.send_request(request.body(Full::<Bytes>::from(body))?).await?;
    Ok(read(Response::from(answer.map(Body::wrap)), super::MAX_BODY, key, received).await?)
}

/// Ends the connection with the one who waits for it.
struct Driven(JoinHandle<()>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Waits for the end of an exchange for as long as it may take; `None` when it took longer than the time that is given
/// back.
async fn watched<T>(
    exchange: impl Future<Output = T>,
    watch: &Watch,
    patience: Patience,
    tell: &Tell,
) -> (Option<T>, Duration) {
    tokio::pin!(exchange);
    let (mut tell_at, mut told) = (Instant::now() + TELL_EVERY, 0);
    loop {
        let progress = watch.look();
        let (deadline, over) = deadline(&progress, patience);
        let now = Instant::now();
        if now >= deadline {
            if let Ok(end) = timeout(LAST_LOOK, &mut exchange).await {
                return (Some(end), over);
            }
            // An upload that went on in that moment is none that stands still.
            if watch.look() == progress {
                return (None, over);
            }
            continue;
        }
        if now >= tell_at {
            tell_at = now + TELL_EVERY;
            if progress.handed != told {
                told = progress.handed;
                tell(progress.handed, progress.total);
            }
        }
        let wake = if progress.left.is_some() && told == progress.total { deadline } else { deadline.min(tell_at) };
        tokio::select! {
            biased;
            end = &mut exchange => return (Some(end), over),
            () = sleep_until(wake) => {}
        }
    }
}

/// When an exchange has taken too long, and how long that is.
fn deadline(progress: &Progress, patience: Patience) -> (Instant, Duration) {
    match (progress.left, progress.refused) {
        (Some(left), _) => (left + patience.answer, patience.answer),
        (None, Some((at, _))) => (at + LAST_LOOK, LAST_LOOK),
        // The connection took it all and holds it back: it is as if it had left.
        (None, None) if progress.is_whole() => (progress.moved + patience.answer, patience.answer),
        (None, None) => (progress.moved + patience.stall, patience.stall),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::time::sleep;

    const SECOND: Duration = Duration::from_secs(1);
    const PATIENCE: Patience = Patience { stall: Duration::from_secs(30), answer: Duration::from_secs(120) };

    /// What an exchange that ends after so long comes to, its ten bytes handed over by `steps`: when, and how many by
    /// then.
    async fn run(ends_after: Duration, steps: &[(u64, u64)]) -> (Option<()>, Duration) {
        let watch = Watch::new(10);
        let exchange = async {
            let begun = Instant::now();
            for (second, handed) in steps {
                sleep_until(begun + Duration::from_secs(*second)).await;
                watch.pretend(*handed);
            }
            sleep_until(begun + ends_after).await;
        };
        watched(exchange, &watch, PATIENCE, &|_, _| ()).await
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_s_time_begins_with_the_last_byte_of_the_body() {
        let slow: Vec<(u64, u64)> = (1..=10).map(|step| (29 * step, step)).collect();
        assert_eq!(run(400 * SECOND, &slow).await.0, Some(()));
        assert_eq!(run(420 * SECOND, &slow).await, (None, PATIENCE.answer));
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_stands_still_is_given_up_whatever_went_before() {
        assert_eq!(run(400 * SECOND, &[(1, 3), (20, 9)]).await, (None, PATIENCE.stall));
        assert_eq!(run(20 * SECOND, &[(1, 3)]).await.0, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_come_by_the_end_of_its_time_is_still_read() {
        // A program that was stopped finds its time over first and its answer, or room on the connection, a moment
        // later.
        let moment = Duration::from_millis(100);
        assert_eq!(run(120 * SECOND + moment, &[(0, 10)]).await.0, Some(()));
        assert_eq!(run(124 * SECOND, &[(0, 10)]).await.0, None);
        let watch = Watch::new(10);
        let exchange = async {
            sleep(PATIENCE.stall + moment).await;
            watch.pretend(10);
            sleep(100 * SECOND).await;
        };
        assert_eq!(watched(exchange, &watch, PATIENCE, &|_, _| ()).await.0, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_upload_is_told_twice_a_second_and_a_short_one_never() {
        let told = Arc::<Mutex<Vec<(u64, u64)>>>::default();
        let heard = Arc::clone(&told);
        let watch = Watch::new(10);
        let exchange = async {
            for handed in 1..=10 {
                sleep(Duration::from_millis(200)).await;
                watch.pretend(handed);
            }
            sleep(60 * SECOND).await;
        };
        let tell = move |done, total| heard.lock().unwrap().push((done, total));
        watched(exchange, &watch, PATIENCE, &tell).await;
        let told = told.lock().unwrap().clone();
        assert!((4..=6).contains(&told.len()) && told.last() == Some(&(10, 10)), "{told:?}");
        assert!(told.is_sorted_by(|before, after| before < after), "{told:?}");
    }
}
