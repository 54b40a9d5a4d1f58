//! What a picture's bytes say of it: its type, its sides, what is unusual about it, and whether all of it is there.
//! However it came: from a file or in a `data:` URL.

use super::exif;
use domain::{
    picture::MOST_PIXELS,
    reason::picture_file::{Content, Why},
    request::{ImageKind, Oddity},
};
use imagesize::ImageType;
use std::io::Cursor;

const START_OF_SCAN: u8 = 0xDA;

/// What a usable picture's bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its type.
    pub(super) kind: ImageKind,
    /// Pixels across and down, as stored.
    pub(super) sides: (u32, u32),
    /// What a service may not expect of it.
    pub(super) odd: Vec<Oddity>,
}

/// Looks into a picture.
///
/// # Errors
/// When it is no picture that can be used, is cut off, or is damaged.
pub(super) fn look_into(bytes: &[u8]) -> Result<Seen, Why> {
    let kind = kind_of(bytes).map_err(Why::Not)?;
    if !is_whole(kind, bytes) {
        return Err(Why::CutOff);
    }
    let sides = imagesize::blob_size(bytes).map_err(|_| Why::NoSides)?;
    let (Ok(width), Ok(height)) = (u32::try_from(sides.width), u32::try_from(sides.height)) else {
        return Err(Why::NoSides);
    };
    let odd = match kind {
        ImageKind::Jpeg => in_jpeg(bytes),
        // One of so many pixels is refused for them, and decoding it could take minutes.
        ImageKind::Png if u64::from(width) * u64::from(height) > MOST_PIXELS => Ok(Vec::new()),
        ImageKind::Png => in_png(bytes),
        ImageKind::Webp => in_webp(bytes),
    };
    Ok(Seen { kind, sides: (width, height), odd: odd? })
}

/// The type that the content shows, or what it is instead.
fn kind_of(bytes: &[u8]) -> Result<ImageKind, Content> {
    match imagesize::image_type(bytes) {
        Ok(ImageType::Jpeg) => Ok(ImageKind::Jpeg),
        Ok(ImageType::Png) => Ok(ImageKind::Png),
        Ok(ImageType::Webp) => Ok(ImageKind::Webp),
        Ok(ImageType::Gif) => Err(Content::Gif),
        // The same container as MP4's: only its brand tells a still picture.
        Ok(ImageType::Heif(_)) => match bytes.get(8..12) {
            Some(b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis") => Err(Content::Heif),
            _ => Err(Content::Video),
        },
        Ok(ImageType::Bmp) => Err(Content::Bmp),
        Ok(ImageType::Tiff) => Err(Content::Tiff),
        Ok(ImageType::Jxl) => Err(Content::JpegXl),
        Ok(ImageType::Psd) => Err(Content::Photoshop),
        Ok(_) => Err(Content::OtherPicture),
        Err(_) => Err(not_a_picture(bytes)),
    }
}

fn not_a_picture(bytes: &[u8]) -> Content {
    let head = &bytes[..bytes.len().min(512)];
    let text = std::str::from_utf8(head).or_else(|e| std::str::from_utf8(&head[..e.valid_up_to()])).unwrap_or_default();
    let start = text.trim_start().to_ascii_lowercase();
    match head {
        _ if head.starts_with(b"%PDF") => Content::Pdf,
        _ if start.contains("<svg") => Content::Svg,
        _ if start.starts_with('<') => Content::WebPage,
        _ if text.len() + 4 > head.len() && !text.contains('\0') => Content::Text,
        _ => Content::Nothing,
    }
}

/// Whether the file's end is there. Decoders take a cut-off JPEG without a word, and the service would be paid for it.
fn is_whole(kind: ImageKind, bytes: &[u8]) -> bool {
    match kind {
        ImageKind::Jpeg => {
            // Looked for behind the start of the picture's data only: a thumbnail in the header has an end of its own.
            // Cameras write more after the end, so it need not be the last thing.
            const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];
            let scan = segments(bytes).last().filter(|segment| segment.marker == START_OF_SCAN);
            scan.is_some_and(|scan| bytes[scan.at..].windows(2).any(|pair| pair == END_OF_IMAGE))
        }
        ImageKind::Png => png_chunks(bytes).any(|chunk| chunk.kind == *b"IEND"),
        ImageKind::Webp => bytes
            .get(4..8)
            .and_then(|length| length.try_into().ok())
            .is_some_and(|length| bytes.len() as u64 >= u64::from(u32::from_le_bytes(length)) + 8),
    }
}

/// One segment of a JPEG's header.
struct Segment<'b> {
    marker: u8,
    /// Where its marker is.
    at: usize,
    /// What is in it; empty where it is cut off or has no length.
    data: &'b [u8],
}

/// A JPEG's segments up to the start of its data, and none behind what is not one.
fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 2;
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended {
            let &[0xFF, marker] = bytes.get(at..at + 2)? else { return None };
            match marker {
                0xFF => at += 1,
                0x01 | 0xD0..=0xD8 => at += 2,
                _ => {
                    let length = bytes.get(at + 2..at + 4)?;
                    let end = at + 2 + usize::from(u16::from_be_bytes([length[0], length[1]]).max(2));
                    let segment = Segment { marker, at, data: bytes.get(at + 4..end).unwrap_or_default() };
                    ended = marker == START_OF_SCAN;
                    at = end;
                    return Some(segment);
                }
            }
        }
        None
    })
}

fn in_jpeg(bytes: &[u8]) -> Result<Vec<Oddity>, Why> {
    let mut odd = Vec::new();
    for segment in segments(bytes) {
        match (segment.marker, segment.data) {
            // The frame: bits of a sample, two sides, number of colours.
            (0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF, &[bits, _, _, _, _, colours, ..]) => {
                if bits > 8 {
                    odd.push(Oddity::Bits(bits));
                }
                if colours == 4 {
                    odd.push(Oddity::Cmyk);
                }
            }
            (0xE1, data) => odd.extend(data.strip_prefix(b"Exif\0\0").and_then(exif::turned)),
            (START_OF_SCAN, data) => match bytes.get(segment.at + 4 + data.len()..) {
                // A zero byte behind it makes it data.
                Some([0xFF, 1..=0xFF, ..] | []) | None => return Err(Why::NoImageData),
                Some(_) => {}
            },
            _ => {}
        }
    }
    Ok(odd)
}

/// One chunk of a PNG or WebP.
struct Chunk<'b> {
    kind: [u8; 4],
    data: &'b [u8],
}

/// A PNG's chunks, as far as they are whole.
fn png_chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut at = 8;
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        let kind = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        let end = at.checked_add(12)?.checked_add(length)?;
        let data = &bytes.get(at..end)?[8..8 + length];
        at = end;
        Some(Chunk { kind, data })
    })
}

/// Decodes every row: only that shows a checksum that is wrong and data that are missing.
fn in_png(bytes: &[u8]) -> Result<Vec<Oddity>, Why> {
    if png_chunks(bytes).all(|chunk| chunk.kind != *b"IDAT" || chunk.data.is_empty()) {
        return Err(Why::NoImageData);
    }
    let mut options = png::DecodeOptions::default();
    options.set_ignore_adler32(false);
    options.set_skip_ancillary_crc_failures(false);
    options.set_ignore_text_chunk(true);
    let mut decoder = png::Decoder::new_with_options(Cursor::new(bytes), options);
    decoder.set_transformations(png::Transformations::IDENTITY);
    let damaged = |_| Why::WrongData;
    let mut reader = decoder.read_info().map_err(damaged)?;
    while reader.next_row().map_err(damaged)?.is_some() {}
    reader.finish().map_err(damaged)?;
    let info = reader.info();
    let bits = info.bit_depth as u8;
    let deep = (bits > 8).then_some(Oddity::Bits(bits));
    let moves = info.animation_control().is_some().then_some(Oddity::Animated);
    let turned = info.exif_metadata.as_deref().and_then(exif::turned);
    Ok([deep, moves, turned].into_iter().flatten().collect())
}

fn webp_chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut at = 12;
    std::iter::from_fn(move || {
        let kind = bytes.get(at..at + 4)?.try_into().ok()?;
        let length = u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        let end = (at + 8).checked_add(length)?;
        let data = bytes.get(at + 8..end)?;
        // A chunk of an odd length has a byte more.
        at = end + length % 2;
        Some(Chunk { kind, data })
    })
}

fn in_webp(bytes: &[u8]) -> Result<Vec<Oddity>, Why> {
    // What each kind of image data has before its first pixel.
    let has_pixels = |chunk: &Chunk<'_>| match &chunk.kind {
        b"VP8 " => chunk.data.len() > 10,
        b"VP8L" => chunk.data.len() > 5,
        b"ANMF" => chunk.data.len() > 24,
        _ => false,
    };
    if !webp_chunks(bytes).any(|chunk| has_pixels(&chunk)) {
        return Err(Why::NoImageData);
    }
    let moves = webp_chunks(bytes).any(|chunk| chunk.kind == *b"ANIM").then_some(Oddity::Animated);
    let turned = webp_chunks(bytes).find(|chunk| chunk.kind == *b"EXIF").and_then(|chunk| exif::turned(chunk.data));
    Ok([moves, turned].into_iter().flatten().collect())
}
