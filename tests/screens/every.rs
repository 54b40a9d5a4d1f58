//! What holds of every screen there is: widths in both languages, signs, colours, what comes from outside, sizes.

use super::*;

/// Every screen there is, each by its name.
fn every_screen() -> Vec<(&'static str, Make)> {
    let many = || (1..=24).map(|key| item(key, "A fox runs")).collect();
    vec![
        ("table", Box::new(believable)),
        ("busy table", Box::new(busy_table)),
        ("empty", Box::new(empty)),
        ("halted", Box::new(halted)),
        ("away", Box::new(away)),
        ("detail", Box::new(detail(22, DetailTab::Overview))),
        ("time line", Box::new(detail(22, DetailTab::TimeLine))),
        ("request", Box::new(detail(36, DetailTab::Request))),
        ("answers", Box::new(detail(22, DetailTab::Answers))),
        ("attempts", Box::new(detail(29, DetailTab::Attempts))),
        ("compose", Box::new(compose)),
        ("edit and retry", Box::new(edit_and_retry)),
        ("preview", Box::new(with_layer(Preview::of(Purpose::New, vec![item(1, "A cat")])))),
        ("preview of many", Box::new(with_layer(Preview::of(Purpose::Retry, many())))),
        ("help", Box::new(typed("?"))),
        ("help's end", Box::new(typed("? G"))),
        ("help searched", Box::new(typed("? / s t a t e"))),
        ("palette", Box::new(typed("ctrl-p"))),
        ("command", Box::new(typed(":"))),
        ("command tab", Box::new(typed(": s o r t space tab"))),
        ("welcome", Box::new(with_layer(Welcome))),
        ("copy", Box::new(typed("y"))),
        ("sort", Box::new(typed("s"))),
        ("choose", Box::new(with_layer(Choose { field: Field::Model, at: 2, marks: Default::default() }))),
        ("filter", Box::new(typed("/ s t a t e : x"))),
        ("resolve", Box::new(with_layer(Resolve { key: TaskKey(39), way: Way::Found, line: LineEditor::new("1") }))),
        ("confirm", Box::new(with_layer(Confirm::of("Stop?".into(), Act::Pause(true), None)))),
        ("messages", Box::new(typed("z M"))),
        ("money", Box::new(typed("$"))),
        ("failures", Box::new(typed("R"))),
    ]
}

/// What a picture has in places that do not grow with their text.
#[derive(Debug, PartialEq, PartialOrd)]
struct Kept {
    /// Texts that were cut.
    cut: usize,
    /// Parts of the header that gave way, against none.
    header: usize,
    /// Keys of the footer that gave way.
    footer: usize,
}

fn kept(lang: Lang, make: &Make) -> Kept {
    lang::within(lang, || {
        let mut state = make(80, 24);
        // A shorter word of what passes uncovers one more row, with texts of its own.
        state.screen.toasts.clear();
        // So does a shorter layer.
        if !state.screen.layers.is_empty() {
            (state.screen.table.pins, state.screen.table.cursor) = (0, None);
            state.screen.table.order.clear();
        }
        let (buf, _) = drawn(&state);
        let bold = |cell: &ratatui::buffer::Cell| cell.modifier.contains(ratatui::style::Modifier::BOLD);
        let footer: Vec<bool> = (0..80).map(|x| bold(&buf[(x, 23)])).collect();
        Kept {
            // Help names the sign itself, by itself.
            cut: (0..24).map(|y| row(&buf, y).replace("   …   ", "").matches('…').count()).sum(),
            header: 9 - row(&buf, 0).trim().split("  ").filter(|part| !part.trim().is_empty()).count(),
            footer: 19 - footer.windows(2).filter(|pair| !pair[0] && pair[1]).count(),
        }
    })
}

#[test]
fn chinese_overflows_no_place_that_english_fits_into() {
    for (name, make) in every_screen() {
        let (english, chinese) = (kept(Lang::En, &make), kept(Lang::Zh, &make));
        let fits = chinese.cut <= english.cut && chinese.header <= english.header && chinese.footer <= english.footer;
        assert!(fits, "{name}: {english:?} in English, {chinese:?} in Chinese");
    }
}

#[test]
fn titles_and_states_fit_their_columns_in_both_languages() {
    for lang in [Lang::En, Lang::Zh] {
        lang::within(lang, || {
            for spec in columns::ALL {
                // The sign of the order stands behind the title; at the right edge the gap before the column is there
                // for it.
                let room = usize::from(spec.width + u16::from(spec.right));
                assert!(text::width(lang::tr(spec.title)) < room, "{}", spec.title);
            }
            let state = &columns::STATE;
            for of in TaskState::ALL {
                assert!(2 + text::width(names::state(of)) <= usize::from(state.width), "{}", names::state(of));
            }
        });
    }
}

/// Puts plain ASCII wherever a person or the service could have said something else.
fn plain_words(app: &mut App) {
    let ascii = |text: &str| text.chars().map(|c| if c.is_ascii() { c } else { 'x' }).collect::<String>();
    for row in app.work.tasks.rows.values_mut() {
        row.texts = Texts::new(&ascii(row.prompt()), row.texts.error(), row.remote().as_deref());
    }
    if let Some(detail) = &mut app.screen.detail.loaded {
        for task in detail.line.iter_mut().chain([&mut detail.task]) {
            task.request.prompt = ascii(&task.request.prompt);
            for picture in [&mut task.request.first_frame, &mut task.request.last_frame].into_iter().flatten() {
                *picture = states::picture("fox.png");
            }
        }
    }
    for message in &mut app.screen.messages {
        message.text = ascii(&message.text);
    }
    let compose = &mut app.screen.compose;
    compose.prompt = PromptEditor::new(&ascii(&compose.prompt.text()));
    compose.draft.first_frame = ascii(&compose.draft.first_frame);
}

#[test]
fn every_screen_in_ascii_has_no_other_character() {
    for (name, make) in every_screen() {
        for (width, height) in [(80, 24), (120, 40), (60, 16), (300, 90)] {
            let mut state = make(width, height);
            state.work.settings.ui.ascii = true;
            plain_words(&mut state);
            let (buf, _) = drawn(&state);
            let foreign: Vec<&str> =
                buf.content.iter().map(|cell| cell.symbol()).filter(|symbol| !symbol.is_ascii()).collect();
            assert_eq!(foreign, Vec::<&str>::new(), "{name} {width}x{height}");
        }
    }
}

#[test]
fn no_screen_says_less_without_colours() {
    use engine::settings::paint::Depth;
    let text = |state: &App| {
        let (buf, _) = drawn(state);
        buf.content.iter().map(|cell| cell.symbol().to_owned()).collect::<String>()
    };
    for (name, make) in every_screen() {
        let mut state = make(120, 40);
        let coloured = text(&state);
        state.work.settings.ui.depth = Depth::None;
        assert_eq!(text(&state), coloured, "{name}");
        let (buf, _) = drawn(&state);
        use ratatui::style::Color::Reset;
        assert!(buf.content.iter().all(|cell| (cell.fg, cell.bg) == (Reset, Reset)), "{name}");
    }
}

#[test]
fn which_pane_has_the_keys_is_told_by_a_sign() {
    let text = |pane| {
        let mut state = believable(120, 40);
        look_at(&mut state, 22);
        state.screen.pane = pane;
        let (buf, _) = drawn(&state);
        buf.content.iter().map(|cell| cell.symbol().to_owned()).collect::<String>()
    };
    assert!(text(Pane::Detail).contains("▌#22") && !text(Pane::Table).contains("▌#22"));
}

#[test]
fn an_address_on_the_screen_is_a_link_unless_something_lies_over_it() {
    let links = |state: &App| {
        let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
        let (_, spots) = ui::draw_over(state, &mut buf, &Default::default());
        spots.links.into_iter().map(|link| (link.uri, link.places.len())).collect::<Vec<_>>()
    };
    let mut state = believable(120, 40);
    look_at(&mut state, 36);
    let long = format!("https://storage.example/{}.mp4", "a".repeat(150));
    let loaded = state.screen.detail.loaded.as_mut().unwrap();
    loaded.task.request.callback = Some("https://hook.example/done".into());
    loaded.task.request.first_frame = Some(ImageRef::Url(long.clone()));
    assert_eq!(links(&state), [(long, 2), ("https://hook.example/done".to_owned(), 1)]);
    state.screen.open(ListView::of(&HELP));
    assert_eq!(links(&state), []);
}

#[test]
fn a_theme_of_ones_own_is_shown_in_the_colours_that_there_are() {
    use engine::settings::paint::{Depth, OwnTheme};
    use ratatui::style::Color;
    let inks = |depth| {
        let mut state = believable(120, 40);
        let roles = [("running".to_owned(), "#5fafff".parse().unwrap())].into();
        state.work.settings.ui.themes.insert("mine".into(), OwnTheme { base: "dark".into(), roles });
        (state.work.settings.ui.theme, state.work.settings.ui.depth) = ("mine".into(), depth);
        let (buf, _) = drawn(&state);
        buf.content.iter().map(|cell| cell.fg).collect::<Vec<_>>()
    };
    assert!(inks(Depth::True).contains(&Color::Rgb(0x5f, 0xaf, 0xff)));
    assert!(inks(Depth::Many).contains(&Color::Indexed(75)));
    let sixteen = inks(Depth::Sixteen);
    assert!(!sixteen.iter().any(|ink| matches!(ink, Color::Rgb(..) | Color::Indexed(_))));
}

#[test]
fn what_pays_is_marked_in_footer_help_and_palette() {
    for (keys, mark) in [("n esc", "new$"), ("?", "$ pays: "), ("ctrl-p", "$ pays: ")] {
        let (buf, _) = drawn(&typed(keys)(120, 40));
        let text: String = buf.content.iter().map(|cell| cell.symbol()).collect();
        assert!(text.contains(mark), "{keys}");
    }
}

#[test]
fn a_theme_without_colours_has_none() {
    let mut state = believable(120, 40);
    state.work.settings.ui.theme = "mono".into();
    let (buf, _) = drawn(&state);
    use ratatui::style::Color::Reset;
    assert!(buf.content.iter().all(|cell| (cell.fg, cell.bg) == (Reset, Reset)));
}

#[test]
fn nothing_from_outside_can_steer_the_terminal() {
    let mut state = believable(120, 40);
    for row in state.work.tasks.rows.values_mut() {
        let (prompt, error) = ("a\u{1b}[2Jb\u{7}\u{202e}c\u{9b}d\r\ne", "x\u{1b}]52;c;AAAA\u{7}");
        row.texts = Texts::new(prompt, Some(error), row.remote().as_deref());
        row.status = "\u{1b}c".into();
    }
    let (buf, _) = drawn(&state);
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!buf.content.iter().any(|cell| cell.symbol().contains(steers)));
}

#[test]
fn no_size_makes_it_panic() {
    let mut makers: Vec<Make> = vec![
        Box::new(with_layer(ListView { scroll: 500, ..ListView::of(&HELP) })),
        Box::new(with_layer(Preview::of(Purpose::Retry, vec![item(1, "雨夜"), item(2, "fox")]))),
        Box::new(with_layer(Resolve {
            key: TaskKey(39), way: Way::Found, line: LineEditor::new("雨夜的东京街头")
        })),
    ];
    makers.extend(every_screen().into_iter().map(|(_, make)| make));
    for make in &makers {
        let mut state = make(80, 24);
        for width in (1..=130).step_by(16).chain([2, 3, 39, 40, 41, 80, 200, 280]) {
            for height in (1..=45).step_by(9).chain([2, 11, 12, 13, 24, 30]) {
                (state.screen.width, state.screen.height) = (width, height);
                let (_, drawn) = drawn(&state);
                if let Some(at) = drawn.cursor {
                    assert!(at.x < width && at.y < height, "{width}x{height}: {at:?}");
                }
            }
        }
    }
}
