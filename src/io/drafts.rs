//! Drafts with their pictures read, for the requests that they stand for.

use crate::{config::Loaded, files, images};
use domain::{
    draft::Draft,
    matrix,
    matrix::{Matrix, Plan, Rules, Unusable},
    picture::{ImageLook, to_look_into},
    reason::{draft::DraftReason, picture::PictureReason},
};
use engine::folder::{is_several, several};
use std::collections::BTreeMap;

/// The pictures that a first frame stands for: a folder or a pattern is several.
fn first_frames(typed: &str) -> Result<Vec<String>, PictureReason> {
    if !is_several(typed) {
        return Ok(Vec::new());
    }
    several(typed, &files::list(typed).map_err(PictureReason::Folder)?)
}

/// All combinations, each picture read once. A folder or a pattern without a picture is a fault of its draft.
///
/// # Errors
/// See [`matrix::expand`].
pub fn expand(setup: &Loaded, drafts: Vec<Draft>) -> Result<Plan, DraftReason> {
    let mut looks: BTreeMap<String, ImageLook> = BTreeMap::new();
    let mut matrix = |draft: Draft| {
        let first_frames = first_frames(&draft.first_frame).unwrap_or_else(|why| {
            looks.insert(draft.first_frame.trim().to_owned(), ImageLook::Failed(why));
            Vec::new()
        });
        Matrix { draft, first_frames }
    };
    let matrices: Vec<Matrix> = drafts.into_iter().map(&mut matrix).collect();
    let pictures = matrices.iter().flat_map(|matrix| {
        let draft = &matrix.draft;
        let first = std::iter::once(&draft.first_frame).filter(|_| matrix.first_frames.is_empty());
        first.chain([&draft.last_frame, &draft.subject]).chain(&matrix.first_frames)
    });
    for text in pictures {
        if let Some(picture) = to_look_into(text)
            && !looks.contains_key(picture)
        {
            let look = images::load(picture, &setup.paths.images)
                .map_or_else(|fault| ImageLook::Failed(PictureReason::File(fault)), ImageLook::Found);
            looks.insert(picture.to_owned(), look);
        }
    }
    let rules = Rules {
        catalogue: &setup.settings.catalogue,
        takes: setup.settings.profile.takes(),
        image: &|path| looks.get(path).cloned().unwrap_or(ImageLook::Unread),
        most: setup.settings.compose.max_tasks,
        unusable: Unusable::Fault,
    };
    matrix::expand(&matrices, &rules)
}
