//! Tasks whose prompt was wiped.

use super::*;
use crate::{
    hints,
    keymap::{Action, CopyWhat},
    msg::Input,
    shell::input::input,
    sights,
};
use domain::request::{FORGOTTEN, Request};
use engine::{
    msg::{LocalMsg, Msg},
    user_files::{Missing, UserFiles},
};
use words::lang::{Lang, within};

fn forgotten(key: u32, state: TaskState) -> domain::task::Task {
    let mut task = task(key, state);
    task.request = Request::plain(&task.request.model, FORGOTTEN, &task.request.resolution, task.request.duration);
    if let Phase::Saved { saved, .. } = &mut task.phase {
        saved.path = "/videos/".into();
    }
    task
}

fn press(app: &mut App, keys: &str) {
    for key in keys.split_whitespace() {
        let _ = input(app, Input::Key(key.parse().unwrap()));
    }
}

fn said(app: &App) -> &str {
    app.screen.toasts.back().map_or("", |toast| toast.text.as_str())
}

#[test]
fn a_forgotten_prompt_is_not_sent_again_by_any_way() {
    let mut app = state(&[Saved]);
    add(&mut app, forgotten(1, Failed));
    for key in ["c", "r", "e"] {
        press(&mut app, key);
        assert!(app.screen.layers.is_empty() && app.screen.after.is_none(), "{key}");
        assert_eq!(said(&app), "the prompt of #1 was forgotten; n composes a new one", "{key}");
    }
    press(&mut app, ": c l o n e space 1 enter");
    assert!(app.screen.after.is_none() && app.screen.pane == crate::keymap::Pane::Table);
    press(&mut app, "esc y");
    let copies = |what| possible::possible(&app, Action::Copy(what)).is_ok();
    assert_eq!([CopyWhat::Prompt, CopyWhat::Curl, CopyWhat::Id].map(copies), [false, false, true]);
    press(&mut app, "esc");
    let offered = |app: &App| hints::footer(app).iter().map(|hint| hint.words.clone()).collect::<Vec<_>>();
    assert!(
        !offered(&app).iter().any(|words| words.contains("clone") || words.contains("retry")),
        "{:?}",
        offered(&app)
    );
}

#[test]
fn several_forgotten_are_named_by_one_reason() {
    let mut app = state(&[Failed, Failed]);
    (1..=2).for_each(|key| add(&mut app, forgotten(key, Failed)));
    press(&mut app, "space space r");
    assert_eq!(said(&app), "nothing to do for these 2 tasks: prompt forgotten");
}

#[test]
fn what_stands_for_a_forgotten_prompt_is_in_the_screens_language() {
    let row = Row::of(&forgotten(1, Saved));
    let shown = within(Lang::Zh, || words::facts::prompt(&row).parts);
    assert_eq!(shown, ["（已遗忘）"]);
}

#[test]
fn a_file_whose_name_was_forgotten_is_neither_played_nor_copied_nor_missing() {
    let mut app = state(&[Saved]);
    app.work.tasks.loaded = true;
    let task = forgotten(1, Saved);
    add(&mut app, task.clone());
    assert_eq!(sights::of_task(&task), None);
    // Before it was looked at, the whole task tells.
    let _ = crate::copy::play(&mut app, &task);
    assert_eq!(said(&app), "the name of #1's file was forgotten");
    let _ = crate::update(&mut app, Msg::Wake, crate::testing::now(0));
    let missing = Missing { nameless: vec![TaskKey(1)], ..Missing::default() };
    let found = UserFiles::FilesFound { keys: vec![TaskKey(1)], missing };
    let _ = crate::update(&mut app, Msg::Local(LocalMsg::UserFiles(found)), crate::testing::now(0));
    assert!(app.screen.table.found.is_nameless(TaskKey(1)));
    let offered: Vec<_> = hints::footer(&app).iter().map(|hint| hint.words.clone()).collect();
    assert!(!offered.iter().any(|words| words == "play" || words == "scp"), "{offered:?}");
    press(&mut app, "o");
    assert_eq!(said(&app), "the name of #1's file was forgotten");
}
