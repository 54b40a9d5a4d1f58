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
        return Err(Stop::Problem(Exit::Money, Box::new(problem)));
    }
    let many = budget.ask_above.is_some_and(|most| amount > most);
    if said.yes && (said.max_cost.is_some() || (io::stdin().is_terminal() && !many)) {
        return Ok(());
    }
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let why = tr!("without a terminal, a paid call needs both --yes and --max-cost");
        let next = tr!("Add --yes --max-cost {price} if that is what you want.", price = amount);
        return Err(Stop::Problem(Exit::Usage, Box::new(Problem::new(tr!("nothing was queued"), why, next))));
    }
    let wanted = if many { tasks.to_string() } else { "y".to_owned() };
    let mut err = io::stderr();
    let tasks = names::tasks(tasks);
    write!(err, "{}", tr!("{tasks} for {price}. Type {wanted} to send: ", tasks, price, wanted))?;
    err.flush()?;
    if answered(&wanted)? {
        return Ok(());
    }
    Err(Stop::Problem(Exit::Failed, Box::new(Problem::new(tr!("nothing was queued"), tr!("not confirmed"), ""))))
}

/// Lets an act on tasks of other people pass, of whom that text tells, or says why not.
///
/// # Errors
/// Nobody said yes; nobody can be asked.
pub(super) fn ask_about_others(told: &str) -> Result<(), Stop> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let problem = Problem::new(tr!("nothing was cancelled"), told, tr!("Add --yes if that is what you want."));
        return Err(Stop::Problem(Exit::Usage, Box::new(problem)));
    }
    let mut err = io::stderr();
    write!(err, "{}\n{}", text::harmless(told), tr!("Type y to cancel them: "))?;
    err.flush()?;
    if answered("y")? {
        return Ok(());
    }
    Err(Stop::Problem(Exit::Failed, Box::new(Problem::new(tr!("nothing was cancelled"), tr!("not confirmed"), ""))))
}

/// Whether the person types that.
fn answered(wanted: &str) -> io::Result<bool> {
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case(wanted))
}
