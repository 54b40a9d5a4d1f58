//! Failures by cause: which failed tasks have one cause, what fits it, and the plan that tries all of them again. A plan
//! always goes through the preview; nothing here sends.

pub mod clusters;
mod mend;
mod plan;

pub use clusters::{Cluster, ClusterId, Remedy};
pub use mend::{choices, possible};

use super::{
    after::{self, Then},
    cluster_view::{FailuresView, Fix, Mend, MendWhat},
    commands::Do,
    compose,
    editor::LineEditor,
    effect::{Effect, Level},
    key::Key,
    keymap::{self, Ctx, Move, Why},
    screen::Layer,
    state::State,
    table, terms, toast,
};
use crate::{
    domain::task::{Task, TaskKey},
    tr,
};

/// The view, where it is open.
#[must_use]
pub fn view(state: &State) -> Option<&FailuresView> {
    state.screen.layers.iter().rev().find_map(|layer| if let Layer::Failures(view) = layer { Some(view) } else { None })
}

fn view_mut(state: &mut State) -> Option<&mut FailuresView> {
    let layers = state.screen.layers.iter_mut().rev();
    layers.into_iter().find_map(|layer| if let Layer::Failures(view) = layer { Some(view) } else { None })
}

/// Opens it, the cursor where a hand is needed first: on a cause that must be mended, or on the line that sends.
pub(super) fn open(state: &mut State) {
    let mut view = FailuresView::new(clusters::all(state), state.tasks.counts);
    view.to_next();
    state.screen.layers.push(Layer::Failures(view));
}

/// Brings it up to date after tasks have changed. What was decided about a cause stays decided.
pub(super) fn follow(state: &mut State) {
    let counts = state.tasks.counts;
    if view(state).is_none_or(|view| view.counts == counts) {
        return;
    }
    let clusters = clusters::all(state);
    let Some(view) = view_mut(state) else { return };
    let here = view.clusters.get(view.at).map(|cluster| cluster.id.clone());
    (view.clusters, view.counts) = (clusters, counts);
    let place = here.and_then(|id| view.clusters.iter().position(|cluster| cluster.id == id));
    match place {
        Some(at) => view.at = at,
        None => view.to_next(),
    }
}

/// Moves the cursor; the line after the last cause is the one that sends.
pub(super) fn go(state: &mut State, to: Move) {
    let page = usize::from(state.screen.height / 2).max(1);
    if let Some(view) = view_mut(state) {
        view.at = table::step(to, view.at, view.clusters.len() + 1, page);
    }
}

/// Takes the cause under the cursor into the plan, or out of it.
pub(super) fn toggle(state: &mut State) {
    let Some(view) = view_mut(state) else { return };
    let Some(cluster) = view.clusters.get(view.at) else { return };
    let id = cluster.id.clone();
    if !view.left_out.remove(&id) {
        view.left_out.insert(id);
    }
}

/// Enter: the act that fits the cause under the cursor; on the last line, the plan.
pub(super) fn fit(state: &mut State) -> Vec<Do> {
    let Some(cluster) = view(state).and_then(|view| view.clusters.get(view.at)).cloned() else { return plan(state) };
    match cluster.remedy {
        Remedy::Again => {
            if let Some(view) = view_mut(state) {
                view.left_out.remove(&cluster.id);
            }
            plan(state)
        }
        Remedy::EditPrompts => {
            edit_prompts(state);
            Vec::new()
        }
        Remedy::FixField(_) => {
            fix_field(state);
            Vec::new()
        }
        Remedy::Settle => {
            let line = LineEditor::default();
            state.screen.layers.extend(cluster.keys.first().map(|key| Layer::Resolve { key: *key, at: 0, line }));
            Vec::new()
        }
    }
}

/// Opens the shared part of the prompts of the cause under the cursor.
pub(super) fn edit_prompts(state: &mut State) {
    let Some((cluster, fix)) = at_cursor(state) else { return };
    let prompts: Vec<&str> =
        cluster.keys.iter().filter_map(|key| state.tasks.rows.get(key)).map(|row| row.prompt()).collect();
    let what = MendWhat::prompt(&prompts, fix.as_ref());
    state.screen.layers.push(Layer::Mend(Mend { cluster: cluster.id, keys: cluster.keys, what, fault: None }));
}

/// Opens the field at fault of the cause under the cursor, to be set once for all.
pub(super) fn fix_field(state: &mut State) {
    let Some((cluster, fix)) = at_cursor(state) else { return };
    let what = mend::field(state, &cluster, fix.as_ref());
    state.screen.layers.push(Layer::Mend(Mend { cluster: cluster.id, keys: cluster.keys, what, fault: None }));
}

/// Opens the first task of the cause in compose.
pub(super) fn compose_first(state: &mut State) -> Vec<Do> {
    let Some(key) = at_cursor(state).and_then(|(cluster, _)| cluster.keys.first().copied()) else { return Vec::new() };
    state.screen.layers.clear();
    table::go_to(state, key);
    after::with(state, &[key], Then::Edit)
}

fn at_cursor(state: &State) -> Option<(Cluster, Option<Fix>)> {
    let view = view(state)?;
    let cluster = view.clusters.get(view.at)?;
    Some((cluster.clone(), view.fixes.get(&cluster.id).cloned()))
}

/// Takes a key of what is being mended.
pub(super) fn typed(state: &mut State, key: Key) {
    mend::typed(state, key);
}

/// Takes a paste into what is being mended.
pub(super) fn pasted(state: &mut State, text: &str) {
    mend::pasted(state, text);
}

/// Goes to the next or previous field that can be set for all.
pub(super) fn other_field(state: &mut State, forward: bool) {
    mend::other_field(state, forward);
}

/// Enter while mending: keeps it, and goes to the next cause that needs a hand. What cannot be stays open with why.
pub(super) fn keep(state: &mut State) -> Vec<Do> {
    let Some(Layer::Mend(mend)) = state.screen.layers.last() else { return Vec::new() };
    match mend::kept(state, mend) {
        Err(why) => {
            if let Some(Layer::Mend(mend)) = state.screen.layers.last_mut() {
                mend.fault = Some(why);
            }
            Vec::new()
        }
        Ok(fix) => {
            let id = mend.cluster.clone();
            let reads = mend::pictures(state, &fix);
            state.screen.layers.pop();
            if let Some(view) = view_mut(state) {
                view.left_out.remove(&id);
                view.fixes.insert(id, fix);
                view.to_next();
            }
            reads
        }
    }
}

/// Asks the store for the whole tasks of the plan; the preview follows.
pub(super) fn plan(state: &mut State) -> Vec<Do> {
    if let Err(Why(why)) = can_plan(state) {
        toast::say(state, Level::Warning, why, None);
        return Vec::new();
    }
    let keys: Vec<TaskKey> =
        view(state).into_iter().flat_map(|view| view.planned()).flat_map(|cluster| cluster.keys.clone()).collect();
    after::with(state, &keys, Then::Plan)
}

/// Whether anything can be planned.
///
/// # Errors
/// Why not, as a sentence.
pub fn can_plan(state: &State) -> Result<(), Why> {
    let view = view(state).ok_or_else(|| Why(tr!("There is no plan").into()))?;
    if let Some(why) = terms::blocked(state) {
        return Err(Why(why));
    }
    match view.planned().count() {
        0 if view.clusters.is_empty() => Err(Why(tr!("Nothing has failed that was not tried again").into())),
        0 => {
            let fit = keymap::named(state, Ctx::Failures, "fit");
            Err(Why(tr!("Nothing is planned yet; {fit} on a cause does what fits it", fit)))
        }
        _ => Ok(()),
    }
}

/// The whole tasks of the plan have come: opens its preview.
pub(super) fn ready(state: &mut State, tasks: Vec<Task>) -> Vec<Do> {
    plan::preview(state, tasks);
    Vec::new()
}

/// The plan was queued: its attempts are followed to their end.
pub(super) fn sent(state: &mut State, tasks: &[Task]) {
    state.round.keys = tasks.iter().map(|task| task.key).collect();
    state.round.told = false;
    if let Some(view) = view_mut(state) {
        view.fixes.clear();
        view.left_out.clear();
    }
}

/// Tells once what a plan came to, when its last attempt has ended.
pub(super) fn tell_round(state: &mut State) -> Vec<Effect> {
    if state.round.told || state.round.keys.is_empty() {
        return Vec::new();
    }
    let states = state.round.keys.iter().filter_map(|key| state.tasks.rows.get(key)).map(|row| row.state);
    let mut counts = std::collections::BTreeMap::new();
    for task_state in states {
        if task_state.is_live() {
            return Vec::new();
        }
        *counts.entry(task_state).or_insert(0_usize) += 1;
    }
    state.round.told = true;
    let said: Vec<String> = counts.iter().map(|(which, n)| format!("{n} {}", which.word())).collect();
    let text = tr!("tried again {count}: {states}", count = state.round.keys.len(), states = said.join(tr!(", ")));
    toast::say(state, Level::Info, text, None);
    Vec::new()
}

/// Reads a picture that a mended field names.
fn read_picture(state: &mut State, path: &str) -> Vec<Do> {
    compose::read_picture(state, path)
}

#[cfg(test)]
mod tests;
