//! A Rust source as the checks see it: its tokens without comments and texts, each with its line, and the paths it
//! names. No parser of Rust: just enough of one to follow `use` trees and inline paths.

/// One token: a name, `::`, a single sign, or a text with its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// A path as it is named in a source: `["crate", "work", "Task"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) parts: Vec<String>,
    pub(crate) line: usize,
    /// Where it begins among the tokens.
    pub(crate) at: usize,
    /// Whether it stands in a `use`.
    pub(crate) imported: bool,
}

impl Path {
    pub(crate) fn contains(&self, run: &[&str]) -> bool {
        self.parts.windows(run.len()).any(|window| window.iter().zip(run).all(|(part, wanted)| part == wanted))
    }

    pub(crate) fn shown(&self) -> String {
        self.parts.join("::")
    }
}

/// The tokens of a source without its texts.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let is_text = |token: &Token| token.text.ends_with(['"', '#']) && token.text.len() > 1;
    all_tokens(source).into_iter().filter(|token| !is_text(token)).collect()
}

/// The tokens of a source. Comments and characters in quotes leave nothing behind; lifetimes neither.
pub(crate) fn all_tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = after(&chars, at);
        let text: String = chars[at..end].iter().collect();
        let begins_name = chars[at].is_alphabetic() || chars[at] == '_';
        let is_text = text.ends_with('"') && text.len() > 1;
        if text == "::" || begins_name || is_text || (end == at + 1 && is_sign(chars[at])) {
            found.push(Token { text: text.clone(), line });
        }
        line += text.matches('\n').count();
        at = end;
    }
    found
}

fn is_sign(c: char) -> bool {
    !c.is_whitespace() && c != '"' && c != '\''
}

/// Where the token, comment, text or blank that begins at `at` ends.
fn after(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let is_name = |c: &char| c.is_alphanumeric() || *c == '_';
    match rest {
        ['/', '/', ..] => at + rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => after_block_comment(chars, at),
        ['r' | 'b' | 'c', ..] if raw_text(rest).is_some() => at + raw_text(rest).unwrap_or(1),
        ['b' | 'c', '"', ..] => after_text(chars, at + 2),
        ['"', ..] => after_text(chars, at + 1),
        ['b', '\'', ..] => after_char(chars, at + 1),
        ['\'', ..] => after_char(chars, at),
        [':', ':', ..] => at + 2,
        [first, ..] if is_name(first) => at + rest.iter().position(|c| !is_name(c)).unwrap_or(rest.len()),
        _ => at + 1,
    }
}

fn after_block_comment(chars: &[char], at: usize) -> usize {
    let (mut depth, mut end) = (0_usize, at);
    while end < chars.len() {
        match chars[end..] {
            ['/', '*', ..] => (depth, end) = (depth + 1, end + 2),
            ['*', '/', ..] => (depth, end) = (depth - 1, end + 2),
            _ => end += 1,
        }
        if depth == 0 {
            break;
        }
    }
    end
}

fn after_text(chars: &[char], mut end: usize) -> usize {
    while end < chars.len() {
        match chars[end] {
            '\\' => end += 2,
            '"' => return end + 1,
            _ => end += 1,
        }
    }
    end.min(chars.len())
}

/// A character in quotes, or a lifetime.
fn after_char(chars: &[char], at: usize) -> usize {
    match chars[at..] {
        ['\'', '\\', _, ..] => {
            let from = at + 3;
            from + chars[from..].iter().position(|c| *c == '\'').map_or(0, |quote| quote + 1)
        }
        ['\'', _, '\'', ..] => at + 3,
        _ => {
            let from = at + 1;
            from + chars[from..].iter().position(|c| !c.is_alphanumeric() && *c != '_').unwrap_or(chars.len() - from)
        }
    }
}

/// How long a raw text is that begins here; `None` when none does.
fn raw_text(rest: &[char]) -> Option<usize> {
    let r = rest.iter().position(|c| *c == 'r').filter(|at| *at < 2)?;
    let hashes = rest[r + 1..].iter().take_while(|c| **c == '#').count();
    let open = r + 1 + hashes;
    if rest.get(open) != Some(&'"') {
        return None;
    }
    let closes =
        |at: usize| rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    let close = (open + 1..rest.len()).find(|at| closes(*at))?;
    Some(close + 1 + hashes)
}

/// The tokens without what stands behind `#[cfg(test)]`: an item up to its closing brace or its semicolon.
pub(crate) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if words(tokens, at, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = after_item(tokens, at + 7);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

pub(crate) fn words(tokens: &[Token], at: usize, wanted: &[&str]) -> bool {
    wanted.iter().enumerate().all(|(i, word)| tokens.get(at + i).is_some_and(|token| token.text == *word))
}

/// The place behind the item that begins at `at`.
fn after_item(tokens: &[Token], mut at: usize) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            ";" => return at + 1,
            "{" => return closing(tokens, at) + 1,
            "(" | "[" => at = closing(tokens, at) + 1,
            _ => at += 1,
        }
    }
    at
}

/// Where the bracket that opens at `at` is closed.
pub(crate) fn closing(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    tokens.len().saturating_sub(1)
}

/// Every path that is named, those of `use` trees one by one. `module` is the module the source is, without `crate`;
/// paths that begin with `self` or `super` are told from `crate` on, inside nested modules too.
pub(crate) fn paths(tokens: &[Token], module: &[&str]) -> Vec<Path> {
    let mut found = Vec::new();
    let mut here: Vec<String> = module.iter().map(ToString::to_string).collect();
    let mut ends: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        while ends.last().is_some_and(|end| *end <= at) {
            ends.pop();
            here.pop();
        }
        let starts = is_name(&tokens[at].text) && (at == 0 || tokens[at - 1].text != "::");
        if tokens[at].text == "mod" && tokens.get(at + 2).is_some_and(|token| token.text == "{") {
            here.push(tokens[at + 1].text.clone());
            ends.push(closing(tokens, at + 2));
            at += 3;
        } else if tokens[at].text == "use" {
            at = use_tree(tokens, at + 1, &[], &here, &mut found);
        } else if starts && tokens.get(at + 1).is_some_and(|token| token.text == "::") {
            at = inline_path(tokens, at, &here, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}

/// One branch of a `use` tree, with its own branches; the place behind it.
fn use_tree(tokens: &[Token], from: usize, before: &[String], here: &[String], found: &mut Vec<Path>) -> usize {
    let mut parts = before.to_vec();
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "::" => at += 1,
            "{" => {
                let end = closing(tokens, at);
                at += 1;
                while at < end {
                    at = use_tree(tokens, at, &parts, here, found);
                    if tokens.get(at).is_some_and(|token| token.text == ",") {
                        at += 1;
                    }
                }
                return end + 1;
            }
            // The new name says nothing about what is used.
            "as" => at += 2,
            "," | ";" | "}" => break,
            text => {
                parts.push(text.to_owned());
                at += 1;
            }
        }
    }
    let line = tokens.get(at.saturating_sub(1)).map_or(0, |token| token.line);
    if parts.last().is_some_and(|last| last == "self") && parts.len() > 1 {
        parts.pop();
    }
    found.push(Path { parts: from_crate(parts, here), line, at: from, imported: true });
    at
}

fn inline_path(tokens: &[Token], from: usize, here: &[String], found: &mut Vec<Path>) -> usize {
    let mut parts = vec![tokens[from].text.clone()];
    let mut at = from + 1;
    while tokens.get(at).is_some_and(|token| token.text == "::") {
        at += 1;
        match tokens.get(at) {
            Some(token) if is_name(&token.text) => parts.push(token.text.clone()),
            Some(_) | None => break,
        }
        at += 1;
    }
    found.push(Path { parts: from_crate(parts, here), line: tokens[from].line, at: from, imported: false });
    at
}

/// The path from `crate` on, where it began with `self` or `super`.
fn from_crate(parts: Vec<String>, here: &[String]) -> Vec<String> {
    let up = parts.iter().take_while(|part| *part == "super").count();
    let is_self = parts.first().is_some_and(|part| part == "self");
    if up == 0 && !is_self {
        return parts;
    }
    let base = here.iter().take(here.len().saturating_sub(up));
    let rest = parts.iter().skip(up + usize::from(is_self));
    std::iter::once(&"crate".to_owned()).chain(base).chain(rest).cloned().collect()
}
