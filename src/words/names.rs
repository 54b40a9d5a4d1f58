//! What things are called on the screen, and words in a row.

use crate::{lang, tr};
use domain::{
    account::Raise,
    catalogue::{LengthUnit, ModelSpec},
    costs::By,
    draft::Field,
    problem::ErrorClass,
    request::FORGOTTEN,
    task::{ID_LOST, INTERRUPTED, NO_FILE, NOT_CREATED, NotAKey, STOPPED, TaskState},
    text,
};
use engine::work::Work;
use std::borrow::Cow;

#[must_use]
pub fn state(state: TaskState) -> &'static str {
    lang::tr(state.id())
}

/// A prompt as it is shown: what stands for a forgotten one is a word of the screen's language.
#[must_use]
pub fn prompt(prompt: &str) -> &str {
    if prompt == FORGOTTEN { tr!("(forgotten)") } else { prompt }
}

#[must_use]
pub fn field(field: Field) -> &'static str {
    match field {
        Field::Model => tr!("model"),
        Field::Prompt => tr!("prompt"),
        Field::FirstFrame => tr!("first frame"),
        Field::LastFrame => tr!("last frame"),
        Field::Subject => tr!("subject"),
        Field::Resolution => tr!("resolution"),
        Field::Duration => tr!("duration"),
        Field::Optimizer => tr!("optimizer"),
        Field::Callback => tr!("callback"),
        Field::Count => tr!("count"),
        Field::FastPretreatment => tr!("fast pretreatment"),
        Field::Watermark => tr!("watermark"),
    }
}

/// A field as the label of its value.
#[must_use]
pub fn label(field: Field) -> &'static str {
    match field {
        Field::Model => tr!("Model"),
        Field::Prompt => tr!("Prompt"),
        Field::FirstFrame => tr!("First frame"),
        Field::LastFrame => tr!("Last frame"),
        Field::Subject => tr!("Subject"),
        Field::Resolution => tr!("Resolution"),
        Field::Duration => tr!("Duration"),
        Field::Optimizer => tr!("Optimizer"),
        Field::Callback => tr!("Callback"),
        Field::Count => tr!("Count"),
        Field::FastPretreatment => tr!("Fast"),
        Field::Watermark => tr!("Watermark"),
    }
}

#[must_use]
pub fn class(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::RateLimited => tr!("rate limited"),
        ErrorClass::Auth => tr!("key not accepted"),
        ErrorClass::Balance => tr!("balance or quota"),
        ErrorClass::PromptSensitive => tr!("prompt refused"),
        ErrorClass::OutputSensitive => tr!("video refused"),
        ErrorClass::InvalidParams => tr!("invalid parameters"),
        ErrorClass::Plan => tr!("not in the plan"),
        ErrorClass::Service => tr!("service error"),
        ErrorClass::Network => tr!("network"),
        ErrorClass::UnknownOutcome => tr!("outcome unknown"),
        ErrorClass::File => tr!("file"),
    }
}

/// What tells one failure from others of its kind, for a reader: the service's own code as it is, and what stands for a
/// code of ours in words. `None` for a code that only programs read.
#[must_use]
pub fn code(code: &str) -> Option<&str> {
    Some(match code {
        "timeout" => tr!("no answer in time"),
        "broken" => tr!("connection broken"),
        INTERRUPTED => tr!("program ended"),
        "unreadable" => tr!("unreadable answer"),
        "no id" => tr!("no ID in the answer"),
        "no reason" => tr!("no reason given"),
        ID_LOST => tr!("task ID lost"),
        NO_FILE => tr!("no file"),
        NOT_CREATED => tr!("not created"),
        STOPPED => tr!("stopped"),
        theirs if theirs.starts_with("HTTP") || theirs.parse::<i64>().is_ok() => theirs,
        _ => return None,
    })
}

/// A program on the store, by the name it gave itself: `watch 812`. What is typed as a command stays as it is.
#[must_use]
pub fn program(name: &str) -> String {
    let words = name.split(' ').map(|word| match word {
        "dashboard" => tr!("dashboard"),
        word => word,
    });
    // Another person's program says what it is called.
    text::harmless_line(&words.collect::<Vec<_>>().join(" ")).into_owned()
}

/// Who raised a cap: the person, where one is named, and the program.
#[must_use]
pub fn raiser(Raise { by, person, .. }: &Raise) -> String {
    let program = program(&by.who);
    let who = person
        .as_ref()
        .map_or_else(|| program.clone(), |person| [person, &program].map(String::as_str).join(tr!(", ")));
    text::harmless_line(&who).into_owned()
}

/// That a text is no task's key.
#[must_use]
pub fn not_a_key(NotAKey(text): &NotAKey) -> String {
    tr!("{text} is not a task's key; keys look like #12", text = format!("{text:?}"))
}

/// What is told of a profile, with its name where there are several.
#[must_use]
pub fn of_profile(work: &Work, profile: &str, text: String) -> String {
    if work.served().count() > 1 { format!("{profile}: {text}") } else { text }
}

/// What a model makes a video of: a config's own words stay as they are.
#[must_use]
pub fn modes(model: &ModelSpec) -> &str {
    match &model.modes {
        Cow::Borrowed(ours) => lang::tr(ours),
        Cow::Owned(own) => own,
    }
}

/// A prompt's length: `1 word`, `200 words`.
#[must_use]
pub fn length(unit: LengthUnit, number: usize) -> String {
    match (unit, number) {
        (LengthUnit::Words, 1) => tr!("1 word").into(),
        (LengthUnit::Words, count) => tr!("{count} words", count),
        (LengthUnit::Chars, 1) => tr!("1 character").into(),
        (LengthUnit::Chars, count) => tr!("{count} characters", count),
    }
}

/// What the ledger is grouped by, from the name it has there.
#[must_use]
pub fn group(by: By, id: &str) -> &str {
    match by {
        By::Who if id.is_empty() => tr!("not named"),
        By::Day | By::Model | By::Who => id,
        By::State => TaskState::from_id(id).map_or(id, |known| state(known)),
        By::Class => ErrorClass::from_id(id).map_or_else(|| tr!("none"), |known| class(known)),
    }
}

/// So many tasks: alone, or as a part of a sentence.
#[must_use]
pub fn tasks(n: usize) -> String {
    match n {
        1 => tr!("1 task").to_owned(),
        n => tr!("{n} tasks", n),
    }
}

/// Words as a sentence offers them: `6`, `6 or 10`, `512P, 768P or 1080P`.
#[must_use]
pub fn any_of<T: ToString>(words: &[T]) -> String {
    joined(words, |front, last| tr!("{front} or {last}", front, last))
}

/// Words as a sentence counts them up: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn all_of<T: ToString>(words: &[T]) -> String {
    joined(words, |front, last| tr!("{front} and {last}", front, last))
}

fn joined<T: ToString>(words: &[T], with_last: fn(&str, &str) -> String) -> String {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [front @ .., last] => with_last(&front.join(tr!(", ")), last),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use domain::{
        account::Stamp,
        amount::{Amount, Currency},
        catalogue::Catalogue,
        time::Wall,
    };

    #[test]
    fn who_raised_a_cap_is_told_with_the_program_and_steers_no_terminal() {
        let by = Stamp { who: "dashboard 812".into(), at: Wall(0) };
        let raise = Raise { by, more: Amount::from_thousandths(1).of(Currency::Ptc), person: None };
        assert_eq!(raiser(&raise), "dashboard 812");
        let told = raiser(&Raise { person: Some("ann\u{1b}]2;x\u{7}".into()), ..raise });
        assert!(told.starts_with("ann") && told.ends_with(", dashboard 812") && !told.contains('\u{1b}'), "{told:?}");
    }

    #[test]
    fn a_code_is_the_services_own_or_in_words() {
        assert_eq!(["1026", "-10004", "HTTP 502"].map(code), ["1026", "-10004", "HTTP 502"].map(Some));
        assert_eq!(
            [code(ID_LOST), code("no reason"), code("store")],
            [Some("task ID lost"), Some("no reason given"), None]
        );
        lang::within(Lang::Zh, || {
            assert_eq!(code("broken"), Some("连接中断"));
            assert_eq!(["dashboard 8169", "watch 812"].map(program), ["仪表盘 8169", "watch 812"]);
        });
    }

    #[test]
    fn words_are_listed_as_their_language_does() {
        assert_eq!([any_of(&[6]), any_of(&[6, 10])], ["6", "6 or 10"]);
        assert_eq!([any_of(&["a", "b", "c"]), all_of(&["a", "b", "c"])], ["a, b or c", "a, b and c"]);
        lang::within(Lang::Zh, || {
            assert_eq!(any_of(&["a", "b", "c"]), "a、b 或 c");
            let catalogue = Catalogue::builtin();
            assert_eq!(modes(catalogue.spec("MiniMax-Hailuo-02").unwrap()), "文字、图片、首帧和/或尾帧");
        });
    }
}
