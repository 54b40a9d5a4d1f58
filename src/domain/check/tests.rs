//! The rules for a draft, each at its border.

use super::*;
use crate::{
    domain::{
        money::Ptc,
        request::{ImageKind, StoredImage},
    },
    lang,
    lang::Lang,
};
use proptest::prelude::*;

const HAILUO: &str = "MiniMax-Hailuo-02";

fn stored(path: &str) -> StoredImage {
    StoredImage {
        sha256: "ab".into(),
        kind: ImageKind::Jpeg,
        bytes: 9,
        width: 800,
        height: 600,
        path: path.into(),
        odd: Vec::new(),
    }
}

fn look(path: &str) -> ImageLook {
    if path == "gone.jpg" {
        ImageLook::Failed(Problem::new("gone.jpg cannot be read", "no such file", "Check the path."))
    } else {
        ImageLook::Found(stored(path))
    }
}

fn draft(model: &str) -> Draft {
    Draft { model: model.into(), prompt: "a cat".into(), ..Draft::default() }
}

fn told(draft: &Draft) -> Vec<(Field, String)> {
    check(draft, &Catalogue::builtin(), Takes::default(), &look)
        .into_iter()
        .inspect(|fault| assert_eq!(fault.severity, Severity::Error))
        .map(|fault| (fault.field, fault.problem.to_string()))
        .collect()
}

#[test]
fn every_rule_has_its_own_sentence() {
    let with = |change: fn(&mut Draft)| {
        let mut changed = draft(HAILUO);
        change(&mut changed);
        changed
    };
    let cases = [
        (draft("hailuo-02"), Field::Model, "There is no model hailuo-02. Did you mean MiniMax-Hailuo-02?"),
        (
            draft("veo"),
            Field::Model,
            "There is no model veo. Choose MiniMax-Hailuo-02, MiniMax-Hailuo-2.3, MiniMax-Hailuo-2.3-Fast, I2V-01, \
             I2V-01-live, I2V-01-Director, T2V-01, T2V-01-Director or S2V-01.",
        ),
        (
            with(|d| d.prompt = " \n".into()),
            Field::Prompt,
            "The prompt is missing. Write one, or give a first or a last frame.",
        ),
        (
            Draft { prompt: String::new(), ..draft("MiniMax-Hailuo-2.3") },
            Field::Prompt,
            "The prompt is missing. Write one, or give a first frame.",
        ),
        (Draft { prompt: String::new(), ..draft("T2V-01") }, Field::Prompt, "The prompt is missing. Write one."),
        (
            Draft { prompt: "猫".repeat(200), ..draft("T2V-01-Director") },
            Field::Prompt,
            "The prompt is too long: 200 characters: T2V-01-Director takes at most 199 characters. Take out 1.",
        ),
        (
            with(|d| d.prompt = "word ".repeat(202).trim().into()),
            Field::Prompt,
            "The prompt is too long: 202 words: MiniMax-Hailuo-02 takes at most 199 words. Take out 3.",
        ),
        (
            draft("I2V-01-live"),
            Field::FirstFrame,
            "I2V-01-live needs a first frame. Give a picture's path or its http(s) address.",
        ),
        (
            with(|d| d.resolution = Some("512P".into())),
            Field::FirstFrame,
            "MiniMax-Hailuo-02 needs a first frame at 512P. Give a picture's path or its http(s) address.",
        ),
        (
            Draft { first_frame: "a.jpg".into(), ..draft("T2V-01") },
            Field::FirstFrame,
            "T2V-01 takes no first frame. Take the first frame away, or choose another model.",
        ),
        (
            with(|d| {
                d.resolution = Some("512P".into());
                d.first_frame = "a.jpg".into();
                d.last_frame = "b.jpg".into();
            }),
            Field::LastFrame,
            "MiniMax-Hailuo-02 takes no last frame at 512P, only at 768P or 1080P. Take the last frame away, or choose \
             another model.",
        ),
        (
            Draft { first_frame: "a.jpg".into(), last_frame: "b.jpg".into(), ..draft("MiniMax-Hailuo-2.3") },
            Field::LastFrame,
            "MiniMax-Hailuo-2.3 takes no last frame. Take the last frame away, or choose another model.",
        ),
        (draft("S2V-01"), Field::Subject, "S2V-01 needs a subject. Give a picture's path or its http(s) address."),
        (
            with(|d| d.subject = "c.jpg".into()),
            Field::Subject,
            "MiniMax-Hailuo-02 takes no subject picture. Take the subject away, or choose another model.",
        ),
        (
            with(|d| d.first_frame = "gone.jpg".into()),
            Field::FirstFrame,
            "gone.jpg cannot be read: no such file. Check the path.",
        ),
        (
            with(|d| d.resolution = Some("4K".into())),
            Field::Resolution,
            "MiniMax-Hailuo-02 has no resolution 4K. Choose 512P, 768P or 1080P.",
        ),
        (
            with(|d| {
                d.resolution = Some("1080P".into());
                d.duration = Some(10);
            }),
            Field::Duration,
            "MiniMax-Hailuo-02 makes no 10 s at 1080P: 10 s is made at 512P or 768P. Choose 6 s.",
        ),
        (with(|d| d.duration = Some(7)), Field::Duration, "MiniMax-Hailuo-02 makes no 7 s at 768P. Choose 6 or 10 s."),
        (
            Draft { fast_pretreatment: true, ..draft("T2V-01") },
            Field::FastPretreatment,
            "T2V-01 does not know fast pretreatment; Hailuo models do. Switch it off.",
        ),
        (
            with(|d| d.callback = "example.com/x".into()),
            Field::Callback,
            "The callback is not an http(s) address: the service posts to it from outside. Give it as \
             https://host/path, or leave it empty.",
        ),
        (with(|d| d.count = 0), Field::Count, "0 tasks cannot be made at once. Choose 1 to 100."),
        (with(|d| d.count = 101), Field::Count, "101 tasks cannot be made at once. Choose 1 to 100."),
    ];
    for (draft, field, sentence) in cases {
        assert_eq!(told(&draft), [(field, sentence.to_owned())], "{draft:?}");
    }
}

#[test]
fn faults_are_told_in_the_order_of_chinese() {
    let draft = Draft { resolution: Some("1080P".into()), duration: Some(10), ..draft(HAILUO) };
    let sentence = "MiniMax-Hailuo-02 在 1080P 下不支持 10 s：512P 或 768P 支持 10 s。可选 6 s。";
    assert_eq!(lang::within(Lang::Zh, || told(&draft)), [(Field::Duration, sentence.to_owned())]);
}

#[test]
fn what_the_contract_allows_has_no_fault() {
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
        assert_eq!(told(&good), [], "{good:?}");
    }
}

#[test]
fn faults_of_several_fields_are_all_told() {
    let wrong =
        Draft { prompt: String::new(), count: 0, subject: "c.jpg".into(), callback: "x".into(), ..draft(HAILUO) };
    let fields: Vec<Field> = told(&wrong).into_iter().map(|(field, _)| field).collect();
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
    assert_eq!(catalogue.price(&request), Some(Ptc::from_thousandths(500)));
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
        assert_eq!(faults[0].problem.what, "The picture is still being read");
    }
    assert!(build(&draft("T2V"), &Catalogue { models: vec![] }, Takes::default(), &look).is_err());
}

proptest! {
    #[test]
    fn any_draft_can_be_checked(model in 0_usize..10, texts in prop::array::uniform5(any::<String>()), n: u32) {
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
