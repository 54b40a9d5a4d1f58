//! What forbids sending what a preview shows.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    preview::state::{PreviewItem, Purpose},
};
use domain::{
    account::{BudgetCap, OverBudget},
    amount::Amount,
};
use words::{amounts, problem::Problem, reason, tr};

/// Everything that stands against sending these.
pub(super) fn found(app: &App, purpose: Purpose, items: &[PreviewItem], total: Amount) -> Vec<Problem> {
    [nothing_left(app, purpose, items), mixed(items), of_profile(app, super::profile_of(app, items), total)].concat()
}

/// A plan of which nothing can be sent.
fn nothing_left(app: &App, purpose: Purpose, items: &[PreviewItem]) -> Vec<Problem> {
    let none = items.is_empty().then(|| {
        let back = app.named(Ctx::Global, Action::Back);
        let next = match purpose {
            Purpose::Plan => tr!("{back} goes back to the causes.", back),
            Purpose::New | Purpose::Retry | Purpose::EditRetry | Purpose::File => tr!("{back} goes back.", back),
        };
        Problem::new(tr!("There is nothing to send"), "", next)
    });
    none.into_iter().collect()
}

/// Tasks of several profiles: their money is never added up.
fn mixed(items: &[PreviewItem]) -> Vec<Problem> {
    let first = items.first();
    let other = items.iter().find(|item| first.is_some_and(|first| first.profile != item.profile));
    let both = first.zip(other);
    both.map(|(one, other)| {
        let why = tr!(
            "these belong to several profiles, such as {one} and {other}",
            one = one.profile,
            other = other.profile
        );
        not_queued(why, tr!("Send the tasks of one profile at a time."))
    })
    .into_iter()
    .collect()
}

/// The profile has no key, the store is not open, or a cap would be crossed.
fn of_profile(app: &App, profile: &str, total: Amount) -> Vec<Problem> {
    no_key(app, profile).into_iter().chain(closed(app)).chain(over_caps(app, profile, total)).collect()
}

fn no_key(app: &App, profile: &str) -> Option<Problem> {
    let served = app.work.of(profile);
    let (why, next) = if served.has_key {
        return None;
    } else if served.is_known && served.key_problem.is_none() {
        (tr!("its API key is still being read").to_owned(), tr!("Try again in a moment.").to_owned())
    } else if profile == app.work.settings.profile.name {
        let variable = &app.work.settings.profile.key_variable;
        let next = tr!("Set {variable}, or api_key_cmd or api_key_file in the config, and restart.", variable);
        (tr!("there is no API key").to_owned(), next)
    } else {
        (tr!("profile {profile} has no API key here", profile), tr!("`reeltop doctor` says why.").to_owned())
    };
    Some(Problem::new(tr!("Nothing can be sent"), why, next))
}

/// The store takes nothing now, or nothing from this person.
fn closed(app: &App) -> Vec<Problem> {
    let store = &app.work.store;
    let role = store.only_reads.then(|| not_queued(reason::store::only_looks(), reason::store::ask_for_a_role()));
    let open = match (store.away, &store.owner) {
        (Some(since), _) => {
            let why = tr!("the store is offline since {time}", time = amounts::moment(since, app.work.now));
            Some(not_queued(why, tr!("Send it when the store is back.")))
        }
        (None, None) => Some(not_queued(reason::store::not_open_yet(), tr!("Try again in a moment."))),
        (None, Some(_)) => None,
    };
    role.into_iter().chain(open).collect()
}

fn over_caps(app: &App, profile: &str, total: Amount) -> Vec<Problem> {
    let currency = app.work.currency_of(profile);
    let day = app.work.day(currency);
    let (budget, others) = (&app.work.settings.budget, app.work.caps_of_others(currency));
    let caps = [
        (BudgetCap::Batch, budget.per_batch, Amount::ZERO),
        (BudgetCap::Day, day.cap, day.used()),
        (BudgetCap::Each, day.own_cap, day.own_used),
    ];
    // Where the config's own cap is the lower one, that is the one to raise.
    let crossed = caps.into_iter().filter_map(|(cap, limit, spent)| {
        OverBudget::of(cap, limit, spent, total.of(currency), budget.day_caps().set_by(cap, others))
    });
    crossed.map(|over| not_queued(reason::own::over_budget(&over), reason::own::under_the_cap(&over))).collect()
}

fn not_queued(why: impl Into<String>, next: impl Into<String>) -> Problem {
    Problem::new(tr!("Nothing can be queued"), why, next)
}
