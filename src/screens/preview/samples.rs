//! The preview of a batch: what was left out and why, three samples whole, then every task in a line.

use crate::{
    app::App,
    preview::state::{Batch, Preview},
    preview::view::{Content, in_a_line, whole},
    widgets::{brush::labelled, text, theme::Look},
};
use ratatui::{style::Style, text::Line};
use words::tr;

/// Impossible combinations that are told one by one.
const TOLD: usize = 20;

/// Everything of a batch, in the order in which it matters.
pub(super) fn lines(content: &mut Content, preview: &Preview, batch: &Batch, app: &App, look: Look, width: u16) {
    let lines = &mut content.lines;
    lines.extend(left_out(batch, look, width));
    let last = preview.items.len().saturating_sub(1);
    let mut samples = vec![0, last / 2, last];
    samples.dedup();
    for (nth, at) in samples.iter().enumerate() {
        let Some(item) = preview.items.get(*at) else { continue };
        let head = tr!("Sample {nth} of {count}: task {number}", nth = nth + 1, count = samples.len(), number = at + 1);
        lines.push(Line::styled(head, look.theme.strong));
        lines.extend(whole(item, look, width));
        lines.push(Line::default());
    }
    if preview.items.len() > 1 {
        lines.push(Line::styled(tr!("All {count}", count = preview.items.len()), look.theme.strong));
        for at in 0..preview.items.len() {
            content.rows.push(lines.len());
            lines.push(in_a_line(preview, at, app, look));
        }
    }
}

fn left_out(batch: &Batch, look: Look, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(file) = &batch.from {
        lines.extend(labelled(tr!("File"), file, width, look, Style::new()));
    }
    if batch.duplicates > 0 {
        let words = match batch.duplicates {
            1 => tr!("1 duplicate was left out").to_owned(),
            count => tr!("{count} duplicates were left out", count),
        };
        lines.push(Line::styled(words, look.theme.faint));
    }
    let impossible = batch.impossible.len();
    if impossible > 0 {
        let words = match impossible {
            1 => tr!("1 combination is not possible and will not be sent").to_owned(),
            count => tr!("{count} combinations are not possible and will not be sent", count),
        };
        lines.push(Line::styled(words, look.theme.warn));
        for (what, why) in batch.impossible.iter().take(TOLD) {
            let what = text::cut(what, usize::from(width).saturating_sub(4), false);
            lines.push(Line::raw(format!("  {what}")));
            let why = text::wrap(why, usize::from(width).saturating_sub(6));
            lines.extend(why.into_iter().map(|part| Line::styled(format!("    {part}"), look.theme.faint)));
        }
        if impossible > TOLD {
            lines.push(Line::styled(
                format!("  {}", tr!("and {count} more", count = impossible - TOLD)),
                look.theme.faint,
            ));
        }
    }
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}
