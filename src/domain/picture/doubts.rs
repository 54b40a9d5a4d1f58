//! What the service takes and yet may not become the video that was meant: said before it is paid for.

use super::{ImageLook, Typed, typed, web};
use crate::{reason::picture::PictureReason, text::gist};

/// How far the shapes of two pictures may differ by rounding alone, in thousandths.
const ROUNDING: u64 = 10;

/// What may go wrong with what was typed for a picture. `look` as for [`faults`](super::faults).
#[must_use]
pub fn doubts(text: &str, look: &dyn Fn(&str) -> ImageLook) -> Vec<PictureReason> {
    match typed(text) {
        Typed::Address(address) => web::has_password(address).then_some(PictureReason::Password).into_iter().collect(),
        Typed::Path(text) | Typed::Data(text) => match look(text) {
            ImageLook::Found(image) => {
                let path = gist(&image.path).into_owned();
                image.odd.iter().map(|odd| PictureReason::Odd { path: path.clone(), odd: *odd }).collect()
            }
            ImageLook::Unread | ImageLook::Reading | ImageLook::Failed(_) | ImageLook::Sent => Vec::new(),
        },
        Typed::Empty | Typed::Foreign(_) => Vec::new(),
    }
}

/// That the first and the last frame differ in shape, where both are known and do.
#[must_use]
pub fn shapes(first: &str, last: &str, look: &dyn Fn(&str) -> ImageLook) -> Option<PictureReason> {
    let seen = |text| match super::to_look_into(text).map(look) {
        Some(ImageLook::Found(image)) => Some(image.upright()),
        _ => None,
    };
    let (first, last) = (seen(first)?, seen(last)?);
    let across = [u64::from(first.0) * u64::from(last.1), u64::from(last.0) * u64::from(first.1)];
    let differ = across[0].abs_diff(across[1]) * 1000 > across[0].max(across[1]) * ROUNDING;
    differ.then_some(PictureReason::Shapes { first, last })
}
