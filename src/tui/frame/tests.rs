#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use super::*;
use proptest::prelude::*;
use ratatui::{
    layout::Position,
    style::{Color, Modifier, Style},
};
use screens::shell::view::Follower;
use std::num::NonZeroU16;

const SIZE: Rect = Rect::new(0, 0, 12, 9);
const REGION: ScrollRegion = ScrollRegion { top: 2, bottom: 8, first: 0 };

/// A terminal that keeps the bytes it was sent and shows what they make of its screen.
struct Terminal {
    parser: vt100::Parser,
    writer: FrameWriter<Vec<u8>>,
}

impl Terminal {
    fn new(size: Rect) -> Self {
        let cells = |n| NonZeroU16::new(n).unwrap();
        Self {
            parser: vt100::Parser::new(cells(size.height), cells(size.width), 0),
            writer: FrameWriter::new(Vec::new()),
        }
    }

    /// Presents a frame and gives the bytes that it took.
    fn show(&mut self, next: &Buffer, drawn: Drawn) -> Vec<u8> {
        let presented = self.writer.present(next.clone(), drawn).unwrap();
        let bytes = std::mem::take(self.writer.get_mut());
        assert_eq!(presented.bytes, bytes.len());
        self.parser.process(&bytes);
        bytes
    }

    /// Every cell with its style, and the cursor: two terminals that show the same give the same.
    fn screen(&self, size: Rect) -> Vec<String> {
        let screen = self.parser.screen();
        let cell = |x, y| {
            let cell = screen.cell(y, x).unwrap();
            let text = if cell.has_contents() { cell.contents() } else { " " };
            let attributes = (cell.bold(), cell.dim(), cell.underline(), cell.inverse());
            format!("{text}|{:?}|{:?}|{attributes:?}", cell.fgcolor(), cell.bgcolor())
        };
        let mut all: Vec<String> =
            (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y))).map(|(x, y)| cell(x, y)).collect();
        all.push(if screen.hide_cursor() { "hidden".into() } else { format!("{:?}", screen.cursor_position()) });
        all
    }
}

fn styles() -> [Style; 5] {
    [
        Style::new(),
        Style::new().fg(Color::Red),
        Style::new().fg(Color::Black).bg(Color::Yellow).add_modifier(Modifier::BOLD),
        Style::new().add_modifier(Modifier::DIM),
        Style::new().fg(Color::LightBlue).add_modifier(Modifier::BOLD | Modifier::REVERSED),
    ]
}

/// Some words of a frame: where, what, in which style.
type Words = (u16, u16, &'static str, usize);

#[derive(Clone, Debug)]
struct Step {
    first: usize,
    words: Vec<Words>,
    cursor: Option<(u16, u16)>,
    forget: bool,
}

fn a_step() -> impl Strategy<Value = Step> {
    let word = (
        0..SIZE.width,
        0..SIZE.height,
        prop::sample::select(vec!["a", "bcd", "雨夜", "▌", "──", "x 好 y", "é"]),
        0..5_usize,
    );
    (
        0..12_usize,
        prop::collection::vec(word, 0..6),
        prop::option::of((0..SIZE.width, 0..SIZE.height)),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(first, words, cursor, forget)| Step { first, words, cursor, forget })
}

/// A frame with a table of many lines, of which `first` is the first on the screen, and some words over it.
fn picture(step: &Step) -> (Buffer, Drawn) {
    let mut next = Buffer::empty(SIZE);
    for y in REGION.top..REGION.bottom {
        let line = step.first + usize::from(y - REGION.top);
        let text = ["line", "雨夜的街", "", "wide 好 end of it"][line % 4];
        next.set_stringn(0, y, format!("{line}{text}"), 12, styles()[line % 5]);
    }
    for (x, y, text, style) in &step.words {
        if *x > 0 && next[(x - 1, *y)].cell_width() > 1 {
            next[(x - 1, *y)].reset();
        }
        next.set_stringn(*x, *y, text, 12, styles()[*style]);
    }
    let cursor = step.cursor.map(|(x, y)| Position::new(x, y));
    (next, Drawn { cursor, scroll: Some(ScrollRegion { first: step.first, ..REGION }), ..Drawn::default() })
}

proptest! {
    #[test]
    fn any_sequence_of_pictures_shows_what_the_last_one_alone_shows(steps in prop::collection::vec(a_step(), 1..8)) {
        let mut terminal = Terminal::new(SIZE);
        for step in &steps {
            let (next, drawn) = picture(step);
            if step.forget {
                terminal.writer.invalidate();
            }
            terminal.show(&next, drawn);
            let mut fresh = Terminal::new(SIZE);
            fresh.show(&next, drawn);
            let differ: Vec<_> = terminal.screen(SIZE).into_iter().zip(fresh.screen(SIZE)).enumerate().filter(|(_, (a, b))| a != b).collect();
            prop_assert_eq!(differ, Vec::new());
        }
    }
}

fn step(first: usize) -> Step {
    Step { first, words: Vec::new(), cursor: None, forget: false }
}

#[test]
fn a_picture_that_changes_nothing_writes_nothing() {
    let mut terminal = Terminal::new(SIZE);
    let (next, drawn) = picture(&step(0));
    assert!(!terminal.show(&next, drawn).is_empty());
    assert_eq!(terminal.show(&next, drawn), b"");
}

#[test]
fn what_has_not_followed_the_cursor_yet_stays_until_it_does_or_its_place_changes() {
    let place = Rect::new(0, 8, 12, 1);
    let with = |words: &'static str, waits, place| {
        let (next, drawn) = picture(&Step { words: vec![(0, 8, words, 0)], ..step(0) });
        (next, Drawn { followers: [Follower { place, waits }, Follower::default(), Follower::default()], ..drawn })
    };
    let mut terminal = Terminal::new(SIZE);
    let mut last_row = |(next, drawn): (Buffer, Drawn)| {
        terminal.show(&next, drawn);
        terminal.parser.screen().rows(0, 12).last().unwrap()
    };
    assert_eq!(last_row(with("o play", true, place)), "o play");
    assert_eq!(last_row(with("r retry", true, place)), "o play");
    assert_eq!(last_row(with("r retry", false, place)), "r retry");
    assert_eq!(last_row(with("x cancel", true, Rect::new(0, 7, 12, 2))), "x cancel");
    assert_eq!(last_row(with("d download", true, Rect::default())), "d download");
}

#[test]
fn a_moved_table_is_moved_by_the_terminal_and_the_region_given_back() {
    let mut terminal = Terminal::new(SIZE);
    let (next, drawn) = picture(&step(0));
    terminal.show(&next, drawn);
    let (next, drawn) = picture(&step(1));
    let bytes = String::from_utf8(terminal.show(&next, drawn)).unwrap();
    assert!(bytes.starts_with("\x1b[?2026h\x1b[3;8r\x1b[1S\x1b[r") && bytes.ends_with("\x1b[?2026l"), "{bytes:?}");
}

#[test]
fn a_wiped_or_foreign_screen_is_written_over_without_a_clear() {
    let mut terminal = Terminal::new(SIZE);
    terminal.parser.process(b"\x1b[44;1mleft by another\r\nprogram\x1b[2;5r");
    let (next, drawn) = picture(&step(3));
    let bytes = terminal.show(&next, drawn);
    assert!(!bytes.windows(2).any(|bytes| bytes.ends_with(b"J")), "no clear");
    let mut fresh = Terminal::new(SIZE);
    fresh.show(&next, drawn);
    assert_eq!(terminal.screen(SIZE), fresh.screen(SIZE));
}

#[test]
fn another_size_is_written_whole() {
    let mut terminal = Terminal::new(SIZE);
    let (next, drawn) = picture(&step(0));
    terminal.show(&next, drawn);
    let larger = Rect::new(0, 0, 20, 10);
    terminal.parser.screen_mut().set_size(NonZeroU16::new(10).unwrap(), NonZeroU16::new(20).unwrap());
    let mut next = Buffer::empty(larger);
    next.set_string(0, 9, "at the bottom", Style::new());
    terminal.show(&next, Drawn::default());
    assert_eq!(terminal.parser.screen().contents().trim(), "at the bottom");
}

#[test]
fn a_line_that_fails_leaves_the_screen_unknown() {
    struct Broken(bool);
    impl Write for Broken {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) }
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = FrameWriter::new(Broken(false));
    let (next, drawn) = picture(&step(0));
    let whole = writer.present(next.clone(), drawn).unwrap();
    writer.get_mut().0 = true;
    writer.present(picture(&step(1)).0, drawn).unwrap_err();
    writer.get_mut().0 = false;
    assert_eq!(writer.present(next, drawn).unwrap(), whole);
}

#[test]
fn only_the_cursor_moves_when_only_the_cursor_moved() {
    let mut terminal = Terminal::new(SIZE);
    let (next, drawn) = picture(&step(0));
    terminal.show(&next, drawn);
    let at = |x| Drawn { cursor: Some(Position::new(x, 4)), ..drawn };
    assert_eq!(terminal.show(&next, at(2)), b"\x1b[?2026h\x1b[?25h\x1b[5;3H\x1b[?2026l");
    assert_eq!(terminal.show(&next, at(3)), b"\x1b[?2026h\x1b[5;4H\x1b[?2026l");
    assert_eq!(terminal.show(&next, drawn), b"\x1b[?2026h\x1b[?25l\x1b[?2026l");
}

/// A link on six cells of the first row.
fn path(uri: &str) -> Link {
    Link { places: vec![Rect::new(5, 0, 6, 1)], uri: uri.into() }
}

#[test]
fn the_cells_of_a_path_are_a_link_and_nothing_else_is() {
    let mut writer = FrameWriter::new(Vec::new());
    writer.lead_to(vec![path("file://box/a.mp4")]);
    let mut next = Buffer::empty(Rect::new(0, 0, 20, 2));
    next.set_string(0, 0, "File /a.mp4 x", Style::new());
    assert!(writer.present(next, Drawn::default()).is_ok());
    let bytes = String::from_utf8_lossy(writer.get_mut()).into_owned();
    assert!(bytes.contains("File \x1b]8;id=file;file://box/a.mp4\x1b\\/a.mp4\x1b]8;;\x1b\\ x"), "{bytes:?}");
    assert!(bytes.ends_with("\x1b[?2026l"));
}

#[test]
fn another_path_that_looks_alike_leads_elsewhere() {
    let mut writer = FrameWriter::new(Vec::new());
    let drawn = Drawn::default();
    let mut picture = Buffer::empty(Rect::new(0, 0, 12, 1));
    picture.set_string(5, 0, "/a.mp4", Style::new());
    for uri in ["file://box/a.mp4", "file://box/b/a.mp4"] {
        writer.lead_to(vec![path(uri)]);
        writer.get_mut().clear();
        assert!(writer.present(picture.clone(), drawn).is_ok());
        let bytes = String::from_utf8_lossy(writer.get_mut()).into_owned();
        assert!(bytes.contains(&format!("{uri}\x1b\\/a.mp4")), "{bytes:?}");
    }
    writer.get_mut().clear();
    assert_eq!(writer.present(picture.clone(), drawn).map(|frame| frame.bytes).unwrap_or(1), 0);
    writer.lead_to(Vec::new());
    assert!(writer.present(picture, drawn).is_ok());
    let bytes = String::from_utf8_lossy(writer.get_mut()).into_owned();
    assert!(bytes.contains("/a.mp4") && !bytes.contains("\x1b]8"), "the link goes without its cells: {bytes:?}");
}
