//! The table at the keyboard: what a day in front of it needs, as typed keys over the real reducer, pictures and store.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::TaskState;
use service::answer::Reply;
use support::flow::{Flow, no_channel, refused};

/// Long enough for the undo window to pass and the answer to come.
const SENT: u64 = 4_000;

/// Sends a task for each answer; `None` is accepted.
fn with(answers: &[Option<Reply>]) -> Flow {
    let mut flow = Flow::start();
    for (nth, answer) in answers.iter().enumerate() {
        flow.answers.extend(answer.clone());
        flow!(flow, "n", &format!("prompt {}", nth + 1), "<F2>", "<Enter>");
        flow.live(SENT);
    }
    flow.live(20_000);
    flow
}

/// The header.
fn header(flow: &Flow) -> String {
    flow.screen().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn x_puts_a_failure_away_and_u_opens_it_again() {
    let mut flow = with(&[Some(refused(2013, "invalid params")), Some(no_channel())]);
    assert!(header(&flow).contains("!2"), "{}", flow.screen());
    flow!(flow, "g", "x");
    assert!(header(&flow).contains("!1"), "{}", flow.screen());
    assert!(flow.row("#2").contains("refused"), "its state stays\n{}", flow.screen());
    assert!(flow.row("#2").contains("put away"), "{}", flow.screen());
    let task = flow.tasks().pop().unwrap();
    assert_eq!((task.state(), task.put_away_at.is_some()), (TaskState::Refused, true));
    flow!(flow, "u");
    assert!(header(&flow).contains("!2"), "{}", flow.screen());
    assert_eq!(flow.tasks().pop().unwrap().put_away_at, None);
    // All of them: the red counts reach zero, and the failures by cause have nothing left.
    flow!(flow, "*", "x", "R");
    assert!(!header(&flow).contains('!'), "{}", flow.screen());
    flow.shows("Nothing has failed that was not retried or put away");
}

#[test]
fn what_is_open_is_found_by_the_filter_until_it_is_retried_or_put_away() {
    let mut flow = with(&[Some(no_channel()), Some(refused(2013, "invalid params")), None]);
    flow!(flow, "/", "state:open", "<Enter>");
    flow.shows("2 of 3");
    flow!(flow, "g", "x");
    flow.shows("1 of 3");
    flow!(flow, "r", "<Enter>");
    flow.live(SENT);
    flow.shows("0 of 4");
    flow!(flow, "<Esc>", "/", "retried:yes", "<Enter>");
    flow.shows("1 of 4");
    assert!(flow.row("#1").contains("refused"), "{}", flow.screen());
    flow!(flow, "<Esc>", "/", "batch:4 profile:302", "<Enter>");
    flow.shows("1 of 4");
    assert!(flow.row("#4").contains("prompt 1"), "{}", flow.screen());
}
