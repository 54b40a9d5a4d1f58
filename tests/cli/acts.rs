//! What is done to tasks that are there: retry, cancel, resolve, adopt, download.

use super::*;

#[test]
fn retry_makes_a_new_attempt_and_leaves_sensitive_prompts_alone_in_bulk() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for prompt in ["fails !2013", "words !1026"] {
        submit(&home, prompt);
    }
    home.run(&["retry", "1"]).coded(2);
    let done = paid(&home, &["retry", "1", "--json"]).coded(0).json().remove(0);
    assert_eq!((&done["key"], &done["parent"], &done["attempt"]), (&json!("3"), &json!("1"), &json!(2)));
    assert_eq!(done["state"], "running");
    submit(&home, "again !10008");
    let done = paid(&home, &["retry", "--failed", "--json"]).coded(0);
    let parents: Vec<Value> = done.json().iter().map(|task| task["parent"].clone()).collect();
    assert_eq!(parents, ["4"]);
    assert!(done.err.contains("sensitive"), "{}", done.err);
    assert_eq!(service.sim().submissions_of("words !1026"), 1);
    // What was retried is no open failure any more.
    let keys = |call: &[&str]| -> Vec<Value> {
        home.run(call).coded(0).json().iter().map(|task| task["key"].clone()).collect()
    };
    for call in
        [["list", "state:open", "--json"], ["export", "state:open", "--short"], ["export", "state:open", "--json"]]
    {
        assert_eq!(keys(&call), ["2"], "{call:?}");
    }
    // Nothing is left to retry in bulk.
    let done = paid(&home, &["retry", "--failed", "--again"]).coded(0);
    assert_eq!(
        done.err,
        "reeltop: #2 is left out: the prompt was refused as sensitive and is unchanged\n\
         reeltop: no failed task is left to retry\n"
    );
    assert_eq!(service.sim().submissions_of("words !1026"), 1);
}

#[test]
fn what_was_paid_for_or_refused_as_sensitive_goes_again_only_alone_and_by_a_second_word() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    let home = Home::new(&service.url());
    for prompt in ["runs", "words !1026", "fails !2013"] {
        submit(&home, prompt);
    }
    let refused = |args: &[&str], code: i32, told: &str| {
        let done = paid(&home, args).coded(code);
        assert_eq!((done.out.as_str(), done.err.as_str()), ("", told), "{args:?}");
    };
    let again = " Add --again to retry it anyway.\n";
    refused(
        &["retry", "1"],
        2,
        &format!("reeltop: nothing was queued: #1 is running, and paid for: this makes another video.{again}"),
    );
    let words = "reeltop: nothing was queued: the prompt of #2 was refused as sensitive: the same words will probably be refused again.";
    refused(&["retry", "2"], 10, &format!("{words}{again}"));
    // Among others not at all, whatever is said: nothing of the call is queued.
    refused(
        &["retry", "1", "3", "--again"],
        2,
        "reeltop: nothing was queued: #1 is running, so this would make another video; retry it alone. `reeltop retry 1 \
         --again` retries it alone.\n",
    );
    refused(
        &["retry", "2", "3", "--again"],
        10,
        "reeltop: nothing was queued: the prompt of #2 was refused as sensitive; change it, or retry #2 alone. `reeltop \
         retry 2 --again` retries it alone.\n",
    );
    assert_eq!(home.states().len(), 3);
    // One task with its second word goes, and what it needed the word for is told.
    let done = paid(&home, &["retry", "1", "--again", "--json"]).coded(0);
    assert_eq!(done.json()[0]["parent"], "1");
    assert!(done.err.contains("warning: #1 is running, and paid for: this makes another video"), "{}", done.err);
    paid(&home, &["retry", "2", "--again"]).coded(10);
    // A second run of the same call pays nothing without saying so again.
    let done = paid(&home, &["retry", "3"]).coded(0);
    assert!(done.err.contains("warning: #3 was refused for its parameters"), "{}", done.err);
    refused(
        &["retry", "3"],
        2,
        &format!("reeltop: nothing was queued: #3 was already retried as #6, which is running.{again}"),
    );
    let sent = ["runs", "words !1026", "fails !2013"].map(|prompt| service.sim().submissions_of(prompt));
    assert_eq!(sent, [2, 2, 2]);
}

#[test]
fn no_retry_is_paid_twice_by_a_key_named_twice_or_by_two_calls_at_once() {
    let service = Service::start();
    let home = Home::new(&service.url());
    submit(&home, "fails !2013");
    assert_eq!(paid(&home, &["retry", "1", "#1", "1", "--json"]).coded(0).json().len(), 1);
    let again = paid(&home, &["retry", "1"]).coded(2);
    assert!(again.err.contains("#1 was already retried as #2"), "{}", again.err);
    paid(&home, &["retry", "1", "--again"]).coded(0);
    submit(&home, "also fails !10008");
    let call = [&["retry", "--failed"][..], &YES].concat();
    let racing: Vec<_> = (0..4).map(|_| home.command(&call).spawn().unwrap()).collect();
    let codes = racing.into_iter().map(|child| support::finish("retry --failed", child).code.unwrap());
    // Who comes late finds nothing left, or is told who was quicker.
    assert!(codes.into_iter().all(|code| code <= 1));
    assert_eq!(service.sim().submissions_of("also fails !10008"), 2);
}

#[test]
fn cancel_takes_back_what_is_unsent_and_only_stops_watching_what_is_not() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    let home = Home::new(&service.url());
    paid(&home, &["submit", "--prompt", "unsent", "--queue"]).coded(0);
    submit(&home, "sent").coded(0);
    let done = home.run(&["cancel", "1", "2", "--json"]).coded(0);
    let told: Vec<(Value, Value)> =
        done.json().iter().map(|task| (task["state"].clone(), task["charged"].clone())).collect();
    assert_eq!(told, [("cancelled".into(), "no".into()), ("cancelled".into(), "yes".into())]);
    home.run(&["cancel", "1"]).coded(1);
    // A key that does not exist is a mistake in the call: nothing at all is done.
    let done = home.run(&["cancel", "2", "99"]).coded(2);
    assert_eq!(done.err, "reeltop: there is no task #99. See `reeltop list`.\n");
    assert_eq!(service.sim().counts().submissions, 1);
}

#[test]
fn an_unknown_is_settled_in_each_of_three_ways() {
    let service = Service::start();
    let home = Home::new(&service.url());
    for prompt in ["a !lost", "b !lost", "c !lost"] {
        submit(&home, prompt).coded(7);
    }
    // What is unknown is not retried before it is settled.
    let done = paid(&home, &["retry", "1"]).coded(2);
    assert!(done.err.contains("resolve"), "{}", done.err);
    let id = service.sim().submissions()[2].task.clone().unwrap();
    let found = format!("task-id={id}");
    for (key, as_what, state, charged) in
        [("1", "lost", "cancelled", "yes"), ("2", "not-created", "refused", "no"), ("3", &found, "running", "yes")]
    {
        let task = home.run(&["resolve", key, "--as", as_what, "--json"]).coded(0).json().remove(0);
        assert_eq!((&task["state"], &task["charged"]), (&state.into(), &charged.into()), "{as_what}");
    }
    home.run(&["resolve", "1", "--as", "lost"]).coded(1);
    home.run(&["wait", "3"]).coded(0);
    assert_eq!(home.states()[2], TaskState::Saved);
    assert_honest(&service);
}

#[test]
fn an_id_is_asked_for_before_it_is_believed_and_a_settlement_can_be_taken_back() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let said = submit(&home, "a !lost").coded(7).json().remove(0)["error"].clone();
    let typo = ["resolve", "1", "--as", "task-id=123456789"];
    let done = home.run(&typo).coded(1);
    let told =
        "reeltop: #1 stays unknown: The service knows no task with that ID: invalid params, task_id does not exist.";
    assert!(done.err.contains(told), "{}", done.err);
    let away = home.command(&typo).env_remove("REELTOP_API_KEY").output().unwrap();
    assert_eq!(away.status.code(), Some(3));
    assert_eq!(home.states(), [TaskState::Unknown]);
    // A new task of the same request is warned of, before anything is paid.
    let again = submit(&home, "a !lost").coded(0);
    assert!(again.err.contains("The same request may already have been accepted: #1"), "{}", again.err);
    assert!(!submit(&home, "a cat").coded(0).err.contains("already have been accepted"));
    // A wrong settlement is taken back, from disk, with the reason and the money as they were.
    let id = service.sim().submissions()[0].task.clone().unwrap();
    let cost = || home.run(&["cost"]).coded(0).out;
    let before = cost();
    for as_what in ["lost", "not-created", &format!("task-id={id}")] {
        home.run(&["resolve", "1", "--as", as_what]).coded(0);
        assert_ne!(cost(), before, "{as_what}");
        let task = home.run(&["resolve", "1", "--as", "unknown", "--json"]).coded(0).json().remove(0);
        assert_eq!((&task["state"], &task["charged"]), (&"unknown".into(), &"unknown".into()));
        assert_eq!((&task["error"], &task["task_id"]), (&said, &serde_json::Value::Null), "{as_what}");
        assert_eq!(cost(), before, "{as_what}");
    }
    home.run(&["resolve", "1", "--as", "unknown"]).coded(1);
    home.run(&["resolve", "3", "--as", "unknown"]).coded(1);
}

#[test]
fn adopt_watches_a_task_made_elsewhere_and_download_fetches_into_a_folder() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let elsewhere = Home::new(&service.url());
    let id = submit(&elsewhere, "made elsewhere").coded(0).json()[0]["task_id"].as_str().unwrap().to_owned();
    let task = home.run(&["adopt", &id, "--json"]).coded(0).json().remove(0);
    assert_eq!((&task["task_id"], &task["cost_ptc"]), (&json!(id), &json!(null)));
    home.run(&["wait"]).coded(0);
    home.run(&["adopt", &id]).coded(0);
    // What nobody tells of it is said in words.
    let shown = home.run(&["show", "1"]).coded(0).out;
    assert!(
        shown.contains("Cost        unknown (created elsewhere)\nModel       unknown (created elsewhere)\n"),
        "{shown}"
    );
    let listed = home.run(&["list"]).coded(0).out;
    assert!(listed.contains("elsewhere  -      -     -") && listed.contains(&format!("(adopted {id})")), "{listed}");
    assert_eq!(home.states(), [TaskState::Saved]);
    let task = home.run(&["download", "1", "--dir", "other", "--json"]).coded(0).json().remove(0);
    let path = task["path"].as_str().unwrap();
    assert!(path.starts_with(home.path().join("other").to_str().unwrap()), "{path}");
    assert_eq!(fs::read(path).unwrap(), simulator::CLIP);
    assert_eq!(service.sim().counts().submissions, 1);
    assert_honest(&service);
}

#[test]
fn a_saved_file_that_cannot_be_fetched_again_stays_and_a_plain_download_goes_to_the_configured_folder() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let saved = paid(&home, &["submit", "--prompt", "a cat", "--wait", "--json"]).coded(0).json().remove(0);
    fs::write(home.path().join("no-folder"), "a file").unwrap();
    let done = home.run(&["download", "1", "--dir", "no-folder", "--json"]).coded(1);
    let told = format!("reeltop: #1 was not fetched again and keeps {}: ", saved["path"].as_str().unwrap());
    assert!(done.err.starts_with(&told), "{}", done.err);
    assert_eq!(done.json(), std::slice::from_ref(&saved));
    let folder_of = |args: &[&str]| {
        let task = home.run(args).coded(0).json().remove(0);
        std::path::PathBuf::from(task["path"].as_str().unwrap()).parent().unwrap().to_owned()
    };
    assert_eq!(folder_of(&["download", "1", "--dir", "other", "--json"]), home.path().join("other"));
    assert_eq!(folder_of(&["download", "1", "--json"]), home.videos());
    assert!(fs::exists(saved["path"].as_str().unwrap()).unwrap());
    assert_honest(&service);
}

#[test]
fn an_id_that_the_service_does_not_know_is_not_adopted_and_asked_about_once() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let done = home.run(&["adopt", "123456789", "123456789"]).coded(1);
    let told = "reeltop: 123456789 was not adopted: The service knows no task with that ID: invalid params, task_id does not \
                exist. Compare it with the gateway's records; this key cannot see another account's tasks.\n";
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", told));
    assert_eq!((home.states(), service.sim().counts().queries), (vec![], 1));
    // Of several, what is known is taken over all the same.
    let id = submit(&Home::new(&service.url()), "made elsewhere").coded(0).json()[0]["task_id"].clone();
    let done = home.run(&["adopt", "123456789", id.as_str().unwrap(), "--json"]).coded(1);
    assert_eq!((done.json().len(), home.task(1).remote), (1, id.as_str().map(|id| RemoteId(id.into()))));
    let away = Home::new(&nobody());
    let done = away.run(&["adopt", "123456789"]).coded(6);
    let told = "reeltop: 123456789 was not adopted: The service could not be reached: it refused the connection. Ask \
                again later; that is free.\n";
    assert_eq!((done.err.as_str(), away.states()), (told, vec![]));
    let mut call = home.command(&["adopt", "987"]);
    assert_eq!(call.env_remove("REELTOP_API_KEY").output().unwrap().status.code(), Some(3));
}
