use super::{error, picture};
use base64::{Engine, prelude::BASE64_STANDARD};
use pictures::{
    Picture,
    protocol::{Once, Order, Part, Place, Way, iterm2, kitty, sixel},
    still,
};

const PLACE: Place = Place { x: 3, y: 4, columns: 32, rows: 9 };

/// What stands between two marks of a piece.
fn between<'p>(piece: &'p [u8], from: &str, to: &str) -> &'p str {
    let piece = std::str::from_utf8(piece).unwrap();
    let rest = piece.split_once(from).unwrap_or_else(|| panic!("{from:?} in {piece:?}")).1;
    rest.split_once(to).unwrap().0
}

/// A picture put together from its pieces: each is written at a cell, the cursor put back behind it. `cell` is a cell's
/// pixels, `decoded` what is seen of a piece without that.
fn together(parts: &[Part], cell: (usize, usize), decoded: impl Fn(&[u8]) -> Picture) -> Picture {
    let (width, height) = (usize::from(PLACE.columns) * cell.0, usize::from(PLACE.rows) * cell.1);
    let mut pixels = vec![None; width * height];
    for part in parts {
        let (row, rest) =
            std::str::from_utf8(&part.bytes).unwrap().strip_prefix("\x1b7\x1b[").unwrap().split_once(';').unwrap();
        let (column, rest) = rest.split_once('H').unwrap();
        let x = (column.parse::<usize>().unwrap() - 1 - usize::from(PLACE.x)) * cell.0;
        let y = (row.parse::<usize>().unwrap() - 1 - usize::from(PLACE.y)) * cell.1;
        let there = (usize::from(part.place.columns) * cell.0, usize::from(part.place.rows) * cell.1);
        let part = decoded(rest.strip_suffix("\x1b8").unwrap().as_bytes());
        assert_eq!((part.width(), part.height()), there);
        for row in 0..part.height() {
            for column in 0..part.width() {
                let pixel = &mut pixels[(y + row) * width + x + column];
                assert_eq!(pixel.replace(part.at(column, row)), None, "written twice");
            }
        }
    }
    Picture::new(width, height, pixels.into_iter().flat_map(|pixel| pixel.expect("each is written")).collect()).unwrap()
}

#[test]
fn kitty_gets_a_png_in_chunks_that_decodes_to_the_picture() {
    for (colours, most) in [(2, 80.0), (4, 60.0), (16, 35.0), (64, 20.0), (256, 14.0)] {
        let sending = kitty::send(&picture(), 7, (32, 9), (999, 45), colours);
        let last = sending.pieces.len() - 1;
        let mut png = String::new();
        for (n, piece) in sending.pieces.iter().enumerate() {
            let head = between(piece, "\x1b_G", ";");
            let more = u8::from(n < last);
            match n {
                0 => assert_eq!(head, format!("a=T,U=1,f=100,i=7,c=32,r=9,q=2,m={more}")),
                _ => assert_eq!(head, format!("q=2,m={more}")),
            }
            let data = between(piece, ";", "\x1b\\");
            assert!(n == last || data.len().is_multiple_of(4));
            png += data;
        }
        let decoded = still::decode(&BASE64_STANDARD.decode(png).unwrap(), 1 << 20).unwrap().picture;
        let off = error(&decoded, &picture().scaled(80, 45));
        assert!(off < most, "{colours}: {off}");
    }
    let undo = kitty::send(&picture(), 7, (32, 9), (80, 45), 64).undo;
    assert_eq!(undo, b"\x1b_Gq=2,m=0;\x1b\\\x1b_Ga=d,d=I,i=7,q=2;\x1b\\");
}

#[test]
fn the_cells_of_a_kitty_picture_say_their_row_once() {
    assert_eq!(kitty::placeholder(0, 0), "\u{10eeee}\u{305}\u{305}");
    assert_eq!(kitty::placeholder(0, 2), "\u{10eeee}\u{30e}\u{305}");
    // What is seen of a row that something covers at its left begins with its column.
    assert_eq!(kitty::placeholder(3, 2), "\u{10eeee}\u{30e}\u{310}");
}

#[test]
fn tmux_hands_through_what_is_wrapped() {
    let plain = kitty::send(&picture(), 7, (32, 9), (80, 45), 16);
    for (wrapped, plain) in plain.clone().through_tmux().pieces.iter().zip(&plain.pieces) {
        let inner = wrapped.strip_prefix(b"\x1bPtmux;").unwrap().strip_suffix(b"\x1b\\").unwrap();
        let text = std::str::from_utf8(inner).unwrap();
        assert_eq!(text.matches('\x1b').count(), 2 * text.matches("\x1b\x1b").count());
        assert_eq!(text.replace("\x1b\x1b", "\x1b").as_bytes(), plain);
    }
    assert_eq!(Once::default().through_tmux(), Once::default());
}

#[test]
fn iterm2_gets_jpegs_that_decode_to_the_picture() {
    for (most, pieces) in [(99_999, 1..=1), (2_000, 5..=20), (0, 288..=288)] {
        let sending = iterm2::send(&picture(), PLACE, (160, 90), 90, most);
        assert!(pieces.contains(&sending.len()), "{most}: {}", sending.len());
        let seen = together(&sending, (5, 10), |piece| {
            let about = between(piece, "\x1b]1337;File=", ":");
            let jpeg = BASE64_STANDARD.decode(between(piece, ":", "\x07")).unwrap();
            let part = still::decode(&jpeg, 1 << 20).unwrap().picture;
            let (columns, rows) = (part.width() / 5, part.height() / 10);
            let size = jpeg.len();
            let shape = format!("width={columns};height={rows};preserveAspectRatio=0;doNotMoveCursor=1");
            assert_eq!(about, format!("inline=1;size={size};{shape}"));
            part
        });
        let off = error(&seen, &picture());
        assert!(off < 10.0, "{most}: {off}");
        assert!(most != 2_000 || sending.iter().all(|part| part.bytes.len() <= most));
    }
}

#[test]
fn sixel_gets_images_that_decode_to_the_picture() {
    // 10 pixels a row of cells: bands of six do not end with a piece.
    for (most, colours, bound) in [(99_999, 256, 13.0), (2_000, 32, 15.0), (0, 16, 13.0)] {
        let sending = sixel::send(&picture(), PLACE, (5, 10), 1, colours, most);
        let off = error(&together(&sending, (5, 10), decoded), &picture());
        assert!(off < bound, "{most}: {off}");
        assert!(most != 2_000 || sending.iter().all(|part| part.bytes.len() <= most));
    }
}

#[test]
fn a_coarser_sixel_is_as_large_and_takes_fewer_bytes() {
    let sent = |grain| sixel::send(&picture(), PLACE, (5, 10), grain, 32, 99_999);
    let bytes = |parts: &[Part]| parts.iter().map(|part| part.bytes.len()).sum::<usize>();
    for grain in [2, 3, 4] {
        let (fine, coarse) = (sent(1), sent(grain));
        assert!(bytes(&coarse) * 4 < bytes(&fine) * 3, "{grain}: {} {}", bytes(&coarse), bytes(&fine));
        let off = error(&together(&coarse, (5, 10), decoded), &picture());
        assert!(off < 35.0, "{grain}: {off}");
    }
}

#[test]
fn a_picture_takes_no_more_bytes_than_it_may() {
    let place = Place { x: 0, y: 0, columns: 32, rows: 9 };
    let ways = [Way::Kitty { number: 7, tmux: false }, Way::Iterm2, Way::Sixel { cell: (8, 16) }];
    for way in ways {
        let mut before = usize::MAX;
        for bytes in [40_000, 10_000, 5_000] {
            let order = Order { way, place, bytes, piece: 1_500 };
            let sent = order.carried_out(&picture()).bytes();
            assert!(sent <= bytes && sent <= before, "{way:?} {bytes}: {sent}");
            before = sent;
        }
    }
}

/// Draws a sixel image as a terminal does. Each pixel must be set.
fn decoded(image: &[u8]) -> Picture {
    let body = between(image, "\x1bP0;1;0q\"1;1;", "\x1b\\").as_bytes();
    let mut at = 0;
    let number = |at: &mut usize| {
        let mut n = 0;
        while let Some(digit) = body.get(*at).filter(|byte| byte.is_ascii_digit()) {
            n = n * 10 + usize::from(digit - b'0');
            *at += 1;
        }
        n
    };
    let numbers = |at: &mut usize| {
        let mut all = vec![number(at)];
        while body.get(*at) == Some(&b';') {
            *at += 1;
            all.push(number(at));
        }
        all
    };
    let sides = numbers(&mut at);
    let (width, height) = (sides[0], sides[1]);
    let mut pixels = vec![None; width * height];
    let mut palette = std::collections::HashMap::new();
    let (mut x, mut top, mut colour) = (0, 0, 0);
    while let Some(byte) = body.get(at) {
        at += 1;
        match byte {
            b'#' => {
                let said = numbers(&mut at);
                colour = said[0];
                if let [_, 2, r, g, b] = said[..] {
                    palette.insert(colour, [r, g, b].map(|c| (c * 255 / 100) as u8));
                }
            }
            b'$' => x = 0,
            b'-' => (x, top) = (0, top + 6),
            b'!' | b'?'..=b'~' => {
                let run = if *byte == b'!' { number(&mut at) } else { 1 };
                let sign = if *byte == b'!' { body[at] } else { *byte };
                at += usize::from(*byte == b'!');
                for _ in 0..run {
                    for bit in (0..6).filter(|bit| (sign - b'?') >> bit & 1 == 1) {
                        pixels[(top + bit) * width + x] = Some(palette[&colour]);
                    }
                    x += 1;
                }
            }
            other => panic!("{other} in a sixel image"),
        }
    }
    Picture::new(width, height, pixels.into_iter().flat_map(|pixel| pixel.expect("each pixel is set")).collect())
        .unwrap()
}
