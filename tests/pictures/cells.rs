use super::{B_FRAMES, error, picture};
use pictures::{
    Picture, blocks,
    blocks::{Cells, USUAL},
    colours::{Depth, Ink, distance, few},
    layout::{fit, sheet},
    protocol::Once,
    slices::Slices,
    video::Video,
};
use proptest::prelude::*;
use std::io::Cursor;

/// What is seen of cells, two pixels each.
fn seen(cells: &Cells) -> Picture {
    let mut rgb = Vec::new();
    for row in cells.each_row() {
        for upper in [true, false] {
            for cell in row {
                let ink = match cell.sign {
                    '▀' => upper,
                    '▄' => !upper,
                    sign => {
                        assert_eq!(sign, ' ');
                        false
                    }
                };
                rgb.extend(if ink { cell.ink.rgb() } else { cell.ground.rgb() });
            }
        }
    }
    Picture::new(usize::from(cells.columns), usize::from(cells.rows()) * 2, rgb).unwrap()
}

#[test]
fn what_is_drawn_in_cells_is_the_picture() {
    let moment = Video::open(Cursor::new(B_FRAMES), (160, 90)).unwrap().frame(20, &mut || true).unwrap().picture;
    for picture in [picture(), moment] {
        for size in [(32, 9), (60, 17)] {
            let small = picture.scaled(usize::from(size.0), usize::from(size.1) * 2);
            let drawn = |depth, thrift| blocks::draw(&picture, size, depth, thrift);
            let off = |depth, thrift| error(&seen(&drawn(depth, thrift)), &small);
            assert_eq!(seen(&drawn(Depth::True, 0)), small);
            assert!(off(Depth::Colours256, 0) < 20.0, "{}", off(Depth::Colours256, 0));
            assert!(off(Depth::Colours256, USUAL) < 24.0, "{}", off(Depth::Colours256, USUAL));
            assert!(off(Depth::True, USUAL) < 10.0, "{}", off(Depth::True, USUAL));
            assert!(off(Depth::Sixteen, 0) < 75.0, "{}", off(Depth::Sixteen, 0));
            let bytes = |depth, thrift| drawn(depth, thrift).bytes().iter().sum::<usize>();
            assert!(bytes(Depth::Colours256, USUAL) < bytes(Depth::Colours256, 0));
            assert!(bytes(Depth::Colours256, USUAL) < usize::from(size.0) * usize::from(size.1) * 14);
        }
    }
}

#[test]
fn without_colours_light_and_dark_are_told_by_signs() {
    let half = |n: u8| [n; 3].repeat(2);
    let shades = Picture::new(4, 2, [half(0), half(255), half(0), half(255)].concat()).unwrap();
    let cells = blocks::draw(&shades, (4, 1), Depth::None, USUAL);
    let signs: String = cells.cells.iter().map(|cell| cell.sign).collect();
    assert_eq!(signs, "  @@");
    assert!(cells.cells.iter().all(|cell| (cell.ink, cell.ground) == (Ink::Plain, Ink::Plain)));
}

#[test]
fn each_of_the_256_colours_is_the_nearest_to_itself() {
    for n in 16..=255 {
        let rgb = Ink::Number(n).rgb();
        assert_eq!(distance(Ink::nearest(rgb, Depth::Colours256).rgb(), rgb), 0, "{n}");
    }
    for n in 0..16 {
        assert_eq!(Ink::nearest(Ink::Number(n).rgb(), Depth::Sixteen), Ink::Number(n));
    }
}

#[test]
fn few_colours_come_near_to_all() {
    let whole = picture();
    let mut before = f64::MAX;
    for n in [2, 16, 64, 256] {
        let few = few(&whole, n);
        assert!(few.palette.len() <= n);
        let rgb = few.pixels.iter().flat_map(|pixel| few.palette[usize::from(*pixel)]).collect();
        let off = error(&Picture::new(few.width, 90, rgb).unwrap(), &whole);
        assert!(off < before, "{n}: {off}");
        before = off;
    }
    assert!(before < 9.0, "{before}");
    let one = Picture::new(9, 9, vec![7; 243]).unwrap();
    assert_eq!(pictures::colours::few(&one, 64).palette, [[7; 3]]);
}

#[test]
fn a_picture_keeps_its_shape_in_cells() {
    for (sides, area, cell, cells) in [
        ((1280, 720), (60, 40), (8, 16), (60, 17)),
        ((1280, 720), (32, 40), (8, 16), (32, 9)),
        ((1280, 720), (99, 9), (8, 16), (32, 9)),
        ((720, 1280), (60, 20), (8, 16), (23, 20)),
        ((1000, 1000), (60, 20), (10, 20), (40, 20)),
        ((9000, 1), (60, 20), (8, 16), (60, 1)),
        ((1, 9000), (60, 20), (8, 16), (1, 20)),
        ((0, 0), (0, 0), (0, 0), (1, 1)),
    ] {
        assert_eq!(fit(sides, area, cell), cells, "{sides:?} {area:?}");
    }
}

#[test]
fn six_frames_stand_where_they_are_largest() {
    let at = |area| {
        sheet(6, (1280, 720), area, (8, 16)).map(|tiles| {
            let last = tiles[5];
            (tiles.len(), tiles[0].columns, tiles[0].rows, last.x, last.y)
        })
    };
    assert_eq!(at((80, 22)), Some((6, 26, 7, 54, 8)));
    // Two across.
    assert_eq!(at((120, 40)), Some((6, 43, 12, 44, 26)));
    assert_eq!(at((40, 40)), Some((6, 19, 5, 20, 12)));
    assert_eq!(at((200, 8)), Some((6, 25, 7, 130, 0)));
    assert_eq!([at((7, 40)), at((80, 3)), at((0, 0))], [None, None, None]);
    assert_eq!(sheet(0, (16, 9), (80, 22), (8, 16)), None);
}

#[test]
fn a_slice_has_whole_pieces_and_at_least_one() {
    let sending = Once { pieces: [5, 5, 5, 50, 5].map(|n| vec![b'x'; n]).to_vec(), undo: b"undo".to_vec() };
    let whole = Slices::new(sending.clone());
    assert_eq!(whole.bytes(), 70);
    assert!(whole.dropped().is_empty());
    let mut slices = Slices::new(sending);
    let mut sizes = Vec::new();
    while let Some(slice) = slices.next(12) {
        sizes.push(slice.len());
        let undo = slices.clone().dropped();
        assert_eq!(undo.is_empty(), slices.bytes() == 0);
    }
    assert_eq!(sizes, [10, 5, 50, 5]);
}

proptest! {
    #[test]
    fn any_picture_is_drawn_in_any_cells(
        width in 1..20usize, height in 1..20usize, columns in 0..9u16, rows in 0..9u16, seed: u64, thrift in 0..200u32,
    ) {
        let rgb = (0..width * height * 3).map(|n| (seed.rotate_left(n as u32 * 7 % 64) >> 3) as u8).collect();
        let picture = Picture::new(width, height, rgb).unwrap();
        for depth in [Depth::None, Depth::Sixteen, Depth::Colours256, Depth::True] {
            let cells = blocks::draw(&picture, (columns, rows), depth, thrift);
            prop_assert_eq!((cells.columns, cells.rows()), (columns.max(1), rows.max(1)));
            prop_assert_eq!(cells.bytes().len(), usize::from(rows.max(1)));
        }
    }
}
