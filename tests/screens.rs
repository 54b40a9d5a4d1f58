//! Every screen as text, with a hash of its styles, at three sizes. After a change look at each snapshot that changed
//! before it is taken.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod common;

use common::{believable, empty, look_at, picture, request};
use ratatui::{
    buffer::{Buffer, CellWidth},
    layout::Rect,
};
use reeltop::{
    domain::{
        answer::HaltCause,
        costs::{CostLine, report},
        draft::{Draft, Fault, Field, Severity},
        money::Ptc,
        problem::{Charged, ErrorClass, Problem},
        request::ImageRef,
        task::{MoneyEvent, TaskKey, TaskState},
        time::{HOUR, Mono, SECOND},
    },
    logic::{
        act::Act,
        compose::CameraList,
        editor::{LineEditor, PromptEditor},
        effect::Level,
        filter::Filter,
        pick::{Item, PickWhat, Picker, Take},
        screen::{
            Away, Batch, ComposeRow, Confirm, DetailTab, Estimate, Layer, ListView, Message, Pane, Preview,
            PreviewItem, Purpose, Toast,
        },
        state::{Halt, State},
    },
    ui::{self, Drawn},
};
use std::fmt::Write;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

/// Takes a snapshot of a screen at each size.
fn shots(name: &str, make: impl Fn(u16, u16) -> State) {
    for (width, height) in SIZES {
        let (buf, drawn) = drawn(&make(width, height));
        insta::assert_snapshot!(format!("{name}@{width}x{height}"), told(&buf, drawn));
    }
}

fn drawn(state: &State) -> (Buffer, Drawn) {
    let mut buf = Buffer::empty(Rect::new(0, 0, state.screen.width, state.screen.height));
    let drawn = ui::draw(state, &mut buf);
    (buf, drawn)
}

/// The picture as text, each row between bars, and below it what text does not show.
fn told(buf: &Buffer, drawn: Drawn) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let (mut row, mut x) = (String::new(), 0);
        while x < buf.area.width {
            row.push_str(buf[(x, y)].symbol());
            x += buf[(x, y)].cell_width().max(1);
        }
        writeln!(out, "|{row}|").unwrap();
    }
    writeln!(out, "styles {:016x}", styles(buf)).unwrap();
    writeln!(out, "cursor {:?}", drawn.cursor.map(|at| (at.x, at.y))).unwrap();
    write!(out, "scroll {:?}", drawn.scroll.map(|region| (region.top, region.bottom, region.first))).unwrap();
    out
}

/// FNV-1a over each cell's colours and attributes: stable over compilers and platforms.
fn styles(buf: &Buffer) -> u64 {
    buf.content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, cell| {
        format!("{:?}{:?}{:?};", cell.fg, cell.bg, cell.modifier)
            .bytes()
            .fold(hash, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    })
}

fn fault(field: Field, severity: Severity, what: &str, next: &str) -> Fault {
    Fault { field, severity, problem: Problem::new(what, "", next), fix: None }
}

/// The table in a filter, with marks, a frozen view, and pages still coming.
fn busy_table(width: u16, height: u16) -> State {
    let mut state = believable(width, height);
    state.screen.table.order.retain(|key| key.0 % 2 == 1);
    state.screen.table.filter = Filter::parse("model:02").unwrap();
    state.screen.table.marks = [TaskKey(33), TaskKey(35)].into();
    state.screen.table.frozen = true;
    state.tasks.loaded = false;
    state.tasks.total = 100_000;
    common::put_cursor(&mut state, 35);
    state
}

fn halted(width: u16, height: u16) -> State {
    let mut state = believable(width, height);
    state.queue.halted = Some(Halt {
        cause: HaltCause::Balance,
        problem: Problem::new("Nothing is sent", "the balance is used up (1008)", "Top it up, then press p"),
    });
    state.poller.offline_since = Some(Mono(560 * SECOND));
    state.poller.misses = 4;
    state
}

fn away(width: u16, height: u16) -> State {
    let mut state = believable(width, height);
    state.queue.paused = true;
    state.settings.demo = true;
    state.screen.away = Some(Away {
        since: common::before(9 * HOUR),
        counts: [(TaskState::Saved, 14), (TaskState::Unknown, 1)].into(),
        at_risk: 2,
        unsent: 3,
        spent: Ptc::from_thousandths(7_000),
    });
    for (level, text) in [
        (Level::Info, "#29 saved to /home/lin/Videos/reeltop/29-a-paper-boat.mp4"),
        (Level::Error, "#24 failed: the service failed: \"unknown error\". Send it again later"),
    ] {
        state.screen.toasts.push_back(Toast { level, text: text.into(), until: Mono(700_000) });
    }
    state
}

fn detail(key: u32, tab: DetailTab) -> impl Fn(u16, u16) -> State {
    move |width, height| {
        let mut state = believable(width, height);
        look_at(&mut state, key);
        state.screen.pane = Pane::Detail;
        state.screen.detail.tab = tab;
        state
    }
}

fn compose(width: u16, height: u16) -> State {
    let mut state = believable(width, height);
    state.screen.pane = Pane::Compose;
    let compose = &mut state.screen.compose;
    compose.prompt = PromptEditor::new(
        "雨夜的东京街头，霓虹灯在积水中倒映，一位穿红色雨衣的女孩缓缓转身[左摇,推进]，cinematic lighting",
    );
    compose.draft = Draft {
        model: "MiniMax-Hailuo-02".into(),
        first_frame: "~/pictures/海边 fox.png".into(),
        resolution: Some("512P".into()),
        last_frame: "end.png".into(),
        count: 3,
        ..Draft::default()
    };
    let ImageRef::Stored(image) = picture("~/pictures/海边 fox.png") else { unreachable!() };
    compose.images.insert("~/pictures/海边 fox.png".into(), Some(Ok(image)));
    compose.row = ComposeRow::Field(Field::Prompt);
    compose.faults = vec![
        fault(Field::Prompt, Severity::Warning, "[Pan lef] is no camera command", "Did you mean [Pan left]?"),
        fault(Field::FirstFrame, Severity::Error, "The picture's shorter side is 240 px", "It must be 300 px at least"),
    ];
    state
}

fn edit_and_retry(width: u16, height: u16) -> State {
    let mut state = compose(width, height);
    let compose = &mut state.screen.compose;
    compose.parent = Some(TaskKey(22));
    compose.parent_request = Some(request("MiniMax-Hailuo-02", "Old man laughs, wind in his beard"));
    compose.prompt = PromptEditor::new("Old man smiles, wind in his beard");
    compose.draft = Draft { model: "MiniMax-Hailuo-02".into(), duration: Some(10), ..Draft::default() };
    compose.faults.clear();
    compose.row = ComposeRow::Send;
    state
}

fn preview(purpose: Purpose, items: Vec<PreviewItem>) -> Preview {
    Preview {
        purpose,
        total: items.iter().map(|item| item.cost).sum(),
        items,
        warnings: Vec::new(),
        obstacles: Vec::new(),
        opened: Mono(0),
        typed: None,
        batch: None,
        sent: None,
        scroll: 0,
    }
}

fn item(parent: u32, prompt: &str) -> PreviewItem {
    PreviewItem {
        name: None,
        request: request("MiniMax-Hailuo-02", prompt),
        parent: Some(TaskKey(parent)),
        was: None,
        cost: Ptc::from_thousandths(500),
    }
}

fn with_layer(layer: Layer) -> impl Fn(u16, u16) -> State {
    move |width, height| {
        let mut state = believable(width, height);
        state.screen.layers.push(layer.clone());
        state
    }
}

#[test]
fn the_table_at_work() {
    shots("table", believable);
}

#[test]
fn a_table_filtered_marked_and_loading() {
    shots("table_busy", busy_table);
}

#[test]
fn an_empty_table_says_what_to_press() {
    shots("table_empty", empty);
}

#[test]
fn a_halted_queue_without_a_line() {
    shots("halted", halted);
}

#[test]
fn back_after_a_night_with_toasts() {
    shots("away", away);
}

#[test]
fn detail_of_a_failed_task() {
    shots("detail_failed", detail(22, DetailTab::Overview));
}

#[test]
fn detail_of_a_saved_retry() {
    shots("detail_saved", detail(29, DetailTab::Overview));
    shots("detail_attempts", detail(29, DetailTab::Attempts));
}

#[test]
fn detail_of_a_running_task_with_a_picture() {
    shots("detail_running", detail(43, DetailTab::Overview));
    shots("detail_request", detail(43, DetailTab::Request));
}

#[test]
fn the_other_parts_of_detail() {
    shots("detail_time_line", detail(22, DetailTab::TimeLine));
    shots("detail_answers", detail(22, DetailTab::Answers));
}

#[test]
fn compose_with_faults() {
    shots("compose", compose);
}

#[test]
fn edit_and_retry_shows_what_changed() {
    shots("compose_edit", edit_and_retry);
}

#[test]
fn the_preview_of_a_retry() {
    let mut changed = item(22, "Old man smiles, wind in his beard, shallow depth of field");
    changed.was = Some(request("MiniMax-Hailuo-02", "Old man laughs, wind in his beard, shallow depth of field"));
    shots("preview", with_layer(Layer::Preview(preview(Purpose::EditRetry, vec![changed]))));
}

#[test]
fn the_preview_of_many_wants_the_number_typed() {
    let items = (1..=24).map(|key| item(key, "A fox runs through fresh snow at dawn, breath steaming")).collect();
    let mut many = preview(Purpose::Retry, items);
    many.typed = Some(LineEditor::new("2"));
    many.warnings = vec![Problem::new("The same prompt was sent 4 minutes ago", "", "")];
    shots("preview_many", with_layer(Layer::Preview(many)));
}

#[test]
fn a_preview_that_cannot_be_sent_says_why() {
    let mut over = preview(Purpose::New, vec![item(1, "A cat")]);
    over.items[0].parent = None;
    over.obstacles = vec![Problem::new(
        "The day's cap would be crossed",
        "19.8 of 20.0 PTC are spent or set aside",
        "Raise budget.per_day, or wait until midnight",
    )];
    shots("preview_obstacle", with_layer(Layer::Preview(over)));
}

#[test]
fn help() {
    shots("help", with_layer(Layer::Help(ListView::default())));
}

#[test]
fn menus() {
    shots("copy_menu", with_layer(Layer::CopyMenu));
    shots("sort_menu", with_layer(Layer::SortMenu { at: 3 }));
    shots("choose_model", with_layer(Layer::Choose { field: Field::Model, at: 2, marks: [1, 2].into() }));
}

#[test]
fn a_filter_being_typed_with_a_fault() {
    let layer = Layer::FilterInput {
        line: LineEditor::new("state:faild model:02"),
        before: Filter::default(),
        fault: Some("no state is called faild; did you mean failed?".into()),
    };
    shots("filter_input", with_layer(layer));
}

#[test]
fn questions() {
    shots("resolve", with_layer(Layer::Resolve { key: TaskKey(39), at: 2, line: LineEditor::new("10691") }));
    let confirm = Confirm {
        question: "Stop watching #34? The service goes on with it, and it stays charged.".into(),
        act: Act::Cancel(vec![TaskKey(34)]),
    };
    shots("confirm", with_layer(Layer::Confirm(confirm)));
}

#[test]
fn the_message_log() {
    shots("messages", |width, height| {
        let mut state = with_layer(Layer::Messages(ListView::default()))(width, height);
        for (n, level) in [Level::Info, Level::Warning, Level::Error].into_iter().enumerate() {
            state.screen.messages.push_back(Message {
                at: common::before(HOUR - u64::try_from(n).unwrap() * SECOND),
                level,
                key: Some(TaskKey(22)),
                text: "was refused: the prompt was judged sensitive. Change the prompt, then send it again".into(),
            });
        }
        state
    });
}

#[test]
fn a_screen_in_ascii_has_no_other_character() {
    let make = |state: &mut State| {
        state.settings.ui.ascii = true;
        for row in state.tasks.rows.values_mut() {
            row.prompt = "plain".into();
        }
    };
    let mut table = believable(120, 40);
    make(&mut table);
    table.screen.table.marks = [TaskKey(33)].into();
    let mut filled = away(120, 40);
    make(&mut filled);
    let mut asked = with_layer(Layer::Resolve { key: TaskKey(39), at: 1, line: LineEditor::default() })(80, 24);
    make(&mut asked);
    let mut helped = with_layer(Layer::Help(ListView::default()))(120, 60);
    make(&mut helped);
    let mut editing = edit_and_retry(80, 24);
    make(&mut editing);
    for state in [table, filled, asked, helped, editing] {
        let (buf, _) = drawn(&state);
        let foreign: Vec<&str> =
            buf.content.iter().map(|cell| cell.symbol()).filter(|symbol| !symbol.is_ascii()).collect();
        assert_eq!(foreign, Vec::<&str>::new());
    }
}

#[test]
fn a_theme_without_colours_has_none() {
    let mut state = believable(120, 40);
    state.settings.ui.theme = "mono".into();
    let (buf, _) = drawn(&state);
    use ratatui::style::Color::Reset;
    assert!(buf.content.iter().all(|cell| (cell.fg, cell.bg) == (Reset, Reset)));
}

#[test]
fn nothing_from_outside_can_steer_the_terminal() {
    let mut state = believable(120, 40);
    for row in state.tasks.rows.values_mut() {
        row.prompt = "a\u{1b}[2Jb\u{7}\u{202e}c\u{9b}d\r\ne".into();
        row.error = Some("x\u{1b}]52;c;AAAA\u{7}".into());
        row.status = "\u{1b}c".into();
    }
    let (buf, _) = drawn(&state);
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!buf.content.iter().any(|cell| cell.symbol().contains(steers)));
}

#[test]
fn no_size_makes_it_panic() {
    let makers: Vec<Box<dyn Fn(u16, u16) -> State>> = vec![
        Box::new(believable),
        Box::new(empty),
        Box::new(away),
        Box::new(compose),
        Box::new(edit_and_retry),
        Box::new(detail(22, DetailTab::Overview)),
        Box::new(detail(29, DetailTab::Attempts)),
        Box::new(with_layer(Layer::Help(ListView { scroll: 500, ..ListView::default() }))),
        Box::new(with_layer(Layer::Preview(preview(Purpose::Retry, vec![item(1, "雨夜"), item(2, "fox")])))),
        Box::new(with_layer(Layer::Resolve {
            key: TaskKey(39), at: 2, line: LineEditor::new("雨夜的东京街头")
        })),
    ];
    for make in &makers {
        let mut state = make(80, 24);
        for width in (1..=130).step_by(4).chain([2, 3, 39, 40, 80]) {
            for height in (1..=45).step_by(3).chain([2, 11, 12, 24, 30]) {
                (state.screen.width, state.screen.height) = (width, height);
                let (_, drawn) = drawn(&state);
                if let Some(at) = drawn.cursor {
                    assert!(at.x < width && at.y < height, "{width}x{height}: {at:?}");
                }
            }
        }
    }
}

fn matrix(width: u16, height: u16) -> State {
    let mut state = compose(width, height);
    let compose = &mut state.screen.compose;
    compose.prompt = PromptEditor::new("a {red|blue|green} kite over the sea [Pan ");
    compose.draft.prompt = compose.prompt.text();
    compose.draft.lists.models = vec!["MiniMax-Hailuo-02".into(), "MiniMax-Hailuo-2.3".into()];
    compose.draft.lists.durations = vec![6, 10];
    compose.draft.resolution = Some("768P".into());
    compose.draft.first_frame.clear();
    compose.draft.last_frame.clear();
    compose.faults.clear();
    compose.estimate = Some(Estimate { tasks: 36, price: Ptc::from_thousandths(18_000) });
    compose.camera = CameraList::Open { at: 1 };
    state
}

fn picker(what: PickWhat, query: &str, at: usize, items: &[(&str, &str, &str)]) -> Picker {
    let item = |(text, note, why_not): &(&str, &str, &str)| Item {
        text: (*text).into(),
        note: (*note).into(),
        why_not: (*why_not).into(),
        take: Take::File((*text).into()),
    };
    Picker { what, query: LineEditor::new(query), at, items: items.iter().map(item).collect(), listing: None }
}

#[test]
fn several_values_in_compose_with_the_camera_commands_open() {
    shots("compose_many", matrix);
}

#[test]
fn the_preview_of_a_batch_tells_what_was_left_out_and_three_samples() {
    let prompts = ["a red kite", "a blue kite", "a green kite", "a white kite", "a black kite"];
    let items = prompts.iter().map(|prompt| PreviewItem { parent: None, ..item(1, prompt) }).collect();
    let why = "MiniMax-Hailuo-02 makes no 10 s at 1080P".to_owned();
    let batch =
        Batch { from: None, duplicates: 2, impossible: vec![("MiniMax-Hailuo-02 1080P 10 s a red kite".into(), why)] };
    shots("preview_batch", with_layer(Layer::Preview(Preview { batch: Some(batch), ..preview(Purpose::New, items) })));
}

#[test]
fn the_list_of_pictures_tells_sizes_and_why_one_cannot_be_used() {
    let items = [
        ("sub/", "folder", ""),
        ("海边 fox.png", "PNG 1280x720, 1.2 MB", ""),
        (
            "icon.png",
            "PNG 64x64, 3 kB",
            "The picture is too small: MiniMax-Hailuo-02 takes a shorter side of at least 300 px",
        ),
        ("notes.txt", "870 B", "its content is no JPEG or PNG picture"),
    ];
    let pictures = picker(PickWhat::Pictures(Field::FirstFrame), "~/pictures/", 1, &items);
    shots("pick_pictures", with_layer(Layer::Pick(pictures)));
}

#[test]
fn the_list_of_earlier_prompts_is_searched() {
    let items = [
        ("雨夜的东京街头，霓虹灯在积水中倒映", "#22 saved", ""),
        ("Old man laughs, wind in his beard", "#7 failed", ""),
    ];
    shots("pick_history", with_layer(Layer::Pick(picker(PickWhat::History, "a", 0, &items))));
}

/// A failed morning: causes of each kind, one of them mended, and what the last plan came to.
fn failures(width: u16, height: u16) -> State {
    let mut state = believable(width, height);
    state.round.keys = vec![TaskKey(29), TaskKey(36)];
    press(&mut state, "R");
    state
}

/// The same keys as a person's.
fn press(state: &mut State, keys: &str) {
    for key in keys.split(' ') {
        let now = state.now;
        let input = reeltop::logic::msg::Input::Key(key.parse().unwrap());
        let _ = reeltop::logic::update(state, reeltop::logic::msg::Msg::Input(input), now);
    }
}

#[test]
fn failures_by_cause() {
    shots("failures", failures);
    shots("failures_mended", |width, height| {
        let mut state = failures(width, height);
        press(&mut state, "enter ctrl-w ctrl-w d a y enter");
        press(&mut state, "k");
        state
    });
}

#[test]
fn mending_a_cause() {
    shots("mend_prompts", |width, height| {
        let mut state = failures(width, height);
        press(&mut state, "enter ctrl-w ctrl-w d a y");
        state
    });
    shots("mend_field", |width, height| {
        let mut state = failures(width, height);
        press(&mut state, "g f");
        state
    });
}

#[test]
fn unsent_from_before() {
    shots("unsent", |width, height| {
        let mut state = believable(width, height);
        state.queue.paused = true;
        state.queue.unsent = [TaskKey(40), TaskKey(41), TaskKey(42)].into();
        state
    });
}

#[test]
fn money() {
    shots("money", |width, height| {
        let mut state = believable(width, height);
        let line = |key: u32, days: u64, event, class, model: &str| CostLine {
            key: TaskKey(key),
            at: common::before(days * 24 * HOUR),
            event,
            amount: Ptc::from_thousandths(500),
            profile: "302ai".into(),
            model: model.into(),
            state: if class == Some(ErrorClass::UnknownOutcome) { TaskState::Unknown } else { TaskState::Saved },
            charged: Charged::Yes,
            class,
        };
        let lost = Some(ErrorClass::UnknownOutcome);
        let lines = [
            line(1, 1, MoneyEvent::Charged, None, "MiniMax-Hailuo-02"),
            line(2, 0, MoneyEvent::Charged, None, "MiniMax-Hailuo-02"),
            line(3, 0, MoneyEvent::Unknown, lost, "T2V-01-Director"),
        ];
        press(&mut state, "$");
        state.money.report = Some(Box::new(report(&lines, common::NOW)));
        state.money.first_balance = Some((Ptc::from_thousandths(40_000), common::before(2 * HOUR)));
        state
    });
}
