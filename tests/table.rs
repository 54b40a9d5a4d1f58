//! The table at the keyboard: what a day in front of it needs, as typed keys over the real reducer, pictures and store.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::TaskState;
use engine::msg::{Msg, Reread};
use service::answer::Reply;
use support::flow::{Flow, SENT, lost, no_channel, refused};

/// A dashboard that has sent a task for each answer.
fn with(answers: &[Option<Reply>]) -> Flow {
    Flow::start().sending(answers)
}

/// The header.
fn header(flow: &Flow) -> String {
    flow.screen().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn x_puts_a_failure_away_and_u_opens_it_again() {
    let mut flow = with(&[Some(refused(2013, "invalid params")), Some(no_channel())]);
    assert!(header(&flow).contains("!2"), "{}", flow.screen());
    flow!(flow, "g", "x");
    assert!(header(&flow).contains("!1"), "{}", flow.screen());
    assert!(flow.row("#2").contains("refused"), "its state stays\n{}", flow.screen());
    assert!(flow.row("#2").contains("put away"), "{}", flow.screen());
    let task = flow.tasks().pop().unwrap();
    assert_eq!((task.state(), task.put_away_at.is_some()), (TaskState::Refused, true));
    flow!(flow, "u");
    assert!(header(&flow).contains("!2"), "{}", flow.screen());
    assert_eq!(flow.tasks().pop().unwrap().put_away_at, None);
    // All of them: the red counts reach zero, and the failures by cause have nothing left.
    flow!(flow, "*", "x", "y", "R");
    assert!(!header(&flow).contains('!'), "{}", flow.screen());
    flow.shows("No open failures");
}

#[test]
fn what_is_open_is_found_by_the_filter_until_it_is_retried_or_put_away() {
    let mut flow = with(&[Some(no_channel()), Some(refused(2013, "invalid params")), None]);
    flow!(flow, "/", "state:open", "<Enter>");
    flow.shows("2 of 3");
    flow!(flow, "g", "x");
    flow.shows("1 of 3");
    flow!(flow, "r", "<Enter>");
    flow.live(SENT);
    flow.shows("0 of 4");
    flow!(flow, "<Esc>", "/", "retried:yes", "<Enter>");
    flow.shows("1 of 4");
    assert!(flow.row("#1").contains("refused"), "{}", flow.screen());
    flow!(flow, "<Esc>", "/", "batch:4 profile:302", "<Enter>");
    flow.shows("1 of 4");
    assert!(flow.row("#4").contains("prompt 1"), "{}", flow.screen());
}

#[test]
fn news_take_one_line_above_the_footer_and_the_same_kind_is_folded() {
    let mut flow = Flow::start();
    flow.resize(80, 24);
    flow!(flow, "p");
    for prompt in ["one", "two", "three"] {
        flow!(flow, "n", prompt, "<F2>", "<Enter>");
    }
    flow!(flow, "*", "x", "y");
    let line = flow.screen().lines().nth(22).unwrap_or_default().to_owned();
    assert!(line.contains("3 taken back; free") && line.contains("more: M"), "{}", flow.screen());
    // It leaves, and nothing covered a row.
    flow.live(6_000);
    flow.hides("3 taken back; free");
    flow!(flow, "M");
    flow.shows("#1 taken back");
}

#[test]
fn the_cursor_stays_after_a_send_and_keys_go_to_the_new_rows_and_back() {
    let mut flow = Flow::start();
    flow!(flow, "p");
    for n in 1..=30 {
        flow!(flow, "n", &format!("prompt {n}"), "<F2>", "<Enter>");
    }
    flow!(flow, "g", "G");
    flow.live(6_000);
    flow.shows("30 of 30");
    assert!(flow.row("30 of 30").contains('▲'), "{}", flow.screen());
    flow!(flow, "n", "the newest", "<F2>", "<Enter>");
    flow.live(6_000);
    flow.shows("▲ 1 new, 31 of 31");
    flow!(flow, "N");
    flow.shows("1 of 31 ▼");
    flow.hides("1 new");
    flow!(flow, "b");
    flow.shows("31 of 31");
    // The column that the rows are sorted by is named even where it has no room.
    flow!(flow, ":sort cost desc", "<Enter>");
    flow.shows("cost▾");
}

#[test]
fn r_enter_j_works_down_a_list_of_failures() {
    let mut flow = with(&[Some(no_channel()), Some(no_channel())]);
    flow!(flow, "g", "r", "<Enter>", "j", "r", "<Enter>");
    flow.live(SENT);
    let parents: Vec<_> = flow.tasks().into_iter().filter_map(|task| task.parent.map(|key| key.0)).collect();
    assert_eq!(parents, [2, 1]);
}

#[test]
fn what_is_typed_into_the_filter_replaces_the_old_text_and_a_fault_is_told() {
    let mut flow = with(&[Some(no_channel()), None]);
    flow!(flow, "/", "state:refused", "<Enter>", "/", "state:running", "<Enter>");
    flow.hides("refused");
    assert!(flow.row("#2").contains("running"), "{}", flow.screen());
    // A caret that moves keeps the text.
    flow!(flow, "/", "<End>", ",refused", "<Enter>");
    flow.shows("2 of 2");
    flow!(flow, "/", "stat:x");
    flow.shows("there is no field");
}

#[test]
fn a_number_on_the_command_line_goes_to_that_task_and_esc_at_rest_says_nothing() {
    let mut flow = with(&[None, None]);
    flow!(flow, "g", ":1", "<Enter>");
    assert!(flow.row("#1").starts_with('▌'), "{}", flow.screen());
    flow.live(10_000);
    let before = flow.screen();
    flow!(flow, "<Esc>");
    flow.hides("nothing is open");
    assert_eq!(flow.screen().lines().last(), before.lines().last());
}

/// Sends so many tasks whose outcome is unknown, then so many that are accepted.
fn with_unknown(unknown: usize, accepted: usize) -> Flow {
    let mut flow = Flow::start();
    flow.state.work.settings.queue.stop_after_failures = 0;
    for nth in 0..unknown + accepted {
        flow.answers.extend((nth < unknown).then(lost));
        flow!(flow, "n", &format!("prompt {}", nth + 1), "<F2>", "<Enter>");
        flow.live(SENT);
    }
    // The account sends five in a minute.
    flow.live(120_000);
    flow
}

#[test]
fn unknown_tasks_stay_in_sight_in_every_sort_and_filter_three_at_most() {
    let mut flow = with_unknown(2, 3);
    flow!(flow, ":sort key", "<Enter>", "/", "state:running", "<Enter>", "G");
    flow.shows("3 of 5");
    let lines: Vec<String> = flow.screen().lines().skip(2).take(3).map(str::to_owned).collect();
    assert!(lines[0].contains("#2 ? unknown") && lines[1].contains("#1 ? unknown"), "{}", flow.screen());
    assert!(lines[2].contains("#3 ▶ running"), "{}", flow.screen());
    // All that is shown is what passes: the pinned are not among it.
    flow!(flow, "*");
    flow.shows("●3");

    let mut flow = with_unknown(7, 1);
    flow.shows("4 more: 4 unknown");
    let pinned = flow.screen().lines().filter(|line| line.contains("? unknown")).count();
    assert_eq!(pinned, 7, "the others stand in their places\n{}", flow.screen());
    flow!(flow, "/", "state:running", "<Enter>");
    assert_eq!(flow.screen().lines().filter(|line| line.contains("? unknown")).count(), 3, "{}", flow.screen());
    flow.shows("4 more: 4 unknown");
    // The way to them all.
    flow!(flow, "/", "state:unknown", "<Enter>");
    flow.shows("7 of 8");
}

#[test]
fn a_filter_is_completed_while_it_is_typed_and_its_fault_is_shown_in_full() {
    let mut flow = with(&[Some(no_channel()), None]);
    flow!(flow, "/", "retr", "<Tab>");
    flow.shows("filter retried:");
    flow!(flow, "<Tab>");
    flow.shows("[retried:yes]");
    flow!(flow, "<Tab>", "<Enter>");
    flow.shows("2 of 2");
    flow!(flow, "/", "state:gone", "<Enter>");
    let screen = flow.screen().replace('\n', " ");
    let said: Vec<&str> = screen.split_whitespace().collect();
    let said = said.join(" ");
    for word in ["\"gone\" is not a value of state", "queued", "cancelled", "at_risk"] {
        assert!(said.contains(word), "{word}\n{}", flow.screen());
    }
}

#[test]
fn at_60_columns_every_part_of_detail_has_a_name_and_at_80_the_price_is_shown() {
    let mut flow = with(&[None]);
    flow.resize(60, 24);
    flow!(flow, "<Enter>");
    for name in ["[View]", "Time", "Req", "Ans", "Try"] {
        flow.shows(name);
    }
    flow.resize(80, 24);
    flow!(flow, "<Esc>");
    flow.shows("cost");
    assert!(flow.row("#1").contains("0.5"), "{}", flow.screen());
}

#[test]
fn nothing_stands_beside_what_lies_over_the_table() {
    let mut flow = with(&[None, None]);
    flow.resize(160, 50);
    for keys in [&["$"][..], &["M"], &["<ctrl-p>"]] {
        keys.iter().for_each(|key| flow.part(key));
        let framed: Vec<String> = flow.screen().lines().filter(|line| line.contains('│')).map(str::to_owned).collect();
        assert!(!framed.is_empty(), "{}", flow.screen());
        for line in framed {
            let (left, right) = (line.find('│').unwrap(), line.rfind('│').unwrap());
            let beside = format!("{}{}", &line[..left], &line[right + '│'.len_utf8()..]);
            assert_eq!(beside.trim(), "", "{}", flow.screen());
        }
        flow!(flow, "<Esc>");
    }
}

#[test]
fn the_palette_finds_what_people_type_and_offers_a_command_with_its_argument() {
    let mut flow = with(&[None]);
    flow!(flow, "<ctrl-p>", "theme", "<Enter>");
    flow.shows(":theme ");
    flow!(flow, "light", "<Enter>");
    flow.shows("theme is light until you quit; ui.theme in the config keeps it");
    flow!(flow, "<ctrl-p>", "language", "<Enter>");
    flow.shows(":set language ");
    flow!(flow, "<Esc>", "<ctrl-p>", "theme dark", "<Enter>");
    flow.shows("theme is dark until you quit");
    flow!(flow, ":set poll.every_seconds 5", "<Enter>");
    flow.shows("config sets all else");
}

#[test]
fn reload_reads_the_config_again_and_says_what_changed() {
    let mut flow = with(&[None]);
    let mut settings = flow.state.work.settings.clone();
    settings.poll.every_ms = 77_000;
    flow!(flow, ":reload", "<Enter>");
    flow.shows("reading the config again");
    let changed = vec!["poll.every_seconds".to_owned()];
    flow.take(Msg::Config(Ok(Box::new(Reread { settings, changed, fixed: Vec::new() }))));
    flow.shows("the config was reloaded; changed: poll.every_seconds");
    assert_eq!(flow.state.work.settings.poll.every_ms, 77_000);
}

#[test]
fn the_table_comes_back_as_it_was_left() {
    let mut flow = Flow::start();
    flow!(flow, "p");
    for n in 1..=30 {
        flow!(flow, "n", &format!("prompt {n}"), "<F2>", "<Enter>");
    }
    flow!(flow, ":sort prompt desc", "<Enter>", "/", "key<25", "<Enter>", "g");
    flow!(flow, "<Space>", "<Space>");
    for _ in 0..20 {
        flow!(flow, "j");
    }
    flow.live(6_000);
    let cursor = |flow: &Flow| -> String {
        flow.screen().lines().find(|line| line.starts_with('▌')).map(|line| line[..34].to_owned()).unwrap_or_default()
    };
    flow.shows("24 of 30, ●2, prompt▾, ▲ row 23");
    let left = cursor(&flow);
    flow!(flow, "q");
    assert!(flow.ended);
    let mut flow = flow.restart();
    flow.live(6_000);
    flow.shows("24 of 30, ●2, prompt▾, ▲ row 23");
    assert_eq!((flow.state.screen.table.sort.column.id, cursor(&flow)), ("prompt", left));
    // A task that is gone does not hold the cursor.
    flow!(flow, "j", "<Esc>", "<Esc>", "<Esc>", ":sort key desc", "<Enter>", "g");
    assert!(cursor(&flow).contains("#30"), "{}", flow.screen());
}

#[test]
fn rows_can_stand_by_batch_and_enter_unfolds_one() {
    let mut flow = Flow::start();
    flow.resize(100, 30);
    flow.answers.extend([no_channel()]);
    flow!(flow, "n", "a {red|blue|green} fox", "<F2>", "<Enter>");
    flow.live(SENT);
    flow!(flow, "n", "alone", "<F2>", "<Enter>");
    flow.live(20_000);
    flow!(flow, ":group batch", "<Enter>");
    // One line for the three: counts, money, how far it is.
    flow.shows("3 tasks");
    let line = flow.row("3 tasks");
    for part in ["▶2", "!1", "0% saved", "1.0 of 1.0 PTC", "a red fox"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(flow.row("#4").contains("alone"), "a single task stands for itself\n{}", flow.screen());
    flow.hides("a blue fox");
    flow!(flow, "G", "<Enter>");
    flow.shows("a blue fox");
    flow.shows("a green fox");
    // What is done there is done with the batch.
    flow!(flow, "x");
    flow.shows("No longer watched: 2 tasks, #2, #3");
    flow!(flow, "n", "<Enter>");
    flow.hides("a blue fox");
    flow!(flow, "e");
    flow.shows("This line is a batch: Enter shows its tasks");
    // It comes back like that, and goes again.
    let mut flow = {
        flow!(flow, "q");
        flow.restart()
    };
    flow.resize(100, 30);
    flow.shows("3 tasks");
    flow!(flow, ":group none", "<Enter>");
    flow.hides("3 tasks");
    flow.shows("a green fox");
    // The cursor comes back to the task that it was on, not to the first of its batch.
    flow!(flow, ":goto 2", "<Enter>", ":group batch", "<Enter>", ":group none", "<Enter>");
    let here = flow.row("▌");
    assert!(here.contains("#2 "), "{here}");
}

#[test]
fn the_archive_is_searched_from_the_table_and_only_looked_at() {
    let mut flow = with(&[Some(no_channel()), None, Some(refused(2013, "invalid params"))]);
    flow!(flow, "*", "x", "n");
    // Both failures are put away, and archived; the one that runs stays.
    flow!(flow, "<Esc>", "G", "x", "g", "x");
    flow!(flow, "q");
    let later = domain::time::Wall(flow.now.wall.0 + 1);
    let gone = flow.ground.store.archive(later, later).unwrap().tasks;
    assert_eq!(gone, 2);
    let mut flow = flow.restart();
    flow!(flow, "<Esc>", "<Esc>");
    assert_eq!(flow.row("#1"), "", "{}", flow.screen());
    flow!(flow, "/", "archived:", "<Enter>");
    assert!(flow.row("#1").contains("prompt 1") && flow.row("#3").contains("prompt 3"), "{}", flow.screen());
    flow.hides("prompt 2");
    // How many the archive has is not known here.
    flow.shows("2 shown");
    flow!(flow, "g", "r");
    flow.shows("It is archived");
    flow!(flow, "<Enter>");
    flow.shows("prompt 3");
    flow!(flow, "<Esc>", "/", "archived:all", "<Enter>");
    for prompt in ["prompt 1", "prompt 2", "prompt 3"] {
        flow.shows(prompt);
    }
    flow.shows("3 shown");
    flow!(flow, ":goto 1", "<Enter>");
    flow.hides("is archived");
    flow!(flow, "<Esc>");
    assert_eq!(flow.row("#1"), "", "{}", flow.screen());
    flow!(flow, ":goto 1", "<Enter>");
    flow.shows("#1 is archived; :filter archived:yes shows it");
    // Its key lies above all that the table has.
    flow!(flow, ":goto 3", "<Enter>");
    flow.shows("#3 is archived; :filter archived:yes shows it");
    flow!(flow, ":goto 4", "<Enter>");
    flow.shows("there is no task #4");
    flow!(flow, "<Esc>", ":cancel 3", "<Enter>");
    flow.shows("#3 is not in the table; :goto #3 looks for it in the archive");
}

#[test]
fn a_range_goes_over_batches_where_rows_stand_by_batch() {
    let mut flow = Flow::start();
    for prompt in ["a {cat|dog}", "one alone", "a {red|black} kite"] {
        flow!(flow, "n", prompt, "<F2>", "<Enter>");
        flow.live(SENT);
    }
    flow!(flow, ":", "group batch", "<Enter>", "g", "v", "<Down>");
    flow.shows("range");
    flow!(flow, "v");
    flow.shows("●3,");
    flow!(flow, "<Esc>", "g", "v", "G", "x");
    flow.shows("No longer watched: 5 tasks");
    flow!(flow, "n", "<Esc>");
    // A batch that is unfolded counts its tasks once.
    flow!(flow, "<Esc>", "g", "<Enter>", "v", "<Down>", "v");
    flow.shows("●2,");
}
