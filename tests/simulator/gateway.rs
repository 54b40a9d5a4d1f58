//! The gateway's own calls of the simulator, read by what the program reads them with.

use super::{Bench, codes, text_to_video};
use axum::{Router, extract::State, routing::post};
use domain::{
    amount::{Amount, Currency},
    catalogue::Catalogue,
    prices::{Offer, PriceList, Prices},
    task::TaskKey,
    time::{MINUTE, SECOND, Wall},
};
use serde_json::{Value, json};
use service::{
    answer::Reply,
    call::{Call, Method},
    gateway::{
        Asked,
        callback::{Post, post as read_post},
        prices,
        prices::Difference,
        records,
        records::{Page, Window},
        settle::{Finding, Submission, settle},
        upload,
    },
};
use simulator::{Faults, SimConfig};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

fn cents(hundredths: i64) -> Amount {
    Amount::from_hundredths(hundredths)
}

impl Bench {
    /// Carries out a call as data.
    async fn carry(&self, call: &Call, body: Vec<u8>, kind: &str) -> Reply {
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = self.http.request(method, format!("{}{}", self.simulator.base_url(), call.path));
        request = request.query(&call.query).body(body).header("Content-Type", kind);
        if call.key {
            request = request.bearer_auth("key");
        }
        let answer = request.send().await.unwrap();
        Reply::Answered {
            http: answer.status().as_u16(),
            retry_after_ms: None,
            request_id: None,
            body: answer.text().await.unwrap(),
        }
    }

    async fn ask(&self, call: &Call) -> Reply {
        self.carry(call, Vec::new(), "application/json").await
    }

    /// Submits, and gives the `request-id` of an answer, if one comes.
    async fn request_id(&self, prompt: &str) -> Option<String> {
        let url = format!("{}/minimaxi/v1/video_generation", self.simulator.base_url());
        let request = self.http.post(url).bearer_auth("key").body(text_to_video(prompt).to_string());
        let answer = request.send().await.ok()?;
        Some(answer.headers().get("request-id")?.to_str().unwrap().to_owned())
    }

    /// What the records say of a submission of that prompt that was sent at `sent` and whose answer was lost.
    async fn settled(&self, prompt: &str, sent: Wall, request_id: Option<String>) -> Finding {
        let unknown = Submission {
            key: TaskKey(1),
            sent,
            until: sent.plus(2 * MINUTE),
            model: "T2V-01".into(),
            prompt: prompt.into(),
            request_id,
            task_id: None,
            seconds: vec![],
            disowned: vec![],
            unknown: true,
            shifts: vec![],
        };
        let (mut rows, mut page) = (Vec::new(), Some(1));
        while let Some(asked) = page {
            let reply = self.ask(&records::list_call(Window::of(sent, unknown.until), asked, 50)).await;
            let Asked::Told(Page { rows: more, next }) = records::list(&reply, asked, 50) else { panic!("{reply:?}") };
            rows.extend(more);
            page = next;
        }
        settle(&[unknown], &rows, &Catalogue::builtin()).remove(&TaskKey(1)).unwrap()
    }
}

#[tokio::test]
async fn every_answer_carries_a_request_id_and_its_charge_is_in_the_records() {
    let bench = Bench::start("").await;
    let id = bench.request_id("a cat").await.unwrap();
    let charge = |reply: &Reply| match records::charge(reply) {
        Asked::Told(charge) => (charge.cost, charge.model.unwrap()),
        other => panic!("{other:?}"),
    };
    assert_eq!(charge(&bench.ask(&records::charge_call(&id)).await), (cents(50), "T2V-01".into()));
    assert_eq!(records::charge(&bench.ask(&records::charge_call("another")).await), Asked::NotYet);
    let refused = bench.request_id("a cat !1026").await.unwrap();
    assert_eq!(charge(&bench.ask(&records::charge_call(&refused)).await).0, cents(0));
    assert_eq!(bench.request_id("a cat !noid").await, None);
    for path in ["/dashboard/balance", "/minimaxi/v1/query/video_generation", "/nowhere"] {
        let answer = bench.http.get(format!("{}{path}", bench.simulator.base_url())).send().await.unwrap();
        assert_eq!(answer.headers().get("request-id").map(|id| id.len()), Some(32), "{path}");
    }
}

#[tokio::test]
async fn the_records_settle_a_lost_answer_as_far_as_they_show_it() {
    let bench = Bench::start("").await;
    let seen = |finding: Finding| match finding {
        Finding::Made { id, .. } => format!("made {}", id.0),
        Finding::IdLost { cost, .. } => format!("lost for {}", cost.unwrap()),
        other => format!("{other:?}"),
    };
    for (prompt, at_once, later) in [
        ("a cat !lost", "made", "made"),
        ("a dog !500", "made", "made"),
        ("a cow !lost !bare", "lost for 0.5", "lost for 0.5"),
        ("a pig !busy", "lost for 0.5", "lost for 0.5"),
        ("a hen !1000", "lost for 0.0", "lost for 0.0"),
        ("a fox !lost !norecord", "NotSeen { free: [] }", "NotSeen { free: [] }"),
        ("an owl !lost !laterecord", "NotSeen { free: [] }", "made"),
    ] {
        let sent = bench.clock.now();
        let id = bench.request_id(prompt).await;
        let task = bench.simulator.submissions().pop().unwrap().task.unwrap_or_default();
        let expected = |kind: &str| if kind == "made" { format!("made {task}") } else { kind.to_owned() };
        assert_eq!(seen(bench.settled(prompt, sent, id.clone()).await), expected(at_once), "{prompt}");
        // Others' calls, and a query whose record names a task.
        bench.accepted("somebody else's").await;
        if !task.is_empty() {
            bench.query(&json!(task)).await;
        }
        bench.clock.advance(3 * MINUTE);
        assert_eq!(seen(bench.settled(prompt, sent, id).await), expected(later), "{prompt}, later");
        bench.clock.advance(10 * MINUTE);
    }
}

#[tokio::test]
async fn pages_of_the_records_are_turned_to_the_end() {
    let bench = Bench::with(|config| SimConfig { balance: "100".parse().unwrap(), ..config }).await;
    let sent = bench.clock.now();
    assert!(bench.submit(text_to_video("a cat !lost")).await.is_err());
    for n in 0..120 {
        bench.accepted(&format!("dog {n}")).await;
    }
    assert!(matches!(bench.settled("a cat !lost", sent, None).await, Finding::Made { .. }));
}

#[tokio::test]
async fn a_key_without_the_permission_reads_no_records() {
    let bench = Bench::start("records_denied").await;
    let one = records::charge(&bench.ask(&records::charge_call("x")).await);
    assert!(matches!(one, Asked::NotAllowed { .. }), "{one:?}");
    let window = Window::of(bench.clock.now(), bench.clock.now());
    let all = records::list(&bench.ask(&records::list_call(window, 1, 50)).await, 1, 50);
    assert!(matches!(all, Asked::NotAllowed { .. }), "{all:?}");
}

#[tokio::test]
async fn the_books_name_every_charge_also_one_made_twice_or_given_back() {
    let bench = Bench::start("fail_1026@2").await;
    bench.accepted("a cat !twice").await;
    let id = bench.accepted("a dog !twice").await;
    bench.submit(text_to_video("a cow !1008")).await.unwrap();
    bench.clock.advance(super::LONGEST_RUN);
    bench.query(&id).await;
    let charges = bench.simulator.charges();
    let costs: Vec<(&str, String)> = charges.iter().map(|one| (one.prompt.as_str(), one.cost.to_string())).collect();
    let expected = [("a cat !twice", "0.5"), ("a cat !twice", "0.5"), ("a dog !twice", "0.0"), ("a dog !twice", "0.0")];
    assert_eq!(costs, expected.map(|(prompt, cost)| (prompt, cost.to_owned())));
    assert_eq!(charges[0].task, charges[1].task);
    assert_ne!(charges[0].request_id, charges[1].request_id);
    let sum = charges.iter().map(|one| one.cost).sum();
    assert_eq!(bench.simulator.counts().charged, sum);
}

#[tokio::test]
async fn the_price_list_is_ours_unless_it_is_told_to_differ() {
    let catalogue = Catalogue::builtin();
    let prices = Prices::new(PriceList::Gateway, &catalogue);
    let ours: Vec<_> = catalogue
        .models
        .iter()
        .map(|spec| {
            let offer = Offer { model: spec.name.clone(), resolution: String::new(), seconds: 0 };
            (spec.name.clone(), prices.of(&offer))
        })
        .collect();
    let mut found = Vec::new();
    for faults in ["", "other_prices"] {
        let bench = Bench::start(faults).await;
        let Asked::Told(listed) = prices::list(&bench.ask(&prices::call()).await) else { panic!() };
        found.push(prices::differences(&listed, &ours));
    }
    let differ = [
        Difference::Price {
            model: ours[0].0.clone(),
            ours: Some(cents(50).of(Currency::Ptc)),
            theirs: "1.0 PTC/call".into(),
        },
        Difference::OnlyOurs { model: ours[1].0.clone() },
    ];
    assert_eq!(found, [Vec::new(), differ.into()]);
}

#[tokio::test]
async fn an_upload_gets_a_public_address_and_is_charged() {
    let bench = Bench::start("upload_fails@3").await;
    let picture = super::png(300, 300);
    let (kind, body) = upload::form("file", "a.png", "image/png", &picture, "b0undary");
    let Asked::Told(address) =
        upload::address(&bench.carry(&upload::call(), body.clone(), &kind).await, "http://127.0.0.1")
    else {
        panic!()
    };
    // Nobody's key goes there.
    let got = bench.http.get(&address).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), picture);
    assert_eq!(bench.simulator.counts().charged.to_string(), "0.001");
    let taken = json!({ "model": "I2V-01", "prompt": "a cat", "first_frame_image": address });
    assert_eq!(codes(&bench.submit(taken).await.unwrap().1), (0, false));
    let third = upload::address(&bench.carry(&upload::call(), body, &kind).await, "http://127.0.0.1");
    assert!(matches!(third, Asked::Again { .. }), "{third:?}");
    assert_eq!(bench.simulator.charges().len(), 2);
}

/// A receiver that gives challenges back, or not, and keeps what is posted.
async fn receiver(honest: bool) -> (String, Arc<Mutex<Vec<Value>>>) {
    let posts = Arc::new(Mutex::new(Vec::new()));
    let take = move |State(posts): State<Arc<Mutex<Vec<Value>>>>, body: String| async move {
        posts.lock().unwrap().push(serde_json::from_str(&body).unwrap());
        match read_post(&body) {
            Post::Challenge { echo } if honest => echo,
            Post::Challenge { .. } | Post::Status { .. } | Post::Other => String::new(),
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/cb/secret", listener.local_addr().unwrap());
    let router = Router::new().route("/cb/secret", post(take)).with_state(Arc::clone(&posts));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, posts)
}

#[tokio::test]
async fn a_callback_address_is_challenged_and_then_told_each_change() {
    for (word, honest, expected) in [
        ("", true, &["challenge", "processing", "success"][..]),
        ("!fail", true, &["challenge", "processing", "failed"]),
        ("!lost", true, &["challenge", "processing", "success"]),
        ("!doublepost", true, &["challenge", "processing", "processing", "success", "success"]),
        ("", false, &["challenge"]),
    ] {
        let bench = Bench::start("").await;
        let (address, posts) = receiver(honest).await;
        let body = json!({ "model": "T2V-01", "prompt": format!("a cat {word}"), "callback": address });
        let _ = bench.submit(body).await;
        let (first, all) = (expected.len().min(2) as u64, expected.len() as u64);
        bench.simulator.until(|counts| counts.callbacks >= first).await;
        bench.clock.advance(super::LONGEST_RUN);
        bench.simulator.until(|counts| counts.callbacks >= all).await;
        let posts = posts.lock().unwrap().clone();
        let task = bench.simulator.submissions()[0].task.clone().unwrap();
        let told = |post: &Value| match post["status"].as_str() {
            Some(status) => {
                assert_eq!(post["task_id"], json!(task));
                assert_eq!(status == "success", post["file_id"] != "", "{post}");
                status.to_owned()
            }
            None => "challenge".to_owned(),
        };
        assert_eq!(posts.iter().map(told).collect::<Vec<_>>(), expected, "{word} {honest}");
        assert!(bench.simulator.callbacks().iter().all(|post| post.status == Some(200)));
    }
}

#[tokio::test]
async fn a_late_post_comes_half_a_minute_behind_the_change() {
    let bench = Bench::start("").await;
    let (address, posts) = receiver(true).await;
    let body = json!({ "model": "T2V-01", "prompt": "a cat !latepost", "callback": address });
    bench.submit(body).await.unwrap();
    bench.simulator.until(|counts| counts.callbacks == 1).await;
    bench.clock.advance(29 * SECOND);
    assert_eq!(posts.lock().unwrap().len(), 1);
    bench.clock.advance(SECOND);
    bench.simulator.until(|counts| counts.callbacks == 2).await;
}

#[tokio::test]
async fn a_service_that_posts_nothing_posts_nothing() {
    let bench = Bench::start("").await;
    let (address, posts) = receiver(true).await;
    for prompt in ["a cat !nopost", "a dog"] {
        bench.submit(json!({ "model": "T2V-01", "prompt": prompt, "callback_url": address })).await.unwrap();
    }
    bench.simulator.until(|counts| counts.callbacks == 2).await;
    bench.clock.advance(super::LONGEST_RUN);
    bench.simulator.until(|counts| counts.callbacks == 3).await;
    let dog = json!(bench.simulator.submissions()[1].task);
    assert!(posts.lock().unwrap()[1..].iter().all(|post| post["task_id"] == dog));
}

#[test]
fn the_new_faults_are_read_by_name() {
    let names = "1000_after,no_request_id,charged_twice,no_record,late_record,bare_record,records_denied,other_prices,\
                 upload_fails,no_callback,late_callback,double_callback";
    assert!(names.parse::<Faults>().is_ok());
}
