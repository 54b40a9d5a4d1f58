//! Failures by cause: which messages say the same, which field a message speaks of, and the part that several prompts
//! share. What is done about a cause is for `logic` to say.

use super::draft::Field;
use unicode_segmentation::UnicodeSegmentation;

/// A message with everything folded that differs from task to task though the cause is the same: numbers, ids, quoted
/// words.
#[must_use]
pub fn normalised(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        let close = match c {
            '"' => Some('"'),
            '`' => Some('`'),
            // An apostrophe within a word quotes nothing.
            '\'' if !before.is_alphanumeric() => Some('\''),
            '“' => Some('”'),
            '‘' => Some('’'),
            '「' => Some('」'),
            '『' => Some('』'),
            _ => None,
        };
        if let Some(close) = close.filter(|close| rest.clone().any(|c| c == *close)) {
            rest.by_ref().find(|c| *c == close);
            out.push_str("\"…\"");
            before = '"';
            continue;
        }
        before = c;
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            continue;
        }
        out.extend(c.to_lowercase());
    }
    out.split(' ').map(folded).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// What stands between blanks, with its digits folded. Chinese has no blanks, so a number or an id may stand right beside
/// other words there.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| c.is_ascii() != first.is_ascii()).unwrap_or(rest.len());
        out.push_str(&folded_word(&rest[..end]));
        rest = &rest[end..];
    }
    out
}

/// A word with its digits folded. A long one of letters and digits mixed is an id.
fn folded_word(word: &str) -> String {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if digits == 0 {
        return word.to_owned();
    }
    let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
    if bare.len() >= 12 && digits * 3 >= bare.len() && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return word.replacen(bare, "#", 1);
    }
    let mut out = String::new();
    for c in word.chars() {
        match c {
            c if c.is_ascii_digit() => {
                if !out.ends_with('#') {
                    out.push('#');
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// The field that a message about invalid parameters speaks of, by its name on the wire or in Chinese.
#[must_use]
pub fn field_of(message: &str) -> Option<Field> {
    let message = message.to_lowercase();
    [
        ("first_frame", Field::FirstFrame),
        ("first frame", Field::FirstFrame),
        ("last_frame", Field::LastFrame),
        ("last frame", Field::LastFrame),
        ("subject", Field::Subject),
        ("callback", Field::Callback),
        ("resolution", Field::Resolution),
        ("duration", Field::Duration),
        ("fast_pretreatment", Field::FastPretreatment),
        ("prompt_optimizer", Field::Optimizer),
        ("prompt", Field::Prompt),
        ("model", Field::Model),
        ("image", Field::FirstFrame),
        ("首帧", Field::FirstFrame),
        ("尾帧", Field::LastFrame),
        ("主体", Field::Subject),
        ("回调", Field::Callback),
        ("分辨率", Field::Resolution),
        ("时长", Field::Duration),
        ("提示词优化", Field::Optimizer),
        ("提示词", Field::Prompt),
        ("模型", Field::Model),
        ("图片", Field::FirstFrame),
    ]
    .into_iter()
    .find(|(name, _)| message.contains(name))
    .map(|(_, field)| field)
}

/// What several prompts share: their common beginning and end, with a mark that stands for what differs between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    head: String,
    tail: String,
    /// `{*}`; empty when the prompts do not differ.
    mark: String,
}

impl Template {
    /// The shared part of these prompts, cut at words.
    #[must_use]
    pub fn of(prompts: &[&str]) -> Self {
        let Some((first, others)) = prompts.split_first() else {
            return Self { head: String::new(), tail: String::new(), mark: String::new() };
        };
        if others.iter().all(|other| other == first) {
            return Self { head: (*first).to_owned(), tail: String::new(), mark: String::new() };
        }
        let words = |text: &'_ str| text.split_word_bounds().map(str::to_owned).collect::<Vec<_>>();
        let first = words(first);
        let (mut head, mut tail) = (first.len(), first.len());
        for other in others {
            let other = words(other);
            head = head.min(first.iter().zip(&other).take_while(|(a, b)| a == b).count());
            let room = first.len().min(other.len()) - head.min(first.len().min(other.len()));
            let same = first.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
            tail = tail.min(same).min(room);
        }
        // A prompt that holds the mark itself makes it longer.
        let mut mark = String::from("{*}");
        while prompts.iter().any(|prompt| prompt.contains(&mark)) {
            mark.insert(1, '*');
        }
        Self { head: first[..head].concat(), tail: first[first.len() - tail..].concat(), mark }
    }

    /// The shared part as a text to edit.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}{}", self.head, self.mark, self.tail)
    }

    /// The sign that stands for what differs; empty when nothing does.
    #[must_use]
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// One of the prompts with the shared part as it was edited. `None` when the mark is gone, so that nobody could tell
    /// where the prompt's own part belongs.
    #[must_use]
    pub fn fill(&self, edited: &str, prompt: &str) -> Option<String> {
        if self.mark.is_empty() {
            return Some(edited.to_owned());
        }
        let own = prompt.strip_prefix(&self.head)?.strip_suffix(&self.tail)?;
        let (before, after) = edited.split_once(&self.mark)?;
        Some(format!("{before}{own}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lang,
        lang::Lang,
        service::answer::{Reply, SubmitVerdict, judge_submit},
    };

    #[test]
    fn messages_that_differ_by_numbers_ids_and_quotes_are_one() {
        for (one, other) in [
            ("shorter side 240 < 300", "shorter side 12 < 300"),
            ("task 106916112212032 not found", "Task  9916112212 not found"),
            ("file 9f86d081884c7d659a2feaa0 is bad", "file 1a86d0818847d659a2feaa01 is bad"),
            ("refused: \"input new_sensitive\"", "refused: \"输入敏感\""),
            ("model 'a' can't", "model 'b' can't"),
            ("第 3 张图片", "第 12 张图片"),
            ("任务106916112212032不存在", "任务9916112212不存在"),
            ("文件9f86d081884c7d659a2feaa0已损坏", "文件1a86d0818847d659a2feaa01已损坏"),
            ("参数‘a’无效", "参数‘b’无效"),
        ] {
            assert_eq!(normalised(one), normalised(other));
        }
        assert_ne!(normalised("first frame is too small"), normalised("last frame is too small"));
        assert_eq!(normalised("an unclosed \"quote 5"), "an unclosed \"quote #");
    }

    #[test]
    fn what_the_service_refuses_for_one_cause_is_one_in_either_language() {
        let refused = |seconds: u32| {
            let body = format!(
                r#"{{"error":{{"err_code":-10011,"message":"duration {seconds} is bad","message_cn":"时长{seconds}不支持"}}}}"#
            );
            match judge_submit(&Reply::Answered { http: 400, retry_after_ms: None, body }) {
                SubmitVerdict::Refused { error, .. } => error.message,
                other => format!("{other:?}"),
            }
        };
        for (lang, message) in [
            (Lang::En, "the gateway found the request invalid: duration # is bad"),
            (Lang::Zh, "网关认为请求无效：时长#不支持"),
        ] {
            let [one, other] = lang::within(lang, || [refused(7), refused(60)]);
            assert_eq!((normalised(&one).as_str(), normalised(&other).as_str()), (message, message));
            assert_eq!(field_of(message), Some(Field::Duration));
        }
    }

    #[test]
    fn a_message_names_its_field_as_the_wire_does() {
        for (message, field) in [
            ("invalid params, first_frame_image cannot be fetched", Some(Field::FirstFrame)),
            ("invalid params, duration 7 is not supported", Some(Field::Duration)),
            ("prompt too long", Some(Field::Prompt)),
            ("image too small", Some(Field::FirstFrame)),
            ("invalid params", None),
            ("参数错误：时长 7 不支持", Some(Field::Duration)),
            ("参数错误：prompt_optimizer", Some(Field::Optimizer)),
            ("提示词过长", Some(Field::Prompt)),
            ("尾帧图片无法读取", Some(Field::LastFrame)),
            ("参数错误", None),
        ] {
            assert_eq!(field_of(message), field, "{message}");
        }
    }

    #[test]
    fn the_shared_part_is_edited_once_for_all() {
        let prompts = ["a red fox runs in blood", "a blue cat runs in blood"];
        let template = Template::of(&prompts);
        assert_eq!(template.text(), "a {*} runs in blood");
        let filled: Vec<_> = prompts.iter().map(|prompt| template.fill("the {*} runs in snow", prompt)).collect();
        assert_eq!(filled, [Some("the red fox runs in snow".into()), Some("the blue cat runs in snow".into())]);
        assert_eq!(template.fill("runs in snow", prompts[0]), None);
    }

    #[test]
    fn equal_prompts_have_no_mark_and_overlapping_ones_keep_their_own_part() {
        let same = Template::of(&["a cat", "a cat"]);
        assert_eq!((same.text(), same.fill("a dog", "a cat")), ("a cat".into(), Some("a dog".into())));
        let overlap = Template::of(&["a a", "a a a"]);
        for prompt in ["a a", "a a a"] {
            assert_eq!(overlap.fill(&overlap.text(), prompt).as_deref(), Some(prompt));
        }
        assert_eq!(Template::of(&["x {*} y", "x {*} z"]).mark(), "{**}");
        assert_eq!(Template::of(&["狐狸跑", "猫跑"]).text(), "{*}跑");
    }
}
