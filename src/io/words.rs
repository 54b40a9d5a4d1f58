//! Foreign text on its way into a sentence of ours.

/// `text` on one line, without control and bidirectional characters, cut at `max` characters.
pub(crate) fn quote(text: &str, max: usize) -> String {
    let mut kept = String::new();
    for c in text.chars().filter(|c| !is_harmful(*c)).take(max) {
        kept.push(if c.is_whitespace() { ' ' } else { c });
    }
    kept.trim().to_owned()
}

/// Whether a character could move the cursor, hide text or turn its direction.
fn is_harmful(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Every cause behind an error, outermost first, without saying a thing twice.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    quote(&text, 300)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_loses_what_could_harm_a_terminal() {
        assert_eq!(quote("a\x1b[31mb\u{202e}c\x07\nd", 80), "a[31mbc d");
        assert_eq!(quote("雨夜的东京", 2), "雨夜");
    }
}
