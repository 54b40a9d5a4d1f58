use super::*;
use crate::testing::{self, now};
use domain::{
    reason::store::{Deed, Fault, Kind, Why},
    task::{
        Row,
        TaskState::{self, Cancelled, Failed, Queued, Running, Saved},
    },
};
use engine::{
    act::Act,
    msg::{Detail, WriteResult},
};
use std::sync::Arc;
use words::lang::{Lang, within};

/// The face with one task for each of these, all known.
fn linear(states: &[TaskState]) -> Linear {
    let mut linear = Linear::new(Settings::default(), now(10_000));
    let keys = std::mem::replace(&mut linear.app, testing::state(states)).screen.keys;
    (linear.app.screen.keys, linear.app.work.tasks.loaded, linear.app.work.own.has_key) = (keys, true, true);
    linear.tell();
    linear.take_lines();
    linear
}

/// What is said to a line that is typed at that time.
fn said_at(linear: &mut Linear, line: &str, ms: u64) -> Vec<String> {
    let _ = linear.update(Heard::Line(line.into()), now(10_000 + ms));
    linear.take_lines()
}

fn said(linear: &mut Linear, line: &str) -> Vec<String> {
    said_at(linear, line, 0)
}

#[test]
fn every_command_of_the_table_is_taken_and_what_needs_a_screen_says_so() {
    for command in COMMANDS.iter().filter(|command| command.id != CommandId::Quit) {
        let mut linear = linear(&[Saved, Failed]);
        let lines = said(&mut linear, &format!("{} 1", command.name)).join("\n");
        let needs_screen = lines.contains("needs the screen");
        let here = of_lines().any(|here| here.name == command.name);
        assert_eq!(needs_screen, !here, "{}: {lines}", command.name);
        assert!(!lines.contains("There is no command"), "{lines}");
    }
    assert!(said(&mut linear(&[]), "freeze")[0].contains("needs the screen"));
}

#[test]
fn a_list_tells_what_was_charged_and_what_perhaps_was() {
    let mut linear = linear(&[Saved, TaskState::Refused, Queued, TaskState::Unknown]);
    let costs: Vec<String> = said(&mut linear, "list")
        .iter()
        .filter_map(|line| Some(line.split_once(':')?.0.rsplit_once(", ")?.1.to_owned()))
        .take(4)
        .collect();
    assert_eq!(costs, ["0.5 PTC", "not charged", "0.5 PTC", "0.5 PTC?"]);
}

#[test]
fn the_commands_are_the_same_words_in_chinese_help() {
    let head = |line: &String| line.split([' ', ':', '：']).next().unwrap_or_default().to_owned();
    let heads = |lang| {
        let lines = within(lang, || said(&mut linear(&[]), "help"));
        lines.iter().map(head).collect::<Vec<_>>()
    };
    assert_eq!(heads(Lang::Zh), heads(Lang::En));
    assert_eq!(said(&mut linear(&[]), "HELP resolve").len(), 1);
}

#[test]
fn what_is_no_command_does_nothing_and_says_so() {
    for line in [
        "sendd",
        "retry",
        "retry twelve",
        "send it",
        "resolve 7",
        "set colour red",
        "set duration ten",
        "show",
        "retry 9",
    ] {
        let mut linear = linear(&[Saved]);
        let before = linear.work().tasks.counts;
        assert_eq!(said(&mut linear, line).len(), 1, "{line}");
        assert!(linear.app.screen.layers.is_empty() && linear.work().tasks.counts == before, "{line}");
    }
    assert_eq!(said(&mut linear(&[]), "  "), [""; 0]);
}

/// What `new` shows, and the face with that preview.
fn offered(prompt: &str, ask_above: bool) -> Linear {
    let mut linear = linear(&[]);
    if ask_above {
        linear.app.work.settings.budget.ask_above = Some(domain::amount::Amount::ZERO);
    }
    let lines = said(&mut linear, &format!("new {prompt}"));
    assert!(lines[0].starts_with("Send ") && lines.last().unwrap().contains("this pays"), "{lines:?}");
    linear
}

/// Whether that line queues what was shown.
fn queues(linear: &mut Linear, line: &str) -> bool {
    let effects = linear.update(Heard::Line(line.into()), now(10_000 + DEAF));
    effects.iter().any(|effect| matches!(effect, Effect::Store(StoreCmd::Insert { .. })))
}

#[test]
fn nothing_is_sent_before_its_price_could_be_read() {
    let mut linear = offered("a cat", false);
    let lines = said_at(&mut linear, "send", DEAF - 1);
    assert_eq!(lines, ["That was too quick to have read the price. Type send again."]);
    assert!(queues(&mut linear, "send"));
    assert!(!queues(&mut linear, "send"));
}

#[test]
fn above_the_limit_the_number_of_tasks_must_be_typed() {
    for line in ["send", "send 1", "send 12"] {
        assert!(!queues(&mut offered("a {cat|dog}", true), line), "{line}");
    }
    assert!(queues(&mut offered("a {cat|dog}", true), "SEND 2"));
    assert!(!queues(&mut offered("a {cat|dog}", false), "send 3"));
}

#[test]
fn what_is_dropped_is_not_sent() {
    let mut linear = offered("a cat", false);
    assert_eq!(said(&mut linear, "drop"), ["Discarded. Nothing was queued."]);
    assert!(!queues(&mut linear, "send"));
}

#[test]
fn fields_are_set_by_their_names_in_both_languages() {
    let mut linear = linear(&[]);
    let mut set = |line: &str| said(&mut linear, line).join("\n");
    assert_eq!(set("set duration 6, 10"), "Duration: 6, 10 s");
    assert_eq!(set("set first-frame none"), "first-frame: none");
    assert_eq!(set("set duration 7"), "duration is one of 6, 10");
    assert_eq!(within(Lang::Zh, || set("set count 2")), "数量：2");
    assert!(set("set").starts_with("Model: MiniMax-Hailuo-02"));
}

#[test]
fn another_persons_task_is_asked_about_before_it_is_cancelled() {
    let mut linear = linear(&[Queued, Running]);
    linear.app.work.settings.who = Some("ann".into());
    let row = linear.app.work.tasks.rows.get_mut(&TaskKey(1)).unwrap();
    Arc::make_mut(&mut row.kind).who = "ben@desk".into();
    let asked = said(&mut linear, "cancel 1");
    assert_eq!(asked[1..], ["Not yours but ben@desk's: #1", "Type yes or no."]);
    assert_eq!(said(&mut linear, "no"), ["Nothing was changed."]);
    assert_eq!(said(&mut linear, "cancel 1"), asked);
    assert!(
        linear
            .app
            .screen
            .top::<Confirm>()
            .is_some_and(|confirm| matches!(&confirm.act, Act::Cancel(keys) if keys == &[TaskKey(1)]))
    );
    let _ = said(&mut linear, "yes");
    assert!(linear.app.screen.layers.is_empty());
    assert_eq!(said(&mut linear, "yes"), ["Nothing was asked."]);
}

#[test]
fn resuming_leaves_what_was_shown() {
    for line in ["pause", "resume"] {
        let mut linear = offered("a cat", false);
        let _ = said(&mut linear, line);
        assert!(linear.app.screen.top::<Preview>().is_some(), "{line}");
    }
}

#[test]
fn a_task_that_cannot_be_read_while_the_store_is_away_is_not_waited_for() {
    let mut linear = linear(&[Saved]);
    linear.app.work.store.away = Some(linear.app.work.now.wall);
    assert!(said(&mut linear, "show 1")[0].starts_with("It cannot be shown: the store is offline since "));
    assert!(!linear.owes());
}

#[test]
fn a_number_alone_is_goto_and_a_sign_alone_is_nothing() {
    let mut linear = linear(&[Saved]);
    assert!(said(&mut linear, "#1")[0].starts_with("#1 saved"));
    assert!(said(&mut linear, "#")[0].starts_with("There is no command #"));
}

#[test]
fn going_to_an_archived_task_tells_of_no_other_one() {
    let mut linear = linear(&[Saved]);
    assert_eq!(said(&mut linear, "goto 7"), [""; 0]);
    let task = testing::task(7, Saved);
    let found = Detail { task: task.clone(), events: vec![], ledger: vec![], line: vec![task] };
    let _ = linear.update(Heard::Work(Msg::Store(StoreMsg::Detail(Box::new(found)))), now(10_000));
    assert_eq!(linear.take_lines(), ["#7 is archived; filter archived:yes shows it"]);
}

/// What is asked of the archive by that line.
fn asked(linear: &mut Linear, line: &str) -> Vec<String> {
    let of_archive = |effect| match effect {
        Effect::Store(StoreCmd::Archived { filter, .. }) => Some(filter),
        _ => None,
    };
    linear.update(Heard::Line(line.into()), now(10_000)).into_iter().filter_map(of_archive).collect()
}

#[test]
fn the_archive_is_listed_once_the_store_has_told_it() {
    for (line, keys) in [
        ("list archived:", &["#9 saved"][..]),
        ("filter archived:", &["#9 saved"]),
        ("list archived:all", &["#1 saved", "#2 cancelled", "#9 saved"]),
        ("filter archived:all", &["#1 saved", "#2 cancelled", "#9 saved"]),
    ] {
        let mut linear = linear(&[Saved, Cancelled]);
        let filter = line.split_once(' ').unwrap().1;
        assert_eq!(asked(&mut linear, line), [filter], "{line}");
        assert_eq!((linear.take_lines().len(), linear.is_ready()), (0, false), "{line}");
        let rows = vec![Row::of(&testing::task(9, Saved))];
        let _ = linear.update(Heard::Work(Msg::Store(StoreMsg::Archived { filter: filter.into(), rows })), now(10_000));
        let lines = linear.take_lines();
        let starts = lines.iter().zip(keys).all(|(line, start)| line.starts_with(start));
        assert!(starts && lines.len() == keys.len() + 1 && linear.is_ready(), "{line}: {lines:?}");
        // What stands as the filter is listed again by its name alone, and gone to.
        if line.starts_with("filter") {
            assert!(said(&mut linear, "goto 9")[0].starts_with("#9 saved"));
            assert_eq!(asked(&mut linear, "list"), [filter]);
        }
    }
}

#[test]
fn an_archive_that_could_not_be_read_is_said_once() {
    for line in ["list archived:", "filter archived:"] {
        let mut linear = linear(&[Saved]);
        let _ = said(&mut linear, line);
        let why = Why::Sqlite { kind: Kind::Busy, said: String::new() };
        let fault = Fault { deed: Deed::Read, file: "reeltop.db".into(), why };
        let _ = linear.update(Heard::Work(Msg::Store(StoreMsg::Failed { ticket: None, fault })), now(10_000));
        let lines = linear.take_lines();
        let told = lines.iter().filter(|line| line.starts_with("The archive could not be read: reeltop.db"));
        assert_eq!((told.count(), linear.is_ready()), (1, true), "{line}: {lines:?}");
    }
}

#[test]
fn a_list_by_a_filter_counts_what_matches_beside_all() {
    let mut linear = linear(&[Saved, Failed, Failed, Saved]);
    let last = |lines: Vec<String>| lines.last().cloned().unwrap_or_default();
    assert_eq!(last(said(&mut linear, "list state:failed")), "2 of 4 tasks match state:failed, the newest last.");
    assert_eq!(last(said(&mut linear, "list")), "4 of 4 tasks, the newest last.");
}

#[test]
fn what_a_clone_or_an_edit_puts_into_compose_is_told_and_no_command_that_is_not_there() {
    for line in ["clone 1", "edit 1"] {
        let mut linear = linear(&[Failed]);
        linear.app.screen.compose.draft.prompt = "a dog".into();
        let mut lines = said(&mut linear, line);
        // What the work asked for by itself.
        linear.awaits_list = false;
        let task = testing::task(1, Failed);
        let detail = Detail { task: task.clone(), events: vec![], ledger: vec![], line: vec![task] };
        let _ = linear.update(Heard::Work(Msg::Store(StoreMsg::Detail(Box::new(detail)))), now(10_000));
        lines.extend(linear.take_lines());
        let lines = lines.join("\n");
        assert!(lines.contains("a cat") && lines.contains("send shows the price"), "{line}: {lines}");
        assert!(lines.contains("the earlier draft is saved\n") && !lines.contains(":other_draft"), "{line}: {lines}");
    }
}

#[test]
fn a_command_that_a_sentence_names_is_named_as_it_is_typed() {
    let mut linear = linear(&[Saved]);
    linear.app.screen.keys = Keymap::none();
    assert_eq!(said(&mut linear, "cancel 9"), ["#9 is not in the table; goto #9 looks for it in the archive"]);
    let lines = said(&mut linear, "send 99");
    assert_eq!(lines, ["Nothing is shown to send: new with a prompt, or retry with a task's number, first."]);
}

#[test]
fn a_saved_video_is_told_once() {
    let mut linear = linear(&[Running]);
    // Its file is there, and its row on its way to the disk.
    let saved = testing::task(1, Saved);
    linear.app.work.store.busy.insert(TaskKey(1), 1);
    linear.app.work.tasks.live.insert(TaskKey(1), saved.clone());
    crate::toast::show(&mut linear.app, engine::effect::Level::Info, "#1 saved: /v/1.mp4".into(), Some(TaskKey(1)));
    linear.tell();
    assert_eq!(linear.take_lines(), ["#1 saved: /v/1.mp4"]);
    linear.app.work.store.busy.clear();
    testing::add(&mut linear.app, saved);
    linear.tell();
    assert_eq!(linear.take_lines(), [""; 0]);
}

#[test]
fn the_money_has_no_empty_lines() {
    let mut linear = linear(&[Saved]);
    let _ = said(&mut linear, "money");
    linear.awaits_list = false;
    linear.tell();
    let lines = linear.take_lines();
    assert!(!lines.is_empty() && lines.iter().all(|line| !line.is_empty()), "{lines:?}");
}

#[test]
fn a_control_character_in_a_line_is_no_part_of_its_command() {
    assert_eq!(said(&mut linear(&[]), "\u{c}drop"), said(&mut linear(&[]), "drop"));
}

#[test]
fn what_was_done_is_told_once_and_only_when_it_is_on_disk() {
    let mut linear = linear(&[Queued, Saved]);
    assert_eq!(said(&mut linear, "cancel 1"), [""; 0]);
    let (ticket, write) = linear.app.work.store.pending.first_key_value().unwrap();
    let (ticket, rev) = (*ticket, write.task.rev + 1);
    let results = vec![WriteResult::Done { key: TaskKey(1), rev }];
    let _ = linear.update(Heard::Work(Msg::Store(StoreMsg::Written { ticket, results })), now(10_000));
    assert_eq!(linear.take_lines(), ["#1 taken back; free"]);
}
