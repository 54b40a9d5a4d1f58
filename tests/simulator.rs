//! The simulator seen from outside, by plain HTTP: it is held to the service's documentation, not to our client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

#[path = "simulator/gateway.rs"]
mod gateway;
#[path = "support/images.rs"]
mod images;
mod net;

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{amount::Amount, catalogue::Catalogue, time::Wall};
use images::png;
use net::DEADLINE;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use simulator::{CLIP, End, Faults, Preloaded, SimClock, SimConfig, Simulator};
use std::collections::BTreeSet;

/// A simulator on a clock of its own, and a plain client.
struct Bench {
    simulator: Simulator,
    clock: SimClock,
    http: reqwest::Client,
}

impl Bench {
    async fn start(faults: &str) -> Self {
        Self::with(|config| SimConfig { faults: faults.parse::<Faults>().unwrap(), ..config }).await
    }

    async fn with(change: impl FnOnce(SimConfig) -> SimConfig) -> Self {
        let clock = SimClock::manual();
        let demo = SimConfig::demo(Catalogue::builtin());
        let config = SimConfig { bytes_per_second: None, clock: clock.clone(), ..demo };
        // The program hands its own set-up of TLS to its clients; this one needs the process to have one. Set is set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().unwrap();
        Self { simulator: Simulator::start(change(config)).await.unwrap(), clock, http }
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Result<(u16, Value), reqwest::Error> {
        let url = format!("{}{path}", self.simulator.base_url());
        let request = self.http.request(method, url).bearer_auth("key").body(body.to_string());
        let answer = request.send().await?;
        let (status, text) = (answer.status().as_u16(), answer.text().await?);
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    async fn submit(&self, body: Value) -> Result<(u16, Value), reqwest::Error> {
        self.call(Method::POST, "/minimaxi/v1/video_generation", &body).await
    }

    async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, &Value::Null).await.unwrap().1
    }

    /// Submits a prompt that is taken, and gives the task's id as it came.
    async fn accepted(&self, prompt: &str) -> Value {
        let (status, answer) = self.submit(text_to_video(prompt)).await.unwrap();
        assert_eq!((status, &answer["base_resp"]["status_code"]), (200, &json!(0)), "{answer}");
        answer["task_id"].clone()
    }

    async fn query(&self, id: &Value) -> Value {
        self.get(&format!("/minimaxi/v1/query/video_generation?task_id={}", plain(id))).await
    }

    /// The address of a finished task's file.
    async fn address(&self, id: &Value) -> String {
        let file = self.query(id).await["file_id"].clone();
        let answer = self.get(&format!("/minimaxi/v1/files/retrieve?file_id={}", plain(&file))).await;
        answer["file"]["download_url"].as_str().unwrap().to_owned()
    }
}

fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn text_to_video(prompt: &str) -> Value {
    json!({ "model": "T2V-01", "prompt": prompt })
}

fn codes(answer: &Value) -> (i64, bool) {
    (answer["base_resp"]["status_code"].as_i64().unwrap(), answer["task_id"] == "")
}

const LONGEST_RUN: u64 = 90_000;

#[tokio::test]
async fn a_task_goes_through_its_states_to_a_file_and_is_charged_once() {
    let bench = Bench::start("").await;
    let id = bench.accepted("a cat").await;
    let mut seen = Vec::new();
    for _ in 0..=LONGEST_RUN / 1_000 {
        let status = plain(&bench.query(&id).await["status"]);
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        bench.clock.advance(1_000);
    }
    assert_eq!(seen, ["Preparing", "Queueing", "Processing", "Success"]);
    let answer = bench.query(&id).await;
    assert_eq!((&answer["video_width"], &answer["video_height"]), (&json!(1366), &json!(768)));
    let video = bench.http.get(bench.address(&id).await).send().await.unwrap();
    assert!(video.bytes().await.unwrap() == CLIP);
    let counts = bench.simulator.counts();
    assert_eq!((counts.submissions, counts.accepted, counts.charged), (1, 1, Amount::from_thousandths(500)));
    assert_eq!(bench.get("/dashboard/balance").await, json!({ "data": { "balance": "49.5" } }));
}

#[tokio::test]
async fn the_same_seed_gives_the_same_ids_runs_and_faults() {
    async fn story(seed: u64) -> Vec<String> {
        let faults = "rate_1002:0.3,fail_1027:0.3".parse().unwrap();
        let bench = Bench::with(|config| SimConfig { seed, faults, ..config }).await;
        let mut story = Vec::new();
        for n in 0..12 {
            let (_, answer) = bench.submit(text_to_video(&format!("cat {n}"))).await.unwrap();
            bench.clock.advance(30_000);
            let state = bench.query(&answer["task_id"]).await;
            story.push(format!("{answer} {}", state["status"]));
        }
        story
    }
    assert_eq!(story(1).await, story(1).await);
    assert_ne!(story(1).await, story(2).await);
}

#[tokio::test]
async fn ids_are_unique_and_may_come_as_numbers_of_19_digits() {
    for (faults, digits) in [("", 15), ("number_ids", 19)] {
        let bench = Bench::start(faults).await;
        let mut ids = BTreeSet::new();
        for n in 0..40 {
            let id = bench.accepted(&format!("cat {n}")).await;
            assert_eq!(id.is_number(), digits == 19);
            assert_eq!(plain(&id).len(), digits);
            ids.insert(plain(&id));
        }
        assert_eq!(ids.len(), 40);
        bench.clock.advance(LONGEST_RUN);
        let last = json!(ids.last());
        let answer = bench.query(&last).await;
        assert_eq!((plain(&answer["task_id"]), &answer["status"]), (plain(&last), &json!("Success")));
        assert_eq!(answer["file_id"].is_number(), digits == 19);
        bench.http.get(bench.address(&last).await).send().await.unwrap().error_for_status().unwrap();
    }
}

#[tokio::test]
async fn a_lost_answer_and_a_500_after_acceptance_are_charged_and_the_others_are_not() {
    let bench = Bench::start("").await;
    assert!(bench.submit(text_to_video("a cat !lost")).await.is_err());
    assert_eq!(bench.submit(text_to_video("a cat !500")).await.unwrap().0, 500);
    assert_eq!(bench.simulator.counts().charged, Amount::from_thousandths(1_000));
    for (word, code) in [("!1002", 1002), ("!1008", 1008), ("!1026", 1026), ("!2013", 2013), ("!1000", 1000)] {
        let (status, answer) = bench.submit(text_to_video(word)).await.unwrap();
        assert_eq!((status, codes(&answer)), (200, (code, true)), "{word}");
    }
    assert_eq!(bench.submit(text_to_video("!429")).await.unwrap().0, 429);
    assert!(bench.submit(text_to_video("!reset")).await.is_err());
    let counts = bench.simulator.counts();
    assert_eq!((counts.submissions, counts.accepted, counts.charged), (9, 2, Amount::from_thousandths(1_000)));
    // A retry goes well, but for a prompt that stays what it is.
    bench.accepted("a cat !lost").await;
    assert_eq!(codes(&bench.submit(text_to_video("!1026")).await.unwrap().1), (1026, true));
    assert_eq!(bench.simulator.submissions_of("a cat !lost"), 2);
}

#[tokio::test]
async fn failed_tasks_say_why_and_a_sensitive_input_is_given_back_once() {
    for (faults, code, charged) in [("fail_1026", 1026, 0), ("fail_1027", 1027, 500), ("fail_no_reason", 0, 500)] {
        let bench = Bench::start(faults).await;
        let id = bench.accepted("a cat").await;
        bench.clock.advance(LONGEST_RUN);
        for _ in 0..2 {
            let answer = bench.query(&id).await;
            assert_eq!((&answer["status"], codes(&answer).0), (&json!("Fail"), code));
        }
        assert_eq!(bench.simulator.counts().charged, Amount::from_thousandths(charged), "{faults}");
        assert_eq!(bench.simulator.balance(), Amount::from_thousandths(50_000 - charged));
    }
}

#[tokio::test]
async fn requests_are_judged_as_the_service_judges_them() {
    let bench = Bench::start("").await;
    let picture = |width, height| format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png(width, height)));
    let url = "https://example.org/cat.jpg";
    let subject = |image: &str| json!([{ "type": "character", "image": [image] }]);
    for (body, why) in [
        (json!("text"), "the body is not a JSON object"),
        (json!({ "prompt": "a cat" }), "model is required"),
        (json!({ "model": "T3V", "prompt": "a cat" }), "model T3V does not exist"),
        (json!({ "model": "T2V-01" }), "prompt is required"),
        (json!({ "model": "T2V-01", "prompt": 7 }), "prompt must be a string"),
        (json!({ "model": "T2V-01", "prompt": "cat ".repeat(200) }), "prompt is too long"),
        (json!({ "model": "T2V-01-Director", "prompt": "c".repeat(200) }), "prompt is too long"),
        (json!({ "model": "T2V-01", "prompt": "a", "resolution": "4K" }), "resolution 4K is not supported by T2V-01"),
        (json!({ "model": "T2V-01", "prompt": "a", "duration": 10 }), "duration 10 is not supported at 720P"),
        (json!({ "model": "T2V-01", "prompt": "a", "duration": "6" }), "duration must be an integer"),
        (json!({ "model": "T2V-01", "prompt": "a", "prompt_optimizer": "no" }), "prompt_optimizer must be a boolean"),
        (json!({ "model": "I2V-01", "prompt": "a" }), "first_frame_image is required"),
        (
            json!({ "model": "I2V-01", "first_frame_image": "cat.jpg" }),
            "an image must be a URL, or a data URL of a JPEG or PNG",
        ),
        (json!({ "model": "I2V-01", "first_frame_image": picture(299, 400) }), "an image is smaller than 300px"),
        (
            json!({ "model": "I2V-01", "first_frame_image": picture(751, 300) }),
            "an image's aspect ratio is not between 2:5 and 5:2",
        ),
        (
            json!({ "model": "MiniMax-Hailuo-02", "resolution": "512P", "last_frame_images": url }),
            "first_frame_image is required",
        ),
        (json!({ "model": "MiniMax-Hailuo-02" }), "prompt is required"),
        (json!({ "model": "S2V-01", "prompt": "a" }), "subject_reference is required"),
        (
            json!({ "model": "S2V-01", "prompt": "a", "subject_reference": url }),
            "subject_reference must hold one character with one image",
        ),
    ] {
        let (status, answer) = bench.submit(body.clone()).await.unwrap();
        assert_eq!((status, codes(&answer)), (200, (2013, true)), "{body}");
        assert_eq!(answer["base_resp"]["status_msg"], format!("invalid params, {why}"), "{body}");
    }
    assert_eq!(bench.simulator.counts().accepted, 0);
    for body in [
        json!({ "model": "I2V-01", "first_frame_image": picture(750, 300) }),
        json!({ "model": "I2V-01", "first_frame_image": url, "prompt": "a cat" }),
        json!({ "model": "S2V-01", "prompt": "a", "subject_reference": subject(url) }),
        json!({ "model": "MiniMax-Hailuo-02", "prompt": "a", "first_frame_image": url, "last_frame_images": url, "duration": 10 }),
        json!({ "model": "MiniMax-Hailuo-02", "last_frame_images": url }),
        json!({ "model": "T2V-01", "prompt": "雨".repeat(199), "callback": "https://example.org" }),
    ] {
        assert_eq!(codes(&bench.submit(body.clone()).await.unwrap().1), (0, false), "{body}");
    }
    // Five at half a PTC and S2V-01 at 0.7.
    assert_eq!(bench.simulator.counts().charged, Amount::from_thousandths(3_200));
    assert_eq!(bench.simulator.violations(), Vec::<String>::new());
    bench.submit(json!({ "model": "T2V-01", "prompt": "a", "webhook": "x" })).await.unwrap();
    assert_eq!(bench.simulator.violations(), ["submission 26 has the unknown field webhook"]);
}

#[tokio::test]
async fn the_key_the_balance_and_the_pace_are_watched() {
    let bench = Bench::with(|config| SimConfig {
        key: Some("right".into()),
        balance: Amount::from_thousandths(1_400),
        per_minute: Some(1),
        ..config
    })
    .await;
    let url = format!("{}/v1/video_generation", bench.simulator.base_url());
    let body = text_to_video("a cat").to_string();
    let bare = bench.http.post(&url).body(body.clone()).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    let answer: Value = serde_json::from_str(&bare.text().await.unwrap()).unwrap();
    assert_eq!(answer["error"]["err_code"], -10_001);
    assert_eq!(
        (&answer["error"]["message"], &answer["error"]["message_cn"]),
        (&json!("Missing API key"), &json!("缺少 API KEY"))
    );
    assert_eq!(codes(&bench.submit(text_to_video("a cat")).await.unwrap().1), (1004, true));
    let right = || async {
        let answer = bench.http.post(&url).bearer_auth("right").body(body.clone()).send().await.unwrap();
        serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap()
    };
    assert_eq!(codes(&right().await), (0, false));
    assert_eq!(codes(&right().await), (1002, true));
    bench.clock.advance(60_000);
    assert_eq!(codes(&right().await), (0, false));
    bench.clock.advance(60_000);
    let refused = right().await;
    assert_eq!(
        (&refused["error"]["err_code"], &refused["error"]["message_cn"]),
        (&json!(-10_004), &json!("余额不足，请充值"))
    );
}

#[tokio::test]
async fn addresses_are_signed_and_run_out_and_an_authorization_header_is_a_violation() {
    let bench = Bench::start("").await;
    let id = bench.accepted("a cat").await;
    bench.clock.advance(LONGEST_RUN);
    let address = bench.address(&id).await;
    assert!(address.starts_with(bench.simulator.storage_url()), "{address}");
    let status = |url: String| async { bench.http.get(url).send().await.unwrap().status().as_u16() };
    assert_eq!(status(address.clone()).await, 200);
    assert_eq!(status(address.replace("Expires=1", "Expires=2")).await, 403);
    assert_eq!(status(address.split('?').next().unwrap().to_owned()).await, 403);
    assert_eq!(bench.http.get(&address).bearer_auth("key").send().await.unwrap().status(), 400);
    assert_eq!(bench.simulator.violations().len(), 1);
    bench.clock.advance(9 * 3_600_000);
    let gone = bench.http.get(&address).send().await.unwrap();
    assert_eq!(gone.status(), 403);
    assert!(gone.text().await.unwrap().contains("<Message>Request has expired.</Message>"));
    assert_eq!(status(bench.address(&id).await).await, 200);
}

#[tokio::test]
async fn the_storage_honours_ranges_validators_and_head() {
    let bench = Bench::start("").await;
    let id = bench.accepted("a cat").await;
    bench.clock.advance(LONGEST_RUN);
    let address = bench.address(&id).await;
    let head = bench.http.head(&address).send().await.unwrap();
    assert_eq!(head.headers()[header::CONTENT_LENGTH], CLIP.len().to_string());
    let etag = head.headers()[header::ETAG].to_str().unwrap().to_owned();
    let range = |range: &'static str, if_range: String| {
        bench.http.get(&address).header(header::RANGE, range).header(header::IF_RANGE, if_range).send()
    };
    let part = range("bytes=1000-1999", etag.clone()).await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()[header::CONTENT_RANGE], format!("bytes 1000-1999/{}", CLIP.len()));
    assert!(part.bytes().await.unwrap() == CLIP[1000..2000]);
    let other = range("bytes=1000-1999", "\"other\"".into()).await.unwrap();
    assert_eq!((other.status().as_u16(), other.bytes().await.unwrap().len()), (200, CLIP.len()));
    assert_eq!(range("bytes=9999999-", etag).await.unwrap().status(), 416);
}

#[tokio::test]
async fn faults_of_the_line_strike_any_call() {
    let bench = Bench::start("html_502@1,html_200@2,reset@3").await;
    let balance = || bench.call(Method::GET, "/dashboard/balance", &Value::Null);
    let (status, page) = balance().await.unwrap();
    assert_eq!((status, page.as_str().unwrap().starts_with("<html>")), (502, true));
    let (status, page) = balance().await.unwrap();
    assert_eq!((status, page.is_string()), (200, true));
    assert!(balance().await.is_err());
    assert_eq!(balance().await.unwrap().0, 200);
}

#[tokio::test]
async fn odd_words_and_a_missing_file_come_when_they_are_asked_for() {
    let bench = Bench::start("escapes,unknown_status,success_without_file").await;
    let id = bench.accepted_oddly("a cat").await;
    let first = bench.query(&id).await;
    assert!(plain(&first["status"]).contains('\u{1b}'), "{first}");
    bench.clock.advance(LONGEST_RUN);
    assert_eq!(bench.query(&id).await["file_id"], "");
    assert_ne!(bench.query(&id).await["file_id"], "");
}

impl Bench {
    async fn accepted_oddly(&self, prompt: &str) -> Value {
        let (_, answer) = self.submit(text_to_video(prompt)).await.unwrap();
        assert!(answer["base_resp"]["status_msg"].as_str().unwrap().contains('\u{202e}'), "{answer}");
        answer["task_id"].clone()
    }
}

#[tokio::test]
async fn tasks_can_be_there_from_the_start() {
    let bench = Bench::start("").await;
    let fail = End::Fail { code: 1027, message: "output new_sensitive".into() };
    bench.simulator.preload(vec![
        Preloaded {
            id: "1".into(),
            file: None,
            prompt: "running".into(),
            age_ms: 50,
            run_ms: Some(100),
            end: End::Success,
            charge: None,
        },
        Preloaded {
            id: "2".into(),
            file: None,
            prompt: "failed".into(),
            age_ms: 100,
            run_ms: Some(100),
            end: fail,
            charge: None,
        },
        Preloaded {
            id: "4".into(),
            file: Some("77".into()),
            prompt: "to be fetched".into(),
            age_ms: 100,
            run_ms: Some(100),
            end: End::Success,
            charge: None,
        },
    ]);
    // A client that knows its file already, as the demo's store does, fetches it by that id.
    assert_eq!(bench.query(&json!("4")).await["file_id"], "77");
    assert_eq!(bench.query(&json!("1")).await["status"], "Processing");
    assert_eq!(codes(&bench.query(&json!("2")).await).0, 1027);
    assert_eq!(codes(&bench.query(&json!("3")).await).0, 2013);
    assert_eq!(bench.simulator.counts().charged, Amount::ZERO);
}

#[tokio::test]
async fn a_stop_ends_even_a_call_that_is_never_answered_and_frees_the_port() {
    let bench = Bench::start("").await;
    let url = format!("{}/v1/video_generation", bench.simulator.base_url());
    let body = text_to_video("a cat !hang").to_string();
    let hanging = tokio::spawn(bench.http.post(&url).bearer_auth("key").body(body).send());
    bench.simulator.until(|counts| counts.submissions == 1).await;
    bench.simulator.stop().await;
    assert!(tokio::time::timeout(DEADLINE, hanging).await.unwrap().unwrap().is_err());
    assert!(bench.http.get(&url).send().await.unwrap_err().is_connect());
    assert_eq!(bench.clock.now(), Wall(1_795_372_200_000));
}
