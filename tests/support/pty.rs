//! The program in a real pseudo-terminal, with an emulator that shows what a person would see.

use super::{DEADLINE, Home, PROGRAM, Service, gate::Gate, holds_key, look_again, send};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::Signal;
use std::{
    fs,
    io::{Read, Write},
    num::NonZeroU16,
    os::unix::fs::PermissionsExt,
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

/// What the shell says when it asks for a line.
const PROMPT: &str = "prompt>";

/// What the terminal has received so far.
struct Seen {
    emulator: vt100::Parser,
    bytes: Vec<u8>,
    /// Nothing more is read: the program's side was closed, or the test hangs up.
    closed: bool,
    hang_up: bool,
    /// The line takes no bytes: nothing is read until it does again.
    stalled: bool,
}

/// A terminal with a program in it, which is killed when this is dropped.
pub(crate) struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// The terminal's modes before the program began.
    pub(crate) before: String,
}

/// Keys as a terminal sends them.
pub(crate) const F2: &str = "\x1bOQ";
pub(crate) const F4: &str = "\x1bOS";
pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const CTRL_Z: &str = "\x1a";

/// A service that answers submissions when it is told to, a home that names it, and its dashboard.
pub(crate) fn at_the_gate() -> (Gate, Home, Pty) {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let screen = Pty::ready(&home);
    (gate, home, screen)
}

/// The service's stand-in, a home that names it, and its dashboard.
pub(crate) fn at_the_service() -> (Service, Home, Pty) {
    let service = Service::start();
    let home = Home::new(&service.url());
    let screen = Pty::ready(&home);
    (service, home, screen)
}

impl Pty {
    /// The dashboard in a terminal of 80 by 24.
    pub(crate) fn dashboard(home: &Home) -> Self {
        Self::sized(home, 80, 24, &[])
    }

    /// The same with the store open and the key read.
    pub(crate) fn ready(home: &Home) -> Self {
        let screen = Self::dashboard(home);
        // The balance is asked for when both are there.
        screen.shows("balance");
        screen
    }

    /// The same with that script for an editor.
    pub(crate) fn with_editor(home: &Home, body: &str) -> Self {
        let editor = home.path().join("editor");
        fs::write(&editor, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(home.flags());
        command.env("VISUAL", editor);
        let screen = Self::run(home, 80, 24, command);
        screen.shows("balance");
        screen
    }

    /// A shell at its prompt, [`PROMPT`], that knows jobs.
    pub(crate) fn shell(home: &Home) -> Self {
        let mut shell = CommandBuilder::new("sh");
        shell.arg("-i");
        shell.env("PS1", format!("{PROMPT} "));
        let screen = Self::run(home, 80, 24, shell);
        screen.shows(PROMPT);
        screen
    }

    /// Waits until the shell asks for a line.
    #[track_caller]
    pub(crate) fn at_prompt(&self) {
        self.until("a prompt", |screen| screen.contents().trim_end().ends_with(&format!("\n{PROMPT}")));
    }

    /// The program with these arguments in a terminal of that size.
    pub(crate) fn sized(home: &Home, width: u16, height: u16, args: &[&str]) -> Self {
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(args);
        command.args(home.flags());
        Self::run(home, width, height, command)
    }

    /// Any program in a terminal of that size, in that home.
    pub(crate) fn run(home: &Home, width: u16, height: u16, mut command: CommandBuilder) -> Self {
        let pair = native_pty_system().openpty(size(width, height)).unwrap();
        let before = modes(&*pair.master);
        // What stands in the builder already was put there by the test.
        let own: Vec<_> =
            command.iter_extra_env_as_str().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        command.env_clear();
        for (name, value) in home.environment().into_iter().chain(own) {
            command.env(name, value);
        }
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let emulator = vt100::Parser::new(cells(height), cells(width), 0);
        let seen = Arc::new((
            Mutex::new(Seen { emulator, bytes: Vec::new(), closed: false, hang_up: false, stalled: false }),
            Condvar::new(),
        ));
        let reader = pair.master.try_clone_reader().unwrap();
        let feed = Arc::clone(&seen);
        std::thread::spawn(move || read(reader, &feed));
        let keyboard = pair.master.take_writer().unwrap();
        Self { child, master: Some(pair.master), keyboard: Some(keyboard), seen, before }
    }

    /// The line stalls, as a network that has gone away, or flows again.
    pub(crate) fn stall(&self, stalled: bool) {
        self.seen.0.lock().unwrap().stalled = stalled;
        self.seen.1.notify_all();
    }

    /// Types.
    pub(crate) fn keys(&mut self, keys: &str) {
        self.bytes_in(keys.as_bytes());
    }

    /// Types bytes, which need not be whole characters.
    pub(crate) fn bytes_in(&mut self, bytes: &[u8]) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(bytes).unwrap();
        keyboard.flush().unwrap();
    }

    /// Pastes, as a terminal with bracketed paste does.
    pub(crate) fn paste(&mut self, text: &str) {
        self.keys(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        self.look(|seen| seen.emulator.screen().contents())
    }

    /// Everything that was written to the terminal so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.look(|seen| seen.bytes.clone())
    }

    fn look<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.0.lock().unwrap())
    }

    /// Waits until the screen shows that text.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        self.until(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the screen no longer shows that text.
    #[track_caller]
    pub(crate) fn hides(&self, text: &str) {
        self.until(&format!("no {text}"), |screen| !screen.contents().contains(text));
    }

    /// Waits until the screen is so.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, mut so: impl FnMut(&vt100::Screen) -> bool) {
        if !self.within(DEADLINE, |seen| so(seen.emulator.screen())) {
            panic!("the screen never showed: {what}\n{}", self.picture());
        }
    }

    /// Waits until the bytes written so far are so.
    #[track_caller]
    pub(crate) fn until_bytes(&self, what: &str, mut so: impl FnMut(&[u8]) -> bool) {
        if !self.within(DEADLINE, |seen| so(&seen.bytes)) {
            panic!("the terminal never received: {what}\n{}", self.picture());
        }
    }

    /// Whether the screen shows a text within a time.
    pub(crate) fn shows_within(&self, text: &str, time: Duration) -> bool {
        self.within(time, |seen| seen.emulator.screen().contents().contains(text))
    }

    /// Whether the screen is so within a time.
    pub(crate) fn within_screen(&self, time: Duration, mut so: impl FnMut(&vt100::Screen) -> bool) -> bool {
        self.within(time, |seen| so(seen.emulator.screen()))
    }

    /// Whether more than that many bytes have been written before a time is over.
    pub(crate) fn writes_within(&self, time: Duration, so_far: usize) -> bool {
        self.within(time, |seen| seen.bytes.len() > so_far)
    }

    /// Waits until the program has read everything that was typed.
    #[track_caller]
    pub(crate) fn until_input_is_read(&self) {
        let line = std::fs::File::open(self.master.as_ref().unwrap().tty_name().unwrap()).unwrap();
        super::until("the input is read", || rustix::io::ioctl_fionread(&line).unwrap() == 0);
    }

    fn within(&self, time: Duration, mut so: impl FnMut(&Seen) -> bool) -> bool {
        let deadline = Instant::now() + time;
        let (seen, news) = &*self.seen;
        let mut seen = seen.lock().unwrap();
        while !so(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            seen = news.wait_timeout(seen, left).unwrap().0;
        }
        true
    }

    /// The screen for a failed test's report.
    pub(crate) fn picture(&self) -> String {
        self.look(|seen| {
            let (height, width) = seen.emulator.screen().size();
            let rows: Vec<String> = seen.emulator.screen().rows(0, width.get()).map(|row| format!("|{row}")).collect();
            let tail = String::from_utf8_lossy(&seen.bytes[seen.bytes.len().saturating_sub(300)..]).into_owned();
            format!("{width}x{height}\n{}\nlast bytes: {tail:?}", rows.join("\n"))
        })
    }

    pub(crate) fn resize(&self, width: u16, height: u16) {
        self.seen.0.lock().unwrap().emulator.set_size(cells(height), cells(width));
        self.master.as_ref().unwrap().resize(size(width, height)).unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        send(self.id(), signal);
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().unwrap();
    }

    /// The line drops: the terminal is gone.
    pub(crate) fn hang_up(&mut self) {
        self.seen.0.lock().unwrap().hang_up = true;
        // The reader holds the line too; the frame that this causes wakes it.
        self.resize(81, 25);
        assert!(self.within(DEADLINE, |seen| seen.closed), "the program does not draw");
        self.keyboard = None;
        self.master = None;
    }

    /// Waits until the program ends; gives its exit code.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> u32 {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "the program does not end\n{}", self.picture());
            look_again();
        }
    }

    /// The terminal's modes now, as `stty -a` would tell them.
    pub(crate) fn modes(&self) -> String {
        modes(&**self.master.as_ref().unwrap())
    }

    /// Waits until the program has ended, with everything read, and fails unless the terminal is as it was found.
    #[track_caller]
    pub(crate) fn ended_with_the_terminal_as_found(&mut self) -> u32 {
        let code = self.ended();
        assert!(self.within(DEADLINE, |seen| seen.closed), "the terminal is still open");
        self.assert_as_found();
        code
    }

    /// Fails unless the terminal is as the program found it.
    #[track_caller]
    pub(crate) fn assert_as_found(&self) {
        assert_eq!(self.modes(), self.before, "the line's modes");
        let bytes = self.bytes();
        self.look(|seen| {
            let screen = seen.emulator.screen();
            assert!(!screen.alternate_screen(), "the other screen was not left");
            assert!(!screen.hide_cursor(), "the cursor is still hidden");
            assert!(!screen.bracketed_paste(), "pastes are still marked");
        });
        let last = |what: &str| last_of(&bytes, what.as_bytes());
        assert!(last("\x1b[r") > last("\x1b[1;").min(last("\x1b[2;")), "the scroll region was not reset");
        assert!(last("\x1b[?2026l") > last("\x1b[?2026h"), "a frame was left open");
        let count = |what: &str| bytes.windows(what.len()).filter(|part| *part == what.as_bytes()).count();
        assert_eq!(count("\x1b[22;0t"), count("\x1b[23;0t"), "the window's title was kept and not given back");
        assert!(!holds_key(&bytes), "the key stands on the screen");
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            send(self.child.process_id().unwrap(), Signal::KILL);
            self.child.wait().ok();
        }
    }
}

/// Where a text begins for the last time, one past it; 0 when it is not there.
fn last_of(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).rposition(|part| part == what).map_or(0, |at| at + 1)
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn size(width: u16, height: u16) -> PtySize {
    PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 }
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

fn read(mut reader: Box<dyn Read + Send>, to: &(Mutex<Seen>, Condvar)) {
    let mut piece = [0; 16 * 1024];
    loop {
        let read = reader.read(&mut piece).unwrap_or(0);
        let mut seen = to.0.lock().unwrap();
        if read == 0 || seen.hang_up {
            break;
        }
        seen.emulator.process(&piece[..read]);
        seen.bytes.extend_from_slice(&piece[..read]);
        to.1.notify_all();
        drop(to.1.wait_while(seen, |seen| seen.stalled && !seen.hang_up).unwrap());
    }
    drop(reader);
    to.0.lock().unwrap().closed = true;
    to.1.notify_all();
}
