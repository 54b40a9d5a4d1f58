//! What is given to a submission, from the command line to what the service got: frames, files of prompts, pictures.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::fs;
use support::{Home, Service, YES, assert_honest};

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

fn png(width: u32, height: u32, bits: png::BitDepth) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_depth(bits);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; width as usize * height as usize * bits as usize / 8]).unwrap();
    writer.finish().unwrap();
    out
}

fn data_url(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(bytes))
}

#[test]
fn a_data_url_is_judged_by_its_content_before_it_is_paid() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let good = png(640, 480, png::BitDepth::Eight);
    let mut broken = good.clone();
    let at = broken.len() - 20;
    broken[at] ^= 1;
    let submit = |url: &str| {
        home.run(&[&["submit", "--prompt", "a cat", "--model", "I2V-01", "--first-frame", url], &YES[..]].concat())
    };
    for (url, told) in [
        (data_url("image/jpeg", &good), "its content is image/png. Start it with data:image/png;base64,"),
        (data_url("image/png", &broken), "is damaged: a checksum or its image data is wrong"),
        (data_url("image/png", &png(299, 400, png::BitDepth::Eight)), "The picture is too small"),
        (data_url("image/png", b"hello"), "it is text"),
    ] {
        let done = submit(&url).coded(2);
        assert!(done.err.contains(told), "{told}: {}", done.err);
    }
    assert_eq!(bodies(&service), Vec::<Value>::new());
    submit(&data_url("IMAGE/PNG", &good)).coded(0);
    assert_eq!(bodies(&service)[0]["first_frame_image"], data_url("image/png", &good));
    assert_honest(&service);
}

#[test]
fn what_may_go_wrong_with_pictures_is_said_and_what_must_go_wrong_is_refused() {
    // Nothing is sent to the public host of this config: only looked at what would be.
    let home = Home::new("https://api.302.ai");
    let file = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name).to_str().unwrap().to_owned();
        fs::write(&path, bytes).unwrap();
        path
    };
    let wide = file("wide.png", &png(640, 480, png::BitDepth::Eight));
    let deep = file("deep.png", &png(480, 480, png::BitDepth::Sixteen));
    let look = |args: &[&str]| home.run(&[&["submit", "--prompt", "a cat", "--dry-run"], args].concat());
    let done = look(&["--first-frame", &wide, "--last-frame", &deep]).coded(0);
    assert!(done.err.contains("warning: First and last frame differ in shape: 640x480 and 480x480"), "{}", done.err);
    assert!(done.err.contains("has 16 bits per colour"), "{}", done.err);
    // A file manager gives a file as a URL.
    look(&["--first-frame", &format!("file://{}", wide.replace("wide", "%77ide"))]).coded(0);
    let done = look(&["--first-frame", "https://ann:secret@example.org/a.jpg"]).coded(0);
    assert!(done.err.contains("warning: The URL contains a user name or password"), "{}", done.err);
    let done = look(&["--callback", "http://10.0.0.7/x"]).coded(0);
    assert!(done.err.contains("warning: The service cannot reach 10.0.0.7"), "{}", done.err);
    for inside in ["http://localhost:8000/a.jpg", "https://192.168.1.7/a.jpg"] {
        let done = look(&["--last-frame", inside]).coded(2);
        assert!(done.err.contains("it is this machine or on a private network"), "{}", done.err);
    }
    // A service that is itself there can reach them.
    let home = Home::new("http://127.0.0.1:9");
    let near = home.run(&["submit", "--dry-run", "--last-frame", "http://127.0.0.1/a.jpg"]).coded(0);
    assert!(!near.err.contains("private network"), "{}", near.err);
}

/// 一只猫 in GB18030.
const A_CAT: &[u8] = b"\xd2\xbb\xd6\xbb\xc3\xa8";

#[test]
fn what_a_line_cannot_ask_for_is_told_with_its_number_before_any_money() {
    let service = Service::start();
    let home = Home::new(&service.url());
    fs::create_dir(home.path().join("none")).unwrap();
    let file = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    file("p.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":\"b\",\"first_frame\":\"none/\"}\n");
    let look = |path: &str, flags: &[&str]| home.run(&[&["submit", "--from", path, "--dry-run"], flags].concat());
    let done = look("p.jsonl", &[]).coded(2);
    assert!(done.err.contains("line 2: none/ matches no picture"), "{}", done.err);
    look("p.jsonl", &["--partial"]).coded(0);
    // One word, as the service counts words.
    file("long.txt", &"a".repeat(200_000));
    let done = look("long.txt", &[]).coded(2);
    assert!(done.err.contains("line 1: The prompt is too long") && done.err.contains("2000"), "{}", done.err);
}

#[test]
fn a_spreadsheet_s_file_is_read_as_it_was_saved_and_what_is_no_field_is_left_out_by_a_flag_only() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let file = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name).to_str().unwrap().to_owned();
        fs::write(&path, bytes).unwrap();
        path
    };
    let look =
        |path: &str, flags: &[&str]| home.run(&[&["submit", "--from", path, "--dry-run", "--json"], flags].concat());
    let prompts = |out: &str| -> Vec<String> {
        let lines = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["request"]["prompt"].as_str().or(line["prompt"].as_str()).unwrap().to_owned()).collect()
    };
    let wide = "Prompt\tDuration\r\na cat; running\t10\r\n雨夜\t6\r\n".encode_utf16();
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(wide).flat_map(u16::to_le_bytes).collect();
    let done = look(&file("unicode.txt", &wide), &[]).coded(0);
    assert_eq!(prompts(&done.out), ["a cat; running", "雨夜"]);
    assert!(done.err.contains("read as UTF-16"), "{}", done.err);
    let done = look(&file("excel.csv", &[b"PROMPT;Duration\r\n", A_CAT, b";6\r\n"].concat()), &[]).coded(0);
    assert_eq!(prompts(&done.out), ["一只猫"]);
    assert!(done.err.contains("read as GB18030"), "{}", done.err);
    let noted = file("noted.csv", b"Shot;prompt;Director's note\n1;a cat;slow\n2;a dog;\n");
    let done = look(&noted, &[]).coded(2);
    assert!(done.err.contains("These columns are not fields: Shot, Director's note"), "{}", done.err);
    assert!(done.err.contains("--ignore-columns") && done.out.is_empty(), "{}", done.err);
    // The faults of its lines are told with it, so that it is corrected in one go.
    let both = file("both.csv", b"Shot;prompt;duration\n1;a cat;7\n2;a dog;soon\n");
    let done = look(&both, &[]).coded(2);
    for wanted in ["line 2: ", "line 3: ", "The column Shot is not a field"] {
        assert!(done.err.contains(wanted), "{wanted}: {}", done.err);
    }
    look(&both, &["--partial"]).coded(2);
    let done = look(&noted, &["--ignore-columns"]).coded(0);
    assert_eq!(prompts(&done.out), ["a cat", "a dog"]);
    assert!(done.err.contains("columns left out: Shot, Director's note"), "{}", done.err);
    // A near miss is a slip, whatever is agreed to.
    let done = look(&file("slip.csv", b"promt;duration\na cat;6\n"), &["--ignore-columns"]).coded(2);
    assert!(done.err.contains("There is no field promt. Did you mean prompt?"), "{}", done.err);
}
