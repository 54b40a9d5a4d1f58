//! What the checks say of the draft: of one task as its model takes it, of many by what they all have.

use super::{
    combinations::{cost, is_many, matrix, plan_of},
    pictures, profile, spec,
    state::Estimate,
};
use crate::app::App;
use domain::{
    braces::Template,
    check,
    draft::{Draft, Fault, Field, Severity},
    matrix::{Plan, Unusable},
    reason::{draft::DraftReason, picture::PictureReason},
};

/// Checks the draft as the model would take it.
pub(crate) fn check_again(app: &mut App) {
    let (mut faults, estimate) = checked(app);
    faults.extend(app.screen.compose.past.iter().cloned());
    (app.screen.compose.faults, app.screen.compose.estimate) = (faults, estimate);
}

/// What the checks say of the draft, and what it would make where that is more than one.
fn checked(app: &App) -> (Vec<Fault>, Option<Estimate>) {
    let template = Template::parse(&app.screen.compose.draft.prompt);
    let (mut faults, estimate) = if is_many(app) {
        match plan_of(app, &[matrix(app)], Unusable::LeftOut) {
            Err(reason) => (vec![fault(Field::Count, Severity::Error, reason)], None),
            Ok(plan) => {
                let estimate = Estimate { tasks: plan.tasks(), price: cost(app, &plan) };
                (faults_of_many(app, &plan), Some(estimate))
            }
        }
    } else {
        (faults_of_one(app), None)
    };
    if template.unbalanced && estimate.is_none() {
        faults.insert(0, fault(Field::Prompt, Severity::Warning, DraftReason::Unbalanced));
    }
    // That it is being looked at stands beside it; the preview waits for it.
    faults.retain(|fault| fault.reason != DraftReason::Picture(PictureReason::StillRead));
    (faults, estimate)
}

fn fault(field: Field, severity: Severity, reason: DraftReason) -> Fault {
    Fault { field, severity, reason, fix: None }
}

/// What the checks say of a draft that stands for one task. A prompt is mended as it is typed: braces stay what they
/// are.
fn faults_of_one(app: &App) -> Vec<Fault> {
    let compose = &app.screen.compose;
    let look = |path: &str| pictures::look(compose, path);
    let (catalogue, takes) = (profile::catalogue(app), profile::account(app).takes());
    let mut faults = check::check(&for_model(app), catalogue, takes, &look);
    if faults.iter().any(|fault| fault.fix.is_some()) {
        let as_typed = faults_as_typed(app);
        faults.iter_mut().for_each(|fault| fault.fix = fix_of(&as_typed, &fault.reason));
    }
    faults
}

fn faults_of_many(app: &App, plan: &Plan) -> Vec<Fault> {
    let as_typed = faults_as_typed(app);
    let mut faults: Vec<Fault> = plan
        .warnings
        .iter()
        .map(|(field, reason)| Fault {
            fix: fix_of(&as_typed, reason),
            ..fault(*field, Severity::Warning, reason.clone())
        })
        .collect();
    let Some(first) = plan.impossible.first() else { return faults };
    if plan.cells.is_empty() {
        let compose = &app.screen.compose;
        let look = |path: &str| pictures::look(compose, path);
        let found = check::check(&first.draft, profile::catalogue(app), profile::account(app).takes(), &look);
        faults.extend(found.into_iter().map(|fault| Fault { fix: None, ..fault }));
        return faults;
    }
    let (wrong, all) = (plan.impossible.len(), plan.impossible.len() + plan.cells.len() + plan.duplicates);
    let some =
        first.reasons.first().map(|first| DraftReason::SomeImpossible { wrong, all, first: Box::new(first.clone()) });
    faults.extend(some.map(|some| fault(Field::Count, Severity::Warning, some)));
    faults
}

fn fix_of(as_typed: &[Fault], reason: &DraftReason) -> Option<String> {
    as_typed.iter().find(|fault| fault.reason == *reason)?.fix.clone()
}

/// What the checks say of the prompt with its braces as they are: a fault outside of them is mended in all
/// combinations.
fn faults_as_typed(app: &App) -> Vec<Fault> {
    let look = |path: &str| pictures::look(&app.screen.compose, path);
    let draft = Draft { prompt: app.screen.compose.draft.prompt.clone(), ..for_model(app) };
    check::check(&draft, profile::catalogue(app), profile::account(app).takes(), &look)
}

/// The draft without what its model cannot use (values kept for another model are not sent), its prompt as it is sent.
pub(super) fn for_model(app: &App) -> Draft {
    let draft = &app.screen.compose.draft;
    let draft = Draft { prompt: Template::parse(&draft.prompt).first(), ..draft.clone() };
    spec(app).map_or_else(|| draft.clone(), |spec| draft.for_model(spec))
}
