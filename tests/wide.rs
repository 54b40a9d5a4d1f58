//! A terminal set up so that signs of ambiguous width take two cells, as some Chinese and Japanese users have it. A
//! test program of its own, since that is one fact about the whole process.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use domain::text;
use ratatui::{
    buffer::{Buffer, CellWidth},
    layout::{Position, Rect},
    style::Style,
};
use screens::{
    shell::view::Drawn,
    widgets::{
        cells::put,
        editor::{LineEditor, PromptEditor},
    },
};
use tui::frame::FrameWriter;

/// Text, its cells, and what is left of it in six cells.
const TEXTS: [(&str, usize, &str); 12] = [
    ("a cat", 5, "a cat"),
    ("雨夜的街", 8, "雨夜.."),
    ("“雨夜”", 8, "“雨.."),
    ("a—b—c", 7, "a—b.."),
    ("①②③④", 8, "①②.."),
    ("東京タワー", 10, "東京.."),
    ("서울의 밤", 9, "서울.."),
    ("ｶﾞｷﾞｸﾞ", 6, "ｶﾞｷﾞｸﾞ"),
    ("e\u{301}tude", 5, "e\u{301}tude"),
    ("étude", 5, "étude"),
    ("👩\u{200d}👩\u{200d}👧\u{200d}👦 at sea", 9, "👩\u{200d}👩\u{200d}👧\u{200d}👦 a.."),
    ("naïve…", 7, "naïv.."),
];

#[test]
fn text_is_measured_cut_and_drawn_as_that_terminal_shows_it() {
    text::set_ambiguous_wide(true);
    for (line, width, cut) in TEXTS {
        assert_eq!(text::width(line), width, "{line}");
        assert_eq!(text::cut(line, 6, true).0, cut, "{line}");
        assert_eq!(text::width(&text::fit(line, 6, true)), 6, "{line}");
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        let end = put(&mut buf, 0, 0, line, 12, Style::new());
        assert_eq!(usize::from(end), width, "{line}");
        // What the next column begins with stands where the terminal has it.
        put(&mut buf, end, 0, "|", 1, Style::new());
        let (mut x, mut shown) = (0, String::new());
        while x < 12 {
            shown.push_str(buf[(x, 0)].symbol());
            x += buf[(x, 0)].cell_width().max(1);
        }
        assert_eq!(shown.trim_end(), format!("{line}|"));
    }
    editors_wrap_and_keep_the_caret_where_the_terminal_has_it();
    after_such_a_sign_the_column_is_set_anew();
}

fn editors_wrap_and_keep_the_caret_where_the_terminal_has_it() {
    let area = Rect::new(0, 0, 10, 4);
    let drawn = |prompt: &str| {
        let mut buf = Buffer::empty(area);
        let caret = PromptEditor::new(prompt).draw(area, &mut buf);
        for y in 0..area.height {
            let mut x = 0;
            while x < area.width {
                x += buf[(x, y)].cell_width().max(1);
            }
            assert!(x <= area.width, "{prompt}: row {y} is too long");
        }
        let text: String = buf.content.iter().map(|cell| cell.symbol()).collect();
        (text.replace(' ', ""), caret)
    };
    assert_eq!(drawn("“雨”"), ("“雨”".into(), Position::new(6, 0)));
    let long = "“雨夜”——“东京”——“街头”";
    let (shown, caret) = drawn(long);
    assert_eq!(shown, long);
    assert!(caret.y > 0 && caret.x < area.width, "{caret:?}");
    assert_eq!(LineEditor::new("“雨”").window(10), ("“雨”".into(), 6));
    assert_eq!(LineEditor::new("“雨夜”").window(6), ("夜”".into(), 4));
}

fn after_such_a_sign_the_column_is_set_anew() {
    let mut frames = FrameWriter::new(Vec::new());
    let mut buf = Buffer::empty(Rect::new(0, 0, 8, 1));
    put(&mut buf, 0, 0, "“a”b", 8, Style::new());
    frames.present(buf, Drawn::default()).unwrap();
    let bytes = String::from_utf8(std::mem::take(frames.get_mut())).unwrap();
    assert!(bytes.contains("“\x1b[3Ga”\x1b[6Gb"), "{bytes:?}");
}
