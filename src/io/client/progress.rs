//! How much of a request's body was handed to the connection, and when its last byte had left.
//!
//! Three things are told apart. **Handed**: the bytes that the connection took (the system's buffer, or TLS, which
//! seals and passes on what it took). A byte that was not handed is nowhere but here, so while the last one was not,
//! the service cannot have the whole request; that is the only thing a broken upload proves. **Left**: all were handed
//! and nothing of them waits in TLS any more; the system holds a few kilobytes at most that are not on the wire (see
//! `dial`). From then on the service can answer, and its time runs. **Moved**: when the connection last took anything.
//!
//! What the HTTP library has asked the body for counts for nothing: it reads ahead of the connection.

use super::dial::BoxIo;
use domain::mutex::lock;
use hyper::rt::{Read, ReadBufCursor, Write};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, ready},
};
use tokio::time::Instant;

/// What ends the head of a request.
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// Bytes of the body that the connection took.
    pub(super) handed: u64,
    /// Bytes of the whole body.
    pub(super) total: u64,
    /// When the connection last took anything.
    pub(super) moved: Instant,
    /// When the last byte of the body had left, if it has.
    pub(super) left: Option<Instant>,
    /// When the connection first refused to take more, and how.
    pub(super) refused: Option<(Instant, io::ErrorKind)>,
}

impl Progress {
    /// Whether the last byte of the body was handed to the connection: only then can the service have the request.
    pub(super) const fn is_whole(&self) -> bool {
        self.handed >= self.total
    }
}

/// Looks at an upload from outside.
#[derive(Clone, Debug)]
pub(super) struct Watch(Arc<Mutex<App>>);

#[derive(Debug)]
struct App {
    progress: Progress,
    /// How much of [`END_OF_HEAD`] the bytes so far end with; its whole length once the head is over.
    matched: usize,
}

impl Watch {
    /// Watches a body of so many bytes.
    pub(super) fn new(total: u64) -> Self {
        let progress = Progress { handed: 0, total, moved: Instant::now(), left: None, refused: None };
        Self(Arc::new(Mutex::new(App { progress, matched: 0 })))
    }

    /// How far it is.
    pub(super) fn look(&self) -> Progress {
        self.lock().progress
    }

    /// As if the connection had taken so many bytes of the body just now, and the last of them had left.
    #[cfg(test)]
    pub(super) fn pretend(&self, handed: u64) {
        let progress = &mut self.lock().progress;
        (progress.handed, progress.moved) = (handed, Instant::now());
        progress.left = progress.is_whole().then(Instant::now);
    }

    fn lock(&self) -> MutexGuard<'_, App> {
        lock(&self.0)
    }
}

impl App {
    fn took(&mut self, mut bytes: &[u8]) {
        self.progress.moved = Instant::now();
        while self.matched < END_OF_HEAD.len() {
            let Some((first, rest)) = bytes.split_first() else { return };
            // The pattern starts over with the byte that broke it, where that is its first one.
            self.matched = match (*first == END_OF_HEAD[self.matched], *first == END_OF_HEAD[0]) {
                (true, _) => self.matched + 1,
                (false, true) => 1,
                (false, false) => 0,
            };
            bytes = rest;
        }
        self.progress.handed += bytes.len() as u64;
    }
}

/// A line that tells its [`Watch`] what it took.
pub(super) struct Counted {
    inner: BoxIo,
    watch: Watch,
}

impl Counted {
    /// Over that line.
    pub(super) fn new(inner: BoxIo, watch: Watch) -> Self {
        Self { inner, watch }
    }

    /// A line that takes no more may still have an answer to read (a 413, a 408, a proxy's word), which the library
    /// would drop with the error: so the refusal is noted, writing waits from then on, and reading tells the end.
    fn noted<T>(&self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Err(error)) = &result {
            self.watch.lock().progress.refused.get_or_insert((Instant::now(), error.kind()));
            return Poll::Pending;
        }
        result
    }

    fn is_refused(&self) -> bool {
        self.watch.lock().progress.refused.is_some()
    }
}

impl Read for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl Write for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.as_mut().poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_refused() {
            return Poll::Pending;
        }
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        ready!(self.noted(flushed))?;
        let mut state = self.watch.lock();
        if state.matched == END_OF_HEAD.len() && state.progress.is_whole() {
            state.progress.left.get_or_insert(Instant::now());
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_refused() {
            return Poll::Pending;
        }
        let taken = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        let taken = ready!(self.noted(taken))?;
        let mut left = taken;
        let mut state = self.watch.lock();
        for buf in bufs {
            let piece = left.min(buf.len());
            if piece > 0 {
                state.took(&buf[..piece]);
            }
            left -= piece;
        }
        drop(state);
        Poll::Ready(Ok(taken))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn only_the_body_counts_however_the_bytes_are_cut() {
        let request = b"POST / HTTP/1.1\r\nA: \r\r\nB: c\r\n\r\n{\"a\":\"\r\n\r\n\"}";
        let body = b"{\"a\":\"\r\n\r\n\"}".len() as u64;
        for cut in 1..request.len() {
            let watch = Watch::new(body);
            for piece in request.chunks(cut) {
                assert!(!watch.look().is_whole());
                watch.lock().took(piece);
            }
            assert_eq!((watch.look().handed, watch.look().is_whole()), (body, true), "{cut}");
        }
    }
}
