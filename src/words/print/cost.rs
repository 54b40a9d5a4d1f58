//! The ledger as text: what was spent by day, model, state and error class, and the lines themselves as CSV and JSON.

use super::layout::{BOLD, Cell, Column, table};
use crate::{amounts, names, tr};
use domain::{
    account::{self, KeptCaps, Raise},
    amount::{Amount, Currency, Money},
    carried::{RAISED, raise_json},
    costs,
    costs::{AttemptMoney, By, CostLine, Sum, day},
    export::json_line,
    text,
    time::{Now, Zone},
};
use engine::settings::Settings;
use serde_json::json;
use std::collections::BTreeMap;

/// Each table, in their order.
const TABLES: [By; 5] = [By::Day, By::Model, By::State, By::Class, By::Who];

/// What was spent, in tables for people; `by` picks one of them. Under it each currency's day, and what the cap leaves
/// of it: the lower of the config's and of the one `kept` in the store, as for a submission.
#[must_use]
pub fn cost_text(
    lines: &[CostLine],
    raises: &[Raise],
    kept: &BTreeMap<Currency, KeptCaps>,
    by: Option<By>,
    now: Now,
    settings: &Settings,
    color: bool,
) -> String {
    let accounts = costs::attempts(lines);
    let mut out = String::new();
    // One person alone needs no table.
    let is_shared = accounts.iter().any(|account| account.line.who != accounts[0].line.who);
    let of_all = |table: By| table != By::Who || is_shared;
    for table in TABLES.into_iter().filter(|table| by.map_or_else(|| of_all(*table), |by| by == *table)) {
        out.push_str(&cost_table(&accounts, table, now, color));
        out.push('\n');
    }
    let by_keeper = account::by_keeper(kept, now);
    let day = by_keeper.day_start();
    let mut today = costs::sum(accounts.iter().filter(|account| account.is_of_day(day)));
    today.entry(settings.profile.currency()).or_default();
    for (currency, sum) in today {
        let raised = Raise::sum(raises, currency, settings.who.as_deref(), by_keeper);
        let caps = settings.budget.day_caps().lowered(kept.get(&currency)).raised(raised);
        out.push_str(&day_line(currency, sum, caps.per_day));
        out.push('\n');
        if let Some(cap) = caps.per_day_each {
            let is_own = |account: &&AttemptMoney<'_>| account.is_of_day(day) && account.line.who == settings.who;
            let own = costs::sum(accounts.iter().filter(is_own)).remove(&currency).unwrap_or_default();
            out.push_str(&own_line(currency, own, cap));
            out.push('\n');
        }
    }
    for raise in raises.iter().filter(|raise| raise.holds(by_keeper)) {
        out.push_str(&raise_line(raise, now));
        out.push('\n');
    }
    out.extend(day_note(kept, now).map(|note| note + "\n"));
    out
}

/// When the day of the caps that are kept in the store begins, where that is not this person's own midnight.
#[must_use]
pub fn day_note(kept: &BTreeMap<Currency, KeptCaps>, now: Now) -> Option<String> {
    let day = account::by_keeper(kept, now).day_start();
    let time = amounts::moment(day, now);
    (day != now.day_start()).then(|| tr!("The day of these caps began at {time}, by their keeper's clock.", time))
}

/// What the cap was raised by, when and by whom.
#[must_use]
pub fn raise_line(raise: &Raise, now: Now) -> String {
    let (more, when, who) = (&raise.more, amounts::moment(raise.by.at, now), names::raiser(raise));
    tr!("Cap raised by {more} at {when} ({who}), for that day only.", more, when, who)
}

fn day_line(currency: Currency, sum: Sum, cap: Option<Amount>) -> String {
    let (spent, reserved) = (sum.spent().of(currency), sum.reserved);
    match cap {
        Some(cap) => tr!(
            "Today {spent} spent, {reserved} set aside; the day's cap of {cap} leaves {left}.",
            spent,
            reserved,
            cap,
            left = cap.less(spent.amount + reserved),
        ),
        None => tr!("Today {spent} spent, {reserved} set aside; no cap for a day.", spent, reserved),
    }
}

/// What the day has cost the person who looks, and what is left of their cap.
fn own_line(currency: Currency, own: Sum, cap: Amount) -> String {
    let (spent, reserved) = (own.spent().of(currency), own.reserved);
    let left = cap.less(spent.amount + reserved);
    tr!(
        "Of that yours: {spent} spent, {reserved} set aside; your own cap of {cap} leaves {left}.",
        spent,
        reserved,
        cap,
        left
    )
}

fn cost_table(accounts: &[AttemptMoney<'_>], by: By, now: Now, color: bool) -> String {
    let (sums, all) = (costs::sums(accounts, by, now.zone), costs::sum(accounts));
    // PTC alone needs no column of its own.
    let several = all.keys().any(|currency| *currency != Currency::Ptc);
    let columns = [
        Column::left(title(by)),
        Column::right(tr!("TASKS")),
        Column::right(tr!("CHARGED")),
        Column::right(tr!("UNKNOWN")),
        Column::right(tr!("SET ASIDE")),
        Column::right(tr!("SPENT")),
    ];
    let row = |name: Cell, currency: Currency, sum: Sum| {
        let tasks = Cell::plain(amounts::number(sum.tasks));
        let sums = [sum.charged, sum.unknown, sum.reserved, sum.spent()].map(Cell::amount);
        let mut row: Vec<Cell> = [name, tasks].into_iter().chain(sums).collect();
        if several {
            row.push(Cell::plain(currency.id()));
        }
        row
    };
    let name = |id: &str| Cell::plain(text::harmless_line(names::group(by, id)));
    let mut rows: Vec<Vec<Cell>> =
        sums.into_iter().map(|((id, currency), sum)| row(name(&id), currency, sum)).collect();
    if all.is_empty() {
        rows.push(row(Cell::inked(tr!("all"), BOLD), Currency::Ptc, Sum::default()));
    }
    rows.extend(all.into_iter().map(|(currency, sum)| row(Cell::inked(tr!("all"), BOLD), currency, sum)));
    if several {
        let [name, tasks, charged, unknown, reserved, spent] = columns;
        let currency = Column::left(tr!("CURRENCY"));
        return table(&[name, tasks, charged, unknown, reserved, spent, currency], &rows, color);
    }
    table(&columns, &rows, color)
}

fn title(by: By) -> &'static str {
    match by {
        By::Day => tr!("DAY"),
        By::Model => tr!("MODEL"),
        By::State => tr!("STATE"),
        By::Class => tr!("ERROR CLASS"),
        By::Who => tr!("WHO"),
    }
}

/// An amount in PTC, where that is its currency.
fn in_ptc(amount: Amount, currency: Currency) -> Option<Amount> {
    (currency == Currency::Ptc).then_some(amount)
}

fn or_empty(amount: Option<Amount>) -> String {
    amount.map_or_else(String::new, |amount| amount.to_string())
}

/// The ledger's lines as CSV with a header, oldest first, then what the day's cap was raised by: `who` is a task's
/// person, and of a raise the program; `person` is one in both. Columns are added at the end.
#[must_use]
pub fn cost_csv(lines: &[CostLine], raises: &[Raise]) -> String {
    let mut out =
        String::from("at,key,event,amount_ptc,profile,model,state,charged,class,amount,currency,who,person\n");
    for line in costs::oldest_first(lines) {
        let Money { amount, currency } = line.amount;
        let fields = [
            line.at.rfc3339(),
            line.key.0.to_string(),
            line.event.id().into(),
            or_empty(in_ptc(amount, currency)),
            line.profile.clone(),
            line.model.clone(),
            line.state.id().into(),
            line.charged.id().into(),
            line.class.map_or("", |class| class.id()).into(),
            amount.to_string(),
            currency.id().into(),
            line.who.clone().unwrap_or_default(),
            line.who.clone().unwrap_or_default(),
        ];
        out.push_str(&fields.map(|field| csv_field(&field)).join(","));
        out.push('\n');
    }
    for Raise { by, more: Money { amount, currency }, person } in raises {
        let at = by.at.rfc3339();
        let (ptc, who) = (or_empty(in_ptc(*amount, *currency)), csv_field(&by.who));
        let person = csv_field(person.as_deref().unwrap_or_default());
        out.push_str(&format!("{at},,{RAISED},{ptc},,,,,,{amount},{currency},{who},{person}\n"));
    }
    out
}

/// A field of CSV (RFC 4180), in quotes where it needs them. CSV knows no escapes: what hides or steers a terminal is
/// replaced.
fn csv_field(field: &str) -> String {
    let field = text::harmless_line(field);
    if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.into_owned() }
}

/// The ledger's lines, one JSON object a line, oldest first, then what the day's cap was raised by; `day` is the user's
/// own. Ids and money are texts.
#[must_use]
pub fn cost_json(lines: &[CostLine], raises: &[Raise], zone: Zone) -> String {
    let object = |line: &CostLine| {
        json!({
            "at": line.at.rfc3339(),
            "day": day(line.at, zone),
            "key": line.key.0.to_string(),
            "event": line.event.id(),
            "amount_ptc": in_ptc(line.amount.amount, line.amount.currency),
            "amount": line.amount.amount,
            "currency": line.amount.currency,
            "profile": line.profile,
            "model": line.model,
            "state": line.state.id(),
            "charged": line.charged.id(),
            "class": line.class.map(|class| class.id()),
            "who": line.who,
        })
    };
    let raised = |raise: &Raise| raise_json(raise, zone);
    costs::oldest_first(lines)
        .into_iter()
        .map(object)
        .chain(raises.iter().map(raised))
        .map(|line| json_line(&line) + "\n")
        .collect()
}

/// One of the tables as data, in words that do not depend on the language: CSV with a header, or one JSON object a line. A group has
/// a line for each currency.
#[must_use]
pub fn cost_sums(lines: &[CostLine], by: By, json: bool, zone: Zone) -> String {
    let sums = costs::sums(&costs::attempts(lines), by, zone);
    let name = match by {
        By::Day => "day",
        By::Model => "model",
        By::State => "state",
        By::Class => "class",
        By::Who => "who",
    };
    let mut out = String::new();
    if !json {
        let head = "tasks,charged_ptc,unknown_ptc,reserved_ptc,spent_ptc,currency,charged,unknown,reserved,spent";
        out = format!("{name},{head}\n");
    }
    for ((of, currency), sum) in &sums {
        let Sum { tasks, charged, unknown, reserved } = sum;
        let amounts = [*charged, *unknown, *reserved, sum.spent()];
        let [charged, unknown, reserved, spent] = amounts;
        let ptc = amounts.map(|amount| in_ptc(amount, *currency));
        out.push_str(&if json {
            let object = json!({
                name: of, "tasks": tasks, "charged_ptc": ptc[0], "unknown_ptc": ptc[1], "reserved_ptc": ptc[2],
                "spent_ptc": ptc[3], "currency": currency, "charged": charged, "unknown": unknown,
                "reserved": reserved, "spent": spent,
            });
            json_line(&object)
        } else {
            let ptc = ptc.map(or_empty).join(",");
            format!("{},{tasks},{ptc},{currency},{charged},{unknown},{reserved},{spent}", csv_field(of))
        });
        out.push('\n');
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests;
