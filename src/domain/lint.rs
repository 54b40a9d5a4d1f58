//! What looks wrong in a prompt though it could be sent: camera commands that will not work, hidden characters. Each is
//! a warning, with the corrected prompt where that takes no thought.

use super::{
    camera::{self, Bracket, MOST_AT_ONCE, Reading},
    catalogue::{CameraSupport, ModelSpec},
    draft::{Fault, Field, Severity},
    reason::{draft::DraftReason, prompt::PromptReason},
    text::{self, gist},
};
use std::ops::Range;

/// Everything that looks wrong in a prompt for that model, in the order it stands there.
#[must_use]
pub fn lint(prompt: &str, model: &ModelSpec) -> Vec<Fault> {
    let brackets = camera::brackets(prompt);
    let mut faults = Vec::new();
    faults.extend(ignored(prompt, &brackets, model));
    faults.extend(full_width(prompt, &brackets));
    faults.extend(brackets.iter().filter(|bracket| is_command(prompt, bracket)).filter_map(|b| crowded(prompt, b)));
    if follows_commands(model) {
        let half_width = brackets.iter().filter(|bracket| !bracket.full_width || is_command(prompt, bracket));
        faults.extend(half_width.flat_map(|b| &b.items).filter_map(|item| misspelt(prompt, item)));
        faults.extend(unclosed(prompt));
    }
    faults.extend(hidden(prompt));
    faults.extend(trailing(prompt));
    faults
}

fn warning(reason: PromptReason, fix: Option<String>) -> Fault {
    Fault { field: Field::Prompt, severity: Severity::Warning, reason: DraftReason::Prompt(reason), fix }
}

const fn follows_commands(model: &ModelSpec) -> bool {
    matches!(model.camera, CameraSupport::Commands | CameraSupport::Exact)
}

/// Whether brackets hold a camera command, perhaps misspelt: full-width ones are ordinary quotes otherwise.
fn is_command(prompt: &str, bracket: &Bracket) -> bool {
    bracket.items.iter().any(|item| camera::read(&prompt[item.clone()]) != Reading::Unknown)
}

fn ignored(prompt: &str, brackets: &[Bracket], model: &ModelSpec) -> Option<Fault> {
    let commands: Vec<&Bracket> = brackets.iter().filter(|bracket| is_command(prompt, bracket)).collect();
    let first = commands.first()?;
    let (model_name, command) = (model.name.clone(), gist(&prompt[first.range.clone()]).into_owned());
    let (reason, keep_words) = match model.camera {
        CameraSupport::Commands | CameraSupport::Exact => return None,
        CameraSupport::Described => (PromptReason::CommandToDescribe { model: model_name, command }, true),
        CameraSupport::None => (PromptReason::CommandIgnored { model: model_name, command }, false),
    };
    let edits = commands.iter().map(|bracket| {
        let inner = prompt[bracket.range.clone()].trim_matches(['[', ']', '【', '】', '［', '］']);
        (bracket.range.clone(), if keep_words { inner.to_owned() } else { String::new() })
    });
    Some(warning(reason, Some(edited(prompt, edits))))
}

fn full_width(prompt: &str, brackets: &[Bracket]) -> Option<Fault> {
    let wrong = || brackets.iter().filter(|bracket| bracket.full_width && is_command(prompt, bracket));
    let command = gist(&prompt[wrong().next()?.range.clone()]).into_owned();
    let edits = wrong().map(|bracket| {
        let inner = prompt[bracket.range.clone()].trim_matches(['[', ']', '【', '】', '［', '］']);
        (bracket.range.clone(), format!("[{inner}]"))
    });
    Some(warning(PromptReason::FullWidth { command }, Some(edited(prompt, edits))))
}

fn crowded(prompt: &str, bracket: &Bracket) -> Option<Fault> {
    let commands = bracket.items.len();
    (commands > MOST_AT_ONCE).then(|| {
        let told = gist(&prompt[bracket.range.clone()]).into_owned();
        // Brackets in a row run one after another.
        let names: Vec<&str> = bracket.items.iter().map(|item| &prompt[item.clone()]).collect();
        let parted: String = names.chunks(MOST_AT_ONCE).map(|some| format!("[{}]", some.join(", "))).collect();
        warning(
            PromptReason::Crowded { bracket: told, commands },
            Some(edited(prompt, std::iter::once((bracket.range.clone(), parted)))),
        )
    })
}

/// A bracket that lost its end in a paste: what stands behind it would be sent as words of the prompt.
fn unclosed(prompt: &str) -> Option<Fault> {
    let open = camera::unclosed(prompt);
    let command = gist(&prompt[open.first()?.commands.clone()]).into_owned();
    let edits = open.iter().flat_map(|bracket| {
        let end = bracket.commands.end;
        [(bracket.bracket.clone(), "[".to_owned()), (end..end, "]".to_owned())]
    });
    Some(warning(PromptReason::NotClosed { command }, Some(edited(prompt, edits))))
}

fn misspelt(prompt: &str, item: &Range<usize>) -> Option<Fault> {
    let word = &prompt[item.clone()];
    let meant = match camera::read(word) {
        Reading::Known(_) => return None,
        Reading::Near(meant) => Some(meant.to_owned()),
        Reading::Unknown => None,
    };
    let fix = meant.clone().map(|meant| edited(prompt, [(item.clone(), meant)].into_iter()));
    Some(warning(PromptReason::NoCommand { word: gist(word).into_owned(), meant }, fix))
}

fn hidden(prompt: &str) -> Option<Fault> {
    let cleaned = text::clean(prompt);
    (cleaned != prompt).then(|| {
        let mut codes: Vec<String> = Vec::new();
        // A joiner inside an emoji stays and is not named.
        let gone = |c: &char| text::is_suspect(*c) && cleaned.matches(*c).count() < prompt.matches(*c).count();
        for c in prompt.chars().filter(gone) {
            let code = format!("U+{:04X}", u32::from(c));
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes.truncate(5);
        warning(PromptReason::Hidden(codes), Some(cleaned.into_owned()))
    })
}

fn trailing(prompt: &str) -> Option<Fault> {
    let bare = prompt.trim_end();
    // A prompt of blanks only is a missing prompt, which is said elsewhere.
    (bare != prompt && !bare.is_empty()).then(|| warning(PromptReason::TrailingBlank, Some(bare.to_owned())))
}

/// The prompt with some ranges replaced, in their order.
fn edited(prompt: &str, edits: impl Iterator<Item = (Range<usize>, String)>) -> String {
    let mut out = String::with_capacity(prompt.len());
    let mut from = 0;
    for (range, new) in edits {
        out.push_str(&prompt[from..range.start]);
        out.push_str(&new);
        from = range.end;
    }
    out.push_str(&prompt[from..]);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use proptest::prelude::*;

    #[test]
    fn good_prompts_and_ordinary_brackets_are_left_alone() {
        for (model, prompt) in [
            ("MiniMax-Hailuo-02", "a cat runs [Pan left, Pedestal up] and sleeps [static shot]\nnext line"),
            ("MiniMax-Hailuo-02", "标题【重要】的猫 [左移]"),
            ("MiniMax-Hailuo-02", "a door [half open"),
            ("T2V-01", "an arrow [Push in"),
            ("T2V-01", "a sign that says [exit]"),
            ("S2V-01", ""),
            ("I2V-01-Director", "家族 👨\u{200d}👩\u{200d}👧 [晃动]"),
        ] {
            let catalogue = Catalogue::builtin();
            assert_eq!(lint(prompt, catalogue.spec(model).unwrap()), [], "{prompt}");
        }
    }

    proptest! {
        #[test]
        fn linting_never_panics(prompt in "[\\[\\]【】［］,，、a-zA-Z左移推 \u{200b}\u{1b}]{0,40}") {
            for model in Catalogue::builtin().models {
                let _ = lint(&prompt, &model);
            }
        }
    }
}
