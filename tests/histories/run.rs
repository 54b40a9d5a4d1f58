//! The runner: arguments, many seeds, the shortest history of one that failed, figures.

use crate::{
    mutation::Mutation,
    plan::{Plan, kinds},
    rules::{Broken, Rule},
    world::{Figures, play},
};
use std::{
    collections::BTreeMap,
    ops::Range,
    panic,
    process::ExitCode,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
    time::Instant,
};

/// Seeds of an ordinary run of the tests.
const SEEDS: Range<u64> = 0..60;
/// A mutation is caught within so many.
const CAUGHT_WITHIN: u64 = 2_000;

/// In this part of the histories each kind of fault comes to pass, in as many as say something of it.
const SEEN_IN: f64 = 0.01;
const ENOUGH: f64 = 2_000.0;

const NAMES: [&str; 2] = ["histories_keep_the_rules", "every_mutation_is_caught"];

/// One history; a panic is a broken rule.
fn one(plan: &Plan, mutation: Option<Mutation>, told: bool) -> (Result<Figures, Broken>, Vec<String>) {
    let played = panic::catch_unwind(panic::AssertUnwindSafe(|| play(plan, mutation, told)));
    played.unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        (Err(Broken { rule: Rule::Sound, how: text.unwrap_or_default() }), Vec::new())
    })
}

/// Cuts faults and deeds out of a plan for as long as the same rule is broken.
fn shortest(mut plan: Plan, mutation: Option<Mutation>, rule: Rule) -> Plan {
    while let Some(next) =
        plan.shorter().into_iter().find(|plan| one(plan, mutation, false).0.is_err_and(|broken| broken.rule == rule))
    {
        plan = next;
    }
    plan
}

fn report(seed: u64, broken: &Broken) {
    println!("seed {seed}: {:?}: {}", broken.rule, broken.how);
    let plan = shortest(Plan::of(seed), None, broken.rule);
    let (done, told) = one(&plan, None, true);
    println!("its shortest history: deeds {:?}, faults {:?}", plan.deeds, plan.faults);
    told.iter().for_each(|line| println!("{line}"));
    if let Err(broken) = done {
        println!("{:?}: {}", broken.rule, broken.how);
    }
    println!("again: cargo test --test histories -- --seed {seed}\n");
}

/// Plays these, on all cores. Gives what came of each that broke a rule, and the sum of the figures.
fn many(seeds: &Range<u64>) -> (BTreeMap<u64, Broken>, Figures, BTreeMap<String, u64>) {
    let next = AtomicU64::new(seeds.start);
    let worker = || {
        let (mut failed, mut sum, mut seen) = (BTreeMap::new(), Figures::default(), BTreeMap::<String, u64>::new());
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return (failed, sum, seen);
            }
            match one(&Plan::of(seed), None, false).0 {
                Ok(figures) => {
                    sum.programs += figures.programs;
                    sum.tasks += figures.tasks;
                    sum.typed += figures.typed;
                    sum.steps += figures.steps;
                    for (name, times) in figures.faults {
                        *seen.entry(name.clone()).or_default() += 1;
                        *sum.faults.entry(name).or_default() += times;
                    }
                }
                Err(broken) => drop(failed.insert(seed, broken)),
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        let (mut failed, mut sum, mut seen) = (BTreeMap::new(), Figures::default(), BTreeMap::<String, u64>::new());
        for worker in workers {
            let (more_failed, more, more_seen) = worker.join().expect("a worker");
            failed.extend(more_failed);
            sum.programs += more.programs;
            sum.tasks += more.tasks;
            sum.typed += more.typed;
            sum.steps += more.steps;
            more.faults.into_iter().for_each(|(name, times)| *sum.faults.entry(name).or_default() += times);
            more_seen.into_iter().for_each(|(name, times)| *seen.entry(name).or_default() += times);
        }
        (failed, sum, seen)
    })
}

#[allow(clippy::cast_precision_loss, reason = "means and shares")]
fn keep_the_rules(seeds: &Range<u64>) -> bool {
    let begun = Instant::now();
    let (failed, sum, seen) = many(seeds);
    let all = (seeds.end - seeds.start) as f64;
    let mean = |n: u64| n as f64 / all;
    let faults: u64 = sum.faults.values().sum();
    println!(
        "{all} histories: {:.1} programs, {:.1} tasks ({:.1} by keys), {:.0} steps and {:.1} faults each",
        mean(sum.programs),
        mean(sum.tasks),
        mean(sum.typed),
        mean(sum.steps),
        mean(faults)
    );
    let shares: Vec<String> =
        seen.iter().map(|(name, histories)| format!("{name} {:.1}", 100.0 * mean(*histories))).collect();
    println!("faults, in percent of the histories: {}", shares.join(", "));
    println!(
        "{:.1} ms each, {:.0} s in all",
        1_000.0 * begun.elapsed().as_secs_f64() / all,
        begun.elapsed().as_secs_f64()
    );
    // A few seeds need not have seen every kind.
    let rare: Vec<String> =
        kinds().into_iter().filter(|name| mean(seen.get(name).copied().unwrap_or(0)) < SEEN_IN).collect();
    if !rare.is_empty() {
        println!("in less than one history of a hundred: {}", rare.join(", "));
    }
    failed.iter().for_each(|(seed, broken)| report(*seed, broken));
    println!("{} histories broke a rule", failed.len());
    failed.is_empty() && (all < ENOUGH || rare.is_empty() && sum.typed > 0)
}

/// The first seed at which that rule catches it, and the rules that other seeds before it broke.
fn catch(mutation: Mutation, rule: Rule) -> (Option<u64>, BTreeMap<Rule, u64>) {
    let mut others = BTreeMap::new();
    for seed in 0..CAUGHT_WITHIN {
        match one(&Plan::of(seed), Some(mutation), false).0 {
            Err(broken) if broken.rule == rule => return (Some(seed), others),
            Err(broken) => *others.entry(broken.rule).or_insert(0) += 1,
            Ok(_) => {}
        }
    }
    (None, others)
}

fn catch_every_mutation() -> bool {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut all = true;
        while let Some((mutation, rule)) = Mutation::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (caught, others) = catch(*mutation, *rule);
            match caught {
                Some(seed) => println!("{mutation:?} is caught by {rule:?} at seed {seed}; before by {others:?}"),
                None => println!("{mutation:?} is not caught by {rule:?}; by {others:?}"),
            }
            all &= caught.is_some();
        }
        all
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().all(|worker| worker.join().is_ok_and(|caught| caught))
    })
}

/// Takes the arguments of a test runner too, which lists tests and runs them by name.
pub(crate) fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    // What a panic says stands in the report.
    panic::set_hook(Box::new(|_| ()));
    if args.iter().any(|arg| arg == "--list") {
        if !args.iter().any(|arg| arg == "--ignored") {
            NAMES.iter().for_each(|name| println!("{name}: test"));
        }
        return ExitCode::SUCCESS;
    }
    if let Some(seed) = after("--seed").and_then(|seed| seed.parse().ok()) {
        let (done, told) = one(&Plan::of(seed), None, true);
        told.iter().for_each(|line| println!("{line}"));
        return match done {
            Ok(figures) => {
                println!("{figures:?}");
                ExitCode::SUCCESS
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
    let kept = !is_wanted(NAMES[0]) || keep_the_rules(&SEEDS);
    let caught = !is_wanted(NAMES[1]) || catch_every_mutation();
    if kept && caught { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
