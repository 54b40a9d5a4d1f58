//! Money that was charged for nothing: found by the gateway's records, asked back, and the ledger beside those records.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::TaskState;
use serde_json::Value;
use support::{Home, Service, pty::Pty, until};

const PAID: [&str; 4] = ["--yes", "--max-cost", "1", "--wait"];

fn submit(home: &Home, prompt: &str, code: i32) {
    home.run(&[&["submit", "--prompt", prompt][..], &PAID].concat()).coded(code);
}

/// Key, cost and whether it was asked for, of each refund.
fn refunds(home: &Home, args: &[&str]) -> Vec<(Value, Value, bool)> {
    let all = home.run(&[&["refunds", "--json"][..], args].concat()).coded(0).json();
    all.iter().map(|one| (one["key"].clone(), one["cost"].clone(), one["asked_at"].is_string())).collect()
}

/// Types a command; Enter goes for itself, since in one piece with the text it would be a paste.
fn command(screen: &mut Pty, text: &str) {
    screen.keys(":");
    screen.until_input_is_read();
    // Letter by letter: many at once would be a paste.
    for (at, letter) in text.char_indices() {
        screen.keys(letter.encode_utf8(&mut [0; 4]));
        screen.shows(&format!(":{}", &text[..at + letter.len_utf8()].trim_end()));
    }
    screen.keys("\r");
}

#[test]
fn what_was_charged_twice_is_a_difference_once_then_in_the_ledger_and_among_the_refunds() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "a cat !twice", 0);
    submit(&home, "a dog", 0);
    let check = home.run(&["cost", "--check", "--json"]).coded(1).json();
    let [day, twice] = check.as_slice() else { panic!("{check:?}") };
    assert_eq!((&day["records"], &day["ours"], &day["currency"]), (&"1.5".into(), &"1.0".into(), &"PTC".into()));
    assert_eq!((&day["balance_before"], &day["balance_after"]), (&"50.0".into(), &"48.5".into()));
    assert_eq!((&twice["what"], &twice["tasks"]), (&"twice".into(), &serde_json::json!(["1"])));
    assert_eq!(twice["request_ids"].as_array().map(Vec::len), Some(2));
    let agrees = home.run(&["cost", "--check"]).coded(0);
    assert!(agrees.out.ends_with("The ledger and the gateway's records agree.\n"), "{agrees:?}");
    assert_eq!(home.run(&["cost", "--by", "state", "--json"]).json()[0]["spent"], "1.5");
    assert_eq!(refunds(&home, &[]), [("1".into(), "0.5".into(), false)]);
    assert_eq!(refunds(&home, &["--asked", "1"]), [("1".into(), "0.5".into(), true)]);
    assert_eq!(refunds(&home, &["--refunded", "1"]), []);
    assert_eq!(home.run(&["cost", "--by", "state", "--json"]).json()[0]["spent"], "1.0");
}

#[test]
fn refunds_finds_what_was_charged_twice_without_a_check_before() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "a cat !twice", 0);
    assert_eq!(refunds(&home, &[]), [("1".into(), "0.5".into(), false)]);
}

#[test]
fn a_charge_of_another_program_and_one_without_a_record_are_named() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "a cat !norecord", 0);
    submit(&Home::new(&service.url()), "somebody else's", 0);
    let lines = home.run(&["cost", "--check", "--json"]).coded(1).json();
    let what: Vec<(&Value, &Value)> =
        lines.iter().filter(|line| line["what"].is_string()).map(|line| (&line["what"], &line["tasks"])).collect();
    let (none, ours) = (serde_json::json!([]), serde_json::json!(["1"]));
    // The balance knows of the charge that has no record.
    assert_eq!(what, [(&"no_task".into(), &none), (&"no_record".into(), &ours), (&"balance".into(), &none)]);
}

#[test]
fn a_key_without_the_permission_and_a_service_that_is_away_have_their_own_codes() {
    let denied = Service::with(|config| config.faults = "records_denied".parse().unwrap());
    let told = Home::new(&denied.url()).run(&["cost", "--check"]).coded(3);
    assert!(told.err.contains("manage key"), "{told:?}");
    let away = Home::new("http://127.0.0.1:1");
    away.run(&["cost", "--check"]).coded(6);
    let off = Home::with(&denied.url(), &[("profiles.302ai.records", "false")]);
    off.run(&["cost", "--check"]).coded(2);
    // What is known here is listed all the same.
    away.run(&["refunds"]).coded(0);
}

#[test]
fn the_dashboard_counts_shows_and_notes_refunds_and_compares_the_ledger() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "a cat !fail", 1);
    let mut screen = Pty::sized(&home, 160, 50, &[]);
    screen.shows("1 refund to ask for, ");
    command(&mut screen, "refunds");
    screen.shows("To 302.AI: please refund these calls");
    screen.shows("failed  (#1)");
    screen.keys("\x1b");
    screen.hides("To 302.AI");
    command(&mut screen, "refunds asked");
    screen.hides("1 refund to ask for");
    until("it is noted", || home.task(1).refund.asked_at.is_some());
    screen.keys("$");
    screen.shows("By the gateway's records");
    screen.shows("The ledger and the gateway's records agree.");
    screen.keys("\x1b");
    screen.hides("By the gateway's records");
    command(&mut screen, "refunds refunded 1");
    screen.shows("Note that the money for #1 came back?");
    screen.keys("y");
    until("it came back", || home.task(1).refund.given_at.is_some());
    assert_eq!(home.states(), [TaskState::Failed]);
    command(&mut screen, "refunds asked 1");
    screen.shows("its charge is already noted as refunded");
}

#[test]
fn a_simulator_that_plays_minimax_charges_its_prices_and_keeps_no_records() {
    let service = Service::with(|config| config.currency = domain::amount::Currency::Usd);
    let options = [("profiles.302ai.currency", "\"USD\""), ("profiles.302ai.records", "false")];
    let home = Home::with(&service.url(), &options);
    submit(&home, "a cat", 0);
    let charged = service.sim().counts().charged;
    assert_eq!((home.task(1).money().to_string(), charged.to_string()), ("0.28 USD".into(), "0.28".into()));
    assert_ne!(home.run(&["balance"]).code, Some(0));
    let wrong = Home::with(&service.url(), &[options[0], ("profiles.302ai.upload", "true")]);
    let told = wrong.run(&["config", "check"]);
    assert!(
        told.code != Some(0) && told.out.contains("cannot upload pictures") || told.err.contains("cannot upload"),
        "{told:?}"
    );
}

/// A home with a second account on the same service, whose money is in USD; its key is in `K2`.
fn two_accounts(service: &Service) -> Home {
    let options = [
        ("profiles.mm.base_url", format!("{:?}", service.url())),
        ("profiles.mm.currency", "\"USD\"".into()),
        ("profiles.mm.api_key_env", "\"K2\"".into()),
        ("profiles.mm.records", "false".into()),
        ("profiles.mm.submit_per_minute", "20".into()),
    ];
    let options: Vec<(&str, &str)> = options.iter().map(|(name, value)| (*name, &**value)).collect();
    Home::with(&service.url(), &options)
}

fn with_both(home: &Home, args: &[&str]) -> support::Done {
    let mut call = home.command(args);
    call.env("K2", "sk-another-0123456789");
    support::finish(&args.join(" "), call.spawn().unwrap())
}

#[test]
fn what_another_account_paid_is_not_paid_from_this_one_and_not_asked_of_302ai() {
    let service = Service::start();
    let home = two_accounts(&service);
    let paid = ["--yes", "--max-cost", "1"];
    with_both(&home, &[&["--profile", "mm", "submit", "--prompt", "!fail a cat", "--wait"][..], &paid].concat())
        .coded(1);
    assert_eq!(home.task(1).money().to_string(), "0.28 USD");
    // It is MiniMax's money, and no concern of 302.AI's.
    assert_eq!(refunds(&home, &[]), []);
    let told = home.run(&[&["retry", "1"][..], &paid].concat()).coded(3);
    assert!(told.err.contains("no API key here for profile mm"), "{told:?}");
    assert_eq!(home.tasks().len(), 1);

    submit(&home, "!fail a dog", 1);
    let told = with_both(&home, &[&["retry", "--failed"][..], &paid].concat());
    assert!(told.err.contains("1 task of profile mm left out"), "{told:?}");
    assert_eq!((home.tasks().len(), home.task(3).parent), (3, Some(domain::task::TaskKey(2))));
    with_both(&home, &[&["--profile", "mm", "retry", "--failed"][..], &paid].concat());
    assert_eq!((home.tasks().len(), home.task(4).parent), (4, Some(domain::task::TaskKey(1))));
    home.run(&[&["submit", "--prompt", "a cat", "--price", "0"][..], &paid].concat()).coded(2);
}

#[test]
fn what_runs_for_an_account_whose_key_is_missing_is_told_by_whoever_leaves_it() {
    let service = Service::start();
    let home = two_accounts(&service);
    with_both(&home, &["--profile", "mm", "submit", "--prompt", "a cat", "--yes", "--max-cost", "1"]).coded(0);
    let told = home.run(&["watch", "--until-idle"]).coded(3);
    assert!(told.err.contains("no API key here for profile mm: it is not watched"), "{told:?}");
    with_both(&home, &["wait", "1"]).coded(0);
    home.run(&["watch", "--until-idle"]).coded(0);
    let told = home.run(&["download", "1"]).coded(3);
    assert!(told.err.contains("it belongs to the profile \"mm\""), "{told:?}");
}
