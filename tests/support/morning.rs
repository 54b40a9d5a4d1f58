//! A believable morning's work, as the program itself comes to it: each task was queued, sent, asked about and fetched,
//! and what went wrong was an answer of the service.

use crate::states::{NOW, before, ordinary, picture, put_cursor, request};
use crate::support::flow::{Flow, SaveStep, Say, addressed, answered, refused, status};
use domain::{
    amount::Amount,
    request::Request,
    task::TaskKey,
    time::{HOUR, MINUTE, Mono, Now, SECOND},
};
use engine::{
    act::{Act, Intent},
    effect::{Effect, HttpCmd, SaveCmd, Ticket},
    msg::{Detail, HttpMsg, Msg},
    settings::Settings,
};
use screens::{app::App, msg::Input};
use service::answer::{ConnectionFault, Reply};
use std::cell::RefCell;
use words::{lang, lang::Lang};

/// The last task.
const LAST: u32 = 42;

/// How long ago each task was queued.
fn age(key: u32) -> u64 {
    match key {
        1..=21 => (60 - u64::from(key)) * 3 * MINUTE,
        22..=32 => u64::from(48 - key) * MINUTE,
        33 => 250 * SECOND,
        34 => 190 * SECOND,
        35 => 130 * SECOND,
        36 => 70 * SECOND,
        37 => 15 * SECOND,
        38 => 14 * SECOND,
        39 => 12 * SECOND,
        _ => 2 * SECOND,
    }
}

/// What the service and the disk say, where it is not the usual.
fn script(effect: &Effect, since: u64) -> Say {
    let fail = |code: i64, why: &str| {
        Say::This(answered(&format!(
            r#"{{"status":"Fail","base_resp":{{"status_code":{code},"status_msg":"{why}"}}}}"#
        )))
    };
    match effect {
        Effect::Http { call: HttpCmd::Submit { key, .. }, .. } => match key.0 {
            25 => Say::This(refused(1026, "input new_sensitive")),
            26 => Say::This(refused(2013, "invalid params, first_frame_image: shorter side 240 < 300")),
            38 => Say::Nothing,
            39 => Say::This(Reply::Broken {
                request_id: None,
                why: ConnectionFault::TimedOut { after_ms: 120_000 },
                detail: "no answer within 120 s".into(),
            }),
            40 => Say::This(refused(1002, "rate limit")),
            _ => Say::AsUsual,
        },
        Effect::Http { call: HttpCmd::Query { key, .. }, .. } => {
            let takes = 2 * MINUTE + u64::from(key.0 % 7) * 13 * SECOND;
            match key.0 {
                28 | 33 | 34 | 36 => Say::This(status("Processing", "")),
                35 => Say::This(status("Queueing", "")),
                37 => Say::Nothing,
                _ if since < takes => Say::This(status("Processing", "")),
                22 => fail(1026, "input new_sensitive"),
                23 => fail(1027, "output new_sensitive"),
                24 => fail(1000, "unknown error"),
                n => Say::This(status("Success", &format!("1768440287{n:05}"))),
            }
        }
        Effect::Http { call: HttpCmd::File { key: TaskKey(30), .. }, .. } => Say::This(refused(1000, "unknown error")),
        Effect::Http { call: HttpCmd::File { key: TaskKey(31), file, .. }, .. } => {
            Say::This(addressed(&file.0, NOW.wall.plus(40 * MINUTE).0 / 1_000))
        }
        Effect::Save { command: SaveCmd::Start { key: TaskKey(31), .. }, .. } => Say::Saving(SaveStep::Stopped),
        Effect::Save { command: SaveCmd::Start { key: TaskKey(32), .. }, .. } => {
            Say::Saving(SaveStep::Under { done: 5_100_000, total: 12_400_000 })
        }
        _ => Say::AsUsual,
    }
}

fn wanted(key: u32) -> Request {
    match key {
        29 => {
            let again = ordinary(22);
            Request { prompt: again.prompt.replace("laughs", "smiles"), ..again }
        }
        36 => Request {
            first_frame: Some(picture("~/pictures/海边 fox.png")),
            resolution: "1080P".into(),
            ..request("MiniMax-Hailuo-02", "The fox turns its head and looks into the camera")
        },
        key => ordinary(key),
    }
}

/// The program after its morning.
struct Played {
    lang: Lang,
    app: App,
    /// All about each task, the first one first.
    details: Vec<Detail>,
    /// The submission that is not answered yet.
    posting: (TaskKey, Ticket),
}

fn played() -> Played {
    let began = 3 * HOUR;
    let mut settings = Settings::default();
    settings.queue.undo_ms = 0;
    settings.profile.submit_per_minute = 20;
    settings.poll.every_ms = 30 * SECOND;
    settings.budget.per_day = Some(Amount::from_thousandths(40_000));
    settings.download.dir = "/home/lin/Videos/reeltop".into();
    let start = Now { mono: Mono(NOW.mono.0 - began), wall: before(began), ..NOW };
    let mut flow = Flow::begin(settings, start);
    flow.resize(120, 40);
    flow.script = script;
    flow.trusted = true;
    for key in 1..=LAST {
        let at = Mono(NOW.mono.0 - age(key));
        flow.live(at.since(flow.now.mono));
        let parent = (key == 29).then_some(TaskKey(22));
        let intent = Intent { request: wanted(key), parent, agreed: vec![], name: None, typed: None, profile: None };
        if key == 27 {
            flow.take(Msg::Act(Act::Pause(true)));
        }
        flow.take(Msg::Act(Act::Queue { intents: vec![intent], undo: false }));
        match key {
            27 => {
                flow.take(Msg::Act(Act::Cancel(vec![TaskKey(27)])));
                flow.take(Msg::Act(Act::Pause(false)));
            }
            28 => {
                flow.live(30 * SECOND);
                flow.take(Msg::Act(Act::Cancel(vec![TaskKey(28)])));
            }
            _ => {}
        }
    }
    flow.live(NOW.mono.since(flow.now.mono));
    flow.take(Msg::Act(Act::Balance));
    let details = (1..=LAST).map(|key| flow.ground.store.detail(TaskKey(key)).unwrap().unwrap()).collect();
    // What was just said has tests of its own, and so has detail.
    flow.state.screen.toasts.clear();
    flow.state.screen.detail = Default::default();
    let posting = flow.ground.held.iter().find_map(|call| match call {
        HttpCmd::Submit { key, ticket, .. } => Some((*key, *ticket)),
        _ => None,
    });
    Played { lang: lang::current(), app: flow.state, details, posting: posting.unwrap() }
}

thread_local! {
    /// In each language, since it takes a while.
    static PLAYED: RefCell<Vec<Played>> = const { RefCell::new(Vec::new()) };
}

fn morning<T>(take: impl FnOnce(&Played) -> T) -> T {
    let lang = lang::current();
    PLAYED.with_borrow_mut(|all| {
        if all.iter().all(|played| played.lang != lang) {
            all.push(played());
        }
        all.iter().find(|played| played.lang == lang).map(take).unwrap()
    })
}

/// The morning's work in the table, the cursor on the running task #34, money and line in good order.
pub(crate) fn believable(width: u16, height: u16) -> App {
    let mut app = morning(|played| played.app.clone());
    let _ = screens::update(&mut app, Input::Resize { width, height }, NOW);
    app.screen.detail.asked = None;
    app.screen.table.top = 0;
    put_cursor(&mut app, 34);
    app
}

/// Puts the cursor on a task and gives detail all about it.
pub(crate) fn look_at(app: &mut App, key: u32) {
    put_cursor(app, key);
    let detail = morning(|played| played.details[key as usize - 1].clone());
    app.screen.detail.loaded = Some(Box::new(detail));
}

/// The submission that is under way is refused.
pub(crate) fn refuse(app: &mut App, code: i64, why: &str) {
    let (key, ticket) = morning(|played| played.posting);
    let msg = Msg::Http(HttpMsg::Submitted { key, ticket, reply: refused(code, why) });
    let _ = screens::update(app, msg, NOW);
}
