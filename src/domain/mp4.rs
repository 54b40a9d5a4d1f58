//! The header of an MP4's box.
//!
//! Source: ISO/IEC 14496-12, section 4.2.

/// What a box says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoxHeader {
    /// Its four letters.
    pub kind: [u8; 4],
    /// How many bytes the header takes, which the content follows.
    pub bytes: u64,
    /// How many bytes the box takes with its header; at least as many as that, and perhaps more than there are.
    pub size: u64,
    /// It says no size of its own: it goes on to the end.
    pub is_open: bool,
}

/// What is wrong with a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadBox {
    /// There are too few bytes for its header.
    CutOff,
    /// It says that it is smaller than its header.
    TooSmall,
}

/// Whether that is how an MP4 begins.
#[must_use]
pub fn is_mp4(begun: &[u8]) -> bool {
    begun.get(4..8) == Some(b"ftyp")
}

/// Reads the header of a box from the 16 bytes that it begins with, or as many as there are. `room` is what is left
/// of what the box is in.
///
/// # Errors
/// It has no header, or one that cannot be.
pub fn box_header(begun: &[u8], room: u64) -> Result<BoxHeader, BadBox> {
    let begun = &begun[..begun.len().min(usize::try_from(room).unwrap_or(usize::MAX))];
    let Some(([a, b, c, d, kind @ ..], rest)) = begun.split_first_chunk::<8>() else { return Err(BadBox::CutOff) };
    let short = u32::from_be_bytes([*a, *b, *c, *d]);
    let (bytes, size) = match short {
        0 => (8, room),
        1 => (16, u64::from_be_bytes(*rest.first_chunk().ok_or(BadBox::CutOff)?)),
        size => (8, u64::from(size)),
    };
    if size < bytes {
        return Err(BadBox::TooSmall);
    }
    Ok(BoxHeader { kind: *kind, bytes, size, is_open: short == 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_box_says_its_size_in_four_bytes_in_eight_or_not_at_all() {
        let of = |bytes, size, is_open| Ok(BoxHeader { kind: *b"moov", bytes, size, is_open });
        let large = b"\0\0\0\x01moov\0\0\0\x01\0\0\0\0";
        for (begun, room, header) in [
            (&b"\0\0\0\x09moov!"[..], 9, of(8, 9, false)),
            (b"\0\0\0\x0amoov!", 9, of(8, 10, false)),
            (b"\0\0\0\0moov!", 9, of(8, 9, true)),
            (large, 16, of(16, 1 << 32, false)),
            (large, 15, Err(BadBox::CutOff)),
            (b"\0\0\0\x09moo", 7, Err(BadBox::CutOff)),
            (b"\0\0\0\x07moov", 8, Err(BadBox::TooSmall)),
            (b"\0\0\0\x01moov\0\0\0\0\0\0\0\x0f", 16, Err(BadBox::TooSmall)),
        ] {
            assert_eq!(box_header(begun, room), header, "{begun:?} in {room}");
        }
    }

    proptest! {
        #[test]
        fn reading_a_header_never_panics_and_a_box_holds_its_header(begun: [u8; 16], len in 0_usize..=16, room: u64) {
            if let Ok(header) = box_header(&begun[..len], room) {
                prop_assert!(header.bytes <= header.size && header.bytes <= len as u64);
            }
        }
    }
}
