//! Pictures on the screen: what is asked to be decoded, where it is drawn, and that nothing is asked where nothing is shown.

#![cfg(feature = "pictures")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use engine::{
    settings::{Pictures, Settings, paint},
    sight::{Of, Part},
};
use screens::msg::{Input, Inside, Terminal};
use support::flow::Flow;

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
    flow!(flow, "j", " ");
    // A mark goes on to the next.
    flow.shows("Gallery, 3 of 3");
    flow.shows("1 marked");
    flow!(flow, "r");
    flow.shows("saved");
    flow.shows("Enter");
    flow!(flow, "<Esc>", "/", "prompt 3", "<Enter>");
    flow.shows("Gallery, 1 of 1");
    flow!(flow, "<Esc>");
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
fn sharper_pixels_are_decoded_larger() {
    let mut flow = saved(1, (120, 40), with(|settings| settings.ui.pictures = Pictures::Kitty));
    flow!(flow, "<Enter>", "+");
    assert_eq!(flow.looked.last().unwrap().sides, (640, 360));
    assert!(pixels(&flow) > 300);
}

#[test]
fn in_the_gallery_left_and_right_go_from_poster_to_poster() {
    let mut flow = saved(3, (120, 40), with(|_| ()));
    flow!(flow, "<Right>");
    flow.shows("only in the gallery");
    flow!(flow, ":gallery", "<Enter>", "<Right>", "l");
    flow.shows("Gallery, 3 of 3");
    flow!(flow, "<Left>", "h");
    flow.shows("Gallery, 1 of 3");
    flow!(flow, "+");
    assert!(flow.cells().iter().any(|cell| matches!(cell.bg, ratatui::style::Color::Rgb(..))));
}
