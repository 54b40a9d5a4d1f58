//! The operating system's signals as messages. SIGPIPE is left ignored, as Rust has it: a write then fails with an error.

use crate::logic::msg::Signal;
use rustix::process::Signal as Stop;
use std::io;
use tokio::signal::unix::{self, SignalKind};

/// The signals that the program answers.
#[derive(Debug)]
pub struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
    /// SIGTSTP and SIGCONT, where a screen must be given back and taken again.
    stops: Option<(unix::Signal, unix::Signal)>,
}

impl Signals {
    /// Begins to listen. From here on these signals no longer end the program by themselves.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: unix::signal(SignalKind::hangup())?,
            stops: None,
        })
    }

    /// Listens to being stopped too. From here on SIGTSTP no longer stops the program by itself.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub fn with_stops(mut self) -> io::Result<Self> {
        let listen = |signal: Stop| unix::signal(SignalKind::from_raw(signal.as_raw()));
        self.stops = Some((listen(Stop::TSTP)?, listen(Stop::CONT)?));
        Ok(self)
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
            signal = stop_or_go(&mut self.stops) => signal,
        }
    }
}

async fn stop_or_go(stops: &mut Option<(unix::Signal, unix::Signal)>) -> Signal {
    let Some((stop, go_on)) = stops else { return std::future::pending().await };
    tokio::select! {
        _ = stop.recv() => Signal::Stop,
        _ = go_on.recv() => Signal::Continue,
    }
}
