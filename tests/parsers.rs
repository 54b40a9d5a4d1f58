//! Every reader of text and bytes from outside, fed with what it knows and with that changed at random: nothing panics,
//! and what must hold of the reading does. What was found once stays in `tests/fixtures/outside`. A reader that no
//! other crate sees is fed in the same way where it stands.
//!
//! ```text
//! cargo test --test parsers                                                         some hundred cases each
//! PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=200000 cargo test --release --test parsers
//! PROPTEST_RNG_SEED=$RANDOM PROPTEST_CASES=200000 cargo test --release --workspace --features postgres --lib whatever
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "parsers/change.rs"]
mod change;

use ::io::{
    config::{Folders, Wanted},
    download::mp4,
    images, prompts,
};
use change::{Corpus, bytes};
use domain::{
    amount::{Amount, Currency},
    braces, camera,
    carried::{Line, NotCarried, Origin, raise_json},
    picture,
    prices::Offer,
    task::{FileId, RemoteId, TaskKey},
    time::{Wall, Zone},
};
use engine::{
    filter::Filter,
    settings::paint::{Coat, Paint},
};
use pictures::{still, video::Video};
use proptest::prelude::*;
use screens::key::Key;
use service::{
    answer::{Reply, SubmitVerdict, redact},
    gateway::{callback, prices, records, upload},
    minimax_v1 as v1,
};
use simulator::Faults;
use std::{fs, io::Cursor, sync::OnceLock};
use tui::decode::Decoder;

fn answered(http: u16, body: &str) -> Reply {
    Reply::Answered { http, retry_after_ms: None, request_id: None, body: body.to_owned() }
}

/// A folder in memory, where there is one, for readers of files.
fn folder() -> &'static tempfile::TempDir {
    static DIR: OnceLock<tempfile::TempDir> = OnceLock::new();
    DIR.get_or_init(|| tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap())
}

proptest! {
    #[test]
    fn an_answer_is_read_whatever_it_says_and_a_5xx_proves_nothing(body in bytes(&Corpus::of("answers")), http in 200_u16..600) {
        let text = String::from_utf8_lossy(&body);
        let reply = answered(http, &text);
        let verdict = v1::judge_submit(&reply);
        if http >= 500 {
            prop_assert!(matches!(verdict, SubmitVerdict::Unknown { .. }), "{http} {text}: {verdict:?}");
        }
        if let SubmitVerdict::Accepted { id } = &verdict {
            prop_assert!(!id.0.is_empty() && (200..300).contains(&http), "{http} {text}: {verdict:?}");
        }
        let id = RemoteId("1".into());
        let _ = (v1::judge_query(&reply, &id), v1::judge_find(&reply, &id), v1::judge_balance(&reply));
        let _ = (v1::judge_file(&reply, &FileId("9".into()), "https://api.302.ai"), upload::address(&reply, "https://api.302.ai"));
        let _ = redact(&text);
    }

    #[test]
    fn records_and_prices_are_read_whatever_they_say(body in bytes(&Corpus::of("records")), page in 0_u32..4) {
        let reply = answered(200, &String::from_utf8_lossy(&body));
        let _ = (records::charge(&reply), records::list(&reply, page, 50), prices::list(&reply));
    }

    #[test]
    fn a_post_is_read_whatever_it_says_and_echoed_as_json(body in bytes(&Corpus::of("callbacks"))) {
        if let callback::Post::Challenge { echo } = callback::post(&String::from_utf8_lossy(&body)) {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&echo).is_ok(), "{echo}");
        }
    }

    #[test]
    fn a_config_is_read_whatever_it_says(text in bytes(&Corpus::of("config"))) {
        let path = folder().path().join("config.toml");
        fs::write(&path, &text).unwrap();
        let dir = folder().path().to_owned();
        let folders = Folders { home: dir.clone(), config: dir.clone(), data: dir };
        let wanted = Wanted { config: Some(&path), ..Wanted::default() };
        if let Err(rejected) = ::io::config::load(&wanted, &folders) {
            prop_assert!(!rejected.faults.is_empty());
        }
    }

    #[test]
    fn a_filter_is_read_whatever_it_says(text in bytes(&Corpus::lines("filters"))) {
        if let Ok(filter) = Filter::parse(&String::from_utf8_lossy(&text)) {
            let _ = (filter.states(), filter.keys(), filter.models(), filter.created(Wall(1_795_314_600_000)));
        }
    }

    #[test]
    fn alternatives_are_counted_as_they_are_made(text in bytes(&Corpus::lines("braces"))) {
        let text = String::from_utf8_lossy(&text);
        let template = braces::Template::parse(&text);
        if template.count() <= 1_000 {
            let variants = template.variants();
            prop_assert_eq!(variants.len(), template.count());
            prop_assert_eq!(&variants[0], &template.first());
        }
        let escaped = braces::Template::parse(&braces::escape(&text));
        prop_assert_eq!((escaped.count(), escaped.first()), (1, text.to_string()));
        let _ = (camera::brackets(&text), camera::unclosed(&text), camera::being_typed(&text));
    }

    #[test]
    fn a_file_of_prompts_is_read_whatever_it_holds(text in bytes(&Corpus::of("csv")), name in "[a-z]\\.(csv|tsv|txt|jsonl)|-") {
        let _ = prompts::read(&name, &text);
    }

    #[test]
    fn a_file_of_json_lines_is_read_whatever_it_holds(text in bytes(&Corpus::of("jsonl"))) {
        let _ = (prompts::read("a.jsonl", &text), prompts::read("-", &text));
    }

    #[test]
    fn keys_are_the_same_however_the_line_cuts_them(typed in bytes(&Corpus::of("keys")), cut in any::<prop::sample::Index>()) {
        let mut whole = Decoder::default();
        let mut events = whole.push(&typed, 1_000);
        events.extend(whole.flush());
        let (left, right) = typed.split_at(cut.index(typed.len() + 1));
        let mut halves = Decoder::default();
        let mut same = halves.push(left, 1_000);
        same.extend(halves.push(right, 1_000));
        same.extend(halves.flush());
        prop_assert_eq!(events, same);
        prop_assert!(halves.deadline().is_none());
    }

    #[test]
    fn a_picture_is_looked_into_whatever_it_holds(file in bytes(&Corpus::pictures())) {
        let path = folder().path().join("picture");
        fs::write(&path, &file).unwrap();
        let _ = images::load(&path.display().to_string(), &folder().path().join("images"));
    }

    #[test]
    fn the_boxes_of_a_video_are_walked_whatever_they_say(file in bytes(&Corpus::videos())) {
        let _ = mp4::check(&mut Cursor::new(&file), true);
        if let Ok(video) = Video::open(Cursor::new(&file), (64, 64)) {
            prop_assert!(video.frames() > 0);
            #[cfg(feature = "pictures")]
            prop_assert!(video.number_at(video.length_ms()) < video.frames());
        }
    }

    #[test]
    fn a_catalogue_of_translations_is_read_whatever_it_holds(text in bytes(&Corpus::catalogues())) {
        let text = String::from_utf8_lossy(&text);
        prop_assert!(words::lang::po::entries(&text).all(|(original, _)| !original.is_empty()));
    }

    #[test]
    fn a_line_of_an_export_is_read_whatever_it_says_and_written_as_it_was_read(text in bytes(&Corpus::lines("exports"))) {
        let text = String::from_utf8_lossy(&text);
        match Line::read(&text) {
            Ok(Line::Task(task)) => {
                let again = serde_json::Value::Object(task.fields(|_| "said".into())).to_string();
                prop_assert_eq!(Line::read(&again), Ok(Line::Task(task)));
            }
            Ok(Line::Raise(raise)) => {
                let again = raise_json(&raise, Zone::default()).to_string();
                prop_assert_eq!(Line::read(&again), Ok(Line::Raise(raise)));
            }
            Err(NotCarried::Field { field, said }) => prop_assert!(!field.is_empty() && said.len() <= text.len() + 1_000),
            Err(_) => {}
        }
    }

    #[test]
    fn a_word_is_read_whatever_it_says_and_written_as_it_was_read(text in bytes(&Corpus::lines("typed"))) {
        let text = String::from_utf8_lossy(&text);
        let money = (text.parse::<Amount>().ok(), Amount::read(&text));
        for amount in [money.0, money.1].into_iter().flatten() {
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
        if let Ok(currency) = text.parse::<Currency>() {
            prop_assert_eq!(currency.to_string().parse(), Ok(currency));
        }
        if let Ok(offer) = text.parse::<Offer>() {
            prop_assert_eq!(offer.to_string().parse(), Ok(offer));
        }
        if let Some(at) = Wall::from_rfc3339(&text) {
            prop_assert_eq!(Wall::from_rfc3339(&at.rfc3339()), Some(at));
        }
        if let Ok(key) = text.parse::<Key>() {
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }
        if let Ok(key) = text.parse::<TaskKey>() {
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }
        if let Some(origin) = Origin::of(&text) {
            prop_assert_eq!(Origin::of(&origin.text()), Some(origin));
        }
        if let Ok(id) = text.parse::<RemoteId>() {
            prop_assert_eq!(&id.0, &text);
        }
        // A colour by its numbers has six digits.
        if let Ok(Paint::Rgb(..)) = text.parse() {
            prop_assert!(text[1..].bytes().all(|digit| digit.is_ascii_hexdigit()), "{}", text);
        }
        let _ = (text.parse::<Coat>(), text.parse::<Faults>());
    }

    #[test]
    fn a_path_or_an_address_of_a_picture_is_read_whatever_it_says(text in bytes(&Corpus::lines("dropped"))) {
        let text = String::from_utf8_lossy(&text);
        let _ = (picture::dropped(&text), picture::is_web_address(&text), picture::is_private(&text));
        if let Some(path) = picture::of_url(&text) {
            prop_assert!(path.starts_with('/'), "{}", path);
            let written = domain::uri::percent_encoded(path.as_bytes(), |byte| byte == b'/');
            prop_assert_eq!(picture::of_url(&format!("file://{written}")), Some(path));
        }
    }
}

proptest! {
    // The decoders are slow where nothing is optimised, and so is the table of all flags.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 8))]

    #[test]
    fn a_call_is_understood_or_refused_with_a_word_about_it(call in bytes(&Corpus::lines("calls"))) {
        let call = String::from_utf8_lossy(&call);
        if let Err(refused) = cli::args::parse(call.split(' ').map(Into::into)) {
            prop_assert!(!refused.to_string().trim().is_empty());
        }
    }

    #[test]
    fn a_picture_is_decoded_whatever_it_holds(file in bytes(&Corpus::pictures())) {
        let _ = still::decode(&file, 1 << 20).map(still::Stored::upright);
    }

    #[test]
    fn a_frame_is_decoded_whatever_the_video_holds(file in bytes(&Corpus::videos())) {
        if let Ok(mut video) = Video::open(Cursor::new(&file), (64, 64)) {
            let mut left = 3;
            let _ = video.frame(2, &mut || {
                left -= 1;
                left >= 0
            });
        }
    }
}
