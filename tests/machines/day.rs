//! How the day goes.

use super::{
    Chance,
    cable::Blow,
    caps::Caps,
    machine::{Machine, faketime},
    people::{self, Call},
    reckoning,
    rig::{Place, place},
    support::{Service, books, finish, ptc},
};
use domain::mix::SplitMix;
use rustix::process::Signal;
use std::{
    env,
    path::PathBuf,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

/// Submissions a minute of the account, for all machines together.
pub(crate) const PACE: usize = 60;
const MACHINES: u8 = 10;
/// The one whose clock is wrong, and the one that sleeps.
const AHEAD: usize = 4;
const SLEEPER: usize = 7;
/// Longer than the lease on a submission: 10 s for its answer, 5 s for its upload, 70 s.
const NAP: Duration = Duration::from_secs(100);

/// Something that happens once, at that share of the day.
type Turn = (f64, fn(&mut Day<'_>));

const TURNS: [Turn; 9] = [
    (0.12, |day| day.restart(Duration::from_secs(4))),
    (0.20, |day| day.machines[SLEEPER].cable.strike(Blow::HoldAClaim)),
    (0.30, |day| day.budget("--each", "dora", 1.0)),
    (0.40, |day| day.restart(Duration::from_secs(12))),
    (0.50, |day| day.budget("--each", "", f64::INFINITY)),
    (0.62, |day| day.kill_the_server()),
    (0.75, |day| day.budget("--per-day", "", 4.0)),
    (0.85, |day| day.machines[SLEEPER].cable.strike(Blow::HoldAClaim)),
    (0.93, |day| day.budget("--per-day", "", f64::INFINITY)),
];

struct Day<'a> {
    place: &'a Place,
    machines: Vec<Machine>,
    caps: &'a Caps,
    chance: Chance,
    logs: Option<PathBuf>,
    calls: Vec<thread::JoinHandle<Call>>,
    kills: usize,
    blows: usize,
    naps: usize,
    /// Until when the sleeper sleeps.
    wakes: Option<Instant>,
    pressed: Instant,
}

pub(crate) fn run(seed: u64, minutes: u64) {
    let place = place();
    let service = Service::with(|config| {
        config.seed = seed;
        config.faults = books::faults();
        config.run_ms = (3_000, 25_000);
        config.balance = ptc(10_000_000);
    });
    if faketime().is_none() {
        println!("no libfaketime here (apt-get install faketime): all clocks are right");
    }
    let machines = (0..MACHINES)
        .map(|n| Machine::new(n, &place, &service.url(), PACE, if usize::from(n) == AHEAD { 3_600 } else { 0 }));
    let caps = Caps::default();
    let logs = env::var_os("REELTOP_MACHINES_LOGS").map(PathBuf::from);
    let mut day = Day {
        place: &place,
        machines: machines.collect(),
        caps: &caps,
        chance: Chance(SplitMix(seed)),
        logs,
        calls: Vec::new(),
        kills: 0,
        blows: 0,
        naps: 0,
        wakes: None,
        pressed: Instant::now(),
    };
    thread::scope(|scope| {
        scope.spawn(|| caps.watch(&place));
        let length = Duration::from_secs(minutes * 60);
        let begun = Instant::now();
        // Nobody is left waiting where this fails.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            day.goes(length);
            day.ends();
        }));
        caps.over.store(true, Ordering::SeqCst);
        if let Err(panic) = done {
            std::panic::resume_unwind(panic);
        }
        println!(
            "seed {seed}, {} s: {} engines killed, {} blows to lines, {} naps, server restarted twice and killed once",
            begun.elapsed().as_secs(),
            day.kills,
            day.blows,
            day.naps
        );
        let calls: Vec<Call> = day.calls.drain(..).map(|call| call.join().unwrap()).collect();
        reckoning::reckon(&place, &service, &day.machines, &calls, &caps);
    });
}

impl Day<'_> {
    fn goes(&mut self, length: Duration) {
        for machine in &mut self.machines {
            machine.start(self.logs.as_deref());
        }
        let begun = Instant::now();
        let (mut killed, mut struck, mut asked, mut turns) = (begun, begun, begun, TURNS.iter().peekable());
        let mut n = 0;
        while begun.elapsed() < length {
            let share = begun.elapsed().as_secs_f64() / length.as_secs_f64();
            if let Some((_, turn)) = turns.next_if(|(at, _)| *at <= share) {
                turn(self);
            }
            if killed.elapsed() >= Duration::from_secs(10) {
                killed = Instant::now();
                self.kill_an_engine();
            }
            if struck.elapsed() >= Duration::from_secs(7) {
                struck = Instant::now();
                self.strike_a_line();
            }
            // A little faster than the pace, three at a time at most: this machine is not ten.
            let busy = self.calls.iter().filter(|call| !call.is_finished()).count();
            if asked.elapsed() >= Duration::from_millis(2_500) && busy < 4 {
                asked = Instant::now();
                n += 1;
                let which = self.chance.below(self.machines.len());
                self.calls.push(people::submit(&self.machines[which], n, &mut self.chance));
            }
            self.nap();
            self.go_on();
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Nothing new and no more blows, until all has ended and the records were looked at for the last time that is
    /// soon: late ones come after three minutes, and the look after five finds them.
    fn ends(&mut self) {
        for machine in &mut self.machines {
            machine.cable.strike(Blow::None);
            machine.cable.let_go();
            machine.cable.is_down(false);
            if machine.sleeps {
                machine.signal(Signal::CONT);
                machine.sleeps = false;
            }
        }
        let begun = Instant::now();
        loop {
            self.go_on();
            thread::sleep(Duration::from_millis(500));
            let live = self.number(
                "SELECT count(*) FROM tasks WHERE state NOT IN \
                                    ('saved', 'failed', 'refused', 'cancelled', 'unknown')",
            );
            if live == Some(0) && begun.elapsed() > Duration::from_secs(6 * 60) {
                break;
            }
            if begun.elapsed() > Duration::from_secs(12 * 60) {
                for picture in self.machines.iter().filter_map(Machine::picture) {
                    println!("{picture}");
                }
                println!("still live after twelve minutes: {live:?}");
                break;
            }
        }
        for machine in &mut self.machines {
            let code = machine.end();
            if code != Some(0) && !machine.has_a_screen() {
                println!("the engine of {} ended with {code:?}", machine.name());
            }
        }
        // What no program had the time for: the charges of the killed ones, and what was charged twice.
        let checked = finish("cost --check", self.machines[0].call(&["cost", "--check", "--json"]));
        println!("cost --check ended with {:?}", checked.code);
    }

    fn kill_an_engine(&mut self) {
        let which = self.chance.below(self.machines.len());
        let machine = &mut self.machines[which];
        if !machine.sleeps {
            machine.kill();
            machine.start(self.logs.as_deref());
            self.kills += 1;
        }
    }

    fn strike_a_line(&mut self) {
        let which = self.chance.below(self.machines.len());
        if which == SLEEPER {
            return;
        }
        self.blows += 1;
        let cable = &self.machines[which].cable;
        match self.chance.below(4) {
            0 => cable.strike(Blow::Lose),
            1 => cable.strike(Blow::LoseTheAnswer),
            2 => cable.is_down(true),
            _ => self.machines.iter().for_each(|machine| machine.cable.is_down(false)),
        }
    }

    /// The sleeper's claim is in the store, and its machine is stopped before it hears of it.
    fn nap(&mut self) {
        let machine = &mut self.machines[SLEEPER];
        if self.wakes.is_none() && machine.cable.holds() {
            machine.signal(Signal::STOP);
            machine.sleeps = true;
            self.wakes = Some(Instant::now() + NAP);
        }
        if self.wakes.take_if(|at| *at <= Instant::now()).is_some() {
            machine.cable.let_go();
            machine.signal(Signal::CONT);
            machine.sleeps = false;
            self.naps += 1;
        }
    }

    fn restart(&mut self, pause: Duration) {
        self.place.end("fast");
        thread::sleep(pause);
        self.place.start();
    }

    fn kill_the_server(&mut self) {
        self.place.kill();
        thread::sleep(Duration::from_secs(6));
        self.place.start();
    }

    /// A keeper sets a cap: so much above what stands against it now.
    fn budget(&mut self, which: &str, who: &str, more: f64) {
        let cap = if more.is_infinite() {
            "none".to_owned()
        } else {
            format!("{:.1}", self.caps.spent(who) as f64 / 1e6 + more)
        };
        let call = self.machines[1].call(&["store", "budget", which, &cap]);
        let done = finish("store budget", call);
        println!("store budget {which} {cap}: {:?} {}", done.code, done.err.trim());
    }

    /// A person goes on where something stopped all sending.
    fn go_on(&mut self) {
        if self.pressed.elapsed() < Duration::from_secs(2) {
            return;
        }
        self.pressed = Instant::now();
        if self.number("SELECT count(*) FROM stops").is_some_and(|stops| stops > 0) {
            let which = if self.chance.below(2) == 0 { 0 } else { 5 };
            self.machines[which].keys("p");
        }
    }

    /// `None` while the server is away.
    fn number(&self, question: &str) -> Option<i64> {
        String::from_utf8(self.place.sql(question).stdout).ok()?.trim().parse().ok()
    }
}
