use super::*;
use crate::{
    change::{Corpus, bytes},
    keymap::commands::of_lines,
    msg::Input,
    shell::input::input,
    table,
    table::{columns, state::Sort},
    testing::state,
};
use domain::task::{
    TaskKey,
    TaskState::{Failed, Queued, Saved},
};
use engine::{
    act::Act,
    effect::{Effect, ListFor, LocalCmd, TermCmd},
    msg::LocalMsg,
    testing::listing,
};
use proptest::prelude::*;
use words::{lang, lang::Lang};

/// Types a command and Enter; gives what comes of it.
fn run(app: &mut App, text: &str) -> Vec<Wish> {
    app.screen.layers.clear();
    open(app);
    app.screen.top_mut::<CommandLine>().unwrap().line = LineEditor::new(text);
    let wishes = accept(app);
    crate::actions::follow_up(app, wishes)
}

fn fault(app: &App) -> &str {
    match app.screen.top::<CommandLine>() {
        Some(command) => command.fault.as_deref().unwrap_or_default(),
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
    assert_eq!(state.screen.table.sort, Sort { column: &columns::STATE, descending: true });
    run(&mut state, "sort #");
    assert_eq!(state.screen.table.sort.column.id, "key", "by its head");
    assert!(state.screen.layers.is_empty());
}

#[test]
fn an_action_is_a_command_by_its_id() {
    let mut state = state(&[Queued]);
    assert_eq!(run(&mut state, "balance"), [Wish::Act(Act::Balance)]);
    assert_eq!(run(&mut state, "quit"), [Wish::Act(Act::Quit)]);
    assert_eq!(run(&mut state, "retry"), []);
    assert!(fault(&state).starts_with("#1 has not been sent yet"));
    run(&mut state, "retyr");
    assert_eq!(fault(&state), "there is no command retyr; did you mean retry?");
    assert_eq!(run(&mut state, "ｑｕｉｔ"), [Wish::Act(Act::Quit)]);
}

#[test]
fn a_command_with_numbers_leaves_what_is_marked() {
    let mut state = state(&[Failed, Queued, Failed, Failed, Queued]);
    let marks: std::collections::BTreeSet<TaskKey> = [TaskKey(3), TaskKey(4)].into();
    state.screen.table.marks.clone_from(&marks);
    assert_eq!(run(&mut state, "cancel 2"), [Wish::Act(Act::Cancel(vec![TaskKey(2)]))]);
    run(&mut state, "cancel 5 1");
    let asked = state.screen.top::<crate::confirm::Confirm>().map(|confirm| confirm.act.clone());
    assert_eq!(asked, Some(Act::Cancel(vec![TaskKey(5), TaskKey(1)])));
    assert_eq!(crate::confirm::accept(&mut state).len(), 1);
    assert_eq!(run(&mut state, "download 5"), []);
    assert!(fault(&state).starts_with("#5 is queued"), "{}", fault(&state));
    for command in ["retry 1", "edit 1"] {
        run(&mut state, command);
        assert_eq!(state.screen.after.take().map(|after| after.tasks), Some(vec![(TaskKey(1), None)]), "{command}");
    }
    assert_eq!(state.screen.table.marks, marks);
    state.screen.layers.clear();
    // The next key is about the marks again.
    assert!(table::targets(&state).eq(marks.clone()));
    // A range ends where the cursor is, which stays.
    state.screen.table.marks.clear();
    table::go_to(&mut state, TaskKey(3));
    table::mark_range(&mut state);
    run(&mut state, "cancel 1");
    assert!(table::targets(&state).eq([TaskKey(3)]));
}

#[test]
fn a_refused_command_names_every_task_that_is_not_shown_and_leaves_the_cursor() {
    let mut state = state(&[Failed, Queued, Failed, Queued]);
    table::go_to(&mut state, TaskKey(2));
    state.screen.table.filter = engine::filter::Filter::parse("state:queued").unwrap();
    table::rearrange(&mut state);
    for (command, why) in [
        ("retry 1 3", "the filter hides #1, #3; :filter alone shows all"),
        ("cancel 4 3", "the filter hides #3; :filter alone shows all"),
        ("cancel 9 4 3", "#9 is not in the table; :goto #9 looks for it in the archive; the filter hides #3; :filter"),
        ("cancel 8 9", "#8, #9 are not in the table; :goto #8 looks for one in the archive"),
        ("retry 4", "#4 has not been sent yet"),
        ("resolve 4 lost", "#4 "),
    ] {
        assert_eq!(run(&mut state, command), [], "{command}");
        assert!(fault(&state).starts_with(why), "{command}: {}", fault(&state));
        state.screen.layers.clear();
        assert_eq!(state.screen.table.cursor, Some(TaskKey(2)), "{command}");
    }
}

#[test]
fn a_message_whose_second_row_it_covers_is_seen_to_go_on() {
    let mut state = state(&[Failed]);
    crate::toast::show(&mut state, engine::effect::Level::Warning, "why ".repeat(40), None);
    open(&mut state);
    let mut buf = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 80, 24));
    crate::shell::view::draw(&state, &mut buf);
    let row = (0..80).map(|x| buf[(x, 21)].symbol()).collect::<String>();
    assert!(row.contains("why") && row.contains('…'), "{row}");
}

#[test]
fn a_command_that_would_pay_is_not_run_by_its_name() {
    let mut state = state(&[Failed]);
    for (name, why) in
        [("send x", "it takes no argument"), ("yes", "Only its own key"), ("settle", "there is no command")]
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
    assert_eq!((state.work.settings.ui.theme.as_str(), state.work.settings.ui.ascii), ("light", true));
    run(&mut state, "theme pink");
    assert_eq!(fault(&state), "name a theme: dark, light, contrast, mono");
}

#[test]
fn the_mouse_and_the_language_change_at_once() {
    let mut state = state(&[]);
    assert_eq!(run(&mut state, "set mouse on"), [Wish::Effect(Effect::Term(TermCmd::Mouse(true)))]);
    assert!(state.work.settings.ui.mouse);
    let speak = |lang| vec![Wish::Effect(Effect::Local(LocalCmd::Speak { lang }))];
    assert_eq!(run(&mut state, "set language zh"), speak(Lang::Zh));
    assert_eq!(state.work.settings.ui.language, Some(Lang::Zh));
    assert_eq!(run(&mut state, "set language en"), speak(Lang::En));
    assert_eq!(run(&mut state, "set language auto"), speak(Lang::En), "the locale's");
    assert_eq!(state.work.settings.ui.language, None);
    run(&mut state, "set language fr");
    assert_eq!(fault(&state), "language is one of auto, en, zh");
}

#[test]
fn the_faults_of_the_draft_are_said_in_the_new_language() {
    let mut state = state(&[]);
    input(&mut state, Input::Key("n".parse().unwrap()));
    let said = |state: &App| state.screen.compose.faults.clone();
    let english = said(&state);
    run(&mut state, "set language zh");
    let chinese = lang::within(Lang::Zh, || {
        crate::compose::check_again(&mut state);
        said(&state)
    });
    run(&mut state, "set language zh");
    assert_eq!(said(&state), chinese);
    run(&mut state, "set language en");
    assert_eq!(said(&state), english);
}

#[test]
fn an_export_names_the_tasks_that_are_shown() {
    let mut state = state(&[Saved, Failed]);
    run(&mut state, "filter state:saved");
    let export = LocalCmd::Export { path: "~/out file.jsonl".into(), keys: vec![TaskKey(1)] };
    assert_eq!(run(&mut state, "export ~/out file.jsonl"), [Wish::Effect(Effect::Local(export))]);
}

#[test]
fn tab_goes_through_what_fits_and_enter_runs_it() {
    let mut state = state(&[Saved]);
    let type_keys = |state: &mut App, keys: &str| {
        for key in keys.split(' ') {
            let _ = input(state, Input::Key(key.parse().unwrap()));
        }
    };
    let text = |state: &App| match state.screen.top::<CommandLine>() {
        Some(command) => command.line.text().to_owned(),
        _ => String::new(),
    };
    type_keys(&mut state, "： s o tab");
    assert_eq!(text(&state), "sort ");
    type_keys(&mut state, "m tab");
    assert_eq!(text(&state), "sort model ");
    type_keys(&mut state, "tab tab");
    assert_eq!(text(&state), "sort model desc");
    type_keys(&mut state, "shift-tab enter");
    assert_eq!(state.screen.table.sort, Sort { column: &columns::MODEL, descending: false });
    type_keys(&mut state, ": g up");
    assert_eq!(text(&state), "sort model asc");
    type_keys(&mut state, "down");
    assert_eq!(text(&state), "g");
}

/// Answers the listing of a folder as the worker would.
fn listed(app: &mut App, typed: &str, folder: &str, names: &[&str]) {
    let msg = LocalMsg::Listed { typed: typed.into(), purpose: ListFor::Command, result: Ok(listing(folder, names)) };
    assert_eq!(crate::answers::local(app, msg), []);
}

#[test]
fn tab_completes_the_path_of_an_export() {
    let mut state = state(&[Saved]);
    open(&mut state);
    let set = |state: &mut App, text: &str| state.screen.top_mut::<CommandLine>().unwrap().line = LineEditor::new(text);
    let text = |state: &mut App| state.screen.top_mut::<CommandLine>().unwrap().line.text().to_owned();
    let asks = |typed: &str| {
        let purpose = ListFor::Command;
        vec![Wish::Effect(Effect::Local(LocalCmd::List { typed: typed.into(), purpose }))]
    };
    set(&mut state, "export ~/my v");
    assert_eq!(complete(&mut state, Direction::Forward), asks("~/my v"));
    listed(&mut state, "~/my v", "~/", &["my videos/", "notes"]);
    assert_eq!(text(&mut state), "export ~/my videos/");
    // A single one is taken: the next Tab looks into it.
    assert_eq!(complete(&mut state, Direction::Forward), asks("~/my videos/"));
    listed(&mut state, "~/my videos/", "~/my videos/", &["a.jsonl", "b.jsonl"]);
    assert_eq!(text(&mut state), "export ~/my videos/a.jsonl");
    assert_eq!(complete(&mut state, Direction::Forward), []);
    assert_eq!(text(&mut state), "export ~/my videos/b.jsonl");
    // An answer to what is no longer typed changes nothing.
    set(&mut state, "export x");
    listed(&mut state, "y", "", &["yes"]);
    assert_eq!(text(&mut state), "export x");
}

#[test]
fn every_command_has_its_name_once_and_a_help_line() {
    for commands in [after_colon().collect::<Vec<_>>(), of_lines().collect()] {
        for (at, command) in commands.iter().enumerate() {
            assert!(!command.help().is_empty());
            assert!(commands[..at].iter().all(|earlier| earlier.name != command.name), "{}", command.name);
        }
    }
}

#[test]
fn sending_is_resumed_over_a_preview() {
    let mut state = state(&[]);
    state.screen.open(Preview::of(crate::preview::state::Purpose::New, vec![]));
    // Paused since its start, this program alone: a person's word holds for the others, too.
    state.work.queue.paused = true;
    for (text, act) in [("pause", Act::Pause(true)), ("resume", Act::Resume)] {
        open_with(&mut state, text);
        let wishes = accept(&mut state);
        assert_eq!(crate::actions::follow_up(&mut state, wishes), [Wish::Act(act)], "{text}");
        assert!(state.screen.top::<Preview>().is_some(), "{text}");
    }
    open_with(&mut state, "filter");
    assert_eq!((accept(&mut state), fault(&state)), (vec![], "not over a preview: Esc goes back first"));
}

#[test]
fn a_number_alone_goes_to_its_task_and_what_is_no_number_is_named() {
    let mut state = state(&[Saved, Saved]);
    run(&mut state, "#1");
    assert_eq!(state.screen.table.cursor, Some(TaskKey(1)));
    for (text, why) in [
        ("#", "there is no command #"),
        ("goto", "it takes a task's number, such as 12"),
        ("goto twelve", "\"twelve\" is not a task's key; keys look like #12"),
        ("show 1 2", "\"1 2\" is not a task's key; keys look like #12"),
        ("pause now", "it takes no argument"),
        ("resume now", "it takes no argument"),
        ("who else", "it takes no argument"),
        ("reload all", "it takes no argument"),
    ] {
        assert_eq!(run(&mut state, text), [], "{text}");
        assert!(fault(&state).starts_with(why), "{text}: {}", fault(&state));
    }
}

#[test]
fn every_option_of_set_is_set_and_named_in_its_help_and_in_its_fault() {
    let mut state = state(&[]);
    run(&mut state, "set colour red");
    let text = fault(&state).to_owned();
    let help = named("set").unwrap().help();
    for option in behind::OPTIONS {
        run(&mut state, &format!("set {option} nothing"));
        assert!(!fault(&state).is_empty() && !fault(&state).starts_with("it sets"), "{option}: {}", fault(&state));
        assert!(text.contains(option), "{option}: {text}");
        for lang in [Lang::En, Lang::Zh] {
            lang::within(lang, || assert!(lang::tr(help).contains(option), "{option}: {}", lang::tr(help)));
        }
    }
}

#[test]
fn the_budget_says_a_person_s_own_cap_where_the_day_has_none() {
    let mut state = state(&[]);
    state.work.settings.budget.per_day = None;
    let said = |state: &mut App| {
        run(state, "budget");
        state.screen.toasts.back().unwrap().text.clone()
    };
    assert_eq!(said(&mut state), "0.0 PTC spent today; the config sets no cap for a day");
    state.work.settings.budget.per_day_each = Some(domain::amount::Amount::from_thousandths(5_000));
    let own = "; yours: 0.0 of 5.0 PTC, 5.0 left; :budget +10 raises it for today";
    assert_eq!(said(&mut state), format!("0.0 PTC spent today; the config sets no cap for a day{own}"));
}

proptest! {
    #[test]
    fn a_line_is_read_whatever_it_says_and_nothing_is_paid(text in bytes(&Corpus::lines("commands"))) {
        let text = String::from_utf8_lossy(&text);
        let mut state = state(&[Saved, Failed, Queued]);
        let _ = (candidates(&state, &text), hint(&text), offered(&text));
        let wishes = run(&mut state, &text);
        let queues = |wish: &Wish| matches!(wish, Wish::Act(Act::Queue { .. }));
        prop_assert!(!wishes.iter().any(queues), "{text}: {wishes:?}");
        let mut buf = ratatui::buffer::Buffer::empty(Rect::new(0, 0, 80, 24));
        let _ = crate::shell::view::draw(&state, &mut buf);
        // What was refused stands there still, with the reason.
        prop_assert!(state.screen.top::<CommandLine>().is_none_or(|line| line.fault.is_some()), "{text}");
        prop_assert!(state.screen.commands.len() <= HISTORY);
    }
}
