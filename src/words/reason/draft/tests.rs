//! Each rule for a draft at its border, as the sentence it is told by.

use super::*;
use crate::{lang, lang::Lang};
use domain::{
    catalogue::Catalogue,
    check,
    draft::{Draft, Severity},
    fields,
    picture::{ImageLook, Takes},
    reason::{picture::PictureReason, picture_file, system::System},
    testing::stored,
};

const HAILUO: &str = "MiniMax-Hailuo-02";

fn look(path: &str) -> ImageLook {
    if path == "gone.jpg" {
        let why = picture_file::Why::Unread(System::NotFound);
        ImageLook::Failed(PictureReason::File(picture_file::Fault { path: path.into(), why }))
    } else {
        ImageLook::Found(stored(path))
    }
}

fn draft(model: &str) -> Draft {
    Draft { model: model.into(), prompt: "a cat".into(), ..Draft::default() }
}

fn told(draft: &Draft) -> Vec<(Field, String)> {
    check::check(draft, &Catalogue::builtin(), Takes::default(), &look)
        .into_iter()
        .inspect(|fault| assert_eq!(fault.severity, Severity::Error))
        .map(|fault| (fault.field, super::draft(&fault.reason, &Voice::default()).to_string()))
        .collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
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
            "The prompt is too long: 200 characters: T2V-01-Director takes at most 199 characters. Remove 1.",
        ),
        (
            with(|d| d.prompt = "word ".repeat(202).trim().into()),
            Field::Prompt,
            "The prompt is too long: 202 words: MiniMax-Hailuo-02 takes at most 199 words. Remove 3.",
        ),
        (
            draft("I2V-01-live"),
            Field::FirstFrame,
            "I2V-01-live needs a first frame. Give the picture's path or its http(s) URL.",
        ),
        (
            with(|d| d.resolution = Some("512P".into())),
            Field::FirstFrame,
            "MiniMax-Hailuo-02 needs a first frame at 512P. Give the picture's path or its http(s) URL.",
        ),
        (
            Draft { first_frame: "a.jpg".into(), ..draft("T2V-01") },
            Field::FirstFrame,
            "T2V-01 takes no first frame. Remove the first frame, or choose another model.",
        ),
        (
            with(|d| {
                d.resolution = Some("512P".into());
                d.first_frame = "a.jpg".into();
                d.last_frame = "b.jpg".into();
            }),
            Field::LastFrame,
            "MiniMax-Hailuo-02 takes no last frame at 512P, only at 768P or 1080P. Remove the last frame, or choose another model.",
        ),
        (
            Draft { first_frame: "a.jpg".into(), last_frame: "b.jpg".into(), ..draft("MiniMax-Hailuo-2.3") },
            Field::LastFrame,
            "MiniMax-Hailuo-2.3 takes no last frame. Remove the last frame, or choose another model.",
        ),
        (draft("S2V-01"), Field::Subject, "S2V-01 needs a subject. Give the picture's path or its http(s) URL."),
        (
            with(|d| d.subject = "c.jpg".into()),
            Field::Subject,
            "MiniMax-Hailuo-02 takes no subject picture. Remove the subject, or choose another model.",
        ),
        (
            with(|d| d.first_frame = "gone.jpg".into()),
            Field::FirstFrame,
            "gone.jpg cannot be read: no such file or directory. Check the path and its permissions.",
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
            "MiniMax-Hailuo-02 does not offer 10 s at 1080P: 10 s is available at 512P or 768P. Choose 6 s.",
        ),
        (
            with(|d| d.duration = Some(7)),
            Field::Duration,
            "MiniMax-Hailuo-02 does not offer 7 s at 768P. Choose 6 or 10 s.",
        ),
        (
            Draft { fast_pretreatment: true, ..draft("T2V-01") },
            Field::FastPretreatment,
            "T2V-01 does not support fast pretreatment; Hailuo models do. Switch it off.",
        ),
        (
            with(|d| d.callback = "example.com/x".into()),
            Field::Callback,
            "The callback is not an http(s) URL: the service posts to it from outside. Give it as \
             https://host/path, or leave it empty.",
        ),
        (with(|d| d.count = 0), Field::Count, "Count takes a whole number. Choose 1 to 100."),
        (with(|d| d.count = 101), Field::Count, "Cannot create 101 tasks at once. Choose 1 to 100."),
    ];
    for (draft, field, sentence) in cases {
        assert_eq!(told(&draft), [(field, sentence.to_owned())], "{draft:?}");
    }
}

#[test]
fn faults_are_told_in_the_order_of_chinese() {
    let draft = Draft { resolution: Some("1080P".into()), duration: Some(10), ..draft(HAILUO) };
    let sentence = "MiniMax-Hailuo-02 在 1080P 下不支持 10 秒：512P 或 768P 支持 10 秒。可选 6 秒。";
    assert_eq!(lang::within(Lang::Zh, || told(&draft)), [(Field::Duration, sentence.to_owned())]);
}

#[test]
fn a_matrix_says_what_is_wrong_with_its_lists() {
    let one_by_one = |lang| {
        let lengths = Lengths { models: 1, prompts: 3, first_frames: 1, resolutions: 1, durations: 2 };
        lang::within(lang, || super::draft(&DraftReason::Unequal(lengths), &Voice::default()).to_string())
    };
    assert_eq!(
        one_by_one(Lang::En),
        "Pairing one by one needs lists of equal length: there are 3 prompts and 2 durations. Make them equal, or use every combination."
    );
    assert_eq!(
        one_by_one(Lang::Zh),
        "逐一配对要求各列表长度相同：现有 3 个提示词 和 2 个时长。使长度一致，或改用全部组合。"
    );
    let too_many = |asked| super::draft(&DraftReason::TooMany { asked, most: 5 }, &Voice::default());
    assert_eq!(too_many(Some(6)).fact(), "This would create 6 tasks: the limit is 5 at once");
    assert_eq!(too_many(None).what, "This would create too many tasks to count");
}

#[test]
fn what_a_model_cannot_do_says_why() {
    let catalogue = Catalogue::builtin();
    let closed = |model: &str, resolution: &str| {
        let all = fields::fields(catalogue.spec(model).unwrap(), resolution);
        assert_eq!(all.len(), 12);
        all.into_iter().filter_map(|(field, usable)| Some((field, super::closed(&usable.err()?)))).collect::<Vec<_>>()
    };
    let why = |field, text: &str| (field, text.to_owned());
    assert_eq!(
        closed("MiniMax-Hailuo-02", "512P"),
        [
            why(Field::LastFrame, "MiniMax-Hailuo-02 takes no last frame at 512P, only at 768P or 1080P"),
            why(Field::Subject, "MiniMax-Hailuo-02 takes no subject picture"),
        ]
    );
    assert_eq!(
        closed("MiniMax-Hailuo-02", "1080P"),
        [
            why(Field::Subject, "MiniMax-Hailuo-02 takes no subject picture"),
            why(Field::Duration, "MiniMax-Hailuo-02 offers 6 s only at 1080P"),
        ]
    );
    assert_eq!(
        closed("S2V-01", ""),
        [
            why(Field::FirstFrame, "S2V-01 takes no first frame"),
            why(Field::LastFrame, "S2V-01 takes no last frame"),
            why(Field::Resolution, "S2V-01 offers 720P only"),
            why(Field::Duration, "S2V-01 offers 6 s only at 720P"),
            why(Field::FastPretreatment, "S2V-01 does not support fast pretreatment; Hailuo models do"),
        ]
    );
    let last_frame =
        || super::closed(&fields::usable(Field::LastFrame, catalogue.spec(HAILUO).unwrap(), "512P").unwrap_err());
    assert_eq!(lang::within(Lang::Zh, last_frame), "MiniMax-Hailuo-02 在 512P 下不支持尾帧，仅 768P 或 1080P 支持");
}
