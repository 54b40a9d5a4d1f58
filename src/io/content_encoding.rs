//! Bodies that come coded though nobody asked: gzip and deflate (RFC 9110, 8.4.1), decoded as they arrive and within
//! bounds.
//!
//! What arrived decides, its label only helps: programs in between decode a body and leave the label, or code one
//! without it. Nothing the service sends begins as gzip does, and neither JSON, a page nor an MP4 begins as deflate
//! can.

use domain::mp4::is_mp4;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use std::{
    io::{self, Write},
    mem,
};

/// How many bytes tell what a body is: an MP4 shows itself in its fifth to eighth.
pub(crate) const ENOUGH: usize = 8;

/// Why a coded body cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is coded in a way that is not known here; the label.
    NotKnown(String),
    /// The coded bytes contradict themselves.
    Damaged,
    /// It holds more than there is room for.
    TooLarge,
}

/// What a body's label says.
enum Label {
    None,
    Gzip,
    Deflate,
    Other(String),
}

/// Takes a body as it arrives and gives it decoded.
pub(crate) struct Decoder {
    label: Label,
    stage: Stage,
}

enum Stage {
    /// Too little has come to tell.
    Begins(Vec<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    Zlib(Box<ZlibDecoder<Vec<u8>>>),
    Deflate(Box<DeflateDecoder<Vec<u8>>>),
}

impl Decoder {
    /// A decoder for the body under these headers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let labels = headers.get_all(CONTENT_ENCODING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let all = labels.collect::<Vec<_>>().join(",").to_ascii_lowercase();
        let mut codings = all.split(',').map(str::trim).filter(|coding| !matches!(*coding, "" | "identity"));
        let label = match (codings.next(), codings.next()) {
            (None, _) => Label::None,
            (Some("gzip" | "x-gzip"), None) => Label::Gzip,
            (Some("deflate"), None) => Label::Deflate,
            // More than one on top of the other is nothing that any server does.
            (Some(_), _) => Label::Other(all),
        };
        Self { label, stage: Stage::Begins(Vec::new()) }
    }

    /// One for a body that is known to be as it should.
    pub(crate) const fn plain() -> Self {
        Self { label: Label::None, stage: Stage::Plain }
    }

    /// Whether the bytes come out as they came in; `None` while too little has come to tell.
    pub(crate) const fn is_plain(&self) -> Option<bool> {
        match self.stage {
            Stage::Begins(_) => None,
            Stage::Plain => Some(true),
            Stage::Gzip(_) | Stage::Zlib(_) | Stage::Deflate(_) => Some(false),
        }
    }

    /// Appends to `out` what `bytes` decode to, until `out` holds `most` bytes; what goes beyond is a
    /// [`Fault::TooLarge`].
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>, most: usize) -> Result<(), Fault> {
        let Stage::Begins(begun) = &mut self.stage else { return self.stage.decode(bytes, out, most) };
        begun.extend_from_slice(bytes);
        if begun.len() < ENOUGH { Ok(()) } else { self.begin(out, most) }
    }

    /// The body has ended: appends what is still to come.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>, most: usize) -> Result<(), Fault> {
        if matches!(self.stage, Stage::Begins(_)) {
            self.begin(out, most)?;
        }
        self.stage.finish(out, most)
    }

    fn begin(&mut self, out: &mut Vec<u8>, most: usize) -> Result<(), Fault> {
        let Stage::Begins(begun) = mem::replace(&mut self.stage, Stage::Plain) else { return Ok(()) };
        self.stage = match &self.label {
            _ if begun.starts_with(b"\x1f\x8b") => Stage::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            Label::None | Label::Gzip => Stage::Plain,
            _ if shows_itself(&begun) => Stage::Plain,
            Label::Deflate if is_zlib(&begun) => Stage::Zlib(Box::new(ZlibDecoder::new(Vec::new()))),
            Label::Deflate => Stage::Deflate(Box::new(DeflateDecoder::new(Vec::new()))),
            Label::Other(label) => return Err(Fault::NotKnown(label.clone())),
        };
        self.stage.decode(&begun, out, most)
    }
}

impl Stage {
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>, most: usize) -> Result<(), Fault> {
        match self {
            Self::Begins(_) => Ok(()),
            Self::Plain => {
                let fits = bytes.len().min(most.saturating_sub(out.len()));
                out.extend_from_slice(&bytes[..fits]);
                if fits == bytes.len() { Ok(()) } else { Err(Fault::TooLarge) }
            }
            Self::Gzip(decoder) => all(decoder.as_mut(), bytes, out, most, |d| d.get_mut()),
            Self::Zlib(decoder) => all(decoder.as_mut(), bytes, out, most, |d| d.get_mut()),
            Self::Deflate(decoder) => all(decoder.as_mut(), bytes, out, most, |d| d.get_mut()),
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>, most: usize) -> Result<(), Fault> {
        let (ended, rest) = match self {
            Self::Begins(_) | Self::Plain => return Ok(()),
            Self::Gzip(decoder) => (decoder.try_finish(), decoder.get_mut()),
            Self::Zlib(decoder) => (decoder.try_finish(), decoder.get_mut()),
            Self::Deflate(decoder) => (decoder.try_finish(), decoder.get_mut()),
        };
        take(rest, out, most)?;
        ended.map_err(|_| Fault::Damaged)
    }
}

/// Feeds a decoder step by step: each write of it gives at most its own buffer of some 32 KiB, so that a bomb is
/// noticed before it has gone off.
fn all<D: Write>(
    decoder: &mut D,
    mut bytes: &[u8],
    out: &mut Vec<u8>,
    most: usize,
    inside: impl Fn(&mut D) -> &mut Vec<u8>,
) -> Result<(), Fault> {
    while !bytes.is_empty() {
        match decoder.write(bytes) {
            // The coded stream has ended; what follows it belongs to nothing.
            Ok(0) => break,
            Ok(n) => bytes = &bytes[n..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => {
                // What came before the damage is evidence.
                decoder.flush().ok();
                take(inside(decoder), out, most)?;
                return Err(Fault::Damaged);
            }
        }
        take(inside(decoder), out, most)?;
    }
    decoder.flush().map_err(|_| Fault::Damaged)?;
    take(inside(decoder), out, most)
}

/// Moves what has been decoded, as far as there is room.
fn take(from: &mut Vec<u8>, out: &mut Vec<u8>, most: usize) -> Result<(), Fault> {
    let room = most.saturating_sub(out.len());
    let fits = from.len() <= room;
    from.truncate(room);
    out.append(from);
    if fits { Ok(()) } else { Err(Fault::TooLarge) }
}

/// Whether the headers say that the body is coded.
pub(crate) fn is_labelled(headers: &HeaderMap) -> bool {
    !matches!(Decoder::of(headers).label, Label::None)
}

/// Whether a body begins as JSON, a page or an MP4 does, so that it is not coded whatever its label says.
fn shows_itself(begun: &[u8]) -> bool {
    let text = begun.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begun).trim_ascii_start();
    matches!(text.first(), Some(b'{' | b'<')) || is_mp4(begun)
}

/// Whether deflate came in the wrapping that it should have (RFC 1950, 2.2); some servers send it bare.
fn is_zlib(begun: &[u8]) -> bool {
    matches!(begun, [cmf, flg, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)) % 31 == 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(crate) mod tests {
    use super::*;
    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    /// The head of an answer: a line for each header. What cannot be one never comes as far as here.
    pub(crate) fn headers(head: &[u8]) -> HeaderMap {
        let header = |line: &[u8]| {
            let at = line.iter().position(|byte| *byte == b':')?;
            let value = HeaderValue::from_bytes(line.get(at + 1..)?.trim_ascii()).ok()?;
            Some((HeaderName::from_bytes(&line[..at]).ok()?, value))
        };
        head.split(|byte| *byte == b'\n').filter_map(header).collect()
    }

    const JSON: &[u8] = br#"{"task_id":"106916112212032","base_resp":{"status_code":0,"status_msg":"success"}}"#;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut coder = GzEncoder::new(Vec::new(), Compression::default());
        coder.write_all(bytes).unwrap();
        coder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut coder = ZlibEncoder::new(Vec::new(), Compression::default());
        coder.write_all(bytes).unwrap();
        coder.finish().unwrap()
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut coder = DeflateEncoder::new(Vec::new(), Compression::default());
        coder.write_all(bytes).unwrap();
        coder.finish().unwrap()
    }

    /// The whole body, arriving in pieces of that size.
    fn decoded(label: &str, body: &[u8], piece: usize, most: usize) -> Result<Vec<u8>, Fault> {
        let mut headers = HeaderMap::new();
        if !label.is_empty() {
            headers.insert(CONTENT_ENCODING, label.parse().unwrap());
        }
        let (mut decoder, mut out) = (Decoder::of(&headers), Vec::new());
        for bytes in body.chunks(piece) {
            decoder.push(bytes, &mut out, most)?;
        }
        decoder.finish(&mut out, most)?;
        Ok(out)
    }

    #[test]
    fn what_arrived_decides_whatever_the_label_says() {
        let mp4 = [&b"\0\0\0\x18ftypmp42"[..], &[7; 500]].concat();
        for text in [JSON, b"<html>", b"", b"{}", &mp4] {
            for (label, body) in [
                ("", text.to_vec()),
                ("identity", text.to_vec()),
                ("gzip", gzip(text)),
                ("X-GZIP", gzip(text)),
                ("identity, gzip", gzip(text)),
                ("", gzip(text)),
                ("br", gzip(text)),
                ("gzip", text.to_vec()),
                ("deflate", zlib(text)),
                ("deflate", deflate(text)),
                ("gzip", [gzip(&text[..text.len() / 2]), gzip(&text[text.len() / 2..])].concat()),
            ] {
                for piece in [1, 3, 8, 10_000] {
                    assert_eq!(decoded(label, &body, piece, 10_000).as_deref(), Ok(text), "{label} {piece}");
                }
            }
        }
        for label in ["deflate", "br", "zstd", "gzip, deflate"] {
            assert_eq!(decoded(label, JSON, 5, 10_000).as_deref(), Ok(JSON), "{label}");
            assert_eq!(decoded(label, &mp4, 5, 10_000).as_deref(), Ok(&mp4[..]), "{label}");
        }
    }

    #[test]
    fn a_bomb_is_an_error_and_fills_no_more_than_its_room() {
        let zeros = vec![0; 30_000_000];
        for (label, body) in [("gzip", gzip(&zeros)), ("deflate", zlib(&zeros)), ("deflate", deflate(&zeros))] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, label.parse().unwrap());
            let (mut decoder, mut out) = (Decoder::of(&headers), Vec::new());
            assert_eq!(decoder.push(&body, &mut out, 64 * 1024), Err(Fault::TooLarge), "{label}");
            assert_eq!(out.len(), 64 * 1024);
            assert!(out.capacity() < 1_000_000, "{}", out.capacity());
        }
        assert_eq!(decoded("", &zeros, 1_000, 5_000), Err(Fault::TooLarge));
    }

    #[test]
    fn what_cannot_be_decoded_is_said_to_be_so() {
        let whole = gzip(JSON);
        let mut changed = whole.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(decoded("gzip", &changed, 9, 10_000), Err(Fault::Damaged));
        assert_eq!(decoded("gzip", &whole[..whole.len() - 12], 9, 10_000), Err(Fault::Damaged));
        assert_eq!(decoded("deflate", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, 10_000), Err(Fault::Damaged));
        assert_eq!(decoded("BR", b"\x0b\x02\x80abcdefg", 9, 10_000), Err(Fault::NotKnown("br".into())));
    }

    proptest! {
        #[test]
        fn any_bytes_under_any_label_end_within_bounds(
            label in "(|gzip|deflate|br)",
            body in prop::collection::vec(any::<u8>(), 0..300),
            piece in 1_usize..50,
        ) {
            if let Ok(out) = decoded(&label, &body, piece, 1_000) {
                prop_assert!(out.len() <= 1_000);
            }
            let back = decoded(&label, &gzip(&body), piece, 1_000);
            prop_assert_eq!(back, Ok(body));
        }
    }
}
