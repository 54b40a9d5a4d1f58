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
        let kept = KeptCaps { per_day, per_day_each, by: raise().by, zone: None, is_ours: false };
        let kept = BTreeMap::from([(Currency::Ptc, kept)]);
        let raises =
            [Raise { more: Amount::from_thousandths(500).of(Currency::Ptc), person: own.who.clone(), ..raise() }];
        let all = cost_text(&lines, &raises, &kept, Some(By::Day), NOW, &own, false);
        all.split("\n\n").nth(1).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(said(Some(60_000), None)[0], "Today 0.5 PTC spent, 0.5 set aside; the day's cap of 20.5 leaves 19.5.");
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
        cost_sums(&lines, By::Who, false, Zone::default()).contains("\nann,1,0.0,0.0,0.0,0.0,PTC,0.0,0.0,0.0,0.0\n")
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
