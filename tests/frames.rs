//! What the real screen costs on the line, in bytes, at 120x40: the figures of a slow connection.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "support/morning.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod morning;
mod states;
mod support;

use domain::{
    task::{Phase, TaskKey},
    time::{Mono, Now, SECOND},
};
use engine::msg::Msg;
use ratatui::{buffer::Buffer, layout::Rect};
use screens as logic;
use screens::{
    app::App,
    key::{Code, Key},
    keymap::Pane,
    msg::Input,
    shell::view as ui,
    table::window,
    widgets::editor::PromptEditor,
};
use tui::frame::FrameWriter;

/// A screen with its line, and many more tasks than it has rows.
struct Line {
    state: App,
    writer: FrameWriter<Vec<u8>>,
}

impl Line {
    fn new() -> Self {
        let mut state = morning::believable(120, 40);
        // Of one state, since the last line follows the state under the cursor.
        for key in 44..400 {
            states::put(&mut state, states::task(key, states::ordinary(key), 7_000_000, states::saved(key, "fox")));
        }
        // In the order of the keys alone, so that rows and places are the same numbers.
        state.screen.table.pins = 0;
        state.screen.table.order = state.work.tasks.rows.values().rev().map(|row| row.key).collect();
        // The table alone: detail follows the cursor, and is another figure.
        state.screen.full = true;
        let mut line = Self { state, writer: FrameWriter::new(Vec::new()) };
        line.go(0);
        line
    }

    /// Draws and tells the bytes it took.
    fn draw(&mut self) -> usize {
        let area = Rect::new(0, 0, self.state.screen.width, self.state.screen.height);
        let mut buf = self.writer.canvas(area);
        let (drawn, _) = ui::draw_over(&self.state, &mut buf, &self.writer.followers(area));
        self.writer.present(buf, drawn).unwrap().bytes
    }

    /// Has a key take effect and tells the bytes it took.
    fn press(&mut self, key: &str) -> usize {
        let (key, now) =
            (key.parse().unwrap_or(Key::plain(Code::Char(key.chars().next().unwrap()))), self.state.work.now);
        let _ = logic::update(&mut self.state, Input::Key(key), now);
        self.draw()
    }

    /// Moves the cursor to a row of the table and tells the bytes it took.
    fn go(&mut self, at: usize) -> usize {
        let table = &mut self.state.screen.table;
        (table.at, table.cursor) = (at, Some(table.order[at]));
        self.state.screen.table.top = window::top(&self.state);
        self.draw()
    }
}

#[test]
fn a_move_of_the_highlight_takes_60_bytes_at_most() {
    let mut line = Line::new();
    for at in 1..30 {
        let bytes = line.go(at);
        assert!((1..=60).contains(&bytes), "to row {at}: {bytes}");
    }
}

#[test]
fn a_key_held_down_over_tasks_in_all_states_takes_60_bytes_a_row_at_most() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut state = morning::believable(width, height);
        state.screen.pane = Pane::Table;
        let mut line = Line { state, writer: FrameWriter::new(Vec::new()) };
        line.go(0);
        for press in 1..window::rows(&line.state) {
            let bytes = line.press("j");
            assert!((1..=60).contains(&bytes), "{width}x{height}, press {press}: {bytes}");
        }
    }
}

#[test]
fn a_scroll_by_one_row_takes_450_bytes_at_most() {
    let mut line = Line::new();
    let rows = window::rows(&line.state);
    line.go(rows - 1);
    for at in rows..rows + 60 {
        let bytes = line.go(at);
        assert!((1..=450).contains(&bytes), "to row {at}: {bytes}");
    }
    // And back: the cursor walks to the first row, then the rows come down.
    line.go(61);
    for at in (0..60).rev() {
        let bytes = line.go(at);
        assert!((1..=450).contains(&bytes), "back to row {at}: {bytes}");
    }
}

#[test]
fn what_stays_while_the_cursor_passes_is_left_out_of_the_picture_and_not_off_the_screen() {
    let mut line = Line { state: morning::believable(120, 40), writer: FrameWriter::new(Vec::new()) };
    line.state.screen.pane = Pane::Table;
    let mut whole = FrameWriter::new(Vec::new());
    for press in 0..60 {
        line.press(if press % 7 < 5 { "j" } else { "k" });
        if press % 10 == 9 {
            let now = line.state.work.now;
            let rested = Now { mono: now.mono.plus(SECOND), wall: now.wall.plus(SECOND), ..now };
            let _ = logic::update(&mut line.state, Msg::Wake, rested);
            line.draw();
        }
        let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
        let drawn = ui::draw(&line.state, &mut buf);
        whole.present(buf, drawn).unwrap();
        assert_eq!(line.writer.cells(), whole.cells(), "press {press}");
    }
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let mut line = Line::new();
    assert_eq!(line.draw(), 0);
    // Time alone changes nothing within a step.
    line.state.work.now.mono = Mono(line.state.work.now.mono.0 + 2 * SECOND);
    line.state.work.now.wall = line.state.work.now.wall.plus(2 * SECOND);
    assert_eq!(line.draw(), 0);
}

#[test]
fn a_changed_row_takes_60_bytes_at_most() {
    let mut line = Line::new();
    let key = TaskKey(34);
    let at = line.state.screen.table.order.iter().position(|other| *other == key).unwrap();
    line.go(at);
    let Some(task) = line.state.work.tasks.live.get(&key).cloned() else { panic!("{key} is not live") };
    // A change brings the table back into its own order.
    states::put(&mut line.state, task.clone());
    line.draw();
    for status in ["Queueing", "Preparing", "Processing"] {
        let mut next = task.clone();
        next.phase = Phase::Running {
            status: status.into(),
            next_poll: line.state.work.now.wall,
            polls: 1,
            misses: 0,
            trouble: None,
        };
        states::put(&mut line.state, next);
        let bytes = line.draw();
        assert!(bytes <= 60, "{status}: {bytes}");
    }
}

#[test]
fn typing_takes_60_bytes_a_character_and_a_warning_moves_no_row() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut line = Line { state: morning::believable(width, height), writer: FrameWriter::new(Vec::new()) };
        line.state.screen.compose.draft.prompt.clear();
        line.state.screen.compose.prompt = PromptEditor::new("");
        line.press("n");
        line.press("A");
        for key in " fox runs through fresh snow".chars() {
            let bytes = line.press(&key.to_string());
            assert!((1..=60).contains(&bytes), "{width}x{height}, {key:?}: {bytes}");
        }
        // The list of camera commands comes and goes; what the word is not is said where the prompt ends.
        for key in "[pan lef".chars() {
            line.press(&key.to_string());
        }
        let bytes = line.press("]");
        assert!((60..=450).contains(&bytes), "{width}x{height}: {bytes}");
    }
}
