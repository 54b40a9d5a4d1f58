//! The table by batch (`:group batch`): a line a batch with its counts, its money and how far it is; Enter unfolds it.
//! Rebuilt from the order of the rows whenever that changes.

use super::{
    archive, passing, pins,
    state::{Groups, Left, Line},
    window,
};
use crate::{
    app::App,
    keymap::Move,
    widgets::{
        brush::{Brush, span},
        steps::step,
        text,
        theme::Look,
    },
};
use domain::{
    amount::{Amount, Currency},
    task::{Row, TaskKey, TaskState},
};
use ratatui::{
    layout::Rect,
    style::Style,
    text::{Line as Text, Span},
};
use std::collections::{BTreeMap, BTreeSet};
use words::{amounts, names, tr};

/// Has the rows stand by batch: as lines, since a poster is one task's.
pub(crate) fn begin(app: &mut App, unfolded: BTreeSet<TaskKey>) {
    let from = app.screen.table.cursor;
    app.screen.table.gallery = false;
    app.screen.table.groups = Some(Groups { unfolded, from, here: from.map(Line::Task), ..Groups::default() });
    make(app);
}

/// Has each row stand for itself again. The cursor goes into the batch that it is on, to where it came from if that is
/// one of its tasks.
pub(crate) fn end(app: &mut App) {
    let tasks = on_batch(app);
    let from = app.screen.table.groups.as_ref().and_then(|groups| groups.from);
    let key = from.filter(|from| tasks.contains(from)).or_else(|| tasks.first().copied());
    app.screen.table.groups = None;
    if let Some(key) = key {
        super::go_to(app, key);
    }
}

/// Makes the lines from scratch. The cursor stays on what it was on, or on that task's batch.
pub(super) fn make(app: &mut App) {
    if app.screen.table.groups.is_none() {
        return;
    }
    let mut order = Vec::new();
    let mut members: BTreeMap<TaskKey, Vec<TaskKey>> = BTreeMap::new();
    for row in passing(app).filter_map(|key| archive::row(app, &key)) {
        let tasks = members.entry(row.batch).or_default();
        if tasks.is_empty() {
            order.push(row.batch);
        }
        tasks.push(row.key);
    }
    // The batch of the task that the cursor is on, or the one task that is left of the batch.
    let instead = match app.screen.table.groups.as_ref().and_then(|groups| groups.here) {
        Some(Line::Task(key)) => archive::row(app, &key).map(|row| Line::Batch(row.batch)),
        Some(Line::Batch(batch)) => match members.get(&batch).map(Vec::as_slice) {
            Some([only]) => Some(Line::Task(*only)),
            _ => None,
        },
        None => None,
    };
    let table = &mut app.screen.table;
    let pinned = pins::of(table).to_vec();
    let Some(groups) = &mut table.groups else { return };
    // A task that stood alone is one of several now: the cursor stays on it.
    if let (Some(here @ Line::Task(key)), Some(Line::Batch(batch))) = (groups.here, instead)
        && groups.lines.contains(&here)
        && members.get(&batch).is_some_and(|tasks| tasks.contains(&key))
    {
        groups.unfolded.insert(batch);
    }
    let is_begun = groups.lines.is_empty();
    groups.lines.clear();
    for batch in order {
        let tasks = members.get(&batch).map_or(&[][..], Vec::as_slice);
        let loose = || tasks.iter().filter(|key| !pinned.contains(key)).map(|key| Line::Task(*key));
        match tasks {
            // A line for a line would tell less than the task's own.
            [_] => groups.lines.extend(loose()),
            _ => {
                groups.lines.push(Line::Batch(batch));
                if groups.unfolded.contains(&batch) {
                    groups.lines.extend(loose());
                }
            }
        }
    }
    groups.members = members;
    let here = groups.here;
    let find = |wanted: Line| groups.lines.iter().position(|line| *line == wanted);
    let on_pin = matches!(here, Some(Line::Task(key)) if pinned.contains(&key));
    let at = here.filter(|_| !on_pin).and_then(|line| find(line).or_else(|| find(instead?)));
    let last = groups.lines.len().saturating_sub(1);
    let at = at.unwrap_or(groups.at.min(last));
    groups.at = at;
    if !on_pin {
        groups.here = groups.lines.get(at).copied();
    }
    let left = match (here, groups.here) {
        (Some(Line::Batch(was)), Some(now)) if now != Line::Batch(was) && Some(now) != instead => {
            Some(Left::Batch(was)).filter(|_| table.acted_on != Some(was))
        }
        // A key would be about all of the batch.
        (Some(Line::Task(was)), Some(Line::Batch(_))) if !is_begun => Some(Left::Cursor(was)),
        _ => None,
    };
    table.left = table.left.or(left);
    sync(app);
}

/// The table's cursor is the task that the cursor here is on; on a batch it is none.
fn sync(app: &mut App) {
    let Some(groups) = &app.screen.table.groups else { return };
    let cursor = match groups.here {
        Some(Line::Task(key)) => Some(key),
        Some(Line::Batch(_)) | None => None,
    };
    let at = cursor.and_then(|key| super::position(app, key));
    let table = &mut app.screen.table;
    table.cursor = cursor.filter(|_| at.is_some());
    table.at = at.unwrap_or(table.at.min(table.order.len().saturating_sub(1)));
    keep_visible(app);
}

/// The tasks of the batch under the cursor; none where it is on a task.
pub(crate) fn on_batch(app: &App) -> &[TaskKey] {
    let Some(groups) = &app.screen.table.groups else { return &[] };
    match groups.here {
        Some(Line::Batch(batch)) => groups.members.get(&batch).map_or(&[], Vec::as_slice),
        Some(Line::Task(_)) | None => &[],
    }
}

/// The batch under the cursor, by its first task.
pub(super) fn here(app: &App) -> Option<TaskKey> {
    match app.screen.table.groups.as_ref()?.here? {
        Line::Batch(batch) => Some(batch),
        Line::Task(_) => None,
    }
}

/// Whether a batch is under the cursor, and whether it is unfolded.
pub(crate) fn fold(app: &App) -> Option<bool> {
    let batch = here(app)?;
    app.screen.table.groups.as_ref().map(|groups| groups.unfolded.contains(&batch))
}

/// Enter on a batch: shows its tasks, or hides them.
pub(crate) fn turn(app: &mut App) {
    let Some(groups) = &mut app.screen.table.groups else { return };
    let Some(Line::Batch(batch)) = groups.here else { return };
    if !groups.unfolded.remove(&batch) {
        groups.unfolded.insert(batch);
    }
    make(app);
}

/// Moves the cursor over pinned rows and lines.
pub(super) fn go(app: &mut App, to: Move) {
    let page = window::rows(app);
    let pinned = pins::of(&app.screen.table).to_vec();
    let Some(groups) = &mut app.screen.table.groups else { return };
    let pin = |key: TaskKey| pinned.iter().position(|pinned| *pinned == key);
    let on_pin = match groups.here {
        Some(Line::Task(key)) => pin(key),
        Some(Line::Batch(_)) | None => None,
    };
    let at = on_pin.unwrap_or(pinned.len() + groups.at);
    let to = step(to, at, pinned.len() + groups.lines.len(), page);
    match pinned.get(to) {
        Some(key) => groups.here = Some(Line::Task(*key)),
        None => {
            groups.at = (to - pinned.len()).min(groups.lines.len().saturating_sub(1));
            groups.here = groups.lines.get(groups.at).copied();
        }
    }
    app.screen.table.left = None;
    sync(app);
}

/// Puts the cursor on a task, its batch unfolded.
pub(super) fn go_to(app: &mut App, key: TaskKey) {
    let batch = archive::row(app, &key).map(|row| row.batch);
    if let Some(groups) = &mut app.screen.table.groups {
        groups.unfolded.extend(batch);
        groups.here = Some(Line::Task(key));
        make(app);
    }
}

/// Scrolls just enough that the cursor is seen.
pub(super) fn keep_visible(app: &mut App) {
    let rows = window::rows(app);
    let on_pin = app.screen.table.cursor.is_some_and(|key| pins::of(&app.screen.table).contains(&key));
    let Some(groups) = &mut app.screen.table.groups else { return };
    groups.top = window::scrolled(groups.top, (!on_pin).then_some(groups.at), groups.lines.len(), rows);
}

/// `3 of 12`: where the cursor is among the lines.
pub(super) fn note(app: &App) -> Option<String> {
    let groups = app.screen.table.groups.as_ref()?;
    let batches = groups.members.len();
    Some(tr!("by batch: {batches}", batches = amounts::number(batches)))
}

/// What a batch has come to.
#[derive(Default)]
struct Sum {
    count: usize,
    states: BTreeMap<TaskState, usize>,
    /// The currency of one confirmation, and so of one account.
    currency: Currency,
    spent: Amount,
    /// The sum with what still waits to be sent.
    whole: Amount,
    prompt: String,
}

fn sum(app: &App, batch: TaskKey) -> Sum {
    let keys = app.screen.table.groups.as_ref().and_then(|groups| groups.members.get(&batch));
    let rows: Vec<&Row> = keys.into_iter().flatten().filter_map(|key| archive::row(app, key)).collect();
    let mut sum = Sum { prompt: rows.last().map(|row| row.prompt().to_owned()).unwrap_or_default(), ..Sum::default() };
    for row in rows {
        sum.count += 1;
        *sum.states.entry(row.state).or_default() += 1;
        sum.currency = row.kind.currency;
        sum.whole += row.shown_cost();
        sum.spent += row.spent();
    }
    sum
}

/// Draws a batch's line: `▸ #12 24 tasks  ·6 ✓18  75% saved  9.0 of 12.0 PTC  A fox runs`.
pub(super) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App, batch: TaskKey) {
    let look = brush.look;
    let Some(groups) = &app.screen.table.groups else { return };
    let chosen = groups.here == Some(Line::Batch(batch));
    let sum = sum(app, batch);
    let mark = if chosen { look.signs.cursor } else { " " };
    brush.text(place.x, place.y, 1, mark, Style::new());
    let marked =
        groups.members.get(&batch).is_some_and(|keys| keys.iter().all(|key| app.screen.table.marks.contains(key)));
    if marked {
        brush.text(place.x + 1, place.y, 1, look.signs.mark, look.theme.strong);
    }
    let line = line(&sum, groups.unfolded.contains(&batch), batch, look);
    brush.line(place.x + 2, place.y, place.width.saturating_sub(2), &line);
}

/// Cells of a batch's key, its number of tasks, its states, what share is saved, and its money.
const KEY: usize = 6;
const COUNT: usize = 11;
const STATES: usize = 14;
const SAVED: usize = 10;
const MONEY: usize = 16;

fn line(sum: &Sum, unfolded: bool, batch: TaskKey, look: Look) -> Text<'static> {
    let fold = look.signs.fold[usize::from(unfolded)];
    let saved = sum.states.get(&TaskState::Saved).copied().unwrap_or(0);
    let mut spans = vec![
        Span::styled(format!("{fold} "), look.theme.faint),
        Span::styled(text::pad(&batch.to_string(), KEY), look.theme.strong),
        Span::raw(text::pad(&names::tasks(sum.count), COUNT)),
    ];
    let mut used = 0;
    for (state, count) in &sum.states {
        let part = format!("{}{count} ", look.signs.state(*state));
        used += text::width(&part);
        spans.push(Span::styled(part, look.theme.state(*state)));
    }
    spans.push(Span::raw(" ".repeat(STATES.saturating_sub(used))));
    let share = tr!("{percent}% saved", percent = saved * 100 / sum.count.max(1));
    spans.push(Span::raw(format!("{}  ", text::pad_left(&share, SAVED))));
    let money = tr!("{spent} of {whole}", spent = sum.spent, whole = sum.whole.of(sum.currency));
    spans.push(Span::raw(format!("{}  ", text::pad_left(&money, MONEY))));
    spans.push(span(&sum.prompt, look.theme.faint));
    Text::from(spans)
}
