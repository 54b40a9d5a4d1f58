#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use super::*;
use crate::{
    detail::state::DetailTab,
    help::HELP,
    keymap::Pane,
    lists::ListView,
    preview::state::Preview,
    table::{columns, filter_input::FilterInput, state::Sort},
    testing::{add, now, state, task},
};
use domain::{
    account::HaltCause,
    problem::Charged,
    reason::{Own, Reason},
    task::{
        Phase, TaskKey, TaskState,
        TaskState::{Failed, Queued, Running, Saved, Sending, Unknown},
    },
};
use engine::effect::StoreCmd;
use engine::{
    act::{Act, ResolvedAs},
    effect::TermCmd,
    msg::Detail,
    profile_state::Halt,
};

/// Types keys, a second between each two of them.
fn typed(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.split_whitespace().fold(Vec::new(), |_, key| {
        app.work.now = now(app.work.now.mono.0 + 1_000);
        input(app, Input::Key(key.parse().unwrap()))
    })
}

/// What a key asks for, without carrying it out.
fn wishes(app: &mut App, key: &str) -> Vec<Wish> {
    take_key(app, key.parse().unwrap())
}

fn said(app: &App) -> &str {
    app.screen.toasts.back().map_or("", |toast| &toast.text)
}

/// Hands in a whole task, as the store does when asked.
fn give(app: &mut App, key: u32, of: TaskState) -> Vec<Effect> {
    let task = task(key, of);
    let wishes = crate::detail::loaded(app, Box::new(Detail { task, events: vec![], ledger: vec![], line: vec![] }));
    carry_out(app, wishes)
}

fn inserts(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Store(StoreCmd::Insert { .. }))).count()
}

#[test]
fn from_a_failed_row_two_keys_make_a_new_attempt() {
    let mut state = state(&[Failed]);
    assert_eq!(typed(&mut state, "r"), [Effect::Store(StoreCmd::Detail { key: TaskKey(1) })]);
    give(&mut state, 1, Failed);
    let effects = typed(&mut state, "enter");
    let [Effect::Store(StoreCmd::Insert { tasks, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((tasks.len(), tasks[0].parent, tasks[0].attempt), (1, Some(TaskKey(1)), 2));
    assert_eq!(tasks[0].request, task(1, Failed).request);
}

#[test]
fn three_enters_make_one_task() {
    let mut state = state(&[Failed]);
    typed(&mut state, "r");
    give(&mut state, 1, Failed);
    let sum: usize = (0..3).map(|_| inserts(&typed(&mut state, "enter"))).sum();
    assert_eq!(sum, 1);
}

#[test]
fn enter_is_deaf_in_the_previews_first_200_ms() {
    let mut state = state(&[Failed]);
    typed(&mut state, "r");
    give(&mut state, 1, Failed);
    let opened = state.work.now.mono.0;
    for (later, want) in [(0, 0), (199, 0), (200, 1)] {
        state.work.now = now(opened + later);
        assert_eq!(inserts(&input(&mut state, Input::Key(Key::plain(Code::Enter)))), want, "{later} ms");
    }
}

#[test]
fn an_action_that_is_not_possible_says_why() {
    for (of, key, why) in [
        (Queued, "r", "#1 has not been sent yet, so there is nothing to retry"),
        (Unknown, "r", "#1 may have been accepted and charged; U resolves it first"),
        (Sending, "x", "#1 is being sent and cannot be taken back"),
        (Queued, "d", "#1 is queued: there is no file yet"),
        (Failed, "U", "#1 is failed; only an unknown is resolved"),
        (Saved, "u", "Nothing more to undo here, and no task is unsent"),
        (Failed, "o", "#1 is failed: there is no file on disk"),
        (Failed, "z", "z does nothing here; ? shows the keys"),
    ] {
        let mut state = state(&[of]);
        assert_eq!(wishes(&mut state, key), [], "{key}");
        assert_eq!(said(&state), why);
    }
}

#[test]
fn a_task_made_elsewhere_is_not_repeated_blindly() {
    let mut state = state(&[]);
    let mut adopted = task(1, Failed);
    adopted.request.model = String::new();
    add(&mut state, adopted);
    for key in ["r", "e", "c"] {
        assert_eq!(wishes(&mut state, key), [], "{key}");
    }
    assert_eq!(said(&state), "#1 was created elsewhere, so its request is not known here; n composes a new one");
}

#[test]
fn acts_go_to_the_marks_or_to_the_cursor() {
    let mut state = state(&[Queued, Queued, Saved]);
    assert_eq!(wishes(&mut state, "ctrl-r"), []);
    typed(&mut state, "* x y");
    assert!(state.screen.table.marks.is_empty());
    let mut state = self::state(&[Queued, Queued, Saved]);
    wishes(&mut state, "*");
    assert_eq!(wishes(&mut state, "x"), []);
    assert_eq!(wishes(&mut state, "y"), [Wish::Act(Act::Cancel(vec![TaskKey(1), TaskKey(2)]))]);
    wishes(&mut state, "G");
    assert_eq!(wishes(&mut state, "x"), [Wish::Act(Act::Cancel(vec![TaskKey(1)]))]);
}

#[test]
fn what_was_paid_for_is_left_only_after_a_yes() {
    let mut state = state(&[Running]);
    assert_eq!(wishes(&mut state, "x"), []);
    for key in ["enter", "space", "x", "n"] {
        assert_eq!(wishes(&mut state, key), []);
    }
    assert!(state.screen.layers.is_empty());
    wishes(&mut state, "x");
    assert_eq!(wishes(&mut state, "y"), [Wish::Act(Act::Cancel(vec![TaskKey(1)]))]);
}

#[test]
fn undo_takes_back_what_of_the_last_batch_is_unsent() {
    let mut state = state(&[Queued, Running]);
    state.work.queue.last_batch = vec![TaskKey(1), TaskKey(2)];
    assert_eq!(wishes(&mut state, "u"), [Wish::Act(Act::Cancel(vec![TaskKey(1)]))]);
}

#[test]
fn p_pauses_resumes_and_after_a_halt_looks_again() {
    let mut state = state(&[]);
    assert_eq!(wishes(&mut state, "p"), [Wish::Act(Act::Pause(true))]);
    state.work.queue.paused = true;
    assert_eq!(wishes(&mut state, "p"), [Wish::Act(Act::Pause(false))]);
    let reason = Reason::Own(Own::NotKept);
    state.work.own.sending.halted = Some(Halt { cause: HaltCause::Key, tasks: 1, reason, by: None });
    assert_eq!(wishes(&mut state, "p"), [Wish::Act(Act::Resume)]);
}

#[test]
fn an_unknown_is_settled_in_the_chosen_way() {
    let settle = |keys: &[&str]| {
        let mut state = state(&[Unknown]);
        keys.iter().fold(Vec::new(), |_, key| wishes(&mut state, key))
    };
    let settled = |as_what| vec![Wish::Act(Act::Resolve { key: TaskKey(1), as_what })];
    // Enter alone leaves it as it is.
    assert_eq!(settle(&["U", "enter"]), []);
    assert_eq!(settle(&["U", "j", "enter"]), settled(ResolvedAs::Lost));
    assert_eq!(settle(&["U", "j", "j", "enter"]), settled(ResolvedAs::NotCreated));
    assert_eq!(settle(&["U", "up", "enter"]), []);
    let found = ResolvedAs::Found(domain::task::RemoteId("4q".into()));
    assert_eq!(settle(&["U", "up", "4", "q", "enter"]), settled(found));
    // What no id looks like is asked for again.
    assert_eq!(settle(&["U", "up", "4", "/", "enter"]), []);
    assert_eq!(settle(&["U", "esc"]), []);
}

#[test]
fn a_settlement_is_taken_back_by_the_key_that_settles() {
    let mut lost = task(1, Unknown);
    (lost.phase, lost.remote) = (Phase::Cancelled { was: Unknown, charged: Charged::Yes }, None);
    let mut found = task(1, Running);
    found.settled = lost.unsettled();
    for task in [lost, found] {
        let mut state = state(&[Unknown]);
        add(&mut state, task);
        assert_eq!(wishes(&mut state, "U"), []);
        let taken_back = Act::Resolve { key: TaskKey(1), as_what: ResolvedAs::Unknown };
        assert_eq!(wishes(&mut state, "y"), [Wish::Act(taken_back)]);
    }
    let mut state = state(&[Running]);
    assert_eq!(wishes(&mut state, "U"), []);
    assert!(state.screen.layers.is_empty(), "an accepted task was not settled by hand");
}

#[test]
fn esc_goes_back_layer_by_layer_and_never_leaves_the_program() {
    let mut state = state(&[Failed, Saved]);
    typed(&mut state, "/ s t a t e : f a i l e d enter space");
    assert_eq!((state.screen.table.order.len(), state.screen.table.marks.len()), (1, 1));
    typed(&mut state, "3 ? / x esc");
    assert_eq!(state.screen.layers.len(), 1);
    typed(&mut state, "esc");
    assert_eq!((state.screen.layers.len(), state.screen.pane), (0, Pane::Detail));
    typed(&mut state, "esc");
    assert_eq!(state.screen.pane, Pane::Table);
    typed(&mut state, "esc");
    assert!(state.screen.table.marks.is_empty() && !state.screen.table.filter.is_empty());
    typed(&mut state, "esc");
    assert_eq!(state.screen.table.order.len(), 2);
    assert_eq!(wishes(&mut state, "esc"), []);
    assert_eq!(said(&state), "");
    assert!(state.screen.toasts.is_empty(), "at rest there is nothing to go back from, and nothing to say of it");
}

#[test]
fn q_closes_what_is_open_and_quits_the_bare_table() {
    let mut state = state(&[Failed]);
    for open in ["?", "M", "s", "y", "enter", "t"] {
        wishes(&mut state, open);
        assert_eq!(wishes(&mut state, "q"), [], "{open}");
    }
    assert_eq!(wishes(&mut state, "q"), [Wish::Act(Act::Quit)]);
    assert_eq!(wishes(&mut state, "ctrl-c"), [Wish::Act(Act::Quit)]);
}

#[test]
fn a_filter_works_as_it_is_typed_and_a_fault_leaves_the_last_good_one() {
    let mut state = state(&[Failed, Saved, Failed]);
    typed(&mut state, "/ s t a t e : s a v e d");
    assert_eq!(state.screen.table.order, [TaskKey(2)]);
    typed(&mut state, "x");
    assert_eq!(state.screen.table.order, [TaskKey(2)]);
    typed(&mut state, "enter");
    assert!(matches!(state.screen.top(), Some(FilterInput { fault: Some(_), .. })));
    typed(&mut state, "esc");
    assert_eq!(state.screen.table.order.len(), 3);
}

#[test]
fn the_sort_menu_sorts_and_turns_round() {
    let mut state = state(&[Saved, Failed]);
    typed(&mut state, "s down enter");
    let by_state = |descending| Sort { column: &columns::STATE, descending };
    assert_eq!(state.screen.table.sort, by_state(false));
    typed(&mut state, "s enter");
    assert_eq!(state.screen.table.sort, by_state(true));
}

#[test]
fn the_copy_menu_is_a_second_key() {
    let mut state = state(&[Running]);
    let copied = |text: &str| vec![Wish::Effect(Effect::Term(TermCmd::Copy(text.into())))];
    wishes(&mut state, "y");
    assert_eq!(wishes(&mut state, "y"), copied("11"));
    assert!(state.screen.layers.is_empty());
    wishes(&mut state, "y");
    assert_eq!(wishes(&mut state, "p"), copied("a cat"));
    wishes(&mut state, "y");
    assert_eq!(wishes(&mut state, "f"), []);
    assert_eq!(said(&state), "#1 is running: there is no file on disk");
}

#[test]
fn panes_turn_and_attempts_open_their_part() {
    let mut state = state(&[Saved]);
    typed(&mut state, "tab");
    assert_eq!(state.screen.pane, Pane::Detail);
    typed(&mut state, "tab");
    assert_eq!(state.screen.pane, Pane::Compose);
    typed(&mut state, "esc t");
    assert_eq!((state.screen.pane, state.screen.detail.tab), (Pane::Detail, DetailTab::Attempts));
    typed(&mut state, "2 f");
    assert_eq!((state.screen.pane, state.screen.full), (Pane::Table, true));
}

#[test]
fn a_paste_is_text_or_nothing() {
    let mut state = state(&[Failed]);
    let paste = || Input::Paste("rx\rq\n\x1b[Bz".into());
    assert_eq!(input(&mut state, paste()), []);
    assert_eq!(
        (said(&state), state.screen.layers.len()),
        ("pasted text does nothing here: press n, then paste again", 0)
    );
    assert_eq!(state.screen.toasts.back().map(|toast| toast.level), Some(Level::Warning));
    typed(&mut state, "n");
    input(&mut state, paste());
    assert_eq!(state.screen.compose.draft.prompt, "rx\nq\nz");
    assert!(state.screen.layers.is_empty());
}

#[test]
fn a_retry_does_not_open_over_what_is_typed_meanwhile() {
    let mut state = state(&[Failed]);
    typed(&mut state, "r n h");
    assert_eq!(give(&mut state, 1, Failed), []);
    assert!(state.screen.layers.is_empty());
}

#[test]
fn while_the_program_ends_only_another_ctrl_c_counts() {
    let mut state = state(&[Failed]);
    typed(&mut state, "ctrl-c");
    assert!(state.work.ending.as_ref().is_some_and(|ending| ending.graceful));
    for key in ["r", "n", "x", "q"] {
        assert_eq!(wishes(&mut state, key), [], "{key}");
    }
    typed(&mut state, "ctrl-c");
    assert!(state.work.ending.as_ref().is_some_and(|ending| !ending.graceful));
}

#[test]
fn suspend_and_redraw_are_for_the_terminal_in_every_place() {
    let mut state = state(&[Failed]);
    for open in ["g", "n", "f2", "esc", "?", "/"] {
        wishes(&mut state, open);
        assert_eq!(wishes(&mut state, "ctrl-z"), [Wish::Effect(Effect::Term(TermCmd::Suspend))], "{open}");
        assert_eq!(wishes(&mut state, "ctrl-l"), [Wish::Effect(Effect::Term(TermCmd::Redraw))], "{open}");
    }
}

#[test]
fn full_width_characters_are_commands_in_every_place_that_takes_commands() {
    let map = keymap::Keymap::default();
    let wide = |c: char| c.is_ascii_graphic().then(|| char::from_u32(u32::from(c) - 0x21 + 0xff01).unwrap());
    for place in Place::all().into_iter().filter(|place| !place.is_text()) {
        for binding in keymap::BINDINGS.iter().filter(|binding| place.chain().contains(&binding.ctx)) {
            for key in map.keys_of(binding) {
                let Code::Char(c) = key.code else { continue };
                let Some(twin) = wide(c) else { continue };
                let same = |key| map.resolve(place, key).map(|found| (found.ctx, found.id));
                assert_eq!(same(Key { code: Code::Char(twin), ..*key }), same(*key), "{place:?} {key}");
            }
        }
    }
}

#[test]
fn a_key_that_means_nothing_where_it_is_pressed_does_nothing() {
    let opened = ["", "3", "1", "1 tab", "?", "M", "s", "y", ": q esc", "x", "U", "r"];
    for open in opened {
        for key in KEYS.split_whitespace() {
            let mut state = state(&[Unknown, Failed, Running]);
            open.split_whitespace().for_each(|key| drop(typed(&mut state, key)));
            let key: Key = key.parse().unwrap();
            let place = state.place();
            if state.screen.typing() || state.screen.keys.resolve(place, key).is_some() {
                continue;
            }
            let (pane, layers) = (state.screen.pane, state.screen.layers.len());
            assert_eq!(take_key(&mut state, key), [], "{open} {key}");
            assert_eq!((state.screen.pane, state.screen.layers.len()), (pane, layers), "{open} {key}");
            assert!(said(&state).contains("does nothing here"), "{open} {key}");
        }
    }
}

#[test]
fn an_action_chosen_in_help_or_palette_is_run_once_and_what_pays_only_opens_its_preview() {
    for keys in ["? / a g a i n space a s enter enter", "ctrl-p r e t r y enter"] {
        let mut state = state(&[Failed]);
        let effects = typed(&mut state, keys);
        assert_eq!(effects, [Effect::Store(StoreCmd::Detail { key: TaskKey(1) })], "{keys}");
        assert_eq!(inserts(&give(&mut state, 1, Failed)), 0);
        assert!(matches!(state.screen.layers.as_slice(), [one] if one.of::<Preview>().is_some()), "{keys}");
    }
}

#[test]
fn help_over_a_preview_does_not_send() {
    let mut state = state(&[Failed]);
    typed(&mut state, "r");
    give(&mut state, 1, Failed);
    let effects = typed(&mut state, "? / p a y s enter enter enter");
    assert_eq!(effects, []);
    assert!(state.screen.layers.len() == 2 && state.screen.layers[0].of::<Preview>().is_some());
    assert!(state.screen.top::<ListView>().is_some_and(|list| list.is(&HELP)));
}

#[test]
fn a_click_on_anything_sends_nothing_and_answers_nothing() {
    let mut state = state(&[Running]);
    state.screen.lines = vec![(ratatui::layout::Rect::new(0, 0, 80, 24), 0)];
    let click = |state: &mut App| {
        let mouse = crate::msg::Mouse { kind: crate::msg::MouseKind::Click, x: 10, y: 10 };
        input(state, Input::Mouse(mouse))
    };
    for open in ["x", "?", "ctrl-p", "U", "M"] {
        state.screen.layers.clear();
        typed(&mut state, open);
        let layers = state.screen.layers.len();
        assert_eq!(click(&mut state), [], "{open}");
        assert_eq!(state.screen.layers.len(), layers, "{open}");
    }
}

const KEYS: &str = "a b c d e f g h j k l n o p q r s t u v x y z B F G J K M N U Y 0 1 2 3 / ? * : ！ ／ 雨 space enter \
    [ { | } esc tab shift-tab backspace delete up down left right home end pgup pgdn f1 f2 f3 f4 f5 f6 f7 f8 ctrl-c \
    ctrl-d ctrl-j ctrl-l ctrl-r ctrl-u ctrl-x ctrl-z ctrl-n ctrl-p ctrl-v ctrl-w alt-enter alt-e alt-v alt-z";

#[test]
fn new_rows_do_not_move_the_selection() {
    let mut state = state(&[Failed, Failed]);
    typed(&mut state, "j");
    add(&mut state, task(3, Queued));
    assert_eq!(state.screen.table.cursor, Some(TaskKey(1)));
}

#[test]
fn unsent_work_of_an_earlier_run_waits_for_a_word_p_sends_it_and_u_takes_it_back() {
    let earlier = || {
        let mut state = state(&[Queued, Queued, Saved]);
        state.work.queue.paused = true;
        state.work.queue.unsent = [TaskKey(1), TaskKey(2)].into();
        state
    };
    let unsent = crate::layout::unsent;
    let mut sends = earlier();
    assert_eq!((unsent(&sends).0, unsent(&sends).1.to_string().as_str()), (2, "1.0 PTC"));
    let sent = typed(&mut sends, "p");
    assert_eq!((unsent(&sends).0, sends.work.queue.paused), (0, false));
    assert!(matches!(sent[..], [Effect::Store(StoreCmd::ClaimSend { .. })]), "{sent:?}");
    let mut back = earlier();
    assert_eq!(wishes(&mut back, "u"), [Wish::Act(Act::Cancel(vec![TaskKey(1), TaskKey(2)]))]);
    typed(&mut back, "u");
    assert_eq!(unsent(&back).0, 0);
}

#[test]
fn a_second_retry_needs_one_more_key() {
    let mut state = state(&[Failed]);
    add(&mut state, domain::task::Task { parent: Some(TaskKey(1)), ..task(2, Failed) });
    crate::table::go_to(&mut state, TaskKey(1));
    typed(&mut state, "r");
    give(&mut state, 1, Failed);
    assert_eq!(inserts(&typed(&mut state, "enter enter")), 0);
    assert_eq!(inserts(&typed(&mut state, "1 enter")), 1);
}

#[test]
fn what_is_marked_is_copied_together_in_the_order_of_the_table() {
    let mut state = state(&[Saved, Queued, Saved]);
    // The cursor stands on the queued one at the end, which has no id: the marked ones have.
    typed(&mut state, "space space space k");
    let asked = |key| Effect::Store(StoreCmd::Detail { key: TaskKey(key) });
    assert_eq!(typed(&mut state, "y y"), [asked(3), asked(1)]);
    give(&mut state, 1, Saved);
    assert_eq!(give(&mut state, 3, Saved), [Effect::Term(TermCmd::Copy("13\n11".into()))]);
    assert_eq!(said(&state), "copied 2 task IDs; 1 of the marked tasks has none");
}

#[test]
fn a_refresh_says_that_the_service_does_not_answer() {
    let mut state = state(&[Running]);
    typed(&mut state, "ctrl-r");
    assert_eq!(said(&state), "");
    state.work.own.poller.offline_since = Some(domain::time::Mono(0));
    typed(&mut state, "ctrl-r");
    assert!(said(&state).starts_with("no answer from the service for "), "{}", said(&state));
}
