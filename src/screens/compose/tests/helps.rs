//! What makes composing quick: completion, camera commands, earlier prompts, drafts, templates, smaller copies.

use super::*;
use crate::pick::Picker;

fn listed(app: &mut App, typed: &str, purpose: ListFor, folder: &str, names: &[&str]) -> Vec<Effect> {
    local(app, LocalMsg::Listed { typed: typed.into(), purpose, result: Ok(listing(folder, names)) })
}

#[test]
fn tab_completes_a_path_and_goes_on_when_nothing_is_left_to_complete() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "~/my");
    let asked = |typed: &str| vec![Effect::Local(LocalCmd::List { typed: typed.into(), purpose: ListFor::Completion })];
    assert_eq!(press(&mut state, "tab"), asked("~/my"));
    listed(&mut state, "~/my", ListFor::Completion, "~/", &["my cat 1.jpg", "my cat 2.jpg"]);
    assert_eq!(state.screen.compose.draft.first_frame, "~/my cat ");
    assert_eq!(press(&mut state, "2 tab"), asked("~/my cat 2"));
    let reads = listed(&mut state, "~/my cat 2", ListFor::Completion, "~/", &["my cat 1.jpg", "my cat 2.jpg"]);
    assert_eq!((state.screen.compose.draft.first_frame.as_str(), reads), ("~/my cat 2.jpg", load("~/my cat 2.jpg")));
    press(&mut state, "tab");
    assert_ne!(state.screen.compose.row, ComposeRow::Field(Field::FirstFrame));
}

#[test]
fn tab_shows_the_list_where_more_than_one_path_goes_on() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "d/");
    press(&mut state, "tab");
    let effects = listed(&mut state, "d/", ListFor::Completion, "d/", &["a.jpg", "b.jpg"]);
    assert_eq!(effects, [Effect::Local(LocalCmd::List { typed: "d/".into(), purpose: ListFor::Picker })]);
    let Some(picker) = state.screen.top::<Picker>() else { panic!("no list") };
    assert_eq!((picker.what, picker.query.text()), (PickWhat::Pictures(Field::FirstFrame), "d/"));
}

#[test]
fn an_open_bracket_offers_the_camera_commands_and_tab_takes_one() {
    let mut state = state(&[]);
    press(&mut state, "n a space [");
    assert_eq!((state.screen.compose.camera, offered(&state).len()), (CameraList::Open { at: 0 }, 15));
    press(&mut state, "p a n down tab");
    assert_eq!(state.screen.compose.draft.prompt, "a [Pan right]");
    assert_eq!(state.screen.compose.camera, CameraList::Closed);
    press(&mut state, "[ 左 down enter");
    assert_eq!(state.screen.compose.draft.prompt, "a [Pan right][左摇]");
}

#[test]
fn esc_sends_the_camera_commands_away_and_leaves_the_text_alone() {
    let mut state = state(&[]);
    press(&mut state, "n [ p esc");
    assert_eq!((state.screen.pane, state.screen.compose.camera), (Pane::Compose, CameraList::Dismissed));
    press(&mut state, "u enter");
    assert_eq!(state.screen.compose.draft.prompt, "[pu\n");
    press(&mut state, "[");
    assert_eq!(state.screen.compose.camera, CameraList::Open { at: 0 });
}

#[test]
fn an_earlier_prompt_comes_back_by_search_as_text() {
    let mut state = state(&[]);
    for (key, prompt) in [(1, "a {red|blue} kite"), (2, "a cat"), (3, "a cat")] {
        let mut earlier = task(key, Failed);
        earlier.request.prompt = prompt.into();
        crate::testing::add(&mut state, earlier);
    }
    press(&mut state, "n f3");
    let texts = |state: &App| match state.screen.top::<Picker>() {
        Some(picker) => picker.items.iter().map(|item| item.text.clone()).collect::<Vec<_>>(),
        other => panic!("no list but {other:?}"),
    };
    assert_eq!(texts(&state), ["a cat", "a {red|blue} kite"]);
    press(&mut state, "K I T");
    assert_eq!(texts(&state), ["a {red|blue} kite"]);
    press(&mut state, "enter");
    assert_eq!(state.screen.compose.draft.prompt, r"a \{red\|blue\} kite");
    press(&mut state, "f2");
    assert_eq!(items(&state), ["MiniMax-Hailuo-02 6 a {red|blue} kite"]);
}

#[test]
fn several_drafts_are_kept_switched_and_deleted() {
    let mut state = state(&[]);
    press(&mut state, "n o n e f8 enter t w o f8 enter");
    let prompts = |state: &App| {
        let others = state.screen.compose.others.iter().map(|kept| kept.draft.prompt.clone());
        std::iter::once(state.screen.compose.draft.prompt.clone()).chain(others).collect::<Vec<_>>()
    };
    assert_eq!(prompts(&state), ["one", "two"]);
    press(&mut state, "f8 home up up enter x");
    assert_eq!(prompts(&state), ["x", "one", "two"]);
    let two = state.screen.compose.others[1].id;
    press(&mut state, "f8 down");
    assert!(hints::footer(&state).iter().any(|hint| hint.words == "delete draft"));
    let deleted = StoreCmd::DropDraft { id: two, read: None };
    assert_eq!(press(&mut state, "delete"), [Effect::Store(deleted)]);
    assert_eq!(prompts(&state), ["x", "one"]);
}

#[test]
fn a_template_goes_into_the_prompt_at_the_caret() {
    let mut state = state(&[]);
    press(&mut state, "n f6");
    assert!(state.screen.layers.is_empty());
    state.work.settings.compose.templates = [("rain".to_owned(), "in the {rain|snow}".to_owned())].into();
    press(&mut state, "a space f6 enter");
    assert_eq!(state.screen.compose.draft.prompt, "a in the {rain|snow}");
}

#[test]
fn a_prompt_sent_lately_or_refused_before_is_said_when_typing_pauses() {
    let mut state = state(&[]);
    let long = "a soldier with a bleeding wound lies in the mud while planes pass";
    for (key, prompt, of) in [(1, long, domain::task::TaskState::Refused), (2, "a cat", Running)] {
        let mut earlier = task(key, of);
        earlier.request.prompt = prompt.into();
        crate::testing::add(&mut state, earlier);
    }
    let said = |state: &App| -> Vec<String> {
        state
            .screen
            .compose
            .faults
            .iter()
            .map(|fault| words::reason::draft(&fault.reason, &state.screen.voice).what)
            .collect()
    };
    press(&mut state, "n");
    paste(&mut state, "a cat");
    assert_eq!(said(&state), Vec::<String>::new());
    state.work.now = now(state.work.now.mono.0 + SAVE_AFTER);
    let _ = wake(&mut state);
    assert_eq!(said(&state), ["The same prompt was queued less than a minute ago: #2, running"]);
    press(&mut state, "!");
    assert_eq!(said(&state), Vec::<String>::new());
    paste(&mut state, &long[10..60]);
    press(&mut state, "f2");
    let warned: Vec<&str> = shown(&state).warnings.iter().map(|problem| problem.what.as_str()).collect();
    let refused = ["A long part of this prompt was refused as sensitive before (#1)"];
    assert_eq!(warned, refused);
    // The archive holds no fewer such prompts than the table.
    press(&mut state, "esc");
    let archived = engine::msg::StoreMsg::ArchivedElsewhere { keys: vec![domain::task::TaskKey(1)] };
    let at = now(state.work.now.mono.0 + 250);
    let _ = crate::update(&mut state, engine::msg::Msg::Store(archived), at);
    press(&mut state, "f2");
    let warned: Vec<&str> = shown(&state).warnings.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(warned, refused);
}

#[test]
fn a_forgotten_prompt_is_no_earlier_one_and_what_stands_for_it_is_not_sent() {
    let mut state = state(&[]);
    let forgotten = domain::request::FORGOTTEN;
    for (key, of) in [(1, domain::task::TaskState::Refused), (2, domain::task::TaskState::Saved)] {
        let mut earlier = task(key, of);
        earlier.request.prompt = forgotten.into();
        crate::testing::add(&mut state, earlier);
    }
    press(&mut state, "n");
    assert_eq!(past::faults(&state, [forgotten].into_iter()), []);
    press(&mut state, "f3");
    assert_eq!(state.screen.top::<crate::pick::Picker>().map(|picker| picker.items.len()), Some(0));
    press(&mut state, "esc");
    paste(&mut state, " (forgotten)");
    press(&mut state, "f2");
    assert!(state.screen.top::<Preview>().is_none_or(|preview| !preview.obstacles.is_empty()), "it is sent");
    let why: Vec<_> = state.screen.compose.faults.iter().map(|fault| fault.reason.clone()).collect();
    assert!(why.contains(&DraftReason::ReservedPrompt), "{why:?}");
}

#[test]
fn a_picture_that_is_too_large_gets_a_smaller_copy_by_a_key() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "big.png");
    press(&mut state, "tab");
    assert_eq!(listed(&mut state, "big.png", ListFor::Completion, "", &["big.png"]), load("big.png"));
    let fault = Fault { path: "big.png".into(), why: Why::TooLarge { bytes: 28 << 20 } };
    let _ = local(&mut state, LocalMsg::Image { path: "big.png".into(), result: Err(fault), shrinks: true });
    let effects = press(&mut state, "ctrl-x");
    assert_eq!(effects, [Effect::Local(LocalCmd::Shrink { path: "big.png".into() })]);
    let copy = LocalMsg::Image { path: "big.png".into(), result: Ok(stored("big.png")), shrinks: false };
    let _ = local(&mut state, copy);
    let said = &state.screen.toasts.back().unwrap().text;
    assert_eq!(said, "a copy is sent: JPEG 800x600, 9 B; the file itself is not changed");
    assert!(press(&mut state, "f2").is_empty());
    assert_eq!(shown(&state).items.len(), 1);
}

#[test]
fn a_picture_on_its_side_is_warned_of_and_gets_an_upright_copy_by_a_key() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "side.jpg");
    press(&mut state, "down");
    let side = StoredImage { odd: vec![Oddity::Turned(6)], ..stored("side.jpg") };
    let _ = local(&mut state, LocalMsg::Image { path: "side.jpg".into(), result: Ok(side), shrinks: false });
    let told = |state: &App| -> Vec<(Field, Severity)> {
        state.screen.compose.faults.iter().map(|fault| (fault.field, fault.severity)).collect()
    };
    assert_eq!(told(&state), [(Field::FirstFrame, Severity::Warning)]);
    assert_eq!(press(&mut state, "ctrl-x"), [Effect::Local(LocalCmd::Shrink { path: "side.jpg".into() })]);
    let copy = LocalMsg::Image { path: "side.jpg".into(), result: Ok(stored("side.jpg")), shrinks: false };
    let _ = local(&mut state, copy);
    assert_eq!(told(&state), []);
}

#[test]
fn a_data_url_is_looked_into_before_the_preview_opens() {
    let mut state = state(&[]);
    let url = "data:image/jpeg;base64,AAAA";
    press(&mut state, "n a tab");
    paste(&mut state, url);
    assert_eq!(press(&mut state, "f2"), load(url));
    assert!(state.screen.layers.is_empty());
    let seen =
        StoredImage { kind: ImageKind::Png, odd: vec![Oddity::Bits(16)], ..stored("data:image/jpeg;base64,…") };
    let came = |image| LocalMsg::Image { path: url.into(), result: Ok(image), shrinks: false };
    let _ = local(&mut state, came(seen.clone()));
    let said = &state.screen.toasts.back().unwrap().text;
    assert!(said.contains("its content is image/png"), "{said}");
    // A data URL is no file of which a copy could be made.
    assert_eq!(to_shrink(&state), None);
    let _ = local(&mut state, came(StoredImage { kind: ImageKind::Jpeg, ..seen }));
    press(&mut state, "f2");
    assert_eq!(shown(&state).items[0].request.first_frame, Some(ImageRef::Url(url.into())));
}

#[test]
fn a_blank_after_a_word_is_a_fault_only_when_typing_pauses() {
    let mut state = state(&[]);
    press(&mut state, "n a space");
    assert_eq!(state.screen.compose.faults, []);
    state.work.now = now(state.work.now.mono.0 + SAVE_AFTER);
    let _ = wake(&mut state);
    assert_eq!(state.screen.compose.faults.len(), 1);
    press(&mut state, "b");
    assert_eq!(state.screen.compose.faults, []);
    press(&mut state, "space space");
    assert_eq!(state.screen.compose.faults.len(), 1);
}
