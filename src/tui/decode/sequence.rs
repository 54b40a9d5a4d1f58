//! One key, mouse event or answer from the bytes that make it (ECMA-48, and xterm's control sequences).

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// Longer sequences than this are no key's.
const MOST: usize = 64;

/// xterm's largest number for modifiers; a larger one belongs to an answer.
const MODIFIERS: u32 = 16;

/// What bytes make that began together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// More must come.
    Partial,
    /// Something whole; nothing where we have no use for it.
    Event(Option<Event>),
    /// The mark of a paste's beginning.
    Paste,
    /// The beginning of a string that the terminal answers with.
    Answer,
    /// The last byte does not belong to the others: they are that key, or nothing, and it starts over.
    Broken { key: Option<Event> },
}

/// A key event.
pub(super) fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

/// Whether bytes are, whole, what follows the ESC of a sequence.
pub(super) fn is_tail(bytes: &[u8]) -> bool {
    let whole = |end: usize| matches!(read(&[b"\x1b", &bytes[..end]].concat()), Read::Event(_) | Read::Paste);
    match bytes {
        // A paste's text follows its mark; of anything else it must be the end.
        [b'[', ..] if bytes.starts_with(b"[200~") => true,
        [b'[' | b'O', _, ..] => whole(bytes.len()) && (2..bytes.len()).all(|end| !whole(end)),
        _ => false,
    }
}

/// What a piece is that is one key and nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alone {
    /// One that makes text.
    Character,
    /// Any other, or the mark of a paste's beginning.
    Command,
}

/// What bytes are that came by themselves; `None` where they are not exactly one key.
pub(super) fn alone(bytes: &[u8]) -> Option<Alone> {
    if bytes == b"\x1b" {
        // The key Esc, or what a torn line brings of a mark.
        return Some(Alone::Character);
    }
    if (1..bytes.len().min(MOST)).any(|end| read(&bytes[..end]) != Read::Partial) {
        return None;
    }
    match read(bytes) {
        Read::Paste => Some(Alone::Command),
        Read::Event(Some(Event::Key(KeyEvent { code, modifiers, .. }))) => {
            let text = matches!(code, KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab) && modifiers.is_empty();
            Some(if text { Alone::Character } else { Alone::Command })
        }
        Read::Partial | Read::Event(_) | Read::Answer | Read::Broken { .. } => None,
    }
}

/// Reads bytes of which all but the last one were partial.
pub(super) fn read(bytes: &[u8]) -> Read {
    match bytes {
        [0x1b] => Read::Partial,
        // Two of them: the first one was meant, the second may begin something.
        [0x1b, 0x1b] => Read::Broken { key: Some(key(KeyCode::Esc, KeyModifiers::NONE)) },
        [0x1b, b'[', rest @ ..] => csi(rest),
        [0x1b, b'O'] => Read::Partial,
        [0x1b, b'O', last] => match last {
            0x1b => Read::Broken { key: None },
            last => Read::Event(letter(*last, KeyModifiers::NONE)),
        },
        [0x1b, b']' | b'P' | b'X' | b'^' | b'_'] => Read::Partial,
        [0x1b, b']' | b'P' | b'X' | b'^' | b'_', last] => match last {
            0x1b => Read::Partial,
            _ => Read::Answer,
        },
        [0x1b, b']' | b'P' | b'X' | b'^' | b'_', 0x1b, last] => match last {
            b'\\' => Read::Event(None),
            _ => Read::Broken { key: None },
        },
        [0x1b, rest @ ..] => match character(rest) {
            Read::Event(Some(Event::Key(plain))) => {
                Read::Event(Some(key(plain.code, plain.modifiers | KeyModifiers::ALT)))
            }
            other => other,
        },
        bytes => character(bytes),
    }
}

/// A character or a control byte.
fn character(bytes: &[u8]) -> Read {
    let control = |c: char| Read::Event(Some(key(KeyCode::Char(c), KeyModifiers::CONTROL)));
    let plain = |code| Read::Event(Some(key(code, KeyModifiers::NONE)));
    match bytes {
        [b'\r'] => plain(KeyCode::Enter),
        [b'\t'] => plain(KeyCode::Tab),
        [0x7f] => plain(KeyCode::Backspace),
        [0x00] => control(' '),
        [c @ 0x01..=0x1a] => control(char::from(c - 1 + b'a')),
        [c @ 0x1c..=0x1f] => control(char::from(c | 0x40)),
        [c] if c.is_ascii() => plain(KeyCode::Char(char::from(*c))),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => text.chars().next().map_or(Read::Event(None), |c| plain(KeyCode::Char(c))),
            Err(error) if error.error_len().is_none() => Read::Partial,
            Err(_) if bytes.len() > 1 => Read::Broken { key: None },
            Err(_) => Read::Event(None),
        },
    }
}

/// A control sequence, as far as it has come.
fn csi(rest: &[u8]) -> Read {
    match rest {
        [] => return Read::Partial,
        // The Linux console's F1 to F5.
        [b'['] => return Read::Partial,
        [b'[', n @ b'A'..=b'E'] => return Read::Event(Some(key(KeyCode::F(n - b'A' + 1), KeyModifiers::NONE))),
        // The oldest form of a mouse event: three bytes follow.
        [b'M', place @ ..] => return if place.len() < 3 { Read::Partial } else { Read::Event(None) },
        _ => {}
    }
    let Some((last, parameters)) = rest.split_last() else { return Read::Partial };
    match last {
        0x20..=0x3f if rest.len() < MOST => Read::Partial,
        0x40..=0x7e => whole(parameters, *last),
        _ => Read::Broken { key: None },
    }
}

fn whole(parameters: &[u8], last: u8) -> Read {
    let text = std::str::from_utf8(parameters).unwrap_or_default();
    if let Some(place) = text.strip_prefix('<') {
        return Read::Event(mouse(place, last));
    }
    // What the terminal was asked begins with a sign of its own (`?`, `>`): an answer, no key.
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b';' | b':')) {
        return Read::Event(None);
    }
    // Sub-parameters after a colon (alternate keys, press and release) are not asked for and not used.
    let numbers: Vec<u32> =
        text.split(';').map(|part| part.split(':').next().and_then(|n| n.parse().ok()).unwrap_or(1)).collect();
    let first = numbers.first().copied().unwrap_or(1);
    let modifiers = modifiers(numbers.get(1).copied().unwrap_or(1));
    match last {
        b'~' if first == 200 => Read::Paste,
        b'~' if first == 27 => Read::Event(numbers.get(2).and_then(|code| unicode(*code, modifiers))),
        b'~' => Read::Event(numbered(first, modifiers)),
        b'u' if !text.is_empty() => Read::Event(unicode(first, modifiers)),
        // With other numbers these are answers, such as the cursor's place (`CSI 12;40 R`).
        b'A'..=b'Z' if first == 1 && numbers.len() <= 2 && numbers.get(1).is_none_or(|n| *n <= MODIFIERS) => {
            Read::Event(letter(last, modifiers))
        }
        _ => Read::Event(None),
    }
}

/// The modifiers of xterm's number for them: one more than a sum of bits.
fn modifiers(number: u32) -> KeyModifiers {
    of_bits(number.saturating_sub(1))
}

/// The modifiers of the three lowest bits.
fn of_bits(bits: u32) -> KeyModifiers {
    let all = [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL)];
    let held = all.into_iter().filter(|(bit, _)| bits & bit != 0);
    held.fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier)
}

fn letter(last: u8, modifiers: KeyModifiers) -> Option<Event> {
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'R' => KeyCode::F(3),
        b'S' => KeyCode::F(4),
        // The keypad in application mode.
        b'M' => KeyCode::Enter,
        b'Z' => KeyCode::BackTab,
        b'I' => return Some(Event::FocusGained),
        b'O' => return Some(Event::FocusLost),
        _ => return None,
    };
    Some(key(code, modifiers))
}

fn numbered(n: u32, modifiers: KeyModifiers) -> Option<Event> {
    let f = |from: u32| u8::try_from(n - from).map(KeyCode::F).ok();
    let code = match n {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => f(10)?,
        17..=21 => f(11)?,
        23 | 24 => f(12)?,
        _ => return None,
    };
    Some(key(code, modifiers))
}

/// A key told by its character's number (`CSI u`; tmux and xterm send it where told to).
fn unicode(code: u32, modifiers: KeyModifiers) -> Option<Event> {
    let code = match code {
        9 if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        code => KeyCode::Char(char::from_u32(code).filter(|c| !c.is_control())?),
    };
    Some(key(code, modifiers))
}

/// A mouse event in its SGR form (mode 1006): buttons, column and row from 1 on.
fn mouse(place: &str, last: u8) -> Option<Event> {
    let numbers: Vec<u16> = place.split(';').filter_map(|n| n.parse().ok()).collect();
    let [buttons, x, y] = numbers[..] else { return None };
    let button = match buttons & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (buttons & 0b1110_0000, buttons & 3, last) {
        (64, 0, _) => MouseEventKind::ScrollUp,
        (64, 1, _) => MouseEventKind::ScrollDown,
        (64, 2, _) => MouseEventKind::ScrollLeft,
        (64, ..) => MouseEventKind::ScrollRight,
        (32, 3, _) => MouseEventKind::Moved,
        (32, ..) => MouseEventKind::Drag(button),
        (0, _, b'M') => MouseEventKind::Down(button),
        (0, _, b'm') => MouseEventKind::Up(button),
        _ => return None,
    };
    // A mouse's stand above the two bits of its button.
    let modifiers = of_bits(u32::from(buttons >> 2));
    Some(Event::Mouse(MouseEvent { kind, column: x.saturating_sub(1), row: y.saturating_sub(1), modifiers }))
}
