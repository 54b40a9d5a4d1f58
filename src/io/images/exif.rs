//! The one thing of a picture's camera data that counts here: which side of what is stored is up.

use crate::domain::request::Oddity;

const ORIENTATION: u16 = 0x0112;

/// How a picture with these camera data is stored, where that is not as it is seen.
pub(super) fn turned(exif: &[u8]) -> Option<Oddity> {
    orientation(exif).filter(|way| *way != 1).map(Oddity::Turned)
}

/// The way it is stored, 1 to 8 as EXIF counts them: 1 as it is seen, 5 to 8 on its side. `None` where it does not say.
pub(crate) fn orientation(exif: &[u8]) -> Option<u8> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Camera data that say nothing but that.
    pub(crate) fn exif(way: u16, little: bool) -> Vec<u8> {
        let two = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let four = |n: u32| if little { n.to_le_bytes() } else { n.to_be_bytes() };
        let head = if little { *b"II*\0" } else { *b"MM\0*" };
        let entry = [&two(ORIENTATION)[..], &two(3), &four(1), &two(way), &[0, 0]].concat();
        let other = [&two(0x0110)[..], &two(3), &four(1), &two(7), &[0, 0]].concat();
        [&head[..], &four(8), &two(2), &other, &entry, &four(0)].concat()
    }

    #[test]
    fn the_way_a_picture_is_stored_is_read_in_both_orders_of_bytes() {
        for little in [true, false] {
            assert_eq!(orientation(&exif(6, little)), Some(6));
            assert_eq!(orientation(&[b"Exif\0\0".to_vec(), exif(8, little)].concat()), Some(8));
            assert_eq!((turned(&exif(1, little)), turned(&exif(3, little))), (None, Some(Oddity::Turned(3))));
            for wrong in [0, 9, 300] {
                assert_eq!(orientation(&exif(wrong, little)), None);
            }
        }
    }

    proptest! {
        #[test]
        fn any_camera_data_can_be_read(mut bytes in prop::collection::vec(any::<u8>(), 0..60), little: bool) {
            let _ = orientation(&bytes);
            bytes.splice(0..0, if little { *b"II*\0" } else { *b"MM\0*" });
            let _ = orientation(&bytes);
        }
    }
}
