//! Composing in keys: drafts, pictures, prompts and their files, as a person types them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::{request::ImageRef, time::HOUR};
use engine::{
    effect::LocalCmd,
    msg::{LocalMsg, Msg},
    user_files::UserFiles,
};
use screens::keymap::Pane;
use support::flow::{Flow, SENT, no_channel, refused};

/// A dashboard with one task, which was refused.
fn with_a_refusal() -> Flow {
    let mut flow = Flow::start();
    flow.answers.push_back(refused(1026, "input new_sensitive"));
    flow!(flow, "n", "a wounded fox", "<F2>", "<Enter>");
    flow.live(SENT);
    flow
}

#[test]
fn after_an_edit_was_left_a_new_task_is_new() {
    let mut flow = with_a_refusal();
    flow!(flow, "e");
    flow.shows("Edit and retry #1");
    flow!(flow, "<Esc>", "n");
    flow.shows("New task");
    flow.hides("a wounded fox");
    // Unchanged the edit is not kept.
    flow!(flow, "<F8>");
    flow.hides("edit of #1");
    flow!(flow, "<Esc>", "a cat", "<Esc>", "e", " asleep", "<Esc>", "n");
    flow.shows("New task");
    flow.shows("a cat");
    flow.hides("asleep");
    // The edit is among the drafts, and is an edit still.
    flow!(flow, "<F8>");
    flow.shows("edit of #1");
    flow!(flow, "<Enter>");
    flow.shows("Edit and retry #1");
    flow!(flow, "<F2>", "<Enter>");
    flow.live(SENT);
    assert_eq!(flow.tasks()[1].parent.map(|key| key.0), Some(1));
    assert_eq!(flow.posts[1].prompt, "a wounded fox asleep");
    flow!(flow, "n");
    flow.shows("New task");
    flow.hides("asleep");
}

#[test]
fn esc_goes_back_from_compose_to_where_it_was_opened() {
    let mut flow = with_a_refusal();
    for (keys, pane) in [(["3", "e"], Pane::Detail), (["<Enter>", "e"], Pane::Detail), (["2", "e"], Pane::Table)] {
        flow!(flow, keys[0], keys[1]);
        flow.shows("Edit and retry #1");
        // Another draft is of the same visit.
        flow!(flow, "<F8>", "<Enter>", "<Esc>");
        assert_eq!(flow.state.screen.pane, pane, "{keys:?}");
        flow!(flow, "2");
    }
}

#[test]
fn an_edit_from_last_time_still_repeats_its_attempt() {
    let mut flow = with_a_refusal();
    flow!(flow, "e", " asleep");
    flow.live(1_000);
    let mut flow = flow.restart();
    flow.shows("compose holds the edit of #1 from last time; 1 continues it");
    // A new task is new, and the edit is among the drafts.
    flow!(flow, "n");
    flow.shows("New task");
    flow.hides("asleep");
    flow!(flow, "a cat");
    flow.live(1_000);
    let mut flow = flow.restart();
    flow!(flow, "n");
    flow.shows("a cat");
    flow!(flow, "<F8>");
    flow.shows("edit of #1");
    flow!(flow, "<Enter>");
    flow.shows("Edit and retry #1");
    flow.shows("asleep");
    flow!(flow, "<F2>", "<Enter>");
    flow.live(SENT);
    let task = &flow.tasks()[1];
    assert_eq!((task.parent.map(|key| key.0), task.attempt), (Some(1), 2));
    assert_eq!(flow.posts[1].prompt, "a wounded fox asleep");
}

#[test]
fn an_edit_says_that_its_attempt_was_retried_meanwhile() {
    let mut flow = with_a_refusal();
    flow!(flow, "e", " asleep", "<Esc>", "r", "1", "<Enter>");
    flow.live(SENT);
    let mut flow = flow.restart();
    flow!(flow, "1");
    flow.shows("Edit and retry #1");
    flow.shows("#1 was already retried as #2");
    flow!(flow, "<F2>");
    flow.shows("Type 1 to confirm");
}

#[test]
fn of_one_draft_changed_by_two_programs_both_texts_are_kept() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a cat");
    flow.live(1_000);
    let mut flow = flow.restart();
    let mut other = flow.beside();
    other.live(50);
    let kept = |flow: &Flow| {
        let drafts = flow.store.overview().unwrap().drafts;
        let mut prompts: Vec<_> = drafts.into_iter().map(|kept| kept.draft.prompt).collect();
        prompts.sort();
        prompts
    };
    flow!(flow, "n", " asleep");
    flow.live(1_000);
    assert_eq!(kept(&flow), ["a cat", "a cat asleep"]);
    flow!(other, "n", " awake");
    other.live(1_000);
    assert_eq!(kept(&flow), ["a cat asleep", "a cat awake"]);
    flow!(flow, " at noon");
    flow.live(1_000);
    assert_eq!(kept(&flow), ["a cat asleep at noon", "a cat awake"]);
    flow!(other, "<F2>", "<Enter>");
    other.live(1_000);
    assert_eq!(kept(&flow), ["a cat asleep at noon"]);
}

#[test]
fn two_programs_that_begin_at_once_keep_a_draft_each() {
    let mut flow = Flow::start();
    flow.live(50);
    let mut other = flow.beside();
    flow!(flow, "n", "a cat");
    flow.live(1_000);
    flow!(other, "n", "a dog");
    other.live(1_000);
    assert_eq!(flow.store.overview().unwrap().drafts.len(), 2);
}

#[test]
fn a_draft_that_was_deleted_comes_back_and_f8_always_lists() {
    let mut flow = Flow::start();
    flow!(flow, "n", "one", "<F8>");
    flow.shows("an empty draft");
    flow!(flow, "<Enter>", "two", "<F8>");
    flow.shows("one");
    flow!(flow, "<Delete>");
    flow.hides("one");
    flow.shows("restores it");
    flow!(flow, "<Ctrl-_>");
    flow.shows("one");
    flow!(flow, "<Enter>");
    flow.shows("│ one");
    let drafts = flow.store.overview().unwrap().drafts;
    let mut prompts: Vec<String> = drafts.into_iter().map(|kept| kept.draft.prompt).collect();
    prompts.sort();
    assert_eq!(prompts, ["one", "two"]);
    // The way back is the same key.
    flow!(flow, "<F8>", "<Enter>");
    flow.shows("│ two");
}

#[test]
fn a_file_s_columns_that_are_no_field_are_left_out_with_one_key() {
    let mut flow = Flow::start();
    let text = b"Shot;Prompt;Duration\r\n1;\xd2\xbb\xd6\xbb\xc3\xa8;6\r\n2;a dog;10\r\n";
    let path = flow.file("sheet.csv", text);
    flow!(flow, "n", "<F5>");
    flow.paste(&path);
    flow!(flow, "<Enter>");
    flow.shows("read as GB18030");
    flow.shows("The column Shot is not a field");
    flow!(flow, "<Enter>");
    assert_eq!(flow.tasks(), []);
    flow!(flow, "p");
    flow.shows("The column Shot is left out");
    flow!(flow, "<Enter>");
    let asked: Vec<_> = flow.tasks().into_iter().map(|task| (task.request.prompt, task.request.duration)).collect();
    assert_eq!(asked, [("一只猫".to_owned(), 6), ("a dog".to_owned(), 10)]);
}

/// The line of compose's row of that name.
fn line(flow: &Flow, name: &str) -> String {
    flow.screen().lines().find(|line| line.contains(name)).unwrap_or_default().to_owned()
}

#[test]
fn a_picture_is_checked_while_its_path_is_typed_and_send_never_costs_nothing() {
    let mut flow = Flow::start();
    let (good, small) =
        (flow.file("fox.png", &support::images::png(640, 480)), flow.file("small.png", &support::images::png(64, 48)));
    flow!(flow, "n", "a cat", "<Tab>", &good);
    assert!(line(&flow, "First frame").contains("checking"), "{}", flow.screen());
    assert!(line(&flow, "Send").contains("checking the picture"), "{}", flow.screen());
    flow.live(200);
    assert!(line(&flow, "First frame").contains("PNG 640x480"), "{}", flow.screen());
    flow!(flow, "<Ctrl-u>", &small);
    flow.live(200);
    flow.shows("The picture is too small");
    flow!(flow, "<Ctrl-u>", &good.replace("fox.png", "no.png"));
    flow.hides("The picture is too small");
    flow.live(200);
    flow.shows("no such file");
    // A pattern without a match, and one with two.
    flow!(flow, "<Ctrl-u>", &good.replace("fox.png", "*.jpg"));
    flow.live(200);
    flow.shows("matches no picture");
    assert!(
        !line(&flow, "Send").contains("0.0 PTC") && line(&flow, "Send").contains("1 fault above"),
        "{}",
        flow.screen()
    );
    flow!(flow, "<Ctrl-u>", &good.replace("fox.png", "*.png"));
    flow.live(200);
    assert!(line(&flow, "First frame").contains("2 pictures"), "{}", flow.screen());
    // Of a folder the pictures are read when its row is left: a file's path begins with it.
    flow!(flow, "<Ctrl-u>", good.strip_suffix("fox.png").unwrap());
    flow.live(200);
    assert!(line(&flow, "First frame").contains("2 pictures"), "{}", flow.screen());
    flow!(flow, "<Ctrl-u>", &good, "<Tab>", "<F2>");
    flow.shows("Enter sends");
}

#[test]
fn a_picture_dropped_on_the_terminal_is_its_path() {
    let mut flow = Flow::start();
    let path = flow.file("my cat (1).png", &support::images::png(640, 480));
    let plain = path.replace(' ', "\\ ").replace('(', "\\(").replace(')', "\\)");
    for dropped in [format!("'{path}' "), plain, format!("file://{}", path.replace(' ', "%20"))] {
        flow!(flow, "n", "<F8>", "<Up>", "<Enter>", "a cat", "<Tab>");
        flow.paste(&dropped);
        flow.live(200);
        assert!(flow.screen().contains("PNG 640x480"), "{dropped}\n{}", flow.screen());
        flow!(flow, "<F2>", "<Enter>");
        flow.live(SENT);
        let sent = flow.posts.last().unwrap().first_frame.clone();
        assert!(matches!(&sent, Some(ImageRef::Stored(stored)) if stored.path == path), "{dropped} {sent:?}");
    }
    // In the lists of files too.
    flow!(flow, "n", "<Tab>", "<F7>");
    flow.paste(&format!("'{path}'"));
    flow.shows("my cat (1).png");
    flow!(flow, "<Enter>");
    flow.live(200);
    flow.shows("PNG 640x480");
}

#[test]
fn the_list_of_pictures_looks_inside_names_and_says_what_is_too_large() {
    let mut flow = Flow::start();
    let path = flow.file("a red fox.png", &support::images::png(640, 480));
    let mut large = support::images::png(640, 480);
    large.resize(21 << 20, 0);
    flow.file("fox.png", &large);
    flow!(flow, "n", "<Tab>", &path.replace("a red fox.png", "fox"), "<F7>");
    let screen = flow.screen();
    let place = |name: &str| screen.find(name).unwrap_or_else(|| panic!("{name}\n{screen}"));
    assert!(place("fox.png") < place("a red fox.png"), "{screen}");
    flow.shows("too large");
}

/// Four tasks: two that the gateway had no channel for, a prompt refused, a first frame missing.
fn with_failures() -> Flow {
    let mut flow = Flow::start();
    let invalid = "invalid params, first_frame_image is required";
    let answers = [no_channel(), no_channel(), refused(1026, "input new_sensitive"), refused(2013, invalid)];
    for (answer, prompt) in answers.into_iter().zip(["one", "two", "a wounded fox", "four"]) {
        flow.answers.push_back(answer);
        flow!(flow, "n", prompt, "<F2>", "<Enter>");
        flow.live(SENT);
    }
    flow
}

#[test]
fn the_plan_s_line_shows_what_it_would_send_group_by_group() {
    let mut flow = with_failures();
    flow!(flow, "R", "G");
    flow.shows("Plan 2 tasks, 1.0 PTC");
    flow.shows("2 service error, 1.0 PTC: retry");
    flow.shows("one");
    flow.shows("two");
    flow.hides("a wounded fox");
}

#[test]
fn a_first_frame_set_for_a_cause_is_completed_and_checked() {
    let mut flow = with_failures();
    let good = flow.file("frames/fox.png", &support::images::png(640, 480));
    flow.file("frames/small.png", &support::images::png(64, 48));
    let folder = good.strip_suffix("fox.png").unwrap();
    flow!(flow, "R", "g", "j", "j");
    flow.shows("set the first frame first");
    flow!(flow, "<Enter>", folder, "sm", "<Tab>");
    flow.shows("small.png");
    flow.shows("The picture is too small");
    // It cannot be kept.
    flow!(flow, "<Enter>");
    flow.shows("Set the first frame of");
    // The list of files, as in compose.
    flow!(flow, "<Ctrl-u>", folder, "<F7>");
    flow.shows("PNG 640x480");
    flow!(flow, "<Enter>");
    flow.shows("PNG 640x480");
    flow!(flow, "<Enter>");
    flow.shows("first frame set to");
}

#[test]
fn a_prompt_is_saved_as_a_template_and_listed_from_then_on() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a red kite", "<F6>", "kite");
    flow.shows("save the prompt as the template kite");
    flow!(flow, "<Enter>");
    let (name, prompt) = ("kite".to_owned(), "a red kite".to_owned());
    assert_eq!(flow.asked, [LocalCmd::KeepTemplate { name: name.clone(), prompt: prompt.clone() }]);
    let kept = UserFiles::TemplateKept { name, prompt, path: "config.toml".into(), result: Ok(()) };
    flow.take(Msg::Local(LocalMsg::UserFiles(kept)));
    flow.shows("the template kite is saved in config.toml");
    flow!(flow, "<Ctrl-u>", "at dusk ", "<F6>", "<Enter>", "<F2>");
    flow.shows("at dusk a red kite");
}

#[test]
fn one_row_of_a_preview_is_dropped_and_the_sum_follows() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a {red|blue|green} kite", "<F2>");
    flow.shows("3 tasks, 1.5 PTC in all");
    flow!(flow, "j", "<Delete>");
    flow.shows("2 tasks, 1.0 PTC in all");
    flow!(flow, "g", "<Delete>");
    flow.shows("Send one task?");
    flow!(flow, "<Delete>");
    flow.shows("One task is all there is");
    flow!(flow, "<Enter>");
    flow.live(SENT);
    assert_eq!(flow.posts.iter().map(|post| post.prompt.as_str()).collect::<Vec<_>>(), ["a green kite"]);
}

#[test]
fn rows_that_differ_in_duration_or_frame_only_look_different() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a cat", "<Tab>", "<Tab>", "<Tab>", "<Tab>");
    assert!(line(&flow, "Duration").starts_with('▌') || line(&flow, "▌").contains("Duration"), "{}", flow.screen());
    flow!(flow, "<Enter>", " ", "j", " ", "<Enter>", "<F2>", "G");
    let rows: Vec<String> =
        flow.screen().lines().filter(|line| line.contains("H-02 768P")).map(str::to_owned).collect();
    assert!(rows.len() == 2 && rows[0].contains("6s") && rows[1].contains("10s"), "{}", flow.screen());
    let mut flow = Flow::start();
    let path = flow.file("fox.png", &support::images::png(640, 480));
    flow.file("owl.png", &support::images::png(480, 640));
    flow!(flow, "n", "a cat", "<Tab>", &path.replace("fox", "*"), "<F2>", "G");
    let rows: Vec<String> =
        flow.screen().lines().filter(|line| line.contains("H-02 768P")).map(str::to_owned).collect();
    assert!(rows.len() == 2 && rows[0].contains("fox.png") && rows[1].contains("owl.png"), "{}", flow.screen());
}

#[test]
fn a_key_that_a_preview_names_does_something_there() {
    let mut flow = with_a_refusal();
    flow!(flow, "r");
    flow.shows("e edits before it sends");
    flow!(flow, "e");
    flow.shows("Edit and retry #1");
    flow!(flow, "<Esc>", "p", "n", "a cat", "<F2>");
    flow.shows("P resumes it");
    flow!(flow, "P");
    flow.hides("It would be queued only");
    flow.shows("Enter sends");
}

#[test]
fn the_send_row_is_in_sight_however_much_is_wrong() {
    let mut flow = Flow::start();
    flow!(
        flow,
        "n",
        "[Pan lef] [Zom in] [Push n] 【左移】 {a|b} ",
        "<Tab>",
        "/nowhere/a.png",
        "<Down>",
        "/nowhere/b.png"
    );
    flow.live(1_000);
    flow.shows("Send ");
    assert!(line(&flow, " Send ").contains("above"), "{}", flow.screen());
    flow!(flow, "<Up>", "<Up>");
    flow.live(1_000);
    assert!(line(&flow, " Send ").contains("above"), "{}", flow.screen());
}

#[test]
fn what_can_be_typed_is_said_where_it_is_typed_and_the_prompt_is_counted() {
    let mut flow = Flow::start();
    flow!(flow, "n");
    flow!(flow, "a {red fox|cat} runs");
    flow.shows("{a|b} makes a task of each");
    assert!(line(&flow, "4 of 199").len() > 1, "{}", flow.screen());
    flow.shows("words");
    flow!(flow, "<Tab>");
    flow.shows("folder/ or *.png");
    flow!(flow, "<Tab>", "<Tab>", "<Tab>");
    flow.shows("marks several");
}

#[test]
fn more_than_three_camera_commands_are_parted_by_a_key() {
    let mut flow = Flow::start();
    flow!(flow, "n");
    flow.paste("a cat [Pan left, Pan right, Zoom in, Zoom out, Shake]");
    flow!(flow, "<Ctrl-x>", "<F2>", "<Enter>");
    flow.live(SENT);
    assert_eq!(flow.posts[0].prompt, "a cat [Pan left, Pan right, Zoom in][Zoom out, Shake]");
}

#[test]
fn a_bad_line_of_a_file_opens_in_the_editor_and_the_file_is_read_again() {
    let mut flow = Flow::start();
    let path = flow.file("prompts.csv", b"shot,prompt,duration\n1,a cat,6\n2,a dog,7\n");
    flow!(flow, "n", "<F5>");
    flow.paste(&path);
    flow!(flow, "<Enter>");
    flow.shows("opens line 3");
    flow!(flow, "<F4>");
    assert_eq!(flow.asked, [LocalCmd::EditFile { path: path.clone(), line: 3 }]);
    flow.file("prompts.csv", b"prompt,duration\na cat,6\na dog,10\n");
    flow.take(Msg::Local(LocalMsg::FileEdited { path, result: Ok(()) }));
    flow.shows("2 tasks, 1.0 PTC in all");
    flow!(flow, "<Enter>");
    assert_eq!(flow.tasks().len(), 2);
}

#[test]
fn what_compose_says_of_a_draft_is_so() {
    let mut flow = Flow::start();
    let path = flow.file("fox.png", &support::images::png(640, 480));
    // A folder's pictures are not looked at while its path is typed.
    flow!(flow, "n", "a cat", "<Tab>");
    flow.paste(path.strip_suffix("fox.png").unwrap());
    flow.live(1_000);
    assert!(line(&flow, " Send ").contains("the pictures are checked when you leave the row"), "{}", flow.screen());
    flow!(flow, "<F2>");
    flow.shows("Enter sends");
    flow!(flow, "<Esc>", "<Ctrl-u>", "<Tab>");
    // A count that is no number.
    while !line(&flow, "▌").contains("Count") {
        flow!(flow, "<Tab>");
    }
    flow!(flow, "<Ctrl-u>", "abc");
    flow.shows("Count takes a whole number. Choose 1 to 100.");
    flow!(flow, "<Tab>");
    assert!(line(&flow, "Count ").contains("0   tasks"), "{}", flow.screen());
}

#[test]
fn a_pattern_finds_files_in_the_list_of_pictures() {
    let mut flow = Flow::start();
    let path = flow.file("fox.png", &support::images::png(640, 480));
    flow.file("notes.txt", b"x");
    flow!(flow, "n", "<Tab>", "<F7>");
    flow.paste(&path.replace("fox.png", "*.png"));
    flow.shows("fox.png");
    flow.hides("notes.txt");
    flow!(flow, "<Enter>");
    flow.live(200);
    flow.shows("PNG 640x480");
}

#[test]
fn the_list_of_commands_hides_nothing_that_is_said_of_the_prompt() {
    let mut flow = Flow::start();
    flow!(flow, "n", "a {w|b [");
    flow.shows("Pan left");
    flow.shows("brace");
    flow.shows("Close it");
    flow.resize(60, 16);
    flow.shows("Truck left");
}

#[test]
fn a_preview_says_what_its_keys_do() {
    let mut flow = with_a_refusal();
    flow!(flow, "r", "1", "<Enter>");
    flow.shows("sends in 3 s");
    flow.live(SENT);
    flow.hides("sends in 3 s");
    flow!(flow, "G", "r", "<Enter>");
    flow.shows("type the number of tasks, 1");
    flow.hides("This costs");
    flow!(flow, "<Esc>", "p", "n", "a dog", "<F2>");
    flow.shows("Enter queue");
    flow.hides("Enter send");
}

#[test]
fn the_prompt_of_an_archived_task_is_used_again() {
    let mut flow = with_a_refusal();
    flow!(flow, "x", "y");
    let now = flow.now.wall;
    assert_eq!(flow.store.archive(now.plus(HOUR), now).unwrap().tasks, 1);
    let mut flow = flow.restart();
    flow!(flow, "n", "<F3>", "wounded");
    flow.shows("a wounded fox");
    flow!(flow, "<Enter>");
    assert_eq!(flow.state.screen.compose.draft.prompt, "a wounded fox");
}
