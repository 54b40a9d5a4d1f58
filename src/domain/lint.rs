//! What looks wrong in a prompt though it could be sent: camera commands that will not work, hidden characters. Each is
//! a warning, with the mended prompt where mending takes no thought.

use super::{
    camera::{self, Bracket, MOST_AT_ONCE, Reading},
    catalogue::{CameraSupport, ModelSpec},
    draft::{Fault, Field, Severity},
    problem::Problem,
    text,
};
use crate::tr;
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

fn warning(problem: Problem, fix: Option<String>) -> Fault {
    Fault { field: Field::Prompt, severity: Severity::Warning, problem, fix }
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
    let shown = text::gist(&prompt[first.range.clone()]).into_owned();
    let (problem, keep_words) = match model.camera {
        CameraSupport::Commands | CameraSupport::Exact => return None,
        CameraSupport::Described => (
            Problem::new(
                tr!("{model} has no camera commands such as {shown}", model = model.name, shown),
                tr!("it follows a description in plain words"),
                tr!("Take the brackets away and describe the movement."),
            ),
            true,
        ),
        CameraSupport::None => (
            Problem::new(
                tr!("{model} ignores camera commands such as {shown}", model = model.name, shown),
                "",
                tr!("Take them out, or choose a model that follows them."),
            ),
            false,
        ),
    };
    let edits = commands.iter().map(|bracket| {
        let inner = prompt[bracket.range.clone()].trim_matches(['[', ']', '【', '】', '［', '］']);
        (bracket.range.clone(), if keep_words { inner.to_owned() } else { String::new() })
    });
    Some(warning(problem, Some(edited(prompt, edits))))
}

fn full_width(prompt: &str, brackets: &[Bracket]) -> Option<Fault> {
    let wrong = || brackets.iter().filter(|bracket| bracket.full_width && is_command(prompt, bracket));
    let shown = text::gist(&prompt[wrong().next()?.range.clone()]).into_owned();
    let edits = wrong().map(|bracket| {
        let inner = prompt[bracket.range.clone()].trim_matches(['[', ']', '【', '】', '［', '］']);
        (bracket.range.clone(), format!("[{inner}]"))
    });
    Some(warning(
        Problem::new(
            tr!("Camera command in full-width brackets: {shown}", shown),
            tr!("only [ ] are read as a command"),
            tr!("Use [ ]."),
        ),
        Some(edited(prompt, edits)),
    ))
}

fn crowded(prompt: &str, bracket: &Bracket) -> Option<Fault> {
    let number = bracket.items.len();
    (number > MOST_AT_ONCE).then(|| {
        let shown = text::gist(&prompt[bracket.range.clone()]).into_owned();
        warning(
            Problem::new(
                tr!("{number} camera commands at once in {shown}", number, shown),
                tr!("at most {most} are advised", most = MOST_AT_ONCE),
                tr!("Put some into a bracket of their own: brackets in a row run one after another."),
            ),
            None,
        )
    })
}

/// A bracket that lost its end in a paste: what stands behind it would be sent as words of the prompt.
fn unclosed(prompt: &str) -> Option<Fault> {
    let open = camera::unclosed(prompt);
    let command = text::gist(&prompt[open.first()?.commands.clone()]).into_owned();
    let edits = open.iter().flat_map(|bracket| {
        let end = bracket.commands.end;
        [(bracket.bracket.clone(), "[".to_owned()), (end..end, "]".to_owned())]
    });
    Some(warning(
        Problem::new(
            tr!("The bracket before {command} is not closed", command),
            tr!("it is read as text and not as a camera command"),
            tr!("Close it."),
        ),
        Some(edited(prompt, edits)),
    ))
}

fn misspelt(prompt: &str, item: &Range<usize>) -> Option<Fault> {
    let word = &prompt[item.clone()];
    let shown = text::gist(word);
    match camera::read(word) {
        Reading::Known(_) => None,
        Reading::Near(meant) => Some(warning(
            Problem::new(tr!("[{shown}] is no camera command", shown), "", tr!("Did you mean [{meant}]?", meant)),
            Some(edited(prompt, [(item.clone(), meant.to_owned())].into_iter())),
        )),
        Reading::Unknown => Some(warning(
            Problem::new(
                tr!("[{shown}] is no camera command", shown),
                "",
                tr!("Type [ to see the fifteen there are, or take the brackets away."),
            ),
            None,
        )),
    }
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
        warning(
            Problem::new(
                tr!("The prompt has characters that cannot be seen"),
                codes.join(tr!(", ")),
                tr!("They most likely came with a paste; take them out."),
            ),
            Some(cleaned.into_owned()),
        )
    })
}

fn trailing(prompt: &str) -> Option<Fault> {
    let bare = prompt.trim_end();
    // A prompt of blanks only is a missing prompt, which is said elsewhere.
    (bare != prompt && !bare.is_empty()).then(|| {
        warning(
            Problem::new(tr!("The prompt ends in a blank or an empty line"), "", tr!("Take it away.")),
            Some(bare.to_owned()),
        )
    })
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
    use crate::domain::catalogue::Catalogue;
    use proptest::prelude::*;

    fn found(model: &str, prompt: &str) -> Vec<(String, Option<String>)> {
        let catalogue = Catalogue::builtin();
        let faults = lint(prompt, catalogue.spec(model).unwrap());
        assert!(faults.iter().all(|f| f.field == Field::Prompt && f.severity == Severity::Warning));
        faults.into_iter().map(|fault| (fault.problem.to_string(), fault.fix)).collect()
    }

    #[test]
    fn each_fault_has_its_sentence_and_its_mended_prompt() {
        let hailuo = "MiniMax-Hailuo-02";
        for (model, prompt, sentence, fix) in [
            (
                hailuo,
                "a [pussh in] cat",
                "[pussh in] is no camera command. Did you mean [Push in]?",
                Some("a [Push in] cat"),
            ),
            (
                hailuo,
                "a [fly over]",
                "[fly over] is no camera command. Type [ to see the fifteen there are, or take the brackets away.",
                None,
            ),
            (
                hailuo,
                "猫【推进】跑［左移，上升］",
                "Camera command in full-width brackets: 【推进】: only [ ] are read as a command. Use [ ].",
                Some("猫[推进]跑[左移，上升]"),
            ),
            (
                hailuo,
                "[Pan left, Tilt up, Shake, Zoom in]",
                "4 camera commands at once in [Pan left, Tilt up, Shake, Zoom in]: at most 3 are advised. Put some into a \
                 bracket of their own: brackets in a row run one after another.",
                None,
            ),
            (
                "S2V-01",
                "she smiles [Push in]",
                "S2V-01 ignores camera commands such as [Push in]. Take them out, or choose a model that follows them.",
                Some("she smiles "),
            ),
            (
                "T2V-01",
                "a cat [Push in] runs",
                "T2V-01 has no camera commands such as [Push in]: it follows a description in plain words. Take the \
                 brackets away and describe the movement.",
                Some("a cat Push in runs"),
            ),
            (
                hailuo,
                "a\u{200b} cat\u{7}",
                "The prompt has characters that cannot be seen: U+200B, U+0007. They most likely came with a paste; take \
                 them out.",
                Some("a cat"),
            ),
            (
                hailuo,
                "[Push in a cat [左移，上升 runs",
                "The bracket before Push in is not closed: it is read as text and not as a camera command. Close it.",
                Some("[Push in] a cat [左移，上升] runs"),
            ),
            (hailuo, "a cat \n", "The prompt ends in a blank or an empty line. Take it away.", Some("a cat")),
        ] {
            assert_eq!(found(model, prompt), [(sentence.to_owned(), fix.map(str::to_owned))], "{prompt}");
        }
    }

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
            assert_eq!(found(model, prompt), [], "{prompt}");
        }
    }

    proptest! {
        #[test]
        fn any_prompt_can_be_linted(prompt in "[\\[\\]【】［］,，、a-zA-Z左移推 \u{200b}\u{1b}]{0,40}") {
            for model in Catalogue::builtin().models {
                let _ = lint(&prompt, &model);
            }
        }
    }
}
