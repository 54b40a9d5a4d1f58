//! The pictures of a draft: read when their field is left, known by the path as typed.

use super::combinations;
use crate::{app::App, compose::state::Compose, layer::Wish};
use domain::{
    draft::Field,
    matrix::Matrix,
    picture::{ImageLook, Typed, to_look_into, typed},
    reason::{
        picture::PictureReason,
        picture_file::{Fault, Why},
        system::{At, System},
    },
    request::{ImageKind, StoredImage},
    text::gist,
};
use engine::{
    effect::{Effect, ListFor, LocalCmd},
    folder,
};
use std::collections::BTreeSet;
use words::{amounts::size, tr};

/// What is known of the picture at a path.
pub(super) fn look(compose: &Compose, path: &str) -> ImageLook {
    if folder::is_several(path) {
        return match compose.folders.get(path) {
            None => ImageLook::Unread,
            Some(None) => ImageLook::Reading,
            Some(Some(Err(reason))) => ImageLook::Failed(reason.clone()),
            // A first frame is each of its pictures in turn; any other is one file.
            Some(Some(Ok(_))) => {
                let why = if path.ends_with('/') { System::Folder } else { System::NotFound };
                let fault = Fault { path: gist(path).into_owned(), why: Why::Unread(why) };
                ImageLook::Failed(PictureReason::File(fault))
            }
        };
    }
    match compose.images.get(path) {
        None => ImageLook::Unread,
        Some(None) => ImageLook::Reading,
        Some(Some(Ok(stored))) => ImageLook::Found(stored.clone()),
        Some(Some(Err(fault))) => ImageLook::Failed(PictureReason::File(fault.clone())),
    }
}

/// The pictures of the draft that can be looked into, by path or `data:` URL; where the first frame stands for several,
/// all of them.
fn paths(app: &App) -> BTreeSet<String> {
    let matrix = combinations::matrix(app);
    let draft = if combinations::is_many(app) { matrix.draft } else { super::for_model(app) };
    paths_of(&Matrix { draft, ..matrix }).collect()
}

fn paths_of(Matrix { draft, first_frames }: &Matrix) -> impl Iterator<Item = String> {
    let several = !first_frames.is_empty() && !draft.first_frame.is_empty();
    let typed_ones = [&draft.first_frame, &draft.last_frame, &draft.subject].into_iter().skip(usize::from(several));
    let listed = first_frames.iter().filter(move |_| several);
    typed_ones.chain(listed).filter_map(|text| to_look_into(text).map(str::to_owned))
}

/// The most files of a pattern that are read while it is still being typed.
const FEW: usize = 50;

/// Has the pictures of the draft read that are not known yet, or could not be read before.
pub(super) fn read(app: &mut App) -> Vec<Wish> {
    app.screen.compose.look_at = None;
    let paths = paths(app);
    read_all(app, paths)
}

/// As [`read`], without those that could not be read before.
pub(crate) fn read_new(app: &mut App) -> Vec<Wish> {
    let unread = |path: &String| look(&app.screen.compose, path) == ImageLook::Unread;
    let paths = paths(app).into_iter().filter(unread).collect();
    read_all(app, paths)
}

/// As [`read_new`], for the drafts of a file.
pub(super) fn read_for(app: &mut App, matrices: &[Matrix]) -> Vec<Wish> {
    let unread = |path: &String| look(&app.screen.compose, path) == ImageLook::Unread;
    let paths = matrices.iter().flat_map(paths_of).filter(unread).collect();
    read_all(app, paths)
}

fn read_all(app: &mut App, paths: BTreeSet<String>) -> Vec<Wish> {
    let compose = &mut app.screen.compose;
    let mut effects = Vec::new();
    for path in paths {
        if folder::is_several(&path) {
            if matches!(compose.folders.get(&path), None | Some(Some(Err(_)))) {
                compose.folders.insert(path.clone(), None);
                let purpose = ListFor::FirstFrames;
                effects.push(Wish::Effect(Effect::Local(LocalCmd::List { typed: path, purpose })));
            }
        } else if matches!(compose.images.get(&path), None | Some(Some(Err(_)))) {
            compose.images.insert(path.clone(), None);
            effects.push(Wish::Effect(Effect::Local(LocalCmd::LoadImage { path })));
        }
    }
    effects
}

/// Has that picture read, unless it is known.
pub(super) fn read_one(app: &mut App, path: &str) -> Vec<Wish> {
    read_all(app, BTreeSet::from([path.to_owned()]))
}

/// Whether a picture of the draft is not known yet: it is read, or will be once its path has rested.
pub(crate) fn checking(app: &App) -> bool {
    let compose = &app.screen.compose;
    let unknown = |path: &String| matches!(look(compose, path), ImageLook::Reading | ImageLook::Unread);
    reading(app) || compose.look_at.is_some() && paths(app).iter().any(unknown)
}

/// Whether a picture of the draft is not looked at until its row is left.
pub(crate) fn unread(app: &App) -> bool {
    paths(app).iter().any(|path| look(&app.screen.compose, path) == ImageLook::Unread)
}

/// Whether a picture of the draft is being read.
pub(crate) fn reading(app: &App) -> bool {
    let compose = &app.screen.compose;
    paths(app).iter().any(|path| look(compose, path) == ImageLook::Reading)
}

/// As [`reading`], for the drafts of a file.
pub(super) fn reading_for(app: &App, matrices: &[Matrix]) -> bool {
    let compose = &app.screen.compose;
    matrices.iter().flat_map(paths_of).any(|path| look(compose, &path) == ImageLook::Reading)
}

/// The files that a folder or a pattern stands for have come; they are read next.
pub(crate) fn listed(app: &mut App, typed: String, result: Result<folder::Listing, At>) -> Vec<Wish> {
    let found = result.map_err(PictureReason::Folder).and_then(|listing| folder::several(&typed, &listing));
    // On the way to a file its folder is typed: its pictures are read when the row is left, or the preview wants them.
    let written = super::picture_field(app) == Some(Field::FirstFrame) && app.screen.compose.wants_preview.is_none();
    let few = !typed.ends_with('/') && found.as_ref().is_ok_and(|paths| paths.len() <= FEW);
    app.screen.compose.folders.insert(typed, Some(found));
    // Not what could not be listed a moment ago: that would go on for ever.
    if written && !few { Vec::new() } else { read_new(app) }
}

/// The picture of which a copy can be made that the service takes as it is meant: smaller, upright, in ordinary
/// colours, of a type that the host takes. That of the row that has the keys, else the first of the draft.
#[must_use]
pub fn to_shrink(app: &App) -> Option<String> {
    let compose = &app.screen.compose;
    let mends = |path: &String| match compose.images.get(path) {
        Some(Some(Ok(image))) => {
            let not_taken = image.kind == ImageKind::Webp && !super::profile::account(app).webp;
            // A data URL is no file that could be read again.
            matches!(typed(path), Typed::Path(_)) && (not_taken || image.is_mended_by_a_copy())
        }
        Some(Some(Err(_))) => compose.shrinkable.contains(path),
        Some(None) | None => false,
    };
    let here = super::picture_field(app).map(|field| super::typed_text(app, field).trim().to_owned());
    here.filter(|path| mends(path)).or_else(|| paths(app).into_iter().find(|path| mends(path)))
}

/// What is said of a copy.
pub(crate) fn made_smaller(image: &StoredImage) -> String {
    let (width, height, bytes) = (image.width, image.height, size(image.bytes));
    tr!("a copy is sent: JPEG {width}x{height}, {bytes}; the file itself is not changed", width, height, bytes)
}
