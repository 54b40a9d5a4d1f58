//! Pictures that several tasks use, uploaded once by the whole program, over real HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::amount::Amount;
use std::fs;
use support::{Home, Service};

/// Submits two tasks with one picture, and gives what the service counted: uploads, and money.
fn two_of_one_picture(service: &Service, home: &Home) -> (u64, Amount) {
    let picture = home.path().join("a cat.png");
    fs::write(&picture, support::images::png(640, 480)).unwrap();
    let picture = picture.display().to_string();
    let args = ["submit", "--model", "I2V-01", "--prompt", "a cat", "--first-frame", &picture, "--count", "2"];
    home.run(&[&args[..], &["--wait", "--yes", "--max-cost", "20"]].concat()).coded(0);
    let counts = service.sim().counts();
    (counts.uploads, counts.charged)
}

fn uploads_wanted(service: &Service) -> Home {
    Home::with(&service.url(), &[("profiles.302ai.upload", "true")])
}

#[test]
fn a_picture_of_two_tasks_is_uploaded_once_and_stands_in_the_ledger() {
    let service = Service::start();
    let home = uploads_wanted(&service);
    assert_eq!(two_of_one_picture(&service, &home), (1, Amount::from_thousandths(1_001)));
    let url: String = home.sql().query_row("SELECT url FROM uploads", [], |row| row.get(0)).unwrap();
    let served = service.sim().storage_url();
    assert!(url.starts_with(served), "{url} is not of {served}");
    let csv = home.run(&["cost", "--csv"]).coded(0).out;
    assert!(csv.lines().any(|line| line.contains("upload") && line.contains("0.001")), "{csv}");
    let cost = home.run(&["cost"]).coded(0).out;
    assert!(cost.contains("1.001"), "{cost}");
    // Another run of the program uses the URL again.
    assert_eq!(two_of_one_picture(&service, &home), (1, Amount::from_thousandths(2_001)));
    assert_eq!(service.sim().violations(), Vec::<String>::new());
    home.assert_no_key_in_any_file();
}

#[test]
fn without_the_wish_or_without_an_upload_the_picture_goes_along_inside_the_request() {
    let service = Service::start();
    assert_eq!(two_of_one_picture(&service, &Home::new(&service.url())), (0, Amount::from_thousandths(1_000)));
    let service = Service::with(|config| config.faults = "upload_fails".parse().unwrap());
    assert_eq!(two_of_one_picture(&service, &uploads_wanted(&service)), (0, Amount::from_thousandths(1_000)));
}
