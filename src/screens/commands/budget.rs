//! `:budget`: what holds today, and a raise of today's cap, asked for once more before it is made.

use super::plain;
use crate::{app::App, compose, confirm::Confirm, keymap::Pane, layer::Wish, preview::state::Preview, toast};
use domain::amount::{Amount, Currency, Money};
use engine::{act::Act, effect::Level, money::Day};
use words::{reason, tr};

/// Says what holds, or asks about a raise.
pub(super) fn budget(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    let rest = plain(rest);
    let currency = if rest.is_empty() { Some(here(app)) } else { rest.parse().ok() };
    if let Some(currency) = currency {
        let holds = holds(app, app.work.day(currency));
        toast::show(app, Level::Info, holds, None);
        return Ok(Vec::new());
    }
    let more = raise(app, &rest)?;
    let Money { amount, currency } = more;
    let day = app.work.day(currency);
    let cap =
        day.cap.or(day.own_cap).ok_or_else(|| tr!("the config sets no cap for a day, so there is none to raise"))?;
    if let Some(caps) = app.work.caps_of_others(currency) {
        return Err(tr!(
            "the budget is kept in the store, and only its keepers raise it: {who} set it (`reeltop store budget`)",
            who = caps.by.who
        ));
    }
    if app.work.store.owner.is_none() {
        return Err(reason::store::not_open_yet().into());
    }
    let [from, to] = [cap, cap + amount].map(|amount| amount.of(currency));
    let question = tr!(
        "Raise today's cap by {more}, from {from} to {to}? It holds for every program on this store until midnight, and \
         the ledger keeps it; budget.per_day stays as it is.",
        more,
        from,
        to
    );
    app.screen.open(Confirm::of(question, Act::RaiseCap(more), None));
    Ok(Vec::new())
}

/// What a number alone is in: over a preview and in compose, what that is paid in.
fn here(app: &App) -> Currency {
    let profile = match app.screen.top::<Preview>() {
        Some(preview) => preview.profile(app),
        None if app.screen.pane == Pane::Compose => compose::profile::of(app),
        None => return app.work.currency(),
    };
    app.work.currency_of(profile)
}

/// What is typed: a plus, an amount, and a currency where it is another one than what is looked at is paid in.
fn raise(app: &App, text: &str) -> Result<Money, String> {
    let own = here(app);
    let example = || tr!("it takes a raise in {currency}, such as +10", currency = own);
    let (number, currency) = match text.split_whitespace().collect::<Vec<_>>()[..] {
        [number] => (number, own),
        ["+", number] => return raise(app, &format!("+{number}")),
        [number, currency] => (number, currency.parse::<Currency>().map_err(|_| example())?),
        _ => return Err(example()),
    };
    let Some(number) = number.strip_prefix('+') else {
        let is_amount = number.parse::<Amount>().is_ok();
        let lowers = tr!("today's cap can only be raised here, as in +10; budget.per_day in the config sets it");
        return Err(if is_amount { lowers.into() } else { example() });
    };
    let amount = number.parse::<Amount>().map_err(|_| example())?;
    if amount <= Amount::ZERO {
        return Err(tr!("a raise is more than 0").into());
    }
    if amount > MOST {
        return Err(tr!("that is too much for one raise: {most} at most", most = MOST.of(currency)));
    }
    Ok(amount.of(currency))
}

/// A larger raise is a slip of the finger.
const MOST: Amount = Amount::from_thousandths(1_000_000);

/// What holds today, in a sentence.
fn holds(app: &App, day: Day) -> String {
    let Day { currency, spent, reserved, raised, .. } = day;
    let today = match (day.cap.map(|cap| cap.of(currency)).zip(day.left()), reserved) {
        (None, _) => tr!("{spent} spent today; the config sets no cap for a day", spent = spent.of(currency)),
        (Some((cap, left)), Amount::ZERO) => tr!("{spent} of {cap} spent today, {left} left", spent, cap, left),
        (Some((cap, left)), reserved) => {
            tr!("{spent} of {cap} spent today, {reserved} set aside, {left} left", spent, cap, reserved, left)
        }
    };
    if day.cap.is_none() && day.own_cap.is_none() {
        return today;
    }
    let own = day.own_cap.map_or_else(String::new, |cap| {
        let (used, left) = (day.own_used, cap.less(day.own_used));
        tr!("; yours: {used} of {cap}, {left} left", used, cap = cap.of(currency), left)
    });
    let kept = app.work.sharing.caps.get(&currency);
    let kept = kept.map_or_else(String::new, |caps| tr!("; the store's budget was set by {who}", who = caps.by.who));
    let today = today + &own + &kept;
    if app.work.caps_of_others(currency).is_some() {
        return today;
    }
    let raises =
        |command: &str| tr!("; {budget} raises it for today", budget = app.screen.keys.command("budget", command));
    today
        + &match raised {
            Amount::ZERO if currency == here(app) => raises("+10"),
            Amount::ZERO => raises(&format!("+10 {currency}")),
            raised => tr!("; raised by {raised} today", raised = raised.of(currency)),
        }
}
