#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use super::*;
use crate::{
    domain::{
        draft::KeptDraft,
        folder::{Entry, EntryKind, Listing},
        problem::Problem,
        request::{ImageKind, ImageRef, StoredImage},
        task::{
            TaskKey,
            TaskState::{Failed, Queued, Running},
        },
    },
    logic::{
        effect::StoreCmd,
        input::input,
        msg::Input,
        pick::PickWhat,
        screen::{Batch, Preview},
        testing::{now, request, state, task},
    },
};

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    keys.split_whitespace()
        .flat_map(|key| {
            state.now = now(state.now.mono.0 + 250);
            input(state, Input::Key(key.parse().unwrap()))
        })
        .collect()
}

fn paste(state: &mut State, text: &str) {
    input(state, Input::Paste(text.into()));
}

fn shown(state: &State) -> &Preview {
    match state.screen.layers.last() {
        Some(Layer::Preview(preview)) => preview,
        other => panic!("no preview but {other:?}, said {:?}", state.screen.toasts.back()),
    }
}

fn picture(path: &str) -> StoredImage {
    StoredImage { sha256: "ab".into(), kind: ImageKind::Jpeg, bytes: 1_000, width: 800, height: 600, path: path.into() }
}

fn load(path: &str) -> Vec<Effect> {
    vec![Effect::Local(LocalCmd::LoadImage { path: path.into() })]
}

#[test]
fn a_prompt_is_typed_previewed_and_queued() {
    let mut state = state(&[]);
    press(&mut state, "n");
    paste(&mut state, "a cat");
    press(&mut state, "f2");
    let preview = shown(&state);
    assert_eq!((preview.purpose, preview.items.len()), (Purpose::New, 1));
    assert_eq!(preview.items[0].request, request());
    let effects = press(&mut state, "enter");
    let Some(Effect::Store(StoreCmd::Insert { ticket, .. })) = effects.first() else { panic!("{effects:?}") };
    let after = preview::inserted(&mut state, *ticket, &Ok(vec![task(1, Queued)]));
    assert_eq!(after, [Effect::Store(StoreCmd::SaveDraft { id: 0, draft: None, at: state.now.wall })]);
    assert_eq!((state.screen.pane, state.screen.compose.prompt.text()), (Pane::Table, String::new()));
}

#[test]
fn enter_is_a_new_line_in_the_prompt_and_the_preview_on_the_send_row() {
    let mut state = state(&[]);
    press(&mut state, "n a enter b");
    assert_eq!(state.screen.compose.draft.prompt, "a\nb");
    while state.screen.compose.row != ComposeRow::Send {
        press(&mut state, "tab");
    }
    press(&mut state, "enter");
    assert_eq!(shown(&state).items[0].request.prompt, "a\nb");
}

#[test]
fn ctrl_j_and_alt_enter_open_the_preview_too() {
    for key in ["ctrl-j", "alt-enter"] {
        let mut state = state(&[]);
        press(&mut state, "n a");
        press(&mut state, key);
        assert_eq!(shown(&state).items.len(), 1, "{key}");
    }
}

#[test]
fn arrows_move_in_the_prompt_and_leave_it_at_its_ends() {
    let mut state = state(&[]);
    press(&mut state, "n a enter b up");
    assert_eq!(state.screen.compose.row, ComposeRow::Field(Field::Prompt));
    press(&mut state, "up");
    assert_eq!(state.screen.compose.row, ComposeRow::Field(Field::Model));
}

#[test]
fn what_the_model_cannot_use_is_passed_over_and_comes_back_with_the_model() {
    let mut state = state(&[]);
    press(&mut state, "n tab");
    assert_eq!(state.screen.compose.row, ComposeRow::Field(Field::FirstFrame));
    press(&mut state, "tab");
    // Both models have one resolution and no last frame.
    assert_eq!(state.screen.compose.row, ComposeRow::Field(Field::Duration));
    press(&mut state, "right");
    assert_eq!(state.screen.compose.draft.duration, Some(10));
    press(&mut state, "1 up right");
    assert_eq!(state.screen.compose.draft.model, "I2V-01");
    press(&mut state, "enter up enter");
    assert_eq!((state.screen.compose.draft.model.as_str(), chosen(&state, Field::Duration)), ("MiniMax-Hailuo-02", 1));
}

#[test]
fn the_preview_is_refused_with_the_first_error_and_its_row() {
    let mut state = state(&[]);
    press(&mut state, "n f2");
    assert!(state.screen.layers.is_empty());
    assert_eq!(state.screen.compose.row, ComposeRow::Field(Field::Prompt));
    assert!(state.screen.toasts.back().is_some());
}

#[test]
fn a_picture_is_read_when_its_field_is_left_and_sent_by_its_content() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "~/first frame.jpg\n");
    assert_eq!(press(&mut state, "down"), load("~/first frame.jpg"));
    assert_eq!(press(&mut state, "f2"), []);
    assert!(state.screen.layers.is_empty());
    let stored = picture("~/first frame.jpg");
    local(&mut state, LocalMsg::Image { path: stored.path.clone(), result: Ok(stored.clone()), shrinks: false });
    assert_eq!(shown(&state).items[0].request.first_frame, Some(ImageRef::Stored(stored)));
}

#[test]
fn a_picture_that_cannot_be_read_is_tried_again_and_told() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "no.jpg");
    press(&mut state, "tab");
    let problem = Problem::new("no.jpg cannot be read", "no such file", "");
    local(&mut state, LocalMsg::Image { path: "no.jpg".into(), result: Err(problem), shrinks: false });
    assert!(state.screen.compose.faults.iter().any(|fault| fault.field == Field::FirstFrame));
    assert_eq!(press(&mut state, "f2"), load("no.jpg"));
}

#[test]
fn edit_and_retry_keeps_parent_and_pictures_and_puts_the_other_draft_by() {
    let mut state = state(&[Failed]);
    press(&mut state, "n x esc");
    let mut failed = task(1, Failed);
    failed.request.first_frame = Some(ImageRef::Stored(picture("a.jpg")));
    take(&mut state, &failed, true);
    press(&mut state, "!");
    press(&mut state, "f2");
    let item = &shown(&state).items[0];
    assert_eq!(
        (item.request.prompt.as_str(), item.parent, item.was.as_ref()),
        ("a cat!", Some(TaskKey(1)), Some(&failed.request))
    );
    assert_eq!(item.request.first_frame, failed.request.first_frame);
    assert_eq!(shown(&state).purpose, Purpose::EditRetry);
    press(&mut state, "esc f8 enter");
    assert_eq!(state.screen.compose.draft.prompt, "x");
    press(&mut state, "f8 enter");
    assert_eq!(state.screen.compose.draft.prompt, "a cat!");
}

#[test]
fn a_count_makes_as_many_items() {
    let mut state = state(&[Running]);
    press(&mut state, "n a");
    state.screen.compose.draft.count = 3;
    press(&mut state, "f2");
    assert_eq!((shown(&state).items.len(), shown(&state).total.thousandths()), (3, 1_500));
}

#[test]
fn a_draft_is_saved_half_a_second_after_the_first_change() {
    let mut state = state(&[]);
    press(&mut state, "n");
    assert_eq!(deadline(&state), None);
    press(&mut state, "a");
    let changed = state.now.mono;
    assert_eq!(deadline(&state), Some(changed.plus(SAVE_AFTER)));
    assert_eq!(wake(&mut state), []);
    press(&mut state, "b c");
    state.now = now(changed.0 + SAVE_AFTER);
    let draft = state.screen.compose.draft.clone();
    assert_eq!(draft.prompt, "abc");
    let saved = StoreCmd::SaveDraft { id: 0, draft: Some(draft), at: state.now.wall };
    assert_eq!(wake(&mut state), [Effect::Store(saved)]);
    assert_eq!(deadline(&state), None);
}

#[test]
fn the_last_times_draft_comes_back_unless_one_was_begun() {
    let mut state = state(&[]);
    let kept = |id, prompt: &str| KeptDraft { id, draft: Draft { prompt: prompt.into(), ..Draft::default() } };
    restore(&mut state, vec![kept(7, "old"), kept(5, "oldest")]);
    assert_eq!(state.screen.compose.prompt.text(), "old");
    assert_eq!(state.screen.compose.others, [kept(5, "oldest")]);
    restore(&mut state, vec![kept(3, "older")]);
    assert_eq!(state.screen.compose.prompt.text(), "old");
}

#[test]
fn the_editor_gives_the_text_back_or_leaves_it_alone() {
    let mut state = state(&[]);
    press(&mut state, "n a");
    assert_eq!(press(&mut state, "f4"), [Effect::Local(LocalCmd::Edit { text: "a".into() })]);
    local(&mut state, LocalMsg::Edited { result: Err(Problem::new("vi failed", "", "")) });
    assert_eq!(state.screen.compose.draft.prompt, "a");
    local(&mut state, LocalMsg::Edited { result: Ok("b\r\nc\n".into()) });
    assert_eq!(state.screen.compose.draft.prompt, "b\nc");
}

#[test]
fn a_fault_that_mends_itself_is_mended_by_a_key() {
    let mut state = state(&[]);
    press(&mut state, "n");
    paste(&mut state, "a cat 【左摇】");
    assert!(state.screen.compose.faults.iter().any(|fault| fault.fix.is_some()));
    press(&mut state, "ctrl-x");
    assert_eq!(state.screen.compose.draft.prompt, "a cat [左摇]");
}

fn items(state: &State) -> Vec<String> {
    let told = |item: &PreviewItem| format!("{} {} {}", item.request.model, item.request.duration, item.request.prompt);
    shown(state).items.iter().map(told).collect()
}

#[test]
fn braces_in_the_prompt_make_several_tasks_and_an_escaped_one_does_not() {
    let mut state = state(&[]);
    press(&mut state, "n");
    paste(&mut state, r"a {cat|dog|cat} \{x\}");
    assert_eq!(state.screen.compose.estimate.map(|e| (e.tasks, e.price.to_string())), Some((2, "1.0".into())));
    press(&mut state, "f2");
    assert_eq!(items(&state), ["MiniMax-Hailuo-02 6 a cat {x}", "MiniMax-Hailuo-02 6 a dog {x}"]);
    let batch = Batch { from: None, duplicates: 1, impossible: vec![] };
    assert_eq!(shown(&state).batch.as_ref(), Some(&batch));
}

#[test]
fn values_marked_in_a_list_are_taken_together_and_one_taken_alone_ends_it() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    while state.screen.compose.row != ComposeRow::Field(Field::Duration) {
        press(&mut state, "tab");
    }
    press(&mut state, "enter space j space enter");
    assert_eq!(state.screen.compose.draft.lists.durations, [6, 10]);
    press(&mut state, "f2");
    assert_eq!(items(&state), ["MiniMax-Hailuo-02 6 a", "MiniMax-Hailuo-02 10 a"]);
    press(&mut state, "esc right");
    assert!(state.screen.compose.draft.lists.durations.is_empty());
    assert_eq!((state.screen.compose.draft.duration, state.screen.compose.estimate), (Some(10), None));
}

#[test]
fn how_lists_are_combined_is_asked_only_where_there_are_two() {
    let mut state = state(&[]);
    let visits = |state: &mut State| {
        let mut rows = Vec::new();
        for _ in ROWS {
            press(state, "tab");
            rows.push(state.screen.compose.row);
        }
        rows
    };
    press(&mut state, "n");
    paste(&mut state, "{a|b}");
    assert!(!visits(&mut state).contains(&ComposeRow::Combine));
    state.screen.compose.draft.lists.durations = vec![6, 10];
    assert!(visits(&mut state).contains(&ComposeRow::Combine));
    while state.screen.compose.row != ComposeRow::Combine {
        press(&mut state, "tab");
    }
    assert_eq!(state.screen.compose.estimate.map(|e| e.tasks), Some(4));
    press(&mut state, "right");
    assert_eq!(state.screen.compose.estimate.map(|e| e.tasks), Some(2));
    press(&mut state, "f2");
    assert_eq!(items(&state), ["MiniMax-Hailuo-02 6 a", "MiniMax-Hailuo-02 10 b"]);
}

#[test]
fn a_pattern_is_listed_its_pictures_are_read_and_each_makes_a_task() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "d/*.jpg");
    let typed = || "d/*.jpg".to_owned();
    let purpose = ListFor::FirstFrames;
    assert_eq!(press(&mut state, "f2"), [Effect::Local(LocalCmd::List { typed: typed(), purpose })]);
    let entry = |name: &str| Entry { name: name.into(), kind: EntryKind::Other { bytes: 1 } };
    let listing = Listing { folder: "d/".into(), entries: ["1.jpg", "2.jpg", "3.png"].map(entry).into() };
    let reads = local(&mut state, LocalMsg::Listed { typed: typed(), purpose, result: Ok(listing) });
    assert_eq!(reads, [load("d/1.jpg"), load("d/2.jpg")].concat());
    for path in ["d/1.jpg", "d/2.jpg"] {
        let _ = local(&mut state, LocalMsg::Image { path: path.into(), result: Ok(picture(path)), shrinks: false });
    }
    let frames: Vec<&str> =
        shown(&state).items.iter().map(|item| item.request.first_frame.as_ref().unwrap().typed()).collect();
    assert_eq!(frames, ["d/1.jpg", "d/2.jpg"]);
}

#[test]
fn too_many_tasks_and_a_brace_alone_are_said_as_one_types() {
    let mut state = state(&[]);
    press(&mut state, "n");
    paste(&mut state, &format!("{{ {}", "{a|b}".repeat(20)));
    let told: Vec<String> = state.screen.compose.faults.iter().map(|fault| fault.problem.what.clone()).collect();
    assert_eq!(told, ["A brace has no partner and is text", "This makes 1048576 tasks"]);
    press(&mut state, "f2");
    assert_eq!(state.screen.compose.row, ComposeRow::Field(Field::Count));
}

#[test]
fn some_impossible_combinations_are_told_and_the_others_can_be_sent() {
    let mut state = state(&[]);
    press(&mut state, "n");
    paste(&mut state, "a");
    let models = ["MiniMax-Hailuo-02", "I2V-01"].map(String::from).to_vec();
    state.screen.compose.draft.lists.models = models;
    press(&mut state, "f2");
    assert_eq!(items(&state), ["MiniMax-Hailuo-02 6 a"]);
    let impossible = &shown(&state).batch.as_ref().unwrap().impossible;
    assert_eq!(impossible, &[("I2V-01 a".to_owned(), "I2V-01 needs a first frame".to_owned())]);
}

fn entry(name: &str) -> Entry {
    Entry { name: name.into(), kind: EntryKind::Other { bytes: 1 } }
}

fn listed(state: &mut State, typed: &str, purpose: ListFor, folder: &str, names: &[&str]) -> Vec<Effect> {
    let entries = names.iter().map(|name| entry(name)).collect();
    let result = Ok(Listing { folder: folder.into(), entries });
    local(state, LocalMsg::Listed { typed: typed.into(), purpose, result })
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
    let Some(Layer::Pick(picker)) = state.screen.layers.last() else { panic!("no list") };
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
        crate::logic::testing::add(&mut state, earlier);
    }
    press(&mut state, "n f3");
    let texts = |state: &State| match state.screen.layers.last() {
        Some(Layer::Pick(picker)) => picker.items.iter().map(|item| item.text.clone()).collect::<Vec<_>>(),
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
    press(&mut state, "n o n e f8 t w o f8 enter");
    let prompts = |state: &State| {
        let others = state.screen.compose.others.iter().map(|kept| kept.draft.prompt.clone());
        std::iter::once(state.screen.compose.draft.prompt.clone()).chain(others).collect::<Vec<_>>()
    };
    assert_eq!(prompts(&state), ["one", "two"]);
    press(&mut state, "f8 home up up enter x");
    assert_eq!(prompts(&state), ["x", "one", "two"]);
    let two = state.screen.compose.others[1].id;
    press(&mut state, "f8 down");
    let deleted = StoreCmd::SaveDraft { id: two, draft: None, at: now(state.now.mono.0 + 250).wall };
    assert_eq!(press(&mut state, "delete"), [Effect::Store(deleted)]);
    assert_eq!(prompts(&state), ["x", "one"]);
}

#[test]
fn a_template_goes_into_the_prompt_at_the_caret() {
    let mut state = state(&[]);
    press(&mut state, "n f6");
    assert!(state.screen.layers.is_empty());
    state.settings.compose.templates = [("rain".to_owned(), "in the {rain|snow}".to_owned())].into();
    press(&mut state, "a space f6 enter");
    assert_eq!(state.screen.compose.draft.prompt, "a in the {rain|snow}");
}

#[test]
fn a_file_of_prompts_leads_to_the_preview_and_leaves_the_draft_alone() {
    let mut state = state(&[]);
    press(&mut state, "n x f5");
    paste(&mut state, "p.jsonl");
    let effects = press(&mut state, "enter");
    assert_eq!(effects, [Effect::Local(LocalCmd::ReadText { path: "p.jsonl".into() })]);
    let text = r#"{"prompt":"a {b|c}","duration":10}
{"prompt":"d","first_frame":"f.jpg"}"#;
    let read = LocalMsg::Text { path: "p.jsonl".into(), result: Ok(text.into()) };
    assert_eq!(local(&mut state, read), load("f.jpg"));
    let _ = local(&mut state, LocalMsg::Image { path: "f.jpg".into(), result: Ok(picture("f.jpg")), shrinks: false });
    assert_eq!(items(&state), ["MiniMax-Hailuo-02 10 a {b|c}", "MiniMax-Hailuo-02 6 d"]);
    assert_eq!(shown(&state).purpose, Purpose::File);
    assert!(shown(&state).obstacles.is_empty());
    assert_eq!(state.screen.compose.draft.prompt, "x");
}

#[test]
fn one_bad_line_of_a_file_forbids_to_send_and_is_told_with_its_number() {
    let mut state = state(&[]);
    press(&mut state, "n");
    let text = "{\"prompt\":\"a\"}\n{\"prompt\":\"b\",\"duration\":7}\n{}\nx";
    let _ = local(&mut state, LocalMsg::Text { path: "p.jsonl".into(), result: Ok(text.into()) });
    let told: Vec<String> = shown(&state).obstacles.iter().map(|problem| problem.what.clone()).collect();
    assert_eq!(
        told,
        ["Line 2: MiniMax-Hailuo-02 makes no 7 s at 768P", "Line 3: The prompt is missing", "Line 4: This is not JSON"]
    );
    assert_eq!(press(&mut state, "enter"), []);
}

#[test]
fn a_prompt_sent_lately_or_refused_before_is_said_when_typing_pauses() {
    let mut state = state(&[]);
    let long = "a soldier with a bleeding wound lies in the mud while planes pass";
    for (key, prompt, of) in [(1, long, crate::domain::task::TaskState::Refused), (2, "a cat", Running)] {
        let mut earlier = task(key, of);
        earlier.request.prompt = prompt.into();
        crate::logic::testing::add(&mut state, earlier);
    }
    let said = |state: &State| -> Vec<String> {
        state.screen.compose.faults.iter().map(|fault| fault.problem.what.clone()).collect()
    };
    press(&mut state, "n");
    paste(&mut state, "a cat");
    assert_eq!(said(&state), Vec::<String>::new());
    state.now = now(state.now.mono.0 + SAVE_AFTER);
    let _ = wake(&mut state);
    assert_eq!(said(&state), ["The same prompt was queued less than a minute ago: #2, running"]);
    press(&mut state, "!");
    assert_eq!(said(&state), Vec::<String>::new());
    paste(&mut state, &long[10..60]);
    press(&mut state, "f2");
    let warned: Vec<&str> = shown(&state).warnings.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(warned, ["A long part of this prompt was refused as sensitive before (#1)"]);
}

#[test]
fn a_picture_that_is_too_large_gets_a_smaller_copy_by_a_key() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "big.png");
    press(&mut state, "tab");
    assert_eq!(listed(&mut state, "big.png", ListFor::Completion, "", &["big.png"]), load("big.png"));
    let problem = Problem::new("big.png cannot be read", "it has 28.0 MB", "");
    let _ = local(&mut state, LocalMsg::Image { path: "big.png".into(), result: Err(problem), shrinks: true });
    let effects = press(&mut state, "ctrl-x");
    assert_eq!(effects, [Effect::Local(LocalCmd::Shrink { path: "big.png".into() })]);
    let copy = LocalMsg::Image { path: "big.png".into(), result: Ok(picture("big.png")), shrinks: false };
    let _ = local(&mut state, copy);
    let said = &state.screen.toasts.back().unwrap().text;
    assert_eq!(said, "a copy is sent: JPEG 800x600, 1.0 kB; the file stays as it is");
    assert!(press(&mut state, "f2").is_empty());
    assert_eq!(shown(&state).items.len(), 1);
}
