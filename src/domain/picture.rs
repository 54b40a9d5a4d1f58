//! A picture as it stands in a draft: an address or a path, and whether the service will take it.
//!
//! Source: the contract, section Submit, Images. Reading a file is not done here: [`ImageLook`] says what came of it.

mod doubts;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
mod web;

pub use doubts::{doubts, shapes};
pub use web::{is_private, is_web_address, reach};

use super::{
    catalogue::ModelSpec,
    problem::Problem,
    request::{ImageKind, StoredImage},
};
use crate::tr;

/// The largest picture the service takes: 20 MB.
pub const MAX_BYTES: u64 = 20 * MB;
const MB: u64 = 1024 * 1024;

/// The most pixels of a picture: past it the decoders that services use call it an attack.
pub const MOST_PIXELS: u64 = 178_956_970;

/// What a host takes and reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Takes {
    /// WebP pictures.
    pub webp: bool,
    /// Addresses of a private network or of this machine: it is there itself.
    pub private: bool,
}

/// The longer side may be at most 5/2 of the shorter one: ratios from 2:5 to 5:2.
const LONGER: u64 = 5;
const SHORTER: u64 = 2;

/// What a person typed for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed<'a> {
    /// Nothing.
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
    Failed(Problem),
    /// It is put by; of a `data:` URL, what is in it.
    Found(StoredImage),
    /// It is in a request that was sent before, and goes out as it is.
    Sent,
}

/// Everything that is wrong with what was typed for a picture, each with its own sentence. `look` tells of a
/// path or a `data:` URL.
#[must_use]
pub fn problems(text: &str, model: &ModelSpec, takes: Takes, look: &dyn Fn(&str) -> ImageLook) -> Vec<Problem> {
    match typed(text) {
        Typed::Empty => Vec::new(),
        Typed::Address(address) if is_web_address(address) => reach(address, takes).into_iter().collect(),
        Typed::Address(_) => vec![Problem::new(
            tr!("This is not a whole address"),
            tr!("a host is missing, or there is a blank in it"),
            tr!("Give it as https://host/picture.jpg."),
        )],
        Typed::Data(data) => data_problems(data, model, takes, look),
        Typed::Foreign(_) => vec![Problem::new(
            tr!("The service cannot fetch this address"),
            tr!("it takes http and https only"),
            tr!("Give an http(s) address, or the path of a file on this machine."),
        )],
        Typed::Path(path) => found(look(path), |image| image_problems(image, model, takes)),
    }
}

fn found(look: ImageLook, judge: impl FnOnce(&StoredImage) -> Vec<Problem>) -> Vec<Problem> {
    match look {
        ImageLook::Unread | ImageLook::Reading => {
            vec![Problem::new(tr!("The picture is still being read"), "", tr!("Wait a moment."))]
        }
        ImageLook::Failed(problem) => vec![problem],
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

/// A `data:` URL as the service wants it, when its content was looked into: the type in lower case, and nothing beside it.
#[must_use]
pub fn as_sent(data: &str, image: &StoredImage) -> String {
    let content = parts(data).map_or("", |(_, content)| content);
    format!("data:{};base64,{content}", image.kind.media_type())
}

fn data_problems(data: &str, model: &ModelSpec, takes: Takes, look: &dyn Fn(&str) -> ImageLook) -> Vec<Problem> {
    let Some((media_type, content)) = parts(data) else {
        return vec![Problem::new(
            tr!("This data URL is none that the service takes"),
            tr!("it takes {kinds}", kinds = kinds(takes.webp)),
            tr!("It must begin with data:image/jpeg;base64, or data:image/png;base64,"),
        )];
    };
    let bytes = content.len() as u64 / 4 * 3;
    // Four characters may stand for one byte, so only more than the largest whole picture is refused unseen.
    if bytes > MAX_BYTES + 2 {
        return vec![too_large(bytes)];
    }
    found(look(data), |image| {
        let right = image.kind.media_type();
        // An old name of the same type, which is sent as the right one.
        let jpg = image.kind == ImageKind::Jpeg && media_type.eq_ignore_ascii_case("image/jpg");
        let mut problems = image_problems(image, model, takes);
        if !jpg && !media_type.eq_ignore_ascii_case(right) {
            problems.insert(
                0,
                Problem::new(
                    tr!(
                        "The data URL says {declared}, but its content is {right}",
                        declared = super::text::gist(media_type),
                        right
                    ),
                    "",
                    tr!("Begin it with {beginning}", beginning = format!("data:{right};base64,")),
                ),
            );
        }
        problems
    })
}

fn kinds(webp: bool) -> &'static str {
    if webp { tr!("JPG, PNG and WebP") } else { tr!("JPG and PNG") }
}

/// Everything for which the service would refuse a picture that was read.
#[must_use]
pub fn image_problems(image: &StoredImage, model: &ModelSpec, takes: Takes) -> Vec<Problem> {
    let mut found = Vec::new();
    if image.kind == ImageKind::Webp && !takes.webp {
        found.push(Problem::new(
            tr!("The picture is a WebP, whatever its name says"),
            tr!("this host takes {kinds}", kinds = kinds(takes.webp)),
            tr!("Convert it to JPG or PNG."),
        ));
    }
    if image.bytes > MAX_BYTES {
        found.push(too_large(image.bytes));
    }
    let sides = tr!("it is {width}x{height}", width = image.width, height = image.height);
    if u64::from(image.width) * u64::from(image.height) > MOST_PIXELS {
        found.push(Problem::new(
            tr!(
                "The picture has too many pixels to be decoded: the most is {most} million",
                most = MOST_PIXELS / 1_000_000
            ),
            sides.clone(),
            tr!("Make it smaller."),
        ));
    }
    let shorter = image.width.min(image.height);
    if shorter < model.min_side() {
        found.push(Problem::new(
            tr!(
                "The picture is too small: {model} takes a shorter side of at least {least} px",
                model = model.name,
                least = model.min_side(),
            ),
            sides.clone(),
            tr!("Choose a larger picture."),
        ));
    }
    if u64::from(image.width.max(image.height)) * SHORTER > u64::from(shorter) * LONGER {
        let what = if image.width > image.height {
            tr!("The picture is too wide: the service takes ratios from 2:5 to 5:2")
        } else {
            tr!("The picture is too tall: the service takes ratios from 2:5 to 5:2")
        };
        found.push(Problem::new(what, sides, tr!("Crop it.")));
    }
    found
}

fn too_large(bytes: u64) -> Problem {
    // Rounded up, so that nothing over the limit reads as the limit.
    let tenths = (bytes * 10).div_ceil(MB);
    let size = format!("{}.{}", tenths / 10, tenths % 10);
    Problem::new(
        tr!("The picture is too large: the service takes at most 20 MB"),
        tr!("it has {size} MB", size),
        tr!("Make it smaller or save it as JPG."),
    )
}
