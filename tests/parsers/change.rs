//! What is kept of each kind of input, and how it is changed. The floors' own tests of what is not public use it too.

use proptest::{prelude::*, sample::Index};
use std::{fs, path::Path};

/// Inputs that a reader knows, and pieces that mean something to it.
pub(crate) struct Corpus {
    inputs: Vec<Vec<u8>>,
    pieces: Vec<Vec<u8>>,
}

/// Pieces that trouble readers of anything: signs, ends of numbers and of texts.
const PIECES: [&[u8]; 30] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"|",
    b",",
    b":",
    b"<",
    b"\n",
    b"\r\n",
    b"\t",
    b"\0",
    b"\x1b",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551616",
    b"-9223372036854775808",
    b"0.1",
    b"null",
    b"\\u0000",
    b"\\ud800",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x80\x00\x00\x00",
    b"\x00\x00\x00\x01",
    b"\xef\xbb\xbf",
    "猫\u{202e}".as_bytes(),
];

fn files(dir: &str, fits: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    // A floor's folder lies below the one that has them.
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|above| above.join(dir));
    let dir = above.find(|dir| dir.exists()).unwrap();
    let mut paths: Vec<_> = fs::read_dir(&dir).unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| fits(path.extension().unwrap_or_default().to_str().unwrap()));
    assert!(!paths.is_empty(), "nothing in {dir:?}");
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

impl Corpus {
    fn new(inputs: Vec<Vec<u8>>) -> Self {
        let mut pieces: Vec<Vec<u8>> = PIECES.iter().map(|piece| piece.to_vec()).collect();
        // Words of the inputs themselves are the best dictionary.
        for input in &inputs {
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let words = input.split(|byte| !is_word(byte)).filter(|word| (3..=24).contains(&word.len()));
            pieces.extend(words.take(200).map(<[u8]>::to_vec));
        }
        pieces.sort();
        pieces.dedup();
        Self { inputs, pieces }
    }

    /// All files of that kind.
    pub(crate) fn of(kind: &str) -> Self {
        Self::new(files(&format!("tests/fixtures/outside/{kind}"), |_| true))
    }

    /// Each line of them.
    pub(crate) fn lines(kind: &str) -> Self {
        let files = files(&format!("tests/fixtures/outside/{kind}"), |_| true);
        Self::new(files.iter().flat_map(|file| file.split(|byte| *byte == b'\n')).map(<[u8]>::to_vec).collect())
    }

    pub(crate) fn pictures() -> Self {
        Self::new(files("tests/fixtures/pictures", |kind| matches!(kind, "png" | "jpg" | "webp")))
    }

    pub(crate) fn videos() -> Self {
        Self::new(files("tests/fixtures/pictures", |kind| kind == "mp4"))
    }

    pub(crate) fn catalogues() -> Self {
        Self::new(files("src/words/lang/zh_CN", |kind| kind == "po"))
    }
}

/// One change. Where is told by an index into what there is by then.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Set(Index, u8),
    Remove(Index, usize),
    /// Makes a piece stand there, before what is there or in its place.
    Put(Index, Vec<u8>, bool),
    Repeat(Index, usize, usize),
    Move(Index, Index, usize),
    Cut(Index),
}

impl Change {
    fn make(&self, bytes: &mut Vec<u8>) {
        let at = |index: &Index, bytes: &[u8]| index.index(bytes.len() + 1);
        let end = |from: usize, length: usize, bytes: &[u8]| (from + length).min(bytes.len());
        match self {
            Self::Flip(index, bit) => {
                let at = at(index, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            Self::Set(index, to) => {
                let at = at(index, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *to;
                }
            }
            Self::Remove(index, length) => {
                let from = at(index, bytes);
                bytes.drain(from..end(from, *length, bytes));
            }
            Self::Put(index, piece, instead) => {
                let from = at(index, bytes);
                let to = if *instead { end(from, piece.len(), bytes) } else { from };
                bytes.splice(from..to, piece.iter().copied());
            }
            Self::Repeat(index, length, times) => {
                let from = at(index, bytes);
                let piece = bytes[from..end(from, *length, bytes)].repeat(*times);
                bytes.splice(from..from, piece);
            }
            Self::Move(index, to, length) => {
                let from = at(index, bytes);
                let piece: Vec<u8> = bytes.drain(from..end(from, *length, bytes)).collect();
                let to = at(to, bytes);
                bytes.splice(to..to, piece);
            }
            Self::Cut(index) => bytes.truncate(at(index, bytes)),
        }
    }
}

/// An input of the corpus with some changes; now and then none, or nothing of it.
pub(crate) fn bytes(corpus: &Corpus) -> impl Strategy<Value = Vec<u8>> + use<> {
    let piece = prop::sample::select(corpus.pieces.clone());
    let change = prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, to)| Change::Set(at, to)),
        (any::<Index>(), 1_usize..40).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<Index>(), piece.clone(), any::<bool>()).prop_map(|(at, piece, instead)| Change::Put(at, piece, instead)),
        (any::<Index>(), piece, any::<bool>()).prop_map(|(at, piece, instead)| Change::Put(at, piece, instead)),
        (any::<Index>(), 1_usize..20, 1_usize..60).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        (any::<Index>(), any::<Index>(), 1_usize..40).prop_map(|(at, to, length)| Change::Move(at, to, length)),
        any::<Index>().prop_map(Change::Cut),
    ];
    let known = prop::sample::select(corpus.inputs.clone());
    let changed = (known, prop::collection::vec(change, 0..8)).prop_map(|(mut bytes, changes)| {
        changes.iter().for_each(|change| change.make(&mut bytes));
        bytes
    });
    prop_oneof![20 => changed, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}
