//! Money settled by evidence, by the whole program: the gateway's own word on a charge, unknowns that settle
//! themselves, and charges that are asked back.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use ::io::store::Store;
use domain::evidence::Evidence;
use engine::effect::Write;
use serde_json::{Value, json};
use support::{Done, Home, Service};

fn submit(home: &Home, prompt: &str) -> Done {
    home.run(&["submit", "--prompt", prompt, "--wait", "--json", "--yes", "--max-cost", "20"])
}

fn refunds(home: &Home, more: &[&str]) -> Vec<Value> {
    home.run(&[&["refunds", "--json"], more].concat()).coded(0).json()
}

#[test]
fn the_records_say_what_a_saved_task_cost_and_a_failed_one_can_be_asked_back() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let saved = submit(&home, "a cat").coded(0).json().remove(0);
    assert_eq!((&saved["cost"], &saved["cost_source"]), (&json!("0.5"), &json!("records")), "{saved}");
    assert_eq!(refunds(&home, &[]), Vec::<Value>::new());

    let failed = submit(&home, "!fail a dog").json().remove(0);
    assert_eq!((&failed["state"], &failed["cost_source"]), (&json!("failed"), &json!("records")), "{failed}");
    let expected = json!({
        "key": "2", "request_id": failed["request_id"], "cost": "0.5", "currency": "PTC", "asked_at": null,
    });
    assert_eq!(refunds(&home, &[]), [expected]);
    let text = home.run(&["refunds"]).coded(0).out;
    assert!(text.contains(failed["request_id"].as_str().unwrap()) && text.contains("0.5 PTC"), "{text}");

    let asked = refunds(&home, &["--asked", "2"]);
    assert!(asked.len() == 1 && asked[0]["asked_at"].is_string(), "{asked:?}");
    assert_eq!(refunds(&home, &["--refunded", "2"]), Vec::<Value>::new());
    let csv = home.run(&["cost", "--csv"]).coded(0).out;
    assert!(csv.lines().any(|line| line.contains("refunded")), "{csv}");
    home.run(&["refunds", "--refunded", "1"]).coded(1);
}

#[test]
fn a_lost_answer_is_found_in_the_records_and_runs_on_and_without_its_id_it_is_to_be_refunded() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let found = submit(&home, "!lost a cat").coded(0).json().remove(0);
    assert_eq!((&found["state"], &found["charged"]), (&json!("saved"), &json!("yes")), "{found}");
    assert!(found["request_id"].is_string() && found["task_id"].is_string(), "{found}");

    let lost = submit(&home, "!lost !bare a dog").coded(1).json().remove(0);
    assert_eq!((&lost["state"], &lost["charged"]), (&json!("failed"), &json!("yes")), "{lost}");
    assert_eq!((&lost["error"]["code"], &lost["error"]["class"]), (&json!("id_lost"), &json!("service")), "{lost}");
    let asked = refunds(&home, &[]);
    assert_eq!((asked.len(), &asked[0]["request_id"]), (1, &lost["request_id"]));
    assert_eq!(service.sim().submissions().len(), 2);
}

#[test]
fn who_follows_the_records_has_them_looked_at_once_more_first() {
    for args in [&["resolve", "1", "--as", "not-created"][..], &["resolve", "1"]] {
        let service = Service::start();
        let home = Home::new(&service.url());
        home.run(&["submit", "--prompt", "!lost a cat", "--yes", "--max-cost", "20"]).coded(7);
        // What an earlier run read of them: nothing.
        let mut task = home.task(1);
        task.evidence = Some(Evidence::NotSeen);
        let write = Write { task, events: vec![], ledger: vec![], never_left: None };
        Store::open(&home.data()).unwrap().write(&[write]).unwrap();
        let done = home.run(args).coded(i32::from(args.len() > 2));
        assert!(done.err.contains("the gateway's records"), "{}", done.err);
        let task = home.task(1);
        assert!(task.settled.is_some() && task.remote.is_some(), "{task:?}");
    }
}
