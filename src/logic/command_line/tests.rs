use super::*;
use crate::{
    domain::task::{
        TaskKey,
        TaskState::{Failed, Running, Saved},
    },
    logic::{
        act::Act,
        effect::{Effect, LocalCmd},
        input::input,
        msg::Input,
        screen::{Column, Sort},
        testing::state,
    },
};

/// Types a command and Enter; gives what comes of it.
fn run(state: &mut State, text: &str) -> Vec<Do> {
    state.screen.layers.clear();
    open(state);
    view(state).unwrap().line = LineEditor::new(text);
    accept(state)
}

fn fault(state: &State) -> &str {
    match state.screen.layers.last() {
        Some(Layer::Command(command)) => command.fault.as_deref().unwrap_or_default(),
        _ => "",
    }
}

#[test]
fn commands_filter_sort_and_go() {
    let mut state = state(&[Saved, Failed, Saved]);
    run(&mut state, "filter state:saved");
    assert_eq!(state.screen.table.order, [TaskKey(3), TaskKey(1)]);
    run(&mut state, "goto 2");
    assert_eq!(fault(&state), "the filter hides #2; :filter alone shows all");
    run(&mut state, "filter");
    run(&mut state, "goto　＃２");
    assert_eq!(state.screen.table.cursor, Some(TaskKey(2)));
    run(&mut state, "sort state desc");
    assert_eq!(state.screen.table.sort, Sort { column: Column::State, descending: true });
    assert!(state.screen.layers.is_empty());
}

#[test]
fn an_action_is_a_command_by_its_id() {
    let mut state = state(&[Running]);
    assert_eq!(run(&mut state, "balance"), [Do::Act(Act::Balance)]);
    assert_eq!(run(&mut state, "quit"), [Do::Act(Act::Quit)]);
    assert_eq!(run(&mut state, "retry"), []);
    assert!(fault(&state).starts_with("#1 still runs"));
    run(&mut state, "retyr");
    assert_eq!(fault(&state), "there is no command retyr; did you mean retry?");
    assert_eq!(run(&mut state, "ｑｕｉｔ"), [Do::Act(Act::Quit)]);
}

#[test]
fn a_command_that_would_pay_is_not_run_by_its_name() {
    let mut state = state(&[Failed]);
    for (name, why) in [("send x", "it takes nothing"), ("yes", "Only its own key"), ("settle", "there is no command")]
    {
        assert_eq!(run(&mut state, name), [], "{name}");
        assert!(fault(&state).starts_with(why), "{name}: {}", fault(&state));
    }
}

#[test]
fn settings_last_for_the_session() {
    let mut state = state(&[]);
    run(&mut state, "theme light");
    run(&mut state, "set ascii on");
    assert_eq!((state.settings.ui.theme.as_str(), state.settings.ui.ascii), ("light", true));
    run(&mut state, "theme pink");
    assert_eq!(fault(&state), "name a theme: dark, light, contrast, mono");
}

#[test]
fn an_export_names_the_tasks_that_are_shown() {
    let mut state = state(&[Saved, Failed]);
    run(&mut state, "filter state:saved");
    let export = LocalCmd::Export { path: "~/out file.jsonl".into(), keys: vec![TaskKey(1)] };
    assert_eq!(run(&mut state, "export ~/out file.jsonl"), [Do::Effect(Effect::Local(export))]);
}

#[test]
fn tab_goes_through_what_fits_and_enter_runs_it() {
    let mut state = state(&[Saved]);
    let type_keys = |state: &mut State, keys: &str| {
        for key in keys.split(' ') {
            let _ = input(state, Input::Key(key.parse().unwrap()));
        }
    };
    let text = |state: &State| match state.screen.layers.last() {
        Some(Layer::Command(command)) => command.line.text().to_owned(),
        _ => String::new(),
    };
    type_keys(&mut state, "： s o tab");
    assert_eq!(text(&state), "sort ");
    type_keys(&mut state, "m tab");
    assert_eq!(text(&state), "sort model ");
    type_keys(&mut state, "tab tab");
    assert_eq!(text(&state), "sort model desc");
    type_keys(&mut state, "shift-tab enter");
    assert_eq!(state.screen.table.sort, Sort { column: Column::Model, descending: false });
    type_keys(&mut state, ": g up");
    assert_eq!(text(&state), "sort model asc");
    type_keys(&mut state, "down");
    assert_eq!(text(&state), "g");
}

#[test]
fn every_command_has_its_name_once_and_a_help_line() {
    for (at, command) in COMMANDS.iter().enumerate() {
        assert!(!command.help.is_empty());
        assert!(COMMANDS[..at].iter().all(|earlier| earlier.name != command.name), "{}", command.name);
    }
}
