//! What earlier tasks say of a prompt before it is paid for again: sent within the last ten minutes, or refused as
//! sensitive. Looked at when typing pauses and before the preview, not at every key.

use super::similar;
use crate::app::App;
use domain::{
    draft::{Fault, Field, Severity},
    reason::draft::DraftReason,
    request::Asked,
    task::TaskState,
    text::gist,
    time::MINUTE,
};

/// How long a repeated prompt is worth a word.
const RECENT: u64 = 10 * MINUTE;
/// Recent tasks that are looked at, at most.
const MOST_RECENT: usize = 500;
/// Refused prompts that are looked at, the newest ones.
const MOST_REFUSED: usize = 200;

/// What is to be said of these prompts, each kind once.
pub(crate) fn faults<'p>(app: &App, prompts: impl Iterator<Item = &'p str>) -> Vec<Fault> {
    let mut found = Vec::new();
    let (mut recent, mut refused) = (None, None);
    for prompt in prompts.filter(|prompt| !prompt.trim().is_empty()) {
        recent = recent.or_else(|| sent_recently(app, prompt));
        refused = refused.or_else(|| refused_before(app, prompt));
    }
    found.extend(recent);
    found.extend(refused);
    let warning = |reason| Fault { field: Field::Prompt, severity: Severity::Warning, reason, fix: None };
    found.into_iter().map(warning).collect()
}

/// A task of the last ten minutes with the same prompt; an attempt that is being repeated does not count, nor does one
/// that was taken back.
fn sent_recently(app: &App, prompt: &str) -> Option<DraftReason> {
    let parent = app.screen.compose.draft.parent;
    let (rows, archived) = (&app.work.tasks.rows, &app.work.money.archived);
    let row = rows
        .values()
        .rev()
        .take(MOST_RECENT)
        .chain(archived.values().rev().take(MOST_RECENT))
        .filter(|row| app.work.now.wall.since(row.created_at) < RECENT)
        .filter(|row| row.state != TaskState::Cancelled && Some(row.key) != parent && row.asked() == Asked::Known)
        .find(|row| *row.prompt() == *prompt)?;
    let minutes = app.work.now.wall.since(row.created_at) / MINUTE;
    Some(DraftReason::QueuedBefore { key: row.key, state: row.state, minutes })
}

/// A prompt that was refused as sensitive, wholly or in a long part.
fn refused_before(app: &App, prompt: &str) -> Option<DraftReason> {
    let refused = app.work.tasks.sensitive.iter().rev().take(MOST_REFUSED).filter_map(|key| app.work.known(*key));
    let refused = refused.filter(|row| row.asked() == Asked::Known);
    let mut shared = refused.filter_map(|row| Some((row.key, similar::common(prompt, row.prompt())?)));
    let (key, part) = shared.next()?;
    let part = (part.len() != prompt.trim().len()).then(|| gist(&part).into_owned());
    Some(DraftReason::RefusedBefore { key, part })
}
