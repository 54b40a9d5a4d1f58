//! From decisions to a preview: each planned task as it would be sent, checked, with what changed against its parent.

use super::{ClusterId, mend, view};
use crate::{
    app::App,
    compose,
    failures::state::Fix,
    preview,
    preview::state::{PreviewItem, Purpose},
};
use domain::{
    check,
    draft::{Draft, Severity},
    picture::ImageLook,
    request::Request,
    retry,
    retry::{Change, Facts, Scope},
    task::{Row, Task, TaskKey},
};
use engine::{acts::profile_of_attempt, money::price};
use std::collections::BTreeMap;
use words::{reason, terms, tr};

/// Opens the preview of the plan. A task that cannot be sent as it was mended is left out, and it is said why.
pub(super) fn preview(app: &mut App, tasks: Vec<Task>) {
    let mut items = Vec::new();
    let mut left_out: BTreeMap<String, Vec<TaskKey>> = BTreeMap::new();
    for task in tasks {
        match mended(app, &task) {
            Ok(request) => items.push(PreviewItem {
                cost: price(&app.work, profile_of_attempt(&app.work, Some(task.key)), &request)
                    .map(|quote| quote.price),
                profile: profile_of_attempt(&app.work, Some(task.key)).to_owned(),
                parent: Some(task.key),
                was: (request != task.request).then(|| task.request.clone()),
                name: None,
                request,
            }),
            Err(why) => left_out.entry(why).or_default().push(task.key),
        }
    }
    preview::open(app, Purpose::Plan, items, terms::left_out(&left_out));
}

/// The request as it is to be sent, if the rules of a retry let it go among others.
fn mended(app: &App, task: &Task) -> Result<Request, String> {
    let request = fixed(app, task)?;
    let facts = app.work.tasks.rows.get(&task.key).map_or_else(|| Facts::of_task(task, None), Facts::of_row);
    // The screen keeps what is not fixed out of the plan; a task that failed again meanwhile is left out here.
    match retry::judge(&facts, Change::between(&task.request, &request), Scope::Bulk) {
        Ok(_) => Ok(request),
        Err(no) => Err(terms::reason(no).into()),
    }
}

/// The request with what was fixed for its cause.
fn fixed(app: &App, task: &Task) -> Result<Request, String> {
    let id = ClusterId::of(&Row::of(task));
    let Some(fix) = id.as_ref().and_then(|id| view(app)?.fixes.get(id)) else { return Ok(task.request.clone()) };
    let mut draft = Draft::of(&task.request);
    match fix {
        Fix::Prompts { template, text } => {
            draft.prompt =
                template.fill(text, &task.request.prompt).ok_or(tr!("the prompt has no place for the shared part"))?;
        }
        Fix::Field { field, value } => mend::set(&mut draft, *field, value),
    }
    let profile = profile_of_attempt(&app.work, Some(task.key));
    let catalogue = app.work.catalogue(profile);
    let takes = app.work.profile(profile).unwrap_or(&app.work.settings.profile).takes();
    if let Some(spec) = catalogue.spec(&draft.model) {
        draft = draft.for_model(spec);
    }
    let stored: Vec<_> = task.request.stored_images().collect();
    let pictures =
        || [&task.request.first_frame, &task.request.last_frame, &task.request.subject].into_iter().flatten();
    let look = |path: &str| match stored.iter().find(|picture| picture.path == path) {
        Some(picture) => ImageLook::Found((*picture).clone()),
        None if pictures().any(|picture| picture.typed() == path) => ImageLook::Sent,
        None => compose::look(app, path),
    };
    let request = check::build(&draft, catalogue, takes, &look).map_err(|faults| {
        let error = faults.iter().find(|fault| fault.severity == Severity::Error);
        error.map_or_else(String::new, |fault| reason::draft(&fault.reason, &app.screen.voice).to_string())
    })?;
    if request == task.request {
        return Err(tr!("it would be the same request again").into());
    }
    Ok(request)
}
