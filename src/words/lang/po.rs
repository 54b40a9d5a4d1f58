//! Reads a catalogue: gettext's PO format, as far as ours use it. Entries of `msgid` and `msgstr`, a text in one or
//! more quoted parts, comments behind `#`. No plural forms and no contexts.

use std::borrow::Cow;

/// Every entry of a file, the texts without their quotes and escapes. The file's header, whose `msgid` is empty, is
/// left out.
pub fn entries(file: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    file.split("\nmsgid ")
        .skip(1)
        .filter_map(|entry| {
            let (original, translated) = entry.split_once("\nmsgstr ")?;
            Some((text(original), text(translated)))
        })
        .filter(|(original, _)| !original.is_empty())
}

/// The text of quoted parts, one a line, up to the first line without.
fn text(lines: &str) -> Cow<'_, str> {
    let mut parts = lines.lines().map_while(|line| line.trim().strip_prefix('"')?.strip_suffix('"'));
    let first = parts.next().map_or(Cow::Borrowed(""), unescaped);
    parts.fold(first, |whole, part| Cow::Owned(format!("{whole}{}", unescaped(part))))
}

fn unescaped(part: &str) -> Cow<'_, str> {
    if !part.contains('\\') {
        return Cow::Borrowed(part);
    }
    let mut chars = part.chars();
    let mut text = String::with_capacity(part.len());
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n')) => text.push('\n'),
            (_, Some(escaped)) => text.push(escaped),
            (c, None) => text.push(c),
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_with_comments_escapes_and_long_texts() {
        let file = "# a comment\nmsgid \"\"\nmsgstr \"Language: zh_CN\"\n\n#. of the table\nmsgid \"one\"\nmsgstr \"一\"\n\n\
                    msgid \"\"\n\"two \"\n\"\\\"lines\\\"\\n\"\nmsgstr \"\"\n\"两\"\n\"行\"\n";
        let pairs: Vec<(String, String)> = entries(file).map(|(a, b)| (a.into(), b.into())).collect();
        assert_eq!(pairs, [("one".into(), "一".into()), ("two \"lines\"\n".to_owned(), "两行".to_owned())]);
    }
}
