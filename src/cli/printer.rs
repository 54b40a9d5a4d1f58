//! What is printed while the engine runs. A reader that stalls (a full pipe, a terminal stopped by Ctrl-S) holds up
//! whoever writes, and must not hold up the engine: the answer to a paid submission and a signal wait there. So a
//! thread of its own writes, in the order in which things were said. What it has not written yet is kept without a
//! bound: each line tells of a change of a task that is paid for, and of those there are few. A line that only shows
//! how it stands is left out instead: [`is_behind`].

use domain::mutex::lock;
use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// From so many texts on that wait, the reader does not keep up.
const BEHIND: usize = 16;
/// How long a reader that stalls may hold up the end that a signal asked for.
const LAST_WORDS: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

#[derive(Debug)]
struct Queue {
    /// What waits to be written.
    texts: VecDeque<(Stream, String)>,
    /// Whether the thread writes one just now.
    writes: bool,
    /// Whether an engine runs, or what it had to say is not written yet: then the thread writes, else whoever prints.
    open: bool,
    has_thread: bool,
    /// Until when the end waits for the reader; none: for as long as it takes.
    until: Option<Instant>,
    /// Why stdout takes no more.
    broken: Option<io::Error>,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    texts: VecDeque::new(),
    writes: false,
    open: false,
    has_thread: false,
    until: None,
    broken: None,
});
/// The queue has changed.
static CHANGED: Condvar = Condvar::new();
/// Stdout takes no more.
static UNHEARD: Notify = Notify::const_new();

fn queue() -> MutexGuard<'static, Queue> {
    lock(&QUEUE)
}

/// From here on the thread writes: an engine runs.
pub(super) fn open() {
    let mut queue = queue();
    queue.open = true;
    if !std::mem::replace(&mut queue.has_thread, true) {
        thread::spawn(write_all);
    }
}

/// The engine was ended by a signal: as [`close`], but not for a reader that stalls. What comes after that is left to
/// the thread too.
pub(super) fn close_by_signal() {
    queue().until.get_or_insert(Instant::now() + LAST_WORDS);
    close();
}

/// The engine has ended: waits until all is written.
pub(super) fn close() {
    let mut queue = queue();
    while queue.open && (queue.writes || !queue.texts.is_empty()) {
        let left = queue.until.map(|until| until.saturating_duration_since(Instant::now()));
        match left {
            Some(Duration::ZERO) => return,
            Some(left) => queue = CHANGED.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0,
            None => queue = CHANGED.wait(queue).unwrap_or_else(PoisonError::into_inner),
        }
    }
    queue.open = false;
}

/// Data of an engine that runs, for stdout. Whether it takes no more, [`unheard`] tells.
pub(super) fn out(text: String) {
    let mut queue = queue();
    // What nobody reads is not kept.
    if queue.broken.is_none() {
        queue.texts.push_back((Stream::Out, text));
        CHANGED.notify_all();
    }
}

/// Talk, for stderr. When nobody hears it, the exit code still tells.
pub(super) fn err(text: String) {
    let mut queue = queue();
    if queue.open {
        queue.texts.push_back((Stream::Err, text));
        CHANGED.notify_all();
    } else {
        drop(queue);
        let _ = write(Stream::Err, &text);
    }
}

/// Whether the reader does not keep up.
pub(super) fn is_behind() -> bool {
    queue().texts.len() >= BEHIND
}

/// Waits until stdout takes no more. Told once.
pub(super) async fn unheard() {
    UNHEARD.notified().await;
}

/// Why stdout took no more, if that is so.
pub(super) fn broken() -> Option<io::Error> {
    queue().broken.take()
}

/// The thread.
fn write_all() {
    let mut queue = queue();
    loop {
        let Some((stream, text)) = queue.texts.pop_front() else {
            queue = CHANGED.wait(queue).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        queue.writes = true;
        drop(queue);
        let written = write(stream, &text);
        queue = self::queue();
        queue.writes = false;
        if let (Stream::Out, Err(error)) = (stream, written) {
            queue.texts.retain(|(stream, _)| *stream == Stream::Err);
            queue.broken.get_or_insert(error);
            UNHEARD.notify_one();
        }
        CHANGED.notify_all();
    }
}

/// In one write where it can be: stderr is not buffered, and a line in pieces flickers.
fn write(stream: Stream, text: &str) -> io::Result<()> {
    match stream {
        Stream::Out => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()
        }
        Stream::Err => io::stderr().write_all(text.as_bytes()),
    }
}
