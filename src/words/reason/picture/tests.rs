//! Pictures by each rule at its border, as the sentences they are told by.

use super::*;
use domain::{
    catalogue::Catalogue,
    picture::{ImageLook, MAX_BYTES, Takes, as_sent, doubts, faults, faults_of_image, shapes},
    request::{ImageKind, StoredImage},
};

fn image(kind: ImageKind, bytes: u64, width: u32, height: u32) -> StoredImage {
    StoredImage { sha256: "ab".into(), kind, bytes, width, height, path: "a.jpg".into(), odd: Vec::new() }
}

fn frame(width: u32, height: u32, odd: &[Oddity]) -> StoredImage {
    StoredImage { odd: odd.to_vec(), ..image(ImageKind::Jpeg, 9, width, height) }
}

fn told(model: &str, image: &StoredImage, webp: bool) -> Vec<String> {
    let catalogue = Catalogue::builtin();
    faults_of_image(image, catalogue.spec(model).unwrap(), Takes { webp, private: false })
        .iter()
        .map(|why| picture(why, &Voice::default()).to_string())
        .collect()
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
            "The picture is too large: the service takes at most 20 MB: it has 20.9 MB. Make it smaller or save it as \
             JPG.",
        ),
        (
            "I2V-01",
            image(ImageKind::Jpeg, 1, 299, 400),
            "The picture is too small: I2V-01 needs a shorter side of at least 300 px: it is 299x400. Choose a larger \
             picture.",
        ),
        (
            "I2V-01-Director",
            image(ImageKind::Jpeg, 1, 400, 300),
            "The picture is too small: I2V-01-Director needs a shorter side of at least 301 px: it is 400x300. Choose \
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
fn a_picture_of_more_pixels_than_are_decoded_is_refused() {
    let sentence = "The picture has too many pixels to decode: the limit is 178 million: it is 60000x60000. Make it \
                    smaller.";
    assert_eq!(told("I2V-01", &image(ImageKind::Png, 1, 60_000, 60_000), false), [sentence]);
    assert_eq!(told("I2V-01", &image(ImageKind::Png, 1, 13_000, 13_000), false), Vec::<String>::new());
}

#[test]
fn addresses_and_data_urls_are_passed_on_and_odd_ones_named() {
    let catalogue = Catalogue::builtin();
    let model = catalogue.spec("I2V-01").unwrap();
    let read = |text: &str, webp: bool| {
        let found = faults(text, model, Takes { webp, private: false }, &|_: &str| ImageLook::Reading);
        found.first().map(|why| picture(why, &Voice::default()).what)
    };
    let reading = Some("The picture is still being read");
    for (text, webp, what) in [
        ("", false, None),
        ("https://host/a.webp", false, None),
        ("data:image/jpeg;base64,AAAA", false, reading),
        ("DATA:IMAGE/PNG;BASE64,AAAA", false, reading),
        ("data:image/webp;base64,AAAA", true, reading),
        ("data:image/png;base64,", false, Some("The service does not accept this data URL")),
        ("data:image/png,AAAA", false, Some("The service does not accept this data URL")),
        ("data:text/html,x", false, Some("The service does not accept this data URL")),
        ("data:图;base64", false, Some("The service does not accept this data URL")),
        ("https://", false, Some("This URL is incomplete")),
        ("http://127.0.0.1/a.jpg", false, Some("The service cannot reach 127.0.0.1")),
        ("s3://bucket/a.jpg", false, Some("The service cannot fetch this URL")),
        ("a.jpg", false, reading),
    ] {
        assert_eq!(read(text, webp).as_deref(), what, "{text}");
    }
}

#[test]
fn a_data_url_is_judged_by_its_content_and_its_type_is_named() {
    let catalogue = Catalogue::builtin();
    let model = catalogue.spec("I2V-01").unwrap();
    let told = |url: &str, kind: ImageKind| {
        let look = |_: &str| ImageLook::Found(image(kind, 9, 400, 300));
        let found = faults(url, model, Takes::default(), &look);
        found.iter().map(|why| picture(why, &Voice::default()).to_string()).collect::<Vec<_>>()
    };
    for (url, kind, sentence) in [
        (
            "data:image/png;base64,AAAA",
            ImageKind::Jpeg,
            "The data URL says image/png, but its content is image/jpeg. Start it with data:image/jpeg;base64,",
        ),
        (
            "data:text/plain;base64,AAAA",
            ImageKind::Png,
            "The data URL says text/plain, but its content is image/png. Start it with data:image/png;base64,",
        ),
        (
            "data:image/webp;base64,AAAA",
            ImageKind::Webp,
            "The picture is a WebP, whatever its name says: this host takes JPG and PNG. Convert it to JPG or PNG.",
        ),
    ] {
        assert_eq!(told(url, kind), [sentence], "{url}");
    }
    for (url, kind) in
        [("DATA:IMAGE/JPG;BASE64, AAAA", ImageKind::Jpeg), ("data:image/png;x=y;base64,AAAA", ImageKind::Png)]
    {
        assert_eq!(told(url, kind), Vec::<String>::new(), "{url}");
        let sent = as_sent(url, &image(kind, 9, 400, 300));
        assert_eq!(sent, format!("data:{};base64,AAAA", kind.media_type()));
    }
}

#[test]
fn every_doubt_has_its_sentence() {
    for (odd, sentence) in [
        (
            Oddity::Turned(6),
            "a.jpg is stored sideways and only rotated by its EXIF data: a service that ignores EXIF makes the video as it is stored. Rotate it and save it again.",
        ),
        (
            Oddity::Turned(3),
            "a.jpg is stored upside down or mirrored and only corrected by its EXIF data: a service that ignores EXIF makes the video as it is stored. Rotate it and save it again.",
        ),
        (
            Oddity::Cmyk,
            "a.jpg is in CMYK (print colours): the service may refuse it or change its colours. Save it as RGB.",
        ),
        (
            Oddity::Bits(16),
            "a.jpg has 16 bits per colour: the service may accept only 8 bits. Save it as an ordinary JPG or PNG.",
        ),
        (
            Oddity::Animated,
            "a.jpg is animated: the service may refuse it, and uses one frame at most. Save it as an ordinary \
             JPG or PNG.",
        ),
    ] {
        let told = doubts("a.jpg", &|_| ImageLook::Found(frame(800, 600, &[odd])));
        assert_eq!(told.iter().map(|why| picture(why, &Voice::default()).to_string()).collect::<Vec<_>>(), [sentence]);
    }
    assert_eq!(doubts("a.jpg", &|_| ImageLook::Found(frame(800, 600, &[]))), []);
    let told = |url: &str| {
        doubts(url, &|_| ImageLook::Unread)
            .into_iter()
            .map(|why| picture(&why, &Voice::default()).what)
            .collect::<Vec<_>>()
    };
    assert_eq!(told("https://u:p@host/a.jpg"), ["The URL contains a user name or password"]);
    assert_eq!(told("https://host/a@b.jpg"), Vec::<String>::new());
}

#[test]
fn frames_of_different_shapes_are_told_as_they_are_seen() {
    let told = |first: StoredImage, last: StoredImage| {
        let look = |path: &str| ImageLook::Found(if path == "first" { first.clone() } else { last.clone() });
        shapes("first", "last", &look).map(|why| picture(&why, &Voice::default()).what)
    };
    assert_eq!(
        told(frame(1920, 1080, &[]), frame(800, 600, &[])).as_deref(),
        Some("First and last frame differ in shape: 1920x1080 and 800x600")
    );
    assert_eq!(told(frame(1920, 1080, &[]), frame(1366, 768, &[])), None);
    assert_eq!(told(frame(600, 800, &[]), frame(800, 600, &[Oddity::Turned(8)])), None);
    assert!(told(frame(800, 600, &[]), frame(800, 600, &[Oddity::Turned(8)])).is_some());
    assert_eq!(shapes("https://host/a", "last", &|_| ImageLook::Found(frame(9, 9, &[]))), None);
}
