#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use super::*;
use crate::{
    hints,
    testing::{add, now, request, state, task},
};
use domain::{
    account::{BudgetCap, HaltCause, OverBudget},
    amount::Currency,
    reason::{Reason, connect::Connect},
    retry::Caution,
    task::{
        TaskKey,
        TaskState::{Failed, Queued, Refused, Saved},
    },
};
use engine::{effect::Effect, msg::InsertRefusal, profile_state::Halt};

fn shown(app: &App) -> &Preview {
    match app.screen.top::<Preview>() {
        Some(preview) => preview,
        other => panic!("no preview but {other:?}"),
    }
}

fn texts(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// Lets the deaf time pass.
fn wait(app: &mut App) {
    app.work.now = now(app.work.now.mono.0 + DEAF);
}

#[test]
fn a_row_that_is_dropped_is_named() {
    let mut state = state(&[Failed, Failed]);
    retry(&mut state, vec![task(1, Failed), task(2, Failed)], &BTreeMap::new());
    keys::drop_row(&mut state);
    assert_eq!(shown(&state).items.len(), 1);
    assert_eq!(state.screen.toasts.back().unwrap().text, format!("left out: {}", request().prompt));
    // Nothing is left out once the preview is left.
    wait(&mut state);
    crate::toast::next_key(&mut state);
    assert_eq!(state.screen.toasts.len(), 0);
}

#[test]
fn a_retry_shows_what_would_be_sent_and_its_price() {
    let mut state = state(&[Failed, Failed]);
    let paid = No::NotInBulk(Caution::Paid(Saved));
    let left_out = [(No::Unsettled, vec![TaskKey(3)]), (paid, vec![TaskKey(4), TaskKey(5)])].into();
    retry(&mut state, vec![task(1, Failed), task(2, Failed)], &left_out);
    let preview = shown(&state);
    let item = |key| PreviewItem {
        profile: "302ai".into(),
        name: None,
        request: request(),
        parent: Some(TaskKey(key)),
        was: None,
        cost: Some(Amount::from_thousandths(500)),
    };
    assert_eq!(preview.items, [item(1), item(2)]);
    assert_eq!((preview.total, preview.purpose), (Amount::from_thousandths(1_000), Purpose::Retry));
    assert_eq!(
        texts(&preview.warnings),
        ["#3 is left out: may have been charged, to be resolved first", "2 tasks are left out (#4, #5): saved already",]
    );
    assert_eq!(preview.obstacles, []);
}

#[test]
fn a_sensitive_prompt_and_a_second_retry_are_warned_of_and_sent_by_a_second_word_only() {
    let mut state = state(&[Refused]);
    add(&mut state, Task { parent: Some(TaskKey(1)), ..task(3, Failed) });
    retry(&mut state, vec![task(1, Refused)], &BTreeMap::new());
    assert_eq!(
        texts(&shown(&state).warnings),
        [
            "the prompt of #1 was refused as sensitive: the same words will probably be refused again. e edits before it sends. Type the number of tasks to retry it.",
            "#1 was already retried as #3, which is failed. Type the number of tasks to retry it.",
        ]
    );
    wait(&mut state);
    assert_eq!(send(&mut state), []);
    assert!(typed(&mut state, Key::char('1')));
    let sent = send(&mut state);
    let [Wish::Act(Act::Queue { intents, .. })] = &sent[..] else { panic!("{sent:?}") };
    // Only what was told of: another attempt may be made elsewhere while the preview is open.
    let agreed = vec![Caution::Sensitive, Caution::Retried(Some(TaskKey(3)))];
    assert_eq!(intents.iter().map(|intent| &intent.agreed).collect::<Vec<_>>(), [&agreed]);
}

#[test]
fn a_number_typed_agrees_to_nothing_that_is_told_later() {
    let mut state = state(&[Refused]);
    (state.screen.width, state.screen.height) = (40, 12);
    retry(&mut state, vec![task(1, Refused)], &BTreeMap::new());
    wait(&mut state);
    assert!(typed(&mut state, Key::char('1')));
    scroll(&mut state, Move::Down);
    // Meanwhile another program retries it.
    add(&mut state, Task { parent: Some(TaskKey(1)), ..task(2, Queued) });
    let _ = follow(&mut state);
    assert_eq!((shown(&state).opened, shown(&state).scroll), (state.work.now.mono, 0));
    assert!(rows(&state).contains("#1 was already retried as #2"), "{}", rows(&state));
    wait(&mut state);
    assert_eq!(send(&mut state), []);
    assert!(typed(&mut state, Key::char('1')));
    // What changes without more to agree to leaves the number, and what was told in its place.
    add(&mut state, task(3, Saved));
    let _ = follow(&mut state);
    assert!(rows(&state).contains("#1 was already retried as #2"), "{}", rows(&state));
    assert_eq!(send(&mut state).len(), 1);
}

#[test]
fn caps_keys_and_halts_stand_in_the_way_or_are_told() {
    let mut state = state(&[Failed]);
    state.work.own.has_key = false;
    let reading = "Nothing can be sent: its API key is still being read. Try again in a moment.";
    retry(&mut state, vec![task(1, Failed)], &BTreeMap::new());
    assert_eq!(texts(&shown(&state).obstacles), [reading]);
    state.work.own.key_problem = Some(Reason::Connect(Connect::NoKey));
    state.work.settings.budget.per_day = Some(Amount::from_thousandths(1_000));
    state.work.money.spent_today = Amount::from_thousandths(600).of(Currency::Ptc).into();
    let reason = Reason::said("the balance is used up", "", "");
    state.work.own.sending.halted = Some(Halt { cause: HaltCause::Balance, tasks: 1, reason, by: None });
    retry(&mut state, vec![task(1, Failed)], &BTreeMap::new());
    let preview = shown(&state);
    assert_eq!(
        texts(&preview.obstacles),
        [
            "Nothing can be sent: there is no API key. Set REELTOP_API_KEY, or api_key_cmd or api_key_file in the config, and restart.",
            "Nothing can be queued: 0.5 PTC more would cross the day's cap of 1.0 PTC (0.6 PTC of it used). Queue less, or raise budget.per_day in the config; `:budget +0.1 PTC` in the dashboard raises it for today only.",
        ]
    );
    assert_eq!(
        texts(&preview.warnings),
        [
            "It would only be queued: sending halted: the balance or quota is used up. Fix the cause, then P resumes sending."
        ]
    );
    wait(&mut state);
    assert_eq!(send(&mut state), []);
}

#[test]
fn the_way_out_stands_beside_the_way_in() {
    let mut state = state(&[Failed]);
    retry(&mut state, vec![task(1, Failed)], &BTreeMap::new());
    let keys: Vec<String> = crate::hints::footer(&state).into_iter().map(|hint| hint.key).collect();
    assert_eq!(keys[..2], ["enter", "esc"]);
}

#[test]
fn above_a_sum_the_number_of_tasks_must_be_typed() {
    let mut state = state(&[]);
    state.work.settings.budget.ask_above = Some(Amount::from_thousandths(900));
    let tasks: Vec<Task> = (1..=12).map(|key| task(key, Failed)).collect();
    retry(&mut state, tasks, &BTreeMap::new());
    wait(&mut state);
    assert_eq!(
        can_send(&state, shown(&state)),
        Err(Why("This costs 6.0 PTC: type the number of tasks, 12, then Enter".into()))
    );
    assert_eq!(send(&mut state), []);
    let named = |state: &App| hints::footer(state).iter().filter(|hint| hint.key == "enter").count();
    assert_eq!(named(&state), 1);
    assert!(!typed(&mut state, Key::char('j')));
    for c in ['1', '２'] {
        assert!(typed(&mut state, Key::char(c)));
    }
    assert_eq!(can_send(&state, shown(&state)), Ok(()));
    assert_eq!((named(&state), send(&mut state).len()), (1, 1));
}

/// The store's word on a batch, taken up.
fn answered(app: &mut App, ticket: Ticket, result: Result<Vec<TaskKey>, NotQueued>) -> Vec<Effect> {
    inserted(app, ticket, result).map_or_else(Vec::new, |batch| crate::after_send::queued(app, batch))
}

#[test]
fn the_cursor_stays_where_it_is_and_the_news_say_how_to_take_the_new_task_back() {
    let mut state = state(&[Failed]);
    retry(&mut state, vec![task(1, Failed)], &BTreeMap::new());
    sending(&mut state, 7);
    add(&mut state, task(2, Queued));
    assert_eq!(answered(&mut state, 6, Ok(vec![TaskKey(2)])), []);
    assert_eq!(answered(&mut state, 7, Ok(vec![TaskKey(2)])), []);
    assert_eq!((state.screen.layers.len(), state.screen.table.cursor), (0, Some(TaskKey(1))));
    assert_eq!(
        state.screen.toasts.back().map(|toast| toast.text.as_str()),
        Some("queued #2, sends in 3 s, u takes it back")
    );
}

#[test]
fn a_refused_batch_stays_open_with_the_reason() {
    let mut state = state(&[Failed]);
    retry(&mut state, vec![task(1, Failed)], &BTreeMap::new());
    sending(&mut state, 7);
    let refusal = InsertRefusal::OverBudget(OverBudget {
        set_by: None,
        cap: BudgetCap::Day,
        limit: Amount::from_thousandths(1_000),
        spent: Amount::from_thousandths(900),
        asked: Amount::from_thousandths(500),
        currency: Currency::Ptc,
    });
    let why = NotQueued::Refused(refusal);
    assert_eq!(answered(&mut state, 7, Err(why.clone())), []);
    assert_eq!((shown(&state).sent, shown(&state).obstacles.clone()), (None, vec![not_queued(&why)]));
    wait(&mut state);
    assert_eq!(send(&mut state), []);
}

#[test]
fn a_task_of_a_profile_without_a_key_here_is_not_paid_from_another_account() {
    let mut state = state(&[Failed]);
    let mm = Task { profile: "mm".into(), ..task(1, Failed) };
    add(&mut state, mm.clone());
    retry(&mut state, vec![mm], &BTreeMap::new());
    assert_eq!(
        texts(&shown(&state).obstacles),
        [
            "Nothing can be queued: #1: no API key here for profile mm, and no other profile pays for it. Set its key and start again, or e edits it to send it with another profile."
        ]
    );
    wait(&mut state);
    assert_eq!(send(&mut state), []);
}

#[test]
fn an_unknown_price_is_not_counted_as_nothing() {
    let mut state = state(&[Failed]);
    state.work.settings.profile.prices = domain::prices::Prices::new(
        domain::prices::PriceList::Minimax,
        &domain::catalogue::Catalogue { models: Vec::new() },
    );
    let mut unlisted = task(1, Failed);
    unlisted.request.model = "T2V-01".into();
    retry(&mut state, vec![unlisted], &BTreeMap::new());
    assert!(shown(&state).price.is_some());
    let day = view::day(shown(&state), &state);
    assert!(day.ends_with("; what this batch costs is not known yet"), "{day}");
}

#[test]
fn without_a_key_that_pauses_it_is_resume_that_resumes() {
    let mut state = state(&[Failed]);
    (state.screen.keys, state.work.queue.paused) = (crate::keymap::Keymap::none(), true);
    state.screen.voice = state.screen.keys.voice();
    retry(&mut state, vec![task(1, Failed)], &BTreeMap::new());
    let told = ["It would only be queued: sending is paused. resume resumes it."];
    assert_eq!(texts(&shown(&state).warnings), told);
    let tasks = vec![TaskKey(1)];
    let _ = crate::after_send::queued(
        &mut state,
        super::Queued { purpose: Purpose::Retry, profile: "302ai".into(), tasks },
    );
    assert_eq!(state.screen.toasts.back().unwrap().text, "queued #1, sending is paused: resume resumes it");
}

/// Puts something in the way.
type Set = fn(&mut App);

#[test]
fn what_stands_in_the_way_is_looked_at_again_when_it_has_changed() {
    let mut state = state(&[Failed]);
    let budget = state.work.settings.budget;
    let all: [(&str, Set); 5] = [
        ("its API key is still being read", |state| state.work.own.has_key = false),
        ("your database user may only look", |state| state.work.store.only_reads = true),
        ("the store is offline", |state| state.work.store.away = Some(state.work.now.wall)),
        ("the store is not open yet", |state| state.work.store.owner = None),
        ("the batch's cap", |state| state.work.settings.budget.per_batch = Some(Amount::from_thousandths(1))),
    ];
    for (why, set) in all {
        set(&mut state);
        retry(&mut state, vec![task(1, Failed)], &BTreeMap::new());
        assert!(texts(&shown(&state).obstacles)[0].contains(why), "{why}: {:?}", shown(&state).obstacles);
        state.work.own.has_key = true;
        (state.work.store.only_reads, state.work.store.away) = (false, None);
        (state.work.store.owner, state.work.settings.budget) = (Some("test".into()), budget);
        let _ = follow(&mut state);
        assert_eq!(shown(&state).obstacles, [], "{why}");
        state.screen.layers.clear();
    }
}

/// The footer of the preview of so many failed tasks, the first with that prompt.
fn footer(tasks: u32, prompt: &str, (width, height): (u16, u16)) -> Vec<String> {
    let mut state = state(&[Failed; 40]);
    state.work.settings.budget.per_day = None;
    state.work.settings.budget.ask_above = None;
    (state.screen.width, state.screen.height) = (width, height);
    let mut tasks: Vec<Task> = (1..=tasks).map(|key| task(key, Failed)).collect();
    tasks[0].request.prompt = prompt.into();
    retry(&mut state, tasks, &BTreeMap::new());
    hints::footer(&state).into_iter().map(|hint| hint.words.into_owned()).collect()
}

#[test]
fn scrolling_keys_are_offered_where_there_is_something_to_scroll() {
    let (all, few) = (["send", "back", "down", "up"], ["send", "back"]);
    let many = ["send", "back", "drop", "down", "up"];
    assert_eq!(footer(1, "a cat", (80, 24)), few);
    assert_eq!(footer(10, "a cat", (80, 24)), many);
    assert_eq!(footer(1, &"a very long prompt ".repeat(60), (80, 24)), all);
    assert_eq!(footer(1, &"雨夜的东京".repeat(160), (80, 24)), all);
    assert_eq!(footer(20, "a cat", (80, 24)), many);
    assert_eq!(footer(1, "a cat", (40, 12)), all);
}

/// The preview's rows on the screen, as text.
fn rows(app: &App) -> String {
    let mut buf = ratatui::buffer::Buffer::empty(Rect::new(0, 0, app.screen.width, app.screen.height));
    crate::shell::view::draw(app, &mut buf);
    let row = |y| (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect::<String>();
    (0..buf.area.height).map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_smallest_screen_shows_what_is_paid_and_scrolls_through_all_of_it() {
    let mut state = state(&[Refused]);
    (state.screen.width, state.screen.height) = (40, 12);
    add(&mut state, Task { parent: Some(TaskKey(1)), ..task(3, Failed) });
    state.work.settings.budget.per_day = Some(Amount::from_thousandths(20_000));
    state.work.settings.budget.ask_above = Some(Amount::ZERO);
    retry(&mut state, vec![task(1, Refused)], &BTreeMap::new());
    let shown = rows(&state);
    for wanted in ["the prompt of #1 was", "0.5 PTC", "Type 1 to confirm", "Enter sends once 1"] {
        assert!(shown.contains(wanted), "{wanted} in\n{shown}");
    }
    let mut seen = String::new();
    for _ in 0..40 {
        seen += &rows(&state);
        scroll(&mut state, Move::Down);
    }
    for wanted in ["a cat", "Model", "spent today", "left after it"] {
        assert!(seen.contains(wanted), "{wanted}");
    }
    // At its end one step back is seen at once.
    let end = rows(&state);
    scroll(&mut state, Move::Up);
    assert_ne!(rows(&state), end);
}

#[test]
fn several_attempts_of_one_task_name_it() {
    let mut state = state(&[Failed]);
    let item = PreviewItem {
        profile: "302ai".into(),
        name: None,
        request: request(),
        parent: Some(TaskKey(1)),
        was: Some(request()),
        cost: Some(Amount::from_thousandths(500)),
    };
    open(&mut state, Purpose::EditRetry, vec![item; 12], vec![]);
    assert!(view::lines(shown(&state), &state)[0].starts_with("Retry #1 12 times, changed?"));
}
