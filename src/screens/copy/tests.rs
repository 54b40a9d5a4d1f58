#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use super::*;
use crate::testing::{state, task};
use domain::task::{
    TaskState,
    TaskState::{Failed, Queued, Saved},
};
use engine::settings::Host;
use service::answer::Reply;
use words::lang::{Lang, within};

fn copied(text: &str) -> Vec<Wish> {
    vec![Wish::Effect(Effect::Term(TermCmd::Copy(text.into())))]
}

/// One task, or several: as a slice.
fn tasks<const N: usize>(which: [(u32, TaskState); N]) -> Vec<Task> {
    which.map(|(key, state)| task(key, state)).to_vec()
}

fn said(app: &App) -> Option<&str> {
    app.screen.toasts.back().map(|toast| toast.text.as_str())
}

#[test]
fn each_part_is_copied_and_named() {
    let mut state = state(&[Saved]);
    let one = tasks([(1, Saved)]);
    assert_eq!(part(&mut state, &one, CopyWhat::Id), copied("11"));
    assert_eq!(part(&mut state, &one, CopyWhat::Prompt), copied("a cat"));
    assert_eq!(part(&mut state, &one, CopyWhat::Path), copied("/videos/it's 1.mp4"));
    assert_eq!(said(&state), Some("copied the path: /videos/it's 1.mp4"));
    assert_eq!(part(&mut state, &tasks([(2, Queued)]), CopyWhat::Id), []);
    assert_eq!(said(&state), Some("#2 has no ID from the service yet"));
}

#[test]
fn the_parts_of_many_are_copied_one_a_line_and_counted_with_those_that_have_none() {
    let mut state = state(&[]);
    let three = tasks([(1, Saved), (2, Queued), (3, Saved)]);
    assert_eq!(part(&mut state, &three, CopyWhat::Id), copied("11\n13"));
    assert_eq!(said(&state), Some("copied 2 task IDs; 1 of the marked tasks has none"));
    assert_eq!(part(&mut state, &three, CopyWhat::Prompt), copied("a cat\na cat\na cat"));
    assert_eq!(said(&state), Some("copied 3 prompts"));
    within(Lang::Zh, || part(&mut state, &tasks([(1, Failed), (2, Saved), (3, Queued)]), CopyWhat::Path));
    assert_eq!(said(&state), Some("已复制路径：/videos/it's 2.mp4；另有 2 个已标记的任务没有"));
    assert_eq!(part(&mut state, &tasks([(1, Failed), (2, Queued)]), CopyWhat::Path), []);
    assert_eq!(said(&state), Some("none of these 2 tasks has a file on disk"));
}

#[test]
fn prompts_of_several_lines_are_parted_by_an_empty_one() {
    let mut state = state(&[]);
    let mut two = tasks([(1, Saved), (2, Saved)]);
    two[0].request.prompt = "a cat\nat night".into();
    assert_eq!(part(&mut state, &two, CopyWhat::Prompt), copied("a cat\nat night\n\na cat"));
}

#[test]
fn an_scp_command_is_quoted_for_the_shell() {
    let mut state = state(&[Saved]);
    state.work.settings.host = Host { address: "ann@box".into(), port: None, name: "box".into() };
    let one = tasks([(1, Saved)]);
    assert_eq!(scp(&mut state, &one), copied(r"scp 'ann@box:/videos/it\'\''s\ 1.mp4' ."));
    state.work.settings.host.port = Some(2222);
    assert_eq!(scp(&mut state, &one), copied(r"scp -P 2222 'ann@box:/videos/it\'\''s\ 1.mp4' ."));
}

#[test]
fn a_file_of_another_machine_is_copied_from_there_and_played_once_it_is_here() {
    let mut state = state(&[Saved]);
    state.work.settings.host = Host { address: "ann@box".into(), port: Some(2222), name: "box".into() };
    let mut one = tasks([(1, Saved)]);
    if let domain::task::Phase::Saved { saved, .. } = &mut one[0].phase {
        (saved.host, saved.path) = (Some("studio".into()), "/v/1.mp4".into());
    }
    assert_eq!(scp(&mut state, &one), copied("scp studio:/v/1.mp4 ."));
    state.work.settings.download.shared = true;
    assert_eq!(scp(&mut state, &one), copied("scp -P 2222 ann@box:/v/1.mp4 ."));
    assert!(matches!(play(&mut state, &one[0])[..], [Wish::Effect(_)]));
    state.work.settings.download.shared = false;
    crate::table::found::looked_for_test(&mut state, one[0].key);
    assert!(matches!(play(&mut state, &one[0])[..], [Wish::Act(_)]), "it is fetched");
    one[0].expires_at = Some(domain::time::Wall(0));
    assert_eq!(play(&mut state, &one[0]), copied("scp studio:/v/1.mp4 ."), "its URL is dead");
    assert_eq!(state.screen.toasts.back().map(|toast| toast.text.contains("studio")), Some(true));
}

#[test]
fn one_scp_command_fetches_all_that_is_marked() {
    let mut state = state(&[]);
    state.work.settings.host = Host { address: "box".into(), port: None, name: "box".into() };
    let mut two = tasks([(1, Saved), (2, Queued), (3, Saved)]);
    for (task, path) in two.iter_mut().zip(["/a.mp4", "", "/b.mp4"]) {
        if let domain::task::Phase::Saved { saved, .. } = &mut task.phase {
            saved.path = path.into();
        }
    }
    assert_eq!(scp(&mut state, &two), copied("scp box:/a.mp4 box:/b.mp4 ."));
    assert_eq!(said(&state), Some("copied the scp command for 2 files; 1 of the marked tasks has none"));
}

#[test]
fn a_text_too_long_for_the_clipboard_is_put_into_a_file() {
    let mut state = state(&[Saved]);
    let mut two = tasks([(1, Saved), (2, Saved)]);
    two[0].request.prompt = "a".repeat(MOST + 1);
    let long = two[0].request.prompt.clone();
    let put_by = |what: &str, text| [Wish::Effect(Effect::Local(LocalCmd::PutBy { what: what.into(), text }))];
    assert_eq!(part(&mut state, &two[..1], CopyWhat::Prompt), put_by("prompt", long.clone()));
    assert_eq!(part(&mut state, &two, CopyWhat::Prompt), put_by("list", format!("{long}\na cat")));
    assert!(state.screen.toasts.is_empty());
}

fn asks(key: u32, ticket: Ticket) -> Effect {
    Effect::http("302ai", HttpCmd::File { key: TaskKey(key), ticket, file: FileId(format!("9{key}")) })
}

fn answered(app: &mut App, reply: &Reply) -> Vec<Effect> {
    let found = engine::saver::address(&app.work, TaskKey(1), &FileId("91".into()), reply);
    addressed(app, found)
}

fn address(url: &str) -> Reply {
    let body = format!(r#"{{"file":{{"download_url":"{url}"}},"base_resp":{{"status_code":0}}}}"#);
    Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body }
}

#[test]
fn a_fresh_address_is_asked_for_and_only_its_own_answer_is_copied() {
    let mut state = state(&[Saved]);
    let effects = part(&mut state, &tasks([(1, Saved)]), CopyWhat::Url);
    let ticket = state.work.last_ticket;
    assert_eq!(effects, [Wish::Effect(asks(1, ticket))]);
    let reply = address("https://x/y.mp4?Expires=1");
    assert_eq!([ticket + 1, ticket].map(|of| is_asked(&state, of)), [false, true]);
    let url = "https://x/y.mp4?Expires=1".to_owned();
    assert_eq!(answered(&mut state, &reply), [Effect::Term(TermCmd::Copy(url))]);
    assert!(!is_asked(&state, ticket));
}

#[test]
fn the_addresses_of_many_are_asked_for_one_after_another_and_copied_together() {
    let mut state = state(&[Saved, Queued, Saved, Saved]);
    let four = tasks([(1, Saved), (2, Queued), (3, Saved), (4, Saved)]);
    let effects = part(&mut state, &four, CopyWhat::Url);
    let ticket = state.work.last_ticket;
    assert_eq!(effects, [Wish::Effect(asks(1, ticket))]);
    assert_eq!(said(&state), Some("asking for the URLs of 3 files"));
    assert_eq!(answered(&mut state, &address("https://x/1")), [asks(3, ticket + 1)]);
    let gone = Reply::Answered { http: 404, retry_after_ms: None, request_id: None, body: String::new() };
    assert_eq!(answered(&mut state, &gone), [asks(4, ticket + 2)]);
    let all = Effect::Term(TermCmd::Copy("https://x/1\nhttps://x/4".into()));
    assert_eq!(answered(&mut state, &address("https://x/4")), [all]);
    let words = "copied the URLs of 2 files; they are valid for hours, not days; 2 of the marked tasks have none";
    assert_eq!(said(&state), Some(words));
}
