//! The pictures of a draft: read when their field is left, known by the path as typed.

use super::plan;
use crate::{
    domain::{
        folder,
        picture::{ImageLook, Typed, typed},
        problem::Problem,
    },
    logic::{
        commands::Do,
        effect::{Effect, ListFor, LocalCmd},
        screen::Compose,
        state::State,
    },
};
use std::collections::BTreeSet;

/// What is known of the picture at a path.
pub(super) fn look(compose: &Compose, path: &str) -> ImageLook {
    if folder::is_several(path) {
        return match compose.folders.get(path) {
            None => ImageLook::Unread,
            Some(Some(Err(problem))) => ImageLook::Failed(problem.clone()),
            Some(Some(Ok(_)) | None) => ImageLook::Reading,
        };
    }
    match compose.images.get(path) {
        None => ImageLook::Unread,
        Some(None) => ImageLook::Reading,
        Some(Some(Ok(stored))) => ImageLook::Found(stored.clone()),
        Some(Some(Err(problem))) => ImageLook::Failed(problem.clone()),
    }
}

/// The pictures of the draft on this machine, by path; where the first frame stands for several, all of them.
fn paths(state: &State) -> BTreeSet<String> {
    let matrix = plan::matrix(state);
    let draft = if plan::is_many(state) { matrix.draft } else { super::for_model(state) };
    let several = !matrix.first_frames.is_empty() && !draft.first_frame.is_empty();
    let typed_ones = [&draft.first_frame, &draft.last_frame, &draft.subject].into_iter().skip(usize::from(several));
    let listed = matrix.first_frames.iter().filter(|_| several);
    typed_ones
        .chain(listed)
        .filter_map(|text| match typed(text) {
            Typed::Path(path) => Some(path.to_owned()),
            Typed::Empty | Typed::Foreign(_) | Typed::Address(_) | Typed::Data(_) => None,
        })
        .collect()
}

/// Has the pictures read that are not known yet, or could not be read before.
pub(super) fn read(state: &mut State) -> Vec<Do> {
    let paths = paths(state);
    let compose = &mut state.screen.compose;
    let mut effects = Vec::new();
    for path in paths {
        if folder::is_several(&path) {
            if matches!(compose.folders.get(&path), None | Some(Some(Err(_)))) {
                compose.folders.insert(path.clone(), None);
                let purpose = ListFor::FirstFrames;
                effects.push(Do::Effect(Effect::Local(LocalCmd::List { typed: path, purpose })));
            }
        } else if matches!(compose.images.get(&path), None | Some(Some(Err(_)))) {
            compose.images.insert(path.clone(), None);
            effects.push(Do::Effect(Effect::Local(LocalCmd::LoadImage { path })));
        }
    }
    effects
}

/// Whether a picture of the draft is being read.
pub(super) fn reading(state: &State) -> bool {
    let compose = &state.screen.compose;
    paths(state).iter().any(|path| look(compose, path) == ImageLook::Reading)
}

/// The files that a folder or a pattern stands for have come; they are read next.
pub(super) fn listed(state: &mut State, typed: String, result: Result<folder::Listing, Problem>) -> Vec<Do> {
    let found = result.and_then(|listing| folder::several(&typed, &listing));
    state.screen.compose.folders.insert(typed, Some(found));
    read(state)
}
