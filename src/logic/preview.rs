//! The preview of something paid: the one place between a key and money. It opens with the price, waits for Enter, and
//! sends once.

mod bad_lines;
mod length;
mod warnings;

pub use bad_lines::can_leave_out;
pub(super) use bad_lines::{forbid, leave_out};
pub use length::scrolls;

use super::{
    act::{Act, Intent},
    commands::Do,
    compose,
    editor::LineEditor,
    effect::{Effect, Level, Ticket},
    engine::acts::price,
    failures,
    key::{Code, Key},
    keymap::{self, Ctx, Move, Why, as_command},
    msg::InsertRefusal,
    screen::{Batch, Layer, Pane, Preview, PreviewItem, Purpose},
    state::State,
    table, terms, toast,
};
use crate::{
    domain::{
        money::Ptc,
        problem::Problem,
        retry::No,
        task::{Task, TaskKey},
        time::SECOND,
    },
    tr,
};
use std::collections::BTreeMap;

/// Enter does nothing for this long, so that a key pressed for what was there before does not pay. In milliseconds.
pub const DEAF: u64 = 200;

/// Opens the preview.
pub(super) fn open(state: &mut State, purpose: Purpose, items: Vec<PreviewItem>, warnings: Vec<Problem>) {
    let total: Ptc = items.iter().map(|item| item.cost).sum();
    let judged = warnings::judged(state, &items);
    let asks = !judged.agreed.is_empty() || state.settings.budget.ask_above.is_some_and(|above| total > above);
    let preview = Preview {
        purpose,
        warnings: [warnings, judged.warnings, waits(state)].concat(),
        obstacles: [judged.obstacles, nothing_left(state, &items), obstacles(state, total)].concat(),
        items,
        agreed: judged.agreed,
        total,
        opened: state.now.mono,
        typed: asks.then(LineEditor::default),
        batch: None,
        sent: None,
        scroll: 0,
    };
    state.screen.layers.push(Layer::Preview(preview));
}

/// Tells in the preview on top what made its tasks.
pub(super) fn tell_batch(state: &mut State, batch: Batch) {
    if let Some(Layer::Preview(preview)) = state.screen.layers.last_mut() {
        preview.batch = Some(batch);
    }
}

/// A plan of which nothing can be sent.
fn nothing_left(state: &State, items: &[PreviewItem]) -> Vec<Problem> {
    let none = items.is_empty().then(|| {
        let next = tr!("{back} goes back to the causes.", back = keymap::named(state, Ctx::Global, "back"));
        Problem::new(tr!("There is nothing to send"), "", next)
    });
    none.into_iter().collect()
}

/// What makes that it would only be queued.
fn waits(state: &State) -> Vec<Problem> {
    let pause = || keymap::named(state, Ctx::Table, "pause");
    let halted = state.queue.halted.as_ref().map(|halt| {
        let next = tr!("See to the cause, then {pause} goes on sending.", pause = pause());
        (halt.problem.what.clone(), next)
    });
    let paused = || (tr!("sending is paused").to_owned(), tr!("{pause} resumes it.", pause = pause()));
    let waits = halted.or_else(|| state.queue.is_paused().then(paused));
    waits.map(|(why, next)| Problem::new(tr!("It would be queued only"), why, next)).into_iter().collect()
}

/// What forbids sending.
fn obstacles(state: &State, total: Ptc) -> Vec<Problem> {
    let mut found = Vec::new();
    if !state.settings.has_key {
        let variable = &state.settings.profile.key_variable;
        let next = tr!("Set {variable}, or api_key_cmd or api_key_file in the config, and start again.", variable);
        found.push(Problem::new(tr!("Nothing can be sent"), tr!("there is no key for the service"), next));
    }
    if state.store.owner.is_none() {
        let (why, next) = (tr!("the store is not open yet"), tr!("Try again in a moment."));
        found.push(Problem::new(tr!("Nothing can be queued"), why, next));
    }
    let budget = &state.settings.budget;
    let spent = state.money.spent_today + state.money.reserved;
    let over = |why: String, option: &str| {
        let next = tr!("Send less, or raise {option} in the config.", option);
        Problem::new(tr!("Nothing can be queued"), why, next)
    };
    if let Some(cap) = budget.per_batch.filter(|cap| total > *cap) {
        let why = tr!("{total} PTC would cross the batch's cap of {cap} PTC", total, cap);
        found.push(over(why, "budget.per_batch"));
    }
    if let Some(cap) = budget.per_day.filter(|cap| spent + total > *cap) {
        let why = tr!("{total} PTC would cross the day's cap of {cap} PTC, {spent} PTC of it used", total, cap, spent);
        found.push(over(why, "budget.per_day"));
    }
    found
}

/// Opens the preview of a retry: the same requests again, as new attempts.
pub(super) fn retry(state: &mut State, tasks: Vec<Task>, left_out: &BTreeMap<No, Vec<TaskKey>>) {
    let groups = left_out.iter().map(|(no, keys)| (terms::reason(*no), keys.clone())).collect();
    let warnings = terms::left_out::<&str>(&groups);
    let items = tasks
        .into_iter()
        .map(|task| PreviewItem {
            cost: price(state, &task.request),
            parent: Some(task.key),
            was: None,
            name: None,
            request: task.request,
        })
        .collect();
    open(state, Purpose::Retry, items, warnings);
}

/// Whether Enter would send. Too early an Enter is not told of here: it does nothing, silently.
///
/// # Errors
/// Why not, as one sentence.
pub fn can_send(state: &State, preview: &Preview) -> Result<(), Why> {
    if preview.sent.is_some() {
        return Err(Why(tr!("It is being queued already").into()));
    }
    if let Some(obstacle) = preview.obstacles.first() {
        return Err(Why(obstacle.to_string()));
    }
    let (count, typed) = (preview.items.len(), preview.typed.as_ref().map(LineEditor::text));
    match typed {
        Some(typed) if typed.trim().parse() != Ok(count) => {
            let (total, send) = (preview.total, keymap::named(state, Ctx::Preview, "send"));
            Err(Why(tr!("This costs {total} PTC: type the number of tasks, {count}, then {send}", total, count, send)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Enter: queues it, once, unless the preview has only just come up.
pub(super) fn send(state: &mut State) -> Vec<Do> {
    let undo = state.settings.queue.undo_ms > 0;
    let Some(Layer::Preview(preview)) = state.screen.layers.last() else { return Vec::new() };
    if state.now.mono.since(preview.opened) < DEAF || can_send(state, preview).is_err() {
        return Vec::new();
    }
    let intents = preview
        .items
        .iter()
        .map(|item| Intent {
            request: item.request.clone(),
            parent: item.parent,
            agreed: item.parent.and_then(|parent| preview.agreed.get(&parent)).cloned().unwrap_or_default(),
            name: item.name.clone(),
        })
        .collect();
    vec![Do::Act(Act::Queue { intents, undo })]
}

/// The batch has gone to the store under that number: from now on Enter does nothing.
pub(super) fn sending(state: &mut State, ticket: Ticket) {
    if let Some(Layer::Preview(preview)) = state.screen.layers.last_mut() {
        preview.sent = Some(ticket);
    }
}

/// The store's word on a batch: the new tasks, or why not one of them was taken.
pub fn inserted(state: &mut State, ticket: Ticket, result: &Result<Vec<Task>, InsertRefusal>) -> Vec<Effect> {
    let Some(at) = find(state, ticket) else { return Vec::new() };
    match result {
        Ok(tasks) => {
            let Layer::Preview(preview) = state.screen.layers.remove(at) else { return Vec::new() };
            queued(state, preview.purpose, tasks)
        }
        Err(refusal) => {
            give_back(state, at, refusal.problem());
            Vec::new()
        }
    }
}

/// The store could not take a batch.
pub fn insert_failed(state: &mut State, ticket: Ticket, problem: &Problem) {
    if let Some(at) = find(state, ticket) {
        give_back(state, at, problem.clone());
    }
}

/// The preview that waits for that answer.
fn find(state: &State, ticket: Ticket) -> Option<usize> {
    let waits = |layer: &Layer| matches!(layer, Layer::Preview(preview) if preview.sent == Some(ticket));
    state.screen.layers.iter().position(waits)
}

fn give_back(state: &mut State, at: usize, problem: Problem) {
    toast::say(state, Level::Error, problem.to_string(), None);
    if let Some(Layer::Preview(preview)) = state.screen.layers.get_mut(at) {
        preview.sent = None;
        preview.obstacles.push(problem);
    }
}

fn queued(state: &mut State, purpose: Purpose, tasks: &[Task]) -> Vec<Effect> {
    let (Some(first), Some(last)) = (tasks.first(), tasks.last()) else { return Vec::new() };
    let effects = match purpose {
        Purpose::Retry => {
            table::clear_marks(state);
            Vec::new()
        }
        // A file leaves the draft in compose alone.
        Purpose::File => Vec::new(),
        Purpose::Plan => {
            failures::sent(state, tasks);
            Vec::new()
        }
        Purpose::New | Purpose::EditRetry => compose::sent(state),
    };
    if state.screen.pane == Pane::Compose {
        state.screen.pane = Pane::Table;
    }
    let shown = table::go_to(state, first.key);
    let named = |id| keymap::named(state, Ctx::Table, id);
    let when = match (&state.queue.halted, state.queue.is_paused(), state.settings.queue.undo_ms) {
        (Some(_), ..) => tr!("sending is halted: see the banner").to_owned(),
        (None, true, _) => tr!("sending is paused: {pause} resumes it", pause = named("pause")),
        (None, false, 0) => tr!("sends now").to_owned(),
        (None, false, ms) => {
            tr!("sends in {seconds} s, {undo} takes it back", seconds = ms.div_ceil(SECOND), undo = named("undo"))
        }
    };
    let text = match tasks.len() {
        1 => tr!("queued {key}, {when}", key = first.key, when),
        count => {
            let (from, to) = (first.key.min(last.key), first.key.max(last.key));
            tr!("queued {count} tasks, {from} to {to}, {when}", count, from, to, when)
        }
    };
    let text = if shown { text } else { tr!("{text}; the filter hides it", text) };
    toast::say(state, Level::Info, text, Some(first.key));
    effects
}

/// Takes a key of the number that must be typed; tells whether it was one.
pub(super) fn typed(state: &mut State, key: Key) -> bool {
    let Some(Layer::Preview(Preview { typed: Some(line), sent: None, .. })) = state.screen.layers.last_mut() else {
        return false;
    };
    let key = as_command(key);
    let takes = match key.code {
        Code::Char(c) => c.is_ascii_digit() || key.ctrl,
        Code::Backspace | Code::Delete | Code::Left | Code::Right => true,
        _ => false,
    };
    if takes {
        line.key(key);
    }
    takes
}

/// Scrolls. The last line is guessed from above; what lies past the end is drawn as the end.
pub(super) fn scroll(state: &mut State, to: Move) {
    let page = usize::from(state.screen.height / 2).max(1);
    if let Some(Layer::Preview(preview)) = state.screen.layers.last_mut() {
        let notes = preview.obstacles.len() + preview.warnings.len();
        let whole = preview.items.first().map_or(0, |item| LINES + item.request.prompt.len() / 40);
        let lines = notes * 4 + whole.max(preview.items.len());
        preview.scroll = table::step(to, preview.scroll, lines, page);
    }
}

/// Lines that the fields of an item take besides its prompt.
const LINES: usize = 16;
#[cfg(test)]
mod tests;
