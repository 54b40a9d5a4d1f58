//! Detail's first part: how the task stands, what to do next, what was asked for, what came of it.

use crate::{
    detail::view::{About, acts, usually},
    kit::brush::labelled,
    shell::layout,
    table::cells,
};
use domain::{
    problem::{Charged, TaskError},
    request::{ImageRef, Request},
    task::{Phase, SavedFile, Task, TaskState},
};
use engine::work::SavingStep;
use ratatui::{style::Style, text::Line};
use words::{amounts, names, reason, tr};

pub(crate) fn lines(about: &About<'_>) -> Vec<Line<'static>> {
    let (now, not_now) = acts(about);
    let mut lines = standing(about);
    lines.extend(file(about));
    lines.extend(now);
    lines.push(Line::default());
    let prompt = if about.row.prompt().is_empty() { tr!("none") } else { about.row.prompt() };
    lines.extend(labelled(tr!("Prompt"), prompt, about.width, about.look, Style::new()));
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
        Charged::Yes | Charged::Unknown if !row.is_known() => amounts::elsewhere().into(),
        Charged::Yes => tr!("{price} PTC, charged", price = row.cost),
        Charged::No if row.state == TaskState::Queued => {
            tr!("{price} PTC when it is sent; free until then", price = row.cost)
        }
        Charged::No => tr!("not charged").into(),
        Charged::Unknown => tr!("{price} PTC, perhaps charged; counted as spent", price = row.cost),
    };
    let mut lines = Vec::new();
    let error = about.loaded.and_then(|detail| detail.task.reason());
    let voice = &about.app.work.settings.voice;
    match (error, row.reason()) {
        (Some(TaskError { code, class, reason, .. }), _) => {
            let problem = reason::problem(reason, voice);
            let (message, next) = (problem.fact(), problem.next);
            let what = tr!("{class} ({code}): {message}", class = names::class(*class), code, message);
            let since = about.loaded.and_then(|detail| detail.task.trouble()).map(|(_, since)| since);
            let (name, what) = match since {
                Some(Some(since)) => {
                    let span = amounts::span(layout::shown_now(about.app).wall.since(since));
                    (tr!("Held up"), tr!("{what} (for {span})", what, span))
                }
                Some(None) => (tr!("Held up"), what),
                None => (tr!("What"), what),
            };
            let is_warning = row.state == TaskState::Unknown || since.is_some();
            lines.extend(label(name, &what, if is_warning { theme.warn } else { theme.bad }));
            if !next.is_empty() {
                lines.extend(label(tr!("Next"), &next, theme.strong));
            }
        }
        (None, Some((_, reason))) => {
            let message = reason::message(&reason, voice);
            let class = row.class.map_or_else(|| tr!("failed"), names::class);
            lines.extend(label(tr!("What"), &format!("{class}{}{message}", tr!(": ")), theme.bad));
        }
        (None, None) => lines.extend(label(tr!("What"), &progress(about), Style::new())),
    }
    lines.extend(label(tr!("Cost"), &charged, if row.charged == Charged::Unknown { theme.warn } else { Style::new() }));
    lines
}

/// How far a task without an error is.
fn progress(about: &About<'_>) -> String {
    let (row, now) = (about.row, layout::shown_now(about.app));
    match row.state {
        TaskState::Queued => tr!("waits to be sent").into(),
        TaskState::Sending => match about.app.work.queue.uploads.get(&row.key) {
            Some((done, total)) if done < total => {
                tr!("uploading, {done} of {total}", done = amounts::size(*done), total = amounts::size(*total))
            }
            Some(_) | None => tr!("the submission is on its way; its answer decides").into(),
        },
        TaskState::Running => {
            let word = if row.status.is_empty() { tr!("accepted") } else { &row.status };
            let took = row.sent_at.get().map(|at| amounts::clock(now.wall.since(at)));
            joined([Some(word.to_owned()), took, usually(about)].into_iter().flatten())
        }
        TaskState::Ready => tr!("made; the file is still with the service").into(),
        TaskState::Saving => tr!("the file is being fetched").into(),
        TaskState::Saved => {
            let took = row.sent_at.get().zip(row.finished_at.get()).map(|(from, to)| amounts::clock(to.since(from)));
            took.map_or_else(|| tr!("saved").into(), |took| tr!("saved after {time}", time = took))
        }
        TaskState::Cancelled => tr!("taken back, or no longer watched").into(),
        TaskState::Unknown | TaskState::Failed | TaskState::Refused => tr!("no reason was given").into(),
    }
}

/// One fact after another in a sentence.
fn joined(facts: impl IntoIterator<Item = String>) -> String {
    facts.into_iter().reduce(|first, next| tr!("{first}, {next}", first, next)).unwrap_or_default()
}

/// The label of the file's path.
fn file_label() -> &'static str {
    tr!("File")
}

/// The file: where it lies and whether it is what was asked for, or how far the download is.
fn file(about: &About<'_>) -> Vec<Line<'static>> {
    let label = |name: &str, value: &str, style| labelled(name, value, about.width, about.look, style);
    let now = layout::shown_now(about.app);
    let mut lines = Vec::new();
    if let Some(saved) = about.loaded.and_then(|detail| detail.task.saved()) {
        lines.extend(label(file_label(), &saved.path, about.look.theme.strong));
        lines.extend(label("", &measures(saved, about), Style::new()));
        lines.extend(label("SHA-256", &saved.sha256, about.look.theme.faint));
    }
    if let Some(saving) = about.app.work.saver.active.get(&about.row.key) {
        lines.extend(label(tr!("Download"), &download(&saving.step, about), Style::new()));
    }
    let waits = matches!(about.row.state, TaskState::Ready | TaskState::Saving);
    if let Some(at) = about.row.expires_at.get().filter(|_| waits) {
        let left = at.since(now.wall);
        let (text, style) = match left {
            0 => (tr!("has expired; a fresh one is asked for").to_owned(), about.look.theme.warn),
            left if left < domain::time::HOUR => {
                (tr!("lives {span} more", span = amounts::span(left)), about.look.theme.loud)
            }
            left => {
                let (span, end) = (amounts::span(left), amounts::moment(at, now));
                (tr!("lives {span} more, until {end}", span, end), Style::new())
            }
        };
        lines.extend(label(tr!("Address"), &text, style));
    }
    lines
}

/// Which of the overview's lines have the file's path: the first, and how many.
pub(crate) fn file_lines(lines: &[Line<'_>]) -> Option<(usize, usize)> {
    let head = |line: &Line<'_>| line.spans.first().map(|span| span.content.trim_end().to_owned());
    let first = lines.iter().position(|line| head(line).as_deref() == Some(file_label()))?;
    // The first line without a label after it is of the file's measures, unless the path goes on.
    let path = lines[first].spans.get(1)?.style;
    let more = lines[first..].iter().take_while(|line| line.spans.get(1).is_some_and(|span| span.style == path));
    Some((first, more.count()))
}

/// Size, sides and length got, against what was asked for where they differ.
fn measures(saved: &SavedFile, about: &About<'_>) -> String {
    let dot = about.look.signs.dot;
    let mut parts = vec![amounts::size(saved.bytes)];
    let asked = |got: String, asked: String| {
        if about.row.is_known() { tr!("{got} (asked {asked})", got, asked) } else { got }
    };
    if let Some((width, height)) = saved.sides {
        parts.push(asked(format!("{width}x{height}"), about.row.kind.resolution.to_string()));
    }
    if let Some(ms) = saved.length_ms {
        parts.push(asked(format!("{}.{} s", ms / 1_000, ms % 1_000 / 100), format!("{} s", about.row.kind.duration)));
    }
    parts.join(&format!(" {dot} "))
}

/// Bytes, speed and rest.
fn download(step: &SavingStep, about: &About<'_>) -> String {
    match step {
        SavingStep::Claiming | SavingStep::Address => tr!("asks for the address").into(),
        SavingStep::Stopping => tr!("stops; the part stays for later").into(),
        SavingStep::Bytes { done, total, since, from } => {
            let passed = about.app.work.now.mono.since(*since).max(1);
            let speed = done.saturating_sub(*from).saturating_mul(1_000) / passed;
            let mut parts = vec![match total {
                Some(total) => tr!("{done} of {total}", done = amounts::size(*done), total = amounts::size(*total)),
                None => amounts::size(*done),
            }];
            if speed > 0 {
                parts.push(format!("{}/s", amounts::size(speed)));
                let left = total.map(|total| total.saturating_sub(*done) * 1_000 / speed);
                parts.extend(left.map(|left| tr!("{span} to go", span = amounts::span(left))));
            }
            joined(parts)
        }
    }
}

/// What was asked for, besides the prompt.
fn asked(about: &About<'_>) -> Vec<Line<'static>> {
    let (row, dot) = (about.row, about.look.signs.dot);
    if !row.is_known() {
        return labelled(tr!("Model"), amounts::elsewhere(), about.width, about.look, Style::new());
    }
    let mut text = format!("{} {dot} {} {dot} {} s", row.kind.model, row.kind.resolution, row.kind.duration);
    let mut lines = Vec::new();
    if let Some(request) = about.loaded.map(|detail| &detail.task.request) {
        text.push_str(&extras(request, dot));
        lines.extend(labelled(tr!("Model"), &text, about.width, about.look, Style::new()));
        lines.extend(pictures(request, about));
        if let Some(address) = &request.callback {
            lines.extend(labelled(tr!("Callback"), address, about.width, about.look, Style::new()));
        }
        return lines;
    }
    labelled(tr!("Model"), &text, about.width, about.look, Style::new())
}

/// What is not at its default.
fn extras(request: &Request, dot: &str) -> String {
    [
        (!request.optimizer, tr!("optimizer off")),
        (request.fast_pretreatment, tr!("fast pretreatment")),
        (request.watermark, tr!("watermark")),
    ]
    .into_iter()
    .filter(|(on, _)| *on)
    .map(|(_, words)| format!(" {dot} {words}"))
    .collect()
}

fn pictures(request: &Request, about: &About<'_>) -> Vec<Line<'static>> {
    [
        (tr!("First frame"), &request.first_frame),
        (tr!("Last frame"), &request.last_frame),
        (tr!("Subject"), &request.subject),
    ]
    .into_iter()
    .filter_map(|(label, image)| image.as_ref().map(|image| (label, picture(image))))
    .flat_map(|(label, text)| labelled(label, &text, about.width, about.look, Style::new()))
    .collect()
}

/// A picture with what is known of it: `~/fox.png (PNG 1280x720, 1.2 MB)`.
pub(crate) fn picture(image: &ImageRef) -> String {
    match image {
        ImageRef::Url(url) => url.clone(),
        ImageRef::Stored(image) => format!(
            "{} ({} {}x{}, {})",
            image.path,
            image.kind.extension(),
            image.width,
            image.height,
            amounts::size(image.bytes)
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
    ids.extend(row.remote().map(|id| tr!("task {id}", id)));
    ids.extend(task.and_then(Task::file).map(|file| tr!("file {id}", id = file.0)));
    ids.extend(task.and_then(|task| task.request_id.as_ref()).map(|id| tr!("request {id}", id)));
    ids.extend(task.and_then(|task| task.name.as_ref()).map(|name| tr!("name {name}", name)));
    let now = about.app.work.now;
    let (date, time) = amounts::local(row.created_at, now);
    let mut times = vec![tr!("confirmed {time}", time = format!("{date} {time}"))];
    times.extend(row.sent_at.get().map(|sent| tr!("sent {time}", time = amounts::local(sent, now).1)));
    times.extend(row.finished_at.get().map(|end| tr!("ended {time}", time = amounts::local(end, now).1)));
    let mut lines = [label(tr!("Ids"), join(ids)), label(tr!("Times"), join(times))].concat();
    if let Some(Phase::Running { polls, .. }) = task.map(|task| &task.phase) {
        lines.extend(label(tr!("Asked"), tr!("{count} times for its state", count = polls)));
    }
    if row.attempt > 1 || row.retried {
        let number = row.attempt;
        let mut parts = vec![if row.automatic {
            tr!("number {number}, made by the program itself", number)
        } else {
            tr!("number {number}", number)
        }];
        parts.extend(row.parent.map(|parent| tr!("repeats {key}", key = parent)));
        if row.retried {
            parts.push(tr!("repeated by a later one").into());
        }
        lines.extend(label(tr!("Attempt"), join(parts)));
    }
    lines
}

/// A task's model and format in few words, for previews and lists.
pub(crate) fn short(request: &Request, state: &crate::app::App) -> String {
    format!("{} {} {}s", cells::short_model(state, &request.model), request.resolution, request.duration)
}
