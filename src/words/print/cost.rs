//! The ledger as text: what was spent by day, model, state and error class, and the lines themselves as CSV and JSON.

use super::layout::{BOLD, Cell, Column, FAINT, table};
use crate::{amounts, names, tr};
use domain::{
    account::{self, KeptCaps, Raise},
    amount::{Amount, Currency, Money},
    carried::{RAISED, raise_json},
    costs,
    costs::{Account, By, CostLine, Sum, day},
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
    let accounts = costs::accounts(lines);
    let mut out = String::new();
    // One person alone needs no table.
    let is_shared = accounts.iter().any(|account| account.line.who != accounts[0].line.who);
    let of_all = |table: By| table != By::Who || is_shared;
    for table in TABLES.into_iter().filter(|table| by.map_or_else(|| of_all(*table), |by| by == *table)) {
        out.push_str(&cost_table(&accounts, table, now, color));
        out.push('\n');
    }
    let mut today = costs::sum(accounts.iter().filter(|account| account.is_of_day(now.day_start())));
    today.entry(settings.profile.currency()).or_default();
    for (currency, sum) in today {
        let raised = Raise::sum(raises, currency, now);
        let (budget, kept) = (&settings.budget, kept.get(&currency));
        let cap = account::lower(budget.per_day, kept.and_then(|kept| kept.per_day));
        out.push_str(&day_line(currency, sum, cap.map(|cap| cap + raised)));
        out.push('\n');
        let own_cap = account::lower(budget.per_day_each, kept.and_then(|kept| kept.per_day_each));
        if let Some(cap) = own_cap {
            let is_own =
                |account: &&Account<'_>| account.is_of_day(now.day_start()) && account.line.who == settings.who;
            let own = costs::sum(accounts.iter().filter(is_own)).remove(&currency).unwrap_or_default();
            let raises: Vec<Raise> = raises.iter().filter(|raise| raise.person == settings.who).cloned().collect();
            out.push_str(&own_line(currency, own, cap + Raise::sum(&raises, currency, now)));
            out.push('\n');
        }
    }
    for raise in raises.iter().filter(|raise| raise.holds(now)) {
        out.push_str(&raise_line(raise, now));
        out.push('\n');
    }
    out
}

/// What the cap was raised by, when and by whom.
#[must_use]
pub fn raise_line(Raise { by, more, person }: &Raise, now: Now) -> String {
    let program = names::program(&by.who);
    let who = person.as_ref().map_or_else(|| program.clone(), |person| format!("{person}, {program}"));
    let (when, who) = (amounts::moment(by.at, now), text::harmless_line(&who).into_owned());
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

fn cost_table(accounts: &[Account<'_>], by: By, now: Now, color: bool) -> String {
    let (sums, all) = (costs::sums(accounts, by, now.zone), costs::sum(accounts));
    // PTC alone needs no column of its own.
    let several = all.keys().any(|currency| *currency != Currency::Ptc);
    let columns = [
        Column { title: title(by), right: false },
        Column { title: tr!("TASKS"), right: true },
        Column { title: tr!("CHARGED"), right: true },
        Column { title: tr!("UNKNOWN"), right: true },
        Column { title: tr!("SET ASIDE"), right: true },
        Column { title: tr!("SPENT"), right: true },
    ];
    let amount = |amount: Amount| Cell::inked(amount.to_string(), if amount == Amount::ZERO { FAINT } else { "" });
    let row = |name: Cell, currency: Currency, sum: Sum| {
        let tasks = Cell::plain(amounts::number(sum.tasks));
        let mut row =
            vec![name, tasks, amount(sum.charged), amount(sum.unknown), amount(sum.reserved), amount(sum.spent())];
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
        let currency = Column { title: tr!("CURRENCY"), right: false };
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

/// One of the tables as data, in its words of every language: CSV with a header, or one JSON object a line. A group has
/// a line for each currency.
#[must_use]
pub fn cost_sums(lines: &[CostLine], by: By, json: bool, zone: Zone) -> String {
    let sums = costs::sums(&costs::accounts(lines), by, zone);
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
mod tests {
    use super::super::tests::NOW;
    use super::*;
    use crate::{lang, lang::Lang};
    use domain::account::Stamp;
    use domain::{
        problem::{Charged, ErrorClass},
        task::{MoneyEvent, TaskKey, TaskState},
        time::Wall,
    };
    use engine::settings::BudgetSettings;

    /// A saved one of yesterday, a refused one, an unknown one and a queued one of today.
    fn ledger() -> Vec<CostLine> {
        let line = |key, hours_ago: i64, event, state, charged, class| CostLine {
            who: None,
            sent_at: None,
            key: TaskKey(key),
            at: Wall(NOW.wall.0 - hours_ago * 3_600_000),
            event,
            amount: Amount::from_thousandths(500).of(Currency::Ptc),
            profile: "302ai".into(),
            model: if key == 4 { "S2V-01".into() } else { "T2V-01".into() },
            state,
            charged,
            class,
        };
        let refused = Some(ErrorClass::PromptSensitive);
        let lost = Some(ErrorClass::UnknownOutcome);
        vec![
            line(1, 30, MoneyEvent::Reserved, TaskState::Saved, Charged::Yes, None),
            line(1, 30, MoneyEvent::Charged, TaskState::Saved, Charged::Yes, None),
            line(2, 2, MoneyEvent::Reserved, TaskState::Refused, Charged::No, refused),
            line(2, 2, MoneyEvent::Released, TaskState::Refused, Charged::No, refused),
            line(3, 1, MoneyEvent::Reserved, TaskState::Unknown, Charged::Unknown, lost),
            line(3, 1, MoneyEvent::Unknown, TaskState::Unknown, Charged::Unknown, lost),
            line(4, 0, MoneyEvent::Reserved, TaskState::Queued, Charged::No, None),
        ]
    }

    fn settings(per_day: Option<Amount>) -> Settings {
        let budget = BudgetSettings { per_day, per_day_each: None, per_batch: None, ask_above: None };
        Settings { budget, ..Settings::default() }
    }

    fn capped() -> Settings {
        settings(Some(Amount::from_thousandths(20_000)))
    }

    fn raise() -> Raise {
        let by = Stamp { who: "dashboard 812".into(), at: ledger()[3].at };
        Raise { by, more: Amount::from_thousandths(10_000).of(Currency::Usd), person: None }
    }

    #[test]
    fn what_a_cap_was_raised_by_today_is_told_with_who_and_when() {
        let ptc = Raise { more: Amount::from_thousandths(10_000).of(Currency::Ptc), ..raise() };
        let said = cost_text(&ledger(), &[ptc, raise()], &none(), Some(By::Day), NOW, &capped(), false);
        let end = "\
Today 0.5 PTC spent, 0.5 set aside; the day's cap of 30.0 leaves 29.0.
Cap raised by 10.0 PTC at 00:30 (dashboard 812), for that day only.
Cap raised by 10.0 USD at 00:30 (dashboard 812), for that day only.
";
        assert!(said.ends_with(end), "{said}");
    }

    fn none() -> BTreeMap<Currency, KeptCaps> {
        BTreeMap::new()
    }

    #[test]
    fn of_the_configs_and_the_stores_caps_the_lower_one_is_told() {
        let mut lines = ledger();
        lines.iter_mut().filter(|line| line.key.0 == 3).for_each(|line| line.who = Some("ann".into()));
        let own = Settings { who: Some("ann".into()), ..capped() };
        let said = |day, each| {
            let [per_day, per_day_each] = [day, each].map(|cap: Option<i64>| cap.map(Amount::from_thousandths));
            let kept = KeptCaps { per_day, per_day_each, by: raise().by, is_ours: false };
            let kept = BTreeMap::from([(Currency::Ptc, kept)]);
            let raises =
                [Raise { more: Amount::from_thousandths(500).of(Currency::Ptc), person: own.who.clone(), ..raise() }];
            let all = cost_text(&lines, &raises, &kept, Some(By::Day), NOW, &own, false);
            all.split("\n\n").nth(1).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(
            said(Some(60_000), None)[0],
            "Today 0.5 PTC spent, 0.5 set aside; the day's cap of 20.5 leaves 19.5."
        );
        let both = said(Some(9_000), Some(2_000));
        assert_eq!(both[0], "Today 0.5 PTC spent, 0.5 set aside; the day's cap of 9.5 leaves 8.5.");
        assert_eq!(both[1], "Of that yours: 0.5 PTC spent, 0.0 set aside; your own cap of 2.5 leaves 2.0.");
    }

    #[test]
    fn money_is_summed_by_what_became_of_it() {
        let expected = "\
DAY         TASKS  CHARGED  UNKNOWN  SET ASIDE  SPENT
2026-11-21      1      0.5      0.0        0.0    0.5
2026-11-23      3      0.0      0.5        0.5    0.5
all             4      0.5      0.5        0.5    1.0

Today 0.5 PTC spent, 0.5 set aside; the day's cap of 20.0 leaves 19.0.
";
        assert_eq!(cost_text(&ledger(), &[], &none(), Some(By::Day), NOW, &capped(), false), expected);
        let all = cost_text(&ledger(), &[], &none(), None, NOW, &settings(None), false);
        assert!(all.contains("\nprompt refused       1      0.0      0.0        0.0    0.0\n"), "{all}");
        assert!(all.contains("\nS2V-01      1 ") && all.contains("\nunknown      1 "), "{all}");
        assert!(all.ends_with("; no cap for a day.\n"), "{all}");
    }

    #[test]
    fn a_chinese_table_of_costs_stands_straight_and_what_machines_read_stays_english() {
        let expected = "\
日期        任务  已计费  计费不明  预留  已花费
2026-11-21     1     0.5       0.0   0.0     0.5
2026-11-23     3     0.0       0.5   0.5     0.5
全部           4     0.5       0.5   0.5     1.0

今日已花费 0.5 PTC，预留 0.5；每日上限 20.0，剩余 19.0。
";
        let said =
            lang::within(lang::Lang::Zh, || cost_text(&ledger(), &[], &none(), Some(By::Day), NOW, &capped(), false));
        assert_eq!(said, expected);
        let data = || (cost_csv(&ledger(), &[]), cost_json(&ledger(), &[], Zone::default()));
        assert_eq!(lang::within(lang::Lang::Zh, data), data());
    }

    #[test]
    fn several_people_have_a_table_of_their_own() {
        let mut lines = ledger();
        lines.iter_mut().filter(|line| line.key.0 == 2).for_each(|line| line.who = Some("ann".into()));
        let all = |lines: &[CostLine]| cost_text(lines, &[], &none(), None, NOW, &capped(), false);
        assert!(all(&lines).contains("\nann ") && all(&lines).contains("\nnot named "), "{}", all(&lines));
        assert!(!all(&ledger()).contains("WHO"));
        assert!(
            cost_sums(&lines, By::Who, false, Zone::default())
                .contains("\nann,1,0.0,0.0,0.0,0.0,PTC,0.0,0.0,0.0,0.0\n")
        );
        assert!(cost_csv(&lines, &[]).contains(",PTC,ann,ann\n"));
    }

    #[test]
    fn the_ledger_leaves_as_csv_and_as_json() {
        let lines = &ledger()[3..4];
        assert_eq!(
            cost_csv(lines, &[raise()]),
            "at,key,event,amount_ptc,profile,model,state,charged,class,amount,currency,who,person\n\
             2026-11-22T16:30:00Z,2,released,0.5,302ai,T2V-01,refused,no,prompt_sensitive,0.5,PTC,,\n\
             2026-11-22T16:30:00Z,,cap_raised,,,,,,,10.0,USD,dashboard 812,\n"
        );
        assert_eq!(
            cost_json(&[], &[raise()], Zone::east(8 * 3600)),
            concat!(
                r#"{"amount":"10.0","amount_ptc":null,"at":"2026-11-22T16:30:00Z","currency":"USD","day":"2026-11-23","#,
                r#""event":"cap_raised","key":null,"person":null,"who":"dashboard 812"}"#,
                "\n"
            )
        );
        assert_eq!(
            cost_json(lines, &[], Zone::east(8 * 3600)),
            concat!(
                r#"{"amount":"0.5","amount_ptc":"0.5","at":"2026-11-22T16:30:00Z","charged":"no","class":"prompt_sensitive","#,
                r#""currency":"PTC","day":"2026-11-23","event":"released","key":"2","model":"T2V-01","profile":"302ai","state":"refused","who":null}"#,
                "\n"
            )
        );
        let by_state = cost_sums(&ledger(), By::State, false, Zone::default());
        assert_eq!(
            lang::within(Lang::Zh, || cost_sums(&ledger(), By::State, false, Zone::default())),
            by_state,
            "data are in no language"
        );
        assert_eq!(by_state.lines().nth(1), Some("queued,1,0.0,0.0,0.5,0.0,PTC,0.0,0.0,0.5,0.0"));
        let day = concat!(
            r#"{"charged":"0.5","charged_ptc":"0.5","currency":"PTC","day":"2026-11-21","reserved":"0.0","reserved_ptc":"0.0","#,
            r#""spent":"0.5","spent_ptc":"0.5","tasks":1,"unknown":"0.0","unknown_ptc":"0.0"}"#
        );
        assert_eq!(cost_sums(&ledger(), By::Day, true, Zone::east(8 * 3600)).lines().next(), Some(day));
        assert_eq!(csv_field("a \"b\", c"), r#""a ""b"", c""#);
    }

    #[test]
    fn two_currencies_stand_beside_each_other_and_are_never_added() {
        let mut lines = ledger();
        lines.truncate(2);
        for line in &mut lines {
            (line.at, line.amount) = (NOW.wall, Amount::from_hundredths(56).of(Currency::Usd));
        }
        let mut both = ledger();
        both.truncate(2);
        lines.iter_mut().for_each(|line| line.key = TaskKey(7));
        both.extend(lines);
        let expected = "\
DAY         TASKS  CHARGED  UNKNOWN  SET ASIDE  SPENT  CURRENCY
2026-11-21      1      0.5      0.0        0.0    0.5  PTC
2026-11-23      1     0.56      0.0        0.0   0.56  USD
all             1      0.5      0.0        0.0    0.5  PTC
all             1     0.56      0.0        0.0   0.56  USD

Today 0.0 PTC spent, 0.0 set aside; the day's cap of 20.0 leaves 20.0.
Today 0.56 USD spent, 0.0 set aside; the day's cap of 20.0 leaves 19.44.
";
        assert_eq!(cost_text(&both, &[], &none(), Some(By::Day), NOW, &capped(), false), expected);
        let csv = cost_csv(&both, &[]);
        assert!(csv.ends_with(",7,charged,,302ai,T2V-01,saved,yes,,0.56,USD,,\n"), "{csv}");
        let sums = cost_sums(&both, By::Model, false, Zone::default());
        assert!(sums.ends_with("\nT2V-01,1,,,,,USD,0.56,0.0,0.0,0.56\n"), "{sums}");
    }

    #[test]
    fn what_steers_a_terminal_does_not_leave_with_the_costs() {
        let mut lines = ledger();
        for line in &mut lines {
            (line.profile, line.model) = ("a\u{9b}31m\nb".into(), "T2V\u{202e}".into());
        }
        assert!(cost_json(&lines, &[], Zone::default()).contains(r#""model":"T2V\u202e","profile":"a\u009b31m\nb""#));
        assert!(cost_sums(&lines, By::Model, true, Zone::default()).contains(r#""model":"T2V\u202e""#));
        assert!(cost_csv(&lines, &[]).lines().nth(1).unwrap().contains(",a?31m b,T2V,"), "{}", cost_csv(&lines, &[]));
        assert!(cost_sums(&lines, By::Model, false, Zone::default()).contains("\nT2V,"));
    }
}
