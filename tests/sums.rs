//! The ledger against the service: some sixty tasks with every fault there is, and at the end both have charged the
//! same, to the thousandth, but for what is named as unknown.
//!
//! The reducer runs with the real store, client and downloader against the simulator over real HTTP. Time is the test's
//! own: it stands still while anything is under way and then goes to the moment the state asks for.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic, and this one tells its figures"
)]

mod net;
#[path = "sums/protocol.rs"]
mod protocol;
mod support;

use ::io::{
    client::Client,
    download::Downloader,
    store::{Handle, Store, open},
};
use domain::{
    amount::{Amount, Currency},
    catalogue::Catalogue,
    costs::{attempts, sum},
    request::Request,
    task::{MoneyEvent, TaskState},
    time::{HOUR, Mono, Now, Wall},
};
use engine::{
    Bare,
    act::{Act, Intent},
    effect::{Effect, SaveCmd, StoreCmd},
    msg::{LocalMsg, Msg, SaveMsg, StoreMsg},
    settings::Settings,
    work::Work,
};
use service::protocol::Protocol;
use simulator::{Faults, SimClock, SimConfig, Simulator};
use std::{
    path::Path,
    sync::mpsc::{self, Receiver, Sender},
    time::Duration,
};
use support::rig::{Ground, Rig};
use tokio::runtime::{Builder, Runtime};

const TASKS: usize = 60;

/// Every fault by its name. What would stop the line on every call comes seldom; a trickling download costs real time.
fn every_fault() -> Faults {
    let rare = ["html_200", "html_502", "hang", "reset"];
    let list: Vec<String> = Faults::NAMES
        .iter()
        // Only the gateway's records tell of a second charge, some time later: `tests/refunds.rs`.
        .filter(|info| info.name != "charged_twice")
        .enumerate()
        .map(|(n, info)| match info.name {
            "slow_download" => "slow_download@31".to_owned(),
            name if rare.contains(&name) => format!("{name}%{}", 37 + n),
            name => format!("{name}%{}", 7 + n),
        })
        .collect();
    list.join(",").parse().unwrap()
}

/// The work on the real store, client and downloader.
type Program = Rig<Bare, Real>;

struct Real {
    runtime: Runtime,
    clock: SimClock,
    store: Handle,
    client: Client,
    downloader: Downloader,
    to: Sender<Msg>,
    inbox: Receiver<Msg>,
    /// Commands that will be answered.
    under_way: usize,
    ended: bool,
}

impl support::rig::Program for Bare {
    fn work(&self) -> &Work {
        &self.work
    }
}

impl Ground for Real {
    fn perform(&mut self, effect: Effect, _now: Now) -> Option<Msg> {
        let to = self.to.clone();
        match effect {
            Effect::Store(command) => {
                let told = !matches!(
                    command,
                    StoreCmd::SaveDraft { .. }
                        | StoreCmd::DropDraft { .. }
                        | StoreCmd::SaveView { .. }
                        | StoreCmd::SaveUpload { .. }
                        | StoreCmd::SaveBalance { .. }
                        | StoreCmd::SaveSeen { .. }
                        | StoreCmd::Keep(_)
                );
                self.under_way += usize::from(told);
                self.store.send(command);
            }
            Effect::Http { call: command, .. } => {
                self.under_way += 1;
                let client = self.client.clone();
                self.runtime.spawn(async move { to.send(Msg::Http(client.run(command).await)) });
            }
            Effect::Save { command, .. } => {
                self.under_way += usize::from(matches!(command, SaveCmd::Start { .. }));
                let _here = self.runtime.enter();
                self.downloader.run(command, move |msg| drop(to.send(Msg::Save(msg))));
            }
            Effect::Exit => self.ended = true,
            Effect::Local(_) | Effect::Term(_) | Effect::Log(_) => {}
        }
        None
    }

    fn next(&mut self) -> Option<Msg> {
        (self.under_way > 0).then(|| self.receive())
    }

    fn passed(&mut self, ms: u64) {
        self.clock.advance(ms);
    }
}

impl Real {
    fn receive(&mut self) -> Msg {
        let msg = self.inbox.recv_timeout(net::DEADLINE).expect("an answer");
        let answers = match &msg {
            Msg::Store(StoreMsg::Opened { .. } | StoreMsg::Page { .. }) | Msg::Save(SaveMsg::Progress { .. }) => false,
            Msg::Store(_) | Msg::Http(_) | Msg::Save(_) => true,
            _ => false,
        };
        self.under_way -= usize::from(answers);
        msg
    }
}

fn start(dir: &Path, url: &str, clock: SimClock, runtime: Runtime) -> Program {
    start_with(dir, url, clock, runtime, Protocol::MINIMAX_V1)
}

fn start_with(dir: &Path, url: &str, clock: SimClock, runtime: Runtime, protocol: Protocol) -> Program {
    let (to, inbox) = mpsc::channel();
    let now = Now { mono: Mono(1_000_000), wall: clock.now(), zone: domain::time::Zone::east(0) };
    let mut settings = Settings { catalogue: Catalogue::builtin(), interactive: false, ..Settings::default() };
    settings.budget.per_day = None;
    settings.budget.per_batch = None;
    settings.queue.stop_after_failures = 0;
    settings.profile.submit_per_minute = 20;
    settings.profile.protocol = protocol;
    settings.download.dir = dir.join("videos").display().to_string();
    settings.has_key = false;
    let config = net::config(url, dir);
    let config = ::io::client::ClientConfig {
        protocol,
        submit_timeout: Duration::from_millis(700),
        submit_stall: Duration::from_millis(700),
        query_timeout: Duration::from_millis(700),
        ..config
    };
    let feed = to.clone();
    let real = Real {
        clock,
        store: open(dir, move |msg| drop(feed.send(Msg::Store(msg)))),
        client: Client::new(config).unwrap(),
        downloader: Downloader::new(true).unwrap(),
        runtime,
        to,
        inbox,
        under_way: 0,
        ended: false,
    };
    let mut program = Program::on(real, settings, now);
    program.take(Msg::Local(LocalMsg::Key { profile: "302ai".into(), result: Ok(()) }));
    while !program.state.work.tasks.loaded || program.state.work.store.owner.is_none() {
        let msg = program.receive();
        program.take(msg);
    }
    program
}

/// Goes on until nothing is under way and `done` says so; the time moves only while nothing is under way.
fn until(program: &mut Program, done: impl Fn(&Bare) -> bool) {
    let most = program.now.mono.plus(48 * HOUR);
    loop {
        program.settle();
        if done(&program.state) || program.ended {
            return;
        }
        if program.state.work.own.sending.halted.is_some() {
            // Key and balance faults stop the line; the person has seen to them.
            program.take(Msg::Act(Act::Resume));
        } else {
            assert!(program.go_on_to_next(most), "it never ends: {:?}", program.state.work.tasks.counts);
        }
    }
}

fn request(nth: usize) -> Request {
    Request::plain("MiniMax-Hailuo-02", &format!("shot {nth}: a fox runs"), "768P", 6)
}

#[test]
fn the_ledger_and_the_service_agree_to_the_thousandth_with_every_fault_switched_on() {
    let dir = tempfile::tempdir().unwrap();
    let clock = SimClock::manual();
    let demo = SimConfig::demo(Catalogue::builtin());
    let config = SimConfig {
        faults: every_fault(),
        balance: Amount::from_thousandths(1_000_000),
        bytes_per_second: None,
        clock: clock.clone(),
        ..demo
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::start(config)).unwrap();
    let mut program = start(dir.path(), simulator.base_url(), clock, runtime);

    let intents = (0..TASKS)
        .map(|nth| Intent {
            request: request(nth),
            parent: None,
            agreed: vec![],
            name: None,
            typed: None,
            profile: None,
        })
        .collect();
    program.take(Msg::Act(Act::Queue { intents, undo: false }));
    until(&mut program, |state| {
        let rows = &state.work.tasks.rows;
        rows.len() == TASKS && rows.values().all(|row| !row.state.is_live())
    });
    program.take(Msg::Act(Act::Quit));
    until(&mut program, |_| false);
    program.store.close();

    let store = Store::open(dir.path()).unwrap();
    let lines = store.costs(Wall(0), Wall(i64::MAX)).unwrap();
    let accounts = attempts(&lines);
    let ours = sum(&accounts).remove(&Currency::Ptc).unwrap_or_default();
    let service = simulator.counts().charged;
    // Only the simulator knows which of the unknown ones it took: that is what makes them unknown.
    let (submissions, charges) = (simulator.submissions(), simulator.charges());
    let mut taken_unknown = Amount::ZERO;
    for account in accounts.iter().filter(|account| account.last == MoneyEvent::Unknown) {
        let task = store.look(&[account.line.key]).unwrap().remove(0);
        // One that failed since may have been given back.
        let stands = |cost: &Amount| *cost != Amount::ZERO;
        let taken = charges.iter().filter(|c| c.prompt == task.request.prompt && stands(&c.cost)).count();
        let why = task.error().map_or("", |error| error.code.as_str());
        println!("unknown: {} {} PTC, taken {taken} times: {why}", task.key, account.reserved);
        assert!(taken <= 1, "{} was paid twice", task.key);
        taken_unknown += account.reserved.amount.times(taken);
    }
    // Charged by the records' word, and given back since: they say so only when they are asked again.
    let prompt = |key| store.look(&[key]).unwrap().remove(0).request.prompt;
    let mut given_back = Amount::ZERO;
    for account in accounts.iter().filter(|account| account.last == MoneyEvent::Recorded) {
        let own = prompt(account.line.key);
        if charges.iter().filter(|c| c.prompt == own).map(|c| c.cost).sum::<Amount>() == Amount::ZERO {
            given_back += account.reserved.amount;
        }
    }
    println!(
        "service {service} PTC; ledger {} charged, {} unknown of which {taken_unknown} were taken, {} set aside; {:?}",
        ours.charged,
        ours.unknown,
        ours.reserved,
        simulator.counts()
    );
    assert_eq!(ours.charged + taken_unknown, service + given_back);
    assert_eq!((ours.reserved, ours.tasks), (Amount::ZERO, TASKS));
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
