#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use super::*;
use crate::resolve::Resolve;
use crate::{
    msg::Input,
    preview::state::{Preview, Purpose},
    shell::input,
    testing::{add, now, state as state_of, task},
    update,
};
use domain::{
    amount::{Amount, Currency, Totals},
    draft::Field,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Call, Met, Quote, Reason, Then},
    task::{Phase, TaskState},
    time::Mono,
};
use engine::{
    effect::{Effect, StoreCmd},
    msg::{Detail, Msg, StoreMsg},
    profile_state::Halt,
    settings::{Other, Profile},
};
use service::{
    answer::{Reply, SubmitVerdict},
    minimax_v1::judge_submit,
};
use words::problem::Problem;

/// A failed task of that class and message.
fn failed(key: u32, class: ErrorClass, message: &str, prompt: &str) -> Task {
    let (met, quote) = (Met::Request, Quote::Text(message.into()));
    let field = message.contains("duration").then_some(Field::Duration);
    let reason = Reason::Call(Call { met, quote, field, then: Then::Usual });
    let error = TaskError { code: "1".into(), class, reason, charged: Charged::No };
    let mut task = task(key, TaskState::Refused);
    task.phase = Phase::Refused { error };
    task.request.prompt = prompt.into();
    task
}

/// Two of the service's faults, two refused prompts, a bad field, an unknown, a saved one.
fn morning() -> App {
    let mut state = state_of(&[]);
    for task in [
        failed(1, ErrorClass::Service, "error 17", "one"),
        failed(2, ErrorClass::Service, "error 18", "two"),
        failed(3, ErrorClass::PromptSensitive, "sensitive: \"a\"", "a red fox in blood"),
        failed(4, ErrorClass::PromptSensitive, "sensitive: \"b\"", "a blue fox in blood"),
        failed(5, ErrorClass::InvalidParams, "invalid params, duration 6 is not offered", "five"),
        task(6, TaskState::Unknown),
        task(7, TaskState::Saved),
    ] {
        add(&mut state, task);
    }
    table::go(&mut state, crate::keymap::Move::First);
    state
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys.split(' ') {
        effects = input::input(app, Input::Key(key.parse().expect("a key")));
    }
    effects
}

/// Gives the whole tasks that were asked for.
fn answer(app: &mut App, effects: Vec<Effect>) {
    for effect in effects {
        let Effect::Store(StoreCmd::Detail { key }) = effect else { continue };
        let of = |key| match key {
            TaskKey(1) => failed(1, ErrorClass::Service, "error 17", "one"),
            TaskKey(2) => failed(2, ErrorClass::Service, "error 18", "two"),
            TaskKey(3) => failed(3, ErrorClass::PromptSensitive, "sensitive: \"a\"", "a red fox in blood"),
            TaskKey(4) => failed(4, ErrorClass::PromptSensitive, "sensitive: \"b\"", "a blue fox in blood"),
            _ => failed(5, ErrorClass::InvalidParams, "invalid params, duration 6 is not offered", "five"),
        };
        let task = of(key);
        let detail = Detail { task: task.clone(), events: vec![], ledger: vec![], line: vec![task] };
        let _ = update(app, Msg::Store(StoreMsg::Detail(Box::new(detail))), now(20_000));
    }
}

fn planned(app: &App) -> Vec<(u32, String)> {
    let Some(preview) = app.screen.top::<Preview>() else { return Vec::new() };
    assert_eq!(preview.purpose, Purpose::Plan);
    preview.items.iter().map(|item| (item.parent.map_or(0, |key| key.0), item.request.prompt.clone())).collect()
}

#[test]
fn failures_of_one_cause_are_one_and_each_has_what_fits_it() {
    let state = morning();
    let told: Vec<_> = clusters::all(&state)
        .into_iter()
        .map(|cluster| (cluster.id.class, cluster.keys.len(), cluster.cost, cluster.remedy))
        .collect();
    let ptc = |n| Totals::from(Amount::from_thousandths(n).of(Currency::Ptc));
    assert_eq!(
        told,
        [
            (ErrorClass::Service, 2, ptc(1_000), Remedy::Again),
            (ErrorClass::PromptSensitive, 2, ptc(1_000), Remedy::EditPrompts),
            (ErrorClass::InvalidParams, 1, ptc(500), Remedy::FixField(Field::Duration)),
            (ErrorClass::UnknownOutcome, 1, ptc(500), Remedy::Settle),
        ]
    );
}

#[test]
fn one_reason_and_one_field_are_one_cause_whatever_the_service_s_words() {
    let mut state = state_of(&[]);
    let refused = |code: i64, quote: &str| {
        let body = format!(r#"{{"base_resp":{{"status_code":{code},"status_msg":"{quote}"}}}}"#);
        match judge_submit(&Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body }) {
            SubmitVerdict::Refused { error, .. } => error,
            other => panic!("{other:?}"),
        }
    };
    let tasks = [
        (1, 2013, "invalid params, duration 7"),
        (2, 2013, "时长 8 不支持"),
        (3, 2013, "invalid params, prompt too long"),
        (4, 1026, "input new_sensitive"),
        (5, 1026, "image"),
    ];
    for (key, code, quote) in tasks {
        add(
            &mut state,
            Task { phase: Phase::Refused { error: refused(code, quote) }, ..task(key, TaskState::Refused) },
        );
    }
    let old = TaskError { reason: Reason::said("輸入", "", ""), ..refused(1026, "") };
    add(&mut state, Task { phase: Phase::Refused { error: old }, ..task(6, TaskState::Refused) });
    let mut keys: Vec<Vec<u32>> =
        clusters::all(&state).iter().map(|cluster| cluster.keys.iter().map(|key| key.0).collect()).collect();
    keys.sort();
    assert_eq!(keys, [vec![1, 2], vec![3], vec![4, 5], vec![6]]);
}

#[test]
fn what_was_tried_again_is_no_failure_any_more() {
    let mut state = morning();
    add(&mut state, Task { parent: Some(TaskKey(1)), attempt: 2, ..task(8, TaskState::Running) });
    assert_eq!(clusters::all(&state)[0].keys, [TaskKey(2)]);
}

#[test]
fn the_cursor_begins_at_what_needs_a_hand_and_a_prompt_refused_is_never_planned_unchanged() {
    let mut state = morning();
    press(&mut state, "R");
    assert_eq!(view(&state).map(|view| view.at), Some(1));
    let asked = press(&mut state, "s");
    answer(&mut state, asked);
    assert_eq!(planned(&state), [(1, "one".into()), (2, "two".into())]);
    press(&mut state, "esc enter");
    // Unchanged it is not kept.
    press(&mut state, "enter");
    let Some(mend) = state.screen.top::<Mend>() else { panic!("it was kept") };
    assert!(mend.fault.as_deref().is_some_and(|fault| fault.starts_with("unchanged")), "{:?}", mend.fault);
}

#[test]
fn the_shared_part_is_edited_once_and_a_field_set_once_then_one_plan_has_all() {
    let mut state = morning();
    press(&mut state, "R enter ctrl-w s n o w enter");
    assert_eq!(view(&state).map(|view| view.at), Some(2));
    // The duration: down takes the first one offered, which is what it was.
    press(&mut state, "enter ctrl-u down enter");
    let Some(view) = view(&state) else { panic!("closed") };
    assert_eq!((view.at, view.planned().count()), (4, 3));
    let asked = press(&mut state, "enter");
    answer(&mut state, asked);
    let expected = [
        (1, "one".to_owned()),
        (2, "two".to_owned()),
        (3, "a red fox in snow".to_owned()),
        (4, "a blue fox in snow".to_owned()),
    ];
    assert_eq!(planned(&state), expected);
    // The field was set to what it was: that one is left out, and it is said.
    let Some(preview) = state.screen.top::<Preview>() else { panic!("no preview") };
    assert_eq!(preview.warnings, [Problem::new("#5 is left out", "it would be the same request again", "")]);
    assert_eq!(preview.items[2].was.as_ref().map(|was| was.prompt.as_str()), Some("a red fox in blood"));
    // Nothing goes out before Enter, and Enter sends once.
    state.work.now.mono = Mono(90_000);
    let sent = press(&mut state, "enter");
    assert!(matches!(&sent[..], [Effect::Store(StoreCmd::Insert { tasks, .. })] if tasks.len() == 4), "{sent:?}");
    assert_eq!(press(&mut state, "enter"), []);
}

#[test]
fn what_a_plan_has_queued_can_be_taken_back_without_leaving_the_view() {
    let mut state = morning();
    press(&mut state, "R");
    add(&mut state, task(9, TaskState::Queued));
    state.work.queue.last_batch = vec![TaskKey(9)];
    press(&mut state, "u");
    assert_eq!(state.work.tasks.rows[&TaskKey(9)].state, TaskState::Cancelled);
    assert!(view(&state).is_some());
}

#[test]
fn nothing_is_offered_while_the_balance_is_gone() {
    let mut state = morning();
    let reason = Reason::said("sending stopped", "", "");
    state.work.own.sending.halted =
        Some(Halt { cause: domain::account::HaltCause::Balance, tasks: 1, reason, by: None });
    press(&mut state, "R");
    assert_eq!(press(&mut state, "s"), []);
    assert!(can_plan(&state).is_err_and(|Why(why)| why.starts_with("The balance or quota is used up")));
}

#[test]
fn a_halt_for_the_key_leaves_every_cause_to_wait_and_enter_says_why() {
    let mut state = morning();
    let reason = Reason::said("sending stopped", "", "");
    state.work.own.sending.halted = Some(Halt { cause: domain::account::HaltCause::Key, tasks: 1, reason, by: None });
    press(&mut state, "R");
    let view = view(&state).unwrap();
    let again = view.clusters.iter().find(|cluster| cluster.remedy == Remedy::Again).unwrap();
    assert_eq!(view::fitting(&state, view, again), "wait for the key");
    assert_eq!(planned::sum(&state, view), (vec![], Totals::default()));
    for key in ["G", "g"] {
        press(&mut state, key);
        assert_eq!(press(&mut state, "enter"), []);
        let said = state.screen.toasts.back().unwrap();
        assert!(said.text.starts_with("The key is not accepted: nothing can be retried"), "{}", said.text);
        let hints = crate::hints::footer(&state);
        assert!(hints.iter().all(|hint| hint.key != "enter"), "{hints:?}");
    }
}

#[test]
fn a_plan_counts_what_would_be_sent_and_says_what_is_left_out_and_why() {
    let mut state = morning();
    let error = failed(8, ErrorClass::Service, "no answer for it", "eight").error().unwrap().clone();
    let error = TaskError { code: "9".into(), charged: Charged::Yes, ..error };
    add(&mut state, Task { phase: Phase::Failed { error }, ..task(8, TaskState::Failed) });
    press(&mut state, "R");
    let view = view(&state).unwrap();
    let ptc = |n| Totals::from(Amount::from_thousandths(n).of(Currency::Ptc));
    assert_eq!(planned::sum(&state, view), (vec![TaskKey(1), TaskKey(2)], ptc(1_000)));
    let told: Vec<String> = planned::left_out(&state, view).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["#8 is left out: paid for, and the video may still come"]);
    let of_8 = view.clusters.iter().position(|cluster| cluster.keys == [TaskKey(8)]).unwrap();
    assert_eq!(view::fitting(&state, view, &view.clusters[of_8]), "retry each alone");
    let asked = press(&mut state, "s");
    answer(&mut state, asked);
    assert_eq!(planned(&state), [(1, "one".into()), (2, "two".into())]);
    let Some(preview) = state.screen.top::<Preview>() else { panic!("no preview") };
    assert_eq!((preview.warnings.len(), preview.total), (0, Amount::from_thousandths(1_000)));
    // Changed it is another video: it goes with the others.
    press(&mut state, "esc g");
    view_mut(&mut state).unwrap().at = of_8;
    press(&mut state, "e x enter");
    assert_eq!(planned::sum(&state, super::view(&state).unwrap()).0.len(), 3);
}

#[test]
fn what_the_records_say_was_never_made_is_not_called_lost() {
    let mut state = state_of(&[]);
    for (key, reason, charged) in
        [(1, domain::reason::Own::NothingMade, Charged::No), (2, domain::reason::Own::IdLost, Charged::Yes)]
    {
        let error = TaskError {
            code: domain::task::ID_LOST.into(),
            class: ErrorClass::Service,
            reason: Reason::Own(reason),
            charged,
        };
        add(&mut state, Task { phase: Phase::Failed { error }, remote: None, ..task(key, TaskState::Failed) });
    }
    let view = state::FailuresView::new(clusters::all(&state), state.work.tasks.counts);
    let mut names: Vec<String> = view.clusters.iter().map(|cluster| view::name(&view, cluster)).collect();
    names.sort();
    assert_eq!(names, ["service error: not created", "service error: task ID lost"]);
}

#[test]
fn the_models_to_choose_from_are_those_of_the_tasks_own_profile() {
    let mut state = state_of(&[]);
    let mut catalogue = engine::testing::catalogue();
    catalogue.models.truncate(1);
    let profile = Profile { name: "other".into(), ..state.work.settings.profile.clone() };
    state.work.settings.others.insert("other".into(), Other { profile, catalogue });
    let task = failed(8, ErrorClass::InvalidParams, "invalid params, duration 6 is not offered", "eight");
    add(&mut state, Task { profile: "other".into(), ..task });
    press(&mut state, "R e");
    let Some(mend) = state.screen.top::<Mend>() else { panic!("nothing is mended") };
    assert_eq!(choices(&state, mend, Field::Model), ["MiniMax-Hailuo-02"]);
}

#[test]
fn an_unknown_is_settled_not_sent() {
    let mut state = morning();
    press(&mut state, "R g j j j enter");
    assert!(matches!(state.screen.top(), Some(Resolve { key: TaskKey(6), .. })));
    press(&mut state, "esc e");
    assert!(state.screen.top::<FailuresView>().is_some());
}

#[test]
fn a_plan_is_followed_to_its_end_and_told_once() {
    let mut state = morning();
    sent(&mut state, vec![TaskKey(8), TaskKey(9)]);
    add(&mut state, task(8, TaskState::Saved));
    add(&mut state, task(9, TaskState::Running));
    tell_round(&mut state);
    assert!(!state.round.told);
    add(&mut state, Task { rev: 2, ..failed(9, ErrorClass::Service, "error", "nine") });
    tell_round(&mut state);
    tell_round(&mut state);
    let said = state.screen.messages.iter().filter(|m| m.text == "retried 2: 1 saved, 1 refused").count();
    assert_eq!(said, 1);
    state.round.told = false;
    words::lang::within(words::lang::Lang::Zh, || tell_round(&mut state));
    let last = state.screen.messages.back().unwrap();
    assert_eq!(last.text, "已重试 2 个：已保存 1、被拒 1");
}

#[test]
fn tasks_that_a_plan_leaves_out_for_one_reason_are_one_warning() {
    let mut state = morning();
    let refused: Vec<Task> =
        [3, 4].map(|key| failed(key, ErrorClass::PromptSensitive, "sensitive: \"a\"", "a fox")).into();
    open(&mut state);
    ready(&mut state, refused);
    let Some(preview) = state.screen.top::<Preview>() else { panic!("no preview") };
    let told: Vec<String> = preview.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["2 tasks are left out (#3, #4): the prompt was refused as sensitive and is unchanged"]);
}

#[test]
fn attempts_that_were_charged_already_are_told_as_one_or_as_many() {
    for (count, told) in [
        (1, "#1 was charged already, or may have been (0.5 PTC): the new attempt is charged too"),
        (2, "2 of these were charged already, or may have been (1.0 PTC): the new attempts are charged too"),
    ] {
        let mut state = state_of(&[]);
        let mut tasks: Vec<Task> =
            (1..=count).map(|key| failed(key, ErrorClass::Service, "error 17", "a fox")).collect();
        for task in &mut tasks {
            let error = TaskError { charged: Charged::Unknown, ..task.error().unwrap().clone() };
            task.phase = Phase::Failed { error };
            add(&mut state, task.clone());
        }
        open(&mut state);
        ready(&mut state, tasks);
        let Some(preview) = state.screen.top::<Preview>() else { panic!("no preview") };
        assert_eq!(preview.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(), [told]);
    }
}

/// A video judged sensitive, and three faults of the service, two of one code.
fn videos() -> App {
    let mut state = state_of(&[]);
    let of = |key: u32, code: i64| {
        let class = if code == 1027 { ErrorClass::OutputSensitive } else { ErrorClass::Service };
        let error = failed(key, class, "words", "p").error().unwrap().clone();
        Task {
            phase: Phase::Failed { error: TaskError { code: code.to_string(), ..error } },
            ..task(key, TaskState::Failed)
        }
    };
    for task in [of(1, 1027), of(2, 1000), of(3, 1000), of(4, 1013)] {
        add(&mut state, task);
    }
    table::go(&mut state, crate::keymap::Move::First);
    state
}

#[test]
fn a_video_judged_sensitive_is_not_chosen_unless_a_person_takes_it_in() {
    let mut state = videos();
    press(&mut state, "R");
    let planned = |state: &App| -> usize { view(state).unwrap().planned().map(|cluster| cluster.keys.len()).sum() };
    let sensitive = view(&state).unwrap().clusters.iter().position(|c| c.id.class == ErrorClass::OutputSensitive);
    assert_eq!((planned(&state), view(&state).unwrap().at), (3, sensitive.unwrap()));
    press(&mut state, "space");
    assert_eq!(planned(&state), 4);
    press(&mut state, "space");
    assert_eq!(planned(&state), 3);
    // A prompt that was refused is never taken in as it is.
    let mut state = morning();
    press(&mut state, "R space");
    assert_eq!(planned(&state), 2);
    assert!(state.screen.toasts.back().unwrap().text.starts_with("unchanged they would be refused again"));
}

#[test]
fn causes_of_one_kind_have_what_tells_them_apart() {
    let state = videos();
    let view = state::FailuresView::new(clusters::all(&state), state.work.tasks.counts);
    let names: Vec<String> = view.clusters.iter().map(|cluster| view::name(&view, cluster)).collect();
    assert_eq!(names, ["service error: 1000", "service error: 1013", "video refused"]);
}
