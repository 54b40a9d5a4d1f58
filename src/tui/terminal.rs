//! The terminal's modes: switched on in one place, given back in one place, whatever ends the program.

use crate::escape;
use domain::mutex::lock;
use rustix::termios::{self, OptionalActions, Termios};
use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    os::fd::AsFd,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

/// What switches the modes on: title kept, other screen, no cursor, pastes marked. To be written with the first frame.
pub const ON: &[u8] = b"\x1b[22;0t\x1b[?1049h\x1b[?25l\x1b[?2004h";
/// As [`ON`], after the program was stopped by force: the title is kept already.
const AGAIN: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h";
/// Clicks and the wheel, in the form that knows no largest column; written after [`ON`] where the config asks for it.
pub const MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
/// [`MOUSE`] undone.
pub const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// A frame's end if one was cut off, whole screen scrolls again, plain style, and the same as in [`ON`] and [`MOUSE`]
/// undone. The other screen is emptied before it is left: tmux 3.3 leaves rows of it behind when its pane has grown
/// meanwhile.
const OFF: &[u8] =
    b"\x1b[?2026l\x1b[r\x1b[0m\x1b[H\x1b[J\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b[23;0t";

/// Whether the modes are on: for the panic hook, which cannot be given a value.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Whether the terminal shows how far the work is, which is to be taken away at the end.
static PROGRESS: AtomicBool = AtomicBool::new(false);

/// Notes whether the terminal shows how far the work is.
pub fn has_progress(shown: bool) {
    PROGRESS.store(shown, Ordering::SeqCst);
}

/// What takes pictures out of the terminal's memory that it has been sent.
static PICTURES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Notes what takes back the pictures that the terminal has, before it is given back.
pub fn has_pictures(take_back: Vec<u8>) {
    *lock(&PICTURES) = take_back;
}

/// The terminal's modes as the program found them. Asked once: an editor may leave the terminal in others, and those
/// are not what is given back at the end.
static FOUND: OnceLock<Termios> = OnceLock::new();

/// Sets the terminal to raw mode, whatever another program has made of it meanwhile.
fn go_raw() -> io::Result<()> {
    let line = io::stdin();
    let mut modes = match FOUND.get() {
        Some(found) => found.clone(),
        None => {
            let found = termios::tcgetattr(&line)?;
            FOUND.get_or_init(|| found).clone()
        }
    };
    modes.make_raw();
    Ok(termios::tcsetattr(&line, OptionalActions::Now, &modes)?)
}

/// Gives the terminal the modes that it was found in.
fn as_found() {
    if let Some(found) = FOUND.get() {
        // Fails only where the terminal is gone.
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Now, found);
    }
}

/// The terminal while it is ours. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal over. Writes nothing, since the terminal may have stalled: [`ON`] is the writer's to write.
    ///
    /// # Errors
    /// When the terminal cannot be set to raw mode.
    pub fn enter() -> io::Result<Self> {
        go_raw()?;
        ENTERED.store(true, Ordering::SeqCst);
        Ok(Self(()))
    }

    /// Takes it over again, after a SIGSTOP that nobody could answer: another program may have changed its modes. What
    /// it gives is to be written.
    #[must_use]
    pub fn again(&self) -> &'static [u8] {
        // A line that takes no modes is gone; the hang-up that follows is heard as a signal.
        let _ = go_raw();
        AGAIN
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// How long a terminal that takes no bytes is waited for when the terminal is given back. What is under way is waited
/// for once as long before, so that leaving takes less than a second.
pub const STALLED: Duration = Duration::from_millis(400);

/// Gives the terminal back. Does nothing when it is not ours; goes on after a first error, since the terminal may be
/// gone, and does not wait for a line that has stalled.
pub fn restore() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let (done, written) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = if PROGRESS.swap(false, Ordering::SeqCst) { escape::progress(None) } else { Vec::new() };
        // Whoever holds it only sets it; in a panic nobody is waited for.
        bytes.extend(PICTURES.try_lock().map(|mut pictures| std::mem::take(&mut *pictures)).unwrap_or_default());
        bytes.extend_from_slice(OFF);
        let _ = output().and_then(|mut out| out.write_all(&bytes));
        let _ = done.send(());
    });
    let _ = written.recv_timeout(STALLED);
    as_found();
}

/// The terminal as a file of its own: standard output's lock may be held by a thread that waits for a stalled line.
///
/// # Errors
/// When the operating system has no file descriptors left.
pub fn output() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// On a panic of the main thread, the terminal is given back before the report is written. A worker's panic is answered
/// by whoever waits for the worker, and must not tear up a screen that goes on; it is logged.
pub fn restore_on_panic() {
    let report = std::panic::take_hook();
    let main = std::thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        tracing::error!("panic: {info}");
        if std::thread::current().id() == main {
            restore();
            report(info);
        } else if !ENTERED.load(Ordering::SeqCst) {
            report(info);
        }
    }));
}

/// Stops this job, as the terminal's own Ctrl-Z would; returns when the shell continues it. Tells whether there is a
/// shell to go back to: a program that is its session's own job (`ssh host reeltop`, a window of tmux) would stop for
/// ever. SIGSTOP, since SIGTSTP is caught here.
#[must_use]
pub fn stop() -> bool {
    let group = rustix::process::getpgrp();
    if rustix::process::getsid(None).is_ok_and(|session| session == group) {
        return false;
    }
    rustix::process::kill_current_process_group(rustix::process::Signal::STOP).is_ok()
}

/// Whether a screen can be drawn here: input and output are a terminal, and a usable one.
#[must_use]
pub fn usable() -> bool {
    io::stdin().is_terminal()
        && io::stdout().is_terminal()
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
