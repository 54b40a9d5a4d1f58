//! From the bytes of a terminal to its events. Made for a connection that tears them apart: what is cut anywhere (in
//! an escape sequence, the mark of a paste, a character) is put together again, and answers to questions that somebody
//! asked the terminal are dropped whole, never seen as keys. Pure: time is handed in.

mod sequence;
#[cfg(test)]
mod tests;

use crossterm::event::{Event, KeyCode, KeyModifiers};

/// How long a lone Esc is held, in milliseconds: on a slow connection `ESC` and `[A` arrive in two pieces.
const HOLD: u64 = 40;

/// The longest that a lone Esc is ever held. The hold grows to this where the connection is seen to tear wider than
/// 40 ms.
pub const MOST_HOLD: u64 = 250;

/// How long the rest of something that no person types by hand is waited for: `ESC [`, half a character.
pub const REST: u64 = 500;

/// A paste whose end does not come is over after this long without a byte.
const PASTE_REST: u64 = 5_000;

/// Less than this between two pieces, in milliseconds, and a slow connection may have torn them; fingers are slower.
const BY_HAND: u64 = 50;

/// So many characters typed by hand in a row are no part of a paste, or of an answer: its end was lost.
const TYPED: u8 = 3;

/// The most bytes of one paste that are kept; the rest of it goes by.
const MOST_PASTED: usize = 1 << 20;

const PASTE_END: &[u8] = b"\x1b[201~";

/// What has come and is not yet clear.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Held {
    /// The beginning of a sequence or of a character.
    Beginning(Vec<u8>),
    /// A paste after its beginning mark.
    Paste(Vec<u8>),
    /// A string of the terminal's own (OSC, DCS, APC, PM, SOS): what is kept of it; whether ESC was its last byte.
    Answer { kept: Vec<u8>, escaped: bool },
}

/// Reads a terminal's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoder {
    held: Held,
    /// When the last byte came, in milliseconds.
    last: u64,
    /// How long a lone Esc is held now, in milliseconds.
    hold: u64,
    /// When an Esc came that was given for want of a sequence. If the rest still comes, it is no text.
    given: Option<u64>,
    /// Characters in a row that came as if typed by hand, inside a paste or an answer.
    typed: u8,
    /// Short answers of the terminal that have come whole, as their bytes.
    answers: Vec<Vec<u8>>,
}

/// So many answers are kept for the caller.
const ANSWERS: usize = 16;

/// The longest string of the terminal's that is one of those, in bytes.
const ANSWER: usize = 128;

impl Default for Decoder {
    fn default() -> Self {
        Self { held: Held::Beginning(Vec::new()), last: 0, hold: HOLD, given: None, typed: 0, answers: Vec::new() }
    }
}

impl Decoder {
    /// Takes bytes that came together at `now` milliseconds; gives what is clear.
    pub fn push(&mut self, bytes: &[u8], now: u64) -> Vec<Event> {
        let by_hand = now.saturating_sub(self.last) >= BY_HAND;
        self.last = now;
        let mut events = if self.is_typed_over(bytes, by_hand) { self.flush() } else { Vec::new() };
        let mut rest = bytes.to_vec();
        if let Some(came) = self.given.take()
            && now.saturating_sub(came) <= REST
            && sequence::is_tail(bytes)
        {
            // The Esc was the beginning of this and has done its harm; the next one is held longer.
            self.hold = (now - came + HOLD).min(MOST_HOLD);
            rest.insert(0, 0x1b);
        }
        for byte in rest {
            self.take(byte, &mut events);
        }
        events
    }

    /// What has come since the last call that is no key: what the terminal answers. Control sequences are whole,
    /// strings without their end.
    pub fn answers(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.answers)
    }

    /// When what is held must be given up, in milliseconds.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        let wait = match &self.held {
            Held::Beginning(held) if held.is_empty() => return None,
            Held::Beginning(held) if held[..] == *b"\x1b" => self.hold,
            Held::Beginning(_) | Held::Answer { .. } => REST,
            Held::Paste(_) => PASTE_REST,
        };
        Some(self.last + wait)
    }

    /// Gives up waiting: an Esc is a key then, a paste is as long as it is, and half of anything else is nothing.
    pub fn flush(&mut self) -> Vec<Event> {
        match std::mem::replace(&mut self.held, Held::Beginning(Vec::new())) {
            Held::Beginning(held) => match held[..] {
                [0x1b] => {
                    self.given = Some(self.last);
                    vec![sequence::key(KeyCode::Esc, KeyModifiers::NONE)]
                }
                // Not the beginning of a sequence then, but a letter with Alt. `ESC [` is no key of ours.
                [0x1b, letter @ (b'O' | b'P' | b'X' | b']' | b'^' | b'_')] => {
                    vec![sequence::key(KeyCode::Char(char::from(letter)), KeyModifiers::ALT)]
                }
                _ => Vec::new(),
            },
            Held::Paste(text) => vec![pasted(&text)],
            Held::Answer { .. } => Vec::new(),
        }
    }

    /// Whether this piece shows that the end of what is held was lost, and a person types: pastes and answers come in
    /// one go or torn by the connection, never key by key. A key that is no text says so at once, above all Ctrl-C.
    fn is_typed_over(&mut self, bytes: &[u8], by_hand: bool) -> bool {
        let alone = match &self.held {
            Held::Beginning(_) => None,
            Held::Paste(text) if is_in_end_mark(text) => None,
            Held::Answer { escaped: true, .. } => None,
            // Its own ends.
            Held::Answer { .. } if matches!(bytes, [0x07 | 0x18 | 0x1a] | b"\x1b\\") => None,
            Held::Paste(_) | Held::Answer { .. } => sequence::alone(bytes),
        };
        self.typed = match alone.filter(|_| by_hand) {
            None => 0,
            Some(sequence::Alone::Character) => self.typed + 1,
            Some(sequence::Alone::Command) => TYPED,
        };
        let over = self.typed >= TYPED;
        if over {
            self.typed = 0;
        }
        over
    }

    fn take(&mut self, byte: u8, events: &mut Vec<Event>) {
        match &mut self.held {
            Held::Paste(text) => {
                text.push(byte);
                if text.ends_with(PASTE_END) {
                    let end = text.len() - PASTE_END.len();
                    events.push(pasted(&text[..end]));
                    self.held = Held::Beginning(Vec::new());
                } else if text.len() > MOST_PASTED + PASTE_END.len() {
                    // Its end mark must still be recognised.
                    let from = text.len() - PASTE_END.len();
                    text.drain(MOST_PASTED..from);
                }
            }
            Held::Answer { kept, escaped } => match byte {
                0x18 | 0x1a => self.held = Held::Beginning(Vec::new()),
                0x07 | b'\\' if byte == 0x07 || *escaped => {
                    if kept.len() <= ANSWER && self.answers.len() < ANSWERS {
                        self.answers.push(std::mem::take(kept));
                    }
                    self.held = Held::Beginning(Vec::new());
                }
                0x1b => *escaped = true,
                _ if *escaped => {
                    // It was cut off, and something else has begun.
                    self.held = Held::Beginning(vec![0x1b]);
                    self.take(byte, events);
                }
                // One byte more than may be says that it is too long.
                _ if kept.len() <= ANSWER => kept.push(byte),
                _ => {}
            },
            Held::Beginning(held) => {
                held.push(byte);
                match sequence::read(held) {
                    sequence::Read::Partial => {}
                    sequence::Read::Event(event) => {
                        if event.is_none() && held.starts_with(b"\x1b[") && self.answers.len() < ANSWERS {
                            self.answers.push(held.clone());
                        }
                        events.extend(event);
                        held.clear();
                    }
                    sequence::Read::Paste => self.held = Held::Paste(Vec::new()),
                    sequence::Read::Answer => self.held = Held::Answer { kept: std::mem::take(held), escaped: false },
                    sequence::Read::Broken { key } => {
                        events.extend(key);
                        held.clear();
                        self.take(byte, events);
                    }
                }
            }
        }
    }
}

/// Whether the last bytes of a paste may be the first ones of the mark of its end.
fn is_in_end_mark(text: &[u8]) -> bool {
    (1..PASTE_END.len()).any(|length| text.ends_with(&PASTE_END[..length]))
}

fn pasted(text: &[u8]) -> Event {
    Event::Paste(String::from_utf8_lossy(text).into_owned())
}
