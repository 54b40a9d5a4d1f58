//! A picture as it stands in a draft: an address or a path, and whether the service will take it.
//!
//! Source: the pages of 302.AI and MiniMax on `POST …/video_generation`, under `first_frame_image`. Reading a file is
//! not done here: [`ImageLook`] says what came of it.

mod doubts;
mod dropped;
mod web;

pub use doubts::{doubts, shapes};
pub use dropped::{dropped, of_url};
pub use web::{is_private, is_web_address, unreachable};

use super::{
    catalogue::ModelSpec,
    reason::picture::PictureReason,
    request::{ImageKind, StoredImage},
    text::gist,
};

/// The largest picture the service takes: 20 MB.
pub const MAX_BYTES: u64 = 20 * 1024 * 1024;

/// The most pixels of a picture: past it the decoders that services use call it an attack.
pub const MOST_PIXELS: u64 = 178_956_970;

/// The longer side may be at most 5/2 of the shorter one: ratios from 2:5 to 5:2.
const LONGER: u64 = 5;
const SHORTER: u64 = 2;

/// What a host takes and reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Takes {
    /// WebP pictures.
    pub webp: bool,
    /// Addresses of a private network or of this machine: it is there itself.
    pub private: bool,
}

/// What a person typed for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed<'a> {
    Empty,
    /// An `http(s)://` address, passed on as it is.
    Address(&'a str),
    /// A `data:image/…;base64,` URL, passed on when its content was looked into.
    Data(&'a str),
    /// Something else with a scheme (`ftp://`), which the service cannot reach.
    Foreign(&'a str),
    /// A path on this machine.
    Path(&'a str),
}

/// What a person typed for a picture; blanks around it count for nothing.
#[must_use]
pub fn typed(text: &str) -> Typed<'_> {
    let text = text.trim();
    if text.is_empty() {
        return Typed::Empty;
    }
    let begins = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    if begins("http://") || begins("https://") {
        Typed::Address(text)
    } else if begins("data:") {
        Typed::Data(text)
    } else if text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
        Typed::Foreign(text)
    } else {
        Typed::Path(text)
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// What has to be looked into before anything can be said of it: the path or the `data:` URL that was typed.
#[must_use]
pub fn to_look_into(text: &str) -> Option<&str> {
    match typed(text) {
        Typed::Path(text) | Typed::Data(text) => Some(text),
        Typed::Empty | Typed::Address(_) | Typed::Foreign(_) => None,
    }
}

/// What is known of the picture at a path, or in a `data:` URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageLook {
    /// Nobody has looked yet.
    Unread,
    /// It is being read.
    Reading,
    /// It cannot be read, or is no picture.
    Failed(PictureReason),
    /// It is stored; of a `data:` URL, what is in it.
    Found(StoredImage),
    /// It is in a request that was sent before, and goes out as it is.
    Sent,
}

impl ImageLook {
    /// The picture, where it was read.
    #[must_use]
    pub fn found(self) -> Option<StoredImage> {
        match self {
            Self::Found(image) => Some(image),
            Self::Unread | Self::Reading | Self::Failed(_) | Self::Sent => None,
        }
    }
}

/// Everything that is wrong with what was typed for a picture. `look` tells of a path or a `data:` URL.
#[must_use]
pub fn faults(text: &str, model: &ModelSpec, takes: Takes, look: &dyn Fn(&str) -> ImageLook) -> Vec<PictureReason> {
    match typed(text) {
        Typed::Empty => Vec::new(),
        Typed::Address(address) if is_web_address(address) => {
            unreachable(address, takes).map(|host| PictureReason::Unreachable { host }).into_iter().collect()
        }
        Typed::Address(_) => vec![PictureReason::BrokenAddress],
        Typed::Data(data) => faults_of_data(data, model, takes, look),
        Typed::Foreign(_) => vec![PictureReason::ForeignAddress],
        Typed::Path(path) => found(look(path), |image| faults_of_image(image, model, takes)),
    }
}

fn found(look: ImageLook, judge: impl FnOnce(&StoredImage) -> Vec<PictureReason>) -> Vec<PictureReason> {
    match look {
        ImageLook::Unread | ImageLook::Reading => vec![PictureReason::StillRead],
        ImageLook::Failed(reason) => vec![reason],
        ImageLook::Found(image) => judge(&image),
        ImageLook::Sent => Vec::new(),
    }
}

/// The media type that a `data:` URL declares and its content in base64.
fn parts(data: &str) -> Option<(&str, &str)> {
    let (label, content) = data.split_once(',')?;
    let label = label.get("data:".len()..)?;
    let encoded = label.len().checked_sub(";base64".len()).and_then(|at| label.get(at..));
    let base64 = encoded.is_some_and(|end| end.eq_ignore_ascii_case(";base64"));
    let media_type = label.split(';').next().unwrap_or_default();
    (base64 && !content.trim().is_empty()).then_some((media_type, content.trim()))
}

/// A `data:` URL as the service wants it, when its content was looked into: the type in lower case, and nothing beside
/// it.
#[must_use]
pub fn as_sent(data: &str, image: &StoredImage) -> String {
    let content = parts(data).map_or("", |(_, content)| content);
    format!("data:{};base64,{content}", image.kind.media_type())
}

fn faults_of_data(data: &str, model: &ModelSpec, takes: Takes, look: &dyn Fn(&str) -> ImageLook) -> Vec<PictureReason> {
    let Some((media_type, content)) = parts(data) else { return vec![PictureReason::BrokenData { webp: takes.webp }] };
    let bytes = content.len() as u64 / 4 * 3;
    // Four characters may stand for one byte, so only more than the largest whole picture is refused unseen.
    if bytes > MAX_BYTES + 2 {
        return vec![PictureReason::TooLarge { bytes }];
    }
    found(look(data), |image| {
        let mut faults = faults_of_image(image, model, takes);
        // An old name of the same type, which is sent as the right one.
        let jpg = image.kind == ImageKind::Jpeg && media_type.eq_ignore_ascii_case("image/jpg");
        if !jpg && !media_type.eq_ignore_ascii_case(image.kind.media_type()) {
            let declared = gist(media_type).into_owned();
            faults.insert(0, PictureReason::WrongType { declared, right: image.kind });
        }
        faults
    })
}

/// Everything for which the service would refuse a picture that was read.
#[must_use]
pub fn faults_of_image(image: &StoredImage, model: &ModelSpec, takes: Takes) -> Vec<PictureReason> {
    let (width, height) = (image.width, image.height);
    let (shorter, longer) = (width.min(height), width.max(height));
    let least = model.min_side();
    [
        (image.kind == ImageKind::Webp && !takes.webp).then_some(PictureReason::Webp),
        (image.bytes > MAX_BYTES).then_some(PictureReason::TooLarge { bytes: image.bytes }),
        (u64::from(width) * u64::from(height) > MOST_PIXELS).then_some(PictureReason::TooManyPixels { width, height }),
        (shorter < least).then(|| PictureReason::TooSmall { model: model.name.clone(), least, width, height }),
        (u64::from(longer) * SHORTER > u64::from(shorter) * LONGER).then_some(PictureReason::Ratio { width, height }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{catalogue::Catalogue, testing::stored};

    #[test]
    fn what_was_typed_is_an_address_a_data_url_or_a_path() {
        for (text, expected) in [
            ("  ", Typed::Empty),
            (" https://host/a.jpg ", Typed::Address("https://host/a.jpg")),
            ("HTTP://host/a", Typed::Address("HTTP://host/a")),
            ("data:image/png;base64,AA==", Typed::Data("data:image/png;base64,AA==")),
            ("ftp://host/a.jpg", Typed::Foreign("ftp://host/a.jpg")),
            ("~/pictures/一只 猫.jpg", Typed::Path("~/pictures/一只 猫.jpg")),
            ("./a://b", Typed::Path("./a://b")),
        ] {
            assert_eq!(typed(text), expected, "{text}");
        }
    }

    #[test]
    fn data_that_is_too_much_is_refused_unseen_and_a_side_that_is_too_short_by_its_picture() {
        let catalogue = Catalogue::builtin();
        let model = catalogue.spec("MiniMax-Hailuo-02").unwrap();
        let data = |bytes: u64| format!("data:image/png;base64,{}", "A".repeat((bytes / 3 * 4) as usize));
        let look = |_: &str| ImageLook::Failed(PictureReason::BrokenData { webp: false });
        let faults = |bytes| faults_of_data(&data(bytes), model, Takes::default(), &look);
        assert_eq!(faults(MAX_BYTES + 4), [PictureReason::TooLarge { bytes: MAX_BYTES + 4 }]);
        assert_eq!(faults(MAX_BYTES - 2), [PictureReason::BrokenData { webp: false }]);

        let (name, least) = (model.name.clone(), model.min_side());
        let of_sides = |sides: u32| {
            faults_of_image(&StoredImage { width: sides, height: sides, ..stored("a.jpg") }, model, Takes::default())
        };
        for sides in [1, least - 1] {
            let fault = PictureReason::TooSmall { model: name.clone(), least, width: sides, height: sides };
            assert_eq!(of_sides(sides), [fault]);
        }
        assert_eq!(of_sides(least), []);
    }
}
