//! What waits for pictures: a preview that was asked for, the check of a folder.

use super::*;
use crate::pick::Picker;
use domain::{reason::store, task::Row};
use engine::{msg::StoreMsg, testing::listing};

/// All that follows from keys, as in the program.
fn type_keys(app: &mut App, keys: &str) -> Vec<Effect> {
    let keys = keys.split_whitespace().map(|key| Input::Key(key.parse().unwrap()));
    keys.flat_map(|key| happens(app, key)).collect()
}

fn happens(app: &mut App, msg: impl Into<crate::msg::Msg>) -> Vec<Effect> {
    let now = now(app.work.now.mono.0 + 250);
    crate::update(app, msg, now)
}

fn came(app: &mut App, path: &str) -> Vec<Effect> {
    let result = Ok(stored(path));
    happens(app, engine::msg::Msg::Local(LocalMsg::Image { path: path.into(), result, shrinks: false }))
}

fn listed(app: &mut App, typed: &str, result: Result<Listing, At>) -> Vec<Effect> {
    let answer = LocalMsg::Listed { typed: typed.into(), purpose: ListFor::FirstFrames, result };
    happens(app, engine::msg::Msg::Local(answer))
}

/// A preview was asked for and waits for the picture `a.jpg`, whose row has the keys.
fn waiting() -> App {
    let mut state = state(&[]);
    type_keys(&mut state, "n x tab a . j p g f2");
    assert!(state.screen.compose.wants_preview.is_some());
    state
}

#[test]
fn a_preview_that_waits_opens_where_nothing_else_was_done() {
    let mut state = waiting();
    came(&mut state, "a.jpg");
    assert_eq!(shown(&state).items.len(), 1);
}

#[test]
fn a_preview_that_waits_is_given_up_once_something_else_is_done() {
    // The draft as it was comes back, and the picture that was waited for: still it does not open by itself.
    for keys in ["x backspace", "shift-tab tab", "f1 esc", "esc n tab", "f5 esc", "shift-tab y backspace tab"] {
        let mut state = waiting();
        let draft = state.screen.compose.draft.clone();
        type_keys(&mut state, keys);
        came(&mut state, "a.jpg");
        assert_eq!(state.screen.compose.draft, draft, "{keys}");
        assert!(state.screen.top::<Preview>().is_none(), "{keys}");
    }
}

#[test]
fn a_preview_that_waits_is_given_up_where_something_lies_over_compose_when_the_picture_comes() {
    let mut state = waiting();
    type_keys(&mut state, "f1");
    came(&mut state, "a.jpg");
    type_keys(&mut state, "esc");
    came(&mut state, "a.jpg");
    assert!(state.screen.layers.is_empty(), "{:?}", state.screen.layers);
}

#[test]
fn a_file_whose_pictures_are_read_opens_only_where_nothing_else_was_done() {
    for (keys, opens) in [("", true), ("y", false), ("f1", false), ("f1 esc", false)] {
        let mut state = state(&[]);
        type_keys(&mut state, "n x");
        let lines = many::prompts(r#"{"prompt":"d","first_frame":"a.jpg"}"#);
        assert_eq!(happens(&mut state, engine::msg::Msg::Local(lines)), load("a.jpg"));
        type_keys(&mut state, keys);
        came(&mut state, "a.jpg");
        assert_eq!(state.screen.top::<Preview>().is_some(), opens, "{keys}");
    }
}

#[test]
fn a_folder_without_pictures_is_listed_once_and_its_fault_is_shown() {
    let unreadable = || At { path: "d/".into(), why: System::Denied };
    for (typed, result) in [
        ("d/", Ok(listing("d/", &["notes.txt"]))),
        ("d/", Err(unreadable())),
        ("d/*.png", Ok(listing("d/", &["a.jpg"]))),
        ("d/*.png", Err(unreadable())),
    ] {
        let mut state = state(&[]);
        type_keys(&mut state, "n x tab");
        happens(&mut state, Input::Paste(typed.into()));
        let wants = |effects: &[Effect]| {
            effects.iter().filter(|effect| matches!(effect, Effect::Local(LocalCmd::List { .. }))).count()
        };
        assert_eq!(wants(&type_keys(&mut state, "f2")), 1, "{typed}");
        assert_eq!(wants(&listed(&mut state, typed, result)), 0, "{typed}");
        assert!(!checking(&state) && state.screen.compose.wants_preview.is_none(), "{typed}");
        assert_eq!(state.screen.compose.faults.len(), 1, "{typed}");
        assert!(state.screen.toasts.iter().any(|toast| toast.level == Level::Warning), "{:?}", state.screen.toasts);
    }
}

#[test]
fn a_folder_whose_row_was_left_is_listed_once() {
    let mut state = state(&[]);
    type_keys(&mut state, "n x tab");
    happens(&mut state, Input::Paste("d/*.png".into()));
    assert_eq!(type_keys(&mut state, "tab").len(), 1);
    assert_eq!(listed(&mut state, "d/*.png", Ok(listing("d/", &[]))), []);
    assert!(!checking(&state));
}

#[test]
fn earlier_prompts_are_those_of_the_archive_too() {
    let picker = |app: &App| app.screen.layers[0].of::<Picker>().unwrap().clone();
    let mut state = state(&[Running]);
    let asked = type_keys(&mut state, "n f3");
    let filter = "archived:yes".to_owned();
    let command = StoreCmd::Archived { filter: filter.clone(), at: state.work.now.wall };
    assert!(asked.contains(&Effect::Store(command)), "{asked:?}");
    assert!((picker(&state).archived.is_none(), picker(&state).items.len()) == (true, 1));
    // The answer finds the list below whatever lies over it, and what is searched for.
    type_keys(&mut state, "o w l f1");
    let mut old = task(7, Failed);
    old.request.prompt = "an owl".into();
    let rows = vec![Row::of(&old), Row::of(&task(8, Failed))];
    happens(&mut state, engine::msg::Msg::Store(StoreMsg::Archived { filter, rows }));
    let texts: Vec<String> = picker(&state).items.into_iter().map(|item| item.text).collect();
    assert_eq!((picker(&state).archived.map(|rows| rows.len()), texts), (Some(2), vec!["an owl".to_owned()]));
    // Without an answer the list is no longer being searched.
    let mut state = super::state(&[]);
    type_keys(&mut state, "n f3");
    let fault = store::Fault {
        deed: store::Deed::Read,
        file: "reeltop.db".into(),
        why: store::Why::Sqlite { kind: store::Kind::Busy, said: String::new() },
    };
    happens(&mut state, engine::msg::Msg::Store(StoreMsg::Failed { ticket: None, fault }));
    assert!(picker(&state).archived.is_some());
    assert!(state.screen.toasts.iter().any(|toast| toast.text.starts_with("The archive could not be read")));
}

#[test]
fn a_preview_that_waits_for_its_task_opens_only_where_it_was_asked_for() {
    for (keys, opens) in [("", true), ("n", false), ("?", false), ("3", false)] {
        let mut state = state(&[Failed]);
        state.work.tasks.live.clear();
        let asked = type_keys(&mut state, "r");
        assert!(asked.contains(&Effect::Store(StoreCmd::Detail { key: TaskKey(1) })), "{asked:?}");
        type_keys(&mut state, keys);
        let _ = crate::whole_tasks::arrived(&mut state, &task(2, Failed));
        assert!(state.screen.after.is_some());
        let wishes = crate::whole_tasks::arrived(&mut state, &task(1, Failed));
        assert_eq!((wishes.len(), state.screen.after.is_none()), (usize::from(opens), true), "{keys}");
    }
}
