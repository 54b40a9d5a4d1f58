//! Where the frames of an MP4 are and when they are shown. It decodes none.
//!
//! Source: ISO/IEC 14496-12, sections 8.3 to 8.7 (`trak` and the sample tables), and ISO/IEC 14496-15, section 5.3
//! (`avcC`).

use domain::{
    mp4::{BadBox, BoxHeader, box_header, is_mp4},
    reason::sight::Unseen,
};
use std::io::{self, Read, Seek, SeekFrom};

/// The largest index that is read: a minute has some 50 kB.
const MOST_INDEX: u64 = 4 << 20;
/// The most frames that are looked at: ten minutes of 30 a second.
const MOST_FRAMES: usize = 18_000;
/// The largest coded frame that is read: the pixels themselves have 6 MB.
const MOST_CODED: u32 = 8 << 20;
/// A real file has a handful of boxes at the top; more would only take time.
const MOST_BOXES: usize = 1_000;

/// One coded frame, in the order of decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// Where it begins in the file.
    pub(super) at: u64,
    /// Its length in bytes.
    pub(super) size: u32,
    /// When it is shown, in milliseconds from the first one that is.
    pub(super) ms: u64,
    /// Decoding can begin with it.
    pub(super) sync: bool,
    /// Its place in the order they are shown.
    pub(super) number: usize,
}

/// All that is needed to decode any frame of an H.264 video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    /// The parameter sets, without start codes.
    pub(super) parameters: Vec<Vec<u8>>,
    /// How many bytes the length before each unit of a frame has.
    pub(super) length_bytes: usize,
    /// The frames in the order of decoding; never empty.
    pub(super) samples: Vec<Sample>,
    /// The place among `samples` of each frame, in the order that frames are shown.
    pub(super) shown: Vec<usize>,
    /// The running time in milliseconds.
    pub(super) length_ms: u64,
}

/// Reads a file's index.
pub(super) fn index(file: &mut (impl Read + Seek)) -> Result<Index, Unseen> {
    let moov = moov(file)?;
    let mut other = None;
    for track in boxes(&moov).filter(|(kind, _)| kind == b"trak").map(|(_, track)| track) {
        match video(track) {
            Ok(Some(index)) => return Ok(index),
            Ok(None) => {}
            Err(why) => other = Some(why),
        }
    }
    Err(other.unwrap_or(Unseen::NoVideo))
}

pub(super) fn unread(error: io::Error) -> Unseen {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Unseen::CutOff,
        _ => Unseen::Unread(error.into()),
    }
}

/// The content of the box that has the index.
fn moov(file: &mut (impl Read + Seek)) -> Result<Vec<u8>, Unseen> {
    let end = file.seek(SeekFrom::End(0)).map_err(unread)?;
    let mut at = 0;
    for n in 0..MOST_BOXES {
        if at + 8 > end {
            break;
        }
        let mut begun = Vec::new();
        file.seek(SeekFrom::Start(at)).map_err(unread)?;
        file.by_ref().take(16).read_to_end(&mut begun).map_err(unread)?;
        if n == 0 && !is_mp4(&begun) {
            return Err(Unseen::NoVideo);
        }
        let BoxHeader { kind, bytes, size, .. } = box_header(&begun, end - at).map_err(|bad| match bad {
            BadBox::CutOff => Unseen::CutOff,
            BadBox::TooSmall => Unseen::NoVideo,
        })?;
        if &kind == b"moov" {
            if size > end - at {
                return Err(Unseen::CutOff);
            }
            if size > MOST_INDEX {
                return Err(Unseen::TooLong);
            }
            let mut moov = vec![0; (size - bytes) as usize];
            file.seek(SeekFrom::Start(at + bytes)).and_then(|_| file.read_exact(&mut moov)).map_err(unread)?;
            return Ok(moov);
        }
        at = at.saturating_add(size);
    }
    // Written last by many, so a file without it has lost its end.
    Err(if at > end || at > 0 { Unseen::CutOff } else { Unseen::NoVideo })
}

/// The boxes in a stretch, as far as they are whole.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let BoxHeader { kind, bytes: header, size, .. } = box_header(bytes, bytes.len() as u64).ok()?;
        let size = usize::try_from(size).ok()?;
        let content = bytes.get(usize::try_from(header).ok()?..size)?;
        bytes = &bytes[size..];
        Some((kind, content))
    })
}

fn inner<'b>(bytes: &'b [u8], path: &[&[u8; 4]]) -> Option<&'b [u8]> {
    path.iter()
        .try_fold(bytes, |bytes, kind| boxes(bytes).find(|(found, _)| found == *kind).map(|(_, content)| content))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

/// The index of a track, where it is a video.
fn video(track: &[u8]) -> Result<Option<Index>, Unseen> {
    let Some(media) = inner(track, &[b"mdia"]) else { return Ok(None) };
    if inner(media, &[b"hdlr"]).and_then(|hdlr| hdlr.get(8..12)) != Some(b"vide") {
        return Ok(None);
    }
    let table = inner(media, &[b"minf", b"stbl"]).ok_or(Unseen::NoVideo)?;
    let (parameters, length_bytes) = coding(inner(table, &[b"stsd"]).ok_or(Unseen::NoVideo)?)?;
    let sizes = sizes(inner(table, &[b"stsz"]).ok_or(Unseen::NoVideo)?)?;
    if sizes.is_empty() {
        return Err(Unseen::Fragmented);
    }
    let places = places(table, &sizes).ok_or(Unseen::NoVideo)?;
    let (times, units) = times(table, sizes.len()).ok_or(Unseen::NoVideo)?;
    let scale = inner(media, &[b"mdhd"]).and_then(|mdhd| long(mdhd, if mdhd.first() == Some(&1) { 20 } else { 12 }));
    let scale = u64::from(scale.filter(|scale| *scale > 0).ok_or(Unseen::NoVideo)?);
    let first = times.iter().min().copied().unwrap_or_default();
    let syncs = inner(table, &[b"stss"]);
    let mut samples: Vec<Sample> = (sizes.iter().zip(places).zip(&times))
        .map(|((size, at), time)| Sample {
            at,
            size: *size,
            ms: time.saturating_sub(first).unsigned_abs().saturating_mul(1_000) / scale,
            // Without the list each is one.
            sync: syncs.is_none(),
            number: 0,
        })
        .collect();
    for n in syncs.into_iter().flat_map(|syncs| syncs.get(8..).unwrap_or_default().chunks_exact(4)) {
        let n = u32::from_be_bytes([n[0], n[1], n[2], n[3]]) as usize;
        if let Some(sample) = n.checked_sub(1).and_then(|n| samples.get_mut(n)) {
            sample.sync = true;
        }
    }
    // Whatever the list says: there is no earlier one to begin with.
    samples[0].sync = true;
    let mut shown: Vec<usize> = (0..samples.len()).collect();
    shown.sort_by_key(|n| samples[*n].ms);
    shown.iter().enumerate().for_each(|(number, n)| samples[*n].number = number);
    Ok(Some(Index { parameters, length_bytes, samples, shown, length_ms: units.saturating_mul(1_000) / scale }))
}

/// `stsd`: the parameter sets and the bytes of a unit's length.
fn coding(stsd: &[u8]) -> Result<(Vec<Vec<u8>>, usize), Unseen> {
    let (kind, entry) = boxes(stsd.get(8..).unwrap_or_default()).next().ok_or(Unseen::NoVideo)?;
    if !matches!(&kind, b"avc1" | b"avc3") {
        return Err(Unseen::Format(kind.iter().map(|byte| char::from(*byte)).filter(char::is_ascii_graphic).collect()));
    }
    // Before the boxes of an entry are 78 bytes of its own.
    let avcc = entry.get(78..).and_then(|rest| inner(rest, &[b"avcC"])).ok_or(Unseen::NoVideo)?;
    parameter_sets(avcc).ok_or(Unseen::NoVideo)
}

fn parameter_sets(avcc: &[u8]) -> Option<(Vec<Vec<u8>>, usize)> {
    let mut sets = Vec::new();
    let mut at = 5;
    // The first number has three more bits before it, the second has not.
    for mask in [0x1F, 0xFF] {
        let n = avcc.get(at)? & mask;
        at += 1;
        for _ in 0..n {
            let length = usize::from(short(avcc, at)?);
            sets.push(avcc.get(at + 2..at + 2 + length)?.to_vec());
            at += 2 + length;
        }
    }
    Some((sets, usize::from(avcc.get(4)? & 3) + 1))
}

/// `stsz`: the length of each frame.
fn sizes(stsz: &[u8]) -> Result<Vec<u32>, Unseen> {
    let (one, n) = long(stsz, 4).zip(long(stsz, 8)).ok_or(Unseen::NoVideo)?;
    let n = n as usize;
    if n > MOST_FRAMES {
        return Err(Unseen::TooLong);
    }
    let sizes: Option<Vec<u32>> = match one {
        0 => (0..n).map(|at| long(stsz, 12 + 4 * at)).collect(),
        size => Some(vec![size; n]),
    };
    let sizes = sizes.ok_or(Unseen::NoVideo)?;
    if sizes.iter().any(|size| *size > MOST_CODED) { Err(Unseen::NoVideo) } else { Ok(sizes) }
}

/// Where each frame begins: `stco` or `co64` say it of chunks, `stsc` how many frames a chunk has.
fn places(table: &[u8], sizes: &[u32]) -> Option<Vec<u64>> {
    let runs = inner(table, &[b"stsc"])?;
    let run = |n: usize| Some((long(runs, 8 + 12 * n)?, long(runs, 12 + 12 * n)?));
    let (narrow, wide) = (inner(table, &[b"stco"]), inner(table, &[b"co64"]));
    let chunk = |n: usize| match (narrow, wide) {
        (Some(narrow), _) => long(narrow, 8 + 4 * n).map(u64::from),
        (_, Some(wide)) => Some(u64::from(long(wide, 8 + 8 * n)?) << 32 | u64::from(long(wide, 12 + 8 * n)?)),
        _ => None,
    };
    let mut places = Vec::with_capacity(sizes.len());
    let (mut number, mut of) = (0, 0);
    while places.len() < sizes.len() {
        // Chunks are counted from 1 in the runs.
        if run(of + 1).is_some_and(|(first, _)| first as usize == number + 1) {
            of += 1;
        }
        let (_, frames) = run(of)?;
        let mut at = chunk(number)?;
        for _ in 0..frames {
            let Some(size) = sizes.get(places.len()) else { break };
            places.push(at);
            at = at.checked_add(u64::from(*size))?;
        }
        number += 1;
    }
    Some(places)
}

/// When each frame is shown and how long all are, in the track's units: `stts` has the steps of decoding, `ctts` how
/// much later each is shown.
fn times(table: &[u8], n: usize) -> Option<(Vec<i64>, u64)> {
    let steps = inner(table, &[b"stts"])?;
    let mut times = Vec::with_capacity(n);
    let mut now = 0_i64;
    for run in steps.get(8..)?.chunks_exact(8) {
        let (count, step) = (long(run, 0)? as usize, i64::from(long(run, 4)?));
        for _ in 0..count.min(n - times.len()) {
            times.push(now);
            now += step;
        }
    }
    times.resize(n, now);
    let later = inner(table, &[b"ctts"]).and_then(|ctts| ctts.get(8..)).unwrap_or_default();
    let mut at = 0;
    for run in later.chunks_exact(8) {
        let (count, by) = (long(run, 0)? as usize, long(run, 4)?.cast_signed());
        let end = at + count.min(n - at);
        times[at..end].iter_mut().for_each(|time| *time += i64::from(by));
        at = end;
    }
    Some((times, now.unsigned_abs()))
}
