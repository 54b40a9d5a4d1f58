//! Random keys through the real keymap, on a real store, with a service that answers: whatever hands do, nothing is
//! queued but by Enter in a preview that could be read, and every POST goes the path of a paid submission (held by the
//! flow itself).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::time::SECOND;
use engine::effect::{Effect, StoreCmd};
use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRunner},
};
use screens::{
    help::lines::help_lines,
    hints,
    key::{Code, Key},
    keymap::BINDINGS,
    msg::Input,
    preview::DEAF,
    preview::state::Preview,
};
use service::answer::Reply;
use std::cell::Cell;
use support::flow::{Flow, lost, no_channel, refused};

/// What leads somewhere, since random keys alone seldom pay.
const WAYS: [&str; 9] =
    ["esc esc esc", "n a f2", "n { a | b } f2", "n f2 1 enter", "r", "e z f2", "c f2", "R enter", "U down enter"];
/// Keys that are bound nowhere, or text.
const OTHERS: [&str; 7] = ["a", "w", "9", "雨", "！", "／", "alt-z"];

#[derive(Clone, Debug)]
enum Step {
    Key(Key),
    Keys(&'static str),
    Wait(u64),
    /// What the next submission is answered.
    Says(usize),
    /// Whether what runs has been made.
    Made(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let bound = BINDINGS.iter().flat_map(|binding| binding.keys.iter().copied());
    let keys: Vec<Key> = bound.chain(OTHERS).map(|key| key.parse().unwrap()).collect();
    let enter = Step::Key(Key::plain(Code::Enter));
    let step = prop_oneof![
        8 => proptest::sample::select(keys).prop_map(Step::Key),
        3 => Just(enter),
        9 => proptest::sample::select(WAYS.to_vec()).prop_map(Step::Keys),
        3 => (0..2 * DEAF).prop_map(Step::Wait),
        3 => (0..90 * SECOND).prop_map(Step::Wait),
        2 => (0_usize..5).prop_map(Step::Says),
        1 => any::<bool>().prop_map(Step::Made),
    ];
    proptest::collection::vec(step, 1..60)
}

fn reply(n: usize) -> Reply {
    match n {
        0 => lost(),
        1 => refused(1002, "rate limit"),
        2 => refused(1026, "input new_sensitive"),
        3 => refused(1008, "insufficient balance"),
        _ => no_channel(),
    }
}

/// Presses a key; tells how many batches went to the store.
fn press(flow: &mut Flow, key: Key) -> Result<usize, TestCaseError> {
    let now = flow.now.mono;
    let read = |preview: &Preview| preview.sent.is_none() && now.since(preview.opened) >= DEAF;
    let ready = flow.state.screen.top::<Preview>().is_some_and(read);
    let effects = flow.take(Input::Key(key));
    let inserts = effects.iter().filter(|effect| matches!(effect, Effect::Store(StoreCmd::Insert { .. }))).count();
    prop_assert!(inserts == 0 || (inserts == 1 && ready && key == Key::plain(Code::Enter)), "{key} queued");
    Ok(inserts)
}

/// What the screen holds to whatever is pressed.
fn check(flow: &Flow) -> Result<(), TestCaseError> {
    let (app, table) = (&flow.state, &flow.state.screen.table);
    prop_assert_eq!(table.order.get(table.at).copied(), table.cursor);
    // What is said passes, but stays in the log.
    let logged = |text: &str| app.screen.messages.iter().any(|message| message.text == text);
    // Several of one kind are counted in the line; the log has each.
    prop_assert!(app.screen.toasts.iter().all(|toast| toast.count > 1 || logged(&toast.text)));
    let possible: Vec<_> = BINDINGS.iter().map(|binding| hints::possible(app, binding)).collect();
    let _ = (flow.screen(), help_lines(app), possible);
    Ok(())
}

#[test]
fn whatever_is_typed_only_enter_in_a_preview_queues_and_each_attempt_is_posted_once() {
    let (queued, posted) = (Cell::new(0), Cell::new(0));
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) };
    let run = |(steps, height): (Vec<Step>, u16)| {
        let mut flow = Flow::start();
        flow.resize(80, height);
        for step in steps {
            let before = flow.store.overview().unwrap().total;
            let mut batches = 0;
            match step {
                Step::Key(key) => batches = press(&mut flow, key)?,
                Step::Keys(way) => {
                    for key in way.split(' ') {
                        flow.live(DEAF);
                        batches += press(&mut flow, key.parse().unwrap())?;
                    }
                }
                Step::Wait(ms) => flow.live(ms),
                Step::Says(n) => flow.answers.push_back(reply(n)),
                Step::Made(made) => flow.made = made,
            }
            prop_assert!(batches > 0 || flow.store.overview().unwrap().total == before, "queued without a key");
            check(&flow)?;
            queued.set(queued.get() + batches);
            if flow.ended {
                break;
            }
        }
        posted.set(posted.get() + flow.posts.len());
        Ok(())
    };
    TestRunner::new(config).run(&(steps(), 1_u16..60), run).unwrap();
    // Or nothing was put to the test.
    assert!(queued.get() >= 10 && posted.get() >= 10, "{} batches, {} POSTs", queued.get(), posted.get());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn what_is_typed_in_compose_is_text_and_never_a_command(text in "[a-zA-Z0-9?/:*!？／ 雨]{1,40}") {
        let mut flow = Flow::start();
        flow!(flow, "n");
        for c in text.chars() {
            prop_assert_eq!(press(&mut flow, Key::char(c))?, 0);
        }
        prop_assert_eq!(&flow.state.screen.compose.draft.prompt, &text);
        prop_assert!(flow.state.screen.layers.is_empty() && flow.state.work.ending.is_none());
        flow.live(60 * SECOND);
        prop_assert_eq!((flow.tasks().len(), flow.posts.len()), (0, 0));
    }
}
