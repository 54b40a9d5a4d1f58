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

/// The draft with the pictures that its first frame stands for: a folder or a pattern is several.
///
/// # Errors
/// The folder cannot be read, or has no picture that fits.
pub fn matrix_of(draft: Draft) -> Result<Matrix, DraftReason> {
    let first_frames = if is_several(&draft.first_frame) {
        let listing = files::list(&draft.first_frame).map_err(PictureReason::Folder)?;
        several(&draft.first_frame, &listing)?
    } else {
        Vec::new()
    };
    Ok(Matrix { draft, first_frames })
}

/// All combinations, each picture read once.
///
/// # Errors
/// See [`matrix::expand`].
pub fn expand(setup: &Loaded, matrices: &[Matrix]) -> Result<Plan, DraftReason> {
    let mut looks: BTreeMap<String, ImageLook> = BTreeMap::new();
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
    matrix::expand(matrices, &rules)
}
