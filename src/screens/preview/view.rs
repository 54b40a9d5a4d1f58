//! The preview of something paid: what would be sent, what changed, what it costs, what is left of the day. Nothing is
//! sent without it.

use crate::{
    app::App,
    keymap::{Action, Ctx},
    layout,
    layout::Layout,
    lists::view::keys_line,
    money,
    preview::state::{Preview, PreviewItem, Purpose},
    preview::{bad_lines::to_correct, can_leave_out, samples, warnings::only_parent},
    table::cells,
    widgets::{
        brush::{Brush, labelled},
        diff, text,
        theme::Look,
    },
};
use domain::{amount::Amount, draft::Field};
use engine::effect::Level;
use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use words::{amounts, names, problem::Problem, tr};

/// Cells that its text has at most.
const WIDTH: u16 = 92;
/// Rows of another layer that are not left beneath it.
const REST: u16 = 2;
/// Cells of a first frame's name.
const FRAME: usize = 20;
/// Rows that what would be sent keeps, however low the screen: nobody is to pay for what was not seen.
const BODY: usize = 3;
/// Items that are shown whole; of the others only a line.
const WHOLE: usize = 1;

/// Where its parts lie on a screen.
struct Laid {
    frame: Rect,
    content: Content,
    foot: Vec<Line<'static>>,
    /// Rows for the content.
    rows: usize,
}

fn laid(screen: Rect, app: &App, preview: &Preview, look: Look) -> Laid {
    let width = layout::centred(screen, WIDTH.min(screen.width.saturating_sub(6)), 1).width.saturating_sub(4);
    let mut content = content(preview, app, look, width);
    let foot = foot(preview, app, look, width);
    let height = u16::try_from(content.lines.len() + foot.len()).unwrap_or(u16::MAX);
    // A frame that shows beneath it by a row or two would only look like its own doubled.
    let covers = app.screen.layers.len() > 1 && height.saturating_add(2 + REST) >= screen.height.saturating_sub(2);
    let frame = layout::centred(screen, width, if covers { screen.height } else { height });
    let inside = usize::from(frame.height).saturating_sub(2);
    let (below, foot) = foot.fitting(inside.saturating_sub(content.lines.len().min(BODY)));
    content.lines.extend(below);
    let rows = inside.saturating_sub(foot.len());
    Laid { frame, content, foot, rows }
}

/// The first line shown where it is scrolled to its end.
pub(super) fn last_top(app: &App, preview: &Preview) -> usize {
    let Layout::Panes(places) = layout::layout(app) else { return 0 };
    let screen = layout::over(Rect::new(0, 0, app.screen.width, app.screen.height), &places);
    let laid = laid(screen, app, preview, Look::of(&app.work.settings.ui));
    laid.content.lines.len().saturating_sub(laid.rows)
}

/// Draws it; tells where the caret is while a number is typed.
pub(crate) fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, preview: &Preview) -> Option<Position> {
    let look = brush.look;
    let Laid { frame, content, foot, rows } = laid(screen, app, preview, look);
    let place = brush.over(frame, &title(preview));
    let above = Rect { height: u16::try_from(rows).unwrap_or(u16::MAX).min(place.height), ..place };
    brush.scrolled(above, &content.lines, top(preview, &content.rows, rows));
    let foot_height = place.bottom().saturating_sub(above.bottom());
    brush.lines(Rect { y: above.bottom(), height: foot_height, ..place }, &foot);
    let ask = ask(preview, app)?;
    let typed = preview.price.as_ref().map(|price| &price.line).or(preview.typed.as_ref())?;
    let x = place.x.saturating_add(u16::try_from(text::width(&ask)).unwrap_or(0));
    let y = place.bottom().saturating_sub(2);
    let (number, caret) = typed.window(12);
    brush.text(x, y, 12, &number, look.theme.strong);
    Some(Position::new((x + caret).min(screen.right().saturating_sub(1)), y))
}

fn title(preview: &Preview) -> String {
    let tasks = match preview.items.len() {
        1 => tr!("one task").to_owned(),
        count => tr!("{count} tasks", count),
    };
    match preview.purpose {
        Purpose::New => tr!("Send {tasks}?", tasks),
        Purpose::Retry => tr!("Retry {tasks}?", tasks),
        Purpose::File => tr!("Send {tasks} from a file?", tasks),
        Purpose::EditRetry if let (Some(key), attempts @ 2..) = (only_parent(&preview.items), preview.items.len()) => {
            tr!("Retry {key} {attempts} times, changed?", key, attempts)
        }
        Purpose::EditRetry => tr!("Retry {tasks}, changed?", tasks),
        Purpose::Plan => tr!("Retry {tasks} by this plan?", tasks),
    }
}

/// The lines above the foot, and on which of them the rows of several items begin.
pub(super) struct Content {
    pub(super) lines: Vec<Line<'static>>,
    pub(super) rows: Vec<usize>,
}

/// The first line shown: where the cursor was moved, its row is in sight.
fn top(preview: &Preview, rows: &[usize], height: usize) -> usize {
    let (first, follows) = (preview.scroll, preview.place.follows);
    match rows.get(preview.place.at).filter(|_| follows) {
        Some(line) if *line < first => *line,
        // The last line may hold the sign that more follows.
        Some(line) if line + 2 > first + height => line + 2 - height.max(2),
        Some(_) | None => first,
    }
}

fn content(preview: &Preview, app: &App, look: Look, width: u16) -> Content {
    let mut lines = Vec::new();
    for obstacle in &preview.obstacles {
        lines.extend(problem(obstacle, Level::Error, look, width));
    }
    for warning in &preview.warnings {
        lines.extend(problem(warning, Level::Warning, look, width));
    }
    tasks(Content { lines, rows: Vec::new() }, preview, app, look, width)
}

/// What would be sent, below what is to be said of it.
fn tasks(mut content: Content, preview: &Preview, app: &App, look: Look, width: u16) -> Content {
    if let Some(batch) = &preview.batch {
        samples::lines(&mut content, preview, batch, app, look, width);
    } else if preview.items.len() <= WHOLE {
        preview.items.iter().for_each(|item| content.lines.extend(whole(item, look, width)));
    } else {
        for at in 0..preview.items.len() {
            content.rows.push(content.lines.len());
            content.lines.extend(in_few_lines(preview, at, app, look, width));
        }
    }
    content
}

/// One item with everything that would be asked for.
pub(crate) fn whole(item: &PreviewItem, look: Look, width: u16) -> Vec<Line<'static>> {
    let (request, dot) = (&item.request, look.signs.dot);
    let label = |field, value: &str| labelled(names::label(field), value, width, look, Style::new());
    let mut lines = Vec::new();
    if let Some(parent) = item.parent {
        lines.extend(labelled(tr!("Retry of"), &parent.to_string(), width, look, Style::new()));
    }
    let model = format!("{} {dot} {} {dot} {}", request.model, request.resolution, amounts::seconds(request.duration));
    lines.extend(label(Field::Model, &model));
    for (field, image) in request.pictures() {
        if let Some(image) = image {
            lines.extend(label(field, &words::facts::picture(image)));
        }
    }
    if !request.optimizer {
        lines.extend(label(Field::Optimizer, tr!("off: the prompt is followed as it is")));
    }
    if let Some(address) = &request.callback {
        lines.extend(label(Field::Callback, address));
    }
    lines.extend(label(Field::Prompt, if request.prompt.is_empty() { tr!("none") } else { &request.prompt }));
    if let Some(was) = &item.was {
        lines.push(Line::default());
        let changes = diff::lines(was, request, width, look);
        if changes.is_empty() {
            lines.push(Line::styled(tr!("Nothing is changed: the same request again."), look.theme.faint));
        } else {
            lines.push(Line::styled(tr!("Changed"), look.theme.strong));
            lines.extend(changes);
        }
    }
    lines
}

/// One of many items: a line, and below it what is changed against its parent.
fn in_few_lines(preview: &Preview, at: usize, app: &App, look: Look, width: u16) -> Vec<Line<'static>> {
    let indent = 8;
    let mut lines = vec![in_a_line(preview, at, app, look)];
    let Some(item) = preview.items.get(at) else { return lines };
    let changes = item.was.as_ref().map(|was| diff::lines(was, &item.request, width.saturating_sub(indent), look));
    lines.extend(changes.into_iter().flatten().map(|mut line| {
        line.spans.insert(0, Span::raw(" ".repeat(usize::from(indent))));
        line
    }));
    lines
}

/// One of many items in a line, with its first frame where the items differ in it.
pub(super) fn in_a_line(preview: &Preview, at: usize, app: &App, look: Look) -> Line<'static> {
    let Some(item) = preview.items.get(at) else { return Line::default() };
    let cursor = if at == preview.place.at { look.signs.cursor } else { " " };
    let parent = item.parent.map_or_else(String::new, |key| format!("{key:>6}  "));
    let frame = |item: &PreviewItem| item.request.first_frame.clone();
    let differ = preview.items.windows(2).any(|two| frame(&two[0]) != frame(&two[1]));
    let shown = frame(item).filter(|_| differ).map_or_else(String::new, |picture| {
        let name = picture.typed().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        format!("{}  ", text::cut(&name, FRAME, false))
    });
    Line::from(vec![
        Span::styled(cursor, look.theme.chosen),
        Span::styled(parent, look.theme.faint),
        Span::raw(format!(
            "{:<16} {:>5}  ",
            cells::model_and_format(&app.work, &item.request),
            item.cost.map_or_else(|| "?".into(), |cost| cost.to_string())
        )),
        Span::styled(shown, look.theme.faint),
        Span::raw(item.request.prompt.chars().take(300).collect::<String>()),
    ])
}

fn problem(problem: &Problem, level: Level, look: Look, width: u16) -> Vec<Line<'static>> {
    text::wrap(&problem.to_string(), usize::from(width).saturating_sub(4))
        .into_iter()
        .enumerate()
        .map(|(n, part)| {
            let sign = if n == 0 { look.signs.level(level) } else { " " };
            Line::styled(format!("{sign} {part}"), look.theme.level(level))
        })
        .collect()
}

/// The preview as plain lines, for a face without a screen: what it is, what would be sent, the price, how it is sent.
pub(crate) fn lines(preview: &Preview, app: &App) -> Vec<String> {
    let look = Look::of(&app.work.settings.ui);
    let count = preview.items.len();
    let (price, balance) = price(preview, app);
    let problems = preview.obstacles.iter().map(ToString::to_string);
    let problems = problems.chain(preview.warnings.iter().map(|warning| tr!("warning: {warning}", warning)));
    let tasks = tasks(Content { lines: Vec::new(), rows: Vec::new() }, preview, app, look, u16::MAX).lines;
    // No cursor stands before a row.
    let text = |line: Line<'_>| line.spans.iter().map(|span| &*span.content).collect::<String>();
    let tasks = tasks.into_iter().map(|line| text(line).trim_start_matches(look.signs.cursor).to_owned());
    let sends = match (&preview.price, &preview.typed) {
        (Some(_), _) => tr!("Type price and the price of one, such as price 0.5; drop discards it.").to_owned(),
        (None, Some(_)) => tr!("Type send {count} to send it: this pays. drop discards it.", count),
        (None, None) => tr!("Type send to send it: this pays. drop discards it.").to_owned(),
    };
    let sends = preview.obstacles.is_empty().then_some(sends);
    let below = [Some(price), balance, Some(day(preview, app)), sends].into_iter().flatten();
    let lines =
        [title(preview)].into_iter().chain(problems).chain(tasks).chain(below).map(|line| line.trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

/// What it costs, and the balance as far as it is known.
fn price(preview: &Preview, app: &App) -> (String, Option<String>) {
    let profile = preview.profile(app);
    let currency = app.work.currency_of(profile);
    let price = match preview.items.len() {
        _ if preview.price.is_some() => tr!("price not known yet").to_owned(),
        1 => preview.total.of(currency).to_string(),
        count => tr!("{count} tasks, {price} in all", count, price = preview.total.of(currency)),
    };
    let several = app.work.served().filter(|(_, served)| served.has_key).count() > 1;
    let price = if several { tr!("{price}, sent with {profile}", price, profile) } else { price };
    (price, money::balance_told(&app.work, profile))
}

/// What stands below the rest.
struct Foot {
    rule: Line<'static>,
    price: Line<'static>,
    /// The day after it.
    day: Vec<Line<'static>>,
    /// Whether a long one gives way: why nothing can be sent goes before.
    day_gives_way: bool,
    /// The question whose answer is being typed, and what the keys do.
    keys: Vec<Line<'static>>,
}

impl Foot {
    fn len(&self) -> usize {
        2 + self.day.len() + self.keys.len()
    }

    /// What goes below the rest's last line for want of room, and the foot in so many rows: price, question and keys
    /// are always in sight.
    fn fitting(self, rows: usize) -> (Vec<Line<'static>>, Vec<Line<'static>>) {
        let needed = 1 + self.keys.len();
        let goes = needed + self.day.len() > rows || (self.day_gives_way && self.day.len() > 2);
        let (below, day) = if goes { (self.day, Vec::new()) } else { (Vec::new(), self.day) };
        let rule = (needed + day.len() < rows).then_some(self.rule);
        (below, rule.into_iter().chain([self.price]).chain(day).chain(self.keys).collect())
    }
}

fn foot(preview: &Preview, app: &App, look: Look, width: u16) -> Foot {
    let (price, balance) = price(preview, app);
    let rest = balance.map_or_else(String::new, |balance| format!("   {balance}"));
    let question = ask(preview, app).map(|question| Line::styled(question, look.theme.warn));
    Foot {
        rule: Line::styled(look.signs.across.repeat(usize::from(width)), look.theme.faint),
        price: Line::from(vec![Span::styled(price, look.theme.strong), Span::styled(rest, look.theme.faint)]),
        day: text::wrap(&day(preview, app), usize::from(width))
            .into_iter()
            .map(|line| Line::styled(line, look.theme.faint))
            .collect(),
        day_gives_way: !preview.obstacles.is_empty(),
        keys: question.into_iter().chain([keys(preview, app, look)]).collect(),
    }
}

/// What the day has spent, what this adds, and what is then left of the cap.
pub(super) fn day(preview: &Preview, app: &App) -> String {
    let work = &app.work;
    let currency = work.currency_of(preview.profile(app));
    let day = work.day(currency);
    let (spent, reserved, batch) = (day.spent, day.reserved, preview.total);
    let so_far = match (day.cap, reserved) {
        (Some(cap), Amount::ZERO) => tr!("{spent} of {cap} spent today", spent, cap = cap.of(currency)),
        (Some(cap), reserved) => {
            let cap = cap.of(currency);
            tr!("{spent} of {cap} spent today, {reserved} set aside", spent, cap, reserved)
        }
        (None, Amount::ZERO) => tr!("{spent} spent today", spent = spent.of(currency)),
        (None, reserved) => tr!("{spent} spent today, {reserved} set aside", spent = spent.of(currency), reserved),
    };
    if preview.items.iter().any(|item| item.cost.is_none()) {
        return tr!("{so_far}; what this batch costs is not known yet", so_far);
    }
    let all = day.used() + batch;
    let after = match (day.own_left(), day.cap) {
        (Some((cap, left)), _) if batch > left => {
            tr!("{over} more than is left for you today ({left} of {cap})", over = batch - left, left, cap)
        }
        (Some((cap, left)), _) => tr!("left for you after it: {left} of {cap}", left = left.less(batch), cap),
        (None, Some(cap)) if all > cap => tr!("{over} more than the day has left", over = all - cap),
        (None, Some(cap)) => tr!("left after it: {left}", left = cap.less(all)),
        (None, None) => tr!("{all} after it", all),
    };
    tr!("{so_far}; this batch: {batch}; {after}", so_far, batch, after)
}

/// The question whose answer is being typed.
fn ask(preview: &Preview, app: &App) -> Option<String> {
    if preview.sent.is_some() || !preview.obstacles.is_empty() {
        return None;
    }
    if preview.price.is_some() {
        return Some(tr!("Price of one, in {currency}: ", currency = app.work.currency_of(preview.profile(app))));
    }
    preview.typed.as_ref().map(|_| tr!("Type {count} to confirm: ", count = preview.items.len()))
}

/// What the editor's key does.
fn opens(preview: &Preview) -> Option<String> {
    to_correct(preview).map(|(_, line)| tr!("opens line {line}", line))
}

fn keys(preview: &Preview, app: &App, look: Look) -> Line<'static> {
    if preview.sent.is_some() {
        return Line::styled(tr!("Being saved; sent as soon as it is on disk."), look.theme.strong);
    }
    if can_leave_out(preview).is_ok() {
        let columns = preview.batch.as_ref().map_or(0, |batch| batch.others.len());
        let goes_on = match preview.items.len() {
            _ if columns == 1 => tr!("leaves the column out").to_owned(),
            _ if columns > 1 => tr!("leaves the columns out").to_owned(),
            1 => tr!("takes the one good task").to_owned(),
            count => tr!("takes the {count} good tasks", count),
        };
        let opens = opens(preview);
        let mut ways = vec![(Ctx::Preview, Action::LeaveOut, goes_on.as_str())];
        ways.extend(opens.as_deref().map(|opens| (Ctx::Preview, Action::Editor, opens)));
        ways.push((Ctx::Global, Action::Back, tr!("goes back")));
        return keys_line(app, look, &ways);
    }
    if let Some(opens) = opens(preview) {
        let back = (Ctx::Global, Action::Back, tr!("goes back"));
        return keys_line(app, look, &[(Ctx::Preview, Action::Editor, opens.as_str()), back]);
    }
    if !preview.obstacles.is_empty() {
        return keys_line(app, look, &[(Ctx::Global, Action::Back, tr!("goes back; it cannot be sent like this"))]);
    }
    if preview.price.is_some() {
        let takes = tr!("takes the price; nothing is sent yet");
        return keys_line(
            app,
            look,
            &[(Ctx::Preview, Action::Send, takes), (Ctx::Global, Action::Back, tr!("goes back"))],
        );
    }
    let number = preview.items.len().to_string();
    let typed = preview.typed.as_ref().is_none_or(|line| line.text().trim() == number);
    let pays = look.signs.pays;
    let waits = super::only_queues(app, preview);
    let sends = if typed && waits {
        tr!("queues it; this pays once it is sent{sign}", sign = pays)
    } else if typed {
        tr!("sends: this pays{sign}", sign = pays)
    } else if waits {
        tr!("queues it once {number} is typed; this pays once it is sent{sign}", number, sign = pays)
    } else {
        tr!("sends once {number} is typed: this pays{sign}", number, sign = pays)
    };
    keys_line(app, look, &[(Ctx::Preview, Action::Send, &sends), (Ctx::Global, Action::Back, tr!("goes back"))])
}
