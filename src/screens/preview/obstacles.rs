//! What forbids sending what a preview shows.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    screen::{PreviewItem, Purpose},
};
use domain::amount::{Amount, Currency};
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
        Problem::new(tr!("Nothing can be queued"), why, tr!("Send the tasks of one profile at a time."))
    })
    .into_iter()
    .collect()
}

/// The profile has no key, the store is not open, or a cap would be crossed.
fn of_profile(app: &App, profile: &str, total: Amount) -> Vec<Problem> {
    let mut found = Vec::new();
    let is_default = profile == app.work.settings.profile.name;
    let served = app.work.of(profile);
    if !served.has_key && served.is_known && served.key_problem.is_none() {
        let (why, next) = (tr!("its API key is still being read"), tr!("Try again in a moment."));
        found.push(Problem::new(tr!("Nothing can be sent"), why, next));
    } else if !served.has_key && !is_default {
        let next = tr!("`reeltop doctor` says why.");
        found.push(Problem::new(
            tr!("Nothing can be sent"),
            tr!("profile {profile} has no API key here", profile),
            next,
        ));
    } else if !served.has_key {
        let variable = &app.work.settings.profile.key_variable;
        let next = tr!("Set {variable}, or api_key_cmd or api_key_file in the config, and restart.", variable);
        found.push(Problem::new(tr!("Nothing can be sent"), tr!("there is no API key"), next));
    }
    if app.work.store.only_reads {
        let next = tr!("Ask whoever keeps the database for the role reeltop_writer.");
        found.push(Problem::new(tr!("Nothing can be queued"), reason::store::only_looks(), next));
    }
    if let Some(since) = app.work.store.away {
        let why = tr!("the store is offline since {time}", time = amounts::moment(since, app.work.now));
        found.push(Problem::new(tr!("Nothing can be queued"), why, tr!("Send it when the store is back.")));
    } else if app.work.store.owner.is_none() {
        let (why, next) = (tr!("the store is not open yet"), tr!("Try again in a moment."));
        found.push(Problem::new(tr!("Nothing can be queued"), why, next));
    }
    let budget = &app.work.settings.budget;
    let currency = app.work.currency_of(profile);
    let day = app.work.day(currency);
    let spent = day.used();
    let over = |why: String, next: String| Problem::new(tr!("Nothing can be queued"), why, next);
    if let Some(cap) = budget.per_batch.filter(|cap| total > *cap) {
        let [total, cap] = [total, cap].map(|amount| amount.of(currency));
        let why = tr!("{total} would cross the batch's cap of {cap}", total, cap);
        found.push(over(why, tr!("Send less, or raise {option} in the config.", option = "budget.per_batch")));
    }
    if let Some(cap) = day.cap.filter(|cap| spent + total > *cap) {
        let next = may_raise(app, currency, spent + total - cap);
        let [total, cap, spent] = [total, cap, spent].map(|amount| amount.of(currency));
        let why = tr!("{total} would cross the day's cap of {cap}, {spent} of it used", total, cap, spent);
        found.push(over(why, next));
    }
    if let Some(cap) = day.own_cap.filter(|cap| day.own_used + total > *cap) {
        let next = may_raise(app, currency, day.own_used + total - cap);
        let [total, cap, used] = [total, cap, day.own_used].map(|amount| amount.of(currency));
        let why = tr!("{total} would cross your own cap for a day of {cap}, {used} of it used", total, cap, used);
        found.push(over(why, next));
    }
    found
}

/// What can be done about a day's cap, and by whom.
fn may_raise(app: &App, currency: Currency, more: Amount) -> String {
    if let Some(caps) = app.work.caps_of_others(currency) {
        return tr!("Send less, or ask {who}, who set the store's budget, or another keeper.", who = caps.by.who);
    }
    let more = if currency == app.work.currency() { more.to_string() } else { more.of(currency).to_string() };
    tr!("Send less, or raise today's cap: :budget +{more}.", more)
}
