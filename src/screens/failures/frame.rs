//! A picture that a cause is mended with: its path is completed and the picture looked at as in compose.

use super::{
    mend,
    state::{Mend, MendWhat},
};
use crate::{
    app::App,
    compose,
    keymap::{Action, Ctx, PickWhat},
    layer::{Layer, Wish},
    toast,
    widgets::{editor::LineEditor, folder, steps::Direction},
};
use domain::{
    catalogue::ModelSpec,
    draft::Field,
    picture,
    picture::{ImageLook, Takes, Typed, dropped, to_look_into, typed},
    reason::{picture::PictureReason, system::At},
    time::Mono,
};
use engine::{
    effect::{Effect, Level, ListFor, LocalCmd},
    folder::Listing,
};
use words::{reason, tr};

/// The mending with its field and line, where that is a picture's.
fn picture_of(app: &App) -> Option<(&Mend, Field, &LineEditor)> {
    let mend = app.screen.layers.iter().rev().find_map(Layer::of::<Mend>)?;
    match &mend.what {
        MendWhat::Field { field: field @ (Field::FirstFrame | Field::LastFrame | Field::Subject), line } => {
            Some((mend, *field, line))
        }
        MendWhat::Field { .. } | MendWhat::Prompts { .. } => None,
    }
}

fn picture_mut(app: &mut App) -> Option<&mut Mend> {
    picture_of(app)?;
    app.screen.layers.iter_mut().rev().find_map(Layer::of_mut::<Mend>)
}

/// The field that is mended, where that is a picture's.
pub(crate) fn field(app: &App) -> Option<Field> {
    picture_of(app).map(|(_, field, _)| field)
}

/// The path or address that is being typed.
pub(crate) fn value(app: &App) -> Option<String> {
    picture_of(app).map(|(.., line)| dropped(line.text()).trim().to_owned())
}

/// The model of the cause's first task.
pub(crate) fn spec(app: &App) -> Option<&ModelSpec> {
    let (mend, ..) = picture_of(app)?;
    let row = mend.keys.first().and_then(|key| app.work.tasks.rows.get(key))?;
    app.work.catalogue(&row.kind.profile).spec(&row.kind.model)
}

/// What the host of that task takes.
fn takes(app: &App) -> Takes {
    let row = picture_of(app).and_then(|(mend, ..)| app.work.tasks.rows.get(mend.keys.first()?));
    let profile = row.and_then(|row| app.work.profile(&row.kind.profile)).unwrap_or(&app.work.settings.profile);
    profile.takes()
}

/// The line has changed: the picture is looked at once the path has rested.
pub(super) fn changed(app: &mut App) {
    let at = app.work.now.mono.plus(compose::LOOK_AFTER);
    if let Some(mend) = picture_mut(app) {
        (mend.look_at, mend.wants) = (Some(at), false);
    }
}

/// When the picture is looked at.
pub(crate) fn deadline(app: &App) -> Option<Mono> {
    picture_of(app).and_then(|(mend, ..)| mend.look_at)
}

/// Looks at the picture once its path has rested.
pub(crate) fn wake(app: &mut App) -> Vec<Wish> {
    if deadline(app).is_none_or(|at| at > app.work.now.mono) {
        return Vec::new();
    }
    look(app)
}

fn look(app: &mut App) -> Vec<Wish> {
    if let Some(mend) = picture_mut(app) {
        mend.look_at = None;
    }
    let path = value(app).and_then(|text| to_look_into(&text).map(str::to_owned));
    path.map_or_else(Vec::new, |path| compose::read_picture(app, &path))
}

/// What is known of the picture: what it is, or what is wrong with it; `None` for none.
pub(super) enum Verdict {
    Checking,
    Good(String),
    Bad(String),
}

pub(super) fn verdict(app: &App) -> Option<Verdict> {
    let text = value(app).filter(|text| !text.is_empty())?;
    let known = |path: &str| compose::look(app, path);
    let looked = to_look_into(&text).map(known);
    if matches!(looked, Some(ImageLook::Unread | ImageLook::Reading)) {
        return Some(Verdict::Checking);
    }
    let faults: Vec<PictureReason> =
        spec(app).map_or_else(Vec::new, |spec| picture::faults(&text, spec, takes(app), &known));
    if let Some(first) = faults.first() {
        return Some(Verdict::Bad(reason::picture(first, &app.screen.voice).to_string()));
    }
    match looked {
        Some(ImageLook::Found(image)) => Some(Verdict::Good(compose::fields::facts(&image))),
        _ => None,
    }
}

/// A picture has come: what was to be kept is kept now, if it is good.
pub(crate) fn came(app: &mut App) -> Vec<Wish> {
    let wants = picture_of(app).is_some_and(|(mend, ..)| mend.wants) && app.screen.top::<Mend>().is_some();
    if wants { mend::keep(app) } else { Vec::new() }
}

/// Whether the picture may be kept; where it is not known yet, it is kept when it has come.
pub(super) fn may_keep(app: &mut App) -> Result<(), (String, Vec<Wish>)> {
    match verdict(app) {
        // What is wrong with it stands below the line already.
        Some(Verdict::Bad(_)) => Err((String::new(), Vec::new())),
        Some(Verdict::Checking) => {
            let reads = look(app);
            if let Some(mend) = picture_mut(app) {
                mend.wants = true;
            }
            Err((String::new(), reads))
        }
        Some(Verdict::Good(_)) | None => Ok(()),
    }
}

/// Tab: the path goes on as far as it is certain; where there is nothing to complete, another field.
pub(crate) fn complete(app: &mut App) -> Vec<Wish> {
    let Some(text) = value(app).filter(|text| matches!(typed(text), Typed::Path(_))) else {
        super::other_field(app, Direction::Forward);
        return Vec::new();
    };
    if matches!(compose::look(app, &text), ImageLook::Found(_)) {
        super::other_field(app, Direction::Forward);
        return Vec::new();
    }
    vec![Wish::Effect(Effect::Local(LocalCmd::List { typed: text, purpose: ListFor::Completion }))]
}

/// The folder of the path being completed has come.
pub(crate) fn completes(app: &mut App, text: &str, result: Result<Listing, At>) -> Vec<Wish> {
    if value(app).as_deref() != Some(text) || app.screen.top::<Mend>().is_none() {
        return Vec::new();
    }
    let said = match result {
        Err(at) => reason::system::unlisted(&at).to_string(),
        Ok(listing) => match folder::completed(text, &listing) {
            Some(path) if path != text => return take(app, &path),
            Some(path) if listing.entries.iter().any(|entry| entry.path(&listing.folder) == path) => return look(app),
            Some(_) => {
                return field(app)
                    .map_or_else(Vec::new, |field| vec![Wish::Run(Action::Pick(PickWhat::Pictures(field)))]);
            }
            None => {
                let tab = app.named(Ctx::Mend, Action::PreviousField);
                tr!("nothing there starts like that; {tab} goes to another field", tab)
            }
        },
    };
    toast::show(app, Level::Info, said, None);
    Vec::new()
}

/// A picture was picked, or a path completed.
pub(crate) fn take(app: &mut App, path: &str) -> Vec<Wish> {
    if let Some(Mend { what: MendWhat::Field { line, .. }, fault, .. }) = picture_mut(app) {
        (*line, *fault) = (LineEditor::new(path), None);
    }
    look(app)
}
