use super::*;
use proptest::prelude::*;

fn typed(editor: &mut PromptEditor, keys: &str) {
    for key in keys.split_whitespace() {
        editor.key(key.parse().unwrap());
    }
}

fn drawn(editor: &PromptEditor, width: u16, height: u16) -> (String, Position) {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let at = editor.draw(area, &mut buf);
    let rows = (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>());
    (rows.map(|row| row.trim_end().to_owned()).collect::<Vec<_>>().join("|"), at)
}

#[test]
fn keys_go_and_delete_over_the_ends_of_lines() {
    for (text, keys, want) in [
        ("one\ntwo", "ctrl-u backspace", "one"),
        ("one\ntwo", "up end delete", "onetwo"),
        ("one", "enter x", "one\nx"),
        ("a\nb", "ctrl-home x ctrl-end y", "xa\nby"),
        ("a\nb", "alt-< x alt-> y", "xa\nby"),
    ] {
        let mut editor = PromptEditor::new(text);
        typed(&mut editor, keys);
        assert_eq!(editor.text(), want, "{text:?} {keys}");
    }
}

#[test]
fn a_text_in_the_place_of_another_is_one_step_of_undo_and_leaves_what_was_cut() {
    let all: fn(&mut PromptEditor) = |editor| editor.replace_all("a dog\nruns");
    let before: fn(&mut PromptEditor) = |editor| editor.replace_before(2, "dog\nruns");
    for (replace, want) in [(all, "a dog\nruns"), (before, "a dog\nruns")] {
        let mut editor = PromptEditor::new("a ");
        typed(&mut editor, "c a t x ctrl-w");
        typed(&mut editor, "c a");
        replace(&mut editor);
        assert_eq!(editor.text(), want);
        typed(&mut editor, "alt-z");
        assert_eq!(editor.text(), "a ca");
        typed(&mut editor, "alt-Z");
        assert_eq!(editor.text(), want);
        typed(&mut editor, "! alt-z alt-z");
        assert_eq!(editor.text(), "a ca");
        // What is typed next takes the place of what was undone.
        typed(&mut editor, "r s alt-z");
        assert_eq!(editor.text(), "a car");
        typed(&mut editor, "alt-z alt-z alt-z");
        assert_eq!(editor.text(), "a ");
        typed(&mut editor, "ctrl-y");
        assert_eq!(editor.text(), "a catx");
    }
}

#[test]
fn a_box_that_grows_shows_the_text_and_nothing_else() {
    let text = "a long first line\n\nb\na line of middle\n猫\nan end that is the longest line of all\n.";
    for (small, keys) in
        (1..7).flat_map(|small| ["", "ctrl-home", "up up", "ctrl-home ctrl-end"].map(|keys| (small, keys)))
    {
        let mut editor = PromptEditor::new(text);
        drawn(&editor, 40, small);
        typed(&mut editor, keys);
        for height in 7..12 {
            let (shown, _) = drawn(&editor, 40, height);
            // The cell that the wide character hides is blank.
            let expected = text.replace('\n', "|").replace('猫', "猫 ").replace("猫 |", "猫|");
            assert_eq!(shown.trim_end_matches('|'), expected, "{small} {keys} {height}");
        }
    }
}

#[test]
fn a_family_and_a_combining_mark_are_one_step() {
    let mut editor = PromptEditor::new("a👩‍👩‍👧‍👦e\u{301}");
    typed(&mut editor, "backspace");
    assert_eq!(editor.text(), "a👩‍👩‍👧‍👦");
    typed(&mut editor, "left delete");
    assert_eq!(editor.text(), "a");
    typed(&mut editor, "alt-z");
    assert_eq!(editor.text(), "a👩‍👩‍👧‍👦");
}

#[test]
fn the_cursor_stays_in_the_box_at_the_end_of_a_full_row() {
    let editor = PromptEditor::new("雨夜的东京街头霓虹灯");
    assert_eq!(drawn(&editor, 20, 2).1, Position::new(19, 0));
    assert_eq!(drawn(&editor, 10, 3).1, Position::new(9, 1));
    assert_eq!(drawn(&editor, 1, 1).1.x, 0);
}

#[test]
fn a_family_under_the_caret_is_drawn_whole() {
    let mut editor = PromptEditor::new("ab👩‍👩‍👧‍👦c");
    typed(&mut editor, "left left");
    let (text, at) = drawn(&editor, 16, 1);
    assert_eq!((text.replace(' ', "").as_str(), at), ("ab👩‍👩‍👧‍👦c", Position::new(2, 0)));
    typed(&mut editor, "right");
    assert_eq!(drawn(&editor, 16, 1).1, Position::new(4, 0));
}

#[test]
fn the_view_follows_the_caret() {
    let mut editor = PromptEditor::new("1\n2\n3\n4\n5");
    assert_eq!(drawn(&editor, 4, 2), ("4|5".into(), Position::new(1, 1)));
    typed(&mut editor, "ctrl-home");
    assert_eq!(drawn(&editor, 4, 2), ("1|2".into(), Position::new(0, 0)));
    assert!(editor.at_top() && !editor.at_bottom());
}

#[test]
fn a_box_that_grows_shows_what_was_scrolled_away() {
    let editor = PromptEditor::new("1\n2\n3\n4\n5");
    assert_eq!(drawn(&editor, 4, 2), ("4|5".into(), Position::new(1, 1)));
    assert_eq!(drawn(&editor, 4, 4), ("2|3|4|5".into(), Position::new(1, 3)));
    let (text, at) = drawn(&editor, 4, 7);
    assert_eq!((text.trim_end_matches('|'), at), ("1|2|3|4|5", Position::new(1, 4)));
}

#[test]
fn a_paste_is_cleaned_and_cut_at_the_most() {
    let mut editor = PromptEditor::new("");
    assert!(editor.paste("a\r\nb\x1b[31mc\0"));
    assert_eq!(editor.text(), "a\nbc");
    assert!(!editor.paste(&"雨".repeat(MOST_CHARS)));
    assert_eq!(editor.text().chars().count(), MOST_CHARS);
    typed(&mut editor, "x enter");
    assert_eq!(editor.text().chars().count(), MOST_CHARS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_keys_break_it_and_the_cursor_stays_in_its_box(
        start in "[a 雨\n👩\u{200d}\u{301}]{0,16}", keys in proptest::collection::vec(0usize..20, 0..30),
        width in 1u16..9, height in 1u16..4
    ) {
        let names = ["left", "right", "home", "end", "up", "down", "backspace", "delete", "ctrl-w", "alt-f", "alt-b",
            "ctrl-k", "ctrl-u", "ctrl-y", "alt-z", "alt-Z", "x", "雨", "\u{301}", "enter"];
        let mut editor = PromptEditor::new(&start);
        for key in keys {
            editor.key(names[key].parse().unwrap());
            let (_, at) = drawn(&editor, width, height);
            prop_assert!(at.x < width && at.y < height);
        }
    }
}
