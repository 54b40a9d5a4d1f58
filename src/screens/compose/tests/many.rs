//! Several tasks of one draft, and files of prompts.

use super::*;
use crate::hints;
use domain::{
    picture::ImageLook,
    reason::{picture::PictureReason, system::System},
};

#[test]
fn braces_in_the_prompt_make_several_tasks_and_an_escaped_one_does_not() {
    let mut state = state(&[]);
    press(&mut state, "n");
    paste(&mut state, r"a {cat|dog|cat} \{x\}");
    assert_eq!(
        state.screen.compose.estimate.map(|e| (e.tasks, e.price.map(|price| price.to_string()))),
        Some((2, Some("1.0".into())))
    );
    press(&mut state, "f2");
    assert_eq!(items(&state), ["MiniMax-Hailuo-02 6 a cat {x}", "MiniMax-Hailuo-02 6 a dog {x}"]);
    let batch = Batch { from: None, duplicates: 1, impossible: vec![], bad_lines: vec![], others: vec![], path: None };
    assert_eq!(shown(&state).batch.as_ref(), Some(&batch));
}

#[test]
fn values_marked_in_a_list_are_taken_together_and_one_taken_alone_ends_it() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    tab_to(&mut state, ComposeRow::Field(Field::Duration));
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
    let visits = |state: &mut App| {
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
    tab_to(&mut state, ComposeRow::Combine);
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
    let result = Ok(listing("d/", &["1.jpg", "2.jpg", "3.png"]));
    let reads = local(&mut state, LocalMsg::Listed { typed: typed(), purpose, result });
    assert_eq!(reads, [load("d/1.jpg"), load("d/2.jpg")].concat());
    for path in ["d/1.jpg", "d/2.jpg"] {
        let _ = local(&mut state, LocalMsg::Image { path: path.into(), result: Ok(stored(path)), shrinks: false });
    }
    let frames: Vec<&str> =
        shown(&state).items.iter().map(|item| item.request.first_frame.as_ref().unwrap().typed()).collect();
    assert_eq!(frames, ["d/1.jpg", "d/2.jpg"]);
}

#[test]
fn a_pattern_in_a_file_of_prompts_stands_for_its_pictures_and_one_without_any_is_a_fault_of_its_line() {
    let mut state = state(&[]);
    press(&mut state, "n");
    let list = |typed: &str| {
        let purpose = ListFor::FirstFrames;
        Effect::Local(LocalCmd::List { typed: typed.into(), purpose })
    };
    let text = "{\"prompt\":\"a\",\"first_frame\":\"d/*.jpg\"}\n{\"prompt\":\"b\",\"first_frame\":\"e/\"}";
    assert_eq!(local(&mut state, prompts(text)), [list("d/*.jpg"), list("e/")]);
    let listed = |typed: &str, names: &[&str]| {
        let result = Ok(listing(&typed[..2], names));
        LocalMsg::Listed { typed: typed.into(), purpose: ListFor::FirstFrames, result }
    };
    assert_eq!(local(&mut state, listed("e/", &[])), []);
    let reads = local(&mut state, listed("d/*.jpg", &["1.jpg", "2.jpg"]));
    assert_eq!(reads, [load("d/1.jpg"), load("d/2.jpg")].concat());
    for path in ["d/1.jpg", "d/2.jpg"] {
        let _ = local(&mut state, LocalMsg::Image { path: path.into(), result: Ok(stored(path)), shrinks: false });
    }
    let frames = shown(&state).items.iter().map(|item| item.request.first_frame.as_ref().unwrap().typed());
    assert_eq!(frames.collect::<Vec<_>>(), ["d/1.jpg", "d/2.jpg"]);
    let told: Vec<&str> = shown(&state).obstacles.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(told, ["Line 2: e/ matches no picture"]);
}

#[test]
fn a_folder_stands_for_no_last_frame_and_no_subject() {
    let mut state = state(&[]);
    let compose = &mut state.screen.compose;
    for (typed, why) in [("d/", System::Folder), ("d/*.jpg", System::NotFound)] {
        compose.folders.insert(typed.into(), Some(Ok(vec!["d/1.jpg".into()])));
        let fault = Fault { path: typed.into(), why: Why::Unread(why) };
        let failed = ImageLook::Failed(PictureReason::File(fault));
        assert_eq!(crate::compose::pictures::look(compose, typed), failed);
    }
}

#[test]
fn too_many_tasks_and_a_brace_alone_are_said_as_one_types() {
    let mut state = state(&[]);
    press(&mut state, "n");
    paste(&mut state, &format!("{{ {}", "{a|b}".repeat(20)));
    let told: Vec<String> = state
        .screen
        .compose
        .faults
        .iter()
        .map(|fault| words::reason::draft(&fault.reason, &state.screen.voice).what)
        .collect();
    assert_eq!(told, ["An unmatched brace is plain text", "This would create 1048576 tasks"]);
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

#[test]
fn a_file_of_prompts_leads_to_the_preview_and_leaves_the_draft_alone() {
    let mut state = state(&[]);
    press(&mut state, "n x f5");
    paste(&mut state, "p.jsonl");
    let effects = press(&mut state, "enter");
    assert_eq!(effects, [Effect::Local(LocalCmd::ReadPrompts { path: "p.jsonl".into() })]);
    let text = r#"{"prompt":"a {b|c}","duration":10}
{"prompt":"d","first_frame":"f.jpg"}"#;
    let read = prompts(text);
    assert_eq!(local(&mut state, read), load("f.jpg"));
    let _ = local(&mut state, LocalMsg::Image { path: "f.jpg".into(), result: Ok(stored("f.jpg")), shrinks: false });
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
    let _ = local(&mut state, prompts(text));
    let told: Vec<String> = shown(&state).obstacles.iter().map(|problem| problem.what.clone()).collect();
    assert_eq!(
        told,
        [
            "Line 2: MiniMax-Hailuo-02 does not offer 7 s at 768P",
            "Line 3: The prompt is missing",
            "Line 4: This is not JSON"
        ]
    );
    assert_eq!(press(&mut state, "enter"), []);
}

#[test]
fn braces_are_told_of_where_they_are_text() {
    let mut state = state(&[]);
    press(&mut state, "n");
    let _ = local(&mut state, prompts("{\"prompt\":\"a {b} c\"}\n{\"prompt\":\"a {red|blue} kite\"}"));
    let warned = |state: &App| shown(state).warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
    let told =
        "The braces in line 2 are sent as they stand: in a file {a|b} is plain text. Write a line for each variant.";
    assert_eq!(warned(&state), [told]);
    press(&mut state, "esc");
    paste(&mut state, "a {red|blue} kite {");
    press(&mut state, "f2");
    assert!(warned(&state)[0].starts_with("An unmatched brace is plain text"), "{:?}", warned(&state));
}

#[test]
fn the_good_lines_of_a_file_are_sent_alone_only_where_the_person_says_so() {
    let mut state = state(&[]);
    press(&mut state, "n");
    let read = |text: &str| prompts(text);
    let _ = local(&mut state, read("{\"prompt\":\"a\"}\n{\"prompt\":\"b\",\"duration\":7}\n{}\nx"));
    let hints = |state: &App| hints::footer(state).iter().map(|hint| hint.words.clone()).collect::<Vec<_>>();
    assert_eq!(hints(&state), ["back", "leave out", "$EDITOR", "command"]);
    press(&mut state, "p");
    let told: Vec<String> = shown(&state).warnings.iter().map(|problem| problem.what.clone()).collect();
    assert_eq!(
        told,
        [
            "3 lines of the file are left out",
            "Line 2: MiniMax-Hailuo-02 does not offer 7 s at 768P",
            "Line 3: The prompt is missing",
            "Line 4: This is not JSON",
        ]
    );
    assert!(shown(&state).obstacles.is_empty());
    assert_eq!(hints(&state), ["send", "back"]);
    // An Enter that was meant for what was there before does nothing.
    assert_eq!(input(&mut state, Input::Key("enter".parse().unwrap())), []);
    let effects = press(&mut state, "enter");
    let [Effect::Store(StoreCmd::Insert { tasks, .. })] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(tasks.iter().map(|task| task.request.prompt.as_str()).collect::<Vec<_>>(), ["a"]);
    // Where no line is good there is nothing to go on with.
    let mut state = super::state(&[]);
    press(&mut state, "n");
    let _ = local(&mut state, read("x"));
    assert_eq!(hints(&state), ["back", "$EDITOR", "command"]);
    press(&mut state, "p enter");
    assert_eq!(shown(&state).obstacles.last().unwrap().what, "Line 1: This is not JSON");
}

#[test]
fn a_prompt_that_was_sent_with_braces_comes_back_as_text() {
    let mut state = state(&[]);
    let mut failed = task(1, Failed);
    failed.request.prompt = "a {b|c}".into();
    let _ = as_new_attempt(&mut state, &failed);
    press(&mut state, "f2");
    assert_eq!(items(&state), ["MiniMax-Hailuo-02 6 a {b|c}"]);
}

/// The answer of a worker that read such a file.
pub(super) fn prompts(text: &str) -> LocalMsg {
    let path = "p.jsonl".to_owned();
    LocalMsg::Prompts { result: Ok(::io::prompts::parse(&path, text)), path }
}

#[test]
fn what_is_impossible_names_its_pictures() {
    let draft = domain::draft::Draft {
        model: "I2V-01".into(),
        prompt: "a fox".into(),
        first_frame: "~/pictures/wide.jpg".into(),
        ..domain::draft::Draft::default()
    };
    let impossible = domain::matrix::Impossible { of: 0, draft, reasons: vec![DraftReason::Unbalanced] };
    let plan = domain::matrix::Plan { impossible: vec![impossible], ..domain::matrix::Plan::default() };
    let batch = combinations::batch(&plan, None, &state(&[]).screen.voice);
    assert_eq!(batch.impossible[0].0, "I2V-01 wide.jpg a fox");
}
