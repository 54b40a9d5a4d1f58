use super::{B_FRAMES, BASELINE, error};
use domain::reason::sight::Unseen;
use pictures::{
    Frame,
    layout::{moments, shared_moments},
    still,
    video::Video,
};
use proptest::prelude::*;
use std::io::Cursor;

fn open(bytes: &[u8]) -> Result<Video<Cursor<&[u8]>>, Unseen> {
    Video::open(Cursor::new(bytes), (160, 90))
}

fn frame(bytes: &[u8], number: usize) -> Result<Frame, Unseen> {
    open(bytes)?.frame(number, &mut || true)
}

#[test]
fn the_frames_of_a_video_are_those_another_decoder_gives() {
    // Made by ffmpeg from the same file.
    let theirs = still::decode(include_bytes!("../fixtures/pictures/baseline-7.png"), 1 << 20).unwrap().picture;
    let same = frame(BASELINE, 7).unwrap();
    assert_eq!((same.number, same.ms), (7, 700));
    let off = error(&same.picture, &theirs);
    assert!(off < 2.0, "{off}");
    let off = error(&frame(BASELINE, 8).unwrap().picture, &theirs);
    assert!(off > 4.0, "another frame would pass too: {off}");
}

#[test]
fn a_video_says_how_many_frames_it_has_how_long_it_is_and_what_is_seen_when() {
    for (bytes, frames, length, step) in [(B_FRAMES, 24, 2_000, 1_000.0 / 12.0), (BASELINE, 20, 2_000, 100.0)] {
        let video = open(bytes).unwrap();
        assert_eq!((video.frames(), video.length_ms()), (frames, length));
        let at = |n: usize| (n as f64 * step) as u64;
        for n in 0..frames {
            assert_eq!((video.number_at(at(n) + 1), video.number_at(at(n) + step as u64 - 1)), (n, n));
        }
        assert_eq!((video.number_at(0), video.number_at(99_999)), (0, frames - 1));
    }
}

#[test]
fn a_frame_is_the_same_from_wherever_one_comes_to_it() {
    for bytes in [B_FRAMES, BASELINE] {
        let mut steps = open(bytes).unwrap();
        let last = steps.frames() - 1;
        let forward: Vec<Frame> = (0..=last).map(|n| steps.frame(n, &mut || true).unwrap()).collect();
        let mut times: Vec<u64> = forward.iter().map(|frame| frame.ms).collect();
        times.dedup();
        assert_eq!(times.len(), forward.len());
        assert!(times.is_sorted());
        for n in (0..=last).rev() {
            assert_eq!(steps.frame(n, &mut || true).as_ref(), Ok(&forward[n]));
        }
        for n in [7, 2, 19, 0, 999] {
            assert_eq!(frame(bytes, n).as_ref(), Ok(&forward[n.min(last)]), "{n}");
        }
        let sheet = open(bytes).unwrap().at_moments(&moments(2_000, 6), &mut || true).unwrap();
        let expected = [167, 500, 833, 1_167, 1_500, 1_833].map(|ms| &forward[steps.number_at(ms)]);
        assert_eq!(sheet.iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn the_next_frame_costs_one_and_a_step_back_none() {
    let mut video = open(B_FRAMES).unwrap();
    let mut decoded = 0;
    let mut asked = |video: &mut Video<_>, n| {
        let before = decoded;
        video
            .frame(n, &mut || {
                decoded += 1;
                true
            })
            .unwrap();
        decoded - before
    };
    assert_eq!(asked(&mut video, 0), 1);
    assert!(asked(&mut video, 12) > 8);
    // One shown next may have been decoded before, or after another that it is made from.
    for n in 13..18 {
        assert!(asked(&mut video, n) <= 3, "{n}");
    }
    for n in (6..17).rev() {
        assert_eq!(asked(&mut video, n), 0, "{n}");
    }
}

#[test]
fn a_video_that_is_not_shown_says_why() {
    let fixture = |name: &str| std::fs::read(format!("tests/fixtures/pictures/{name}")).unwrap();
    assert_eq!(frame(&fixture("fragmented.mp4"), 0).unwrap_err(), Unseen::Fragmented);
    assert_eq!(frame(&fixture("hevc.mp4"), 0).unwrap_err(), Unseen::Format("hvc1".into()));
    assert!(matches!(frame(&fixture("full-chroma.mp4"), 0), Err(Unseen::Kind(_))));
    assert_eq!(frame(&fixture("still.jpg"), 0).unwrap_err(), Unseen::NoVideo);
    assert_eq!(frame(b"", 0).unwrap_err(), Unseen::NoVideo);
    // Its index comes first, so the frames that are there can be seen.
    let cut = &B_FRAMES[..B_FRAMES.len() / 2];
    assert!(frame(cut, 0).is_ok());
    assert_eq!(frame(cut, 23).unwrap_err(), Unseen::CutOff);
    assert_eq!(frame(&BASELINE[..BASELINE.len() - 9], 0).unwrap_err(), Unseen::CutOff);
    let mut left = 5;
    let mut go_on = || {
        left -= 1;
        left > 0
    };
    assert_eq!(open(B_FRAMES).unwrap().frame(23, &mut go_on).unwrap_err(), Unseen::TooSlow);
}

#[test]
fn two_videos_are_compared_at_the_same_moments() {
    assert_eq!(shared_moments((6_000, 10_000), 3), [1_000, 3_000, 5_000]);
    assert_eq!(moments(0, 2), [0, 0]);
    assert!(moments(9, 0).is_empty());
}

/// Where the sides are said in the parameter set of `BASELINE`, a set that says 16384x4096 and 16 references is put.
#[test]
fn a_video_that_asks_for_more_memory_than_a_video_needs_is_refused() {
    let mut bytes = B_FRAMES.to_vec();
    let avcc = bytes.windows(4).position(|kind| kind == b"avcC").unwrap() + 4;
    let length = usize::from(u16::from_be_bytes([bytes[avcc + 6], bytes[avcc + 7]]));
    // High profile, level 6.2, then ue(v): id 0, chroma 1, depth 0 0, no bypass, no matrix, frame_num 0, poc 2, refs
    // 16, no gaps, 300 across, 300 down, frames only, direct, no crop, no usability.
    let mut bits = String::from("1" /* id */);
    for n in [1_u32, 0, 0] {
        bits += &ue(n);
    }
    bits += "00";
    for n in [0_u32, 2, 16] {
        bits += &ue(n);
    }
    bits += "0";
    bits += &ue(299);
    bits += &ue(99);
    bits += "11001";
    while bits.len() % 8 > 0 {
        bits += "0";
    }
    let mut set = vec![0x67, 100, 0, 62];
    set.extend(bits.as_bytes().chunks(8).map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap()));
    assert!(set.len() <= length, "{} {length}", set.len());
    set.resize(length, 0);
    bytes[avcc + 8..avcc + 8 + length].copy_from_slice(&set);
    assert_eq!(frame(&bytes, 0).unwrap_err(), Unseen::TooLarge { width: 4_800, height: 1_600 });
}

/// A number as H.264 writes it (Exp-Golomb).
fn ue(n: u32) -> String {
    let bits = format!("{:b}", n + 1);
    format!("{}{bits}", "0".repeat(bits.len() - 1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_damaged_or_cut_video_costs_an_error_at_most(
        baseline: bool,
        keep in 0.2..1.5f64,
        damage in prop::collection::vec((0.0..1.0f64, any::<u8>()), 1..16),
        number in 0..24usize,
    ) {
        let bytes = super::damaged(if baseline { BASELINE } else { B_FRAMES }, keep, &damage);
        let mut left = 60;
        let mut go_on = || { left -= 1; left > 0 };
        if let Ok(mut video) = open(&bytes) {
            let _ = video.frame(number, &mut go_on);
            let _ = video.at_moments(&moments(video.length_ms(), 3), &mut go_on);
        }
    }

    #[test]
    fn a_damaged_index_costs_an_error_at_most(damage in prop::collection::vec((0..1400usize, any::<u8>()), 1..8)) {
        // The index of this one comes first.
        let mut bytes = B_FRAMES.to_vec();
        damage.iter().for_each(|(at, byte)| bytes[*at] = *byte);
        let mut left = 40;
        let _ = frame_while(&bytes, 5, &mut || { left -= 1; left > 0 });
    }
}

fn frame_while(bytes: &[u8], number: usize, go_on: &mut dyn FnMut() -> bool) -> Result<Frame, Unseen> {
    open(bytes)?.frame(number, go_on)
}
