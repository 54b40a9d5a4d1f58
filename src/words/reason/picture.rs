//! The faults of a picture as sentences.

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use super::{picture_file, system::unlisted};
use crate::voice::Voice;
use crate::{amounts, problem::Problem, tr};
use domain::{picture::MOST_PIXELS, reason::picture::PictureReason, request::Oddity};

#[must_use]
#[expect(clippy::too_many_lines, reason = "one list: each reason and its sentences")]
pub fn picture(reason: &PictureReason, voice: &Voice) -> Problem {
    match reason {
        PictureReason::BrokenAddress => Problem::new(
            tr!("This URL is incomplete"),
            tr!("it has no host, or contains a space"),
            tr!("Give it as https://host/picture.jpg."),
        ),
        PictureReason::ForeignAddress => Problem::new(
            tr!("The service cannot fetch this URL"),
            tr!("it takes http and https only"),
            tr!("Give an http(s) URL, or the path of a file on this machine."),
        ),
        PictureReason::Unreachable { host } => unreachable(host),
        PictureReason::Password => Problem::new(
            tr!("The URL contains a user name or password"),
            tr!("the service would see it, and may not be able to use it"),
            tr!("Give a URL without one, or the path of a file on this machine."),
        ),
        PictureReason::BrokenData { webp } => Problem::new(
            tr!("The service does not accept this data URL"),
            tr!("it takes {kinds}", kinds = if *webp { tr!("JPG, PNG and WebP") } else { tr!("JPG and PNG") }),
            tr!("It must start with data:image/jpeg;base64, or data:image/png;base64,"),
        ),
        PictureReason::WrongType { declared, right } => {
            let right = right.media_type();
            Problem::new(
                tr!("The data URL says {declared}, but its content is {right}", declared, right),
                "",
                tr!("Start it with {beginning}", beginning = format!("data:{right};base64,")),
            )
        }
        PictureReason::StillRead => Problem::new(tr!("The picture is still being read"), "", tr!("Wait a moment.")),
        PictureReason::File(fault) => picture_file::problem(fault, voice),
        PictureReason::Folder(at) => unlisted(at),
        PictureReason::NoneFits { path, pattern } => Problem::new(
            tr!("{path} matches no picture", path),
            if *pattern { "" } else { tr!("it contains no pictures") },
            tr!("Check the path."),
        ),
        PictureReason::Webp => Problem::new(
            tr!("The picture is a WebP, whatever its name says"),
            tr!("this host takes {kinds}", kinds = tr!("JPG and PNG")),
            tr!("Convert it to JPG or PNG."),
        ),
        PictureReason::TooLarge { bytes } => Problem::new(
            tr!("The picture is too large: the service takes at most 20 MB"),
            tr!("it has {size}", size = amounts::size(*bytes)),
            tr!("Make it smaller or save it as JPG."),
        ),
        PictureReason::TooManyPixels { width, height } => Problem::new(
            tr!(
                "The picture has too many pixels to decode: the limit is {most} million",
                most = MOST_PIXELS / 1_000_000
            ),
            sides(*width, *height),
            tr!("Make it smaller."),
        ),
        PictureReason::TooSmall { model, least, width, height } => Problem::new(
            tr!("The picture is too small: {model} needs a shorter side of at least {least} px", model, least),
            sides(*width, *height),
            tr!("Choose a larger picture."),
        ),
        PictureReason::Ratio { width, height } => Problem::new(
            if width > height {
                tr!("The picture is too wide: the service takes ratios from 2:5 to 5:2")
            } else {
                tr!("The picture is too tall: the service takes ratios from 2:5 to 5:2")
            },
            sides(*width, *height),
            tr!("Crop it."),
        ),
        PictureReason::Odd { path, odd } => doubt(path, *odd),
        PictureReason::Shapes { first, last } => {
            let sides = |(width, height): &(u32, u32)| format!("{width}x{height}");
            Problem::new(
                tr!(
                    "First and last frame differ in shape: {first} and {last}",
                    first = sides(first),
                    last = sides(last)
                ),
                tr!("the video has the shape of the first, and the last is cropped to it"),
                tr!("Crop one to the shape of the other."),
            )
        }
    }
}

pub(super) fn unreachable(host: &str) -> Problem {
    Problem::new(
        tr!("The service cannot reach {host}", host),
        tr!("it is this machine or on a private network"),
        tr!("Give a public URL, or the path of a file on this machine."),
    )
}

fn sides(width: u32, height: u32) -> String {
    tr!("it is {width}x{height}", width, height)
}

fn doubt(path: &str, odd: Oddity) -> Problem {
    let ordinary = tr!("Save it as an ordinary JPG or PNG.");
    match odd {
        Oddity::Turned(way) => Problem::new(
            match way {
                5.. => tr!("{path} is stored sideways and only rotated by its EXIF data", path),
                _ => tr!("{path} is stored upside down or mirrored and only corrected by its EXIF data", path),
            },
            tr!("a service that ignores EXIF makes the video as it is stored"),
            tr!("Rotate it and save it again."),
        ),
        Oddity::Cmyk => Problem::new(
            tr!("{path} is in CMYK (print colours)", path),
            tr!("the service may refuse it or change its colours"),
            tr!("Save it as RGB."),
        ),
        Oddity::Bits(bits) => Problem::new(
            tr!("{path} has {bits} bits per colour", path, bits),
            tr!("the service may accept only 8 bits"),
            ordinary,
        ),
        Oddity::Animated => Problem::new(
            tr!("{path} is animated", path),
            tr!("the service may refuse it, and uses one frame at most"),
            ordinary,
        ),
    }
}
