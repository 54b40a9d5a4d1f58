//! The dashboard's loop: signals first, then input, then replies, then the deadline the state asks for; drain what is
//! ready, apply it, draw at once after input and else at most once in `ui.frame_ms`.

use super::{
    clock::Clock,
    engine::{Engine, Shell, sleep_until},
    escape,
    frame::FrameWriter,
    input::Source,
    keys::{self, EscHold},
    signals::Signals,
    terminal::{self, Guard},
    writer::Writer,
};
use crate::{
    domain::problem::Problem,
    io::config::Loaded,
    logic::{
        effect::TermCmd,
        msg::{Input, LocalMsg, Msg, Signal},
    },
    ui,
};
use crossterm::event::Event;
use ratatui::{buffer::Buffer, layout::Rect};
use std::{
    io,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    task::JoinHandle,
};

/// The most input that is taken before the screen gets its turn.
const AT_ONCE: usize = 64;

/// The screen's side of the loop.
struct Face {
    guard: Option<Guard>,
    writer: Writer,
    written: UnboundedReceiver<io::Result<()>>,
    frames: FrameWriter<Vec<u8>>,
    terminal: Option<Source>,
    esc: EscHold,
    /// The person's editor has the screen; the work goes on.
    editing: Option<JoinHandle<Result<String, Problem>>>,
    size: (u16, u16),
    /// The state has changed since the last frame.
    stale: bool,
    /// It changed by a key: drawn without waiting.
    urgent: bool,
    drawn: Instant,
    frame_gap: Duration,
}

/// Runs the dashboard until the person leaves, a signal comes, or the terminal goes away. Gives the exit code.
///
/// # Errors
/// The terminal cannot be taken over.
pub async fn run(setup: Arc<Loaded>, clock: Clock) -> io::Result<u8> {
    let mut signals = Signals::listen()?;
    let guard = Guard::enter()?;
    let mut face = Face::new(guard, Duration::from_millis(setup.settings.ui.frame_ms));
    // The first paint waits for nothing: the store is opened and the key is read while it is on its way.
    let mut engine = Engine::start(setup, clock);
    face.tell_size(&mut engine);
    face.draw(&mut engine);
    while !engine.ended {
        face.turn(&mut engine, &mut signals).await;
        for order in engine.for_shell() {
            face.carry_out(order).await;
        }
        face.tell_size(&mut engine);
        face.draw(&mut engine);
    }
    face.leave().await;
    let state = engine.close();
    Ok(state.ending.map_or(0, |ending| ending.code))
}

impl Face {
    fn new(guard: Guard, frame_gap: Duration) -> Self {
        let (tell, written) = mpsc::unbounded_channel();
        let size = crossterm::terminal::size().unwrap_or((80, 24));
        Self {
            guard: Some(guard),
            writer: Writer::start(move |result| {
                let _ = tell.send(result);
            }),
            written,
            frames: FrameWriter::new(Vec::new()),
            terminal: Some(Source::open()),
            esc: EscHold::default(),
            editing: None,
            size,
            stale: true,
            urgent: true,
            drawn: Instant::now(),
            frame_gap,
        }
    }

    /// Waits for one thing to happen and takes it, with all that is ready beside it.
    async fn turn(&mut self, engine: &mut Engine, signals: &mut Signals) {
        let frame_due = (self.stale && self.writer.idle()).then(|| (self.drawn + self.frame_gap).into());
        let esc_due = self.esc.deadline().map(|ms| engine.clock().instant(crate::domain::time::Mono(ms)));
        tokio::select! {
            biased;
            signal = signals.next() => self.signal(engine, signal),
            event = next_event(&mut self.terminal) => self.event(engine, event),
            () = sleep_until(esc_due) => {
                let keys = self.esc.flush();
                self.keys(engine, keys);
            }
            result = end_of(&mut self.editing) => {
                self.editing = None;
                self.take_over();
                engine.take(Msg::Local(LocalMsg::Edited { result }));
            }
            Some(result) = self.written.recv() => self.wrote(engine, &result),
            msg = engine.next() => {
                engine.take(msg);
                engine.take_ready();
                self.changed(false);
            }
            () = sleep_until(frame_due) => {}
        }
    }

    fn signal(&mut self, engine: &mut Engine, signal: Signal) {
        if signal == Signal::Interrupt && self.editing.is_some() {
            return; // Ctrl-C in the editor reaches the whole job; it is the editor that is meant.
        }
        engine.take(Msg::Signal(signal));
        self.changed(true);
    }

    fn event(&mut self, engine: &mut Engine, first: Option<Event>) {
        let mut next = first;
        for _ in 0..AT_ONCE {
            let Some(event) = next else {
                // The terminal is gone: the same as a hang-up.
                self.terminal = None;
                self.signal(engine, Signal::HangUp);
                return;
            };
            self.input(engine, event);
            let Some(ready) = self.terminal.as_mut().and_then(Source::ready) else { return };
            next = Some(ready);
        }
    }

    fn input(&mut self, engine: &mut Engine, event: Event) {
        match keys::input(event) {
            Some(Input::Key(key)) => {
                let now = engine.clock().now().mono.0;
                let clear = self.esc.push(key, now);
                self.keys(engine, clear);
            }
            Some(input) => {
                let held = self.esc.flush();
                self.keys(engine, held);
                if let Input::Resize { width, height } = input {
                    self.size = (width, height);
                }
                engine.take(Msg::Input(input));
                self.changed(true);
            }
            None => {}
        }
    }

    fn keys(&mut self, engine: &mut Engine, keys: Vec<crate::logic::key::Key>) {
        for key in keys {
            engine.take(Msg::Input(Input::Key(key)));
            self.changed(true);
        }
    }

    fn wrote(&mut self, engine: &mut Engine, result: &io::Result<()>) {
        self.writer.done();
        if result.is_err() && engine.state.ending.is_none() {
            self.signal(engine, Signal::HangUp);
        }
    }

    /// The size may have changed while another program had the terminal.
    fn tell_size(&mut self, engine: &mut Engine) {
        let (width, height) = self.size;
        if (engine.state.screen.width, engine.state.screen.height) != (width, height) {
            engine.take(Msg::Input(Input::Resize { width, height }));
        }
    }

    fn changed(&mut self, urgent: bool) {
        self.stale = true;
        self.urgent |= urgent;
    }

    /// Draws if something has changed, the line takes bytes, and it is time.
    fn draw(&mut self, engine: &mut Engine) {
        let due = self.urgent || self.drawn.elapsed() >= self.frame_gap;
        if !self.stale || !due || !self.writer.idle() || self.guard.is_none() {
            return;
        }
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        let drawn = ui::draw(&engine.state, &mut buffer);
        if let Some(top) = drawn.detail_top {
            // Only the picture knows how long the wrapped text is: a scroll past its end is taken back.
            engine.state.screen.detail.scroll = top;
        }
        // Into memory: it cannot fail.
        let _ = self.frames.present(buffer, drawn);
        self.writer.write(std::mem::take(self.frames.get_mut()));
        (self.stale, self.urgent, self.drawn) = (false, false, Instant::now());
    }

    async fn carry_out(&mut self, order: Shell) {
        match order {
            Shell::Edit(text) => {
                self.give_over().await;
                self.editing = Some(tokio::task::spawn_blocking(move || edit(&text)));
            }
            Shell::Term(TermCmd::Suspend) => {
                self.give_over().await;
                suspend();
                self.take_over();
            }
            Shell::Term(TermCmd::Redraw) => self.redraw(),
            Shell::Term(TermCmd::Copy(text)) => self.writer.write(escape::copy(&text)),
            Shell::Term(TermCmd::Bell) => self.writer.write(b"\x07".to_vec()),
            Shell::Term(TermCmd::Notify(text)) => self.writer.write(escape::notice(&text)),
            Shell::Term(TermCmd::Title(text)) => self.writer.write(escape::title(&text)),
        }
    }

    fn redraw(&mut self) {
        self.frames.invalidate();
        self.changed(true);
    }

    /// Gives the terminal to another program, input included.
    async fn give_over(&mut self) {
        // What is typed now belongs to the other program.
        if let Some(terminal) = self.terminal.take() {
            terminal.close().await;
        }
        self.guard = None;
    }

    fn take_over(&mut self) {
        self.guard = Guard::enter().ok();
        self.terminal = Some(Source::open());
        self.size = crossterm::terminal::size().unwrap_or(self.size);
        self.redraw();
    }

    async fn leave(self) {
        if let Some(terminal) = self.terminal {
            terminal.close().await;
        }
        self.writer.finish();
        drop(self.guard);
    }
}

async fn end_of(editing: &mut Option<JoinHandle<Result<String, Problem>>>) -> Result<String, Problem> {
    match editing {
        Some(editing) => {
            editing.await.unwrap_or_else(|e| Err(Problem::new("the text is as it was", e.to_string(), "")))
        }
        None => std::future::pending().await,
    }
}

async fn next_event(terminal: &mut Option<Source>) -> Option<Event> {
    match terminal {
        Some(terminal) => terminal.next().await,
        None => std::future::pending().await,
    }
}

/// Stops the whole job, as the terminal's own Ctrl-Z would; goes on when the shell continues it.
fn suspend() {
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
}

/// Opens the person's editor on a text and reads it back. The text is left alone when the editor fails.
fn edit(text: &str) -> Result<String, Problem> {
    let failed =
        |why: String| Problem::new("the text is as it was", why, "Set VISUAL or EDITOR to an editor that works.");
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(|| "vi".into());
    let path = std::env::temp_dir().join(format!("reeltop-{}.txt", std::process::id()));
    terminal::write_private(&path, text).map_err(|e| failed(format!("{} cannot be written: {e}", path.display())))?;
    // By the shell, since people set EDITOR="code --wait".
    let status = Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(&path).status();
    let read = std::fs::read_to_string(&path);
    let _ = std::fs::remove_file(&path);
    match status {
        Ok(status) if status.success() => {
            read.map(|text| text.trim_end_matches('\n').to_owned()).map_err(|e| failed(e.to_string()))
        }
        Ok(status) => Err(failed(format!("{editor} ended with {status}"))),
        Err(e) => Err(failed(format!("{editor} could not be started: {e}"))),
    }
}
