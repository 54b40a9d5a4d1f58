//! Why a picture cannot be had, as sentences.

use super::{sight::unseen, system::system};
use crate::voice::Voice;
use crate::{amounts, problem::Problem, tr};
use domain::reason::{
    picture_file::{Content, Fault, Why},
    system::System,
};

/// What happened, why, and what to do next.
#[must_use]
pub fn problem(Fault { path, why }: &Fault, voice: &Voice) -> Problem {
    let unusable = |why: &str| {
        let next = tr!("Choose a JPEG or PNG picture, or convert this one.");
        Problem::new(tr!("{path} cannot be used as a picture", path), why, next)
    };
    let damaged =
        |why: &str| Problem::new(tr!("{path} is damaged", path), why, tr!("Copy it again and choose it again."));
    let lost = |why: String| {
        let what = tr!("The picture {path} is no longer in the store", path);
        Problem::new(what, why, tr!("Choose the picture again (edit and retry); nothing was sent."))
    };
    match why {
        Why::Unread(why) => {
            let next = match why {
                System::NoHome | System::OthersHome => tr!("Write the whole path."),
                System::Folder => tr!("Choose a picture in it."),
                System::NoFile | System::Empty => tr!("Choose another picture."),
                _ => tr!("Check the path and its permissions."),
            };
            Problem::new(tr!("{path} cannot be read", path), system(why), next)
        }
        Why::TooLarge { bytes } => {
            let why = tr!("it has {size}, and the service takes at most 20 MB", size = amounts::size(*bytes));
            let next = match &voice.shrink {
                Some(shrink) => tr!("{shrink} in compose makes a smaller copy; or save it smaller yourself.", shrink),
                None => tr!("Save it smaller.").into(),
            };
            Problem::new(tr!("{path} is too large", path), why, next)
        }
        Why::NotBase64 => {
            let why = tr!("what follows the comma is not base64");
            let next = tr!("Copy the whole URL, or give a file.");
            Problem::new(tr!("{path} cannot be used as a picture", path), why, next)
        }
        Why::Not(content) => unusable(is(*content)),
        Why::NoSides => unusable(tr!("its header is damaged, so its size is unknown")),
        Why::CutOff => {
            let why = tr!("its end is missing, as after a broken copy or download");
            Problem::new(tr!("{path} is truncated", path), why, tr!("Copy it again and choose it again."))
        }
        Why::NoImageData => damaged(tr!("it has no image data")),
        Why::WrongData => damaged(tr!("a checksum or its image data is wrong, as after a broken copy or download")),
        Why::NotKept { folder, why } => Problem::new(
            tr!("The picture {path} cannot be stored", path),
            format!("{folder}{}{}", tr!(": "), system(why)),
            tr!("Free some space or fix the folder's permissions, then choose it again."),
        ),
        Why::Lost(why) => lost(system(why)),
        Why::Changed => lost(tr!("its copy was changed").into()),
        Why::NotShrunk(why) => {
            let next = tr!("Choose another picture, or make it smaller yourself.");
            Problem::new(tr!("{path} cannot be made smaller", path), unseen(why), next)
        }
    }
}

fn is(content: Content) -> &'static str {
    match content {
        Content::Gif => tr!("it is a GIF"),
        Content::Heif => tr!("it is a HEIC or AVIF picture"),
        Content::Bmp => tr!("it is a BMP picture"),
        Content::Tiff => tr!("it is a TIFF picture"),
        Content::JpegXl => tr!("it is a JPEG XL picture"),
        Content::Photoshop => tr!("it is a Photoshop document"),
        Content::OtherPicture => tr!("it is a picture of a type the service does not accept"),
        Content::Svg => tr!("it is an SVG drawing"),
        Content::Pdf => tr!("it is a PDF document"),
        Content::Video => tr!("it is a video"),
        Content::WebPage => tr!("it is a web page"),
        Content::Text => tr!("it is text"),
        Content::Nothing => tr!("it is not a picture"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_can_have_a_smaller_copy_made_is_shown_how() {
        let fault = Fault { path: "a.png".into(), why: Why::TooLarge { bytes: 21 * 1024 * 1024 } };
        let next = |shrink| problem(&fault, &Voice { shrink, ..Voice::default() }).next;
        assert_eq!(
            [next(Some("F2".into())), next(None)],
            ["F2 in compose makes a smaller copy; or save it smaller yourself.", "Save it smaller."]
        );
    }
}
