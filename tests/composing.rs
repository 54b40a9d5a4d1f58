//! Composing in keys: drafts, pictures, prompts and their files, as a person types them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use support::flow::{Flow, refused};

/// Long enough for the undo window to pass and the answer to come.
const SENT: u64 = 4_000;

/// A dashboard with one task, which was refused.
fn with_a_refusal() -> Flow {
    let mut flow = Flow::start();
    flow.answers.push_back(refused(1026, "input new_sensitive"));
    flow!(flow, "n", "a wounded fox", "<F2>", "<Enter>");
    flow.live(SENT);
    flow
}

#[test]
fn after_an_edit_was_left_a_new_task_is_new() {
    let mut flow = with_a_refusal();
    flow!(flow, "e");
    flow.shows("Edit and retry #1");
    flow!(flow, "<Esc>", "n");
    flow.shows("New task");
    flow.hides("a wounded fox");
    // Unchanged the edit is not kept.
    flow!(flow, "<F8>");
    flow.hides("edit of #1");
    flow!(flow, "<Esc>", "a cat", "<Esc>", "e", " asleep", "<Esc>", "n");
    flow.shows("New task");
    flow.shows("a cat");
    flow.hides("asleep");
    // The edit is among the drafts, and is an edit still.
    flow!(flow, "<F8>");
    flow.shows("edit of #1");
    flow!(flow, "<Enter>");
    flow.shows("Edit and retry #1");
    flow!(flow, "<F2>", "<Enter>");
    flow.live(SENT);
    assert_eq!(flow.tasks()[1].parent.map(|key| key.0), Some(1));
    assert_eq!(flow.posts[1].prompt, "a wounded fox asleep");
    flow!(flow, "n");
    flow.shows("New task");
    flow.hides("asleep");
}

#[test]
fn a_draft_that_was_deleted_comes_back_and_f8_always_lists() {
    let mut flow = Flow::start();
    flow!(flow, "n", "one", "<F8>");
    flow.shows("an empty draft");
    flow!(flow, "<Enter>", "two", "<F8>");
    flow.shows("one");
    flow!(flow, "<Delete>");
    flow.hides("one");
    flow.shows("brings it back");
    flow!(flow, "<Ctrl-_>");
    flow.shows("one");
    flow!(flow, "<Enter>");
    flow.shows("│ one");
    let drafts = flow.store.overview().unwrap().drafts;
    let mut prompts: Vec<String> = drafts.into_iter().map(|kept| kept.draft.prompt).collect();
    prompts.sort();
    assert_eq!(prompts, ["one", "two"]);
    // The way back is the same key.
    flow!(flow, "<F8>", "<Enter>");
    flow.shows("│ two");
}

#[test]
fn a_file_s_columns_that_are_no_field_are_left_out_with_one_key() {
    let mut flow = Flow::start();
    let text = b"Shot;Prompt;Duration\r\n1;\xd2\xbb\xd6\xbb\xc3\xa8;6\r\n2;a dog;10\r\n";
    let path = flow.file("sheet.csv", text);
    flow!(flow, "n", "<F5>");
    flow.paste(&path);
    flow!(flow, "<Enter>");
    flow.shows("read as GB18030");
    flow.shows("The column Shot is no field");
    flow!(flow, "<Enter>");
    assert_eq!(flow.tasks(), []);
    flow!(flow, "p");
    flow.shows("The column Shot is left out");
    flow!(flow, "<Enter>");
    let asked: Vec<_> = flow.tasks().into_iter().map(|task| (task.request.prompt, task.request.duration)).collect();
    assert_eq!(asked, [("一只猫".to_owned(), 6), ("a dog".to_owned(), 10)]);
}
