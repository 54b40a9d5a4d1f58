//! From decisions to a preview: each planned task as it would be sent, checked, with what changed against its parent.

use super::{ClusterId, mend, view};
use crate::{
    domain::{
        check,
        draft::{Draft, Severity},
        money::Ptc,
        picture::ImageLook,
        problem::{Charged, ErrorClass, Problem},
        request::Request,
        task::{Row, Task, TaskKey},
    },
    logic::{
        cluster_view::Fix,
        compose,
        engine::acts::price,
        preview,
        screen::{PreviewItem, Purpose},
        state::State,
    },
    tr,
};
use std::collections::BTreeMap;

/// Opens the preview of the plan. A task that cannot be sent as it was mended is left out, and it is said why.
pub(super) fn preview(state: &mut State, tasks: Vec<Task>) {
    let mut items = Vec::new();
    let mut left_out: BTreeMap<String, Vec<TaskKey>> = BTreeMap::new();
    for task in tasks {
        match mended(state, &task) {
            Ok(request) => items.push(PreviewItem {
                cost: price(state, &request),
                parent: Some(task.key),
                was: (request != task.request).then(|| task.request.clone()),
                name: None,
                request,
            }),
            Err(why) => left_out.entry(why).or_default().push(task.key),
        }
    }
    let told = left_out.into_iter().map(|(why, keys)| match keys.as_slice() {
        [key] => Problem::new(tr!("{key} is left out", key), why, ""),
        keys => {
            let what = tr!("{count} tasks are left out ({keys})", count = keys.len(), keys = preview::listed(keys));
            Problem::new(what, why, "")
        }
    });
    let warnings = told.chain(paid_already(state, &items)).collect();
    preview::open(state, Purpose::Plan, items, warnings);
}

/// A word about attempts that were paid, or may have been: the new ones are paid as well.
fn paid_already(state: &State, items: &[PreviewItem]) -> Option<Problem> {
    let rows = items.iter().filter_map(|item| state.tasks.rows.get(&item.parent?));
    let paid: Vec<&Row> = rows.filter(|row| row.charged != Charged::No).collect();
    let cost: Ptc = paid.iter().map(|row| row.cost).sum();
    let what = match paid.len() {
        0 => return None,
        1 => tr!("1 of these was charged already, or may have been ({cost} PTC)", cost),
        count => tr!("{count} of these were charged already, or may have been ({cost} PTC)", count, cost),
    };
    Some(Problem::new(what, tr!("the new attempts are paid as well"), ""))
}

/// The request as it is to be sent.
fn mended(state: &State, task: &Task) -> Result<Request, String> {
    let id = ClusterId::of(&Row::of(task, false));
    let fix = id.as_ref().and_then(|id| view(state)?.fixes.get(id));
    let sensitive = id.as_ref().is_some_and(|id| id.class == ErrorClass::PromptSensitive);
    let Some(fix) = fix else {
        // The screen keeps it out of the plan; a task that failed anew meanwhile comes here.
        return if sensitive {
            Err(tr!("the prompt was refused and is unchanged").into())
        } else {
            Ok(task.request.clone())
        };
    };
    let mut draft = Draft::of(&task.request);
    match fix {
        Fix::Prompts { template, text } => {
            draft.prompt =
                template.fill(text, &task.request.prompt).ok_or(tr!("the prompt has no place for the shared part"))?;
        }
        Fix::Field { field, value } => mend::set(&mut draft, *field, value),
    }
    if let Some(spec) = state.settings.catalogue.spec(&draft.model) {
        draft = draft.for_model(spec);
    }
    let stored: Vec<_> = task.request.stored_images().collect();
    let pictures =
        || [&task.request.first_frame, &task.request.last_frame, &task.request.subject].into_iter().flatten();
    let look = |path: &str| match stored.iter().find(|picture| picture.path == path) {
        Some(picture) => ImageLook::Found((*picture).clone()),
        None if pictures().any(|picture| picture.typed() == path) => ImageLook::Sent,
        None => compose::look(state, path),
    };
    let (catalogue, takes) = (&state.settings.catalogue, state.settings.profile.takes());
    let request = check::build(&draft, catalogue, takes, &look).map_err(|faults| {
        let error = faults.iter().find(|fault| fault.severity == Severity::Error);
        error.map_or_else(String::new, |fault| fault.problem.to_string())
    })?;
    if request == task.request {
        return Err(tr!("it would be the same request again").into());
    }
    if sensitive && request.prompt == task.request.prompt && request.stored_images().eq(stored.iter().copied()) {
        return Err(tr!("the prompt was refused and is unchanged").into());
    }
    Ok(request)
}
