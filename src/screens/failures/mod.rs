//! Failures by cause: which failed tasks have one cause, what fits it, and the plan that tries all of them again. A
//! plan always goes through the preview; nothing here sends.

pub(crate) mod clusters;
pub(crate) mod frame;
mod mend;
mod planned;
mod possible;
pub(crate) mod state;
#[cfg(test)]
mod tests;
mod to_preview;
pub(crate) mod view;

pub(crate) use clusters::{Cluster, ClusterId, Remedy};
pub(crate) use mend::other_field;
pub(crate) use mend::{choices, usable};
pub(crate) use possible::possible;

use crate::{
    app::App,
    compose,
    failures::state::{FailuresView, Fix, Mend, MendWhat},
    keymap::{Action, Ctx, Move, Pane, Why},
    layer::{Handle, Layer, LayerInput, Overlay, Wish},
    resolve, table, toast, whole_tasks,
    whole_tasks::Then,
    widgets::{brush::Brush, steps::step},
};
use domain::task::{Task, TaskKey};
use engine::{acts::profile_of_attempt, effect::Level, filter::Filter};
use ratatui::layout::{Position, Rect};
use std::collections::{BTreeMap, BTreeSet};
use words::{names, terms, tr};

/// The view, where it is open.
#[must_use]
pub(crate) fn view(app: &App) -> Option<&FailuresView> {
    app.screen.layers.iter().rev().find_map(Layer::of)
}

fn view_mut(app: &mut App) -> Option<&mut FailuresView> {
    app.screen.layers.iter_mut().rev().find_map(Layer::of_mut)
}

/// Opens it, the cursor where a hand is needed first: on a cause that must be mended, or on the line that sends.
pub(crate) fn open(app: &mut App) {
    let mut view = FailuresView::new(clusters::all(app), app.work.tasks.counts);
    view.go_on_to_next();
    app.screen.open(view);
}

/// Brings it up to date after tasks have changed. What was decided about a cause stays decided.
pub(crate) fn follow(app: &mut App) {
    let counts = app.work.tasks.counts;
    if view(app).is_none_or(|view| view.counts == counts) {
        return;
    }
    let clusters = clusters::all(app);
    let Some(view) = view_mut(app) else { return };
    let here = view.clusters.get(view.at).map(|cluster| cluster.id.clone());
    (view.clusters, view.counts) = (clusters, counts);
    let place = here.and_then(|id| view.clusters.iter().position(|cluster| cluster.id == id));
    match place {
        Some(at) => view.at = at,
        None => view.go_on_to_next(),
    }
}

impl Overlay for FailuresView {
    fn ctx(&self) -> Ctx {
        Ctx::Failures
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        view::draw(brush, screen, app, self);
        None
    }

    fn hints(&self, app: &App) -> Vec<(Ctx, Action)> {
        // On the line that plans, Enter does that.
        let plan = (!on_plan(app)).then_some(Action::Plan);
        let others = [Action::TakeIn, Action::Undo, Action::EditPrompts, Action::FixField];
        let others = plan.into_iter().chain(others).map(|action| (Ctx::Failures, action));
        // What can do without its hint comes last.
        [(Ctx::Failures, Action::Fit), (Ctx::Global, Action::Back)].into_iter().chain(others).collect()
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    match did {
        LayerInput::Move(to) => go(app, to),
        LayerInput::Click(line) => view_mut(app)?.at = line,
        LayerInput::Key(_) | LayerInput::Paste(_) | LayerInput::Accept | LayerInput::Back => return None,
    }
    Some(Vec::new())
}

/// Moves the cursor; the line after the last cause is the one that sends.
fn go(app: &mut App, to: Move) {
    let page = usize::from(app.screen.height / 2).max(1);
    if let Some(view) = view_mut(app) {
        view.at = step(to, view.at, view.clusters.len() + 1, page);
    }
}

/// Takes the cause under the cursor into the plan, or out of it. One that something else fits goes in unchanged only
/// where the rules of a retry let it.
pub(crate) fn toggle(app: &mut App) {
    let Some((cluster, _)) = at_cursor(app) else { return };
    let changes_first = matches!(cluster.remedy, Remedy::EditPrompts | Remedy::FixField(_));
    let unchanged = changes_first && mend::go_unchanged(app, &cluster.keys);
    let Some(view) = view_mut(app) else { return };
    let id = cluster.id.clone();
    if view.has(&cluster) {
        if !view.taken_in.remove(&id) {
            view.left_out.insert(id);
        }
        return;
    }
    if view.left_out.remove(&id) && view.has(&cluster) {
        return;
    }
    if unchanged {
        view.taken_in.insert(id);
    } else if changes_first {
        let fit = app.named(Ctx::Failures, Action::Fit);
        toast::show(app, Level::Warning, tr!("unchanged they would be refused again; {fit} changes them", fit), None);
    }
}

/// Enter: the act that fits the cause under the cursor; on the last line, the plan.
pub(crate) fn fit(app: &mut App) -> Vec<Wish> {
    let Some(cluster) = view(app).and_then(|view| view.clusters.get(view.at)).cloned() else { return plan(app) };
    match cluster.remedy {
        Remedy::Again => {
            if let Some(view) = view_mut(app) {
                view.left_out.remove(&cluster.id);
            }
            plan(app)
        }
        Remedy::EditPrompts => {
            edit_prompts(app);
            Vec::new()
        }
        Remedy::FixField(_) => {
            fix_field(app);
            Vec::new()
        }
        Remedy::Settle => settle(app, &cluster.keys),
    }
}

/// One unknown is opened; of several none is chosen for the person: the table shows them.
fn settle(app: &mut App, keys: &[TaskKey]) -> Vec<Wish> {
    if let [key] = keys {
        return resolve::open_for(app, *key);
    }
    app.screen.layers.clear();
    app.screen.pane = Pane::Table;
    app.screen.table.filter = Filter::parse("state:unknown").unwrap_or_default();
    table::rearrange(app);
    let resolve = app.named(Ctx::Table, Action::Resolve);
    let text = tr!("{count} are unknown: {resolve} resolves the one under the cursor", count = keys.len(), resolve);
    toast::show(app, Level::Info, text, None);
    Vec::new()
}

/// Opens the shared part of the prompts of the cause under the cursor.
pub(crate) fn edit_prompts(app: &mut App) {
    let Some((cluster, fix)) = at_cursor(app) else { return };
    let prompts: Vec<&str> =
        cluster.keys.iter().filter_map(|key| app.work.tasks.rows.get(key)).map(|row| row.prompt()).collect();
    let what = MendWhat::prompt(&prompts, fix.as_ref());
    app.screen.open(Mend { cluster: cluster.id, keys: cluster.keys, what, fault: None, look_at: None, wants: false });
}

/// Opens the field at fault of the cause under the cursor, to be set once for all.
pub(crate) fn fix_field(app: &mut App) {
    let Some((cluster, fix)) = at_cursor(app) else { return };
    let what = mend::field(app, &cluster, fix.as_ref());
    app.screen.open(Mend { cluster: cluster.id, keys: cluster.keys, what, fault: None, look_at: None, wants: false });
}

/// Opens the first task of the cause in compose.
pub(crate) fn compose_first(app: &mut App) -> Vec<Wish> {
    let Some(key) = at_cursor(app).and_then(|(cluster, _)| cluster.keys.first().copied()) else { return Vec::new() };
    app.screen.layers.clear();
    table::go_to(app, key);
    whole_tasks::with(app, &[key], Then::Edit)
}

fn at_cursor(app: &App) -> Option<(Cluster, Option<Fix>)> {
    let view = view(app)?;
    let cluster = view.clusters.get(view.at)?;
    Some((cluster.clone(), view.fixes.get(&cluster.id).cloned()))
}

/// Asks the store for the whole tasks of the plan; the preview follows.
pub(crate) fn plan(app: &mut App) -> Vec<Wish> {
    if let Err(Why(why)) = can_plan(app) {
        toast::show(app, Level::Warning, why, None);
        return Vec::new();
    }
    let keys = view(app).map_or_else(Vec::new, |view| planned::sum(app, view).0);
    whole_tasks::with(app, &keys, Then::Plan)
}

/// The profiles of the tasks that failed for these causes; the default one where there are none.
fn profiles<'a>(app: &'a App, clusters: impl IntoIterator<Item = &'a Cluster>) -> BTreeSet<&'a str> {
    let keys = clusters.into_iter().flat_map(|cluster| &cluster.keys);
    let mut profiles: BTreeSet<&str> = keys.map(|key| profile_of_attempt(&app.work, Some(*key))).collect();
    if profiles.is_empty() {
        profiles.insert(&app.work.settings.profile.name);
    }
    profiles
}

/// Whether anything can be planned.
///
/// # Errors
/// Why not, as a sentence.
pub(crate) fn can_plan(app: &App) -> Result<(), Why> {
    let view = view(app).ok_or_else(|| Why(tr!("There is no plan").into()))?;
    if planned::sum(app, view).0.is_empty() { Err(nothing_planned(app, view)) } else { Ok(()) }
}

/// Why a plan is empty.
fn nothing_planned(app: &App, view: &FailuresView) -> Why {
    // Tasks of a profile that is not blocked may go, beside others that wait for the end of their halt.
    let blocked = |profile: &&str| terms::blocked(&app.work, profile, &app.screen.voice);
    let why: Option<Vec<String>> = profiles(app, view.planned()).iter().map(blocked).collect();
    if let Some(why) = why.and_then(|why| why.into_iter().next()) {
        return Why(why);
    }
    if view.clusters.is_empty() {
        return Why(tr!("No open failures").into());
    }
    if let Some(left_out) = planned::left_out(app, view).first() {
        return Why(left_out.to_string());
    }
    let fit = app.named(Ctx::Failures, Action::Fit);
    Why(tr!("Nothing is planned yet; {fit} on a cause does what fits it", fit))
}

/// Whether the cursor is on the line that plans.
pub(crate) fn on_plan(app: &App) -> bool {
    view(app).is_some_and(|view| view.at == view.clusters.len())
}

/// The whole tasks of the plan have come: opens its preview.
pub(crate) fn ready(app: &mut App, tasks: Vec<Task>) -> Vec<Wish> {
    to_preview::preview(app, tasks);
    Vec::new()
}

/// The plan was queued: its attempts are followed to their end.
pub(crate) fn sent(app: &mut App, tasks: Vec<TaskKey>) {
    app.round.keys = tasks;
    app.round.told = false;
    if let Some(view) = view_mut(app) {
        view.fixes.clear();
        view.left_out.clear();
        view.taken_in.clear();
    }
}

/// Tells once what a plan came to, when its last attempt has ended.
pub(crate) fn tell_round(app: &mut App) {
    if app.round.told || app.round.keys.is_empty() {
        return;
    }
    let states = app.round.keys.iter().filter_map(|key| app.work.tasks.rows.get(key)).map(|row| row.state);
    let mut counts = BTreeMap::new();
    for task_state in states {
        if task_state.is_live() {
            return;
        }
        *counts.entry(task_state).or_insert(0_usize) += 1;
    }
    app.round.told = true;
    let said: Vec<String> = counts.iter().map(|(which, n)| tr!("{n} {word}", n, word = names::state(*which))).collect();
    let text = tr!("retried {count}: {states}", count = app.round.keys.len(), states = said.join(tr!(", ")));
    toast::show(app, Level::Info, text, None);
}

/// Reads a picture that a mended field names.
fn read_picture(app: &mut App, path: &str) -> Vec<Wish> {
    compose::read_picture(app, path)
}
