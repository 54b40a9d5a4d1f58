//! Our ledger beside the gateway's records: by day, and every difference with its tasks.

use super::layout::{BOLD, Cell, Column, FAINT, table};
use crate::{problem::Problem, reason, terms, tr};
use domain::{
    amount::{Amount, Currency},
    audit::{Apart, Audit, Day, Difference, NotAudited},
    export::json_line,
    text,
};
use serde_json::json;

/// One difference in words, with the calls that it is about.
#[must_use]
pub fn difference(one: &Difference, currency: Currency) -> String {
    let [records, ours] = [one.records, one.ours].map(|amount| amount.of(currency));
    let tasks = terms::listed(&one.tasks);
    let said = match one.apart {
        Apart::Cost => tr!("{tasks}: {records} in the records, {ours} in the ledger", tasks, records, ours),
        Apart::Twice => {
            tr!(
                "{tasks} was charged twice: {records} in the records, {ours} in the ledger until now",
                tasks,
                records,
                ours
            )
        }
        Apart::Refunded => {
            tr!("{tasks} was refunded: {records} still in the records, {ours} in the ledger", tasks, records, ours)
        }
        Apart::NoRecord => tr!("{tasks}: {ours} in the ledger, and no record of it so far", tasks, ours),
        Apart::NoTask => tr!("{records} in the records for a call of no task here: another program or key", records),
        Apart::Unclear => {
            tr!("{tasks}: {records} in records that may be of these, {ours} in the ledger", tasks, records, ours)
        }
        Apart::Uploads if one.tasks.is_empty() => {
            tr!("uploads: {records} in the records, {ours} in the ledger", records, ours)
        }
        Apart::Uploads => {
            tr!("uploads for {tasks}: {records} in the records, {ours} in the ledger", tasks, records, ours)
        }
        Apart::Balance if one.ours < Amount::ZERO => {
            let rose = (Amount::ZERO - one.ours).of(currency);
            tr!("the balance rose by {rose}, and {records} was charged by the records", rose, records)
        }
        Apart::Balance => tr!("the balance fell by {ours}, and {records} was charged by the records", ours, records),
    };
    match one.request_ids.as_slice() {
        [] => said,
        ids => format!("{said} ({})", text::harmless_line(&ids.join(tr!(", ")))),
    }
}

/// A day's two sums and its balances, in a line.
#[must_use]
pub fn day(day: &Day, currency: Currency) -> String {
    let [records, ours] = [day.records, day.ours].map(|amount| amount.of(currency));
    match (day.before, day.after) {
        (Some(before), Some(after)) => {
            tr!("records {records}, ledger {ours}, balance {before} to {after}", records, ours, before, after)
        }
        _ => tr!("records {records}, ledger {ours}", records, ours),
    }
}

/// Whether it adds up, in a sentence.
#[must_use]
pub fn adds_up(audit: &Audit) -> String {
    let count: usize = audit.days.iter().map(|day| day.differences.len()).sum();
    match count {
        _ if !audit.whole => tr!("There are too many records to read them all: this is a part of them.").to_owned(),
        0 => tr!("The ledger and the gateway's records agree.").to_owned(),
        1 => tr!("1 difference.").to_owned(),
        count => tr!("{count} differences.", count),
    }
}

/// The days as a table, and under it every difference.
#[must_use]
pub fn audit_text(audit: &Audit, color: bool) -> String {
    let columns = [
        Column::left(tr!("DAY")),
        Column::right(tr!("RECORDS")),
        Column::right(tr!("LEDGER")),
        Column::right(tr!("APART")),
        Column::right(tr!("BALANCE BEFORE")),
        Column::right(tr!("AFTER")),
        Column::left(tr!("CURRENCY")),
    ];
    let perhaps =
        |balance: Option<Amount>| Cell::plain(balance.map_or_else(|| "-".into(), |amount| amount.to_string()));
    let row = |day: &Day| {
        let apart = day.records - day.ours;
        let apart = Cell::inked(apart.to_string(), if apart == Amount::ZERO { FAINT } else { BOLD });
        let (before, after) = (perhaps(day.before), perhaps(day.after));
        let name = Cell::plain(day.day.clone());
        vec![
            name,
            Cell::amount(day.records),
            Cell::amount(day.ours),
            apart,
            before,
            after,
            Cell::plain(audit.currency.id()),
        ]
    };
    let rows: Vec<Vec<Cell>> = audit.days.iter().map(row).collect();
    let mut out = if rows.is_empty() { String::new() } else { table(&columns, &rows, color) + "\n" };
    for day in &audit.days {
        for one in &day.differences {
            out += &format!("{}  {}\n", day.day, difference(one, audit.currency));
        }
    }
    out + &adds_up(audit) + "\n"
}

/// One object a line: each day, and behind it each of its differences, which has `what`.
#[must_use]
pub fn audit_json(audit: &Audit) -> String {
    let currency = audit.currency;
    let mut out = String::new();
    for day in &audit.days {
        let Day { day: name, records, ours, before, after, differences } = day;
        out += &json_line(&json!({
            "day": name, "records": records, "ours": ours, "difference": *records - *ours,
            "balance_before": before, "balance_after": after, "currency": currency,
        }));
        out.push('\n');
        for Difference { apart, records, ours, tasks, request_ids } in differences {
            let tasks: Vec<String> = tasks.iter().map(|key| key.0.to_string()).collect();
            out += &json_line(&json!({
                "day": name, "what": apart.id(), "records": records, "ours": ours, "difference": *records - *ours,
                "currency": currency, "tasks": tasks, "request_ids": request_ids,
            }));
            out.push('\n');
        }
    }
    out
}

/// Why the two could not be compared, and what to do next.
#[must_use]
pub fn not_audited(why: &NotAudited) -> Problem {
    match why {
        NotAudited::Off => Problem::new(
            tr!("this profile's records are not asked"),
            tr!("only 302.AI keeps them"),
            tr!("For a 302.AI host, set records = true in the profile."),
        ),
        NotAudited::Denied { said } => reason::denied(said),
        NotAudited::NoAnswer { code, said } => {
            let why = [code.as_str(), said].join(" ");
            Problem::new(
                tr!("the gateway's records could not be read"),
                why.trim(),
                tr!("Nothing was changed. Run it again later."),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lang, lang::Lang};
    use domain::{amount::Currency::Ptc, task::TaskKey};

    fn audit() -> Audit {
        let amount = Amount::from_thousandths;
        let one = |apart, records, ours, tasks: &[u32], ids: &[&str]| Difference {
            apart,
            records: amount(records),
            ours: amount(ours),
            tasks: tasks.iter().map(|key| TaskKey(*key)).collect(),
            request_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        };
        let day = |day: &str, records, ours, differences| Day {
            day: day.into(),
            records: amount(records),
            ours: amount(ours),
            before: Some(amount(10_000)),
            after: None,
            differences,
        };
        let second = Day {
            after: Some(amount(8_000)),
            ..day(
                "2026-11-29",
                1_500,
                1_000,
                vec![
                    one(Apart::Twice, 1_000, 500, &[3], &["r2", "r3\u{202e}"]),
                    one(Apart::NoRecord, 0, 500, &[4], &[]),
                    one(Apart::Balance, 1_500, 2_000, &[], &[]),
                    one(Apart::Balance, 1_500, -2_000, &[], &[]),
                ],
            )
        };
        Audit { currency: Ptc, days: vec![day("2026-11-28", 500, 500, vec![]), second], whole: true }
    }

    #[test]
    fn each_day_has_its_sums_and_balances_and_every_difference_its_tasks() {
        let expected = "\
DAY         RECORDS  LEDGER  APART  BALANCE BEFORE  AFTER  CURRENCY
2026-11-28      0.5     0.5    0.0            10.0      -  PTC
2026-11-29      1.5     1.0    0.5            10.0    8.0  PTC

2026-11-29  #3 was charged twice: 1.0 PTC in the records, 0.5 PTC in the ledger until now (r2, r3)
2026-11-29  #4: 0.5 PTC in the ledger, and no record of it so far
2026-11-29  the balance fell by 2.0 PTC, and 1.5 PTC was charged by the records
2026-11-29  the balance rose by 2.0 PTC, and 1.5 PTC was charged by the records
4 differences.
";
        assert_eq!(audit_text(&audit(), false), expected);
        let mut agrees = audit();
        agrees.days.truncate(1);
        assert!(audit_text(&agrees, false).ends_with("\nThe ledger and the gateway's records agree.\n"));
        assert!(lang::within(Lang::Zh, || audit_text(&audit(), false)).contains("\n2026-11-29  #3 被重复扣费"));
    }

    #[test]
    fn as_json_a_day_is_an_object_and_so_is_each_difference() {
        let json = audit_json(&audit());
        let lines: Vec<&str> = json.lines().collect();
        assert_eq!(lines.len(), 6);
        assert_eq!(
            lines[0],
            concat!(
                r#"{"balance_after":null,"balance_before":"10.0","currency":"PTC","day":"2026-11-28","difference":"0.0","#,
                r#""ours":"0.5","records":"0.5"}"#
            )
        );
        assert_eq!(
            lines[2],
            concat!(
                r#"{"currency":"PTC","day":"2026-11-29","difference":"0.5","ours":"0.5","records":"1.0","#,
                r#""request_ids":["r2","r3\u202e"],"tasks":["3"],"what":"twice"}"#
            )
        );
    }
}
