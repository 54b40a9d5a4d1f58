//! Camera commands: the fifteen that the service knows, and the square brackets of a prompt they stand in.
//!
//! Source: MiniMax's page on `POST …/video_generation`, under `prompt`; the Chinese names are those of its Chinese
//! page. What is wrong with those of a prompt: [`lint`](super::lint).

use super::near;
use std::ops::Range;

/// One camera command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its English name.
    pub en: &'static str,
    /// Its name on the Chinese platform.
    pub zh: &'static str,
}

const fn command(en: &'static str, zh: &'static str) -> Command {
    Command { en, zh }
}

/// All camera commands, in the order they are listed to a person.
pub static COMMANDS: [Command; 15] = [
    command("Truck left", "左移"),
    command("Truck right", "右移"),
    command("Pan left", "左摇"),
    command("Pan right", "右摇"),
    command("Push in", "推进"),
    command("Pull out", "拉远"),
    command("Pedestal up", "上升"),
    command("Pedestal down", "下降"),
    command("Tilt up", "上摇"),
    command("Tilt down", "下摇"),
    command("Zoom in", "变焦推近"),
    command("Zoom out", "变焦拉远"),
    command("Shake", "晃动"),
    command("Tracking shot", "跟随"),
    command("Static shot", "固定"),
];

/// The most commands that one bracket should have.
pub const MOST_AT_ONCE: usize = 3;

/// The brackets that a command can stand in, each with the one that closes it: the service's own, and those that a
/// Chinese input method types.
const BRACKETS: [(char, char); 3] = [('[', ']'), ('【', '】'), ('［', '］')];

fn opens(c: char) -> bool {
    closing(c).is_some()
}

/// Whether that is a closing bracket.
#[must_use]
pub fn closes(c: char) -> bool {
    BRACKETS.iter().any(|(_, closing)| *closing == c)
}

/// What closes that opening bracket.
#[must_use]
pub fn closing(opening: char) -> Option<char> {
    BRACKETS.iter().find(|(known, _)| *known == opening).map(|(_, closing)| *closing)
}

/// One pair of brackets in a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// Where it is, brackets and all, in bytes.
    pub range: Range<usize>,
    /// Whether one of the two is a full-width one (`【】`, `［］`), which the service does not read as a command.
    pub full_width: bool,
    /// What stands in it, between commas, without the blanks around, in bytes.
    pub items: Vec<Range<usize>>,
}

/// What a word in brackets is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// That command, in one of its two names; case counts for nothing.
    Known(&'static Command),
    /// No command, but most likely this name of one was meant.
    Near(&'static str),
    /// No command.
    Unknown,
}

/// The names of all commands, in both languages.
fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().flat_map(|command| [command.en, command.zh])
}

/// What a word in brackets is.
#[must_use]
pub fn read(word: &str) -> Reading {
    let known = |name: &str| name.eq_ignore_ascii_case(word);
    if let Some(found) = COMMANDS.iter().find(|command| known(command.en) || known(command.zh)) {
        return Reading::Known(found);
    }
    near::nearest(word, names()).map_or(Reading::Unknown, Reading::Near)
}

/// The brackets of a prompt, in their order. One that is not closed is none; inside another it starts over.
#[must_use]
pub fn brackets(prompt: &str) -> Vec<Bracket> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, c) in prompt.char_indices() {
        if opens(c) {
            open = Some((at, c));
        } else if let Some((start, opening)) = open.take_if(|_| closes(c)) {
            found.push(Bracket {
                range: start..at + c.len_utf8(),
                full_width: opening != '[' || c != ']',
                items: items(prompt, start + opening.len_utf8()..at),
            });
        }
    }
    found
}

/// An opening bracket that nothing closes though commands stand behind it: it is read as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclosed {
    /// The bracket itself, in bytes.
    pub bracket: Range<usize>,
    /// The commands behind it, in bytes: the bracket should close after them.
    pub commands: Range<usize>,
}

/// The brackets of a prompt that open before a command and are not closed, in their order.
#[must_use]
pub fn unclosed(prompt: &str) -> Vec<Unclosed> {
    let mut signs = prompt.char_indices().filter(|(_, c)| opens(*c) || closes(*c)).peekable();
    let mut found = Vec::new();
    while let Some((at, c)) = signs.next() {
        let next = signs.peek().copied();
        if !opens(c) || next.is_some_and(|(_, next)| !opens(next)) {
            continue;
        }
        let (start, end) = (at + c.len_utf8(), next.map_or(prompt.len(), |(next, _)| next));
        let commands = leading(&prompt[start..end]);
        if !commands.is_empty() {
            found.push(Unclosed { bracket: at..start, commands: start + commands.start..start + commands.end });
        }
    }
    found
}

/// Where the commands stand that a text begins with, parted by commas; empty where it begins with none.
fn leading(text: &str) -> Range<usize> {
    let blanks = |text: &str| text.len() - text.trim_start().len();
    let start = blanks(text);
    let (mut at, mut end) = (start, start);
    while let Some(name) = begins_with(&text[at..]) {
        end = at + name;
        let gap = end + blanks(&text[end..]);
        let Some(comma) = text[gap..].chars().next().filter(|c| is_comma(*c)) else { break };
        at = gap + comma.len_utf8();
        at += blanks(&text[at..]);
    }
    start..end
}

/// The length of the command's name that a text begins with.
fn begins_with(text: &str) -> Option<usize> {
    let fits = |name: &&str| {
        let whole = text.get(name.len()..).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
        whole && text[..name.len()].eq_ignore_ascii_case(name)
    };
    names().filter(fits).map(str::len).max()
}

const fn is_comma(c: char) -> bool {
    matches!(c, ',' | '，' | '、')
}

/// The parts between commas, without the blanks around; empty ones are left out.
fn items(prompt: &str, inner: Range<usize>) -> Vec<Range<usize>> {
    let mut start = inner.start;
    let mut found = Vec::new();
    for part in prompt[inner].split_inclusive(is_comma) {
        let bare = part.trim_end_matches(is_comma);
        let lead = bare.len() - bare.trim_start().len();
        let range = start + lead..start + lead + bare.trim().len();
        if !range.is_empty() {
            found.push(range);
        }
        start += part.len();
    }
    found
}

/// The commands that the beginning of a name (English or Chinese) may become, for completion after `[`. Those that
/// begin with it come first, then those with a later word that does; all for an empty beginning.
#[must_use]
pub fn complete(beginning: &str) -> Vec<&'static Command> {
    let wanted = beginning.trim_start().to_lowercase();
    let begins = |command: &Command| command.en.to_lowercase().starts_with(&wanted) || command.zh.starts_with(&wanted);
    let later = |command: &Command| {
        command.en.to_lowercase().split(' ').skip(1).any(|word| word.starts_with(&wanted))
            || command.zh.contains(&wanted)
    };
    let (mut first, rest): (Vec<&Command>, Vec<&Command>) = COMMANDS.iter().partition(|command| begins(command));
    first.extend(rest.into_iter().filter(|command| later(command)));
    first
}

/// The beginning of a command that is being typed at the end of `before` (the prompt up to the caret): what follows the
/// last bracket or comma of a bracket that is still open on this line. `None` outside of brackets.
#[must_use]
pub fn being_typed(before: &str) -> Option<&str> {
    let line = before.rsplit('\n').next()?;
    let (at, c) = line.char_indices().rfind(|(_, c)| opens(*c) || closes(*c)).filter(|(_, c)| opens(*c))?;
    line[at + c.len_utf8()..].rsplit(is_comma).next().map(str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(prompt: &'a str, bracket: &Bracket) -> (&'a str, bool, Vec<&'a str>) {
        (
            &prompt[bracket.range.clone()],
            bracket.full_width,
            bracket.items.iter().map(|item| &prompt[item.clone()]).collect(),
        )
    }

    #[test]
    fn brackets_are_found_with_what_stands_in_them() {
        type Found<'a> = Vec<(&'a str, bool, Vec<&'a str>)>;
        let cases: [(&str, Found<'_>); 7] = [
            ("no bracket", vec![]),
            ("a [Push in] b", vec![("[Push in]", false, vec!["Push in"])]),
            ("[ Pan left ,Pedestal up]", vec![("[ Pan left ,Pedestal up]", false, vec!["Pan left", "Pedestal up"])]),
            ("【左移，上升】", vec![("【左移，上升】", true, vec!["左移", "上升"])]),
            ("［左移]", vec![("［左移]", true, vec!["左移"])]),
            ("[a [Shake][, ] open [", vec![("[Shake]", false, vec!["Shake"]), ("[, ]", false, vec![])]),
            ("] [", vec![]),
        ];
        for (prompt, expected) in cases {
            let found: Found<'_> = brackets(prompt).iter().map(|bracket| texts(prompt, bracket)).collect();
            assert_eq!(found, expected, "{prompt}");
        }
    }

    #[test]
    fn a_bracket_that_is_not_closed_is_found_with_the_commands_behind_it() {
        for (prompt, expected) in [
            ("[Push in a cat runs", vec![("[", "Push in")]),
            ("a [ push in, Pan left  a cat", vec![("[", "push in, Pan left")]),
            ("【推进，上升猫跑", vec![("【", "推进，上升")]),
            ("[Shake one [Pan left] two [Zoom out", vec![("[", "Shake"), ("[", "Zoom out")]),
            ("[Shaken not stirred", vec![]),
            ("a [sign [Push in] b", vec![]),
            ("[Push in]", vec![]),
        ] {
            let found = unclosed(prompt);
            let found: Vec<_> =
                found.iter().map(|u| (&prompt[u.bracket.clone()], &prompt[u.commands.clone()])).collect();
            assert_eq!(found, expected, "{prompt}");
        }
    }

    #[test]
    fn words_are_read_in_both_languages_and_near_names_found() {
        for (word, reading) in [
            ("Push in", Reading::Known(&COMMANDS[4])),
            ("push IN", Reading::Known(&COMMANDS[4])),
            ("推进", Reading::Known(&COMMANDS[4])),
            ("Pul out", Reading::Near("Pull out")),
            ("Panleft", Reading::Near("Pan left")),
            ("Tracking", Reading::Near("Tracking shot")),
            ("推近", Reading::Near("推进")),
            ("left", Reading::Unknown),
            ("a red sign", Reading::Unknown),
        ] {
            assert_eq!(read(word), reading, "{word}");
        }
    }

    #[test]
    fn completion_takes_either_language_and_puts_beginnings_first() {
        let names = |beginning| complete(beginning).into_iter().map(|c| c.en).collect::<Vec<_>>();
        assert_eq!(names("").len(), 15);
        assert_eq!(names("pa"), ["Pan left", "Pan right"]);
        assert_eq!(names("s"), ["Shake", "Static shot", "Tracking shot"]);
        assert_eq!(names("左"), ["Truck left", "Pan left"]);
        assert_eq!(names("in"), ["Push in", "Zoom in"]);
        assert_eq!(names("x"), Vec::<&str>::new());
    }

    #[test]
    fn what_is_being_typed_is_known_only_inside_an_open_bracket() {
        for (before, typed) in [
            ("a [", Some("")),
            ("a [Pan l", Some("Pan l")),
            ("a [Pan left, Ti", Some("Ti")),
            ("[左移，上", Some("上")),
            ("a [Pan left] b", None),
            ("a [Pan left\nnext", None),
            ("plain", None),
        ] {
            assert_eq!(being_typed(before), typed, "{before}");
        }
    }
}
