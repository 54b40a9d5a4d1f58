//! What is given to a submission, from the command line to what the service got: frames, files of prompts, pictures.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use serde_json::{Value, json};
use std::fs;
use support::{Home, Service, assert_honest};

const YES: [&str; 3] = ["--yes", "--max-cost", "20"];
const URL: &str = "https://example.org/end.jpg";

fn bodies(service: &Service) -> Vec<Value> {
    service.sim().submissions().into_iter().map(|submission| submission.body).collect()
}

#[test]
fn a_last_frame_goes_out_alone_and_without_a_prompt_by_every_way_of_the_command_line() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.run(&[&["submit", "--last-frame", URL], &YES[..]].concat()).coded(0);
    home.run(
        &[&["submit", "--last-frame", URL, "--resolution", "1080P", "--prompt", "a {cat|dog}"], &YES[..]].concat(),
    )
    .coded(0);
    let file = home.path().join("prompts.jsonl");
    fs::write(&file, format!("{{\"last_frame\": \"{URL}\", \"duration\": 10}}\n")).unwrap();
    home.run(&[&["submit", "--from", file.to_str().unwrap()], &YES[..]].concat()).coded(0);
    let model = "MiniMax-Hailuo-02";
    let mut found = bodies(&service);
    found[1..3].sort_by_key(|body| body["prompt"].to_string());
    assert_eq!(
        found,
        [
            json!({ "model": model, "last_frame_images": URL }),
            json!({ "model": model, "last_frame_images": URL, "resolution": "1080P", "prompt": "a cat" }),
            json!({ "model": model, "last_frame_images": URL, "resolution": "1080P", "prompt": "a dog" }),
            json!({ "model": model, "last_frame_images": URL, "duration": 10 }),
        ]
    );
    let at_512p = home.run(&[&["submit", "--last-frame", URL, "--resolution", "512P"], &YES[..]].concat()).coded(2);
    assert!(at_512p.err.contains("MiniMax-Hailuo-02 needs a first frame at 512P"), "{}", at_512p.err);
    assert_honest(&service);
}
