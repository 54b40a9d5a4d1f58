//! A file of prompts with bad lines: one is enough to queue nothing, unless the person goes on with the good ones. The
//! command line has `--partial` for that.

use crate::{
    app::App,
    keymap::{Action, Ctx, Why},
    layer::Wish,
    preview::state::{Preview, Purpose},
};
use engine::effect::{Effect, LocalCmd};
use words::{problem::Problem, reason, tr};

/// Bad lines that are told one by one.
const TOLD: usize = 8;

/// Forbids to send the file whose preview has just come up. `bad`: line number and what is wrong, in the file's order;
/// a line may have several faults. `others`: columns that are no field.
pub(crate) fn forbid(app: &mut App, bad: Vec<(usize, Problem)>, others: Vec<String>, path: String) {
    let columns = columns(app, &others);
    let Some(preview) = app.screen.top_mut::<Preview>() else { return };
    preview.obstacles.splice(0..0, columns);
    preview.obstacles.extend(problems_of(&bad));
    if let Some(batch) = &mut preview.batch {
        batch.impossible.clear();
        (batch.bad_lines, batch.others, batch.path) = (bad, others, Some(path));
    }
}

/// The columns that are no field, in words.
fn columns(app: &App, others: &[String]) -> Option<Problem> {
    let leave = app.named(Ctx::Preview, Action::LeaveOut);
    let next = match others.len() {
        1 => tr!("{leave} leaves it out.", leave),
        _ => tr!("{leave} leaves them out.", leave),
    };
    (!others.is_empty()).then(|| Problem::new(reason::other_columns(others), "", next))
}

/// The bad lines in words.
fn problems_of(bad: &[(usize, Problem)]) -> Vec<Problem> {
    let told = bad.iter().take(TOLD).map(|(line, problem)| {
        let what = tr!("Line {line}: {problem}", line, problem = problem.what);
        Problem::new(what, problem.why.clone(), problem.next.clone())
    });
    let what = match bad.len().saturating_sub(TOLD) {
        0 => return told.collect(),
        1 => tr!("1 more line is bad").to_owned(),
        count => tr!("{count} more lines are bad", count),
    };
    told.chain([Problem::new(what, "", tr!("Fix the file and load it again."))]).collect()
}

/// Whether there are columns or bad lines to leave out, and good lines to go on with.
///
/// # Errors
/// Why not, as one sentence.
pub fn can_leave_out(preview: &Preview) -> Result<(), Why> {
    let bad = preview.batch.as_ref().is_some_and(|batch| !batch.bad_lines.is_empty() || !batch.others.is_empty());
    match (bad, preview.items.is_empty()) {
        (true, false) => Ok(()),
        (true, true) => Err(Why(tr!("No line of the file is good").into())),
        (false, _) => Err(Why(tr!("There is no bad line to leave out").into())),
    }
}

/// Leaves out the columns that are no field; where there are none, goes on with the good lines. What is left out no
/// longer forbids to send, and is told.
pub(crate) fn leave_out(app: &mut App) {
    let now = app.work.now.mono;
    let Some(preview) = app.screen.top_mut::<Preview>() else { return };
    if can_leave_out(preview).is_err() {
        return;
    }
    let Some(batch) = &mut preview.batch else { return };
    let others = std::mem::take(&mut batch.others);
    if others.is_empty() {
        leave_lines(preview);
    } else {
        let columns = columns(app, &others);
        let Some(preview) = app.screen.top_mut::<Preview>() else { return };
        preview.obstacles.retain(|obstacle| columns.as_ref() != Some(obstacle));
        let what = match others.as_slice() {
            [name] => tr!("The column {name} is left out", name),
            names => tr!("Left out columns: {names}", names = names.join(tr!(", "))),
        };
        preview.warnings.insert(0, Problem::new(what, "", ""));
    }
    // What Enter does has changed under the person's fingers.
    if let Some(preview) = app.screen.top_mut::<Preview>() {
        (preview.opened, preview.scroll) = (now, 0);
    }
}

fn leave_lines(preview: &mut Preview) {
    let Some(batch) = &mut preview.batch else { return };
    let bad = std::mem::take(&mut batch.bad_lines);
    let told = problems_of(&bad);
    preview.obstacles.retain(|obstacle| !told.contains(obstacle));
    let lines = bad.chunk_by(|(one, _), (other, _)| one == other).count();
    let what = match lines {
        1 => tr!("1 line of the file is left out").to_owned(),
        count => tr!("{count} lines of the file are left out", count),
    };
    preview.warnings.splice(0..0, [Problem::new(what, "", "")].into_iter().chain(told));
}

/// The file and the line of it that is to be corrected first.
pub(super) fn to_correct(preview: &Preview) -> Option<(&str, usize)> {
    let batch = preview.batch.as_ref()?;
    // Columns that are no field stand on the first line.
    let line = batch.bad_lines.first().map(|(line, _)| *line).or((!batch.others.is_empty()).then_some(1))?;
    Some((batch.path.as_deref()?, line))
}

/// Whether there is a bad line to open in the editor.
///
/// # Errors
/// Why not, as one sentence.
pub(crate) fn can_open_line(app: &App) -> Result<(), Why> {
    let line = app.screen.top::<Preview>().and_then(to_correct);
    line.map(drop).ok_or_else(|| Why(tr!("There is no bad line to open").into()))
}

/// Opens the editor on the file at its first bad line; afterwards it is read again.
pub(crate) fn open_line(app: &App) -> Vec<Wish> {
    let Some((path, line)) = app.screen.top::<Preview>().and_then(to_correct) else { return Vec::new() };
    vec![Wish::Effect(Effect::Local(LocalCmd::EditFile { path: path.to_owned(), line }))]
}

/// The file was edited: what its preview shows is the past.
pub(crate) fn close_file(app: &mut App) {
    let file = |preview: &Preview| preview.purpose == Purpose::File && preview.sent.is_none();
    if app.screen.top::<Preview>().is_some_and(file) {
        app.screen.layers.pop();
    }
}
