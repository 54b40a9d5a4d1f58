//! The program without its shell: the real reducer and the real pictures, a real store, a clock that the test moves and
//! a service whose answers it chooses. A flow is a list of keys; each is pressed a moment after the one before.

use super::rig::{Ground, Posts, Program, Rig};
use ::io::{files, images, prompts, shrink, store::Store};
use domain::{
    catalogue::Catalogue,
    request::Request,
    task::{RemoteId, SavedFile, Task, TaskKey, TaskState},
    time::{Mono, Now, Wall},
};
use engine::{
    effect::{Effect, HttpCmd, LocalCmd, SaveCmd, TermCmd},
    msg::{HttpMsg, LocalMsg, Msg, SaveMsg, StoreMsg},
    settings::Settings,
    sight::{Frame, Part, Seen, Sight},
    work::Work,
};
use ratatui::{
    buffer::{Buffer, Cell, CellWidth},
    layout::Rect,
};
use screens::{app::App, key::Key, msg, msg::Input, shell::view as ui};
use service::answer::{ConnectionFault, Reply};
use std::{
    collections::{BTreeMap, VecDeque},
    ops::ControlFlow,
};
use tempfile::TempDir;

/// What every answer of the service that is no refusal has.
const OK: &str = r#""base_resp":{"status_code":0,"status_msg":"success"}"#;
/// Between two parts of a flow, in milliseconds: a quick person.
const MOMENT: u64 = 250;

/// Presses keys: texts as they are, `<Enter>` and the like by name.
#[macro_export]
macro_rules! flow {
    ($flow:expr, $($part:expr),+ $(,)?) => {{ $( $flow.part($part); )+ }};
}

/// Long enough for the undo window to pass and the answer to come.
pub(crate) const SENT: u64 = 4_000;

/// The dashboard on a store of its own.
pub(crate) type Flow = Rig<App, Answering>;

/// A real store, and a service that answers at once.
pub(crate) struct Answering {
    pub(crate) store: Store,
    dir: TempDir,
    /// The answers of the next submissions; without one a submission is accepted.
    pub(crate) answers: VecDeque<Reply>,
    /// What the service and the disk say to a call, where it is not the usual. Of a task the milliseconds since its
    /// submission are known.
    pub(crate) script: fn(&Effect, u64) -> Say,
    posted: BTreeMap<TaskKey, Wall>,
    /// Calls that are not answered.
    pub(crate) held: Vec<HttpCmd>,
    /// Whether the tasks that run have ended.
    pub(crate) made: bool,
    /// Every submission, in order.
    pub(crate) posts: Vec<Request>,
    /// What this machine was asked to do besides reading files.
    pub(crate) asked: Vec<LocalCmd>,
    /// What went into the clipboard.
    pub(crate) copied: Vec<String>,
    /// What was looked at.
    pub(crate) looked: Vec<Sight>,
    pub(crate) ended: bool,
    path: Posts,
}

/// What is said to a call.
pub(crate) enum Say {
    AsUsual,
    Nothing,
    This(Reply),
    Saving(SaveStep),
}

/// What comes of a file that is fetched.
pub(crate) enum SaveStep {
    Stopped,
    Under { done: u64, total: u64 },
}

impl Program for App {
    fn work(&self) -> &Work {
        &self.work
    }
}

impl Answering {
    fn on(store: Store, dir: TempDir) -> Self {
        Self {
            store,
            dir,
            answers: VecDeque::new(),
            script: |_, _| Say::AsUsual,
            posted: BTreeMap::new(),
            held: Vec::new(),
            made: false,
            posts: Vec::new(),
            asked: Vec::new(),
            copied: Vec::new(),
            looked: Vec::new(),
            ended: false,
            path: Posts::default(),
        }
    }
}

impl Flow {
    /// A dashboard of 80x24 on an empty store, its key read.
    pub(crate) fn start() -> Self {
        Self::begin(Settings::default(), now(0))
    }

    /// The same with settings of one's own, and another present.
    pub(crate) fn begin(settings: Settings, now: Now) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        Self::opened(Answering::on(store, dir), settings, now)
    }

    /// Another program, on the same store.
    pub(crate) fn beside(&self) -> Self {
        let store = Store::open(self.dir.path()).unwrap();
        Self::opened(Answering::on(store, tempfile::tempdir().unwrap()), Settings::default(), self.now)
    }

    /// Sends a task for each answer, `prompt 1` the first; `None` is accepted.
    pub(crate) fn sending(mut self, answers: &[Option<Reply>]) -> Self {
        for (nth, answer) in answers.iter().enumerate() {
            self.answers.extend(answer.clone());
            flow!(self, "n", &format!("prompt {}", nth + 1), "<F2>", "<Enter>");
            self.live(SENT);
        }
        self.live(20_000);
        self
    }

    /// The program ends and is started again on the same store.
    pub(crate) fn restart(self) -> Self {
        let Self { state, now, ground, .. } = self;
        Self::opened(Answering { ended: false, ..ground }, state.work.settings, now)
    }

    fn opened(ground: Answering, settings: Settings, now: Now) -> Self {
        let settings = Settings { catalogue: Catalogue::builtin(), has_key: false, ..settings };
        let mut flow = Self::on(ground, settings, now);
        flow.resize(80, 24);
        let overview = flow.store.overview().unwrap();
        flow.take(Msg::Store(StoreMsg::Opened {
            owner: "flow".into(),
            total: overview.total,
            last_seen: overview.last_seen,
            drafts: overview.drafts,
        }));
        if let Some(view) = overview.view {
            flow.take(Msg::Store(StoreMsg::View(Box::new(view))));
        }
        let shared = Box::new(flow.store.shared().unwrap());
        flow.take(Msg::Store(StoreMsg::Shared { ticket: None, shared }));
        let mut pages = Vec::new();
        flow.store
            .pages(|page| {
                pages.push(page);
                ControlFlow::Continue(())
            })
            .unwrap();
        for page in pages {
            flow.take(Msg::Store(page));
        }
        flow.take(Msg::Local(LocalMsg::Key { profile: "302ai".into(), result: Ok(()) }));
        flow
    }

    /// A file of this machine, and its path.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.take(Input::Resize { width, height });
    }

    /// One part of a flow.
    pub(crate) fn part(&mut self, part: &str) {
        self.live(MOMENT);
        let name = part.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        let keys: Vec<Key> = match name {
            Some(name) => vec![name.to_ascii_lowercase().parse().unwrap()],
            None => part.chars().map(Key::char).collect(),
        };
        for key in keys {
            self.take(Input::Key(key));
        }
    }

    /// A key pressed so often at once.
    pub(crate) fn at_once(&mut self, name: &str, times: usize) {
        let key = name.parse().unwrap();
        for _ in 0..times {
            self.take(Input::Key(key));
        }
    }

    pub(crate) fn paste(&mut self, text: &str) {
        self.take(Input::Paste(text.into()));
    }

    /// The screen's cells, row by row.
    pub(crate) fn cells(&self) -> Vec<Cell> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.state.screen.width, self.state.screen.height));
        ui::draw(&self.state, &mut buffer);
        buffer.content
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.state.screen.width, self.state.screen.height));
        ui::draw(&self.state, &mut buffer);
        let mut text = String::new();
        for y in 0..buffer.area.height {
            let mut x = 0;
            while x < buffer.area.width {
                text.push_str(buffer[(x, y)].symbol());
                x += buffer[(x, y)].cell_width().max(1);
            }
            text.push('\n');
        }
        text
    }

    /// Fails unless the screen shows that.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        assert!(self.screen().contains(text), "not on the screen: {text}\n{}", self.screen());
    }

    #[track_caller]
    pub(crate) fn hides(&self, text: &str) {
        assert!(!self.screen().contains(text), "on the screen: {text}\n{}", self.screen());
    }

    /// The screen's row of a task.
    pub(crate) fn row(&self, key: &str) -> String {
        self.screen().lines().find(|line| line.contains(key)).unwrap_or_default().to_owned()
    }

    /// Every task as the store has it, oldest first.
    pub(crate) fn tasks(&self) -> Vec<Task> {
        super::tasks_of(&self.store)
    }

    /// The state of every task, oldest first.
    pub(crate) fn states(&self) -> Vec<TaskState> {
        self.tasks().iter().map(Task::state).collect()
    }
}

impl Ground<msg::Msg> for Answering {
    fn hears(&mut self, msg: &msg::Msg) {
        if let msg::Msg::Work(msg) = msg {
            self.path.hears(msg);
        }
    }

    fn perform(&mut self, effect: Effect, now: Now) -> Option<Msg> {
        let key = match &effect {
            Effect::Http {
                call: HttpCmd::Submit { key, .. } | HttpCmd::Query { key, .. } | HttpCmd::File { key, .. },
                ..
            }
            | Effect::Save { command: SaveCmd::Start { key, .. }, .. } => Some(*key),
            _ => None,
        };
        if let Effect::Http { call: HttpCmd::Submit { key, .. }, .. } = &effect {
            self.path.post(*key);
            self.posted.insert(*key, now.wall);
        }
        let since = key.and_then(|key| self.posted.get(&key)).map_or(0, |at| now.wall.since(*at));
        let said = (self.script)(&effect, since);
        match effect {
            Effect::Store(command) => self.store.carry_out(command).unwrap().map(Msg::Store),
            Effect::Http { call: command, .. } if matches!(said, Say::Nothing) => {
                self.held.push(command);
                None
            }
            Effect::Http { call: command, .. } => {
                let reply = if let Say::This(reply) = said { reply } else { self.usual(&command) };
                Some(Msg::Http(HttpMsg::answer(command, reply)))
            }
            Effect::Save { command: SaveCmd::Start { key, ticket, target, .. }, .. } => {
                match said {
                    Say::Saving(SaveStep::Stopped) => return Some(Msg::Save(SaveMsg::Stopped { key, ticket })),
                    Say::Saving(SaveStep::Under { done, total }) => {
                        return Some(Msg::Save(SaveMsg::Progress { key, ticket, done, total: Some(total) }));
                    }
                    _ => {}
                }
                let saved = SavedFile {
                    host: None,
                    path: format!("{}/{}", target.dir, target.name),
                    bytes: 12_449_000,
                    sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".into(),
                    sides: Some((1366, 768)),
                    length_ms: Some(5_880),
                };
                Some(Msg::Save(SaveMsg::Done { key, ticket, saved }))
            }
            Effect::Term(TermCmd::Copy(text)) => {
                self.copied.push(text);
                None
            }
            Effect::Local(LocalCmd::See(sight)) => {
                self.looked.push(sight.clone());
                let result = Ok(picture(&sight));
                Some(Msg::Local(LocalMsg::Seen { sight, result }))
            }
            Effect::Exit => {
                self.ended = true;
                None
            }
            Effect::Local(command) => self.local(command).map(Msg::Local),
            Effect::Save { .. } | Effect::Term(_) | Effect::Log(_) => None,
        }
    }
}

impl Answering {
    /// What this machine has to say: its files are real ones, its editor is the test.
    fn local(&mut self, command: LocalCmd) -> Option<LocalMsg> {
        Some(match command {
            LocalCmd::LoadImage { path } => {
                let result = images::load(&path, &self.dir.path().join("images"));
                let shrinks = result.is_err() && shrink::would_help(&path);
                LocalMsg::Image { path, result, shrinks }
            }
            LocalCmd::Shrink { path } => {
                let result = shrink::shrink(&path, &self.dir.path().join("images"));
                LocalMsg::Image { path, result, shrinks: false }
            }
            LocalCmd::List { typed, purpose } => {
                let result = files::list(&typed);
                LocalMsg::Listed { typed, purpose, result }
            }
            LocalCmd::ReadPrompts { path } => {
                let result = prompts::load(&path);
                LocalMsg::Prompts { path, result }
            }
            command => {
                self.asked.push(command);
                return None;
            }
        })
    }

    fn state_of(&self, id: &RemoteId) -> Reply {
        if self.made { status("Success", &id.0) } else { status("Processing", "") }
    }

    /// What the service says to a call that all goes well with.
    fn usual(&mut self, command: &HttpCmd) -> Reply {
        match command {
            HttpCmd::Submit { request, .. } => {
                self.posts.push((**request).clone());
                let id = format!("10691611221{:04}", self.posts.len());
                let accepted = answered(&format!(r#"{{"task_id":"{id}",{OK}}}"#));
                self.answers.pop_front().unwrap_or(accepted)
            }
            HttpCmd::Query { id, .. } | HttpCmd::Find { id, .. } => self.state_of(id),
            HttpCmd::File { file, .. } => addressed(&file.0, 2_000_000_000),
            HttpCmd::Balance { .. } => answered(r#"{"data":{"balance":"12.34"}}"#),
            HttpCmd::Upload { .. } => answered(r#"{"code":200,"data":"https://file.example/a.png"}"#),
            HttpCmd::Charge { .. } | HttpCmd::Records { .. } => answered(r#"{"code":-1,"msg":"record not found"}"#),
        }
    }
}

/// What is seen of anything: frames that get brighter, of a video of 144 in six seconds.
fn picture(sight: &Sight) -> Seen {
    const ALL: usize = 144;
    let numbers = match &sight.part {
        Part::First => vec![0],
        Part::Frame(number) => vec![(*number).min(ALL - 1)],
        Part::Sheet(n) => (0..usize::from(*n)).map(|at| (2 * at + 1) * ALL / (2 * usize::from(*n))).collect(),
        Part::Moments(moments) => moments.iter().map(|ms| (*ms as usize * 24 / 1_000).min(ALL - 1)).collect(),
    };
    let (width, height) = (32, 18);
    let frame = |number: usize| Frame {
        number,
        ms: number as u64 * 1_000 / 24,
        width,
        height,
        rgb: vec![40 + number as u8; 3 * usize::from(width) * usize::from(height)].into(),
    };
    Seen { frames: numbers.into_iter().map(frame).collect(), all: Some(ALL) }
}

/// A file's address that ends at that second of the Unix time.
pub(crate) fn addressed(file: &str, until: i64) -> Reply {
    let url = format!("https://storage.example/output.mp4?Expires={until}");
    answered(&format!(
        r#"{{"file":{{"file_id":"{file}","bytes":0,"filename":"output.mp4","download_url":"{url}"}},{OK}}}"#
    ))
}

/// A task of that state.
pub(crate) fn status(word: &str, file: &str) -> Reply {
    answered(&format!(r#"{{"status":"{word}","file_id":"{file}",{OK}}}"#))
}

/// An HTTP answer with status 200.
pub(crate) fn answered(body: &str) -> Reply {
    Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body: body.into() }
}

/// A refusal of the service.
pub(crate) fn refused(code: i64, message: &str) -> Reply {
    answered(&format!(r#"{{"task_id":"","base_resp":{{"status_code":{code},"status_msg":"{message}"}}}}"#))
}

/// A refusal of the gateway that passes.
pub(crate) fn no_channel() -> Reply {
    let body = r#"{"error":{"err_code":-10008,"message":"no channel","type":"api_error"}}"#;
    Reply::Answered { http: 400, retry_after_ms: None, request_id: None, body: body.into() }
}

/// The answer was lost on its way.
pub(crate) fn lost() -> Reply {
    Reply::Broken { why: ConnectionFault::Cut, request_id: None, detail: "the line was cut".into() }
}

/// That many milliseconds after the start, which is 2026-11-22T18:30:00Z.
pub(crate) fn now(mono: u64) -> Now {
    Now { mono: Mono(mono), wall: Wall(1_795_372_200_000).plus(mono), zone: domain::time::Zone::east(0) }
}
