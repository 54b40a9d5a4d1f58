//! A raw answer fit to be kept and shown: without secrets, harmless, cut.

use domain::text;

/// The most bytes of an answer that are kept.
const KEPT: usize = 4 * 1024;

/// What stands for a secret.
const HIDDEN: &str = "***";

/// Names of values in a signed address that let anybody use it. Matched at the end of a parameter's name, in any case,
/// so that `OSSAccessKeyId`, `X-Amz-Signature` and `x-oss-credential` are found too.
const SECRET_NAMES: [&str; 8] =
    ["signature=", "expires=", "accesskeyid=", "credential=", "security-token=", "token=", "auth_key=", "sign="];

/// The shortest run after `sk-` that is taken for a key.
const SHORTEST_KEY: usize = 8;

/// The answer without what opens a signed address, without anything that looks like a key, harmless, and cut at 4 KB.
#[must_use]
pub fn redact(body: &str) -> String {
    let clean = text::harmless(body);
    let mut out = String::with_capacity(clean.len().min(KEPT));
    let mut rest = clean.as_ref();
    while !rest.is_empty() && out.len() <= KEPT {
        match secret(rest, out.chars().next_back()) {
            Some((shown, length)) => {
                out.push_str(shown);
                out.push_str(HIDDEN);
                rest = &rest[length..];
            }
            None => {
                let next = rest.char_indices().nth(1).map_or(rest.len(), |(at, _)| at);
                out.push_str(&rest[..next]);
                rest = &rest[next..];
            }
        }
    }
    if out.len() > KEPT || !rest.is_empty() {
        let end = (0..=KEPT).rfind(|at| out.is_char_boundary(*at)).unwrap_or(0);
        out.truncate(end);
        out.push_str(" (cut)");
    }
    out
}

/// If a secret begins here: the part of it that may be shown, and the length of the whole.
fn secret(text: &str, before: Option<char>) -> Option<(&str, usize)> {
    let begins = |start: &&str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    let word_before = before.is_some_and(char::is_alphanumeric);
    if begins(&"sk-") && !word_before {
        let length = text[3..].find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
        let length = length.unwrap_or(text.len() - 3);
        return (length >= SHORTEST_KEY).then(|| (&text[..3], 3 + length));
    }
    let label = SECRET_NAMES.iter().chain([&"bearer "]).find(|name| begins(name))?;
    let value = text[label.len()..].find(ends_a_value).unwrap_or(text.len() - label.len());
    (value > 0).then(|| (&text[..label.len()], label.len() + value))
}

const fn ends_a_value(c: char) -> bool {
    matches!(c, '&' | '"' | '\'' | '\\' | '<' | '>' | ',' | ';' | '#' | '{' | '}' | ' ' | '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_opens_a_door_is_kept() {
        for (body, kept) in [
            (
                r#"{"download_url":"https://o/x.mp4?Expires=1755&OSSAccessKeyId=LTAI&Signature=a%2Fb%3D","bytes":0}"#,
                r#"{"download_url":"https://o/x.mp4?Expires=***&OSSAccessKeyId=***&Signature=***","bytes":0}"#,
            ),
            (
                r#"{"u":"https://o/x?X-Amz-Credential=c\u0026X-Amz-Signature=s\u0026a=b"}"#,
                r#"{"u":"https://o/x?X-Amz-Credential=***\u0026X-Amz-Signature=***\u0026a=b"}"#,
            ),
            ("Authorization: Bearer abc.def-123 x", "Authorization: Bearer *** x"),
            ("bad key sk-Abcdefgh12345678.", "bad key sk-***."),
            ("task-0123456789 and sk-short", "task-0123456789 and sk-short"),
            ("signature= and expires", "signature= and expires"),
            ("esc \u{1b}[2J", "esc ?[2J"),
        ] {
            assert_eq!(redact(body), kept);
        }
    }

    #[test]
    fn a_long_answer_is_cut_between_characters() {
        let kept = redact(&"猫".repeat(5000));
        assert_eq!(kept, format!("{} (cut)", "猫".repeat(KEPT / 3)));
        assert_eq!(redact(&"x".repeat(KEPT)), "x".repeat(KEPT));
    }

    proptest! {
        #[test]
        fn any_text_can_be_redacted(body in any::<String>(), secret in "[A-Za-z0-9]{12,40}") {
            let _ = redact(&body);
            let kept = redact(&format!("{body} sk-{secret} &Signature={secret}& Bearer {secret}"));
            prop_assert!(!kept.contains(&secret));
        }
    }
}
