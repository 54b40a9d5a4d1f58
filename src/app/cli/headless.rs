//! The engine without a screen: the same state, rules and workers as the dashboard's, driven until what a call waits for
//! has happened.

use crate::{
    app::{clock::Clock, engine::Engine, engine::sleep_until, exit::Exit, signals::Signals},
    domain::problem::Problem,
    io::config::Loaded,
    logic::{
        act::Act,
        msg::{Msg, Signal},
        settings::Scope,
        state::{ActReport, State},
    },
    tr,
};
use std::{io::Write, sync::Arc, time::Duration};

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// What was waited for has happened.
    Done,
    /// The time was up.
    TimeOut,
    /// A signal came, or the program ended for another reason.
    Ended,
}

/// An engine with nobody before it.
#[derive(Debug)]
pub(super) struct Headless {
    engine: Engine,
    signals: Signals,
}

impl Headless {
    /// Starts the engine, waits until the key was read and the store has given its live tasks.
    pub(super) async fn start(setup: &Loaded, scope: Scope) -> Result<Self, Problem> {
        let mut setup = setup.clone();
        setup.settings.interactive = false;
        setup.settings.scope = scope;
        let signals = Signals::listen().map_err(|e| Problem::new(tr!("signals cannot be heard"), e.to_string(), ""))?;
        let engine = Engine::start(Arc::new(setup), Clock::start());
        let mut headless = Self { engine, signals };
        headless.until(None, |state| state.tasks.loaded || state.queue.halted.is_some()).await;
        match headless.state().queue.halted.take() {
            Some(halt) => Err(halt.problem),
            None => Ok(headless),
        }
    }

    /// What is known now.
    pub(super) fn state(&mut self) -> &mut State {
        &mut self.engine.state
    }

    /// Waits until the key was read; the problem when there is none.
    pub(super) async fn key(&mut self) -> Result<(), Problem> {
        self.until(None, |state| state.settings.has_key || state.key_problem.is_some()).await;
        self.state().key_problem.clone().map_or(Ok(()), Err)
    }

    /// Has an act carried out.
    pub(super) fn act(&mut self, act: Act) {
        self.engine.take(Msg::Act(act));
        self.talk();
    }

    /// Has an act carried out, and waits for word of what became of each of `n` things. A batch that is queued is taken
    /// whole or not at all: one refusal is the whole word.
    pub(super) async fn reports(&mut self, act: Act, n: usize) -> Vec<ActReport> {
        let batch = matches!(act, Act::Queue { .. });
        self.state().reports.clear();
        self.act(act);
        let last = |report: &ActReport| report.key.is_none() || (batch && report.result.is_err());
        self.until(None, |state| state.reports.len() >= n || state.reports.iter().any(last)).await;
        std::mem::take(&mut self.state().reports)
    }

    /// Drives the engine until `done` says so, the time is up, or the program is told to end.
    pub(super) async fn until(&mut self, timeout: Option<u64>, mut done: impl FnMut(&State) -> bool) -> Waited {
        let deadline = timeout.map(|ms| tokio::time::Instant::now() + Duration::from_millis(ms));
        loop {
            if done(&self.engine.state) {
                return Waited::Done;
            }
            if self.engine.ended {
                return Waited::Ended;
            }
            tokio::select! {
                biased;
                signal = self.signals.next() => self.engine.take(Msg::Signal(signal)),
                () = sleep_until(deadline) => return Waited::TimeOut,
                msg = self.engine.next() => {
                    self.engine.take(msg);
                    self.engine.take_ready();
                }
            }
            self.talk();
        }
    }

    /// Ends in order: an answer under way is waited for, every write is on disk.
    pub(super) async fn end(mut self) -> (State, Option<Exit>) {
        let interrupted = self.engine.state.ending.as_ref().map(|_| Exit::Interrupted);
        if interrupted.is_none() {
            self.engine.take(Msg::Act(Act::Quit));
        }
        while !self.engine.ended {
            tokio::select! {
                biased;
                signal = self.signals.next() => {
                    if signal == Signal::Interrupt {
                        self.engine.take(Msg::Signal(signal));
                    }
                }
                msg = self.engine.next() => self.engine.take(msg),
            }
            self.talk();
        }
        (self.engine.close(), interrupted)
    }

    /// Tells on stderr what the dashboard would show in its message log.
    fn talk(&mut self) {
        let mut err = std::io::stderr().lock();
        for message in self.engine.state.screen.messages.drain(..) {
            let _ = writeln!(err, "{}", message.text);
        }
    }
}
