//! The ledger against the service: some sixty tasks with every fault there is, and at the end both have charged the same,
//! to the thousandth, but for what is named as unknown.
//!
//! The reducer runs with the real store, client and downloader against the simulator over real HTTP. Time is the test's
//! own: it stands still while anything is under way and then goes to the moment the state asks for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic, and this one tells its figures"
)]

#[path = "support/bound.rs"]
mod bound;
mod net;

use reeltop::{
    domain::{
        catalogue::Catalogue,
        costs::{accounts, sum},
        money::Ptc,
        request::Request,
        task::{MoneyEvent, TaskState},
        time::{HOUR, Mono, Now, Wall},
    },
    engine::{
        Bare, Driven,
        act::{Act, Intent},
        effect::{Effect, SaveCmd, StoreCmd},
        msg::{LocalMsg, Msg, SaveMsg, StoreMsg},
        settings::Settings,
    },
    io::{
        client::Client,
        download::Downloader,
        store::{Handle, Store, open},
    },
    simulator::{Faults, SimClock, SimConfig, Simulator},
};
use std::{path::Path, time::Duration};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

const TASKS: usize = 60;

/// Every fault by its name. What would stop the line on every call comes seldom; a trickling download costs real time.
fn every_fault() -> Faults {
    let rare = ["html_200", "html_502", "hang", "reset"];
    let list: Vec<String> = Faults::NAMES
        .iter()
        .enumerate()
        .map(|(n, info)| match info.name {
            "slow_download" => "slow_download@31".to_owned(),
            name if rare.contains(&name) => format!("{name}%{}", 37 + n),
            name => format!("{name}%{}", 7 + n),
        })
        .collect();
    list.join(",").parse().unwrap()
}

/// The whole program but for its screen, on a time of its own.
struct Program {
    state: Bare,
    now: Now,
    clock: SimClock,
    store: Handle,
    client: Client,
    downloader: Downloader,
    to: UnboundedSender<Msg>,
    inbox: UnboundedReceiver<Msg>,
    /// Commands that will be answered.
    under_way: usize,
    ended: bool,
    bound: bound::Bound,
}

impl Program {
    async fn start(dir: &Path, url: &str, clock: SimClock) -> Self {
        let (to, inbox) = mpsc::unbounded_channel();
        let now = Now { mono: Mono(1_000_000), wall: clock.now(), utc_offset: 0 };
        let mut settings = Settings { catalogue: Catalogue::builtin(), interactive: false, ..Settings::default() };
        settings.budget.per_day = None;
        settings.budget.per_batch = None;
        settings.queue.stop_after_failures = 0;
        settings.profile.submit_per_minute = 20;
        settings.download.dir = dir.join("videos").display().to_string();
        settings.has_key = false;
        let config = net::config(url, dir);
        let config = reeltop::io::client::ClientConfig {
            submit_timeout: Duration::from_millis(700),
            submit_stall: Duration::from_millis(700),
            query_timeout: Duration::from_millis(700),
            ..config
        };
        let feed = to.clone();
        let store = open(dir, move |msg| drop(feed.send(Msg::Store(msg))));
        let mut program = Self {
            state: Bare::new(settings, now),
            now,
            clock,
            store,
            client: Client::new(config).unwrap(),
            downloader: Downloader::new(true).unwrap(),
            to,
            inbox,
            under_way: 0,
            ended: false,
            bound: bound::Bound::default(),
        };
        program.take(Msg::Local(LocalMsg::Key { result: Ok(()) }));
        while !program.state.work.tasks.loaded || program.state.work.store.owner.is_none() {
            program.receive().await;
        }
        program
    }

    fn take(&mut self, msg: Msg) {
        self.bound.step(self.now.mono.0, || format!("{msg:?}"));
        for effect in self.state.update(msg, self.now) {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        let to = self.to.clone();
        match effect {
            Effect::Store(command) => {
                let told = !matches!(command, StoreCmd::SaveDraft { .. } | StoreCmd::SaveSeen { .. });
                self.under_way += usize::from(told);
                self.store.send(command);
            }
            Effect::Http(command) => {
                self.under_way += 1;
                let client = self.client.clone();
                tokio::spawn(async move { to.send(Msg::Http(client.run(command).await)) });
            }
            Effect::Save(command) => {
                self.under_way += usize::from(matches!(command, SaveCmd::Start { .. }));
                self.downloader.run(command, move |msg| drop(to.send(Msg::Save(msg))));
            }
            Effect::Exit => self.ended = true,
            Effect::Local(_) | Effect::Term(_) | Effect::Log(_) => {}
        }
    }

    async fn receive(&mut self) {
        let msg = tokio::time::timeout(net::DEADLINE, self.inbox.recv()).await.expect("an answer").unwrap();
        let answers = match &msg {
            Msg::Store(StoreMsg::Opened { .. } | StoreMsg::Page { .. }) | Msg::Save(SaveMsg::Progress { .. }) => false,
            Msg::Store(_) | Msg::Http(_) | Msg::Save(_) => true,
            _ => false,
        };
        self.under_way -= usize::from(answers);
        self.take(msg);
    }

    /// Goes on until nothing is under way and `done` says so; the time moves only while nothing is under way.
    async fn until(&mut self, mut done: impl FnMut(&Bare) -> bool) {
        let most = self.now.mono.plus(48 * HOUR);
        loop {
            while self.under_way > 0 {
                self.receive().await;
            }
            if done(&self.state) || self.ended {
                return;
            }
            if self.state.work.queue.halted.is_some() {
                // Key and balance faults stop the line; the person has seen to them.
                self.take(Msg::Act(Act::Resume));
                continue;
            }
            let next = self.state.next_deadline().expect("something is to happen").max(self.now.mono.plus(1));
            assert!(next < most, "it never ends: {:?}", self.state.work.tasks.counts);
            let step = next.since(self.now.mono);
            self.clock.advance(step);
            self.now = Now { mono: next, wall: self.now.wall.plus(step), ..self.now };
            self.take(Msg::Wake);
        }
    }
}

fn request(nth: usize) -> Request {
    Request::plain("MiniMax-Hailuo-02", &format!("shot {nth}: a fox runs"), "768P", 6)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_and_the_service_agree_to_the_thousandth_with_every_fault_switched_on() {
    let dir = tempfile::tempdir().unwrap();
    let clock = SimClock::manual();
    let demo = SimConfig::demo(Catalogue::builtin());
    let config = SimConfig {
        faults: every_fault(),
        balance: Ptc::from_thousandths(1_000_000),
        bytes_per_second: None,
        clock: clock.clone(),
        ..demo
    };
    let simulator = Simulator::start(config).await.unwrap();
    let mut program = Program::start(dir.path(), simulator.base_url(), clock).await;

    let intents =
        (0..TASKS).map(|nth| Intent { request: request(nth), parent: None, agreed: vec![], name: None }).collect();
    program.take(Msg::Act(Act::Queue { intents, undo: false }));
    program
        .until(|state| {
            let rows = &state.work.tasks.rows;
            rows.len() == TASKS && rows.values().all(|row| !row.state.is_live())
        })
        .await;
    program.take(Msg::Act(Act::Quit));
    program.until(|_| false).await;
    program.store.close();

    let store = Store::open(dir.path()).unwrap();
    let lines = store.costs(Wall(0), Wall(i64::MAX)).unwrap();
    let accounts = accounts(&lines);
    let ours = sum(&accounts);
    let service = simulator.counts().charged;
    // Only the simulator knows which of the unknown ones it took: that is what makes them unknown.
    let submissions = simulator.submissions();
    let mut taken_unknown = Ptc::ZERO;
    for account in accounts.iter().filter(|account| account.last == MoneyEvent::Unknown) {
        let task = store.look(&[account.line.key]).unwrap().remove(0);
        let taken = submissions.iter().filter(|s| s.prompt == task.request.prompt && s.task.is_some()).count();
        let why = task.error().map_or("", |error| error.message.as_str());
        println!("unknown: {} {} PTC, taken {taken} times: {why}", task.key, account.reserved);
        assert!(taken <= 1, "{} was paid twice", task.key);
        taken_unknown += account.reserved.times(taken);
    }
    println!(
        "service {service} PTC; ledger {} charged, {} unknown of which {taken_unknown} were taken, {} set aside; {:?}",
        ours.charged,
        ours.unknown,
        ours.reserved,
        simulator.counts()
    );
    assert_eq!(ours.charged + taken_unknown, service);
    assert_eq!((ours.reserved, ours.tasks), (Ptc::ZERO, TASKS));
    assert_eq!(simulator.violations(), Vec::<String>::new());
    // Every task was paid at most once, whatever happened to it.
    for nth in 0..TASKS {
        let taken = submissions.iter().filter(|s| s.prompt == request(nth).prompt && s.task.is_some()).count();
        assert!(taken <= 1, "{} was paid {taken} times", request(nth).prompt);
    }
    let counts = program.state.work.tasks.counts;
    let of = |state: TaskState| counts[state as usize];
    println!(
        "saved {}, failed {}, refused {}, unknown {}",
        of(TaskState::Saved),
        of(TaskState::Failed),
        of(TaskState::Refused),
        of(TaskState::Unknown)
    );
}
