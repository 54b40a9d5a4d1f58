//! What looks wrong in a prompt, as sentences.

use crate::{problem::Problem, tr};
use domain::{camera::MOST_AT_ONCE, reason::prompt::PromptReason};

pub(super) fn prompt(reason: &PromptReason) -> Problem {
    match reason {
        PromptReason::CommandToDescribe { model, command } => Problem::new(
            tr!("{model} does not support camera commands such as {shown}", model, shown = command),
            tr!("it follows a description in plain words"),
            tr!("Remove the brackets and describe the movement."),
        ),
        PromptReason::CommandIgnored { model, command } => Problem::new(
            tr!("{model} ignores camera commands such as {shown}", model, shown = command),
            "",
            tr!("Remove them, or choose a model that follows them."),
        ),
        PromptReason::FullWidth { command } => Problem::new(
            tr!("Camera command in full-width brackets: {shown}", shown = command),
            tr!("only [ ] are read as a command"),
            tr!("Use [ ]."),
        ),
        PromptReason::Crowded { bracket, commands } => Problem::new(
            tr!("{number} camera commands at once in {shown}", number = commands, shown = bracket),
            tr!("at most {most} are advised", most = MOST_AT_ONCE),
            tr!("Put some in a bracket of their own: brackets in a row run one after another."),
        ),
        PromptReason::NotClosed { command } => Problem::new(
            tr!("The bracket before {command} is not closed", command),
            tr!("it is read as text, not as a camera command"),
            tr!("Close it."),
        ),
        PromptReason::NoCommand { word, meant } => Problem::new(
            tr!("[{shown}] is not a camera command", shown = word),
            "",
            match meant {
                Some(meant) => tr!("Did you mean [{meant}]?", meant),
                None => tr!("Type [ to see all fifteen, or remove the brackets.").into(),
            },
        ),
        PromptReason::Hidden(codes) => Problem::new(
            tr!("The prompt contains invisible characters"),
            codes.join(tr!(", ")),
            tr!("They probably came from a paste; remove them."),
        ),
        PromptReason::TrailingBlank => {
            Problem::new(tr!("The prompt ends with a space or an empty line"), "", tr!("Remove it."))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use crate::reason::draft;
    use crate::voice::Voice;
    use domain::{
        catalogue::Catalogue,
        draft::{Field, Severity},
        lint::lint,
    };

    fn found(model: &str, prompt: &str) -> Vec<(String, Option<String>)> {
        let catalogue = Catalogue::builtin();
        let faults = lint(prompt, catalogue.spec(model).unwrap());
        assert!(faults.iter().all(|f| f.field == Field::Prompt && f.severity == Severity::Warning));
        faults.into_iter().map(|fault| (draft(&fault.reason, &Voice::default()).to_string(), fault.fix)).collect()
    }

    #[test]
    fn each_fault_has_its_sentence_and_its_corrected_prompt() {
        let hailuo = "MiniMax-Hailuo-02";
        for (model, prompt, sentence, fix) in [
            (
                hailuo,
                "a [pussh in] cat",
                "[pussh in] is not a camera command. Did you mean [Push in]?",
                Some("a [Push in] cat"),
            ),
            (
                hailuo,
                "a [fly over]",
                "[fly over] is not a camera command. Type [ to see all fifteen, or remove the brackets.",
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
                "4 camera commands at once in [Pan left, Tilt up, Shake, Zoom in]: at most 3 are advised. Put some in a \
                 bracket of their own: brackets in a row run one after another.",
                Some("[Pan left, Tilt up, Shake][Zoom in]"),
            ),
            (
                "S2V-01",
                "she smiles [Push in]",
                "S2V-01 ignores camera commands such as [Push in]. Remove them, or choose a model that follows them.",
                Some("she smiles "),
            ),
            (
                "T2V-01",
                "a cat [Push in] runs",
                "T2V-01 does not support camera commands such as [Push in]: it follows a description in plain words. Remove the \
                 brackets and describe the movement.",
                Some("a cat Push in runs"),
            ),
            (
                hailuo,
                "a\u{200b} cat\u{7}",
                "The prompt contains invisible characters: U+200B, U+0007. They probably came from a paste; remove them.",
                Some("a cat"),
            ),
            (
                hailuo,
                "[Push in a cat [左移，上升 runs",
                "The bracket before Push in is not closed: it is read as text, not as a camera command. Close it.",
                Some("[Push in] a cat [左移，上升] runs"),
            ),
            (hailuo, "a cat \n", "The prompt ends with a space or an empty line. Remove it.", Some("a cat")),
        ] {
            assert_eq!(found(model, prompt), [(sentence.to_owned(), fix.map(str::to_owned))], "{prompt}");
        }
    }
}
