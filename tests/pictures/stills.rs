use super::{STILLS, error, picture};
use domain::reason::sight::Unseen;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use pictures::{Frame, Picture, cache, cache::Kind, still};
use proptest::prelude::*;

#[test]
fn the_same_picture_is_seen_however_it_is_coded() {
    let small = picture().scaled(80, 45);
    for (name, bytes) in STILLS {
        let decoded = still::decode(bytes, 160 * 90).unwrap().picture;
        let off = error(&decoded.scaled(80, 45), &small);
        assert!(off < 12.0, "{name}: {off}");
    }
}

#[test]
fn more_pixels_than_wanted_are_refused_before_they_are_decoded() {
    for (name, bytes) in STILLS {
        assert!(matches!(still::decode(bytes, 80 * 45 - 1), Err(Unseen::TooLarge { .. })), "{name}");
    }
    assert_eq!(still::decode(b"GIF89a\x10\0\x10\0\0\0\0", 99), Err(Unseen::NoPicture));
    assert_eq!(still::decode(b"", 99), Err(Unseen::NoPicture));
}

#[test]
fn a_jpeg_that_the_decoder_takes_for_another_is_refused() {
    let picture = picture();
    let coded = |sampling, apart| {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, 90);
        encoder.set_sampling_factor(sampling);
        encoder.set_optimized_huffman_tables(apart);
        encoder.encode(picture.rgb(), 160, 90, ColorType::Rgb).unwrap();
        still::decode(&out, 1 << 20)
    };
    for (sampling, apart) in
        [(SamplingFactor::F_1_1, true), (SamplingFactor::F_2_1, true), (SamplingFactor::F_2_2, false)]
    {
        let off = error(&coded(sampling, apart).unwrap().picture, &picture);
        assert!(off < 8.0, "{off}");
    }
    assert_eq!(coded(SamplingFactor::F_2_2, true), Err(Unseen::SeparateScans));
}

#[test]
fn a_picture_on_its_side_is_seen_upright() {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 95);
    // Stored on its left side: turned to the right it is seen.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    encoder.add_exif_metadata(exif).unwrap();
    let side = picture().turned(8);
    encoder.encode(side.rgb(), 90, 160, ColorType::Rgb).unwrap();
    let off = error(&still::decode(&out, 1 << 20).unwrap().upright(), &picture());
    assert!(off < 8.0, "{off}");
}

#[test]
fn a_picture_keeps_its_shape_within_other_sides_and_is_not_enlarged() {
    let sides = |width, height| {
        let within = picture().within(width, height);
        (within.width(), within.height())
    };
    assert_eq!([sides(80, 80), sides(999, 45), sides(999, 999), sides(0, 0)], [(80, 45), (80, 45), (160, 90), (1, 1)]);
    assert_eq!(Picture::new(2, 2, vec![0; 11]), None);
    assert_eq!(Picture::new(0, 2, Vec::new()), None);
    assert_eq!(Picture::new(usize::MAX, 2, Vec::new()), None);
}

#[test]
fn kept_frames_come_back_as_they_were_and_a_damaged_file_is_refused() {
    let frames = [(0, 0), (11, 917)].map(|(number, ms)| Frame { number, ms, picture: picture() });
    let file = cache::encode(&frames);
    let back = cache::decode(&file).unwrap();
    for (back, frame) in back.iter().zip(&frames) {
        assert_eq!((back.number, back.ms), (frame.number, frame.ms));
        let off = error(&back.picture, &frame.picture);
        assert!(off < 10.0, "{off}");
    }
    assert_eq!(back.len(), 2);
    assert_eq!(cache::decode(&file[..file.len() - 1]), Err(Unseen::CutOff));
    assert_eq!(cache::decode(b"else"), Err(Unseen::NoPicture));
}

#[test]
fn a_file_of_frames_is_named_after_its_video_and_what_it_holds() {
    let sum = "0f".repeat(32);
    let name = |kind| cache::name(&sum, kind, (320, 180)).unwrap();
    assert_eq!(name(Kind::Poster), format!("{sum}-poster-320x180"));
    assert_eq!(name(Kind::Sheet(6)), format!("{sum}-sheet6-320x180"));
    assert_eq!(cache::name("../../x", Kind::Poster, (1, 1)), None);
    assert_eq!(cache::name(&"0F".repeat(32), Kind::Poster, (1, 1)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_or_cut_picture_costs_an_error_at_most(
        which in 0..4usize,
        keep in 0.0..1.2f64,
        damage in prop::collection::vec((0.0..1.0f64, any::<u8>()), 0..12),
    ) {
        let bytes = super::damaged(STILLS[which].1, keep, &damage);
        if let Ok(stored) = still::decode(&bytes, 1 << 16) {
            prop_assert!(stored.picture.width() * stored.picture.height() <= 1 << 16);
        }
    }

    #[test]
    fn a_damaged_file_of_frames_costs_an_error_at_most(
        keep in 0.0..1.2f64,
        damage in prop::collection::vec((0.0..1.0f64, any::<u8>()), 1..12),
    ) {
        let frames = [Frame { number: 1, ms: 2, picture: picture().scaled(32, 18) }];
        let _ = cache::decode(&super::damaged(&cache::encode(&frames), keep, &damage));
    }
}
