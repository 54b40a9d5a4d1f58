//! Hours in half an hour: two `watch`, a dashboard, callbacks, every fault there is, and each minute a `kill -9` for
//! one of the three. In the end the service's charges and our ledger are laid beside each other, and every unknown that
//! records or callbacks could settle must have been settled, rightly. Prints its figures. Not part of the default run:
//!
//! ```text
//! cargo test --test soak -- --ignored --nocapture
//! REELTOP_SOAK_MINUTES=240 cargo test --test soak -- --ignored --nocapture
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic, and this one tells its figures"
)]

#[path = "../support/mod.rs"]
mod support;

use ::io::store::Store;
use domain::{amount::Amount, time::Wall};
use rustix::process::Signal;
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use support::{
    Home, Running, Service,
    books::{self, Books},
    look_again, ptc,
    pty::Pty,
};

/// One of the programs, and the first and the last measure of its present life.
enum Program {
    Watch(Running),
    Dashboard(Pty),
}

impl Program {
    fn start(home: &Home, which: usize) -> Self {
        if which == 2 {
            return Self::Dashboard(Pty::dashboard(home));
        }
        let mut command: Command = home.command(&["watch"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self::Watch(Running::of("watch", command))
    }

    fn id(&self) -> u32 {
        match self {
            Self::Watch(running) => running.id(),
            Self::Dashboard(screen) => screen.id(),
        }
    }

    fn kill(self) {
        match self {
            Self::Watch(running) => running.kill(),
            Self::Dashboard(screen) => screen.kill(),
        }
    }
}

/// Kilobytes in memory, and open files.
fn measured(id: u32) -> Option<(u64, usize)> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let memory = line.split_whitespace().nth(1)?.parse().ok()?;
    Some((memory, fs::read_dir(format!("/proc/{id}/fd")).ok()?.count()))
}

fn wait(time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until {
        look_again();
    }
}

/// Queues one, however long the busy machine takes. Nothing is lost if the store is busy: it is counted when it is
/// there.
fn queue(home: &Home, prompt: &str, picture: Option<&str>) {
    let picture: Vec<&str> =
        picture.into_iter().flat_map(|path| ["--model", "I2V-01", "--first-frame", path]).collect();
    let args = [&["submit", "--prompt", prompt, "--yes", "--max-cost", "1", "--queue"][..], &picture].concat();
    let mut command = home.command(&args);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().unwrap();
}

#[test]
#[ignore = "takes half an hour: cargo test --test soak -- --ignored --nocapture"]
fn soak() {
    let minutes: u64 = std::env::var("REELTOP_SOAK_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let service = Service::with(|config| {
        config.faults = books::faults();
        config.run_ms = (3_000, 25_000);
        config.balance = ptc(10_000_000);
    });
    let at = support::ports::free_address();
    let (listen, public) = (format!("\"{at}\""), format!("\"http://{at}\""));
    let home = Home::with(
        &service.url(),
        &[
            ("callback.listen", &*listen),
            ("callback.public_url", &*public),
            ("profiles.302ai.upload", "true"),
            ("profiles.302ai.submit_per_minute", "60"),
            ("budget.per_day", "100000"),
        ],
    );
    let picture = home.path().join("grey.png");
    fs::File::create(&picture).unwrap().write_all(&support::images::png(320, 320)).unwrap();
    let picture = picture.to_str().unwrap();
    let mut programs: Vec<Option<Program>> = (0..3).map(|which| Some(Program::start(&home, which))).collect();
    let (begun, mut kills, mut n) = (Instant::now(), 0_usize, 0);
    let end = Duration::from_secs(minutes * 60);
    let mut measures: BTreeMap<usize, Vec<(u64, usize)>> = BTreeMap::new();
    let (mut last_kill, mut last_measure) = (Instant::now(), Instant::now());
    while begun.elapsed() < end {
        n += 1;
        // Every twelfth time three that share a picture.
        if n % 12 == 0 {
            (0..3).for_each(|part| queue(&home, &format!("soak {n} picture {part}"), Some(picture)));
        } else {
            queue(&home, &format!("soak {n}"), None);
        }
        if last_kill.elapsed() >= Duration::from_secs(60) {
            last_kill = Instant::now();
            let which = kills % 3;
            programs[which].take().unwrap().kill();
            programs[which] = Some(Program::start(&home, which));
            kills += 1;
        }
        if last_measure.elapsed() >= Duration::from_secs(20) {
            last_measure = Instant::now();
            for (which, program) in programs.iter().enumerate() {
                measures.entry(which).or_default().extend(program.as_ref().and_then(|program| measured(program.id())));
            }
        }
        go_on(&home, &mut programs);
        wait(Duration::from_millis(2_500));
    }
    calm(&home, &mut programs);
    for program in programs.iter_mut() {
        if let Some(Program::Watch(watch)) = program.take() {
            watch.signal(Signal::TERM);
            watch.end();
        }
    }
    programs.clear();
    // What no program had the time for: the charges of the killed ones, and what was charged twice.
    let check = home.run(&["cost", "--check", "--json"]);
    report(&home, &service, begun, kills, &measures, check.code);
}

/// A person goes on where something stopped all sending.
fn go_on(home: &Home, programs: &mut [Option<Program>]) {
    let stopped = home.sql().query_row("SELECT count(*) FROM stops", [], |row| row.get::<_, u32>(0)).unwrap_or(0);
    if let Some(Some(Program::Dashboard(screen))) = programs.get_mut(2)
        && stopped > 0
    {
        screen.keys("p");
    }
}

/// No kills and nothing new, until all has ended and the records have been looked at for the last time that is soon.
fn calm(home: &Home, programs: &mut [Option<Program>]) {
    for (which, place) in programs.iter_mut().enumerate() {
        if let Some(program) = place.take() {
            program.kill();
        }
        *place = Some(Program::start(home, which));
    }
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10 * 60) {
        go_on(home, programs);
        wait(Duration::from_secs(5));
        let live = home.states().iter().any(|state| state.is_live());
        // Late records come after three minutes, and the look after five finds them.
        if !live && begun.elapsed() > Duration::from_secs(6 * 60) {
            return;
        }
    }
}

fn report(
    home: &Home,
    service: &Service,
    begun: Instant,
    kills: usize,
    measures: &BTreeMap<usize, Vec<(u64, usize)>>,
    check: Option<i32>,
) {
    let (sim, tasks) = (service.sim(), home.tasks());
    let lines = Store::open(&home.data()).unwrap().costs(Wall(0), Wall(i64::MAX)).unwrap();
    let Books { counts, truth, ours, apart, wrong } = books::compare(&tasks, &lines, sim);
    let minutes = begun.elapsed().as_secs() / 60;
    println!("{minutes} min, {kills} kills, {} tasks, {:?}", tasks.len(), sim.counts());
    println!("states: {counts:?}");
    println!("charged by the service {truth}, counted {ours}, of that apart and unknowable {apart}");
    let charges = sim.charges();
    let uploaded = charges.iter().filter(|charge| charge.prompt.is_empty()).map(|charge| charge.cost).sum::<Amount>();
    let ours: Amount = tasks.iter().map(|task| task.besides.uploads).sum();
    println!("uploads: charged {uploaded}, counted {ours}; cost --check ended with {check:?}");
    for (which, all) in measures {
        let name = ["watch 1", "watch 2", "dashboard"][*which];
        println!("{name}: kB and files first {:?}, last {:?}, most {:?}", all.first(), all.last(), all.iter().max());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
