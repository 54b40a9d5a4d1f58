//! Detail's first part: how the task stands, what to do next, what was asked for, what came of it.

use super::{
    brush::labelled,
    cells,
    detail::{About, acts, usually},
    words,
};
use crate::{
    domain::{
        problem::{Charged, TaskError},
        request::{ImageRef, Request},
        task::{Phase, SavedFile, Task, TaskState},
    },
    logic::{layout, state::SavingStep},
};
use ratatui::{style::Style, text::Line};

/// Its lines.
pub(super) fn lines(about: &About<'_>) -> Vec<Line<'static>> {
    let (now, not_now) = acts(about);
    let mut lines = standing(about);
    lines.extend(file(about));
    lines.push(now);
    lines.push(Line::default());
    let prompt = if about.row.prompt().is_empty() { "none" } else { about.row.prompt() };
    lines.extend(labelled("Prompt", prompt, about.width, about.look, Style::new()));
    lines.push(Line::default());
    lines.extend(asked(about));
    lines.extend(facts(about));
    lines.push(Line::default());
    lines.extend(not_now);
    lines
}

/// What happened, what to do next, whether it was charged.
fn standing(about: &About<'_>) -> Vec<Line<'static>> {
    let (row, theme) = (about.row, about.look.theme);
    let label = |name: &str, value: &str, style| labelled(name, value, about.width, about.look, style);
    let charged = match row.charged {
        Charged::Yes | Charged::Unknown if !row.is_known() => words::ELSEWHERE.into(),
        Charged::Yes => format!("{} PTC, charged", row.cost),
        Charged::No if row.state == TaskState::Queued => format!("{} PTC when it is sent; free until then", row.cost),
        Charged::No => "not charged".into(),
        Charged::Unknown => format!("{} PTC, perhaps charged; counted as spent", row.cost),
    };
    let mut lines = Vec::new();
    let error = about.loaded.and_then(|detail| detail.task.error());
    match (error, row.error()) {
        (Some(TaskError { code, class, message, next, .. }), _) => {
            let style = if row.state == TaskState::Unknown { theme.warn } else { theme.bad };
            lines.extend(label("What", &format!("{} ({code}): {message}", class.label()), style));
            if !next.is_empty() {
                lines.extend(label("Next", next, theme.strong));
            }
        }
        (None, Some(message)) => {
            let class = row.class.map_or("failed", |class| class.label());
            lines.extend(label("What", &format!("{class}: {message}"), theme.bad));
        }
        (None, None) => lines.extend(label("What", &progress(about), Style::new())),
    }
    lines.extend(label("Cost", &charged, if row.charged == Charged::Unknown { theme.warn } else { Style::new() }));
    lines
}

/// How far a task without an error is.
fn progress(about: &About<'_>) -> String {
    let (row, now) = (about.row, layout::shown_now(about.state));
    match row.state {
        TaskState::Queued => "waits to be sent".into(),
        TaskState::Sending => "the submission is on its way; its answer decides".into(),
        TaskState::Running => {
            let word = if row.status.is_empty() { "accepted" } else { &row.status };
            let took =
                row.sent_at.get().map_or_else(String::new, |at| format!(", {}", words::clock(now.wall.since(at))));
            let usual = usually(about).map_or_else(String::new, |usual| format!(", {usual}"));
            format!("{word}{took}{usual}")
        }
        TaskState::Ready => "made; the file is still with the service".into(),
        TaskState::Saving => "the file is being fetched".into(),
        TaskState::Saved => {
            let took = row.sent_at.get().zip(row.finished_at.get()).map(|(from, to)| words::clock(to.since(from)));
            took.map_or_else(|| "saved".into(), |took| format!("saved after {took}"))
        }
        TaskState::Cancelled => "taken back, or no longer watched".into(),
        TaskState::Unknown | TaskState::Failed | TaskState::Refused => "no reason was given".into(),
    }
}

/// The label of the file's path.
const FILE: &str = "File";

/// The file: where it lies and whether it is what was asked for, or how far the download is.
fn file(about: &About<'_>) -> Vec<Line<'static>> {
    let label = |name: &str, value: &str, style| labelled(name, value, about.width, about.look, style);
    let now = layout::shown_now(about.state);
    let mut lines = Vec::new();
    if let Some(saved) = about.loaded.and_then(|detail| detail.task.saved()) {
        lines.extend(label(FILE, &saved.path, about.look.theme.strong));
        lines.extend(label("", &measures(saved, about), Style::new()));
        lines.extend(label("SHA-256", &saved.sha256, about.look.theme.faint));
    }
    if let Some(saving) = about.state.saver.active.get(&about.row.key) {
        lines.extend(label("Download", &download(&saving.step, about), Style::new()));
    }
    let waits = matches!(about.row.state, TaskState::Ready | TaskState::Saving);
    if let Some(at) = about.row.expires_at.get().filter(|_| waits) {
        let left = at.since(now.wall);
        let (text, style) = match left {
            0 => ("has expired; a fresh one is asked for".to_owned(), about.look.theme.warn),
            left if left < crate::domain::time::HOUR => {
                (format!("lives {} more", words::span(left)), about.look.theme.loud)
            }
            left => (format!("lives {} more, until {}", words::span(left), words::moment(at, now)), Style::new()),
        };
        lines.extend(label("Address", &text, style));
    }
    lines
}

/// Which of the overview's lines have the file's path: the first, and how many.
pub(super) fn file_lines(lines: &[Line<'_>]) -> Option<(usize, usize)> {
    let head = |line: &Line<'_>| line.spans.first().map(|span| span.content.trim_end().to_owned());
    let first = lines.iter().position(|line| head(line).as_deref() == Some(FILE))?;
    // The first line without a label after it is of the file's measures, unless the path goes on.
    let path = lines[first].spans.get(1)?.style;
    let more = lines[first..].iter().take_while(|line| line.spans.get(1).is_some_and(|span| span.style == path));
    Some((first, more.count()))
}

/// Size, sides and length got, against what was asked for where they differ.
fn measures(saved: &SavedFile, about: &About<'_>) -> String {
    let dot = about.look.signs.dot;
    let mut parts = vec![words::size(saved.bytes)];
    let asked = |what: String| if about.row.is_known() { format!(" (asked {what})") } else { String::new() };
    if let Some((width, height)) = saved.sides {
        parts.push(format!("{width}x{height}{}", asked(about.row.kind.resolution.to_string())));
    }
    if let Some(ms) = saved.length_ms {
        parts.push(format!("{}.{} s{}", ms / 1_000, ms % 1_000 / 100, asked(format!("{} s", about.row.kind.duration))));
    }
    parts.join(&format!(" {dot} "))
}

/// Bytes, speed and rest.
fn download(step: &SavingStep, about: &About<'_>) -> String {
    match step {
        SavingStep::Claiming | SavingStep::Address => "asks for the address".into(),
        SavingStep::Stopping => "stops; the part stays for later".into(),
        SavingStep::Bytes { done, total, since, from } => {
            let passed = about.state.now.mono.since(*since).max(1);
            let speed = done.saturating_sub(*from).saturating_mul(1_000) / passed;
            let mut text = match total {
                Some(total) => format!("{} of {}", words::size(*done), words::size(*total)),
                None => words::size(*done),
            };
            if speed > 0 {
                text.push_str(&format!(", {}/s", words::size(speed)));
                if let Some(total) = total {
                    text.push_str(&format!(", {} to go", words::span(total.saturating_sub(*done) * 1_000 / speed)));
                }
            }
            text
        }
    }
}

/// What was asked for, besides the prompt.
fn asked(about: &About<'_>) -> Vec<Line<'static>> {
    let (row, dot) = (about.row, about.look.signs.dot);
    if !row.is_known() {
        return labelled("Model", words::ELSEWHERE, about.width, about.look, Style::new());
    }
    let mut text = format!("{} {dot} {} {dot} {} s", row.kind.model, row.kind.resolution, row.kind.duration);
    let mut lines = Vec::new();
    if let Some(request) = about.loaded.map(|detail| &detail.task.request) {
        text.push_str(&extras(request, dot));
        lines.extend(labelled("Model", &text, about.width, about.look, Style::new()));
        lines.extend(pictures(request, about));
        if let Some(address) = &request.callback {
            lines.extend(labelled("Callback", address, about.width, about.look, Style::new()));
        }
        return lines;
    }
    labelled("Model", &text, about.width, about.look, Style::new())
}

/// What is not at its default.
fn extras(request: &Request, dot: &str) -> String {
    [
        (!request.optimizer, "optimizer off"),
        (request.fast_pretreatment, "fast pretreatment"),
        (request.watermark, "watermark"),
    ]
    .into_iter()
    .filter(|(on, _)| *on)
    .map(|(_, words)| format!(" {dot} {words}"))
    .collect()
}

fn pictures(request: &Request, about: &About<'_>) -> Vec<Line<'static>> {
    [("First frame", &request.first_frame), ("Last frame", &request.last_frame), ("Subject", &request.subject)]
        .into_iter()
        .filter_map(|(label, image)| image.as_ref().map(|image| (label, picture(image))))
        .flat_map(|(label, text)| labelled(label, &text, about.width, about.look, Style::new()))
        .collect()
}

/// A picture with what is known of it: `~/fox.png (PNG 1280x720, 1.2 MB)`.
pub(super) fn picture(image: &ImageRef) -> String {
    match image {
        ImageRef::Url(url) => url.clone(),
        ImageRef::Stored(image) => format!(
            "{} ({} {}x{}, {})",
            image.path,
            image.kind.extension(),
            image.width,
            image.height,
            words::size(image.bytes)
        ),
    }
}

/// Ids, times, the line of attempts.
fn facts(about: &About<'_>) -> Vec<Line<'static>> {
    let (row, dot) = (about.row, about.look.signs.dot);
    let join = |parts: Vec<String>| parts.join(&format!(" {dot} "));
    let label = |name: &str, value: String| labelled(name, &value, about.width, about.look, Style::new());
    let task = about.loaded.map(|detail| &detail.task);
    let mut ids = vec![row.key.to_string()];
    ids.extend(row.remote().map(|id| format!("task {id}")));
    ids.extend(task.and_then(Task::file).map(|file| format!("file {}", file.0)));
    ids.extend(task.and_then(|task| task.name.as_ref()).map(|name| format!("name {name}")));
    let now = about.state.now;
    let at = |what: &str, at| format!("{what} {}", words::local(at, now).1);
    let mut times =
        vec![format!("confirmed {} {}", words::local(row.created_at, now).0, words::local(row.created_at, now).1)];
    times.extend(row.sent_at.get().map(|sent| at("sent", sent)));
    times.extend(row.finished_at.get().map(|end| at("ended", end)));
    let mut lines = [label("Ids", join(ids)), label("Times", join(times))].concat();
    if let Some(Phase::Running { polls, .. }) = task.map(|task| &task.phase) {
        lines.extend(label("Asked", format!("{polls} times for its state")));
    }
    if row.attempt > 1 || row.retried {
        let by = if row.automatic { ", made by the program itself" } else { "" };
        let mut parts = vec![format!("number {}{by}", row.attempt)];
        parts.extend(row.parent.map(|parent| format!("repeats {parent}")));
        if row.retried {
            parts.push("repeated by a later one".into());
        }
        lines.extend(label("Attempt", join(parts)));
    }
    lines
}

/// A task's model and format in few words, for previews and lists.
pub(super) fn short(request: &Request, state: &crate::logic::state::State) -> String {
    format!("{} {} {}s", cells::short_model(state, &request.model), request.resolution, request.duration)
}
