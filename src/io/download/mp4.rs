//! Whether a file is a whole MP4: its boxes, and the few facts of its header. It decodes nothing.
//!
//! Source: ISO/IEC 14496-12, sections 4.2 (boxes), 8.2.2 (`mvhd`) and 8.3.2 (`tkhd`).

use domain::{
    mp4::{BadBox, box_header, is_mp4},
    reason::transfer::Mp4,
};
use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

/// What the header of a whole MP4 tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The picture's sides in pixels.
    pub sides: Option<(u32, u32)>,
    /// The running time in milliseconds.
    pub length_ms: Option<u64>,
}

/// Why a file cannot be taken for a whole MP4.
#[derive(Debug)]
pub enum Fault {
    /// It is none.
    Not(Mp4),
    /// It could not be read.
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A real file has a handful of boxes on each level; more are the work of chance or malice, and would only take time.
const MAX_BOXES: usize = 1_000;

struct Box4 {
    kind: [u8; 4],
    /// Where its content lies, in bytes from the start of the file.
    content: Range<u64>,
    /// It says no size of its own.
    is_open: bool,
}

/// Walks all boxes of a file: `ftyp` first, `moov` and `mdat` among them, the last one ending where the file ends. One
/// that says of itself that it goes on to the end proves nothing: it is taken only where the file `is_whole` anyway.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check(file: &mut (impl Read + Seek), is_whole: bool) -> Result<Facts, Fault> {
    let end = file.seek(SeekFrom::End(0))?;
    let top = match boxes(file, 0..end) {
        Ok(top) => top,
        Err(Fault::Not(_)) if !begins_as_mp4(file)? => return Err(Fault::Not(Mp4::Start)),
        Err(fault) => return Err(fault),
    };
    if top.first().is_none_or(|first| &first.kind != b"ftyp") {
        return Err(Fault::Not(Mp4::Start));
    }
    if !is_whole && top.last().is_some_and(|last| last.is_open) {
        return Err(Fault::Not(Mp4::CutOff));
    }
    if !top.iter().any(|b| &b.kind == b"mdat") {
        return Err(Fault::Not(Mp4::NoPictures));
    }
    let Some(moov) = top.iter().find(|b| &b.kind == b"moov") else {
        return Err(Fault::Not(Mp4::NoIndex));
    };
    facts(file, moov.content.clone())
}

fn begins_as_mp4(file: &mut (impl Read + Seek)) -> Result<bool, Fault> {
    Ok(is_mp4(&read(file, 0, 8)?))
}

/// So many bytes of the file, or as many as there are.
fn read(file: &mut (impl Read + Seek), at: u64, most: u64) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.by_ref().take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The boxes that fill a stretch of the file exactly.
fn boxes(file: &mut (impl Read + Seek), within: Range<u64>) -> Result<Vec<Box4>, Fault> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end && !is_padding(file, at..within.end)? {
        if found.len() == MAX_BOXES {
            return Err(Fault::Not(Mp4::TooManyBoxes));
        }
        let next = box_at(file, at..within.end)?;
        at = next.content.end;
        found.push(next);
    }
    Ok(found)
}

/// Whether a rest that is too short for a box is nothing but zeros, as some programs leave them.
fn is_padding(file: &mut (impl Read + Seek), rest: Range<u64>) -> Result<bool, Fault> {
    let room = rest.end - rest.start;
    if room >= 8 {
        return Ok(false);
    }
    Ok(read(file, rest.start, room)?.iter().all(|byte| *byte == 0))
}

fn box_at(file: &mut (impl Read + Seek), within: Range<u64>) -> Result<Box4, Fault> {
    let room = within.end - within.start;
    let header = box_header(&read(file, within.start, 16)?, room).map_err(|bad| {
        Fault::Not(match bad {
            BadBox::CutOff => Mp4::CutOff,
            BadBox::TooSmall => Mp4::SmallBox,
        })
    })?;
    if header.size > room {
        return Err(Fault::Not(Mp4::CutOff));
    }
    let content = within.start + header.bytes..within.start + header.size;
    Ok(Box4 { kind: header.kind, content, is_open: header.is_open })
}

fn facts(file: &mut (impl Read + Seek), moov: Range<u64>) -> Result<Facts, Fault> {
    let mut facts = Facts::default();
    for part in boxes(file, moov)? {
        match &part.kind {
            b"mvhd" => facts.length_ms = length_ms(&head_of(file, &part.content)?),
            b"trak" if facts.sides.is_none() => {
                for inner in boxes(file, part.content)? {
                    if &inner.kind == b"tkhd" {
                        facts.sides = sides(&head_of(file, &inner.content)?);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(facts)
}

/// The first bytes of a box's content: as many as the longest of the two headers that are read here.
fn head_of(file: &mut (impl Read + Seek), content: &Range<u64>) -> Result<Vec<u8>, Fault> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(content.start))?;
    file.by_ref().take((content.end - content.start).min(96)).read_to_end(&mut head)?;
    Ok(head)
}

/// `mvhd`: a time scale (units a second) and a duration in those units; version 1 has 64-bit times.
fn length_ms(head: &[u8]) -> Option<u64> {
    let (scale, units) = match head.first()? {
        0 => (number(head, 12)?, u64::from(number(head, 16)?)),
        1 => (number(head, 20)?, u64::from(number(head, 24)?) << 32 | u64::from(number(head, 28)?)),
        _ => return None,
    };
    units.checked_mul(1_000)?.checked_div(u64::from(scale))
}

/// `tkhd`: width and height at its end, as fixed-point numbers with 16 bits before the point. A track of sound has
/// none.
fn sides(head: &[u8]) -> Option<(u32, u32)> {
    let at = match head.first()? {
        0 => 76,
        1 => 88,
        _ => return None,
    };
    let (width, height) = (number(head, at)? >> 16, number(head, at + 4)? >> 16);
    (width > 0 && height > 0).then_some((width, height))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    const CLIP: &[u8] = include_bytes!("../../simulator/clip.mp4");

    fn told(bytes: &[u8]) -> String {
        match check(&mut Cursor::new(bytes), true) {
            Ok(facts) => format!("{facts:?}"),
            Err(Fault::Not(why)) => format!("{why:?}"),
            Err(Fault::Io(error)) => error.to_string(),
        }
    }

    fn a_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], kind, content].concat()
    }

    #[test]
    fn a_real_clip_tells_its_sides_and_length() {
        let facts = check(&mut Cursor::new(CLIP), true).unwrap();
        assert_eq!(facts, Facts { sides: Some((1366, 768)), length_ms: Some(6_000) });
    }

    #[test]
    fn each_fault_has_its_own_words() {
        let ftyp = a_box(b"ftyp", b"isom");
        let whole = [ftyp.clone(), a_box(b"moov", b""), a_box(b"mdat", b"x")].concat();
        assert_eq!(told(&whole), "Facts { sides: None, length_ms: None }");
        assert_eq!(told(b""), "Start");
        assert_eq!(told(b"<html><body>Bad Gateway</body></html>"), "Start");
        assert_eq!(told(&a_box(b"moov", b"")), "Start");
        assert_eq!(told(&CLIP[..CLIP.len() - 1]), "CutOff");
        assert_eq!(told(&[&whole[..], b"tail"].concat()), "CutOff");
        assert_eq!(told(&ftyp), "NoPictures");
        assert_eq!(told(&[ftyp.clone(), a_box(b"mdat", b"x")].concat()), "NoIndex");
        assert_eq!(told(&[ftyp.clone(), vec![0, 0, 0, 3], b"moov".to_vec()].concat()), "SmallBox");
        let crumbs = a_box(b"free", b"").repeat(MAX_BOXES);
        assert_eq!(told(&[ftyp, crumbs].concat()), "TooManyBoxes");
    }

    #[test]
    fn every_shortened_clip_is_refused() {
        for length in (0..CLIP.len()).step_by(997) {
            assert!(check(&mut Cursor::new(&CLIP[..length]), true).is_err(), "{length}");
        }
    }

    #[test]
    fn large_boxes_and_a_last_one_without_a_size_are_walked() {
        let large = [&[0, 0, 0, 1][..], b"mdat", &17u64.to_be_bytes(), b"x"].concat();
        let open = [&[0, 0, 0, 0][..], b"mdat", b"to the end"].concat();
        for (mdat, is_sized) in [(large, true), (open, false)] {
            let file = [a_box(b"ftyp", b""), a_box(b"moov", b""), mdat].concat();
            assert!(check(&mut Cursor::new(&file), true).is_ok());
            // Only one that says its own size proves that nothing of it is missing.
            assert_eq!(check(&mut Cursor::new(&file), false).is_ok(), is_sized);
        }
        // Too little for a box, and nothing in it.
        for (rest, is_whole) in [(&[0; 3][..], true), (&[0; 7], true), (&[0, 0, 1], false), (b"end", false)] {
            assert_eq!(check(&mut Cursor::new([CLIP, rest].concat()), true).is_ok(), is_whole, "{rest:?}");
        }
        let absurd = [&[0, 0, 0, 1][..], b"mdat", &u64::MAX.to_be_bytes()].concat();
        assert_eq!(told(&[a_box(b"ftyp", b""), absurd].concat()), "CutOff");
    }

    proptest! {
        #[test]
        fn a_damaged_clip_never_panics_nor_hangs(damage in prop::collection::vec((0..1200usize, any::<u8>()), 1..24)) {
            let mut bytes = CLIP.to_vec();
            for (at, value) in damage {
                bytes[at] = value;
            }
            let _ = check(&mut Cursor::new(bytes), true);
        }

        #[test]
        fn any_bytes_never_panic_nor_hang(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = check(&mut Cursor::new([a_box(b"ftyp", b""), a_box(b"moov", &bytes), bytes].concat()), true);
        }
    }
}
