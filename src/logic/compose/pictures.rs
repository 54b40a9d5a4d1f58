//! The pictures of a draft: read when their field is left, known by the path as typed.

use crate::{
    domain::{
        draft::Draft,
        picture::{ImageLook, Typed, typed},
        problem::Problem,
        request::StoredImage,
    },
    logic::{
        commands::Do,
        effect::{Effect, LocalCmd},
        state::State,
    },
};
use std::collections::BTreeMap;

/// What is known of the picture at a path.
pub(super) fn look(images: &BTreeMap<String, Option<Result<StoredImage, Problem>>>, path: &str) -> ImageLook {
    match images.get(path) {
        None => ImageLook::Unread,
        Some(None) => ImageLook::Reading,
        Some(Some(Ok(stored))) => ImageLook::Found(stored.clone()),
        Some(Some(Err(problem))) => ImageLook::Failed(problem.clone()),
    }
}

/// The paths among the draft's picture fields.
fn paths(draft: &Draft) -> impl Iterator<Item = &str> {
    [&draft.first_frame, &draft.last_frame, &draft.subject].into_iter().filter_map(|text| match typed(text) {
        Typed::Path(path) => Some(path),
        Typed::Empty | Typed::Foreign(_) | Typed::Address(_) | Typed::Data(_) => None,
    })
}

/// Has the pictures read that are not known yet, or could not be read before.
pub(super) fn read(state: &mut State) -> Vec<Do> {
    let draft = super::for_model(state);
    paths(&draft).filter_map(|path| read_one(state, path)).collect()
}

/// Has that picture read, unless it is known.
pub(super) fn read_one(state: &mut State, path: &str) -> Option<Do> {
    let images = &mut state.screen.compose.images;
    if !matches!(images.get(path), None | Some(Some(Err(_)))) {
        return None;
    }
    images.insert(path.to_owned(), None);
    Some(Do::Effect(Effect::Local(LocalCmd::LoadImage { path: path.to_owned() })))
}

/// Whether a picture of the draft is being read.
pub(super) fn reading(state: &State) -> bool {
    let images = &state.screen.compose.images;
    paths(&super::for_model(state)).any(|path| matches!(images.get(path), Some(None)))
}
