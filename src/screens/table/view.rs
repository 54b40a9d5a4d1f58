//! The task table: a row of titles, then the tasks that are on the screen and no others. The row under the cursor is
//! told by a sign in its first cell and not by its style: a move then costs two cells.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    layout,
    table::{
        archive, cells,
        cells::View,
        columns,
        columns::Placed,
        filter_input::FilterInput,
        groups, kept, passing, pins, place,
        state::{Line, Sort},
        window,
    },
    widgets::{
        brush::{Brush, ScrollRegion},
        text,
        theme::Look,
    },
};
use domain::task::TaskKey;
use engine::filter::Place;
use ratatui::{layout::Rect, style::Style};
use words::{amounts, lang, tr};

/// Draws it, without the titles where those shown before stay, and tells which rows of the screen scroll.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App, titles_stay: bool) -> ScrollRegion {
    let table = &app.screen.table;
    let largest = app.work.tasks.rows.last().map_or(1, |row| row.key.0);
    let mut placed = columns::placed(place.width, largest, app.work.tasks.is_shared());
    placed.iter_mut().for_each(|column| column.x += place.x);
    if !titles_stay {
        titles(brush, place, app, &placed);
    }
    let whole = Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place };
    let pinned = u16::try_from(pins::rows(app)).unwrap_or(0).min(whole.height);
    let rows = Rect { y: whole.y + pinned, height: whole.height - pinned, ..whole };
    let top = window::top(app);
    if passing(app).next().is_none() {
        empty(brush, rows, app);
    }
    if let Some(note) = pins::note(app).filter(|_| pinned > 0) {
        let x = place.x + columns::GUTTER + 1;
        brush.text(x, rows.y - 1, place.width.saturating_sub(columns::GUTTER + 2), &note, brush.look.theme.warn);
    }
    let view = View {
        work: &app.work,
        voice: &app.screen.voice,
        found: &app.screen.table.found,
        look: brush.look,
        now: layout::shown_now(app),
    };
    let on_top = (whole.top()..rows.top()).zip(pins::of(table));
    let mut tasks: Vec<(u16, &TaskKey)> = on_top.collect();
    let mut first = top;
    if let Some(groups) = &table.groups {
        first = groups.top;
        for (y, line) in (rows.top()..rows.bottom()).zip(groups.lines.iter().skip(groups.top)) {
            match line {
                Line::Batch(batch) => groups::draw(brush, Rect { y, height: 1, ..rows }, app, *batch),
                Line::Task(key) => tasks.push((y, key)),
            }
        }
    } else {
        tasks.extend((rows.top()..rows.bottom()).zip(table.order.iter().skip(table.pins + top)));
    }
    for (y, key) in tasks {
        let Some(row) = archive::row(app, key) else { continue };
        if table.cursor == Some(*key) {
            brush.text(place.x, y, 1, brush.look.signs.cursor, Style::new());
        }
        if table.marks.contains(key) {
            brush.text(place.x + 1, y, 1, brush.look.signs.mark, brush.look.theme.strong);
        }
        let mut taken = 0;
        for (at, column) in placed.iter().enumerate() {
            if column.x < taken {
                continue;
            }
            let mut cell = (column.column.cell)(&view, row);
            if cell.text.is_empty() {
                continue;
            }
            let mut width = column.width;
            // Cut within a number and its unit it would say something else.
            if let Some(short) = cell.short.take_if(|_| text::cells(&cell.text) > width) {
                cell.text = short;
            }
            if column.column.has_reason && cells::is_reason(row) {
                width = reach(column, &placed[at + 1..], place.width, text::cells(&cell.text));
                taken = column.x + width;
            }
            if column.column.right {
                brush.text_right(column.x, y, width, &cell.text, cell.style);
            } else {
                brush.text(column.x, y, width, &cell.text, cell.style);
            }
        }
    }
    ScrollRegion { top: rows.top(), bottom: rows.bottom(), first }
}

/// The cells that a text of so many gets in its column and in those after it that give way to it: what went wrong
/// matters more than how long it took.
fn reach(column: &Placed, after: &[Placed], table: u16, wanted: u16) -> u16 {
    let after = after.iter().take_while(|next| table < next.column.gives_way_below);
    after.fold(column.width, |width, next| if wanted <= width { width } else { next.x + next.width - column.x })
}

/// The row of titles: the sorted column has its direction, and at the end stands what part of the tasks is shown.
fn titles(brush: &mut Brush<'_>, place: Rect, app: &App, placed: &[Placed]) {
    let (table, look) = (&app.screen.table, brush.look);
    let notes = notes(brush, place, app, placed);
    let notes_at = place.right().saturating_sub(text::cells(&notes) + 1);
    for column in placed {
        let sorted = table.sort.column == column.column;
        let title = if sorted { sorted_title(table.sort, look) } else { lang::tr(column.column.title).to_owned() };
        let style = if sorted { look.theme.strong } else { look.theme.title };
        // Half a title would say nothing.
        if !notes.is_empty() && title_end(column, &title) >= notes_at {
            continue;
        }
        if column.column.right {
            // The sign of the order may need the gap before the column.
            brush.text_right(column.x.saturating_sub(1), place.y, column.width + 1, &title, style);
        } else {
            brush.text(column.x, place.y, column.width, &title, style);
        }
    }
    brush.text(notes_at, place.y, text::cells(&notes), &notes, look.theme.warn);
}

/// The title of the column that the table is sorted by, with the direction.
fn sorted_title(sort: Sort, look: Look) -> String {
    format!("{}{}", lang::tr(sort.column.title), look.signs.sorted[usize::from(sort.descending)])
}

/// The cell after a column's title.
fn title_end(column: &Placed, title: &str) -> u16 {
    let cells = if column.column.right { column.width } else { text::cells(title).min(column.width) };
    column.x + cells
}

/// What part of the tasks is shown, and what is odd about the view: in words where they fit behind the last title, else
/// shorter, and over the last titles where even that is too long.
fn notes(brush: &Brush<'_>, place: Rect, app: &App, placed: &[Placed]) -> String {
    let title = placed.last().map_or(0, |last| last.x + text::cells(lang::tr(last.column.title)) + 1);
    let behind = place.right().saturating_sub(title + 1);
    // The column that counts is named even where it has no room.
    let sort = app.screen.table.sort;
    let sorted = sorted_title(sort, brush.look);
    let ends = placed.iter().find(|column| *column.column == *sort.column).map(|column| title_end(column, &sorted));
    let mark = Some(brush.look.signs.mark);
    let made = |hidden: Option<String>| {
        let last = [hidden, place::note(app, brush.look.signs.more)];
        let long = notes_in(app, None, last.clone());
        let notes = if text::cells(&long) <= behind { long } else { notes_in(app, mark, last) };
        text::cut(&notes, usize::from(place.width / 3 * 2), brush.look.signs.ascii)
    };
    // Or where these notes would cover it.
    let without = made(None);
    let covered = ends.is_none_or(|ends| ends + text::cells(&without) + 1 >= place.right());
    if covered { made(Some(sorted)) } else { without }
}

/// The notes of the gallery, which has no headings: among them what the table is sorted by.
pub(crate) fn gallery_notes(look: Look, app: &App) -> String {
    notes_in(app, None, [Some(sorted_title(app.screen.table.sort, look)), None])
}

/// The notes; the marked ones as that sign and their number, if it is given; `last` at the end.
fn notes_in(app: &App, mark: Option<&str>, last: [Option<String>; 2]) -> String {
    let table = &app.screen.table;
    let mut notes = Vec::new();
    if !table.filter.is_empty() {
        let shown = amounts::number(passing(app).count());
        notes.push(match table.filter.place() {
            // Of the archive only what passes is read.
            Some(Place::Archive | Place::Both) => tr!("{shown} shown", shown),
            Some(Place::Table) | None => {
                tr!("{shown} of {all}", shown, all = amounts::number(app.work.tasks.rows.len()))
            }
        });
    }
    if !app.work.tasks.loaded && app.work.tasks.total > 0 {
        notes.push(tr!(
            "loading {loaded} of {all}",
            loaded = amounts::number(app.work.tasks.rows.len()),
            all = amounts::number(app.work.tasks.total)
        ));
    }
    if table.range_from.is_some() {
        notes.push(tr!("range").into());
    }
    if !table.marks.is_empty() {
        let count = table.marks.len();
        notes.push(mark.map_or_else(|| tr!("{count} marked", count), |mark| format!("{mark}{count}")));
    }
    if table.frozen {
        notes.push(tr!("frozen").into());
    }
    notes.extend(groups::note(app));
    notes.extend(last.into_iter().flatten());
    notes.join(tr!(", "))
}

/// What an empty table says: why it is empty and what to press.
fn empty(brush: &mut Brush<'_>, place: Rect, app: &App) {
    let hint = |ctx, action| app.key(ctx, action).unwrap_or_default();
    let change_filter = || {
        let (filter, back) = (hint(Ctx::Table, Action::Filter), hint(Ctx::Global, Action::Back));
        tr!("{filter} changes it, {back} clears it.", filter, back)
    };
    // What is wrong with a filter stands above the line in which it is typed.
    let typed = app.screen.top::<FilterInput>();
    if typed.is_some_and(|input| input.fault.is_some()) {
        return;
    }
    let not_opened = app.work.store.owner.is_none() && app.work.store.failures > 0;
    let lines = if not_opened && app.work.store.away.is_some() {
        let why = hint(Ctx::Panes, Action::Messages);
        vec![tr!("The store is offline. It is tried again; press {key} to see why.", key = why)]
    } else if not_opened {
        let why = hint(Ctx::Panes, Action::Messages);
        vec![
            tr!("The store could not be opened. Press {key} to see why.", key = why),
            tr!("As long as it can be read, reeltop list, show and export show its tasks.").to_owned(),
        ]
    } else if !app.work.tasks.loaded {
        vec![tr!("Opening the store.").to_owned()]
    } else if app.work.tasks.rows.is_empty() {
        let mut lines = vec![
            tr!("No tasks yet.").to_owned(),
            tr!(
                "Press {key} to write a prompt. Nothing is charged before you confirm its price.",
                key = hint(Ctx::Panes, Action::New)
            ),
        ];
        let help = hint(Ctx::Global, Action::Help);
        if kept::is_touring(app) {
            let (open, retry) = (hint(Ctx::Table, Action::Open), hint(Ctx::Table, Action::Retry));
            lines.push(tr!(
                "Each task is a row here: {open} shows all about it, {retry} retries a failed one.",
                open,
                retry
            ));
            lines.push(tr!(
                "Videos are saved to {dir} as soon as they are ready.",
                dir = app.work.settings.download.dir
            ));
            lines.push(tr!(
                "{key} shows all keys. {back} closes this tour.",
                key = help,
                back = hint(Ctx::Global, Action::Back)
            ));
        } else {
            lines.push(tr!("{key} shows all keys.", key = help));
        }
        lines
    } else if app.screen.table.filter.place() == Some(Place::Archive) {
        vec![
            if app.screen.archive.here {
                tr!("No archived task matches the filter.").to_owned()
            } else {
                tr!("Being read from the store.").to_owned()
            },
            change_filter(),
        ]
    } else {
        let none = tr!("None of {count} tasks matches the filter.", count = amounts::number(app.work.tasks.rows.len()));
        [none].into_iter().chain(typed.is_none().then(change_filter)).collect()
    };
    for (n, line) in lines.iter().enumerate() {
        let y = place.y.saturating_add(1 + u16::try_from(n).unwrap_or(0));
        if y < place.bottom() {
            let style = if n == 0 { brush.look.theme.strong } else { Style::new() };
            brush.text(place.x + columns::GUTTER + 1, y, place.width.saturating_sub(columns::GUTTER + 2), line, style);
        }
    }
}
