//! What the screen costs on the line and the machine: bytes for each thing that happens, and the CPU of a busy second.
//! It prints figures for a person to compare; the bytes that are promised are held by `tests/frames.rs`.
//!
//! ```text
//! cargo bench --bench screen
//! ```
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic, and tells its figures")]

#[path = "../states/mod.rs"]
mod states;

use domain::{
    task::{Phase, TaskKey},
    time::{MINUTE, Mono, Now, SECOND},
};
use engine::msg::Msg;
use ratatui::{buffer::Buffer, layout::Rect};
use screens as logic;
use screens::{
    app::App,
    keymap::{Move, Pane},
    msg::Input,
    shell::{view as ui, view::Drawn},
    table,
    table::window,
};
use std::time::{Duration, Instant};
use tui::frame::FrameWriter;

/// Tasks in the table, so that most are off the screen.
const TASKS: u32 = 1_000;
/// Keys that are timed.
const KEYS: usize = 900;
/// Seconds that a busy screen is watched.
const WATCHED: u64 = 10;

fn main() {
    for (width, height) in [(80, 24), (120, 40)] {
        println!("{width}x{height}");
        let mut line = Line::new(width, height, 20);
        println!("  the whole screen: {} bytes", line.first);
        println!("  nothing for a minute, nothing running: {} bytes", Line::new(width, height, 0).wait(MINUTE));
        println!("  a minute with 20 running tasks: {} bytes", line.wait(MINUTE));
        let (moved, rested) = (line.press("j"), line.wait(SECOND));
        println!("  a move of the highlight: {moved} bytes, and {rested} when it rests");
        line.times("a move of the highlight", "jk");
        line.press("G");
        line.times("a scroll by a row", "k");
        line.press("g");
        println!("  a running task is saved: {} bytes", line.save(TaskKey(TASKS - 3)));
        line.press("n");
        line.press("A");
        println!("  a character of the prompt: {} bytes", line.press("b"));
        busy(width, height);
    }
}

/// Twenty rows on the screen that change ten times a second, and two hundred a second beside it.
fn busy(width: u16, height: u16) {
    let mut line = Line::new(width, height, TASKS);
    let seen = window::rows(&line.state).min(20);
    let rows: Vec<TaskKey> = line.state.screen.table.order[..seen].to_vec();
    let (bytes, cpu) = line.changing(10, |n| rows.iter().map(|key| (*key, n)).collect());
    let changed = 10 * WATCHED as usize * seen;
    println!(
        "  {seen} rows changing 10 times a second: {} bytes/s, {} a row, {:.1} % CPU",
        bytes / WATCHED as usize,
        bytes / changed,
        percent(cpu)
    );
    let (bytes, cpu) = line.changing(20, |n| (0..10).map(|row| (TaskKey(1 + (n * 10 + row) % 500), n)).collect());
    println!("  200 rows a second off the screen: {} bytes/s, {:.1} % CPU", bytes / WATCHED as usize, percent(cpu));
}

fn percent(cpu: Duration) -> f64 {
    cpu.as_secs_f64() / WATCHED as f64 * 100.0
}

/// A screen with its line and its own time.
struct Line {
    state: App,
    now: Now,
    writer: FrameWriter<Vec<u8>>,
    /// Of the first frame.
    first: usize,
}

impl Line {
    /// The table on a screen of that size, of which the newest so many tasks run.
    fn new(width: u16, height: u16, running: u32) -> Self {
        let mut state = states::empty(width, height);
        state.screen.pane = Pane::Table;
        for key in 1..=TASKS {
            let runs = key > TASKS - running;
            let phase = if runs { status("Preparing", &state) } else { states::saved(key, "fox") };
            states::put(&mut state, states::task(key, states::ordinary(key), 600_000, phase));
        }
        table::go(&mut state, Move::First);
        let now = state.work.now;
        let mut line = Self { state, now, writer: FrameWriter::new(Vec::new()), first: 0 };
        line.first = line.draw();
        line
    }

    fn draw(&mut self) -> usize {
        let picture = self.picture();
        self.present(picture)
    }

    fn picture(&mut self) -> (Buffer, Drawn) {
        let area = Rect::new(0, 0, self.state.screen.width, self.state.screen.height);
        let mut buf = self.writer.canvas(area);
        let (drawn, _) = ui::draw_over(&self.state, &mut buf, &self.writer.followers(area));
        (buf, drawn)
    }

    fn present(&mut self, (buf, drawn): (Buffer, Drawn)) -> usize {
        self.writer.get_mut().clear();
        self.writer.present(buf, drawn).unwrap().bytes
    }

    fn press(&mut self, key: &str) -> usize {
        let _ = logic::update(&mut self.state, Input::Key(key.parse().unwrap()), self.now);
        self.draw()
    }

    /// Lets time pass, waking when the state asks for it, and tells the bytes that cost.
    fn wait(&mut self, ms: u64) -> usize {
        let end = self.now.mono.plus(ms);
        let mut bytes = 0;
        while self.now.mono < end {
            let at = logic::next_deadline(&self.state).unwrap_or(end).max(self.now.mono.plus(1)).min(end);
            self.go_to(at);
            let _ = logic::update(&mut self.state, Msg::Wake, self.now);
            bytes += self.draw();
        }
        bytes
    }

    fn go_to(&mut self, at: Mono) {
        let ms = at.since(self.now.mono);
        self.now = Now { mono: at, wall: self.now.wall.plus(ms), ..self.now };
    }

    fn save(&mut self, key: TaskKey) -> usize {
        let mut task = self.state.work.tasks.live[&key].clone();
        task.phase = states::saved(key.0, "fox");
        task.finished_at = Some(self.now.wall);
        states::put(&mut self.state, task);
        self.draw()
    }

    /// Types these keys one by one, over and over, and tells what one takes to be thought about, drawn and compared.
    fn times(&mut self, what: &str, keys: &str) {
        let mut all = [const { Vec::new() }; 3];
        for key in keys.chars().cycle().take(KEYS) {
            let mut since = Instant::now();
            let mut lap = || std::mem::replace(&mut since, Instant::now()).elapsed().as_micros();
            let _ = logic::update(&mut self.state, Input::Key(key.to_string().parse().unwrap()), self.now);
            all[0].push(lap());
            let picture = self.picture();
            all[1].push(lap());
            self.present(picture);
            all[2].push(lap());
        }
        let [update, draw, write] = all.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        });
        println!("  {what}, the median: {update} µs to update, {draw} to draw, {write} to compare and write");
    }

    /// Has rows change so often a second; tells the bytes and the CPU.
    fn changing(&mut self, a_second: u64, rows: impl Fn(u32) -> Vec<(TaskKey, u32)>) -> (usize, Duration) {
        let since = Instant::now();
        let mut bytes = 0;
        for n in 0..u32::try_from(a_second * WATCHED).unwrap() {
            for (key, n) in rows(n) {
                let Some(mut task) = self.state.work.tasks.live.get(&key).cloned() else { continue };
                task.phase = status(["Queueing", "Preparing", "Processing"][n as usize % 3], &self.state);
                states::put(&mut self.state, task);
            }
            self.go_to(self.now.mono.plus(SECOND / a_second));
            self.state.work.now = self.now;
            bytes += self.draw();
        }
        (bytes, since.elapsed())
    }
}

fn status(word: &str, app: &App) -> Phase {
    Phase::Running {
        status: word.into(),
        next_poll: app.work.now.wall.plus(10 * MINUTE),
        polls: 1,
        misses: 0,
        trouble: None,
    }
}
