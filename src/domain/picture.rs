//! A picture as it stands in a draft: an address or a path, and whether the service will take it.
//!
//! Source: the contract, section Submit, Images. Reading a file is not done here: [`ImageLook`] says what came of it.

use super::{
    catalogue::ModelSpec,
    problem::Problem,
    request::{ImageKind, StoredImage},
};
use crate::tr;

/// The largest picture the service takes: 20 MB.
pub const MAX_BYTES: u64 = 20 * MB;
const MB: u64 = 1024 * 1024;

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
    /// A `data:image/…;base64,` URL, passed on as it is.
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

/// What is known of the picture at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageLook {
    /// Nobody has looked yet.
    Unread,
    /// It is being read.
    Reading,
    /// It cannot be read, or is no picture.
    Failed(Problem),
    /// It is put by.
    Found(StoredImage),
}

/// Whether a text is a whole http(s) address: a host, no blanks, nothing hidden.
#[must_use]
pub fn is_web_address(text: &str) -> bool {
    let Typed::Address(address) = typed(text) else { return false };
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let named = !host.is_empty() && !host.starts_with([':', '.']);
    named && !address.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\'))
}

/// Everything that is wrong with what was typed for a picture, each with its own sentence. `webp` says whether the host
/// takes WebP; `look` tells of a path.
#[must_use]
pub fn problems(text: &str, model: &ModelSpec, webp: bool, look: &dyn Fn(&str) -> ImageLook) -> Vec<Problem> {
    match typed(text) {
        Typed::Empty => Vec::new(),
        Typed::Address(address) if is_web_address(address) => Vec::new(),
        Typed::Address(_) => vec![Problem::new(
            tr!("This is not a whole address"),
            tr!("a host is missing, or there is a blank in it"),
            tr!("Give it as https://host/picture.jpg."),
        )],
        Typed::Data(data) => data_problem(data, webp).into_iter().collect(),
        Typed::Foreign(_) => vec![Problem::new(
            tr!("The service cannot fetch this address"),
            tr!("it takes http and https only"),
            tr!("Give an http(s) address, or the path of a file on this machine."),
        )],
        Typed::Path(path) => match look(path) {
            ImageLook::Unread | ImageLook::Reading => {
                vec![Problem::new(tr!("The picture is still being read"), "", tr!("Wait a moment."))]
            }
            ImageLook::Failed(problem) => vec![problem],
            ImageLook::Found(image) => image_problems(&image, model, webp),
        },
    }
}

/// A data URL is taken as it is given, as far as its label and length can be right.
fn data_problem(data: &str, webp: bool) -> Option<Problem> {
    let wrong_label = || {
        Problem::new(
            tr!("This data URL is none that the service takes"),
            tr!("it takes {kinds}", kinds = kinds(webp)),
            tr!("It must begin with data:image/jpeg;base64, or data:image/png;base64,"),
        )
    };
    let Some((label, content)) = data.split_once(',') else { return Some(wrong_label()) };
    let label = label.to_ascii_lowercase();
    let taken = ["data:image/jpeg;base64", "data:image/jpg;base64", "data:image/png;base64"].contains(&label.as_str())
        || (webp && label == "data:image/webp;base64");
    if !taken || content.is_empty() {
        return Some(wrong_label());
    }
    let bytes = content.len() as u64 / 4 * 3;
    (bytes > MAX_BYTES).then(|| too_large(bytes))
}

fn kinds(webp: bool) -> &'static str {
    if webp { tr!("JPG, PNG and WebP") } else { tr!("JPG and PNG") }
}

/// Everything for which the service would refuse a picture that was read.
#[must_use]
pub fn image_problems(image: &StoredImage, model: &ModelSpec, webp: bool) -> Vec<Problem> {
    let mut found = Vec::new();
    if image.kind == ImageKind::Webp && !webp {
        found.push(Problem::new(
            tr!("The picture is a WebP, whatever its name says"),
            tr!("this host takes {kinds}", kinds = kinds(webp)),
            tr!("Convert it to JPG or PNG."),
        ));
    }
    if image.bytes > MAX_BYTES {
        found.push(too_large(image.bytes));
    }
    let sides = tr!("it is {width}x{height}", width = image.width, height = image.height);
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::domain::catalogue::Catalogue;

    fn image(kind: ImageKind, bytes: u64, width: u32, height: u32) -> StoredImage {
        StoredImage { sha256: "ab".into(), kind, bytes, width, height, path: "a.jpg".into() }
    }

    fn told(model: &str, image: &StoredImage, webp: bool) -> Vec<String> {
        let catalogue = Catalogue::builtin();
        image_problems(image, catalogue.spec(model).unwrap(), webp).iter().map(Problem::to_string).collect()
    }

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
    fn an_address_needs_a_host_and_no_blanks() {
        for good in ["http://a", "https://host.example:8443/x?y=z#q", "https://u:p@host/猫.jpg"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in ["", "http://", "https:///x", "https://:80/", "https://a b", "ftp://a", "a.example", "https://u@/x"]
        {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_picture_is_judged_by_each_rule_at_its_border() {
        let fine: [(&str, StoredImage, bool); 5] = [
            ("I2V-01", image(ImageKind::Jpeg, MAX_BYTES, 300, 300), false),
            ("I2V-01-Director", image(ImageKind::Png, 1, 301, 301), false),
            ("MiniMax-Hailuo-02", image(ImageKind::Png, 1, 1000, 400), false),
            ("MiniMax-Hailuo-02", image(ImageKind::Png, 1, 400, 1000), false),
            ("MiniMax-Hailuo-02", image(ImageKind::Webp, 1, 400, 400), true),
        ];
        for (model, image, webp) in fine {
            assert_eq!(told(model, &image, webp), Vec::<String>::new(), "{model} {image:?}");
        }
        for (model, image, sentence) in [
            (
                "I2V-01",
                image(ImageKind::Webp, 1, 400, 400),
                "The picture is a WebP, whatever its name says: this host takes JPG and PNG. Convert it to JPG or PNG.",
            ),
            (
                "I2V-01",
                image(ImageKind::Jpeg, MAX_BYTES + 1, 400, 400),
                "The picture is too large: the service takes at most 20 MB: it has 20.1 MB. Make it smaller or save it as \
                 JPG.",
            ),
            (
                "I2V-01",
                image(ImageKind::Jpeg, 1, 299, 400),
                "The picture is too small: I2V-01 takes a shorter side of at least 300 px: it is 299x400. Choose a larger \
                 picture.",
            ),
            (
                "I2V-01-Director",
                image(ImageKind::Jpeg, 1, 400, 300),
                "The picture is too small: I2V-01-Director takes a shorter side of at least 301 px: it is 400x300. Choose \
                 a larger picture.",
            ),
            (
                "I2V-01",
                image(ImageKind::Jpeg, 1, 1001, 400),
                "The picture is too wide: the service takes ratios from 2:5 to 5:2: it is 1001x400. Crop it.",
            ),
            (
                "I2V-01",
                image(ImageKind::Jpeg, 1, 400, 1001),
                "The picture is too tall: the service takes ratios from 2:5 to 5:2: it is 400x1001. Crop it.",
            ),
        ] {
            assert_eq!(told(model, &image, false), [sentence], "{model}");
        }
        assert_eq!(told("I2V-01", &image(ImageKind::Webp, MAX_BYTES + 1, 10, 2000), false).len(), 4);
    }

    #[test]
    fn addresses_and_data_urls_are_passed_on_and_odd_ones_named() {
        let catalogue = Catalogue::builtin();
        let model = catalogue.spec("I2V-01").unwrap();
        let read = |text: &str, webp: bool| {
            let found = problems(text, model, webp, &|_: &str| ImageLook::Reading);
            found.first().map(|problem| problem.what.clone())
        };
        for (text, webp, what) in [
            ("", false, None),
            ("https://host/a.webp", false, None),
            ("data:image/jpeg;base64,AAAA", false, None),
            ("DATA:IMAGE/PNG;base64,AAAA", false, None),
            ("data:image/webp;base64,AAAA", true, None),
            ("data:image/webp;base64,AAAA", false, Some("This data URL is none that the service takes")),
            ("data:image/png;base64,", false, Some("This data URL is none that the service takes")),
            ("data:text/html,x", false, Some("This data URL is none that the service takes")),
            ("https://", false, Some("This is not a whole address")),
            ("s3://bucket/a.jpg", false, Some("The service cannot fetch this address")),
            ("a.jpg", false, Some("The picture is still being read")),
        ] {
            assert_eq!(read(text, webp).as_deref(), what, "{text}");
        }
    }
}
