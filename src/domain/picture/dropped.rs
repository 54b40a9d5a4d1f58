//! A file's path as a terminal types it where a file is dropped on it: in quotes, with backslashes before blanks, or as
//! a `file://` URL.

use std::borrow::Cow;

/// The path itself. What is no dropped file's stays as it is: a path may be typed with its blanks, and may have a
/// quote.
#[must_use]
pub fn dropped(text: &str) -> Cow<'_, str> {
    let bare = text.trim();
    if let Some(path) = of_url(bare) {
        return Cow::Owned(path);
    }
    let quoted = |quote: char| bare.len() > 1 && bare.starts_with(quote) && bare.ends_with(quote);
    if quoted('\'') {
        return unquoted(bare).map_or(Cow::Borrowed(text), Cow::Owned);
    }
    if quoted('"') {
        return Cow::Owned(unescaped(&bare[1..bare.len() - 1]));
    }
    let path = unescaped(bare);
    if path == bare { Cow::Borrowed(text) } else { Cow::Owned(path) }
}

/// The path of a `file://` URL of this machine.
#[must_use]
pub fn of_url(text: &str) -> Option<String> {
    const SCHEME: &str = "file://";
    let text = text.trim();
    let rest =
        text.get(..SCHEME.len()).filter(|head| head.eq_ignore_ascii_case(SCHEME)).map(|_| &text[SCHEME.len()..])?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    // The second part of a URL is a host: the file of another machine is not ours.
    path.starts_with('/').then(|| decoded(path))
}

/// `%20` and the like as the bytes that they stand for; what makes no UTF-8 stays as it is written.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        // A sign would be read as a part of the number.
        let two = after.get(..2).filter(|two| *first == b'%' && two.iter().all(u8::is_ascii_hexdigit));
        let hex = two.and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

/// A shell's word in single quotes; `'it'\''s.png'` has one inside. `None` where a quote is not closed.
fn unquoted(word: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = word;
    while let Some(after) = rest.strip_prefix('\'') {
        let (inside, behind) = after.split_once('\'')?;
        out.push_str(inside);
        rest = match behind.strip_prefix("\\'") {
            Some(more) => {
                out.push('\'');
                more
            }
            None => behind,
        };
    }
    rest.is_empty().then_some(out)
}

/// Without the backslashes that stand before what a shell would read as a sign; before a letter or a digit it is a part
/// of the name.
fn unescaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' || chars.peek().is_none_or(|next| next.is_alphanumeric()) {
            out.push(c);
        } else {
            out.extend(chars.next());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_file_is_its_path_and_a_typed_path_stays() {
        for (text, path) in [
            ("'/home/me/my cat.png' ", "/home/me/my cat.png"),
            ("'/d/it'\\''s.png'", "/d/it's.png"),
            ("\"/d/my cat.png\"", "/d/my cat.png"),
            (r"/d/my\ cat\ \(1\).png ", "/d/my cat (1).png"),
            ("file:///d/my%20cat.png", "/d/my cat.png"),
            ("FILE://localhost/d/%E7%8C%AB.png", "/d/猫.png"),
            ("file:///d/100%.png", "/d/100%.png"),
            ("file:///d/50%+5%.png", "/d/50%+5%.png"),
            ("file://host/a.png", "file://host/a.png"),
            ("~/my cat.png", "~/my cat.png"),
            ("~/it's.png", "~/it's.png"),
            ("'/d/open", "'/d/open"),
            ("\"/d/open", "\"/d/open"),
            ("/d/6\"", "/d/6\""),
            ("'a' and 'b'", "'a' and 'b'"),
            (r"C:\pictures\a.png", r"C:\pictures\a.png"),
            ("https://host/a%20b.png", "https://host/a%20b.png"),
            ("'", "'"),
            ("", ""),
        ] {
            assert_eq!(dropped(text), path, "{text}");
        }
    }
}
