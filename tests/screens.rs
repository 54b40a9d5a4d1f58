//! Every screen as text, in both languages and in ASCII, at each size that counts, and some with their colours. After a
//! change look at each snapshot that changed before it is taken.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "screens/every.rs"]
mod every;
#[path = "support/morning.rs"]
mod morning;
#[path = "screens/plans.rs"]
mod plans;
mod states;
mod support;

use ::io::prompts;
use domain::{
    account::Stamp,
    amount::{Amount, Currency},
    costs::{CostLine, report},
    draft::{Draft, Field},
    problem::{Charged, ErrorClass, TaskError},
    reason::{Reason, connect::Connect, store},
    request::{ImageKind, ImageRef, Request, StoredImage},
    task::{MoneyEvent, Phase, Task, TaskKey, TaskState, Texts},
    text,
    time::{HOUR, Mono, Now, SECOND, Wall},
};
use engine::{
    act::Act,
    effect::ListFor,
    filter::Filter,
    folder::{Entry, EntryKind, Listing},
    history::Sort,
    msg::{LocalMsg, Msg, StoreMsg},
};
use morning::{believable, look_at};
use ratatui::{
    buffer::{Buffer, CellWidth},
    layout::Rect,
    style::{Color, Modifier},
};
use screens::msg::Input;
use screens::{
    app::App,
    compose::{
        choose::Choose,
        state::{CameraList, ComposeRow, Estimate},
    },
    confirm::Confirm,
    copy::menu::CopyMenu,
    detail::state::DetailTab,
    help::HELP,
    keymap::{Pane, PickWhat},
    layer::Layer,
    lists::ListView,
    palette::Palette,
    pick::{Item, Picker, Take},
    preview::state::{Preview, PreviewItem, Purpose},
    resolve::{Resolve, Way},
    shell::{view as ui, view::Drawn},
    since_last_time::Away,
    table::{columns, sort_menu::SortMenu},
    toast::Toast,
    welcome::Welcome,
    widgets::editor::{LineEditor, PromptEditor},
};
use states::{NOW, empty, picture, request};
use std::{fmt::Write, sync::Arc};
use words::{lang, lang::Lang, names};

/// Makes a state for a screen of that size.
type Make = Box<dyn Fn(u16, u16) -> App>;

/// The sizes that every screen is held at, in both languages and in ASCII.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (60, 16)];
/// The smallest that is of use; held in English.
const SMALLEST: (u16, u16) = (40, 12);

/// Takes a snapshot of a screen at each size: in English, in Chinese (`zh_`), and in English with plain ASCII signs
/// (`ascii_`). A state may hold texts that were made with it, so it is made in its language.
fn shots(name: &str, make: impl Fn(u16, u16) -> App) {
    let page = |lang, ascii, (width, height): (u16, u16)| {
        lang::within(lang, || {
            let mut state = make(width, height);
            state.work.settings.ui.ascii = ascii;
            let (buf, drawn) = drawn(&state);
            format!("{width}x{height}\n{}", told(&buf, drawn))
        })
    };
    let pages = |lang, ascii, sizes: &[(u16, u16)]| {
        sizes.iter().map(|size| page(lang, ascii, *size)).collect::<Vec<_>>().join("\n\n")
    };
    insta::assert_snapshot!(name, pages(Lang::En, false, &[&SIZES[..], &[SMALLEST]].concat()));
    insta::assert_snapshot!(format!("zh_{name}"), pages(Lang::Zh, false, &SIZES));
    insta::assert_snapshot!(format!("ascii_{name}"), pages(Lang::En, true, &SIZES));
}

fn drawn(app: &App) -> (Buffer, Drawn) {
    let mut buf = Buffer::empty(Rect::new(0, 0, app.screen.width, app.screen.height));
    let drawn = ui::draw(app, &mut buf);
    (buf, drawn)
}

/// A row as text, without the cells that wide characters hide.
fn row(buf: &Buffer, y: u16) -> String {
    let (mut row, mut x) = (String::new(), 0);
    while x < buf.area.width {
        row.push_str(buf[(x, y)].symbol());
        x += buf[(x, y)].cell_width().max(1);
    }
    row
}

/// The picture as text, each row between bars, and below it what text does not show.
fn told(buf: &Buffer, drawn: Drawn) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        writeln!(out, "|{}|", row(buf, y)).unwrap();
    }
    writeln!(out, "cursor {:?}", drawn.cursor.map(|at| (at.x, at.y))).unwrap();
    write!(out, "scroll {:?}", drawn.scroll.map(|region| (region.top, region.bottom, region.first))).unwrap();
    out
}

/// What is not in the terminal's own colours, run by run: its place, how it looks, its text.
fn spelled(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let style = |x: u16| (buf[(x, y)].fg, buf[(x, y)].bg, buf[(x, y)].modifier);
        let mut from = 0;
        while from < buf.area.width {
            let to = (from..buf.area.width).find(|x| style(*x) != style(from)).unwrap_or(buf.area.width);
            let (fg, bg, modifier) = style(from);
            let text: String = (from..to).map(|x| buf[(x, y)].symbol()).collect();
            if (fg, bg, modifier) != (Color::Reset, Color::Reset, Modifier::empty()) && !text.trim().is_empty() {
                writeln!(out, "{y:>2},{from:<3} {fg:?} on {bg:?} {modifier:?}: {}", text.trim()).unwrap();
            }
            from = to;
        }
    }
    out
}

/// The table in a filter, with marks, a frozen view, and pages still coming.
fn busy_table(width: u16, height: u16) -> App {
    let mut state = believable(width, height);
    state.screen.table.order.retain(|key| key.0 % 2 == 1);
    state.screen.table.filter = Filter::parse("model:02").unwrap();
    state.screen.table.marks = [TaskKey(33), TaskKey(35)].into();
    state.screen.table.frozen = true;
    state.work.tasks.loaded = false;
    state.work.tasks.total = 100_000;
    states::put_cursor(&mut state, 35);
    state
}

/// Many marked tasks in a frozen view; acts go to the marked ones, whatever detail shows.
fn marked(width: u16, height: u16) -> App {
    let mut state = believable(width, height);
    state.screen.table.marks = (1..=32).map(TaskKey).collect();
    state.screen.table.frozen = true;
    state
}

/// Every sort of task has a history, and one task runs longer than nineteen of twenty of its sort did.
fn expected(width: u16, height: u16) -> App {
    let mut state = believable(width, height);
    let tasks = &mut state.work.tasks;
    for row in tasks.rows.values() {
        let history = tasks.history.entry(Sort(Arc::clone(&row.kind))).or_default();
        (1..=20).for_each(|n| history.take(100 * SECOND + n * 7 * SECOND, true));
    }
    state
}

fn halted(width: u16, height: u16) -> App {
    let mut state = believable(width, height);
    morning::refuse(&mut state, 1008, "insufficient balance");
    let halt = state.work.own.sending.halted.as_mut().unwrap();
    halt.by = Some(Stamp { who: "watch 812".into(), at: NOW.wall });
    state.screen.toasts.clear();
    state.work.own.poller.offline_since = Some(Mono(NOW.mono.0 - 40 * SECOND));
    state.work.own.poller.misses = 4;
    state
}

fn away(width: u16, height: u16) -> App {
    let keys = |count| (1..=count).map(TaskKey).collect();
    let mut state = believable(width, height);
    state.work.queue.paused = true;
    state.work.settings.demo = true;
    state.screen.away = Some(Away {
        since: states::before(9 * HOUR),
        ended: [(TaskState::Saved, keys(14)), (TaskState::Unknown, keys(1))].into(),
        at_risk: keys(2),
        unsent: keys(3),
        spent: Amount::from_thousandths(7_000).of(Currency::Ptc).into(),
    });
    // What was told last.
    for message in state.screen.messages.iter().rev().take(2) {
        let until = NOW.mono.plus(100 * SECOND);
        state.screen.toasts.push_front(Toast {
            level: message.level,
            text: message.text.clone(),
            until,
            kind: None,
            count: 1,
            answers: false,
        });
    }
    state
}

fn detail(key: u32, tab: DetailTab) -> impl Fn(u16, u16) -> App {
    move |width, height| {
        let mut state = believable(width, height);
        look_at(&mut state, key);
        state.screen.pane = Pane::Detail;
        state.screen.detail.tab = tab;
        state
    }
}

fn compose(width: u16, height: u16) -> App {
    let mut state = believable(width, height);
    state.screen.pane = Pane::Compose;
    let compose = &mut state.screen.compose;
    compose.prompt = PromptEditor::new(
        "雨夜的东京街头，霓虹灯在积水中倒映，一位穿红色雨衣的女孩缓缓转身[Pan lef]，cinematic lighting",
    );
    compose.draft = Draft {
        model: "MiniMax-Hailuo-02".into(),
        first_frame: "~/pictures/海边 fox.png".into(),
        resolution: Some("512P".into()),
        last_frame: "end.png".into(),
        count: 3,
        ..Draft::default()
    };
    compose.row = ComposeRow::Field(Field::Prompt);
    let ImageRef::Stored(image) = picture("~/pictures/海边 fox.png") else { unreachable!() };
    let small = StoredImage { height: 240, ..image };
    let read = LocalMsg::Image { path: "~/pictures/海边 fox.png".into(), result: Ok(small), shrinks: true };
    let _ = screens::update(&mut state, Msg::Local(read), NOW);
    state
}

fn edit_and_retry(width: u16, height: u16) -> App {
    let mut state = compose(width, height);
    let compose = &mut state.screen.compose;
    compose.parents = [(TaskKey(22), request("MiniMax-Hailuo-02", "Old man laughs, wind in his beard"))].into();
    compose.prompt = PromptEditor::new("Old man smiles, wind in his beard");
    compose.draft =
        Draft { model: "MiniMax-Hailuo-02".into(), duration: Some(10), parent: Some(TaskKey(22)), ..Draft::default() };
    compose.faults.clear();
    compose.row = ComposeRow::Send;
    state
}

fn item(parent: u32, prompt: &str) -> PreviewItem {
    PreviewItem {
        profile: "302ai".into(),
        name: None,
        request: request("MiniMax-Hailuo-02", prompt),
        parent: Some(TaskKey(parent)),
        was: None,
        cost: Some(Amount::from_thousandths(500)),
    }
}

fn with_layer(layer: impl Into<Layer>) -> impl Fn(u16, u16) -> App {
    let layer = layer.into();
    move |width, height| {
        let mut state = believable(width, height);
        state.screen.layers.push(layer.clone());
        state
    }
}

/// Presses keys, each a second after the one before.
fn press(app: &mut App, keys: &str) {
    for key in keys.split(' ') {
        let (mono, wall) = (app.work.now.mono.plus(SECOND), app.work.now.wall.plus(SECOND));
        let _ = screens::update(app, Input::Key(key.parse().unwrap()), Now { mono, wall, ..NOW });
    }
}

fn paste(app: &mut App, text: &str) {
    let now = app.work.now;
    let _ = screens::update(app, Input::Paste(text.into()), now);
}

#[test]
fn the_table_at_work() {
    shots("table", believable);
}

#[test]
fn colours_and_attributes_say_what_matters() {
    for (name, make) in [
        ("table", Box::new(believable) as Make),
        ("halted", Box::new(halted)),
        ("detail_failed", Box::new(detail(25, DetailTab::Overview))),
        ("compose", Box::new(compose)),
    ] {
        insta::assert_snapshot!(format!("styles_{name}"), spelled(&drawn(&make(80, 24)).0));
    }
}

#[test]
fn a_table_filtered_marked_and_loading() {
    shots("table_busy", busy_table);
}

#[test]
fn what_the_history_expects_stands_in_the_header_and_in_a_late_row() {
    shots("table_expected", expected);
    shots("detail_late", |width, height| {
        let mut state = expected(width, height);
        look_at(&mut state, 33);
        state
    });
    let late = spelled(&drawn(&expected(80, 24)).0);
    let late: Vec<&str> = late.lines().filter(|line| line.contains("4:10")).collect();
    assert!(matches!(late[..], [line] if line.contains("Yellow") || line.contains("Rgb")), "{late:?}");
}

#[test]
fn what_is_marked_is_told_beside_the_titles_and_in_detail() {
    shots("table_marked", marked);
    shots("detail_marked", |width, height| {
        let mut state = marked(width, height);
        look_at(&mut state, 36);
        state.screen.pane = Pane::Detail;
        state
    });
}

#[test]
fn compose_uses_a_high_screen() {
    let (buf, drawn) = drawn(&compose(160, 50));
    insta::assert_snapshot!("compose@160x50", told(&buf, drawn));
}

#[test]
fn a_profile_that_uploads_pictures_says_in_compose_that_they_may_be_public() {
    shots("compose_upload", |width, height| {
        let mut state = compose(width, height);
        state.work.settings.profile.upload = true;
        state
    });
}

/// A shared store that has not answered for 40 seconds.
fn without_a_store(width: u16, height: u16) -> App {
    let mut state = believable(width, height);
    let since = Wall(NOW.wall.0 - 40_000);
    let why = store::Why::Server { kind: store::Trouble::Away, said: "connection refused".into() };
    let fault = store::Fault { deed: store::Deed::Read, file: "postgres://db/reel".into(), why };
    for msg in [StoreMsg::Offline { since }, StoreMsg::Failed { ticket: None, fault }] {
        let _ = screens::update(&mut state, Msg::Store(msg), NOW);
    }
    state.screen.toasts.clear();
    state
}

/// That many rows on top, on narrow and wide screens in both languages.
fn first_rows(rows: u16, state: impl Fn(u16, u16) -> App) -> String {
    let mut told = String::new();
    for (lang, width) in [(Lang::En, 80), (Lang::En, 160), (Lang::Zh, 80), (Lang::Zh, 160)] {
        let lines: Vec<String> = lang::within(lang, || {
            let (buf, _) = drawn(&state(width, 24));
            (0..rows).map(|y| row(&buf, y).trim_end().to_owned()).collect()
        });
        writeln!(told, "{lang:?} {width}\n{}", lines.join("\n")).unwrap();
    }
    told
}

#[test]
fn while_the_store_is_away_the_header_says_since_when_and_how_old_all_is() {
    insta::assert_snapshot!("store_away_header", first_rows(3, without_a_store));
    let mut never_read = without_a_store(80, 24);
    never_read.work.store.owner = None;
    let header = row(&drawn(&never_read).0, 0);
    assert!(header.contains("store offline since 10:29") && !header.contains("left"), "{header}");
    let mut preview = without_a_store(80, 24);
    press(&mut preview, "n");
    paste(&mut preview, "A cat");
    press(&mut preview, "f2");
    let (buf, _) = drawn(&preview);
    let all: String = (0..24).map(|y| row(&buf, y)).collect();
    assert!(all.contains("Nothing can be queued: the store is offline since"), "{all}");
    assert!(!all.contains("only be queued"), "{all}");
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
fn a_pause_is_told_beside_a_halt_and_the_key_is_said_to_end_the_halt_only() {
    let halted_and_paused = |width, height| {
        let mut state = halted(width, height);
        let who = "ann@desk, dashboard desk-77".into();
        state.work.queue.pause = Some(Stamp { who, at: states::before(HOUR) });
        state
    };
    insta::assert_snapshot!("halted_and_paused", first_rows(2, halted_and_paused));
}

#[test]
fn back_after_a_night_with_toasts() {
    shots("away", away);
}

/// Compose, with what was just said over it.
fn compose_told(width: u16, height: u16) -> App {
    let mut state = compose(width, height);
    state.screen.toasts = away(width, height).screen.toasts;
    state
}

#[test]
fn what_was_just_said_stands_below_a_dialog_and_covers_nothing() {
    shots("compose_told", compose_told);
    let row_of = |buf: &Buffer, y: u16| -> String { (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect() };
    for size in SIZES {
        let mut told =
            with_layer(Preview::of(Purpose::New, vec![item(1, &"a long prompt ".repeat(200))]))(size.0, size.1);
        told.screen.toasts = away(size.0, size.1).screen.toasts;
        let (buf, _) = drawn(&told);
        let line = row_of(&buf, size.1 - 2);
        assert!(!line.contains(['│', '└']) && line.trim() != "", "{size:?} {line}");
        // The frame is whole above it.
        assert!((0..size.1 - 2).any(|y| row_of(&buf, y).contains('└')), "{size:?}");
    }
}

#[test]
fn a_long_sum_has_its_room_on_a_wide_table_and_stays_perhaps_charged_where_it_is_cut() {
    for (width, sum) in [(100, " 0.4…?"), (200, " 0.4667?")] {
        let mut state = empty(width, 24);
        state.screen.full = true;
        let reason = Reason::said("no answer", "", "");
        let error =
            TaskError { code: "1".into(), class: ErrorClass::UnknownOutcome, reason, charged: Charged::Unknown };
        let unknown = states::task(1, states::ordinary(1), 600_000, Phase::Unknown { error });
        states::put(&mut state, Task { cost: "0.4667".parse().unwrap(), ..unknown });
        let (buf, _) = drawn(&state);
        let shown: Vec<String> = (0..24).map(|y| row(&buf, y)).collect();
        assert!(shown.iter().any(|row| row.contains(sum)), "{}", shown.join("\n"));
    }
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
    shots("detail_running", detail(36, DetailTab::Overview));
    shots("detail_request", detail(36, DetailTab::Request));
}

#[test]
fn a_task_made_elsewhere() {
    let of = |tab| {
        move |width, height| {
            let mut state = detail(37, tab)(width, height);
            let shown = state.screen.detail.loaded.as_mut().unwrap();
            shown.task.request = Request::elsewhere(&shown.task.remote.as_ref().unwrap().0);
            (shown.task.cost, shown.task.sent_at, shown.task.rev) = (Amount::ZERO, None, 2);
            let task = shown.task.clone();
            shown.line = vec![task.clone()];
            states::put(&mut state, task);
            state
        }
    };
    shots("detail_elsewhere", of(DetailTab::Overview));
    shots("detail_elsewhere_request", of(DetailTab::Request));
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
    shots("preview", with_layer(Preview::of(Purpose::EditRetry, vec![changed])));
}

#[test]
fn the_preview_of_many_wants_the_number_typed() {
    shots("preview_many", |width, height| {
        let mut state = believable(width, height);
        press(&mut state, "n");
        paste(&mut state, PROMPT);
        state.screen.compose.draft.count = 24;
        press(&mut state, "f2 2");
        state
    });
}

/// One that was sent in the morning.
const PROMPT: &str = "Steam rises from a bowl of noodles, a hand reaches in with chopsticks [Zoom in]";

#[test]
fn a_preview_that_cannot_be_sent_says_why() {
    shots("preview_obstacle", |width, height| {
        let mut state = believable(width, height);
        state.work.settings.budget.per_day = Some(state.work.day(state.work.currency()).spent);
        press(&mut state, "n");
        paste(&mut state, "A cat");
        press(&mut state, "f2");
        state
    });
}

#[test]
fn help() {
    shots("help", with_layer(ListView::of(&HELP)));
}

#[test]
fn menus() {
    shots("copy_menu", with_layer(CopyMenu));
    shots("sort_menu", with_layer(SortMenu { at: 3 }));
    shots("choose_model", with_layer(Choose { field: Field::Model, at: 2, marks: [1, 2].into() }));
}

#[test]
fn a_filter_being_typed_with_a_fault() {
    shots("filter_input", typed("/ s t a t e : f a i l d space m o d e l : 0 2"));
}

#[test]
fn questions() {
    shots("resolve", with_layer(Resolve { key: TaskKey(39), way: Way::Found, line: LineEditor::new("10691") }));
    shots("confirm", typed("x"));
    shots("confirm_many", typed("* x"));
}

#[test]
fn the_message_log() {
    shots("messages", typed("M"));
}

#[test]
fn the_palette_lists_what_fits_and_says_why_not() {
    let find = |text: &str| Palette { line: LineEditor::new(text), at: 1 };
    shots("palette", with_layer(find("")));
    shots("palette_found", with_layer(find("ret")));
}

/// A state in which these keys were typed.
fn typed(keys: &'static str) -> impl Fn(u16, u16) -> App {
    move |width, height| {
        let mut state = believable(width, height);
        press(&mut state, keys);
        state
    }
}

#[test]
fn the_command_line_says_what_a_command_takes_and_what_is_wrong_with_it() {
    shots("command", typed(": s o r t"));
    shots("command_tab", typed(": s o r t space tab tab"));
    shots("command_fault", typed(": r e t r y space 9 9 9 enter"));
    shots("command_fault_long", typed(": f i l t e r space s t a t e : g o n e enter"));
}

#[test]
fn help_explains_signs_states_columns_and_failures() {
    shots("help_end", typed("? G"));
    shots("help_found", typed("? / p a y s enter"));
}

#[test]
fn a_first_start_without_a_key_is_welcomed() {
    shots("welcome", |width, height| {
        let mut state = empty(width, height);
        state.work.own.has_key = false;
        state.work.own.key_problem = Some(Reason::Connect(Connect::NoKey));
        state.screen.open(Welcome);
        state
    });
}

#[test]
fn a_very_wide_screen_has_the_panes_beside_each_other() {
    for (lang, zh) in [(Lang::En, ""), (Lang::Zh, "zh_")] {
        lang::within(lang, || {
            let mut state = believable(300, 90);
            look_at(&mut state, 22);
            state.screen.compose = compose(300, 90).screen.compose;
            let (buf, drawn) = drawn(&state);
            insta::assert_snapshot!(format!("{zh}beside@300x90"), told(&buf, drawn));
            assert_eq!(drawn.scroll, None);
            let mut state = edit_and_retry(200, 50);
            state.screen.pane = Pane::Compose;
            let (buf, drawn) = self::drawn(&state);
            insta::assert_snapshot!(format!("{zh}beside_compose@200x50"), told(&buf, drawn));
        });
    }
}
