//! The operating system's signals. Before a loop listens, and after it, they end the call at once; to a loop they are
//! messages. SIGPIPE is left ignored, as Rust has it: a write then fails with an error. So does one beyond the largest
//! size of a file (SIGXFSZ), for which it is enough that the signal has a handler.
//!
//! Not here: SIGSEGV, SIGILL and SIGFPE, which nothing without `unsafe` can go on from.

use crate::run::exit::Exit;
use domain::mutex::lock;
use engine::msg::Signal;
use rustix::process::{Pid, Signal as Os};
use std::{
    fs::{self, File},
    future::poll_fn,
    io,
    sync::{Mutex, MutexGuard},
    task::{Context, Poll},
    thread,
};
use tokio::{
    process::Child,
    signal::unix::{self, SignalKind},
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
};

/// Signals that end the program in order as SIGTERM does: their default is the end too, with the terminal left as it
/// is.
const ENDS: [Os; 8] = [Os::TERM, Os::ABORT, Os::ALARM, Os::XCPU, Os::USR1, Os::USR2, Os::VTALARM, Os::PROF];

/// Where a signal to a program that was started goes; `None` once its end was waited for.
#[must_use]
pub fn pid_of(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

/// The numbers of those that have no name everywhere.
#[cfg(target_os = "linux")]
fn ends_by_number() -> impl Iterator<Item = i32> {
    let named = [Os::TRAP, Os::BUS, Os::STKFLT, Os::IO, Os::POWER, Os::SYS].map(Os::as_raw);
    // The real-time ones; the C library keeps a few of the first for itself and refuses them.
    named.into_iter().chain(34..=64)
}

/// The numbers of those that have no name everywhere.
#[cfg(not(target_os = "linux"))]
fn ends_by_number() -> impl Iterator<Item = i32> {
    [Os::TRAP, Os::BUS, Os::SYS].map(Os::as_raw).into_iter()
}

/// What a call makes of signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Its arguments have not been understood yet.
    NotYetKnown,
    /// It serves until it is told to end, which is then no fault (`watch`).
    Serves,
    /// Any other.
    Other,
}

/// What the program as a whole knows of its signals.
struct SignalState {
    call: Call,
    /// The loop that listens. Only the program's own thread hears the system: two listeners would have to agree on what
    /// each of them has heard, and what came between the two would be lost.
    to: Option<UnboundedSender<Signal>>,
    /// What came before there was anybody to hear it.
    kept: Option<Signal>,
    /// Whether the program was started from a terminal, which may hang up.
    has_terminal: bool,
    /// Whether SIGHUP was ignored from the start (`nohup`).
    no_hang_up: bool,
    /// Gives the terminal back.
    give_back: fn(),
}

static STATE: Mutex<SignalState> = Mutex::new(SignalState {
    call: Call::NotYetKnown,
    to: None,
    kept: None,
    has_terminal: true,
    no_hang_up: false,
    give_back: || (),
});

fn state() -> MutexGuard<'static, SignalState> {
    lock(&STATE)
}

/// From here on no signal ends the program by itself: until a loop listens, this does. To be called first of all; what
/// comes before [`call_is`] waits for that. `give_back` gives the terminal back where one was taken. Where the system
/// refuses, signals keep their defaults.
pub fn start(give_back: fn()) {
    {
        let mut state = state();
        state.has_terminal = File::open("/dev/tty").is_ok();
        state.no_hang_up = ignores_hang_up();
        state.give_back = give_back;
    }
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    // Before the thread begins, so that there is no moment without.
    let listening = {
        let _inside = runtime.enter();
        Listening::new()
    };
    let Ok(mut listening) = listening else { return };
    thread::spawn(move || {
        runtime.block_on(async {
            loop {
                take(listening.next().await);
            }
        });
    });
}

/// Whether SIGHUP is ignored, which a program inherits.
fn ignores_hang_up() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let bits = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    bits & (1 << (Os::HUP.as_raw() - 1)) != 0
}

/// Says what the call is, now that it is known.
pub fn call_is(call: Call) {
    let kept = {
        let mut state = state();
        state.call = call;
        state.kept.take()
    };
    if let Some(signal) = kept {
        take(signal);
    }
}

/// A signal: for the loop, or, while none listens, for the program alone.
fn take(signal: Signal) {
    let code = {
        let mut state = state();
        if state.to.as_ref().is_some_and(|to| to.send(signal).is_ok()) {
            return;
        }
        let Some(meant) = state.meant(signal) else { return };
        match (state.call, meant) {
            // Kept for the loop that begins; what ends the program counts before what does not.
            (Call::NotYetKnown, _) | (Call::Serves, Signal::Reload) => {
                if state.kept.is_none_or(|kept| kept == Signal::Reload) {
                    state.kept = Some(signal);
                }
                return;
            }
            (Call::Serves, _) => Exit::Done,
            (Call::Other, _) => Exit::Interrupted,
        }
    };
    (state().give_back)();
    std::process::exit(i32::from(code.code()));
}

impl SignalState {
    /// What a signal is to this call; nothing where it is not to be heard.
    fn meant(&self, signal: Signal) -> Option<Signal> {
        match (signal, self.call) {
            // By habit the word to a service that has no terminal; one that has lost its terminal is to end.
            (Signal::HangUp, Call::Serves) if !self.has_terminal => Some(Signal::Reload),
            (Signal::HangUp, _) if self.no_hang_up => None,
            _ => Some(signal),
        }
    }
}

/// Receivers of all signals that the program answers, in the order in which they count.
#[derive(Debug)]
struct Listening(Vec<(unix::Signal, Option<Signal>)>);

impl Listening {
    fn new() -> io::Result<Self> {
        let mut all = vec![
            (unix::signal(SignalKind::interrupt())?, Some(Signal::Interrupt)),
            (unix::signal(SignalKind::hangup())?, Some(Signal::HangUp)),
            (unix::signal(SignalKind::quit())?, Some(Signal::Quit)),
            (unix::signal(kind(Os::XFSZ))?, None),
        ];
        for end in ENDS {
            all.push((unix::signal(kind(end))?, Some(Signal::Terminate)));
        }
        let others = ends_by_number().filter_map(|number| unix::signal(SignalKind::from_raw(number)).ok());
        all.extend(others.map(|signal| (signal, Some(Signal::Terminate))));
        Ok(Self(all))
    }

    async fn next(&mut self) -> Signal {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Signal> {
        for (signal, meaning) in &mut self.0 {
            while signal.poll_recv(context).is_ready() {
                if let Some(meaning) = meaning {
                    return Poll::Ready(*meaning);
                }
            }
        }
        Poll::Pending
    }
}

fn kind(signal: Os) -> SignalKind {
    SignalKind::from_raw(signal.as_raw())
}

/// The signals, for a loop. Dropping it leaves them to the program as a whole again.
#[derive(Debug)]
pub struct Signals {
    heard: UnboundedReceiver<Signal>,
    /// SIGTSTP and SIGCONT, where a screen must be given back and taken again.
    stops: Option<(unix::Signal, unix::Signal)>,
    /// What came before.
    kept: Option<Signal>,
}

impl Signals {
    /// Begins to listen. From here on these signals no longer end the program by themselves.
    #[must_use]
    pub fn listen() -> Self {
        let (to, heard) = mpsc::unbounded_channel();
        let mut state = state();
        state.to = Some(to);
        Self { heard, stops: None, kept: state.kept.take() }
    }

    /// Listens to being stopped too. From here on SIGTSTP no longer stops the program by itself.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub fn with_stops(mut self) -> io::Result<Self> {
        self.stops = Some((unix::signal(kind(Os::TSTP))?, unix::signal(kind(Os::CONT))?));
        Ok(self)
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Signal {
        loop {
            let signal = match self.kept.take() {
                Some(kept) => kept,
                None => tokio::select! {
                    biased;
                    Some(signal) = self.heard.recv() => signal,
                    signal = stop_or_go(&mut self.stops) => signal,
                },
            };
            if let Some(meant) = state().meant(signal) {
                return meant;
            }
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        state().to = None;
    }
}

async fn stop_or_go(stops: &mut Option<(unix::Signal, unix::Signal)>) -> Signal {
    let Some((stop, go_on)) = stops else { return std::future::pending().await };
    tokio::select! {
        _ = stop.recv() => Signal::Stop,
        _ = go_on.recv() => Signal::Continue,
    }
}
