//! What changed between two requests, field by field, and word by word in the prompt.

mod changes;

use super::{
    brush::{LABEL, span},
    text,
    theme::Look,
};
use changes::Change;
use domain::{
    draft::Field,
    request::{ImageRef, Request},
};
use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;
use words::{amounts, names, tr};

/// The fields that differ, as lines of at most `width` cells; none when nothing differs.
pub(crate) fn lines(was: &Request, now: &Request, width: u16, look: Look) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = fields(was)
        .into_iter()
        .zip(fields(now))
        .filter(|((_, was), (_, now))| was != now)
        .map(|((label, was), (_, now))| {
            Line::from(vec![
                Span::styled(text::pad(label, LABEL), look.theme.faint),
                span(was, look.theme.removed),
                Span::raw(format!(" {} ", look.signs.to)),
                span(now, look.theme.added),
            ])
        })
        .collect();
    if was.prompt != now.prompt {
        lines.extend(prompt(names::label(Field::Prompt), &was.prompt, &now.prompt, width, look));
    }
    lines
}

fn fields(request: &Request) -> [(&'static str, String); 9] {
    let yes = |on: bool| if on { tr!("on") } else { tr!("off") }.to_owned();
    let [first, last, subject] = request
        .pictures()
        .map(|(field, image)| (names::label(field), image.map_or_else(|| tr!("none"), ImageRef::typed).to_owned()));
    [
        (names::label(Field::Model), request.model.clone()),
        first,
        last,
        subject,
        (names::label(Field::Resolution), request.resolution.clone()),
        (names::label(Field::Duration), amounts::seconds(request.duration)),
        (names::label(Field::Optimizer), yes(request.optimizer)),
        (names::label(Field::Callback), request.callback.clone().unwrap_or_else(|| tr!("none").into())),
        (
            tr!("Extras"),
            tr!(
                "fast {fast}, watermark {watermark}",
                fast = yes(request.fast_pretreatment),
                watermark = yes(request.watermark)
            ),
        ),
    ]
}

/// The prompt with `[-what went-]` and `{+what came+}`, so that it is told without colours too.
pub(crate) fn prompt(label: &str, was: &str, now: &str, width: u16, look: Look) -> Vec<Line<'static>> {
    let room = usize::from(width).saturating_sub(LABEL + 2).max(8);
    let mut lines = Vec::new();
    let mut line: Vec<Span<'static>> = vec![Span::styled(text::pad(label, LABEL), look.theme.faint)];
    let mut used = 0;
    for piece in changes::words(was, now) {
        let (words, style) = match piece {
            (Change::Kept, words) => (words, Style::new()),
            (Change::Removed, words) => (format!("[-{words}-]"), look.theme.removed),
            (Change::Added, words) => (format!("{{+{words}+}}"), look.theme.added),
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
