//! What `submit` queues and sends: plans, files of prompts, names.

use super::*;

#[test]
fn a_dry_run_shows_the_request_and_the_price_and_does_nothing() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let call = ["submit", "--prompt", "a cat", "--resolution", "1080P", "--no-optimizer", "--count", "3", "--dry-run"];
    let done = home.run(&call).coded(0);
    assert!(done.out.contains("\"resolution\": \"1080P\"") && done.out.contains("\"prompt_optimizer\": false"));
    assert!(done.err.contains("1.5 PTC"), "{}", done.err);
    let planned = home.run(&[&call[..], &["--json"]].concat()).coded(0).json();
    let body =
        json!({"model": "MiniMax-Hailuo-02", "prompt": "a cat", "resolution": "1080P", "prompt_optimizer": false});
    let fields = [&planned[2]["cost_ptc"], &planned[2]["duration"], &planned[2]["request"]];
    assert_eq!((planned.len(), fields), (3, [&json!("0.5"), &json!(6), &body]));
    assert_eq!((home.states(), service.sim().counts().submissions), (vec![], 0));
}

#[test]
fn queue_only_queues_and_watch_does_the_rest() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let done = paid(&home, &["submit", "--prompt", "a cat", "--queue", "--json"]).coded(0);
    assert_eq!(done.json()[0]["state"], "queued");
    assert_eq!(service.sim().counts().submissions, 0);
    let done = home.run(&["watch", "--until-idle", "--json"]).coded(0);
    let events: Vec<Value> = done.json().iter().map(|line| line["event"].clone()).collect();
    assert_eq!(events.last().unwrap(), "saved", "{events:?}");
    assert_eq!(home.states(), [TaskState::Saved]);
    assert_honest(&service);
}

#[test]
fn the_same_name_twice_is_one_task() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let named = |prompt| paid(&home, &["submit", "--prompt", prompt, "--name", "mine", "--json"]).coded(0);
    let (first, second) = (named("a cat"), named("another cat"));
    assert_eq!(first.json()[0]["key"], second.json()[0]["key"]);
    assert!(second.err.contains("mine"));
    assert_eq!((home.states().len(), service.sim().counts().submissions), (1, 1));
    let planned = home.run(&["submit", "--prompt", "a dog", "--name", "mine", "--dry-run", "--json"]).coded(0);
    assert!(planned.out.contains(r#""key":"1""#) && planned.err.contains("nothing was queued"), "{planned:?}");
    assert!(!planned.err.contains("would cost"), "{planned:?}");
    // What the second call is told of the task is what the first was, and it waits where it is asked to.
    let waited = home.run(&["submit", "--prompt", "a cat", "--name", "mine", "--wait", "--json"]).coded(0);
    assert_eq!(waited.json()[0]["state"], "saved");
    for _ in 0..2 {
        paid(&home, &["submit", "--prompt", "a cat !1026", "--name", "refused"]).coded(10);
    }
    assert_eq!((home.states().len(), service.sim().counts().submissions), (2, 2));
}

#[test]
fn prompts_come_from_a_file_and_from_stdin_all_or_none() {
    let service = Service::start();
    let home = Home::new(&service.url());
    fs::write(home.path().join("prompts"), "one\n\n二\n").unwrap();
    let done = paid(&home, &["submit", "--from", "prompts", "--json"]).coded(0);
    fs::write(home.path().join("braces"), "a {red|blue} kite\n").unwrap();
    let told = "The braces in line 1 are sent as they stand";
    assert!(home.run(&["submit", "--from", "braces", "--dry-run"]).coded(0).err.contains(told));
    let unmatched = home.run(&["submit", "--prompt", "a {red kite", "--dry-run"]).coded(0);
    assert!(unmatched.err.contains("An unmatched brace is plain text"), "{}", unmatched.err);
    let prompts: Vec<Value> = done.json().iter().map(|task| task["prompt"].clone()).collect();
    assert_eq!(prompts, ["one", "二"]);
    let mut call = home.command(&["submit", "--from", "-", "--json", "--yes", "--max-cost", "5"]);
    let mut child = call.stdin(Stdio::piped()).spawn().unwrap();
    let long = "word ".repeat(300);
    child.stdin.take().unwrap().write_all(format!("good\n{long}\n").as_bytes()).unwrap();
    let done = support::finish("submit --from -", child).coded(2);
    assert!(done.err.contains("line 2: The prompt is too long"));
    assert_eq!(home.states().len(), 2);
}

#[test]
fn several_values_make_a_plan_that_a_dry_run_shows() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let many =
        ["submit", "--prompt", "a {cat|dog|cat}", "--model", "MiniMax-Hailuo-02,MiniMax-Hailuo-2.3", "--dry-run"];
    let shown = home.run(&many).coded(0);
    let bodies = |done: &Done| done.out.matches("\"model\"").count();
    assert_eq!(bodies(&shown), 4);
    assert!(shown.err.contains("2 duplicates left out"), "{}", shown.err);
    assert!(shown.err.contains("4 tasks would cost 2.0 PTC"), "{}", shown.err);
    let zipped = home.run(&[&many[..], &["--duration", "6,10,6", "--zip"]].concat()).coded(2);
    assert!(zipped.err.contains("Pairing one by one needs lists of equal length"), "{}", zipped.err);
    let sparse = ["submit", "--prompt", "a", "--resolution", "768P,1080P", "--duration", "6,10", "--dry-run"];
    let refused = home.run(&sparse).coded(2);
    assert!(
        refused.err.contains("MiniMax-Hailuo-02 1080P 10 s: MiniMax-Hailuo-02 does not offer 10 s"),
        "{}",
        refused.err
    );
    assert_eq!(bodies(&home.run(&[&sparse[..], &["--partial"]].concat()).coded(0)), 3);
    assert_eq!(home.states(), []);
}

#[test]
fn a_file_can_be_given_again_where_its_lines_have_names_and_partial_queues_the_good_ones() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let lines = "prompt,name\na cat,one\n\"a, dog\",two\n";
    fs::write(home.path().join("p.csv"), lines).unwrap();
    paid(&home, &["submit", "--from", "p.csv", "--queue"]).coded(0);
    fs::write(home.path().join("p.csv"), format!("{lines}a bird,three\nbad,x,y\n")).unwrap();
    let refused = paid(&home, &["submit", "--from", "p.csv", "--queue"]).coded(2);
    assert!(refused.err.contains("line 5: 3 values for 2 columns"), "{}", refused.err);
    assert_eq!(home.states().len(), 2);
    fs::write(home.path().join("known.csv"), lines).unwrap();
    let known = paid(&home, &["submit", "--from", "known.csv", "--queue", "--json"]).coded(0);
    let keys = |done: &Done| -> Vec<_> { done.json().iter().map(|task| task["key"].clone()).collect() };
    assert_eq!(keys(&known), ["1", "2"]);
    let partial = paid(&home, &["submit", "--from", "p.csv", "--queue", "--partial"]).coded(0);
    assert!(partial.err.contains("2 lines skipped"), "{}", partial.err);
    assert_eq!(home.states().len(), 3);
    // Whoever waits waits for what the lines are by now.
    let waited = paid(&home, &["submit", "--from", "p.csv", "--partial", "--wait", "--json"]).coded(0);
    assert_eq!(keys(&waited), ["1", "2", "3"]);
    assert_eq!(home.states(), [TaskState::Saved; 3]);
}
