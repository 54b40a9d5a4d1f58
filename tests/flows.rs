//! A person's day in keys: the real reducer, pictures and store, a clock that the test moves, a service that answers as
//! it is told.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::{
    amount::Currency,
    catalogue::Catalogue,
    prices::{PriceList, Prices},
    problem::Charged,
    task::{RemoteId, TaskKey, TaskState},
};
use engine::{
    msg::{LocalMsg, Msg},
    settings::{Other, Settings},
};
use service::answer::Reply;
use support::flow::{Flow, SENT, lost, no_channel, now, refused};

fn prompts(flow: &Flow) -> Vec<&str> {
    flow.posts.iter().map(|request| request.prompt.as_str()).collect()
}

/// A dashboard that has sent a task for each answer.
fn with(answers: &[Option<Reply>]) -> Flow {
    Flow::start().sending(answers)
}

#[test]
fn from_compose_over_the_preview_into_the_table_and_onto_the_disk() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a cat");
    flow.shows("New task");
    flow!(flow, "<F2>");
    flow.shows("0.5 PTC");
    flow.shows("Enter sends");
    assert_eq!(flow.tasks(), []);
    flow!(flow, "<Enter>");
    flow.hides("Enter sends");
    assert!(flow.row("#1").contains("queued"), "{}", flow.screen());
    assert_eq!(flow.posts, []);
    flow.live(SENT);
    assert!(flow.row("#1").contains("running"), "{}", flow.screen());
    assert_eq!(prompts(&flow), ["a cat"]);
    flow.made = true;
    flow.live(120_000);
    assert!(flow.row("#1").contains("saved"), "{}", flow.screen());
    assert_eq!((flow.states(), flow.posts.len()), (vec![TaskState::Saved], 1));
}

#[test]
fn enter_is_deaf_in_the_previews_first_moments_and_pays_once_afterwards() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a cat", "<F2>");
    flow.at_once("enter", 3);
    flow.shows("Enter sends");
    assert_eq!(flow.tasks(), []);
    flow.live(250);
    flow.at_once("enter", 3);
    flow.live(SENT);
    flow.at_once("enter", 3);
    flow.live(SENT);
    assert_eq!((flow.tasks().len(), flow.posts.len()), (1, 1));
}

#[test]
fn u_takes_back_what_was_confirmed_a_moment_ago() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a cat", "<F2>", "<Enter>", "u");
    flow.live(SENT);
    assert_eq!((flow.states(), flow.posts.len()), (vec![TaskState::Cancelled], 0));
    assert_eq!(flow.tasks()[0].charged(), Charged::No);
}

#[test]
fn a_failed_row_is_sent_again_with_two_keys() {
    let mut flow = with(&[Some(no_channel())]);
    assert!(flow.row("#1").contains("refused"), "{}", flow.screen());
    flow!(flow, "r");
    flow.shows("Retry of");
    flow!(flow, "<Enter>");
    flow.live(SENT);
    let retry = flow.tasks().pop().unwrap();
    assert_eq!((retry.key, retry.parent, retry.attempt), (TaskKey(2), Some(TaskKey(1)), 2));
    assert_eq!((flow.states(), prompts(&flow)), (vec![TaskState::Refused, TaskState::Running], vec!["prompt 1"; 2]));
}

#[test]
fn edit_and_retry_shows_what_was_changed_and_leaves_the_original_alone() {
    let mut flow = with(&[Some(refused(1026, "input new_sensitive"))]);
    flow!(flow, "e");
    flow.shows("Edit and retry #1");
    flow!(flow, " softly", "<F2>");
    flow.shows("{+ softly+}");
    flow!(flow, "<Enter>");
    flow.live(SENT);
    assert_eq!(prompts(&flow), ["prompt 1", "prompt 1 softly"]);
    let prompts: Vec<String> = flow.tasks().into_iter().map(|task| task.request.prompt).collect();
    assert_eq!(prompts, ["prompt 1", "prompt 1 softly"]);
    assert_eq!(flow.tasks()[1].parent, Some(TaskKey(1)));
}

#[test]
fn an_unknown_is_settled_in_each_of_its_ways_and_never_sent_again() {
    for (keys, state, charged) in [
        (&["<Enter>"][..], TaskState::Unknown, Charged::Unknown),
        (&["<Down>", "<Enter>"], TaskState::Cancelled, Charged::Yes),
        (&["<Down>", "<Down>", "<Enter>"], TaskState::Refused, Charged::No),
        (&["<Down>", "<Down>", "<Down>", "12345", "<Enter>"], TaskState::Running, Charged::Yes),
    ] {
        let mut flow = with(&[Some(lost())]);
        assert!(flow.row("#1").contains("unknown"), "{}", flow.screen());
        // It cannot be sent again as it is.
        flow!(flow, "r");
        flow.hides("Enter sends");
        flow!(flow, "U");
        flow.shows("Resolve #1");
        keys.iter().for_each(|part| flow.part(part));
        flow.live(60_000);
        let task = flow.tasks().remove(0);
        assert_eq!((task.state(), task.charged()), (state, charged), "{keys:?}\n{}", flow.screen());
        if state == TaskState::Running {
            assert_eq!(task.remote, Some(RemoteId("12345".into())));
        }
        assert_eq!(flow.posts.len(), 1);
    }
}

#[test]
fn a_filter_narrows_the_table_and_esc_widens_it_again() {
    let mut flow = with(&[None, Some(refused(2013, "invalid params")), None]);
    flow!(flow, "/", "state:refused");
    flow.shows("1 of 3");
    flow.hides("prompt 1");
    flow!(flow, "<Enter>");
    assert!(flow.row("#2").contains("prompt 2"), "{}", flow.screen());
    flow!(flow, "<Esc>");
    flow.shows("prompt 1");
    flow.hides("1 of 3");
}

#[test]
fn acts_go_to_the_marks() {
    let mut flow = Flow::start();
    flow!(flow, "p");
    for prompt in ["one", "two", "three"] {
        flow!(flow, "n", prompt, "<F2>", "<Enter>");
    }
    flow.shows("paused");
    // A mark goes on to the next row.
    flow!(flow, "g", "<Space>", "<Space>", "x", "y");
    assert_eq!(flow.states(), [TaskState::Queued, TaskState::Cancelled, TaskState::Cancelled], "{}", flow.screen());
    flow!(flow, "p");
    flow.live(SENT);
    assert_eq!(prompts(&flow), ["one"]);
}

#[test]
fn copies_go_to_the_clipboard() {
    let mut flow = with(&[None]);
    flow!(flow, "yy", "yp", "yc");
    assert_eq!(flow.copied[..2], ["106916112210001".to_owned(), "prompt 1".to_owned()]);
    assert!(flow.copied[2].starts_with("curl ") && flow.copied[2].contains("$REELTOP_API_KEY"), "{}", flow.copied[2]);
}

#[test]
fn help_shows_this_places_keys_and_closes_again() {
    let mut flow = with(&[None]);
    flow!(flow, "?");
    flow.shows("Send the same request again as a new attempt");
    flow!(flow, "q");
    flow.hides("Send the same request again as a new attempt");
    assert!(flow.row("#1").contains("running"), "{}", flow.screen());
    // Chinese input methods write the full-width sign.
    flow!(flow, "？");
    flow.shows("Send the same request again as a new attempt");
    flow!(flow, "<Esc>", "q");
    assert!(flow.ended);
}

#[test]
fn a_screen_that_is_too_small_says_so_pays_nothing_and_can_be_left() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a cat", "<F2>");
    flow.resize(39, 11);
    flow.shows("40x12");
    flow!(flow, "<Enter>", "x");
    flow.live(SENT);
    assert_eq!((flow.tasks(), flow.posts.len()), (vec![], 0));
    flow.resize(80, 24);
    flow.shows("Enter sends");
    flow.resize(1, 1);
    flow!(flow, "q");
    assert!(flow.ended);
}

#[test]
fn pasted_text_is_no_key() {
    let mut flow = Flow::start();
    flow.paste("nq\n");
    flow.shows("pasted text does nothing here");
    flow!(flow, "n");
    flow.paste("a cat\nq");
    flow!(flow, "<F2>");
    flow.paste("\n\n\n");
    flow.live(SENT);
    assert_eq!((flow.tasks(), flow.ended), (vec![], false));
    flow.shows("Enter sends");
}

#[test]
fn no_key_of_the_table_but_enter_in_a_preview_pays() {
    for c in (' '..='~').chain(['。', '；', '你']) {
        let mut flow = with(&[Some(no_channel())]);
        flow!(flow, &c.to_string(), &c.to_string(), &c.to_string(), "<Tab>", "<Esc>");
        flow.live(SENT);
        assert_eq!(flow.posts.len(), 1, "{c:?}\n{}", flow.screen());
    }
}

#[test]
fn a_refusal_for_the_balance_halts_the_queue_before_the_next_row_fails() {
    let mut flow = Flow::start();
    flow!(flow, "p");
    for prompt in ["one", "two"] {
        flow!(flow, "n", prompt, "<F2>", "<Enter>");
    }
    flow.answers.push_back(refused(1008, "insufficient balance"));
    flow!(flow, "p");
    flow.live(60_000);
    assert_eq!((flow.states(), flow.posts.len()), (vec![TaskState::Refused, TaskState::Queued], 1));
    flow.shows("sending halted");
    flow!(flow, "p");
    flow.live(SENT);
    assert_eq!((flow.states(), flow.posts.len()), (vec![TaskState::Refused, TaskState::Running], 2));
}

/// A dashboard with a second profile, `mm`, whose money is dollars and whose key is at hand.
fn with_two_profiles() -> Flow {
    let mut settings = Settings::default();
    let mut profile = settings.profile.clone();
    profile.name = "mm".into();
    profile.prices = Prices::new(PriceList::of(Currency::Usd), &Catalogue::builtin());
    settings.others.insert("mm".into(), Other { profile, catalogue: Catalogue::builtin() });
    let mut flow = Flow::begin(settings, now(0));
    flow.take(Msg::Local(LocalMsg::Key { profile: "mm".into(), result: Ok(()) }));
    flow
}

#[test]
fn a_halt_and_a_balance_are_told_of_the_profile_that_they_are_of() {
    let mut flow = with_two_profiles();
    flow.answers.push_back(refused(1004, "no such key"));
    flow!(flow, "n", "a cat", "<Shift-Tab>", "<Shift-Tab>", "<Right>", "<F2>", "<Enter>");
    flow.live(SENT);
    flow!(flow, "<Esc>", "R");
    flow.shows("mm: The key is not accepted: nothing can be retried until it is");
    flow!(flow, "<Esc>", "$");
    let screen = flow.screen();
    let profiles = screen.lines().filter(|line| line.contains("Profile")).count();
    assert_eq!((profiles, screen.matches("Balance").count()), (2, 2), "{screen}");
    flow!(flow, "<Esc>", ":", "b", "u", "d", "g", "e", "t", " ", "U", "S", "D", "<Enter>");
    flow.shows("USD spent today");
}

#[test]
fn a_task_goes_to_the_profile_that_compose_names_and_its_retry_to_the_same_one() {
    let mut flow = with_two_profiles();
    flow.answers.push_back(refused(1026, "sensitive"));
    flow!(flow, "n", "a cat", "<Shift-Tab>", "<Shift-Tab>");
    assert!(flow.screen().contains("302ai"), "{}", flow.screen());
    flow!(flow, "<Right>", "<F2>");
    assert!(flow.screen().contains(" USD"), "{}", flow.screen());
    flow!(flow, "<Enter>");
    flow.live(SENT);
    assert_eq!(flow.states(), [TaskState::Refused], "{}", flow.screen());
    flow!(flow, "e", " softly", "<F2>");
    assert!(flow.screen().contains(" USD"), "{}", flow.screen());
    flow!(flow, "<Enter>");
    flow.live(SENT);
    let sent: Vec<(String, Currency)> = flow.tasks().iter().map(|task| (task.profile.clone(), task.currency)).collect();
    assert_eq!(sent, vec![("mm".to_owned(), Currency::Usd); 2]);
}
