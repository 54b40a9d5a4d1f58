//! Bytes of a file of prompts as text: UTF-8, UTF-16 as Excel's "Unicode text" writes it, or GB18030 (GBK, GB2312) as a
//! Chinese Excel writes CSV.

use domain::{batch_file::Coding, reason::system::System};
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

/// The text, and how it was written.
///
/// # Errors
/// It is none of these.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, Coding), System> {
    let body = |mark: usize| bytes.get(mark..).unwrap_or_default();
    let utf16 = match bytes {
        [0xff, 0xfe, ..] => Some((UTF_16LE, body(2))),
        [0xfe, 0xff, ..] => Some((UTF_16BE, body(2))),
        bytes => zeros(bytes).map(|coding| (coding, bytes)),
    };
    if let Some((coding, body)) = utf16 {
        let text = coding.decode_without_bom_handling_and_without_replacement(body).ok_or(System::NoText)?;
        return Ok((text.into_owned(), Coding::Utf16));
    }
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf");
    let utf8 = std::str::from_utf8(marked.unwrap_or(bytes)).ok();
    match utf8 {
        Some(text) if marked.is_some() || !mixes_scripts(text) => return Ok((text.to_owned(), Coding::Utf8)),
        Some(_) | None => {}
    }
    match (GB18030.decode_without_bom_handling_and_without_replacement(bytes), utf8) {
        (Some(text), _) if !text.chars().any(is_odd) => Ok((text.into_owned(), Coding::Gb18030)),
        (_, Some(text)) => Ok((text.to_owned(), Coding::Utf8)),
        // A letter of Latin-1 before a blank, control characters: no text whose coding could be told.
        (_, None) => Err(System::NoText),
    }
}

/// What no text has: control characters, and places that no character has.
fn is_odd(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\r' | '\n') || matches!(c, '\u{e000}'..='\u{f8ff}')
}

/// Whether most words of letters beyond ASCII mix scripts that nobody mixes in a word: some of the commonest Chinese in
/// GB18030 is, by chance, good UTF-8 of two bytes a letter, but a jumble of Cyrillic, Hebrew and Latin.
fn mixes_scripts(text: &str) -> bool {
    let script = |c: char| match u32::from(c) {
        0x80..=0x24f | 0x300..=0x36f => 0,
        0x370..=0x3ff => 1,
        0x400..=0x52f => 2,
        0x530..=0x58f => 3,
        0x590..=0x5ff => 4,
        0x600..=0x6ff => 5,
        0x700..=0x7ff => 6,
        // Three bytes and more: no chance, so no jumble.
        _ => 7,
    };
    let words = text.split(|c: char| c.is_ascii()).filter(|word| word.chars().count() > 1);
    let (mut mixed, mut pure) = (0_usize, 0_usize);
    for word in words {
        let mut scripts = word.chars().map(script);
        let first = scripts.next();
        let other = scripts.any(|script| Some(script) != first);
        *(if other && !word.chars().any(|c| script(c) == 7) { &mut mixed } else { &mut pure }) += 1;
    }
    mixed > pure
}

/// UTF-16 without a mark: of its ASCII letters every other byte is zero, always on the same side.
fn zeros(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let count = |side: usize| bytes.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    match (bytes.len() % 2, count(0), count(1)) {
        (0, 0, 1..) => Some(UTF_16LE),
        (0, 1.., 0) => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_each_of_its_codings_and_what_is_none_is_refused() {
        let wide = |text: &str, order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let text = "prompt\n雨夜的街，a cat\n";
        for (bytes, coding) in [
            (text.as_bytes().to_vec(), Coding::Utf8),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Coding::Utf8),
            (wide(&format!("\u{feff}{text}"), u16::to_le_bytes), Coding::Utf16),
            (wide(&format!("\u{feff}{text}"), u16::to_be_bytes), Coding::Utf16),
            (wide(text, u16::to_le_bytes), Coding::Utf16),
            (wide(text, u16::to_be_bytes), Coding::Utf16),
            (GB18030.encode(text).0.into_owned(), Coding::Gb18030),
        ] {
            assert_eq!(decode(&bytes), Ok((text.to_owned(), coding)), "{bytes:?}");
        }
        for bytes in [&b"caf\xe9 au lait"[..], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff", b"\xff\xfe\x00"] {
            assert_eq!(decode(bytes), Err(System::NoText), "{bytes:?}");
        }
        // Good UTF-8 by chance; and what only looks a little like it.
        assert_eq!(decode(b"\xd2\xbb\xd6\xbb\xc3\xa8"), Ok(("一只猫".to_owned(), Coding::Gb18030)));
        for text in ["un café à Paris", "привет, café", "Ελλάδα", "naïve — “quoted”", "שָׁלוֹם", "éà"]
        {
            assert_eq!(decode(text.as_bytes()), Ok((text.to_owned(), Coding::Utf8)));
        }
        assert_eq!(decode(b""), Ok((String::new(), Coding::Utf8)));
    }
}
