//! Detail's first part: how the task stands, what to do next, what was asked for, what came of it.

use crate::{
    detail::view::{About, acts, usually},
    layout,
    widgets::brush::labelled,
};
use domain::{
    problem::Charged,
    task::{Phase, Task, TaskState},
};
use engine::{expected, queue, work::SavingStep};
use ratatui::{style::Style, text::Line};
use words::{
    amounts, facts,
    facts::{Fact, Tone},
    tr,
};

pub(crate) fn lines(about: &About<'_>) -> Vec<Line<'static>> {
    let (now, not_now) = acts(about);
    let mut lines = standing(about);
    lines.extend(file(about));
    lines.extend(now);
    lines.push(Line::default());
    lines.extend(told(about, [facts::prompt(about.row)]));
    lines.push(Line::default());
    lines.extend(asked(about));
    lines.extend(origin(about));
    lines.push(Line::default());
    lines.extend(not_now);
    lines
}

/// Facts as labels and values.
fn told(about: &About<'_>, facts: impl IntoIterator<Item = Fact>) -> Vec<Line<'static>> {
    let theme = about.look.theme;
    let dot = format!(" {} ", about.look.signs.dot);
    let lines = facts.into_iter().map(|Fact { label, parts, tone }| {
        let style = match tone {
            Tone::Plain => Style::new(),
            Tone::Faint => theme.faint,
            Tone::Strong => theme.strong,
            Tone::Warning => theme.warn,
            Tone::Bad => theme.bad,
            Tone::Loud => theme.loud,
        };
        labelled(label, &parts.join(&dot), about.width, about.look, style)
    });
    lines.flatten().collect()
}

/// What happened, what to do next, whether it was charged.
fn standing(about: &About<'_>) -> Vec<Line<'static>> {
    let (row, now, voice) = (about.row, layout::shown_now(about.app), &about.app.screen.voice);
    let why = facts::why(row, about.loaded.map(|detail| &detail.task), now, voice);
    let mut lines = match why.is_empty() {
        _ if about.app.work.lacks_key(row) => told(about, facts::lacks_key(row)),
        _ if let Some(why) = queue::passed_over(&about.app.work, row.key) => {
            told(about, [facts::passed_over(row, why)])
        }
        true => labelled(tr!("What"), &progress(about), about.width, about.look, Style::new()),
        false => told(about, why),
    };
    lines.extend(told(about, facts::money_of(row, about.loaded.map(|detail| &detail.task), now)));
    lines
}

/// How far a task without an error is.
fn progress(about: &About<'_>) -> String {
    let (row, now) = (about.row, layout::shown_now(about.app));
    match row.state {
        TaskState::Queued => tr!("waiting to be sent").into(),
        TaskState::Sending => match about.app.work.queue.uploaded(row.key) {
            Some((done, total)) if done < total => {
                tr!("uploading, {done} of {total}", done = amounts::size(done), total = amounts::size(total))
            }
            Some(_) | None => tr!("the submission is on its way; its answer decides").into(),
        },
        TaskState::Running => {
            let word = if row.status.is_empty() { tr!("accepted") } else { &row.status };
            let took = row.sent_at.get().map(|at| amounts::clock(now.wall.since(at)));
            let late = expected::is_late(&about.app.work, row, now.wall);
            let late = late.then(|| tr!("longer than 19 of 20 such tasks").to_owned());
            joined([Some(word.to_owned()), took, usually(about), late].into_iter().flatten())
        }
        TaskState::Ready => tr!("finished; the file is still with the service").into(),
        TaskState::Saving => tr!("the file is being fetched").into(),
        TaskState::Saved => {
            let took = row.sent_at.get().zip(row.finished_at.get()).map(|(from, to)| amounts::clock(to.since(from)));
            took.map_or_else(|| tr!("saved").into(), |took| tr!("saved after {time}", time = took))
        }
        TaskState::Cancelled if row.remote().is_some() => tr!("no longer watched; its file will not be saved").into(),
        TaskState::Cancelled if row.charged == Charged::Yes => {
            tr!("resolved as lost: accepted, and its ID is lost").into()
        }
        TaskState::Cancelled => tr!("taken back before it was sent").into(),
        TaskState::Unknown | TaskState::Failed | TaskState::Refused => tr!("no reason was given").into(),
    }
}

/// One fact after another in a sentence.
fn joined(facts: impl IntoIterator<Item = String>) -> String {
    facts.into_iter().reduce(|first, next| tr!("{first}, {next}", first, next)).unwrap_or_default()
}

/// The file: where it lies and whether it is what was asked for, or how far the download is.
fn file(about: &About<'_>) -> Vec<Line<'static>> {
    let saved = about.loaded.and_then(|detail| detail.task.saved());
    let settings = &about.app.work.settings;
    let mut lines = told(about, saved.into_iter().flat_map(|saved| facts::file(about.row, saved, settings)));
    if about.app.screen.table.found.is_missing(about.row.key) {
        let download = &about.app.screen.voice.download;
        let text = tr!("file missing: it is no longer there; {download} fetches it again", download);
        lines.extend(labelled("", &text, about.width, about.look, about.look.theme.warn));
    }
    if let Some(saving) = about.app.work.saver.active.get(&about.row.key) {
        let step = download(&saving.step, about);
        lines.extend(labelled(tr!("Download"), &step, about.width, about.look, Style::new()));
    }
    lines.extend(told(about, facts::address(about.row, layout::shown_now(about.app))));
    lines
}

/// Which of the overview's lines have the file's path: the first, and how many.
pub(crate) fn file_lines(lines: &[Line<'_>]) -> Option<(usize, usize)> {
    let head = |line: &Line<'_>| line.spans.first().map(|span| span.content.trim_end().to_owned());
    let first = lines.iter().position(|line| head(line).as_deref() == Some(facts::file_label()))?;
    // The first line without a label after it is of the file's measures, unless the path goes on.
    let path = lines[first].spans.get(1)?.style;
    let more = lines[first..].iter().take_while(|line| line.spans.get(1).is_some_and(|span| span.style == path));
    Some((first, more.count()))
}

/// Bytes, speed and rest.
fn download(step: &SavingStep, about: &About<'_>) -> String {
    match step {
        SavingStep::Claiming | SavingStep::Address => tr!("asking for the URL").into(),
        SavingStep::Stopping => tr!("stopping; the partial file is kept").into(),
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
    let request = about.loaded.map(|detail| &detail.task.request);
    let model = facts::model(about.row, request, &about.app.work.settings.catalogue);
    let whose = facts::who(about.row).filter(|_| about.app.work.tasks.is_shared());
    told(about, std::iter::once(model).chain(request.into_iter().flat_map(facts::addresses)).chain(whose))
}

/// Ids, times, the line of attempts.
fn origin(about: &About<'_>) -> Vec<Line<'static>> {
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
    let mut lines = [label(tr!("IDs"), join(ids)), label(tr!("Times"), join(times))].concat();
    if let Some(Phase::Running { polls, .. }) = task.map(|task| &task.phase) {
        let asked = match polls {
            1 => tr!("once for its state").to_owned(),
            count => tr!("{count} times for its state", count),
        };
        lines.extend(label(tr!("Asked"), asked));
    }
    if row.attempt > 1 || row.retried {
        let number = row.attempt;
        let mut parts = vec![if row.kind.automatic {
            tr!("number {number}, retried automatically", number)
        } else {
            tr!("number {number}", number)
        }];
        parts.extend(row.parent.get().map(|parent| tr!("retry of {key}", key = parent)));
        if row.retried {
            parts.push(tr!("retried by a later one").into());
        }
        lines.extend(label(tr!("Attempt"), join(parts)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use crate::{
        keymap::Pane,
        shell::view,
        testing::{add, state, task},
    };
    use domain::{
        problem::Charged,
        task::{Phase, RemoteId, Task, TaskState},
    };
    use ratatui::{buffer::Buffer, layout::Rect};

    #[test]
    fn a_task_that_was_asked_about_once_says_so() {
        for (polls, said) in [(1, "once for its state"), (2, "2 times for its state")] {
            let mut app = state(&[]);
            let phase = Phase::Running {
                status: String::new(),
                next_poll: domain::time::Wall(0),
                polls,
                misses: 0,
                trouble: None,
            };
            let task = Task { phase, ..task(1, TaskState::Running) };
            add(&mut app, task.clone());
            let detail = engine::msg::Detail { line: vec![task.clone()], events: vec![], ledger: vec![], task };
            crate::detail::loaded(&mut app, Box::new(detail));
            app.screen.pane = Pane::Detail;
            let mut buf = Buffer::empty(Rect::new(0, 0, app.screen.width, app.screen.height));
            let _ = view::draw(&app, &mut buf);
            let text: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
            assert!(text.contains(said), "{text}");
        }
    }

    #[test]
    fn a_cancelled_task_says_which_way_it_was_cancelled() {
        for (was, charged, remote, said) in [
            (TaskState::Queued, Charged::No, None, "taken back before it was sent"),
            (TaskState::Running, Charged::Yes, Some("77"), "no longer watched; its file will not be saved"),
            (TaskState::Unknown, Charged::Yes, None, "resolved as lost: accepted, and its ID is lost"),
        ] {
            let mut app = state(&[]);
            let remote = remote.map(|id| RemoteId(id.into()));
            add(&mut app, Task { phase: Phase::Cancelled { was, charged }, remote, ..task(1, TaskState::Cancelled) });
            app.screen.pane = Pane::Detail;
            let mut buf = Buffer::empty(Rect::new(0, 0, app.screen.width, app.screen.height));
            let _ = view::draw(&app, &mut buf);
            let text: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}
