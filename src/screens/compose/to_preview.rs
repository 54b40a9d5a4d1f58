//! The way from compose to the preview: what it waits for, when it is given up, and what is in its way.

use super::{checks::for_model, combinations, drafts, is_many, look_back, past, pictures, profile, rows};
use crate::{
    app::App,
    compose::state::{Asked, ComposeRow},
    keymap::Pane,
    layer::Wish,
    preview,
    preview::state::{PreviewItem, Purpose},
    toast,
    toast::Kind,
};
use domain::{
    check,
    draft::{Fault, Severity},
    matrix::{Plan, Unusable},
    request::Request,
};
use engine::{effect::Level, money::price};
use words::{problem::Problem, reason, tr};

/// Opens the preview: reads pictures that have not been read first, and goes to the row of the first error instead
/// where there is one.
pub(crate) fn to_preview(app: &mut App) -> Vec<Wish> {
    let reads = pictures::read(app);
    preview_after(app, reads)
}

/// A preview that waits is given up once the draft was changed, another row has the keys or something lies over
/// compose: it would open under fingers that are about something else, and its Enter pays.
pub(crate) fn follow(app: &mut App) {
    let screen = &mut app.screen;
    let compose = &mut screen.compose;
    let in_sight = screen.pane == Pane::Compose && screen.layers.is_empty();
    let is_over = |asked: &Asked| !in_sight || asked.draft != compose.draft || asked.row != compose.row;
    compose.wants_preview.take_if(|asked| is_over(asked));
    compose.file.take_if(|file| is_over(&file.asked));
}

/// What the preview waited for has come: it opens once there is nothing left to wait for.
pub(crate) fn came(app: &mut App) -> Vec<Wish> {
    if app.screen.compose.wants_preview.is_none() || pictures::reading(app) {
        return Vec::new();
    }
    app.screen.compose.wants_preview = None;
    // Not those again that could not be read a moment ago.
    let reads = pictures::read_new(app);
    preview_after(app, reads)
}

/// Opens the preview once what is read has come.
fn preview_after(app: &mut App, mut reads: Vec<Wish>) -> Vec<Wish> {
    look_back(app);
    let parent = drafts::read_parent(app);
    if parent.is_some() || pictures::reading(app) {
        app.screen.compose.wants_preview = Some(app.screen.compose.asked());
        let text = match app.screen.compose.draft.parent.filter(|_| parent.is_some()) {
            Some(key) => tr!("reading {key}; the preview follows", key),
            None => tr!("reading the picture; the preview follows").into(),
        };
        toast::show_folded(app, Level::Info, text, None, Some(Kind::Reading));
        reads.extend(parent);
        return reads;
    }
    if is_many(app) {
        many_to_preview(app);
        return reads;
    }
    let compose = &app.screen.compose;
    let look = |path: &str| pictures::look(compose, path);
    let draft = for_model(app);
    match check::build(&draft, profile::catalogue(app), profile::account(app).takes(), &look) {
        Ok(request) => {
            let item = item(app, &request, None);
            let purpose = purpose(app);
            let doubts = compose.faults.iter().map(|fault| reason::draft(&fault.reason, &app.screen.voice));
            let warnings = profile::goes_elsewhere(app).into_iter().chain(doubts).collect();
            let count = usize::try_from(draft.count).unwrap_or(1).max(1);
            preview::open(app, purpose, vec![item; count], warnings);
        }
        Err(faults) => go_to_error(app, &faults),
    }
    reads
}

/// One attempt by the account of compose, which repeats what the draft there repeats.
fn item(app: &App, request: &Request, name: Option<String>) -> PreviewItem {
    let (compose, profile) = (&app.screen.compose, profile::of(app));
    PreviewItem {
        profile: profile.to_owned(),
        cost: price(&app.work, profile, request).map(|quote| quote.price),
        parent: compose.draft.parent,
        was: compose.parent_request().cloned(),
        name,
        request: request.clone(),
    }
}

/// Goes to the row of the first error and says it.
fn go_to_error(app: &mut App, faults: &[Fault]) {
    if let Some(error) = faults.iter().find(|fault| fault.severity == Severity::Error) {
        rows::go_to(app, ComposeRow::Field(error.field));
        toast::reply(app, reason::draft(&error.reason, &app.screen.voice).to_string());
    }
}

const fn purpose(app: &App) -> Purpose {
    if app.screen.compose.draft.parent.is_some() { Purpose::EditRetry } else { Purpose::New }
}

/// Opens the preview of everything that a draft of several values stands for.
fn many_to_preview(app: &mut App) {
    match combinations::plan_of(app, &[combinations::matrix(app)], Unusable::LeftOut) {
        Ok(plan) if !plan.cells.is_empty() => open_plan(app, &plan, None, None),
        Ok(_) | Err(_) => {
            let faults = app.screen.compose.faults.clone();
            go_to_error(app, &faults);
        }
    }
}

/// Opens the preview of a plan; `from` is the file it was read from, `doubt` what looks wrong in that.
pub(super) fn open_plan(app: &mut App, plan: &Plan, from: Option<String>, doubt: Option<Problem>) {
    let items = plan
        .cells
        .iter()
        .flat_map(|cell| {
            let item = item(app, &cell.request, cell.name.clone());
            // A file's prompts repeat no attempt, whatever the draft in compose does.
            let item = if from.is_some() { PreviewItem { parent: None, was: None, ..item } } else { item };
            std::iter::repeat_n(item, cell.count)
        })
        .collect();
    let purpose = if from.is_some() { Purpose::File } else { purpose(app) };
    let voice = &app.screen.voice;
    let batch = combinations::batch(plan, from, voice);
    let past = past::faults(app, plan.cells.iter().map(|cell| cell.request.prompt.as_str()));
    let doubts = plan.warnings.iter().map(|(_, warning)| warning);
    let doubts = doubts.chain(past.iter().map(|fault| &fault.reason)).map(|why| reason::draft(why, voice));
    let warnings = profile::goes_elsewhere(app).into_iter().chain(doubt).chain(doubts).collect();
    preview::open(app, purpose, items, warnings);
    preview::tell_batch(app, batch);
}
