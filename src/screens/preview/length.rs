//! Whether there is anything to scroll in a preview. How its text is wrapped is for `view`, and only the picture knows
//! how long it is; here its length is guessed from above, so that the keys that scroll are never missed.

use crate::{
    app::App,
    screen::{Preview, PreviewItem},
};
use domain::{request::Request, text::width};

/// The lines of the screen that the text does not get: borders, and the foot with price, question and keys.
const LINES_AROUND: usize = 9;
/// The cells of the screen that it does not get, and the most that it gets.
const CELLS: (usize, usize) = (14, 88);
/// The cells of a field's name.
const LABEL: usize = 15;
/// The cells of a warning's sign.
const SIGN: usize = 4;

/// Whether the text may be longer than the screen has room for.
#[must_use]
pub fn scrolls(app: &App, preview: &Preview) -> bool {
    let cells = usize::from(app.screen.width).saturating_sub(CELLS.0).min(CELLS.1);
    let problems = preview.obstacles.iter().chain(&preview.warnings);
    let notes: usize = problems.map(|problem| wrapped(&problem.to_string(), cells.saturating_sub(SIGN))).sum();
    let items = match preview.items.as_slice() {
        [only] => whole(only, cells.saturating_sub(LABEL)),
        items => items.iter().map(|item| 1 + changes(item, cells.saturating_sub(LABEL))).sum(),
    };
    preview.batch.is_some() || notes + items > usize::from(app.screen.height).saturating_sub(LINES_AROUND)
}

/// The most lines of an item with all that is asked for: which attempt it repeats, model, optimizer, and the others.
fn whole(item: &PreviewItem, cells: usize) -> usize {
    let request = &item.request;
    let pictures = [&request.first_frame, &request.last_frame, &request.subject].into_iter().flatten();
    // Its size stands behind the path.
    let pictures: usize = pictures.map(|picture| 1 + wrapped(picture.typed(), cells)).sum();
    let callback = request.callback.as_ref().map_or(0, |address| wrapped(address, cells));
    3 + pictures
        + callback
        + wrapped(&request.prompt, cells)
        + if item.was.is_some() { 2 } else { 0 }
        + changes(item, cells)
}

/// The most lines of what is changed against the parent: a line a field, and the words of both prompts.
fn changes(item: &PreviewItem, cells: usize) -> usize {
    let Some(was) = &item.was else { return 0 };
    let now = &item.request;
    let same = |same: fn(&Request, &Request) -> bool| usize::from(!same(was, now));
    let fields: usize = [
        same(|a, b| a.model == b.model),
        same(|a, b| a.first_frame == b.first_frame),
        same(|a, b| a.last_frame == b.last_frame),
        same(|a, b| a.subject == b.subject),
        same(|a, b| a.resolution == b.resolution),
        same(|a, b| a.duration == b.duration),
        same(|a, b| a.optimizer == b.optimizer),
        same(|a, b| a.callback == b.callback),
        same(|a, b| (a.fast_pretreatment, a.watermark) == (b.fast_pretreatment, b.watermark)),
    ]
    .into_iter()
    .sum();
    let prompts = if was.prompt == now.prompt { 0 } else { wrapped(&was.prompt, cells) + wrapped(&now.prompt, cells) };
    // A changed path or address is seldom longer than three lines; every changed word of a prompt has signs around it.
    3 * (fields + prompts)
}

/// The most lines that a text can take: two that follow each other hold more together than one has room for.
fn wrapped(text: &str, cells: usize) -> usize {
    let most = |line: &str| match width(line) {
        needed if needed <= cells => 1,
        needed => 2 * needed / cells.max(1) + 1,
    };
    text.lines().map(most).sum::<usize>().max(1)
}

#[cfg(test)]
mod tests {
    use crate::{
        hints,
        preview::retry,
        testing::{state, task},
    };
    use domain::task::{Task, TaskState::Failed};

    /// The footer of the preview of so many failed tasks, the first with that prompt.
    fn footer(tasks: u32, prompt: &str, (width, height): (u16, u16)) -> Vec<String> {
        let mut state = state(&[Failed; 40]);
        state.work.settings.budget.per_day = None;
        state.work.settings.budget.ask_above = None;
        (state.screen.width, state.screen.height) = (width, height);
        let mut tasks: Vec<Task> = (1..=tasks).map(|key| task(key, Failed)).collect();
        tasks[0].request.prompt = prompt.into();
        retry(&mut state, tasks, &std::collections::BTreeMap::new());
        hints::footer(&state).into_iter().map(|hint| hint.words.into_owned()).collect()
    }

    #[test]
    fn scrolling_keys_are_offered_where_there_may_be_something_to_scroll() {
        let (all, few) = (["send", "down", "up", "back"], ["send", "back"]);
        let many = ["send", "drop", "down", "up", "back"];
        assert_eq!(footer(1, "a cat", (80, 24)), few);
        assert_eq!(footer(10, "a cat", (80, 24)), many);
        assert_eq!(footer(1, &"a very long prompt ".repeat(60), (80, 24)), all);
        assert_eq!(footer(1, &"雨夜的东京".repeat(60), (80, 24)), all);
        assert_eq!(footer(20, "a cat", (80, 24)), many);
        assert_eq!(footer(1, "a cat", (40, 12)), all);
    }
}
