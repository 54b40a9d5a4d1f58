//! Charges without a result: as a text to send to the gateway, and as JSON.

use crate::tr;
use domain::{
    export::json_line,
    refunds,
    refunds::{Refund, Why},
    text,
    time::Now,
};
use serde_json::json;
use std::fmt::Write;

/// The text, by day; `None` when there is nothing to ask for.
#[must_use]
pub fn refunds(refunds: &[Refund], now: Now) -> Option<String> {
    let days_left = refunds.iter().map(|refund| refund.days_left).min()?;
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{}",
        tr!("To 302.AI: please refund these calls. Each was charged without a result, or charged twice.")
    );
    let mut day = String::new();
    for refund in refunds {
        let (date, time) = crate::amounts::local(refund.sent_at, now);
        if date != day {
            let _ = writeln!(out, "\n{date}");
            day = date;
        }
        let id = refund.request_id.as_deref().unwrap_or_else(|| tr!("no request ID"));
        let what = match refund.why {
            Why::Failed => tr!("failed"),
            Why::Unanswered => tr!("no longer answered for"),
            Why::Lost => tr!("task ID lost"),
            Why::Twice => tr!("charged twice"),
        };
        let asked = match refund.asked_at {
            Some(at) => tr!(", asked for {moment}", moment = crate::amounts::moment(at, now)),
            None => String::new(),
        };
        let line = format!("{time}  {id}  {}  {}  {what}  ({}{asked})", refund.model, refund.money, refund.key);
        let _ = writeln!(out, "{}", text::harmless_line(&line));
    }
    let sum: domain::amount::Totals = refunds.iter().map(|refund| refund.money).collect();
    let _ = writeln!(out, "\n{}", sums(refunds.len(), &sum.to_string()));
    let _ = writeln!(out, "{}", left(days_left));
    Some(out)
}

fn sums(count: usize, sum: &str) -> String {
    match count {
        1 => tr!("1 call, {sum}", sum),
        count => tr!("{count} calls, {sum}", count, sum),
    }
}

fn left(days: u32) -> String {
    match days {
        0 => tr!("302.AI refunds within 7 working days; today is the last for the oldest.").to_owned(),
        1 => tr!("302.AI refunds within 7 working days; 1 day left for the oldest.").to_owned(),
        days => tr!("302.AI refunds within 7 working days; {days} days left for the oldest.", days),
    }
}

/// What the header says of those that nobody has asked for.
#[must_use]
pub fn to_ask_for(open: &refunds::Open) -> String {
    let count = match open.count {
        1 => tr!("1 refund to ask for").to_owned(),
        count => tr!("{count} refunds to ask for", count),
    };
    let days = match open.days_left {
        0 => tr!("last day").to_owned(),
        1 => tr!("1 day left").to_owned(),
        days => tr!("{days} days left", days),
    };
    tr!("{count}, {days}", count, days)
}

/// One object a line.
#[must_use]
pub fn refunds_json(refunds: &[Refund]) -> String {
    let line = |refund: &Refund| {
        let value = json!({
            "key": refund.key.0.to_string(),
            "request_id": refund.request_id,
            "cost": refund.money.amount,
            "currency": refund.money.currency,
            "asked_at": refund.asked_at.map(domain::time::Wall::rfc3339),
        });
        json_line(&value) + "\n"
    };
    refunds.iter().map(line).collect()
}
