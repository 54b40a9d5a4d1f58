//! Why a picture or a video cannot be shown, as a phrase.

use super::system::system;
use crate::tr;
use domain::reason::sight::Unseen;

/// What stands where the picture would be.
#[must_use]
pub fn unseen(reason: &Unseen) -> String {
    match reason {
        Unseen::NoPicture => tr!("it is not a JPEG, PNG or WebP").into(),
        Unseen::TooLarge { width, height } => tr!("it has {width}x{height} pixels", width, height),
        Unseen::Damaged(words) => tr!("it is damaged: {words}", words),
        Unseen::NotWhole => tr!("it is damaged").into(),
        Unseen::SeparateScans => tr!("its colours are in separate scans, which reeltop cannot decode").into(),
        Unseen::NoVideo => tr!("it is not an MP4 video").into(),
        Unseen::CutOff => tr!("its end is missing").into(),
        Unseen::Fragmented => tr!("it is a fragmented MP4, which reeltop cannot decode").into(),
        Unseen::Format(code) => tr!("its video format is {code}; reeltop decodes H.264, and others with ffmpeg", code),
        Unseen::Kind(words) => tr!("reeltop cannot decode this kind of H.264: {words}", words),
        Unseen::TooLong => tr!("the video is too long").into(),
        Unseen::TooSlow => tr!("decoding took too long; a player can open it").into(),
        Unseen::Unread(why) => system(why),
    }
}
