//! Pictures on the screen: what is asked to be decoded, where it is drawn, and that nothing is asked where nothing is
//! shown.

#![cfg(feature = "pictures")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use base64::{Engine, prelude::BASE64_STANDARD};
use engine::{
    settings::{Pictures, Settings, paint},
    sight::{Of, Part},
};
use pictures::still;
use screens::msg::{Input, Inside, Terminal};
use support::{Home, flow::Flow, gate::Gate, pty::Pty};

/// Tasks that are saved, on a screen of that size.
fn saved(tasks: usize, (width, height): (u16, u16), settings: Settings) -> Flow {
    let mut flow = Flow::begin(settings, support::flow::now(0));
    for n in 1..=tasks {
        flow!(flow, "n", &format!("prompt {n}"), "<F2>", "<Enter>");
        flow.live(4_000);
    }
    flow.made = true;
    flow.live(120_000);
    flow.resize(width, height);
    flow!(flow, "g");
    flow.live(1_000);
    flow
}

fn with(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings::default();
    settings.queue.undo_ms = 0;
    change(&mut settings);
    settings
}

/// Cells that are a part of a picture: nothing else has a ground of its own here.
fn coloured(flow: &Flow) -> usize {
    flow.cells().iter().filter(|cell| matches!(cell.bg, ratatui::style::Color::Indexed(16..))).count()
}

#[test]
fn a_saved_video_stands_beside_the_facts_on_a_high_screen() {
    let flow = saved(1, (120, 40), with(|_| ()));
    let [sight] = flow.looked.as_slice() else { panic!("{:?}", flow.looked) };
    assert!(matches!(&sight.of, Of::Video { path, .. } if path.ends_with(".mp4")) && sight.part == Part::First);
    assert!(coloured(&flow) > 300, "{}", flow.screen());
    flow.shows("Overview");
    flow.shows("saved after");
}

#[test]
fn on_a_low_screen_it_has_a_part_of_its_own_and_is_decoded_only_there() {
    let mut flow = saved(1, (80, 24), with(|_| ()));
    flow!(flow, "<Enter>");
    assert_eq!((coloured(&flow), flow.looked.len()), (0, 0));
    flow!(flow, "h");
    flow.shows("[Picture]");
    flow.shows("video, frame 1 at 0.0 s");
    assert!(coloured(&flow) > 100, "{}", flow.screen());
    flow!(flow, ".");
    flow.shows("video, frame 2 at 0.0 s");
    flow!(flow, ",", ",");
    flow.shows("video, frame 1 at 0.0 s");
    assert_eq!(flow.looked.last().unwrap().part, Part::Frame(0));
}

#[test]
fn without_colours_it_is_drawn_in_signs() {
    let mut flow = saved(1, (80, 24), with(|settings| settings.ui.depth = paint::Depth::None));
    flow!(flow, "<Enter>", "h");
    assert_eq!(coloured(&flow), 0);
    flow.shows("........");
}

#[test]
fn where_pictures_are_off_none_is_decoded() {
    let mut flow = saved(1, (120, 40), with(|settings| settings.ui.pictures = Pictures::Off));
    flow!(flow, "<Enter>", "h");
    assert_eq!((coloured(&flow), flow.looked.len()), (0, 0));
    flow.hides("Picture");
    flow!(flow, ":set pictures blocks", "<Enter>", "l");
    assert_eq!(flow.looked.len(), 1);
}

#[test]
fn sharper_is_more_colours_and_again_fewer() {
    let mut flow = saved(1, (120, 40), with(|_| ()));
    let sharp = |flow: &Flow| flow.cells().iter().any(|cell| matches!(cell.bg, ratatui::style::Color::Rgb(..)));
    flow!(flow, "<Enter>");
    assert!(!sharp(&flow));
    flow!(flow, "+");
    assert!(sharp(&flow));
    flow!(flow, "+");
    assert!(!sharp(&flow));
}

#[test]
fn a_sheet_shows_six_frames_with_their_seconds_and_steps_through_them() {
    let mut flow = saved(1, (80, 24), with(|_| ()));
    flow!(flow, "<Enter>", "v");
    flow.shows("#1: 6 frames");
    assert_eq!(flow.looked.last().unwrap().part, Part::Sheet(6));
    for seconds in ["0.5 s", "1.5 s", "2.5 s", "3.5 s", "4.5 s", "5.5 s"] {
        flow.shows(seconds);
    }
    assert!(coloured(&flow) > 400, "{}", flow.screen());
    flow!(flow, "l", ".");
    assert_eq!(flow.looked.last().unwrap().part, Part::Frame(37));
    flow!(flow, "<Esc>", ":sheet", "<Enter>");
    flow.shows("#1: 6 frames");
    flow!(flow, "q");
    flow.hides("6 frames");
}

#[test]
fn two_videos_stand_side_by_side_with_what_they_were_asked_for() {
    let mut flow = saved(2, (120, 40), with(|_| ()));
    flow!(flow, ":compare #1 #2", "<Enter>");
    flow.shows("#1 and #2 at the same moments");
    flow.shows("Prompt");
    flow!(flow, "<Esc>", "*", ":compare", "<Enter>");
    flow.shows("#1 and #2 at the same moments");
    flow!(flow, "<Esc>", ":compare #1", "<Enter>");
    flow.shows("name two tasks");
    flow!(flow, "<Esc>", ":compare #1 #9", "<Enter>");
    flow.shows("there is no task #9");
}

#[test]
fn the_gallery_is_the_table_as_posters_with_its_keys() {
    let mut flow = saved(3, (120, 40), with(|_| ()));
    flow!(flow, ":gallery", "<Enter>");
    flow.live(1_000);
    flow.shows("Gallery, 1 of 3");
    assert!(coloured(&flow) > 300, "{}", flow.screen());
    flow!(flow, "l", " ");
    // A mark goes on to the next.
    flow.shows("Gallery, 3 of 3");
    flow.shows("1 marked");
    flow!(flow, "r");
    flow.shows("saved");
    flow.shows("Enter");
    flow!(flow, "<Esc>", "/", "prompt 3", "<Enter>");
    flow.shows("Gallery, 1 of 1");
    flow.shows("1 of 3");
    flow.shows("next poster");
    // A poster is one task's: a batch stands as a line.
    flow!(flow, "<Esc>", ":group batch", "<Enter>");
    flow.hides("Gallery");
    flow.shows("by batch");
    flow!(flow, ":gallery", "<Enter>");
    flow.shows("Gallery, ");
    flow.hides("by batch");
    // It is closed before the program is left.
    flow!(flow, "q");
    flow.hides("Gallery");
}

/// Cells that belong to pixels, and the terminal's way by which those are sent.
fn pixels(flow: &Flow) -> usize {
    flow.cells().iter().filter(|cell| cell.symbol().starts_with('\u{10eeee}')).count()
}

fn told(shows: Option<Pictures>, cell: Option<(u16, u16)>) -> Input {
    Input::Terminal(Terminal { name: "xterm-256color".into(), shows, cell, inside: Inside::Nothing })
}

#[test]
fn what_the_terminal_answers_makes_pictures_sharp_and_is_remembered() {
    let mut flow = saved(1, (120, 40), with(|_| ()));
    flow.take(told(None, None));
    assert!(pixels(&flow) == 0 && coloured(&flow) > 300);
    flow.take(told(Some(Pictures::Kitty), None));
    assert!(pixels(&flow) > 300 && coloured(&flow) == 0, "{}", flow.screen());
    flow.live(5_000);
    let mut flow = flow.restart();
    flow.resize(120, 40);
    flow!(flow, "g");
    flow.live(1_000);
    // Its name is known before it has answered.
    assert_eq!(pixels(&flow), 0);
    flow.take(told(None, None));
    assert!(pixels(&flow) > 300);
    // Another one under the same name.
    flow.take(told(Some(Pictures::Blocks), None));
    assert!(pixels(&flow) == 0 && coloured(&flow) > 300);
}

#[test]
fn a_way_that_is_set_is_taken_where_it_can_be() {
    let set = |pictures| saved(1, (120, 40), with(|settings| settings.ui.pictures = pictures));
    for (pictures, terminal, shown) in [
        (Pictures::Kitty, told(None, None), true),
        (Pictures::Iterm2, told(None, None), true),
        (Pictures::Sixel, told(None, Some((8, 16))), true),
        // Without a cell's size it would be drawn over its neighbours.
        (Pictures::Sixel, told(None, None), false),
        (Pictures::Blocks, told(Some(Pictures::Kitty), None), false),
        (Pictures::Kitty, Input::Terminal(Terminal { inside: Inside::Screen, ..Terminal::default() }), false),
        (Pictures::Iterm2, Input::Terminal(Terminal { inside: Inside::Tmux, ..Terminal::default() }), false),
        (Pictures::Kitty, Input::Terminal(Terminal { inside: Inside::Tmux, ..Terminal::default() }), true),
    ] {
        let mut flow = set(pictures);
        flow.take(terminal.clone());
        assert_eq!(pixels(&flow) > 300, shown, "{pictures:?} {terminal:?}\n{}", flow.screen());
        assert_eq!(coloured(&flow) > 300, !shown, "{pictures:?} {terminal:?}");
    }
}

#[test]
fn pixels_that_are_drawn_onto_the_screen_are_others_at_another_place() {
    let mut flow = saved(1, (120, 40), with(|settings| settings.ui.pictures = Pictures::Sixel));
    flow.take(told(None, Some((8, 16))));
    let marks = |flow: &Flow| {
        let cells = flow.cells();
        let marked = cells.iter().filter(|cell| cell.symbol().starts_with('\u{10eeee}'));
        marked.map(|cell| format!("{:?}", cell.fg)).collect::<std::collections::BTreeSet<_>>()
    };
    let before = marks(&flow);
    flow.resize(121, 40);
    let after = marks(&flow);
    assert!(before.len() == 1 && after.len() == 1 && before != after, "{before:?} {after:?}");
}

#[test]
fn sharper_pixels_are_decoded_larger() {
    let mut flow = saved(1, (120, 40), with(|settings| settings.ui.pictures = Pictures::Kitty));
    flow!(flow, "<Enter>", "+");
    assert_eq!(flow.looked.last().unwrap().sides, (640, 360));
    assert!(pixels(&flow) > 300);
}

#[test]
fn compose_shows_the_picture_beside_the_short_fields_with_its_size() {
    for (size, most) in [((80, 24), 22), ((120, 40), 48), ((160, 50), 48)] {
        let mut flow = Flow::begin(with(|_| ()), support::flow::now(0));
        flow.resize(size.0, size.1);
        let path = flow.file("a fox.png", &support::images::png(640, 360));
        flow!(flow, "n", "a cat", "<Tab>", &path);
        flow.live(3_000);
        flow!(flow, "<Tab>");
        assert!(matches!(&flow.looked.last().unwrap().of, Of::Kept { .. }), "{:?}\n{}", flow.looked, flow.screen());
        flow.shows("First frame 640x360");
        for said in ["Model", "Resolution", "Count", "Optimizer", "Callback", "Send"] {
            flow.shows(said);
        }
        assert!((40..=most * most).contains(&coloured(&flow)), "{} {}", coloured(&flow), flow.screen());
        // Off, nothing is decoded and nothing gives way.
        flow!(flow, "<Esc>", ":set pictures off", "<Enter>", "n");
        assert_eq!(coloured(&flow), 0, "{}", flow.screen());
    }
}

#[test]
fn the_picker_shows_the_picture_under_the_cursor() {
    let mut flow = Flow::begin(with(|_| ()), support::flow::now(0));
    let first = flow.file("shelf/a.png", &support::images::png(640, 360));
    flow.file("shelf/b.png", &support::images::png(360, 640));
    flow.file("shelf/c.txt", b"no picture");
    flow!(flow, "n", "a cat", "<Tab>", first.strip_suffix("a.png").unwrap(), "<F7>");
    flow.live(1_000);
    flow.shows("b.png");
    assert_eq!(flow.looked.last().unwrap().of, Of::File(first.clone()), "{}", flow.screen());
    assert!(coloured(&flow) > 60, "{}", flow.screen());
    flow!(flow, "<Down>");
    assert!(matches!(&flow.looked.last().unwrap().of, Of::File(path) if path.ends_with("b.png")));
    let looked = flow.looked.len();
    flow!(flow, "<Down>");
    assert_eq!((flow.looked.len(), coloured(&flow)), (looked, 0), "{}", flow.screen());
}

#[test]
fn in_the_gallery_left_and_right_go_from_poster_to_poster() {
    let mut flow = saved(3, (120, 40), with(|_| ()));
    flow!(flow, "<Right>");
    flow.shows("Posters are shown in the gallery");
    flow!(flow, ":gallery", "<Enter>", "<Right>", "l");
    flow.shows("Gallery, 3 of 3");
    flow!(flow, "<Left>", "h");
    flow.shows("Gallery, 1 of 3");
    flow!(flow, "+");
    assert!(flow.cells().iter().any(|cell| matches!(cell.bg, ratatui::style::Color::Rgb(..))));
}

/// A dashboard whose compose shows a picture, in a terminal that answers that to the questions about itself.
fn in_a_terminal(answer: &str, set: Option<&str>) -> (Gate, Home, Pty) {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    std::fs::write(home.path().join("fox.png"), support::images::png(640, 360)).unwrap();
    if let Some(set) = set {
        let config = std::fs::read_to_string(home.config()).unwrap();
        std::fs::write(home.config(), format!("{config}\n[ui]\npictures = \"{set}\"\n")).unwrap();
    }
    let mut screen = Pty::sized(&home, 120, 40, &[]);
    screen.shows("balance");
    screen.until_bytes("the questions", |bytes| has(bytes, "\x1b[>q\x1b[16t\x1b[c"));
    screen.keys(answer);
    screen.until_input_is_read();
    screen.keys("n");
    screen.shows("New task");
    screen.keys("a cat");
    screen.shows("a cat");
    // No text, so it is never taken for a part of a paste.
    screen.keys("\x1b[B");
    screen.shows("a path or a URL");
    screen.keys("fox.png");
    screen.shows("fox.png");
    screen.keys("\x1b[B");
    screen.shows("First frame 640x360");
    (gate, home, screen)
}

fn has(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|part| part == what.as_bytes())
}

/// What stands between two marks, each time.
fn between(bytes: &[u8], from: &str, to: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split(from).skip(1).filter_map(|rest| Some(rest.split_once(to)?.0.to_owned())).collect()
}

fn quits(screen: &mut Pty) {
    screen.keys("\x1b");
    screen.shows("n new");
    screen.keys("\x03");
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
}

#[test]
fn a_terminal_that_says_it_is_kitty_is_sent_the_picture_and_gets_its_memory_back() {
    let (_gate, _home, mut screen) = in_a_terminal("\x1bP>|kitty(0.40.1)\x1b\\\x1b[6;20;10t\x1b[?62;c", None);
    // All of it has come when its cells stand.
    screen.until_bytes("its cells", |bytes| has(bytes, "\u{10eeee}\u{305}\u{305}"));
    let sent = between(&screen.bytes(), "\x1b_G", "\x1b\\");
    let first = sent.iter().position(|sent| sent.starts_with("a=T,U=1,f=100,i=")).unwrap();
    let data: String = sent[first..].iter().map(|sent| sent.split_once(';').unwrap().1).collect();
    let picture = still::decode(&BASE64_STANDARD.decode(data).unwrap(), 1 << 20).unwrap().picture;
    assert_eq!((picture.width(), picture.height(), picture.at(9, 9)), (320, 180, [0; 3]));
    quits(&mut screen);
    let number = sent[first].split("i=").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert!(has(&screen.bytes(), &format!("a=d,d=I,i={number}")));
}

#[test]
fn an_iterm2_gets_jpegs_and_a_sixel_terminal_gets_sixels() {
    let (_gate, _home, mut screen) = in_a_terminal("\x1bP>|iTerm2 3.5.10\x1b\\\x1b[?62;4c", None);
    screen.until_bytes("a picture", |bytes| has(bytes, "\x1b]1337;File=inline=1;"));
    screen.until_bytes("the last part", |bytes| {
        bytes.ends_with(b"\x1b[?2026l\x1b[5n") || bytes.ends_with(b"\x1b[?2026l")
    });
    for part in between(&screen.bytes(), "\x1b]1337;File=", "\x07") {
        let jpeg = BASE64_STANDARD.decode(part.split_once(':').unwrap().1).unwrap();
        assert!(still::decode(&jpeg, 1 << 20).is_ok());
    }
    quits(&mut screen);
    let (_gate, _home, mut screen) = in_a_terminal("\x1bP>|XTerm(390)\x1b\\\x1b[6;20;10t\x1b[?63;1;2;4;6c", None);
    screen.until_bytes("a picture", |bytes| has(bytes, "\x1bP0;1;0q\"1;1;"));
    quits(&mut screen);
    // What is set counts more than what is answered.
    let (_gate, _home, mut screen) =
        in_a_terminal("\x1bP>|XTerm(390)\x1b\\\x1b[6;20;10t\x1b[?63;1;2;4;6c", Some("kitty"));
    screen.until_bytes("its cells", |bytes| has(bytes, "\u{10eeee}\u{305}\u{305}"));
    assert!(!has(&screen.bytes(), "\x1bP0;1;0q"));
    quits(&mut screen);
}
