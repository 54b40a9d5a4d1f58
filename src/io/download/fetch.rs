//! From an address to the part: one request, or a few when a resume turns out not to be possible.

use super::{
    part::{Note, Part, Resume},
    trouble::{self, PartThen, Trouble},
    writer::BATCH,
};
use crate::{
    client::why,
    content_encoding::{Decoder, ENOUGH, Fault, is_labelled},
    foreign_text,
};
use domain::{
    mp4::is_mp4,
    reason::{
        ConnectionFault,
        transfer::{Dropped, Mp4, Transfer},
    },
};
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{
        ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, IF_RANGE, RANGE,
        TRANSFER_ENCODING,
    },
};
use std::{error::Error, fmt, io, iter, time::Duration};
use tokio::{sync::watch, time};

/// Progress is told at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);
/// A resume can be impossible for two reasons in a row (the file changed, the server ignores ranges), not for more.
const PASSES: u32 = 3;
/// Coded bytes are decoded in pieces of this size: each of them can grow a thousandfold.
const PIECE: usize = 4 * 1024;
/// The most that one piece can decode to.
const MOST_OF_A_PIECE: usize = 8 * 1024 * 1024;
/// Up to here a coded file may unpack to whatever it likes; beyond, to at most so many times what came: videos do not
/// compress, so more is a bomb.
const FREE: u64 = 64 * 1024 * 1024;
const MOST_TIMES: u64 = 20;

/// What one fetch is to do.
pub(super) struct Job<'a> {
    /// Give up on a line that brought no byte for this long.
    pub(super) stall: Duration,
    /// The most that is taken, in bytes: more than that is no video.
    pub(super) most: u64,
    /// The length by the service's own word, which may be wrong.
    pub(super) said: Option<u64>,
    /// Turns true when the person wants it stopped.
    pub(super) stop: watch::Receiver<bool>,
    /// Called with the bytes that have come and the whole length.
    pub(super) progress: &'a (dyn Fn(u64, Option<u64>) + Send + Sync),
}

/// How a fetch ended, when it did not bring the whole file.
#[derive(Debug)]
pub(super) enum End {
    /// The storage does not honour the address any more.
    Dead(String),
    /// It failed otherwise.
    Failed(Trouble),
    /// Stopped on request.
    Stopped,
}

impl End {
    /// Whether it ended here, so that no other address can do better.
    pub(super) fn is_ours(&self) -> bool {
        match self {
            Self::Stopped => true,
            Self::Failed(trouble) => trouble.is_ours(),
            Self::Dead(_) => false,
        }
    }

    /// The end of both, where the backup brought no video either: of two troubles the first one's, of a trouble and a
    /// dead address the trouble.
    pub(super) fn or(self, backup: Self) -> Self {
        match (self, backup) {
            (Self::Failed(first), Self::Failed(second)) if !second.is_ours() => {
                Self::Failed(Trouble { again: first.again || second.again, part: second.part, ..first })
            }
            (first @ Self::Failed(_), Self::Dead(_)) => first,
            (_, backup) => backup,
        }
    }
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble)
    }
}

/// Whether what has come is proven to be all, or only not known to lack anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// Its length, its framing or its coding says so.
    Proven,
    /// The line was closed, which may as well have cut it off.
    Assumed,
}

/// Brings the part up to the whole file. Its length has been checked against what the storage announced.
pub(super) async fn fetch(client: &Client, url: &Url, part: &mut Part, job: &mut Job<'_>) -> Result<Whole, End> {
    let mut ranges = true;
    let mut passes = 0;
    while passes < PASSES {
        passes += 1;
        let resume = if ranges { part.resume().map_err(|e| trouble::disk(&part.path, e))? } else { None };
        let answer = ask(client, url, resume.as_ref(), job).await?;
        match (answer.status(), &resume) {
            (StatusCode::OK, _) => return from_start(answer, part, job).await,
            (StatusCode::PARTIAL_CONTENT, None) if is_all(&answer) => return from_start(answer, part, job).await,
            (StatusCode::PARTIAL_CONTENT, Some(from)) if goes_on(&answer, from) => {
                let whole = content_range(&answer).and_then(|range| range.whole).or(from.length);
                let framed = is_framed(&answer);
                let coming = Coming { answer, decoder: Decoder::plain(), coded: 0, ended: false };
                let have = copy(coming, part, Vec::new(), from.have, whole, job).await?;
                match whole {
                    // Less than was asked for is not the end of the file: the next range goes on.
                    Some(whole) if have < whole && have > from.have => passes = 0,
                    Some(whole) if have < whole => return Err(trouble::connection("range", Transfer::Resume).into()),
                    whole => return as_long(have, whole, framed),
                }
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(from))
                if content_range(&answer).and_then(|range| range.whole) == Some(from.have) =>
            {
                return Ok(Whole::Proven);
            }
            // An answer to a range that does not fit what is there: all of it is fetched again.
            (StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => ranges = false,
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE, _) => {
                return Err(End::Dead(refusal(answer, job).await?));
            }
            (status, _) => {
                let status = status.as_u16();
                return Err(trouble::connection(&format!("HTTP {status}"), Transfer::Status(status)).into());
            }
        }
    }
    Err(trouble::connection("range", Transfer::Resume).into())
}

async fn ask(client: &Client, url: &Url, resume: Option<&Resume>, job: &mut Job<'_>) -> Result<Response, End> {
    // Identity: lengths and ranges are those of the file only while nobody compresses it on the way.
    let mut request = client.get(url.clone()).header(ACCEPT_ENCODING, "identity");
    if let Some(Resume { have, etag, .. }) = resume {
        request = request.header(RANGE, format!("bytes={have}-")).header(IF_RANGE, etag);
    }
    match within(job, request.send()).await? {
        Ok(answer) => Ok(answer),
        Err(error) if error.is_connect() => Err(dropped(error, Transfer::NoConnection).into()),
        Err(error) => Err(dropped(error, Transfer::Broken).into()),
    }
}

/// A body on its way.
struct Coming {
    answer: Response,
    decoder: Decoder,
    /// Bytes of it that have come, as they came.
    coded: u64,
    ended: bool,
}

impl Coming {
    /// Waits for more and appends it to `out`, decoded, unless the body has ended.
    async fn next(&mut self, out: &mut Vec<u8>, job: &mut Job<'_>) -> Result<(), End> {
        match within(job, self.answer.chunk()).await? {
            Ok(Some(bytes)) => {
                let piece = if self.decoder.is_plain() == Some(true) { bytes.len() } else { PIECE };
                for piece in bytes.chunks(piece.max(1)) {
                    self.coded += piece.len() as u64;
                    let most = out.len() + MOST_OF_A_PIECE;
                    self.decoder.push(piece, out, most).map_err(undecoded)?;
                    if out.len() as u64 > FREE.max(self.coded.saturating_mul(MOST_TIMES)) {
                        return Err(undecoded(Fault::TooLarge).into());
                    }
                }
                Ok(())
            }
            Ok(None) => {
                self.ended = true;
                Ok(self.decoder.finish(out, out.len() + MOST_OF_A_PIECE).map_err(undecoded)?)
            }
            Err(error) => Err(dropped(error, Transfer::Broken).into()),
        }
    }
}

/// What arrived decides, not how it is called: neither its type nor its label says what it is.
async fn from_start(answer: Response, part: &mut Part, job: &mut Job<'_>) -> Result<Whole, End> {
    let kind = text(&answer, &CONTENT_TYPE).filter(|kind| is_a_page(kind)).map(|kind| foreign_text::quote(kind, 60));
    let etag = text(&answer, &ETAG).filter(|etag| is_strong(etag)).map(str::to_owned);
    let length = text(&answer, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if length.is_some_and(|length| length > job.most) {
        return Err(trouble::too_large(job.most).into());
    }
    let mut coming = Coming { decoder: Decoder::of(answer.headers()), answer, coded: 0, ended: false };
    let mut begun = Vec::new();
    while begun.len() < ENOUGH && !coming.ended {
        coming.next(&mut begun, job).await?;
    }
    if !is_mp4(&begun) {
        let page = kind.is_some() || looks_like_a_page(&begun);
        let why = if page { Transfer::Page(kind) } else { Transfer::NotMp4(Mp4::Start) };
        // Nothing of it was written: what is there stays as it was.
        return Err(Trouble { part: PartThen::Keep, ..trouble::no_video(why) }.into());
    }
    // Lengths, ranges and validators of a coded body are those of its coded bytes, of which nothing is kept.
    let plain = coming.decoder.is_plain() == Some(true);
    let note = Note { etag: etag.filter(|_| plain), length: length.filter(|_| plain) };
    let whole = note.length;
    let framed = !plain || is_framed(&coming.answer);
    part.begin(note).map_err(|e| trouble::disk(&part.path, e))?;
    let have = copy(coming, part, begun, 0, whole, job).await?;
    as_long(have, whole, framed)
}

/// Holds what has come against the length that was announced.
fn as_long(have: u64, whole: Option<u64>, framed: bool) -> Result<Whole, End> {
    match whole {
        Some(whole) if whole != have => Err(trouble::no_video(Transfer::WrongLength { have, whole }).into()),
        None if !framed => Ok(Whole::Assumed),
        Some(_) | None => Ok(Whole::Proven),
    }
}

/// Whether the end of the body shows itself; else it ends with the line.
fn is_framed(answer: &Response) -> bool {
    [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|name| answer.headers().contains_key(name))
}

/// Writes behind what is there: what has `come` already, then the rest. Gives how much is there then.
async fn copy(
    mut coming: Coming,
    part: &mut Part,
    mut come: Vec<u8>,
    have: u64,
    whole: Option<u64>,
    job: &mut Job<'_>,
) -> Result<u64, End> {
    if whole.is_some_and(|whole| whole > job.most) {
        return Err(trouble::too_large(job.most).into());
    }
    let path = part.path.clone();
    let disk = |error: io::Error| trouble::disk(&path, error);
    let mut writer = part.writer().map_err(disk)?;
    let mut told: Option<time::Instant> = None;
    // Of what is handed over to be written: decoded, where it came coded.
    let (before, mut have) = (have, have);
    let end = loop {
        let all = have + come.len() as u64;
        if all > job.most {
            come.clear();
            break Err(trouble::too_large(job.most).into());
        }
        if all - before > FREE.max(coming.coded.saturating_mul(MOST_TIMES)) {
            break Err(undecoded(Fault::TooLarge).into());
        }
        // What a slow connection brings is written whenever progress is told.
        let due = told.is_none_or(|at| at.elapsed() >= PROGRESS_EVERY);
        if !come.is_empty() && (due || come.len() >= BATCH) {
            writer.write(&mut come).await.map_err(disk)?;
            have = all;
            if due {
                told = Some(time::Instant::now());
                (job.progress)(have, whole);
            }
        }
        if coming.ended {
            break Ok(());
        }
        if let Err(end) = coming.next(&mut come, job).await {
            break Err(end);
        }
    };
    // Also after a failure: what has come is what the next try goes on with.
    have += come.len() as u64;
    writer.write(&mut come).await.map_err(disk)?;
    part.written(writer.end().await.map_err(disk)?);
    end.map(|()| have)
}

/// A body whose coding keeps the video.
fn undecoded(fault: Fault) -> Trouble {
    trouble::no_video(match fault {
        Fault::NotKnown(coding) => Transfer::Coding(foreign_text::quote(&coding, 40)),
        Fault::Damaged => Transfer::DamagedCoding,
        Fault::TooLarge => Transfer::Bomb,
    })
}

/// Waits for the connection, but not longer than the stall time-out, and not against the person's will.
async fn within<T>(job: &mut Job<'_>, step: impl Future<Output = T>) -> Result<T, End> {
    tokio::select! {
        biased;
        // A closed channel means that nobody can ask for a stop any more, not that somebody did.
        Ok(_) = job.stop.wait_for(|stop| *stop) => Err(End::Stopped),
        done = time::timeout(job.stall, step) => done.map_err(|_| {
            let ms = u64::try_from(job.stall.as_millis()).unwrap_or(u64::MAX);
            trouble::connection("stall", Transfer::Stalled(ms)).into()
        }),
    }
}

/// The address is left out of the message: it is signed, and is all that is needed to get the file.
fn dropped(error: reqwest::Error, how: fn(Dropped) -> Transfer) -> Trouble {
    let error = error.without_url();
    let mut causes = iter::successors(error.source(), |cause| (*cause).source());
    if let Some(astray) = causes.find_map(|cause| cause.downcast_ref::<Astray>()) {
        return trouble::connection(
            "line",
            match astray {
                Astray::TooFar => Transfer::TooManyRedirects,
                Astray::Open => Transfer::OpenRedirect,
                Astray::Login => Transfer::LoginRedirect,
            },
        );
    }
    let why = why(&error, Duration::ZERO);
    let named = matches!(
        why,
        ConnectionFault::NotTrusted
            | ConnectionFault::ProxyLogin
            | ConnectionFault::ProxyRefused
            | ConnectionFault::NoProxy
    );
    let why = if named { Dropped::Line(why) } else { Dropped::Said(foreign_text::causes(&error)) };
    trouble::connection("line", how(why))
}

/// Why an address is not asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Astray {
    /// It comes after too many redirections.
    TooFar,
    /// It is not https, or leads from the open network to this machine.
    Open,
    /// It has a name or a password in it.
    Login,
}

impl fmt::Display for Astray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Error for Astray {}

/// What the storage says of its refusal: the message of its XML where there is one.
async fn refusal(mut answer: Response, job: &mut Job<'_>) -> Result<String, End> {
    const MOST: usize = 4_096;
    let (mut decoder, mut body) = (Decoder::of(answer.headers()), Vec::new());
    while let Ok(Some(bytes)) = within(job, answer.chunk()).await? {
        if decoder.push(&bytes, &mut body, MOST).is_err() {
            break;
        }
    }
    // Its words are for a person only: what cannot be decoded of them is left out.
    decoder.finish(&mut body, MOST).ok();
    let body = String::from_utf8_lossy(&body);
    let element = |name: &str| {
        let (_, rest) = body.split_once(&format!("<{name}>"))?;
        Some(foreign_text::quote(rest.split_once('<')?.0, 120))
    };
    let said: Vec<String> = ["Code", "Message"].into_iter().filter_map(element).collect();
    let status = format!("HTTP {}", answer.status().as_u16());
    Ok(if said.is_empty() { status } else { format!("{status} {}", said.join(": ")) })
}

struct ContentRange {
    start: Option<u64>,
    end: Option<u64>,
    whole: Option<u64>,
}

/// `bytes 5-9/10`, `bytes 5-9/*` or `bytes */10` (RFC 9110, 14.4).
fn content_range(answer: &Response) -> Option<ContentRange> {
    let (range, whole) = text(answer, &CONTENT_RANGE)?.strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-').unwrap_or_default();
    let number = |text: &str| text.trim().parse().ok();
    Some(ContentRange { start: number(start), end: number(end), whole: number(whole) })
}

/// Whether a partial answer, which nobody asked for, is the whole file.
fn is_all(answer: &Response) -> bool {
    content_range(answer).is_some_and(|range| {
        range.start == Some(0) && range.whole.is_some() && range.end.map(|end| end.saturating_add(1)) == range.whole
    })
}

/// Whether a partial answer begins where the part ends, and is of the same file.
fn goes_on(answer: &Response, from: &Resume) -> bool {
    let Some(range) = content_range(answer) else { return false };
    let same_length = range.whole.is_none() || from.length.is_none() || range.whole == from.length;
    // Of a coded body the range counts coded bytes, and what is there is decoded.
    !is_labelled(answer.headers())
        && range.start == Some(from.have)
        && same_length
        && text(answer, &ETAG).is_none_or(|now| now == from.etag)
}

fn text<'a>(answer: &'a Response, name: &HeaderName) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok().map(str::trim)
}

/// A weak validator does not promise the same bytes.
fn is_strong(etag: &str) -> bool {
    etag.starts_with('"')
}

fn is_a_page(content_type: &str) -> bool {
    let kind = content_type.to_ascii_lowercase();
    kind.starts_with("text/")
        || ["application/xml", "application/json", "application/xhtml"].iter().any(|page| kind.starts_with(page))
}

fn looks_like_a_page(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    start.starts_with(b"<") || start.starts_with(b"{")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        change::{Corpus, bytes},
        content_encoding::tests::headers,
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_head_of_an_answer_from_the_storage_is_read_whatever_it_says(head in bytes(&Corpus::of("headers"))) {
            let mut answer = axum::http::Response::new(Vec::new());
            *answer.headers_mut() = headers(&head);
            let answer = Response::from(answer);
            let from = Resume { have: 5, etag: "\"1755501139-a\"".into(), length: Some(10) };
            if goes_on(&answer, &from) {
                // What is there is never overlapped, and never gone on with where the file may be another one.
                let range = content_range(&answer).unwrap();
                prop_assert!(range.start == Some(5) && range.whole.is_none_or(|whole| whole == 10));
                prop_assert!(!is_all(&answer));
            }
            let _ = (is_all(&answer), is_framed(&answer), Decoder::of(answer.headers()), is_labelled(answer.headers()));
        }
    }
}
