//! Where everything lies on the screen, from the state alone: so that `update` knows a page's size and the views only
//! draw. No cell is drawn here.
//!
//! ```text
//! header                                     1 row
//! banner         what stops work             0 or 1 row
//! table          always the full width, no side borders: scroll regions need whole rows
//! detail         below the table from 30 rows on, otherwise while it has the keys
//! message        what was just said           0 to 2 rows
//! footer                                     1 row
//! ```
//! Compose takes the place of table and detail while it has the keys. On a very wide screen table, detail and compose
//! stand beside each other instead.

use crate::{app::App, keymap::Pane, screen::Screen, toast, welcome::Welcome};
use domain::{
    amount::{Money, Totals},
    task::TaskState,
    time::{Mono, Now, Wall},
};
use engine::settings::{SideBySide, UiSettings};
use ratatui::layout::Rect;

/// Fewer cells across than this, and only a sentence is shown.
pub(crate) const MIN_WIDTH: u16 = 40;
/// Fewer rows than this, and only a sentence is shown.
pub(crate) const MIN_HEIGHT: u16 = 12;
/// From this many rows on, detail always lies below the table.
const DETAIL_FROM: u16 = 30;
/// Below this many rows detail takes the whole place while it has the keys.
const SHARED_FROM: u16 = 20;
/// From this many cells across the panes stand beside each other, unless the config says otherwise.
const BESIDE_FROM: u16 = 200;
/// Below this many cells across they never do.
const BESIDE_LEAST: u16 = 120;
/// From this many cells across compose has a column of its own, too.
const THREE_FROM: u16 = 280;
/// Cells across of a column beside the table, at most.
const COLUMN: u16 = 90;
/// Milliseconds between two frames that differ only because time has passed: ages are shown this coarsely.
const STEP_MS: u64 = 10_000;
/// As [`STEP_MS`], with `ui.reduced_motion`, where nothing is to move by itself.
const CALM_STEP_MS: u64 = 60_000;
/// Questions without an answer from which on the connection is called offline on a row of its own.
const OFFLINE_FROM: u32 = 2;

/// The screen's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Too small for anything but a sentence.
    TooSmall,
    /// Large enough.
    Panes(Places),
}

/// Where the parts lie, one below the other. All have the screen's full width; only `table`, `detail` and `compose` may
/// stand beside each other instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// One row.
    pub header: Rect,
    /// A row for the banner, where one is up.
    pub banners: Rect,
    /// A row of column titles, then the tasks.
    pub table: Option<Rect>,
    /// A row of titles, then the content.
    pub detail: Option<Rect>,
    /// A row of titles, then the fields.
    pub compose: Option<Rect>,
    /// What was just said: a row while there is something, two for a long warning, else none.
    pub message: Rect,
    /// One row.
    pub footer: Rect,
}

/// What stands on a row of its own below the header, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Banner {
    /// The queue halted; `Work::halt` says why.
    Halted,
    /// There is no key for the service.
    NoKey,
    /// Answers that were paid for cannot be written to the store.
    Unwritten,
    /// The service does not answer.
    Offline,
    /// What happened since the last time.
    Away,
    /// Unsent tasks of an earlier run wait for a word.
    Unsent,
}

/// The banner that is up: the gravest, since what is said in two places is read in none.
#[must_use]
pub(crate) fn banner(app: &App) -> Option<Banner> {
    [
        // What the end waits for, whatever else is wrong.
        (engine::waits_for_room(&app.work), Banner::Unwritten),
        (app.work.halt().is_some(), Banner::Halted),
        // The word of welcome says it, too.
        (!app.work.own.has_key && app.screen.top::<Welcome>().is_none(), Banner::NoKey),
        (!app.work.store.failed.is_empty(), Banner::Unwritten),
        (offline(app).is_some(), Banner::Offline),
        // It tells of the unsent, too.
        (app.screen.away.is_some(), Banner::Away),
        (unsent(app).0 > 0, Banner::Unsent),
    ]
    .into_iter()
    .find_map(|(up, banner)| up.then_some(banner))
}

/// The profile whose service has not answered for so long that a row of its own says so.
#[must_use]
pub(crate) fn offline(app: &App) -> Option<&str> {
    app.work.offline().map(|(profile, _)| profile).filter(|name| app.work.of(name).poller.misses >= OFFLINE_FROM)
}

/// How many tasks of an earlier run are still unsent while sending is paused, and what they would cost.
#[must_use]
pub(crate) fn unsent(app: &App) -> (usize, Totals) {
    let rows = app.work.queue.unsent.iter().filter_map(|key| app.work.tasks.rows.get(key));
    let queued = rows.filter(|row| app.work.queue.is_paused() && row.state == TaskState::Queued);
    let costs: Vec<Money> = queued.map(|row| row.money()).collect();
    (costs.len(), Totals::from_iter(costs))
}

/// The whole layout.
#[must_use]
pub(crate) fn layout(app: &App) -> Layout {
    let Screen { width, height, pane, full, .. } = app.screen;
    if width < MIN_WIDTH || height < MIN_HEIGHT {
        return Layout::TooSmall;
    }
    let row = |y, height| Rect::new(0, y, width, height);
    let banner_rows = u16::from(banner(app).is_some());
    let message = toast::rows(app);
    let (top, bottom) = (1 + banner_rows, height - 1 - message);
    let body = row(top, bottom - top);
    let mut places = Places {
        header: row(0, 1),
        banners: row(1, banner_rows),
        table: None,
        detail: None,
        compose: None,
        message: row(bottom, message),
        footer: row(height - 1, 1),
    };
    if !full && stands_beside(app) {
        beside(&mut places, body, pane);
        return Layout::Panes(places);
    }
    match pane {
        Pane::Compose => places.compose = Some(body),
        Pane::Table if full || app.screen.table.gallery || height < DETAIL_FROM => places.table = Some(body),
        Pane::Detail if full || height < SHARED_FROM => places.detail = Some(body),
        Pane::Table | Pane::Detail => {
            let table = table_height(pane, height, body.height);
            places.table = Some(row(top, table));
            places.detail = Some(row(top + table, body.height - table));
        }
    }
    Layout::Panes(places)
}

/// Whether the panes stand beside each other.
fn stands_beside(app: &App) -> bool {
    let from = match app.work.settings.ui.side_by_side {
        SideBySide::Always => BESIDE_LEAST,
        SideBySide::Never => return false,
        SideBySide::Auto => BESIDE_FROM,
    };
    app.screen.width >= from
}

/// The table keeps at least as much as detail has; a column's first cell is the rule between the two.
fn beside(places: &mut Places, body: Rect, pane: Pane) {
    let three = body.width >= THREE_FROM;
    let column = COLUMN.min(body.width * 2 / 5);
    let table = body.width - column * if three { 2 } else { 1 };
    let at = |x: u16| Rect { x: x + 1, width: column - 1, ..body };
    places.table = Some(Rect { width: table, ..body });
    let second = Some(at(table));
    match (three, pane) {
        (true, _) => (places.detail, places.compose) = (second, Some(at(table + column))),
        (false, Pane::Compose) => places.compose = second,
        (false, Pane::Table | Pane::Detail) => places.detail = second,
    }
}

/// How many rows of a body shared with detail the table takes, its titles included.
fn table_height(pane: Pane, height: u16, body: u16) -> u16 {
    match pane {
        Pane::Table | Pane::Compose => body - (body * 2 / 5).clamp(10, 20),
        // The same split where there is room for it, so that Tab moves nothing.
        Pane::Detail if height >= DETAIL_FROM => body - (body * 2 / 5).clamp(10, 20),
        Pane::Detail => body / 3,
    }
}

/// Cells across and down that detail has for its content, if it is on the screen.
#[must_use]
pub(crate) fn detail_size(app: &App) -> Option<(u16, u16)> {
    match layout(app) {
        Layout::Panes(Places { detail: Some(detail), .. }) => Some((detail.width, detail.height - 1)),
        Layout::Panes(_) | Layout::TooSmall => None,
    }
}

/// Where a layer may lie: what was just said stands below it.
#[must_use]
pub(crate) fn over(screen: Rect, places: &Places) -> Rect {
    Rect { height: screen.height.saturating_sub(places.message.height), ..screen }
}

/// A box in the middle of the screen for a layer that wants that many cells inside, borders not counted. Smaller
/// where the screen is.
#[must_use]
pub(crate) fn centred(screen: Rect, width: u16, height: u16) -> Rect {
    // A rest too narrow to read would only disturb.
    const REST: u16 = 8;
    let width = width.saturating_add(4);
    let width = if width.saturating_add(REST) > screen.width { screen.width } else { width };
    let height = height.saturating_add(2).min(screen.height.saturating_sub(2)).max(screen.height.min(3));
    Rect::new((screen.width - width) / 2, (screen.height - height) / 2, width, height)
}

/// Milliseconds between two frames that differ only because time has passed.
#[must_use]
pub(crate) const fn step_ms(settings: &UiSettings) -> u64 {
    if settings.reduced_motion { CALM_STEP_MS } else { STEP_MS }
}

/// The present as the screen shows it: the moment the last step began. All ages on the screen are counted from it, so
/// that they change together and seldom.
#[must_use]
pub(crate) fn shown_now(app: &App) -> Now {
    let now = app.work.now;
    let past = now.mono.0 % step_ms(&app.work.settings.ui);
    Now { mono: Mono(now.mono.0 - past), wall: Wall(now.wall.0.saturating_sub_unsigned(past)), zone: now.zone }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;

    use engine::settings::Settings;

    fn state(width: u16, height: u16, pane: Pane) -> App {
        let mut state = App::new(Settings::default(), Now::default());
        (state.screen.width, state.screen.height, state.screen.pane) = (width, height, pane);
        state
    }

    fn heights(state: &App) -> [Option<u16>; 3] {
        let Layout::Panes(places) = layout(state) else { return [None; 3] };
        [places.table, places.detail, places.compose].map(|place| place.map(|place| place.height))
    }

    #[test]
    fn each_pane_has_its_place_at_each_size() {
        for (width, height, pane, expected) in [
            (39, 24, Pane::Table, [None, None, None]),
            (80, 11, Pane::Table, [None, None, None]),
            (40, 12, Pane::Table, [Some(10), None, None]),
            (40, 12, Pane::Detail, [None, Some(10), None]),
            (80, 24, Pane::Table, [Some(22), None, None]),
            (80, 24, Pane::Detail, [Some(7), Some(15), None]),
            (80, 24, Pane::Compose, [None, None, Some(22)]),
            (120, 40, Pane::Table, [Some(23), Some(15), None]),
            (120, 40, Pane::Detail, [Some(23), Some(15), None]),
        ] {
            assert_eq!(heights(&state(width, height, pane)), expected, "{width}x{height} {pane:?}");
        }
    }

    #[test]
    fn a_full_pane_has_all_and_a_banner_takes_a_row() {
        let mut state = state(120, 40, Pane::Table);
        state.screen.full = true;
        assert_eq!(heights(&state), [Some(38), None, None]);
        state.work.own.has_key = false;
        assert_eq!((heights(&state), banner(&state)), ([Some(37), None, None], Some(Banner::NoKey)));
    }

    #[test]
    fn the_shown_present_stands_still_within_a_step() {
        let at = |ms: u64| Now { mono: Mono(ms), wall: Wall(1_000_000).plus(ms), zone: domain::time::Zone::east(0) };
        let mut state = state(80, 24, Pane::Table);
        for (reduced_motion, now, shown) in
            [(false, 19_999, 10_000), (false, 20_000, 20_000), (true, 119_999, 60_000), (true, 120_000, 120_000)]
        {
            (state.work.settings.ui.reduced_motion, state.work.now) = (reduced_motion, at(now));
            assert_eq!(shown_now(&state), at(shown));
        }
    }

    #[test]
    fn on_a_very_wide_screen_the_panes_stand_beside_each_other_and_never_overlap() {
        for (width, option, pane, [table, detail, compose]) in [
            (199, "auto", Pane::Table, [199, 0, 0]),
            (200, "auto", Pane::Table, [120, 79, 0]),
            (200, "auto", Pane::Compose, [120, 0, 79]),
            (200, "never", Pane::Table, [200, 0, 0]),
            (120, "always", Pane::Detail, [72, 47, 0]),
            (119, "always", Pane::Table, [119, 0, 0]),
            (300, "auto", Pane::Compose, [120, 89, 89]),
        ] {
            let mut state = state(width, 24, pane);
            state.work.settings.ui.side_by_side = SideBySide::from_id(option).unwrap();
            let Layout::Panes(places) = layout(&state) else { unreachable!() };
            let of = |place: Option<Rect>| place.map_or(0, |place| place.width);
            assert_eq!(
                [of(places.table), of(places.detail), of(places.compose)],
                [table, detail, compose],
                "{width} {option}"
            );
            let parts = [places.table, places.detail, places.compose].into_iter().flatten();
            assert!(
                parts.clone().all(|one| parts.clone().all(|other| one == other || one.intersection(other).is_empty()))
            );
        }
    }
}
