//! One history: what a panic left of it, and the shortest one that breaks the same rule.

use crate::{
    mutation::Mutation,
    plan::{Part, Plan},
    rules::{Broken, Rule},
    world::{Figures, Told, play},
};
use std::{cell::RefCell, collections::BTreeSet, panic};

thread_local! {
    /// What the last panic of this thread said, and where it was.
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// From now on a panic is kept for the report, and not printed.
pub(crate) fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        // In one line, as other rules are told.
        PANIC.set(info.to_string().replace('\n', " "));
    }));
}

/// Plays one; a panic is a broken rule.
pub(crate) fn one(plan: &Plan, mutation: Option<Mutation>, told: Option<Told>) -> Result<Figures, Broken> {
    let played = panic::catch_unwind(panic::AssertUnwindSafe(|| play(plan, mutation, told)));
    played.unwrap_or_else(|_| Err(Broken { rule: Rule::Sound, how: PANIC.take() }))
}

/// The same, told line by line.
pub(crate) fn tell(plan: &Plan, mutation: Option<Mutation>) -> (Result<Figures, Broken>, Vec<String>) {
    let told = Told::default();
    let done = one(plan, mutation, Some(told.clone()));
    (done, told.take())
}

/// What of the plan is not needed for that rule to be broken.
pub(crate) fn needless(plan: &Plan, mutation: Option<Mutation>, rule: Rule) -> BTreeSet<Part> {
    let mut out = BTreeSet::new();
    // What was needed before something else was cut out may be needless since.
    loop {
        let before = out.len();
        for part in plan.parts() {
            let mut more = out.clone();
            if more.insert(part) && one(&plan.without(&more), mutation, None).is_err_and(|broken| broken.rule == rule) {
                out = more;
            }
        }
        if out.len() == before {
            return out;
        }
    }
}

/// Tells the shortest history that breaks the same rule, and how it is played again.
pub(crate) fn report(seed: u64, broken: &Broken) {
    println!("seed {seed}: {:?}: {}", broken.rule, broken.how);
    let out = needless(&Plan::of(seed), None, broken.rule);
    let plan = Plan::of(seed).without(&out);
    let (done, told) = tell(&plan, None);
    println!("its shortest history: deeds {:?}, faults {:?}", plan.deeds, plan.faults);
    told.iter().for_each(|line| println!("{line}"));
    if let Err(broken) = done {
        println!("{:?}: {}", broken.rule, broken.how);
    }
    println!("again: cargo test --test histories -- --seed {seed}");
    let out: Vec<String> = out.iter().map(Part::to_string).collect();
    println!("the shortest: cargo test --test histories -- --seed {seed} --without {}\n", out.join(","));
}
