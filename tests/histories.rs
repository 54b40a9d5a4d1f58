//! Whole histories of several programs on one store, on virtual time and in one thread: the real engine, the real SQL,
//! a model of the service, and every choice from one seed. In four of ten the first program has a screen, and people
//! type: keys through the real keymap. After each step the rules are asked that protect a person's money.
//!
//! ```text
//! cargo test --test histories                                   sixty seeds, and what must be caught
//! cargo test --test histories -- --seed 7                       one history, told step by step
//! cargo test --test histories -- --seed 7 --without f3,d0       the same without its fourth fault and its first deed
//! cargo test --release --test histories -- --seeds 0..100000    many, with figures
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test may panic, and this one reports"
)]

#[path = "histories/blows.rs"]
mod blows;
#[path = "histories/books.rs"]
mod books;
#[path = "histories/calls.rs"]
mod calls;
#[path = "histories/chance.rs"]
mod chance;
#[path = "histories/fresh.rs"]
mod fresh;
#[path = "histories/model.rs"]
mod model;
#[path = "histories/mutation.rs"]
mod mutation;
#[path = "histories/people.rs"]
mod people;
#[path = "histories/plan.rs"]
mod plan;
#[path = "histories/program.rs"]
mod program;
#[path = "histories/rules.rs"]
mod rules;
#[path = "histories/run.rs"]
mod run;
#[path = "histories/shorten.rs"]
mod shorten;
#[path = "histories/typed.rs"]
mod typed;
#[path = "histories/world.rs"]
mod world;

fn main() -> std::process::ExitCode {
    run::main()
}
