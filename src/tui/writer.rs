//! Writes to the terminal from a thread of its own, one piece at a time. A line that has stalled blocks that thread and
//! nothing else: answers are still taken and saved, no frame is made while one is being written, and of what waits
//! beside the frames only the newest of each kind is kept.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::mpsc::{self, Receiver, Sender},
    thread,
};

/// What is written between frames; of each kind the newest is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Aside {
    /// The terminal's modes, on.
    Modes,
    /// The mouse, on or off.
    Mouse,
    /// The window's title.
    Title,
    /// How far the work is.
    Progress,
    /// A text for the laptop's clipboard.
    Copy,
    /// What the terminal can do.
    Question,
    Notice,
    Bell,
}

/// The way to the writing thread.
#[derive(Debug)]
pub(crate) struct Writer {
    to: Sender<Vec<u8>>,
    /// A piece was handed over and is not yet written.
    busy: bool,
    waiting: BTreeMap<Aside, Vec<u8>>,
}

impl Writer {
    /// Starts the thread. `written` is called after each piece, with what became of it.
    pub(crate) fn start(written: impl Fn(io::Result<()>) + Send + 'static) -> Self {
        let (to, pieces) = mpsc::channel();
        thread::spawn(move || write_all(&pieces, &written));
        Self { to, busy: false, waiting: BTreeMap::new() }
    }

    /// Whether everything handed over has been written.
    #[must_use]
    pub(crate) const fn idle(&self) -> bool {
        !self.busy
    }

    /// Hands a frame over, with all that has waited for its turn before it: one write. Only while idle.
    pub(crate) fn frame(&mut self, frame: Vec<u8>) {
        debug_assert!(self.idle(), "frames are made only when they can be written");
        self.hand_over(frame);
    }

    /// Hands something over that is no part of a frame: at once, or when the connection is free again.
    pub(crate) fn aside(&mut self, kind: Aside, bytes: Vec<u8>) {
        self.waiting.insert(kind, bytes);
        if self.idle() {
            self.hand_over(Vec::new());
        }
    }

    /// Has something written together with the next frame.
    pub(crate) fn before_the_frame(&mut self, kind: Aside, bytes: Vec<u8>) {
        self.waiting.insert(kind, bytes);
    }

    /// Notes that a piece was written, and hands over what has waited.
    pub(crate) fn done(&mut self) {
        self.busy = false;
        if !self.waiting.is_empty() {
            self.hand_over(Vec::new());
        }
    }

    /// Forgets what waits: the terminal is about to be given back.
    pub(crate) fn forget(&mut self) {
        self.waiting.clear();
    }

    fn hand_over(&mut self, frame: Vec<u8>) {
        let mut bytes: Vec<u8> = std::mem::take(&mut self.waiting).into_values().flatten().collect();
        bytes.extend(frame);
        if !bytes.is_empty() {
            self.busy = self.to.send(bytes).is_ok();
        }
    }
}

fn write_all(pieces: &Receiver<Vec<u8>>, written: &impl Fn(io::Result<()>)) {
    for piece in pieces {
        written(super::terminal::output().and_then(|mut out| out.write_all(&piece)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> (Writer, Receiver<Vec<u8>>) {
        let (to, pieces) = mpsc::channel();
        (Writer { to, busy: false, waiting: BTreeMap::new() }, pieces)
    }

    #[test]
    fn on_a_stalled_line_nothing_piles_up() {
        let (mut writer, pieces) = writer();
        writer.frame(b"frame".to_vec());
        for n in 0..1_000 {
            writer.aside(Aside::Title, format!("title {n};").into_bytes());
            writer.aside(Aside::Bell, b"\x07".to_vec());
            writer.aside(Aside::Copy, format!("copy {n};").into_bytes());
        }
        assert!(!writer.idle());
        assert_eq!(pieces.try_iter().collect::<Vec<_>>(), [b"frame".to_vec()]);
        writer.done();
        assert_eq!(pieces.try_iter().collect::<Vec<_>>(), [b"title 999;copy 999;\x07".to_vec()]);
        writer.done();
        assert!(writer.idle() && pieces.try_recv().is_err());
    }

    #[test]
    fn the_modes_go_out_with_the_first_frame_in_one_write() {
        let (mut writer, pieces) = writer();
        writer.before_the_frame(Aside::Modes, b"on".to_vec());
        writer.frame(b"frame".to_vec());
        assert_eq!(pieces.try_iter().collect::<Vec<_>>(), [b"onframe".to_vec()]);
    }
}
