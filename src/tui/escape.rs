//! Sequences for the terminal beside the picture: clipboard, notices, the window's title. Inside tmux and screen they
//! are wrapped, so that they reach the laptop's terminal.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Into the laptop's clipboard (OSC 52). How long a text may be is for `screens::copy` to say.
#[must_use]
pub(crate) fn copy(text: &str) -> Vec<u8> {
    wrapped(&format!("\x1b]52;c;{}\x07", STANDARD.encode(text)))
}

/// A notice on the laptop (OSC 9 for iTerm2, kitty, Windows Terminal; OSC 777 for urxvt, foot, WezTerm).
#[must_use]
pub(crate) fn notice(text: &str) -> Vec<u8> {
    let text = plain(text);
    let mut bytes = wrapped(&format!("\x1b]9;{text}\x07"));
    bytes.extend(wrapped(&format!("\x1b]777;notify;reeltop;{text}\x07")));
    bytes
}

/// The window's title.
#[must_use]
pub(crate) fn title(text: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x07", plain(text)).into_bytes()
}

/// How far the work is, in percent, for the terminal's tab and the desktop's bar (OSC 9;4, which ConEmu brought up and
/// Windows Terminal, WezTerm, Ghostty, kitty and iTerm2 know); `None` takes it away.
#[must_use]
pub(crate) fn progress(percent: Option<u8>) -> Vec<u8> {
    let said = percent.map_or_else(|| "0;0".to_owned(), |percent| format!("1;{}", percent.min(100)));
    wrapped(&format!("\x1b]9;4;{said}\x07"))
}

/// Without characters that would end the sequence.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Passed through tmux or screen, if we run in one.
fn wrapped(sequence: &str) -> Vec<u8> {
    let inside = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    pass_through(sequence, inside("TMUX"), inside("STY"))
}

fn pass_through(sequence: &str, tmux: bool, screen: bool) -> Vec<u8> {
    if tmux {
        // tmux takes OSC 52 itself when set-clipboard is on, and passes the wrapped one when allow-passthrough is:
        // both.
        let doubled = sequence.replace('\x1b', "\x1b\x1b");
        return format!("{sequence}\x1bPtmux;{doubled}\x1b\\").into_bytes();
    }
    if screen {
        // screen cuts strings over 768 bytes: in pieces.
        let pieces = sequence.as_bytes().chunks(700);
        return pieces.flat_map(|piece| [b"\x1bP".as_slice(), piece, b"\x1b\\".as_slice()].concat()).collect();
    }
    sequence.as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_wrapped_for_tmux_and_cut_into_pieces_for_screen() {
        assert_eq!(pass_through("\x1b]x\x07", false, false), b"\x1b]x\x07");
        assert_eq!(pass_through("\x1b]x\x07", true, false), b"\x1b]x\x07\x1bPtmux;\x1b\x1b]x\x07\x1b\\");
        let pieces = pass_through(&"a".repeat(1_400), false, true);
        assert_eq!(pieces.len(), 1_400 + 2 * 4);
    }

    #[test]
    fn a_title_cannot_break_out_of_its_sequence() {
        assert_eq!(title("a\x07\x1b]b"), b"\x1b]2;a]b\x07");
    }
}
