#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use super::*;
use ::pictures::protocol::{Once, Part, Place, Sending};
use ratatui::style::Style;
use screens::sights::view::whose;
use std::sync::Arc;

const SCREEN: Rect = Rect::new(0, 0, 10, 5);
const PLACE: Rect = Rect::new(1, 1, 4, 2);
const NUMBER: u8 = 9;

/// A picture of two parts side by side, `A` and `B`, ten bytes each.
fn parts() -> Arc<Sending> {
    let part =
        |x, sign: &str| Part { place: Place { x, y: 1, columns: 2, rows: 2 }, bytes: sign.repeat(10).into_bytes() };
    Arc::new(Sending::Parts(vec![part(1, "A"), part(3, "B")]))
}

/// A picture that is sent once, in three pieces of ten bytes.
fn once() -> Arc<Sending> {
    let pieces = ["P", "Q", "R"].map(|sign| sign.repeat(10).into_bytes()).to_vec();
    Arc::new(Sending::Once(Once { pieces, undo: b"undo".to_vec() }))
}

/// A screen with that picture and a text over it.
fn frame(id: u32, over: &str) -> Buffer {
    let mut buffer = Buffer::empty(SCREEN);
    buffer.set_string(0, 4, "below", Style::new());
    for at in PLACE.positions() {
        buffer[at].set_symbol(&PLACEHOLDER.to_string()).set_fg(whose(id));
    }
    write_over(&mut buffer, 3, 1, over);
    buffer
}

/// As a layer does it: what was there goes first.
fn write_over(buffer: &mut Buffer, x: u16, y: u16, text: &str) {
    (x..x + text.len() as u16).for_each(|x| buffer[(x, y)].reset());
    buffer.set_string(x, y, text, Style::new());
}

struct Line(FrameWriter<Vec<u8>>);

impl Line {
    /// Presents a screen; gives what was written, without the marks of a frame, and about how much is left.
    fn show(&mut self, next: Buffer, picture: Option<(u32, Option<Arc<Sending>>)>, bytes: usize) -> (String, usize) {
        let pictured = picture
            .map(|(id, sending)| Pictured { place: PLACE, pixels: Some(Pixeled { id, number: NUMBER, sending }) });
        self.0.trickle(pictured.into_iter().collect(), bytes);
        let presented = self.0.present(next, Drawn::default()).unwrap();
        let written = String::from_utf8(std::mem::take(self.0.get_mut())).unwrap();
        assert_eq!(presented.bytes, written.len());
        (written.replace("\x1b[?2026h", "").replace("\x1b[?2026l", ""), presented.left)
    }
}

fn line() -> Line {
    Line(FrameWriter::new(Vec::new()))
}

#[test]
fn parts_go_out_as_many_as_may_and_cost_nothing_while_they_stand_still() {
    let (mut line, sending) = (line(), Some((7, Some(parts()))));
    let (written, left) = line.show(frame(7, ""), sending.clone(), 10);
    assert!(written.contains("below") && written.ends_with("AAAAAAAAAA") && left == 10, "{written:?}");
    assert!(!written.contains(PLACEHOLDER));
    assert_eq!(line.show(frame(7, ""), sending.clone(), 0), (String::new(), 10));
    // One that is larger than may be goes alone.
    assert_eq!(line.show(frame(7, ""), sending.clone(), 3), ("BBBBBBBBBB".into(), 0));
    assert_eq!(line.show(frame(7, ""), sending, 99), (String::new(), 0));
}

#[test]
fn what_lay_over_a_part_has_it_drawn_again_and_what_follows_a_picture_clears_it() {
    let (mut line, sending) = (line(), Some((7, Some(parts()))));
    line.show(frame(7, ""), sending.clone(), 99);
    let (written, left) = line.show(frame(7, "x"), sending.clone(), 99);
    assert_eq!((written.as_str(), left), ("\x1b[2;4Hx", 0));
    assert_eq!(line.show(frame(7, ""), sending.clone(), 99), ("BBBBBBBBBB".into(), 0));
    // A redraw: all cells and all parts.
    line.0.invalidate();
    let (written, _) = line.show(frame(7, ""), sending, 99);
    assert!(written.ends_with("AAAAAAAAAABBBBBBBBBB") && written.contains("below"));
    let mut plain = frame(7, "");
    PLACE.positions().for_each(|at| plain[at].reset());
    let (written, _) = line.show(plain, None, 99);
    assert_eq!(written, "\x1b[2;2H\x1b[K\x1b[3;2H\x1b[K");
}

#[test]
fn until_another_picture_is_made_the_one_before_it_stays() {
    let mut line = line();
    line.show(frame(7, ""), Some((7, Some(parts()))), 99);
    assert_eq!(line.show(frame(8, ""), Some((8, None)), 99), (String::new(), 0));
    let (written, left) = line.show(frame(8, ""), Some((8, Some(parts()))), 10);
    assert_eq!((written.as_str(), left), ("AAAAAAAAAA", 10));
    assert_eq!(line.show(frame(8, ""), Some((8, Some(parts()))), 10), ("BBBBBBBBBB".into(), 0));
}

#[test]
fn a_picture_that_is_sent_once_is_seen_when_it_is_there_and_costs_only_its_cells_then() {
    let (mut line, sending) = (line(), Some((7, Some(once()))));
    let (written, left) = line.show(frame(7, ""), sending.clone(), 20);
    assert!(written.ends_with("PPPPPPPPPPQQQQQQQQQQ") && left == 10, "{written:?}");
    assert!(!written.contains(PLACEHOLDER));
    let (written, left) = line.show(frame(7, ""), sending.clone(), 999);
    assert!(written.ends_with("RRRRRRRRRR") && left == 0);
    let row = |y: u16| ::pictures::protocol::kitty::placeholder(0, y);
    assert!(written.contains(&row(0)) && written.contains(&row(1)) && written.contains("\x1b[38;5;9m"), "{written:?}");
    assert_eq!(written.matches(PLACEHOLDER).count(), 8);
    assert_eq!(line.show(frame(7, ""), sending.clone(), 999), (String::new(), 0));
    // It goes and comes back.
    line.show(Buffer::empty(SCREEN), None, 999);
    let (written, _) = line.show(frame(7, ""), sending, 999);
    assert!(!written.contains("PPPP") && written.matches(PLACEHOLDER).count() == 8);
    assert_eq!(line.0.takes_pictures_back(), b"\x1b_Ga=d,d=I,i=9,q=2;\x1b\\");
    // After a suspend the terminal has it no more.
    line.0.invalidate();
    let (written, _) = line.show(frame(7, ""), Some((7, Some(once()))), 999);
    assert!(written.contains("a=d,d=I,i=9") && written.contains("PPPP"));
}

#[test]
fn what_covers_the_left_of_a_picture_has_its_rows_begin_where_they_are_seen() {
    let mut line = line();
    let mut next = frame(7, "");
    write_over(&mut next, 1, 2, "xy");
    let (written, _) = line.show(next, Some((7, Some(once()))), 999);
    assert!(written.contains(&::pictures::protocol::kitty::placeholder(2, 1)), "{written:?}");
}

#[test]
fn a_picture_whose_task_is_left_is_dropped_on_its_way() {
    let mut line = line();
    line.show(frame(7, ""), Some((7, Some(once()))), 10);
    assert_eq!(line.0.takes_pictures_back(), b"undo");
    let (written, left) = line.show(Buffer::empty(SCREEN), None, 999);
    assert!(written.ends_with("undo") && left == 0, "{written:?}");
    assert_eq!(line.0.takes_pictures_back(), b"");
}

#[test]
fn through_tmux_even_forgetting_is_wrapped() {
    let mut line = line();
    line.0.through_tmux();
    line.show(frame(7, ""), Some((7, Some(once()))), 999);
    assert!(line.0.takes_pictures_back().starts_with(b"\x1bPtmux;\x1b\x1b_Ga=d"));
}
