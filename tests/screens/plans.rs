//! Screens about several tasks or none: batches, lists to pick from, failures by cause, unsent work, money.

use super::*;

fn matrix(width: u16, height: u16) -> App {
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
    compose.estimate = Some(Estimate { tasks: 36, price: Some(Amount::from_thousandths(18_000)) });
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
    Picker {
        what,
        query: LineEditor::new(query),
        at,
        items: items.iter().map(item).collect(),
        listing: None,
        archived: Some(Arc::default()),
    }
}

#[test]
fn several_values_in_compose_with_the_camera_commands_open() {
    shots("compose_many", matrix);
}

#[test]
fn the_preview_of_a_batch_tells_what_was_left_out_and_three_samples() {
    shots("preview_batch", |width, height| {
        let mut state = believable(width, height);
        press(&mut state, "n");
        paste(&mut state, "a {red|blue|green|white|black|red} kite");
        let lists = &mut state.screen.compose.draft.lists;
        (lists.resolutions, lists.durations) = (vec!["768P".into(), "1080P".into()], vec![6, 10]);
        press(&mut state, "f2");
        state
    });
}

#[test]
fn a_file_with_bad_lines_offers_to_go_on_with_the_good_ones() {
    shots("preview_bad_lines", |width, height| {
        let mut state = believable(width, height);
        press(&mut state, "n f5");
        paste(&mut state, "prompts.jsonl");
        press(&mut state, "enter");
        let text = r#"{"prompt": "a red kite"}
{"prompt": "a green kite", "duration": 7}
{"prompt": "a blue kite"}

{"duration": 6}"#;
        answer(
            &mut state,
            LocalMsg::Prompts { path: "prompts.jsonl".into(), result: Ok(prompts::parse("prompts.jsonl", text)) },
        );
        state
    });
}

/// What this machine answers.
fn answer(app: &mut App, msg: LocalMsg) {
    let now = app.work.now;
    let _ = screens::update(app, Msg::Local(msg), now);
}

#[test]
fn the_list_of_pictures_tells_sizes_and_why_one_cannot_be_used() {
    shots("pick_pictures", |width, height| {
        let mut state = believable(width, height);
        press(&mut state, "n tab");
        let typed = "~/pictures/";
        paste(&mut state, typed);
        press(&mut state, "tab");
        let picture = |bytes, width, height| EntryKind::Picture { kind: ImageKind::Png, bytes, width, height };
        let entries = [
            ("sub", EntryKind::Folder),
            ("海边 fox.png", picture(1_200_000, 1280, 720)),
            ("icon.png", picture(3_000, 64, 64)),
            ("notes.txt", EntryKind::Other { bytes: 870 }),
        ];
        let entries = entries.map(|(name, kind)| Entry { name: name.into(), kind }).into();
        let listing = Listing { folder: typed.into(), entries };
        for purpose in [ListFor::Completion, ListFor::Picker] {
            answer(&mut state, LocalMsg::Listed { typed: typed.into(), purpose, result: Ok(listing.clone()) });
        }
        press(&mut state, "down");
        state
    });
}

#[test]
fn the_list_of_earlier_prompts_is_searched() {
    let items = [
        ("雨夜的东京街头，霓虹灯在积水中倒映", "#22 saved", ""),
        ("Old man laughs, wind in his beard", "#7 failed", ""),
    ];
    shots("pick_history", with_layer(picker(PickWhat::History, "a", 0, &items)));
}

/// A failed morning: causes of each kind, one of them mended, and what the last plan came to.
fn failures(width: u16, height: u16) -> App {
    let mut state = believable(width, height);
    state.round.keys = vec![TaskKey(29), TaskKey(36)];
    press(&mut state, "R");
    state
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
        press(&mut state, "g j j j f");
        state
    });
}

#[test]
fn unsent_from_before() {
    shots("unsent", |width, height| {
        let mut state = believable(width, height);
        state.work.queue.paused = true;
        state.work.queue.unsent = [TaskKey(40), TaskKey(41), TaskKey(42)].into();
        state
    });
}

#[test]
fn money() {
    shots("money", |width, height| {
        let mut state = believable(width, height);
        let line = |key: u32, days: u64, event, class, model: &str| CostLine {
            who: None,
            sent_at: None,
            key: TaskKey(key),
            at: states::before(days * 24 * HOUR),
            event,
            amount: Amount::from_thousandths(500).of(Currency::Ptc),
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
        state.work.money.report = Some(Box::new(report(&lines, states::NOW)));
        state.work.own.balance.first = Some((Amount::from_thousandths(20_340), states::before(2 * HOUR)));
        state
    });
}
