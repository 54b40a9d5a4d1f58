//! Acts at the keyboard: what they say before they act, and what takes them back; as typed keys over the real reducer,
//! pictures and store.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::{
    amount::{Amount, CostSource},
    catalogue::Catalogue,
    prices::{PriceList, Prices},
    problem::Charged,
    task::{TaskKey, TaskState},
    time::HOUR,
};
use engine::{
    effect::{Effect, HttpCmd},
    msg::{Msg, Reread, StoreMsg},
};
use service::answer::Reply;
use support::flow::{Flow, SENT, Say, answered, lost, no_channel, refused};

/// A dashboard that has sent a task for each answer; failures stop nothing.
fn with(answers: &[Option<Reply>]) -> Flow {
    let mut flow = Flow::start();
    flow.state.work.settings.queue.stop_after_failures = 0;
    flow.sending(answers)
}

fn footer(flow: &Flow) -> String {
    flow.screen().lines().last().unwrap_or_default().to_owned()
}

#[test]
fn an_act_on_several_says_keys_hidden_ones_what_is_left_and_the_money_first() {
    let mut flow = with(&[Some(no_channel()), None, None, Some(lost())]);
    flow!(flow, "p", "n", "unsent", "<F2>", "<Enter>");
    flow!(flow, "*", "/", "state:running", "<Enter>", "x");
    let before = flow.states();
    for line in [
        "Taken back, free: #5 (0.5 PTC not spent)",
        "No longer watched: 2 tasks, #2, #3 (1.0 PTC, stays charged: the",
        "Put away: #1",
        "Left unchanged: #4 (unknown)",
        "The filter hides 3 of them: ",
    ] {
        flow.shows(line);
    }
    flow!(flow, "n");
    assert_eq!(flow.states(), before, "a no does nothing");
    flow!(flow, "x", "y");
    let after = [TaskState::Refused, TaskState::Cancelled, TaskState::Cancelled, TaskState::Unknown];
    assert_eq!(flow.states()[..4], after);
    assert_eq!(flow.states()[4], TaskState::Cancelled);
    // What can be taken back of it is, at once: the two run on, and the failure is open again.
    assert!(footer(&flow).contains("u reopen 3"), "{}", flow.screen());
    flow!(flow, "u");
    flow.live(SENT);
    let after = [TaskState::Refused, TaskState::Running, TaskState::Running, TaskState::Unknown];
    assert_eq!(flow.states()[..4], after);
    assert_eq!(flow.tasks()[0].put_away_at, None);
}

#[test]
fn a_question_that_has_no_room_is_read_to_its_end() {
    let mut flow = with(&[Some(no_channel()), None, None, Some(lost())]);
    flow.resize(40, 12);
    flow!(flow, "p", "*", "/", "state:running", "<Enter>", "x");
    flow.hides("y yes · n no");
    for _ in 0..20 {
        flow!(flow, "j");
    }
    flow.shows("The filter hides");
    flow.shows("y yes · n no");
    flow!(flow, "k");
    flow.hides("y yes · n no");
    flow!(flow, "y");
    assert_eq!(flow.states()[1..3], [TaskState::Cancelled; 2]);
}

#[test]
fn the_footer_of_a_resolution_says_what_enter_does() {
    let mut flow = with(&[Some(lost())]);
    let mut other = flow.beside();
    flow!(flow, "g", "U");
    assert!(!footer(&flow).contains("resolve"), "{}", flow.screen());
    flow!(flow, "j");
    assert!(footer(&flow).contains("Enter resolve"), "{}", flow.screen());
    flow!(other, "g", "U", "j", "<Enter>");
    sees(&mut flow, 1);
    flow.shows("Enter closes");
    assert!(!footer(&flow).contains("resolve"), "{}", flow.screen());
}

#[test]
fn a_retry_of_several_says_what_the_filter_hides_and_what_is_left_out() {
    let mut flow = with(&[Some(no_channel()), Some(no_channel()), None]);
    flow!(flow, "*", "/", "key:2", "<Enter>", "r");
    flow.shows("#3 is left out");
    flow.shows("The filter hides 2 of them: #1, #3");
    flow.shows("1.0 PTC in all");
}

#[test]
fn edit_and_clone_say_that_they_take_one_of_the_marked() {
    let mut flow = with(&[Some(no_channel()), Some(no_channel())]);
    for key in ["e", "c"] {
        flow!(flow, "*", key);
        flow.shows("under the cursor, opens; the other marked tasks (1)");
        flow!(flow, "<Esc>", "<Esc>");
    }
}

#[test]
fn undo_says_beforehand_what_it_takes_back_and_keeps_a_pattern() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a {red|blue} fox", "<F2>", "<Enter>");
    assert!(footer(&flow).contains("u take back 2"), "{}", flow.screen());
    flow!(flow, "u");
    flow.live(SENT);
    assert_eq!((flow.states(), flow.posts.len()), (vec![TaskState::Cancelled; 2], 0));
    // A second key that was meant for the table changes nothing of it.
    flow!(flow, "u", "n");
    flow.shows("a {red|blue} fox");
    flow.hides("foxu");
    // It can be sent from there.
    flow!(flow, "<F2>", "<Enter>");
    flow.live(2 * SENT);
    assert_eq!(flow.posts.len(), 2);
}

#[test]
fn a_row_that_was_dropped_in_the_preview_does_not_come_back_with_undo() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a {red|blue|green} fox", "<F2>", "<Delete>", "<Enter>");
    assert!(footer(&flow).contains("u take back 2"), "{}", flow.screen());
    flow!(flow, "u", "n");
    flow.hides("{red|blue|green}");
}

#[test]
fn undo_never_touches_an_older_act() {
    let mut flow = with(&[Some(no_channel()), Some(no_channel())]);
    flow!(flow, "g", "x");
    assert!(footer(&flow).contains("u reopen #2"), "{}", flow.screen());
    flow!(flow, "j", "r", "<Enter>");
    assert!(footer(&flow).contains("u take back #3"), "{}", flow.screen());
    flow.live(SENT);
    flow!(flow, "u");
    flow.shows("Nothing from the last action (#3) is unsent");
    assert!(flow.tasks()[1].put_away_at.is_some(), "an older act stays");
}

#[test]
fn stopping_to_watch_and_settling_can_be_taken_back() {
    let mut flow = with(&[Some(lost()), None]);
    flow!(flow, "G", "x", "y");
    assert_eq!(flow.states()[1], TaskState::Cancelled);
    assert!(footer(&flow).contains("u watch #2 again"), "{}", flow.screen());
    flow!(flow, "u");
    assert_eq!(flow.states()[1], TaskState::Running);
    flow!(flow, "g", "U", "<Down>", "<Enter>");
    assert_eq!((flow.states()[0], flow.tasks()[0].charged()), (TaskState::Cancelled, Charged::Yes));
    assert!(footer(&flow).contains("u #1 unknown again"), "{}", flow.screen());
    flow!(flow, "u");
    assert_eq!((flow.states()[0], flow.tasks()[0].charged()), (TaskState::Unknown, Charged::Unknown));
}

#[test]
fn resolving_is_careful() {
    let mut flow = with(&[Some(lost()), Some(lost()), None]);
    flow!(flow, "g", "U");
    for said in [
        "prompt 2",
        "Sent 18:30 (",
        "Leave it unknown: 0.5 PTC",
        "Accepted, ID lost: 0.5 PTC",
        "Not created: not charged",
    ] {
        flow.shows(said);
    }
    flow!(flow, "<Enter>");
    assert_eq!(flow.states()[1], TaskState::Unknown, "Enter alone leaves it");
    // Of several failures by cause that are unknown none is chosen.
    flow!(flow, "R", "g", "<Enter>");
    flow.hides("Resolve #");
    flow.shows("2 are unknown: U resolves the one under the cursor");
    // Nor the one that the cursor comes to when another is settled elsewhere.
    flow!(flow, "<Esc>", "/", "state:unknown", "<Enter>", "g", "U", "<Down>", "<Enter>");
    assert_eq!(flow.states()[1], TaskState::Cancelled);
    flow!(flow, "U");
    flow.shows("the cursor moved to #1 when #2 left the table");
    flow!(flow, "k", "U");
    flow.shows("Resolve #1");
}

#[test]
fn q_says_what_waits_out_its_undo_time() {
    let mut flow = with(&[None]);
    flow!(flow, "n", "one more", "<F2>", "<Enter>", "q");
    flow.shows("#2 is not sent yet (0.5 PTC): its undo time is still running");
    flow!(flow, "n");
    assert!(!flow.ended);
    [":", "quit", "<Enter>"].iter().for_each(|key| flow.part(key));
    flow.shows("#2 is not sent yet");
    flow!(flow, "n");
    assert!(!flow.ended);
    flow.live(SENT);
    flow!(flow, "q");
    assert!(flow.ended);
}

#[test]
fn a_download_of_several_says_what_it_fetches_and_what_it_leaves() {
    let mut flow = with(&[Some(refused(2013, "invalid params")), None, None]);
    flow.state.work.settings.download.auto = false;
    flow.made = true;
    flow.live(120_000);
    flow!(flow, "*", "d");
    flow.shows("To download, free: 2 tasks, #2, #3");
    flow.shows("Left unchanged: #1 (refused)");
    flow!(flow, "y");
    flow.live(SENT);
    assert_eq!(flow.states(), [TaskState::Refused, TaskState::Saved, TaskState::Saved]);
}

#[test]
fn todays_cap_is_raised_from_inside_and_lasts_the_day() {
    let mut flow = Flow::start();
    flow.state.work.settings.budget.per_day = Some(Amount::from_thousandths(400));
    flow!(flow, ":", "budget", "<Enter>");
    flow.shows("0.0 of 0.4 PTC spent today, 0.4 left");
    for (wrong, why) in [
        ("budget 10", "today's cap can only be raised here, as in +10"),
        ("budget -10", "today's cap can only be raised here, as in +10"),
        ("budget +0", "a raise is more than 0"),
        ("budget more", "it takes a raise in PTC, such as +10"),
        ("budget +10 sheep", "it takes a raise in PTC, such as +10"),
        ("budget +99999999", "that is too much for one raise: 1000.0 PTC at most"),
    ] {
        flow!(flow, ":", wrong, "<Enter>");
        flow.shows(why);
        flow!(flow, "<Esc>");
    }
    flow!(flow, "n", "a cat", "<F2>");
    flow.shows("0.1 more than the day has left");
    flow.shows(":budget +0.1");
    flow!(flow, "<Esc>", "<Esc>", ":", "budget ＋10", "<Enter>");
    flow.shows("from 0.4 PTC to 10.4 PTC?");
    flow!(flow, "n", ":", "budget", "<Enter>");
    flow.shows("0.0 of 0.4 PTC spent today");
    flow!(flow, ":", "budget +10", "<Enter>", "y");
    flow.shows("today's cap is 10.4 PTC: raised by 10.0 PTC");
    flow!(flow, "n", "<F2>");
    flow.shows("0.0 of 10.4 PTC spent today; this batch: 0.5; left after it: 9.9");
    flow!(flow, "<Enter>");
    flow.live(SENT);
    assert_eq!(flow.states(), [TaskState::Running]);
    flow!(flow, "$");
    flow.shows("Cap raised by 10.0 PTC at ");
    flow!(flow, "<Esc>");
    let mut flow = flow.restart();
    flow.shows("0.5 PTC today, 9.9 left (cap +10.0)");
    let settings = flow.state.work.settings.clone();
    let reread = Reread { settings, changed: vec!["budget.per_day".into()], fixed: Vec::new() };
    flow.take(Msg::Config(Ok(Box::new(reread))));
    flow!(flow, ":", "budget", "<Enter>");
    flow.shows("0.5 of 10.4 PTC spent today, 9.9 left; raised by 10.0 PTC today");
    // Tomorrow it is the config's again.
    flow.live(24 * HOUR);
    flow!(flow, ":", "budget", "<Enter>");
    flow.shows("0.0 of 0.4 PTC spent today, 0.4 left; :budget +10");
}

#[test]
fn a_batch_larger_than_the_balance_is_warned_of_before_it_is_queued() {
    let mut flow = Flow::start();
    flow.script = |effect, _| match effect {
        Effect::Http { call: HttpCmd::Balance { .. }, .. } => Say::This(answered(r#"{"data":{"balance":"0.7"}}"#)),
        _ => Say::AsUsual,
    };
    flow!(flow, "$", "<Esc>", "n", "a {cat|dog}", "<F2>");
    flow.shows("This batch costs 1.0 PTC and the balance covers 0.7 PTC");
    flow!(flow, "<Delete>");
    flow.hides("This batch costs");
    flow.shows("0.0 of 20.0 PTC spent today; this batch: 0.5; left after it: 19.5");
    // What waits to be sent is set aside of the balance too.
    flow!(flow, "<Enter>", "p", "n", "one more", "<F2>");
    flow.shows("0.2 PTC");
    flow.shows("0.5 set aside; this batch: 0.5; left after it:");
}

#[test]
fn the_price_of_one_is_asked_for_where_nobody_knows_it_and_kept_as_typed() {
    let mut flow = Flow::start();
    flow.state.work.settings.profile.prices = Prices::new(PriceList::Minimax, &Catalogue { models: Vec::new() });
    flow.state.work.settings.budget.ask_above = None;
    flow.state.screen.compose.draft.model = "T2V-01".into();
    flow!(flow, "n", "a {cat|dog}", "<F2>");
    flow.shows("is not known");
    flow.shows("Price of one, in USD:");
    for nothing in ["0", "."] {
        flow!(flow, nothing, "<Enter>");
        flow.shows("a price is a number above 0");
        flow!(flow, "<Backspace>");
    }
    flow!(flow, "0.4", "<Enter>");
    flow.shows("2 tasks, 0.8 USD in all");
    assert!(flow.tasks().is_empty(), "the price alone sends nothing");
    flow!(flow, "<Enter>");
    let typed: Vec<_> = flow.tasks().iter().map(|task| (task.money().to_string(), task.cost_source)).collect();
    assert_eq!(typed, vec![("0.4 USD".to_owned(), Some(CostSource::Typed)); 2]);
    let reserved = flow.state.work.money.reserved.to_string();
    assert_eq!(reserved, "0.8 USD");
    // The same once more: what was typed stands there.
    flow.live(SENT);
    flow!(flow, "n", "a cow", "<F2>");
    flow.shows("Price of one, in USD: 0.4");
    flow!(flow, "<Esc>", "<Esc>");
    assert_eq!(flow.posts.len(), 2);
}

#[test]
fn a_cap_that_forbids_a_preview_is_raised_over_it() {
    let mut flow = Flow::start();
    flow.state.work.settings.budget.per_day = Some(Amount::from_thousandths(400));
    flow!(flow, "n", "a cat", "<F2>", "<Enter>");
    assert!(flow.tasks().is_empty());
    flow!(flow, ":", "send", "<Enter>");
    flow.shows("not over a preview");
    flow!(flow, "<Esc>", ":", "budget +0.1", "<Enter>", "y");
    flow.hides("Nothing can be queued");
    flow.shows("0.0 of 0.5 PTC spent today; this batch: 0.5; left after it: 0.0");
    flow!(flow, "<Enter>");
    flow.live(SENT);
    assert_eq!(flow.states(), [TaskState::Running]);
}

#[test]
fn set_says_what_it_set_and_for_how_long_or_why_not() {
    let mut flow = Flow::start();
    for (typed, said) in [
        ("set theme light", "theme is light until you quit; ui.theme in the config keeps it"),
        ("set mouse perhaps", "mouse is on or off"),
        ("set currency USD", "it sets theme, language, mouse,"),
        ("set language zh", "language"),
    ] {
        flow!(flow, ":", typed, "<Enter>");
        flow.shows(said);
        flow!(flow, "<Esc>");
    }
}

#[test]
fn failures_by_cause_take_in_only_what_is_fit_for_it_and_sum_each_cause() {
    let mut flow = with(&[Some(no_channel()), Some(refused(1026, "input new_sensitive")), Some(no_channel()), None]);
    flow!(flow, "R");
    for line in ["[x]   2  service error           1.0 PTC  retry", "[ ]   1  prompt refused          0.5 PTC"] {
        flow.shows(line);
    }
    flow!(flow, "G");
    flow.shows("Plan 2 tasks, 1.0 PTC");
    flow.shows("prompt 3");
    flow!(flow, "<Enter>", "<Enter>");
    // The account's pace lets five pass in a minute.
    flow.live(60_000);
    assert_eq!(flow.posts.len(), 6);
}

/// What another program did with that task is seen.
fn sees(flow: &mut Flow, key: u32) {
    let tasks = flow.store.look(&[TaskKey(key)]).unwrap();
    flow.take(Msg::Store(StoreMsg::Changed { tasks }));
}

#[test]
fn where_the_program_put_the_cursor_nothing_is_done_with_the_task() {
    let mut flow = with(&[Some(no_channel()), Some(no_channel()), Some(no_channel())]);
    flow!(flow, "/", "state:open", "<Enter>", "g", "y");
    flow.shows("Copy from #3");
    let mut other = flow.beside();
    flow!(other, "g", "x", "y");
    assert!(other.tasks()[2].put_away_at.is_some());
    sees(&mut flow, 3);
    // The menu is still that of the task that it was opened on, and copies nothing of another one.
    flow.shows("Copy from #3");
    flow!(flow, "p");
    assert_eq!(flow.copied, Vec::<String>::new());
    flow.shows("the cursor moved to #2 when #3 left the table");
    flow!(flow, "<Esc>");
    for key in ["r", "e", "c", "x", "d", "o", "Y", "y", "U"] {
        flow.state.screen.toasts.clear();
        flow!(flow, key);
        flow.shows("the cursor moved to #2 when #3 left the table");
        assert!(flow.state.screen.layers.is_empty(), "{key}");
    }
    flow!(flow, "k", "y", "p");
    assert_eq!(flow.copied, ["prompt 2"]);
    // Whoever puts a row away himself goes on with the next one.
    flow!(flow, "x", "x");
    assert!(flow.tasks().iter().all(|task| task.put_away_at.is_some()), "{}", flow.screen());
}

#[test]
fn what_resolving_chooses_is_seen_on_a_low_screen() {
    for (width, height) in [(40, 12), (40, 14), (60, 14), (80, 15)] {
        let mut flow = with(&[Some(lost())]);
        flow.resize(width, height);
        flow!(flow, "g", "U");
        for way in ["Leave it unknown", "Accepted, ID lost", "Not created", "Accepted, and its ID"] {
            let screen = flow.screen();
            let line = screen.lines().find(|line| line.contains(way)).unwrap_or_else(|| panic!("{way}\n{screen}"));
            assert!(line.contains('▌') && screen.contains("task ID") && screen.contains("Esc lea"), "{screen}");
            flow!(flow, "<Down>");
        }
    }
}

#[test]
fn what_another_program_resolved_is_not_resolved_once_more() {
    let mut flow = with(&[Some(lost())]);
    flow!(flow, "g", "U");
    let mut other = flow.beside();
    flow!(other, "g", "U", "j", "j", "<Enter>");
    assert_eq!(other.states(), [TaskState::Refused]);
    sees(&mut flow, 1);
    flow.shows("resolved by hand: the service never created it");
    flow.hides("Leave it unknown");
    flow.hides("task ID");
    // What is typed on goes nowhere.
    flow!(flow, "j", "x", "<Enter>");
    assert_eq!((flow.states(), flow.state.screen.layers.len()), (vec![TaskState::Refused], 0));
    assert!(flow.tasks()[0].put_away_at.is_none());
    flow.hides("Resolve #1");
}

#[test]
fn what_is_so_already_is_said_and_not_done_again() {
    let mut flow = with(&[None]);
    flow!(flow, ":", "resume", "<Enter>");
    flow.shows("already running");
    flow!(flow, ":", "pause", "<Enter>", ":", "pause", "<Enter>");
    flow.shows("already paused");
    flow!(flow, ":", "resume", "<Enter>");
    flow.shows("sending resumed");
}

#[test]
fn what_is_pasted_into_the_table_says_where_it_belongs() {
    let mut flow = with(&[None]);
    flow.paste("a cat");
    flow.shows("press n, then paste again");
}

#[test]
fn the_failures_by_cause_say_how_to_leave_them() {
    let mut flow = with(&[Some(no_channel()), Some(refused(2013, "invalid params, first_frame_image is required"))]);
    flow!(flow, "R");
    for _ in 0..3 {
        assert!(footer(&flow).contains("Esc back"), "{}", flow.screen());
        flow!(flow, "j");
    }
}

#[test]
fn the_help_runs_no_heading() {
    let mut flow = with(&[None]);
    flow!(flow, "n", "<F1>", "g", "<Enter>");
    flow.hides("✓ that line");
}

#[test]
fn whoever_does_something_with_a_row_that_leaves_goes_on_with_the_next_one() {
    let mut flow = with(&[Some(no_channel()), Some(no_channel()), Some(no_channel())]);
    flow!(flow, "/", "state:open", "<Enter>", "g", "r", "<Enter>");
    flow.hides(" #3 ");
    flow!(flow, "r");
    flow.hides("choose a task first");
    flow.shows("Retry of     #2");
}

#[test]
fn a_question_that_was_answered_with_no_is_nothing_that_was_done() {
    let mut flow = with(&[None, None, None]);
    flow!(flow, "/", "state:running", "<Enter>", "g", "x", "n");
    let mut other = flow.beside();
    flow!(other, "g", "x", "y");
    sees(&mut flow, 3);
    flow!(flow, "x");
    flow.shows("the cursor moved to #2 when #3 left the table");
    // What a person then chooses to see is chosen.
    flow!(flow, ":", "sort", " ", "cost", "<Enter>", "x");
    flow.shows("Stop watching?");
}

#[test]
fn what_another_program_archives_takes_the_cursor_to_no_task_that_was_chosen() {
    let mut flow = with(&[Some(no_channel()), Some(no_channel()), Some(no_channel())]);
    let archived =
        |flow: &mut Flow, key| flow.take(Msg::Store(StoreMsg::ArchivedElsewhere { keys: vec![TaskKey(key)] }));
    flow!(flow, "g");
    archived(&mut flow, 3);
    flow!(flow, "x");
    flow.shows("the cursor moved to #2 when #3 left the table");
    // A mark that is gone leaves no other task chosen.
    flow!(flow, "G", "<Space>", "g");
    archived(&mut flow, 1);
    flow!(flow, "x");
    flow.shows("the last mark left the table with #1: choose a task first");
    assert!(flow.tasks().iter().all(|task| task.put_away_at.is_none()), "{}", flow.screen());
}

#[test]
fn a_filter_that_is_cleared_gives_the_cursor_back_to_what_was_chosen() {
    let mut flow = with(&[None, None, None]);
    let mut other = flow.beside();
    // Where the filter is only looked at, what was not chosen stays so.
    flow!(flow, "/", "state:running", "<Enter>", "g");
    flow!(other, "g", "x", "y");
    sees(&mut flow, 3);
    flow!(flow, "/", "fox", "<Esc>", "x");
    flow.shows("the cursor moved to #2 when #3 left the table: choose a task first");
    flow!(flow, "<Esc>", "x");
    flow.shows("#3 is cancelled and has already ended");
    assert_eq!(flow.states()[..2], [TaskState::Running; 2]);
}

#[test]
fn no_batch_is_acted_on_that_nobody_chose() {
    let mut flow = Flow::start();
    flow.state.work.settings.queue.stop_after_failures = 0;
    flow.answers.extend(std::iter::repeat_with(no_channel).take(4));
    for prompt in ["a {cat|dog}", "a {red|black} kite"] {
        flow!(flow, "n", prompt, "<F2>", "<Enter>");
        flow.live(SENT);
    }
    let archived = |flow: &mut Flow, keys: &[u32]| {
        let keys = keys.iter().copied().map(TaskKey).collect();
        flow.take(Msg::Store(StoreMsg::ArchivedElsewhere { keys }));
    };
    flow!(flow, ":", "group batch", "<Enter>", "g");
    archived(&mut flow, &[3, 4]);
    flow!(flow, "x");
    flow.shows("the cursor moved to batch #1 when batch #3 left the table: choose");
    // One task of a batch is not all of it.
    flow!(flow, "g", "<Enter>", "j");
    archived(&mut flow, &[2]);
    flow!(flow, "x");
    assert!(flow.tasks().iter().all(|task| task.put_away_at.is_none()), "{}", flow.screen());
}

#[test]
fn the_copy_menu_is_that_of_the_one_marked_task() {
    let mut flow = with(&[Some(no_channel()), Some(no_channel())]);
    flow!(flow, "g", "<Space>", "G", "y");
    flow.shows("Copy from #2");
    flow!(flow, "p");
    assert_eq!(flow.copied, ["prompt 2"]);
}
