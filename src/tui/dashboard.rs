//! The dashboard's loop: signals first, then input, then replies, then the deadline the state asks for; drain what is
//! ready, apply it, draw at once after input and else at most once in `ui.frame_ms`.

use crate::{
    decode::Decoder,
    edit,
    edit::{Editor, end_of},
    escape,
    frame::FrameWriter,
    input::{Source, Typed, next_typed},
    keys,
    paste_guess::Bursts,
    picture_output::{Does, PictureOutput},
    picture_pace,
    picture_pace::Pace,
    terminal,
    terminal::Guard,
    writer::{Aside, Writer},
};
use ::io::{
    config::Loaded,
    run,
    run::{FaceCmd, clock::Clock, host, signals::Signals, sleep_until, unsaved},
};
use crossterm::event::Event;
use domain::time::Mono;
use engine::{
    effect::TermCmd,
    msg::{LocalMsg, Msg, Signal},
};
use ratatui::layout::Rect;
use screens::{
    app::App,
    msg::Input,
    shell::{
        view as ui,
        view::{Drawn, Link},
    },
};
use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use words::{lang, news, tr};

/// The program with screens.
type Driver = run::Driver<App>;

/// How long after an editor's end Ctrl-C and Ctrl-\ may still come that were typed into it: its end and the signal
/// reach the loop by two ways, in either order. Nobody types them as signals then, since the terminal hands them over
/// as keys again.
const LATE: Duration = Duration::from_millis(500);

/// How long after a key, or the start, replies are drawn as they come, and what was asked for because of it at once:
/// someone waits for them. Later ones are gathered, since an answer, its place on disk and what follows from it come
/// within milliseconds and are one frame.
const AWAITED: Duration = Duration::from_secs(1);

/// How long an answer of the terminal is waited for when another program gets it.
const ANSWER_DUE: Duration = Duration::from_millis(150);

/// The screen's side of the loop.
struct Dashboard {
    guard: Option<Guard>,
    writer: Writer,
    written: UnboundedReceiver<io::Result<()>>,
    frames: FrameWriter<Vec<u8>>,
    terminal: Option<Source>,
    decoder: Decoder,
    bursts: Bursts,
    /// The person wants the program stopped; a submission under way is waited for.
    stopping: bool,
    /// The person's editor has the screen; the work goes on.
    editing: Option<Editor>,
    /// When the last editor ended.
    edited: Option<Instant>,
    size: (u16, u16),
    /// Whether the mouse is taken.
    mouse: bool,
    /// The window's title as it was last set, for after another program had the screen.
    title: Vec<u8>,
    /// How far the work is, in percent.
    progress: Option<u8>,
    /// Since when the state has changed after the last frame.
    stale: Option<Instant>,
    /// It changed by a key, or what a key asked for has come: drawn without waiting.
    urgent: bool,
    drawn: Instant,
    /// The last change by a key, or the start.
    acted: Instant,
    frame_gap: Duration,
    /// How fast pictures go to the terminal.
    pace: Pace,
    /// About how many bytes of them are still to go.
    left: usize,
    pictures_out: PictureOutput,
}

/// Runs the dashboard until the person leaves, a signal comes, or the terminal goes away. Gives the exit code.
///
/// # Errors
/// The terminal cannot be taken over.
pub async fn run(setup: Arc<Loaded>, clock: Clock) -> io::Result<u8> {
    let mut signals = Signals::listen().with_stops()?;
    let guard = Guard::enter()?;
    let mut dashboard = Dashboard::new(guard, Duration::from_millis(setup.settings.ui.frame_ms))?;
    dashboard.mouse = setup.settings.ui.mouse;
    // The first paint waits for nothing: the store is opened and the key is read while it is on its way.
    let mut driver = Driver::start(setup, clock, words::SPEECH);
    dashboard.tell_size(&mut driver);
    driver.take(Input::Terminal(dashboard.pictures_out.terminal()));
    if dashboard.pictures_out.is_in_tmux() {
        dashboard.frames.through_tmux();
    }
    dashboard.take_mouse();
    dashboard.draw(&mut driver);
    while !driver.ended {
        dashboard.turn(&mut driver, &mut signals).await;
        for order in driver.take_face_cmds() {
            dashboard.carry_out(&mut driver, order).await;
        }
        dashboard.stop_when_answered(&mut driver).await;
        dashboard.tell_size(&mut driver);
        dashboard.draw(&mut driver);
    }
    dashboard.leave(&mut driver).await;
    let state = driver.close();
    unsaved::tell(&news::unsaved(&state.work));
    Ok(state.work.ending.map_or(0, |ending| ending.code))
}

impl Dashboard {
    fn new(guard: Guard, frame_gap: Duration) -> io::Result<Self> {
        let (tell, written) = mpsc::unbounded_channel();
        let size = crossterm::terminal::size().unwrap_or((80, 24));
        let mut writer = Writer::start(move |result| {
            let _ = tell.send(result);
        });
        writer.before_the_frame(Aside::Modes, terminal::ON.to_vec());
        Ok(Self {
            guard: Some(guard),
            writer,
            written,
            frames: FrameWriter::new(Vec::new()),
            terminal: Some(Source::open()?),
            decoder: Decoder::default(),
            bursts: Bursts::default(),
            stopping: false,
            editing: None,
            edited: None,
            size,
            mouse: false,
            title: Vec::new(),
            progress: None,
            stale: Some(Instant::now()),
            urgent: true,
            drawn: Instant::now(),
            acted: Instant::now(),
            frame_gap,
            pace: Pace::default(),
            left: 0,
            pictures_out: PictureOutput::set_up(),
        })
    }

    /// Waits for one thing to happen and takes it, with all that is ready beside it.
    async fn turn(&mut self, driver: &mut Driver, signals: &mut Signals) {
        let frame_due = self.frame_due().filter(|_| self.writer.idle()).map(Into::into);
        let slice_due = self.pace.next().filter(|_| self.left > 0 && self.writer.idle()).map(Into::into);
        let held_until = self.decoder.deadline().map(|ms| driver.clock().instant(Mono(ms)));
        tokio::select! {
            biased;
            signal = signals.next() => self.signal(driver, signal),
            typed = next_typed(&mut self.terminal) => self.typed(driver, typed),
            () = sleep_until(held_until) => {
                let events = self.decoder.flush();
                self.events(driver, events);
            }
            result = end_of(&mut self.editing) => {
                let editor = self.editing.take();
                let file = editor.as_ref().and_then(|editor| editor.file().map(str::to_owned));
                // The signal that ends the program may have ended the editor too.
                let rescued = || editor.filter(|_| driver.state.work.ending.is_some())?.rescued();
                let result = result.or_else(|fault| rescued().ok_or(fault));
                self.edited = Some(Instant::now());
                self.take_over();
                driver.take(Msg::Local(match file {
                    Some(path) => LocalMsg::FileEdited { path, result: result.map(drop) },
                    None => LocalMsg::Edited { result },
                }));
            }
            Some(result) = self.written.recv() => self.wrote(driver, &result),
            made = self.pictures_out.next() => {
                if let Some(does) = self.pictures_out.take(made) {
                    self.pictures_do(driver, does);
                }
                self.changed();
            }
            msg = driver.next() => {
                let awaited = driver.state.awaits_answer() && self.acted.elapsed() < AWAITED;
                driver.take(msg);
                driver.take_ready();
                self.changed();
                self.urgent |= awaited && !driver.state.awaits_answer();
            }
            () = sleep_until(frame_due) => {}
            () = sleep_until(slice_due) => {}
        }
    }

    fn signal(&mut self, driver: &mut Driver, signal: Signal) {
        let of_the_editor = self.editing.is_some() || self.edited.is_some_and(|at| at.elapsed() < LATE);
        if matches!(signal, Signal::Interrupt | Signal::Quit) && of_the_editor {
            return; // Ctrl-C and Ctrl-\ in the editor reach the whole job; it is the editor that is meant.
        }
        if signal == Signal::Continue {
            match &self.guard {
                Some(guard) => self.writer.before_the_frame(Aside::Modes, guard.again().to_vec()),
                // Continued in order to end: the terminal is the shell's.
                None if self.editing.is_none() && driver.state.work.ending.is_none() => self.take_over(),
                None => {}
            }
        }
        driver.take(Msg::Signal(signal));
        self.changed_by_hand();
    }

    fn typed(&mut self, driver: &mut Driver, typed: Typed) {
        match typed {
            Typed::Bytes(bytes) => {
                let events = self.decoder.push(&bytes, driver.clock().now().mono.0);
                for does in self.pictures_out.heard(self.decoder.answers(), &mut self.pace) {
                    self.pictures_do(driver, does);
                }
                self.events(driver, events);
            }
            Typed::Resized => {
                self.size = crossterm::terminal::size().unwrap_or(self.size);
                self.tell_size(driver);
                if self.pictures_out.sized() {
                    driver.take(Input::Terminal(self.pictures_out.terminal()));
                }
                self.changed_by_hand();
            }
            // The terminal is gone: the same as a hang-up.
            Typed::Gone => {
                self.terminal = None;
                self.signal(driver, Signal::HangUp);
            }
        }
    }

    fn events(&mut self, driver: &mut Driver, events: Vec<Event>) {
        let inputs = events.into_iter().filter_map(keys::input).collect();
        for input in self.bursts.gather(inputs, driver.clock().now().mono.0) {
            driver.take(input);
            self.changed_by_hand();
        }
    }

    fn wrote(&mut self, driver: &mut Driver, result: &io::Result<()>) {
        self.writer.done();
        // The first screen stands, and nothing waits for the answer.
        if let Some(questions) = self.pictures_out.asks(driver.state.work.settings.ui.pictures) {
            self.aside(Aside::Question, questions.to_vec());
        }
        if result.is_err() && driver.state.work.ending.is_none() {
            self.signal(driver, Signal::HangUp);
        }
    }

    fn pictures_do(&mut self, driver: &mut Driver, does: Does) {
        match does {
            Does::Tell(terminal) => {
                driver.take(Input::Terminal(terminal));
                self.changed();
            }
            Does::Ask(question) => self.aside(Aside::Question, question),
        }
    }

    /// The size may have changed while another program had the terminal.
    fn tell_size(&mut self, driver: &mut Driver) {
        let (width, height) = self.size;
        if (driver.state.screen.width, driver.state.screen.height) != (width, height) {
            driver.take(Input::Resize { width, height });
        }
    }

    fn changed(&mut self) {
        self.stale.get_or_insert_with(Instant::now);
    }

    /// The person changed something and is to see it at once.
    fn changed_by_hand(&mut self) {
        self.changed();
        self.urgent = true;
        self.acted = Instant::now();
    }

    /// When the next frame is to be drawn, if anything has changed.
    fn frame_due(&self) -> Option<Instant> {
        let stale = self.stale?;
        Some(match self.urgent {
            true => stale,
            false if stale.duration_since(self.acted) < AWAITED => self.drawn + self.frame_gap,
            false => self.drawn.max(stale) + self.frame_gap,
        })
    }

    /// Draws if something has changed, the connection takes bytes, and it is time.
    fn draw(&mut self, driver: &mut Driver) {
        let now = Instant::now();
        let may = self.pace.slice(now);
        let slice = self.left > 0 && may > 0;
        let due = slice || self.frame_due().is_some_and(|due| due <= now);
        if !due || !self.writer.idle() || self.guard.is_none() {
            return;
        }
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let mut buffer = self.frames.canvas(area);
        let (drawn, spots) = ui::draw_over(&driver.state, &mut buffer, &self.frames.followers(area));
        driver.state.screen.lines = spots.lines;
        if let Some(top) = drawn.detail_top {
            // Only the frame knows how long the wrapped text is: a scroll past its end is taken back.
            driver.state.screen.detail.scroll = top;
        }
        self.frames.lead_to(if host::shows_links() { links(driver, drawn, spots.links) } else { Vec::new() });
        let pictures = self.pictures_out.pictured(spots.pictures, self.pace.size());
        self.frames.trickle(pictures, may);
        // Into memory: it cannot fail.
        let presented = self.frames.present(buffer, drawn).unwrap_or_default();
        let mut frame = std::mem::take(self.frames.get_mut());
        self.left = presented.left;
        terminal::has_pictures(self.frames.takes_pictures_back());
        if self.left > 0 && may > 0 {
            self.pace.sent(now, frame.len());
            frame.extend_from_slice(picture_pace::QUESTION);
        }
        self.writer.frame(frame);
        (self.stale, self.urgent, self.drawn) = (None, false, now);
    }

    async fn carry_out(&mut self, driver: &mut Driver, order: FaceCmd) {
        match order {
            FaceCmd::Edit(text) => {
                self.give_over().await;
                self.editing = Some(Editor::open(&text));
            }
            FaceCmd::EditFile { path, line } => {
                self.give_over().await;
                self.editing = Some(Editor::on(path, line));
            }
            FaceCmd::Speak(lang) => lang::set(Some(lang)),
            FaceCmd::Term(TermCmd::Suspend) => self.wish_to_stop(driver),
            FaceCmd::Term(TermCmd::Redraw) => self.redraw(),
            FaceCmd::Term(TermCmd::Copy(text)) => self.aside(Aside::Copy, escape::copy(&text)),
            FaceCmd::Term(TermCmd::Bell) => self.aside(Aside::Bell, b"\x07".to_vec()),
            FaceCmd::Term(TermCmd::Notify(text)) => self.aside(Aside::Notice, escape::notice(&text)),
            FaceCmd::Term(TermCmd::Mouse(on)) => {
                self.mouse = on;
                self.aside(Aside::Mouse, if on { terminal::MOUSE } else { terminal::MOUSE_OFF }.to_vec());
            }
            FaceCmd::Term(TermCmd::Progress(percent)) => {
                self.progress = percent;
                self.show_progress();
            }
            FaceCmd::Term(TermCmd::Title(text)) => {
                self.title = escape::title(&text);
                self.aside(Aside::Title, self.title.clone());
            }
        }
    }

    /// Not while another program has the screen.
    fn aside(&mut self, kind: Aside, bytes: Vec<u8>) {
        if self.guard.is_some() {
            self.writer.aside(kind, bytes);
        }
    }

    fn show_progress(&mut self) {
        terminal::has_progress(self.guard.is_some() && self.progress.is_some());
        self.aside(Aside::Progress, escape::progress(self.progress));
    }

    /// A stopped program would miss the answer to a submission under way, so that one is waited for.
    fn wish_to_stop(&mut self, driver: &mut Driver) {
        self.stopping = true;
        let n = driver.state.work.queue.posting.len();
        if n > 0 {
            let text = match n {
                1 => tr!("stopping once 1 submission is answered").to_owned(),
                n => tr!("stopping once {n} submissions are answered", n),
            };
            driver.take(Msg::Local(LocalMsg::Said { text }));
            self.changed_by_hand();
        }
    }

    async fn stop_when_answered(&mut self, driver: &mut Driver) {
        let paid_work = !driver.state.work.queue.posting.is_empty() || driver.state.work.queue.claiming.is_some();
        if !self.stopping || paid_work {
            return;
        }
        self.stopping = false;
        if self.editing.is_some() {
            // The editor has the screen, and stopped the whole job.
            let _ = terminal::stop();
            return;
        }
        self.give_over().await;
        // The SIGCONT that ends the stop is heard as a signal, and the terminal taken again then.
        if !terminal::stop() {
            self.take_over();
            let text = tr!("there is no shell to return to; reeltop keeps running").to_owned();
            driver.take(Msg::Local(LocalMsg::Said { text }));
        }
    }

    fn redraw(&mut self) {
        self.frames.invalidate();
        self.pictures_out.asks_again();
        self.changed_by_hand();
    }

    /// Gives the terminal to another program, input included.
    async fn give_over(&mut self) {
        self.hear_out().await;
        // What is typed now belongs to the other program.
        self.terminal = None;
        self.decoder.flush();
        self.settle().await;
        self.guard = None;
    }

    /// Waits a moment for an answer of the terminal that is on its way, which another program would take for typed
    /// text.
    async fn hear_out(&mut self) {
        let Self { terminal: Some(terminal), decoder, pace, pictures_out, .. } = self else { return };
        let until = tokio::time::Instant::now() + ANSWER_DUE;
        while pace.waits() || pictures_out.waits() {
            let Ok(Typed::Bytes(bytes)) = tokio::time::timeout_at(until, terminal.next()).await else { return };
            decoder.push(&bytes, 0);
            // Whatever it leads to comes too late.
            pictures_out.heard(decoder.answers(), pace);
        }
    }

    /// Waits until what is under way has been written, so that nothing is written into another program's screen; but
    /// not for a line that has stalled.
    async fn settle(&mut self) {
        self.writer.forget();
        if !self.writer.idle() && tokio::time::timeout(terminal::STALLED, self.written.recv()).await.is_ok() {
            self.writer.done();
        }
    }

    fn take_over(&mut self) {
        self.guard = Guard::enter().ok();
        // A line that cannot be watched is gone; the hang-up that follows is heard as a signal.
        self.terminal = self.terminal.take().or_else(|| Source::open().ok());
        self.size = crossterm::terminal::size().unwrap_or(self.size);
        self.writer.before_the_frame(Aside::Modes, terminal::ON.to_vec());
        if !self.title.is_empty() {
            self.writer.before_the_frame(Aside::Title, self.title.clone());
        }
        if self.progress.is_some() {
            self.show_progress();
        }
        self.take_mouse();
        self.redraw();
    }

    /// Has the terminal tell of clicks, where the person wants it.
    fn take_mouse(&mut self) {
        if self.mouse {
            self.writer.before_the_frame(Aside::Mouse, terminal::MOUSE.to_vec());
        }
    }

    async fn leave(mut self, driver: &mut Driver) {
        let left = edit::close(self.editing.take(), driver).await;
        self.hear_out().await;
        self.terminal = None;
        self.settle().await;
        drop(self.guard);
        edit::tell(left);
    }
}

/// The links of a frame: the addresses on it, and the path of the file of the task that detail shows.
fn links(driver: &Driver, drawn: Drawn, mut links: Vec<Link>) -> Vec<Link> {
    let saved = driver.state.screen.detail.loaded.as_ref().and_then(|detail| detail.task.saved());
    let file = drawn.file.zip(saved);
    links.extend(file.map(|(place, saved)| Link { places: vec![place], uri: host::file_uri(&saved.path) }));
    links
}
