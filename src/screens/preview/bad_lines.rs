//! A file of prompts with bad lines: one is enough to queue nothing, unless the person goes on with the good ones. The
//! command line has `--partial` for that.

use crate::{app::App, keymap::Why, screen::Preview};
use words::{problem::Problem, tr};

/// Bad lines that are told one by one.
const TOLD: usize = 8;

/// Forbids to send the file whose preview has just come up. `bad`: line number and what is wrong, in the file's order; a
/// line may have several faults.
pub(crate) fn forbid(app: &mut App, bad: Vec<(usize, Problem)>) {
    let Some(preview) = app.screen.top_mut::<Preview>() else { return };
    preview.obstacles.extend(told(&bad));
    if let Some(batch) = &mut preview.batch {
        batch.impossible.clear();
        batch.bad_lines = bad;
    }
}

/// The bad lines in words.
fn told(bad: &[(usize, Problem)]) -> Vec<Problem> {
    let told = bad.iter().take(TOLD).map(|(line, problem)| {
        let what = tr!("Line {line}: {problem}", line, problem = problem.what);
        Problem::new(what, problem.why.clone(), problem.next.clone())
    });
    let what = match bad.len().saturating_sub(TOLD) {
        0 => return told.collect(),
        1 => tr!("1 more line is bad").to_owned(),
        count => tr!("{count} more lines are bad", count),
    };
    told.chain([Problem::new(what, "", tr!("Mend the file and load it again."))]).collect()
}

/// Whether there are bad lines to leave out, and good ones to go on with.
///
/// # Errors
/// Why not, as one sentence.
pub fn can_leave_out(preview: &Preview) -> Result<(), Why> {
    let bad = preview.batch.as_ref().is_some_and(|batch| !batch.bad_lines.is_empty());
    match (bad, preview.items.is_empty()) {
        (true, false) => Ok(()),
        (true, true) => Err(Why(tr!("No line of the file is good").into())),
        (false, _) => Err(Why(tr!("There is no bad line to leave out").into())),
    }
}

/// Goes on with the good lines: the bad ones no longer forbid it, and it is told that they are left out.
pub(crate) fn leave_out(app: &mut App) {
    let now = app.work.now.mono;
    let Some(preview) = app.screen.top_mut::<Preview>() else { return };
    if can_leave_out(preview).is_err() {
        return;
    }
    let Some(batch) = &mut preview.batch else { return };
    let bad = std::mem::take(&mut batch.bad_lines);
    let told = told(&bad);
    preview.obstacles.retain(|obstacle| !told.contains(obstacle));
    let lines = bad.chunk_by(|(one, _), (other, _)| one == other).count();
    let what = match lines {
        1 => tr!("1 line of the file is left out").to_owned(),
        count => tr!("{count} lines of the file are left out", count),
    };
    preview.warnings.splice(0..0, [Problem::new(what, "", "")].into_iter().chain(told));
    // What Enter does has changed under the person's fingers.
    (preview.opened, preview.scroll) = (now, 0);
}
