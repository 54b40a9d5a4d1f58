//! The rules for a draft, each at its border.

use super::*;
use crate::{amount::Amount, reason::picture::PictureReason, testing::stored};
use proptest::prelude::*;

const HAILUO: &str = "MiniMax-Hailuo-02";

fn look(path: &str) -> ImageLook {
    ImageLook::Found(stored(path))
}

fn draft(model: &str) -> Draft {
    Draft { model: model.into(), prompt: "a cat".into(), ..Draft::default() }
}

fn found(draft: &Draft) -> Vec<Fault> {
    check(draft, &Catalogue::builtin(), Takes::default(), &look)
}

#[test]
fn what_the_documentation_allows_has_no_fault() {
    let long_enough = "word ".repeat(199).trim().to_owned();
    for good in [
        draft(HAILUO),
        Draft { prompt: long_enough, count: MAX_COUNT, ..draft("T2V-01") },
        Draft { prompt: "猫".repeat(199), first_frame: "a.jpg".into(), ..draft("I2V-01") },
        Draft { prompt: String::new(), first_frame: "a.jpg".into(), ..draft("I2V-01-Director") },
        Draft { subject: "https://host/face.png".into(), ..draft("S2V-01") },
        Draft { first_frame: "a.jpg".into(), last_frame: "b.jpg".into(), duration: Some(10), ..draft(HAILUO) },
        Draft { last_frame: "b.jpg".into(), ..draft(HAILUO) },
        Draft { prompt: " ".into(), last_frame: "b.jpg".into(), duration: Some(10), ..draft(HAILUO) },
        Draft { prompt: String::new(), last_frame: "b.jpg".into(), resolution: Some("1080P".into()), ..draft(HAILUO) },
        Draft { first_frame: "a.jpg".into(), resolution: Some("1080P".into()), ..draft("MiniMax-Hailuo-2.3-Fast") },
        Draft { resolution: Some("720P".into()), duration: Some(6), ..draft("T2V-01-Director") },
        Draft { callback: "https://host:8443/x?y=z".into(), fast_pretreatment: true, watermark: true, ..draft(HAILUO) },
    ] {
        assert_eq!(found(&good), [], "{good:?}");
    }
}

#[test]
fn faults_of_several_fields_are_all_told() {
    let wrong =
        Draft { prompt: String::new(), count: 0, subject: "c.jpg".into(), callback: "x".into(), ..draft(HAILUO) };
    let fields: Vec<Field> = found(&wrong).into_iter().map(|fault| fault.field).collect();
    assert_eq!(fields, [Field::Prompt, Field::Subject, Field::Callback, Field::Count]);
}

#[test]
fn a_request_has_everything_set_and_comes_back_as_the_same_draft() {
    let catalogue = Catalogue::builtin();
    let typed = Draft {
        first_frame: " a.jpg ".into(),
        last_frame: "https://host/b.jpg".into(),
        callback: " https://host/x ".into(),
        count: 3,
        ..draft(HAILUO)
    };
    let request = build(&typed, &catalogue, Takes::default(), &look).unwrap();
    let expected = Request {
        model: HAILUO.into(),
        prompt: "a cat".into(),
        first_frame: Some(ImageRef::Stored(stored("a.jpg"))),
        last_frame: Some(ImageRef::Url("https://host/b.jpg".into())),
        subject: None,
        resolution: "768P".into(),
        duration: 6,
        optimizer: true,
        callback: Some("https://host/x".into()),
        fast_pretreatment: false,
        watermark: false,
    };
    assert_eq!(request, expected);
    assert_eq!(catalogue.price(&request.model), Some(Amount::from_thousandths(500)));
    assert_eq!(build(&Draft::of(&request), &catalogue, Takes::default(), &look), Ok(expected));
}

#[test]
fn warnings_do_not_forbid_a_request_but_errors_and_unread_pictures_do() {
    let catalogue = Catalogue::builtin();
    let warned = Draft { prompt: "a cat [pussh in]".into(), ..draft(HAILUO) };
    assert_eq!(check(&warned, &catalogue, Takes::default(), &look).len(), 1);
    assert!(build(&warned, &catalogue, Takes::default(), &look).is_ok());
    let with_picture = Draft { first_frame: "a.jpg".into(), ..draft(HAILUO) };
    for not_yet in [ImageLook::Unread, ImageLook::Reading] {
        let faults = build(&with_picture, &catalogue, Takes::default(), &|_| not_yet.clone()).unwrap_err();
        assert_eq!(faults[0].reason, PictureReason::StillRead.into());
    }
    assert!(build(&draft("T2V"), &Catalogue { models: vec![] }, Takes::default(), &look).is_err());
}

proptest! {
    #[test]
    fn checking_never_panics(model in 0_usize..10, texts in prop::array::uniform5(any::<String>()), n: u32) {
        let catalogue = Catalogue::builtin();
        let [prompt, first_frame, last_frame, callback, resolution] = texts;
        let name = catalogue.models.get(model).map_or("x", |m| &m.name);
        let draft = Draft {
            prompt, first_frame, last_frame, callback,
            resolution: Some(resolution), duration: Some(n), count: n, ..draft(name)
        };
        let _ = build(&draft, &catalogue, Takes::default(), &look);
    }
}
