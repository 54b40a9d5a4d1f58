//! Frames of the state: pure functions from `&App` to a buffer.
//!
//! ```text
//!  reeltop  ?1 ▶4 ◆1 ✗3   queue paused   3.5 PTC today, 16.5 left   checked 5 s ago     header
//!     # state       status          time          model   prompt                        table
//! ▌ #42 ▶ running   Processing      2:10 (1-4 m)  H02     A fox runs through…
//! ── #42 ▶ running ── [Overview] Time line  Request  Answers  Attempts ──────────       detail
//!  + #41 saved: …                                         2 more: M                      message line
//!  n new  r retry  Enter detail  / filter  ? help                                       footer
//! ```
//! Layers (preview, menus, help) lie over that. Nothing here changes the state or asks the terminal anything.

pub use crate::widgets::{
    brush::{ScrollRegion, Shown},
    links::Link,
};
use crate::{
    app::App,
    compose::view as compose,
    detail::view as detail,
    gallery,
    keymap::Pane,
    layer::Covers,
    layout,
    layout::{Layout, MIN_HEIGHT, MIN_WIDTH, Places},
    shell::{banner, footer, header},
    table::view as table,
    toast,
    widgets::{brush::Brush, text, theme::Look},
};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};
use words::tr;

/// What the terminal must be told of a frame besides its cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Where the terminal's own cursor stands; `None` hides it.
    pub cursor: Option<Position>,
    /// The rows of the screen that scroll as one, if the table has the terminal's full width and nothing lies over it.
    pub scroll: Option<ScrollRegion>,
    /// The first line of detail that is seen. The state's own scroll may lie past the end, which depends on how the
    /// lines wrap: the view brings it back to this, so that the next key moves.
    pub detail_top: Option<usize>,
    /// Where the path of the shown task's file stands, row after row: a link, where the terminal can do that.
    pub file: Option<Rect>,
    /// What follows the table's cursor: footer, detail and the place in the table.
    pub followers: [Follower; 3],
}

/// A place that follows the table's cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Follower {
    /// The place; empty where it is not on the screen or something lies over it.
    pub place: Rect,
    /// Whether it has not followed yet: what it showed before is to stay, while the cursor only passes.
    pub waits: bool,
}

impl Follower {
    /// Whether what was shown at its place before stays there, so that nothing of it is to be drawn.
    #[must_use]
    pub fn stays(&self, before: &Self) -> bool {
        self.waits && self.place == before.place
    }
}

/// Draws the whole screen. `buf` is empty and has the terminal's size, which is also the state's.
pub fn draw(app: &App, buf: &mut Buffer) -> Drawn {
    draw_over(app, buf, &Default::default()).0
}

/// What has a meaning besides its cells.
#[derive(Debug)]
pub struct Spots {
    /// Where the lines lie that can be chosen in the topmost layer, and which each is: for a click.
    pub lines: Vec<(Rect, usize)>,
    /// The web's addresses that are whole on the screen.
    pub links: Vec<Link>,
    /// Where pictures stand, which may come slice by slice.
    pub pictures: Vec<Shown>,
}

/// Draws the screen, and tells what its cells mean. The text of those of the followers shown before that stay is left
/// out: the code that shows the frame leaves it as it stands.
pub fn draw_over(app: &App, buf: &mut Buffer, before: &[Follower; 3]) -> (Drawn, Spots) {
    let look = Look::of(&app.work.settings.ui);
    let mut brush = Brush { buf, look, chosen_by: Vec::new(), links: Default::default(), pictures: Vec::new() };
    let drawn = whole(&mut brush, app, before);
    (drawn, Spots { lines: brush.chosen_by, links: brush.links.links, pictures: brush.pictures })
}

fn whole(brush: &mut Brush<'_>, app: &App, before: &[Follower; 3]) -> Drawn {
    let screen = brush.buf.area;
    match layout::layout(app) {
        Layout::Panes(places) if screen == Rect::new(0, 0, app.screen.width, app.screen.height) => {
            panes(brush, &places, app, before)
        }
        // Between a resize and its message the two sizes differ: the next frame follows at once.
        Layout::Panes(_) | Layout::TooSmall => {
            too_small(brush, screen);
            Drawn::default()
        }
    }
}

fn panes(brush: &mut Brush<'_>, places: &Places, app: &App, before: &[Follower; 3]) -> Drawn {
    header::draw(brush, places.header, app);
    banner::draw(brush, places.banners, app);
    let mut drawn = Drawn::default();
    if app.screen.pane == Pane::Table && app.screen.layers.is_empty() {
        drawn.followers = followers(places, app);
    }
    let [footer_stays, detail_stays, titles_stay] = std::array::from_fn(|n| drawn.followers[n].stays(&before[n]));
    if let Some(place) = places.table.filter(|_| app.screen.table.gallery) {
        gallery::draw(brush, place, app, &table::gallery_notes(brush.look, app));
    } else if let Some(place) = places.table {
        let scroll = table::draw(brush, place, app, titles_stay);
        // A terminal scrolls whole rows.
        drawn.scroll = (place.width == places.header.width).then_some(scroll);
    }
    if let Some(place) = places.detail {
        (drawn.detail_top, drawn.file) = detail::draw(brush, place, app, detail_stays);
    }
    if let Some(place) = places.compose {
        drawn.cursor = compose::draw(brush, place, app);
        if let Some(caret) = drawn.cursor.filter(|_| app.screen.layers.is_empty()) {
            compose::camera(brush, place, app, caret);
        }
    }
    for column in [places.detail, places.compose].into_iter().flatten().filter(|place| place.x > 0) {
        brush.down(column.x - 1, column.y, column.height);
    }
    let message = match app.screen.layers.last().map(|layer| layer.covers()) {
        // What stands above the footer then covers the second row.
        Some(Covers::FooterAndAbove) => Rect { height: places.message.height.min(1), ..places.message },
        Some(Covers::Screen | Covers::Footer) | None => places.message,
    };
    toast::draw(brush, message, app);
    let typed = if footer_stays { None } else { footer::draw(brush, places.footer, app) };
    let over = layout::over(brush.buf.area, places);
    for layer in &app.screen.layers {
        brush.chosen_by.clear();
        // What lies in the footer's place was drawn there.
        drawn.cursor = match layer.covers() {
            Covers::Screen => layer.draw(brush, over, app),
            Covers::Footer | Covers::FooterAndAbove => None,
        };
        if layer.covers() != Covers::Footer {
            drawn.scroll = None;
            drawn.file = None;
        }
    }
    drawn.cursor = typed.or(drawn.cursor);
    drawn
}

/// Footer and detail: for a moment after each move they stay what they were, so that a key held down costs the table's
/// marker and nothing more.
fn followers(places: &Places, app: &App) -> [Follower; 3] {
    let passes = app.screen.table.passing.is_some();
    [
        Follower { place: places.footer, waits: passes },
        Follower { place: places.detail.unwrap_or_default(), waits: passes || detail::is_behind(app) },
        Follower { place: places.table.map_or(Rect::ZERO, |table| Rect { height: 1, ..table }), waits: passes },
    ]
}

fn too_small(brush: &mut Brush<'_>, screen: Rect) {
    let words = tr!(
        "reeltop needs {needed}, this is {size}. q quits.",
        needed = format!("{MIN_WIDTH}x{MIN_HEIGHT}"),
        size = format!("{}x{}", screen.width, screen.height)
    );
    for (y, line) in (screen.top()..screen.bottom()).zip(text::wrap(&words, usize::from(screen.width))) {
        brush.text(screen.x, y, screen.width, &line, Style::new());
    }
}
