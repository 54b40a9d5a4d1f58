//! The whole program against services and proxies whose answers are odd but not hopeless: what it makes of each, what
//! it tells, and what it pays for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod net;
mod support;

use net::{Raw, Then, http};
use support::{Done, Home, finish};
use tokio::runtime::Runtime;

/// A server for a call that is waited for on this thread.
fn serve(then: impl Fn(usize, &str) -> Then + Send + Sync + 'static) -> (Runtime, Raw) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(Raw::start(then));
    (runtime, server)
}

fn batch(home: &Home) -> Done {
    home.run(&["submit", "--prompt", "a cat", "--count", "6", "--yes", "--max-cost", "20", "--json"])
}

fn posts(server: &Raw) -> usize {
    server.requests().iter().filter(|request| request.starts_with("POST ")).count()
}

#[test]
fn a_task_that_nobody_can_ask_about_any_more_is_no_success_of_who_waits() {
    let (_runtime, server) = serve(|_, request| {
        if request.starts_with("POST ") {
            return http("200 OK", "", r#"{"task_id":"77","base_resp":{"status_code":0}}"#);
        }
        http("401 Unauthorized", "", r#"{"error":{"err_code":-10002,"message":"x"}}"#)
    });
    let home = Home::new(&server.url);
    let call = ["submit", "--prompt", "a cat", "--wait", "--yes", "--max-cost", "1", "--json"];
    let done = home.run(&call).coded(3);
    assert_eq!(done.json()[0]["state"], "running");
    home.run(&["wait", "1"]).coded(3);
}

#[test]
fn a_key_that_may_not_read_the_balance_is_told_what_to_switch_on() {
    for refusal in [r#"{"code":-1,"msg":"permission denied: manage key"}"#, r#"{"code":403,"msg":"无权限"}"#] {
        let (_runtime, server) = serve(move |_, _| http("200 OK", "", refusal));
        let home = Home::new(&server.url);
        let told = home.run(&["balance"]).coded(3);
        assert!(told.err.contains("Switch on \"manage key\""), "{}", told.err);
        let looked = home.run(&["doctor", "--json"]);
        let of = |thing: &str| looked.json().into_iter().find(|line| line["check"] == thing).unwrap();
        assert_eq!(of("service")["result"], "note", "{}", looked.out);
    }
}

#[test]
fn a_batch_to_an_address_that_has_moved_is_not_charged_and_says_where_it_points() {
    for status in ["301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let (_runtime, server) =
            serve(move |_, _| http(status, "Location: https://api.302.example/minimaxi/v1/video_generation\r\n", ""));
        let home = Home::new(&server.url);
        let done = batch(&home);
        let refused: Vec<_> = done.json().into_iter().filter(|task| task["state"] == "refused").collect();
        assert_eq!((done.code, posts(&server)), (Some(6), refused.len()), "{status}: {}", done.err);
        assert_eq!(refused.len(), 1, "{status}: {refused:?}");
        for task in refused {
            assert_eq!((&task["charged"], &task["error"]["class"]), (&"no".into(), &"network".into()), "{task}");
            let message = task["error"]["message"].as_str().unwrap();
            assert!(message.contains("https://api.302.example/minimaxi/v1"), "{message}");
            assert!(task["error"]["next"].as_str().unwrap().contains("base_url"), "{task}");
        }
        assert!(done.err.contains("sending halted"), "{}", done.err);
    }
}

#[test]
fn a_batch_does_not_spend_its_way_through_unknowns_of_one_cause() {
    let page = "<html><title>Welcome to the hotel</title></html>";
    for (status, location, body) in
        [("302 Found", "Location: http://login.hotel/\r\n", ""), ("200 OK", "Content-Type: text/html\r\n", page)]
    {
        let (_runtime, server) = serve(move |_, _| http(status, location, body));
        let home = Home::new(&server.url);
        let done = batch(&home);
        let unknown = done.json().into_iter().filter(|task| task["state"] == "unknown").count();
        assert_eq!(posts(&server), unknown, "{status}");
        assert_eq!(unknown, 1, "{status}: {}", done.err);
        assert_eq!(done.code, Some(7), "{}", done.err);
    }
}

#[test]
fn a_proxy_that_wants_a_login_is_named_as_that_and_nothing_is_sent() {
    let (_runtime, proxy) =
        serve(|_, _| http("407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n", ""));
    let home = Home::new("https://api.302.invalid");
    let mut call = home.command(&["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--json"]);
    let done = finish("submit", call.env("HTTPS_PROXY", &proxy.url).spawn().unwrap()).coded(6);
    assert!(done.err.contains("the proxy requires a login"), "{}", done.err);
    assert_eq!(done.json()[0]["state"], "queued");
    let asked = proxy.requests();
    assert!(!asked.is_empty(), "the proxy is asked");
    for request in asked {
        assert!(request.starts_with("CONNECT api.302.invalid:443 ") && !request.contains(net::KEY), "{request}");
    }
    let mut call = home.command(&["balance"]);
    let done = finish("balance", call.env("HTTPS_PROXY", &proxy.url).spawn().unwrap()).coded(6);
    assert!(done.err.contains("the proxy requires a login") && done.err.contains("HTTPS_PROXY"), "{}", done.err);
    // A proxy that is not there is no fault of the service.
    let mut call = home.command(&["balance"]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let done = finish("balance", call.env("HTTPS_PROXY", format!("http://{nobody}")).spawn().unwrap()).coded(6);
    assert!(done.err.contains("the proxy cannot be reached"), "{}", done.err);
}
