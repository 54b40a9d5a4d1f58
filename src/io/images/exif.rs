//! The one thing of a picture's camera data that counts here: which side of what is stored is up.

use domain::request::Oddity;
use pictures::exif::orientation;

/// How a picture with these camera data is stored, where that is not as it is seen.
pub(super) fn turned(exif: &[u8]) -> Option<Oddity> {
    orientation(exif).filter(|way| *way != 1).map(Oddity::Turned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
pub(crate) mod tests {
    use super::*;
    use pictures::exif::ORIENTATION;
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
