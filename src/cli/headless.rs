//! The engine without a screen: the same state, rules and workers as the dashboard's, driven until what a call waits for
//! has happened.

use super::Stop;
use crate::{
    cli::exit::Exit,
    domain::{
        problem::Problem,
        task::{TaskKey, TaskState},
    },
    engine::{
        act::Act,
        msg::{Msg, Signal},
        settings::Scope,
        work::ActReport,
    },
    io::{
        config::Loaded,
        run::{Engine, clock::Clock, signals::Signals, sleep_until},
    },
    screens::app::App,
    tr,
    tui::unsaved,
};
use std::{
    collections::{BTreeSet, VecDeque},
    io::{IsTerminal, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What this call has told on stderr.
#[derive(Debug)]
struct Told {
    /// Words, the newest first, at most [`REMEMBERED`].
    texts: VecDeque<String>,
    /// Tasks whose end was told.
    ends: BTreeSet<TaskKey>,
    /// Results go to stdout as JSON.
    json: bool,
}

static TOLD: Mutex<Told> = Mutex::new(Told { texts: VecDeque::new(), ends: BTreeSet::new(), json: false });

/// How many words are remembered: more than is told of the acts of one call at its end.
const REMEMBERED: usize = 200;

fn told() -> MutexGuard<'static, Told> {
    TOLD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says that results go to stdout as JSON.
pub(super) fn speaks_json() {
    told().json = true;
}

/// Whether that text was told already, by itself or as the reason of something else: a halt ends with what led to it.
pub(super) fn has_told(text: &str) -> bool {
    told().texts.iter().any(|known| known.ends_with(text))
}

/// Whether the end of that task was told to whoever reads stdout too: once is enough for one terminal.
pub(super) fn has_told_end(key: TaskKey) -> bool {
    one_terminal() && told().ends.contains(&key)
}

/// Whether data and talk are read by the same person on the same screen.
fn one_terminal() -> bool {
    std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
}

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
    ///
    /// # Errors
    /// The store cannot be used, or the program was told to end.
    pub(super) async fn start(setup: &Loaded, scope: Scope) -> Result<Self, Stop> {
        let mut setup = setup.clone();
        setup.settings.interactive = false;
        setup.settings.scope = scope;
        let signals = Signals::listen().map_err(|e| Problem::new(tr!("signals cannot be heard"), e.to_string(), ""))?;
        let engine = Engine::start(Arc::new(setup), Clock::start());
        let mut headless = Self { engine, signals };
        let waited =
            headless.until(None, |state| state.work.tasks.loaded || state.work.queue.halted_by_store().is_some()).await;
        // Whatever halted the account is no reason not to look, to save or to queue.
        match headless.state().work.queue.halted_by_store() {
            _ if waited == Waited::Ended => Err(Stop::Exit(Exit::Interrupted)),
            Some(halt) => Err(halt.problem.clone().into()),
            None => Ok(headless),
        }
    }

    /// What is known now.
    pub(super) fn state(&mut self) -> &mut App {
        &mut self.engine.state
    }

    /// Waits until the key was read.
    ///
    /// # Errors
    /// There is none, or the program was told to end.
    pub(super) async fn key(&mut self) -> Result<(), Stop> {
        match self.until(None, |state| state.work.settings.has_key || state.work.key_problem.is_some()).await {
            Waited::Done | Waited::TimeOut => {}
            Waited::Ended => return Err(Stop::Exit(Exit::Interrupted)),
        }
        let no_key = |problem| Stop::Problem(Exit::Key, Box::new(problem));
        self.state().work.key_problem.clone().map_or(Ok(()), |problem| Err(no_key(problem)))
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
        self.state().work.reports.clear();
        self.act(act);
        let last = |report: &ActReport| report.key.is_none() || (batch && report.result.is_err());
        self.until(None, |state| state.work.reports.len() >= n || state.work.reports.iter().any(last)).await;
        std::mem::take(&mut self.state().work.reports)
    }

    /// Drives the engine until `done` says so, the time is up, or the program is told to end.
    pub(super) async fn until(&mut self, timeout: Option<u64>, mut done: impl FnMut(&App) -> bool) -> Waited {
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
    pub(super) async fn end(mut self) -> (App, Option<Exit>) {
        let interrupted = self.engine.state.work.ending.as_ref().map(|_| Exit::Interrupted);
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
        let state = self.engine.close();
        unsaved::tell(&state);
        (state, interrupted)
    }

    /// Tells on stderr what the dashboard would show in its message log.
    fn talk(&mut self) {
        let state = &mut self.engine.state;
        if state.screen.messages.is_empty() {
            return;
        }
        let (mut err, mut told, one) = (std::io::stderr().lock(), told(), one_terminal());
        for message in state.screen.messages.drain(..) {
            let row = message.key.and_then(|key| state.work.tasks.rows.get(&key));
            if let Some(row) = row.filter(|row| !row.state.is_live() || row.state == TaskState::Unknown) {
                if one && told.json {
                    continue; // Its result follows on stdout.
                }
                told.ends.insert(row.key);
            }
            let _ = writeln!(err, "{}", message.text);
            told.texts.truncate(REMEMBERED - 1);
            told.texts.push_front(message.text);
        }
    }
}
