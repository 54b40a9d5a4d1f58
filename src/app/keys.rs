//! From the terminal's events to our keys, and the mending of sequences that a slow line has torn apart.

use crate::logic::{
    key::{Code, Key},
    msg::{Input, Mouse, MouseKind},
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// How long a lone Esc is held, in milliseconds. On a slow line `ESC` and `[A` arrive in two pieces, and the terminal
/// library reads three keys (crossterm #993).
pub const HOLD: u64 = 40;

/// What one event of the terminal is for us; `None` for what we have no use for.
#[must_use]
pub fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => translate(key).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(width, height) => Some(Input::Resize { width, height }),
        Event::Mouse(event) => mouse(event).map(Input::Mouse),
        Event::FocusGained | Event::FocusLost => None,
    }
}

fn mouse(event: MouseEvent) -> Option<Mouse> {
    let kind = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
        MouseEventKind::ScrollUp => MouseKind::WheelUp,
        MouseEventKind::ScrollDown => MouseKind::WheelDown,
        _ => return None,
    };
    Some(Mouse { kind, x: event.column, y: event.row })
}

fn translate(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::F(n) => Code::F(n),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab | KeyCode::BackTab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        _ => return None,
    };
    let has = |modifier| event.modifiers.contains(modifier);
    let shift = event.code == KeyCode::BackTab || (has(KeyModifiers::SHIFT) && !matches!(code, Code::Char(_)));
    let ctrl = has(KeyModifiers::CONTROL);
    let code = match code {
        Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        other => other,
    };
    Some(Key { code, ctrl, alt: has(KeyModifiers::ALT), shift })
}

/// Holds a lone Esc until it is clear whether it begins a sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EscHold {
    held: Vec<Key>,
    /// When the first of them came, in milliseconds.
    since: u64,
}

impl EscHold {
    /// Takes a key that came at `now`; gives the keys that are clear.
    pub fn push(&mut self, key: Key, now: u64) -> Vec<Key> {
        if self.held.is_empty() {
            if key == Key::plain(Code::Esc) {
                self.held.push(key);
                self.since = now;
                return Vec::new();
            }
            return vec![key];
        }
        if key == Key::plain(Code::Esc) {
            // Two of them: the first one was meant.
            let clear = std::mem::replace(&mut self.held, vec![key]);
            self.since = now;
            return clear;
        }
        self.held.push(key);
        // The rest of a sequence follows its beginning closely, but may be torn once more.
        self.since = now;
        match sequence(&self.held) {
            Sequence::Partial => Vec::new(),
            Sequence::Whole(key) => {
                self.held.clear();
                key.into_iter().collect()
            }
            Sequence::None => self.flush(),
        }
    }

    /// When the held keys are to be given as they are, in milliseconds.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        (!self.held.is_empty()).then_some(self.since + HOLD)
    }

    /// Gives the held keys as they are: no sequence came of them. What follows an Esc at once is the Alt form of a key.
    pub fn flush(&mut self) -> Vec<Key> {
        let held = std::mem::take(&mut self.held);
        if let [_, key] = held[..]
            && matches!(key.code, Code::Char(_) | Code::Enter | Code::Backspace)
            && !key.alt
        {
            return vec![Key { alt: true, ..key }];
        }
        held
    }
}

enum Sequence {
    Partial,
    /// A key, or a sequence that we have no use for.
    Whole(Option<Key>),
    None,
}

/// What keys that began with Esc make together.
fn sequence(keys: &[Key]) -> Sequence {
    let chars: Option<String> = keys[1..]
        .iter()
        .map(|key| match key {
            Key { code: Code::Char(c), ctrl: false, alt: false, .. } => Some(*c),
            _ => None,
        })
        .collect();
    let Some(text) = chars else { return Sequence::None };
    let Some(rest) = text.strip_prefix('[') else {
        return match text.strip_prefix('O') {
            Some("") => Sequence::Partial,
            Some(end) => Sequence::Whole(end.chars().next().and_then(|c| final_key(c, 1))),
            None => Sequence::None,
        };
    };
    let Some(last) = rest.chars().last() else { return Sequence::Partial };
    if rest.len() > 16 {
        return Sequence::None;
    }
    if last.is_ascii_digit() || last == ';' || last == '<' || last == '?' {
        return Sequence::Partial;
    }
    let numbers: Vec<u8> = rest[..rest.len() - last.len_utf8()].split(';').filter_map(|n| n.parse().ok()).collect();
    let modifier = numbers.get(1).copied().unwrap_or(1);
    Sequence::Whole(match last {
        '~' => numbers.first().and_then(|n| tilde_key(*n, modifier)),
        c => final_key(c, modifier),
    })
}

fn with(code: Code, modifier: u8) -> Key {
    let bits = modifier.saturating_sub(1);
    Key { code, shift: bits & 1 != 0, alt: bits & 2 != 0, ctrl: bits & 4 != 0 }
}

fn final_key(c: char, modifier: u8) -> Option<Key> {
    let code = match c {
        'A' => Code::Up,
        'B' => Code::Down,
        'C' => Code::Right,
        'D' => Code::Left,
        'H' => Code::Home,
        'F' => Code::End,
        'P' => Code::F(1),
        'Q' => Code::F(2),
        'R' => Code::F(3),
        'S' => Code::F(4),
        'Z' => return Some(Key { shift: true, ..Key::plain(Code::Tab) }),
        _ => return None,
    };
    Some(with(code, modifier))
}

fn tilde_key(n: u8, modifier: u8) -> Option<Key> {
    let code = match n {
        1 | 7 => Code::Home,
        2 => Code::Insert,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F(n - 10),
        17..=21 => Code::F(n - 11),
        23 | 24 => Code::F(n - 12),
        _ => return None,
    };
    Some(with(code, modifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(hold: &mut EscHold, keys: &str, at: u64) -> Vec<Key> {
        let key = |c| if c == '\u{1b}' { Key::plain(Code::Esc) } else { Key::char(c) };
        keys.chars().flat_map(|c| hold.push(key(c), at)).collect()
    }

    #[test]
    fn a_torn_arrow_is_put_together_again() {
        let mut hold = EscHold::default();
        assert_eq!(fed(&mut hold, "\u{1b}", 0), vec![]);
        assert_eq!(fed(&mut hold, "[", 20), vec![]);
        assert_eq!(fed(&mut hold, "A", 40), vec![Key::plain(Code::Up)]);
        assert_eq!(hold, EscHold { held: vec![], since: 40 });
        assert_eq!(
            fed(&mut hold, "\u{1b}OF\u{1b}[6~\u{1b}[1;5C\u{1b}[Z", 0),
            vec![
                Key::plain(Code::End),
                Key::plain(Code::PageDown),
                Key { ctrl: true, ..Key::plain(Code::Right) },
                Key { shift: true, ..Key::plain(Code::Tab) },
            ]
        );
    }

    #[test]
    fn a_lone_esc_is_given_after_its_time() {
        let mut hold = EscHold::default();
        assert_eq!(fed(&mut hold, "\u{1b}", 5), vec![]);
        assert_eq!(hold.deadline(), Some(45));
        assert_eq!(hold.flush(), vec![Key::plain(Code::Esc)]);
        assert_eq!(hold.deadline(), None);
    }

    #[test]
    fn a_key_right_after_esc_is_its_alt_form_and_a_second_esc_frees_the_first() {
        let mut hold = EscHold::default();
        assert_eq!(fed(&mut hold, "\u{1b}b", 0), vec![Key { alt: true, ..Key::char('b') }]);
        assert_eq!(fed(&mut hold, "\u{1b}\u{1b}", 0), vec![Key::plain(Code::Esc)]);
        assert_eq!(hold.flush(), vec![Key::plain(Code::Esc)]);
    }

    #[test]
    fn keys_without_esc_pass_at_once() {
        assert_eq!(fed(&mut EscHold::default(), "[A", 0), vec![Key::char('['), Key::char('A')]);
    }
}
