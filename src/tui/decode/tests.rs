#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use super::{super::keys, *};
use proptest::prelude::*;
use screens::msg::Input;

/// What events are for the program, in words: keys by name, pastes in quotes.
fn words(events: Vec<Event>) -> String {
    let word = |event| match keys::input(event) {
        Some(Input::Key(key)) => key.to_string(),
        Some(Input::Paste(text)) => format!("{text:?}"),
        Some(other) => format!("{other:?}"),
        None => "nothing".into(),
    };
    events.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Pieces that come so many milliseconds apart, deadlines kept.
fn torn(pieces: &[&[u8]], gap: u64) -> String {
    let (mut decoder, mut events) = (Decoder::default(), Vec::new());
    let mut now = 1_000;
    for piece in pieces {
        if decoder.deadline().is_some_and(|at| at <= now) {
            events.extend(decoder.flush());
        }
        events.extend(decoder.push(piece, now));
        now += gap;
    }
    events.extend(decoder.flush());
    words(events)
}

#[test]
fn keys_are_told_apart() {
    for (bytes, want) in [
        (&b"aZ \r\t\x7f"[..], "a Z space enter tab backspace"),
        (b"\x01\x0a\x1a\x00", "ctrl-a ctrl-j ctrl-z ctrl-space"),
        (b"\x1c\x1d\x1e\x1f\x1b[47;5u", "ctrl-\\ ctrl-] ctrl-^ ctrl-_ ctrl-_"),
        (b"\x1b[A\x1bOB\x1b[H\x1bOF\x1b[5~\x1b[6~\x1b[3~", "up down home end pgup pgdn delete"),
        (b"\x1bOP\x1b[11~\x1b[[A\x1b[24~\x1b[Z", "f1 f1 f1 f12 shift-tab"),
        (b"\x1b[1;5C\x1b[1;2A\x1b[5;3~", "ctrl-right shift-up alt-pgup"),
        (b"\x1bb\x1b\r\x1b\x7f\x1bZ", "alt-b alt-enter alt-backspace alt-Z"),
        (b"\x1b[13;5u\x1b[27;5;13~\x1b[97;3u", "ctrl-enter ctrl-enter alt-a"),
        ("雨é👩\u{200d}".as_bytes(), "雨 é 👩 \u{200d}"),
        ("\x1b雨".as_bytes(), "alt-雨"),
        (b"\x1b\x1b[A", "esc up"),
        (b"\xff\xe9a\xc3(", "a ("),
    ] {
        assert_eq!(torn(&[bytes], 0), want, "{bytes:?}");
    }
}

#[test]
fn late_answers_of_the_terminal_are_never_keys() {
    for answer in [
        &b"\x1b[?62;22c"[..],
        b"\x1b[>41;354;0c",
        b"\x1b[12;40R",
        b"\x1b[1;40R",
        b"\x1b[?2026;2$y",
        b"\x1b[8;40;120t",
        b"\x1b[0n",
        b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
        b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
        b"\x1bP>|XTerm(367)\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
        b"\x1b_Gi=1;OK\x1b\\",
        b"\x1b[M !!",
    ] {
        let text = String::from_utf8_lossy(answer).into_owned();
        let dropped = |words: String| words.replace("nothing", "").trim().to_owned();
        assert_eq!(dropped(torn(&[answer, b"j"], 0)), "j", "{text:?}");
        for at in 2..answer.len() {
            assert_eq!(dropped(torn(&[&answer[..at], &answer[at..], b"j"], 200)), "j", "{text:?} torn at {at}");
        }
    }
}

#[test]
fn what_a_line_tears_within_the_hold_is_put_together() {
    for gap in [0, 20, 39] {
        for (bytes, want) in [
            (&b"\x1b[A"[..], "up"),
            (b"\x1bOF", "end"),
            (b"\x1b[1;5C", "ctrl-right"),
            (b"\x1b[6~", "pgdn"),
            (b"\x1bb", "alt-b"),
            (b"\x1b\r", "alt-enter"),
            (b"\x1b[200~a b\r\x1b[201~", "\"a b\\r\""),
            ("雨夜".as_bytes(), "雨 夜"),
        ] {
            let every: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(torn(&every, gap), want, "{bytes:?} {gap} ms apart");
        }
    }
}

#[test]
fn after_the_first_byte_a_sequence_may_be_torn_wide() {
    for gap in [100, 200] {
        for (pieces, want) in [
            (&[&b"\x1b["[..], b"A"][..], "up"),
            (&[b"\x1b[1", b";5", b"C"], "ctrl-right"),
            (&[b"\x1b[2", b"00~a", b" b\x1b[2", b"01~j"], "\"a b\" j"),
            (&[b"\x1b[200~a\x1b", b"[201", b"~"], "\"a\""),
            (&[b"\xe9\x9b", b"\xa8"], "雨"),
        ] {
            assert_eq!(torn(pieces, gap), want, "{gap} ms apart");
        }
    }
}

#[test]
fn a_rest_that_comes_after_the_hold_is_no_text_and_teaches_to_hold_longer() {
    let mut decoder = Decoder::default();
    assert_eq!(words(decoder.push(b"\x1b", 0)), "");
    assert_eq!(decoder.deadline(), Some(HOLD));
    assert_eq!(words(decoder.flush()), "esc");
    assert_eq!(words(decoder.push(b"[A", 150)), "up");
    // The same again: held long enough now.
    assert_eq!(words(decoder.push(b"\x1b", 1_000)), "");
    assert_eq!(decoder.deadline(), Some(1_000 + 190));
    assert_eq!(words(decoder.push(b"[A", 1_150)), "up");
    // A torn paste does no harm either.
    assert_eq!(words(decoder.push(b"\x1b", 2_000)), "");
    assert_eq!(words(decoder.flush()), "esc");
    assert_eq!(words(decoder.push(b"[200~rm -r\rq", 2_200)), "");
    assert_eq!(words(decoder.push(b"\x1b[201~", 2_300)), "\"rm -r\\rq\"");
    assert!(decoder.hold <= MOST_HOLD);
}

#[test]
fn after_an_esc_what_a_person_types_is_text() {
    for (typed, want) in [(&b"["[..], "["), (b"j", "j"), (b"O", "O"), (b"[A]", "[ A ]")] {
        let mut decoder = Decoder::default();
        decoder.push(b"\x1b", 0);
        assert_eq!(words(decoder.flush()), "esc");
        assert_eq!(words(decoder.push(typed, 100)), want);
    }
    let mut decoder = Decoder::default();
    decoder.push(b"\x1b", 0);
    decoder.flush();
    assert_eq!(words(decoder.push(b"[A", REST + 1)), "[ A");
}

#[test]
fn a_paste_is_kept_to_its_most_and_ends_without_its_end() {
    let mut decoder = Decoder::default();
    let long = [b"\x1b[200~".to_vec(), vec![b'a'; MOST_PASTED + 70_000], b"\x1b[201~j".to_vec()].concat();
    let events = decoder.push(&long, 0);
    assert!(matches!(&events[..], [Event::Paste(text), Event::Key(_)] if text.len() >= MOST_PASTED));
    decoder.push(b"\x1b[200~half", 0);
    assert_eq!(decoder.deadline(), Some(PASTE_REST));
    assert_eq!(words(decoder.flush()), "\"half\"");
    assert_eq!(decoder.deadline(), None);
}

#[test]
fn a_paste_whose_end_was_lost_is_over_when_somebody_types() {
    for (keys, want) in [
        // A key that is no text is one at once; text is taken for text until it is plainly typed.
        (&[&b"\x03"[..]][..], "\"half\" ctrl-c"),
        (&[b"\x1b[A"], "\"half\" up"),
        (&[b"j", b"\x03"], "\"halfj\" ctrl-c"),
        (&[b"j", b"k", b"q"], "\"halfjk\" q"),
        (&["雨".as_bytes(), b"\r", b"\r", b"j"], "\"half雨\\r\" enter j"),
        (&[b"\x1b[200~", b"new\x1b[201~"], "\"half\" \"new\""),
        (&[b"\x1b[200~new\x1b[201~"], "\"half\\u{1b}[200~new\""),
    ] {
        for gap in [50, 150, 400] {
            let pieces = [&[&b"\x1b[200~half"[..]][..], keys].concat();
            assert_eq!(torn(&pieces, gap), want, "{keys:?} {gap} ms apart");
        }
    }
}

#[test]
fn an_answer_whose_end_was_lost_is_over_when_somebody_types() {
    for (keys, want) in [(&[&b"\x03"[..]][..], "ctrl-c"), (&[b"j", b"k", b"q", b"q"], "q q"), (&[b"\x07", b"j"], "j")] {
        let pieces = [&[&b"\x1b]11;rgb:1e1e"[..]][..], keys].concat();
        assert_eq!(torn(&pieces, 100), want, "{keys:?}");
    }
}

#[test]
fn a_paste_that_comes_slowly_is_one_all_the_same() {
    for gap in [50, 200, 1_000] {
        let pieces: [&[u8]; 6] = [b"\x1b[200~one line\r", b"q", b"uit and more", b"\r", b"no", b"\x1b[201~"];
        assert_eq!(torn(&pieces, gap), "\"one line\\rquit and more\\rno\"", "{gap} ms apart");
        let end: Vec<&[u8]> = b"\x1b[201~j".chunks(1).collect();
        assert_eq!(torn(&[&[&b"\x1b[200~a"[..]][..], &end].concat(), gap.min(400)), "\"a\" j", "{gap} ms apart");
    }
}

#[test]
fn mouse_events_are_read_in_their_sgr_form() {
    use crossterm::event::{MouseButton, MouseEventKind};
    for (bytes, want) in [
        (&b"\x1b[<0;3;5M"[..], MouseEventKind::Down(MouseButton::Left)),
        (b"\x1b[<0;3;5m", MouseEventKind::Up(MouseButton::Left)),
        (b"\x1b[<64;3;5M", MouseEventKind::ScrollUp),
        (b"\x1b[<65;3;5M", MouseEventKind::ScrollDown),
        (b"\x1b[<35;3;5M", MouseEventKind::Moved),
    ] {
        let events = Decoder::default().push(bytes, 0);
        let [Event::Mouse(mouse)] = events[..] else { panic!("{events:?}") };
        assert_eq!((mouse.kind, mouse.column, mouse.row), (want, 2, 4));
    }
}

proptest! {
    #[test]
    fn no_bytes_break_it_and_tearing_changes_nothing(
        bytes in proptest::collection::vec(prop_oneof![
            any::<u8>(),
            prop::sample::select(b"\x1b\x1b[]O;~0123456789ARuMP?<\\\x07\r".to_vec()),
        ], 0..64),
        at in 0usize..64,
    ) {
        let at = at.min(bytes.len());
        let mut whole = Decoder::default();
        let mut torn = Decoder::default();
        let want = whole.push(&bytes, 0);
        let mut got = torn.push(&bytes[..at], 0);
        got.extend(torn.push(&bytes[at..], 0));
        prop_assert_eq!(got, want);
        prop_assert_eq!(torn.held, whole.held);
    }
}
