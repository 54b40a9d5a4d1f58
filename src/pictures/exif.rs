//! The one thing of a picture's camera data that counts here: which side of what is stored is up.

/// The number of the entry that says it.
pub const ORIENTATION: u16 = 0x0112;

/// The way it is stored, 1 to 8 as EXIF counts them: 1 as it is seen, 5 to 8 on its side. `None` where it does not say.
#[must_use]
pub fn orientation(exif: &[u8]) -> Option<u8> {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let two = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let long = |at: usize| {
        let four = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) } as usize)
    };
    let first = long(4)?;
    let entries = usize::from(short(first)?);
    let entry = (0..entries).map_while(|n| first.checked_add(2 + 12 * n)).find(|at| short(*at) == Some(ORIENTATION))?;
    u8::try_from(short(entry.checked_add(8)?)?).ok().filter(|way| (1..=8).contains(way))
}
