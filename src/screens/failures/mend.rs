//! Mending a cause once for all of its tasks: the shared part of their prompts, or one field.

use super::{Cluster, Remedy, frame, view};
use crate::{
    app::App,
    compose,
    failures::state::{Fix, Mend, MendWhat},
    key::{Code, Key},
    keymap::{Action, Ctx},
    layer::{Handle, LayerInput, Overlay, Wish},
    widgets::{brush::Brush, editor::LineEditor, steps::Direction},
};
use domain::{
    catalogue::ModelSpec,
    draft::{Draft, Field},
    fields,
    picture::{dropped, to_look_into},
    reason::draft::Closed,
    retry,
    retry::{Change, Facts, Scope},
    task::{Row, TaskKey},
};
use ratatui::layout::{Position, Rect};
use words::{names, reason, tr};

/// The fields that can be set once for all, in the order of compose.
const FIELDS: [Field; 9] = [
    Field::Model,
    Field::FirstFrame,
    Field::LastFrame,
    Field::Subject,
    Field::Resolution,
    Field::Duration,
    Field::Optimizer,
    Field::FastPretreatment,
    Field::Callback,
];

/// The editor of a cause's field, with the value that was kept before or that the first task has.
pub(super) fn field(app: &App, cluster: &Cluster, before: Option<&Fix>) -> MendWhat {
    if let Some(Fix::Field { field, value }) = before {
        return MendWhat::Field { field: *field, line: LineEditor::new(value) };
    }
    let field = if let Remedy::FixField(field) = cluster.remedy { field } else { Field::Model };
    let row = first(app, &cluster.keys);
    MendWhat::Field { field, line: LineEditor::new(&row.map_or_else(String::new, |row| value_of(row, field))) }
}

/// What a row of the table knows of a field; a picture is in the whole task only.
fn value_of(row: &Row, field: Field) -> String {
    match field {
        Field::Model => row.kind.model.to_string(),
        Field::Resolution => row.kind.resolution.to_string(),
        Field::Duration => row.kind.duration.to_string(),
        Field::Optimizer => "on".into(),
        Field::FastPretreatment | Field::Watermark => "off".into(),
        Field::Prompt | Field::FirstFrame | Field::LastFrame | Field::Subject | Field::Callback | Field::Count => {
            String::new()
        }
    }
}

/// The values to choose from, for the first of the tasks; none for a field that is typed.
#[must_use]
pub(crate) fn choices(app: &App, mend: &Mend, field: Field) -> Vec<String> {
    let Some(row) = first(app, &mend.keys) else { return Vec::new() };
    let spec = spec(app, row);
    let resolution = spec.and_then(|spec| spec.resolution_or_default(Some(&row.kind.resolution)));
    compose::choices_of(field, app.work.catalogue(&row.kind.profile), spec.as_slice(), resolution.as_slice())
}

/// The first of the tasks: what can be chosen goes by it.
fn first<'a>(app: &'a App, keys: &[TaskKey]) -> Option<&'a Row> {
    keys.first().and_then(|key| app.work.tasks.rows.get(key))
}

/// A task's model, as the host takes it that the task goes to.
fn spec<'a>(app: &'a App, row: &Row) -> Option<&'a ModelSpec> {
    app.work.catalogue(&row.kind.profile).spec(&row.kind.model)
}

/// Whether the model of the first task can use that field.
///
/// # Errors
/// Why not.
pub(crate) fn usable(app: &App, mend: &Mend, field: Field) -> Result<(), Closed> {
    let found = first(app, &mend.keys).and_then(|row| Some((spec(app, row)?, row)));
    found.map_or(Ok(()), |(spec, row)| fields::usable(field, spec, &row.kind.resolution))
}

impl Overlay for Mend {
    fn ctx(&self) -> Ctx {
        Ctx::Mend
    }

    fn handle(&self) -> Handle {
        handle
    }

    fn draw(&self, brush: &mut Brush<'_>, screen: Rect, app: &App) -> Option<Position> {
        view::mend(brush, screen, app, self)
    }

    fn hints(&self, _: &App) -> Vec<(Ctx, Action)> {
        [Action::Accept, Action::NextField, Action::Pictures].map(|action| (Ctx::Mend, action)).into()
    }
}

fn handle(app: &mut App, did: LayerInput<'_>) -> Option<Vec<Wish>> {
    match did {
        LayerInput::Key(key) => typed(app, key),
        LayerInput::Paste(text) => pasted(app, text),
        LayerInput::Accept => return Some(keep(app)),
        LayerInput::Move(_) | LayerInput::Click(_) | LayerInput::Back => return None,
    }
    Some(Vec::new())
}

/// Enter while mending: keeps it, and goes to the next cause that needs a hand. What cannot be stays open with why.
pub(super) fn keep(app: &mut App) -> Vec<Wish> {
    if let Err((why, reads)) = frame::may_keep(app) {
        if let Some(mend) = app.screen.top_mut::<Mend>() {
            mend.fault = Some(why).filter(|why| !why.is_empty());
        }
        return reads;
    }
    let Some(mend) = app.screen.top::<Mend>() else { return Vec::new() };
    match kept(app, mend) {
        Err(why) => {
            if let Some(mend) = app.screen.top_mut::<Mend>() {
                mend.fault = Some(why);
            }
            Vec::new()
        }
        Ok(fix) => {
            let id = mend.cluster.clone();
            let reads = pictures(app, &fix);
            app.screen.layers.pop();
            if let Some(view) = super::view_mut(app) {
                view.left_out.remove(&id);
                view.taken_in.remove(&id);
                match fix {
                    // Nothing was changed, and nothing need be.
                    Fix::Prompts { template, text } if text == template.text() => drop(view.taken_in.insert(id)),
                    fix => drop(view.fixes.insert(id, fix)),
                }
                view.go_on_to_next();
            }
            reads
        }
    }
}

/// Takes a key.
fn typed(app: &mut App, key: Key) {
    let offered = match app.screen.top::<Mend>() {
        Some(mend @ Mend { what: MendWhat::Field { field, .. }, .. }) => choices(app, mend, *field),
        Some(Mend { what: MendWhat::Prompts { .. }, .. }) => Vec::new(),
        None => return,
    };
    let Some(mend) = app.screen.top_mut::<Mend>() else { return };
    mend.fault = None;
    match &mut mend.what {
        MendWhat::Prompts { editor, .. } => {
            editor.key(key);
        }
        MendWhat::Field { line, .. } => match key.code {
            Code::Up | Code::Down if !offered.is_empty() => {
                let at = offered.iter().position(|choice| choice == line.text());
                let step = if key.code == Code::Down { 1 } else { offered.len() - 1 };
                let next = at.map_or(0, |at| (at + step) % offered.len());
                *line = LineEditor::new(&offered[next]);
            }
            _ => {
                if line.key(key) {
                    frame::changed(app);
                }
            }
        },
    }
}

/// Takes a paste.
fn pasted(app: &mut App, text: &str) {
    let Some(mend) = app.screen.top_mut::<Mend>() else { return };
    mend.fault = None;
    match &mut mend.what {
        MendWhat::Prompts { editor, .. } => {
            editor.paste(text);
        }
        MendWhat::Field { line, .. } => {
            line.paste(text);
            frame::changed(app);
        }
    }
}

/// Goes to another field that the model can use.
pub(crate) fn other_field(app: &mut App, to: Direction) {
    let Some(mend) = app.screen.top::<Mend>() else { return };
    let MendWhat::Field { field: here, .. } = &mend.what else { return };
    let (at, len) = (FIELDS.iter().position(|field| field == here).unwrap_or(0), FIELDS.len());
    let next = (1..len).map(|n| FIELDS[to.in_ring(at, n, len)]).find(|field| usable(app, mend, *field).is_ok());
    let Some(next) = next else { return };
    let row = first(app, &mend.keys);
    let value = row.map_or_else(String::new, |row| value_of(row, next));
    if let Some(mend) = app.screen.top_mut::<Mend>() {
        mend.what = MendWhat::Field { field: next, line: LineEditor::new(&value) };
    }
}

/// Whether the rules of a retry let these tasks go as they are, all at once.
pub(super) fn go_unchanged(app: &App, keys: &[TaskKey]) -> bool {
    let rows = keys.iter().filter_map(|key| app.work.tasks.rows.get(key));
    rows.map(Facts::of_row).all(|facts| retry::judge(&facts, Change::Nothing, Scope::Bulk).is_ok())
}

/// What was mended, if it mends anything.
fn kept(app: &App, mend: &Mend) -> Result<Fix, String> {
    match &mend.what {
        MendWhat::Prompts { template, editor } => {
            let text = editor.text();
            if text == template.text() && !go_unchanged(app, &mend.keys) {
                let back = app.named(Ctx::Global, Action::Back);
                return Err(tr!("unchanged, it would be refused again; change it, or {back} leaves it", back));
            }
            if !text.contains(template.mark()) {
                let mark = template.mark();
                return Err(tr!("keep {mark}: it marks what differs between the prompts", mark));
            }
            Ok(Fix::Prompts { template: template.clone(), text })
        }
        MendWhat::Field { field, line } => {
            usable(app, mend, *field).map_err(|why| reason::closed(&why))?;
            let value = match field {
                Field::FirstFrame | Field::LastFrame | Field::Subject => dropped(line.text()).trim().to_owned(),
                _ => line.text().trim().to_owned(),
            };
            let offered = choices(app, mend, *field);
            if !offered.is_empty() && !offered.contains(&value) {
                return Err(tr!("it takes {values}; choose with up and down", values = names::any_of(&offered)));
            }
            Ok(Fix::Field { field: *field, value })
        }
    }
}

/// Has the picture read that a field was set to.
fn pictures(app: &mut App, fix: &Fix) -> Vec<Wish> {
    match fix {
        Fix::Field { field: Field::FirstFrame | Field::LastFrame | Field::Subject, value } => {
            to_look_into(value).map_or_else(Vec::new, |picture| super::read_picture(app, picture))
        }
        Fix::Field { .. } | Fix::Prompts { .. } => Vec::new(),
    }
}

/// The draft with a field set.
pub(super) fn set(draft: &mut Draft, field: Field, value: &str) {
    match field {
        Field::Model => value.clone_into(&mut draft.model),
        Field::Resolution => draft.resolution = Some(value.to_owned()),
        Field::Duration => draft.duration = value.parse().ok(),
        Field::Optimizer => draft.optimizer = value == "on",
        Field::FastPretreatment => draft.fast_pretreatment = value == "on",
        Field::Watermark => draft.watermark = value == "on",
        Field::FirstFrame => value.clone_into(&mut draft.first_frame),
        Field::LastFrame => value.clone_into(&mut draft.last_frame),
        Field::Subject => value.clone_into(&mut draft.subject),
        Field::Callback => value.clone_into(&mut draft.callback),
        Field::Prompt | Field::Count => {}
    }
}
