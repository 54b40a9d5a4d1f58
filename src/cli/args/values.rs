//! The values of flags as they are typed.

use domain::{
    amount::{Amount, Currency},
    check::MAX_COUNT,
    task::{RemoteId, TaskKey},
    time::Wall,
};
use engine::act::ResolvedAs;
use std::error::Error;
use words::{names, reason::price};

/// A moment as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The begin of a day in UTC; the user's own day is meant.
    Day(Wall),
    At(Wall),
}

/// A day such as `2026-11-29`, or a moment as RFC 3339.
pub(super) fn moment(text: &str) -> Result<Moment, String> {
    let day = (text.len() == 10).then(|| Wall::from_rfc3339(&format!("{text}T00:00:00Z"))).flatten();
    let moment = day.map(Moment::Day).or_else(|| Wall::from_rfc3339(text).map(Moment::At));
    moment.ok_or_else(|| format!("{text:?} is not a date such as 2026-11-29"))
}

pub(super) fn prompt(text: &str) -> Result<String, String> {
    let flag = text.len() > 1 && text.starts_with('-') && !text.contains(char::is_whitespace);
    if flag {
        return Err(format!("{text:?} looks like a flag; the text of the prompt is missing before it"));
    }
    Ok(text.to_owned())
}

/// A name of one's own.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("a name is not empty".into()) } else { Ok(text.to_owned()) }
}

/// A picture or an address. Empty is what a script's unset variable comes to, and the video without it another one.
pub(super) fn filled(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        Err("it is empty; give a value, or leave the option out".into())
    } else {
        Ok(text.to_owned())
    }
}

/// How many tasks to create for each prompt.
pub(super) fn count(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    let number: u32 = text.parse()?;
    let allowed = 1..=MAX_COUNT;
    if allowed.contains(&number) { Ok(number) } else { Err(format!("{number} is not in {allowed:?}").into()) }
}

/// A task's key.
pub(super) fn task_key(text: &str) -> Result<TaskKey, String> {
    text.parse().map_err(|why| names::not_a_key(&why))
}

/// An amount of money that is not negative.
pub(super) fn cost(text: &str) -> Result<Amount, String> {
    let amount: Amount = text.parse().map_err(|why| price::amount(&why))?;
    if amount < Amount::ZERO { Err(format!("{text:?} is negative")) } else { Ok(amount) }
}

/// A currency, in whatever case.
pub(super) fn currency(text: &str) -> Result<Currency, String> {
    text.parse().map_err(|why| price::amount(&why))
}

/// A price: what is not known is not free.
pub(super) fn one_price(text: &str) -> Result<Amount, String> {
    let amount = cost(text)?;
    if amount == Amount::ZERO { Err(format!("{text:?} is not above 0")) } else { Ok(amount) }
}

/// A task as it is named: by our key, or by the service's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskName {
    /// Where there is no such key, the same digits may be an id.
    Key(TaskKey),
    Id(RemoteId),
}

/// A task's key, or the service's id for it.
pub(super) fn task_name(text: &str) -> Result<TaskName, String> {
    let id = || remote_id(text).map(TaskName::Id);
    text.parse().map(TaskName::Key).or_else(|why| id().map_err(|_| names::not_a_key(&why)))
}

/// A service's id.
pub(super) fn remote_id(text: &str) -> Result<RemoteId, String> {
    text.parse().map_err(|_| format!("{text:?} is not an id of the service"))
}

pub(super) fn resolution(text: &str) -> Result<ResolvedAs, String> {
    if let Some(id) = text.strip_prefix("task-id=") {
        return remote_id(id).map(ResolvedAs::Found);
    }
    ResolvedAs::from_word(text)
        .ok_or_else(|| format!("{text:?} is not one of lost, not-created, task-id=ID and unknown"))
}
