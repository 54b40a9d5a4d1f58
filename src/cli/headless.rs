//! The engine without a screen: the same state, rules and workers as the dashboard's, driven until what a call waits
//! for has happened.

use super::{
    Stop,
    live::{Live, Waits, stamp},
    printer, say,
};
use ::io::{
    config::Loaded,
    run::{Driver, clock::Clock, exit::Exit, signals::Signals, sleep_until, unsaved},
};
use domain::{
    mutex::lock,
    problem::ErrorClass,
    reason::{
        Reason,
        store::{Deed, Fault},
    },
    task::{TaskKey, TaskState},
    text,
};
use engine::{
    Bare,
    act::Act,
    msg::{InsertRefusal, Msg, Signal},
    news::{ActNews, News, NotQueued, QueueNews},
    profile_state::Halt,
    settings::Scope,
    work::Work,
};
use std::{
    collections::{BTreeSet, VecDeque},
    fs::File,
    io::IsTerminal,
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::MetadataExt,
    },
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use words::voice::Voice;
use words::{
    news::{message, not_done, not_queued, unsaved as unsaved_ids},
    problem::Problem,
    reason, tr,
};

/// What this call has told on stderr.
#[derive(Debug)]
struct Told {
    /// Messages, the newest first, at most [`REMEMBERED`].
    texts: VecDeque<String>,
    /// Tasks whose end was told.
    ends: BTreeSet<TaskKey>,
    /// Results go to stdout as JSON.
    json: bool,
}

static TOLD: Mutex<Told> = Mutex::new(Told { texts: VecDeque::new(), ends: BTreeSet::new(), json: false });

/// How many messages are remembered: more than is told of the acts of one call at its end.
const REMEMBERED: usize = 200;

fn told() -> MutexGuard<'static, Told> {
    lock(&TOLD)
}

/// Says that results go to stdout as JSON.
pub(super) fn speaks_json() {
    told().json = true;
}

/// Whether that text was told already, by itself or as the reason of something else: a halt ends with what led to it.
pub(super) fn has_told(text: &str) -> bool {
    told().texts.iter().any(|known| known.ends_with(text))
}

/// Whether the end of that task was told to whoever reads stdout too: once is enough.
pub(super) fn has_told_end(key: TaskKey) -> bool {
    one_reader() && told().ends.contains(&key)
}

/// Whether data and messages go to the same place: one terminal, one file, a service manager's journal.
fn one_reader() -> bool {
    let place = |end: BorrowedFd<'_>| {
        let found = end.try_clone_to_owned().and_then(|end| File::from(end).metadata());
        found.map(|found| (found.dev(), found.ino())).ok()
    };
    let data = place(std::io::stdout().as_fd());
    data.is_some() && data == place(std::io::stderr().as_fd())
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

/// What became of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActReport {
    /// The task; `None` where none came of it.
    pub(super) key: Option<TaskKey>,
    /// What became of it.
    pub(super) result: Result<TaskState, Problem>,
    /// The kind of failure, where the service or the connection to it was the cause, or where the outcome is unknown.
    pub(super) class: Option<ErrorClass>,
}

/// An engine with nobody before it.
#[derive(Debug)]
pub(super) struct Headless {
    driver: Driver<Bare>,
    signals: Signals,
    reports: Vec<ActReport>,
    /// What is said while it is waited; nothing where a call is soon over.
    live: Option<Live>,
}

impl Headless {
    /// Starts the engine, waits until the key was read and the store has given its live tasks.
    ///
    /// # Errors
    /// The store cannot be used, or the program was told to end.
    pub(super) async fn start(setup: &Loaded, scope: Scope) -> Result<Self, Stop> {
        let mut setup = setup.clone();
        setup.settings.interactive = false;
        let serves = scope == Scope::All;
        setup.settings.scope = scope;
        let signals = Signals::listen();
        printer::open();
        let driver = Driver::start(Arc::new(setup), Clock::start(), words::SPEECH);
        let mut headless = Self { driver, signals, reports: Vec::new(), live: None };
        let is_known = |work: &Work| work.tasks.loaded || work.halted_by_store().is_some();
        let mut waited = headless.until(None, is_known).await;
        if serves && let Some(halt) = headless.work().halted_by_store().filter(|halt| passes(halt)) {
            // What serves the store, such as a `watch` at the machine's start, waits for a server that is not there
            // yet.
            say(&reason::halt(halt, &Voice::default()).to_string());
            let is_known = |work: &Work| work.tasks.loaded || work.halted_by_store().is_some_and(|halt| !passes(halt));
            waited = headless.until(None, is_known).await;
        }
        // Whatever halted the account is no reason not to look, to save or to queue; nor is it to whoever serves the
        // store that the connection broke once more just then.
        match headless.work().halted_by_store().filter(|halt| !serves || !passes(halt)) {
            _ if waited == Waited::Ended => Err(Stop::Exit(Exit::Interrupted)),
            // This call tries nothing again.
            Some(Halt { reason: Reason::Store(fault), .. }) => Err(fault.clone().into()),
            Some(halt) => Err(reason::halt(halt, &Voice::default()).into()),
            None => Ok(headless),
        }
    }

    /// Starts an engine for tasks of its own, of which nothing is sent.
    pub(super) async fn start_paused(setup: &Loaded) -> Result<Self, Stop> {
        let mut setup = setup.clone();
        setup.settings.queue.start_paused = true;
        Self::start(&setup, Scope::Named).await
    }

    /// What is known now.
    pub(super) fn work(&self) -> &Work {
        &self.driver.state.work
    }

    /// From now on it is said how the waiting goes, beginning with that text. A program that reads JSON and keeps
    /// stderr hears only what came of it, as before.
    pub(super) fn follow(&mut self, waits: Waits, keys: &[TaskKey], text: &str) {
        if told().json && !std::io::stderr().is_terminal() {
            return;
        }
        self.live = Some(Live::of(waits, keys));
        if !text.is_empty() {
            printer::err(format!("{}{text}\n", stamp(self.driver.clock().now(), &std::io::stderr())));
        }
    }

    /// Waits until the key was read.
    ///
    /// # Errors
    /// There is none, or the program was told to end.
    pub(super) async fn key(&mut self) -> Result<(), Stop> {
        match self.until(None, |work| work.own.has_key || work.own.key_problem.is_some()).await {
            Waited::Done | Waited::TimeOut => {}
            Waited::Ended => return Err(Stop::Exit(Exit::Interrupted)),
        }
        let no_key = |why| Stop::of(Exit::Key, reason::problem(why, &Voice::default()));
        self.work().own.key_problem.as_ref().map_or(Ok(()), |why| Err(no_key(why)))
    }

    /// Waits until the key of every profile was read.
    ///
    /// # Errors
    /// None has one, or the program was told to end.
    pub(super) async fn keys(&mut self) -> Result<(), Stop> {
        match self.keys_read().await {
            Waited::Ended => Err(Stop::Exit(Exit::Interrupted)),
            Waited::Done | Waited::TimeOut if self.work().served().any(|(_, served)| served.has_key) => {
                for (profile, served) in self.work().served() {
                    let Some(why) = &served.key_problem else { continue };
                    let what = reason::problem(why, &Voice::default()).to_string();
                    say(&tr!("profile {profile} is not served: {what}", profile, what));
                }
                Ok(())
            }
            Waited::Done | Waited::TimeOut => self.key().await,
        }
    }

    /// Waits until the key of every profile was read, or could not be.
    pub(super) async fn keys_read(&mut self) -> Waited {
        let is_read = |work: &Work| {
            let mut served = work.served();
            served.all(|(_, served)| served.has_key || served.key_problem.is_some())
        };
        self.until(None, is_read).await
    }

    /// Has an act carried out.
    pub(super) fn act(&mut self, act: Act) {
        self.driver.take(Msg::Act(act));
        self.talk();
    }

    /// Has an act carried out, and waits for word of what became of each of `n` things. A batch that is queued is taken
    /// whole or not at all: one refusal is the whole word.
    pub(super) async fn reports(&mut self, act: Act, n: usize) -> Vec<ActReport> {
        let batch = matches!(act, Act::Queue { .. });
        self.reports.clear();
        self.act(act);
        let last = |report: &ActReport| batch && report.result.is_err();
        self.drive(None, |headless| headless.reports.len() >= n || headless.reports.iter().any(last)).await;
        self.new_reports()
    }

    /// What became of acts since the last call.
    pub(super) fn new_reports(&mut self) -> Vec<ActReport> {
        std::mem::take(&mut self.reports)
    }

    /// Drives the engine until `done` says so, the time is up, or the program is told to end.
    pub(super) async fn until(&mut self, timeout: Option<u64>, mut done: impl FnMut(&Work) -> bool) -> Waited {
        self.drive(timeout, |headless| done(&headless.driver.state.work)).await
    }

    async fn drive(&mut self, timeout: Option<u64>, done: impl FnMut(&Self) -> bool) -> Waited {
        let waited = self.turn(timeout, done).await;
        if let Some(live) = &mut self.live {
            live.hide();
        }
        waited
    }

    async fn turn(&mut self, timeout: Option<u64>, mut done: impl FnMut(&Self) -> bool) -> Waited {
        let deadline = timeout.map(|ms| tokio::time::Instant::now() + Duration::from_millis(ms));
        loop {
            if done(self) {
                return Waited::Done;
            }
            if self.driver.ended {
                // A signal asked for it, and a reader that stalls does not hold it up.
                printer::close_by_signal();
                return Waited::Ended;
            }
            let step = self.show();
            tokio::select! {
                biased;
                signal = self.signals.next() => self.driver.take(Msg::Signal(signal)),
                () = sleep_until(deadline) => return Waited::TimeOut,
                () = sleep_until(step) => {}
                // Nobody hears us: the same as a hang-up.
                () = printer::unheard() => self.driver.take(Msg::Signal(Signal::HangUp)),
                msg = self.driver.next() => {
                    self.driver.take(msg);
                    self.driver.take_ready();
                }
            }
            self.talk();
        }
    }

    /// Says how it stands, and gives the moment at which that changes though nothing happens.
    fn show(&mut self) -> Option<tokio::time::Instant> {
        let live = self.live.as_mut()?;
        let (work, now) = (&self.driver.state.work, self.driver.clock().now());
        live.show(work, now);
        live.next(work, now).map(|at| self.driver.clock().instant(at))
    }

    /// Ends in order: an answer under way is waited for, every write is on disk.
    pub(super) async fn end(mut self) -> (Work, Option<Exit>) {
        let interrupted = self.driver.state.work.ending.as_ref().map(|_| Exit::Interrupted);
        if interrupted.is_none() {
            self.driver.take(Msg::Act(Act::Quit));
        }
        while !self.driver.ended {
            tokio::select! {
                biased;
                signal = self.signals.next() => {
                    if signal == Signal::Interrupt {
                        self.driver.take(Msg::Signal(signal));
                    }
                }
                msg = self.driver.next() => self.driver.take(msg),
            }
            self.talk();
        }
        let work = self.driver.close().work;
        // What nobody has asked for is told after all; [`has_told`] keeps it from being said twice.
        for problem in self.reports.iter().filter_map(|report| report.result.as_ref().err()) {
            say(&problem.to_string());
        }
        unsaved::tell_by(&unsaved_ids(&work), printer::err);
        if interrupted.is_some() {
            printer::close_by_signal();
        } else {
            printer::close();
        }
        (work, interrupted)
    }

    /// Tells the news on stderr, and keeps what became of acts for the caller.
    fn talk(&mut self) {
        let Bare { work, news } = &mut self.driver.state;
        if news.is_empty() {
            return;
        }
        let voice = &Voice::default();
        let (mut told, one) = (told(), one_reader());
        for news in news.drain(..) {
            // What it meets at its start is why a call ends, and is told as that: nothing was to be sent yet.
            let is_of_start = work.store.owner.is_none() && work.halted_by_store().is_some();
            if is_of_start && matches!(news, News::Queue(QueueNews::Halted(_))) {
                continue;
            }
            let reported = report(&news, voice);
            // Whoever asked for an act tells why it came to nothing.
            let is_told = reported.as_ref().is_some_and(|report| report.result.is_err());
            self.reports.extend(reported);
            if is_told {
                continue;
            }
            let Some(said) = message(&news, voice) else { continue };
            let row = said.key.and_then(|key| work.tasks.rows.get(&key));
            if let Some(row) = row.filter(|row| !row.state.is_live() || row.state == TaskState::Unknown) {
                if one && told.json {
                    continue; // Its result follows on stdout.
                }
                told.ends.insert(row.key);
            }
            let at = self.live.as_mut().map(|live| {
                live.hide();
                stamp(work.now, &std::io::stderr())
            });
            printer::err(format!("{}{}\n", at.unwrap_or_default(), text::harmless(&said.text)));
            told.texts.truncate(REMEMBERED - 1);
            told.texts.push_front(said.text);
        }
    }
}

/// Whether the store may come back without anybody here doing anything.
fn passes(halt: &Halt) -> bool {
    matches!(&halt.reason, Reason::Store(fault) if fault.passes())
}

/// What a piece of news says of an act.
fn report(news: &News, voice: &Voice) -> Option<ActReport> {
    let failed = |key, problem, class| Some(ActReport { key, result: Err(problem), class });
    match news {
        News::Act(ActNews::Done { key, state } | ActNews::Known { key, state, .. }) => {
            Some(ActReport { key: Some(*key), result: Ok(*state), class: None })
        }
        News::Act(ActNews::LooksFirst { .. }) => None,
        News::Act(ActNews::NotDone { key, why }) => failed(*key, not_done(*key, why, voice), why.class()),
        // That task is told of as done.
        News::Batch {
            result: Err(NotQueued::Refused(InsertRefusal::NameTaken { .. } | InsertRefusal::IdTaken { .. })),
            ..
        } => None,
        News::Batch { result: Err(why), .. } => {
            let parent = match why {
                NotQueued::Refused(InsertRefusal::Overtaken { parent, .. }) => Some(*parent),
                NotQueued::Refused(_) | NotQueued::Store(_) => None,
            };
            // Who takes that for a failure and tries again may pay twice.
            let is_in_doubt = matches!(why, NotQueued::Store(Fault { deed: Deed::Confirm, .. }));
            failed(parent, not_queued(why), is_in_doubt.then_some(ErrorClass::UnknownOutcome))
        }
        News::Task { .. }
        | News::Rows(_)
        | News::Queue(_)
        | News::Connection(_)
        | News::Store(_)
        | News::Config(_)
        | News::Records(_)
        | News::CapRaised { .. }
        | News::Batch { result: Ok(_), .. } => None,
    }
}
