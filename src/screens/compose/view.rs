//! Compose: the draft's fields with what is wrong below each, the prompt's editor, and the price before the key.

use crate::{
    app::App,
    compose as rules,
    compose::{
        changes, combinations, earlier, fields, profile,
        rows::text_field,
        sight,
        state::{CameraList, ComposeRow},
    },
    keymap::Pane,
    sights::state::Spot,
    toast,
    widgets::{
        brush::{Brush, LABEL},
        text,
        theme::Look,
    },
};
use domain::{
    amount::Amount,
    camera::COMMANDS,
    draft::{Field, Severity},
    reason::draft::DraftReason,
};
use engine::{effect::Level, folder::is_several};
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use words::{names, reason, tr};

/// The prompt's editor never has fewer rows than this.
const PROMPT_LEAST: u16 = 3;
/// Where there is room the prompt has so many rows, what is said of it included, and grows by so many: while it is
/// typed and words about it come and go, the rows below stand still.
const PROMPT_ROWS: u16 = 7;

/// A higher screen gives the prompt one row of so many, with or without a message below.
const PROMPT_SHARE: u16 = 4;
/// Rows that an empty prompt has at most.
const PROMPT_MOST: u16 = 12;

/// So many rows may be needed for what is said of the fields.
const SAID: u16 = 3;
/// So many rows messages take at most.
const MESSAGES: u16 = 2;
/// From this many free rows on the picture stands below the fields.
const PICTURE_LEAST: u16 = 8;

/// A row with its height and what stands below it.
struct Block {
    row: ComposeRow,
    height: u16,
    below: Vec<Line<'static>>,
}

impl Block {
    /// Its lines with those below it.
    fn all(&self) -> u16 {
        self.height.saturating_add(u16::try_from(self.below.len()).unwrap_or(u16::MAX))
    }
}

/// Draws it; tells where the caret is.
pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App) -> Option<Position> {
    let compose = &app.screen.compose;
    let title = match compose.draft.parent {
        Some(parent) => tr!("Edit and retry {key}", key = parent),
        None => tr!("New task").to_owned(),
    };
    let style = if app.screen.pane == Pane::Compose { brush.look.theme.chosen } else { brush.look.theme.faint };
    let line = Line::styled(title, style);
    brush.head(place, &line, "");
    let content = content(place);
    let Laid { blocks, send, above, below, mut y, picture } = lay(app, brush.look, content);
    let beside = |place: Rect| match picture {
        Some(picture) if picture.y < place.bottom() && place.y < picture.bottom() => {
            Rect { width: picture.x.saturating_sub(place.x + 1), ..place }
        }
        Some(_) | None => place,
    };
    let mut caret = None;
    for block in &blocks {
        if let Ok(top) = u16::try_from(y)
            && top >= above.y
            && top < above.bottom()
        {
            let room = beside(Rect { y: top, height: block.all().min(above.bottom() - top), ..above });
            let at = draw_block(brush, room, app, block);
            if block.row == compose.row {
                caret = at;
            }
        }
        y += i32::from(block.all());
    }
    match send {
        Some(send) => drop(draw_block(brush, Rect { y: above.bottom(), height: below, ..content }, app, &send)),
        None => {
            if let Ok(end) = u16::try_from(y) {
                let rest = Rect { y: end, height: content.bottom().saturating_sub(end), ..content };
                earlier::draw(brush, beside(rest), app);
            }
        }
    }
    if let Some(picture) = picture {
        sight::draw(brush, app, picture);
    }
    caret
}

/// Where everything lies.
struct Laid {
    blocks: Vec<Block>,
    /// The Send row, where it stands below what is scrolled.
    send: Option<Block>,
    above: Rect,
    /// Rows below that.
    below: u16,
    /// The first block's row; above the screen where it is scrolled away.
    y: i32,
    /// The picture beside the fields that follow the pictures'.
    picture: Option<Rect>,
}

/// Below a head, one cell from the left and the right.
fn content(place: Rect) -> Rect {
    let (width, height) = (place.width.saturating_sub(2), place.height.saturating_sub(1));
    Rect { x: place.x + 1, y: place.y + 1, width, height }
}

fn lay(app: &App, look: Look, content: Rect) -> Laid {
    let mut blocks = blocks(app, look, content);
    let all: u16 = blocks.iter().map(Block::all).sum();
    // Where not everything has room, the price stays in sight below what is scrolled.
    let send = blocks.pop_if(|_| all > content.height);
    let below = send.as_ref().map_or(0, |send| send.all().min(content.height.saturating_sub(PROMPT_LEAST)));
    let above = Rect { height: content.height.saturating_sub(below), ..content };
    let y = i32::from(above.y) - i32::from(scroll(&blocks, app.screen.compose.row, above.height));
    let picture = sight::room(app, free(app, &blocks, send.is_none(), content, above, y));
    Laid { blocks, send, above, below, y, picture }
}

/// The rows that the picture may take: those that the fields leave free, whatever is said of one of them, else those
/// from the first short field to the price. Words that come and go do not move it: some terminals would have to be sent
/// it again.
fn free(app: &App, blocks: &[Block], is_whole: bool, content: Rect, above: Rect, y: i32) -> Rect {
    // What is said of the prompt takes no rows from others.
    let rows = |block: &Block| if block.row == ComposeRow::Field(Field::Prompt) { block.all() } else { block.height };
    let fields = blocks.iter().map(rows).sum::<u16>() + SAID;
    // Nor does it become smaller for a message below it.
    let rows = (content.height + toast::rows(app)).saturating_sub(fields + MESSAGES);
    if is_whole && rows >= PICTURE_LEAST && fields + rows <= content.height {
        return Rect { y: content.y + fields, height: rows, ..content };
    }
    let before = |row: ComposeRow| blocks.iter().take_while(|block| block.row != row).map(Block::all).sum::<u16>();
    let at = |row: ComposeRow| u16::try_from(y + i32::from(before(row))).ok().filter(|at| *at >= above.y);
    let first = at(ComposeRow::Field(Field::Resolution)).unwrap_or(u16::MAX);
    let end = at(ComposeRow::Send).filter(|_| is_whole).unwrap_or(above.bottom()).min(above.bottom());
    Rect { y: first, height: end.saturating_sub(first), ..content }
}

/// What belongs to the draft's picture in that place of compose.
pub(crate) fn spots(app: &App, place: Rect) -> Vec<Spot> {
    if !sight::is_there(app) {
        return Vec::new();
    }
    let laid = lay(app, Look::of(&app.work.settings.ui), content(place));
    laid.picture.and_then(|room| sight::spot(app, room)).into_iter().collect()
}

/// How many lines are scrolled away so that the row with the keys is seen whole, with what stands below it.
fn scroll(blocks: &[Block], row: ComposeRow, room: u16) -> u16 {
    let before: u16 = blocks.iter().take_while(|block| block.row != row).map(Block::all).sum();
    let own = blocks.iter().find(|block| block.row == row).map_or(0, Block::all);
    let mut away = 0;
    // Only whole blocks leave at the top: half a field would not be drawn.
    for block in blocks {
        if before + own <= room + away || block.row == row {
            break;
        }
        away += block.all();
    }
    away
}

fn blocks(app: &App, look: Look, content: Rect) -> Vec<Block> {
    let compose = &app.screen.compose;
    let mut blocks: Vec<Block> = rules::ROWS
        .into_iter()
        .filter(|row| match row {
            ComposeRow::Profile => super::profile::is_chosen(app),
            ComposeRow::Combine => rules::combines(app),
            ComposeRow::Field(_) | ComposeRow::Send => true,
        })
        .map(|row| Block { row, height: 1, below: below(app, look, row, content.width) })
        .collect();
    let others: u16 =
        blocks.iter().map(|block| 1 + u16::try_from(block.below.len()).unwrap_or(0)).sum::<u16>().saturating_sub(1);
    let free = content.height.saturating_sub(others);
    let lines = text::wrap(&compose.prompt.text(), usize::from(content.width).saturating_sub(LABEL + 3)).len();
    let roomy = ((content.height + toast::rows(app)) / PROMPT_SHARE).min(PROMPT_MOST);
    if let Some(prompt) = blocks.iter_mut().find(|block| block.row == ComposeRow::Field(Field::Prompt)) {
        let said = u16::try_from(prompt.below.len()).unwrap_or(0);
        let wanted = u16::try_from(lines + 1).unwrap_or(u16::MAX).saturating_add(said);
        let grown = wanted.checked_next_multiple_of(PROMPT_ROWS).unwrap_or(u16::MAX);
        prompt.height = (grown.max(roomy) - said).min(free.max(PROMPT_LEAST)).min(content.height.max(1));
    }
    blocks
}

/// What stands below a row: its faults, each in a sentence; below the Send row what changed against the parent.
fn below(app: &App, look: Look, row: ComposeRow, width: u16) -> Vec<Line<'static>> {
    let compose = &app.screen.compose;
    let room = usize::from(width).saturating_sub(LABEL + 3);
    let field = match row {
        ComposeRow::Field(field) => field,
        ComposeRow::Profile if compose.row == row => return vec![super::profile::help(app, look)],
        ComposeRow::Profile | ComposeRow::Combine => return Vec::new(),
        ComposeRow::Send => {
            return [super::profile::elsewhere(app, look, room), changes::lines(app, look, width)].concat();
        }
    };
    if compose.row == row && !compose.faults.iter().any(|fault| fault.field == field) {
        let help = fields::help(app, field);
        let mut lines = text::wrap(&help, room.saturating_sub(2)).into_iter().filter(|line| !line.is_empty());
        let first = lines.next().map(|line| match line.trim_end_matches([';', '；']) {
            whole if whole.len() < line.len() => whole.to_owned(),
            _ if lines.next().is_some() => format!("{line}{}", look.signs.cut),
            _ => line,
        });
        let styled = |help: String| Line::styled(format!("{:<LABEL$}  {help}", ""), look.theme.faint);
        return first.into_iter().map(styled).collect();
    }
    compose
        .faults
        .iter()
        .filter(|fault| fault.field == field)
        .flat_map(|fault| {
            let (sign, style) = match fault.severity {
                Severity::Error => (look.signs.level(Level::Error), look.theme.bad),
                Severity::Warning => (look.signs.level(Level::Warning), look.theme.warn),
            };
            let lines = text::wrap(&reason::draft(&fault.reason, &app.screen.voice).to_string(), room);
            // Elsewhere one line is enough; where the keys are, the whole is told.
            let several = matches!(fault.reason, DraftReason::SomeImpossible { .. });
            let kept = if compose.row == row { lines.len().min(3) } else { lines.len().min(1 + usize::from(several)) };
            let cut = lines.len() > kept;
            lines.into_iter().take(kept).enumerate().map(move |(n, part)| {
                let head = if n == 0 { sign } else { " " };
                let tail = if cut && n + 1 == kept { look.signs.cut } else { "" };
                Line::styled(format!("{:<LABEL$}{head} {part}{tail}", ""), style)
            })
        })
        .collect()
}

fn draw_block(brush: &mut Brush<'_>, room: Rect, app: &App, block: &Block) -> Option<Position> {
    let look = brush.look;
    let focused = app.screen.pane == Pane::Compose && app.screen.compose.row == block.row;
    if focused {
        brush.text(room.x.saturating_sub(1), room.y, 1, look.signs.cursor, look.theme.chosen);
    }
    let value = Rect {
        x: room.x + u16::try_from(LABEL).unwrap_or(0) + 1,
        width: room.width.saturating_sub(u16::try_from(LABEL).unwrap_or(0) + 1),
        height: block.height.min(room.height),
        ..room
    };
    let cannot = match block.row {
        ComposeRow::Field(field) => fields::why_not(app, field),
        ComposeRow::Profile | ComposeRow::Combine | ComposeRow::Send => None,
    };
    let label_style = match (focused, &cannot) {
        (true, _) => look.theme.chosen,
        (false, Some(_)) => look.theme.faint,
        (false, None) => Style::new(),
    };
    let name = match block.row {
        ComposeRow::Field(field) => names::label(field),
        ComposeRow::Profile => tr!("Profile"),
        ComposeRow::Combine => tr!("Lists"),
        ComposeRow::Send => tr!("Send"),
    };
    brush.text(room.x + 1, room.y, room.width, name, label_style);
    let caret = match (block.row, cannot) {
        (ComposeRow::Field(_), Some(why)) => {
            brush.text(value.x, value.y, value.width, &why, look.theme.faint);
            focused.then(|| value.as_position())
        }
        (ComposeRow::Field(Field::Prompt), None) => prompt(brush, value, app, focused),
        (ComposeRow::Field(field), None) => field_value(brush, value, app, field, focused),
        (ComposeRow::Profile, None | Some(_)) => {
            let chosen = super::profile::of(app);
            let [left, right] = look.signs.choice;
            let shown = if focused { format!("{left} {chosen} {right}") } else { chosen.to_owned() };
            brush.text(value.x, value.y, value.width, &shown, if focused { look.theme.strong } else { Style::new() });
            None
        }
        (ComposeRow::Combine, None | Some(_)) => {
            combination(brush, value, app, focused);
            None
        }
        (ComposeRow::Send, None | Some(_)) => {
            send(brush, value, app);
            None
        }
    };
    for (n, line) in block.below.iter().enumerate() {
        let y = room.y.saturating_add(block.height).saturating_add(u16::try_from(n).unwrap_or(0));
        if y < room.bottom() {
            brush.line(room.x + 1, y, room.width.saturating_sub(1), line);
        }
    }
    caret
}

fn prompt(brush: &mut Brush<'_>, value: Rect, app: &App, focused: bool) -> Option<Position> {
    let editor = &app.screen.compose.prompt;
    let bar = brush.look.signs.down;
    let bar_style = if focused { brush.look.theme.chosen } else { brush.look.theme.faint };
    for y in value.top()..value.bottom() {
        brush.text(value.x.saturating_sub(2), y, 1, bar, bar_style);
    }
    if let Some((count, over)) = fields::length(app) {
        let style = if over { brush.look.theme.bad } else { brush.look.theme.faint };
        for (y, part) in (value.y + 1..value.bottom()).zip(count) {
            brush.text(value.x.saturating_sub(13), y, fields::COUNT, &part, style);
        }
    }
    let place = Rect { width: value.width.saturating_sub(1), ..value }.intersection(brush.buf.area);
    if place.is_empty() {
        return None;
    }
    let at = editor.draw(place, brush.buf);
    if editor.text().is_empty() && !focused {
        brush.text(place.x, place.y, place.width, tr!("what the video shows"), brush.look.theme.faint);
    }
    focused.then(|| Position::new(at.x.min(place.right() - 1), at.y.min(place.bottom() - 1)))
}

/// So many rows at least the list of camera commands has for itself, or it lies over what is said of the prompt.
const COMMANDS_LEAST: u16 = 7;

/// Cells of a camera command's English name in their list.
const ENGLISH: usize = 14;

/// The list of camera commands: on a high screen below what is said of the prompt, else below the caret or above it.
pub(crate) fn camera(brush: &mut Brush<'_>, place: Rect, app: &App, caret: Position) {
    let CameraList::Open { at } = app.screen.compose.camera else { return };
    let (look, screen) = (brush.look, brush.buf.area);
    let offered = rules::offered(app);
    // Frame and sign, the English names, a blank, the Chinese names: whatever is typed, as wide.
    let longest = COMMANDS.iter().map(|command| text::width(command.zh)).max().unwrap_or(0);
    let width = u16::try_from(4 + 2 + ENGLISH + 1 + longest).unwrap_or(u16::MAX).min(screen.width);
    let Laid { blocks, y, .. } = lay(app, look, content(place));
    let before = blocks.iter().take_while(|block| block.row != ComposeRow::Field(Field::Prompt)).count();
    let end = blocks.iter().take(before + 1).fold(y, |y, block| y + i32::from(block.all()));
    let under = u16::try_from(end).unwrap_or(0).max(caret.y + 1);
    let under = if under + COMMANDS_LEAST < screen.bottom() { under } else { caret.y + 1 };
    let (below, above) = (screen.bottom().saturating_sub(under + 1), caret.y.saturating_sub(1));
    let wanted = u16::try_from(offered.len()).unwrap_or(u16::MAX).saturating_add(2);
    let height = wanted.min(below.max(above)).min(10);
    let y = if below >= height { under } else { caret.y.saturating_sub(height) };
    let place = Rect { x: caret.x.min(screen.width - width), y, width, height };
    let place = brush.frame(place, "");
    let away = (at + 1).saturating_sub(usize::from(place.height));
    for (n, command) in offered.iter().enumerate().skip(away).take(usize::from(place.height)) {
        let (sign, style) = if n == at { (look.signs.cursor, look.theme.chosen) } else { (" ", Style::new()) };
        let line = format!("{sign} {} {}", text::pad(command.en, ENGLISH), command.zh);
        brush.text(place.x, place.y + u16::try_from(n - away).unwrap_or(0), place.width, &line, style);
    }
}

/// A field on one line: a text with its caret, or a value that is chosen.
fn field_value(brush: &mut Brush<'_>, place: Rect, app: &App, field: Field, focused: bool) -> Option<Position> {
    let (look, compose) = (brush.look, &app.screen.compose);
    let typed = text_field(&compose.draft, field);
    if (typed.is_some() || field == Field::Count) && focused {
        let (text, caret) = compose.line.window(place.width.saturating_sub(1));
        brush.text(place.x, place.y, place.width, &text, Style::new());
        note(brush, place, &text, &fields::beside(app, field));
        return Some(Position::new((place.x + caret).min(place.right().saturating_sub(1)), place.y));
    }
    if let Some(typed) = typed {
        let (text, style) = if typed.is_empty() {
            (fields::needed(app, field), look.theme.faint)
        } else {
            (typed.to_owned(), Style::new())
        };
        brush.text(place.x, place.y, place.width, &text, style);
        note(brush, place, &text, &fields::beside(app, field));
        return None;
    }
    let value = fields::chosen(app, field);
    let shown = if focused && field != Field::Count {
        format!("{} {value} {}", look.signs.choice[0], look.signs.choice[1])
    } else {
        value
    };
    brush.text(place.x, place.y, place.width, &shown, if focused { look.theme.strong } else { Style::new() });
    note(brush, place, &shown, &fields::beside(app, field));
    None
}

/// How several lists are combined.
fn combination(brush: &mut Brush<'_>, place: Rect, app: &App, focused: bool) {
    let look = brush.look;
    let (value, means) = if app.screen.compose.draft.lists.zip {
        (tr!("one by one"), tr!("the first of each, then the second of each"))
    } else {
        (tr!("all combined"), tr!("every combination"))
    };
    let [left, right] = look.signs.choice;
    let shown = if focused { format!("{left} {value} {right}") } else { value.to_owned() };
    brush.text(place.x, place.y, place.width, &shown, if focused { look.theme.strong } else { Style::new() });
    note(brush, place, &shown, means);
}

/// What stands behind a value in small.
fn note(brush: &mut Brush<'_>, place: Rect, value: &str, note: &str) {
    let used = u16::try_from(text::width(value)).unwrap_or(place.width).saturating_add(3);
    if !note.is_empty() && used < place.width {
        brush.text(place.x + used, place.y, place.width - used, note, brush.look.theme.faint);
    }
}

/// The price of this send and of the day after it; or what is in the way, where nothing can be sent.
fn send(brush: &mut Brush<'_>, place: Rect, app: &App) {
    let look = brush.look;
    let errors = app.screen.compose.faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    let faults = match errors {
        0 if rules::checking(app) => tr!("checking the picture").to_owned(),
        0 if rules::unread(app) => tr!("the pictures are checked when you leave the row").to_owned(),
        0 => String::new(),
        1 => tr!("1 fault above").to_owned(),
        count => tr!("{count} faults above", count),
    };
    let Some((count, price)) = sum(app) else {
        let style = if errors == 0 { look.theme.faint } else { look.theme.bad };
        let words = if faults.is_empty() { tr!("nothing to send").to_owned() } else { faults };
        brush.text(place.x, place.y, place.width, &words, style);
        return;
    };
    let Some(price) = price else {
        let text = tr!("The price is not known; the preview asks for it");
        brush.text(place.x, place.y, place.width, text, look.theme.warn);
        return;
    };
    let currency = profile::account(app).currency();
    let today = app.work.day(currency);
    let day = today.used() + price;
    let price = price.of(currency);
    let what = if count > 1 { tr!("{count} tasks for {price}", count, price) } else { price.to_string() };
    let (amount, own) = (price.amount, today.own_left());
    if let Some((cap, left)) = own.filter(|(_, left)| amount > *left) {
        let cap = cap.of(currency);
        let over = tr!("{price} would cross your own cap for a day: {left} of {cap} is left", price, left, cap);
        brush.text(place.x, place.y, place.width, &over, look.theme.bad);
        return;
    }
    let after = match today.cap {
        Some(cap) if day > cap => {
            let over = tr!("{price} would cross the day's cap: {day} of {cap} would be used", price, day, cap);
            brush.text(place.x, place.y, place.width, &over, look.theme.bad);
            return;
        }
        _ if own.is_some() => {
            let (cap, left) = own.unwrap_or_default();
            tr!(", then {left} of {cap} is left for you today", left = left.less(amount), cap)
        }
        Some(cap) => tr!(", then {day} of {cap} used today", day, cap),
        None => tr!(", then {day} used today", day),
    };
    let faults = if faults.is_empty() { faults } else { format!("  {faults}") };
    let spans = vec![
        Span::styled(what, look.theme.strong),
        Span::styled(after, look.theme.faint),
        Span::styled(faults, if errors == 0 { look.theme.faint } else { look.theme.bad }),
    ];
    brush.line(place.x, place.y, place.width, &Line::from(spans));
}

/// How many tasks the draft makes and their price, as far as that is known; `None` where it makes none, or what it
/// makes is not known yet.
fn sum(app: &App) -> Option<(usize, Option<Amount>)> {
    let compose = &app.screen.compose;
    if let Some(estimate) = compose.estimate {
        return (estimate.tasks > 0).then_some((estimate.tasks, estimate.price));
    }
    // How many pictures a folder or a pattern has is seen first.
    if rules::is_many(app) || is_several(&compose.draft.first_frame) {
        return None;
    }
    let count = usize::try_from(compose.draft.count).ok().filter(|count| *count > 0)?;
    let price = combinations::offer(app).and_then(|offer| super::profile::account(app).prices.of(&offer));
    Some((count, price.map(|price| price.amount.times(count))))
}
