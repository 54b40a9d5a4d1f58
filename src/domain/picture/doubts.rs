//! What is right by the contract and may all the same not become the video that was meant: said before it is paid for.

use super::{ImageLook, Typed, typed, web};
use crate::{
    domain::{
        problem::Problem,
        request::{Oddity, StoredImage},
        text::gist,
    },
    tr,
};

/// Of the shapes of two pictures, so much may be rounding: in thousandths.
const ROUNDING: u64 = 10;

/// What may go wrong with what was typed for a picture, each with its own sentence. `look` as for
/// [`problems`](super::problems).
#[must_use]
pub fn doubts(text: &str, look: &dyn Fn(&str) -> ImageLook) -> Vec<Problem> {
    match typed(text) {
        Typed::Address(address) => web::has_password(address).then(password).into_iter().collect(),
        Typed::Path(text) | Typed::Data(text) => match look(text) {
            ImageLook::Found(image) => image.odd.iter().map(|odd| doubt(*odd, &image)).collect(),
            ImageLook::Unread | ImageLook::Reading | ImageLook::Failed(_) | ImageLook::Sent => Vec::new(),
        },
        Typed::Empty | Typed::Foreign(_) => Vec::new(),
    }
}

fn password() -> Problem {
    Problem::new(
        tr!("The URL has a name or a password in it"),
        tr!("the service gets to see it, and may not be able to use it"),
        tr!("Give a URL without one, or the path of a file on this machine."),
    )
}

fn doubt(odd: Oddity, image: &StoredImage) -> Problem {
    let path = gist(&image.path);
    let next = || tr!("Save it as an ordinary JPG or PNG.");
    match odd {
        Oddity::Turned(way) => {
            let what = match way {
                5.. => tr!("{path} is stored on its side and turned by its EXIF data only", path),
                _ => tr!("{path} is stored upside down or mirrored and turned by its EXIF data only", path),
            };
            let why = tr!("a service that does not read them makes the video as it is stored");
            Problem::new(what, why, tr!("Turn it and save it again."))
        }
        Oddity::Cmyk => {
            let what = tr!("{path} is in CMYK, the colours of print", path);
            Problem::new(what, tr!("the service may refuse it or change its colours"), tr!("Save it as RGB."))
        }
        Oddity::Bits(bits) => {
            let what = tr!("{path} has {bits} bits a colour", path, bits);
            Problem::new(what, tr!("the service may take 8 bits only"), next())
        }
        Oddity::Animated => {
            let what = tr!("{path} is animated", path);
            Problem::new(what, tr!("the service may refuse it, and takes one frame of it at most"), next())
        }
    }
}

/// That the first and the last frame differ in shape, where both are known and do.
#[must_use]
pub fn shapes(first: &str, last: &str, look: &dyn Fn(&str) -> ImageLook) -> Option<Problem> {
    let seen = |text| match super::to_look_into(text).map(look) {
        Some(ImageLook::Found(image)) => Some(image.upright()),
        _ => None,
    };
    let (a, b) = (seen(first)?, seen(last)?);
    let across = [u64::from(a.0) * u64::from(b.1), u64::from(b.0) * u64::from(a.1)];
    (across[0].abs_diff(across[1]) * 1000 > across[0].max(across[1]) * ROUNDING).then(|| {
        let sides = |(width, height): (u32, u32)| format!("{width}x{height}");
        Problem::new(
            tr!("First and last frame differ in shape: {first} and {last}", first = sides(a), last = sides(b)),
            tr!("the video has the shape of the first, and the last is cropped to it"),
            tr!("Crop one to the shape of the other."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::request::ImageKind;

    fn image(width: u32, height: u32, odd: &[Oddity]) -> StoredImage {
        let (sha256, path) = ("ab".into(), "a.jpg".into());
        StoredImage { sha256, kind: ImageKind::Jpeg, bytes: 9, width, height, path, odd: odd.to_vec() }
    }

    #[test]
    fn every_doubt_has_its_sentence() {
        for (odd, sentence) in [
            (
                Oddity::Turned(6),
                "a.jpg is stored on its side and turned by its EXIF data only: a service that does not read them makes the \
                 video as it is stored. Turn it and save it again.",
            ),
            (
                Oddity::Turned(3),
                "a.jpg is stored upside down or mirrored and turned by its EXIF data only: a service that does not read \
                 them makes the video as it is stored. Turn it and save it again.",
            ),
            (
                Oddity::Cmyk,
                "a.jpg is in CMYK, the colours of print: the service may refuse it or change its colours. Save it as RGB.",
            ),
            (
                Oddity::Bits(16),
                "a.jpg has 16 bits a colour: the service may take 8 bits only. Save it as an ordinary JPG or PNG.",
            ),
            (
                Oddity::Animated,
                "a.jpg is animated: the service may refuse it, and takes one frame of it at most. Save it as an ordinary \
                 JPG or PNG.",
            ),
        ] {
            let told = doubts("a.jpg", &|_| ImageLook::Found(image(800, 600, &[odd])));
            assert_eq!(told.iter().map(Problem::to_string).collect::<Vec<_>>(), [sentence]);
        }
        assert_eq!(doubts("a.jpg", &|_| ImageLook::Found(image(800, 600, &[]))), []);
        let told =
            |url: &str| doubts(url, &|_| ImageLook::Unread).into_iter().map(|told| told.what).collect::<Vec<_>>();
        assert_eq!(told("https://u:p@host/a.jpg"), ["The URL has a name or a password in it"]);
        assert_eq!(told("https://host/a@b.jpg"), Vec::<String>::new());
    }

    #[test]
    fn frames_of_different_shapes_are_told_as_they_are_seen() {
        let told = |first: StoredImage, last: StoredImage| {
            let look = |path: &str| ImageLook::Found(if path == "first" { first.clone() } else { last.clone() });
            shapes("first", "last", &look).map(|told| told.what)
        };
        assert_eq!(
            told(image(1920, 1080, &[]), image(800, 600, &[])).as_deref(),
            Some("First and last frame differ in shape: 1920x1080 and 800x600")
        );
        assert_eq!(told(image(1920, 1080, &[]), image(1366, 768, &[])), None);
        assert_eq!(told(image(600, 800, &[]), image(800, 600, &[Oddity::Turned(8)])), None);
        assert!(told(image(800, 600, &[]), image(800, 600, &[Oddity::Turned(8)])).is_some());
        assert_eq!(shapes("https://host/a", "last", &|_| ImageLook::Found(image(9, 9, &[]))), None);
    }
}
