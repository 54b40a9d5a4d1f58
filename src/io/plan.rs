//! From drafts to the requests they stand for, pictures read: what `submit` and linear mode share.

use crate::{
    domain::{
        draft::Draft,
        folder::{is_several, several},
        matrix,
        matrix::{Matrix, Plan, Rules},
        money::Ptc,
        picture::{ImageLook, to_look_into},
        reason::{draft::DraftReason, picture::PictureReason},
    },
    engine::acts::catalogue_price,
    io::{config::Loaded, files, images},
    tr,
};
use std::collections::BTreeMap;

/// The draft with the pictures that its first frame stands for: a folder or a pattern is several.
///
/// # Errors
/// The folder cannot be read, or has no picture that fits.
pub(crate) fn matrix_of(draft: Draft) -> Result<Matrix, DraftReason> {
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
pub(crate) fn expand(setup: &Loaded, matrices: &[Matrix]) -> Result<Plan, DraftReason> {
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
        forgiving: false,
    };
    matrix::expand(matrices, &rules)
}

/// A combination in a few words, for a fault.
pub(crate) fn combination(draft: &Draft) -> String {
    let resolution = draft.resolution.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    let seconds = draft.duration.map(|seconds| format!(" {seconds} s")).unwrap_or_default();
    let frame = if draft.first_frame.is_empty() { String::new() } else { format!(" {}", draft.first_frame) };
    format!("{}{resolution}{seconds}{frame}", draft.model)
}

/// The whole price.
pub(crate) fn cost(setup: &Loaded, plan: &Plan) -> Ptc {
    let price = |cell: &matrix::Cell| catalogue_price(&setup.settings.catalogue, &cell.request).times(cell.count);
    plan.cells.iter().map(price).sum()
}

/// That combinations came more than once; `None` where none did.
pub(crate) fn duplicates(plan: &Plan) -> Option<String> {
    match plan.duplicates {
        0 => None,
        1 => Some(tr!("1 duplicate left out").to_owned()),
        n => Some(tr!("{n} duplicates left out", n)),
    }
}
