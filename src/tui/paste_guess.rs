//! Pastes of terminals that do not mark them: more text at once than a person types. Taken as a paste, so that it is
//! text where text is typed and does nothing elsewhere. A held key, which a slow connection may bring all at once, is
//! no paste.

use screens::{
    key::{Code, Key},
    msg::Input,
};
use std::collections::BTreeSet;

/// Fewer keys at once than this are typed.
const LEAST: usize = 8;

/// Fewer different keys than this are held ones, such as `jjjjjjkkkk`.
const KINDS: usize = 4;

/// How long after its last piece text still belongs to a paste, in milliseconds: a slow connection brings it in
/// several.
const GOES_ON: u64 = 300;

/// So many pieces of one key in a row may belong to a paste; more are somebody who types on.
const SINGLE: u8 = 3;

/// Finds pastes in what has been typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bursts {
    /// Until when text belongs to the last one, in milliseconds.
    until: u64,
    /// Pieces of one key in a row that were counted to it.
    single: u8,
}

impl Bursts {
    /// Takes what came together at `now` milliseconds; gives it with each run of keys that is a paste as one.
    pub(crate) fn gather(&mut self, inputs: Vec<Input>, now: u64) -> Vec<Input> {
        let mut out = Vec::with_capacity(inputs.len());
        let mut run = String::new();
        let mut keys = Vec::new();
        for input in inputs {
            match &input {
                Input::Key(key) if text(*key).is_some() => {
                    run.extend(text(*key));
                    keys.push(input);
                }
                _ => {
                    self.end(&mut run, &mut keys, now, &mut out);
                    out.push(input);
                }
            }
        }
        self.end(&mut run, &mut keys, now, &mut out);
        out
    }

    fn end(&mut self, run: &mut String, keys: &mut Vec<Input>, now: u64, out: &mut Vec<Input>) {
        if !run.is_empty() && (now < self.until || is_paste(run)) {
            // A line that brings the rest of it key by key looks like somebody who types on: for a moment only.
            let alone = run.chars().nth(1).is_none();
            self.single = if alone { self.single.saturating_add(1) } else { 0 };
            if self.single <= SINGLE {
                self.until = now + GOES_ON;
            }
            keys.clear();
            out.push(Input::Paste(std::mem::take(run)));
        }
        run.clear();
        out.append(keys);
    }
}

fn is_paste(run: &str) -> bool {
    run.chars().count() >= LEAST && run.chars().collect::<BTreeSet<_>>().len() >= KINDS
}

/// What a key is as text. A line feed comes as Ctrl-j; nobody presses it in the midst of typing this fast.
fn text(key: Key) -> Option<char> {
    match key {
        Key { code: Code::Char(c), ctrl: false, alt: false, .. } => Some(c),
        Key { code: Code::Enter, ctrl: false, alt: false, .. } => Some('\n'),
        Key { code: Code::Char('j'), ctrl: true, alt: false, .. } => Some('\n'),
        Key { code: Code::Tab, ctrl: false, alt: false, shift: false } => Some('\t'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Vec<Input> {
        let key = |c| match c {
            '\n' => Key::plain(Code::Enter),
            '^' => Key::ctrl('j'),
            '<' => Key::plain(Code::Up),
            c => Key::char(c),
        };
        text.chars().map(|c| Input::Key(key(c))).collect()
    }

    fn gathered(text: &str) -> Vec<Input> {
        Bursts::default().gather(typed(text), 0)
    }

    #[test]
    fn more_text_at_once_than_a_person_types_is_a_paste() {
        assert_eq!(gathered("one cat\nq"), [Input::Paste("one cat\nq".into())]);
        assert_eq!(gathered("one cat^two"), [Input::Paste("one cat\ntwo".into())]);
        assert_eq!(gathered("雨夜的东京街头霓"), [Input::Paste("雨夜的东京街头霓".into())]);
    }

    #[test]
    fn a_held_key_and_quick_fingers_are_no_paste() {
        for text in [&"j".repeat(1_000), "jjjjjjjjkkkkkkjj", "jjjj\n\n\n\nkk", "rq\nabc", "<<<<<<<<", "nabc"] {
            assert_eq!(gathered(text), typed(text), "{text}");
        }
    }

    #[test]
    fn a_key_that_is_no_text_ends_a_run() {
        let mut want = vec![Input::Paste("paste me".into())];
        want.extend(typed("<"));
        assert_eq!(gathered("paste me<"), want);
        assert_eq!(gathered("abcd<efgh"), typed("abcd<efgh"));
    }

    #[test]
    fn a_paste_goes_on_while_its_pieces_follow_closely() {
        let mut bursts = Bursts::default();
        assert_eq!(bursts.gather(typed("a long text\n"), 0), [Input::Paste("a long text\n".into())]);
        assert_eq!(bursts.gather(typed("q\n"), 299), [Input::Paste("q\n".into())]);
        assert_eq!(bursts.gather(typed("q"), 598), [Input::Paste("q".into())]);
        assert_eq!(bursts.gather(typed("q"), 898), typed("q"));
    }

    #[test]
    fn somebody_who_types_on_after_a_paste_is_heard_again() {
        let mut bursts = Bursts::default();
        bursts.gather(typed("a long text\n"), 0);
        let keys: Vec<bool> = (1..=8).map(|n| bursts.gather(typed("j"), n * 150) == typed("j")).collect();
        assert_eq!(keys, [false, false, false, false, true, true, true, true]);
    }
}
