//! Alternatives in a prompt: `{a|b|c}` stands for one of several texts, nested as one likes. Which of them become tasks
//! is the matter of [`super::matrix`].
//!
//! Braces without a bar inside them are text, and so is whatever follows a backslash: `\{`, `\|`, `\}`, `\\`.

/// Braces inside braces are read to this depth; what is deeper is text. It bounds the recursion over the parts.
const DEPTH: usize = 16;

/// A prompt taken apart at its alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    /// Whether some brace has no partner; such a brace is text.
    pub unbalanced: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// At least two alternatives.
    Choice(Vec<Vec<Part>>),
}

/// Braces that are open: the alternatives before the last bar, and the one being read.
#[derive(Default)]
struct Open {
    before: Vec<Vec<Part>>,
    parts: Vec<Part>,
}

impl Open {
    fn text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            Some(Part::Choice(_)) | None => self.parts.push(Part::Text(text.into())),
        }
    }

    fn take(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Text(text) => self.text(&text),
                choice @ Part::Choice(_) => self.parts.push(choice),
            }
        }
    }

    /// Takes braces that turned out to be text.
    fn take_as_text(&mut self, inner: Open, end: &str) {
        self.text("{");
        for alternative in inner.before {
            self.take(alternative);
            self.text("|");
        }
        self.take(inner.parts);
        self.text(end);
    }
}

impl Template {
    /// Takes a prompt apart. Every text is a prompt: what cannot be alternatives is text.
    #[must_use]
    pub fn parse(prompt: &str) -> Self {
        let mut outer = Open::default();
        let mut open: Vec<Open> = Vec::new();
        let (mut too_deep, mut unbalanced) = (0_usize, false);
        let mut chars = prompt.chars().peekable();
        let mut buf = [0; 4];
        while let Some(c) = chars.next() {
            let (depth, here) = (open.len(), open.last_mut());
            match c {
                '\\' if matches!(chars.peek(), Some('{' | '|' | '}' | '\\')) => {
                    let escaped = chars.next().unwrap_or(c);
                    here.unwrap_or(&mut outer).text(escaped.encode_utf8(&mut buf));
                }
                '{' if depth < DEPTH => open.push(Open::default()),
                '{' => {
                    too_deep += 1;
                    here.unwrap_or(&mut outer).text("{");
                }
                '|' if too_deep == 0 && here.is_some() => {
                    if let Some(here) = here {
                        let alternative = std::mem::take(&mut here.parts);
                        here.before.push(alternative);
                    }
                }
                '}' if too_deep > 0 => {
                    too_deep -= 1;
                    here.unwrap_or(&mut outer).text("}");
                }
                '}' => match open.pop() {
                    None => {
                        unbalanced = true;
                        outer.text("}");
                    }
                    Some(inner) => {
                        let around = open.last_mut().unwrap_or(&mut outer);
                        if inner.before.is_empty() {
                            around.take_as_text(inner, "}");
                        } else {
                            let mut alternatives = inner.before;
                            alternatives.push(inner.parts);
                            around.parts.push(Part::Choice(alternatives));
                        }
                    }
                },
                c => here.unwrap_or(&mut outer).text(c.encode_utf8(&mut buf)),
            }
        }
        while let Some(inner) = open.pop() {
            unbalanced = true;
            open.last_mut().unwrap_or(&mut outer).take_as_text(inner, "");
        }
        Self { parts: outer.parts, unbalanced }
    }

    /// How many texts it stands for, at least one; `usize::MAX` for more than can be counted.
    #[must_use]
    pub fn count(&self) -> usize {
        count(&self.parts)
    }

    /// The texts it stands for, the first alternatives first. As many as [`count`](Self::count) says: look there
    /// before.
    #[must_use]
    pub fn variants(&self) -> Vec<String> {
        variants(&self.parts)
    }

    /// The first of the texts it stands for.
    #[must_use]
    pub fn first(&self) -> String {
        let mut out = String::new();
        first(&self.parts, &mut out);
        out
    }
}

fn count(parts: &[Part]) -> usize {
    parts.iter().fold(1, |product, part| match part {
        Part::Text(_) => product,
        Part::Choice(alternatives) => {
            let sum = alternatives.iter().fold(0_usize, |sum, parts| sum.saturating_add(count(parts)));
            product.saturating_mul(sum)
        }
    })
}

fn variants(parts: &[Part]) -> Vec<String> {
    let mut texts = vec![String::new()];
    for part in parts {
        match part {
            Part::Text(text) => texts.iter_mut().for_each(|begun| begun.push_str(text)),
            Part::Choice(alternatives) => {
                let ends: Vec<String> = alternatives.iter().flat_map(|parts| variants(parts)).collect();
                texts = texts.iter().flat_map(|begun| ends.iter().map(move |end| format!("{begun}{end}"))).collect();
            }
        }
    }
    texts
}

fn first(parts: &[Part], out: &mut String) {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Choice(alternatives) => {
                if let Some(parts) = alternatives.first() {
                    first(parts, out);
                }
            }
        }
    }
}

/// The prompt that stands for exactly this text: unchanged where nothing in it would be read as alternatives.
#[must_use]
pub fn escape(text: &str) -> String {
    if !text.contains(['{', '|', '}', '\\']) {
        return text.to_owned();
    }
    let read = Template::parse(text);
    if read.count() == 1 && read.first() == text && !read.unbalanced {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '{' | '|' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_prompt_stands_for_its_texts() {
        let cases: [(&str, &[&str], bool); 15] = [
            ("a cat", &["a cat"], false),
            ("a {cat|dog} runs", &["a cat runs", "a dog runs"], false),
            ("{a|b} {c|d}", &["a c", "a d", "b c", "b d"], false),
            ("{a|{b|c} d}", &["a", "b d", "c d"], false),
            ("a{, red|, blue|} car", &["a, red car", "a, blue car", "a car"], false),
            ("{一只猫|两只狗}在跑", &["一只猫在跑", "两只狗在跑"], false),
            (r"\{a\|b\}", &["{a|b}"], false),
            (r"{a\|b|c\}}", &["a|b", "c}"], false),
            (r"C:\dir and \\{x|y}", &[r"C:\dir and \x", r"C:\dir and \y"], false),
            ("a {cat} b", &["a {cat} b"], false),
            ("{x {a|b}}", &["{x a}", "{x b}"], false),
            ("a | b", &["a | b"], false),
            ("a {cat|dog", &["a {cat|dog"], true),
            ("a} {b|c}", &["a} b", "a} c"], true),
            ("{a|{b|c}", &["{a|b", "{a|c"], true),
        ];
        for (prompt, texts, unbalanced) in cases {
            let read = Template::parse(prompt);
            assert_eq!(
                (read.variants(), read.unbalanced),
                (texts.iter().map(|t| (*t).to_owned()).collect(), unbalanced)
            );
            assert_eq!((read.count(), read.first().as_str()), (texts.len(), texts[0]), "{prompt}");
        }
    }

    #[test]
    fn endless_alternatives_are_counted_without_being_made() {
        assert_eq!(Template::parse(&"{a|b}".repeat(200)).count(), usize::MAX);
        let deep = format!("{}x{}", "{a|".repeat(20_000), "}".repeat(20_000));
        assert_eq!(Template::parse(&deep).count(), DEPTH + 1);
    }

    #[test]
    fn only_what_would_be_read_otherwise_is_escaped() {
        for (text, escaped) in
            [("a {cat}", "a {cat}"), ("{a|b}", r"\{a\|b\}"), (r"C:\dir", r"C:\dir"), (r"\{", r"\\\{"), ("a}", r"a\}")]
        {
            assert_eq!(escape(text), escaped);
        }
    }

    proptest! {
        #[test]
        fn an_escaped_text_stands_for_itself(text in r"[a{|}\\]{0,12}") {
            let read = Template::parse(&escape(&text));
            prop_assert_eq!(read.variants(), [text]);
            prop_assert!(!read.unbalanced);
        }

        #[test]
        fn any_prompt_has_as_many_texts_as_it_counts(text in r"[a{|}\\]{0,24}") {
            let read = Template::parse(&text);
            prop_assert_eq!(read.count(), read.variants().len());
            prop_assert_eq!(Some(read.first()), read.variants().into_iter().next());
        }
    }
}
