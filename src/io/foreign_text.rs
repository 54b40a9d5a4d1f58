//! Foreign text on its way into a reason: short and harmless.

use domain::text;

/// `text` on one line, harmless, in at most `cells` cells.
pub(crate) fn quote(text: &str, cells: usize) -> String {
    text::cut_ascii(&text::gist(text), cells).into_owned()
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
    fn foreign_text_is_harmless_and_short() {
        assert_eq!(quote("a\x1b[31mb\u{202e}c\r\n  d", 80), "a?[31mbc d");
        assert_eq!(quote("雨夜的东京", 6), "雨夜..");
    }

    #[test]
    fn causes_are_named_once_each() {
        let inner = std::io::Error::other("no route to host");
        let outer = std::io::Error::other(inner);
        assert_eq!(causes(&outer), "no route to host");
    }
}
