#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod helps;
mod many;
mod waiting;

use super::*;
use crate::{
    answers::local,
    compose::state::CameraList,
    hints,
    keymap::PickWhat,
    msg::Input,
    preview,
    preview::state::{Batch, Preview, PreviewItem, Purpose},
    shell::input::input,
    testing::{now, request, state, task},
};
use domain::{
    draft::{KeptDraft, Severity},
    reason::{
        draft::DraftReason,
        editor::EditorFault,
        picture_file::{Fault, Why},
        system::{At, System},
    },
    request::{ImageKind, ImageRef, Oddity, StoredImage},
    task::{
        TaskKey,
        TaskState::{Failed, Running},
    },
    testing::stored,
};
use engine::{
    effect::{ListFor, StoreCmd},
    folder::Listing,
    msg::LocalMsg,
    testing::listing,
};

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.split_whitespace()
        .flat_map(|key| {
            app.work.now = now(app.work.now.mono.0 + 250);
            input(app, Input::Key(key.parse().unwrap()))
        })
        .collect()
}

/// Tab until the cursor is on that row: each is passed on one way round.
fn tab_to(app: &mut App, row: ComposeRow) {
    for _ in ROWS {
        if app.screen.compose.row == row {
            return;
        }
        press(app, "tab");
    }
    panic!("Tab does not lead to {row:?}, but to {:?}", app.screen.compose.row);
}

fn paste(app: &mut App, text: &str) {
    input(app, Input::Paste(text.into()));
}

fn shown(app: &App) -> &Preview {
    match app.screen.top::<Preview>() {
        Some(preview) => preview,
        other => panic!("no preview but {other:?}, said {:?}", app.screen.toasts.back()),
    }
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
    let batch = preview::inserted(&mut state, *ticket, Ok(vec![TaskKey(1)])).unwrap();
    let id = state.screen.compose.id;
    let after = crate::after_send::queued(&mut state, batch);
    assert_eq!(after, [Effect::Store(StoreCmd::DropDraft { id, read: None })]);
    assert_eq!((state.screen.pane, state.screen.compose.prompt.text()), (Pane::Table, String::new()));
}

#[test]
fn enter_is_a_new_line_in_the_prompt_and_the_preview_on_the_send_row() {
    let mut state = state(&[]);
    press(&mut state, "n a enter b");
    assert_eq!(state.screen.compose.draft.prompt, "a\nb");
    tab_to(&mut state, ComposeRow::Send);
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
    let first = stored("~/first frame.jpg");
    local(&mut state, LocalMsg::Image { path: first.path.clone(), result: Ok(first.clone()), shrinks: false });
    assert_eq!(shown(&state).items[0].request.first_frame, Some(ImageRef::Stored(first)));
}

#[test]
fn a_picture_that_cannot_be_read_is_tried_again_and_told() {
    let mut state = state(&[]);
    press(&mut state, "n a tab");
    paste(&mut state, "no.jpg");
    press(&mut state, "tab");
    let fault = Fault { path: "no.jpg".into(), why: Why::Unread(System::NotFound) };
    local(&mut state, LocalMsg::Image { path: "no.jpg".into(), result: Err(fault), shrinks: false });
    assert!(state.screen.compose.faults.iter().any(|fault| fault.field == Field::FirstFrame));
    assert_eq!(press(&mut state, "f2"), load("no.jpg"));
}

#[test]
fn edit_and_retry_keeps_parent_and_pictures_and_puts_the_other_draft_by() {
    let mut state = state(&[Failed]);
    press(&mut state, "n x esc");
    let mut failed = task(1, Failed);
    failed.request.first_frame = Some(ImageRef::Stored(stored("a.jpg")));
    as_new_attempt(&mut state, &failed);
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
    assert_eq!((shown(&state).items.len(), shown(&state).total), (3, domain::amount::Amount::from_thousandths(1_500)));
}

#[test]
fn a_draft_is_saved_half_a_second_after_the_first_change() {
    let mut state = state(&[]);
    press(&mut state, "n");
    assert_eq!(deadline(&state), None);
    press(&mut state, "a");
    let changed = state.work.now.mono;
    assert_eq!(deadline(&state), Some(changed.plus(SAVE_AFTER)));
    assert_eq!(wake(&mut state), []);
    press(&mut state, "b c");
    state.work.now = now(changed.0 + SAVE_AFTER);
    let draft = state.screen.compose.draft.clone();
    assert_eq!(draft.prompt, "abc");
    let saved = StoreCmd::SaveDraft { id: state.screen.compose.id, draft: Box::new(draft), at: state.work.now.wall };
    assert_eq!(wake(&mut state), [Wish::Effect(Effect::Store(saved))]);
    assert_eq!(deadline(&state), None);
}

#[test]
fn the_last_times_draft_comes_back_unless_one_was_begun() {
    let mut state = state(&[]);
    let kept = |id, prompt: &str| KeptDraft {
        id,
        draft: domain::draft::Draft { prompt: prompt.into(), ..Default::default() },
    };
    restore(&mut state, vec![kept(7, "old"), kept(5, "oldest")]);
    assert_eq!(state.screen.compose.prompt.text(), "old");
    assert_eq!(state.screen.compose.others, [kept(5, "oldest")]);
    restore(&mut state, vec![kept(3, "older")]);
    assert_eq!(state.screen.compose.prompt.text(), "old");
}

#[test]
fn a_draft_of_the_last_time_goes_on_under_an_id_of_its_own() {
    let mut state = state(&[]);
    let draft = domain::draft::Draft { model: "m".into(), prompt: "old".into(), ..Default::default() };
    let wishes = restore(&mut state, vec![KeptDraft { id: 7, draft: draft.clone() }]);
    let id = state.screen.compose.id;
    assert_ne!(id, 7);
    let (read, draft) = (Some(Box::new(draft.clone())), Box::new(draft));
    let own = StoreCmd::SaveDraft { id, draft, at: state.work.now.wall };
    let claimed = [own, StoreCmd::DropDraft { id: 7, read }].map(|command| Wish::Effect(Effect::Store(command)));
    assert_eq!(wishes, claimed);
    // What is typed after all of it was deleted does not go over what another program has written.
    press(&mut state, "n ctrl-u");
    state.work.now = now(state.work.now.mono.0 + SAVE_AFTER);
    assert_eq!(wake(&mut state), [Wish::Effect(Effect::Store(StoreCmd::DropDraft { id, read: None }))]);
}

#[test]
fn the_next_draft_is_for_the_account_that_the_last_one_was_sent_with() {
    let mut state = state(&[]);
    press(&mut state, "n a");
    state.screen.compose.draft.profile = Some("mm".into());
    let _ = crate::compose::sent(&mut state);
    assert_eq!(state.screen.compose.draft.profile.as_deref(), Some("mm"));
}

#[test]
fn the_pictures_of_a_draft_of_the_last_time_are_read() {
    let mut state = state(&[]);
    let draft = domain::draft::Draft { first_frame: "/p/cat.png".into(), ..Default::default() };
    let wishes = restore(&mut state, vec![KeptDraft { id: 7, draft }]);
    let read = LocalCmd::LoadImage { path: "/p/cat.png".into() };
    assert!(wishes.contains(&Wish::Effect(Effect::Local(read))), "{wishes:?}");
}

#[test]
fn a_clone_that_another_account_pays_says_so_in_compose_and_in_the_preview() {
    let mut state = state(&[]);
    let _ = as_new_task(&mut state, &domain::task::Task { profile: "mm".into(), ..task(1, Failed) });
    let why = "Profile mm has no API key here: this is paid from profile 302ai, in PTC";
    let mut buf = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 120, 40));
    (state.screen.width, state.screen.height) = (120, 40);
    crate::shell::view::draw(&state, &mut buf);
    let rows = (0..40).map(|y| (0..120).map(|x| buf[(x, y)].symbol()).collect::<String>());
    assert!(rows.collect::<Vec<_>>().join("\n").contains(why));
    let _ = to_preview(&mut state);
    let warnings = state.screen.top::<Preview>().map(|preview| preview.warnings.clone()).unwrap_or_default();
    assert!(warnings.iter().any(|warning| warning.to_string() == why), "{warnings:?}");
}

#[test]
fn the_editor_gives_the_text_back_or_leaves_it_alone() {
    let mut state = state(&[]);
    press(&mut state, "n a");
    assert_eq!(press(&mut state, "f4"), [Effect::Local(LocalCmd::Edit { text: "a".into() })]);
    local(
        &mut state,
        LocalMsg::Edited { result: Err(EditorFault::Failed { program: "vi".into(), status: "exit status: 1".into() }) },
    );
    assert_eq!(state.screen.compose.draft.prompt, "a");
    local(&mut state, LocalMsg::Edited { result: Ok("b\r\nc\n".into()) });
    assert_eq!(state.screen.compose.draft.prompt, "b\nc");
    press(&mut state, "ctrl-_");
    assert_eq!(state.screen.compose.draft.prompt, "a");
    // Only the one line end that nobody typed is left out.
    local(&mut state, LocalMsg::Edited { result: Ok("b\n\n\n".into()) });
    assert_eq!(state.screen.compose.draft.prompt, "b\n\n");
}

#[test]
fn what_is_wrong_with_a_draft_is_no_longer_said_over_another() {
    let mut state = state(&[]);
    press(&mut state, "n a f8 home enter");
    paste(&mut state, &"long ".repeat(1_000));
    press(&mut state, "f2");
    assert!(state.screen.toasts.back().unwrap().text.contains("too long"), "{:?}", state.screen.toasts);
    press(&mut state, "f8 enter f2");
    assert!(state.screen.top::<Preview>().is_some());
    assert!(state.screen.toasts.iter().all(|toast| !toast.text.contains("too long")), "{:?}", state.screen.toasts);
    press(&mut state, "esc f8 down delete");
    assert!(state.screen.toasts.back().unwrap().text.starts_with("draft deleted"), "{:?}", state.screen.toasts);
    press(&mut state, "ctrl-_");
    assert!(state.screen.toasts.iter().all(|toast| !toast.text.starts_with("draft deleted")));
}

#[test]
fn the_first_digit_takes_the_place_of_the_count() {
    let mut state = state(&[]);
    press(&mut state, "n a");
    tab_to(&mut state, ComposeRow::Field(Field::Count));
    press(&mut state, "3 5");
    assert_eq!(state.screen.compose.draft.count, 35);
    press(&mut state, "tab shift-tab left 2");
    assert_eq!(state.screen.compose.draft.count, 325);
}

#[test]
fn the_send_row_is_told_to_open_the_preview() {
    let mut state = state(&[]);
    press(&mut state, "n a");
    tab_to(&mut state, ComposeRow::Send);
    let hints = hints::footer(&state);
    assert_eq!((hints[0].key.as_str(), &*hints[0].words, hints[0].paid), ("enter", "preview", true));
    assert!(hints.iter().all(|hint| hint.words != "change"), "{hints:?}");
}

#[test]
fn a_fault_that_mends_itself_is_mended_by_a_key() {
    let mut state = state(&[]);
    press(&mut state, "n");
    paste(&mut state, "a cat 【左摇】");
    assert!(state.screen.compose.faults.iter().any(|fault| fault.fix.is_some()));
    press(&mut state, "ctrl-x");
    assert_eq!(state.screen.compose.draft.prompt, "a cat [左摇]");
    // Braces beside the fault are no hindrance.
    paste(&mut state, " in a {red|blue} hat 【推进】");
    press(&mut state, "ctrl-x");
    assert_eq!(state.screen.compose.draft.prompt, "a cat [左摇] in a {red|blue} hat [推进]");
}

#[test]
fn a_fault_is_mended_where_it_is_and_the_list_of_commands_closes() {
    let mut state = state(&[]);
    press(&mut state, "n a space { w | b space 【 左 移");
    assert!(matches!(state.screen.compose.camera, CameraList::Open { .. }));
    let half_typed = |app: &App| app.screen.compose.faults.iter().any(|fault| fault.reason == DraftReason::Unbalanced);
    assert!(half_typed(&state));
    press(&mut state, "ctrl-x");
    assert_eq!(state.screen.compose.draft.prompt, "a {w|b [左移]");
    assert!(half_typed(&state), "{:?}", state.screen.compose.faults);
    // No list that cannot be seen has the keys.
    assert_eq!(state.screen.compose.camera, CameraList::Closed);
    press(&mut state, "tab");
    assert_eq!(state.screen.compose.row, ComposeRow::Field(Field::FirstFrame));
    // What was escaped by hand stays so.
    press(&mut state, "shift-tab ctrl-u");
    paste(&mut state, r"a \{w\} 【左移】");
    press(&mut state, "ctrl-x");
    assert_eq!(state.screen.compose.draft.prompt, r"a \{w\} [左移]");
}

#[test]
fn a_command_that_is_completed_closes_its_bracket_with_the_like() {
    for (typed, taken) in [("[pu", "[Push in]"), ("【pu", "【Push in】"), ("［pu", "［Push in］")] {
        let mut state = state(&[]);
        press(&mut state, "n");
        for c in typed.chars() {
            press(&mut state, &c.to_string());
        }
        press(&mut state, "tab");
        assert_eq!(state.screen.compose.draft.prompt, taken);
    }
}

fn items(app: &App) -> Vec<String> {
    let told = |item: &PreviewItem| format!("{} {} {}", item.request.model, item.request.duration, item.request.prompt);
    shown(app).items.iter().map(told).collect()
}
