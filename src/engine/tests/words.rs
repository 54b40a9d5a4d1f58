//! What is said: the keys in force, and Chinese where that is the person's language.

use crate::{
    domain::task::{
        TaskKey, TaskState,
        TaskState::{Running, Sending, Unknown},
    },
    engine::{act, act::Act, ending, testing},
    screens::{app::App, keymap::Keymap},
    words::lang::{Lang, within},
};

/// A state whose keys for pausing, taking back, settling and quitting are the person's own.
fn own_keys(tasks: &[TaskState]) -> App {
    let mut state = testing::state(tasks);
    let own = |id: &str, key: &str| (id.to_owned(), vec![key.to_owned()]);
    let table = [own("pause", "P"), own("cancel", "X"), own("resolve", "f9")].into();
    let global = [own("quit", "ctrl-x")].into();
    state.screen.keys = Keymap::build(&[("table".to_owned(), table), ("global".to_owned(), global)].into()).0;
    state
}

fn said(app: &App) -> &str {
    app.screen.toasts.back().map_or("", |toast| &toast.text)
}

#[test]
fn a_sentence_names_the_key_in_force() {
    let mut state = own_keys(&[Sending, Unknown]);
    act(&mut state, Act::Pause(true));
    assert_eq!(said(&state), "sending paused; P goes on");
    act(&mut state, Act::Cancel(vec![TaskKey(1)]));
    let left = "#1 was left as it is: its POST is on its way. Wait for the answer; X then stops watching it.";
    assert_eq!(said(&state), left);
    act(&mut state, Act::Cancel(vec![TaskKey(2)]));
    let settle = "#2 was left as it is: its outcome is unknown. Settle it first: F9, or `reeltop resolve`.";
    assert_eq!(said(&state), settle);
    state.work.queue.posting.insert(TaskKey(1), 1);
    ending::quit(&mut state, 0);
    let leaving = "waiting for the answer to a submission; Ctrl-x again leaves now, and it becomes unknown";
    assert_eq!(said(&state), leaving);
}

#[test]
fn a_chinese_sentence_has_its_arguments_in_their_places() {
    let mut state = own_keys(&[Unknown, Running]);
    within(Lang::Zh, || {
        act(&mut state, Act::Cancel(vec![TaskKey(1)]));
        assert_eq!(said(&state), "#1 未作改动：结果不明。先核实：按 F9 或用 `reeltop resolve`。");
        act(&mut state, Act::Cancel(vec![TaskKey(2)]));
        assert_eq!(said(&state), "#2 已停止跟踪；服务会继续生成，费用不退");
    });
}
