//! State, clock and workers as one: the half of the loop that the dashboard and the command line share.

pub mod clock;
pub mod exit;
pub mod host;
pub mod manager;
pub mod signals;
pub mod unsaved;
pub mod workers;

use crate::{
    config::Loaded,
    run::{clock::Clock, workers::Workers},
};
use engine::{
    Driven,
    effect::{Effect, Level, LocalCmd, LogLine, Noted, Speech, TermCmd},
    msg::Msg,
    settings::Lang,
};
use std::sync::Arc;
use tokio::sync::mpsc::{self, UnboundedReceiver};

/// The most messages that are taken before the screen gets its turn.
const AT_ONCE: usize = 64;

/// What the face itself must do, since the terminal and the words are its own.
#[derive(Clone, Debug, PartialEq)]
pub enum FaceCmd {
    /// Something with the terminal.
    Term(TermCmd),
    /// The editor on that text, the screen given over.
    Edit(String),
    /// The editor on a person's file, the path as typed, at that line.
    EditFile { path: String, line: usize },
    /// Another language from now on.
    Speak(Lang),
}

/// A running program without its face.
#[derive(Debug)]
pub struct Driver<S> {
    /// What the program knows.
    pub state: S,
    /// Whether the end has come: everything that must be on disk is.
    pub ended: bool,
    clock: Clock,
    workers: Workers,
    inbox: UnboundedReceiver<Msg>,
    face: Vec<FaceCmd>,
    speech: Speech,
}

impl<S: Driven> Driver<S> {
    /// Starts the workers. Must be called inside a tokio runtime; waits for nothing.
    #[must_use]
    pub fn start(setup: Arc<Loaded>, clock: Clock, speech: Speech) -> Self {
        let (to, inbox) = mpsc::unbounded_channel();
        let mut settings = setup.settings.clone();
        // Until its key was read, nothing is sent to a profile or asked of it.
        settings.has_key = false;
        settings.host = host::of_this_session();
        let state = S::new(settings, clock.now());
        Self { state, ended: false, workers: Workers::start(setup, to, speech), clock, inbox, face: Vec::new(), speech }
    }

    /// Takes one message and carries out what follows from it.
    pub fn take(&mut self, msg: impl Into<S::Msg>) {
        let effects = self.state.update(msg.into(), self.clock.now());
        for effect in effects {
            self.carry_out(effect);
        }
    }

    /// Takes messages that have come already, as many as one turn allows.
    pub fn take_ready(&mut self) {
        for _ in 0..AT_ONCE {
            let Ok(msg) = self.inbox.try_recv() else { return };
            self.take(msg);
        }
    }

    /// Waits for the next message: a worker's, or the moment that the state asks for. Losing the race against another
    /// future loses nothing.
    pub async fn next(&mut self) -> Msg {
        let deadline = self.state.next_deadline().map(|at| self.clock.instant(at));
        tokio::select! {
            biased;
            Some(msg) = self.inbox.recv() => msg,
            () = sleep_until(deadline) => Msg::Wake,
        }
    }

    /// What the face has to do since the last call.
    pub fn take_face_cmds(&mut self) -> Vec<FaceCmd> {
        std::mem::take(&mut self.face)
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Ends the workers; every write is on disk when this returns. The state stays for a last look.
    #[must_use]
    pub fn close(self) -> S {
        self.workers.close();
        self.state
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Store(command) => self.workers.store(command),
            Effect::Http { profile, call } => self.workers.http(&profile, call),
            Effect::Save { profile, command } => self.workers.save(&profile, command),
            Effect::Local(LocalCmd::Edit { text }) => self.face.push(FaceCmd::Edit(text)),
            Effect::Local(LocalCmd::EditFile { path, line }) => self.face.push(FaceCmd::EditFile { path, line }),
            Effect::Local(LocalCmd::Speak { lang }) => self.face.push(FaceCmd::Speak(lang)),
            Effect::Local(command) => self.workers.local(command),
            Effect::Term(command) => self.face.push(FaceCmd::Term(command)),
            Effect::Log(line) => log(line, self.speech),
            Effect::Exit => self.ended = true,
        }
    }
}

fn log(LogLine { level, key, what }: LogLine, speech: Speech) {
    let key = key.map(|key| format!("{key} ")).unwrap_or_default();
    let text = match what {
        Noted::Text(text) => text,
        Noted::Reason(reason) => (speech.reason)(&reason),
    };
    match level {
        Level::Info => tracing::info!("{key}{text}"),
        Level::Warning => tracing::warn!("{key}{text}"),
        Level::Error => tracing::error!("{key}{text}"),
    }
}

/// Sleeps until then; without a moment, for ever.
pub async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
