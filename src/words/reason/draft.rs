//! The faults of a draft as sentences.

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use super::{picture, prompt};
use crate::voice::Voice;
use crate::{
    names,
    names::{all_of, any_of},
    problem::Problem,
    tr,
};
use domain::{
    draft::Field,
    reason::draft::{Closed, DraftReason, Lengths},
    text::cut_ascii,
};

#[must_use]
#[expect(clippy::too_many_lines, reason = "one list: each reason and its sentences")]
pub fn draft(reason: &DraftReason, voice: &Voice) -> Problem {
    match reason {
        DraftReason::Count { asked, most } => {
            let what = match asked {
                0 => tr!("Count takes a whole number").to_owned(),
                count => tr!("Cannot create {count} tasks at once", count),
            };
            Problem::new(what, "", tr!("Choose 1 to {most}.", most))
        }
        DraftReason::NoSuchModel { name, near, all } => {
            let what = match name.as_str() {
                "" => tr!("No model is chosen").to_owned(),
                name => tr!("There is no model {name}", name),
            };
            Problem::new(what, "", near.as_ref().map_or_else(|| choose(all), |near| tr!("Did you mean {near}?", near)))
        }
        DraftReason::Closed(why) => Problem::new(
            closed(why),
            "",
            match why {
                Closed::FastPretreatment { .. } => tr!("Switch it off.").to_owned(),
                Closed::Frame { frame, .. } => take_away(*frame),
                _ => take_away(Field::Subject),
            },
        ),
        DraftReason::CallbackNoAddress => Problem::new(
            tr!("The callback is not an http(s) URL"),
            tr!("the service posts to it from outside"),
            tr!("Give it as https://host/path, or leave it empty."),
        ),
        DraftReason::CallbackUnreachable { host } => {
            Problem { next: tr!("Give a public URL, or leave it empty.").into(), ..picture::unreachable(host) }
        }
        DraftReason::NoPrompt { first_frame, last_frame } => Problem::new(
            tr!("The prompt is missing"),
            "",
            match (first_frame, last_frame) {
                (false, false) => tr!("Write one."),
                (true, false) => tr!("Write one, or give a first frame."),
                (false, true) => tr!("Write one, or give a last frame."),
                (true, true) => tr!("Write one, or give a first or a last frame."),
            },
        ),
        DraftReason::ReservedPrompt => Problem::new(
            tr!("This text stands for a prompt that was forgotten"),
            tr!("such a task could not be told from a forgotten one"),
            tr!("Write another prompt."),
        ),
        DraftReason::PromptTooLong { model, used, limit } => Problem::new(
            tr!("The prompt is too long: {length}", length = names::length(limit.unit, *used)),
            tr!("{model} takes at most {length}", model, length = names::length(limit.unit, limit.max)),
            tr!("Remove {count}.", count = used - limit.max),
        ),
        DraftReason::NoPicture { model, field, only_at } => {
            let picture = names::field(*field);
            let what = match only_at {
                None => tr!("{model} needs a {picture}", model, picture),
                Some(resolution) => tr!("{model} needs a {picture} at {resolution}", model, picture, resolution),
            };
            Problem::new(what, "", tr!("Give the picture's path or its http(s) URL."))
        }
        DraftReason::NoSuchResolution { model, asked, all } => {
            Problem::new(tr!("{model} has no resolution {resolution}", model, resolution = asked), "", choose(all))
        }
        DraftReason::NoSuchDuration { model, resolution, asked, all, elsewhere } => Problem::new(
            tr!("{model} does not offer {seconds} s at {resolution}", model, seconds = asked, resolution),
            match elsewhere.as_slice() {
                [] => String::new(),
                all => tr!("{seconds} s is available at {resolutions}", seconds = asked, resolutions = any_of(all)),
            },
            tr!("Choose {seconds} s.", seconds = any_of(all)),
        ),
        DraftReason::Picture(reason) => picture::picture(reason, voice),
        DraftReason::Prompt(reason) => prompt::prompt(reason),
        DraftReason::TooMany { asked, most } => Problem::new(
            match asked {
                Some(asked) => tr!("This would create {asked} tasks", asked),
                None => tr!("This would create too many tasks to count").into(),
            },
            tr!("the limit is {most} at once", most),
            tr!("Remove some values, or raise compose.max_tasks in the config."),
        ),
        DraftReason::Unequal(lengths) => Problem::new(
            tr!("Pairing one by one needs lists of equal length"),
            tr!("there are {lists}", lists = all_of(&lists(*lengths))),
            tr!("Make them equal, or use every combination."),
        ),
        DraftReason::Unbalanced => Problem::new(
            tr!("An unmatched brace is plain text"),
            tr!("{a|b} makes several prompts"),
            tr!("Close it, or write {open} or {close} for a plain brace.", open = r"\{", close = r"\}"),
        ),
        DraftReason::SomeImpossible { wrong, all, first } => Problem::new(
            match wrong {
                1 => tr!("1 of {all} combinations is not possible", all),
                _ => tr!("{wrong} of {all} combinations are not possible", wrong, all),
            },
            draft(first, voice).what,
            tr!("The preview lists them."),
        ),
        DraftReason::QueuedBefore { key, state, minutes } => {
            let word = names::state(*state);
            let what = match minutes {
                0 => tr!("The same prompt was queued less than a minute ago: {key}, {word}", key, word),
                _ => tr!("The same prompt was queued {minutes} min ago: {key}, {word}", minutes, key, word),
            };
            Problem::new(what, "", tr!("Send it anyway if you want another take."))
        }
        DraftReason::RefusedBefore { key, part: None } => Problem::new(
            tr!("This prompt was refused as sensitive before ({key})", key),
            tr!("the same words will probably be refused again"),
            tr!("Change it."),
        ),
        DraftReason::RefusedBefore { key, part: Some(part) } => Problem::new(
            tr!("A long part of this prompt was refused as sensitive before ({key})", key),
            format!("\"{}\"", cut_ascii(part, 60)),
            tr!("Change that part."),
        ),
    }
}

/// Why a model cannot use a field, without a final stop.
#[must_use]
pub fn closed(why: &Closed) -> String {
    match why {
        Closed::Subject { model } => tr!("{model} takes no subject picture", model),
        Closed::Frame { model, frame, resolution, elsewhere } => match elsewhere.as_slice() {
            [] => tr!("{model} takes no {frame}", model, frame = names::field(*frame)),
            others => tr!(
                "{model} takes no {frame} at {resolution}, only at {others}",
                model,
                frame = names::field(*frame),
                resolution,
                others = any_of(others),
            ),
        },
        Closed::Resolution { model, only } => tr!("{model} offers {resolution} only", model, resolution = only),
        Closed::Duration { model, only, resolution } => {
            tr!("{model} offers {seconds} s only at {resolution}", model, seconds = only, resolution)
        }
        Closed::FastPretreatment { model } => {
            tr!("{model} does not support fast pretreatment; Hailuo models do", model)
        }
    }
}

fn choose(all: &[String]) -> String {
    tr!("Choose {choices}.", choices = any_of(all))
}

fn take_away(field: Field) -> String {
    tr!("Remove the {picture}, or choose another model.", picture = names::field(field))
}

/// The lists of more than one value.
fn lists(lengths: Lengths) -> Vec<String> {
    let [models, prompts, first_frames, resolutions, durations] = lengths.all();
    [
        (models, tr!("{count} models", count = models)),
        (prompts, tr!("{count} prompts", count = prompts)),
        (first_frames, tr!("{count} first frames", count = first_frames)),
        (resolutions, tr!("{count} resolutions", count = resolutions)),
        (durations, tr!("{count} durations", count = durations)),
    ]
    .into_iter()
    .filter(|(length, _)| *length > 1)
    .map(|(_, words)| words)
    .collect()
}
