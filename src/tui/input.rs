//! What the terminal sends, read as it comes, and the news of its size. What the bytes mean is for `decode` to say.

use rustix::event::{PollFd, PollFlags, poll};
use std::{
    fs::File,
    io::{self, PipeReader, PipeWriter, Read},
    os::fd::AsFd,
    thread::{self, JoinHandle},
};
use tokio::{
    signal::unix::{self, SignalKind},
    sync::mpsc::{self, Receiver, Sender},
};

/// The most that is read at once, in bytes: what a pseudo-terminal holds.
const AT_ONCE: usize = 4096;

/// Pieces that are read ahead of the loop.
const AHEAD: usize = 4;

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// Bytes, at least one.
    Bytes(Vec<u8>),
    /// The terminal has another size.
    Resized,
    /// The terminal is gone.
    Gone,
}

/// What is typed, while it is ours. Dropping it leaves what is typed from then on to another program.
#[derive(Debug)]
pub(crate) struct Source {
    pieces: Receiver<Vec<u8>>,
    resized: unix::Signal,
    /// Its closing ends the thread.
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Source {
    /// Begins to read, on a thread of its own: the terminal is shared with the shell, so it is not set to non-blocking.
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the operating system has no room for another pipe or handler.
    pub(crate) fn open() -> io::Result<Self> {
        let line = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let resized = unix::signal(SignalKind::window_change())?;
        let (stopped, stop) = io::pipe()?;
        let (to, pieces) = mpsc::channel(AHEAD);
        let thread = thread::spawn(move || pump(line, &stopped, &to));
        Ok(Self { pieces, resized, stop: Some(stop), thread: Some(thread) })
    }

    /// The next thing that comes. Losing the race against another future loses nothing.
    pub(crate) async fn next(&mut self) -> Typed {
        tokio::select! {
            biased;
            _ = self.resized.recv() => Typed::Resized,
            piece = self.pieces.recv() => piece.map_or(Typed::Gone, Typed::Bytes),
        }
    }
}

impl Drop for Source {
    /// When this is over, not a byte more is read.
    fn drop(&mut self) {
        self.pieces.close();
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What is typed next; never where the terminal is another's.
pub(crate) async fn next_typed(terminal: &mut Option<Source>) -> Typed {
    match terminal {
        Some(terminal) => terminal.next().await,
        None => std::future::pending().await,
    }
}

/// Reads until the terminal's end, or until it is told to stop.
fn pump(mut line: File, stopped: &PipeReader, to: &Sender<Vec<u8>>) {
    loop {
        let mut asked = [PollFd::new(&line, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        match poll(&mut asked, None) {
            Ok(_) if asked[1].revents().is_empty() => {}
            Err(rustix::io::Errno::INTR) => continue,
            Ok(_) | Err(_) => return,
        }
        let mut bytes = vec![0; AT_ONCE];
        match line.read(&mut bytes) {
            Ok(n) if n > 0 => bytes.truncate(n),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Ok(_) | Err(_) => return,
        }
        if to.blocking_send(bytes).is_err() {
            return;
        }
    }
}
