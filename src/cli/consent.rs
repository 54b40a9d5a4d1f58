//! A person's yes to something paid, or to what is another person's. Without a terminal nobody is asked: then `--yes`
//! (and `--max-cost`) must have said it.

use super::Stop;
use crate::args::Consent;
use ::io::run::exit::Exit;
use domain::{amount::Money, text};
use engine::settings::BudgetSettings;
use std::io::{self, BufRead, IsTerminal, Write};
use words::{names, problem::Problem, tr};

/// Lets a paid call pass, or says why not.
///
/// # Errors
/// The price is over `--max-cost`; nobody said yes; nobody can be asked.
pub(super) fn ask(tasks: usize, price: Money, said: Consent, budget: &BudgetSettings) -> Result<(), Stop> {
    let amount = price.amount;
    if let Some(most) = said.max_cost.filter(|most| amount > *most) {
        let what = match tasks {
            1 => tr!("nothing was queued: 1 task costs {price}", price),
            tasks => tr!("nothing was queued: {tasks} tasks cost {price}", tasks, price),
        };
        let problem = Problem::new(
            what,
            tr!("--max-cost allows {most}", most = most.of(price.currency)),
            tr!("Queue less, or allow more."),
        );
        return Err(Stop::of(Exit::Money, problem));
    }
    let many = budget.ask_above.is_some_and(|most| amount > most);
    if said.yes && (said.max_cost.is_some() || (io::stdin().is_terminal() && !many)) {
        return Ok(());
    }
    let why = tr!("without a terminal, a paid call needs both --yes and --max-cost");
    let next = tr!("Add --yes --max-cost {price} if that is what you want.", price = amount);
    let wanted = if many { tasks.to_string() } else { "y".to_owned() };
    let tasks = names::tasks(tasks);
    let question = tr!("{tasks} for {price}. Type {wanted} to send: ", tasks, price, wanted);
    confirm(&question, &wanted, Problem::nothing_queued(why, next))
}

/// Lets an act on tasks of other people pass, of whom that text tells, or says why not.
///
/// # Errors
/// Nobody said yes; nobody can be asked.
pub(super) fn ask_about_others(told: &str) -> Result<(), Stop> {
    let problem = Problem::new(tr!("nothing was cancelled"), told, tr!("Add --yes if that is what you want."));
    let question = format!("{}\n{}", text::harmless(told), tr!("Type y to cancel them: "));
    confirm(&question, "y", problem)
}

/// Asks on the terminal, and lets pass whoever types what is wanted.
///
/// # Errors
/// Something else was typed; or nobody can be asked, of which that problem tells.
fn confirm(question: &str, wanted: &str, unasked: Problem) -> Result<(), Stop> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Stop::of(Exit::Usage, unasked));
    }
    let mut err = io::stderr();
    write!(err, "{question}")?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim().eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(Problem::new(unasked.what, tr!("not confirmed"), "").into())
}
