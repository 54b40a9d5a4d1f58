//! What changed between two requests, field by field, and word by word in the prompt.

use super::{
    brush::{LABEL, span},
    text,
    theme::Look,
};
use crate::domain::request::{ImageRef, Request};
use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;

/// Texts longer than this many words are compared by their common beginning and end only.
const LONG: usize = 600;

/// What became of a piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Kept,
    Removed,
    Added,
}

/// The fields that differ, as lines of at most `width` cells; none when nothing differs.
pub(super) fn lines(was: &Request, now: &Request, width: u16, look: Look) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = fields(was)
        .into_iter()
        .zip(fields(now))
        .filter(|((_, was), (_, now))| was != now)
        .map(|((label, was), (_, now))| {
            Line::from(vec![
                Span::styled(format!("{label:<LABEL$}"), look.theme.faint),
                span(was, look.theme.removed),
                Span::raw(format!(" {} ", look.signs.to)),
                span(now, look.theme.added),
            ])
        })
        .collect();
    if was.prompt != now.prompt {
        lines.extend(prompt(&was.prompt, &now.prompt, width, look));
    }
    lines
}

fn fields(request: &Request) -> [(&'static str, String); 9] {
    let yes = |on: bool| if on { "on" } else { "off" }.to_owned();
    let picture = |image: &Option<ImageRef>| image.as_ref().map_or("none", ImageRef::typed).to_owned();
    [
        ("Model", request.model.clone()),
        ("First frame", picture(&request.first_frame)),
        ("Last frame", picture(&request.last_frame)),
        ("Subject", picture(&request.subject)),
        ("Resolution", request.resolution.clone()),
        ("Duration", format!("{} s", request.duration)),
        ("Optimizer", yes(request.optimizer)),
        ("Callback", request.callback.clone().unwrap_or_else(|| "none".into())),
        ("Extras", format!("fast {}, watermark {}", yes(request.fast_pretreatment), yes(request.watermark))),
    ]
}

/// The prompt with `[-what went-]` and `{+what came+}`, so that it is told without colours too.
fn prompt(was: &str, now: &str, width: u16, look: Look) -> Vec<Line<'static>> {
    let room = usize::from(width).saturating_sub(LABEL + 2).max(8);
    let mut lines = Vec::new();
    let mut line: Vec<Span<'static>> = vec![Span::styled(format!("{:<LABEL$}", "Prompt"), look.theme.faint)];
    let mut used = 0;
    for (kind, words) in joined(&pieces(was, now)) {
        let (words, style) = match kind {
            Kind::Kept => (words, Style::new()),
            Kind::Removed => (format!("[-{words}-]"), look.theme.removed),
            Kind::Added => (format!("{{+{words}+}}"), look.theme.added),
        };
        for word in words.split_word_bounds() {
            let word = text::harmless(word);
            if used + text::width(&word) > room && used > 0 {
                lines.push(Line::from(std::mem::take(&mut line)));
                line.push(Span::raw(" ".repeat(LABEL)));
                used = 0;
                if word.trim().is_empty() {
                    continue;
                }
            }
            used += text::width(&word);
            line.push(Span::styled(word, style));
        }
    }
    lines.push(Line::from(line));
    lines
}

/// Neighbours of one kind as one text.
fn joined(pieces: &[(Kind, &str)]) -> Vec<(Kind, String)> {
    let mut out: Vec<(Kind, String)> = Vec::new();
    for (kind, word) in pieces {
        match out.last_mut().filter(|(last, _)| last == kind) {
            Some((_, text)) => text.push_str(word),
            None => out.push((*kind, (*word).to_owned())),
        }
    }
    out
}

/// The longest common run of words, what was taken out and what was put in.
fn pieces<'a>(was: &'a str, now: &'a str) -> Vec<(Kind, &'a str)> {
    let (was, now): (Vec<&str>, Vec<&str>) = (was.split_word_bounds().collect(), now.split_word_bounds().collect());
    let head = was.iter().zip(&now).take_while(|(a, b)| a == b).count();
    let tail = was[head..].iter().rev().zip(now[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&was[head..was.len() - tail], &now[head..now.len() - tail]);
    let all = |kind: Kind, words: &[&'a str]| words.iter().map(|word| (kind, *word)).collect::<Vec<_>>();
    let middle = if old.len() > LONG || new.len() > LONG {
        [all(Kind::Removed, old), all(Kind::Added, new)].concat()
    } else {
        common(old, new)
    };
    [all(Kind::Kept, &was[..head]), middle, all(Kind::Kept, &was[was.len() - tail..])].concat()
}

/// Longest common subsequence by the usual table.
fn common<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Kind, &'a str)> {
    let wide = new.len() + 1;
    let mut best = vec![0_u16; (old.len() + 1) * wide];
    for (i, was) in old.iter().enumerate().rev() {
        for (j, now) in new.iter().enumerate().rev() {
            best[i * wide + j] = if was == now {
                best[(i + 1) * wide + j + 1] + 1
            } else {
                best[(i + 1) * wide + j].max(best[i * wide + j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            out.push((Kind::Kept, old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && best[(i + 1) * wide + j] >= best[i * wide + j + 1]) {
            out.push((Kind::Removed, old[i]));
            i += 1;
        } else {
            out.push((Kind::Added, new[j]));
            j += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(was: &str, now: &str) -> String {
        joined(&pieces(was, now))
            .into_iter()
            .map(|(kind, text)| match kind {
                Kind::Kept => text,
                Kind::Removed => format!("[-{text}-]"),
                Kind::Added => format!("{{+{text}+}}"),
            })
            .collect()
    }

    #[test]
    fn a_changed_word_is_told_in_its_place() {
        assert_eq!(told("a red fox runs", "a blue fox runs fast"), "a [-red-]{+blue+} fox runs{+ fast+}");
        assert_eq!(told("same", "same"), "same");
        assert_eq!(told("", "new"), "{+new+}");
        assert_eq!(told("雨夜的街", "雪夜的街"), "[-雨-]{+雪+}夜的街");
    }
}
