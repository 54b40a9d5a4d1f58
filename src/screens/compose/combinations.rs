//! What the draft stands for: one task, or the many of a matrix, and what these cost.

use super::pictures;
use crate::{app::App, compose::state::Compose, preview::state::Batch};
use domain::{
    amount::Amount,
    draft::Draft,
    matrix,
    matrix::{Matrix, Plan, Rules, Unusable},
    prices::Offer,
    reason::draft::DraftReason,
};
use engine::{folder, money::price};
use words::voice::Voice;
use words::{amounts, reason, tr};

/// The draft with everything that stands for several values.
pub(super) fn matrix(app: &App) -> Matrix {
    let compose = &app.screen.compose;
    matrix_of(compose, compose.draft.clone())
}

/// A draft with the pictures that its first frame stands for, as far as they are known.
pub(super) fn matrix_of(compose: &Compose, draft: Draft) -> Matrix {
    let typed = draft.first_frame.trim();
    let first_frames = match compose.folders.get(typed) {
        Some(Some(Ok(paths))) if folder::is_several(typed) => paths.clone(),
        Some(_) | None => Vec::new(),
    };
    Matrix { draft, first_frames }
}

/// Whether the draft stands for more than one combination; or for the pictures of a folder, be it one.
#[must_use]
pub fn is_many(app: &App) -> bool {
    let matrix = matrix(app);
    !matrix.first_frames.is_empty() || matrix::size(&matrix).map_or(true, |size| size > 1)
}

/// Whether there are lists to be taken one by one or each with each.
#[must_use]
pub fn combines(app: &App) -> bool {
    matrix::combines(&matrix(app))
}

/// All that the given matrices stand for.
pub(super) fn plan_of(app: &App, matrices: &[Matrix], unusable: Unusable) -> Result<Plan, DraftReason> {
    let compose = &app.screen.compose;
    let look = |path: &str| pictures::look(compose, path);
    let rules = Rules {
        catalogue: super::profile::catalogue(app),
        takes: super::profile::account(app).takes(),
        image: &look,
        most: app.work.settings.compose.max_tasks,
        unusable,
    };
    matrix::expand(matrices, &rules)
}

/// What one task of the draft buys, where it makes no other; `None` for a model that is not known.
pub(super) fn offer(app: &App) -> Option<Offer> {
    let draft = &app.screen.compose.draft;
    let spec = super::profile::catalogue(app).spec(&draft.model)?;
    let resolution = spec.resolution_or_default(draft.resolution.as_deref())?;
    let chosen = draft.duration.filter(|seconds| resolution.durations.contains(seconds));
    let seconds = chosen.unwrap_or_else(|| resolution.duration_or_default(spec.default_duration));
    Some(Offer { model: spec.name.clone(), resolution: resolution.name.clone(), seconds })
}

/// The whole price of a plan; `None` where not all of it is known.
pub(super) fn cost(app: &App, plan: &Plan) -> Option<Amount> {
    plan.cells
        .iter()
        .map(|cell| Some(price(&app.work, super::profile::of(app), &cell.request)?.price.times(cell.count)))
        .sum()
}

/// What the preview tells of a plan besides what would be sent.
pub(super) fn batch(plan: &Plan, from: Option<String>, voice: &Voice) -> Batch {
    let impossible = plan
        .impossible
        .iter()
        .map(|cell| {
            let draft = &cell.draft;
            let seconds = draft.duration.map_or_else(String::new, |seconds| format!(" {}", amounts::seconds(seconds)));
            let resolution = draft.resolution.as_deref().unwrap_or_default();
            // By its file's name, where a folder of them was given.
            let pictures = [&draft.first_frame, &draft.last_frame, &draft.subject];
            let names = pictures.into_iter().filter_map(|path| path.trim().rsplit('/').next());
            let names: String = names.filter(|name| !name.is_empty()).map(|name| format!("{name} ")).collect();
            let what = format!("{} {resolution}{seconds} {names}{}", draft.model, draft.prompt);
            let why: Vec<String> = cell.reasons.iter().map(|why| reason::draft(why, voice).what).collect();
            (domain::text::gist(&what).into_owned(), why.join(tr!("; ")))
        })
        .collect();
    Batch { from, duplicates: plan.duplicates, impossible, bad_lines: Vec::new(), others: Vec::new(), path: None }
}
