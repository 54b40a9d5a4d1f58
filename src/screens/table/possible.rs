//! Whether something can be done with the tasks acted on now, and if not, why.

use super::{archive, cursor_row, groups, place, range, state::Left, targets};
use crate::{
    app::App,
    keymap::{Action, CopyWhat, Ctx, Why},
    sights,
};
use domain::{
    request::Asked,
    retry,
    retry::{Change, Facts},
    task::{Row, TaskKey, TaskState},
};
use engine::act::ResolvedAs;
use std::collections::BTreeMap;
use words::{names, reason, terms, terms::Reader, tr};

type Possible = Result<(), Why>;

fn no(why: impl Into<String>) -> Possible {
    Err(Why(why.into()))
}

/// Whether a key of the table or of the copy menu can do that now.
///
/// # Errors
/// Why not.
pub(crate) fn possible(app: &App, action: Action) -> Possible {
    may_change(app, action)?;
    somebody_chose(app, action)?;
    match action {
        Action::Retry => retry(app),
        Action::Failures => failures(app),
        Action::Edit => edit(app),
        Action::Clone => known(app),
        Action::Mark | Action::Range | Action::MarkAll | Action::Open | Action::CopyMenu | Action::Attempts => {
            some_task(app)
        }
        Action::ToNew => to_new(app),
        Action::Return => came_from(app),
        Action::Play => saved(app),
        Action::Scp | Action::Copy(CopyWhat::Path) => any_saved(app),
        Action::Copy(CopyWhat::Prompt | CopyWhat::Curl) => any_to_copy(app, known_row),
        Action::Copy(CopyWhat::Id) => has_remote(app),
        Action::Copy(CopyWhat::Url) => has_file(app),
        Action::Download => any(app, can_download),
        Action::Cancel => any(app, cancel_row),
        Action::Resolve => resolve(app),
        Action::Refresh => any(app, can_refresh),
        Action::NextPoster | Action::PreviousPoster | Action::Sharper => gallery(app),
        _ => Ok(()),
    }
}

/// Whether a program with a reader's role on a shared store may do that.
///
/// # Errors
/// It would change something there.
pub(crate) fn may_change(app: &App, action: Action) -> Possible {
    let changes = matches!(
        action,
        Action::New
            | Action::Retry
            | Action::Edit
            | Action::Clone
            | Action::ComposeFirst
            | Action::Send
            | Action::Download
            | Action::Cancel
            | Action::Resolve
            | Action::Undo
            | Action::Pause
    );
    if changes && app.work.store.only_reads {
        return no(tr!("{why}; reeltop_writer is the role that submits", why = reason::store::only_looks()));
    }
    Ok(())
}

/// Whether the task was chosen that this would be done with: where the program put the cursor, nobody did.
fn somebody_chose(app: &App, action: Action) -> Possible {
    let is_about_it = match action {
        Action::Resolve | Action::Edit | Action::Clone | Action::Play => true,
        Action::Retry | Action::Cancel | Action::Download | Action::Scp | Action::CopyMenu | Action::Copy(_) => {
            app.screen.table.marks.is_empty() && range(&app.screen.table).is_empty()
        }
        _ => false,
    };
    let batch = |key: TaskKey| tr!("batch {key}", key);
    let here = groups::here(app).map(batch).or_else(|| cursor_row(app).map(|row| row.key.to_string()));
    let (Some(left), Some(here)) = (app.screen.table.left.filter(|_| is_about_it), here) else { return Ok(()) };
    let left = match left {
        Left::Cursor(key) => key.to_string(),
        Left::Batch(key) => batch(key),
        Left::Mark(key) => {
            return no(tr!("the last mark left the table with {key}: choose a task first", key));
        }
    };
    no(tr!("the cursor moved to {here} when {left} left the table: choose a task first", here, left))
}

/// Why a task lets something not be done with it. A value, since thousands of marked tasks are looked through and at
/// most one of them is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum No {
    /// The rules of a retry forbid it.
    Retry(retry::No),
    /// It is on its way and cannot be taken back.
    Gone,
    /// Perhaps accepted; there is nothing to take back.
    Unsure,
    Ended,
    PutAway,
    Saving,
    FileToCome,
    Fileless,
    Settled,
    NotSaved,
    NotOnDisk,
    /// It was saved, and somebody has removed it.
    FileGone,
    /// It was saved, and its name was forgotten with the prompt.
    Nameless,
    Idless,
    NothingToAsk,
}

/// The refusal as a sentence, with the keys that help.
fn refusal(app: &App, row: &Row, no: No) -> Why {
    let (key, word) = (row.key, names::state(row.state));
    let named = |ctx, action| app.named(ctx, action);
    Why(match no {
        No::Retry(no) => terms::no(Reader::Keys(&app.screen.voice), key, row.state, no),
        No::Gone => tr!("{key} is being sent and cannot be taken back", key),
        No::Unsure => {
            tr!(
                "{key} may have been accepted; {resolve} resolves it",
                key,
                resolve = named(Ctx::Table, Action::Resolve)
            )
        }
        No::Ended => tr!("{key} is {word} and has already ended", key, word),
        No::PutAway => {
            tr!("{key} is already put away; {undo} opens it again", key, undo = named(Ctx::Table, Action::Undo))
        }
        No::Saving => tr!("{key} is already being downloaded", key),
        No::FileToCome => tr!("{key} is {word}: there is no file yet", key, word),
        No::Fileless => tr!("{key} is {word}: there is no file", key, word),
        No::Settled => tr!("{key} is {word}; only an unknown is resolved", key, word),
        No::NotSaved => {
            tr!(
                "{key} is not on disk yet; {download} downloads it",
                key,
                download = named(Ctx::Table, Action::Download)
            )
        }
        No::FileGone => {
            tr!(
                "the file of {key} is no longer there; {download} fetches it again",
                key,
                download = named(Ctx::Table, Action::Download)
            )
        }
        No::Nameless => tr!("the name of {key}'s file was forgotten", key),
        No::NotOnDisk => tr!("{key} is {word}: there is no file on disk", key, word),
        No::Idless => tr!("{key} is {word}: the service has given it no ID", key, word),
        No::NothingToAsk => tr!("{key} is {word}: there is nothing to ask the service", key, word),
    })
}

/// Why it cannot be done with several tasks, as a part of a sentence.
fn of_several(no: No) -> &'static str {
    match no {
        No::Retry(no) => terms::reason(no),
        No::Gone => tr!("being sent"),
        No::Unsure => tr!("may have been charged, to be resolved first"),
        No::Ended => tr!("already ended"),
        No::PutAway => tr!("already put away"),
        No::Saving => tr!("already being downloaded"),
        No::FileToCome => tr!("no file yet"),
        No::Fileless => tr!("no file"),
        No::Settled => tr!("not unknown"),
        No::NotSaved => tr!("not on disk yet"),
        No::FileGone => tr!("the file is no longer there"),
        No::Nameless => tr!("the file's name was forgotten"),
        No::NotOnDisk => tr!("no file on disk"),
        No::Idless => tr!("no ID from the service"),
        No::NothingToAsk => tr!("nothing to ask the service"),
    }
}

/// Why none of several tasks passes: how many they are, and each reason once.
fn none_of(count: usize, reasons: &BTreeMap<&str, usize>) -> Why {
    let told: Vec<String> = match reasons.len() {
        1 => reasons.keys().map(|why| (*why).to_owned()).collect(),
        _ => reasons.iter().map(|(why, count)| tr!("{count} {why}", count, why)).collect(),
    };
    Why(tr!("nothing to do for these {count} tasks: {reasons}", count, reasons = told.join(tr!(", "))))
}

/// Whether at least one of the tasks acted on passes; if none does, why not.
fn any(app: &App, test: impl Fn(&Row) -> Result<(), No>) -> Possible {
    any_of(app, |key| app.work.tasks.rows.get(key), test)
}

/// The same, of archived tasks too.
fn any_to_copy(app: &App, test: impl Fn(&Row) -> Result<(), No>) -> Possible {
    any_of(app, |key| archive::row(app, key), test)
}

fn any_of<'a>(
    app: &'a App,
    row: impl Fn(&TaskKey) -> Option<&'a Row>,
    test: impl Fn(&Row) -> Result<(), No>,
) -> Possible {
    let mut rows = targets(app).filter_map(|key| row(&key)).peekable();
    let Some(first) = rows.peek().copied() else {
        return if targets(app).any(|key| archive::holds(app, key)) { archived() } else { some_task(app) };
    };
    let (mut count, mut reasons) = (0, BTreeMap::new());
    for row in rows {
        match test(row) {
            Ok(()) => return Ok(()),
            Err(no) => *reasons.entry(of_several(no)).or_default() += 1,
        }
        count += 1;
    }
    if count > 1 { Err(none_of(count, &reasons)) } else { test(first).map_err(|no| refusal(app, first, no)) }
}

/// What is archived is looked at, cloned, copied and played.
fn archived() -> Possible {
    no(tr!("It is archived: it can be looked at, cloned, copied and played"))
}

/// Whether the task under the cursor passes.
fn of_cursor(app: &App, test: impl Fn(&Row) -> Result<(), No>) -> Possible {
    if groups::fold(app).is_some() {
        let open = app.named(Ctx::Table, Action::Open);
        return no(tr!("This line is a batch: {open} shows its tasks", open));
    }
    cursor_row(app).map_or_else(|| some_task(app), |row| test(row).map_err(|no| refusal(app, row, no)))
}

fn some_task(app: &App) -> Possible {
    if groups::fold(app).is_some() {
        return Ok(());
    }
    match (cursor_row(app), app.work.tasks.rows.is_empty()) {
        (Some(_), _) => Ok(()),
        (None, true) => no(tr!("There are no tasks yet; {new} composes one", new = app.named(Ctx::Panes, Action::New))),
        (None, false) => {
            no(tr!("No task matches the filter; {back} clears it", back = app.named(Ctx::Global, Action::Back)))
        }
    }
}

/// Whether it is known what that task asked for.
fn known_row(row: &Row) -> Result<(), No> {
    match row.asked() {
        Asked::Known => Ok(()),
        Asked::Elsewhere => Err(No::Retry(retry::No::Foreign)),
        Asked::Forgotten => Err(No::Retry(retry::No::Forgotten)),
    }
}

/// What the rules of a retry say of a task.
fn by_the_rules(row: &Row, change: Change, scope: retry::Scope) -> Result<(), No> {
    retry::judge(&Facts::of_row(row), change, scope).map(drop).map_err(No::Retry)
}

fn retry(app: &App) -> Possible {
    let scope = retry::Scope::of(targets(app).take(2).count());
    any(app, |row| by_the_rules(row, Change::Nothing, scope))
}

/// Whether that task can be repeated with changes. An unknown is settled first: its edited form might be paid beside
/// it.
fn edit(app: &App) -> Possible {
    if app.screen.table.cursor.is_some_and(|key| archive::holds(app, key)) {
        return archived();
    }
    of_cursor(app, |row| by_the_rules(row, Change::Content, retry::Scope::Alone))
}

/// Whether that task can be taken back or left.
pub(crate) fn cancel_row(row: &Row) -> Result<(), No> {
    match row.state {
        TaskState::Queued | TaskState::Running | TaskState::Ready | TaskState::Saving => Ok(()),
        TaskState::Sending => Err(No::Gone),
        TaskState::Unknown => Err(No::Unsure),
        TaskState::Failed | TaskState::Refused if row.put_away => Err(No::PutAway),
        TaskState::Failed | TaskState::Refused => Ok(()),
        TaskState::Saved | TaskState::Cancelled => Err(No::Ended),
    }
}

/// Whether that task's file can be fetched.
pub(crate) fn can_download(row: &Row) -> Result<(), No> {
    match row.state {
        TaskState::Ready | TaskState::Saved => Ok(()),
        // What is no longer watched, or was given up here and not by the service, can be taken up again: it is paid
        // for.
        TaskState::Cancelled if row.remote().is_some() => Ok(()),
        TaskState::Failed if row.may_still_come => Ok(()),
        TaskState::Saving => Err(No::Saving),
        TaskState::Queued | TaskState::Sending | TaskState::Unknown | TaskState::Running => Err(No::FileToCome),
        TaskState::Failed | TaskState::Refused | TaskState::Cancelled => Err(No::Fileless),
    }
}

fn known(app: &App) -> Possible {
    of_cursor(app, known_row)
}

/// Whether a person settled that task and can take it back here: by hand, or by an ID as long as its file has not been
/// fetched. Once that has ended, the command line can.
pub(crate) fn can_unsettle(app: &App, row: &Row) -> bool {
    let live = app.work.tasks.live.get(&row.key);
    row.is_resolved_by_hand()
        || matches!(row.state, TaskState::Running | TaskState::Ready) && live.is_some_and(|task| task.settled.is_some())
}

/// An unknown can be settled, and what was settled can be unknown again.
fn resolve(app: &App) -> Possible {
    if cursor_row(app).is_some_and(|row| can_unsettle(app, row)) {
        return Ok(());
    }
    of_cursor(app, |row| if row.state == TaskState::Unknown { Ok(()) } else { Err(No::Settled) })
}

/// Whether a person's word settles that task now.
///
/// # Errors
/// Why not.
pub(crate) fn can_resolve(app: &App, key: TaskKey, as_what: &ResolvedAs) -> Possible {
    let Some(row) = app.work.tasks.rows.get(&key) else { return Ok(()) };
    let can = match row.state {
        // Its program may have ended over the POST: then it is unknown.
        TaskState::Unknown | TaskState::Sending => true,
        TaskState::Failed => matches!(as_what, ResolvedAs::Found(_)) && app.work.tasks.is_id_lost(key),
        TaskState::Queued
        | TaskState::Running
        | TaskState::Ready
        | TaskState::Saving
        | TaskState::Saved
        | TaskState::Refused
        | TaskState::Cancelled => false,
    };
    if can { Ok(()) } else { Err(refusal(app, row, No::Settled)) }
}

fn saved_row(app: &App, row: &Row) -> Result<(), No> {
    match row.state {
        TaskState::Saved if app.screen.table.found.is_missing(row.key) => Err(No::FileGone),
        TaskState::Saved if app.screen.table.found.is_nameless(row.key) => Err(No::Nameless),
        TaskState::Saved => Ok(()),
        TaskState::Ready => Err(No::NotSaved),
        TaskState::Queued
        | TaskState::Sending
        | TaskState::Unknown
        | TaskState::Running
        | TaskState::Saving
        | TaskState::Failed
        | TaskState::Refused
        | TaskState::Cancelled => Err(No::NotOnDisk),
    }
}

/// The task under the cursor: a player plays one file.
fn saved(app: &App) -> Possible {
    of_cursor(app, |row| saved_row(app, row))
}

/// Pictures are shown at all.
pub(crate) fn picture(app: &App) -> Possible {
    if sights::are_shown(app) { Ok(()) } else { no(tr!("pictures are off (`ui.pictures`)")) }
}

/// The table stands as posters.
fn gallery(app: &App) -> Possible {
    picture(app)?;
    if app.screen.table.gallery {
        Ok(())
    } else {
        no(tr!(
            "Posters are shown in the gallery: {gallery} opens it",
            gallery = app.screen.keys.command("gallery", "")
        ))
    }
}

/// The task under the cursor has a video here.
pub(crate) fn video(app: &App) -> Possible {
    picture(app).and_then(|()| saved(app))
}

/// Possible where at least one of the tasks acted on is saved: all that are marked are copied together.
fn any_saved(app: &App) -> Possible {
    any_to_copy(app, |row| saved_row(app, row))
}

fn has_file(app: &App) -> Possible {
    any(app, |row| match row.state {
        TaskState::Ready | TaskState::Saving | TaskState::Saved => Ok(()),
        TaskState::Queued
        | TaskState::Sending
        | TaskState::Unknown
        | TaskState::Running
        | TaskState::Failed
        | TaskState::Refused
        | TaskState::Cancelled => Err(No::Fileless),
    })
}

fn has_remote(app: &App) -> Possible {
    any_to_copy(app, |row| if row.remote().is_some() { Ok(()) } else { Err(No::Idless) })
}

/// Whether the service can be asked about that task.
pub(crate) fn can_refresh(row: &Row) -> Result<(), No> {
    match row.state {
        TaskState::Running | TaskState::Ready | TaskState::Saving => Ok(()),
        TaskState::Queued
        | TaskState::Sending
        | TaskState::Unknown
        | TaskState::Saved
        | TaskState::Failed
        | TaskState::Refused
        | TaskState::Cancelled => Err(No::NothingToAsk),
    }
}

fn to_new(app: &App) -> Possible {
    if place::newest(app).is_some() { Ok(()) } else { no(tr!("There are no new rows")) }
}

fn came_from(app: &App) -> Possible {
    if app.screen.table.came_from.is_some() { Ok(()) } else { no(tr!("The cursor has not gone to new rows")) }
}

/// A failure that nobody tried again, or a plan whose attempts can be looked at.
fn failures(app: &App) -> Possible {
    let failed = |row: &Row| retry::is_open(&Facts::of_row(row));
    if !app.round.keys.is_empty() || app.work.tasks.rows.values().any(failed) {
        Ok(())
    } else {
        no(tr!("No open failures"))
    }
}
