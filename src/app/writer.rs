//! Writes to the terminal from a thread of its own, one piece at a time. A line that has stalled blocks that thread and
//! nothing else: answers are still taken and saved, and no frames pile up, since none is made while one is being written.

use std::{
    io::{self, Write},
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
};

/// The way to the writing thread.
#[derive(Debug)]
pub struct Writer {
    to: Option<Sender<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
    /// Pieces handed over and not yet written.
    under_way: usize,
}

impl Writer {
    /// Starts the thread. `written` is called after each piece, with what became of it.
    pub fn start(written: impl Fn(io::Result<()>) + Send + 'static) -> Self {
        let (to, pieces) = mpsc::channel();
        let thread = thread::spawn(move || write_all(&pieces, &written));
        Self { to: Some(to), thread: Some(thread), under_way: 0 }
    }

    /// Whether everything handed over has been written.
    #[must_use]
    pub fn idle(&self) -> bool {
        self.under_way == 0
    }

    /// Hands bytes over; nothing happens for none.
    pub fn write(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() && self.to.as_ref().is_some_and(|to| to.send(bytes).is_ok()) {
            self.under_way += 1;
        }
    }

    /// Notes that a piece was written.
    pub fn done(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// Waits until everything is written, unless the line has stalled: then the thread is left behind.
    pub fn finish(mut self) {
        self.to = None;
        if let Some(thread) = self.thread.take().filter(|_| self.under_way <= 1) {
            let _ = thread.join();
        }
    }
}

fn write_all(pieces: &Receiver<Vec<u8>>, written: &impl Fn(io::Result<()>)) {
    for piece in pieces {
        written(super::terminal::output().and_then(|mut out| out.write_all(&piece)));
    }
}
