//! The runner: arguments, many seeds, figures.

use crate::{
    mutation::Mutation,
    plan::{Part, Plan, kinds},
    rules::{Broken, Rule},
    shorten::{keep_panics, one, report, tell},
    world::{Figures, LEAST},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    ops::Range,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

/// Seeds of an ordinary run of the tests.
const SEEDS: Range<u64> = 0..60;
/// A mutation is caught within so many.
const CAUGHT_WITHIN: u64 = 2_000;

/// So many of the histories have all of [`LEAST`].
const MOSTLY: f64 = 0.7;
/// In this part of the histories each kind of fault comes to pass, in as many as say something of it.
const SEEN_IN: f64 = 0.01;
const ENOUGH: f64 = 2_000.0;

/// So many seeds are played twice.
const TWICE: u64 = 16;

const NAMES: [&str; 3] = ["histories_keep_the_rules", "every_mutation_is_caught", "a_seed_is_played_the_same_twice"];

/// What many histories came to.
#[derive(Default)]
struct Sum {
    failed: BTreeMap<u64, Broken>,
    programs: u64,
    tasks: u64,
    typed: u64,
    steps: u64,
    faults: u64,
    most_tasks: u64,
    /// Histories that have each of [`LEAST`], and that have all of them.
    has: [u64; 4],
    full: u64,
    /// By the name of a fault, the histories in which it came to pass.
    seen: BTreeMap<String, u64>,
}

impl Sum {
    fn add(&mut self, seed: u64, done: Result<Figures, Broken>) {
        match done {
            Ok(figures) => {
                let has = figures.has();
                has.iter().zip(&mut self.has).for_each(|(has, histories)| *histories += u64::from(*has));
                self.full += u64::from(has.iter().all(|has| *has));
                self.programs += figures.programs;
                self.tasks += figures.tasks;
                self.most_tasks = self.most_tasks.max(figures.tasks);
                self.typed += figures.typed;
                self.steps += figures.steps;
                self.faults += figures.faults.values().sum::<u64>();
                figures.faults.into_keys().for_each(|name| *self.seen.entry(name).or_default() += 1);
            }
            Err(broken) => drop(self.failed.insert(seed, broken)),
        }
    }
}

/// Plays these, on all cores.
fn many(seeds: &Range<u64>) -> Sum {
    let sum = Mutex::new(Sum::default());
    on_all_cores(seeds.clone(), |seed| {
        let done = one(&Plan::of(seed), None, None);
        sum.lock().expect("no worker panics").add(seed, done);
    });
    sum.into_inner().expect("no worker panics")
}

/// Does that with each of them, in their order.
fn on_all_cores<T>(all: impl Iterator<Item = T> + Send, each: impl Fn(T) + Sync) {
    let all = Mutex::new(all);
    let work = || iter::from_fn(|| all.lock().expect("no worker panics").next()).for_each(&each);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
}

#[allow(clippy::cast_precision_loss, reason = "means and shares")]
fn keep_the_rules(seeds: &Range<u64>) -> bool {
    let begun = Instant::now();
    let sum = many(seeds);
    let all = (seeds.end - seeds.start) as f64;
    let mean = |n: u64| n as f64 / all;
    println!(
        "{all} histories: {:.1} programs, {:.1} tasks ({:.1} by keys, {} at most), {:.0} steps and {:.1} faults each",
        mean(sum.programs),
        mean(sum.tasks),
        mean(sum.typed),
        sum.most_tasks,
        mean(sum.steps),
        mean(sum.faults)
    );
    let has = LEAST.iter().zip(sum.has).map(|(what, histories)| format!("{what} {:.1}", 100.0 * mean(histories)));
    println!(
        "in percent of the histories: {}, all of that {:.1}",
        has.collect::<Vec<_>>().join(", "),
        100.0 * mean(sum.full)
    );
    let shares: Vec<String> =
        sum.seen.iter().map(|(name, histories)| format!("{name} {:.1}", 100.0 * mean(*histories))).collect();
    println!("faults, in percent of the histories: {}", shares.join(", "));
    println!(
        "{:.1} ms each, {:.0} s in all",
        1_000.0 * begun.elapsed().as_secs_f64() / all,
        begun.elapsed().as_secs_f64()
    );
    // A few seeds need not have seen every kind.
    let rare: Vec<String> =
        kinds().into_iter().filter(|name| mean(sum.seen.get(name).copied().unwrap_or(0)) < SEEN_IN).collect();
    if !rare.is_empty() {
        println!("in less than one history of a hundred: {}", rare.join(", "));
    }
    sum.failed.iter().for_each(|(seed, broken)| report(*seed, broken));
    println!("{} histories broke a rule", sum.failed.len());
    let is_enough = rare.is_empty() && sum.typed > 0 && mean(sum.full) >= MOSTLY;
    sum.failed.is_empty() && (all < ENOUGH || is_enough)
}

/// A seed played twice is told in the same lines, and a panic leaves what was told before it.
fn replay_exactly() -> bool {
    let fails = AtomicU64::new(0);
    on_all_cores(0..TWICE, |seed| {
        let plan = Plan::of(seed);
        let [once, again] = [(); 2].map(|()| tell(&plan, None).1);
        let apart = once.iter().zip(&again).find(|(one, other)| one != other);
        if apart.is_some() || once.len() != again.len() {
            println!("seed {seed} is told in {} lines and in {}: {apart:#?}", once.len(), again.len());
            fails.fetch_add(1, Ordering::Relaxed);
        }
        let (done, told) = tell(&plan, Some(Mutation::Panics));
        let says_where = |broken: &Broken| broken.rule != Rule::Sound || broken.how.contains(".rs:");
        if told.is_empty() || done.is_err_and(|broken| !says_where(&broken)) {
            println!("seed {seed} panics without a history or a place");
            fails.fetch_add(1, Ordering::Relaxed);
        }
    });
    fails.into_inner() == 0
}

/// The first seed at which that rule catches it, and the rules that other seeds before it broke.
fn catch(mutation: Mutation, rule: Rule) -> (Option<u64>, BTreeMap<Rule, u64>) {
    let mut others = BTreeMap::new();
    for seed in 0..CAUGHT_WITHIN {
        match one(&Plan::of(seed), Some(mutation), None) {
            Err(broken) if broken.rule == rule => return (Some(seed), others),
            Err(broken) => *others.entry(broken.rule).or_insert(0) += 1,
            Ok(_) => {}
        }
    }
    (None, others)
}

fn catch_every_mutation() -> bool {
    let missed = AtomicUsize::new(0);
    on_all_cores(Mutation::ALL.iter(), |(mutation, rule)| {
        let (caught, others) = catch(*mutation, *rule);
        match caught {
            Some(seed) => println!("{mutation:?} is caught by {rule:?} at seed {seed}; before by {others:?}"),
            None => println!("{mutation:?} is not caught by {rule:?}; by {others:?}"),
        }
        missed.fetch_add(usize::from(caught.is_none()), Ordering::Relaxed);
    });
    missed.into_inner() == 0
}

/// Takes the arguments of a test runner too, which lists tests and runs them by name.
pub(crate) fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    keep_panics();
    if args.iter().any(|arg| arg == "--list") {
        if !args.iter().any(|arg| arg == "--ignored") {
            NAMES.iter().for_each(|name| println!("{name}: test"));
        }
        return ExitCode::SUCCESS;
    }
    if let Some(seed) = after("--seed").and_then(|seed| seed.parse().ok()) {
        let out: Option<BTreeSet<Part>> =
            after("--without").map(|parts| parts.split(',').filter_map(|part| part.parse().ok()).collect());
        let plan = Plan::of(seed).without(&out.clone().unwrap_or_default());
        let (done, told) = tell(&plan, None);
        told.iter().for_each(|line| println!("{line}"));
        return match done {
            Ok(figures) => {
                println!("{figures:?}");
                ExitCode::SUCCESS
            }
            Err(broken) if out.is_some() => {
                println!("seed {seed}: {:?}: {}", broken.rule, broken.how);
                ExitCode::FAILURE
            }
            Err(broken) => {
                report(seed, &broken);
                ExitCode::FAILURE
            }
        };
    }
    if let Some(range) = after("--seeds").and_then(|range| {
        let (from, to) = range.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    }) {
        return if keep_the_rules(&range) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let wanted = args.iter().find(|arg| !arg.starts_with('-'));
    let is_wanted = |name: &str| wanted.is_none_or(|wanted| name.contains(wanted.as_str()));
    let tests: [fn() -> bool; 3] = [|| keep_the_rules(&SEEDS), catch_every_mutation, replay_exactly];
    let failed = NAMES.iter().zip(tests).filter(|(name, test)| is_wanted(name) && !test()).count();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
